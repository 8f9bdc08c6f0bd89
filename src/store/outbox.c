/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/outbox.h"

#include "store/sql.h"

void
outbox_row_free(OutboxRow *row)
{
    if (row == NULL)
        return;
    g_free(row->with);
    g_free(row->to);
    g_free(row->intent);
    g_free(row->corrects);
    g_free(row->id);
    g_free(row->body);
    g_free(row->reply_id);
    g_free(row->reply_to);
    g_free(row->quote);
    g_free(row);
}

gint64
outbox_add(Db *db, const char *account, const OutboxRow *row, GError **error)
{
    if (!db_step_begin(db, error))
        return 0;
    const gint64 account_id = db_account_id(db, account, true, error);
    sqlite3_stmt *insert =
        account_id <= 0
            ? NULL
            : sql_query(
                db, error,
                "INSERT INTO outbox (account, message, queued, jid, kind, recipient, intent, corrects, original,"
                " stanza_id, body, written, number, reply_id, reply_to, quote)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                SQL_INT(account_id), SQL_INT(row->message), SQL_INT(row->queued), SQL_TEXT(row->with),
                SQL_INT(row->kind), SQL_TEXT(row->to), SQL_TEXT(row->intent), SQL_TEXT(row->corrects),
                SQL_INT(row->original), SQL_TEXT(row->id), SQL_TEXT(row->body), SQL_INT(row->written),
                SQL_INT(row->number), SQL_TEXT(row->reply_id), SQL_TEXT(row->reply_to), SQL_TEXT(row->quote));
    const bool done = insert != NULL && db_run(db, insert, error);
    const gint64 outbox = done ? sql_last_row(insert) : 0;
    return db_step_end(db, done, error) ? outbox : 0;
}

bool
outbox_set_written(Db *db, gint64 outbox, guint32 number, GError **error)
{
    return db_begin(db, error)
           && sql_run(db, error, "UPDATE outbox SET written = 1, number = ? WHERE id = ?", SQL_INT(number),
                      SQL_INT(outbox));
}

bool
outbox_remove(Db *db, gint64 outbox, GError **error)
{
    return db_begin(db, error) && sql_run(db, error, "DELETE FROM outbox WHERE id = ?", SQL_INT(outbox));
}

bool
outbox_load(Db *db, const char *account, OutboxFunc func, gpointer data, GError **error)
{
    const gint64 account_id = db_account_id(db, account, false, error);
    if (account_id <= 0)
        return account_id == 0;
    sqlite3_stmt *select = sql_query(
        db, error,
        "SELECT id, message, queued, jid, kind, recipient, intent, corrects, original, stanza_id, body, written, number,"
        " reply_id, reply_to, quote FROM outbox WHERE account = ? ORDER BY id",
        SQL_INT(account_id));
    int more = -1;
    while (select != NULL && (more = db_next_row(db, select, error)) > 0) {
        const OutboxRow row = {
            .message = sql_int(select, 1),
            .queued = sql_int(select, 2),
            .with = (char *) sql_text(select, 3),
            .kind = (ConversationKind) sql_int(select, 4),
            .to = (char *) sql_text(select, 5),
            .intent = (char *) sql_text(select, 6),
            .corrects = (char *) sql_text(select, 7),
            .original = sql_int(select, 8),
            .id = (char *) sql_text(select, 9),
            .body = (char *) sql_text(select, 10),
            .written = sql_int(select, 11) != 0,
            .number = (guint32) sql_int(select, 12),
            .reply_id = (char *) sql_text(select, 13),
            .reply_to = (char *) sql_text(select, 14),
            .quote = (char *) sql_text(select, 15),
        };
        func(sql_int(select, 0), &row, data);
    }
    return more == 0;
}
