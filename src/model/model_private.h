/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the model need of each other and nobody else may touch. */
#pragma once

#include "model/model_event.h"

/* Numbers for conversations and messages: never 0, never twice in a process. */
guint64 account_next_serial(Account *account);
/* Publishes with the account filled in. */
void account_publish(Account *account, ModelEvent event);

Conversation *conversation_new(Account *account, const Jid *jid, ConversationKind kind);
void conversation_free(Conversation *conversation);

Room *room_new(Conversation *conversation);
void room_free(Room *room);

Contact *contact_new(Account *account, const Jid *bare);
void contact_free(Contact *contact);

/* Where a contact stands in its roster, and what it was sorted by. Kept by the roster alone. */
typedef struct ContactPlace {
    GSequenceIter *iter;
    bool online;
    char *key; /* the label, case-folded */
} ContactPlace;

ContactPlace *contact_place(Contact *contact);

/* The label or the availability changed: mends the order. To be called before the event is published. */
void roster_update_place(Roster *roster, Contact *contact);
/* Between roster_begin() and roster_end(): no events of single contacts. */
bool roster_is_changing(const Roster *roster);
