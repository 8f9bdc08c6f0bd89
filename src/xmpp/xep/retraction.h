/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages taken back by who wrote them (XEP-0424), or by a moderator of the room (XEP-0425). What rooms of today say in
 * the forms of older versions is understood, too. */
#pragma once

#include "xmpp/iq.h"
#include "xmpp/module.h"

#define NS_RETRACTION "urn:xmpp:message-retract:1"
#define NS_MODERATION "urn:xmpp:message-moderate:1"
#define NS_MODERATION_OLD "urn:xmpp:message-moderate:0"

/* §4: asks the room to take a message back for all; `id` is that of the room's archive, `reason` may be NULL. `old`: the
 * room knows NS_MODERATION_OLD only. */
void retraction_moderate(XmppStream *stream, const Jid *room, const char *id, const char *reason, bool old, IqDone done,
                         gpointer data);

extern const XmppModule retraction_module;
