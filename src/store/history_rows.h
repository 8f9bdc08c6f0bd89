/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as rows of the database. For the files of store/ only. */
#pragma once

#include "store/history.h"
#include "store/sql.h"

/* What rows_read() reads, for "SELECT " HISTORY_COLUMNS " FROM message m": they come first. */
#define HISTORY_COLUMNS                                                                                                \
    "m.row, m.position, m.time, m.direction, m.state, m.flags, m.sender, m.id, m.origin_id, m.archive_id, "            \
    "m.occupant_id, m.encryption, m.trust, m.reason, m.edits, m.edited, m.edit_id, m.body"
/* Whether the sender of `m` is `from`: a bare or full JID, or, in a room (`kind`, `with`), a nick. NULL is everybody. */
#define HISTORY_FROM(m, from, with, kind)                                                                              \
    "(" from " IS NULL OR " m ".sender = " from " OR substr(" m ".sender, 1, length(" from ") + 1) = " from " || '/'"  \
    " OR (" kind " = 1 AND " m ".sender = " with " || '/' || " from "))"
/* Whether `m` is not of somebody who is ignored. */
#define HISTORY_HEARD(m) "(" m ".flags & 8) = 0"
enum {
    HISTORY_COLUMNS_COUNT = 18,
    HISTORY_FLAG_DELAYED = 1 << 0,
    HISTORY_FLAG_MARKABLE = 1 << 1,
    HISTORY_FLAG_MENTION = 1 << 2,
    HISTORY_FLAG_UNSTYLED = 1 << 4,
    HISTORY_FLAG_IGNORED = 1 << 3, /* also in the text of queries: HISTORY_HEARD */
};

/* Parsing a sender is the dearest part of reading a row, and neighbours often share it. */
typedef struct RowReader {
    Jid *sender;
    char *sender_text;
} RowReader;
void rows_reader_clear(RowReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RowReader, rows_reader_clear)

Message *rows_read(RowReader *reader, sqlite3_stmt *select);
/* The rest of the rows, in the order of the query, with free function; NULL: failed (also when `select` is NULL). */
GPtrArray *rows_read_all(Db *db, sqlite3_stmt *select, GError **error);
/* The first row, if any; NULL: none or failed. */
Message *rows_read_one(Db *db, sqlite3_stmt *select, GError **error);

/* Stands for direction, sender (in chats) and body. */
gint64 rows_digest(const HistoryPlace *place, const Message *message);
/* Inserts a message that has its `order` already, finds a row for it and indexes its words. */
bool rows_insert(Db *db, gint64 conversation, const HistoryPlace *place, Message *message, GError **error);
