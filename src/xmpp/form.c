/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/form.h"

#include <string.h>

enum {
    FIELDS_MAX = 64,
    VALUES_MAX = 256, /* of one field */
};

static gint
compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The values of a field, sorted; NULL when there are too many or one holds the separator. */
static GPtrArray *
read_values(xmpp_stanza_t *field)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);

    for (xmpp_stanza_t *value = stanza_child(field, "value", NS_FORM); value;
         value = stanza_next(value, "value", NS_FORM)) {
        char *text = stanza_text(value);
        g_ptr_array_add(values, text);
        if (strchr(text, '<') || values->len > VALUES_MAX)
            return NULL;
    }
    g_ptr_array_sort(values, compare_texts);
    return g_steal_pointer(&values);
}

/* The one value of the hidden field FORM_TYPE. */
static FormResult
read_form_type(xmpp_stanza_t *field, char **form_type)
{
    const char *type = stanza_attribute(field, "type");
    g_autoptr(GPtrArray) values = read_values(field);

    if (!values)
        return FORM_ILL_FORMED;
    if (g_strcmp0(type, "hidden") != 0 || values->len == 0)
        return FORM_IGNORED;
    for (guint i = 1; i < values->len; i++) {
        if (strcmp(values->pdata[0], values->pdata[i]) != 0)
            return FORM_ILL_FORMED;
    }
    if (*form_type)
        return FORM_ILL_FORMED;
    *form_type = g_strdup(values->pdata[0]);
    return FORM_READ;
}

/* "var|value|value|" of one field; NULL when it must not be hashed. */
static char *
read_field(const char *var, xmpp_stanza_t *field)
{
    g_autoptr(GPtrArray) values = read_values(field);

    if (!values || strchr(var, '<'))
        return NULL;
    GString *text = g_string_new(var);
    g_string_append_c(text, FORM_SEPARATOR);
    for (guint i = 0; i < values->len; i++) {
        g_string_append(text, values->pdata[i]);
        g_string_append_c(text, FORM_SEPARATOR);
    }
    return g_string_free(text, FALSE);
}

FormResult
form_canonical(xmpp_stanza_t *form, char **canonical)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *form_type = NULL;

    for (xmpp_stanza_t *field = stanza_child(form, "field", NS_FORM); field;
         field = stanza_next(field, "field", NS_FORM)) {
        const char *var = stanza_attribute(field, "var");
        if (!var)
            continue;
        if (strcmp(var, "FORM_TYPE") == 0) {
            const FormResult result = read_form_type(field, &form_type);
            if (result != FORM_READ)
                return result;
            continue;
        }
        char *text = fields->len < FIELDS_MAX ? read_field(var, field) : NULL;
        if (!text)
            return FORM_ILL_FORMED;
        g_ptr_array_add(fields, text);
    }
    if (!form_type)
        return FORM_IGNORED;

    /* the separator sorts below every character of a name, so whole fields sort as their names do
     */
    g_ptr_array_sort(fields, compare_texts);
    GString *text = g_string_new(form_type);
    g_string_append_c(text, FORM_SEPARATOR);
    for (guint i = 0; i < fields->len; i++)
        g_string_append(text, fields->pdata[i]);
    *canonical = g_string_free(text, FALSE);
    return FORM_READ;
}
