/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 6121 §2. The roster is asked for when a session is bound (with the cached version); pushes come from the account
 * itself only (I11). Results arrive as XMPP_EVENT_ROSTER…; `done` tells the outcome of one request. */
#pragma once

#include "xmpp/iq.h"
#include "xmpp/module.h"

/* Adds or updates; the server's push brings the change. */
void roster_request_set(XmppStream *stream, const XmppRosterItem *item, IqDone done, gpointer data);
void roster_request_remove(XmppStream *stream, const Jid *jid, IqDone done, gpointer data);
extern const XmppModule roster_module;
