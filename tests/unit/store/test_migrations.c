/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/migrations.h"

#include <string.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "base/error.h"

static bool
double_numbers(Db *db, GError **error)
{
    return db_execute(db, "UPDATE extra SET number = number * 2", error);
}

static bool
refuse(Db *db, GError **error)
{
    g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED, "refused");
    return false;
}

/* The steps of a later version, on top of today's. */
static GArray *
table_with(const Migration *more, guint count)
{
    GArray *table = g_array_new(FALSE, FALSE, sizeof(Migration));
    g_array_append_vals(table, migrations, migrations_count);
    g_array_append_vals(table, more, count);
    return table;
}

static const Migration later[] = {
    { .sql = "CREATE TABLE extra (number INTEGER) STRICT; INSERT INTO extra VALUES (21)" },
    { .sql = "ALTER TABLE extra ADD COLUMN text TEXT", .run = double_numbers },
};

static gint64
number_in(Db *db)
{
    sqlite3_stmt *statement = db_statement(db, "SELECT number FROM extra", NULL);
    g_assert_nonnull(statement);
    g_assert_cmpint(db_next_row(db, statement, NULL), ==, 1);
    const gint64 number = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return number;
}

/* From each version there ever was to the newest. */
static void
test_from_every_version(void)
{
    g_autoptr(GArray) table = table_with(later, G_N_ELEMENTS(later));
    for (guint start = 0; start <= table->len; start++) {
        g_autoptr(Db) db = db_open(NULL, NULL, NULL);
        g_assert_true(
            db_execute(db,
                       "DROP TABLE early; DROP TABLE reaction; DROP TABLE retraction; DROP TABLE reply;"
                       "DROP TABLE key_use; DROP TABLE words; DROP TABLE unindexed; DROP TABLE chore; DROP TABLE gap;"
                       "DROP TABLE archive; DROP TABLE outbox; DROP TABLE edit;"
                       "DROP TABLE message; DROP TABLE conversation; DROP TABLE roster; DROP TABLE memory;"
                       "DROP TABLE caps; DROP TABLE account;"
                       "PRAGMA user_version = 0",
                       NULL));
        g_autoptr(GError) error = NULL;
        g_assert_true(migrations_run(db, (const Migration *) (const void *) table->data, start, &error));
        g_assert_cmpint(db_get_user_version(db, NULL), ==, start);
        g_assert_true(migrations_run(db, (const Migration *) (const void *) table->data, table->len, &error));
        g_assert_no_error(error);
        g_assert_cmpint(db_get_user_version(db, NULL), ==, table->len);
        g_assert_cmpint(number_in(db), ==, 42);
        g_assert_true(db_execute(db, "SELECT jid, roster_version FROM account", NULL));
        /* Once more changes nothing. */
        g_assert_true(migrations_run(db, (const Migration *) (const void *) table->data, table->len, &error));
        g_assert_cmpint(number_in(db), ==, 42);
    }
}

/* I24: a step that fails leaves the version before it, whole. */
static void
test_failed_step_is_undone(void)
{
    static const Migration bad_sql[] = {
        { .sql = "CREATE TABLE extra (number); INSERT INTO extra VALUES (1); NONSENSE" }
    };
    static const Migration bad_run[] = { { .sql = "CREATE TABLE extra (number)", .run = refuse } };
    const Migration *const cases[] = { bad_sql, bad_run };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GArray) table = table_with(cases[i], 1);
        g_autoptr(Db) db = db_open(NULL, NULL, NULL);
        g_autoptr(GError) error = NULL;
        g_assert_false(migrations_run(db, (const Migration *) (const void *) table->data, table->len, &error));
        g_assert_nonnull(error);
        g_assert_cmpint(db_get_user_version(db, NULL), ==, migrations_count);
        g_assert_false(db_execute(db, "SELECT * FROM extra", NULL));
        g_autoptr(GArray) good = table_with(later, G_N_ELEMENTS(later));
        g_assert_true(migrations_run(db, (const Migration *) (const void *) good->data, good->len, NULL));
        g_assert_cmpint(number_in(db), ==, 42);
    }
}

static void
test_newer_is_refused(void)
{
    g_autoptr(Db) db = db_open(NULL, NULL, NULL);
    g_assert_true(db_execute(db, "PRAGMA user_version = 1000", NULL));
    g_autoptr(GError) error = NULL;
    g_assert_false(migrations_run(db, migrations, migrations_count, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_cmpint(db_get_user_version(db, NULL), ==, 1000);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/migrations/from-every-version", test_from_every_version);
    g_test_add_func("/store/migrations/failed-step-is-undone", test_failed_step_is_undone);
    g_test_add_func("/store/migrations/newer-is-refused", test_newer_is_refused);
    return g_test_run();
}
