/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/event_json.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "base/text.h"
#include "base/when.h"
#include "core/record_lines.h"

enum { FORMAT_VERSION = 1 };

/* --- JSON --- */

static void
add_text(JsonBuilder *json, const char *key, const char *value)
{
    json_builder_set_member_name(json, key);
    if (value != NULL)
        json_builder_add_string_value(json, value);
    else
        json_builder_add_null_value(json);
}

static void
add_bool(JsonBuilder *json, const char *key, bool value)
{
    json_builder_set_member_name(json, key);
    json_builder_add_boolean_value(json, value);
}

static void
add_int(JsonBuilder *json, const char *key, gint64 value)
{
    json_builder_set_member_name(json, key);
    json_builder_add_int_value(json, value);
}

/* The fields every event begins with. */
static JsonBuilder *
begin(const char *event, gint64 time, const char *account)
{
    JsonBuilder *json = json_builder_new();
    g_autofree char *when = when_format(time);
    json_builder_begin_object(json);
    add_int(json, "v", FORMAT_VERSION);
    add_text(json, "event", event);
    add_text(json, "time", when);
    add_text(json, "account", account);
    return json;
}

/* JSON may hold these as they are, but readers of lines and terminals take some of them for more than text: DEL and
 * C1, NEL, and the separators of lines and paragraphs become \uXXXX, which means the same. They occur inside strings
 * only. */
static char *
escape_rest(const char *text)
{
    g_autoptr(GString) out = g_string_sized_new(strlen(text));
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        const gunichar character = g_utf8_get_char(c);
        if ((character >= 0x7f && character <= 0x9f) || character == 0x2028 || character == 0x2029)
            g_string_append_printf(out, "\\u%04x", character);
        else
            g_string_append_len(out, c, g_utf8_next_char(c) - c);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *
end(JsonBuilder *take_json)
{
    g_autoptr(JsonBuilder) json = take_json;
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autofree char *text = json_to_string(root, FALSE);
    return escape_rest(text);
}

static const char *
name_of(const Account *account)
{
    return account == NULL ? NULL : account_name(account);
}

static char *
message_json(const ModelEvent *event)
{
    const Conversation *conversation = event->message.conversation;
    g_autoptr(GString) out = g_string_new(NULL);
    record_begin_json(out, event->message.message, name_of(event->account),
                      jid_text(conversation_jid(conversation)), conversation_kind(conversation));
    g_string_append_c(out, '}');
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* `id` is the message that reads otherwise now, `correction` the id of what says so. */
static char *
correction_json(const ModelEvent *event)
{
    const Message *message = event->message.message;
    JsonBuilder *json = begin("correction", message->edited, name_of(event->account));
    add_text(json, "id", message->id);
    add_text(json, "correction", message->edit_id);
    add_text(json, "with", jid_text(conversation_jid(event->message.conversation)));
    add_text(json, "from", message->from == NULL ? NULL : jid_text(message->from));
    add_text(json, "direction", message->direction == MESSAGE_IN ? "in" : "out");
    add_text(json, "body", message->body);
    add_int(json, "edits", message->edits);
    return end(json);
}

/* A change that is not one of delivery has no outward form. */
static bool
is_delivery(const ModelEvent *event)
{
    const Message *message = event->message.message;
    return message->direction == MESSAGE_OUT && message->state != MESSAGE_QUEUED;
}

static char *
delivery_json(const ModelEvent *event)
{
    const Message *message = event->message.message;
    JsonBuilder *json = begin("delivery", when_now(), name_of(event->account));
    add_text(json, "id", message->id);
    add_text(json, "with", jid_text(conversation_jid(event->message.conversation)));
    add_text(json, "state", message_state_word(message->state));
    add_text(json, "encryption", message->encryption);
    add_text(json, "trust", message->trust);
    add_text(json, "reason", message->reason);
    return end(json);
}

static char *
connection_json(const ModelEvent *event)
{
    JsonBuilder *json = begin("connection", when_now(), name_of(event->account));
    add_text(json, "state", account_state_word(account_state(event->account)));
    add_text(json, "reason", account_reason(event->account));
    return end(json);
}

/* Whose presence it is, and what it is now: of the resource, or of the contact when a resource left. */
typedef struct PresenceView {
    const Jid *from;
    Availability availability;
    const char *status;
    int priority;
} PresenceView;

static PresenceView
view_presence(const ModelEvent *event)
{
    const Contact *contact = event->presence.contact;
    const Resource *resource = event->presence.resource;
    if (resource != NULL)
        return (PresenceView){ resource->jid, resource->availability, resource->status, resource->priority };
    return (PresenceView){ contact_jid(contact), contact_availability(contact), contact_status(contact), 0 };
}

static char *
presence_json(const ModelEvent *event)
{
    const PresenceView view = view_presence(event);
    JsonBuilder *json = begin("presence", when_now(), name_of(event->account));
    add_text(json, "with", jid_text(contact_jid(event->presence.contact)));
    add_text(json, "from", jid_text(view.from));
    add_text(json, "state", availability_word(view.availability));
    add_text(json, "status", view.status);
    add_int(json, "priority", view.priority);
    return end(json);
}

static char *
subscription_json(const ModelEvent *event)
{
    JsonBuilder *json = begin("subscription", when_now(), name_of(event->account));
    add_text(json, "with", jid_text(event->subscription.jid));
    add_text(json, "act", event->subscription.act);
    add_text(json, "text", event->subscription.text);
    return end(json);
}

static char *
typing_json(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    JsonBuilder *json = begin("typing", when_now(), name_of(event->account));
    add_text(json, "with", jid_text(conversation_jid(conversation)));
    add_bool(json, "typing", conversation_is_peer_typing(conversation));
    return end(json);
}

static char *
unread_json(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    JsonBuilder *json = begin("unread", when_now(), name_of(event->account));
    add_text(json, "with", jid_text(conversation_jid(conversation)));
    add_int(json, "count", conversation_unread(conversation));
    return end(json);
}

static char *
encryption_json(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    const ConversationEncryption *now = conversation_encryption(conversation);
    JsonBuilder *json = begin("encryption", when_now(), account_name(event->account));
    add_text(json, "with", jid_text(conversation_jid(conversation)));
    add_text(json, "intent", conversation_intent(conversation));
    add_text(json, "provider", now->provider);
    add_text(json, "state", encryption_state_word(now->state));
    add_text(json, "trust", now->trust);
    add_text(json, "reason", now->reason);
    return end(json);
}

static char *
key_json(const ModelEvent *event)
{
    JsonBuilder *json = begin("trust", when_now(), account_name(event->account));
    add_text(json, "with", jid_text(event->key.peer));
    add_text(json, "provider", event->key.provider);
    add_text(json, "fingerprint", event->key.fingerprint);
    add_text(json, "trust", event->key.trust);
    add_text(json, "before", event->key.before);
    add_bool(json, "alarm", event->key.is_alarm);
    return end(json);
}

static char *
verification_json(const ModelEvent *event)
{
    JsonBuilder *json = begin("smp", when_now(), account_name(event->account));
    add_text(json, "with", jid_text(conversation_jid(event->verification.conversation)));
    add_text(json, "state", verification_state_word(event->verification.state));
    add_text(json, "question", event->verification.question);
    return end(json);
}

static const char *
level_word(NoticeLevel level)
{
    static const char *const words[] = { "info", "warning", "error", "alarm" };
    return words[level];
}

static const char *
notice_event(NoticeLevel level)
{
    return level >= NOTICE_ERROR ? "error" : "notice";
}

static char *
notice_json(const ModelEvent *event)
{
    JsonBuilder *json = begin(notice_event(event->notice.level), when_now(), name_of(event->account));
    add_text(json, "level", level_word(event->notice.level));
    add_int(json, "code", event->notice.code);
    add_text(json, "text", event->notice.text);
    return end(json);
}

/* --- plain lines --- */

/* "2026-11-22T10:00:00Z EVENT ACCOUNT REST", the rest cleaned: one line whatever is in it (I12). */
static char *
plain(gint64 time, const char *event, const Account *account, char *take_rest)
{
    g_autofree char *rest = take_rest;
    g_autofree char *when = when_format(time - time % G_USEC_PER_SEC);
    g_autofree char *clean = text_clean(rest, -1, TEXT_LINE);
    return g_strdup_printf("%.19sZ %s %s %s", when, event, account == NULL ? "-" : account_name(account), clean);
}

/* Whose text it is, and the text. */
static char *
text_of(const ModelEvent *event)
{
    const Message *message = event->message.message;
    const char *with = jid_text(conversation_jid(event->message.conversation));
    return message->direction == MESSAGE_IN ? g_strdup_printf("%s: %s", with, message->body)
                                            : g_strdup_printf("> %s: %s", with, message->body);
}

static char *
message_line(const ModelEvent *event)
{
    return plain(event->message.message->time, "message", event->account, text_of(event));
}

static char *
correction_line(const ModelEvent *event)
{
    return plain(event->message.message->edited, "correction", event->account, text_of(event));
}

static char *
delivery_line(const ModelEvent *event)
{
    const Message *message = event->message.message;
    const char *with = jid_text(conversation_jid(event->message.conversation));
    const bool reason = message->reason != NULL;
    return plain(when_now(), "delivery", event->account,
                 g_strdup_printf("%s: %s%s%s", with, message_state_word(message->state), reason ? ": " : "",
                                 reason ? message->reason : ""));
}

static char *
connection_line(const ModelEvent *event)
{
    const char *reason = account_reason(event->account);
    return plain(when_now(), "connection", event->account,
                 g_strdup_printf("%s%s%s", account_state_word(account_state(event->account)),
                                 reason != NULL ? ": " : "", reason != NULL ? reason : ""));
}

static char *
presence_line(const ModelEvent *event)
{
    const PresenceView view = view_presence(event);
    const bool status = view.status != NULL && *view.status != '\0';
    return plain(when_now(), "presence", event->account,
                 g_strdup_printf("%s: %s%s%s", jid_text(view.from), availability_word(view.availability),
                                 status ? ": " : "", status ? view.status : ""));
}

static char *
subscription_line(const ModelEvent *event)
{
    const char *text = event->subscription.text;
    return plain(when_now(), "subscription", event->account,
                 g_strdup_printf("%s: %s%s%s", jid_text(event->subscription.jid), event->subscription.act,
                                 text != NULL ? ": " : "", text != NULL ? text : ""));
}

static char *
typing_line(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    return plain(when_now(), "typing", event->account,
                 g_strdup_printf("%s: %s", jid_text(conversation_jid(conversation)),
                                 conversation_is_peer_typing(conversation) ? "on" : "off"));
}

static char *
unread_line(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    return plain(
        when_now(), "unread", event->account,
        g_strdup_printf("%s: %u", jid_text(conversation_jid(conversation)), conversation_unread(conversation)));
}

static char *
encryption_line(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    const ConversationEncryption *now = conversation_encryption(conversation);
    return plain(when_now(), "encryption", event->account,
                 g_strdup_printf("%s: %s %s%s%s%s%s", jid_text(conversation_jid(conversation)),
                                 now->provider != NULL ? now->provider : conversation_intent(conversation),
                                 encryption_state_word(now->state), now->trust != NULL ? " " : "",
                                 now->trust != NULL ? now->trust : "", now->reason != NULL ? ": " : "",
                                 now->reason != NULL ? now->reason : ""));
}

static char *
key_line(const ModelEvent *event)
{
    return plain(when_now(), "trust", event->account,
                 g_strdup_printf("%s: %s %s %s%s", jid_text(event->key.peer), event->key.provider,
                                 event->key.fingerprint, event->key.trust, event->key.is_alarm ? " alarm" : ""));
}

static char *
verification_line(const ModelEvent *event)
{
    const char *question = event->verification.question;
    return plain(when_now(), "smp", event->account,
                 g_strdup_printf("%s: %s%s%s", jid_text(conversation_jid(event->verification.conversation)),
                                 verification_state_word(event->verification.state), question != NULL ? ": " : "",
                                 question != NULL ? question : ""));
}

static char *
notice_line(const ModelEvent *event)
{
    return plain(when_now(), notice_event(event->notice.level), event->account,
                 g_strdup_printf("%s: %s", level_word(event->notice.level), event->notice.text));
}

/* --- one row an event, for both forms --- */

typedef struct EventForm {
    char *(*json)(const ModelEvent *event);
    char *(*line)(const ModelEvent *event);
    bool (*shown)(const ModelEvent *event); /* NULL: always */
} EventForm;

static const EventForm *
form_of(const ModelEvent *event)
{
    static const EventForm forms[] = {
        [ACCOUNT_STATE_CHANGED] = { connection_json, connection_line, NULL },
        [PRESENCE_CHANGED] = { presence_json, presence_line, NULL },
        [SUBSCRIPTION_REQUESTED] = { subscription_json, subscription_line, NULL },
        [SUBSCRIPTION_CHANGED] = { subscription_json, subscription_line, NULL },
        [MESSAGE_ADDED] = { message_json, message_line, NULL },
        [MESSAGE_CHANGED] = { delivery_json, delivery_line, is_delivery },
        [MESSAGE_EDITED] = { correction_json, correction_line, NULL },
        [UNREAD_CHANGED] = { unread_json, unread_line, NULL },
        [TYPING_CHANGED] = { typing_json, typing_line, NULL },
        [ENCRYPTION_CHANGED] = { encryption_json, encryption_line, NULL },
        [KEY_CHANGED] = { key_json, key_line, NULL },
        [VERIFICATION_CHANGED] = { verification_json, verification_line, NULL },
        [NOTICE] = { notice_json, notice_line, NULL },
    };
    if ((gsize) event->type >= G_N_ELEMENTS(forms))
        return NULL;
    const EventForm *form = &forms[event->type];
    return form->json == NULL || (form->shown != NULL && !form->shown(event)) ? NULL : form;
}

char *
event_to_json(const ModelEvent *event)
{
    const EventForm *form = form_of(event);
    return form == NULL ? NULL : form->json(event);
}

char *
event_to_line(const ModelEvent *event)
{
    const EventForm *form = form_of(event);
    return form == NULL ? NULL : form->line(event);
}

/* --- results --- */

static void
add_lines(JsonBuilder *json, const GPtrArray *lines)
{
    json_builder_set_member_name(json, "lines");
    json_builder_begin_array(json);
    for (guint i = 0; i < lines->len; i++)
        json_builder_add_string_value(json, lines->pdata[i]);
    json_builder_end_array(json);
}

static void
add_rows(JsonBuilder *json, const CommandCall *call)
{
    json_builder_set_member_name(json, "rows");
    json_builder_begin_array(json);
    for (guint i = 0; i < command_call_row_count(call); i++) {
        json_builder_begin_object(json);
        for (const CommandCell *cell = command_call_row_at(call, i); cell->key != NULL; cell++)
            add_text(json, *cell->key == '.' ? cell->key + 1 : cell->key, cell->value);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

char *
result_to_json(const CommandCall *call, const GError *error)
{
    const Session *session = command_call_session(call);
    JsonBuilder *json = begin("result", when_now(), session == NULL ? NULL : account_name(session_account(session)));
    add_text(json, "command", command_call_line(call));
    add_bool(json, "ok", error == NULL);
    add_int(json, "code", error == NULL ? 0 : error->code);
    add_text(json, "error", error == NULL ? NULL : error->message);
    add_lines(json, command_call_lines(call));
    add_rows(json, call);
    return end(json);
}

char *
error_to_json(const GError *error)
{
    JsonBuilder *json = begin("error", when_now(), NULL);
    add_text(json, "level", level_word(NOTICE_ERROR));
    add_int(json, "code", error->code);
    add_text(json, "text", error->message);
    return end(json);
}
