/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the servers of a domain are: SRV records _xmpps-client and _xmpp-client merged (XEP-0368, RFC 2782), through
 * g_resolver_get_default(). */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

typedef struct Target {
    char *host;  /* A-labels or an IP literal without brackets */
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

void target_free(Target *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Target, target_free)
Target *target_new(const char *host, guint16 port, bool direct);

/* The name as DNS wants it: A-labels; IP literals without brackets. NULL and ERROR_BAD_INPUT when it is neither. */
char *target_lookup_name(const char *domain, GError **error);
/* An IP literal, or a name that must not be asked of DNS (localhost, RFC 6761). */
bool target_is_local_name(const char *name);

/* Orders by priority, and within one by weighted lot (RFC 2782). `targets` holds Target*. */
void targets_order(GPtrArray *targets, GRand *lot);

/* Both questions at once. The result, a GPtrArray of Target in the order to try, is never empty: without SRV records it is domain:5222 (STARTTLS).
 * Errors: ERROR_UNREACHABLE; a domain that says "." fails with ERROR_NOT_FOUND; no answer at all within `timeout` ms with ERROR_UNREACHABLE.
 * One answer within the time is enough. */
void targets_resolve_async(const char *domain, TargetsKind kind, guint timeout, GCancellable *cancel, GAsyncReadyCallback done, gpointer data);
GPtrArray *targets_resolve_finish(GAsyncResult *result, GError **error);
