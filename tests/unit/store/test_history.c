/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history.h"

#include "base/when.h"
#include "history_kit.h"

enum { SECOND = 1000 * 1000 };

static void
test_keeps_all_fields(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Jid) from = jid_new("den@rooms.example.org/böb ☕", NULL);
    g_autoptr(Message) message = message_new(&(const MessageInit) {
        .direction = MESSAGE_IN,
        .from = from,
        .id = "i",
        .origin_id = "o",
        .archive_id = "a",
        .occupant_id = "p",
        .body = "two\nlines \xf0\x9f\x91\x8d",
        .time = 12345678,
        .delayed = true,
        .markable = true,
        .encryption = "omemo",
        .trust = "verified",
    });
    g_assert_cmpint(history_add(db, &kit_room, message, NULL), ==, HISTORY_ADDED);
    g_autoptr(Message) read = history_find(db, message->row, NULL);
    g_assert_nonnull(read);
    g_assert_cmpint(read->row, ==, message->row);
    g_assert_cmpint(read->order, ==, message->order);
    g_assert_cmpint(read->direction, ==, MESSAGE_IN);
    g_assert_cmpint(read->state, ==, MESSAGE_RECEIVED);
    g_assert_true(jid_equal(read->from, from));
    g_assert_cmpstr(read->id, ==, "i");
    g_assert_cmpstr(read->origin_id, ==, "o");
    g_assert_cmpstr(read->archive_id, ==, "a");
    g_assert_cmpstr(read->occupant_id, ==, "p");
    g_assert_cmpstr(read->body, ==, "two\nlines \xf0\x9f\x91\x8d");
    g_assert_cmpint(read->time, ==, 12345678);
    g_assert_true(read->delayed);
    g_assert_true(read->markable);
    g_assert_cmpstr(read->encryption, ==, "omemo");
    g_assert_cmpstr(read->trust, ==, "verified");
    g_assert_cmpuint(read->edits, ==, 0);
}

static void
test_order(void)
{
    g_autoptr(Db) db = kit_open();
    const gint64 before = when_now();
    g_autoptr(Message) first = KIT(.body = "first");
    g_autoptr(Message) second = KIT(.body = "second");
    g_autoptr(Message) elsewhere = KIT(.body = "elsewhere");
    history_add(db, &kit_chat, first, NULL);
    history_add(db, &kit_chat, second, NULL);
    history_add(db, &kit_other_chat, elsewhere, NULL);
    g_assert_cmpint(first->order, >=, before);
    g_assert_cmpint(second->order, >, first->order);
    g_assert_cmpint(second->row, !=, elsewhere->row);
    /* A clock that went back does not put new messages before old ones. */
    kit_add(db, &kit_chat, KIT(.body = "future", .order = when_now() + 3600 * (gint64) SECOND));
    kit_add(db, &kit_chat, KIT(.body = "last"));
    kit_add(db, &kit_chat, KIT(.body = "ancient", .order = 5 * SECOND));
    kit_assert_bodies(db, &kit_chat, "ancient first second future last");
    /* A place that is taken: behind those of the same second, in the order of coming. */
    kit_add(db, &kit_chat, KIT(.body = "a", .order = 5 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "b", .order = 5 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "c", .order = 6 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "d", .order = 5 * SECOND));
    kit_assert_bodies(db, &kit_chat, "ancient a b d c first second future last");
}

static void
test_pages(void)
{
    g_autoptr(Db) db = kit_open();
    for (int i = 1; i <= 10; i++) {
        g_autofree char *body = g_strdup_printf("%d", i);
        kit_add(db, &kit_chat, KIT(.body = body, .order = i * SECOND));
        kit_add(db, &kit_other_chat, KIT(.body = "x", .order = i * SECOND));
    }
    g_autoptr(GPtrArray) last = history_page_before(db, &kit_chat, G_MAXINT64, 3, NULL);
    g_assert_cmpuint(last->len, ==, 3);
    g_assert_cmpstr(((Message *) last->pdata[0])->body, ==, "8");
    g_assert_cmpstr(((Message *) last->pdata[2])->body, ==, "10");
    g_autoptr(GPtrArray) older = history_page_before(db, &kit_chat, ((Message *) last->pdata[0])->order, 3, NULL);
    g_assert_cmpstr(((Message *) older->pdata[2])->body, ==, "7");
    g_autoptr(GPtrArray) oldest = history_page_before(db, &kit_chat, 2 * SECOND, 100, NULL);
    g_assert_cmpuint(oldest->len, ==, 1);
    g_autoptr(GPtrArray) none = history_page_before(db, &kit_chat, 1 * SECOND, 100, NULL);
    g_assert_cmpuint(none->len, ==, 0);
    g_autoptr(GPtrArray) newer = history_page_after(db, &kit_chat, 7 * SECOND, 2, NULL);
    g_assert_cmpuint(newer->len, ==, 2);
    g_assert_cmpstr(((Message *) newer->pdata[0])->body, ==, "8");
    g_assert_cmpstr(((Message *) newer->pdata[1])->body, ==, "9");
    g_autoptr(GPtrArray) nothing = history_page_after(db, &kit_chat, 10 * SECOND, 2, NULL);
    g_assert_cmpuint(nothing->len, ==, 0);
    const HistoryPlace strange = { "nobody@example.org", "bob@example.net", CONVERSATION_CHAT };
    g_autoptr(GPtrArray) empty = history_page_before(db, &strange, G_MAXINT64, 3, NULL);
    g_assert_cmpuint(empty->len, ==, 0);
}

static void
test_find(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.id = "x", .body = "theirs", .archive_id = "1"));
    kit_add(db, &kit_chat, KIT(.direction = MESSAGE_OUT, .id = "x", .origin_id = "y", .body = "ours"));
    kit_add(db, &kit_chat, KIT(.direction = MESSAGE_OUT, .id = "x", .body = "newer"));
    kit_add(db, &kit_room, KIT(.from = "den@rooms.example.org/bob", .archive_id = "1", .body = "room"));
    g_autoptr(Message) theirs = history_find_by_id(db, &kit_chat, MESSAGE_IN, "x", NULL);
    g_assert_cmpstr(theirs->body, ==, "theirs");
    g_autoptr(Message) newest = history_find_by_id(db, &kit_chat, MESSAGE_OUT, "x", NULL);
    g_assert_cmpstr(newest->body, ==, "newer");
    g_autoptr(Message) by_origin = history_find_by_id(db, &kit_chat, MESSAGE_OUT, "y", NULL);
    g_assert_cmpstr(by_origin->body, ==, "ours");
    g_assert_null(history_find_by_id(db, &kit_other_chat, MESSAGE_OUT, "x", NULL));
    g_assert_null(history_find_by_id(db, &kit_chat, MESSAGE_IN, "y", NULL));
    g_assert_null(history_find(db, 1, NULL));
    /* I19: ids count in the archive that gave them only. */
    g_autoptr(Message) own = history_find_archived(db, &kit_chat, NULL, "1", NULL);
    g_assert_cmpstr(own->body, ==, "theirs");
    g_autoptr(Message) rooms = history_find_archived(db, &kit_room, kit_room.with, "1", NULL);
    g_assert_cmpstr(rooms->body, ==, "room");
    g_assert_null(history_find_archived(db, &kit_room, NULL, "1", NULL));
    g_assert_null(history_find_archived(db, &kit_chat, "bob@example.net", "1", NULL));
    g_assert_null(history_find_archived(db, &kit_other_chat, NULL, "1", NULL));
}

static void
test_update(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Message) message = KIT(.direction = MESSAGE_OUT, .id = "x");
    g_assert_cmpint(history_add(db, &kit_chat, message, NULL), ==, HISTORY_ADDED);
    g_assert_true(message_advance(message, MESSAGE_FAILED, "no such user"));
    g_assert_true(history_update(db, message, NULL));
    g_autoptr(Message) read = history_find(db, message->row, NULL);
    g_assert_cmpint(read->state, ==, MESSAGE_FAILED);
    g_assert_cmpstr(read->reason, ==, "no such user");
}

static void
test_read_state(void)
{
    g_autoptr(Db) db = kit_open();
    g_assert_cmpint(history_read_order(db, &kit_chat), ==, 0);
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 100), ==, 0);
    for (int i = 1; i <= 10; i++)
        kit_add(db, &kit_chat, KIT(.direction = i % 5 == 0 ? MESSAGE_OUT : MESSAGE_IN, .order = i * SECOND));
    kit_add(db, &kit_other_chat, KIT(.order = 100 * SECOND));
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 100), ==, 8);
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 3), ==, 3);
    g_assert_true(history_set_read(db, &kit_chat, 4 * SECOND, NULL));
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 100), ==, 4);
    g_assert_true(history_set_read(db, &kit_chat, 2 * SECOND, NULL)); /* only grows */
    g_assert_cmpint(history_read_order(db, &kit_chat), ==, 4 * SECOND);
    g_assert_true(history_set_read(db, &kit_chat, 10 * SECOND, NULL));
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 100), ==, 0);
    g_assert_cmpuint(history_count_unread(db, &kit_other_chat, 100), ==, 1);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/history/keeps-all-fields", test_keeps_all_fields);
    g_test_add_func("/store/history/order", test_order);
    g_test_add_func("/store/history/pages", test_pages);
    g_test_add_func("/store/history/find", test_find);
    g_test_add_func("/store/history/update", test_update);
    g_test_add_func("/store/history/read-state", test_read_state);
    return g_test_run();
}
