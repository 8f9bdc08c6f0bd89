/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/jid.h"
#include "base/text.h"
#include "xmpp/form.h"

enum { OPTIONS_SHOWN_MAX = 20 }; /* in an error */

/* --- what a field takes --- */

int
form_parse_boolean(const char *text)
{
    static const char *const yes[] = { "1", "true", "yes", "on", NULL };
    static const char *const no[] = { "0", "false", "no", "off", NULL };
    g_autofree char *folded = text != NULL ? g_ascii_strdown(text, -1) : NULL;
    if (folded == NULL)
        return -1;
    return g_strv_contains(yes, folded) ? 1 : g_strv_contains(no, folded) ? 0 : -1;
}

static char *
shown(const char *text)
{
    g_autofree char *cleaned = text_clean(text, -1, TEXT_STRICT);
    return text_ellipsize(cleaned, 60);
}

static void
set_refusal(GError **error, const FormField *field, const char *wants)
{
    g_autofree char *name = shown(field->label != NULL && *field->label != '\0' ? field->label : field->var);
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("“%s” takes %s"), name, wants);
}

static char *
options_words(const FormField *field)
{
    GString *words = g_string_new(NULL);
    for (guint i = 0; i < field->options->len && i < OPTIONS_SHOWN_MAX; i++) {
        const FormOption *option = g_ptr_array_index(field->options, i);
        g_autofree char *value = shown(option->value);
        g_string_append_printf(words, "%s%s", i > 0 ? ", " : "", value);
    }
    if (field->options->len > OPTIONS_SHOWN_MAX)
        g_string_append(words, ", …");
    return g_string_free(words, FALSE);
}

/* By value, else by label, as people read it. Two that look alike are none. NULL: no such one. */
static const char *
find_option(const FormField *field, const char *text)
{
    g_autofree char *folded = text_fold(text);
    const char *found = NULL;
    for (guint i = 0; i < field->options->len; i++) {
        const FormOption *option = g_ptr_array_index(field->options, i);
        if (strcmp(option->value, text) == 0)
            return option->value;
    }
    for (guint i = 0; i < field->options->len; i++) {
        const FormOption *option = g_ptr_array_index(field->options, i);
        g_autofree char *label = text_fold(option->label != NULL ? option->label : option->value);
        if (strcmp(label, folded) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = option->value;
    }
    return found;
}

/* --- one value --- */

static char *
accept_boolean(const FormField *field, const char *text, GError **error)
{
    const int value = form_parse_boolean(text);
    if (value < 0)
        set_refusal(error, field, _("yes or no"));
    return value < 0 ? NULL : g_strdup(value == 1 ? "1" : "0");
}

/* A list without options is only a text with a wrong name; several values of lists are free where the form says so
 * (XEP-0122 "open"), which the service judges itself. */
static char *
accept_option(const FormField *field, const char *text, GError **error)
{
    const char *value = field->options->len > 0 ? find_option(field, text) : text;
    if (value == NULL) {
        g_autofree char *options = options_words(field);
        g_autofree char *wants = g_strdup_printf(_("one of: %s"), options);
        set_refusal(error, field, wants);
    }
    return g_strdup(value);
}

static char *
accept_jid(const FormField *field, const char *text, GError **error)
{
    g_autoptr(Jid) jid = jid_new(text, NULL);
    if (jid == NULL)
        set_refusal(error, field, _("an address: somebody@example.org"));
    return jid != NULL ? g_strdup(jid_text(jid)) : NULL;
}

/* A copy as it goes into the form; NULL: refused. */
static char *
accept(const FormField *field, const char *text, GError **error)
{
    switch (field->type) {
    case FIELD_BOOLEAN:
        return accept_boolean(field, text, error);
    case FIELD_LIST_SINGLE:
    case FIELD_LIST_MULTI:
        return accept_option(field, text, error);
    case FIELD_JID_SINGLE:
    case FIELD_JID_MULTI:
        return accept_jid(field, text, error);
    case FIELD_TEXT_SINGLE:
    case FIELD_TEXT_PRIVATE:
    case FIELD_TEXT_MULTI:
        return g_strdup(text);
    case FIELD_FIXED:
    case FIELD_HIDDEN:
        set_refusal(error, field, _("nothing: it is not for you to fill in"));
        return NULL;
    }
    return NULL;
}

static bool
is_nothing(const char *const *values)
{
    return values[0] == NULL || (*values[0] == '\0' && values[1] == NULL);
}

static bool
may_be_empty(const FormField *field, GError **error)
{
    if (field->type == FIELD_FIXED || field->type == FIELD_HIDDEN) {
        set_refusal(error, field, _("nothing: it is not for you to fill in"));
        return false;
    }
    if (field->required || field->type == FIELD_BOOLEAN) {
        set_refusal(error, field, _("a value: it cannot be empty"));
        return false;
    }
    return true;
}

static GPtrArray *
accept_all(const FormField *field, const char *const *values, GError **error)
{
    g_autoptr(GPtrArray) accepted = g_ptr_array_new_with_free_func(g_free);
    if (!form_field_is_multi(field) && values[1] != NULL) {
        set_refusal(error, field, _("one value only"));
        return NULL;
    }
    if (g_strv_length((char **) values) > FORM_VALUES_MAX) {
        set_refusal(error, field, _("not that many values"));
        return NULL;
    }
    for (guint i = 0; values[i] != NULL; i++) {
        char *value = accept(field, values[i], error);
        if (value == NULL)
            return NULL;
        g_ptr_array_add(accepted, value);
    }
    return g_steal_pointer(&accepted);
}

/* What empties a field says so to the service: a text is "", of a list nothing is left. */
static GPtrArray *
empty_values(const FormField *field)
{
    GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
    if (field->type == FIELD_TEXT_SINGLE || field->type == FIELD_TEXT_PRIVATE || field->type == FIELD_JID_SINGLE)
        g_ptr_array_add(values, g_strdup(""));
    return values;
}

bool
form_set(DataForm *form, const char *var, const char *const *values, GError **error)
{
    FormField *field = form_find(form, var);
    if (field == NULL) {
        g_autofree char *name = shown(var);
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("the form has no field “%s”: see /form"), name);
        return false;
    }
    if (is_nothing(values) && !may_be_empty(field, error))
        return false;
    GPtrArray *accepted = is_nothing(values) ? empty_values(field) : accept_all(field, values, error);
    if (accepted == NULL)
        return false;
    g_ptr_array_unref(field->values);
    field->values = accepted;
    field->is_changed = true;
    return true;
}

/* --- the whole --- */

bool
form_is_changed(const DataForm *form)
{
    for (guint i = 0; i < form->fields->len; i++) {
        if (((const FormField *) g_ptr_array_index(form->fields, i))->is_changed)
            return true;
    }
    return false;
}

static bool
is_missing(const FormField *field)
{
    const char *value = form_field_value(field);
    return field->required && field->type != FIELD_FIXED && field->type != FIELD_HIDDEN
           && (value == NULL || (*value == '\0' && field->values->len == 1));
}

bool
form_check(const DataForm *form, GError **error)
{
    if (form->is_cut) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_PROTOCOL,
                            _("the form is too big to be answered: use another client for it"));
        return false;
    }
    for (guint i = 0; i < form->fields->len; i++) {
        const FormField *field = g_ptr_array_index(form->fields, i);
        if (!is_missing(field))
            continue;
        g_autofree char *name = shown(field->label != NULL && *field->label != '\0' ? field->label : field->var);
        g_autofree char *var = shown(field->var);
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("“%s” is required: /form set %s VALUE"), name, var);
        return false;
    }
    return true;
}

void
form_add_submit(xmpp_stanza_t *parent, const DataForm *form)
{
    xmpp_stanza_t *x = stanza_add(parent, "x", NS_FORM);
    stanza_set(x, "type", "submit");
    for (guint i = 0; i < form->fields->len; i++) {
        const FormField *field = g_ptr_array_index(form->fields, i);
        if (field->type == FIELD_FIXED || (field->values->len == 0 && !field->is_changed))
            continue;
        xmpp_stanza_t *element = stanza_add(x, "field", NULL);
        stanza_set(element, "var", field->var);
        stanza_set(element, "type", form_field_type_word(field->type));
        for (guint j = 0; j < field->values->len; j++)
            stanza_add_text(element, "value", NULL, g_ptr_array_index(field->values, j));
    }
}

void
form_add_cancel(xmpp_stanza_t *parent)
{
    stanza_set(stanza_add(parent, "x", NS_FORM), "type", "cancel");
}

const XmppModule form_module = {
    .name = "form",
    .xep = "0004",
    .version = "2.13.2",
    .features = (const char *const[]) { NS_FORM, NULL },
};
