/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/ping.h"

#include "xmpp/stanza.h"

static void
answer_ping(XmppStream *stream, xmpp_stanza_t *iq)
{
    iq_send_result(stream, iq, NULL);
}

guint
ping_request(XmppStream *stream, const Jid *to, IqDone done, gpointer data)
{
    g_autoptr(Jid) server = NULL;

    if (!to && stream_own_bare(stream))
        to = server = jid_new_from_parts(NULL, jid_domain(stream_own_bare(stream)), NULL, NULL);
    return iq_request(stream, to, iq_new(stream, "get", "ping", NS_PING, NULL), done, data);
}

const XmppModule ping_module = {
    .name = "ping",
    .xep = "0199",
    .version = "2.0.1",
    .features = (const char *const[]){ NS_PING, NULL },
    .iqs = (const IqRoute[]){ { NS_PING, "ping", IQ_GET, answer_ping }, { NULL } },
};
