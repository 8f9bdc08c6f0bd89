/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/eme.h"

#include "xmpp/stanza.h"

#define NS_EME "urn:xmpp:eme:0"

static const char *const features[] = { NS_EME, NULL };

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *encryption = stanza_child(stanza, "encryption", NS_EME);
    if (encryption == NULL)
        return false;
    message->encrypted_ns = g_strdup(stanza_attribute(encryption, "namespace"));
    message->encrypted_name = g_strdup(stanza_attribute(encryption, "name"));
    return true;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->encrypted_ns == NULL)
        return;
    xmpp_stanza_t *encryption = stanza_add(stanza, "encryption", NS_EME);
    stanza_set(encryption, "namespace", message->encrypted_ns);
    stanza_set(encryption, "name", message->encrypted_name);
}

const XmppModule eme_module = {
    .name = "eme",
    .xep = "0380",
    .version = "0.4.0",
    .features = features,
    .stage = XMPP_STAGE_ENVELOPE,
    .decode = decode,
    .encode = encode,
};
