/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server would tell again: rosters with their version, capabilities; and what an account must remember between
 * sessions. Accounts are named by their bare JID, prepared. Texts are stored as they are given: clean when showing. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "store/db.h"

enum {
    CACHE_CAPS_MAX = 2000,             /* rows; the least recently used go first */
    CACHE_CAPS_SIZE_MAX = 64 * 1024,   /* bytes of one */
    CACHE_MEMORY_SIZE_MAX = 64 * 1024,
};

/* RFC 6121 §2.1.2. Borrowed texts; `name` and `groups` may be NULL. */
typedef struct CachedContact {
    const char *jid;            /* bare, prepared */
    const char *name;
    const char *subscription;   /* "none", "to", "from", "both" */
    bool ask;                   /* a request of ours waits for the answer */
    bool approved;              /* approved beforehand */
    const char *const *groups;
} CachedContact;

typedef void (*CacheContactFunc)(const CachedContact *contact, gpointer data);

/* Calls `func` for each contact, by JID, with texts that live for the call. `*version` gets the roster's version
 * (caller frees): NULL when nothing is cached, "" is a version, too (RFC 6121 §2.6.1). `func` must not call into the
 * store. */
bool cache_load_roster(Db *db, const char *account_jid, CacheContactFunc func, gpointer data, char **version,
                       GError **error);
/* The whole roster at once, replacing what was there. `version` NULL: the server keeps none, so nothing stays
 * cached. */
bool cache_replace_roster(Db *db, const char *account_jid, const CachedContact *contacts, gsize count,
                          const char *version, GError **error);
/* A push: one contact with the version that came with it, in one step. */
bool cache_put_contact(Db *db, const char *account_jid, const CachedContact *contact, const char *version,
                       GError **error);
/* The same with several; without a version nothing counts as cached until one follows, so a roster can be written in
 * parts. */
bool cache_put_contacts(Db *db, const char *account_jid, const CachedContact *contacts, gsize count,
                        const char *version, GError **error);
bool cache_remove_contact(Db *db, const char *account_jid, const char *jid, const char *version, GError **error);

/* XEP-0115: `hash` is the algorithm, `ver` what was verified with it (I18), `info` the caller's own serialisation. */
bool cache_put_caps(Db *db, const char *hash, const char *ver, const char *info, GError **error);
/* NULL when it is not there, or on error. */
char *cache_find_caps(Db *db, const char *hash, const char *ver);

/* Small facts of an account, such as the strongest mechanism once used (I4); `value` NULL forgets. */
bool cache_remember(Db *db, const char *account_jid, const char *key, const char *value, GError **error);
/* NULL and no error when nothing is remembered; NULL with an error when it cannot be known: then do not assume
 * "nothing". */
char *cache_recall(Db *db, const char *account_jid, const char *key, GError **error);
/* Calls `func` for each fact whose key begins with `prefix` (ASCII, not empty), by key. The texts live for the call;
 * `func` must not call into the store. */
typedef void (*CacheMemoryFunc)(const char *key, const char *value, gpointer data);
bool cache_foreach_memory(Db *db, const char *account_jid, const char *prefix, CacheMemoryFunc func, gpointer data,
                          GError **error);
/* Forgets what is cached and remembered of an account that was removed. Its history stays: it is the user's. */
bool cache_forget_account(Db *db, const char *account_jid, GError **error);
