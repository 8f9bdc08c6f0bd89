/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/recorder.h"

#include <string.h>

struct Recorder {
    Bus *bus;
    guint subscription;
    GPtrArray *records; /* Record; those before `head` are NULL */
    guint head;
    guint64 first; /* number of the record at `head` */
    gsize bytes;
    GPtrArray *marks; /* EventMark, borrowed */
    RecorderNews news;
    gpointer data;
};

struct EventMark {
    guint references;
    Recorder *recorder; /* NULL when it is gone */
    guint64 position;
    GHashTable *values; /* what was found last, by the names of variables; NULL: nothing yet */
};

static void
record_free(Record *record)
{
    if (record == NULL)
        return;
    g_free(record->account);
    g_clear_pointer(&record->jid, jid_unref);
    g_clear_pointer(&record->with, jid_unref);
    g_clear_pointer(&record->by, jid_unref);
    g_free(record->state);
    g_free(record->text);
    g_free(record);
}

static gsize
text_size(const char *text)
{
    return text == NULL ? 0 : strlen(text) + 1;
}

/* Addresses are shared with the model as a rule, but may be the last ones of theirs. */
static gsize
record_size(const Record *record)
{
    return sizeof(Record) + sizeof(gpointer) + text_size(record->account) + text_size(record->state) +
           text_size(record->text) + (record->jid == NULL ? 0 : text_size(jid_text(record->jid)));
}

guint64
recorder_first(const Recorder *recorder)
{
    return recorder->first;
}

guint64
recorder_end(const Recorder *recorder)
{
    return recorder->first + recorder->records->len - recorder->head;
}

const Record *
recorder_at(const Recorder *recorder, guint64 number)
{
    g_assert(number >= recorder->first && number < recorder_end(recorder));
    return recorder->records->pdata[recorder->head + (guint) (number - recorder->first)];
}

static void
drop_first(Recorder *recorder)
{
    Record *record = g_steal_pointer(&recorder->records->pdata[recorder->head]);
    recorder->bytes -= record_size(record);
    record_free(record);
    recorder->head++;
    recorder->first++;
    /* What is behind us is cut off once it is the greater part: each record moves at most once on average. */
    if (recorder->head > 64 && recorder->head * 2 > recorder->records->len) {
        g_ptr_array_remove_range(recorder->records, 0, recorder->head);
        recorder->head = 0;
    }
}

/* Forgets what is before every mark. */
static void
trim(Recorder *recorder)
{
    guint64 oldest = recorder_end(recorder);
    for (guint i = 0; i < recorder->marks->len; i++)
        oldest = MIN(oldest, ((const EventMark *) recorder->marks->pdata[i])->position);
    while (recorder->first < oldest)
        drop_first(recorder);
}

/* --- marks --- */

EventMark *
event_mark_new(Recorder *recorder)
{
    EventMark *mark = g_new0(EventMark, 1);
    mark->references = 1;
    mark->recorder = recorder;
    mark->position = recorder_end(recorder);
    g_ptr_array_add(recorder->marks, mark);
    return mark;
}

EventMark *
event_mark_ref(EventMark *mark)
{
    mark->references++;
    return mark;
}

void
event_mark_unref(EventMark *mark)
{
    if (--mark->references > 0)
        return;
    if (mark->recorder != NULL) {
        g_ptr_array_remove_fast(mark->recorder->marks, mark);
        trim(mark->recorder);
    }
    g_clear_pointer(&mark->values, g_hash_table_unref);
    g_free(mark);
}

guint64
event_mark_position(const EventMark *mark)
{
    return mark->recorder == NULL ? mark->position : MAX(mark->position, recorder_first(mark->recorder));
}

void
event_mark_pass(EventMark *mark, guint64 number)
{
    if (mark->recorder == NULL || number < mark->position)
        return;
    mark->position = number + 1;
    trim(mark->recorder);
}

void
event_mark_set_value(EventMark *mark, const char *name, const char *value)
{
    if (mark->values == NULL)
        mark->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (value == NULL)
        g_hash_table_remove(mark->values, name);
    else
        g_hash_table_replace(mark->values, g_strdup(name), g_strdup(value));
}

const char *
event_mark_value(const EventMark *mark, const char *name)
{
    return mark->values == NULL ? NULL : g_hash_table_lookup(mark->values, name);
}

/* --- what is kept --- */

/* What is said of an event by the functions below; everything is borrowed but the text. */
typedef struct Facts {
    RecordKind kind;
    const Jid *jid, *with, *by;
    const char *state;
} Facts;

static Jid *
keep_jid(const Jid *jid)
{
    return jid == NULL ? NULL : jid_ref(jid);
}

/* `take_text` NULL: there are no words. */
static void
record(Recorder *recorder, const Account *account, const Facts *facts, char *take_text)
{
    Record *fresh = g_new0(Record, 1);
    fresh->kind = facts->kind;
    fresh->account = account == NULL ? NULL : g_strdup(account_name(account));
    fresh->jid = keep_jid(facts->jid);
    fresh->with = keep_jid(facts->with != NULL ? facts->with : facts->jid);
    fresh->by = keep_jid(facts->by);
    fresh->state = g_strdup(facts->state);
    fresh->text = take_text != NULL ? take_text : g_strdup("");
    recorder->bytes += record_size(fresh);
    g_ptr_array_add(recorder->records, fresh);
    while (recorder->records->len - recorder->head > RECORDER_EVENTS_MAX ||
           (recorder->bytes > RECORDER_BYTES_MAX && recorder->records->len - recorder->head > 1))
        drop_first(recorder);
}

/* What stands behind a word, or the word alone. */
static char *
join(const char *word, const char *words)
{
    return words == NULL ? g_strdup(word) : g_strjoin(" ", word, words, NULL);
}

static void
record_message(Recorder *recorder, const ModelEvent *event)
{
    const Message *message = event->message.message;
    const Jid *with = conversation_jid(event->message.conversation);
    if (event->type == MESSAGE_ADDED && message->direction == MESSAGE_IN)
        record(recorder, event->account, &(Facts){ RECORD_MESSAGE, .jid = message->from, .with = with },
               g_strdup(message->body));
    if (event->type == MESSAGE_EDITED)
        record(recorder, event->account, &(Facts){ RECORD_CORRECTION, .jid = message->from, .with = with },
               g_strdup(message->body));
    if (event->type != MESSAGE_CHANGED || message->direction != MESSAGE_OUT || message->state == MESSAGE_QUEUED)
        return;
    const char *state = message_state_word(message->state);
    record(recorder, event->account, &(Facts){ RECORD_DELIVERY, .jid = with, .state = state }, g_strdup(state));
    if (message->state == MESSAGE_FAILED)
        record(recorder, event->account, &(Facts){ RECORD_FAILED, .jid = with }, g_strdup(message->reason));
}

static void
record_connection(Recorder *recorder, const ModelEvent *event)
{
    const Account *account = event->account;
    const char *state = account_state_word(account_state(account));
    record(recorder, account, &(Facts){ RECORD_CONNECTION, .jid = account_jid(account), .state = state },
           join(state, account_reason(account)));
    if (account_state(account) == ACCOUNT_OFFLINE)
        record(recorder, account, &(Facts){ RECORD_OFFLINE, .jid = account_jid(account) },
               g_strdup(account_reason(account)));
}

static void
record_presence(Recorder *recorder, const ModelEvent *event)
{
    const Contact *contact = event->presence.contact;
    const Resource *resource = event->presence.resource;
    const char *state = availability_word(resource != NULL ? resource->availability : contact_availability(contact));
    const Facts facts = { RECORD_PRESENCE, .jid = resource != NULL ? resource->jid : contact_jid(contact),
                          .with = contact_jid(contact), .state = state };
    record(recorder, event->account, &facts,
           join(state, resource != NULL ? resource->status : contact_status(contact)));
}

static void
record_subscription(Recorder *recorder, const ModelEvent *event)
{
    const char *act = event->subscription.act;
    record(recorder, event->account, &(Facts){ RECORD_SUBSCRIPTION, .jid = event->subscription.jid, .state = act },
           join(act, event->subscription.text));
}

static void
record_encryption(Recorder *recorder, const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    const ConversationEncryption *now = conversation_encryption(conversation);
    const char *state = encryption_state_word(now->state);
    record(recorder, event->account,
           &(Facts){ RECORD_ENCRYPTION, .jid = conversation_jid(conversation), .state = state },
           join(state, now->trust));
}

static void
record_verification(Recorder *recorder, const ModelEvent *event)
{
    const char *state = verification_state_word(event->verification.state);
    record(recorder, event->account,
           &(Facts){ RECORD_SMP, .jid = conversation_jid(event->verification.conversation), .state = state },
           join(state, event->verification.question));
}

static void
record_annotation(Recorder *recorder, const ModelEvent *event)
{
    const Message *message = event->annotation.message;
    const bool is_reaction = strcmp(event->annotation.what, "reaction") == 0;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; is_reaction && message->reactions != NULL && i < message->reactions->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "",
                               ((const MessageReaction *) g_ptr_array_index(message->reactions, i))->emoji);
    if (!is_reaction && message->retracted_reason != NULL)
        g_string_append(text, message->retracted_reason);
    record(recorder, event->account,
           &(Facts){ is_reaction ? RECORD_REACTION : RECORD_RETRACTION,
                     .jid = conversation_jid(event->annotation.conversation) },
           g_strdup(text->str));
}

/* The word that JSON has as "what". */
static const char *
room_word(const ModelEvent *event, const Room *room)
{
    if (event->room.what == ROOM_SUBJECT)
        return "topic";
    if (event->room.how != NULL || (room_state(room) == ROOM_OUT && room_reason(room) == NULL))
        return "left";
    return room_state(room) == ROOM_OUT ? "failed" : room_state_word(room_state(room));
}

static void
record_room(Recorder *recorder, const ModelEvent *event)
{
    const Room *room = conversation_room(event->room.conversation);
    const char *subject = room_subject(room);
    const Facts facts = { RECORD_ROOM, .jid = room_jid(room), .state = room_word(event, room) };
    if (event->room.what == ROOM_STATE)
        record(recorder, event->account, &facts,
               join(event->room.how != NULL ? "left" : room_state_word(room_state(room)), room_reason(room)));
    else if (event->room.what == ROOM_SUBJECT)
        record(recorder, event->account, &facts, join("topic", subject != NULL ? subject : ""));
}

static void
record_occupant(Recorder *recorder, const ModelEvent *event)
{
    static const char *const words[] = {
        [OCCUPANT_JOINED] = "joined",
        [OCCUPANT_CHANGED] = "changed",
        [OCCUPANT_RENAMED] = "renamed",
    };
    const Occupant *occupant = event->occupant.occupant;
    const char *word = event->type == OCCUPANT_LEFT ? leave_cause_word(event->occupant.how->cause) : words[event->type];
    record(recorder, event->account,
           &(Facts){ RECORD_ROOM, .jid = conversation_jid(event->occupant.conversation), .state = "occupant" },
           g_strjoin(" ", "occupant", occupant_label(occupant), word, NULL));
}

static void
record_invitation(Recorder *recorder, const ModelEvent *event)
{
    const Jid *from = event->invitation.from;
    const char *state = event->invitation.is_declined ? "declined" : "invited";
    record(recorder, event->account,
           &(Facts){ RECORD_INVITATION, .jid = event->invitation.room, .by = from, .state = state },
           g_strjoin(" ", state, from != NULL ? jid_text(from) : "", event->invitation.reason, NULL));
}

static void
record_conversation(Recorder *recorder, const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    const Jid *jid = conversation_jid(conversation);
    if (event->type == UNREAD_CHANGED)
        record(recorder, event->account, &(Facts){ RECORD_UNREAD, .jid = jid },
               g_strdup_printf("%u", conversation_unread(conversation)));
    else if (conversation_is_peer_typing(conversation))
        record(recorder, event->account, &(Facts){ RECORD_TYPING, .jid = jid }, NULL);
}

static void
record_contact(Recorder *recorder, const ModelEvent *event)
{
    const Contact *contact = event->contact.contact;
    record(recorder, event->account, &(Facts){ RECORD_ROSTER, .jid = contact_jid(contact) },
           g_strdup(contact_label(contact)));
}

static void
record_key(Recorder *recorder, const ModelEvent *event)
{
    record(recorder, event->account,
           &(Facts){ RECORD_TRUST, .jid = event->key.peer, .state = event->key.trust },
           g_strjoin(" ", event->key.fingerprint, event->key.trust, NULL));
}

static void
record_notice(Recorder *recorder, const ModelEvent *event)
{
    static const char *const words[] = {
        [NOTICE_INFO] = "info",
        [NOTICE_WARNING] = "warning",
        [NOTICE_ERROR] = "error",
        [NOTICE_ALARM] = "alarm",
    };
    const NoticeLevel level = event->notice.level;
    record(recorder, event->account, &(Facts){ RECORD_NOTICE, .state = words[level] }, g_strdup(event->notice.text));
    if (level == NOTICE_ERROR || level == NOTICE_ALARM)
        record(recorder, event->account, &(Facts){ RECORD_ERROR, .state = words[level] }, g_strdup(event->notice.text));
}

static void
record_event(Recorder *recorder, const ModelEvent *event)
{
    switch (event->type) {
    case ACCOUNT_STATE_CHANGED:
        record_connection(recorder, event);
        return;
    case MESSAGE_ADDED:
    case MESSAGE_CHANGED:
    case MESSAGE_EDITED:
        record_message(recorder, event);
        return;
    case ROOM_CHANGED:
        record_room(recorder, event);
        return;
    case OCCUPANT_JOINED:
    case OCCUPANT_CHANGED:
    case OCCUPANT_RENAMED:
    case OCCUPANT_LEFT:
        record_occupant(recorder, event);
        return;
    case INVITATION:
        record_invitation(recorder, event);
        return;
    case MESSAGE_SHOWN: /* nobody said anything */
        return;
    case MESSAGE_ANNOTATED:
        record_annotation(recorder, event);
        return;
    case PRESENCE_CHANGED:
        record_presence(recorder, event);
        return;
    case SUBSCRIPTION_REQUESTED:
    case SUBSCRIPTION_CHANGED:
        record_subscription(recorder, event);
        return;
    case ROSTER_CHANGED:
        record(recorder, event->account, &(Facts){ RECORD_ROSTER }, NULL);
        return;
    case CONTACT_ADDED:
    case CONTACT_CHANGED:
    case CONTACT_REMOVED:
        record_contact(recorder, event);
        return;
    case TYPING_CHANGED:
    case UNREAD_CHANGED:
        record_conversation(recorder, event);
        return;
    case NOTICE:
        record_notice(recorder, event);
        return;
    case ENCRYPTION_CHANGED:
        record_encryption(recorder, event);
        return;
    case VERIFICATION_CHANGED:
        record_verification(recorder, event);
        return;
    case KEY_CHANGED:
        record_key(recorder, event);
        return;
    case ACCOUNT_ADDED:
    case ACCOUNT_REMOVED:
    case ACCOUNT_PRESENCE_CHANGED:
    case CONVERSATION_ADDED:
    case CONVERSATION_REMOVED:
    case HISTORY_LOADED:
    case XML_SEEN:
        return;
    }
}

static void
on_event(gconstpointer event, gpointer data)
{
    Recorder *recorder = data;
    if (recorder->marks->len == 0)
        return;
    record_event(recorder, event);
    if (recorder->news != NULL)
        recorder->news(recorder->data);
}

Recorder *
recorder_new(Client *client, RecorderNews news, gpointer data)
{
    Recorder *recorder = g_new0(Recorder, 1);
    recorder->records = g_ptr_array_new_with_free_func((GDestroyNotify) record_free);
    recorder->marks = g_ptr_array_new();
    recorder->news = news;
    recorder->data = data;
    if (client != NULL) {
        recorder->bus = client_bus(client);
        recorder->subscription = bus_subscribe(recorder->bus, on_event, recorder);
    }
    return recorder;
}

void
recorder_free(Recorder *recorder)
{
    if (recorder == NULL)
        return;
    if (recorder->bus != NULL)
        bus_unsubscribe(recorder->bus, recorder->subscription);
    for (guint i = 0; i < recorder->marks->len; i++)
        ((EventMark *) recorder->marks->pdata[i])->recorder = NULL;
    g_ptr_array_unref(recorder->marks);
    g_ptr_array_unref(recorder->records);
    g_free(recorder);
}
