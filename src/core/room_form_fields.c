/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/core_private.h"
#include "core/room_forms_private.h"

enum {
    TAKES_SHOWN_MAX = 12, /* options in a line of a list */
    VALUE_COLUMNS_MAX = 400,
};

#define SECRET "••••"

/* --- for people --- */

/* Names on the wire have what all have in common in front: "muc#roomconfig_", "{http://prosody.im/…}". */
const char *
room_form_key(const char *var)
{
    static const char *const prefixes[] = { "roomconfig_", "register_", NULL };
    const char *brace = *var == '{' ? strrchr(var, '}') : NULL;
    const char *key = brace != NULL ? brace + 1 : var;
    const char *hash = strchr(key, '#');
    if (hash != NULL)
        key = hash + 1;
    for (guint i = 0; prefixes[i] != NULL; i++) {
        if (g_str_has_prefix(key, prefixes[i]))
            key += strlen(prefixes[i]);
    }
    return *key != '\0' ? key : var;
}

static char *
or_empty(char *take_text)
{
    return take_text != NULL ? take_text : g_strdup("");
}

static char *
join_values(const FormField *field, const char *separator)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < field->values->len; i++) {
        g_autofree char *value = or_empty(core_clean_words(g_ptr_array_index(field->values, i)));
        g_string_append_printf(text, "%s%s", i > 0 ? separator : "", value);
    }
    g_autofree char *whole = g_string_free(text, FALSE);
    return text_ellipsize(whole, VALUE_COLUMNS_MAX);
}

static char *
value_words(const FormField *field)
{
    const char *value = form_field_value(field);
    switch (field->type) {
    case FIELD_BOOLEAN:
        return g_strdup(form_parse_boolean(value) == 1 ? "yes" : "no");
    case FIELD_TEXT_PRIVATE:
        return g_strdup(value != NULL && *value != '\0' ? SECRET : "");
    case FIELD_TEXT_MULTI:
        return join_values(field, " ⏎ ");
    default:
        return join_values(field, ", ");
    }
}

static char *
options_words(const FormField *field)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < field->options->len && i < TAKES_SHOWN_MAX; i++) {
        const FormOption *option = g_ptr_array_index(field->options, i);
        g_autofree char *value = or_empty(core_clean_name(option->value));
        g_string_append_printf(text, "%s%s", i > 0 ? " | " : "", value);
    }
    if (field->options->len > TAKES_SHOWN_MAX)
        g_string_append(text, " | …");
    return g_string_free(text, FALSE);
}

static char *
takes_words(const FormField *field)
{
    switch (field->type) {
    case FIELD_BOOLEAN:
        return g_strdup("yes | no");
    case FIELD_LIST_SINGLE:
        return options_words(field);
    case FIELD_LIST_MULTI: {
        g_autofree char *options = options_words(field);
        return g_strdup_printf(_("some of %s"), options);
    }
    case FIELD_JID_SINGLE:
        return g_strdup(_("an address"));
    case FIELD_JID_MULTI:
        return g_strdup(_("addresses"));
    case FIELD_TEXT_MULTI:
        return g_strdup(_("lines"));
    default:
        return g_strdup("");
    }
}

static GPtrArray *
option_lines(const FormField *field)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < field->options->len; i++) {
        const FormOption *option = g_ptr_array_index(field->options, i);
        g_autofree char *value = or_empty(core_clean_name(option->value));
        g_autofree char *label = core_clean_words(option->label);
        g_ptr_array_add(lines, label != NULL && strcmp(label, value) != 0 ? g_strdup_printf("%s  %s", value, label)
                                                                          : g_strdup(value));
    }
    return lines;
}

static void
view_field_free(gpointer data)
{
    RoomFormField *field = data;
    g_free(field->var);
    g_free(field->key);
    g_free(field->label);
    g_free(field->description);
    g_free(field->value);
    g_free(field->takes);
    g_ptr_array_unref(field->options);
    g_free(field);
}

static RoomFormField *
view_field(const FormField *field, guint number)
{
    const bool is_words = field->type == FIELD_FIXED;
    RoomFormField *view = g_new0(RoomFormField, 1);
    view->number = is_words ? 0 : number;
    view->var = or_empty(core_clean_name(field->var));
    view->key = is_words ? g_strdup("") : or_empty(core_clean_name(room_form_key(field->var)));
    view->label = is_words ? join_values(field, " ") : core_clean_words(field->label);
    if (view->label == NULL)
        view->label = g_strdup(view->key);
    view->description = core_clean_words(field->description);
    view->type = form_field_type_word(field->type);
    view->value = is_words ? g_strdup("") : value_words(field);
    view->takes = takes_words(field);
    view->options = option_lines(field);
    view->required = field->required && !is_words;
    view->is_changed = field->is_changed;
    view->is_secret = field->type == FIELD_TEXT_PRIVATE;
    return view;
}

RoomFormView *
room_form_view(const OpenForm *open)
{
    RoomFormView *view = g_new0(RoomFormView, 1);
    guint number = 0;
    view->kind = open->kind;
    view->is_registered = open->registration != NULL && open->registration->is_registered;
    view->title = core_clean_words(open->form->title);
    view->instructions = core_clean_text(open->form->instructions);
    view->fields = g_ptr_array_new_with_free_func(view_field_free);
    for (guint i = 0; i < open->form->fields->len; i++) {
        const FormField *field = g_ptr_array_index(open->form->fields, i);
        if (field->type == FIELD_HIDDEN)
            continue;
        number += field->type != FIELD_FIXED;
        g_ptr_array_add(view->fields, view_field(field, number));
    }
    return view;
}

void
room_forms_view_free(RoomFormView *view)
{
    if (view == NULL)
        return;
    g_free(view->title);
    g_free(view->instructions);
    g_ptr_array_unref(view->fields);
    g_free(view);
}

/* --- as somebody types it --- */

typedef bool (*FieldMatch)(const RoomFormField *field, const char *typed, const char *folded);

static bool
is_var(const RoomFormField *field, const char *typed, const char *folded)
{
    return strcmp(field->var, typed) == 0;
}

static bool
is_key(const RoomFormField *field, const char *typed, const char *folded)
{
    return g_ascii_strcasecmp(field->key, typed) == 0;
}

static bool
is_number(const RoomFormField *field, const char *typed, const char *folded)
{
    guint64 number;
    return g_ascii_string_to_unsigned(typed, 10, 1, FORM_FIELDS_MAX, &number, NULL) && field->number == number;
}

static bool
is_label(const RoomFormField *field, const char *typed, const char *folded)
{
    g_autofree char *label = text_fold(field->label);
    return strcmp(label, folded) == 0;
}

static bool
is_part(const RoomFormField *field, const char *typed, const char *folded)
{
    g_autofree char *label = text_fold(field->label);
    g_autofree char *key = text_fold(field->key);
    return strstr(label, folded) != NULL || strstr(key, folded) != NULL;
}

/* The only one; NULL: none, or several, which are then in `names`. */
static const RoomFormField *
find_only(const RoomFormView *view, FieldMatch match, const char *typed, const char *folded, GString *names)
{
    const RoomFormField *found = NULL;
    guint count = 0;
    for (guint i = 0; i < view->fields->len; i++) {
        const RoomFormField *field = g_ptr_array_index(view->fields, i);
        if (field->number == 0 || !match(field, typed, folded))
            continue;
        found = field;
        if (++count <= TAKES_SHOWN_MAX)
            g_string_append_printf(names, "%s%s", count > 1 ? ", " : "", field->key);
    }
    return count == 1 ? found : NULL;
}

const RoomFormField *
room_forms_find_field(const RoomFormView *view, const char *typed, GError **error)
{
    static const FieldMatch matches[] = { is_var, is_key, is_number, is_label, is_part };
    g_autofree char *folded = text_fold(typed);
    g_autofree char *shown = text_clean(typed, -1, TEXT_STRICT);
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; *typed != '\0' && i < G_N_ELEMENTS(matches); i++) {
        const RoomFormField *field = find_only(view, matches[i], typed, folded, names);
        if (field != NULL)
            return field;
        if (names->len == 0)
            continue;
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("“%s” may be %s: write more of it, or its number"), shown, names->str);
        return NULL;
    }
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("the form has nothing called “%s”: /room config shows what it has"),
                shown);
    return NULL;
}

/* --- filling in --- */

static FormField *
field_at(const OpenForm *open, guint number)
{
    guint seen = 0;
    for (guint i = 0; i < open->form->fields->len; i++) {
        FormField *field = g_ptr_array_index(open->form->fields, i);
        if (field->type != FIELD_FIXED && field->type != FIELD_HIDDEN && ++seen == number)
            return field;
    }
    return NULL;
}

bool
room_form_set(OpenForm *open, const char *key, const char *const *words, GError **error)
{
    g_autoptr(RoomFormView) view = room_form_view(open);
    const RoomFormField *found = room_forms_find_field(view, key, error);
    const FormField *field = found != NULL ? field_at(open, found->number) : NULL;
    if (field == NULL)
        return false;
    if (form_field_is_multi(field))
        return form_set(open->form, field->var, words, error);
    g_autofree char *text = g_strjoinv(" ", (char **) words);
    const char *const values[] = { text, NULL };
    return form_set(open->form, field->var, values, error);
}
