/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the servers of a domain are: SRV records _xmpps-client and _xmpp-client merged (XEP-0368, RFC 2782), through
 * g_resolver_get_default(). */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Target {
    char *host; /* A-labels or an IP literal without brackets */
    guint16 port;
    bool direct; /* direct TLS: no STARTTLS */
    guint16 priority;
    guint16 weight;
} Target;

/* Which records count. */
typedef enum {
    TARGETS_ANY,
    TARGETS_DIRECT,   /* _xmpps-client only; domain:5223 when there is none */
    TARGETS_STARTTLS, /* _xmpp-client only */
} TargetsKind;

enum {
    TARGETS_PORT = 5222,
    TARGETS_PORT_DIRECT = 5223,
    TARGETS_MAX = 32, /* more are not tried */
};

Target *target_new(const char *host, guint16 port, bool direct);
void target_free(Target *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Target, target_free)

/* The name as DNS and TLS want it: A-labels; IP literals without brackets. NULL and ERROR_BAD_INPUT when it is
 * neither. */
char *target_lookup_name(const char *domain, GError **error);
/* An IP literal, or a name DNS must not be asked for (localhost, RFC 6761). `name` comes from
 * target_lookup_name(). */
bool target_is_local_name(const char *name);

/* Orders Target* by priority, and within one by weighted lot (RFC 2782). */
void targets_order(GPtrArray *targets, GRand *lot);

/* One question to DNS. */
typedef struct TargetsSearch TargetsSearch;

/* Called once from the loop; the search may be freed inside. `targets` (Target*, in the order to try, never empty)
 * is borrowed; NULL with an error: ERROR_UNREACHABLE when DNS does not answer in time, ERROR_NOT_FOUND when the
 * domain says it has no service ("."). */
typedef void (*TargetsFound)(GPtrArray *targets, const GError *error, gpointer data);

/* Asks both services at once, `name` from target_lookup_name(). Without any record, or when DNS cannot tell, the
 * target is name:5222. Within `timeout` ms one answer is enough. */
TargetsSearch *targets_search_new(const char *name, TargetsKind kind, guint timeout, TargetsFound found, gpointer data);
/* Cancels. */
void targets_search_free(TargetsSearch *search);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TargetsSearch, targets_search_free)
