/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/outbox.h"

#include <glib/gstdio.h>

#include "history_kit.h"

static void
on_row(gint64 outbox, const OutboxRow *row, gpointer data)
{
    g_string_append_printf(data, "%s%s%s:%u ", row->id, row->written ? "!" : "", row->corrects != NULL ? "c" : "",
                           row->number);
}

static char *
rows_of(Db *db, const char *account)
{
    GString *rows = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(outbox_load(db, account, on_row, rows, &error));
    g_assert_no_error(error);
    return g_string_free(rows, FALSE);
}

#define assert_rows(db, account, expected)                                                                             \
    do {                                                                                                               \
        g_autofree char *rows_ = rows_of((db), (account));                                                             \
        g_assert_cmpstr(rows_, ==, (expected));                                                                        \
    } while (0)

static gint64
add(Db *db, const char *account, const char *id, const char *corrects)
{
    g_autoptr(GError) error = NULL;
    const OutboxRow row = {
        .message = 7,
        .queued = 8,
        .with = (char *) "bob@example.net",
        .id = (char *) id,
        .body = (char *) "text",
        .corrects = (char *) corrects,
    };
    const gint64 outbox = outbox_add(db, account, &row, &error);
    g_assert_no_error(error);
    g_assert_cmpint(outbox, >, 0);
    return outbox;
}

static void
test_order(void)
{
    g_autoptr(Db) db = kit_open();
    assert_rows(db, "me@example.org", "");
    const gint64 a = add(db, "me@example.org", "a", NULL);
    const gint64 b = add(db, "me@example.org", "b", "a");
    const gint64 x = add(db, "other@example.org", "x", NULL);
    const gint64 c = add(db, "me@example.org", "c", NULL);
    g_assert_true(a < b && b < x && x < c);
    assert_rows(db, "me@example.org", "a:0 bc:0 c:0 ");
    g_assert_true(outbox_set_written(db, b, G_MAXUINT32, NULL));
    assert_rows(db, "me@example.org", "a:0 b!c:4294967295 c:0 ");
    g_assert_true(outbox_remove(db, c, NULL));
    /* A number is not given twice: somebody may still hold the old one. */
    g_assert_cmpint(add(db, "me@example.org", "d", NULL), >, c);
    assert_rows(db, "me@example.org", "a:0 b!c:4294967295 d:0 ");
    assert_rows(db, "other@example.org", "x:0 ");
    const HistoryPlace everything = { .account = "me@example.org" };
    g_assert_true(history_forget(db, &everything, NULL));
    assert_rows(db, "me@example.org", "");
    assert_rows(db, "other@example.org", "x:0 ");
}

static void
check_fields(gint64 outbox, const OutboxRow *row, gpointer data)
{
    g_assert_cmpint(outbox, ==, 1);
    g_assert_cmpint(row->message, ==, 11);
    g_assert_cmpint(row->queued, ==, 12);
    g_assert_cmpstr(row->with, ==, "den@rooms.example.org");
    g_assert_cmpint(row->kind, ==, CONVERSATION_ROOM);
    g_assert_cmpstr(row->to, ==, "den@rooms.example.org/x");
    g_assert_cmpstr(row->intent, ==, "omemo");
    g_assert_cmpstr(row->corrects, ==, "old");
    g_assert_cmpint(row->original, ==, 13);
    g_assert_cmpstr(row->id, ==, "new");
    g_assert_cmpstr(row->body, ==, "text\n");
    g_assert_true(row->written);
    g_assert_cmpuint(row->number, ==, 14);
    (*(int *) data)++;
}

static void
test_all_fields(void)
{
    g_autoptr(Db) db = kit_open();
    const OutboxRow row = {
        .message = 11,
        .queued = 12,
        .with = (char *) "den@rooms.example.org",
        .kind = CONVERSATION_ROOM,
        .to = (char *) "den@rooms.example.org/x",
        .intent = (char *) "omemo",
        .corrects = (char *) "old",
        .original = 13,
        .id = (char *) "new",
        .body = (char *) "text\n",
        .written = true,
        .number = 14,
    };
    g_assert_cmpint(outbox_add(db, "me@example.org", &row, NULL), ==, 1);
    int count = 0;
    g_assert_true(outbox_load(db, "me@example.org", check_fields, &count, NULL));
    g_assert_cmpint(count, ==, 1);
}

/* Retention does not take what waits; who forgets a conversation gives it up. */
static void
test_retention(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Message) waiting = KIT(.direction = MESSAGE_OUT, .id = "a", .body = "waiting");
    kit_add(db, &kit_chat, message_ref(waiting));
    kit_add(db, &kit_chat, KIT(.body = "old"));
    const OutboxRow row = { .message = waiting->row, .with = (char *) kit_chat.with, .id = (char *) "a" };
    g_assert_cmpint(outbox_add(db, kit_chat.account, &row, NULL), >, 0);
    g_assert_cmpint(history_expire(db, &kit_chat, G_MAXINT64, 10, NULL), ==, 1);
    kit_assert_bodies(db, &kit_chat, "waiting");
    g_assert_true(history_forget(db, &kit_chat, NULL));
    assert_rows(db, kit_chat.account, "");
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/outbox/order", test_order);
    g_test_add_func("/store/outbox/all-fields", test_all_fields);
    g_test_add_func("/store/outbox/retention", test_retention);
    return g_test_run();
}
