/* SPDX-License-Identifier: GPL-3.0-or-later */
/* End-to-end encryption, for front-ends: what conversations insist on, sessions, keys.
 *
 * A conversation's *intent* is what nothing leaves without: "none" or a provider. It comes from the setting
 * `encryption` (conversation → account → everywhere), from the policy "always" of otr.policy, and from a session: once
 * it is ON, the conversation insists on it until the user says /otr end or /encrypt none, also across restarts.
 * Whatever is said meanwhile waits (QUEUED) until there is a session, or FAILS with the reason when there will be none.
 * MODEL events tell: ENCRYPTION_CHANGED, KEY_CHANGED, VERIFICATION_CHANGED. */
#pragma once

#include "core/client.h"

/* The providers of this build, by name; NULL-terminated; without "none". */
const char *const *encryption_providers(void);
const char *encryption_label(const char *provider); /* "OTR"; "none" and unknown ones: as they are */

/* What the conversation insists on from now on, kept in the setting `encryption` of the contact. "none" ends a session
 * and unlocks one the peer has ended. ERROR_NOT_FOUND: no such provider; ERROR_ENCRYPTION: the policy forbids it. */
bool encryption_set_intent(Client *client, Conversation *conversation, const char *provider, GError **error);

/* --- sessions (OTR) --- */
/* Begins one with the peer's device the conversation goes to, or whichever answers; a running one is refreshed. `done`
 * (may be NULL) comes when it is ON or cannot be had: nobody answered within the time, the peer is offline … From then
 * on the conversation insists on it. */
bool encryption_start(Client *client, Conversation *conversation, const char *provider, CoreDone done, gpointer data,
                      GError **error);
/* Ends it and tells the peer; one that the peer has ended is unlocked. The conversation insists on what the setting
 * says. Messages that wait fail. Never an error when there is none: false only for a conversation that cannot have one. */
bool encryption_end(Client *client, Conversation *conversation, GError **error);

/* Everything there is to say about a conversation. */
typedef struct EncryptionStatus {
    const char *intent, *provider; /* provider NULL: nothing is used now */
    EncryptionState state;
    const char *trust;       /* NULL unless ON */
    const char *policy;      /* of OTR: "manual" … */
    char *device;            /* full JID; NULL */
    char *fingerprint;       /* of the peer's key in use; NULL */
    char *own_fingerprint;   /* NULL: no key yet */
    guint version;           /* of OTR; 0 */
    guint waiting;           /* messages that wait for it */
} EncryptionStatus;
void encryption_get_status(Client *client, const Conversation *conversation, EncryptionStatus *status);
void encryption_status_clear(EncryptionStatus *status);

/* --- keys --- */
typedef struct EncryptionKey {
    const char *provider;
    Jid *peer;               /* bare; NULL: the own one */
    char *fingerprint;       /* hexadecimal digits: encryption_fingerprint_text() */
    const char *trust;       /* "untrusted", "trusted", "verified" */
    gint64 first_used, last_used; /* microseconds UTC; 0: not known */
    bool in_use;
} EncryptionKey;
void encryption_key_free(EncryptionKey *key);
/* EncryptionKey*, with free function: the own ones first, then by peer; `peer` NULL: everybody's. NULL: the account's
 * files cannot be used. */
GPtrArray *encryption_keys(Session *session, const Jid *peer, GError **error);
/* In groups of eight digits. The caller frees. */
char *encryption_fingerprint_text(const char *fingerprint);
/* The address another program can read (XEP-0364 §"URI"): "xmpp:me@example.org?otr-fingerprint=…". The caller frees. */
char *encryption_key_uri(const Session *session, const EncryptionKey *key);
/* Makes the own key, when there is none: `done` when it is there. */
void encryption_make_key(Session *session, const char *provider, CoreDone done, gpointer data);
/* `fingerprint` NULL: the one in use with the peer. Digits may be grouped; a beginning of at least eight is enough when
 * only one key of the peer has it. */
bool encryption_set_trust(Session *session, const char *provider, const Jid *peer, const char *fingerprint, bool trusted,
                          GError **error);
/* Reads the files of "profanity", "mcabber", "pidgin" or "irssi" (`path` NULL: where it keeps them). `*words`: what was
 * taken, one line; the caller frees. */
bool encryption_import(Session *session, const char *program, const char *path, char **words, GError **error);
const char *const *encryption_import_programs(void);

/* --- comparing a secret (OTR: SMP); `question` NULL: a secret both know --- */
bool encryption_verify(Client *client, Conversation *conversation, const char *question, const char *secret,
                       GError **error);
bool encryption_answer(Client *client, Conversation *conversation, const char *secret, GError **error);
bool encryption_abort(Client *client, Conversation *conversation, GError **error);
