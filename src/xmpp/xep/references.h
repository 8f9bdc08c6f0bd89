/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is mentioned in a message (XEP-0372). */
#pragma once

#include "xmpp/module.h"

extern const XmppModule references_module;
/* For who makes messages: the code points [start, end) of the body name somebody. */
void references_mention(XmppMessage *message, const Jid *jid, guint start, guint end);
