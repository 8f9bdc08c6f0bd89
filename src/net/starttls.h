/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks a server for TLS on a connection that is there (RFC 6120 §5.4.2): sends and reads the little that is said in the
 * clear (preamble.h), with a deadline for each answer. */
#pragma once

#include "net/targets.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Starttls Starttls;

typedef enum {
    STARTTLS_PROCEED,     /* what was received up to here is to be thrown away, then the handshake begins */
    STARTTLS_NOT_OFFERED, /* this server has none (ERROR_PROTOCOL) */
    STARTTLS_FAILED,      /* refused, a stream error, or not XMPP (ERROR_PROTOCOL) */
    STARTTLS_SILENT,      /* no answer in time, or the connection is gone (ERROR_UNREACHABLE) */
} StarttlsOutcome;

/* Once; may free. `error` is NULL for STARTTLS_PROCEED only. */
typedef void (*StarttlsDone)(StarttlsOutcome outcome, const GError *error, gpointer data);

/* `wire` stays the caller's and must live as long; `target`, which is copied, is what errors name; `domain` is what the
 * stream is opened to; `timeout_ms` is for each of the two answers. Nothing is called from inside. */
Starttls *starttls_new(int wire, const Target *target, const char *domain, guint timeout_ms, StarttlsDone done,
                       gpointer data);
/* No further callback. */
void starttls_free(Starttls *starttls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Starttls, starttls_free)
