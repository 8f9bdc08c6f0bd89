/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history_places.h"

#include "store/sql.h"

gint64
places_find(Db *db, const HistoryPlace *place, bool create, GError **error)
{
    const gint64 account = db_account_id(db, place->account, create, error);
    if (account <= 0)
        return account;
    gint64 id;
    if (!sql_number(db, error, &id, NULL, "SELECT id FROM conversation WHERE account = ? AND jid = ? AND kind = ?",
                    SQL_INT(account), SQL_TEXT(place->with), SQL_INT(place->kind)))
        return -1;
    if (id != 0 || !create)
        return id;
    sqlite3_stmt *insert = sql_query(db, error, "INSERT INTO conversation (account, jid, kind) VALUES (?, ?, ?)",
                                     SQL_INT(account), SQL_TEXT(place->with), SQL_INT(place->kind));
    return insert != NULL && db_run(db, insert, error) ? sql_last_row(insert) : -1;
}

bool
places_is_kept_by(const HistoryPlace *place, const char *archive)
{
    const char *keeper = place->kind == CONVERSATION_ROOM ? place->with : place->account;
    return g_str_equal(archive != NULL ? archive : place->account, keeper);
}
