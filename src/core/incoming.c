/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/when.h"
#include "core/core_private.h"

enum {
    CONVERSATIONS_MAX = 2000, /* of an account; strangers cannot open more (I9) */
};

/* The account itself or its server: they may speak about everything that was sent (RFC 6120 §8.1.2.1). */
static bool
is_own_server(const Account *account, const Jid *from)
{
    const Jid *own = account_jid(account);
    if (from == NULL || jid_equal_bare(from, own))
        return true;
    return jid_local(from) == NULL && g_str_equal(jid_domain(from), jid_domain(own));
}

/* The message of ours an error is about; errors count from whom it was sent to, and from the own server (I14). */
static Message *
find_bounced(const Session *session, const XmppMessage *bounce, Conversation **conversation)
{
    const Account *account = session_account(session);
    *conversation = bounce->from != NULL ? account_find_private(account, bounce->from) : NULL;
    if (*conversation == NULL && bounce->from != NULL)
        *conversation = account_find_conversation(account, bounce->from);
    Message *sent = *conversation != NULL ? conversation_find_sent(*conversation, bounce->id) : NULL;
    if (sent != NULL || !is_own_server(account, bounce->from))
        return sent;
    for (guint i = 0; i < account_conversation_count(account); i++) {
        Conversation *other = account_conversation_at(account, i);
        sent = conversation_find_sent(other, bounce->id);
        if (sent == NULL)
            continue;
        *conversation = other;
        return sent;
    }
    return NULL;
}

/* A message that is not loaded: nobody sees it now, but who scrolls there shall see what became of it. */
static void
fail_stored(Session *session, const XmppMessage *bounce, const char *reason)
{
    Db *db = client_db(session_client(session));
    const HistoryPlace place = { session_store_key(session), jid_bare(bounce->from), CONVERSATION_CHAT };
    g_autoptr(GError) error = NULL;
    g_autoptr(Message) sent = history_find_by_id(db, &place, MESSAGE_OUT, bounce->id, &error);
    if (sent == NULL || g_strcmp0(outgoing_current_id(sent), bounce->id) != 0)
        log_debug("core", "an error about no message of ours is ignored");
    else if (message_advance(sent, MESSAGE_FAILED, reason) && history_update(db, sent, &error))
        outgoing_queue_forget(session_outgoing(session), bounce->id);
}

static void
receive_error(Session *session, const XmppMessage *bounce)
{
    Conversation *conversation;
    if (bounce->id == NULL || bounce->error == NULL || rooms_message_refused(session, bounce)
        || room_admin_refused(session, bounce))
        return;
    g_autofree char *reason = stanza_error_words(bounce->error);
    encryption_bounced(session, bounce, reason);
    Message *sent = find_bounced(session, bounce, &conversation);
    if (conversation != NULL) {
        conversation_lock_to(conversation, NULL);
        typing_bounced(session_typing(session), conversation);
    }
    if (sent != NULL)
        outgoing_fail(session, conversation, sent, reason);
    else if (bounce->from != NULL)
        fail_stored(session, bounce, reason);
}

/* News of the own server are shown; those of others are unwanted mail. */
static void
receive_headline(Session *session, const XmppMessage *message)
{
    g_autofree char *words = core_clean_words(message->body != NULL ? message->body : message->subject);
    if (words != NULL && is_own_server(session_account(session), message->from))
        client_notice(session_client(session), session_account(session), NOTICE_INFO, 0, "%s", words);
}

Conversation *
incoming_open(Session *session, const Jid *peer)
{
    Account *account = session_account(session);
    Conversation *conversation = account_find_conversation(account, peer);
    const guint count = account_conversation_count(account);
    const bool is_stranger = roster_find(account_roster(account), peer) == NULL;
    if (conversation != NULL)
        return conversation;
    if (is_stranger && count >= CONVERSATIONS_MAX)
        return NULL;
    if (is_stranger && count == CONVERSATIONS_MAX - 1)
        client_notice(
            session_client(session), account, NOTICE_WARNING, ERROR_FAILED,
            _("very many strangers have written: messages of further ones are not shown until you close some windows"));
    g_autoptr(Jid) bare = jid_to_bare(peer);
    return conversations_open(session_client(session), account, bare, CONVERSATION_CHAT);
}

/* Written by the user, on this device or another one. Notes to oneself come back as if from somebody. */
static bool
is_own(const Session *session, const XmppMessage *message)
{
    return message->carbon == CARBON_SENT
           || (message->from != NULL && jid_equal_bare(message->from, account_jid(session_account(session))));
}

Jid *
incoming_peer(const Session *session, const XmppMessage *message, MessageDirection *direction)
{
    const Account *account = session_account(session);
    *direction = is_own(session, message) ? MESSAGE_OUT : MESSAGE_IN;
    const Jid *peer = *direction == MESSAGE_OUT ? message->to : message->from;
    if (peer != NULL)
        return jid_ref((Jid *) peer);
    if (*direction == MESSAGE_OUT)
        return jid_ref((Jid *) account_jid(account));
    return jid_new_from_parts(NULL, jid_domain(account_jid(account)), NULL, NULL);
}

const char *
incoming_archive_id(const Session *session, const XmppMessage *message)
{
    if (message->archive_id != NULL)
        return message->archive_id;
    if (message->stanza_ids == NULL || !history_sync_trusts_ids(session_history_sync(session)))
        return NULL;
    for (guint i = 0; i < message->stanza_ids->len; i++) {
        const XmppStanzaId *stanza_id = g_ptr_array_index(message->stanza_ids, i);
        if (stanza_id->by != NULL && jid_equal(stanza_id->by, account_jid(session_account(session))))
            return stanza_id->id;
    }
    return NULL;
}

Message *
incoming_make_message(const Session *session, const XmppMessage *message, MessageDirection direction)
{
    const gint64 now = when_now();
    /* The archive's stamp is that of all devices, even where its clock is ahead. */
    const bool delayed = message->delay != 0 && (message->delay < now || message->archive_id != NULL);
    g_autoptr(Jid) server = jid_new_from_parts(NULL, jid_domain(account_jid(session_account(session))), NULL, NULL);
    const AttentionMarks marks = attention_judge(session, message, direction, NULL);
    return message_new(&(MessageInit) {
        .direction = direction,
        .from = message->from != NULL ? message->from : server,
        .id = message->id,
        .origin_id = message->origin_id,
        .archive_id = incoming_archive_id(session, message),
        .body = message->body,
        .time = delayed ? message->delay : now,
        .delayed = delayed,
        .markable = direction == MESSAGE_IN && message->markable,
        .unstyled = message->unstyled,
        .encryption = message->encryption,
        .trust = message->trust,
        .mention = marks.mention,
        .ignored = marks.ignored,
        .state = MESSAGE_SENT,
    });
}

/* What is not kept is at least not shown twice while it is loaded. */
static bool
is_shown_already(const Conversation *conversation, const Message *message)
{
    const Message *known = message->direction == MESSAGE_OUT
                               ? conversation_find_sent(conversation, message->id)
                               : conversation_find_received(conversation, message->from, message->id);
    return known != NULL && g_str_equal(known->body, message->body);
}

bool
incoming_keep(Session *session, Conversation *conversation, Message *message)
{
    Client *client = session_client(session);
    const EncryptionKeep keep = encryption_keep(client, conversation, message->encryption);
    g_autoptr(GError) error = NULL;
    if (keep == KEEP_NOTHING || (keep == KEEP_PLACE && is_shown_already(conversation, message)))
        return !is_shown_already(conversation, message);
    const HistoryOutcome outcome = encryption_store(client, conversation, message, &error);
    if (outcome == HISTORY_FAILED) {
        /* It is shown, and the server keeps it as long as this session lasts. */
        session_resume_block_acks(session_resume(session));
        history_sync_store_failed(session_history_sync(session));
        client_notice(client, session_account(session), NOTICE_ERROR, error->code, "%s", error->message);
        return !is_shown_already(conversation, message);
    }
    history_sync_note_order(session_history_sync(session), message->order);
    if (outcome == HISTORY_KNOWN && message->direction == MESSAGE_OUT)
        outgoing_queue_confirm(session_outgoing(session), message->id);
    return outcome == HISTORY_ADDED;
}

static void
receive_chat(Session *session, const XmppMessage *message)
{
    MessageDirection direction;
    g_autoptr(Jid) peer = incoming_peer(session, message, &direction);
    const bool is_live = message->carbon == CARBON_NONE && message->delay == 0;
    const bool has_body = message->body != NULL && *message->body != '\0';
    Conversation *conversation =
        has_body ? incoming_open(session, peer) : annotations_open(session, message, peer);
    if (conversation == NULL)
        return;
    if (is_live && direction == MESSAGE_IN)
        typing_receive(session_typing(session), conversation, message);
    if (annotations_receive(session, conversation, message, direction))
        return;
    if (message->corrects != NULL && has_body && incoming_correction(session, conversation, message, direction))
        return;
    g_autoptr(Message) shown = has_body ? incoming_make_message(session, message, direction) : NULL;
    if (shown != NULL)
        annotations_note_reply(session, conversation, message, shown);
    if (is_live && direction == MESSAGE_IN && has_body)
        conversation_lock_to(conversation, jid_is_bare(peer) ? NULL : peer);
    if (shown != NULL && incoming_keep(session, conversation, shown))
        conversation_append(conversation, shown);
    else
        g_clear_pointer(&shown, message_unref);
    incoming_about(session, conversation, message, shown);
}

/* An id of the archive is progress whatever carried it: the catch-up need not ask for what came before. */
static void
note_archive_id(Session *session, const XmppMessage *message)
{
    const char *id = incoming_archive_id(session, message);
    if (id != NULL)
        history_sync_live(session_history_sync(session), id);
}

void
incoming_message(Session *session, const XmppMessage *message)
{
    g_autoptr(XmppMessage) opened = NULL;
    switch (message->type) {
    case XMPP_MESSAGE_NORMAL:
    case XMPP_MESSAGE_CHAT:
        if (room_admin_message(session, message, true)) {
            note_archive_id(session, message);
            break;
        }
        if (rooms_private_message(session, message))
            break;
        if (encryption_open(session, message, &opened))
            receive_chat(session, opened != NULL ? opened : message);
        note_archive_id(session, message);
        break;
    case XMPP_MESSAGE_ERROR:
        receive_error(session, message);
        break;
    case XMPP_MESSAGE_HEADLINE:
        receive_headline(session, message);
        break;
    case XMPP_MESSAGE_GROUPCHAT:
        rooms_message(session, message);
        break;
    }
}
