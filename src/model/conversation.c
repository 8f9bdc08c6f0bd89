/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/conversation.h"

#include <string.h>

#include "base/text.h"
#include "model/message_list.h"
#include "model/model_private.h"

struct Conversation {
    guint64 serial;
    Account *account;
    Jid *jid;
    ConversationKind kind;
    Room *room;  /* of kind ROOM */
    char *label; /* of kind OCCUPANT */
    MessageList *messages;
    guint64 forgotten;
    gint64 read_order; /* everything up to there is read */
    guint unread;      /* incoming messages behind it, also some that are not loaded */
    guint mentions;    /* among those of them that are loaded */
    ConversationPast past;
    char *past_words;
    GArray *gaps; /* gint64: orders, ascending; NULL: none */
    bool typing;
    Jid *locked_to;
    char *intent;
    ConversationEncryption encryption; /* its strings are the conversation's */
};

/* "nick (room)". */
static char *
make_label(const Jid *occupant)
{
    g_autofree char *nick = g_strstrip(text_clean(jid_resource(occupant), -1, TEXT_LINE | TEXT_STRICT));
    return g_strdup_printf("%s (%s)", nick, jid_local(occupant) != NULL ? jid_local(occupant) : jid_bare(occupant));
}

Conversation *
conversation_new(Account *account, const Jid *jid, ConversationKind kind)
{
    Conversation *conversation = g_new0(Conversation, 1);
    conversation->serial = account_next_serial(account);
    conversation->account = account;
    conversation->jid = kind == CONVERSATION_OCCUPANT ? jid_ref(jid) : jid_to_bare(jid);
    conversation->kind = kind;
    if (kind == CONVERSATION_ROOM)
        conversation->room = room_new(conversation);
    if (kind == CONVERSATION_OCCUPANT)
        conversation->label = make_label(jid);
    conversation->messages = message_list_new();
    conversation->intent = g_strdup("none");
    return conversation;
}

static void
encryption_clear(ConversationEncryption *encryption)
{
    g_free((char *) encryption->provider);
    g_free((char *) encryption->trust);
    g_free((char *) encryption->reason);
}

void
conversation_free(Conversation *conversation)
{
    message_list_free(conversation->messages);
    g_free(conversation->past_words);
    g_clear_pointer(&conversation->gaps, g_array_unref);
    g_clear_pointer(&conversation->room, room_free);
    jid_unref(conversation->jid);
    g_free(conversation->label);
    g_clear_pointer(&conversation->locked_to, jid_unref);
    g_free(conversation->intent);
    encryption_clear(&conversation->encryption);
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
    if (conversation->label != NULL)
        return conversation->label;
    return contact != NULL ? contact_label(contact) : jid_text(conversation->jid);
}

Contact *
conversation_contact(const Conversation *conversation)
{
    return conversation->kind == CONVERSATION_CHAT
               ? roster_find(account_roster(conversation->account), conversation->jid)
               : NULL;
}

Room *
conversation_room(const Conversation *conversation)
{
    return conversation->room;
}

guint
conversation_message_count(const Conversation *conversation)
{
    return message_list_length(conversation->messages);
}

Message *
conversation_message_at(const Conversation *conversation, guint index)
{
    g_return_val_if_fail(index < conversation_message_count(conversation), NULL);
    return message_list_at(conversation->messages, index);
}

Message *
conversation_find_message(const Conversation *conversation, guint64 serial)
{
    return message_list_find_serial(conversation->messages, serial);
}

Message *
conversation_find_row(const Conversation *conversation, gint64 row)
{
    return message_list_find_row(conversation->messages, row);
}

Message *
conversation_find_sent(const Conversation *conversation, const char *stanza_id)
{
    return message_list_find_sent(conversation->messages, stanza_id);
}

Message *
conversation_find_received(const Conversation *conversation, const Jid *from, const char *id)
{
    return message_list_find_received(conversation->messages, from, conversation->kind == CONVERSATION_ROOM, id);
}

guint64
conversation_forgotten(const Conversation *conversation)
{
    return conversation->forgotten;
}

gint64
conversation_last_order(const Conversation *conversation)
{
    const guint count = conversation_message_count(conversation);
    return count > 0 ? message_list_at(conversation->messages, count - 1)->order : 0;
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

/* What is in the store comes back when somebody scrolls there; what is not is gone for good. */
static void
forget_oldest(Conversation *conversation, guint count)
{
    if (count == 0)
        return;
    if (conversation->past == PAST_COMPLETE)
        conversation->past = PAST_UNKNOWN;
    message_list_remove_first(conversation->messages, count);
    conversation->forgotten += count;
}

/* It belongs to a part of the history that is not loaded, and will be found there. */
static bool
is_before_the_start(const Conversation *conversation, const Message *message)
{
    return message->row != 0 && message->order != 0 && conversation->past != PAST_COMPLETE
           && conversation_message_count(conversation) > 0
           && message->order < message_list_at(conversation->messages, 0)->order;
}

static bool
is_mention(const Conversation *conversation, const Message *message)
{
    return message->mention || conversation->kind != CONVERSATION_ROOM;
}

bool
conversation_append(Conversation *conversation, Message *message)
{
    g_return_val_if_fail(message->serial == 0, false);
    if (message->ignored || is_before_the_start(conversation, message))
        return false;
    message->serial = account_next_serial(conversation->account);
    /* One is forgotten first, and a message older than all that are kept goes to the front nevertheless. */
    if (conversation_message_count(conversation) == CONVERSATION_MESSAGES_MAX)
        forget_oldest(conversation, 1);
    message_list_insert(conversation->messages, message);
    const bool is_unread = message->direction == MESSAGE_IN && message->order > conversation->read_order;
    conversation->unread += is_unread;
    conversation->mentions += is_unread && is_mention(conversation, message);
    publish_message(conversation, MESSAGE_ADDED, message);
    if (is_unread)
        publish(conversation, UNREAD_CHANGED);
    return true;
}

void
conversation_announce(Conversation *conversation, Message *message)
{
    g_return_if_fail(message->serial == 0);
    if (!message->ignored)
        publish_message(conversation, MESSAGE_ADDED, message);
}

void
conversation_prepend_page(Conversation *conversation, const GPtrArray *messages)
{
    for (guint i = 0; i < messages->len; i++)
        ((Message *) g_ptr_array_index(messages, i))->serial = account_next_serial(conversation->account);
    message_list_prepend(conversation->messages, (Message *const *) messages->pdata, messages->len);
    conversation->forgotten -= MIN(conversation->forgotten, messages->len);
    publish(conversation, HISTORY_LOADED);
}

void
conversation_trim(Conversation *conversation, guint keep)
{
    const guint count = conversation_message_count(conversation);
    if (count > keep)
        forget_oldest(conversation, count - keep);
}

/* --- what is before the first message, or missing in between --- */

ConversationPast
conversation_past(const Conversation *conversation)
{
    return conversation->past;
}

const char *
conversation_past_words(const Conversation *conversation)
{
    return conversation->past_words;
}

void
conversation_set_past(Conversation *conversation, ConversationPast past, const char *words)
{
    char *copy = g_strdup(words);
    g_free(conversation->past_words);
    conversation->past_words = copy;
    conversation->past = past;
    publish(conversation, HISTORY_LOADED);
}

static int
compare_orders(const void *a, const void *b)
{
    const gint64 left = *(const gint64 *) a;
    const gint64 right = *(const gint64 *) b;
    return (left > right) - (left < right);
}

bool
conversation_has_gap_after(const Conversation *conversation, gint64 order)
{
    const GArray *gaps = conversation->gaps;
    return gaps != NULL && gaps->len > 0
           && bsearch(&order, gaps->data, gaps->len, sizeof order, compare_orders) != NULL;
}

void
conversation_set_gaps(Conversation *conversation, const gint64 *orders, guint count)
{
    if (conversation->gaps == NULL && count == 0)
        return;
    g_clear_pointer(&conversation->gaps, g_array_unref);
    conversation->gaps = g_array_sized_new(FALSE, FALSE, sizeof *orders, count);
    g_array_append_vals(conversation->gaps, orders, count);
    g_array_sort(conversation->gaps, compare_orders);
    publish(conversation, HISTORY_LOADED);
}

/* --- changes of messages --- */

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

void
conversation_edit_message(Conversation *conversation, Message *message, const char *body, gint64 time,
                          const char *edit_id)
{
    message_list_unname(conversation->messages, message);
    message_edit(message, body, time, edit_id);
    message_list_name(conversation->messages, message);
    publish_message(conversation, MESSAGE_EDITED, message);
}

void
conversation_show_message(Conversation *conversation, Message *message, const char *shown)
{
    message_show(message, shown);
    publish_message(conversation, MESSAGE_SHOWN, message);
}

void
conversation_annotate(Conversation *conversation, Message *message, const char *what, const char *by, const char *by_id)
{
    if (message->ignored)
        return;
    account_publish(conversation->account, (ModelEvent) {
                                               .type = MESSAGE_ANNOTATED,
                                               .annotation = { conversation, message, what, by, by_id },
                                           });
}

bool
conversation_requeue_message(Conversation *conversation, Message *message)
{
    if (!message_requeue(message))
        return false;
    conversation_touch(conversation, message);
    return true;
}

/* --- what is read --- */

guint
conversation_unread(const Conversation *conversation)
{
    return conversation->unread;
}

guint
conversation_mentions(const Conversation *conversation)
{
    return conversation->mentions;
}

/* Anew, as far as they are loaded: when something was read, not for each message. */
static guint
count_mentions(const Conversation *conversation)
{
    guint mentions = 0;
    guint unread = conversation->unread;
    for (guint i = conversation_message_count(conversation); i > 0 && unread > 0; i--) {
        const Message *message = message_list_at(conversation->messages, i - 1);
        if (message->order <= conversation->read_order)
            break;
        if (message->direction != MESSAGE_IN)
            continue;
        unread--;
        mentions += is_mention(conversation, message);
    }
    return mentions;
}

guint
conversation_first_unread(const Conversation *conversation)
{
    const guint count = conversation_message_count(conversation);
    if (conversation->unread == 0)
        return count;
    guint index = message_list_count_up_to(conversation->messages, conversation->read_order);
    while (index < count && message_list_at(conversation->messages, index)->direction != MESSAGE_IN)
        index++;
    return index;
}

gint64
conversation_read_order(const Conversation *conversation)
{
    return conversation->read_order;
}

void
conversation_set_read(Conversation *conversation, gint64 order, guint unread)
{
    const bool changed = conversation->unread != unread;
    conversation->read_order = order;
    conversation->unread = unread;
    conversation->mentions = count_mentions(conversation);
    if (changed)
        publish(conversation, UNREAD_CHANGED);
}

void
conversation_mark_read(Conversation *conversation)
{
    conversation_set_read(conversation, MAX(conversation->read_order, conversation_last_order(conversation)), 0);
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

/* True: it is another one. */
static bool
put_intent(Conversation *conversation, const char *provider)
{
    if (g_strcmp0(conversation->intent, provider) == 0)
        return false;
    char *intent = g_strdup(provider != NULL ? provider : "none");
    g_free(conversation->intent);
    conversation->intent = intent;
    return true;
}

static bool
put_encryption(Conversation *conversation, const ConversationEncryption *encryption)
{
    ConversationEncryption *now = &conversation->encryption;
    if (now->state == encryption->state && g_strcmp0(now->provider, encryption->provider) == 0
        && g_strcmp0(now->trust, encryption->trust) == 0 && g_strcmp0(now->reason, encryption->reason) == 0)
        return false;
    const ConversationEncryption copy = {
        .state = encryption->state,
        .provider = g_strdup(encryption->provider),
        .trust = g_strdup(encryption->trust),
        .reason = g_strdup(encryption->reason),
    };
    encryption_clear(now);
    *now = copy;
    return true;
}

void
conversation_set_intent(Conversation *conversation, const char *provider)
{
    if (put_intent(conversation, provider))
        publish(conversation, ENCRYPTION_CHANGED);
}

const ConversationEncryption *
conversation_encryption(const Conversation *conversation)
{
    return &conversation->encryption;
}

void
conversation_set_encryption(Conversation *conversation, const ConversationEncryption *encryption)
{
    if (put_encryption(conversation, encryption))
        publish(conversation, ENCRYPTION_CHANGED);
}

void
conversation_set_protection(Conversation *conversation, const char *intent, const ConversationEncryption *encryption)
{
    const bool is_other_intent = put_intent(conversation, intent);
    if (put_encryption(conversation, encryption) || is_other_intent)
        publish(conversation, ENCRYPTION_CHANGED);
}
