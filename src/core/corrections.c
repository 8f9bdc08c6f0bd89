/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/corrections.h"

#include "core/core_private.h"

Message *
corrections_last_own(const Conversation *conversation)
{
    for (guint i = conversation_message_count(conversation); i > 0; i--) {
        Message *message = conversation_message_at(conversation, i - 1);
        if (message->direction == MESSAGE_OUT && message->id != NULL && message->retracted == 0)
            return message;
    }
    return NULL;
}

Message *
corrections_find(const Conversation *conversation, guint number)
{
    for (guint i = conversation_message_count(conversation); i > 0; i--) {
        Message *message = conversation_message_at(conversation, i - 1);
        if (message->edits > 0 && --number == 0)
            return message;
    }
    return NULL;
}

bool
corrections_each_text(Client *client, const Message *message, CorrectionsFunc func, gpointer data, GError **error)
{
    if (message->row == 0) {
        func(message->edited != 0 ? message->edited : message->time, message->body, data);
        return true;
    }
    g_autoptr(GPtrArray) edits = history_edits(client_db(client), message->row, error);
    for (guint i = 0; edits != NULL && i < edits->len; i++) {
        const HistoryEdit *edit = g_ptr_array_index(edits, i);
        func(edit->time, edit->body, data);
    }
    return edits != NULL;
}

/* --- what arrives --- */

bool
corrections_is_same_occupant(const Conversation *conversation, const Message *original, const XmppMessage *message)
{
    const Room *room = conversation_room(conversation);
    if (original->direction == MESSAGE_OUT) /* ours: the message is known to be, too */
        return true;
    if (original->occupant_id != NULL)
        return g_strcmp0(original->occupant_id, message->occupant_id) == 0;
    const Occupant *occupant = room_find(room, jid_resource(message->from));
    return message->occupant_id == NULL && original->from != NULL && jid_equal(original->from, message->from)
           && occupant != NULL && occupant_since(occupant) <= original->time;
}

/* The message that is corrected: of the same conversation and direction, so of the same author (I14). */
static Message *
find_corrected(Session *session, const Conversation *conversation, const XmppMessage *correction,
               MessageDirection direction)
{
    const HistoryPlace place = conversations_place(conversation);
    const char *id = correction->corrects;
    const bool is_room = conversation_kind(conversation) == CONVERSATION_ROOM;
    const Jid *from = is_room ? correction->from : conversation_jid(conversation);
    Message *message = direction == MESSAGE_OUT ? conversation_find_sent(conversation, id)
                                                : conversation_find_received(conversation, from, id);
    if (message != NULL)
        return message_ref(message);
    if (!conversations_are_kept(session_client(session), conversation))
        return NULL;
    return history_find_by_id(client_db(session_client(session)), &place, direction, id, NULL);
}

/* True: it is the latest text. */
static bool
keep_correction(Session *session, const Conversation *conversation, const Message *original, Message *edit)
{
    g_autoptr(GError) error = NULL;
    if (original->row == 0) /* it is not kept: what a copy would be known by is in memory only */
        return g_strcmp0(original->edit_id, edit->id) != 0
               && !(edit->delayed && edit->time < original->edited);
    const HistoryOutcome outcome =
        encryption_store_edit(session_client(session), conversation, original, edit, &error);
    if (outcome != HISTORY_FAILED)
        return outcome == HISTORY_ADDED;
    session_resume_block_acks(session_resume(session));
    client_notice(session_client(session), session_account(session), NOTICE_ERROR, error->code, "%s", error->message);
    return true;
}

bool
incoming_correction(Session *session, Conversation *conversation, const XmppMessage *message,
                    MessageDirection direction)
{
    const bool is_theirs = message->from != NULL && jid_equal_bare(message->from, conversation_jid(conversation));
    const bool is_room = conversation_kind(conversation) == CONVERSATION_ROOM;
    if (conversation_kind(conversation) == CONVERSATION_OCCUPANT || (direction == MESSAGE_IN && !is_theirs))
        return false;
    g_autoptr(Message) original = find_corrected(session, conversation, message, direction);
    if (original == NULL || (is_room && !corrections_is_same_occupant(conversation, original, message)))
        return false;
    if (original->retracted != 0)
        return true; /* what was taken back does not come again with other words */
    /* What was said in secret is not changed from outside of it (I14, I21). */
    if (!g_str_equal(original->encryption, message->encryption != NULL ? message->encryption : "none"))
        return false;
    g_autoptr(Message) edit = is_room ? rooms_make_message(session, conversation, message)
                                      : incoming_make_message(session, message, direction);
    if (edit->ignored && !original->ignored)
        return true; /* what was said before stays as it was */
    if (direction == MESSAGE_OUT)
        outgoing_queue_confirm(session_outgoing(session), edit->id);
    if (keep_correction(session, conversation, original, edit) && original->serial != 0) {
        conversation_edit_message(conversation, original, edit->body, edit->time, edit->id);
        if (direction == MESSAGE_OUT)
            outgoing_advance(session, conversation, original, is_room ? MESSAGE_RECEIVED : MESSAGE_SENT, NULL);
    }
    if (is_room)
        return true;
    reading_note_edit(session, conversation, edit);
    incoming_about(session, conversation, message, NULL);
    return true;
}
