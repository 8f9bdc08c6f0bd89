/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/replies.h"

#include <string.h>

#include "xmpp/stanza.h"

enum { ID_LENGTH_MAX = 1024 };

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *reply = stanza_child(stanza, "reply", NS_REPLY);
    const char *id = reply != NULL ? stanza_attribute(reply, "id") : NULL;
    if (id == NULL || *id == '\0' || strlen(id) > ID_LENGTH_MAX)
        return false;
    message->reply_id = g_strdup(id);
    message->reply_to = stanza_attribute_jid(reply, "to");
    return true;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->reply_id == NULL)
        return;
    xmpp_stanza_t *reply = stanza_add(stanza, "reply", NS_REPLY);
    stanza_set(reply, "id", message->reply_id);
    stanza_set(reply, "to", message->reply_to != NULL ? jid_text(message->reply_to) : NULL);
}

const XmppModule replies_module = {
    .name = "replies",
    .xep = "0461",
    .version = "0.2.1",
    .features = (const char *const[]){ NS_REPLY, NULL },
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
    .encode = encode,
};
