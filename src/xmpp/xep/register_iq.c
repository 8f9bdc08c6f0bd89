/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/register_iq.h"

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/module.h"

/* The plain elements there are (XEP-0077 §14.1), in the order they are asked for. */
static const struct {
    const char *name;
    const char *label; /* N_() */
} elements[] = {
    { "username", N_("Account name") }, { "nick", N_("Nick") },           { "password", N_("Password") },
    { "name", N_("Full name") },        { "first", N_("First name") },    { "last", N_("Last name") },
    { "email", N_("E-mail address") },  { "address", N_("Street") },      { "city", N_("City") },
    { "state", N_("State") },           { "zip", N_("Postal code") },     { "phone", N_("Telephone number") },
    { "url", N_("Web page") },          { "date", N_("Date") },           { "misc", N_("Anything else") },
    { "text", N_("Text") },             { "key", NULL }, /* to be sent back as it came */
};

void
registration_free(Registration *registration)
{
    if (registration == NULL)
        return;
    form_free(registration->form);
    g_free(registration);
}

static FormFieldType
type_of(guint element)
{
    if (elements[element].label == NULL)
        return FIELD_HIDDEN;
    return g_str_equal(elements[element].name, "password") ? FIELD_TEXT_PRIVATE : FIELD_TEXT_SINGLE;
}

/* All that is asked for is required. */
static DataForm *
make_form(xmpp_stanza_t *query)
{
    DataForm *form = form_new_empty(FORM_FORM);
    form->instructions = stanza_child_text(query, "instructions", NS_REGISTER);
    for (guint i = 0; i < G_N_ELEMENTS(elements); i++) {
        char *value = stanza_child_text(query, elements[i].name, NS_REGISTER);
        if (value == NULL)
            continue;
        const char *label = elements[i].label != NULL ? _(elements[i].label) : NULL;
        FormField *field = form_add_field(form, elements[i].name, label, type_of(i));
        field->required = true;
        g_ptr_array_add(field->values, value);
    }
    return form;
}

static Registration *
read_registration(xmpp_stanza_t *query)
{
    Registration *registration = g_new0(Registration, 1);
    xmpp_stanza_t *x = stanza_child(query, "x", NS_FORM);
    registration->is_registered = stanza_child(query, "registered", NS_REGISTER) != NULL;
    registration->form = x != NULL ? form_new(x) : NULL;
    if (registration->form != NULL && registration->form->kind != FORM_FORM)
        g_clear_pointer(&registration->form, form_free);
    registration->is_plain = registration->form == NULL;
    if (registration->is_plain)
        registration->form = make_form(query);
    return registration;
}

typedef struct Request {
    RegisterDone done;
    gpointer data;
} Request;

static void
on_answer(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    g_autofree Request *request = data;
    xmpp_stanza_t *query = answer != NULL ? stanza_child(answer, "query", NS_REGISTER) : NULL;
    g_autoptr(GError) none = NULL;
    if (query == NULL && error == NULL)
        none = g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, _("the answer holds nothing usable"));
    request->done(stream, query != NULL ? read_registration(query) : NULL, detail, error != NULL ? error : none,
                  request->data);
}

void
register_request(XmppStream *stream, const Jid *jid, RegisterDone done, gpointer data)
{
    const Request request = { done, data };
    xmpp_stanza_t *query;
    xmpp_stanza_t *iq = iq_new(stream, "get", "query", NS_REGISTER, &query);
    iq_request(stream, jid, iq, on_answer, g_memdup2(&request, sizeof request));
}

void
register_submit(XmppStream *stream, const Jid *jid, const Registration *registration, IqDone done, gpointer data)
{
    const DataForm *form = registration->form;
    xmpp_stanza_t *query;
    xmpp_stanza_t *iq = iq_new(stream, "set", "query", NS_REGISTER, &query);
    if (!registration->is_plain)
        form_add_submit(query, form);
    for (guint i = 0; registration->is_plain && i < form->fields->len; i++) {
        const FormField *field = g_ptr_array_index(form->fields, i);
        const char *value = form_field_value(field);
        stanza_add_text(query, field->var, NULL, value != NULL ? value : "");
    }
    iq_request(stream, jid, iq, done, data);
}

void
register_remove(XmppStream *stream, const Jid *jid, IqDone done, gpointer data)
{
    xmpp_stanza_t *query;
    xmpp_stanza_t *iq = iq_new(stream, "set", "query", NS_REGISTER, &query);
    stanza_add(query, "remove", NULL);
    iq_request(stream, jid, iq, done, data);
}

const XmppModule register_module = {
    .name = "register",
    .xep = "0077",
    .version = "2.4",
};
