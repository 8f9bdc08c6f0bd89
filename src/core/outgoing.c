/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/outgoing.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/core_private.h"
#include "e2ee/e2ee.h"

/* A message the server does not have yet. Its ids outlive whatever the model forgets. */
typedef struct Pending {
    guint64 conversation, message;
    char *id;
    bool written;
} Pending;

/* In the order of sending: first those that were written, then those that wait for a connection. */
struct Outbox {
    GQueue pending;
    guint written;
};

static void
pending_free(gpointer data)
{
    Pending *pending = data;
    g_free(pending->id);
    g_free(pending);
}

Outbox *
outbox_new(void)
{
    Outbox *outbox = g_new0(Outbox, 1);
    g_queue_init(&outbox->pending);
    return outbox;
}

void
outbox_free(Outbox *outbox)
{
    g_queue_clear_full(&outbox->pending, pending_free);
    g_free(outbox);
}

/* Takes one out that is settled. */
static void
remove_pending(Outbox *outbox, GList *link)
{
    Pending *pending = link->data;
    if (pending->written)
        outbox->written--;
    g_queue_delete_link(&outbox->pending, link);
    pending_free(pending);
}

static Conversation *
find_conversation(const Session *session, const Pending *pending)
{
    return account_conversation_by_serial(session_account(session), pending->conversation);
}

/* Moves a message on, if it is still there. */
static void
advance(const Session *session, const Pending *pending, MessageState state, const char *reason)
{
    Conversation *conversation = find_conversation(session, pending);
    Message *message = conversation != NULL ? conversation_find_message(conversation, pending->message) : NULL;
    if (message != NULL)
        conversation_advance_message(conversation, message, state, reason);
}

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

/* --- sending --- */

static XmppMessage *
make_stanza(const Conversation *conversation, const Message *message, ChatState state)
{
    const Jid *locked_to = conversation_locked_to(conversation);
    XmppMessage *stanza = message_stanza_new();
    stanza->to = jid_ref(locked_to != NULL ? locked_to : conversation_jid(conversation));
    stanza->type = XMPP_MESSAGE_CHAT;
    stanza->chat_state = state;
    if (message != NULL) {
        stanza->id = g_strdup(message->id);
        stanza->origin_id = g_strdup(message->origin_id);
        stanza->body = g_strdup(message->body);
    }
    return stanza;
}

/* NULL: what the conversation insists on is not possible now (I21). */
static Envelope *
make_envelope(const Conversation *conversation, const Message *message, ChatState state, GError **error)
{
    return envelope_plain(make_stanza(conversation, message, state), conversation_intent(conversation), error);
}

typedef enum { WRITTEN, NOT_ONLINE, DROPPED } Outcome;

static Outcome
write_pending(Session *session, Pending *pending)
{
    Conversation *conversation = find_conversation(session, pending);
    Message *message = conversation != NULL ? conversation_find_message(conversation, pending->message) : NULL;
    if (message == NULL || message->state != MESSAGE_QUEUED)
        return DROPPED;
    g_autoptr(GError) error = NULL;
    const ChatState state = typing_take_state(session_typing(session), conversation);
    g_autoptr(Envelope) envelope = make_envelope(conversation, message, state, &error);
    if (envelope == NULL) {
        conversation_advance_message(conversation, message, MESSAGE_FAILED, error->message);
        return DROPPED;
    }
    if (!message_stanza_send(session_stream(session), envelope_message(envelope)))
        return NOT_ONLINE;
    pending->written = true;
    session_outbox(session)->written++;
    return WRITTEN;
}

void
outgoing_flush(Session *session)
{
    GQueue *queue = &session_outbox(session)->pending;
    GList *next;
    for (GList *link = queue->head; link != NULL; link = next) {
        Pending *pending = link->data;
        next = link->next;
        if (pending->written)
            continue;
        if (!session_is_online(session))
            return;
        const Outcome outcome = write_pending(session, pending);
        if (outcome == NOT_ONLINE)
            return;
        if (outcome == DROPPED)
            remove_pending(session_outbox(session), link);
    }
}

static void
enqueue(Session *session, const Conversation *conversation, const Message *message)
{
    Pending *pending = g_new0(Pending, 1);
    *pending = (Pending) {
        .conversation = conversation_serial(conversation),
        .message = message->serial,
        .id = g_strdup(message->id),
    };
    Outbox *outbox = session_outbox(session);
    g_queue_push_tail(&outbox->pending, pending);
    /* Online everything before this one is written, so the whole queue need not be walked for each message. */
    if (session_is_online(session) && write_pending(session, pending) == DROPPED)
        remove_pending(outbox, outbox->pending.tail);
}

Message *
outgoing_send(Client *client, Conversation *conversation, const char *body, GError **error)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    g_return_val_if_fail(session != NULL && body != NULL, NULL);
    g_autofree char *text = normalise_lines(body);
    if (!check_body(text, error))
        return NULL;
    if (conversation_kind(conversation) != CONVERSATION_CHAT) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("%s is a room you have not joined: nothing was sent"),
                    conversation_label(conversation));
        return NULL;
    }
    const Account *account = session_account(session);
    const Jid *from = account_full_jid(account) != NULL ? account_full_jid(account) : account_jid(account);
    g_autofree char *id = stream_new_id();
    g_autoptr(Message) message = message_new(
        &(MessageInit) { .direction = MESSAGE_OUT, .from = from, .id = id, .origin_id = id, .body = text });
    g_autoptr(Envelope) possible = make_envelope(conversation, message, CHAT_STATE_NONE, error);
    if (possible == NULL)
        return NULL;
    conversation_append(conversation, message);
    enqueue(session, conversation, message);
    return message; /* the conversation's reference keeps it */
}

void
outgoing_send_state(Session *session, Conversation *conversation, ChatState state)
{
    g_autoptr(Envelope) envelope = make_envelope(conversation, NULL, state, NULL);
    if (envelope != NULL)
        message_stanza_send(session_stream(session), envelope_message(envelope));
}

void
outgoing_chat_state(Client *client, Conversation *conversation, ChatState state)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    g_return_if_fail(session != NULL);
    typing_set_state(session_typing(session), conversation, state);
}

/* --- what becomes of it --- */

void
outgoing_acknowledged(Session *session, const char *id)
{
    GQueue *queue = &session_outbox(session)->pending;
    for (GList *link = queue->head; link != NULL; link = link->next) {
        Pending *pending = link->data;
        if (!pending->written || g_strcmp0(pending->id, id) != 0)
            continue;
        advance(session, pending, MESSAGE_SENT, NULL);
        remove_pending(session_outbox(session), link);
        return;
    }
}

void
outgoing_lost(Session *session)
{
    GQueue *queue = &session_outbox(session)->pending;
    GList *next;
    for (GList *link = queue->head; link != NULL; link = next) {
        Pending *pending = link->data;
        next = link->next;
        if (!pending->written)
            continue;
        advance(session, pending, MESSAGE_FAILED, _("the connection was lost before the server confirmed it"));
        remove_pending(session_outbox(session), link);
    }
}

guint
outgoing_unconfirmed(const Session *session)
{
    return session_outbox(session)->written;
}

guint
outgoing_pending(const Client *client, const Account *account)
{
    const Session *session = client_session_of(client, account);
    return session != NULL ? g_queue_get_length(&session_outbox(session)->pending) : 0;
}
