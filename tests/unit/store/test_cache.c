/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/cache.h"

#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"

static const char own[] = "me@example.org";

typedef struct Fixture {
    Db *db;
    GString *seen; /* a line per contact */
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->db = db_open(NULL, NULL, NULL);
    g_assert_nonnull(fixture->db);
    fixture->seen = g_string_new(NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    db_close(fixture->db);
    g_string_free(fixture->seen, TRUE);
}

static void
on_contact(const CachedContact *contact, gpointer data)
{
    GString *seen = data;
    g_autofree char *groups =
        contact->groups == NULL ? g_strdup("-") : g_strjoinv("|", (char **) contact->groups);
    g_string_append_printf(seen, "%s %s %s %d%d %s\n", contact->jid,
                           contact->name == NULL ? "-" : contact->name, contact->subscription,
                           contact->ask, contact->approved, groups);
}

static void
assert_roster(Fixture *fixture, const char *account, const char *version, const char *contacts)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *found = NULL;
    g_string_truncate(fixture->seen, 0);
    g_assert_true(
        cache_load_roster(fixture->db, account, on_contact, fixture->seen, &found, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(found, ==, version);
    g_assert_cmpstr(fixture->seen->str, ==, contacts);
}

static const char *const groups[] = { "Friends", "a\nb|c", "", "\xC3\xA4", NULL };
static const CachedContact contacts[] = {
    { .jid = "b@example.org",
      .name = "Bob 'x'; DROP TABLE roster",
      .subscription = "both",
      .groups = groups },
    { .jid = "a@example.org", .subscription = "none", .ask = true, .approved = true },
};

static void
test_roster(Fixture *fixture, gconstpointer data)
{
    assert_roster(fixture, own, NULL, "");
    g_assert_true(
        cache_replace_roster(fixture->db, own, contacts, G_N_ELEMENTS(contacts), "v1", NULL));
    assert_roster(fixture, own, "v1",
                  "a@example.org - none 11 -\n"
                  "b@example.org Bob 'x'; DROP TABLE roster both 00 Friends|a\nb|c||\xC3\xA4\n");
    const CachedContact changed = { .jid = "b@example.org", .name = "Bob", .subscription = "to" };
    g_assert_true(cache_put_contact(fixture->db, own, &changed, "v2", NULL));
    const CachedContact added = { .jid = "c@example.org", .subscription = "from" };
    g_assert_true(
        cache_put_contact(fixture->db, own, &added, "", NULL)); /* an empty version is one, too */
    assert_roster(
        fixture, own, "",
        "a@example.org - none 11 -\nb@example.org Bob to 00 -\nc@example.org - from 00 -\n");
    g_assert_true(cache_remove_contact(fixture->db, own, "a@example.org", "v4", NULL));
    g_assert_true(cache_remove_contact(fixture->db, own, "nobody@example.org", "v5", NULL));
    assert_roster(fixture, own, "v5", "b@example.org Bob to 00 -\nc@example.org - from 00 -\n");
    /* Another account's is another roster. */
    assert_roster(fixture, "you@example.org", NULL, "");
    g_assert_true(cache_replace_roster(fixture->db, "you@example.org", contacts, 1, "w1", NULL));
    /* A server without versions: nothing may be taken for current. */
    g_assert_true(cache_replace_roster(fixture->db, own, contacts, 2, NULL, NULL));
    assert_roster(fixture, own, NULL, "");
    g_assert_true(cache_replace_roster(fixture->db, own, NULL, 0, "v6", NULL));
    assert_roster(fixture, own, "v6", "");
    g_assert_true(cache_forget_account(fixture->db, "you@example.org", NULL));
    assert_roster(fixture, "you@example.org", NULL, "");
}

/* A roster with a contact that cannot be stored leaves the old one, with its version. */
static void
test_roster_all_or_nothing(Fixture *fixture, gconstpointer data)
{
    g_assert_true(cache_replace_roster(fixture->db, own, contacts, 1, "v1", NULL));
    const CachedContact broken[] = { contacts[1], { .jid = NULL, .subscription = "both" } };
    g_autoptr(GError) error = NULL;
    g_assert_false(cache_replace_roster(fixture->db, own, broken, 2, "v2", &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_false(cache_put_contact(fixture->db, own, &broken[1], "v3", &error));
    g_assert_nonnull(error);
    assert_roster(fixture, own, "v1",
                  "b@example.org Bob 'x'; DROP TABLE roster both 00 Friends|a\nb|c||\xC3\xA4\n");
}

static void
count_contact(const CachedContact *contact, gpointer data)
{
    (*(int *) data)++;
}

static void
test_large_roster(void)
{
    enum { SIZE = 10000 };
    g_autofree char *directory = g_dir_make_tmp("confab-test-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "confab.db", NULL);
    Db *db = db_open(path, NULL, NULL);
    static const char *const one_group[] = { "Colleagues", NULL };
    g_autofree CachedContact *many = g_new0(CachedContact, SIZE);
    g_autoptr(GPtrArray) jids = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < SIZE; i++) {
        g_ptr_array_add(jids, g_strdup_printf("user%d@example.org", i));
        many[i] = (CachedContact){
            .jid = jids->pdata[i], .name = "Some Body", .subscription = "both", .groups = one_group
        };
    }
    gint64 start = g_get_monotonic_time();
    g_assert_true(cache_replace_roster(db, own, many, SIZE, "v1", NULL));
    g_assert_true(db_commit(db, NULL));
    g_test_message("%d contacts stored in %" G_GINT64_FORMAT " us", SIZE,
                   g_get_monotonic_time() - start);
    db_close(db);
    start = g_get_monotonic_time();
    db = db_open(path, NULL, NULL);
    int count = 0;
    g_autofree char *version = NULL;
    g_assert_true(cache_load_roster(db, own, count_contact, &count, &version, NULL));
    g_test_message("%d contacts opened and loaded in %" G_GINT64_FORMAT " us", SIZE,
                   g_get_monotonic_time() - start);
    g_assert_cmpint(count, ==, SIZE);
    g_assert_cmpstr(version, ==, "v1");
    db_close(db);
    g_unlink(path);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
}

static void
test_caps(Fixture *fixture, gconstpointer data)
{
    g_assert_null(cache_find_caps(fixture->db, "sha-1", "v"));
    g_assert_true(cache_put_caps(fixture->db, "sha-1", "v", "one", NULL));
    g_assert_true(cache_put_caps(fixture->db, "sha-256", "v", "two", NULL));
    g_assert_true(cache_put_caps(fixture->db, "sha-1", "v", "three", NULL));
    g_autofree char *first = cache_find_caps(fixture->db, "sha-1", "v");
    g_assert_cmpstr(first, ==, "three");
    g_autofree char *second = cache_find_caps(fixture->db, "sha-256", "v");
    g_assert_cmpstr(second, ==, "two");
    g_autofree char *huge = g_strnfill(CACHE_CAPS_SIZE_MAX + 1, 'x');
    g_autoptr(GError) error = NULL;
    g_assert_false(cache_put_caps(fixture->db, "sha-1", "huge", huge, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
}

/* I9: whoever invents hashes cannot fill the disk, nor push out what is in use. */
static void
test_caps_are_bounded(Fixture *fixture, gconstpointer data)
{
    g_assert_true(cache_put_caps(fixture->db, "sha-1", "used", "kept", NULL));
    g_assert_true(cache_put_caps(fixture->db, "sha-1", "unused", "lost", NULL));
    for (int i = 0; i < 3 * CACHE_CAPS_MAX; i++) {
        g_autofree char *ver = g_strdup_printf("invented%d", i);
        g_assert_true(cache_put_caps(fixture->db, "sha-1", ver, "x", NULL));
        g_autofree char *used = i % 100 == 0 ? cache_find_caps(fixture->db, "sha-1", "used") : NULL;
        g_assert_true(i % 100 != 0 || used != NULL);
    }
    int kept = 0;
    for (int i = 0; i < 3 * CACHE_CAPS_MAX; i++) {
        g_autofree char *ver = g_strdup_printf("invented%d", i);
        g_autofree char *info = cache_find_caps(fixture->db, "sha-1", ver);
        kept += info != NULL;
    }
    g_assert_cmpint(kept, <=, CACHE_CAPS_MAX);
    g_assert_cmpint(kept, >, CACHE_CAPS_MAX / 2);
    g_assert_null(cache_find_caps(fixture->db, "sha-1", "unused"));
}

static void
test_memory(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(cache_recall(fixture->db, own, "sasl.mechanism", &error));
    g_assert_no_error(error);
    g_assert_true(cache_remember(fixture->db, own, "sasl.mechanism", "SCRAM-SHA-256-PLUS", NULL));
    g_assert_true(cache_remember(fixture->db, "you@example.org", "sasl.mechanism", "PLAIN", NULL));
    g_autofree char *mine = cache_recall(fixture->db, own, "sasl.mechanism", &error);
    g_assert_cmpstr(mine, ==, "SCRAM-SHA-256-PLUS");
    g_autofree char *yours = cache_recall(fixture->db, "you@example.org", "sasl.mechanism", &error);
    g_assert_cmpstr(yours, ==, "PLAIN");
    g_assert_true(cache_remember(fixture->db, own, "sasl.mechanism", NULL, NULL));
    g_assert_null(cache_recall(fixture->db, own, "sasl.mechanism", &error));
    g_assert_no_error(error);
    g_assert_true(cache_forget_account(fixture->db, "you@example.org", NULL));
    g_assert_null(cache_recall(fixture->db, "you@example.org", "sasl.mechanism", &error));
    g_assert_no_error(error);
}

/* I4: "not known" and "nothing" are not the same. */
static void
test_memory_that_fails_is_not_empty(Fixture *fixture, gconstpointer data)
{
    g_assert_true(cache_remember(fixture->db, own, "sasl.mechanism", "SCRAM-SHA-256", NULL));
    g_assert_true(db_execute(fixture->db, "ALTER TABLE memory RENAME TO lost", NULL));
    g_autoptr(GError) error = NULL;
    g_assert_null(cache_recall(fixture->db, own, "sasl.mechanism", &error));
    g_assert_nonnull(error);
}

static void
note_memory(const char *key, const char *value, gpointer data)
{
    g_string_append_printf(data, "%s=%s\n", key, value);
}

static void
test_memory_by_prefix(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    static const char *const keys[] = { "bookmark:b@x", "bookmark:a@x", "bookmark", "bookmark;", "bookmarks", "z" };
    g_assert_true(cache_foreach_memory(fixture->db, own, "bookmark:", note_memory, fixture->seen, &error));
    g_assert_cmpstr(fixture->seen->str, ==, "");
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        g_assert_true(cache_remember(fixture->db, own, keys[i], "v", NULL));
    g_assert_true(cache_remember(fixture->db, "you@example.org", "bookmark:c@x", "v", NULL));
    g_assert_true(cache_foreach_memory(fixture->db, own, "bookmark:", note_memory, fixture->seen, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(fixture->seen->str, ==, "bookmark:a@x=v\nbookmark:b@x=v\n");
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/cache/large-roster", test_large_roster);
#define ADD(path, function) \
    g_test_add("/store/cache/" path, Fixture, NULL, set_up, function, tear_down)
    ADD("roster", test_roster);
    ADD("roster-all-or-nothing", test_roster_all_or_nothing);
    ADD("caps", test_caps);
    ADD("caps-are-bounded", test_caps_are_bounded);
    ADD("memory", test_memory);
    ADD("memory-by-prefix", test_memory_by_prefix);
    ADD("memory-that-fails-is-not-empty", test_memory_that_fails_is_not_empty);
    return g_test_run();
}
