/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending presence (RFC 6121 §3, §4); modules add their part (caps). */
#pragma once

#include "xmpp/stream.h"

/* Broadcasts own presence; OFFLINE sends unavailable. `to` NULL: broadcast. */
bool presence_send(XmppStream *stream, const Jid *to, PresenceShow show, const char *status, int priority);
/* Directed, with an element of a XEP in it. */
bool presence_send_with(XmppStream *stream, const Jid *to, PresenceShow show, const char *status,
                        xmpp_stanza_t *take_child);
bool presence_send_subscription(XmppStream *stream, const Jid *to, SubscriptionAct act, const char *status);
