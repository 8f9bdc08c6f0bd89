/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elements from text that somebody gives. */
#pragma once

#include <glib.h>
#include <strophe.h>

/* One element with nothing beside it, as if a client's stream were around it; the caller releases it. NULL and
 * ERROR_BAD_INPUT: it is not well-formed, too large, or something XMPP forbids (RFC 6120 §11.1). */
xmpp_stanza_t *stanza_from_text(xmpp_ctx_t *ctx, const char *xml, GError **error);
/* The same for a message, presence or iq. */
xmpp_stanza_t *stanza_from_user(xmpp_ctx_t *ctx, const char *xml, GError **error);
