/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/hints.h"

#include "xmpp/stanza.h"

#define NS_HINTS "urn:xmpp:hints"

static const struct {
    const char *name;
    MessageHints bit;
} hints[] = {
    { "no-permanent-store", HINT_NO_PERMANENT_STORE },
    { "no-store", HINT_NO_STORE },
    { "no-copy", HINT_NO_COPY },
    { "store", HINT_STORE },
};

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    for (guint i = 0; i < G_N_ELEMENTS(hints); i++) {
        if (stanza_child(stanza, hints[i].name, NS_HINTS))
            message->hints |= hints[i].bit;
    }
    return message->hints != 0;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    for (guint i = 0; i < G_N_ELEMENTS(hints); i++) {
        if (message->hints & hints[i].bit)
            stanza_add(stanza, hints[i].name, NS_HINTS);
    }
}

const XmppModule hints_module = {
    .name = "hints",
    .xep = "0334",
    .version = "1.0.0",
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
    .encode = encode,
};
