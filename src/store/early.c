/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/early.h"

#include <string.h>

#include "store/history_places.h"
#include "store/sql.h"

void
early_word_free(EarlyWord *word)
{
    if (word == NULL)
        return;
    g_free(word->target);
    g_free(word->from);
    g_free(word->occupant_id);
    g_free(word->by);
    g_free(word->words);
    g_free(word);
}

static bool
insert(Db *db, gint64 conversation, const EarlyWord *word, GError **error)
{
    const char *occupant_id = word->occupant_id != NULL ? word->occupant_id : "";
    return sql_run(db, error,
                   "INSERT INTO early (conversation, target, kind, sender, occupant_id, direction, by, words, time)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
                   " ON CONFLICT (conversation, target, kind, sender, occupant_id)"
                   " DO UPDATE SET words = ?8, time = ?9 WHERE time <= ?9",
                   SQL_INT(conversation), SQL_TEXT(word->target), SQL_INT(word->kind), SQL_TEXT(word->from),
                   SQL_TEXT(occupant_id), SQL_INT(word->direction), SQL_TEXT(word->by), SQL_TEXT(word->words),
                   SQL_INT(word->time));
}

/* What was taken back must not come to light since others reacted to much. */
static bool
drop_surplus(Db *db, gint64 conversation, GError **error)
{
    return sql_run(db, error,
                   "DELETE FROM early WHERE id IN (SELECT id FROM early WHERE conversation = ?1"
                   " ORDER BY kind = 0, id DESC LIMIT -1 OFFSET ?2)",
                   SQL_INT(conversation), SQL_INT(EARLY_MAX));
}

bool
early_add(Db *db, const HistoryPlace *place, const EarlyWord *word, GError **error)
{
    if (strlen(word->target) > EARLY_TARGET_MAX)
        return true;
    if (!db_step_begin(db, error))
        return false;
    const gint64 conversation = places_find(db, place, true, error);
    const bool done =
        conversation > 0 && insert(db, conversation, word, error) && drop_surplus(db, conversation, error);
    return db_step_end(db, done, error);
}

static EarlyWord *
read_word(sqlite3_stmt *select)
{
    EarlyWord *word = g_new0(EarlyWord, 1);
    const char *occupant_id = sql_text(select, 3);
    word->kind = (EarlyKind) sql_int(select, 0);
    word->target = g_strdup(sql_text(select, 1));
    word->from = g_strdup(sql_text(select, 2));
    word->occupant_id = *occupant_id != '\0' ? g_strdup(occupant_id) : NULL;
    word->direction = (MessageDirection) sql_int(select, 4);
    word->by = g_strdup(sql_text(select, 5));
    word->words = g_strdup(sql_text(select, 6));
    word->time = sql_int(select, 7);
    return word;
}

/* The waiting ones are few, and each looks for its message through an index. */
#define HAS_COME                                                                                                       \
    "conversation = ?1 AND CASE WHEN ?2 = 1"                                                                           \
    " THEN EXISTS (SELECT 1 FROM message m WHERE m.conversation = ?1 AND m.archive_id = early.target)"                 \
    " ELSE EXISTS (SELECT 1 FROM message m WHERE m.conversation = ?1 AND m.id = early.target)"                         \
    " OR EXISTS (SELECT 1 FROM message m WHERE m.conversation = ?1 AND m.origin_id = early.target"                     \
    " AND m.origin_id IS NOT m.id) END"

GPtrArray *
early_take(Db *db, const HistoryPlace *place, GError **error)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func((GDestroyNotify) early_word_free);
    const gint64 conversation = places_find(db, place, false, error);
    if (conversation <= 0)
        return conversation == 0 ? g_steal_pointer(&words) : NULL;
    sqlite3_stmt *select = sql_query(db, error,
                                     "SELECT kind, target, sender, occupant_id, direction, by, words, time FROM early"
                                     " WHERE " HAS_COME " ORDER BY time, id",
                                     SQL_INT(conversation), SQL_INT(place->kind));
    int more = -1;
    while (select != NULL && (more = db_next_row(db, select, error)) > 0)
        g_ptr_array_add(words, read_word(select));
    if (more < 0)
        return NULL;
    const bool done = words->len == 0
                      || (db_begin(db, error)
                          && sql_run(db, error, "DELETE FROM early WHERE " HAS_COME, SQL_INT(conversation),
                                     SQL_INT(place->kind)));
    return done ? g_steal_pointer(&words) : NULL;
}
