/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/migrations.h"

#include <sqlite3.h>

#include "base/error.h"
#include "base/i18n.h"

/* 1: caches. `account` numbers bare JIDs for every table to come. */
static const char caches[] =
    "CREATE TABLE account ("
    " id INTEGER PRIMARY KEY,"
    " jid TEXT NOT NULL UNIQUE,"
    " roster_version TEXT) STRICT;" /* NULL: no roster is cached */
    "CREATE TABLE roster ("
    " account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    " jid TEXT NOT NULL,"
    " name TEXT,"
    " subscription TEXT NOT NULL,"
    " ask INTEGER NOT NULL,"
    " approved INTEGER NOT NULL,"
    " groups TEXT," /* separated by U+001F, which XML cannot carry */
    " PRIMARY KEY (account, jid)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE caps ("
    " id INTEGER PRIMARY KEY," /* grows with use: the smallest was used longest ago */
    " hash TEXT NOT NULL,"
    " ver TEXT NOT NULL,"
    " info TEXT NOT NULL,"
    " UNIQUE (hash, ver)) STRICT;"
    "CREATE TABLE memory ("
    " account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    " key TEXT NOT NULL,"
    " value TEXT NOT NULL,"
    " PRIMARY KEY (account, key)) STRICT, WITHOUT ROWID;";

const Migration migrations[] = {
    { .sql = caches },
};
const guint migrations_count = G_N_ELEMENTS(migrations);

/* One step, wholly or not at all: the version is a part of the transaction. */
static bool
run_step(Db *db, const Migration *step, guint version, GError **error)
{
    g_autofree char *stamp = g_strdup_printf("PRAGMA user_version = %u", version);
    if (!db_execute(db, "BEGIN IMMEDIATE", error))
        return false;
    /* Another process may have been faster. */
    const gint64 now = db_get_user_version(db, error);
    if (now >= (gint64) version)
        return db_execute(db, "ROLLBACK", error);
    if (now >= 0 && db_execute(db, step->sql, error) && (step->run == NULL || step->run(db, error))
        && db_execute(db, stamp, error) && db_execute(db, "COMMIT", error))
        return true;
    db_execute(db, "ROLLBACK", NULL);
    return false;
}

bool
migrations_run(Db *db, const Migration *table, guint count, GError **error)
{
    const gint64 version = db_get_user_version(db, error);
    if (version < 0)
        return false;
    if (version > (gint64) count) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                    _("%s was made by a newer confab: use that one, or move the file away"),
                    db_path(db));
        return false;
    }
    for (guint i = (guint) version; i < count; i++) {
        if (!run_step(db, &table[i], i + 1, error)) {
            g_prefix_error(error, _("Cannot bring %s up to date: "), db_path(db));
            return false;
        }
    }
    return true;
}
