/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages are a queue in one array: new ones at the end, forgotten ones at the front. Forgetting only moves
 * `first`; the array closes the gap when it has grown large, so both ends cost O(1). Positions given out are counted
 * from `first`. */
#include "model/conversation.h"

#include "model/model_private.h"

enum {
    GAP_MAX = 4096,
    NEAR_MAX = 64,
};

struct Conversation {
    guint64 serial;
    Account *account;
    Jid *jid;
    ConversationKind kind;
    GPtrArray *messages;     /* Message*, referenced from `first` on */
    guint first;
    GHashTable *by_serial;   /* of the messages kept; keys are in them */
    GHashTable *sent_by_id;  /* outgoing ones that have an id */
    guint64 forgotten;
    guint unread;
    guint64 first_unread;    /* index + forgotten; counts while `unread` is not 0 */
    bool typing;
    Jid *locked_to;
    char *intent;
};

Conversation *
conversation_new(Account *account, const Jid *bare, ConversationKind kind)
{
    Conversation *conversation = g_new0(Conversation, 1);
    conversation->serial = account_next_serial(account);
    conversation->account = account;
    conversation->jid = jid_to_bare(bare);
    conversation->kind = kind;
    conversation->messages = g_ptr_array_new();
    conversation->by_serial = g_hash_table_new(g_int64_hash, g_int64_equal);
    conversation->sent_by_id = g_hash_table_new(g_str_hash, g_str_equal);
    conversation->intent = g_strdup("none");
    return conversation;
}

void
conversation_free(Conversation *conversation)
{
    g_hash_table_unref(conversation->by_serial);
    g_hash_table_unref(conversation->sent_by_id);
    for (guint i = conversation->first; i < conversation->messages->len; i++)
        message_unref(g_ptr_array_index(conversation->messages, i));
    g_ptr_array_unref(conversation->messages);
    jid_unref(conversation->jid);
    g_clear_pointer(&conversation->locked_to, jid_unref);
    g_free(conversation->intent);
    g_free(conversation);
}

guint64
conversation_serial(const Conversation *conversation)
{
    return conversation->serial;
}

Account *
conversation_account(const Conversation *conversation)
{
    return conversation->account;
}

const Jid *
conversation_jid(const Conversation *conversation)
{
    return conversation->jid;
}

ConversationKind
conversation_kind(const Conversation *conversation)
{
    return conversation->kind;
}

const char *
conversation_label(const Conversation *conversation)
{
    const Contact *contact = conversation_contact(conversation);
    return contact != NULL ? contact_label(contact) : jid_text(conversation->jid);
}

Contact *
conversation_contact(const Conversation *conversation)
{
    return roster_find(account_roster(conversation->account), conversation->jid);
}

/* Of an index that is known to be right. */
static Message *
kept(const Conversation *conversation, guint index)
{
    return g_ptr_array_index(conversation->messages, conversation->first + index);
}

guint
conversation_message_count(const Conversation *conversation)
{
    return conversation->messages->len - conversation->first;
}

Message *
conversation_message_at(const Conversation *conversation, guint index)
{
    g_return_val_if_fail(index < conversation_message_count(conversation), NULL);
    return kept(conversation, index);
}

Message *
conversation_find_message(const Conversation *conversation, guint64 serial)
{
    return g_hash_table_lookup(conversation->by_serial, &serial);
}

Message *
conversation_find_sent(const Conversation *conversation, const char *stanza_id)
{
    return stanza_id != NULL ? g_hash_table_lookup(conversation->sent_by_id, stanza_id) : NULL;
}

guint64
conversation_forgotten(const Conversation *conversation)
{
    return conversation->forgotten;
}

static void
forget_oldest(Conversation *conversation)
{
    Message *message = kept(conversation, 0);
    g_hash_table_remove(conversation->by_serial, &message->serial);
    if (conversation_find_sent(conversation, message->id) == message)
        g_hash_table_remove(conversation->sent_by_id, message->id);
    message_unref(message);
    conversation->forgotten++;
    if (++conversation->first < GAP_MAX)
        return;
    g_ptr_array_remove_range(conversation->messages, 0, conversation->first);
    conversation->first = 0;
}

/* Where a message belongs: delayed ones before those that are later. Most are late by little, so it is looked for near
 * the end first; the rest is searched by halves (a clock set back may have left it not quite in order: any place will
 * do then). */
static guint
find_place(const Conversation *conversation, const Message *message)
{
    guint high = conversation_message_count(conversation);
    if (!message->delayed)
        return high;
    for (guint steps = 0; steps < NEAR_MAX && high > 0; steps++, high--) {
        if (kept(conversation, high - 1)->time <= message->time)
            return high;
    }
    guint low = 0;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (kept(conversation, middle)->time <= message->time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Keeps the mark of the first unread message right when one was put at `position`. */
static void
count_unread(Conversation *conversation, const Message *message, guint64 position)
{
    if (message->direction == MESSAGE_IN) {
        if (conversation->unread++ == 0 || position < conversation->first_unread)
            conversation->first_unread = position;
        return;
    }
    if (conversation->unread > 0 && position <= conversation->first_unread)
        conversation->first_unread++;
}

static void
publish(Conversation *conversation, ModelEventType type)
{
    account_publish(conversation->account, (ModelEvent) { .type = type, .conversation = { conversation } });
}

static void
publish_message(Conversation *conversation, ModelEventType type, Message *message)
{
    account_publish(conversation->account, (ModelEvent) { .type = type, .message = { conversation, message } });
}

bool
conversation_append(Conversation *conversation, Message *message)
{
    g_return_val_if_fail(message->serial == 0, false);
    message->serial = account_next_serial(conversation->account);
    /* One is forgotten first, and a message older than all that are kept goes to the front nevertheless. */
    if (conversation_message_count(conversation) == CONVERSATION_MESSAGES_MAX)
        forget_oldest(conversation);
    const guint place = find_place(conversation, message);
    g_ptr_array_insert(conversation->messages, (gint) (conversation->first + place), message_ref(message));
    g_hash_table_insert(conversation->by_serial, &message->serial, message);
    if (message->direction == MESSAGE_OUT && message->id != NULL)
        g_hash_table_replace(conversation->sent_by_id, message->id, message);
    count_unread(conversation, message, conversation->forgotten + place);
    publish_message(conversation, MESSAGE_ADDED, message);
    if (message->direction == MESSAGE_IN)
        publish(conversation, UNREAD_CHANGED);
    return true;
}

void
conversation_touch(Conversation *conversation, Message *message)
{
    publish_message(conversation, MESSAGE_CHANGED, message);
}

bool
conversation_advance_message(Conversation *conversation, Message *message, MessageState state, const char *reason)
{
    if (!message_advance(message, state, reason))
        return false;
    conversation_touch(conversation, message);
    return true;
}

guint
conversation_unread(const Conversation *conversation)
{
    return conversation->unread;
}

guint
conversation_first_unread(const Conversation *conversation)
{
    if (conversation->unread == 0)
        return conversation_message_count(conversation);
    return (guint) (MAX(conversation->first_unread, conversation->forgotten) - conversation->forgotten);
}

void
conversation_mark_read(Conversation *conversation)
{
    if (conversation->unread == 0)
        return;
    conversation->unread = 0;
    publish(conversation, UNREAD_CHANGED);
}

bool
conversation_is_peer_typing(const Conversation *conversation)
{
    return conversation->typing;
}

void
conversation_set_peer_typing(Conversation *conversation, bool typing)
{
    if (conversation->typing == typing)
        return;
    conversation->typing = typing;
    publish(conversation, TYPING_CHANGED);
}

const Jid *
conversation_locked_to(const Conversation *conversation)
{
    return conversation->locked_to;
}

void
conversation_lock_to(Conversation *conversation, const Jid *full)
{
    Jid *locked_to = full != NULL ? jid_ref(full) : NULL;
    g_clear_pointer(&conversation->locked_to, jid_unref);
    conversation->locked_to = locked_to;
}

const char *
conversation_intent(const Conversation *conversation)
{
    return conversation->intent;
}

void
conversation_set_intent(Conversation *conversation, const char *provider)
{
    char *intent = g_strdup(provider != NULL ? provider : "none");
    g_free(conversation->intent);
    conversation->intent = intent;
}
