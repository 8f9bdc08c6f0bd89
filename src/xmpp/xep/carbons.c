/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/carbons.h"

#include "base/log.h"
#include "xmpp/iq.h"
#include "xmpp/stream_parts.h"
#include "xmpp/xep/forwarded.h"

#define NS_CARBONS "urn:xmpp:carbons:2"

typedef struct CarbonsState {
    bool enabled;
} CarbonsState;

static CarbonsState *
get_state(XmppStream *stream)
{
    return stream_module_state(stream, carbons_module.name);
}

bool
carbons_are_enabled(XmppStream *stream)
{
    return get_state(stream)->enabled;
}

static void
on_enabled(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    get_state(stream)->enabled = !error;
    if (error)
        log_debug("xmpp", "no copies of what other devices say: %s", error->message);
}

/* A server without them answers with an error, which changes nothing. */
static void
bound(XmppStream *stream)
{
    get_state(stream)->enabled = stream_has_carbons(stream);
    if (!get_state(stream)->enabled)
        iq_request(stream, NULL, iq_new(stream, "set", "enable", NS_CARBONS, NULL), on_enabled, NULL);
}

/* §11: from the own bare JID and nobody else; a server that leaves `from` out speaks for the account, too. */
static bool
is_from_account(XmppStream *stream, const XmppMessage *wrapper)
{
    return !wrapper->from || jid_equal(wrapper->from, stream_own_bare(stream));
}

/* One side of the message inside is the account; the other one is not whoever likes to be. */
static bool
is_of_account(XmppStream *stream, const XmppMessage *message)
{
    const Jid *own = message->carbon == CARBON_SENT ? message->from : message->to;

    return jid_equal_bare(own, stream_own_bare(stream));
}

/* Whatever claims to be a copy is never shown as a message of whoever sent it (I10). */
static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *wrapper)
{
    xmpp_stanza_t *received = stanza_child(stanza, "received", NS_CARBONS);
    xmpp_stanza_t *sent = stanza_child(stanza, "sent", NS_CARBONS);
    gint64 stamp;

    if (!received && !sent)
        return false;
    if (!is_from_account(stream, wrapper) || (received && sent))
        return true;
    g_autoptr(XmppMessage) message = forwarded_read(stream, received ? received : sent, &stamp);
    if (!message || message->type == XMPP_MESSAGE_ERROR || message->type == XMPP_MESSAGE_GROUPCHAT)
        return true;
    message->carbon = received ? CARBON_RECEIVED : CARBON_SENT;
    if (!is_of_account(stream, message))
        return true;
    const XmppEvent event = { .type = XMPP_EVENT_MESSAGE, .message = message };
    stream_publish(stream, &event);
    return true;
}

/* §6: what is for this device only; nor is it to be copied (XEP-0334 §4.3). */
static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->is_private)
        stanza_add(stanza, "private", NS_CARBONS);
}

const XmppModule carbons_module = {
    .name = "carbons",
    .xep = "0280",
    .version = "1.0.1",
    .stage = XMPP_STAGE_UNWRAP,
    .decode = decode,
    .encode = encode,
    .bound = bound,
    .state_size = sizeof(CarbonsState),
};
