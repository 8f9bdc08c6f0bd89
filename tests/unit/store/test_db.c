/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "base/error.h"
#include "store/cache.h"

enum { DEADLINE = 60 }; /* seconds */

static const char own[] = "me@example.org";

typedef struct Fixture {
    char *directory;
    char *path;
    GPtrArray *warnings;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->directory = g_dir_make_tmp("confab-test-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->directory, "confab.db", NULL);
    fixture->warnings = g_ptr_array_new_with_free_func(g_free);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(fixture->directory, 0, NULL);
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
        g_assert_cmpint(g_unlink(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
    g_free(fixture->directory);
    g_free(fixture->path);
    g_ptr_array_unref(fixture->warnings);
}

static Db *
open_db(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_open(fixture->path, fixture->warnings, &error);
    g_assert_no_error(error);
    return db;
}

static gboolean
on_deadline(gpointer data)
{
    g_assert_not_reached(); /* nothing happened in time */
    return G_SOURCE_REMOVE;
}

static void
wait_for(const int *count, int wanted)
{
    const guint deadline = g_timeout_add_seconds(DEADLINE, on_deadline, NULL);
    while (*count < wanted)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
}

/* What a second connection sees: committed values only. */
static char *
seen_by_others(const Fixture *fixture, const char *key)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *statement = NULL;
    g_assert_cmpint(sqlite3_open_v2(fixture->path, &handle, SQLITE_OPEN_READONLY, NULL), ==,
                    SQLITE_OK);
    g_assert_cmpint(
        sqlite3_prepare_v2(handle, "SELECT value FROM memory WHERE key = ?", -1, &statement, NULL),
        ==, SQLITE_OK);
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    char *value = sqlite3_step(statement) == SQLITE_ROW
                      ? g_strdup((const char *) sqlite3_column_text(statement, 0))
                      : NULL;
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return value;
}

static void
remember(Db *db, const char *key, const char *value)
{
    g_autoptr(GError) error = NULL;
    cache_remember(db, own, key, value, &error);
    g_assert_no_error(error);
}

static void
on_count(const GError *error, gpointer data)
{
    g_assert_no_error(error);
    (*(int *) data)++;
}

static void
on_error(const GError *error, gpointer data)
{
    g_assert_nonnull(error);
    (*(int *) data)++;
}

static guint
mode_of(const char *path)
{
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    return status.st_mode & 0777;
}

/* I23: private from the first moment, with its log and shared memory. */
static void
test_modes(Fixture *fixture, gconstpointer data)
{
    const mode_t mask = umask(0);
    g_autoptr(Db) db = open_db(fixture);
    remember(db, "a", "1");
    g_assert_true(db_commit(db, NULL));
    umask(mask);
    g_autofree char *log = g_strconcat(fixture->path, "-wal", NULL);
    g_autofree char *shared = g_strconcat(fixture->path, "-shm", NULL);
    g_assert_cmpuint(mode_of(fixture->path), ==, 0600);
    g_assert_cmpuint(mode_of(log), ==, 0600);
    g_assert_cmpuint(mode_of(shared), ==, 0600);
    g_assert_cmpuint(fixture->warnings->len, ==, 0);
    g_clear_pointer(&db, db_close);
    g_assert_cmpint(chmod(fixture->path, 0644), ==, 0);
    db = open_db(fixture);
    g_assert_cmpuint(fixture->warnings->len, ==, 1);
    g_assert_nonnull(strstr(fixture->warnings->pdata[0], "chmod 600"));
}

/* Many writes, one transaction, committed when the loop turns. */
static void
test_writes_are_batched(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    for (int i = 0; i < 100; i++)
        remember(db, "a", i % 2 ? "odd" : "even");
    g_assert_null(seen_by_others(fixture, "a"));
    g_autofree char *own_view = cache_recall(db, own, "a", NULL);
    g_assert_cmpstr(own_view, ==, "odd");
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_autofree char *seen = seen_by_others(fixture, "a");
    g_assert_cmpstr(seen, ==, "odd");
    /* Nothing is left to do: an idle program makes no call. */
    g_assert_false(g_main_context_pending(NULL));
}

static gboolean
on_busy(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* A loop that is never idle commits, too. */
static void
test_commits_under_load(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    const guint busy = g_idle_add_full(G_PRIORITY_DEFAULT, on_busy, NULL, NULL);
    const guint deadline = g_timeout_add_seconds(DEADLINE, on_deadline, NULL);
    remember(db, "a", "1");
    g_autofree char *seen = NULL;
    while (seen == NULL) {
        g_main_context_iteration(NULL, TRUE);
        seen = seen_by_others(fixture, "a");
    }
    g_source_remove(busy);
    g_source_remove(deadline);
}

static void
test_steps_are_undone_as_a_whole(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    remember(db, "before", "1");
    g_assert_true(db_step_begin(db, NULL));
    g_assert_true(db_execute(db, "INSERT INTO memory VALUES (1, 'inside', '1')", NULL));
    g_assert_true(db_step_begin(db, NULL));
    g_assert_true(db_execute(db, "INSERT INTO memory VALUES (1, 'deeper', '1')", NULL));
    g_assert_true(db_step_end(db, true, NULL));
    g_assert_cmpint(db_account_id(db, "new@example.org", true, NULL), ==, 2);
    g_assert_false(db_step_end(db, false, NULL));
    /* The account's number was undone, so it must not be remembered. */
    g_assert_cmpint(db_account_id(db, "new@example.org", false, NULL), ==, 0);
    g_assert_true(db_commit(db, NULL));
    g_autofree char *before = seen_by_others(fixture, "before");
    g_assert_cmpstr(before, ==, "1");
    g_assert_null(seen_by_others(fixture, "inside"));
    g_assert_null(seen_by_others(fixture, "deeper"));
}

/* I24: told only after the commit, once each, also when several wait. */
static void
test_durable(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    int called = 0;
    int forgotten = 0;
    remember(db, "a", "1");
    g_assert_cmpuint(db_when_durable(db, on_count, &called), !=, 0);
    db_forget_durable(db, db_when_durable(db, on_count, &forgotten));
    g_assert_cmpint(called, ==, 0);
    wait_for(&called, 1);
    g_autofree char *seen = seen_by_others(fixture, "a");
    g_assert_cmpstr(seen, ==, "1");
    /* While one sync is under way, those who come share the next. */
    for (int i = 0; i < 10; i++) {
        remember(db, "b", "2");
        db_when_durable(db, on_count, &called);
        g_assert_true(db_commit(db, NULL));
    }
    wait_for(&called, 11);
    db_when_durable(db, on_count, &called); /* nothing new: soon */
    wait_for(&called, 12);
    remember(db, "c", "3");
    db_when_durable(db, on_count, &called);
    g_clear_pointer(&db, db_close);
    g_assert_cmpint(called, ==, 13);
    g_autofree char *closed = seen_by_others(fixture, "c");
    g_assert_cmpstr(closed, ==, "3");
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpint(called, ==, 13);
    g_assert_cmpint(forgotten, ==, 0);
}

static void
test_in_memory(void)
{
    g_autoptr(Db) db = db_open(NULL, NULL, NULL);
    int called = 0;
    g_assert_cmpstr(db_path(db), ==, ":memory:");
    remember(db, "a", "1");
    db_when_durable(db, on_count, &called);
    g_assert_cmpint(called, ==, 0);
    wait_for(&called, 1);
}

/* Fills the store until the disk is full, which a limit on the size of files plays. */
static void
fill_the_disk(Fixture *fixture)
{
    g_autoptr(Db) db = open_db(fixture);
    int lost = 0;
    int failed = 0;
    remember(db, "first", "1");
    g_assert_true(db_commit(db, NULL));
    db_set_on_failed(db, on_error, &failed);
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = { .rlim_cur = 300000, .rlim_max = 300000 };
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    g_autofree char *value = g_strnfill(CACHE_MEMORY_SIZE_MAX, 'x');
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 20; i++) {
        g_autofree char *key = g_strdup_printf("k%d", i);
        if (!cache_remember(db, own, key, value, &error))
            break;
    }
    db_when_durable(db, on_error, &lost);
    wait_for(&lost, 1);
    g_assert_cmpint(failed, ==, 1);
    /* The store goes on with what fits. */
    remember(db, "last", "1");
    g_clear_error(&error);
    g_assert_true(db_commit(db, &error));
    g_assert_no_error(error);
}

/* A batch that cannot be written is lost as a whole, and whoever waits for it is told. */
static void
test_full_disk(Fixture *fixture, gconstpointer data)
{
    const pid_t child = fork(); /* limits cannot be taken back */
    if (child == 0) {
        fill_the_disk(fixture);
        _exit(0);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        g_assert_cmpint(errno, ==, EINTR);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    g_autoptr(Db) db = open_db(fixture);
    g_autofree char *first = cache_recall(db, own, "first", NULL);
    g_assert_cmpstr(first, ==, "1");
    g_autofree char *last = cache_recall(db, own, "last", NULL);
    g_assert_cmpstr(last, ==, "1");
    g_assert_null(cache_recall(db, own, "k0", NULL));
}

/* Who writes without ever turning the loop (an import) does not fill the disk with a log. */
static void
test_log_stays_bounded(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    g_autofree char *value = g_strnfill(CACHE_MEMORY_SIZE_MAX, 'x');
    for (int i = 0; i < 1800; i++) {
        value[0] = (char) ('a' + i % 26);
        remember(db, "a", value);
        g_assert_true(db_commit(db, NULL));
    }
    g_autofree char *log = g_strconcat(fixture->path, "-wal", NULL);
    struct stat status;
    g_assert_cmpint(stat(log, &status), ==, 0);
    g_assert_cmpint(status.st_size, <, 80 * 1024 * 1024); /* of 115 that were written */
}

static void
write_until_killed(Fixture *fixture)
{
    g_autoptr(Db) db = open_db(fixture);
    for (int i = 0;; i++) {
        g_autofree char *text = g_strdup_printf("%d", i);
        remember(db, "one", text);
        remember(db, "two", text);
        if (i % 7 == 0)
            db_commit(db, NULL);
    }
}

/* I24: whenever the process dies, a batch is there as a whole or not at all. */
static void
test_survives_being_killed(Fixture *fixture, gconstpointer data)
{
    db_close(open_db(fixture));
    for (int i = 0; i < 30; i++) {
        const pid_t child = fork();
        g_assert_cmpint(child, >=, 0);
        if (child == 0)
            write_until_killed(fixture);
        g_usleep(1000 + (gulong) g_random_int_range(0, 8000));
        g_assert_cmpint(kill(child, SIGKILL), ==, 0);
        int status;
        while (waitpid(child, &status, 0) < 0)
            g_assert_cmpint(errno, ==, EINTR);
        g_assert_true(WIFSIGNALED(status));
        g_autoptr(Db) db = open_db(fixture);
        g_autofree char *one = cache_recall(db, own, "one", NULL);
        g_autofree char *two = cache_recall(db, own, "two", NULL);
        g_assert_cmpstr(one, ==, two);
    }
}

static void
assert_refused_untouched(Fixture *fixture, const char *words)
{
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    gsize before_length, after_length;
    g_assert_true(g_file_get_contents(fixture->path, &before, &before_length, NULL));
    g_autoptr(GError) error = NULL;
    g_assert_null(db_open(fixture->path, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, fixture->path));
    g_assert_nonnull(strstr(error->message, words));
    g_assert_true(g_file_get_contents(fixture->path, &after, &after_length, NULL));
    g_assert_cmpmem(before, before_length, after, after_length);
}

static void
patch(const Fixture *fixture, off_t offset, const void *bytes, size_t length)
{
    const int fd = open(fixture->path, O_WRONLY | O_CLOEXEC);
    g_assert_cmpint(pwrite(fd, bytes, length, offset), ==, length);
    close(fd);
}

/* I24 */
static void
test_refuses_a_newer_file(Fixture *fixture, gconstpointer data)
{
    db_close(open_db(fixture));
    patch(fixture, 60, "\0\0\x03\xe8", 4);
    assert_refused_untouched(fixture, "newer");
}

/* I24: the newer version may still be in the log, left by a crash. */
static void
test_refuses_a_newer_log(Fixture *fixture, gconstpointer data)
{
    db_close(open_db(fixture));
    const pid_t child = fork();
    if (child == 0) {
        sqlite3 *handle = NULL;
        sqlite3_open(fixture->path, &handle);
        sqlite3_exec(handle, "PRAGMA user_version = 1000", NULL, NULL, NULL);
        _exit(0); /* without closing */
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        g_assert_cmpint(errno, ==, EINTR);
    g_autofree char *log = g_strconcat(fixture->path, "-wal", NULL);
    g_assert_true(g_file_test(log, G_FILE_TEST_EXISTS));
    assert_refused_untouched(fixture, "newer");
    assert_refused_untouched(fixture, "newer");
    g_assert_true(g_file_test(log, G_FILE_TEST_EXISTS));
}

/* I24 */
static void
test_refuses_what_is_damaged(Fixture *fixture, gconstpointer data)
{
    g_assert_true(g_file_set_contents(fixture->path, "SQLite format 2 or anything", -1, NULL));
    assert_refused_untouched(fixture, "damaged");
    g_autofree char *noise = g_strnfill(8192, 'n');
    g_assert_true(g_file_set_contents(fixture->path, noise, 8192, NULL));
    assert_refused_untouched(fixture, "damaged");
    g_unlink(fixture->path);

    Db *db = open_db(fixture);
    remember(db, "a", "1");
    db_close(db);
    g_autofree char *good = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(fixture->path, &good, &length, NULL));
    /* Cut off, as after a copy to a full disk. */
    g_assert_true(g_file_set_contents(fixture->path, good, (gssize) length / 2, NULL));
    assert_refused_untouched(fixture, "damaged");
    g_assert_true(g_file_set_contents(fixture->path, good, 50, NULL));
    assert_refused_untouched(fixture, "damaged");
    /* The header is whole, the list of tables behind it is not. */
    g_assert_true(g_file_set_contents(fixture->path, good, (gssize) length, NULL));
    patch(fixture, 100, noise, 900);
    assert_refused_untouched(fixture, "damaged");
    g_assert_true(g_file_set_contents(fixture->path, good, (gssize) length, NULL));
    db_close(open_db(fixture));
}

static void
test_refuses_what_is_not_ours(Fixture *fixture, gconstpointer data)
{
    sqlite3 *handle = NULL;
    g_assert_cmpint(sqlite3_open(fixture->path, &handle), ==, SQLITE_OK);
    g_assert_cmpint(
        sqlite3_exec(handle, "CREATE TABLE memory (x); PRAGMA user_version = 1", NULL, NULL, NULL),
        ==, SQLITE_OK);
    sqlite3_close(handle);
    assert_refused_untouched(fixture, "another program");
    g_unlink(fixture->path);
    g_autoptr(GError) error = NULL;
    g_assert_null(db_open(fixture->directory, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_LOCAL_IO);
    g_clear_error(&error);
    g_autofree char *nowhere = g_build_filename(fixture->directory, "no", "confab.db", NULL);
    g_assert_null(db_open(nowhere, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_LOCAL_IO);
    g_assert_nonnull(strstr(error->message, nowhere));
}

/* A log that outlived its database belongs to nothing. */
static void
test_empty_file_with_an_old_log(Fixture *fixture, gconstpointer data)
{
    g_autofree char *log = g_strconcat(fixture->path, "-wal", NULL);
    Db *db = open_db(fixture);
    remember(db, "old", "1");
    g_assert_true(db_commit(db, NULL));
    g_autofree char *frames = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(log, &frames, &length, NULL));
    db_close(db);
    g_unlink(fixture->path);
    g_assert_true(g_file_set_contents(log, frames, (gssize) length, NULL));
    db = open_db(fixture);
    g_assert_null(cache_recall(db, own, "old", NULL));
    db_close(db);
}

static void
test_locked_by_another(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    sqlite3 *other = NULL;
    g_assert_cmpint(sqlite3_open(fixture->path, &other), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
    g_autoptr(GError) error = NULL;
    g_assert_false(cache_remember(db, own, "a", "1", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_LOCAL_IO);
    g_assert_null(cache_recall(db, own, "a", NULL)); /* reading goes on */
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    remember(db, "a", "1");
}

/* Lets go of the file when the loop would have given up long ago. */
static gpointer
let_go_later(gpointer handle)
{
    g_usleep(DB_BUSY_TIMEOUT * 2 * 1000);
    g_assert_cmpint(sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
    return NULL;
}

/* Whoever has nothing else to do waits for its turn. */
static void
test_patience(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Db) db = db_open_patient(fixture->path, fixture->warnings, &error);
    g_assert_no_error(error);
    sqlite3 *other = NULL;
    g_assert_cmpint(sqlite3_open(fixture->path, &other), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
    GThread *thread = g_thread_new("other", let_go_later, other);
    remember(db, "a", "1");
    g_thread_join(thread);
    sqlite3_close(other);
}

/* The log is folded into the file while the loop goes on. */
static void
test_checkpoints(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    struct stat before, after;
    g_assert_cmpint(stat(fixture->path, &before), ==, 0);
    g_autofree char *value = g_strnfill(CACHE_MEMORY_SIZE_MAX, 'x');
    const guint deadline = g_timeout_add_seconds(DEADLINE, on_deadline, NULL);
    int i = 0;
    do {
        g_autofree char *key = g_strdup_printf("k%d", i++ % 200);
        remember(db, key, value);
        g_assert_true(db_commit(db, NULL));
        g_main_context_iteration(NULL, FALSE);
        g_assert_cmpint(stat(fixture->path, &after), ==, 0);
    } while (after.st_size <= before.st_size + CACHE_MEMORY_SIZE_MAX);
    g_source_remove(deadline);
    g_assert_cmpint(i, >, 20); /* not with each commit */
}

static void
test_opens_fast(Fixture *fixture, gconstpointer data)
{
    db_close(open_db(fixture));
    gint64 best = G_MAXINT64;
    for (int i = 0; i < 20; i++) {
        const gint64 start = g_get_monotonic_time();
        Db *db = open_db(fixture);
        best = MIN(best, g_get_monotonic_time() - start);
        db_close(db);
    }
    g_test_message("opened in %" G_GINT64_FORMAT " us", best);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/db/in-memory", test_in_memory);
#define ADD(path, function) \
    g_test_add("/store/db/" path, Fixture, NULL, set_up, function, tear_down)
    /* Those that fork come first: a child of threads must not touch GLib. */
    ADD("full-disk", test_full_disk);
    ADD("survives-being-killed", test_survives_being_killed);
    ADD("refuses-a-newer-log", test_refuses_a_newer_log);
    ADD("refuses-a-newer-file", test_refuses_a_newer_file);
    ADD("modes", test_modes);
    ADD("writes-are-batched", test_writes_are_batched);
    ADD("commits-under-load", test_commits_under_load);
    ADD("steps-are-undone-as-a-whole", test_steps_are_undone_as_a_whole);
    ADD("durable", test_durable);
    ADD("refuses-what-is-damaged", test_refuses_what_is_damaged);
    ADD("refuses-what-is-not-ours", test_refuses_what_is_not_ours);
    ADD("empty-file-with-an-old-log", test_empty_file_with_an_old_log);
    ADD("locked-by-another", test_locked_by_another);
    ADD("patience", test_patience);
    ADD("checkpoints", test_checkpoints);
    ADD("log-stays-bounded", test_log_stays_bounded);
    ADD("opens-fast", test_opens_fast);
    return g_test_run();
}
