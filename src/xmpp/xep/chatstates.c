/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/chatstates.h"

#include <string.h>

#include "xmpp/stanza.h"

#define NS_CHATSTATES "http://jabber.org/protocol/chatstates"

static const char *const names[] = {
    [CHAT_STATE_NONE] = "",
    [CHAT_STATE_ACTIVE] = "active",
    [CHAT_STATE_COMPOSING] = "composing",
    [CHAT_STATE_PAUSED] = "paused",
    [CHAT_STATE_INACTIVE] = "inactive",
    [CHAT_STATE_GONE] = "gone",
};

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *child = stanza_child(stanza, NULL, NS_CHATSTATES);

    for (guint state = CHAT_STATE_ACTIVE; child && state < G_N_ELEMENTS(names); state++) {
        if (strcmp(xmpp_stanza_get_name(child), names[state]) == 0) {
            message->chat_state = (ChatState) state;
            return true;
        }
    }
    return false;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->chat_state != CHAT_STATE_NONE)
        stanza_add(stanza, names[message->chat_state], NS_CHATSTATES);
}

const XmppModule chatstates_module = {
    .name = "chatstates",
    .xep = "0085",
    .version = "2.1",
    .features = (const char *const[]){ NS_CHATSTATES, NULL },
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
    .encode = encode,
};
