/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/annotations.h"

#include <string.h>

#include "store/housekeeping.h"
#include "store/sql.h"

/* --- writing --- */

/* Emoji, one a line. */
static char *
join(const GPtrArray *reactions)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < reactions->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", (const char *) g_ptr_array_index(reactions, i));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

bool
annotations_set_reactions(Db *db, gint64 row, const AnnotationSender *sender, const GPtrArray *reactions, gint64 time,
                          GError **error)
{
    g_autofree char *emoji = join(reactions);
    return db_begin(db, error)
           && sql_run(db, error,
                      "INSERT INTO reaction (message, sender, label, own, emoji, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                      " ON CONFLICT (message, sender) DO UPDATE SET label = ?3, own = ?4, emoji = ?5, time = ?6"
                      " WHERE time <= ?6",
                      SQL_INT(row), SQL_TEXT(sender->key), SQL_TEXT(sender->label), SQL_INT(sender->is_own),
                      SQL_TEXT(emoji), SQL_INT(time));
}

/* Answers to it repeat the beginning of its text. */
static bool
forget_quotes(Db *db, gint64 row, GError **error)
{
    return sql_run(db, error,
                   "UPDATE reply SET text = NULL WHERE id IN (SELECT id FROM message WHERE row = ?1 UNION"
                   " SELECT origin_id FROM message WHERE row = ?1 UNION SELECT archive_id FROM message WHERE row = ?1)"
                   " AND (SELECT conversation FROM message WHERE row = reply.message)"
                   " = (SELECT conversation FROM message WHERE row = ?1)",
                   SQL_INT(row));
}

bool
annotations_retract(Db *db, gint64 row, gint64 time, const char *by, const char *reason, GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    const bool done =
        sql_run(db, error, "UPDATE message SET body = '' WHERE row = ?", SQL_INT(row))
        && sql_run(db, error, "DELETE FROM edit WHERE message = ?", SQL_INT(row))
        && sql_run(db, error, "DELETE FROM reaction WHERE message = ?", SQL_INT(row))
        && sql_run(db, error, "UPDATE reply SET text = NULL WHERE message = ?", SQL_INT(row))
        && forget_quotes(db, row, error)
        && sql_run(db, error, "INSERT OR REPLACE INTO retraction (message, time, by, reason) VALUES (?, ?, ?, ?)",
                   SQL_INT(row), SQL_INT(time), SQL_TEXT(by), SQL_TEXT(reason));
    housekeeping_wake(db);
    return db_step_end(db, done, error);
}

bool
annotations_add_reply(Db *db, const Message *message, GError **error)
{
    return message->reply_id == NULL
           || sql_run(db, error, "INSERT OR REPLACE INTO reply (message, id, author, text) VALUES (?, ?, ?, ?)",
                      SQL_INT(message->row), SQL_TEXT(message->reply_id), SQL_TEXT(message->reply_to),
                      SQL_TEXT(message->reply_text));
}

/* --- reading --- */

enum { RANGE_GAP = 64 }; /* rows of others that a range may hold between two of ours */

/* Messages of a page whose rows are close to each other: one look-up finds what is known of all of them. Where others
 * have said much in between, a page falls into several ranges, so that it costs what it is long and no more. */
typedef struct Range {
    GHashTable *by_row; /* gint64* (the message's) → Message: the whole page */
    gint64 first, last;
} Range;

static gint
compare_rows(gconstpointer one, gconstpointer other)
{
    const gint64 a = *(const gint64 *) one, b = *(const gint64 *) other;
    return (a > b) - (a < b);
}

/* The rows, in order. */
static GArray *
rows_of(const GPtrArray *messages, GHashTable *by_row)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < messages->len; i++) {
        Message *message = g_ptr_array_index(messages, i);
        if (message->row == 0)
            continue;
        g_hash_table_insert(by_row, &message->row, message);
        g_array_append_val(rows, message->row);
    }
    g_array_sort(rows, compare_rows);
    return rows;
}

static gint64
row_at(const GArray *rows, guint index)
{
    return g_array_index(rows, gint64, index);
}

static Message *
message_at(const Range *range, sqlite3_stmt *select)
{
    const gint64 row = sql_int(select, 0);
    return g_hash_table_lookup(range->by_row, &row);
}

static bool
load_replies(Db *db, const Range *range, GError **error)
{
    sqlite3_stmt *select = sql_query(db, error, "SELECT message, id, author, text FROM reply WHERE message BETWEEN ? AND ?",
                                     SQL_INT(range->first), SQL_INT(range->last));
    int more = -1;
    while (select != NULL && (more = db_next_row(db, select, error)) > 0) {
        Message *message = message_at(range, select);
        if (message != NULL)
            message_set_reply(message, sql_text(select, 1), sql_text(select, 2), sql_text(select, 3));
    }
    return more == 0;
}

static bool
load_retractions(Db *db, const Range *range, GError **error)
{
    sqlite3_stmt *select =
        sql_query(db, error, "SELECT message, time, by, reason FROM retraction WHERE message BETWEEN ? AND ?",
                  SQL_INT(range->first), SQL_INT(range->last));
    int more = -1;
    while (select != NULL && (more = db_next_row(db, select, error)) > 0) {
        Message *message = message_at(range, select);
        if (message != NULL)
            message_retract(message, sql_int(select, 1), sql_text(select, 2), sql_text(select, 3));
    }
    return more == 0;
}

static bool
load_reactions(Db *db, const Range *range, GError **error)
{
    sqlite3_stmt *select = sql_query(db, error,
                                     "SELECT message, emoji, label, own FROM reaction WHERE message BETWEEN ? AND ?"
                                     " ORDER BY message, time",
                                     SQL_INT(range->first), SQL_INT(range->last));
    int more = -1;
    while (select != NULL && (more = db_next_row(db, select, error)) > 0) {
        Message *message = message_at(range, select);
        const char *text = sql_text(select, 1);
        g_auto(GStrv) emoji = g_strsplit(text, "\n", -1);
        for (char **each = emoji; message != NULL && *text != '\0' && *each != NULL; each++)
            message_add_reaction(message, *each, sql_text(select, 2), sql_int(select, 3) != 0);
    }
    return more == 0;
}

bool
annotations_load(Db *db, const GPtrArray *messages, GError **error)
{
    g_autoptr(GHashTable) by_row = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(GArray) rows = rows_of(messages, by_row);
    for (guint i = 0; i < messages->len; i++)
        message_clear_reactions(g_ptr_array_index(messages, i));
    for (guint first = 0, last = 0; first < rows->len; first = last = last + 1) {
        while (last + 1 < rows->len && row_at(rows, last + 1) - row_at(rows, last) <= RANGE_GAP)
            last++;
        const Range range = { by_row, row_at(rows, first), row_at(rows, last) };
        if (!load_replies(db, &range, error) || !load_retractions(db, &range, error)
            || !load_reactions(db, &range, error))
            return false;
    }
    return true;
}

bool
annotations_load_one(Db *db, Message *message, GError **error)
{
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    g_ptr_array_add(one, message);
    return annotations_load(db, one, error);
}
