/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history.h"

#include "store/history_places.h"
#include "store/history_rows.h"
#include "store/sql.h"

static void
reverse(GPtrArray *array)
{
    for (guint i = 0; i < array->len / 2; i++) {
        gpointer other = array->pdata[i];
        array->pdata[i] = array->pdata[array->len - 1 - i];
        array->pdata[array->len - 1 - i] = other;
    }
}

/* Without those that have one of these flags. */
static GPtrArray *
page_before(Db *db, const HistoryPlace *place, gint64 order, gint64 unwanted, guint limit, GError **error)
{
    const gint64 conversation = places_find(db, place, false, error);
    if (conversation < 0)
        return NULL;
    GPtrArray *page =
        rows_read_all(db,
                      sql_query(db, error,
                                "SELECT " HISTORY_COLUMNS " FROM message m WHERE m.conversation = ? AND m.position < ?"
                                " AND (m.flags & ?) = 0 ORDER BY m.position DESC LIMIT ?",
                                SQL_INT(conversation), SQL_INT(order), SQL_INT(unwanted), SQL_INT(limit)),
                      error);
    if (page != NULL)
        reverse(page);
    return page;
}

GPtrArray *
history_page_before(Db *db, const HistoryPlace *place, gint64 order, guint limit, GError **error)
{
    return page_before(db, place, order, 0, limit, error);
}

GPtrArray *
history_heard_before(Db *db, const HistoryPlace *place, gint64 order, guint limit, GError **error)
{
    return page_before(db, place, order, HISTORY_FLAG_IGNORED, limit, error);
}

GPtrArray *
history_page_after(Db *db, const HistoryPlace *place, gint64 order, guint limit, GError **error)
{
    const gint64 conversation = places_find(db, place, false, error);
    if (conversation < 0)
        return NULL;
    return rows_read_all(db,
                         sql_query(db, error,
                                   "SELECT " HISTORY_COLUMNS
                                   " FROM message m WHERE m.conversation = ? AND m.position > ?"
                                   " ORDER BY m.position LIMIT ?",
                                   SQL_INT(conversation), SQL_INT(order), SQL_INT(limit)),
                         error);
}

Message *
history_find(Db *db, gint64 row, GError **error)
{
    return rows_read_one(db,
                         sql_query(db, error, "SELECT " HISTORY_COLUMNS " FROM message m WHERE m.row = ?",
                                   SQL_INT(row)),
                         error);
}

Message *
history_find_archived(Db *db, const HistoryPlace *place, const char *archive, const char *archive_id, GError **error)
{
    if (!places_is_kept_by(place, archive)) /* I19 */
        return NULL;
    const gint64 conversation = places_find(db, place, false, error);
    if (conversation <= 0)
        return NULL;
    return rows_read_one(db,
                         sql_query(db, error,
                                   "SELECT " HISTORY_COLUMNS
                                   " FROM message m WHERE m.conversation = ? AND m.archive_id = ?",
                                   SQL_INT(conversation), SQL_TEXT(archive_id)),
                         error);
}

/* The newest of the rows a query yields; takes none of them when `*newest` is newer. */
static void
keep_newest(Db *db, sqlite3_stmt *select, Message **newest, GError **error)
{
    g_autoptr(Message) found = rows_read_one(db, select, error);
    if (found != NULL && (*newest == NULL || found->order > (*newest)->order)) {
        message_unref(*newest);
        *newest = g_steal_pointer(&found);
    }
}

/* The + keeps SQLite from walking the conversation by position instead of looking the id up. */
Message *
history_find_by_id(Db *db, const HistoryPlace *place, MessageDirection direction, const char *id, GError **error)
{
    const gint64 conversation = places_find(db, place, false, error);
    if (conversation <= 0)
        return NULL;
    Message *newest = NULL;
    keep_newest(db,
                sql_query(db, error,
                          "SELECT " HISTORY_COLUMNS " FROM message m WHERE m.conversation = ? AND m.id = ?"
                          " AND m.direction = ? ORDER BY +m.position DESC LIMIT 1",
                          SQL_INT(conversation), SQL_TEXT(id), SQL_INT(direction)),
                &newest, error);
    keep_newest(db,
                sql_query(db, error,
                          "SELECT " HISTORY_COLUMNS " FROM message m WHERE m.conversation = ? AND m.origin_id = ?"
                          " AND m.origin_id IS NOT m.id AND m.direction = ? ORDER BY +m.position DESC LIMIT 1",
                          SQL_INT(conversation), SQL_TEXT(id), SQL_INT(direction)),
                &newest, error);
    return newest;
}

/* --- read state --- */

bool
history_set_read(Db *db, const HistoryPlace *place, gint64 order, GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    const gint64 conversation = places_find(db, place, true, error);
    return db_step_end(db,
                       conversation > 0
                           && sql_run(db, error,
                                      "UPDATE conversation SET read_position = ?1 WHERE id = ?2 AND read_position < ?1",
                                      SQL_INT(order), SQL_INT(conversation)),
                       error);
}

gint64
history_read_order(Db *db, const HistoryPlace *place)
{
    const gint64 conversation = places_find(db, place, false, NULL);
    gint64 order = 0;
    if (conversation > 0)
        sql_number(db, NULL, &order, NULL, "SELECT read_position FROM conversation WHERE id = ?",
                   SQL_INT(conversation));
    return order;
}

guint
history_count_unread(Db *db, const HistoryPlace *place, guint limit)
{
    const gint64 conversation = places_find(db, place, false, NULL);
    gint64 count = 0;
    if (conversation > 0)
        sql_number(
            db, NULL, &count, NULL,
            "SELECT count(*) FROM (SELECT 1 FROM message m WHERE m.conversation = ?1 AND m.direction = 0 AND m.position >"
            " (SELECT read_position FROM conversation WHERE id = ?1) AND " HISTORY_HEARD("m") " LIMIT ?2)",
            SQL_INT(conversation), SQL_INT(limit));
    return (guint) count;
}
