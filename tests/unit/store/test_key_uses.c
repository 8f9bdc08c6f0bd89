/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/key_uses.h"

#include <glib/gstdio.h>

#include "base/error.h"

static const char own[] = "me@example.org";
static const char peer[] = "zoe@example.org";
static const char digits[] = "0123456789ABCDEF0123456789ABCDEF01234567";

typedef struct Fixture {
    Db *db;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->db = db_open(NULL, NULL, NULL);
    g_assert_nonnull(fixture->db);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    db_close(fixture->db);
}

static void
note(Db *db, const char *account, const char *provider, const char *of, const char *fingerprint, gint64 time)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(key_uses_note(db, account, provider, of, fingerprint, time, &error));
    g_assert_no_error(error);
}

static void
assert_uses(Db *db, const char *of, gint64 first, gint64 last)
{
    gint64 found_first = -1, found_last = -1;
    g_assert_true(key_uses_find(db, own, "otr", of, digits, &found_first, &found_last));
    g_assert_cmpint(found_first, ==, first);
    g_assert_cmpint(found_last, ==, last);
}

static void
test_uses(Fixture *fixture, gconstpointer data)
{
    note(fixture->db, own, "otr", peer, digits, 2000);
    assert_uses(fixture->db, peer, 2000, 2000);
    note(fixture->db, own, "otr", peer, digits, 3000);
    assert_uses(fixture->db, peer, 2000, 3000);
    note(fixture->db, own, "otr", peer, digits, 3000);
    assert_uses(fixture->db, peer, 2000, 3000);
    note(fixture->db, own, "otr", peer, digits, 1000); /* the clock was set back */
    assert_uses(fixture->db, peer, 1000, 3000);
    note(fixture->db, own, "otr", peer, digits, 0);
    note(fixture->db, own, "otr", peer, digits, G_MAXINT64);
    assert_uses(fixture->db, peer, 0, G_MAXINT64);
}

/* Each of the four says whose use it is; what was not found leaves the answer as it was. */
static void
test_apart(Fixture *fixture, gconstpointer data)
{
    static const char hostile[] = "'; DROP TABLE key_use; --";
    gint64 first = -1, last = -1;
    g_assert_false(key_uses_find(fixture->db, own, "otr", peer, digits, &first, &last));
    note(fixture->db, own, "otr", peer, digits, 1);
    g_assert_false(key_uses_find(fixture->db, "you@example.org", "otr", peer, digits, &first, &last));
    g_assert_false(key_uses_find(fixture->db, own, "omemo", peer, digits, &first, &last));
    g_assert_false(key_uses_find(fixture->db, own, "otr", "amy@example.org", digits, &first, &last));
    g_assert_false(key_uses_find(fixture->db, own, "otr", peer, "00", &first, &last));
    g_assert_false(key_uses_find(fixture->db, own, "otr", hostile, digits, &first, &last));
    g_assert_cmpint(first, ==, -1);
    g_assert_cmpint(last, ==, -1);
    note(fixture->db, "you@example.org", "otr", peer, digits, 2);
    note(fixture->db, own, "omemo", peer, digits, 3);
    note(fixture->db, own, "otr", "amy@example.org", digits, 4);
    note(fixture->db, own, "otr", peer, "00", 5);
    note(fixture->db, own, "otr", hostile, digits, 6);
    assert_uses(fixture->db, peer, 1, 1);
    assert_uses(fixture->db, "amy@example.org", 4, 4);
    assert_uses(fixture->db, hostile, 6, 6);
}

/* I24: it is there after the program has ended. */
static void
test_file(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_dir_make_tmp("confab-uses-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "confab.db", NULL);
    Db *db = db_open(path, NULL, &error);
    g_assert_no_error(error);
    note(db, own, "otr", peer, digits, 1000);
    note(db, own, "otr", peer, digits, 2000);
    db_close(db);
    db = db_open(path, NULL, &error);
    g_assert_no_error(error);
    assert_uses(db, peer, 1000, 2000);
    db_close(db);
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(directory, name, NULL);
        g_unlink(file);
    }
    g_rmdir(directory);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/store/key-uses/uses", Fixture, NULL, set_up, test_uses, tear_down);
    g_test_add("/store/key-uses/apart", Fixture, NULL, set_up, test_apart, tear_down);
    g_test_add_func("/store/key-uses/file", test_file);
    return g_test_run();
}
