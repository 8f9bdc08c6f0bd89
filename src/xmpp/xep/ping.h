/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0199 */
#pragma once

#include "xmpp/iq.h"
#include "xmpp/module.h"

/* `to` NULL: the own server. The answer may be an error of a living peer (§4.2): `detail` says so. */
guint ping_request(XmppStream *stream, const Jid *to, IqDone done, gpointer data);
extern const XmppModule ping_module;
