/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From targets to a TCP connection: each target in turn, its addresses raced (RFC 8305, GSocketClient), or through
 * a proxy. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#include "net/targets.h"

typedef struct Dial Dial;

typedef struct DialEvents {
    void (*on_target)(const Target *target, gpointer data); /* a target is tried */
    void (*on_proxy)(const Target *target, gpointer data);  /* the proxy has answered */
    /* Ends an attempt: a connection (borrowed: reference it), or an error of ERROR_UNREACHABLE when no target is
     * left. The dial may be freed inside. */
    void (*on_connected)(GSocketConnection *connection, const Target *target, const GError *error, gpointer data);
} DialEvents;

typedef struct DialLimits {
    guint target_ms; /* one target */
    guint total_ms;  /* one attempt: all targets together */
} DialLimits;

/* True when `uri` names a proxy that dial_new() can use; else ERROR_CONFIG. */
bool dial_check_proxy(const char *uri, GError **error);

/* `targets` (Target*, at least one) is referenced; `proxy` NULL or checked. Nothing happens before dial_next(). */
Dial *dial_new(GPtrArray *targets, const char *proxy, DialLimits limits, const DialEvents *events, gpointer data);
/* Cancels. */
void dial_free(Dial *dial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dial, dial_free)

/* Starts an attempt with the targets that were not tried yet; false when there is none. */
bool dial_next(Dial *dial);
