/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/sync.h"

#include "store/history_places.h"
#include "store/sql.h"

void
sync_gap_free(SyncGap *gap)
{
    if (gap == NULL)
        return;
    g_free(gap->after_id);
    g_free(gap->before_id);
    g_free(gap);
}

/* The text a query yields in its first row; NULL: none or failed. */
static char *
read_text(Db *db, sqlite3_stmt *select, GError **error)
{
    if (select == NULL || db_next_row(db, select, error) <= 0)
        return NULL;
    char *text = g_strdup(sql_text(select, 0));
    sql_reset(select);
    return text;
}

char *
sync_cursor(Db *db, const char *account, const char *archive, GError **error)
{
    const gint64 id = db_account_id(db, account, false, error);
    if (id <= 0)
        return NULL;
    return read_text(db,
                     sql_query(db, error, "SELECT cursor FROM archive WHERE account = ? AND jid = ?", SQL_INT(id),
                               SQL_TEXT(archive)),
                     error);
}

static bool
write_cursor(Db *db, gint64 account, const char *archive, const char *id, GError **error)
{
    if (id == NULL)
        return sql_run(db, error, "DELETE FROM archive WHERE account = ? AND jid = ?", SQL_INT(account),
                       SQL_TEXT(archive));
    return sql_run(db, error, "INSERT OR REPLACE INTO archive (account, jid, cursor) VALUES (?, ?, ?)",
                   SQL_INT(account), SQL_TEXT(archive), SQL_TEXT(id));
}

bool
sync_set_cursor(Db *db, const char *account, const char *archive, const char *id, GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    const gint64 number = db_account_id(db, account, true, error);
    return db_step_end(db, number > 0 && write_cursor(db, number, archive, id, error), error);
}

gint64
sync_add_gap(Db *db, const HistoryPlace *place, const SyncGap *gap, GError **error)
{
    if (!db_step_begin(db, error))
        return 0;
    const gint64 conversation = places_find(db, place, true, error);
    sqlite3_stmt *insert =
        conversation <= 0
            ? NULL
            : sql_query(db, error,
                        "INSERT INTO gap (conversation, after, before, after_id, before_id) VALUES (?, ?, ?, ?, ?)",
                        SQL_INT(conversation), SQL_INT(gap->after), SQL_INT(gap->before), SQL_TEXT(gap->after_id),
                        SQL_TEXT(gap->before_id));
    const bool done = insert != NULL && db_run(db, insert, error);
    const gint64 id = done ? sql_last_row(insert) : 0;
    return db_step_end(db, done, error) ? id : 0;
}

bool
sync_update_gap(Db *db, const SyncGap *gap, GError **error)
{
    return db_begin(db, error)
           && sql_run(db, error, "UPDATE gap SET after = ?, before = ?, after_id = ?, before_id = ? WHERE id = ?",
                      SQL_INT(gap->after), SQL_INT(gap->before), SQL_TEXT(gap->after_id), SQL_TEXT(gap->before_id),
                      SQL_INT(gap->id));
}

bool
sync_close_gap(Db *db, gint64 id, GError **error)
{
    return db_begin(db, error) && sql_run(db, error, "DELETE FROM gap WHERE id = ?", SQL_INT(id));
}

static SyncGap *
read_gap(sqlite3_stmt *select)
{
    SyncGap *gap = g_new0(SyncGap, 1);
    gap->id = sql_int(select, 0);
    gap->after = sql_int(select, 1);
    gap->before = sql_int(select, 2);
    gap->after_id = g_strdup(sql_text(select, 3));
    gap->before_id = g_strdup(sql_text(select, 4));
    return gap;
}

GPtrArray *
sync_gaps(Db *db, const HistoryPlace *place, GError **error)
{
    const gint64 conversation = places_find(db, place, false, error);
    if (conversation < 0)
        return NULL;
    sqlite3_stmt *select = sql_query(db, error,
                                     "SELECT id, after, before, after_id, before_id FROM gap WHERE conversation = ?"
                                     " ORDER BY before DESC, id",
                                     SQL_INT(conversation));
    if (select == NULL)
        return NULL;
    g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify) sync_gap_free);
    int more;
    while ((more = db_next_row(db, select, error)) > 0)
        g_ptr_array_add(gaps, read_gap(select));
    return more == 0 ? g_steal_pointer(&gaps) : NULL;
}

bool
sync_set_complete(Db *db, const HistoryPlace *place, GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    const gint64 conversation = places_find(db, place, true, error);
    return db_step_end(db,
                       conversation > 0
                           && sql_run(db, error, "UPDATE conversation SET complete = 1 WHERE id = ?",
                                      SQL_INT(conversation)),
                       error);
}

bool
sync_is_complete(Db *db, const HistoryPlace *place)
{
    const gint64 conversation = places_find(db, place, false, NULL);
    gint64 complete = 0;
    return conversation > 0
           && sql_number(db, NULL, &complete, NULL, "SELECT complete FROM conversation WHERE id = ?",
                         SQL_INT(conversation))
           && complete != 0;
}

char *
sync_pending_read(Db *db, const HistoryPlace *place)
{
    const gint64 conversation = places_find(db, place, false, NULL);
    if (conversation <= 0)
        return NULL;
    return read_text(db,
                     sql_query(db, NULL, "SELECT pending_read FROM conversation WHERE id = ?", SQL_INT(conversation)),
                     NULL);
}

bool
sync_set_pending_read(Db *db, const HistoryPlace *place, const char *archive_id, GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    const gint64 conversation = places_find(db, place, true, error);
    return db_step_end(db,
                       conversation > 0
                           && sql_run(db, error, "UPDATE conversation SET pending_read = ? WHERE id = ?",
                                      SQL_TEXT(archive_id), SQL_INT(conversation)),
                       error);
}
