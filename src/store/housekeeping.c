/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/housekeeping.h"

#include "base/log.h"
#include "store/search_index.h"
#include "store/sql.h"

enum {
    FORGET_SLICE = 100,  /* messages */
    INDEX_SLICE = 100,   /* messages */
    MERGE_SLICE = 16,    /* pages of the index */
    FREE_PAGES_MAX = 64, /* that are kept for the next messages */
};

/* Deleted words stay in the segments of the index until these are merged: one call starts it, others go on. */
enum { MERGE_NONE, MERGE_WANTED, MERGE_UNDER_WAY };

/* What became of a slice. */
typedef enum {
    SLICE_FAILED,
    SLICE_DONE, /* there may be more */
    SLICE_NONE, /* nothing to do */
} Slice;

static Slice
forget_slice(Db *db, GError **error)
{
    gint64 conversation;
    if (!sql_number(db, error, &conversation, NULL, "SELECT id FROM conversation WHERE account IS ? LIMIT 1",
                    SQL_TEXT(NULL)))
        return SLICE_FAILED;
    if (conversation == 0)
        return SLICE_NONE;
    if (!sql_run(db, error, "DELETE FROM message WHERE row IN (SELECT row FROM message WHERE conversation = ? LIMIT ?)",
                 SQL_INT(conversation), SQL_INT(FORGET_SLICE)))
        return SLICE_FAILED;
    if (db_changes(db) > 0)
        return SLICE_DONE;
    return sql_run(db, error, "DELETE FROM conversation WHERE id = ?", SQL_INT(conversation)) ? SLICE_DONE
                                                                                              : SLICE_FAILED;
}

static Slice
index_slice(Db *db, GError **error)
{
    const int count = search_index_update(db, INDEX_SLICE, error);
    return count < 0 ? SLICE_FAILED : count > 0 ? SLICE_DONE : SLICE_NONE;
}

static bool
set_merge(Db *db, gint64 phase, GError **error)
{
    return sql_run(db, error, "INSERT OR REPLACE INTO chore (name, value) VALUES (?, ?)", SQL_TEXT("merge"),
                   SQL_INT(phase));
}

static Slice
merge_slice(Db *db, GError **error)
{
    gint64 phase;
    bool more;
    if (!sql_number(db, error, &phase, NULL, "SELECT value FROM chore WHERE name = ?", SQL_TEXT("merge")))
        return SLICE_FAILED;
    if (phase == MERGE_NONE)
        return SLICE_NONE;
    return search_index_merge(db, phase == MERGE_WANTED, MERGE_SLICE, &more, error)
                   && set_merge(db, more ? MERGE_UNDER_WAY : MERGE_NONE, error)
               ? SLICE_DONE
               : SLICE_FAILED;
}

static bool
count_free_pages(Db *db, gint64 *count, GError **error)
{
    return sql_number_values(db_statement(db, "PRAGMA freelist_count", error), db, error, count, NULL);
}

static Slice
vacuum_slice(Db *db, GError **error)
{
    gint64 count;
    if (!count_free_pages(db, &count, error))
        return SLICE_FAILED;
    if (count <= FREE_PAGES_MAX)
        return SLICE_NONE;
    return db_execute(db, "PRAGMA incremental_vacuum(32)", error) ? SLICE_DONE : SLICE_FAILED;
}

void
housekeeping_wake(Db *db)
{
    db_work_later(db, housekeeping_work);
}

void
housekeeping_resume(Db *db)
{
    gint64 pages = 0;
    gint64 wanted = 0;
    if (!count_free_pages(db, &pages, NULL)
        || !sql_number(db, NULL, &wanted, NULL,
                       "SELECT EXISTS (SELECT 1 FROM unindexed) OR EXISTS (SELECT 1 FROM chore WHERE value > ?)"
                       " OR EXISTS (SELECT 1 FROM conversation WHERE account IS NULL)",
                       SQL_INT(MERGE_NONE)))
        return;
    if (wanted != 0 || pages > FREE_PAGES_MAX)
        housekeeping_wake(db);
}

bool
housekeeping_note_deletion(Db *db, GError **error)
{
    housekeeping_wake(db);
    return set_merge(db, MERGE_WANTED, error);
}

/* In the order of the list: what is forgotten goes to the index, what leaves the index goes to the free pages. */
static Slice
do_slice(Db *db, GError **error)
{
    static Slice (*const slices[])(Db *, GError **) = { forget_slice, index_slice, merge_slice, vacuum_slice };
    Slice slice = SLICE_NONE;
    for (gsize i = 0; slice == SLICE_NONE && i < G_N_ELEMENTS(slices); i++)
        slice = slices[i](db, error);
    return slice;
}

/* In a batch of its own: what becomes of it touches no message that was written before. */
static Slice
do_slice_apart(Db *db, GError **error)
{
    if (!db_commit(db, error) || !db_step_begin(db, error))
        return SLICE_FAILED;
    const Slice slice = do_slice(db, error);
    return db_step_end(db, slice != SLICE_FAILED, error) && db_commit(db, error) ? slice : SLICE_FAILED;
}

bool
housekeeping_work(Db *db)
{
    g_autoptr(GError) error = NULL;
    const Slice slice = do_slice_apart(db, &error);
    if (slice == SLICE_FAILED && error != NULL)
        log_warning("store", "%s", error->message);
    if (slice == SLICE_FAILED)
        return search_index_is_damage(error) && search_index_reset(db);
    return slice == SLICE_DONE;
}
