/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Full-text search over all messages (FTS5): words in any order, all of them; "several words" in quotes are a phrase, a
 * word ending in * a prefix. Case and accents do not matter, in any script; scripts without spaces (Han, kana, Thai …)
 * are found inside a run, too. What a user types is never FTS5 syntax. */
#pragma once

#include "store/history.h"

typedef struct SearchHit {
    char *account, *with;
    ConversationKind kind;
    Message *message;
    GArray *marks; /* of SearchMark, ascending: what matched, in message->body */
} SearchHit;
typedef struct SearchMark {
    guint start, length; /* bytes of the body; on characters */
} SearchMark;

void search_hit_free(SearchHit *hit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchHit, search_hit_free)

/* The newest `limit` hits, newest first; `before_row` continues (the row of the last hit; 0: start). SearchHit*, with
 * free function. ERROR_BAD_INPUT when there is no word in `words`; NULL: failed. */
GPtrArray *search_messages(Db *db, const char *words, const HistoryFilter *filter, guint limit, gint64 before_row,
                           GError **error);
/* Indexes all that is not yet, at once: for programs that have no loop which does it when idle. Each step is
 * committed, so others can write meanwhile. */
bool search_catch_up(Db *db, GError **error);
