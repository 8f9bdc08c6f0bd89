/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shape_check.h"

#include <string.h>

#include "rpc/event_shapes.h"

static GString *seen;

static bool
is_word(const char *words, const char *text)
{
    g_auto(GStrv) list = g_strsplit(words, "|", -1);
    return g_strv_contains((const char *const *) list, text);
}

static bool
all_integers(JsonArray *array)
{
    for (guint i = 0; i < json_array_get_length(array); i++) {
        if (json_node_get_value_type(json_array_get_element(array, i)) != G_TYPE_INT64)
            return false;
    }
    return true;
}

static bool has_shape(JsonObject *object, const RpcField *common, const RpcField *fields);

/* Objects in a list follow a shape of their own. */
static bool
all_objects(JsonArray *array, const char *of)
{
    const RpcShape *shape = object_shapes;
    while (shape->name != NULL && g_strcmp0(shape->name, of) != 0)
        shape++;
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);
        if (!JSON_NODE_HOLDS_OBJECT(node) || (shape->name != NULL && !has_shape(json_node_get_object(node), NULL, shape->fields)))
            return false;
    }
    return shape->name != NULL || g_strcmp0(of, "row") == 0;
}

static bool
fits(JsonNode *node, const RpcField *field)
{
    if (JSON_NODE_HOLDS_NULL(node))
        return field->may_be_null;
    JsonArray *array = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    const GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_NONE;
    switch (field->type) {
    case RPC_TEXT:
        return type == G_TYPE_STRING && (field->of == NULL || is_word(field->of, json_node_get_string(node)));
    case RPC_TIME:
        return type == G_TYPE_STRING && g_str_has_suffix(json_node_get_string(node), "Z");
    case RPC_INTEGER:
        return type == G_TYPE_INT64;
    case RPC_BOOLEAN:
        return type == G_TYPE_BOOLEAN;
    case RPC_INTEGERS:
        return array != NULL && all_integers(array);
    case RPC_OBJECTS:
        return array != NULL && all_objects(array, field->of);
    case RPC_TEXTS:
    case RPC_PAIRS:
        return array != NULL;
    default:
        return false;
    }
}

static const RpcField *
find_field(const RpcField *fields, const char *name)
{
    for (; fields != NULL && fields->name != NULL; fields++) {
        if (g_str_equal(fields->name, name))
            return fields;
    }
    return NULL;
}

static bool
has_required(JsonObject *object, const RpcField *fields)
{
    for (; fields != NULL && fields->name != NULL; fields++) {
        if (fields->required && !json_object_has_member(object, fields->name))
            return false;
    }
    return true;
}

static bool
has_shape(JsonObject *object, const RpcField *common, const RpcField *fields)
{
    g_autoptr(GList) names = json_object_get_members(object);
    for (const GList *name = names; name != NULL; name = name->next) {
        const RpcField *field = find_field(fields, name->data);
        if (field == NULL)
            field = find_field(common, name->data);
        if (field == NULL || !fits(json_object_get_member(object, name->data), field))
            return false;
    }
    return has_required(object, common) && has_required(object, fields);
}

void
assert_event_shape(const char *json)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    json_parser_load_from_data(parser, json, -1, &error);
    g_assert_no_error(error);
    JsonObject *object = json_node_get_object(json_parser_get_root(parser));
    const char *event = json_object_get_string_member(object, "event");
    bool fitted = g_str_equal(event, "result") &&
                  has_shape(object, NULL, rpc_method_find(rpc_methods, "command")->result);
    for (const RpcShape *shape = event_shapes; !fitted && shape->name != NULL; shape++)
        fitted = g_str_equal(shape->name, event) && has_shape(object, event_common, shape->fields);
    if (!fitted)
        g_error("this is no shape of event_shapes.c: %s", json);
    if (seen == NULL)
        seen = g_string_new(NULL);
    g_string_append_printf(seen, "%s\n", json);
}

char *
shape_check_seen(void)
{
    g_assert_nonnull(seen);
    char *text = seen->str;
    g_string_free(g_steal_pointer(&seen), FALSE);
    return text;
}
