/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said in rooms, live, at the door (XEP-0045 §7.2.14) and in their archives (XEP-0313). Who says something is
 * an occupant: its id where the room gives ids (XEP-0421), else its nick as long as it was not away (I14). */
#include <string.h>

#include "base/log.h"
#include "base/when.h"
#include "core/rooms_private.h"
#include "store/sync.h"

/* --- who says it --- */

/* The occupant id of a message, from rooms that vouch for it. */
static const char *
occupant_id_of(const Room *room, const XmppMessage *message)
{
    return (room_flags(room) & ROOM_HAS_OCCUPANT_IDS) != 0 ? message->occupant_id : NULL;
}

const char *
rooms_occupant_id(const Conversation *conversation, const XmppMessage *message)
{
    return occupant_id_of(conversation_room(conversation), message);
}

/* Id that the room's archive gave it (XEP-0359 §5: only where the room takes forged ones out, I19). */
static const char *
archive_id_of(const Room *room, const XmppMessage *message)
{
    if (message->archive_id != NULL)
        return message->archive_id;
    if (message->stanza_ids == NULL || (room_flags(room) & ROOM_HAS_ARCHIVE) == 0)
        return NULL;
    for (guint i = 0; i < message->stanza_ids->len; i++) {
        const XmppStanzaId *stanza_id = g_ptr_array_index(message->stanza_ids, i);
        if (stanza_id->by != NULL && jid_equal(stanza_id->by, room_jid(room)))
            return stanza_id->id;
    }
    return NULL;
}

/* When it was said, as the room or its archive says; 0: now. An occupant who says that it was long ago proves
 * nothing (I14). */
static gint64
delay_of(const XmppMessage *message)
{
    const Jid *by = message->delay_from;
    if (message->archive_id != NULL || message->delay == 0)
        return message->delay;
    if (by == NULL || !jid_is_bare(by) || message->from == NULL)
        return 0;
    const bool is_service = jid_local(by) == NULL && g_str_equal(jid_domain(by), jid_domain(message->from));
    return is_service || jid_equal_bare(by, message->from) ? message->delay : 0;
}

static bool
is_live(const XmppMessage *message)
{
    return delay_of(message) == 0 && message->archive_id == NULL;
}

/* What the sender called it: rooms may give it another id, and leave this one alone. */
static const char *
own_id_of(const XmppMessage *message)
{
    return message->origin_id != NULL ? message->origin_id : message->id;
}

static bool
is_known_as_ours(const Session *session, const Room *room, const XmppMessage *message)
{
    const Conversation *conversation = room_conversation(room);
    const HistoryPlace place = conversations_place(conversation);
    const char *id = own_id_of(message);
    if (id == NULL)
        return false;
    if (conversation_find_sent(conversation, id) != NULL)
        return true;
    g_autoptr(Message) sent = history_find_by_id(client_db(session_client(session)), &place, MESSAGE_OUT, id, NULL);
    return sent != NULL;
}

/* Ours: from our nick now; or, of the past, of our occupant id, or a message that we know to have sent. A nick alone
 * proves nothing about the past. */
static MessageDirection
direction_of(const Session *session, const Room *room, const XmppMessage *message)
{
    const char *nick = jid_resource(message->from);
    const Occupant *self = room_self(room);
    const char *id = occupant_id_of(room, message);
    if (nick == NULL)
        return MESSAGE_IN;
    if (is_live(message))
        return g_strcmp0(nick, room_nick(room)) == 0 ? MESSAGE_OUT : MESSAGE_IN;
    if (id != NULL && self != NULL && occupant_id(self) != NULL)
        return g_str_equal(id, occupant_id(self)) ? MESSAGE_OUT : MESSAGE_IN;
    return g_strcmp0(nick, room_nick(room)) == 0 && is_known_as_ours(session, room, message) ? MESSAGE_OUT : MESSAGE_IN;
}

static Message *
make_message(const Session *session, const Room *room, const XmppMessage *message)
{
    const gint64 now = when_now();
    const MessageDirection direction = direction_of(session, room, message);
    const AttentionMarks marks = attention_judge(session, message, direction, occupant_id_of(room, message));
    const gint64 stamp = delay_of(message);
    const bool delayed = stamp != 0 && (stamp < now || message->archive_id != NULL);
    const Occupant *occupant = is_live(message) ? room_find(room, jid_resource(message->from)) : NULL;
    Message *made = message_new(&(MessageInit) {
        .direction = direction,
        .mention = marks.mention,
        .ignored = marks.ignored,
        .from = message->from,
        .id = message->id,
        .origin_id = message->origin_id,
        .archive_id = archive_id_of(room, message),
        .occupant_id = occupant_id_of(room, message),
        .body = message->body,
        .time = delayed ? stamp : now,
        .delayed = delayed,
        .unstyled = message->unstyled,
        .state = MESSAGE_RECEIVED,
    });
    made->lookalike = direction == MESSAGE_IN && occupant != NULL && occupant_is_lookalike(occupant);
    return made;
}

Message *
rooms_make_message(Session *session, const Conversation *conversation, const XmppMessage *message)
{
    return make_message(session, conversation_room(conversation), message);
}

/* --- what it is --- */

/* XEP-0045 §8.1: a subject without a body; what has both is a message that has a subject (I14). */
static bool
is_subject(const XmppMessage *message)
{
    return message->subject != NULL && message->body == NULL;
}

static void
receive_subject(Session *session, Room *room, const XmppMessage *message)
{
    Stay *stay = rooms_find_stay(session_rooms(session), room_jid(room));
    const char *nick = jid_resource(message->from);
    g_autofree char *words = core_clean_text(message->subject);
    g_autofree char *by = core_clean_name(nick);
    room_set_subject(room, words, by);
    if (stay != NULL && g_strcmp0(nick, room_nick(room)) == 0 && is_live(message))
        rooms_subject_settled(stay, NULL);
}

/* Our own message has come back: the room has it, and everybody in it. */
static void
settle_own(Session *session, Conversation *conversation, const XmppMessage *message)
{
    const char *id = own_id_of(message);
    Message *sent = id != NULL ? conversation_find_sent(conversation, id) : NULL;
    outgoing_queue_confirm(session_outgoing(session), id);
    if (sent == NULL)
        return;
    if (sent->archive_id == NULL) /* what others call it */
        sent->archive_id = g_strdup(archive_id_of(conversation_room(conversation), message));
    if (sent->occupant_id == NULL)
        sent->occupant_id = g_strdup(occupant_id_of(conversation_room(conversation), message));
    outgoing_advance(session, conversation, sent, MESSAGE_RECEIVED, NULL);
}

static void
note_speaker(Room *room, const Message *message)
{
    Occupant *occupant = room_find(room, jid_resource(message->from));
    if (occupant != NULL)
        room_spoke(room, occupant, message->time);
}

/* It was there before we were: seen by nobody here, but no news. */
static bool
is_past(const Stay *stay, const XmppMessage *message)
{
    return !is_live(message) && stay->is_first_visit;
}

static void
receive_text(Session *session, Stay *stay, Room *room, const XmppMessage *message)
{
    Conversation *conversation = room_conversation(room);
    g_autoptr(Message) shown = make_message(session, room, message);
    if (shown->direction == MESSAGE_OUT)
        settle_own(session, conversation, message);
    if (message->corrects != NULL && incoming_correction(session, conversation, message, shown->direction))
        return;
    annotations_note_reply(session, conversation, message, shown);
    const bool is_new = incoming_keep(session, conversation, shown);
    if (is_new && is_past(stay, message))
        conversation_set_read(conversation, MAX(conversation_read_order(conversation), shown->order),
                              conversation_unread(conversation));
    if (is_new)
        conversation_append(conversation, shown);
    if (is_live(message) && !shown->ignored)
        note_speaker(room, shown);
    if (is_new && shown->direction == MESSAGE_OUT && is_live(message))
        conversation_mark_read(conversation); /* who writes has read what was there */
    if (shown->archive_id != NULL)
        room_history_live(session, room, shown->archive_id);
}

/* What the room says about itself: its configuration has changed (§10.2.1). */
static void
receive_codes(Session *session, Stay *stay, Room *room, const XmppMessage *message)
{
    if (message->muc_codes.count == 0 || jid_resource(message->from) != NULL || !is_live(message))
        return;
    room_tell_codes(room, message->muc_codes.codes, message->muc_codes.count);
    rooms_ask_info(stay);
}

void
rooms_message(Session *session, const XmppMessage *message)
{
    Stay *stay = message->from != NULL ? rooms_find_stay(session_rooms(session), message->from) : NULL;
    Room *room = stay != NULL ? rooms_stay_room(stay) : NULL;
    if (room == NULL || (stay->stage != STAY_IN && stay->stage != STAY_ENTERING))
        return; /* of a room we are not in (I15) */
    stay->heard = g_get_monotonic_time();
    receive_codes(session, stay, room, message);
    if (annotations_receive(session, room_conversation(room), message, direction_of(session, room, message))) {
        const char *archive_id = archive_id_of(room, message);
        if (archive_id != NULL)
            room_history_live(session, room, archive_id);
    } else if (is_subject(message)) {
        receive_subject(session, room, message);
        stay->is_first_visit = false; /* §7.2.15: the subject ends what was said before */
    } else if (message->body != NULL && *message->body != '\0') {
        receive_text(session, stay, room, message);
    }
}

bool
rooms_message_refused(Session *session, const XmppMessage *bounce)
{
    Stay *stay = bounce->from != NULL ? rooms_find_stay(session_rooms(session), bounce->from) : NULL;
    if (stay == NULL || bounce->error == NULL || stay->stage != STAY_IN)
        return false;
    g_autoptr(GError) error = rooms_error(bounce->error, NULL);
    if (bounce->id != NULL && g_strcmp0(bounce->id, stay->subject_id) == 0) {
        rooms_subject_settled(stay, error);
        return true;
    }
    /* §7.4: who is not there may not speak. It is said when a room has lost us. */
    if (g_str_equal(bounce->error->condition, "not-acceptable") && jid_is_bare(bounce->from))
        rooms_ask_whether_in(stay);
    return false;
}

/* --- private messages (§7.5) --- */

static bool
is_own(const Session *session, const XmppMessage *message)
{
    return message->carbon == CARBON_SENT
           || (message->from != NULL && jid_equal_bare(message->from, account_jid(session_account(session))));
}

/* The occupant it is exchanged with; NULL: nobody in a room that we know. */
static const Jid *
occupant_of(const Session *session, const XmppMessage *message)
{
    const Jid *with = is_own(session, message) ? message->to : message->from;
    if (with == NULL || jid_is_bare(with) || account_find_room(session_account(session), with) == NULL)
        return NULL;
    return with;
}

Conversation *
rooms_open_private(Session *session, const Jid *occupant)
{
    Account *account = session_account(session);
    const bool is_open = account_find_private(account, occupant) != NULL;
    if (!is_open && account_conversation_count(account) >= ROOMS_PRIVATE_MAX)
        return NULL;
    return conversations_open(session_client(session), account, occupant, CONVERSATION_OCCUPANT);
}

bool
rooms_private_message(Session *session, const XmppMessage *message)
{
    const Jid *with = occupant_of(session, message);
    if (with == NULL)
        return false;
    if (message->body == NULL || *message->body == '\0')
        return true; /* typing and the like: of strangers (I15) */
    const bool is_out = is_own(session, message);
    Conversation *conversation = rooms_open_private(session, with);
    if (conversation == NULL)
        return true;
    g_autoptr(Message) shown = incoming_make_message(session, message, is_out ? MESSAGE_OUT : MESSAGE_IN);
    if (incoming_keep(session, conversation, shown))
        conversation_append(conversation, shown);
    return true;
}

/* --- archives --- */

static bool
is_about_another(const XmppMessage *message)
{
    return message->reacts_to != NULL || message->retracts != NULL || message->moderation != NULL;
}

static bool
is_text(const XmppMessage *message)
{
    return !is_about_another(message) && message->type == XMPP_MESSAGE_GROUPCHAT && message->from != NULL && !jid_is_bare(message->from)
           && message->body != NULL && *message->body != '\0' && message->corrects == NULL;
}

/* Into the store; outcomes by index. */
static bool
store_page(Session *session, const Conversation *conversation, GPtrArray *messages, const HistoryBounds *bounds,
           HistoryOutcome *outcomes, GError **error)
{
    g_autofree HistoryPlace *places = g_new(HistoryPlace, messages->len + 1);
    for (guint i = 0; i < messages->len; i++)
        places[i] = conversations_place(conversation);
    return history_add_page_within(client_db(session_client(session)), places, (Message *const *) messages->pdata,
                                   messages->len, bounds, outcomes, error);
}

static void
set_read_to(Session *session, Conversation *conversation, gint64 order)
{
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GError) error = NULL;
    if (order <= conversation_read_order(conversation))
        return;
    if (!history_set_read(client_db(session_client(session)), &place, order, &error))
        log_warning("core", "%s", error->message);
    conversations_count_unread(session_client(session), conversation);
}

/* What a result says about other messages, which are in the store by now. */
static void
receive_about(Session *session, Conversation *conversation, const XmppMessage *stanza)
{
    const Room *room = conversation_room(conversation);
    if (stanza->type != XMPP_MESSAGE_GROUPCHAT || stanza->from == NULL || !jid_equal_bare(stanza->from, room_jid(room)))
        return;
    const MessageDirection direction = direction_of(session, room, stanza);
    if (annotations_receive(session, conversation, stanza, direction))
        return;
    if (stanza->corrects != NULL && stanza->body != NULL && *stanza->body != '\0')
        incoming_correction(session, conversation, stanza, direction);
}

bool
rooms_archive_page(Session *session, Conversation *conversation, const MamPage *page, bool is_news,
                   HistoryBounds *bounds, GError **error)
{
    Room *room = conversation_room(conversation);
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify) message_unref);
    g_autoptr(GPtrArray) stanzas = g_ptr_array_new();
    for (guint i = 0; i < page->messages->len; i++) {
        XmppMessage *stanza = g_ptr_array_index(page->messages, i);
        if (stanza->from == NULL || !jid_equal_bare(stanza->from, room_jid(room)) || !is_text(stanza))
            continue; /* a room's archive speaks for that room only (I10) */
        Message *message = make_message(session, room, stanza);
        annotations_note_reply(session, conversation, stanza, message);
        g_ptr_array_add(messages, message);
        g_ptr_array_add(stanzas, stanza);
    }
    g_autofree HistoryOutcome *outcomes = g_new0(HistoryOutcome, messages->len + 1);
    if (!store_page(session, conversation, messages, bounds, outcomes, error))
        return false;
    bool is_unseen = false;
    gint64 last = 0;
    for (guint i = 0; i < messages->len; i++) {
        Message *message = g_ptr_array_index(messages, i);
        last = MAX(last, message->order);
        bounds->read_to = MAX(bounds->read_to, message->order);
    }
    if (!is_news)
        set_read_to(session, conversation, last);
    for (guint i = 0; i < messages->len; i++) {
        Message *message = g_ptr_array_index(messages, i);
        if (message->direction == MESSAGE_OUT)
            settle_own(session, conversation, g_ptr_array_index(stanzas, i));
        if (outcomes[i] == HISTORY_ADDED && !conversation_append(conversation, message) && is_news) {
            conversation_announce(conversation, message);
            is_unseen = true;
        }
    }
    if (is_unseen)
        conversations_count_unread(session_client(session), conversation);
    for (guint i = 0; i < page->messages->len; i++)
        receive_about(session, conversation, g_ptr_array_index(page->messages, i));
    if (messages->len > 0)
        annotations_settle(session, conversation);
    return true;
}
