/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/delivery.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "core/conversations.h"
#include "core/core_private.h"
#include "core/encryption.h"
#include "core/outgoing.h"
#include "core/session.h"
#include "core/text_filter.h"

struct Delivery {
    guint references; /* its owner's, and that of a session being begun */
    Client *client;   /* NULL: freed */
    char *account;
    Jid *to;
    char *body, *encrypt;
    DeliveryWait wait;
    bool must_be_online;
    DeliveryDone done;
    gpointer data;
    guint64 conversation, message; /* serials; 0: not yet */
    guint subscription, timer;
    guint check; /* source of the loop: something happened */
    guint end;   /* source of the loop: done() is due */
    bool begun, ended;
    bool has_session; /* begun for this one */
    int refusal_code; /* of the last bad news */
    int code;
    char *reason;
};

static Session *
session_of(const Delivery *delivery)
{
    return client_find_session(delivery->client, delivery->account);
}

static Conversation *
conversation_of(const Delivery *delivery)
{
    return delivery->conversation == 0 ? NULL : client_find_conversation(delivery->client, delivery->conversation);
}

const char *
delivery_account(const Delivery *delivery)
{
    return delivery->account;
}

const Message *
delivery_message(const Delivery *delivery)
{
    const Conversation *conversation = delivery->message == 0 ? NULL : conversation_of(delivery);
    return conversation == NULL ? NULL : conversation_find_message(conversation, delivery->message);
}

int
delivery_code(const Delivery *delivery)
{
    return delivery->code;
}

const char *
delivery_reason(const Delivery *delivery)
{
    return delivery->reason;
}

/* --- the end --- */

static gboolean
on_end(gpointer data)
{
    Delivery *delivery = data;
    delivery->end = 0;
    delivery->done(delivery, delivery->data);
    return G_SOURCE_REMOVE;
}

static void
finish(Delivery *delivery, int code, const char *reason)
{
    if (delivery->ended)
        return;
    delivery->ended = true;
    delivery->code = code;
    delivery->reason = code == 0 ? NULL : g_strdup(reason);
    delivery->end = g_idle_add_full(G_PRIORITY_DEFAULT, on_end, delivery, NULL);
}

static void
finish_with(Delivery *delivery, const GError *error)
{
    finish(delivery, error->domain == CONFAB_ERROR ? error->code : ERROR_INTERNAL, error->message);
}

/* --- saying it --- */

static void
look_at_message(Delivery *delivery)
{
    const Message *message = delivery_message(delivery);
    if (message == NULL || delivery->ended)
        return;
    if (message->state == MESSAGE_FAILED) {
        const bool was_held = message->trust == NULL && !g_str_equal(message->encryption, "none");
        finish(delivery, was_held ? ERROR_ENCRYPTION : ERROR_PROTOCOL, message->reason);
    } else if (delivery->wait == DELIVERY_QUEUED || (message->state != MESSAGE_QUEUED && delivery->wait == DELIVERY_SENT) ||
               message->state >= MESSAGE_RECEIVED) {
        finish(delivery, 0, NULL);
    }
}

/* The account is online, or will be soon. */
static bool
is_trying(const Delivery *delivery)
{
    const Session *session = session_of(delivery);
    const Account *account = session == NULL ? NULL : session_account(session);
    return account != NULL && (account_state(account) != ACCOUNT_OFFLINE || account_retry_at(account) != 0);
}

/* Encrypted as it was asked for, still: filters take their time (I21). */
static bool
is_as_wanted(const Delivery *delivery, const Conversation *conversation)
{
    const ConversationEncryption *now = conversation_encryption(conversation);
    if (delivery->encrypt == NULL)
        return true;
    if (g_str_equal(delivery->encrypt, "none"))
        return g_str_equal(conversation_intent(conversation), "none");
    return now->state == ENCRYPTION_ON && g_strcmp0(now->provider, delivery->encrypt) == 0;
}

/* What the filters have left of it. */
static void
on_filtered(const char *body, const GError *refused, gpointer data)
{
    Delivery *delivery = data;
    Conversation *conversation = conversation_of(delivery);
    g_autoptr(GError) error = NULL;
    if (delivery->ended)
        return;
    if (refused != NULL || body == NULL || conversation == NULL) {
        finish(delivery, ERROR_FAILED, refused != NULL ? refused->message : _("a plugin left nothing to be said"));
        return;
    }
    if (!is_as_wanted(delivery, conversation)) {
        finish(delivery, ERROR_ENCRYPTION, _("the encryption has changed meanwhile: nothing was sent"));
        return;
    }
    const Message *message = outgoing_send(delivery->client, conversation, body, &error);
    if (message == NULL) {
        finish_with(delivery, error);
        return;
    }
    delivery->message = message->serial;
    look_at_message(delivery);
    /* Nothing would come of waiting. */
    if (!delivery->ended && !is_trying(delivery))
        finish(delivery, ERROR_QUEUED, _("the account is offline: it waits in the outbox; write /connect"));
}

static void
say(Delivery *delivery, Conversation *conversation)
{
    text_filter_outgoing(delivery->client, conversation, delivery->body, on_filtered, delivery);
}

static void
delivery_unref(Delivery *delivery)
{
    if (--delivery->references > 0)
        return;
    g_free(delivery->account);
    g_free(delivery->body);
    g_free(delivery->encrypt);
    g_free(delivery->reason);
    jid_unref(delivery->to);
    g_free(delivery);
}

static void
on_started(const GError *error, gpointer data)
{
    Delivery *delivery = data;
    Conversation *conversation = delivery->client == NULL || delivery->ended ? NULL : conversation_of(delivery);
    if (conversation != NULL && error != NULL)
        finish(delivery, ERROR_ENCRYPTION, error->message);
    else if (conversation != NULL)
        say(delivery, conversation);
    delivery_unref(delivery);
}

/* A session that was there before is neither begun nor ended. */
static void
start_session(Delivery *delivery, Conversation *conversation)
{
    g_autoptr(GError) error = NULL;
    const ConversationEncryption *now = conversation_encryption(conversation);
    if (now->state == ENCRYPTION_ON && g_strcmp0(now->provider, delivery->encrypt) == 0) {
        say(delivery, conversation);
        return;
    }
    delivery->has_session = true;
    delivery->references++;
    if (encryption_start(delivery->client, conversation, delivery->encrypt, on_started, delivery, &error))
        return;
    delivery_unref(delivery);
    finish(delivery, ERROR_ENCRYPTION, error->message);
}

static Conversation *
open_conversation(const Delivery *delivery)
{
    Account *account = session_account(session_of(delivery));
    g_autoptr(Jid) bare = jid_to_bare(delivery->to);
    Conversation *known = account_find_conversation(account, bare);
    Conversation *conversation =
        known != NULL ? known : conversations_open(delivery->client, account, bare, CONVERSATION_CHAT);
    if (!jid_is_bare(delivery->to) && conversation_kind(conversation) == CONVERSATION_CHAT)
        conversation_lock_to(conversation, delivery->to);
    return conversation;
}

static void
begin(Delivery *delivery)
{
    delivery->begun = true;
    Conversation *conversation = open_conversation(delivery);
    delivery->conversation = conversation_serial(conversation);
    if (delivery->encrypt == NULL)
        say(delivery, conversation);
    else if (!g_str_equal(delivery->encrypt, "none"))
        start_session(delivery, conversation);
    else if (g_str_equal(conversation_intent(conversation), "none"))
        say(delivery, conversation);
    else
        finish(delivery, ERROR_ENCRYPTION,
               _("this conversation insists on encryption: nothing was sent; use --encrypt=otr"));
}

/* --- what happens --- */

/* Without a login nothing can be encrypted, and whoever must be online says nothing. */
static void
look_at_account(Delivery *delivery)
{
    const Session *session = session_of(delivery);
    if (delivery->begun || delivery->ended)
        return;
    if (session == NULL) {
        finish(delivery, ERROR_NOT_FOUND, _("the account is gone: see /account list"));
        return;
    }
    const Account *account = session_account(session);
    const bool needs_session = delivery->encrypt != NULL && !g_str_equal(delivery->encrypt, "none");
    if (session_is_online(session) || (!delivery->must_be_online && !needs_session))
        begin(delivery);
    else if (!delivery->must_be_online && !is_trying(delivery))
        finish(delivery, ERROR_ENCRYPTION, _("the account is offline: nothing was sent; write /connect"));
    else if (delivery->must_be_online && account_state(account) == ACCOUNT_OFFLINE && account_reason(account) != NULL)
        finish(delivery, delivery->refusal_code != 0 ? delivery->refusal_code : ERROR_UNREACHABLE,
               account_reason(account));
}

static gboolean
on_check(gpointer data)
{
    Delivery *delivery = data;
    delivery->check = 0;
    look_at_account(delivery);
    look_at_message(delivery);
    return G_SOURCE_REMOVE;
}

static void
check_soon(Delivery *delivery)
{
    if (delivery->check == 0)
        delivery->check = g_idle_add_full(G_PRIORITY_DEFAULT, on_check, delivery, NULL);
}

/* Events only leave a note: what follows from them changes the model. */
static void
on_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    Delivery *delivery = user;
    if (delivery->ended)
        return;
    if (event->type == NOTICE && event->notice.code != 0)
        delivery->refusal_code = event->notice.code;
    if (event->type == ACCOUNT_STATE_CHANGED || event->type == ACCOUNT_REMOVED ||
        (event->type == MESSAGE_CHANGED && event->message.message->serial == delivery->message))
        check_soon(delivery);
}

static gboolean
on_timeout(gpointer data)
{
    Delivery *delivery = data;
    const Conversation *conversation = conversation_of(delivery);
    const Message *message = delivery_message(delivery);
    const bool insists = conversation != NULL && !g_str_equal(conversation_intent(conversation), "none");
    delivery->timer = 0;
    if (!delivery->begun)
        finish(delivery, ERROR_UNREACHABLE, _("the server was not reached in time: nothing was sent"));
    else if (insists && (message == NULL || message->state == MESSAGE_QUEUED))
        finish(delivery, ERROR_ENCRYPTION, _("no encrypted session in time: nothing was sent"));
    else if (message != NULL && message->state >= MESSAGE_SENT)
        finish(delivery, ERROR_QUEUED, _("the server has it, the recipient did not say so in time"));
    else
        finish(delivery, ERROR_QUEUED, _("not delivered in time: it waits in the outbox"));
    return G_SOURCE_REMOVE;
}

/* --- life --- */

Delivery *
delivery_new(Session *session, const DeliveryOptions *options, DeliveryDone done, gpointer data)
{
    Delivery *delivery = g_new0(Delivery, 1);
    delivery->references = 1;
    delivery->client = session_client(session);
    delivery->account = g_strdup(account_name(session_account(session)));
    delivery->to = jid_ref(options->to);
    delivery->body = g_strdup(options->body);
    delivery->encrypt = g_strdup(options->encrypt);
    delivery->wait = options->wait;
    delivery->must_be_online = options->must_be_online;
    delivery->done = done;
    delivery->data = data;
    delivery->subscription = bus_subscribe(client_bus(delivery->client), on_event, delivery);
    delivery->timer = g_timeout_add_seconds(options->timeout, on_timeout, delivery);
    g_ptr_array_add(client_deliveries(delivery->client), delivery);
    check_soon(delivery);
    return delivery;
}

void
deliveries_end(GPtrArray *deliveries)
{
    while (deliveries->len > 0) {
        Delivery *delivery = g_ptr_array_steal_index(deliveries, deliveries->len - 1);
        finish(delivery, ERROR_FAILED, _("the program ends: start it again"));
        g_clear_handle_id(&delivery->end, g_source_remove);
        delivery->done(delivery, delivery->data);
    }
}

void
delivery_free(Delivery *delivery)
{
    if (delivery == NULL)
        return;
    text_filter_forget(delivery->client, delivery);
    g_ptr_array_remove(client_deliveries(delivery->client), delivery);
    Conversation *conversation = delivery->has_session ? conversation_of(delivery) : NULL;
    delivery->ended = true;
    if (conversation != NULL)
        encryption_end(delivery->client, conversation, NULL);
    bus_unsubscribe(client_bus(delivery->client), delivery->subscription);
    g_clear_handle_id(&delivery->timer, g_source_remove);
    g_clear_handle_id(&delivery->check, g_source_remove);
    g_clear_handle_id(&delivery->end, g_source_remove);
    delivery->client = NULL;
    delivery_unref(delivery);
}
