/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/muc_owner.h"

#include "base/error.h"
#include "base/i18n.h"
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

/* --- configuration --- */

typedef struct FormRequest {
    MucFormDone done;
    gpointer data;
} FormRequest;

static void
on_form(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    g_autofree FormRequest *request = data;
    xmpp_stanza_t *query = answer != NULL ? stanza_child(answer, "query", NS_MUC_OWNER) : NULL;
    xmpp_stanza_t *x = query != NULL ? stanza_child(query, "x", NS_FORM) : NULL;
    g_autoptr(DataForm) form = x != NULL ? form_new(x) : NULL;
    g_autoptr(GError) none = NULL;
    if (form != NULL && form->kind != FORM_FORM)
        g_clear_pointer(&form, form_free);
    if (form == NULL && error == NULL)
        none = g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, _("the room has nothing that could be configured"));
    request->done(stream, g_steal_pointer(&form), detail, error != NULL ? error : none, request->data);
}

void
muc_owner_request_form(XmppStream *stream, const Jid *room, MucFormDone done, gpointer data)
{
    const FormRequest request = { done, data };
    xmpp_stanza_t *query;
    xmpp_stanza_t *iq = iq_new(stream, "get", "query", NS_MUC_OWNER, &query);
    iq_request(stream, room, iq, on_form, g_memdup2(&request, sizeof request));
}

void
muc_owner_submit_form(XmppStream *stream, const Jid *room, const DataForm *form, IqDone done, gpointer data)
{
    xmpp_stanza_t *query;
    xmpp_stanza_t *iq = iq_new(stream, "set", "query", NS_MUC_OWNER, &query);
    form_add_submit(query, form);
    iq_request(stream, room, iq, done, data);
}

void
muc_owner_cancel_form(XmppStream *stream, const Jid *room, IqDone done, gpointer data)
{
    xmpp_stanza_t *query;
    xmpp_stanza_t *iq = iq_new(stream, "set", "query", NS_MUC_OWNER, &query);
    form_add_cancel(query);
    iq_request(stream, room, iq, done, data);
}
