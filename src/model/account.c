/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/account.h"

#include "model/model_private.h"

struct Account {
    char *name;
    Jid *jid;
    Jid *full_jid;
    Bus *bus;
    Roster *roster;
    AccountState state;
    char *reason;
    gint64 retry_at;
    Availability availability;
    char *status;
    int priority;
    GPtrArray *conversations; /* owned, in order of creation */
    GHashTable *by_jid;       /* bare Jid (the conversation's) → Conversation: chats and rooms */
    GHashTable *by_occupant;  /* full Jid (the conversation's) → Conversation */
    guint64 last_serial;
};

static const char *const state_words[] = {
    [ACCOUNT_OFFLINE] = "offline",
    [ACCOUNT_RESOLVING] = "resolving",
    [ACCOUNT_CONNECTING] = "connecting",
    [ACCOUNT_SECURING] = "securing",
    [ACCOUNT_AUTHENTICATING] = "authenticating",
    [ACCOUNT_ONLINE] = "online",
};

Account *
account_new(const char *name, const Jid *bare_jid, Bus *bus)
{
    Account *account = g_new0(Account, 1);
    account->name = g_strdup(name);
    account->jid = jid_to_bare(bare_jid);
    account->bus = bus;
    account->roster = roster_new(account);
    account->conversations = g_ptr_array_new_with_free_func((GDestroyNotify) conversation_free);
    account->by_jid = g_hash_table_new(jid_bare_hash, jid_bare_hash_equal);
    account->by_occupant = g_hash_table_new(jid_hash, jid_hash_equal);
    /* Serials are unique among all accounts that ever were, without a counter of ours that all share: GLib gives every
     * new string a number of its own. */
    g_autofree char *unique = g_uuid_string_random();
    account->last_serial = (guint64) g_quark_from_string(unique) << 32;
    return account;
}

void
account_free(Account *account)
{
    if (account == NULL)
        return;
    g_ptr_array_unref(account->conversations);
    g_hash_table_unref(account->by_jid);
    g_hash_table_unref(account->by_occupant);
    roster_free(account->roster);
    jid_unref(account->jid);
    g_clear_pointer(&account->full_jid, jid_unref);
    g_free(account->name);
    g_free(account->reason);
    g_free(account->status);
    g_free(account);
}

const char *
account_name(const Account *account)
{
    return account->name;
}

const Jid *
account_jid(const Account *account)
{
    return account->jid;
}

const Jid *
account_full_jid(const Account *account)
{
    return account->full_jid;
}

Bus *
account_bus(const Account *account)
{
    return account->bus;
}

Roster *
account_roster(const Account *account)
{
    return account->roster;
}

guint64
account_next_serial(Account *account)
{
    return ++account->last_serial;
}

void
account_publish(Account *account, ModelEvent event)
{
    event.account = account;
    bus_publish(account->bus, &event);
}

AccountState
account_state(const Account *account)
{
    return account->state;
}

const char *
account_state_word(AccountState state)
{
    g_return_val_if_fail(state < G_N_ELEMENTS(state_words), "offline");
    return state_words[state];
}

const char *
account_reason(const Account *account)
{
    return account->reason;
}

gint64
account_retry_at(const Account *account)
{
    return account->retry_at;
}

void
account_set_state(Account *account, AccountState state, const Jid *full_jid, const char *reason, gint64 retry_at)
{
    if (account->state == state && account->retry_at == retry_at && jid_equal(account->full_jid, full_jid)
        && g_strcmp0(account->reason, reason) == 0)
        return;
    Jid *bound = full_jid != NULL ? jid_ref(full_jid) : NULL;
    g_clear_pointer(&account->full_jid, jid_unref);
    account->full_jid = bound;
    char *words = g_strdup(reason);
    g_free(account->reason);
    account->reason = words;
    account->state = state;
    account->retry_at = retry_at;
    account_publish(account, (ModelEvent) { .type = ACCOUNT_STATE_CHANGED });
}

Availability
account_availability(const Account *account)
{
    return account->availability;
}

const char *
account_status(const Account *account)
{
    return account->status;
}

int
account_priority(const Account *account)
{
    return account->priority;
}

void
account_set_presence(Account *account, Availability availability, const char *status, int priority)
{
    if (account->availability == availability && account->priority == priority
        && g_strcmp0(account->status, status) == 0)
        return;
    char *words = g_strdup(status);
    g_free(account->status);
    account->status = words;
    account->availability = availability;
    account->priority = priority;
    account_publish(account, (ModelEvent) { .type = ACCOUNT_PRESENCE_CHANGED });
}

Conversation *
account_find_conversation(const Account *account, const Jid *bare)
{
    return g_hash_table_lookup(account->by_jid, bare);
}

Conversation *
account_find_private(const Account *account, const Jid *occupant)
{
    return g_hash_table_lookup(account->by_occupant, occupant);
}

Room *
account_find_room(const Account *account, const Jid *jid)
{
    const Conversation *conversation = account_find_conversation(account, jid);
    return conversation != NULL ? conversation_room(conversation) : NULL;
}

static GHashTable *
table_of(const Account *account, ConversationKind kind)
{
    return kind == CONVERSATION_OCCUPANT ? account->by_occupant : account->by_jid;
}

Conversation *
account_ensure_conversation(Account *account, const Jid *jid, ConversationKind kind)
{
    Conversation *conversation = g_hash_table_lookup(table_of(account, kind), jid);
    if (conversation != NULL)
        return conversation;
    conversation = conversation_new(account, jid, kind);
    g_ptr_array_add(account->conversations, conversation);
    g_hash_table_insert(table_of(account, kind), (gpointer) conversation_jid(conversation), conversation);
    account_publish(account, (ModelEvent) { .type = CONVERSATION_ADDED, .conversation = { conversation } });
    return conversation;
}

void
account_remove_conversation(Account *account, Conversation *conversation)
{
    account_publish(account, (ModelEvent) { .type = CONVERSATION_REMOVED, .conversation = { conversation } });
    g_hash_table_remove(table_of(account, conversation_kind(conversation)), conversation_jid(conversation));
    g_ptr_array_remove(account->conversations, conversation);
}

guint
account_conversation_count(const Account *account)
{
    return account->conversations->len;
}

Conversation *
account_conversation_at(const Account *account, guint index)
{
    g_return_val_if_fail(index < account->conversations->len, NULL);
    return g_ptr_array_index(account->conversations, index);
}

Conversation *
account_conversation_by_serial(const Account *account, guint64 serial)
{
    for (guint i = 0; i < account->conversations->len; i++) {
        Conversation *conversation = g_ptr_array_index(account->conversations, i);
        if (conversation_serial(conversation) == serial)
            return conversation;
    }
    return NULL;
}
