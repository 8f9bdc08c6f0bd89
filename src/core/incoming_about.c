/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a message says about other messages: that ours have arrived or were seen, that theirs were seen on another
 * device. Each counts only from whose business it is (I14). */
#include "base/log.h"
#include "core/core_private.h"

enum { EARLIER_MAX = 1000 }; /* messages before a displayed one that are looked at */

static void
report(Session *session, const GError *error)
{
    client_notice(session_client(session), session_account(session), NOTICE_ERROR, error->code, "%s", error->message);
}

/* --- ours, at the peer --- */

/* Index of the first message at or behind this place. */
static guint
find_index(const Conversation *conversation, gint64 order)
{
    guint low = 0, high = conversation_message_count(conversation);
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (conversation_message_at(conversation, middle)->order < order)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* XEP-0333 §4.1: who has seen a message has seen those before it, as far as they have arrived. */
static void
advance_earlier(Session *session, Conversation *conversation, gint64 order)
{
    const guint end = find_index(conversation, order);
    for (guint i = end; i > 0 && end - i < EARLIER_MAX; i--) {
        Message *message = conversation_message_at(conversation, i - 1);
        if (message->direction != MESSAGE_OUT)
            continue;
        if (message->state == MESSAGE_DISPLAYED)
            return;
        if (message->state == MESSAGE_RECEIVED)
            outgoing_advance(session, conversation, message, MESSAGE_DISPLAYED, NULL);
    }
}

/* The same for what is not loaded. */
static void
advance_stored(Session *session, const Conversation *conversation, const char *id, MessageState state)
{
    Db *db = client_db(session_client(session));
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GError) error = NULL;
    g_autoptr(Message) sent = history_find_by_id(db, &place, MESSAGE_OUT, id, &error);
    if (sent == NULL)
        return;
    if (g_strcmp0(outgoing_current_id(sent), id) == 0 && message_advance(sent, state, NULL))
        history_update(db, sent, &error);
    g_autoptr(GPtrArray) earlier =
        state == MESSAGE_DISPLAYED ? history_page_before(db, &place, sent->order, EARLIER_MAX, &error) : NULL;
    for (guint i = earlier != NULL ? earlier->len : 0; i > 0 && error == NULL; i--) {
        Message *message = g_ptr_array_index(earlier, i - 1);
        if (message->direction == MESSAGE_OUT && message->state == MESSAGE_DISPLAYED)
            break;
        if (message->direction == MESSAGE_OUT && message->state == MESSAGE_RECEIVED
            && message_advance(message, state, NULL))
            history_update(db, message, &error);
    }
    if (error != NULL)
        report(session, error);
}

/* Who has it proves that the server had it. A word about an earlier text says nothing about the one that is shown. */
static void
confirm(Session *session, Conversation *conversation, const char *id, MessageState state)
{
    Message *sent = conversation_find_sent(conversation, id);
    if (sent == NULL) {
        if (conversations_are_kept(session_client(session), conversation))
            advance_stored(session, conversation, id, state);
        return;
    }
    if (g_strcmp0(outgoing_current_id(sent), id) == 0) {
        outgoing_queue_confirm(session_outgoing(session), id);
        outgoing_advance(session, conversation, sent, state, NULL);
    }
    if (state == MESSAGE_DISPLAYED)
        advance_earlier(session, conversation, sent->order);
}

/* Not of what another device has received, and not of what lay in an archive: that device has answered, or will. */
static bool
wants_answer(const XmppMessage *message)
{
    return message->wants_receipt && message->carbon == CARBON_NONE && message->archive_id == NULL
           && message->body != NULL && *message->body != '\0';
}

static void
receive_from_peer(Session *session, Conversation *conversation, const XmppMessage *message)
{
    if (message->from == NULL || !jid_equal_bare(message->from, conversation_jid(conversation)))
        return;
    if (message->receipt_for != NULL)
        confirm(session, conversation, message->receipt_for, MESSAGE_RECEIVED);
    if (message->marker != MARKER_NONE && message->marker_for != NULL)
        confirm(session, conversation, message->marker_for,
                message->marker == MARKER_DISPLAYED ? MESSAGE_DISPLAYED : MESSAGE_RECEIVED);
    if (wants_answer(message) && reading_may_tell(session, conversation, SETTING_RECEIPTS))
        receipt_answers_add(reading_receipt_answers(session_reading(session)), message);
}

/* --- theirs, on the own devices --- */

static Message *
find_received(Session *session, const Conversation *conversation, const char *id)
{
    const HistoryPlace place = conversations_place(conversation);
    Message *message = conversation_find_received(conversation, conversation_jid(conversation), id);
    if (message != NULL)
        return message_ref(message);
    return history_find_by_id(client_db(session_client(session)), &place, MESSAGE_IN, id, NULL);
}

/* Who writes has read what was there; so has who tells that it was displayed. */
static void
receive_own(Session *session, Conversation *conversation, const XmppMessage *message, const Message *shown)
{
    const Jid *with = conversation_jid(conversation);
    if (shown != NULL)
        reading_set(session, with, shown->order);
    if (message->marker != MARKER_DISPLAYED || message->marker_for == NULL)
        return;
    g_autoptr(Message) seen = find_received(session, conversation, message->marker_for);
    if (seen != NULL)
        reading_set(session, with, seen->order);
}

void
incoming_about(Session *session, Conversation *conversation, const XmppMessage *message, const Message *shown)
{
    MessageDirection direction;
    g_autoptr(Jid) peer = incoming_peer(session, message, &direction);
    if (conversation_kind(conversation) != CONVERSATION_CHAT)
        return;
    if (direction == MESSAGE_OUT)
        receive_own(session, conversation, message, shown);
    else
        receive_from_peer(session, conversation, message);
    reading_settle(session, conversation_jid(conversation), incoming_archive_id(session, message));
}
