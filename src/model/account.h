/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account as the screen and the scripts see it: name, JID, state of its session, roster, conversations. The core
 * changes it; everybody else reads. Changes are published as ModelEvent on the bus given at birth. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/bus.h"
#include "base/jid.h"
#include "model/types.h"

/* States of a session in order; the words are those of the JSON `connection` event. */
typedef enum {
    ACCOUNT_OFFLINE,
    ACCOUNT_RESOLVING,
    ACCOUNT_CONNECTING,
    ACCOUNT_SECURING,
    ACCOUNT_AUTHENTICATING,
    ACCOUNT_ONLINE,
} AccountState;

Account *account_new(const char *name, const Jid *bare_jid, Bus *bus);
void account_free(Account *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Account, account_free)

const char *account_name(const Account *account);
const Jid *account_jid(const Account *account);      /* bare */
const Jid *account_full_jid(const Account *account); /* bound; NULL unless online */
Bus *account_bus(const Account *account);
Roster *account_roster(const Account *account);

AccountState account_state(const Account *account);
const char *account_state_word(AccountState state); /* "offline", "resolving" …: stable, not translated */
/* Why it is offline or what it waits for (translated, cleaned; NULL: nothing to say). */
const char *account_reason(const Account *account);
/* When the next attempt is due (microseconds, UTC); 0: none is planned. */
gint64 account_retry_at(const Account *account);
void account_set_state(Account *account, AccountState state, const Jid *full_jid, const char *reason, gint64 retry_at);

Availability account_availability(const Account *account);
const char *account_status(const Account *account);
void account_set_presence(Account *account, Availability availability, const char *status, int priority);
int account_priority(const Account *account);

/* Conversations in order of creation: chats and rooms by bare JID, those with an occupant by room/nick. */
Conversation *account_find_conversation(const Account *account, const Jid *bare);
Conversation *account_find_private(const Account *account, const Jid *occupant);
/* The room with this bare JID, joined or not; NULL: there is none. */
Room *account_find_room(const Account *account, const Jid *jid);
Conversation *account_ensure_conversation(Account *account, const Jid *jid,
                                          ConversationKind kind); /* publishes CONVERSATION_ADDED when new */
void account_remove_conversation(Account *account,
                                 Conversation *conversation); /* publishes CONVERSATION_REMOVED, then frees */
guint account_conversation_count(const Account *account);
Conversation *account_conversation_at(const Account *account, guint index);
/* By serial (see conversation_serial()); NULL when it is gone. */
Conversation *account_conversation_by_serial(const Account *account, guint64 serial);
