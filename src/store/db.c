/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <gio/gio.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/i18n.h"
#include "store/db_file.h"
#include "store/housekeeping.h"
#include "store/migrations.h"

enum {
    CHECKPOINT_PAGES = 1000, /* of the write-ahead log before it is folded into the file */
    LOG_PAGES_MAX = 16384,   /* then nothing waits for a thread: 64 MiB */
    HISTORY_VERSION = 2,     /* of the tables, with the history */
    WORK_DELAY = 25,         /* ms between slices of work that can wait */
};

/* Somebody who waits until what was written is on the disk. */
typedef struct Waiter {
    guint id;
    DbDurable durable;
    gpointer data;
} Waiter;

/* Work on the file in a thread. It knows the database only through `db`, which db_close() takes
 * away. */
typedef struct Chore {
    Db *db;
    char *path;
    GPtrArray *waiters; /* Waiter; NULL: a checkpoint */
} Chore;

struct Db {
    sqlite3 *handle;
    char *path;             /* NULL: in memory */
    GHashTable *statements; /* SQL literal → sqlite3_stmt */
    GHashTable *accounts;   /* bare JID → its number */
    bool in_batch;
    guint steps;        /* savepoints that are open */
    guint commit_idle;  /* commits when the loop has nothing better to do … */
    guint commit_timer; /* … or when it never does */
    GPtrArray *waiters; /* Waiter: for the next sync */
    Chore *sync;
    Chore *checkpoint;
    GError *loss;        /* a batch was lost and nobody was told yet */
    DbWork work;         /* what can wait */
    guint work_timer;
    guint report_source; /* tells failures, and waiters that need no thread */
    guint last_waiter;
    DbFailed failed;
    gpointer failed_data;
};

/* Says in words why SQLite failed. Returns false. */
static bool
fail(const Db *db, int code, GError **error)
{
    const char *path = db_path(db);
    switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        g_set_error(
            error, CONFAB_ERROR, ERROR_CONFIG,
            _("%s is damaged (%s): move it away to start with an empty one, or restore a copy"),
            path, sqlite3_errmsg(db->handle));
        break;
    case SQLITE_FULL:
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                    _("No room to write %s: free some space on the disk"), path);
        break;
    case SQLITE_BUSY:
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                    _("%s is in use by another program: try again"), path);
        break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                    _("Cannot write %s (%s): check its permissions"), path,
                    sqlite3_errmsg(db->handle));
        break;
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        g_set_error(error, CONFAB_ERROR, ERROR_INTERNAL, _("%s: %s: see the log"), path,
                    sqlite3_errmsg(db->handle));
        break;
    default:
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s: %s: see the log"), path,
                    sqlite3_errmsg(db->handle));
        break;
    }
    return false;
}

sqlite3_stmt *
db_statement(Db *db, const char *sql, GError **error)
{
    sqlite3_stmt *statement = g_hash_table_lookup(db->statements, sql);
    if (statement != NULL) {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
        return statement;
    }
    const int code =
        sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (code != SQLITE_OK) {
        fail(db, code, error);
        return NULL;
    }
    g_hash_table_insert(db->statements, (gpointer) sql, statement);
    return statement;
}

int
db_next_row(Db *db, sqlite3_stmt *statement, GError **error)
{
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return 1;
    if (code != SQLITE_DONE)
        fail(db, code, error);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? 0 : -1;
}

bool
db_run(Db *db, sqlite3_stmt *statement, GError **error)
{
    int more;
    while ((more = db_next_row(db, statement, error)) > 0)
        continue;
    return more == 0;
}

bool
db_execute(Db *db, const char *sql, GError **error)
{
    const int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || fail(db, code, error);
}

gint64
db_get_user_version(Db *db, GError **error)
{
    sqlite3_stmt *statement = db_statement(db, "PRAGMA user_version", error);
    if (statement == NULL || db_next_row(db, statement, error) <= 0)
        return -1;
    const gint64 version = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return version;
}

int
db_changes(const Db *db)
{
    return sqlite3_changes(db->handle);
}

static GPtrArray *
waiters_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

static GPtrArray *
take_waiters(Db *db)
{
    GPtrArray *waiters = db->waiters;
    db->waiters = waiters_new();
    return waiters;
}

static void
deliver(GPtrArray *waiters, const GError *error)
{
    for (guint i = 0; i < waiters->len; i++) {
        const Waiter *waiter = waiters->pdata[i];
        if (waiter->durable != NULL)
            waiter->durable(error, waiter->data);
    }
}

static gboolean
on_report(gpointer data)
{
    Db *db = data;
    db->report_source = 0;
    g_autoptr(GError) loss = g_steal_pointer(&db->loss);
    g_autoptr(GPtrArray) waiters = take_waiters(db);
    if (loss != NULL && db->failed != NULL)
        db->failed(loss, db->failed_data);
    deliver(waiters, loss);
    return G_SOURCE_REMOVE;
}

static void
report_later(Db *db)
{
    if (db->report_source == 0)
        db->report_source = g_idle_add_full(G_PRIORITY_DEFAULT, on_report, db, NULL);
}

static void schedule_sync(Db *db);

/* The batch is gone, with what others had written into it. What was undone may have made an
 * account's number. */
static void
lose_batch(Db *db)
{
    if (db->loss == NULL)
        fail(db, sqlite3_extended_errcode(db->handle), &db->loss);
    if (sqlite3_get_autocommit(db->handle) == 0)
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    g_hash_table_remove_all(db->accounts);
    db->in_batch = false;
    db->steps = 0;
    g_clear_handle_id(&db->commit_idle, g_source_remove);
    g_clear_handle_id(&db->commit_timer, g_source_remove);
    report_later(db);
}

/* On errors like a full disk SQLite may undo the whole transaction by itself. */
static bool
batch_is_lost(const Db *db)
{
    return db->in_batch && sqlite3_get_autocommit(db->handle) != 0;
}

static bool
commit_batch(Db *db, GError **error)
{
    if (!db->in_batch)
        return true;
    g_return_val_if_fail(db->steps == 0, false);
    g_clear_handle_id(&db->commit_idle, g_source_remove);
    g_clear_handle_id(&db->commit_timer, g_source_remove);
    const int code = sqlite3_exec(db->handle, "COMMIT", NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        db->in_batch = false;
        return true;
    }
    fail(db, code, error);
    lose_batch(db);
    return false;
}

bool
db_commit(Db *db, GError **error)
{
    const bool done = commit_batch(db, error);
    schedule_sync(db);
    return done;
}

static gboolean
on_commit_idle(gpointer data)
{
    Db *db = data;
    db->commit_idle = 0;
    db_commit(db, NULL);
    return G_SOURCE_REMOVE;
}

static gboolean
on_commit_timer(gpointer data)
{
    Db *db = data;
    db->commit_timer = 0;
    db_commit(db, NULL);
    return G_SOURCE_REMOVE;
}

bool
db_begin(Db *db, GError **error)
{
    if (batch_is_lost(db))
        lose_batch(db);
    if (db->in_batch)
        return true;
    const int code = sqlite3_exec(db->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return fail(db, code, error);
    db->in_batch = true;
    db->commit_idle = g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, on_commit_idle, db, NULL);
    db->commit_timer =
        g_timeout_add_full(G_PRIORITY_HIGH, DB_COMMIT_DELAY, on_commit_timer, db, NULL);
    return true;
}

bool
db_step_begin(Db *db, GError **error)
{
    if (!db_begin(db, error) || !db_execute(db, "SAVEPOINT step", error))
        return false;
    db->steps++;
    return true;
}

bool
db_step_end(Db *db, bool keep, GError **error)
{
    if (batch_is_lost(db) || db->steps == 0) {
        if (keep)
            fail(db, sqlite3_extended_errcode(db->handle), error);
        if (db->in_batch)
            lose_batch(db);
        return false;
    }
    db->steps--;
    if (keep && db_execute(db, "RELEASE step", error))
        return true;
    g_hash_table_remove_all(db->accounts);
    db_execute(db, "ROLLBACK TO step", NULL);
    db_execute(db, "RELEASE step", NULL);
    return false;
}

static void
chore_free(Chore *chore)
{
    g_clear_pointer(&chore->waiters, g_ptr_array_unref);
    g_free(chore->path);
    g_free(chore);
}

static Chore *
chore_start(Db *db, GPtrArray *take_waiters, GTaskThreadFunc work, GAsyncReadyCallback done)
{
    Chore *chore = g_new0(Chore, 1);
    chore->db = db;
    chore->path = g_strdup(db->path);
    chore->waiters = take_waiters;
    g_autoptr(GTask) task = g_task_new(NULL, NULL, done, NULL);
    g_task_set_task_data(task, chore, (GDestroyNotify) chore_free);
    g_task_set_priority(task, G_PRIORITY_DEFAULT);
    g_task_run_in_thread(task, work);
    return chore;
}

/* Syncs the write-ahead log by a descriptor of its own. Closing one drops POSIX locks, but SQLite
 * holds those on the database and the shared-memory file, never on the log. When a checkpoint has
 * emptied the log, SQLite has synced the database. */
static bool
sync_log(const char *path, GError **error)
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    const int fd = open(log, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return true;
    if (fd >= 0 && fdatasync(fd) == 0) {
        close(fd);
        return true;
    }
    g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("Cannot write %s (%s): check the disk"), log,
                g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return false;
}

static void
sync_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
    const Chore *chore = data;
    GError *error = NULL;
    if (sync_log(chore->path, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void
on_synced(GObject *source, GAsyncResult *result, gpointer data)
{
    Chore *chore = g_task_get_task_data(G_TASK(result));
    g_autoptr(GError) error = NULL;
    g_task_propagate_boolean(G_TASK(result), &error);
    if (chore->db == NULL)
        return;
    chore->db->sync = NULL;
    schedule_sync(chore->db);
    g_autoptr(GPtrArray) waiters = g_steal_pointer(&chore->waiters);
    deliver(waiters, error);
}

/* Has what is committed synced for those who wait, one thread at a time: all who come meanwhile
 * share the next one. */
static void
schedule_sync(Db *db)
{
    if (db->waiters->len == 0 || db->sync != NULL || db->in_batch || db->loss != NULL)
        return;
    if (db->path == NULL)
        report_later(db);
    else
        db->sync = chore_start(db, take_waiters(db), sync_in_thread, on_synced);
}

guint
db_when_durable(Db *db, DbDurable durable, gpointer data)
{
    Waiter *waiter = g_new0(Waiter, 1);
    waiter->id = ++db->last_waiter != 0 ? db->last_waiter : ++db->last_waiter;
    waiter->durable = durable;
    waiter->data = data;
    const guint id = waiter->id;
    g_ptr_array_add(db->waiters, waiter);
    schedule_sync(db);
    return id;
}

static void
forget(GPtrArray *waiters, guint id)
{
    for (guint i = 0; waiters != NULL && i < waiters->len; i++) {
        Waiter *waiter = waiters->pdata[i];
        if (waiter->id == id)
            waiter->durable = NULL;
    }
}

void
db_forget_durable(Db *db, guint id)
{
    forget(db->waiters, id);
    if (db->sync != NULL)
        forget(db->sync->waiters, id);
}

/* Folds the log into the file over a connection of the thread's own, so that the loop does not wait
 * for its syncs. Readers and the writer go on meanwhile. */
static void
checkpoint_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
    const Chore *chore = data;
    sqlite3 *handle = NULL;
    if (sqlite3_open_v2(chore->path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)
        == SQLITE_OK)
        sqlite3_exec(handle, "PRAGMA wal_checkpoint(PASSIVE)", NULL, NULL, NULL);
    sqlite3_close(handle);
    g_task_return_boolean(task, TRUE);
}

static void
on_checkpointed(GObject *source, GAsyncResult *result, gpointer data)
{
    const Chore *chore = g_task_get_task_data(G_TASK(result));
    if (chore->db != NULL)
        chore->db->checkpoint = NULL;
}

/* SQLite calls this after each commit, instead of checkpointing there itself. While somebody writes without a pause, or
 * without a turn of the loop (an import), the thread never sees the end of the log, which would grow for ever. */
static int
on_log_grown(void *data, sqlite3 *handle, const char *name, int pages)
{
    Db *db = data;
    if (pages >= LOG_PAGES_MAX)
        sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    else if (pages >= CHECKPOINT_PAGES && db->checkpoint == NULL)
        db->checkpoint = chore_start(db, NULL, checkpoint_in_thread, on_checkpointed);
    return SQLITE_OK;
}

static gboolean
on_work(gpointer data)
{
    Db *db = data;
    if (db->work(db))
        return G_SOURCE_CONTINUE;
    /* It went through many pages that nobody looks at again soon. */
    sqlite3_db_release_memory(db->handle);
    db->work_timer = 0;
    return G_SOURCE_REMOVE;
}

void
db_work_later(Db *db, DbWork work)
{
    db->work = work;
    if (db->work_timer == 0)
        db->work_timer = g_timeout_add_full(G_PRIORITY_LOW, WORK_DELAY, on_work, db, NULL);
}

/* Files from before the history cannot give pages back. They are small: they are written anew, once. */
static bool
prepare_vacuum(Db *db, bool is_new, GError **error)
{
    if (is_new)
        return db_execute(db, "PRAGMA auto_vacuum = INCREMENTAL", error);
    if (db_get_user_version(db, error) >= HISTORY_VERSION)
        return true;
    return db_execute(db, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM", error);
}

static bool
configure(Db *db, bool is_new, int busy_timeout, GError **error)
{
    sqlite3_busy_timeout(db->handle, busy_timeout);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    /* A plan is made once. Else every value bound beside a partial index has the statement prepared again. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* Before anything is written. */
    if (!prepare_vacuum(db, is_new, error))
        return false;
    if (is_new) {
        g_autofree char *stamp =
            g_strdup_printf("PRAGMA application_id = %d", DB_FILE_APPLICATION_ID);
        if (!db_execute(db, stamp, error))
            return false;
    }
    if (!db_execute(
            db,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
            "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA cache_size = -8000",
            error))
        return false;
    sqlite3_wal_hook(db->handle, on_log_grown, db);
    return true;
}

static void
finalize(gpointer statement)
{
    sqlite3_finalize(statement);
}

static Db *
open_for(const char *path, int busy_timeout, GPtrArray *warnings, GError **error)
{
    bool is_new = true;
    if (path != NULL && !db_file_prepare(path, &is_new, warnings, error))
        return NULL;
    Db *db = g_new0(Db, 1);
    db->path = g_strdup(path);
    db->statements = g_hash_table_new_full(NULL, NULL, NULL, finalize);
    db->accounts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    db->waiters = waiters_new();
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path == NULL ? ":memory:" : path, &db->handle, flags, NULL);
    bool done = code == SQLITE_OK || fail(db, code, error);
    done = done && configure(db, is_new, busy_timeout, error)
           && migrations_run(db, migrations, migrations_count, error);
    if (done) {
        housekeeping_resume(db);
        return db;
    }
    /* A file that was refused keeps its log as it is, too. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    db_close(db);
    return NULL;
}

Db *
db_open(const char *path, GPtrArray *warnings, GError **error)
{
    return open_for(path, DB_BUSY_TIMEOUT, warnings, error);
}

Db *
db_open_patient(const char *path, GPtrArray *warnings, GError **error)
{
    return open_for(path, DB_PATIENCE, warnings, error);
}

/* Takes the database away from work that is still under way; its waiters come back. */
static void
abandon(Db *db, Chore *chore)
{
    if (chore == NULL)
        return;
    chore->db = NULL;
    if (chore->waiters == NULL)
        return;
    g_ptr_array_extend_and_steal(chore->waiters, g_steal_pointer(&db->waiters));
    db->waiters = g_steal_pointer(&chore->waiters);
}

void
db_close(Db *db)
{
    if (db == NULL)
        return;
    if (db->steps > 0)
        lose_batch(db);
    commit_batch(db, NULL);
    g_clear_handle_id(&db->report_source, g_source_remove);
    g_clear_handle_id(&db->work_timer, g_source_remove);
    abandon(db, db->sync);
    abandon(db, db->checkpoint);
    g_hash_table_unref(db->statements);
    /* The last connection folds the log into the file and syncs it; when a checkpoint is still
     * under way it is not the last. */
    sqlite3_close(db->handle);
    db->handle = NULL;
    if (db->path != NULL && db->waiters->len > 0 && db->loss == NULL)
        sync_log(db->path, &db->loss);
    on_report(db);
    g_ptr_array_unref(db->waiters);
    g_hash_table_unref(db->accounts);
    g_free(db->path);
    g_free(db);
}

const char *
db_path(const Db *db)
{
    return db->path == NULL ? ":memory:" : db->path;
}

void
db_set_on_failed(Db *db, DbFailed failed, gpointer data)
{
    db->failed = failed;
    db->failed_data = data;
}

static gint64
select_account(Db *db, const char *account_jid, GError **error)
{
    sqlite3_stmt *select = db_statement(db, "SELECT id FROM account WHERE jid = ?", error);
    if (select == NULL)
        return -1;
    sqlite3_bind_text(select, 1, account_jid, -1, SQLITE_STATIC);
    const int found = db_next_row(db, select, error);
    const gint64 id = found > 0 ? sqlite3_column_int64(select, 0) : found;
    sqlite3_reset(select);
    return id;
}

gint64
db_account_id(Db *db, const char *account_jid, bool create, GError **error)
{
    const gint64 *known = g_hash_table_lookup(db->accounts, account_jid);
    if (known != NULL)
        return *known;
    gint64 id = select_account(db, account_jid, error);
    if (id == 0 && create) {
        sqlite3_stmt *insert = db_statement(db, "INSERT INTO account (jid) VALUES (?)", error);
        if (insert == NULL)
            return -1;
        sqlite3_bind_text(insert, 1, account_jid, -1, SQLITE_STATIC);
        id = db_run(db, insert, error) ? sqlite3_last_insert_rowid(db->handle) : -1;
    }
    if (id > 0)
        g_hash_table_insert(db->accounts, g_strdup(account_jid), g_memdup2(&id, sizeof id));
    return id;
}
