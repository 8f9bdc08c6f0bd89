/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/search_index.h"

#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "store/housekeeping.h"
#include "store/search_text.h"
#include "store/sql.h"

/* The chore while an index that was damaged is made again. */
static const char remaking[] = "remake-words";

/* What is to be done about one row. */
typedef struct Entry {
    gint64 row;
    gint64 conversation, account;
    ConversationKind kind;
    char *sender;
    char *body; /* NULL: the message has gone */
} Entry;

static void
entry_clear(gpointer data)
{
    Entry *entry = data;
    g_free(entry->sender);
    g_free(entry->body);
}

static GArray *
read_entries(Db *db, guint limit, GError **error)
{
    sqlite3_stmt *select =
        sql_query(db, error,
                  "SELECT u.row, m.conversation, c.account, c.kind, m.sender, m.body FROM unindexed u"
                  " LEFT JOIN message m ON m.row = u.row LEFT JOIN conversation c"
                  " ON c.id = m.conversation ORDER BY u.row DESC LIMIT ?",
                  SQL_INT(limit));
    if (select == NULL)
        return NULL;
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(entries, entry_clear);
    int more;
    while ((more = db_next_row(db, select, error)) > 0) {
        const Entry entry = {
            .row = sql_int(select, 0),
            .conversation = sql_int(select, 1),
            .account = sql_int(select, 2),
            .kind = (ConversationKind) sql_int(select, 3),
            .sender = g_strdup(sql_text(select, 4)),
            .body = g_strdup(sql_text(select, 5)),
        };
        g_array_append_val(entries, entry);
    }
    return more == 0 ? g_steal_pointer(&entries) : NULL;
}

char *
search_index_sender(const char *name, gsize length)
{
    guint32 hash = 2166136261u; /* FNV-1a */
    for (gsize i = 0; i < length; i++)
        hash = (hash ^ (guint8) name[i]) * 16777619u;
    return g_strdup_printf("s%08x", hash);
}

static void
append_sender(GString *place, const char *name, gsize length)
{
    g_autofree char *token = search_index_sender(name, length);
    g_string_append_printf(place, " %s", token);
}

/* Where it was said, and by whom: a JID, in rooms also with the nick, and the nick. */
static char *
place_of(const Entry *entry)
{
    GString *place = g_string_new(NULL);
    g_string_printf(place, "c%" G_GINT64_FORMAT " a%" G_GINT64_FORMAT, entry->conversation, entry->account);
    if (entry->sender == NULL)
        return g_string_free(place, FALSE);
    const char *slash = strchrnul(entry->sender, '/');
    append_sender(place, entry->sender, (gsize) (slash - entry->sender));
    if (entry->kind == CONVERSATION_ROOM && *slash != '\0') {
        append_sender(place, entry->sender, strlen(entry->sender));
        append_sender(place, slash + 1, strlen(slash + 1));
    }
    return g_string_free(place, FALSE);
}

static bool
index_entry(Db *db, const Entry *entry, GError **error)
{
    if (!sql_run(db, error, "DELETE FROM words WHERE rowid = ?", SQL_INT(entry->row)))
        return false;
    if (entry->body == NULL)
        return true;
    g_auto(SearchText) text = { 0 };
    search_text_init(&text, entry->body, -1);
    g_autofree char *place = place_of(entry);
    return sql_run(db, error, "INSERT INTO words (rowid, text, place) VALUES (?, ?, ?)", SQL_INT(entry->row),
                   SQL_TEXT(text.folded->str), SQL_TEXT(place));
}

int
search_index_update(Db *db, guint limit, GError **error)
{
    g_autoptr(GArray) entries = read_entries(db, limit, error);
    if (entries == NULL)
        return -1;
    /* Upwards: FTS5 begins a new segment whenever rows go down. */
    for (guint i = entries->len; i-- > 0;) {
        const Entry *entry = &g_array_index(entries, Entry, i);
        if (!index_entry(db, entry, error)
            || !sql_run(db, error, "DELETE FROM unindexed WHERE row = ?", SQL_INT(entry->row)))
            return -1;
    }
    if (entries->len == 0 && !sql_run(db, error, "DELETE FROM chore WHERE name = ?", SQL_TEXT(remaking)))
        return -1;
    return (int) entries->len;
}

bool
search_index_merge(Db *db, bool start, guint pages, bool *more, GError **error)
{
    sqlite3_stmt *merge = sql_query(db, error, "INSERT INTO words (words, rank) VALUES ('merge', ?)",
                                    SQL_INT(start ? -(gint64) pages : (gint64) pages));
    if (merge == NULL)
        return false;
    sqlite3 *handle = sqlite3_db_handle(merge);
    const int before = sqlite3_total_changes(handle);
    const bool done = db_run(db, merge, error);
    *more = sqlite3_total_changes(handle) - before >= 2; /* so says the manual of FTS5 */
    return done;
}

bool
search_index_is_damage(const GError *error)
{
    return g_error_matches(error, CONFAB_ERROR, ERROR_CONFIG) || g_error_matches(error, CONFAB_ERROR, ERROR_INTERNAL);
}

/* FTS5 opens no table whose first record it cannot read, not even to drop it: so it gets the one of an empty index. That
 * is its own table, which SQLite protects. */
static bool
make_droppable(Db *db, GError **error)
{
    sqlite3_stmt *any = db_statement(db, "SELECT 1", error);
    if (any == NULL)
        return false;
    sqlite3 *handle = sqlite3_db_handle(any);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    const bool done = db_execute(db,
                                 "DELETE FROM words_data;"
                                 "INSERT INTO words_data (id, block) VALUES (1, x''), (10, x'00000000000000')",
                                 error);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return done;
}

static bool
remake(Db *db, GError **error)
{
    if (!db_execute(db, "DROP TABLE words", NULL)
        && (!make_droppable(db, error) || !db_execute(db, "DROP TABLE words", error)))
        return false;
    return db_execute(db,
                      SEARCH_INDEX_TABLE "; DELETE FROM unindexed; INSERT INTO unindexed SELECT row FROM message;"
                                         "DELETE FROM chore",
                      error)
           && sql_run(db, error, "INSERT INTO chore (name, value) VALUES (?, 1)", SQL_TEXT(remaking));
}

bool
search_index_reset(Db *db)
{
    g_autoptr(GError) error = NULL;
    gint64 again = 0;
    sql_number(db, NULL, &again, NULL, "SELECT value FROM chore WHERE name = ?", SQL_TEXT(remaking));
    if (again != 0 || !db_step_begin(db, &error))
        return false;
    if (!db_step_end(db, remake(db, &error), &error)) {
        log_warning("store", "the index of the search cannot be made again: %s", error != NULL ? error->message : "?");
        return false;
    }
    log_warning("store", "the index of the search was damaged: it is made again");
    housekeeping_wake(db);
    return true;
}
