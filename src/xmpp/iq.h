/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IQ requests end exactly once: result, error, time-out, or disconnect (HACKING.md, idea 5). Answers are matched on id
 * and sender (I13): for requests to the own account or server, also an answer without `from`. */
#pragma once

#include "xmpp/stream.h"

/* `answer` is the result stanza (borrowed), or NULL and `error` says why not. `detail` is set for stanza errors
 * only. */
typedef void (*IqDone)(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
                       const GError *error, gpointer data);

enum { IQ_TIMEOUT_MS = 30000 };

/* Sends `take_iq` (type get or set; the id is set here). `to` NULL: the own account. Without a connection `done` is
 * called from an idle source. Returns a request id, usable with iq_cancel(), never 0. */
guint iq_request(XmppStream *stream, const Jid *to, xmpp_stanza_t *take_iq, IqDone done, gpointer data);
/* Forgets a request: `done` will not be called. */
void iq_cancel(XmppStream *stream, guint request);
/* The other side is at it: its time to answer begins anew. Nothing happens to a request that has ended. */
void iq_prolong(XmppStream *stream, guint request);
/* Building blocks: a get/set with one payload child of this name and namespace; its child is returned in `payload`
 * (borrowed). */
xmpp_stanza_t *iq_new(XmppStream *stream, const char *type, const char *name, const char *ns, xmpp_stanza_t **payload);
/* Answers of ours. */
void iq_send_result(XmppStream *stream, xmpp_stanza_t *request, xmpp_stanza_t *take_payload);
void iq_send_error(XmppStream *stream, xmpp_stanza_t *request, const char *type, const char *condition);
