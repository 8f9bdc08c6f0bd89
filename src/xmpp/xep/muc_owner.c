/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/muc_owner.h"

#include "xmpp/form.h"

void
muc_owner_accept_default(XmppStream *stream, const Jid *room, IqDone done, gpointer data)
{
    xmpp_stanza_t *query;
    xmpp_stanza_t *iq = iq_new(stream, "set", "query", NS_MUC_OWNER, &query);
    stanza_set(stanza_add(query, "x", NS_FORM), "type", "submit");
    iq_request(stream, room, iq, done, data);
}

void
muc_owner_destroy(XmppStream *stream, const Jid *room, const char *reason, const Jid *alternate, IqDone done,
                  gpointer data)
{
    xmpp_stanza_t *query;
    xmpp_stanza_t *iq = iq_new(stream, "set", "query", NS_MUC_OWNER, &query);
    xmpp_stanza_t *destroy = stanza_add(query, "destroy", NULL);
    stanza_set(destroy, "jid", alternate != NULL ? jid_bare(alternate) : NULL);
    if (reason != NULL)
        stanza_add_text(destroy, "reason", NULL, reason);
    iq_request(stream, room, iq, done, data);
}
