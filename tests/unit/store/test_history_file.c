/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history in its file: older and damaged ones, what deletion leaves, a full disk. */
#include "store/history.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "base/error.h"
#include "history_kit.h"
#include "store/cache.h"
#include "store/db_file.h"
#include "store/housekeeping.h"
#include "store/migrations.h"
#include "store/outbox.h"
#include "store/search.h"

enum { DEADLINE = 60 }; /* seconds */

typedef struct Fixture {
    char *directory;
    char *path;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->directory = g_dir_make_tmp("confab-test-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->directory, "confab.db", NULL);
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
}

static Db *
open_db(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_open(fixture->path, NULL, &error);
    g_assert_no_error(error);
    return db;
}

/* Runs SQL over another connection, one that may do anything. */
static void
run_raw(const Fixture *fixture, const char *sql)
{
    sqlite3 *handle = NULL;
    char *error = NULL;
    g_assert_cmpint(sqlite3_open(fixture->path, &handle), ==, SQLITE_OK);
    sqlite3_exec(handle, sql, NULL, NULL, &error);
    g_assert_cmpstr(error, ==, NULL);
    g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
}

static gint64
number_of(const Fixture *fixture, const char *sql)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *statement = NULL;
    g_assert_cmpint(sqlite3_open(fixture->path, &handle), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    const gint64 number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return number;
}

static void
keep_house(Db *db)
{
    for (int i = 0; housekeeping_work(db); i++)
        g_assert_cmpint(i, <, 10000);
    g_assert_true(db_commit(db, NULL));
}

static guint
count_hits(Db *db, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) hits = search_messages(db, words, NULL, 1000, 0, &error);
    g_assert_no_error(error);
    return hits->len;
}

/* A file of the version before the history keeps what it has, and can give pages back from now on. */
static void
test_from_version_1(Fixture *fixture, gconstpointer data)
{
    g_autofree char *sql = g_strdup_printf("PRAGMA journal_mode = WAL; PRAGMA application_id = %d; %s;"
                                           "INSERT INTO account (id, jid) VALUES (7, 'me@example.org');"
                                           "INSERT INTO memory VALUES (7, 'key', 'value'); PRAGMA user_version = 1",
                                           DB_FILE_APPLICATION_ID, migrations[0].sql);
    run_raw(fixture, sql);
    g_autoptr(Db) db = open_db(fixture);
    g_assert_cmpint(db_get_user_version(db, NULL), ==, migrations_count);
    g_autofree char *value = cache_recall(db, "me@example.org", "key", NULL);
    g_assert_cmpstr(value, ==, "value");
    kit_add(db, &kit_chat, KIT(.body = "first"));
    g_assert_cmpuint(count_hits(db, "first"), ==, 1);
    g_clear_pointer(&db, db_close);
    g_assert_cmpint(number_of(fixture, "PRAGMA auto_vacuum"), ==, 2);
    g_assert_cmpint(number_of(fixture, "PRAGMA application_id"), ==, DB_FILE_APPLICATION_ID);
    db = open_db(fixture);
    kit_assert_bodies(db, &kit_chat, "first");
}

/* The index is a convenience: whatever is wrong with it, messages are kept, and it is made again. */
static void
test_damaged_index(Fixture *fixture, gconstpointer data)
{
    static const char *const damages[] = {
        "UPDATE words_data SET block = x'00'",
        "UPDATE words_data SET block = x'ffffffffffffffffffffffff' WHERE id > 1",
        "UPDATE words_data SET block = zeroblob(20) WHERE id = 10",
        "DELETE FROM words_data WHERE id > 10",
        "DELETE FROM words_data",
        "DELETE FROM words_idx",
        "DELETE FROM words_content",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_test_message("%s", damages[i]);
        g_autoptr(Db) db = open_db(fixture);
        for (int k = 0; k < 300; k++)
            kit_add(db, &kit_chat, KIT(.body = "needle"));
        keep_house(db);
        g_clear_pointer(&db, db_close);
        run_raw(fixture, damages[i]);
        db = open_db(fixture);
        kit_add(db, &kit_chat, KIT(.body = "haystack"));
        g_assert_true(db_commit(db, NULL));
        g_autoptr(GPtrArray) hits = search_messages(db, "needle haystack", NULL, 10, 0, NULL); /* may fail, once */
        kit_add(db, &kit_chat, KIT(.body = "straw"));
        g_assert_true(db_commit(db, NULL));
        keep_house(db);
        g_autoptr(GPtrArray) page = history_page_before(db, &kit_chat, G_MAXINT64, 1000, NULL);
        g_assert_cmpuint(page->len, ==, 302);
        /* What does not show in a small index may show when it is used: the second time all is well. */
        g_autoptr(GPtrArray) more = search_messages(db, "needle", NULL, 1000, 0, NULL);
        keep_house(db);
        g_assert_cmpuint(count_hits(db, "straw"), ==, 1);
        g_assert_cmpuint(count_hits(db, "haystack"), ==, 1);
        g_assert_cmpuint(count_hits(db, "needle"), ==, 300);
        g_assert_true(history_forget(db, &kit_chat, NULL));
        keep_house(db);
    }
}

/* A running confab writes while `confab search` looks: what is not indexed yet is not found, the rest is. */
static void
test_search_beside_a_writer(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    kit_add(db, &kit_chat, KIT(.body = "tea 1"));
    keep_house(db);
    kit_add(db, &kit_chat, KIT(.body = "tea 2"));
    g_assert_true(db_commit(db, NULL));
    sqlite3 *other = NULL;
    g_assert_cmpint(sqlite3_open(fixture->path, &other), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_cmpuint(count_hits(db, "tea"), ==, 1);
    g_assert_cmpint(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_cmpuint(count_hits(db, "tea"), ==, 2);
    sqlite3_close(other);
}

static bool
file_has(const Fixture *fixture, const char *text)
{
    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(fixture->path, &bytes, &length, NULL));
    return memmem(bytes, length, text, strlen(text)) != NULL;
}

/* What a user deletes is not in the file any more: not in the rows, the index, the edits, the free pages. */
static void
test_deleted_is_gone(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    g_autoptr(Message) message = KIT(.id = "secretid", .body = "the xyzzysecret word");
    kit_add(db, &kit_chat, message_ref(message));
    g_autoptr(Message) edit = KIT(.id = "e", .body = "the plughsecret word");
    g_assert_cmpint(history_correct(db, &kit_chat, message, edit, NULL), ==, HISTORY_ADDED);
    kit_add(db, &kit_other_chat, KIT(.body = "kept"));
    keep_house(db);
    for (int i = 0; i < 50; i++) { /* so that the index has several segments */
        kit_add(db, &kit_chat, KIT(.body = "filler plughsecret"));
        keep_house(db);
    }
    g_clear_pointer(&db, db_close);
    g_assert_true(file_has(fixture, "xyzzysecret"));
    g_assert_true(file_has(fixture, "plughsecret"));
    db = open_db(fixture);
    g_assert_true(history_forget(db, &kit_chat, NULL));
    kit_assert_bodies(db, &kit_chat, "");
    g_assert_cmpuint(count_hits(db, "plughsecret"), ==, 0);
    keep_house(db);
    g_clear_pointer(&db, db_close);
    g_assert_false(file_has(fixture, "xyzzysecret"));
    g_assert_false(file_has(fixture, "plughsecret"));
    g_assert_false(file_has(fixture, "secretid"));
    db = open_db(fixture);
    kit_assert_bodies(db, &kit_other_chat, "kept");
    g_assert_cmpuint(count_hits(db, "kept"), ==, 1);
}

static goffset
size_of(const Fixture *fixture)
{
    GStatBuf status;
    g_assert_cmpint(g_stat(fixture->path, &status), ==, 0);
    return status.st_size;
}

static gboolean
on_deadline(gpointer data)
{
    g_assert_not_reached(); /* nothing happened in time */
    return G_SOURCE_REMOVE;
}

/* Old messages go, a few at a time, and the loop does the rest by itself. */
static void
test_expiry_gives_pages_back(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    g_autofree char *body = g_strnfill(1000, 'x');
    for (int i = 1; i <= 1000; i++)
        kit_add(db, &kit_chat, KIT(.body = body, .order = i));
    kit_add(db, &kit_other_chat, KIT(.body = "kept", .order = 1));
    keep_house(db);
    g_clear_pointer(&db, db_close);
    const goffset before = size_of(fixture);
    db = open_db(fixture);
    g_assert_cmpint(history_expire(db, &kit_room, G_MAXINT64, 400, NULL), ==, 0);
    g_assert_cmpint(history_expire(db, &kit_chat, 501, 400, NULL), ==, 400);
    g_assert_cmpint(history_expire(db, &kit_chat, 501, 400, NULL), ==, 100);
    g_assert_cmpint(history_expire(db, &kit_chat, 501, 400, NULL), ==, 0);
    g_autoptr(GPtrArray) page = history_page_before(db, &kit_chat, G_MAXINT64, 1000, NULL);
    g_assert_cmpuint(page->len, ==, 500);
    g_assert_cmpint(((const Message *) page->pdata[0])->order, ==, 501);
    g_assert_cmpint(history_expire(db, &kit_chat, G_MAXINT64, 1000, NULL), ==, 500);
    const guint deadline = g_timeout_add_seconds(DEADLINE, on_deadline, NULL);
    while (g_main_context_iteration(NULL, TRUE)) {
        const gint64 left = number_of(fixture, "SELECT (SELECT count(*) FROM unindexed)"
                                               " + (SELECT count(*) FROM chore WHERE value > 0)");
        if (left == 0 && number_of(fixture, "PRAGMA freelist_count") <= 64)
            break;
    }
    g_source_remove(deadline);
    g_clear_pointer(&db, db_close);
    g_assert_cmpint(size_of(fixture), <, before / 3);
    db = open_db(fixture);
    kit_assert_bodies(db, &kit_other_chat, "kept");
}

/* How long the loop would sleep, in ms; -1: for ever. */
static gint
time_to_sleep(void)
{
    gint priority, wait;
    GMainContext *context = g_main_context_default();
    g_assert_true(g_main_context_acquire(context));
    const bool is_ready = g_main_context_prepare(context, &priority);
    g_main_context_query(context, priority, &wait, NULL, 0);
    g_main_context_release(context);
    return is_ready ? 0 : wait;
}

/* When all is indexed, nothing is left to do: an idle program makes no call. */
static void
test_rests_in_the_end(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    for (int i = 0; i < 500; i++)
        kit_add(db, &kit_chat, KIT(.body = "tea"));
    const gint64 deadline = g_get_monotonic_time() + DEADLINE * G_TIME_SPAN_SECOND;
    while (time_to_sleep() != -1) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_main_context_iteration(NULL, TRUE);
    }
    g_assert_cmpint(number_of(fixture, "SELECT count(*) FROM message"), ==, 500);
    g_assert_cmpint(number_of(fixture, "SELECT count(*) FROM unindexed"), ==, 0);
    g_assert_cmpuint(count_hits(db, "tea"), ==, 500);
}

/* What was forgotten is out of sight at once, everywhere, and a crash does not bring it back. */
static void
test_forgetting_goes_on_later(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Db) db = open_db(fixture);
    for (int i = 1; i <= 250; i++)
        kit_add(db, &kit_chat, KIT(.body = "tea", .archive_id = NULL));
    kit_add(db, &kit_other_chat, KIT(.body = "tea"));
    g_assert_true(history_set_read(db, &kit_chat, G_MAXINT64, NULL));
    g_assert_true(history_forget(db, &kit_chat, NULL));
    g_assert_cmpuint(count_hits(db, "tea"), ==, 1);
    g_assert_cmpint(history_read_order(db, &kit_chat), ==, 0);
    /* A new one with the same contact is another. */
    kit_add(db, &kit_chat, KIT(.body = "new"));
    g_clear_pointer(&db, db_close);
    g_assert_cmpint(number_of(fixture, "SELECT count(*) FROM message"), ==, 252);
    db = open_db(fixture);
    keep_house(db);
    kit_assert_bodies(db, &kit_chat, "new");
    kit_assert_bodies(db, &kit_other_chat, "tea");
    g_clear_pointer(&db, db_close);
    g_assert_cmpint(number_of(fixture, "SELECT count(*) FROM message"), ==, 2);
    g_assert_cmpint(number_of(fixture, "SELECT count(*) FROM conversation"), ==, 2);
    /* An account that is removed leaves its history; the user may want that gone, too. */
    db = open_db(fixture);
    g_assert_true(cache_forget_account(db, kit_chat.account, NULL));
    kit_assert_bodies(db, &kit_chat, "new");
    const HistoryPlace everything = { .account = kit_chat.account };
    g_assert_true(history_forget(db, &everything, NULL));
    kit_assert_bodies(db, &kit_chat, "");
    keep_house(db);
    g_clear_pointer(&db, db_close);
    g_assert_cmpint(number_of(fixture, "SELECT count(*) FROM message"), ==, 0);
    g_assert_cmpint(number_of(fixture, "SELECT count(*) FROM conversation"), ==, 0);
    g_assert_cmpint(number_of(fixture, "SELECT count(*) FROM words"), ==, 0);
}

/* --- a full disk --- */

static void
on_error(const GError *error, gpointer data)
{
    g_assert_nonnull(error);
    (*(int *) data)++;
}

/* I24: what could not be written is claimed by nobody: the call fails, or whoever waits is told. */
static void
fill_the_disk(Fixture *fixture)
{
    g_autoptr(Db) db = open_db(fixture);
    int lost = 0;
    int failed = 0;
    kit_add(db, &kit_chat, KIT(.body = "first", .id = "first"));
    g_assert_true(db_commit(db, NULL));
    db_set_on_failed(db, on_error, &failed);
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = { .rlim_cur = 900000, .rlim_max = 900000 };
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    g_autofree char *body = g_strnfill(60000, 'x');
    g_autoptr(Message) refused = NULL;
    for (int i = 0; i < 100 && refused == NULL; i++) {
        g_autoptr(Message) message = KIT(.body = body);
        g_autoptr(GError) error = NULL;
        if (history_add(db, &kit_chat, message, &error) == HISTORY_FAILED) {
            g_assert_nonnull(error);
            refused = g_steal_pointer(&message);
        }
        else if (i == 0)
            db_when_durable(db, on_error, &lost);
    }
    if (refused != NULL) {
        g_assert_cmpint(refused->row, ==, 0);
        g_assert_cmpint(refused->order, ==, 0);
    }
    const guint deadline = g_timeout_add_seconds(DEADLINE, on_deadline, NULL);
    while (lost == 0)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
    g_assert_cmpint(lost, ==, 1);
    g_assert_cmpint(failed, ==, 1);
    /* The store goes on with what fits. */
    kit_add(db, &kit_chat, KIT(.body = "last"));
    g_assert_true(db_commit(db, NULL));
}

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
    kit_assert_bodies(db, &kit_chat, "first last");
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/store/history-file/full-disk", Fixture, NULL, set_up, test_full_disk, tear_down);
    g_test_add("/store/history-file/from-version-1", Fixture, NULL, set_up, test_from_version_1, tear_down);
    g_test_add("/store/history-file/damaged-index", Fixture, NULL, set_up, test_damaged_index, tear_down);
    g_test_add("/store/history-file/search-beside-a-writer", Fixture, NULL, set_up, test_search_beside_a_writer,
               tear_down);
    g_test_add("/store/history-file/deleted-is-gone", Fixture, NULL, set_up, test_deleted_is_gone, tear_down);
    g_test_add("/store/history-file/expiry-gives-pages-back", Fixture, NULL, set_up, test_expiry_gives_pages_back,
               tear_down);
    g_test_add("/store/history-file/rests-in-the-end", Fixture, NULL, set_up, test_rests_in_the_end, tear_down);
    g_test_add("/store/history-file/forgetting-goes-on-later", Fixture, NULL, set_up, test_forgetting_goes_on_later,
               tear_down);
    return g_test_run();
}
