/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is the same message, and what is not (I19). */
#include "store/history.h"

#include "history_kit.h"

/* Adds both: the second must come out as `expected`. */
static void
check(const HistoryPlace *place, Message *take_first, Message *take_second, HistoryOutcome expected)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Message) first = message_ref(take_first);
    g_autoptr(Message) second = message_ref(take_second);
    g_assert_cmpint(kit_add(db, place, take_first), ==, HISTORY_ADDED);
    g_assert_cmpint(kit_add(db, place, take_second), ==, expected);
    if (expected == HISTORY_KNOWN) {
        g_assert_cmpint(second->row, ==, first->row);
        g_assert_cmpint(second->order, ==, first->order);
    }
    g_autoptr(GPtrArray) page = history_page_before(db, place, G_MAXINT64, 10, NULL);
    g_assert_cmpuint(page->len, ==, expected == HISTORY_KNOWN ? 1 : 2);
}

static void
test_archive_ids(void)
{
    check(&kit_chat, KIT(.archive_id = "1", .id = "a"), KIT(.archive_id = "1", .id = "a"), HISTORY_KNOWN);
    /* The archive's word is enough. */
    check(&kit_chat, KIT(.archive_id = "1", .id = "a"), KIT(.archive_id = "1"), HISTORY_KNOWN);
    check(&kit_chat, KIT(.archive_id = "1"), KIT(.archive_id = "2"), HISTORY_ADDED);
    /* The same id and text twice, and the archive says they are two. */
    check(&kit_chat, KIT(.archive_id = "1", .id = "a"), KIT(.archive_id = "2", .id = "a"), HISTORY_ADDED);
    /* Sent once more, since nobody had said that the server has it: the archive has it twice, nobody else has. */
    check(&kit_chat, KIT(.archive_id = "1", .origin_id = "a"), KIT(.archive_id = "2", .origin_id = "a"), HISTORY_KNOWN);
    check(&kit_chat, KIT(.archive_id = "1", .id = "a", .origin_id = "a"),
          KIT(.archive_id = "2", .id = "a", .origin_id = "a"), HISTORY_KNOWN);
    check(&kit_chat, KIT(.archive_id = "1", .origin_id = "a"),
          KIT(.archive_id = "2", .origin_id = "a", .body = "other words"), HISTORY_ADDED);
    check(&kit_chat, KIT(.archive_id = "1", .id = "a", .origin_id = "a"), KIT(.archive_id = "2", .id = "a"),
          HISTORY_ADDED);
}

static void
test_ids(void)
{
    check(&kit_chat, KIT(.id = "a"), KIT(.id = "a"), HISTORY_KNOWN);
    check(&kit_chat, KIT(.id = "a"), KIT(.id = "b"), HISTORY_ADDED);
    check(&kit_chat, KIT(.id = "a"), KIT(.id = "a", .archive_id = "1"), HISTORY_KNOWN);
    check(&kit_chat, KIT(.id = "a", .archive_id = "1"), KIT(.id = "a"), HISTORY_KNOWN);
    check(&kit_chat, KIT(.id = "a", .origin_id = "o"), KIT(.id = "b", .origin_id = "o"), HISTORY_KNOWN);
    check(&kit_chat, KIT(.id = "a", .origin_id = "o"), KIT(.id = "a", .origin_id = "p"), HISTORY_ADDED);
    check(&kit_chat, KIT(.id = "a"), KIT(.id = "a", .origin_id = "o"), HISTORY_KNOWN);
    check(&kit_chat, KIT(.id = "a", .origin_id = "o"), KIT(.id = "a"), HISTORY_KNOWN);
    check(&kit_chat, KIT(.direction = MESSAGE_OUT, .id = "a"),
          KIT(.direction = MESSAGE_OUT, .id = "a", .from = "me@example.org/elsewhere"), HISTORY_KNOWN);
    check(&kit_chat, KIT(.from = "bob@example.net/one", .id = "a"), KIT(.from = "bob@example.net/two", .id = "a"),
          HISTORY_KNOWN);
}

/* I19: the same id with other content is another message, and nobody's id hides another's. */
static void
test_nothing_is_hidden(void)
{
    check(&kit_chat, KIT(.id = "a", .body = "yes"), KIT(.id = "a", .body = "no"), HISTORY_ADDED);
    check(&kit_chat, KIT(.origin_id = "a", .body = "yes"), KIT(.origin_id = "a", .body = "no"), HISTORY_ADDED);
    check(&kit_chat, KIT(.direction = MESSAGE_OUT, .id = "a"), KIT(.id = "a"), HISTORY_ADDED);
    check(&kit_chat, KIT(.from = "bob@example.net", .id = "a"), KIT(.from = "eve@example.net", .id = "a"),
          HISTORY_ADDED);
    check(&kit_room, KIT(.from = "den@rooms.example.org/bob", .id = "a"),
          KIT(.from = "den@rooms.example.org/eve", .id = "a"), HISTORY_ADDED);
    check(&kit_room, KIT(.from = "den@rooms.example.org/bob", .id = "a", .occupant_id = "1"),
          KIT(.from = "den@rooms.example.org/bob", .id = "a", .occupant_id = "2"), HISTORY_ADDED);
    check(&kit_room, KIT(.from = "den@rooms.example.org/bob", .id = "a", .occupant_id = "1"),
          KIT(.from = "den@rooms.example.org/bobby", .id = "a", .occupant_id = "1"), HISTORY_KNOWN);
}

/* I19: archives number as they like: an id says nothing in another conversation. */
static void
test_archives_are_apart(void)
{
    g_autoptr(Db) db = kit_open();
    const HistoryPlace other_account = { "me@example.com", kit_chat.with, CONVERSATION_CHAT };
    const HistoryPlace as_room = { kit_chat.account, kit_chat.with, CONVERSATION_ROOM };
    const HistoryPlace *const places[] = { &kit_chat, &kit_other_chat, &kit_room, &other_account, &as_room };
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        g_assert_cmpint(kit_add(db, places[i], KIT(.archive_id = "1", .id = "a")), ==, HISTORY_ADDED);
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        g_assert_cmpint(kit_add(db, places[i], KIT(.archive_id = "1", .id = "a")), ==, HISTORY_KNOWN);
}

static void
test_stamps(void)
{
    check(&kit_chat, KIT(.time = 1000, .delayed = true), KIT(.time = 1000, .delayed = true), HISTORY_KNOWN);
    check(&kit_chat, KIT(.time = 1000, .delayed = true), KIT(.time = 1001, .delayed = true), HISTORY_ADDED);
    check(&kit_chat, KIT(.time = 1000, .delayed = true), KIT(.time = 1000, .delayed = true, .body = "x"),
          HISTORY_ADDED);
    /* A time of arrival is no sign of anything. */
    check(&kit_chat, KIT(.time = 1000), KIT(.time = 1000), HISTORY_ADDED);
    check(&kit_chat, KIT(.time = 1000), KIT(.time = 1000, .delayed = true), HISTORY_ADDED);
    check(&kit_chat, KIT(.time = 1000, .delayed = true), KIT(.time = 1000, .delayed = true, .archive_id = "1"),
          HISTORY_KNOWN);
    /* Who has an id is known by it. */
    check(&kit_chat, KIT(.time = 1000, .delayed = true, .id = "a"), KIT(.time = 1000, .delayed = true), HISTORY_ADDED);
}

static void
test_copies_teach(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Message) sent = KIT(.direction = MESSAGE_OUT, .id = "a", .time = 5000);
    kit_add(db, &kit_chat, message_ref(sent));
    kit_add(db, &kit_chat, KIT(.direction = MESSAGE_OUT, .id = "a", .time = 5001));
    g_autoptr(Message) still = history_find(db, sent->row, NULL);
    g_assert_cmpint(still->state, ==, MESSAGE_QUEUED);
    g_assert_cmpint(still->time, ==, 5000);
    kit_add(db, &kit_chat,
            KIT(.direction = MESSAGE_OUT, .id = "a", .origin_id = "a", .archive_id = "1", .time = 7000,
                .delayed = true));
    g_autoptr(Message) known = history_find(db, sent->row, NULL);
    g_assert_cmpint(known->state, ==, MESSAGE_SENT);
    g_assert_cmpstr(known->archive_id, ==, "1");
    g_assert_cmpstr(known->origin_id, ==, "a");
    g_assert_cmpint(known->time, ==, 7000);
    g_assert_false(known->delayed);
    /* What failed or is further stays where it is. */
    g_autoptr(Message) displayed = KIT(.direction = MESSAGE_OUT, .id = "b");
    kit_add(db, &kit_chat, message_ref(displayed));
    message_advance(displayed, MESSAGE_DISPLAYED, NULL);
    g_assert_true(history_update(db, displayed, NULL));
    kit_add(db, &kit_chat, KIT(.direction = MESSAGE_OUT, .id = "b", .archive_id = "2"));
    g_autoptr(Message) further = history_find(db, displayed->row, NULL);
    g_assert_cmpint(further->state, ==, MESSAGE_DISPLAYED);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/copies/archive-ids", test_archive_ids);
    g_test_add_func("/store/copies/ids", test_ids);
    g_test_add_func("/store/copies/nothing-is-hidden", test_nothing_is_hidden);
    g_test_add_func("/store/copies/archives-are-apart", test_archives_are_apart);
    g_test_add_func("/store/copies/stamps", test_stamps);
    g_test_add_func("/store/copies/copies-teach", test_copies_teach);
    return g_test_run();
}
