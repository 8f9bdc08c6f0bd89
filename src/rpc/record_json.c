/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/record_json.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"

enum {
    DEPTH_MAX = 8,       /* of brackets in brackets: json-glib recurses */
    EARLIER_MAX = 10000, /* texts of one message */
};

/* --- to JSON --- */

/* As events are: also DEL, C1 and the separators of lines and paragraphs are escaped, so that a line is a line for
 * everybody. */
static void
append_escaped(GString *out, const char *text)
{
    const char *plain = text;
    for (const char *p = text; *p != '\0';) {
        const guchar byte = (guchar) *p;
        if (byte >= 0x20 && byte != '"' && byte != '\\' && byte < 0x7f) {
            p++;
            continue;
        }
        const gunichar character = g_utf8_get_char(p);
        const char *next = g_utf8_next_char(p);
        const bool harmless = character > 0x9f && character != 0x2028 && character != 0x2029;
        if (!harmless) {
            static const char letters[] = "btn\0fr";
            g_string_append_len(out, plain, p - plain);
            if (character == '"' || character == '\\')
                g_string_append_printf(out, "\\%c", (char) character);
            else if (character >= '\b' && character <= '\r' && letters[character - '\b'] != '\0')
                g_string_append_printf(out, "\\%c", letters[character - '\b']);
            else
                g_string_append_printf(out, "\\u%04x", character);
            plain = next;
        }
        p = next;
    }
    g_string_append(out, plain);
}

static void
add_key(GString *out, const char *key)
{
    g_string_append(out, ",\"");
    g_string_append(out, key);
    g_string_append(out, "\":");
}

void
record_add_json_value(GString *out, const char *value)
{
    if (value == NULL) {
        g_string_append(out, "null");
        return;
    }
    g_string_append_c(out, '"');
    append_escaped(out, value);
    g_string_append_c(out, '"');
}

void
record_add_json_text(GString *out, const char *key, const char *value)
{
    add_key(out, key);
    record_add_json_value(out, value);
}

static void
add_known(GString *out, const char *key, const char *value)
{
    if (value != NULL)
        record_add_json_text(out, key, value);
}

static void
add_int(GString *out, const char *key, gint64 value)
{
    add_key(out, key);
    g_string_append_printf(out, "%" G_GINT64_FORMAT, value);
}

static void
add_time(GString *out, const char *key, gint64 time)
{
    g_autofree char *when = when_format(time);
    record_add_json_text(out, key, when);
}

void
record_begin_json(GString *out, const Message *message, const char *account, const char *with, ConversationKind kind)
{
    g_string_append(out, "{\"v\":1,\"event\":\"message\"");
    add_time(out, "time", message->time);
    record_add_json_text(out, "account", account);
    record_add_json_text(out, "id", message->id);
    record_add_json_text(out, "with", with);
    record_add_json_text(out, "from", message->from == NULL ? NULL : jid_text(message->from));
    record_add_json_text(out, "direction", message->direction == MESSAGE_IN ? "in" : "out");
    record_add_json_text(out, "kind", kind == CONVERSATION_ROOM ? "room" : "chat");
    record_add_json_text(out, "body", message->body);
    record_add_json_text(out, "encryption", message->encryption);
    record_add_json_text(out, "trust", message->trust);
    add_key(out, "delayed");
    g_string_append(out, message->delayed ? "true" : "false");
}

static void
add_marks(GString *out, const RecordsEntry *entry)
{
    const char *body = entry->message->body;
    add_key(out, "marks");
    g_string_append_c(out, '[');
    for (guint i = 0; i < entry->mark_count; i++) {
        const RecordsMark *mark = &entry->marks[i];
        g_string_append_printf(out, "%s[%ld,%ld]", i > 0 ? "," : "", g_utf8_strlen(body, mark->start),
                               g_utf8_strlen(body + mark->start, mark->length));
    }
    g_string_append_c(out, ']');
}

static void
add_earlier(GString *out, const RecordsEntry *entry)
{
    add_key(out, "earlier");
    g_string_append_c(out, '[');
    for (guint i = 0; i < entry->earlier_count; i++) {
        g_autofree char *when = when_format(entry->earlier[i].time);
        g_string_append_printf(out, "%s{\"time\":\"%s\",\"body\":", i > 0 ? "," : "", when);
        record_add_json_value(out, entry->earlier[i].body);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

void
record_to_json(const RecordsEntry *entry, bool complete, GString *out)
{
    const Message *message = entry->message;
    record_begin_json(out, message, entry->account, entry->with, entry->kind);
    if (message->direction == MESSAGE_OUT) {
        record_add_json_text(out, "state", message_state_word(message->state));
        add_known(out, "reason", message->reason);
    }
    if (message->edits > 0) {
        add_int(out, "edits", message->edits);
        add_time(out, "edited", message->edited);
    }
    if (entry->marks != NULL)
        add_marks(out, entry);
    if (complete) {
        add_known(out, "origin_id", message->origin_id);
        add_known(out, "archive_id", message->archive_id);
        add_known(out, "occupant_id", message->occupant_id);
        add_known(out, "edit_id", message->edit_id);
        if (entry->earlier_count > 0)
            add_earlier(out, entry);
        record_add_json_text(out, "account_jid", entry->account_jid);
        add_int(out, "order", message->order);
    }
    g_string_append_c(out, '}');
}

/* --- to text --- */

char *
record_sender(const RecordsEntry *entry)
{
    const Message *message = entry->message;
    const char *name = message->direction == MESSAGE_OUT ? entry->account_jid : entry->with;
    if (entry->kind == CONVERSATION_ROOM && message->from != NULL && jid_resource(message->from) != NULL)
        name = jid_resource(message->from);
    return text_clean(name, -1, TEXT_STRICT);
}

static void
append_cleaned(GString *out, const char *text, gssize length)
{
    g_autofree char *clean = text_clean(text, length, TEXT_LINE);
    g_string_append(out, clean);
}

void
record_add_body(const RecordsEntry *entry, const RecordStyle *style, GString *out)
{
    const char *body = entry->message->body;
    const guint length = (guint) strlen(body);
    guint at = 0;
    for (guint i = 0; i < entry->mark_count; i++) {
        const RecordsMark *mark = &entry->marks[i];
        if (mark->start < at || mark->start + mark->length > length)
            continue;
        append_cleaned(out, body + at, mark->start - at);
        g_string_append(out, style->mark_on);
        append_cleaned(out, body + mark->start, mark->length);
        g_string_append(out, style->mark_off);
        at = mark->start + mark->length;
    }
    append_cleaned(out, body + at, -1);
    if (entry->message->direction != MESSAGE_OUT)
        return;
    if (entry->message->state == MESSAGE_QUEUED)
        g_string_append_printf(out, " [%s]", _("not sent yet"));
    else if (entry->message->state == MESSAGE_FAILED)
        g_string_append_printf(out, " [%s]", _("failed"));
}

void
record_to_line(const RecordsEntry *entry, const RecordStyle *style, GString *out)
{
    g_autofree char *when = when_format_local(entry->message->time, "%Y-%m-%d %H:%M:%S");
    g_autofree char *sender = record_sender(entry);
    g_string_append_printf(out, "%s %s", when, sender);
    if (style->names_conversation && (entry->kind == CONVERSATION_ROOM || entry->message->direction == MESSAGE_OUT)) {
        g_autofree char *with = text_clean(entry->with, -1, TEXT_STRICT);
        g_string_append_printf(out, " > %s", with);
    }
    g_string_append(out, ": ");
    record_add_body(entry, style, out);
}

/* --- from JSON --- */

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

/* Brackets inside brackets, outside of strings, are few. */
static bool
is_shallow(const char *line, gsize length)
{
    int depth = 0;
    bool quoted = false;
    for (gsize i = 0; i < length; i++) {
        const char c = line[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
            continue;
        }
        quoted = c == '"';
        if ((c == '{' || c == '[') && ++depth > DEPTH_MAX)
            return false;
        depth -= c == '}' || c == ']';
    }
    return true;
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
    if (kind != NULL && strcmp(kind, "chat") != 0 && strcmp(kind, "room") != 0)
        return bad(error, _("“kind” is neither “chat” nor “room”"));
    if (edited != NULL && !when_parse(edited, &init->edited))
        return bad(error, _("“edited” is no time like 2026-11-22T10:00:00Z"));
    if (!read_earlier(json, object, &message->item))
        return bad(error, _("“earlier” is no list of texts with their times"));
    message->item.kind = g_strcmp0(kind, "room") == 0 ? CONVERSATION_ROOM : CONVERSATION_CHAT;
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
    if (!is_shallow(line, length) || !json_parser_load_from_data(json->parser, line, (gssize) length, NULL))
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
