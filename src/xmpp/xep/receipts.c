/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/receipts.h"

#include "xmpp/stanza.h"

#define NS_RECEIPTS "urn:xmpp:receipts"

/* §5.6: a receipt that asks for one would go on for ever. */
static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *received = stanza_child(stanza, "received", NS_RECEIPTS);

    if (received)
        message->receipt_for = g_strdup(stanza_attribute(received, "id"));
    message->wants_receipt = !received && message->id && stanza_child(stanza, "request", NS_RECEIPTS);
    return message->receipt_for || message->wants_receipt;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->wants_receipt && message->id)
        stanza_add(stanza, "request", NS_RECEIPTS);
    if (message->receipt_for)
        stanza_set(stanza_add(stanza, "received", NS_RECEIPTS), "id", message->receipt_for);
}

const XmppModule receipts_module = {
    .name = "receipts",
    .xep = "0184",
    .version = "1.4.0",
    .features = (const char *const[]){ NS_RECEIPTS, NULL },
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
    .encode = encode,
};
