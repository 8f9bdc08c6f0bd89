/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/muc_voice.h"

#include "xmpp/form.h"
#include "xmpp/stanza.h"

#define FORM_REQUEST "http://jabber.org/protocol/muc#request"

/* The first value of a field; NULL: none. */
static char *
field_value(xmpp_stanza_t *form, const char *var)
{
    for (xmpp_stanza_t *field = stanza_child(form, "field", NS_FORM); field != NULL;
         field = stanza_next(field, "field", NS_FORM)) {
        if (g_strcmp0(stanza_attribute(field, "var"), var) == 0)
            return stanza_child_text(field, "value", NS_FORM);
    }
    return NULL;
}

MucVoiceRequest *
muc_voice_read(xmpp_stanza_t *stanza, const XmppMessage *message)
{
    const bool may_ask = message->type == XMPP_MESSAGE_NORMAL && message->from != NULL && jid_is_bare(message->from)
                         && jid_local(message->from) != NULL;
    xmpp_stanza_t *form = may_ask ? stanza_child(stanza, "x", NS_FORM) : NULL;
    if (form == NULL || g_strcmp0(stanza_attribute(form, "type"), "form") != 0)
        return NULL;
    g_autofree char *kind = field_value(form, "FORM_TYPE");
    g_autofree char *nick = field_value(form, "muc#roomnick");
    g_autofree char *jid = field_value(form, "muc#jid");
    if (g_strcmp0(kind, FORM_REQUEST) != 0 || nick == NULL || *nick == '\0')
        return NULL;
    MucVoiceRequest *request = g_new0(MucVoiceRequest, 1);
    request->nick = g_steal_pointer(&nick);
    request->jid = jid != NULL ? jid_new(jid, NULL) : NULL;
    return request;
}

/* --- what goes --- */

static void
add_field(xmpp_stanza_t *form, const char *var, const char *value)
{
    xmpp_stanza_t *field = stanza_add(form, "field", NULL);
    stanza_set(field, "var", var);
    stanza_add_text(field, "value", NULL, value);
}

static xmpp_stanza_t *
new_form(XmppStream *stream, const Jid *room, const char *id, xmpp_stanza_t **form)
{
    xmpp_stanza_t *stanza = stanza_new(stream_ctx(stream), "message", NULL);
    stanza_set(stanza, "to", jid_bare(room));
    stanza_set(stanza, "id", id);
    *form = stanza_add(stanza, "x", NS_FORM);
    stanza_set(*form, "type", "submit");
    add_field(*form, "FORM_TYPE", FORM_REQUEST);
    add_field(*form, "muc#role", muc_role_word(MUC_ROLE_PARTICIPANT));
    return stanza;
}

bool
muc_request_voice(XmppStream *stream, const Jid *room, const char *id)
{
    xmpp_stanza_t *form;
    return stream_phase(stream) == XMPP_PHASE_ONLINE && stream_send(stream, new_form(stream, room, id, &form));
}

bool
muc_answer_voice_request(XmppStream *stream, const Jid *room, const MucVoiceRequest *request, bool grant)
{
    xmpp_stanza_t *form;
    if (stream_phase(stream) != XMPP_PHASE_ONLINE)
        return false;
    g_autofree char *id = stream_new_id();
    xmpp_stanza_t *stanza = new_form(stream, room, id, &form);
    if (request->jid != NULL)
        add_field(form, "muc#jid", jid_text(request->jid));
    add_field(form, "muc#roomnick", request->nick);
    add_field(form, "muc#request_allow", grant ? "true" : "false");
    return stream_send(stream, stanza);
}
