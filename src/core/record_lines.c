/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/record_lines.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "core/annotate.h"
#include "core/core_private.h"

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

/* Words of the import, too. */
const char *
record_kind_word(ConversationKind kind)
{
    static const char *const words[] = {
        [CONVERSATION_CHAT] = "chat", [CONVERSATION_ROOM] = "room", [CONVERSATION_OCCUPANT] = "private" };
    return words[kind];
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
    record_add_json_text(out, "kind", record_kind_word(kind));
    if (kind == CONVERSATION_ROOM && message->from != NULL)
        record_add_json_text(out, "nick", jid_resource(message->from));
    add_known(out, "occupant_id", message->occupant_id);
    if (kind == CONVERSATION_ROOM && message->direction == MESSAGE_IN) {
        add_key(out, "mention");
        g_string_append(out, message->mention ? "true" : "false");
    }
    add_known(out, "reply_id", message->reply_id);
    add_known(out, "reply_to", message->reply_to);
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
    if (message->retracted != 0) {
        add_time(out, "retracted", message->retracted);
        add_known(out, "retracted_by", message->retracted_by);
        add_known(out, "retracted_reason", message->retracted_reason);
    }
    if (entry->marks != NULL)
        add_marks(out, entry);
    if (complete) {
        add_known(out, "origin_id", message->origin_id);
        add_known(out, "archive_id", message->archive_id);
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
    if (entry->kind == CONVERSATION_ROOM && message->from != NULL && jid_resource(message->from) != NULL &&
        g_str_equal(jid_bare(message->from), entry->with))
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
    if (entry->message->retracted != 0) {
        g_autofree char *words = annotations_retraction_words(entry->message);
        g_string_append(out, words);
        return;
    }
    const char *body = encryption_shown_body(entry->message);
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
