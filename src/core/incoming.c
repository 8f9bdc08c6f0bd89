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
    *conversation = bounce->from != NULL ? account_find_conversation(account, bounce->from) : NULL;
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

static void
receive_error(Session *session, const XmppMessage *bounce)
{
    Conversation *conversation;
    if (bounce->id == NULL || bounce->error == NULL)
        return;
    Message *sent = find_bounced(session, bounce, &conversation);
    if (conversation != NULL) {
        conversation_lock_to(conversation, NULL);
        typing_bounced(session_typing(session), conversation);
    }
    if (sent == NULL) {
        log_debug("core", "an error about no message of ours is ignored");
        return;
    }
    g_autofree char *reason = stanza_error_words(bounce->error);
    conversation_advance_message(conversation, sent, MESSAGE_FAILED, reason);
}

/* News of the own server are shown; those of others are unwanted mail. */
static void
receive_headline(Session *session, const XmppMessage *message)
{
    g_autofree char *words = core_clean_words(message->body != NULL ? message->body : message->subject);
    if (words != NULL && is_own_server(session_account(session), message->from))
        client_notice(session_client(session), session_account(session), NOTICE_INFO, 0, "%s", words);
}

/* NULL when there are so many conversations that a stranger may not open another one. */
static Conversation *
open_conversation(Session *session, const Jid *from)
{
    Account *account = session_account(session);
    Conversation *conversation = account_find_conversation(account, from);
    const guint count = account_conversation_count(account);
    const bool is_stranger = roster_find(account_roster(account), from) == NULL;
    if (conversation != NULL)
        return conversation;
    if (is_stranger && count >= CONVERSATIONS_MAX)
        return NULL;
    if (is_stranger && count == CONVERSATIONS_MAX - 1)
        client_notice(
            session_client(session), account, NOTICE_WARNING, ERROR_FAILED,
            _("very many strangers have written: messages of further ones are not shown until you close some windows"));
    return account_ensure_conversation(account, from, CONVERSATION_CHAT);
}

static void
receive_chat(Session *session, const XmppMessage *message)
{
    const Account *account = session_account(session);
    g_autoptr(Jid) server = jid_new_from_parts(NULL, jid_domain(account_jid(account)), NULL, NULL);
    const Jid *from = message->from != NULL ? message->from : server;
    const bool has_body = message->body != NULL && *message->body != '\0';
    Conversation *conversation =
        has_body ? open_conversation(session, from) : account_find_conversation(account, from);
    if (conversation == NULL)
        return;
    typing_receive(session_typing(session), conversation, message);
    if (!has_body)
        return;
    const gint64 now = when_now();
    const bool delayed = message->delay != 0 && message->delay < now;
    if (!delayed)
        conversation_lock_to(conversation, jid_is_bare(from) ? NULL : from);
    g_autoptr(Message) shown = message_new(&(MessageInit) {
        .direction = MESSAGE_IN,
        .from = from,
        .id = message->id,
        .origin_id = message->origin_id,
        .body = message->body,
        .time = delayed ? message->delay : now,
        .delayed = delayed,
    });
    conversation_append(conversation, shown);
}

void
incoming_message(Session *session, const XmppMessage *message)
{
    switch (message->type) {
    case XMPP_MESSAGE_NORMAL:
    case XMPP_MESSAGE_CHAT:
        receive_chat(session, message);
        break;
    case XMPP_MESSAGE_ERROR:
        receive_error(session, message);
        break;
    case XMPP_MESSAGE_HEADLINE:
        receive_headline(session, message);
        break;
    case XMPP_MESSAGE_GROUPCHAT: /* no room was joined */
        break;
    }
}
