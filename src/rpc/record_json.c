/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/record_json.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/when.h"
#include "rpc/json_check.h"

enum {
    DEPTH_MAX = 8,       /* of brackets in brackets: json-glib recurses */
    EARLIER_MAX = 10000, /* texts of one message */
};

struct RecordJson {
    JsonParser *parser;
    RecordsText *earlier;
};

RecordJson *
record_json_new(void)
{
    RecordJson *json = g_new0(RecordJson, 1);
    json->parser = json_parser_new_immutable();
    return json;
}

void
record_json_free(RecordJson *json)
{
    if (json == NULL)
        return;
    g_object_unref(json->parser);
    g_free(json->earlier);
    g_free(json);
}

static RecordJsonKind
bad(GError **error, const char *cause)
{
    g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT, cause);
    return RECORD_JSON_BAD;
}

static const char *
text_of(JsonObject *object, const char *key)
{
    JsonNode *node = json_object_get_member(object, key);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

static gint64
int_of(JsonObject *object, const char *key)
{
    JsonNode *node = json_object_get_member(object, key);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64
               ? json_node_get_int(node)
               : 0;
}

static bool
is_true(JsonObject *object, const char *key)
{
    JsonNode *node = json_object_get_member(object, key);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_BOOLEAN &&
           json_node_get_boolean(node);
}

/* Also an outgoing message of unknown state was sent: it is in a history. */
static MessageState
state_of(const char *word)
{
    for (int state = MESSAGE_QUEUED; word != NULL && state <= MESSAGE_FAILED; state++) {
        if (strcmp(message_state_word((MessageState) state), word) == 0)
            return (MessageState) state;
    }
    return MESSAGE_SENT;
}

static bool
read_earlier(RecordJson *json, JsonObject *object, RecordsItem *item)
{
    JsonNode *node = json_object_get_member(object, "earlier");
    g_clear_pointer(&json->earlier, g_free);
    if (node == NULL || !JSON_NODE_HOLDS_ARRAY(node))
        return true;
    JsonArray *array = json_node_get_array(node);
    const guint count = json_array_get_length(array);
    if (count > EARLIER_MAX)
        return false;
    json->earlier = g_new0(RecordsText, count + 1);
    for (guint i = 0; i < count; i++) {
        JsonNode *element = json_array_get_element(array, i);
        JsonObject *text = JSON_NODE_HOLDS_OBJECT(element) ? json_node_get_object(element) : NULL;
        const char *time = text == NULL ? NULL : text_of(text, "time");
        RecordsText *to = &json->earlier[i];
        to->body = text == NULL ? NULL : text_of(text, "body");
        if (to->body == NULL || (time != NULL && !when_parse(time, &to->time)))
            return false;
    }
    item->earlier = json->earlier;
    item->earlier_count = count;
    return true;
}

static RecordJsonKind
read_message(RecordJson *json, JsonObject *object, RecordJsonMessage *message, GError **error)
{
    MessageInit *init = &message->item.message;
    const char *time = text_of(object, "time"), *edited = text_of(object, "edited");
    const char *direction = text_of(object, "direction"), *kind = text_of(object, "kind");
    message->account = text_of(object, "account");
    message->account_jid = text_of(object, "account_jid");
    message->with = text_of(object, "with");
    message->from = text_of(object, "from");
    init->body = text_of(object, "body");
    if (message->with == NULL)
        return bad(error, _("“with” is missing"));
    if (init->body == NULL)
        return bad(error, _("“body” is missing"));
    if (time == NULL || !when_parse(time, &init->time) || init->time <= 0)
        return bad(error, _("“time” is no time like 2026-11-22T10:00:00Z"));
    if (direction == NULL || (strcmp(direction, "in") != 0 && strcmp(direction, "out") != 0))
        return bad(error, _("“direction” is neither “in” nor “out”"));
    if (kind != NULL && strcmp(kind, "chat") != 0 && strcmp(kind, "room") != 0 && strcmp(kind, "private") != 0)
        return bad(error, _("“kind” is none of “chat”, “room”, “private”"));
    if (edited != NULL && !when_parse(edited, &init->edited))
        return bad(error, _("“edited” is no time like 2026-11-22T10:00:00Z"));
    if (!read_earlier(json, object, &message->item))
        return bad(error, _("“earlier” is no list of texts with their times"));
    message->item.kind = g_strcmp0(kind, "room") == 0      ? CONVERSATION_ROOM
                         : g_strcmp0(kind, "private") == 0 ? CONVERSATION_OCCUPANT
                                                           : CONVERSATION_CHAT;
    init->direction = strcmp(direction, "in") == 0 ? MESSAGE_IN : MESSAGE_OUT;
    init->id = text_of(object, "id");
    init->origin_id = text_of(object, "origin_id");
    init->archive_id = text_of(object, "archive_id");
    init->occupant_id = text_of(object, "occupant_id");
    init->order = int_of(object, "order");
    init->delayed = is_true(object, "delayed");
    init->encryption = text_of(object, "encryption");
    init->trust = text_of(object, "trust");
    init->state = state_of(text_of(object, "state"));
    init->reason = text_of(object, "reason");
    init->edit_id = text_of(object, "edit_id");
    return RECORD_JSON_MESSAGE;
}

RecordJsonKind
record_json_parse(RecordJson *json, const char *line, gsize length, RecordJsonMessage *message, GError **error)
{
    memset(message, 0, sizeof *message);
    if (!json_check(line, length, DEPTH_MAX) ||
        !json_parser_load_from_data(json->parser, line, (gssize) length, NULL))
        return bad(error, _("this is no JSON"));
    JsonNode *root = json_parser_get_root(json->parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root))
        return bad(error, _("this is no JSON object"));
    JsonObject *object = json_node_get_object(root);
    const char *event = text_of(object, "event");
    if (event == NULL)
        return bad(error, _("“event” is missing"));
    if (strcmp(event, "message") != 0)
        return RECORD_JSON_OTHER;
    if (json_object_has_member(object, "v") && int_of(object, "v") != 1)
        return bad(error, _("“v” is not 1: it was written by a newer confab"));
    return read_message(json, object, message, error);
}
