/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/private_xml.h"

#include "xmpp/stream_parts.h"

void
private_xml_request(XmppStream *stream, const char *name, const char *ns, IqDone done, gpointer data)
{
    xmpp_stanza_t *query = NULL;
    xmpp_stanza_t *iq = iq_new(stream, "get", "query", NS_PRIVATE, &query);

    stanza_add(query, name, ns);
    iq_request(stream, NULL, iq, done, data);
}

xmpp_stanza_t *
private_xml_answer(xmpp_stanza_t *answer, const char *name, const char *ns)
{
    xmpp_stanza_t *query = answer ? stanza_child(answer, "query", NS_PRIVATE) : NULL;

    return query ? stanza_child(query, name, ns) : NULL;
}

void
private_xml_store(XmppStream *stream, xmpp_stanza_t *take_element, IqDone done, gpointer data)
{
    xmpp_stanza_t *query = NULL;
    xmpp_stanza_t *iq = iq_new(stream, "set", "query", NS_PRIVATE, &query);

    stanza_take(query, take_element);
    iq_request(stream, NULL, iq, done, data);
}

const XmppModule private_xml_module = {
    .name = "private_xml",
    .xep = "0049",
    .version = "1.2",
};
