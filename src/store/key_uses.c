/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/key_uses.h"

#include "store/sql.h"

bool
key_uses_note(Db *db, const char *account, const char *provider, const char *peer, const char *fingerprint, gint64 time,
              GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    const gint64 id = db_account_id(db, account, true, error);
    const bool done = id > 0
                      && sql_run(db, error,
                                 "INSERT INTO key_use (account, provider, peer, fingerprint, first, last)"
                                 " VALUES (?1, ?2, ?3, ?4, ?5, ?5)"
                                 " ON CONFLICT DO UPDATE SET first = min(first, excluded.first),"
                                 " last = max(last, excluded.last)",
                                 SQL_INT(id), SQL_TEXT(provider), SQL_TEXT(peer), SQL_TEXT(fingerprint), SQL_INT(time));
    return db_step_end(db, done, done ? error : NULL);
}

bool
key_uses_find(Db *db, const char *account, const char *provider, const char *peer, const char *fingerprint,
              gint64 *first, gint64 *last)
{
    const gint64 id = db_account_id(db, account, false, NULL);
    sqlite3_stmt *select =
        id > 0 ? sql_query(db, NULL,
                           "SELECT first, last FROM key_use WHERE account = ? AND provider = ? AND peer = ?"
                           " AND fingerprint = ?",
                           SQL_INT(id), SQL_TEXT(provider), SQL_TEXT(peer), SQL_TEXT(fingerprint))
               : NULL;
    const bool found = select != NULL && db_next_row(db, select, NULL) > 0;
    if (found) {
        *first = sql_int(select, 0);
        *last = sql_int(select, 1);
    }
    if (select != NULL)
        sql_reset(select);
    return found;
}
