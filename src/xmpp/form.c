/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/form.h"

#include <string.h>

enum {
    FIELDS_MAX = 64,
    VALUES_MAX = 256, /* of one field */
};

/* --- the text that is hashed --- */

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

/* --- forms as values --- */

static const char *const type_words[] = {
    [FIELD_TEXT_SINGLE] = "text-single",   [FIELD_TEXT_MULTI] = "text-multi", [FIELD_TEXT_PRIVATE] = "text-private",
    [FIELD_BOOLEAN] = "boolean",           [FIELD_LIST_SINGLE] = "list-single", [FIELD_LIST_MULTI] = "list-multi",
    [FIELD_JID_SINGLE] = "jid-single",     [FIELD_JID_MULTI] = "jid-multi",   [FIELD_FIXED] = "fixed",
    [FIELD_HIDDEN] = "hidden",
};

static const char *const kind_words[] = {
    [FORM_FORM] = "form", [FORM_SUBMIT] = "submit", [FORM_CANCEL] = "cancel", [FORM_RESULT] = "result",
};

static void
option_free(gpointer data)
{
    FormOption *option = data;
    g_free(option->label);
    g_free(option->value);
    g_free(option);
}

static void
field_free(gpointer data)
{
    FormField *field = data;
    g_free(field->var);
    g_free(field->label);
    g_free(field->description);
    g_ptr_array_unref(field->values);
    g_ptr_array_unref(field->options);
    g_free(field);
}

static FormField *
field_new(const char *var, FormFieldType type)
{
    FormField *field = g_new0(FormField, 1);
    field->var = g_strdup(var);
    field->type = type;
    field->values = g_ptr_array_new_with_free_func(g_free);
    field->options = g_ptr_array_new_with_free_func(option_free);
    return field;
}

/* A form that is being read, and how much of it may still come. */
typedef struct Reader {
    DataForm *form;
    gsize room; /* bytes */
} Reader;

/* NULL when it does not fit any more. */
static char *
take(Reader *reader, char *take_text)
{
    const gsize size = take_text != NULL ? strlen(take_text) : 0;
    if (size <= reader->room) {
        reader->room -= size;
        return take_text;
    }
    reader->form->is_cut = true;
    g_free(take_text);
    return NULL;
}

static bool
has_room(Reader *reader, const GPtrArray *array, guint limit)
{
    if (array->len < limit)
        return true;
    reader->form->is_cut = true;
    return false;
}

static void
read_field_values(Reader *reader, FormField *field, xmpp_stanza_t *element)
{
    for (xmpp_stanza_t *value = stanza_child(element, "value", NS_FORM); value != NULL;
         value = stanza_next(value, "value", NS_FORM)) {
        char *text = has_room(reader, field->values, FORM_VALUES_MAX) ? take(reader, stanza_text(value)) : NULL;
        if (text == NULL)
            return;
        g_ptr_array_add(field->values, text);
    }
}

static void
read_options(Reader *reader, FormField *field, xmpp_stanza_t *element)
{
    for (xmpp_stanza_t *child = stanza_child(element, "option", NS_FORM); child != NULL;
         child = stanza_next(child, "option", NS_FORM)) {
        char *value = has_room(reader, field->options, FORM_OPTIONS_MAX)
                          ? take(reader, stanza_child_text(child, "value", NS_FORM))
                          : NULL;
        if (value == NULL)
            continue;
        FormOption *option = g_new0(FormOption, 1);
        option->value = value;
        option->label = take(reader, g_strdup(stanza_attribute(child, "label")));
        g_ptr_array_add(field->options, option);
    }
}

static FormFieldType
read_type(xmpp_stanza_t *element)
{
    const char *word = stanza_attribute(element, "type");
    for (guint i = 0; word != NULL && i < G_N_ELEMENTS(type_words); i++) {
        if (strcmp(type_words[i], word) == 0)
            return (FormFieldType) i;
    }
    return FIELD_TEXT_SINGLE;
}

/* NULL: nobody could answer it. */
static FormField *
read_form_field(Reader *reader, xmpp_stanza_t *element)
{
    const FormFieldType type = read_type(element);
    g_autofree char *var = take(reader, g_strdup(stanza_attribute(element, "var")));
    if (type != FIELD_FIXED && (var == NULL || *var == '\0'))
        return NULL;
    FormField *field = field_new(var, type);
    field->label = take(reader, g_strdup(stanza_attribute(element, "label")));
    field->description = take(reader, stanza_child_text(element, "desc", NS_FORM));
    field->required = stanza_child(element, "required", NS_FORM) != NULL;
    read_field_values(reader, field, element);
    read_options(reader, field, element);
    return field;
}

/* What comes twice contradicts what was first. */
static void
read_fields(Reader *reader, GPtrArray *fields, xmpp_stanza_t *parent)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (xmpp_stanza_t *element = stanza_child(parent, "field", NS_FORM); element != NULL;
         element = stanza_next(element, "field", NS_FORM)) {
        if (!has_room(reader, fields, FORM_FIELDS_MAX))
            return;
        FormField *field = read_form_field(reader, element);
        if (field == NULL)
            continue;
        if (field->var != NULL && !g_hash_table_add(seen, field->var)) {
            field_free(field);
            continue;
        }
        g_ptr_array_add(fields, field);
    }
}

static void
read_items(Reader *reader, xmpp_stanza_t *x)
{
    GPtrArray *items = reader->form->items;
    for (xmpp_stanza_t *item = stanza_child(x, "item", NS_FORM); item != NULL; item = stanza_next(item, "item", NS_FORM)) {
        if (!has_room(reader, items, FORM_ITEMS_MAX) || reader->room == 0)
            return;
        GPtrArray *row = g_ptr_array_new_with_free_func(field_free);
        read_fields(reader, row, item);
        g_ptr_array_add(items, row);
    }
}

/* Each element of them is a paragraph. */
static char *
read_instructions(Reader *reader, xmpp_stanza_t *x)
{
    GString *text = NULL;
    for (xmpp_stanza_t *child = stanza_child(x, "instructions", NS_FORM); child != NULL;
         child = stanza_next(child, "instructions", NS_FORM)) {
        g_autofree char *words = take(reader, stanza_text(child));
        if (words == NULL)
            break;
        if (text == NULL)
            text = g_string_new(words);
        else
            g_string_append_printf(text, "\n%s", words);
    }
    return text != NULL ? g_string_free(text, FALSE) : NULL;
}

DataForm *
form_new_empty(FormKind kind)
{
    DataForm *form = g_new0(DataForm, 1);
    form->kind = kind;
    form->fields = g_ptr_array_new_with_free_func(field_free);
    form->reported = g_ptr_array_new_with_free_func(field_free);
    form->items = g_ptr_array_new_with_free_func((GDestroyNotify) g_ptr_array_unref);
    return form;
}

DataForm *
form_new(xmpp_stanza_t *x)
{
    const char *word = stanza_attribute(x, "type");
    guint kind = 0;
    while (kind < G_N_ELEMENTS(kind_words) && g_strcmp0(word, kind_words[kind]) != 0)
        kind++;
    if (!stanza_is(x, "x", NS_FORM) || kind == G_N_ELEMENTS(kind_words))
        return NULL;
    DataForm *form = form_new_empty((FormKind) kind);
    Reader reader = { form, FORM_BYTES_MAX };
    xmpp_stanza_t *reported = stanza_child(x, "reported", NS_FORM);
    form->title = take(&reader, stanza_child_text(x, "title", NS_FORM));
    form->instructions = read_instructions(&reader, x);
    read_fields(&reader, form->fields, x);
    if (reported != NULL)
        read_fields(&reader, form->reported, reported);
    read_items(&reader, x);
    return form;
}

void
form_free(DataForm *form)
{
    if (form == NULL)
        return;
    g_free(form->title);
    g_free(form->instructions);
    g_ptr_array_unref(form->fields);
    g_ptr_array_unref(form->reported);
    g_ptr_array_unref(form->items);
    g_free(form);
}

FormField *
form_add_field(DataForm *form, const char *var, const char *label, FormFieldType type)
{
    if (form_find(form, var) != NULL)
        return NULL;
    FormField *field = field_new(var, type);
    field->label = g_strdup(label);
    g_ptr_array_add(form->fields, field);
    return field;
}

FormField *
form_find(const DataForm *form, const char *var)
{
    for (guint i = 0; i < form->fields->len; i++) {
        FormField *field = g_ptr_array_index(form->fields, i);
        if (g_strcmp0(field->var, var) == 0)
            return field;
    }
    return NULL;
}

const char *
form_field_value(const FormField *field)
{
    return field->values->len > 0 ? g_ptr_array_index(field->values, 0) : NULL;
}

const char *
form_value(const DataForm *form, const char *var)
{
    const FormField *field = form_find(form, var);
    return field != NULL ? form_field_value(field) : NULL;
}

const char *
form_type(const DataForm *form)
{
    return form_value(form, "FORM_TYPE");
}

const char *
form_field_type_word(FormFieldType type)
{
    return type_words[type];
}

bool
form_field_is_multi(const FormField *field)
{
    return field->type == FIELD_TEXT_MULTI || field->type == FIELD_LIST_MULTI || field->type == FIELD_JID_MULTI;
}
