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
    guint holds;
    RecorderNews news;
    gpointer data;
};

static void
record_free(Record *record)
{
    if (record == NULL)
        return;
    g_free(record->account);
    g_clear_pointer(&record->jid, jid_unref);
    g_free(record->text);
    g_free(record);
}

static gsize
record_size(const Record *record)
{
    return sizeof(Record) + strlen(record->text);
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

void
recorder_take(Recorder *recorder, guint64 number)
{
    while (recorder->first <= number && recorder->first < recorder_end(recorder))
        drop_first(recorder);
}

static void
record(Recorder *recorder, RecordKind kind, const Account *account, const Jid *jid, char *take_text)
{
    Record *fresh = g_new0(Record, 1);
    fresh->kind = kind;
    fresh->account = account == NULL ? NULL : g_strdup(account_name(account));
    fresh->jid = jid == NULL ? NULL : jid_ref(jid);
    fresh->text = take_text != NULL ? take_text : g_strdup("");
    recorder->bytes += record_size(fresh);
    g_ptr_array_add(recorder->records, fresh);
    while (recorder->records->len - recorder->head > RECORDER_EVENTS_MAX ||
           (recorder->bytes > RECORDER_BYTES_MAX && recorder->records->len - recorder->head > 1))
        drop_first(recorder);
}

static void
record_message(Recorder *recorder, const ModelEvent *event)
{
    const Message *message = event->message.message;
    if (event->type == MESSAGE_ADDED && message->direction == MESSAGE_IN) {
        record(recorder, RECORD_MESSAGE, event->account, message->from, g_strdup(message->body));
        return;
    }
    if (event->type == MESSAGE_EDITED) {
        record(recorder, RECORD_CORRECTION, event->account, message->from, g_strdup(message->body));
        return;
    }
    if (event->type == MESSAGE_CHANGED && message->direction == MESSAGE_OUT && message->state != MESSAGE_QUEUED)
        record(recorder, RECORD_DELIVERY, event->account, conversation_jid(event->message.conversation),
               g_strdup(message_state_word(message->state)));
    if (event->type == MESSAGE_CHANGED && message->direction == MESSAGE_OUT && message->state == MESSAGE_FAILED)
        record(recorder, RECORD_FAILED, event->account, conversation_jid(event->message.conversation),
               g_strdup(message->reason));
}

static void
record_presence(Recorder *recorder, const ModelEvent *event)
{
    const Contact *contact = event->presence.contact;
    const Resource *resource = event->presence.resource;
    const Availability availability = resource != NULL ? resource->availability : contact_availability(contact);
    const char *status = resource != NULL ? resource->status : contact_status(contact);
    record(recorder, RECORD_PRESENCE, event->account, resource != NULL ? resource->jid : contact_jid(contact),
           g_strjoin(status != NULL ? " " : "", availability_word(availability), status != NULL ? status : "", NULL));
}

static void
record_subscription(Recorder *recorder, const ModelEvent *event)
{
    const char *text = event->subscription.text;
    record(recorder, RECORD_SUBSCRIPTION, event->account, event->subscription.jid,
           g_strjoin(text != NULL ? " " : "", event->subscription.act, text != NULL ? text : "", NULL));
}

static void
record_encryption(Recorder *recorder, const ModelEvent *event)
{
    const Conversation *conversation = event->conversation.conversation;
    const ConversationEncryption *now = conversation_encryption(conversation);
    record(recorder, RECORD_ENCRYPTION, event->account, conversation_jid(conversation),
           g_strjoin(now->trust != NULL ? " " : "", encryption_state_word(now->state),
                     now->trust != NULL ? now->trust : "", NULL));
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
    record(recorder, is_reaction ? RECORD_REACTION : RECORD_RETRACTION, event->account,
           conversation_jid(event->annotation.conversation), g_strdup(text->str));
}

static void
record_room(Recorder *recorder, const ModelEvent *event)
{
    const Room *room = conversation_room(event->room.conversation);
    const char *reason = room_reason(room), *subject = room_subject(room);
    g_autofree char *text = NULL;
    if (event->room.what == ROOM_STATE)
        text = g_strjoin(reason != NULL ? " " : "", event->room.how != NULL ? "left" : room_state_word(room_state(room)),
                         reason != NULL ? reason : "", NULL);
    else if (event->room.what == ROOM_SUBJECT)
        text = g_strjoin(" ", "topic", subject != NULL ? subject : "", NULL);
    if (text != NULL)
        record(recorder, RECORD_ROOM, event->account, room_jid(room), g_steal_pointer(&text));
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
    record(recorder, RECORD_ROOM, event->account, conversation_jid(event->occupant.conversation),
           g_strjoin(" ", "occupant", occupant_label(occupant), word, NULL));
}

static void
record_event(Recorder *recorder, const ModelEvent *event)
{
    switch (event->type) {
    case ACCOUNT_STATE_CHANGED:
        if (account_state(event->account) == ACCOUNT_OFFLINE)
            record(recorder, RECORD_OFFLINE, event->account, account_jid(event->account),
                   g_strdup(account_reason(event->account)));
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
        record(recorder, RECORD_INVITATION, event->account, event->invitation.room,
               g_strjoin(" ", event->invitation.is_declined ? "declined" : "invited",
                         event->invitation.from != NULL ? jid_text(event->invitation.from) : "",
                         event->invitation.reason, NULL));
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
        record(recorder, RECORD_ROSTER, event->account, NULL, NULL);
        return;
    case CONTACT_ADDED:
    case CONTACT_CHANGED:
    case CONTACT_REMOVED:
        record(recorder, RECORD_ROSTER, event->account, contact_jid(event->contact.contact),
               g_strdup(contact_label(event->contact.contact)));
        return;
    case TYPING_CHANGED:
        if (conversation_is_peer_typing(event->conversation.conversation))
            record(recorder, RECORD_TYPING, event->account, conversation_jid(event->conversation.conversation), NULL);
        return;
    case UNREAD_CHANGED:
        record(recorder, RECORD_UNREAD, event->account, conversation_jid(event->conversation.conversation),
               g_strdup_printf("%u", conversation_unread(event->conversation.conversation)));
        return;
    case NOTICE:
        record(recorder, RECORD_NOTICE, event->account, NULL, g_strdup(event->notice.text));
        return;
    case ENCRYPTION_CHANGED:
        record_encryption(recorder, event);
        return;
    case VERIFICATION_CHANGED:
        record(recorder, RECORD_SMP, event->account, conversation_jid(event->verification.conversation),
               g_strjoin(event->verification.question != NULL ? " " : "",
                         verification_state_word(event->verification.state),
                         event->verification.question != NULL ? event->verification.question : "", NULL));
        return;
    case KEY_CHANGED:
        record(recorder, RECORD_TRUST, event->account, event->key.peer,
               g_strjoin(" ", event->key.fingerprint, event->key.trust, NULL));
        return;
    case ACCOUNT_ADDED:
    case ACCOUNT_REMOVED:
    case ACCOUNT_PRESENCE_CHANGED:
    case CONVERSATION_ADDED:
    case CONVERSATION_REMOVED:
    case HISTORY_LOADED:
        return;
    }
}

static void
on_event(gconstpointer event, gpointer data)
{
    Recorder *recorder = data;
    if (recorder->holds == 0)
        return;
    record_event(recorder, event);
    if (recorder->news != NULL)
        recorder->news(recorder->data);
}

Recorder *
recorder_new(Client *client, bool always, RecorderNews news, gpointer data)
{
    Recorder *recorder = g_new0(Recorder, 1);
    recorder->records = g_ptr_array_new_with_free_func((GDestroyNotify) record_free);
    recorder->news = news;
    recorder->data = data;
    recorder->holds = always ? 1 : 0;
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
    g_ptr_array_unref(recorder->records);
    g_free(recorder);
}

void
recorder_hold(Recorder *recorder)
{
    recorder->holds++;
}

void
recorder_release(Recorder *recorder)
{
    g_assert(recorder->holds > 0);
    if (--recorder->holds > 0)
        return;
    while (recorder->first < recorder_end(recorder))
        drop_first(recorder);
}
