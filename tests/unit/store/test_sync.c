/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/sync.h"

#include "history_kit.h"

static const char own[] = "me@example.org";

/* I19: each archive has a cursor of its own. */
static void
test_cursors(void)
{
    g_autoptr(Db) db = kit_open();
    g_assert_null(sync_cursor(db, own, own, NULL));
    g_assert_true(sync_set_cursor(db, own, own, "1", NULL));
    g_assert_true(sync_set_cursor(db, own, kit_room.with, "2", NULL));
    g_assert_true(sync_set_cursor(db, "other@example.org", own, "3", NULL));
    g_assert_true(sync_set_cursor(db, own, own, "4", NULL));
    g_autofree char *mine = sync_cursor(db, own, own, NULL);
    g_autofree char *rooms = sync_cursor(db, own, kit_room.with, NULL);
    g_autofree char *others = sync_cursor(db, "other@example.org", own, NULL);
    g_assert_cmpstr(mine, ==, "4");
    g_assert_cmpstr(rooms, ==, "2");
    g_assert_cmpstr(others, ==, "3");
    g_assert_true(sync_set_cursor(db, own, own, NULL, NULL));
    g_assert_null(sync_cursor(db, own, own, NULL));
    /* What was forgotten is not fetched again. */
    const HistoryPlace everything = { .account = own };
    g_assert_true(history_forget(db, &everything, NULL));
    g_autofree char *kept = sync_cursor(db, own, kit_room.with, NULL);
    g_assert_cmpstr(kept, ==, "2");
}

static void
test_gaps(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(GPtrArray) none = sync_gaps(db, &kit_chat, NULL);
    g_assert_cmpuint(none->len, ==, 0);
    SyncGap old = { .after = 0, .before = 100, .before_id = (char *) "b" };
    SyncGap newer = { .after = 200, .before = 300, .after_id = (char *) "x", .before_id = (char *) "y" };
    old.id = sync_add_gap(db, &kit_chat, &old, NULL);
    newer.id = sync_add_gap(db, &kit_chat, &newer, NULL);
    g_assert_true(old.id > 0 && newer.id > 0 && old.id != newer.id);
    g_assert_cmpint(sync_add_gap(db, &kit_other_chat, &newer, NULL), >, 0);
    g_autoptr(GPtrArray) both = sync_gaps(db, &kit_chat, NULL);
    g_assert_cmpuint(both->len, ==, 2);
    const SyncGap *first = both->pdata[0];
    const SyncGap *second = both->pdata[1];
    g_assert_cmpint(first->id, ==, newer.id);
    g_assert_cmpint(first->after, ==, 200);
    g_assert_cmpint(first->before, ==, 300);
    g_assert_cmpstr(first->after_id, ==, "x");
    g_assert_cmpstr(first->before_id, ==, "y");
    g_assert_cmpint(second->after, ==, 0);
    g_assert_null(second->after_id);
    newer.before = 250;
    newer.before_id = (char *) "z";
    g_assert_true(sync_update_gap(db, &newer, NULL));
    g_assert_true(sync_close_gap(db, old.id, NULL));
    g_autoptr(GPtrArray) one = sync_gaps(db, &kit_chat, NULL);
    g_assert_cmpuint(one->len, ==, 1);
    g_assert_cmpint(((const SyncGap *) one->pdata[0])->before, ==, 250);
    g_assert_cmpstr(((const SyncGap *) one->pdata[0])->before_id, ==, "z");
    g_assert_true(history_forget(db, &kit_chat, NULL));
    g_autoptr(GPtrArray) forgotten = sync_gaps(db, &kit_chat, NULL);
    g_assert_cmpuint(forgotten->len, ==, 0);
}

static void
test_complete_and_pending(void)
{
    g_autoptr(Db) db = kit_open();
    g_assert_false(sync_is_complete(db, &kit_chat));
    g_assert_true(sync_set_complete(db, &kit_chat, NULL));
    g_assert_true(sync_is_complete(db, &kit_chat));
    g_assert_false(sync_is_complete(db, &kit_other_chat));
    g_assert_null(sync_pending_read(db, &kit_chat));
    g_assert_true(sync_set_pending_read(db, &kit_chat, "9", NULL));
    g_autofree char *pending = sync_pending_read(db, &kit_chat);
    g_assert_cmpstr(pending, ==, "9");
    g_assert_true(sync_set_pending_read(db, &kit_chat, NULL, NULL));
    g_assert_null(sync_pending_read(db, &kit_chat));
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/sync/cursors", test_cursors);
    g_test_add_func("/store/sync/gaps", test_gaps);
    g_test_add_func("/store/sync/complete-and-pending", test_complete_and_pending);
    return g_test_run();
}
