/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/event_json.h"

#include <string.h>

#include "base/when.h"
#include "core/record_lines.h"
#include "rpc/annotation_json.h"
#include "rpc/json_parts.h"
#include "rpc/room_json.h"

static char *
message_json(const ModelEvent *event)
{
    const Conversation *conversation = event->message.conversation;
    g_autoptr(GString) out = g_string_new(NULL);
    record_begin_json(out, event->message.message, json_parts_account(event->account),
                      jid_text(conversation_jid(conversation)), conversation_kind(conversation));
    g_string_append_c(out, '}');
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* `id` is the message that reads otherwise now, `correction` the id of what says so. */
static char *
correction_json(const ModelEvent *event)
{
    const Message *message = event->message.message;
    JsonBuilder *json = json_parts_begin("correction", message->edited, json_parts_account(event->account));
    json_parts_text(json, "id", message->id);
    json_parts_text(json, "correction", message->edit_id);
    json_parts_text(json, "with", jid_text(conversation_jid(event->message.conversation)));
    json_parts_text(json, "from", message->from == NULL ? NULL : jid_text(message->from));
    json_parts_text(json, "direction", message->direction == MESSAGE_IN ? "in" : "out");
    json_parts_text(json, "body", message->body);
    json_parts_int(json, "edits", message->edits);
    return json_parts_end(json);
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
    JsonBuilder *json = json_parts_begin("delivery", when_now(), json_parts_account(event->account));
    json_parts_text(json, "id", message->id);
    json_parts_text(json, "with", jid_text(conversation_jid(event->message.conversation)));
    json_parts_text(json, "state", message_state_word(message->state));
    json_parts_text(json, "encryption", message->encryption);
    json_parts_text(json, "trust", message->trust);
    json_parts_text(json, "reason", message->reason);
    return json_parts_end(json);
}

static char *
connection_json(const ModelEvent *event)
{
    JsonBuilder *json = json_parts_begin("connection", when_now(), json_parts_account(event->account));
    json_parts_text(json, "state", account_state_word(account_state(event->account)));
    json_parts_text(json, "reason", account_reason(event->account));
    return json_parts_end(json);
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
    JsonBuilder *json = json_parts_begin("presence", when_now(), json_parts_account(event->account));
    json_parts_text(json, "with", jid_text(contact_jid(event->presence.contact)));
    json_parts_text(json, "from", jid_text(view.from));
    json_parts_text(json, "state", availability_word(view.availability));
    json_parts_text(json, "status", view.status);
    json_parts_int(json, "priority", view.priority);
    return json_parts_end(json);
}

static char *
subscription_json(const ModelEvent *event)
{
    JsonBuilder *json = json_parts_begin("subscription", when_now(), json_parts_account(event->account));
    json_parts_text(json, "with", jid_text(event->subscription.jid));
    json_parts_text(json, "act", event->subscription.act);
    json_parts_text(json, "text", event->subscription.text);
    return json_parts_end(json);
}

static char *
typing_json(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    JsonBuilder *json = json_parts_begin("typing", when_now(), json_parts_account(event->account));
    json_parts_text(json, "with", jid_text(conversation_jid(conversation)));
    json_parts_bool(json, "typing", conversation_is_peer_typing(conversation));
    return json_parts_end(json);
}

static char *
unread_json(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    JsonBuilder *json = json_parts_begin("unread", when_now(), json_parts_account(event->account));
    json_parts_text(json, "with", jid_text(conversation_jid(conversation)));
    json_parts_int(json, "count", conversation_unread(conversation));
    return json_parts_end(json);
}

static char *
encryption_json(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    const ConversationEncryption *now = conversation_encryption(conversation);
    JsonBuilder *json = json_parts_begin("encryption", when_now(), account_name(event->account));
    json_parts_text(json, "with", jid_text(conversation_jid(conversation)));
    json_parts_text(json, "intent", conversation_intent(conversation));
    json_parts_text(json, "provider", now->provider);
    json_parts_text(json, "state", encryption_state_word(now->state));
    json_parts_text(json, "trust", now->trust);
    json_parts_text(json, "reason", now->reason);
    return json_parts_end(json);
}

static char *
key_json(const ModelEvent *event)
{
    JsonBuilder *json = json_parts_begin("trust", when_now(), account_name(event->account));
    json_parts_text(json, "with", jid_text(event->key.peer));
    json_parts_text(json, "provider", event->key.provider);
    json_parts_text(json, "fingerprint", event->key.fingerprint);
    json_parts_text(json, "trust", event->key.trust);
    json_parts_text(json, "before", event->key.before);
    json_parts_bool(json, "alarm", event->key.is_alarm);
    return json_parts_end(json);
}

static char *
verification_json(const ModelEvent *event)
{
    JsonBuilder *json = json_parts_begin("smp", when_now(), account_name(event->account));
    json_parts_text(json, "with", jid_text(conversation_jid(event->verification.conversation)));
    json_parts_text(json, "state", verification_state_word(event->verification.state));
    json_parts_text(json, "question", event->verification.question);
    return json_parts_end(json);
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
    JsonBuilder *json = json_parts_begin(notice_event(event->notice.level), when_now(), json_parts_account(event->account));
    json_parts_text(json, "level", level_word(event->notice.level));
    json_parts_int(json, "code", event->notice.code);
    json_parts_text(json, "text", event->notice.text);
    return json_parts_end(json);
}

static char *
xml_json(const ModelEvent *event)
{
    JsonBuilder *json = json_parts_begin("xml", event->xml.time, json_parts_account(event->account));
    json_parts_text(json, "direction", event->xml.outgoing ? "out" : "in");
    json_parts_text(json, "xml", event->xml.xml);
    return json_parts_end(json);
}

/* --- plain lines --- */

/* Whose text it is, and the text. */
static char *
text_of(const ModelEvent *event)
{
    const Message *message = event->message.message;
    const Conversation *conversation = event->message.conversation;
    const bool names_sender = conversation_kind(conversation) == CONVERSATION_ROOM && message->from != NULL;
    const char *with = jid_text(names_sender ? message->from : conversation_jid(conversation));
    return message->direction == MESSAGE_IN ? g_strdup_printf("%s: %s", with, message->body)
                                            : g_strdup_printf("> %s: %s", with, message->body);
}

static char *
message_line(const ModelEvent *event)
{
    return json_parts_line(event->message.message->time, "message", event->account, text_of(event));
}

static char *
correction_line(const ModelEvent *event)
{
    return json_parts_line(event->message.message->edited, "correction", event->account, text_of(event));
}

static char *
delivery_line(const ModelEvent *event)
{
    const Message *message = event->message.message;
    const char *with = jid_text(conversation_jid(event->message.conversation));
    const bool reason = message->reason != NULL;
    return json_parts_line(when_now(), "delivery", event->account,
                 g_strdup_printf("%s: %s%s%s", with, message_state_word(message->state), reason ? ": " : "",
                                 reason ? message->reason : ""));
}

static char *
connection_line(const ModelEvent *event)
{
    const char *reason = account_reason(event->account);
    return json_parts_line(when_now(), "connection", event->account,
                 g_strdup_printf("%s%s%s", account_state_word(account_state(event->account)),
                                 reason != NULL ? ": " : "", reason != NULL ? reason : ""));
}

static char *
presence_line(const ModelEvent *event)
{
    const PresenceView view = view_presence(event);
    const bool status = view.status != NULL && *view.status != '\0';
    return json_parts_line(when_now(), "presence", event->account,
                 g_strdup_printf("%s: %s%s%s", jid_text(view.from), availability_word(view.availability),
                                 status ? ": " : "", status ? view.status : ""));
}

static char *
subscription_line(const ModelEvent *event)
{
    const char *text = event->subscription.text;
    return json_parts_line(when_now(), "subscription", event->account,
                 g_strdup_printf("%s: %s%s%s", jid_text(event->subscription.jid), event->subscription.act,
                                 text != NULL ? ": " : "", text != NULL ? text : ""));
}

static char *
typing_line(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    return json_parts_line(when_now(), "typing", event->account,
                 g_strdup_printf("%s: %s", jid_text(conversation_jid(conversation)),
                                 conversation_is_peer_typing(conversation) ? "on" : "off"));
}

static char *
unread_line(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    return json_parts_line(
        when_now(), "unread", event->account,
        g_strdup_printf("%s: %u", jid_text(conversation_jid(conversation)), conversation_unread(conversation)));
}

static char *
encryption_line(const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    const ConversationEncryption *now = conversation_encryption(conversation);
    return json_parts_line(when_now(), "encryption", event->account,
                 g_strdup_printf("%s: %s %s%s%s%s%s", jid_text(conversation_jid(conversation)),
                                 now->provider != NULL ? now->provider : conversation_intent(conversation),
                                 encryption_state_word(now->state), now->trust != NULL ? " " : "",
                                 now->trust != NULL ? now->trust : "", now->reason != NULL ? ": " : "",
                                 now->reason != NULL ? now->reason : ""));
}

static char *
key_line(const ModelEvent *event)
{
    return json_parts_line(when_now(), "trust", event->account,
                 g_strdup_printf("%s: %s %s %s%s", jid_text(event->key.peer), event->key.provider,
                                 event->key.fingerprint, event->key.trust, event->key.is_alarm ? " alarm" : ""));
}

static char *
verification_line(const ModelEvent *event)
{
    const char *question = event->verification.question;
    return json_parts_line(when_now(), "smp", event->account,
                 g_strdup_printf("%s: %s%s%s", jid_text(conversation_jid(event->verification.conversation)),
                                 verification_state_word(event->verification.state), question != NULL ? ": " : "",
                                 question != NULL ? question : ""));
}

static char *
notice_line(const ModelEvent *event)
{
    return json_parts_line(when_now(), notice_event(event->notice.level), event->account,
                 g_strdup_printf("%s: %s", level_word(event->notice.level), event->notice.text));
}

static char *
xml_line(const ModelEvent *event)
{
    return json_parts_line(event->xml.time, "xml", event->account,
                           g_strdup_printf("%s %s", event->xml.outgoing ? ">" : "<", event->xml.xml));
}

/* --- one row an event, for both forms --- */

typedef struct EventForm {
    const char *name; /* NULL: the event itself tells */
    char *(*json)(const ModelEvent *event);
    char *(*line)(const ModelEvent *event);
    bool (*shown)(const ModelEvent *event); /* NULL: always */
} EventForm;

static const EventForm forms[] = {
    [ACCOUNT_STATE_CHANGED] = { "connection", connection_json, connection_line, NULL },
    [PRESENCE_CHANGED] = { "presence", presence_json, presence_line, NULL },
    [SUBSCRIPTION_REQUESTED] = { "subscription", subscription_json, subscription_line, NULL },
    [SUBSCRIPTION_CHANGED] = { "subscription", subscription_json, subscription_line, NULL },
    [MESSAGE_ADDED] = { "message", message_json, message_line, NULL },
    [MESSAGE_CHANGED] = { "delivery", delivery_json, delivery_line, is_delivery },
    [MESSAGE_EDITED] = { "correction", correction_json, correction_line, NULL },
    [UNREAD_CHANGED] = { "unread", unread_json, unread_line, NULL },
    [TYPING_CHANGED] = { "typing", typing_json, typing_line, NULL },
    [ENCRYPTION_CHANGED] = { "encryption", encryption_json, encryption_line, NULL },
    [KEY_CHANGED] = { "trust", key_json, key_line, NULL },
    [VERIFICATION_CHANGED] = { "smp", verification_json, verification_line, NULL },
    [MESSAGE_ANNOTATED] = { NULL, annotation_json, annotation_line, NULL },
    [ROOM_CHANGED] = { "room", room_json, room_line, NULL },
    [OCCUPANT_JOINED] = { "room", occupant_json, occupant_line, NULL },
    [OCCUPANT_CHANGED] = { "room", occupant_json, occupant_line, NULL },
    [OCCUPANT_RENAMED] = { "room", occupant_json, occupant_line, NULL },
    [OCCUPANT_LEFT] = { "room", occupant_json, occupant_line, NULL },
    [INVITATION] = { "invitation", invitation_json, invitation_line, NULL },
    [XML_SEEN] = { "xml", xml_json, xml_line, NULL },
    [NOTICE] = { NULL, notice_json, notice_line, NULL },
};

static const EventForm *
form_of(const ModelEvent *event)
{
    if ((gsize) event->type >= G_N_ELEMENTS(forms))
        return NULL;
    const EventForm *form = &forms[event->type];
    return form->json == NULL || (form->shown != NULL && !form->shown(event)) ? NULL : form;
}

/* Whom or which room the event is about. */
static const Jid *
subject_of(const ModelEvent *event)
{
    switch (event->type) {
    case PRESENCE_CHANGED:
        return contact_jid(event->presence.contact);
    case SUBSCRIPTION_REQUESTED:
    case SUBSCRIPTION_CHANGED:
        return event->subscription.jid;
    case MESSAGE_ADDED:
    case MESSAGE_CHANGED:
    case MESSAGE_EDITED:
        return conversation_jid(event->message.conversation);
    case MESSAGE_ANNOTATED:
        return conversation_jid(event->annotation.conversation);
    case UNREAD_CHANGED:
    case TYPING_CHANGED:
    case ENCRYPTION_CHANGED:
        return conversation_jid(event->conversation.conversation);
    case KEY_CHANGED:
        return event->key.peer;
    case VERIFICATION_CHANGED:
        return conversation_jid(event->verification.conversation);
    case ROOM_CHANGED:
        return conversation_jid(event->room.conversation);
    case OCCUPANT_JOINED:
    case OCCUPANT_CHANGED:
    case OCCUPANT_RENAMED:
    case OCCUPANT_LEFT:
        return conversation_jid(event->occupant.conversation);
    case INVITATION:
        return event->invitation.room;
    default:
        return NULL;
    }
}

/* Who did it. */
static const Jid *
author_of(const ModelEvent *event)
{
    switch (event->type) {
    case PRESENCE_CHANGED:
        return view_presence(event).from;
    case MESSAGE_ADDED:
    case MESSAGE_EDITED:
        return event->message.message->from;
    case INVITATION:
        return event->invitation.from;
    case SUBSCRIPTION_REQUESTED:
    case SUBSCRIPTION_CHANGED:
    case TYPING_CHANGED:
        return subject_of(event);
    default:
        return NULL;
    }
}

static EventDirection
direction_of(const ModelEvent *event)
{
    if (event->type != MESSAGE_ADDED && event->type != MESSAGE_EDITED)
        return EVENT_EITHER;
    return event->message.message->direction == MESSAGE_IN ? EVENT_IN : EVENT_OUT;
}

bool
event_facts(const ModelEvent *event, EventFacts *facts)
{
    const EventForm *form = form_of(event);
    if (form == NULL)
        return false;
    const char *name = form->name;
    if (name == NULL)
        name = event->type == NOTICE ? notice_event(event->notice.level) : event->annotation.what;
    *facts = (EventFacts){ .name = name,
                           .account = json_parts_account(event->account),
                           .with = subject_of(event),
                           .from = author_of(event),
                           .direction = direction_of(event) };
    return true;
}

bool
event_is_known(const char *name)
{
    static const char *const others[] = { "reaction", "retraction", "notice", "error", NULL };
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (g_strcmp0(forms[i].name, name) == 0)
            return true;
    }
    return g_strv_contains(others, name);
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
add_lines(JsonBuilder *json, const char *key, const GPtrArray *lines)
{
    json_builder_set_member_name(json, key);
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
            json_parts_text(json, *cell->key == '.' ? cell->key + 1 : cell->key, cell->value);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static JsonBuilder *
begin_result(const CommandCall *call, const GError *error)
{
    const Session *session = command_call_session(call);
    JsonBuilder *json = json_parts_begin("result", when_now(), session == NULL ? NULL : account_name(session_account(session)));
    json_parts_text(json, "command", command_call_line(call));
    json_parts_bool(json, "ok", error == NULL);
    json_parts_int(json, "code", error == NULL ? 0 : error->code);
    json_parts_text(json, "error", error == NULL ? NULL : error->message);
    add_lines(json, "lines", command_call_lines(call));
    add_rows(json, call);
    return json;
}

char *
result_to_json(const CommandCall *call, const GError *error)
{
    return json_parts_end(begin_result(call, error));
}

char *
result_with_text_to_json(const CommandCall *call, const GError *error)
{
    JsonBuilder *json = begin_result(call, error);
    add_lines(json, "text", command_call_text(call));
    return json_parts_end(json);
}

char *
error_to_json(const GError *error)
{
    JsonBuilder *json = json_parts_begin("error", when_now(), NULL);
    json_parts_text(json, "level", level_word(NOTICE_ERROR));
    json_parts_int(json, "code", error->code);
    json_parts_text(json, "text", error->message);
    return json_parts_end(json);
}
