/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0092; answers only where the account says so (XmppStreamConfig.answer_version) and to subscribed contacts
 * (I15). */
#pragma once

#include "xmpp/iq.h"
#include "xmpp/module.h"

/* `version_words()` makes one cleaned line "name 1.0 (os)" of the answer. */
guint version_request(XmppStream *stream, const Jid *to, IqDone done, gpointer data);
char *version_words(xmpp_stanza_t *answer);
extern const XmppModule version_module;
