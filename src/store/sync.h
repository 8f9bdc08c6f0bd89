/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far this client and the archives agree (XEP-0313): per archive a cursor, and gaps that are known. */
#pragma once

#include "store/history.h"

/* `archive`: bare JID of who keeps it: the account's own, or a room's. The id up to which everything is stored; NULL:
 * nothing is known. Caller frees. To be set in the same batch as the messages. */
char *sync_cursor(Db *db, const char *account, const char *archive, GError **error);
bool sync_set_cursor(Db *db, const char *account, const char *archive, const char *id, GError **error);

/* A stretch of a conversation that the archive may have and the store has not: messages with an order in (after,
 * before). after = 0: everything older than `before`. */
typedef struct SyncGap {
    gint64 id;
    gint64 after, before;
    char *after_id, *before_id; /* ids of the archive at its edges; NULL: none */
} SyncGap;
void sync_gap_free(SyncGap *gap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyncGap, sync_gap_free)

/* Returns its id, > 0; 0: failed. */
gint64 sync_add_gap(Db *db, const HistoryPlace *place, const SyncGap *gap, GError **error);
/* It became smaller (same id), or was closed. */
bool sync_update_gap(Db *db, const SyncGap *gap, GError **error);
bool sync_close_gap(Db *db, gint64 id, GError **error);
/* By order, newest first; SyncGap*, with free function. */
GPtrArray *sync_gaps(Db *db, const HistoryPlace *place, GError **error);

/* The archive has nothing older than what the store has of this conversation. */
bool sync_set_complete(Db *db, const HistoryPlace *place, GError **error);
bool sync_is_complete(Db *db, const HistoryPlace *place);
/* What another device has read up to (XEP-0490), when that message is not here yet; NULL: none. Caller frees. */
char *sync_pending_read(Db *db, const HistoryPlace *place);
bool sync_set_pending_read(Db *db, const HistoryPlace *place, const char *archive_id, GError **error);
