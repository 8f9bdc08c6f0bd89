/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history.h"

#include "store/history_rows.h"
#include "store/housekeeping.h"
#include "store/sql.h"

enum { COPIES_MAX = 64 }; /* candidates that are looked at */

/* Number of the correction that `edit` is a copy of; 0: none. -1: failed. */
static gint64
find_copy(Db *db, gint64 row, const Message *edit, GError **error)
{
    gint64 number = 0;
    if (edit->archive_id != NULL
        && !sql_number(db, error, &number, NULL, "SELECT number FROM edit WHERE message = ? AND archive_id = ?",
                       SQL_INT(row), SQL_TEXT(edit->archive_id)))
        return -1;
    const char *id = edit->id != NULL ? edit->id : edit->origin_id;
    if (number != 0 || id == NULL)
        return number;
    if (!sql_number(db, error, &number, NULL,
                    "SELECT number FROM (SELECT number, archive_id, body FROM edit WHERE message = ? AND id = ?"
                    " ORDER BY number DESC LIMIT ?) WHERE body = ? AND (archive_id IS NULL OR ? IS NULL)",
                    SQL_INT(row), SQL_TEXT(id), SQL_INT(COPIES_MAX), SQL_TEXT(edit->body), SQL_TEXT(edit->archive_id)))
        return -1;
    return number;
}

/* The correction was there. A copy in the archive shows that the server has it. */
static bool
merge(Db *db, const Message *original, gint64 number, const Message *edit, GError **error)
{
    if (edit->archive_id == NULL)
        return true;
    return sql_run(db, error, "UPDATE edit SET archive_id = coalesce(archive_id, ?) WHERE message = ? AND number = ?",
                   SQL_TEXT(edit->archive_id), SQL_INT(original->row), SQL_INT(number))
           && sql_run(db, error,
                      "UPDATE message SET state = ? WHERE row = ? AND direction = ? AND state = ? AND edits = ?",
                      SQL_INT(MESSAGE_SENT), SQL_INT(original->row), SQL_INT(MESSAGE_OUT), SQL_INT(MESSAGE_QUEUED),
                      SQL_INT(number));
}

static bool
insert(Db *db, gint64 row, gint64 number, const Message *edit, GError **error)
{
    return sql_run(db, error,
                   "INSERT INTO edit (message, number, time, id, origin_id, archive_id, body)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?)",
                   SQL_INT(row), SQL_INT(number), SQL_INT(edit->time),
                   SQL_TEXT(edit->id != NULL ? edit->id : edit->origin_id), SQL_TEXT(edit->origin_id),
                   SQL_TEXT(edit->archive_id), SQL_TEXT(edit->body));
}

/* The first text goes to number 0, so that copies of the message are still known by it. */
static bool
keep_first_text(Db *db, gint64 row, GError **error)
{
    return sql_run(db, error,
                   "INSERT OR IGNORE INTO edit (message, number, time, body)"
                   " SELECT row, 0, time, body FROM message WHERE row = ? AND edits = 0",
                   SQL_INT(row));
}

static bool
show(Db *db, const Message *original, const Message *edit, GError **error)
{
    const bool is_at_server = edit->archive_id != NULL && edit->state == MESSAGE_QUEUED;
    const MessageState state = is_at_server ? MESSAGE_SENT : edit->state;
    return sql_run(db, error,
                   "UPDATE message SET body = ?, edited = ?, edit_id = ?, reason = NULL,"
                   " state = CASE direction WHEN 1 THEN ? ELSE state END WHERE row = ?",
                   SQL_TEXT(edit->body), SQL_INT(edit->time), SQL_TEXT(edit->id), SQL_INT(state),
                   SQL_INT(original->row));
}

static HistoryOutcome
correct(Db *db, const Message *original, const Message *edit, GError **error)
{
    const gint64 row = original->row;
    const gint64 copy = find_copy(db, row, edit, error);
    if (copy < 0)
        return HISTORY_FAILED;
    if (copy > 0)
        return merge(db, original, copy, edit, error) ? HISTORY_KNOWN : HISTORY_FAILED;
    g_autoptr(Message) current = history_find(db, row, error);
    if (current == NULL)
        return HISTORY_FAILED;
    if (!keep_first_text(db, row, error) || !insert(db, row, (gint64) current->edits + 1, edit, error)
        || !sql_run(db, error, "UPDATE message SET edits = edits + 1 WHERE row = ?", SQL_INT(row)))
        return HISTORY_FAILED;
    /* An archive may tell of an earlier correction late: it is kept, and changes nothing that is shown. */
    if (edit->delayed && edit->time < current->edited)
        return HISTORY_KNOWN;
    return show(db, original, edit, error) ? HISTORY_ADDED : HISTORY_FAILED;
}

HistoryOutcome
history_correct(Db *db, const HistoryPlace *place, const Message *original, const Message *edit, GError **error)
{
    g_return_val_if_fail(original->row != 0, HISTORY_FAILED);
    if (!db_step_begin(db, error))
        return HISTORY_FAILED;
    const HistoryOutcome outcome = correct(db, original, edit, error);
    housekeeping_wake(db);
    return db_step_end(db, outcome != HISTORY_FAILED, error) ? outcome : HISTORY_FAILED;
}

static void
edit_free(gpointer data)
{
    HistoryEdit *edit = data;
    g_free(edit->body);
    g_free(edit);
}

static void
append_edit(GPtrArray *edits, gint64 time, const char *body)
{
    HistoryEdit *edit = g_new0(HistoryEdit, 1);
    edit->time = time;
    edit->body = g_strdup(body);
    g_ptr_array_add(edits, edit);
}

GPtrArray *
history_edits(Db *db, gint64 row, GError **error)
{
    sqlite3_stmt *select =
        sql_query(db, error, "SELECT time, body FROM edit WHERE message = ? ORDER BY number > 0, time, number",
                  SQL_INT(row));
    if (select == NULL)
        return NULL;
    g_autoptr(GPtrArray) edits = g_ptr_array_new_with_free_func(edit_free);
    int more;
    while ((more = db_next_row(db, select, error)) > 0)
        append_edit(edits, sql_int(select, 0), sql_text(select, 1));
    if (more < 0)
        return NULL;
    if (edits->len > 0)
        return g_steal_pointer(&edits);
    g_autoptr(Message) message = history_find(db, row, error);
    if (message != NULL)
        append_edit(edits, message->time, message->body);
    return g_steal_pointer(&edits);
}
