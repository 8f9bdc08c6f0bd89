/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/rpc_schema.h"

#include "rpc/event_json.h"

#define DIALECT "https://json-schema.org/draft/2020-12/schema"
#define REF(name) "#/$defs/" name
#define TIME_PATTERN "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"

/* --- words of JSON --- */

static void
begin(JsonBuilder *json, const char *name)
{
    if (name != NULL)
        json_builder_set_member_name(json, name);
    json_builder_begin_object(json);
}

static void
end(JsonBuilder *json)
{
    json_builder_end_object(json);
}

static void
begin_list(JsonBuilder *json, const char *name)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_array(json);
}

static void
end_list(JsonBuilder *json)
{
    json_builder_end_array(json);
}

static void
put(JsonBuilder *json, const char *name, const char *text)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, text);
}

static void
put_bool(JsonBuilder *json, const char *name, bool value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_boolean_value(json, value);
}

static void
put_const(JsonBuilder *json, const char *name, const char *value)
{
    begin(json, name);
    put(json, "const", value);
    end(json);
}

static void
put_ref(JsonBuilder *json, const char *name, const char *definition)
{
    g_autofree char *path = g_strconcat(REF(""), definition, NULL);
    begin(json, name);
    put(json, "$ref", path);
    end(json);
}

/* --- fields --- */

static const char *
type_word(RpcType type)
{
    static const char *const words[] = {
        [RPC_TEXT] = "string",   [RPC_TIME] = "string",    [RPC_INTEGER] = "integer", [RPC_NUMBER] = "number",
        [RPC_BOOLEAN] = "boolean", [RPC_OBJECT] = "object", [RPC_TEXTS] = "array",     [RPC_OBJECTS] = "array",
        [RPC_INTEGERS] = "array",  [RPC_PAIRS] = "array",
    };
    return words[type];
}

static void
put_type(JsonBuilder *json, const char *type, bool may_be_null)
{
    if (!may_be_null) {
        put(json, "type", type);
        return;
    }
    begin_list(json, "type");
    json_builder_add_string_value(json, type);
    json_builder_add_string_value(json, "null");
    end_list(json);
}

/* What a text is one of. */
static void
put_words(JsonBuilder *json, const RpcField *field)
{
    g_auto(GStrv) words = g_strsplit(field->of, "|", -1);
    begin_list(json, "enum");
    for (char **word = words; *word != NULL; word++)
        json_builder_add_string_value(json, *word);
    if (field->may_be_null)
        json_builder_add_null_value(json);
    end_list(json);
}

/* The definition that an object of a field follows. */
static char *
object_name(const char *of)
{
    return of == NULL || g_str_equal(of, "row") ? g_strdup("row")
                                                : g_strconcat(g_str_equal(of, "message") ? "event." : "object.", of, NULL);
}

static void
put_items(JsonBuilder *json, const RpcField *field)
{
    g_autofree char *object = object_name(field->of);
    switch (field->type) {
    case RPC_TEXTS:
        if (field->of != NULL) {
            put_ref(json, "items", "event-name");
            return;
        }
        begin(json, "items");
        put(json, "type", "string");
        break;
    case RPC_OBJECTS:
        put_ref(json, "items", object);
        return;
    case RPC_PAIRS:
        begin(json, "items");
        put(json, "type", "array");
        json_builder_set_member_name(json, "minItems");
        json_builder_add_int_value(json, 2);
        json_builder_set_member_name(json, "maxItems");
        json_builder_add_int_value(json, 2);
        begin(json, "items");
        put(json, "type", "integer");
        end(json);
        break;
    default:
        begin(json, "items");
        put(json, "type", "integer");
        break;
    }
    end(json);
}

static bool
is_list(RpcType type)
{
    return type == RPC_TEXTS || type == RPC_OBJECTS || type == RPC_INTEGERS || type == RPC_PAIRS;
}

static void
put_field(JsonBuilder *json, const RpcField *field)
{
    begin(json, field->name);
    put(json, "description", field->help);
    put_type(json, type_word(field->type), field->may_be_null);
    if (field->type == RPC_TIME)
        put(json, "pattern", TIME_PATTERN);
    if (field->type == RPC_TEXT && field->of != NULL)
        put_words(json, field);
    if (is_list(field->type))
        put_items(json, field);
    end(json);
}

char *
rpc_field_words(const RpcField *field)
{
    static const char *const words[] = {
        [RPC_TEXT] = "text",          [RPC_TIME] = "time",           [RPC_INTEGER] = "whole number",
        [RPC_NUMBER] = "number",      [RPC_BOOLEAN] = "true or false", [RPC_OBJECT] = "object",
        [RPC_TEXTS] = "list of texts", [RPC_OBJECTS] = "list of objects", [RPC_INTEGERS] = "list of whole numbers",
        [RPC_PAIRS] = "list of pairs of whole numbers",
    };
    g_autoptr(GString) text = g_string_new(words[field->type]);
    if (field->may_be_null)
        g_string_append(text, " or null");
    if (field->type == RPC_TEXT && field->of != NULL) {
        g_auto(GStrv) parts = g_strsplit(field->of, "|", -1);
        g_autofree char *list = g_strjoinv(", ", parts);
        g_string_append_printf(text, ": %s", list);
    }
    if (!field->required)
        g_string_append(text, "; may be missing");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* --- objects --- */

/* An object of these fields and no others; `event`: in which the common field of that name says so. */
static void
put_object(JsonBuilder *json, const char *help, const RpcField *common, const RpcField *fields, const char *event)
{
    const RpcField *const parts[] = { common, fields };
    if (help != NULL)
        put(json, "description", help);
    put(json, "type", "object");
    begin(json, "properties");
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        for (const RpcField *field = parts[i]; field != NULL && field->name != NULL; field++) {
            if (event != NULL && parts[i] == common && g_str_equal(field->name, "event"))
                put_const(json, "event", event);
            else
                put_field(json, field);
        }
    }
    end(json);
    begin_list(json, "required");
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        for (const RpcField *field = parts[i]; field != NULL && field->name != NULL; field++) {
            if (field->required)
                json_builder_add_string_value(json, field->name);
        }
    }
    end_list(json);
    put_bool(json, "additionalProperties", false);
}

static char *
shape_name(const char *kind, const RpcShape *shape)
{
    return shape->variant == NULL ? g_strconcat(kind, shape->name, NULL)
                                  : g_strconcat(kind, shape->name, ".", shape->variant, NULL);
}

static void
put_shapes(JsonBuilder *json, const char *kind, const RpcShape *shapes, const RpcField *common)
{
    for (const RpcShape *shape = shapes; shape->name != NULL; shape++) {
        g_autofree char *name = shape_name(kind, shape);
        begin(json, name);
        put_object(json, shape->help, common, shape->fields, shape->name);
        end(json);
    }
}

/* --- definitions --- */

/* Any event, each by the shape it has. */
static void
put_events(JsonBuilder *json)
{
    begin(json, "event");
    put(json, "description", "A line of --json, and the params of the notification “event”.");
    begin_list(json, "anyOf");
    for (const RpcShape *shape = event_shapes; shape->name != NULL; shape++) {
        g_autofree char *name = shape_name("event.", shape);
        put_ref(json, NULL, name);
    }
    put_ref(json, NULL, "command.result");
    end_list(json);
    end(json);

    begin(json, "event-name");
    put(json, "description", "What can be subscribed to.");
    begin_list(json, "enum");
    const char *last = "";
    for (const RpcShape *shape = event_shapes; shape->name != NULL; shape++) {
        if (event_is_known(shape->name) && !g_str_equal(shape->name, last))
            json_builder_add_string_value(json, shape->name);
        last = shape->name;
    }
    end_list(json);
    end(json);
}

static void
put_row(JsonBuilder *json)
{
    begin(json, "row");
    put(json, "description", "A row of a table that a command prints: its columns by their names.");
    put(json, "type", "object");
    begin(json, "additionalProperties");
    put_type(json, "string", true);
    end(json);
    end(json);
}

static void
put_id(JsonBuilder *json)
{
    begin(json, "id");
    begin_list(json, "type");
    json_builder_add_string_value(json, "string");
    json_builder_add_string_value(json, "number");
    json_builder_add_string_value(json, "null");
    end_list(json);
    end(json);
}

static void
begin_message(JsonBuilder *json, const char *name, const char *help)
{
    begin(json, name);
    put(json, "description", help);
    put(json, "type", "object");
    begin(json, "properties");
    put_const(json, "jsonrpc", "2.0");
}

static void
end_message(JsonBuilder *json, const char *required)
{
    g_auto(GStrv) names = g_strsplit(required, " ", -1);
    end(json);
    begin_list(json, "required");
    for (char **name = names; *name != NULL; name++)
        json_builder_add_string_value(json, *name);
    end_list(json);
    put_bool(json, "additionalProperties", false);
    end(json);
}

static bool
has_required(const RpcField *fields)
{
    for (; fields->name != NULL; fields++) {
        if (fields->required)
            return true;
    }
    return false;
}

/* What is asked, with its parameters, and what is answered. */
static void
put_method(JsonBuilder *json, const char *kind, const RpcMethod *method)
{
    g_autofree char *request = g_strconcat(kind, method->name, ".request", NULL);
    g_autofree char *params = g_strconcat(kind, method->name, ".params", NULL);
    g_autofree char *result = g_strconcat(kind, method->name, ".result", NULL);
    begin(json, params);
    put_object(json, NULL, NULL, method->params, NULL);
    end(json);
    begin(json, result);
    put_object(json, NULL, NULL, method->result, NULL);
    end(json);
    begin_message(json, request, method->help);
    put_id(json);
    put_const(json, "method", method->name);
    put_ref(json, "params", params);
    end_message(json, has_required(method->params) ? "jsonrpc method params" : "jsonrpc method");
}

static void
put_any_of_methods(JsonBuilder *json, const RpcMethod *const *tables, const char *which)
{
    begin_list(json, "anyOf");
    for (; *tables != NULL; tables++) {
        for (const RpcMethod *method = *tables; method->name != NULL; method++) {
            g_autofree char *name = g_strconcat(method->name, which, NULL);
            put_ref(json, NULL, name);
        }
    }
    end_list(json);
}

static void
put_messages(JsonBuilder *json, const RpcMethod *const *tables)
{
    begin(json, "request");
    put(json, "description", "What a program asks.");
    put_any_of_methods(json, tables, ".request");
    end(json);

    begin_message(json, "answer", "What it is answered.");
    put_id(json);
    begin(json, "result");
    put_any_of_methods(json, tables, ".result");
    end(json);
    end_message(json, "jsonrpc id result");

    begin_message(json, "failure", "What it is answered when it cannot be done.");
    put_id(json);
    begin(json, "error");
    put(json, "type", "object");
    begin(json, "properties");
    begin(json, "code");
    put(json, "description", "Of JSON-RPC 2.0 (below 0), or an exit code of confab(1)");
    put(json, "type", "integer");
    end(json);
    begin(json, "message");
    put(json, "description", "The cause, and what to do");
    put(json, "type", "string");
    end(json);
    end_message(json, "code message");
    end_message(json, "jsonrpc id error");

    begin_message(json, "notification", "An event that was subscribed to.");
    put_const(json, "method", "event");
    put_ref(json, "params", "event");
    end_message(json, "jsonrpc method params");

    begin(json, "message");
    put(json, "description", "A line that confab writes on the control socket.");
    static const char *const kinds[] = { "answer", "failure", "notification", NULL };
    begin_list(json, "anyOf");
    for (const char *const *kind = kinds; *kind != NULL; kind++)
        put_ref(json, NULL, *kind);
    begin(json, NULL);
    put(json, "type", "array");
    begin(json, "items");
    begin_list(json, "anyOf");
    put_ref(json, NULL, "answer");
    put_ref(json, NULL, "failure");
    end_list(json);
    end(json);
    end(json);
    end_list(json);
    end(json);
}

char *
rpc_schema_to_json(const RpcMethod *const *tables, const RpcMethod *asked)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();
    begin(json, NULL);
    put(json, "$schema", DIALECT);
    put(json, "$comment",
        "SPDX-License-Identifier: GPL-3.0-or-later. Printed by mkdocs from the tables of the program: change those, then run "
        "make docs.");
    put(json, "title", "confab");
    put(json, "description",
        "By itself: a line that confab prints with --json. Under $defs: “message” is a line that confab writes on its "
        "control socket, “request” one that it reads there. See confab-rpc(7).");
    put(json, "$ref", REF("event"));
    begin(json, "$defs");
    put_events(json);
    put_messages(json, tables);
    for (const RpcMethod *const *table = tables; *table != NULL; table++) {
        for (const RpcMethod *method = *table; method->name != NULL; method++)
            put_method(json, "", method);
    }
    for (; asked->name != NULL; asked++)
        put_method(json, "plugin.", asked);
    put_shapes(json, "event.", event_shapes, event_common);
    put_shapes(json, "object.", object_shapes, NULL);
    put_row(json);
    end(json);
    end(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    json_generator_set_indent(generator, 1);
    g_autofree char *text = json_generator_to_data(generator, NULL);
    return g_strconcat(text, "\n", NULL);
}
