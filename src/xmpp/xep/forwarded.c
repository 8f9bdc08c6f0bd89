/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/forwarded.h"

#include "xmpp/stream_parts.h"
#include "xmpp/xep/delay.h"

#define NS_FORWARD "urn:xmpp:forward:0"

XmppMessage *
forwarded_read(XmppStream *stream, xmpp_stanza_t *parent, gint64 *stamp)
{
    xmpp_stanza_t *forwarded = stanza_child(parent, "forwarded", NS_FORWARD);
    xmpp_stanza_t *inside = forwarded ? stanza_child(forwarded, "message", NS_CLIENT) : NULL;
    xmpp_stanza_t *delay = forwarded ? stanza_child(forwarded, "delay", NS_DELAY) : NULL;

    if (stamp)
        *stamp = delay ? delay_stamp(delay) : 0;
    if (!inside || !stanza_attribute(inside, "from"))
        return NULL;
    XmppMessage *message = message_decode(stream, inside);
    if (message && !stanza_attribute(inside, "to")) {
        g_clear_pointer(&message->to, jid_unref);
        message->to = jid_ref((Jid *) stream_own_bare(stream));
    }
    return message;
}

/* No feature: a message forwarded by a stranger is not understood (I10). */
const XmppModule forwarded_module = {
    .name = "forwarded",
    .xep = "0297",
    .version = "1.0",
};
