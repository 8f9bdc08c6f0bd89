/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/shape_check.h"

#include <string.h>

#include "rpc/event_shapes.h"

enum { SEEN_MAX = 1024 * 1024 /* bytes */ };

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

static const RpcShape *
find_shape(const RpcShape *shapes, const char *name)
{
    while (shapes->name != NULL && !g_str_equal(shapes->name, name))
        shapes++;
    return shapes->name == NULL ? NULL : shapes;
}

/* An object in a list follows a shape of its own: a row is free, a message is as the event. */
static bool
is_object_of(JsonNode *node, const char *of)
{
    const bool is_message = g_str_equal(of, "message");
    if (!JSON_NODE_HOLDS_OBJECT(node) || g_str_equal(of, "row"))
        return JSON_NODE_HOLDS_OBJECT(node);
    const RpcShape *shape = find_shape(is_message ? event_shapes : object_shapes, of);
    return shape != NULL && has_shape(json_node_get_object(node), is_message ? event_common : NULL, shape->fields);
}

static bool
all_objects(JsonArray *array, const char *of)
{
    for (guint i = 0; i < json_array_get_length(array); i++) {
        if (!is_object_of(json_array_get_element(array, i), of))
            return false;
    }
    return true;
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

static bool
is_event(JsonObject *object)
{
    const char *event = json_object_get_string_member_with_default(object, "event", "");
    if (g_str_equal(event, "result") && has_shape(object, NULL, rpc_method_find(rpc_methods, "command")->result))
        return true;
    for (const RpcShape *shape = event_shapes; shape->name != NULL; shape++) {
        if (g_str_equal(shape->name, event) && has_shape(object, event_common, shape->fields))
            return true;
    }
    return false;
}

/* Which method was asked does not stand in the answer. */
static bool
is_result(JsonObject *object)
{
    for (const RpcMethod *method = rpc_methods; method->name != NULL; method++) {
        if (has_shape(object, NULL, method->result))
            return true;
    }
    return false;
}

static bool
is_failure(JsonObject *error)
{
    static const RpcField fields[] = {
        { "code", RPC_INTEGER, true, false, NULL, NULL }, { "message", RPC_TEXT, true, false, NULL, NULL }, { 0 } };
    return has_shape(error, NULL, fields);
}

static JsonObject *
object_in(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static bool
is_message(JsonObject *object)
{
    JsonObject *params = object_in(object, "params"), *result = object_in(object, "result"), *error = object_in(object, "error");
    if (g_strcmp0(json_object_get_string_member_with_default(object, "jsonrpc", NULL), "2.0") != 0)
        return false;
    if (json_object_has_member(object, "method"))
        return json_object_get_size(object) == 3 && g_str_equal(json_object_get_string_member(object, "method"), "event") &&
               params != NULL && is_event(params);
    return json_object_get_size(object) == 3 && json_object_has_member(object, "id") &&
           ((result != NULL && is_result(result)) || (error != NULL && is_failure(error)));
}

static JsonParser *
parse(const char *json)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    json_parser_load_from_data(parser, json, -1, &error);
    if (error != NULL)
        g_error("%s: %s", error->message, json);
    return g_steal_pointer(&parser);
}

void
assert_event_shape(const char *json)
{
    g_autoptr(JsonParser) parser = parse(json);
    if (!is_event(json_node_get_object(json_parser_get_root(parser))))
        g_error("this has not the shape that event_shapes.c gives its event: %s", json);
    if (seen == NULL)
        seen = g_string_new(NULL);
    if (seen->len < SEEN_MAX)
        g_string_append_printf(seen, "%s\n", json);
}

void
assert_message_shape(const char *json)
{
    g_autoptr(JsonParser) parser = parse(json);
    JsonNode *root = json_parser_get_root(parser);
    JsonArray *batch = JSON_NODE_HOLDS_ARRAY(root) ? json_node_get_array(root) : NULL;
    bool fits = batch == NULL ? is_message(json_node_get_object(root)) : json_array_get_length(batch) > 0;
    for (guint i = 0; batch != NULL && i < json_array_get_length(batch); i++)
        fits = fits && is_message(json_array_get_object_element(batch, i));
    if (!fits)
        g_error("this is no message of the control socket as the tables have it: %s", json);
}

void
assert_shapes(const char *output)
{
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    /* The last one has no line feed: it is not whole when the program was killed. */
    for (char **line = lines; *line != NULL && line[1] != NULL; line++) {
        if (g_str_has_prefix(*line, "{\"v\":1,\"event\":"))
            assert_event_shape(*line);
        else if (g_str_has_prefix(*line, "{\"jsonrpc\":") || g_str_has_prefix(*line, "[{\"jsonrpc\":"))
            assert_message_shape(*line);
    }
}

char *
shape_check_seen(void)
{
    g_assert_nonnull(seen);
    char *text = seen->str;
    g_string_free(g_steal_pointer(&seen), FALSE);
    return text;
}
