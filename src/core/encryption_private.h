/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of encryption share. */
#pragma once

#include "core/core_private.h"
#include "core/encryption.h"
#include "e2ee/otr.h"

struct Encryption {
    Session *session;
    E2ee *otr;           /* NULL: not needed yet, or its files cannot be used */
    GHashTable *starts;  /* sessions that were asked for, by bare Jid */
    GHashTable *locks;   /* char *: bare JIDs whose conversations had a session */
    GArray *key_waiters; /* who waits for the own key */
    guint settings;      /* subscription */
    guint kick;          /* idle: what waits may go on */
    gint64 online_since; /* monotonic; 0: not yet */
};

/* --- encryption.c: what conversations insist on --- */
const char *encryption_setting(const Session *session, Setting setting, const Jid *with);
/* A session was on, or the user has ended it: remembered, so that a restart is no way into the clear. */
void encryption_note_lock(Session *session, const Conversation *conversation, bool locked);
/* With the intent that follows from what is locked now. */
void encryption_set_protection(const Session *session, Conversation *conversation,
                               const ConversationEncryption *encryption);
/* There is a provider of this name, and the conversation can have it. */
bool encryption_check_possible(const Conversation *conversation, const char *provider, GError **error);
void encryption_tell_key_waiters(Encryption *encryption, const GError *error);

/* --- encryption_host.c: what a provider asks and tells --- */
E2eeHost encryption_host(Session *session);
E2eePolicy encryption_policy(gpointer session, const Jid *peer);

/* --- encryption_sessions.c: beginning and ending --- */
GHashTable *encryption_starts_new(void);
/* Whoever waits for a session learns what became of it. */
void encryption_finish_start(Encryption *encryption, const Jid *peer, const GError *error);
void encryption_finish_all_starts(Encryption *encryption, const GError *error);
/* … and so do the messages: they fail. */
void encryption_fail_start(Encryption *encryption, const Jid *peer, const GError *error);
/* What waits may go on, a turn later: never inside the provider. */
void encryption_kick(Encryption *encryption);
