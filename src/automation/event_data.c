/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/event_data.h"

#include <string.h>

#include <json-glib/json-glib.h>

struct EventData {
    guint references;
    char *json;
    GHashTable *values;      /* "body" → … */
    GHashTable *variables;   /* "EVENT_BODY" → … */
    GPtrArray *environment;  /* "CONFAB_BODY=…" */
};

/* What a program or a line gets of a member; NULL: nothing. */
static char *
value_of(JsonNode *node)
{
    if (!JSON_NODE_HOLDS_VALUE(node))
        return NULL;
    const GType type = json_node_get_value_type(node);
    if (type == G_TYPE_BOOLEAN)
        return g_strdup(json_node_get_boolean(node) ? "true" : "false");
    if (type != G_TYPE_STRING)
        return g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
    const char *text = json_node_get_string(node);
    if (strlen(text) <= EVENT_DATA_VALUE_MAX)
        return g_strdup(text);
    const char *end = g_utf8_find_prev_char(text, text + EVENT_DATA_VALUE_MAX + 1);
    return g_strndup(text, (gsize) (end - text));
}

static void
add_member(JsonObject *object, const char *member, JsonNode *node, gpointer user)
{
    EventData *data = user;
    char *value = value_of(node);
    if (value == NULL)
        return;
    g_autofree char *upper = g_ascii_strup(member, -1);
    g_hash_table_insert(data->values, g_strdup(member), value);
    g_hash_table_insert(data->variables, g_strconcat("EVENT_", upper, NULL), g_strdup(value));
    g_ptr_array_add(data->environment, g_strconcat("CONFAB_", upper, "=", value, NULL));
}

EventData *
event_data_new(const char *json, const char *name)
{
    g_autoptr(JsonNode) root = json_from_string(json, NULL);
    JsonObject *object = json_node_get_object(root);
    EventData *data = g_new0(EventData, 1);
    data->references = 1;
    if (name != NULL)
        json_object_set_string_member(object, "event", name);
    data->json = name != NULL ? json_to_string(root, FALSE) : g_strdup(json);
    data->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    data->variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    data->environment = g_ptr_array_new_with_free_func(g_free);
    json_object_foreach_member(object, add_member, data);
    g_ptr_array_add(data->environment, NULL);
    return data;
}

EventData *
event_data_ref(EventData *data)
{
    data->references++;
    return data;
}

void
event_data_unref(EventData *data)
{
    if (data == NULL || --data->references > 0)
        return;
    g_hash_table_unref(data->variables);
    g_hash_table_unref(data->values);
    g_ptr_array_unref(data->environment);
    g_free(data->json);
    g_free(data);
}

const char *
event_data_json(const EventData *data)
{
    return data->json;
}

const char *
event_data_value(const EventData *data, const char *member)
{
    return g_hash_table_lookup(data->values, member);
}

const char *const *
event_data_environment(const EventData *data)
{
    return (const char *const *) data->environment->pdata;
}

GHashTable *
event_data_variables(const EventData *data)
{
    return data->variables;
}
