/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking for voice in a moderated room, and giving it (XEP-0045 §7.13, §8.6): XmppMessage.voice_request. */
#pragma once

#include "xmpp/xep/muc.h"

/* What a room asks its moderators; NULL: the message is something else. Only the room itself can ask (I14). */
MucVoiceRequest *muc_voice_read(xmpp_stanza_t *stanza, const XmppMessage *message);

/* Each: false: not online, nothing was sent. The outcome comes as presence from the room. `id`: an error has it, too. */
bool muc_request_voice(XmppStream *stream, const Jid *room, const char *id);
bool muc_answer_voice_request(XmppStream *stream, const Jid *room, const MucVoiceRequest *request, bool grant);
