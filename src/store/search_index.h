/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the messages, in an FTS5 table whose rows are those of the messages. Triggers note in `unindexed` which
 * messages came, changed or went; the index follows a little later, in steps of its own: whatever happens to it, no
 * message is lost with it. For the files of store/ only. */
#pragma once

#include "store/history.h"

/* `text` is the body as search_text.h folds it, so that the tokenizer has only to look for spaces. `place` has
 * tokens for the conversation, the account and the sender: filters need no look at the messages. */
#define SEARCH_INDEX_TABLE "CREATE VIRTUAL TABLE words USING fts5 (text, place, tokenize = 'ascii', columnsize = 0)"

/* The token of a sender, by any of their names; caller frees. Others may share it: look at the message, too. */
char *search_index_sender(const char *name, gsize length);
/* Brings up to `limit` messages into the index, the newest first; returns how many, -1: failed. */
int search_index_update(Db *db, guint limit, GError **error);
/* Rewrites a few pages of the index, so that deleted words leave it in the end. `start` begins anew with all of it. */
bool search_index_merge(Db *db, bool start, guint pages, bool *more, GError **error);
/* Whether an error says that the index is damaged, not that the disk is full or the like. */
bool search_index_is_damage(const GError *error);
/* The index is damaged: an empty one takes its place, and all messages are to be indexed again. False: that failed, or
 * the last time did not help. */
bool search_index_reset(Db *db);
