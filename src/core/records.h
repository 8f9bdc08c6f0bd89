/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading and importing the history without a session: for /history, /search, /export and the commands of the shell,
 * which need no connection and no running instance (README). Nothing of it is a model: what is read is shown once and
 * forgotten, so the size of the history does not matter. */
#pragma once

#include "core/client.h"

typedef struct Records Records;

/* Of a client that runs; borrows it. */
Records *records_of_client(Client *client);
/* By itself: opens the store of the profile, also while an instance has it open. ERROR_CONFIG when it cannot be
 * used. */
Records *records_open(const Paths *paths, GError **error);
void records_free(Records *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Records, records_free)
const Accounts *records_accounts(const Records *records);

/* The bare JID of an account by its name or JID: a configured one, or one that is gone but left a history. Borrowed;
 * ERROR_NOT_FOUND with the way out. */
const char *records_find_account(Records *records, const char *name_or_jid, GError **error);
/* Whom a conversation is with: a JID, or the name of a contact when it is the only one called so. Takes accounts as
 * records_find_account() returns them; NULL: all. Caller unrefs; ERROR_BAD_INPUT, ERROR_NOT_FOUND. */
Jid *records_find_contact(Records *records, const char *account, const char *text, GError **error);

/* What is wanted; all borrowed. Each may be NULL or 0: no limit. */
typedef struct RecordsFilter {
    const char *account; /* bare JID */
    const char *with;    /* bare JID */
    const char *from;    /* sender: bare or full JID, or a nick in rooms */
    gint64 after, before; /* µs UTC, [after, before) */
    GRegex *matching;    /* in the body (/lastlog) */
} RecordsFilter;

typedef struct RecordsMark {
    guint start, length; /* bytes of the body; on characters */
} RecordsMark;

/* An earlier text of a message that was corrected (XEP-0308). */
typedef struct RecordsText {
    gint64 time;
    const char *body;
} RecordsText;

/* A message of the history with what is needed to show it. Borrowed for the call. */
typedef struct RecordsEntry {
    const char *account;     /* its name; the bare JID when it is not configured any more */
    const char *account_jid; /* bare */
    const char *with;        /* bare */
    ConversationKind kind;
    const Message *message;
    const RecordsMark *marks; /* of a search; ascending */
    guint mark_count;
    const RecordsText *earlier; /* only when asked for; the first text first */
    guint earlier_count;
} RecordsEntry;
/* False ends the walk. May read records, too. */
typedef bool (*RecordsFunc)(const RecordsEntry *entry, gpointer data);

/* All messages, conversation by conversation, each in its order; `earlier`: with the earlier texts. False: it
 * failed; that `func` ended it is no failure. */
bool records_each(Records *records, const RecordsFilter *filter, bool earlier, RecordsFunc func, gpointer data,
                  GError **error);
/* The same a page at a time, for who must not block: from the first to the last message, or (`backwards`, for one
 * conversation: the filter has an account and `with`) from the last to the first. */
typedef struct RecordsWalk RecordsWalk;
RecordsWalk *records_walk_new(Records *records, const RecordsFilter *filter, bool earlier, bool backwards,
                              GError **error);
void records_walk_free(RecordsWalk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordsWalk, records_walk_free)
/* Reads on; *over: that was the end, or `func` ended it. */
bool records_walk_step(RecordsWalk *walk, RecordsFunc func, gpointer data, bool *over, GError **error);

/* The newest `limit` ones (at most RECORDS_LIMIT_MAX), oldest first; of several conversations by time. */
enum { RECORDS_LIMIT_MAX = 1000000 };
bool records_each_last(Records *records, const RecordsFilter *filter, guint limit, RecordsFunc func, gpointer data,
                       GError **error);
/* What was imported is found by the search from now on, not only once an instance was idle for a while. */
bool records_catch_up(Records *records, GError **error);
/* The newest `limit` ones that have all of `words`, oldest first. *more (may be NULL): there are older ones.
 * ERROR_BAD_INPUT: no word in `words`. */
bool records_search(Records *records, const char *words, const RecordsFilter *filter, guint limit, RecordsFunc func,
                    gpointer data, bool *more, GError **error);

typedef struct RecordsConversation {
    const char *account, *account_jid, *with;
    ConversationKind kind;
    gint64 last_time;
    guint unread;
} RecordsConversation;
typedef void (*RecordsConversationFunc)(const RecordsConversation *conversation, gpointer data);
/* The one written to last first. `account` NULL: all. */
bool records_conversations(Records *records, const char *account, bool unread_only, RecordsConversationFunc func,
                           gpointer data, GError **error);

/* A contact as the server told last. */
typedef struct RecordsContact {
    const char *account;
    const char *jid;
    const char *name; /* NULL: none */
    const char *subscription;
    bool ask;
    const char *const *groups; /* never NULL */
} RecordsContact;
typedef void (*RecordsContactFunc)(const RecordsContact *contact, gpointer data);
bool records_roster(Records *records, const char *account, RecordsContactFunc func, gpointer data, GError **error);
