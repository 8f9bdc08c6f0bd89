/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history.h"

#include "store/history_places.h"
#include "store/housekeeping.h"
#include "store/sql.h"

/* What waits to be sent is not old yet. */
static bool
expire(Db *db, gint64 conversation, gint64 before, guint limit, int *count, GError **error)
{
    if (!sql_run(db, error,
                 "DELETE FROM message WHERE row IN (SELECT m.row FROM message m WHERE m.conversation = ?"
                 " AND m.position < ? AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message = m.row)"
                 " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.original = m.row) ORDER BY m.position LIMIT ?)",
                 SQL_INT(conversation), SQL_INT(before), SQL_INT(limit)))
        return false;
    *count = db_changes(db);
    return *count == 0 || housekeeping_note_deletion(db, error);
}

int
history_expire(Db *db, const HistoryPlace *place, gint64 before, guint limit, GError **error)
{
    const gint64 conversation = places_find(db, place, false, error);
    if (conversation <= 0)
        return (int) conversation;
    if (!db_step_begin(db, error))
        return -1;
    int count = 0;
    const bool done = expire(db, conversation, before, limit, &count, error);
    return db_step_end(db, done, error) ? count : -1;
}

/* Out of sight at once; the messages go a little at a time. */
static bool
forget(Db *db, gint64 account, const HistoryPlace *place, GError **error)
{
    const SqlValue values[] = { SQL_INT(account), SQL_TEXT(place->with), SQL_INT(place->kind) };
    return sql_run_values(db, error,
                          "DELETE FROM outbox WHERE account = ?1 AND (?2 IS NULL OR (jid = ?2 AND kind = ?3))", values,
                          G_N_ELEMENTS(values))
           && sql_run_values(db, error,
                             "DELETE FROM gap WHERE conversation IN (SELECT id FROM conversation WHERE account = ?1"
                             " AND (?2 IS NULL OR (jid = ?2 AND kind = ?3)))",
                             values, G_N_ELEMENTS(values))
           && sql_run_values(db, error,
                             "UPDATE conversation SET account = NULL, jid = '' WHERE account = ?1"
                             " AND (?2 IS NULL OR (jid = ?2 AND kind = ?3))",
                             values, G_N_ELEMENTS(values))
           && housekeeping_note_deletion(db, error);
}

bool
history_forget(Db *db, const HistoryPlace *place, GError **error)
{
    const gint64 account = db_account_id(db, place->account, false, error);
    if (account <= 0)
        return account == 0;
    return db_step_begin(db, error) && db_step_end(db, forget(db, account, place, error), error);
}
