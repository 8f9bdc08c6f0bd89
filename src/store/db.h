/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one database: SQLite in WAL mode, one connection on the main loop.
 *
 * Writes are batched: db_begin() opens a transaction unless one is open, and the transaction is committed once in the
 * same turn of the loop, at the latest DB_COMMIT_DELAY ms later when the loop stays busy. A commit appends to the
 * write-ahead log without fsync: it survives a crash of the process. Who needs more (an acknowledgement, I24) asks
 * db_when_durable(), which syncs in a thread. Checkpoints run in a thread, too; the loop never waits for the disk. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    DB_COMMIT_DELAY = 20,   /* ms */
    DB_BUSY_TIMEOUT = 250,  /* ms another process may hold the lock … */
    DB_PATIENCE = 30000,    /* … where nothing but the store is waited for */
};

typedef struct Db Db;
typedef struct sqlite3_stmt sqlite3_stmt;

/* Opens or makes (0600) the file and brings its tables up to date. ERROR_CONFIG, with the path and the way out, for a
 * file that is damaged, not ours or made by a newer confab: it is left as it is, byte for byte (I24). A file others can
 * read is reported in `warnings` (GPtrArray of char *, may be NULL). `path` NULL: in memory (tests). */
Db *db_open(const char *path, GPtrArray *warnings, GError **error);
/* The same for programs that do nothing else meanwhile, beside one that runs. */
Db *db_open_patient(const char *path, GPtrArray *warnings, GError **error);
/* Commits and closes; callbacks of db_when_durable() that still wait are called first. */
void db_close(Db *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Db, db_close)
const char *db_path(const Db *db); /* ":memory:" without a file */

/* Called when a batch could not be committed (disk full …): what it held is lost. Never from inside a call into the
 * store. */
typedef void (*DbFailed)(const GError *error, gpointer data);
void db_set_on_failed(Db *db, DbFailed failed, gpointer data);

/* Commits now what is written so far (exit, tests). */
bool db_commit(Db *db, GError **error);

/* Calls once, from the loop or db_close(), when everything written so far is on the disk, or could not be put there. */
typedef void (*DbDurable)(const GError *error, gpointer data);
guint db_when_durable(Db *db, DbDurable durable, gpointer data);
/* The call will not come. */
void db_forget_durable(Db *db, guint id);

/* The rest is for the files of store/ only. */

/* Opens the batch unless it is open. */
bool db_begin(Db *db, GError **error);
/* A step that is undone as a whole when a part of it fails: db_begin() plus a savepoint; they nest. */
bool db_step_begin(Db *db, GError **error);
/* Keeps (`keep`) or undoes the step; returns `keep` when that worked. */
bool db_step_end(Db *db, bool keep, GError **error);
/* A prepared statement, kept for the next time; reset and without bindings. `sql` must be a literal: its address is the
 * key. */
sqlite3_stmt *db_statement(Db *db, const char *sql, GError **error);
/* Runs a statement that yields no rows, and resets it. */
bool db_run(Db *db, sqlite3_stmt *statement, GError **error);
/* Next row: 1, none left: 0 (reset), failed: -1 (reset). */
int db_next_row(Db *db, sqlite3_stmt *statement, GError **error);
/* Runs SQL text without result. */
bool db_execute(Db *db, const char *sql, GError **error);
gint64 db_get_user_version(Db *db, GError **error);
/* The number of an account by its bare JID; made when missing with `create`, else 0. -1: failed. */
gint64 db_account_id(Db *db, const char *account_jid, bool create, GError **error);
/* Has `work` called when the loop has nothing better to do, a slice of a few milliseconds at a time, until it returns
 * false. */
typedef bool (*DbWork)(Db *db);
void db_work_later(Db *db, DbWork work);
/* Rows changed by the last statement that ran. */
int db_changes(const Db *db);
