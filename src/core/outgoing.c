/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/outgoing.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/core_private.h"
#include "core/rooms.h"
#include "e2ee/e2ee.h"

/* --- what may be sent --- */

static bool
refuse(GError **error, const char *words)
{
    g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT, words);
    return false;
}

/* XML 1.0 §2.2: these cannot be sent in any form. */
static bool
is_forbidden(gunichar character)
{
    return (character < 0x20 && character != '\n' && character != '\t') || character == 0xfffe || character == 0xffff;
}

static bool
check_body(const char *body, GError **error)
{
    const gsize length = strlen(body);
    if (length == 0)
        return refuse(error, _("there is nothing to send: write something"));
    if (length > OUTGOING_BODY_MAX) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                    _("the message is too long (%zu bytes): send at most %d at once"), (size_t) length,
                    OUTGOING_BODY_MAX);
        return false;
    }
    if (!g_utf8_validate(body, (gssize) length, NULL))
        return refuse(error, _("the message is not UTF-8: convert it first"));
    for (const char *p = body; *p != '\0'; p = g_utf8_next_char(p)) {
        if (!is_forbidden(g_utf8_get_char(p)))
            continue;
        g_autofree char *shown = text_clean(p, g_utf8_next_char(p) - p, TEXT_LINE);
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                    _("the message holds a control character (%s), which XMPP cannot carry: remove it"), shown);
        return false;
    }
    return true;
}

/* XML makes line feeds of all line ends anyway (§2.11), so both sides see the same. */
static char *
normalise_lines(const char *body)
{
    char *text = g_malloc(strlen(body) + 1);
    char *end = text;
    for (const char *p = body; *p != '\0'; p++) {
        if (*p == '\r' && p[1] == '\n')
            continue;
        *end++ = *p == '\r' ? '\n' : *p;
    }
    *end = '\0';
    return text;
}

/* --- what becomes of it --- */

void
outgoing_advance(Session *session, Conversation *conversation, Message *message, MessageState state,
                 const char *reason)
{
    Client *client = session_client(session);
    g_autoptr(GError) error = NULL;
    if (!conversation_advance_message(conversation, message, state, reason))
        return;
    /* What is encrypted leaves a trace only when it has left. */
    if (message->row == 0 && state == MESSAGE_SENT && !g_str_equal(message->encryption, "none")) {
        if (encryption_store(client, conversation, message, &error) == HISTORY_FAILED)
            client_notice(client, session_account(session), NOTICE_ERROR, error->code, "%s", error->message);
        return;
    }
    if (message->row == 0)
        return;
    if (!history_update(client_db(session_client(session)), message, &error))
        client_notice(session_client(session), session_account(session), NOTICE_ERROR, error->code, "%s",
                      error->message);
}

void
outgoing_fail(Session *session, Conversation *conversation, Message *message, const char *reason)
{
    outgoing_advance(session, conversation, message, MESSAGE_FAILED, reason);
    outgoing_queue_forget(session_outgoing(session), outgoing_current_id(message));
}

const char *
outgoing_current_id(const Message *message)
{
    return message->edits > 0 && message->edit_id != NULL ? message->edit_id : message->id;
}

/* --- sending --- */

/* Private messages in rooms are for one person, as chats are, but cannot be encrypted (I21). */
static bool
check_private(const Session *session, const Conversation *conversation, GError **error)
{
    const Settings *settings = client_settings(session_client(session));
    const char *account = account_name(session_account(session));
    const char *room = jid_bare(conversation_jid(conversation));
    if (g_str_equal(settings_get_text(settings, SETTING_ENCRYPTION, account, room), "none")
        && !g_str_equal(settings_get_text(settings, SETTING_OTR_POLICY, account, room), "always"))
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                _("private messages in rooms cannot be encrypted, which the settings want: nothing was sent; /msg their own "
                  "address, or allow it for %s"), room);
    return false;
}

/* Refuses what the conversation's intent does not allow (I21), before anything is written. */
static bool
check_conversation(Session *session, Conversation *conversation, GError **error)
{
    const Jid *with = conversation_jid(conversation);
    if (conversation_kind(conversation) != CONVERSATION_CHAT && !rooms_check(session, with, error))
        return false;
    return conversation_kind(conversation) == CONVERSATION_OCCUPANT ? check_private(session, conversation, error)
                                                                    : encryption_check(session, conversation, error);
}

/* The text as it will be sent; NULL: refused. */
static char *
prepare_body(Session *session, Conversation *conversation, const char *body, GError **error)
{
    g_autofree char *text = normalise_lines(body);
    return check_body(text, error) && check_conversation(session, conversation, error) ? g_steal_pointer(&text) : NULL;
}

/* What was said in secret stays so, whatever the conversation insists on now. */
static const char *
message_intent(const Conversation *conversation, const Message *message)
{
    return g_str_equal(message->encryption, "none") ? conversation_intent(conversation) : message->encryption;
}

/* Puts the text that is shown into the queue. */
static bool
enqueue(Session *session, Conversation *conversation, const Message *message, const OutgoingReply *reply, GError **error)
{
    const bool is_edit = outgoing_current_id(message) != message->id;
    OutboxRow *row = g_new0(OutboxRow, 1);
    row->message = message->row;
    row->with = g_strdup(jid_text(conversation_jid(conversation)));
    row->kind = conversation_kind(conversation);
    row->intent = g_strdup(message_intent(conversation, message));
    row->id = g_strdup(outgoing_current_id(message));
    row->body = g_strdup(message->body);
    /* What is encrypted says nothing beside its text (I21). */
    if (message->reply_id != NULL && !is_edit && g_str_equal(row->intent, "none")) {
        row->reply_id = g_strdup(message->reply_id);
        row->reply_to = reply != NULL ? g_strdup(reply->to) : NULL;
        row->quote = reply != NULL ? g_strdup(reply->quote) : NULL;
    }
    if (is_edit) {
        row->corrects = g_strdup(message->id);
        row->original = message->row;
    }
    const bool is_kept = message->row != 0
                         && encryption_keep(session_client(session), conversation, row->intent) == KEEP_TEXT;
    return outgoing_queue_add(session_outgoing(session), row, message->serial, is_kept, error);
}

/* Both rows, or none: a message that waits nowhere would wait for ever. */
static bool
store_and_enqueue(Session *session, Conversation *conversation, Message *message, const OutgoingReply *reply,
                  GError **error)
{
    Db *db = client_db(session_client(session));
    const HistoryPlace place = conversations_place(conversation);
    if (encryption_keep(session_client(session), conversation, message->encryption) != KEEP_TEXT) {
        conversation_append(conversation, message);
        return enqueue(session, conversation, message, reply, error);
    }
    if (!db_step_begin(db, error))
        return false;
    const bool added = history_add(db, &place, message, error) == HISTORY_ADDED
                       && enqueue(session, conversation, message, reply, error);
    if (!db_step_end(db, added, added ? error : NULL))
        return false;
    /* What the user has seen being said survives the end of the process a moment later. That it failed is told to the
     * queue, which has asked for it. */
    db_commit(db, NULL);
    conversation_append(conversation, message);
    return true;
}

static bool
resend(Session *session, Conversation *conversation, Message *message, GError **error)
{
    const bool is_kept =
        message->row != 0
        && encryption_keep(session_client(session), conversation, message->encryption) == KEEP_TEXT;
    if (encryption_is_lost(message)) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED,
                            _("the text of that message was not kept (setting otr.log): say it once more"));
        return false;
    }
    if (!check_conversation(session, conversation, error) || !conversation_requeue_message(conversation, message))
        return false;
    /* Who waits in memory only does not wait any more after a restart. */
    if (is_kept && !history_update(client_db(session_client(session)), message, error))
        return false;
    return enqueue(session, conversation, message, NULL, error);
}

/* Who says once more what could not be encrypted means that message, not a second one. */
static Message *
find_said_before(const Conversation *conversation, const char *text)
{
    for (guint i = conversation_message_count(conversation); i > 0; i--) {
        Message *message = conversation_message_at(conversation, i - 1);
        if (message->direction != MESSAGE_OUT)
            continue;
        const bool is_held_back = message->state == MESSAGE_FAILED && message->trust == NULL
                                  && !g_str_equal(message->encryption, "none");
        return is_held_back && g_str_equal(message->body, text) ? message : NULL;
    }
    return NULL;
}

/* Who says it: the account; in rooms the occupant, as whom it comes back. The caller's reference. */
static Jid *
own_jid(const Session *session, const Conversation *conversation)
{
    const Account *account = session_account(session);
    const Room *room = conversation_kind(conversation) != CONVERSATION_CHAT
                           ? account_find_room(account, conversation_jid(conversation))
                           : NULL;
    Jid *occupant = room != NULL && room_nick(room) != NULL
                        ? jid_with_resource(room_jid(room), room_nick(room), NULL)
                        : NULL;
    if (occupant != NULL)
        return occupant;
    return jid_ref(account_full_jid(account) != NULL ? account_full_jid(account) : account_jid(account));
}

Message *
outgoing_send(Client *client, Conversation *conversation, const char *body, GError **error)
{
    return outgoing_send_reply(client, conversation, body, NULL, error);
}

Message *
outgoing_send_reply(Client *client, Conversation *conversation, const char *body, const OutgoingReply *reply,
                    GError **error)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    g_return_val_if_fail(session != NULL && body != NULL, NULL);
    g_autofree char *text = prepare_body(session, conversation, body, error);
    if (text == NULL)
        return NULL;
    Message *failed = find_said_before(conversation, text);
    if (failed != NULL)
        return resend(session, conversation, failed, error) ? failed : NULL;
    g_autoptr(Jid) from = own_jid(session, conversation);
    g_autofree char *id = stream_new_id();
    g_autoptr(Message) message = message_new(&(MessageInit) {
        .direction = MESSAGE_OUT,
        .from = from,
        .id = id,
        .origin_id = id,
        .body = text,
        .encryption = conversation_intent(conversation),
        .reply_id = reply != NULL ? reply->id : NULL,
        .reply_to = reply != NULL ? reply->label : NULL,
        .reply_text = reply != NULL ? reply->text : NULL,
    });
    if (!store_and_enqueue(session, conversation, message, reply, error))
        return NULL;
    return message; /* the conversation's reference keeps it */
}

bool
outgoing_correct(Client *client, Conversation *conversation, Message *original, const char *body, GError **error)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    g_return_val_if_fail(session != NULL && original->direction == MESSAGE_OUT && original->id != NULL, false);
    g_autofree char *text = prepare_body(session, conversation, body, error);
    if (text == NULL)
        return false;
    if (!g_str_equal(original->encryption, "none") && g_str_equal(conversation_intent(conversation), "none")) {
        g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                    _("that was said encrypted, and a correction in the clear would give it away: nothing was sent; /otr "
                      "start"));
        return false;
    }
    g_autofree char *id = stream_new_id();
    g_autoptr(Message) edit = message_new(
        &(MessageInit) { .direction = MESSAGE_OUT, .from = original->from, .id = id, .origin_id = id, .body = text });
    if (encryption_store_edit(client, conversation, original, edit, error) == HISTORY_FAILED)
        return false;
    /* What was not on the wire yet need not be sent any more; the correction follows what was. */
    conversation_edit_message(conversation, original, text, edit->time, id);
    return enqueue(session, conversation, original, NULL, error);
}

int
outgoing_resend(Client *client, Conversation *conversation, Message *message, GError **error)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    int count = 0;
    if (message != NULL)
        return resend(session, conversation, message, error) ? 1 : -1;
    for (guint i = 0; i < conversation_message_count(conversation); i++) {
        Message *failed = conversation_message_at(conversation, i);
        if (failed->direction != MESSAGE_OUT || failed->state != MESSAGE_FAILED || failed->retracted != 0
            || encryption_is_lost(failed))
            continue;
        if (!resend(session, conversation, failed, error))
            return -1;
        count++;
    }
    return count;
}

/* --- without a body --- */

bool
outgoing_send_bare(Session *session, Conversation *conversation, XmppMessage *take_stanza)
{
    g_autoptr(Envelope) envelope = envelope_bare(take_stanza, NULL);
    return envelope != NULL && message_stanza_send(session_stream(session), envelope_message(envelope));
}

bool
outgoing_send_now(Session *session, Conversation *conversation, XmppMessage *take_stanza, GError **error)
{
    g_autoptr(XmppMessage) stanza = take_stanza;
    const Room *room = conversation_room(conversation);
    if (!session_require_online(session, error) || !check_conversation(session, conversation, error)
        || (room != NULL && !rooms_require_joined(session, room, error)))
        return false;
    g_autoptr(Envelope) envelope =
        envelope_plain(g_steal_pointer(&stanza), conversation_intent(conversation), error);
    return envelope != NULL && message_stanza_send(session_stream(session), envelope_message(envelope));
}

void
outgoing_send_state(Session *session, Conversation *conversation, ChatState state)
{
    const Jid *locked_to = conversation_locked_to(conversation);
    XmppMessage *stanza = message_stanza_new();
    stanza->to = jid_ref(locked_to != NULL ? locked_to : conversation_jid(conversation));
    stanza->type = XMPP_MESSAGE_CHAT;
    stanza->chat_state = state;
    outgoing_send_bare(session, conversation, stanza);
}

void
outgoing_chat_state(Client *client, Conversation *conversation, ChatState state)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    g_return_if_fail(session != NULL);
    typing_set_state(session_typing(session), conversation, state);
}

guint
outgoing_unsent(const Session *session)
{
    return session_is_online(session) ? outgoing_queue_length(session_outgoing(session)) : 0;
}

guint
outgoing_pending(const Client *client, const Account *account)
{
    const Session *session = client_session_of(client, account);
    return session != NULL ? outgoing_queue_length(session_outgoing(session)) : 0;
}
