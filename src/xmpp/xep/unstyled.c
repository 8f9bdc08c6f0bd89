/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/unstyled.h"

#include "xmpp/stanza.h"

#define NS_STYLING "urn:xmpp:styling:0"

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    message->unstyled = stanza_child(stanza, "unstyled", NS_STYLING) != NULL;
    return message->unstyled;
}

const XmppModule unstyled_module = {
    .name = "styling",
    .xep = "0393",
    .version = "1.1.1",
    .features = (const char *const[]){ NS_STYLING, NULL },
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
};
