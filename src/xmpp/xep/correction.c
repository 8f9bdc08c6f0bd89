/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/correction.h"

#include "xmpp/stanza.h"

#define NS_CORRECTION "urn:xmpp:message-correct:0"

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *replace = stanza_child(stanza, "replace", NS_CORRECTION);

    if (replace)
        message->corrects = g_strdup(stanza_attribute(replace, "id"));
    return message->corrects != NULL;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->corrects)
        stanza_set(stanza_add(stanza, "replace", NS_CORRECTION), "id", message->corrects);
}

const XmppModule correction_module = {
    .name = "correction",
    .xep = "0308",
    .version = "1.2.1",
    .features = (const char *const[]){ NS_CORRECTION, NULL },
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
    .encode = encode,
};
