/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever form a room sends: bounded, each field once, and what is submitted is a form again. The first line is a field
 * and a value to set, the rest is the form. */
#include <stdint.h>
#include <string.h>

#include "../support/fuzz.h"
#include "base/text.h"
#include "xmpp/form.h"

/* I9 */
static void
check_fields(const GPtrArray *fields)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_assert_cmpuint(fields->len, <=, FORM_FIELDS_MAX);
    for (guint i = 0; i < fields->len; i++) {
        const FormField *field = g_ptr_array_index(fields, i);
        g_assert_true(field->var != NULL || field->type == FIELD_FIXED);
        g_assert_true(field->var == NULL || g_hash_table_add(seen, field->var));
        g_assert_cmpuint(field->values->len, <=, FORM_VALUES_MAX);
        g_assert_cmpuint(field->options->len, <=, FORM_OPTIONS_MAX);
        for (guint j = 0; j < field->values->len; j++)
            g_assert_nonnull(g_ptr_array_index(field->values, j));
    }
}

static void
check_form(const DataForm *form)
{
    check_fields(form->fields);
    check_fields(form->reported);
    g_assert_cmpuint(form->items->len, <=, FORM_ITEMS_MAX);
    for (guint i = 0; i < form->items->len; i++)
        check_fields(g_ptr_array_index(form->items, i));
}

/* What goes out comes back: every value that was there. */
static void
check_submit(xmpp_ctx_t *ctx, const DataForm *form)
{
    xmpp_stanza_t *query = stanza_new(ctx, "query", "urn:q");
    form_add_submit(query, form);
    g_autofree char *xml = stanza_to_xml(query);
    xmpp_stanza_release(query);
    xmpp_stanza_t *again = xmpp_stanza_new_from_string(ctx, xml);
    g_assert_nonnull(again);
    g_autoptr(DataForm) copy = form_new(stanza_child(again, "x", NS_FORM));
    g_assert_nonnull(copy);
    g_assert_cmpint(copy->kind, ==, FORM_SUBMIT);
    for (guint i = 0; i < form->fields->len; i++) {
        const FormField *field = g_ptr_array_index(form->fields, i);
        const FormField *twin = field->var != NULL ? form_find(copy, field->var) : NULL;
        if (field->type != FIELD_FIXED && field->values->len > 0) {
            g_assert(twin != NULL);
            g_assert_cmpuint(twin->values->len, ==, field->values->len);
        }
    }
    xmpp_stanza_release(again);
}

static void
check_set(DataForm *form, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", 0);
    g_autoptr(GError) error = NULL;
    if (parts[0] == NULL)
        return;
    const bool is_set = form_set(form, parts[0], (const char *const *) parts + 1, &error);
    g_assert_true(is_set == (error == NULL));
    g_assert_true(error == NULL || text_is_clean(error->message, -1, TEXT_LINE)); /* I12 */
    g_clear_error(&error);
    g_assert_true(form_check(form, &error) == (error == NULL));
    g_assert_true(error == NULL || text_is_clean(error->message, -1, TEXT_LINE));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *) data, size);
    g_autofree char *valid = g_utf8_make_valid(text, -1); /* the guard lets nothing else through (I7) */
    char *xml = strchr(valid, '\n');
    if (xml == NULL)
        return 0;
    *xml++ = '\0';
    xmpp_ctx_t *ctx = xmpp_ctx_new(NULL, NULL);
    xmpp_stanza_t *x = xmpp_stanza_new_from_string(ctx, xml);
    DataForm *form = x != NULL ? form_new(x) : NULL;
    g_autofree char *canonical = NULL;
    if (x != NULL)
        g_assert_true((form_canonical(x, &canonical) == FORM_READ) == (canonical != NULL));
    if (form != NULL) {
        check_form(form);
        check_set(form, valid);
        check_submit(ctx, form);
        form_free(form);
    }
    if (x != NULL)
        xmpp_stanza_release(x);
    xmpp_ctx_free(ctx);
    return 0;
}
