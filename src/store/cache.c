/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/cache.h"

#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/i18n.h"
#include "store/history.h"

static const char group_separator[] = "\x1f";

static void
bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    if (text == NULL)
        sqlite3_bind_null(statement, index);
    else
        sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

static const char *
column_text(sqlite3_stmt *statement, int index)
{
    return (const char *) sqlite3_column_text(statement, index);
}

/* The version of the cached roster; NULL when there is none. False: failed. */
static bool
load_version(Db *db, gint64 account, char **version, GError **error)
{
    sqlite3_stmt *select =
        db_statement(db, "SELECT roster_version FROM account WHERE id = ?", error);
    if (select == NULL)
        return false;
    sqlite3_bind_int64(select, 1, account);
    const int found = db_next_row(db, select, error);
    *version = found > 0 ? g_strdup(column_text(select, 0)) : NULL;
    sqlite3_reset(select);
    return found >= 0;
}

bool
cache_load_roster(Db *db, const char *account_jid, CacheContactFunc func, gpointer data,
                  char **version, GError **error)
{
    *version = NULL;
    const gint64 account = db_account_id(db, account_jid, false, error);
    if (account <= 0)
        return account == 0;
    if (!load_version(db, account, version, error))
        return false;
    if (*version == NULL)
        return true;
    sqlite3_stmt *select = db_statement(
        db,
        "SELECT jid, name, subscription, ask, approved, groups FROM roster WHERE account = ? ORDER BY jid",
        error);
    int more = -1;
    if (select != NULL)
        sqlite3_bind_int64(select, 1, account);
    while (select != NULL && (more = db_next_row(db, select, error)) > 0) {
        const char *groups = column_text(select, 5);
        g_auto(GStrv) names = groups == NULL ? NULL : g_strsplit(groups, group_separator, -1);
        const CachedContact contact = {
            .jid = column_text(select, 0),
            .name = column_text(select, 1),
            .subscription = column_text(select, 2),
            .ask = sqlite3_column_int(select, 3) != 0,
            .approved = sqlite3_column_int(select, 4) != 0,
            .groups = (const char *const *) names,
        };
        func(&contact, data);
    }
    if (more < 0)
        g_clear_pointer(version, g_free);
    return more == 0;
}

static bool
set_version(Db *db, gint64 account, const char *version, GError **error)
{
    sqlite3_stmt *update =
        db_statement(db, "UPDATE account SET roster_version = ? WHERE id = ?", error);
    if (update == NULL)
        return false;
    bind_text(update, 1, version);
    sqlite3_bind_int64(update, 2, account);
    return db_run(db, update, error);
}

static bool
put_contact(Db *db, gint64 account, const CachedContact *contact, GError **error)
{
    sqlite3_stmt *insert = db_statement(
        db,
        "INSERT OR REPLACE INTO roster (account, jid, name, subscription, ask, approved, groups)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        error);
    if (insert == NULL)
        return false;
    g_autofree char *groups = contact->groups == NULL || contact->groups[0] == NULL
                                  ? NULL
                                  : g_strjoinv(group_separator, (char **) contact->groups);
    sqlite3_bind_int64(insert, 1, account);
    bind_text(insert, 2, contact->jid);
    bind_text(insert, 3, contact->name);
    bind_text(insert, 4, contact->subscription == NULL ? "none" : contact->subscription);
    sqlite3_bind_int(insert, 5, contact->ask);
    sqlite3_bind_int(insert, 6, contact->approved);
    bind_text(insert, 7, groups);
    return db_run(db, insert, error);
}

static bool
clear_roster(Db *db, gint64 account, GError **error)
{
    sqlite3_stmt *clear = db_statement(db, "DELETE FROM roster WHERE account = ?", error);
    if (clear == NULL)
        return false;
    sqlite3_bind_int64(clear, 1, account);
    return db_run(db, clear, error);
}

bool
cache_replace_roster(Db *db, const char *account_jid, const CachedContact *contacts, gsize count,
                     const char *version, GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    const gint64 account = db_account_id(db, account_jid, true, error);
    bool done =
        account > 0 && clear_roster(db, account, error) && set_version(db, account, version, error);
    for (gsize i = 0; done && version != NULL && i < count; i++)
        done = put_contact(db, account, &contacts[i], error);
    return db_step_end(db, done, error);
}

bool
cache_put_contacts(Db *db, const char *account_jid, const CachedContact *contacts, gsize count,
                   const char *version, GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    const gint64 account = db_account_id(db, account_jid, true, error);
    bool done = account > 0 && set_version(db, account, version, error);
    for (gsize i = 0; done && i < count; i++)
        done = put_contact(db, account, &contacts[i], error);
    return db_step_end(db, done, error);
}

bool
cache_put_contact(Db *db, const char *account_jid, const CachedContact *contact,
                  const char *version, GError **error)
{
    return cache_put_contacts(db, account_jid, contact, 1, version, error);
}

bool
cache_remove_contact(Db *db, const char *account_jid, const char *jid, const char *version,
                     GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    const gint64 account = db_account_id(db, account_jid, true, error);
    sqlite3_stmt *remove =
        account <= 0 ? NULL
                     : db_statement(db, "DELETE FROM roster WHERE account = ? AND jid = ?", error);
    bool done = remove != NULL;
    if (done) {
        sqlite3_bind_int64(remove, 1, account);
        bind_text(remove, 2, jid);
        done = db_run(db, remove, error) && set_version(db, account, version, error);
    }
    return db_step_end(db, done, error);
}

/* Lets the entries go that were used longest ago, a tenth at a time, so that it does not happen for
 * each new one. */
static bool
trim_caps(Db *db, GError **error)
{
    sqlite3_stmt *count = db_statement(db, "SELECT count(*) FROM caps", error);
    if (count == NULL || db_next_row(db, count, error) <= 0)
        return false;
    const int rows = sqlite3_column_int(count, 0);
    sqlite3_reset(count);
    if (rows <= CACHE_CAPS_MAX)
        return true;
    sqlite3_stmt *remove = db_statement(
        db, "DELETE FROM caps WHERE id IN (SELECT id FROM caps ORDER BY id LIMIT ?)", error);
    if (remove == NULL)
        return false;
    sqlite3_bind_int(remove, 1, rows - CACHE_CAPS_MAX + CACHE_CAPS_MAX / 10);
    return db_run(db, remove, error);
}

bool
cache_put_caps(Db *db, const char *hash, const char *ver, const char *info, GError **error)
{
    if (strlen(info) > CACHE_CAPS_SIZE_MAX) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                    _("These capabilities are too large to keep: they are asked for again"));
        return false;
    }
    if (!db_step_begin(db, error))
        return false;
    sqlite3_stmt *insert =
        db_statement(db,
                     "INSERT OR REPLACE INTO caps (id, hash, ver, info)"
                     " VALUES ((SELECT coalesce(max(id), 0) + 1 FROM caps), ?, ?, ?)",
                     error);
    bool done = insert != NULL;
    if (done) {
        bind_text(insert, 1, hash);
        bind_text(insert, 2, ver);
        bind_text(insert, 3, info);
        done = db_run(db, insert, error) && trim_caps(db, error);
    }
    return db_step_end(db, done, error);
}

/* Moves an entry to the end of the line, unless it is near it: most lookups write nothing. */
static void
mark_used(Db *db, gint64 id)
{
    sqlite3_stmt *update =
        db_statement(db, "UPDATE caps SET id = (SELECT max(id) + 1 FROM caps) WHERE id = ?", NULL);
    if (update == NULL || !db_begin(db, NULL))
        return;
    sqlite3_bind_int64(update, 1, id);
    db_run(db, update, NULL);
}

char *
cache_find_caps(Db *db, const char *hash, const char *ver)
{
    sqlite3_stmt *select = db_statement(
        db, "SELECT id, info, (SELECT max(id) FROM caps) - id FROM caps WHERE hash = ? AND ver = ?",
        NULL);
    if (select == NULL)
        return NULL;
    bind_text(select, 1, hash);
    bind_text(select, 2, ver);
    char *info = NULL;
    gint64 id = 0;
    gint64 distance = 0;
    if (db_next_row(db, select, NULL) > 0) {
        id = sqlite3_column_int64(select, 0);
        info = g_strdup(column_text(select, 1));
        distance = sqlite3_column_int64(select, 2);
    }
    sqlite3_reset(select);
    if (distance > CACHE_CAPS_MAX / 4)
        mark_used(db, id);
    return info;
}

static bool
remember(Db *db, gint64 account, const char *key, const char *value, GError **error)
{
    sqlite3_stmt *statement = db_statement(
        db,
        value != NULL ? "INSERT OR REPLACE INTO memory (account, key, value) VALUES (?, ?, ?)"
                      : "DELETE FROM memory WHERE account = ? AND key = ?",
        error);
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, account);
    bind_text(statement, 2, key);
    if (value != NULL)
        bind_text(statement, 3, value);
    return db_run(db, statement, error);
}

bool
cache_remember(Db *db, const char *account_jid, const char *key, const char *value, GError **error)
{
    if (value != NULL && strlen(value) > CACHE_MEMORY_SIZE_MAX) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                    _("%s is too large to remember: this is a bug, please report it"), key);
        return false;
    }
    if (!db_step_begin(db, error))
        return false;
    const gint64 account = db_account_id(db, account_jid, true, error);
    return db_step_end(db, account > 0 && remember(db, account, key, value, error), error);
}

char *
cache_recall(Db *db, const char *account_jid, const char *key, GError **error)
{
    const gint64 account = db_account_id(db, account_jid, false, error);
    if (account <= 0)
        return NULL;
    sqlite3_stmt *select =
        db_statement(db, "SELECT value FROM memory WHERE account = ? AND key = ?", error);
    if (select == NULL)
        return NULL;
    sqlite3_bind_int64(select, 1, account);
    bind_text(select, 2, key);
    char *value = db_next_row(db, select, error) > 0 ? g_strdup(column_text(select, 0)) : NULL;
    sqlite3_reset(select);
    return value;
}

/* Keys from the prefix up to what it is with its last byte one higher. */
bool
cache_foreach_memory(Db *db, const char *account_jid, const char *prefix, CacheMemoryFunc func, gpointer data,
                     GError **error)
{
    const gint64 account = db_account_id(db, account_jid, false, error);
    if (account <= 0)
        return account == 0;
    sqlite3_stmt *select = db_statement(
        db, "SELECT key, value FROM memory WHERE account = ? AND key >= ? AND key < ? ORDER BY key", error);
    if (select == NULL)
        return false;
    g_autofree char *end = g_strdup(prefix);
    end[strlen(end) - 1]++;
    sqlite3_bind_int64(select, 1, account);
    bind_text(select, 2, prefix);
    bind_text(select, 3, end);
    int more;
    while ((more = db_next_row(db, select, error)) > 0)
        func(column_text(select, 0), column_text(select, 1), data);
    sqlite3_reset(select);
    return more == 0;
}

static bool
delete_of_account(Db *db, sqlite3_stmt *statement, const char *account_jid, GError **error)
{
    if (statement == NULL)
        return false;
    bind_text(statement, 1, account_jid);
    return db_run(db, statement, error);
}

bool
cache_forget_account(Db *db, const char *account_jid, GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    const bool done =
        delete_of_account(
            db, db_statement(db, "DELETE FROM roster WHERE account = (SELECT id FROM account WHERE jid = ?)", error),
            account_jid, error)
        && delete_of_account(
            db, db_statement(db, "DELETE FROM memory WHERE account = (SELECT id FROM account WHERE jid = ?)", error),
            account_jid, error)
        && delete_of_account(db, db_statement(db, "UPDATE account SET roster_version = NULL WHERE jid = ?", error),
                             account_jid, error);
    return db_step_end(db, done, error);
}
