/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of an archive find their place among what is known. */
#include "store/history.h"

#include "base/when.h"
#include "history_kit.h"

#define SECOND G_TIME_SPAN_SECOND

enum { PAGE_MAX = 200 };

static const HistoryBounds open_bounds = { 0, 0 };

/* Takes the messages, up to a NULL. Returns the outcomes as letters: A(dded), K(nown). Caller frees. */
static char *
add_within(Db *db, const HistoryPlace *place, const HistoryBounds *bounds, Message *const *take_messages)
{
    HistoryPlace places[PAGE_MAX];
    HistoryOutcome outcomes[PAGE_MAX];
    guint count = 0;
    for (; take_messages[count] != NULL; count++)
        places[count] = *place;
    g_autoptr(GError) error = NULL;
    g_assert_true(history_add_page_within(db, places, take_messages, count, bounds, outcomes, &error));
    g_assert_no_error(error);
    GString *letters = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_string_append_c(letters, outcomes[i] == HISTORY_ADDED ? 'A' : outcomes[i] == HISTORY_KNOWN ? 'K' : '?');
        message_unref(take_messages[i]);
    }
    return g_string_free(letters, FALSE);
}

#define assert_page(db, bounds, expected, ...)                                                                         \
    do {                                                                                                               \
        Message *const page_[] = { __VA_ARGS__, NULL };                                                                \
        g_autofree char *letters_ = add_within((db), &kit_chat, (bounds), page_);                                      \
        g_assert_cmpstr(letters_, ==, (expected));                                                                     \
    } while (0)

/* A message of the archive: its id there is its text. */
#define OLD(text, seconds) KIT(.body = text, .archive_id = text, .time = (seconds) *SECOND, .delayed = true)

static void
test_into_nothing(void)
{
    g_autoptr(Db) db = kit_open();
    assert_page(db, NULL, "AAA", OLD("a", 10), OLD("b", 20), OLD("c", 30));
    kit_assert_bodies(db, &kit_chat, "a b c");
    assert_page(db, NULL, "KKKA", OLD("a", 10), OLD("b", 20), OLD("c", 30), OLD("d", 40));
    kit_assert_bodies(db, &kit_chat, "a b c d");
    /* Stamps that contradict the archive's order. */
    assert_page(db, NULL, "KAAA", OLD("d", 40), OLD("e", 5), OLD("f", 100), OLD("g", 50));
    kit_assert_bodies(db, &kit_chat, "a b c d e f g");
    /* And absurd ones: what is in an archive is not of the future. */
    assert_page(db, NULL, "A", KIT(.body = "h", .archive_id = "h", .time = G_MAXINT64 / 2, .delayed = true));
    g_autoptr(Message) last = history_find_archived(db, &kit_chat, NULL, "h", NULL);
    g_assert_cmpint(last->order, <=, when_now() + SECOND);
    kit_add(db, &kit_chat, KIT(.body = "live"));
    kit_assert_bodies(db, &kit_chat, "a b c d e f g h live");
}

static void
test_between_neighbours(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "b", .archive_id = "b", .order = 20 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "e", .archive_id = "e", .order = 50 * SECOND));
    /* The archive's clock is an hour ahead. */
    assert_page(db, NULL, "AKAAKA", OLD("a", 3610), OLD("b", 3620), OLD("c", 3630), OLD("d", 3640), OLD("e", 3650),
                OLD("f", 3660));
    kit_assert_bodies(db, &kit_chat, "a b c d e f");
    /* An hour behind. */
    g_autoptr(Db) late = kit_open();
    kit_add(late, &kit_chat, KIT(.body = "b", .archive_id = "b", .order = 5020 * SECOND));
    kit_add(late, &kit_chat, KIT(.body = "e", .archive_id = "e", .order = 5050 * SECOND));
    assert_page(late, NULL, "AKAAKA", OLD("a", 10), OLD("b", 20), OLD("c", 30), OLD("d", 40), OLD("e", 50),
                OLD("f", 60));
    kit_assert_bodies(late, &kit_chat, "a b c d e f");
}

/* Neighbours that are known in another order than the archive's, and what comes between them. */
static void
test_contradiction(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "c", .archive_id = "c", .order = 10 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "a", .archive_id = "a", .order = 20 * SECOND));
    assert_page(db, NULL, "KAKA", OLD("a", 1), OLD("b", 2), OLD("c", 3), OLD("d", 4));
    kit_assert_bodies(db, &kit_chat, "a b c d");
}

static void
test_no_room(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "a", .archive_id = "a", .order = 1000));
    kit_add(db, &kit_chat, KIT(.body = "z", .archive_id = "z", .order = 1010));
    assert_page(db, NULL, "KAAAAK", OLD("a", 1), OLD("b", 1), OLD("c", 1), OLD("d", 1), OLD("e", 1), OLD("z", 1));
    kit_assert_bodies(db, &kit_chat, "a b c d e z");
    /* Not one is lost where there is none at all. */
    kit_add(db, &kit_other_chat, KIT(.body = "a", .archive_id = "a", .order = 1000));
    kit_add(db, &kit_other_chat, KIT(.body = "z", .archive_id = "z", .order = 1001));
    Message *const page[] = { OLD("a", 1), OLD("b", 1), OLD("c", 1), OLD("z", 1), NULL };
    g_autofree char *letters = add_within(db, &kit_other_chat, NULL, page);
    g_assert_cmpstr(letters, ==, "KAAK");
    kit_assert_bodies(db, &kit_other_chat, "a z b c");
}

/* All stamps are of whole seconds, and many the same: reading on, and reading back. */
static void
test_coarse_stamps(void)
{
    g_autoptr(Db) db = kit_open();
    assert_page(db, NULL, "AAA", OLD("d", 10), OLD("e", 10), OLD("f", 10));
    assert_page(db, NULL, "AAA", OLD("g", 10), OLD("h", 10), OLD("i", 11));
    kit_assert_bodies(db, &kit_chat, "d e f g h i");
    assert_page(db, NULL, "AAA", OLD("a", 9), OLD("b", 10), OLD("c", 10));
    kit_assert_bodies(db, &kit_chat, "a b c d e f g h i");
    /* A live one of the same second came later. */
    kit_add(db, &kit_chat, KIT(.body = "k", .order = 11 * SECOND + 500 * 1000, .time = 11 * SECOND + 500 * 1000));
    assert_page(db, NULL, "A", OLD("j", 11));
    kit_assert_bodies(db, &kit_chat, "a b c d e f g h i j k");
}

/* Who knows where a page belongs says so. */
static void
test_bounds(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "c", .archive_id = "c", .order = 30 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "f", .archive_id = "f", .order = 60 * SECOND));
    assert_page(db, (&(const HistoryBounds) { .before = 30 * SECOND }), "AA", OLD("a", 3600), OLD("b", 3600));
    kit_assert_bodies(db, &kit_chat, "a b c f");
    assert_page(db, (&(const HistoryBounds) { 30 * SECOND, 60 * SECOND }), "AA", OLD("d", 1), OLD("e", 1));
    kit_assert_bodies(db, &kit_chat, "a b c d e f");
    assert_page(db, (&(const HistoryBounds) { .after = 60 * SECOND }), "A", OLD("g", 1));
    kit_assert_bodies(db, &kit_chat, "a b c d e f g");
    assert_page(db, &open_bounds, "A", OLD("0", 2));
    kit_assert_bodies(db, &kit_chat, "0 a b c d e f g");
}

/* Reading on from a place that is known, with stamps of whole seconds: what came live in the same second, and was read
 * already, stays in front; what came live and was not read says nothing. */
static void
test_reading_on(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "a", .archive_id = "a", .order = 10 * SECOND + 1000));
    kit_add(db, &kit_chat, KIT(.body = "b", .archive_id = "b", .order = 10 * SECOND + 2000));
    kit_add(db, &kit_chat, KIT(.body = "waiting", .direction = MESSAGE_OUT, .order = 10 * SECOND + 3000));
    kit_add(db, &kit_chat, KIT(.body = "f", .archive_id = "f", .order = 10 * SECOND + 9000));
    const HistoryBounds bounds = { .read_to = 10 * SECOND + 5000 };
    assert_page(db, &bounds, "AA", OLD("c", 10), OLD("d", 10));
    kit_assert_bodies(db, &kit_chat, "a b c d waiting f");
    const HistoryBounds further = { .read_to = 10 * SECOND + 8000 };
    assert_page(db, &further, "AK", OLD("e", 10), OLD("f", 10));
    kit_assert_bodies(db, &kit_chat, "a b c d e waiting f");
    /* Of another conversation nothing is known: its stamp decides. */
    const HistoryBounds unknown = { .read_to = 5 * SECOND };
    assert_page(db, &unknown, "A", OLD("0", 9));
    kit_assert_bodies(db, &kit_chat, "0 a b c d e waiting f");
}

/* The page was asked for behind one of ours, which is where it was written: long before the archive had it, behind what
 * others said meanwhile. What was read before the page stays in front of it. */
static void
test_reading_on_behind_ours(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "ours", .direction = MESSAGE_OUT, .archive_id = "o", .order = 10 * SECOND + 1000));
    kit_add(db, &kit_chat, KIT(.body = "a", .archive_id = "a", .order = 10 * SECOND + 2000));
    kit_add(db, &kit_chat, KIT(.body = "b", .archive_id = "b", .order = 10 * SECOND + 3000));
    const HistoryBounds bounds = { .after = 10 * SECOND + 1000, .read_to = 10 * SECOND + 3000 };
    assert_page(db, &bounds, "AA", OLD("c", 10), OLD("d", 10));
    kit_assert_bodies(db, &kit_chat, "ours a b c d");
}

/* The server delivered them in another order. Ours stay where the user said them. */
static void
test_order_is_restored(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "c", .id = "c", .archive_id = "c", .order = 10 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "ours", .direction = MESSAGE_OUT, .archive_id = "o", .order = 11 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "a", .id = "a", .archive_id = "a", .order = 12 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "b", .id = "b", .archive_id = "b", .order = 13 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "d", .archive_id = "d", .order = 14 * SECOND));
    g_autoptr(Message) moved = message_ref(KIT(.body = "a", .archive_id = "a", .time = 20 * SECOND, .delayed = true));
    assert_page(db, NULL, "KKAKKK", moved, OLD("b", 20), OLD("between", 20), OLD("c", 20), OLD("d", 20),
                KIT(.body = "ours", .direction = MESSAGE_OUT, .archive_id = "o", .time = 20 * SECOND, .delayed = true));
    kit_assert_bodies(db, &kit_chat, "a ours b between c d");
    g_autoptr(Message) first = history_find_archived(db, &kit_chat, NULL, "a", NULL);
    g_assert_cmpint(first->order, ==, 10 * SECOND);
    /* A second copy, sent again later, proves nothing. */
    assert_page(db, NULL, "KKK", OLD("b", 20), OLD("c", 20),
                KIT(.body = "a", .id = "a", .archive_id = "a", .time = 20 * SECOND, .delayed = true));
}

/* What the server had kept was handed out behind what was said at the time, which is in no page yet. */
static void
test_order_of_later_ones(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "a", .archive_id = "a", .order = 10 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "c", .archive_id = "c", .order = 20 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "ours", .direction = MESSAGE_OUT, .archive_id = "o", .order = 21 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "unknown to the archive", .order = 22 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "d", .archive_id = "d", .order = 23 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "b", .archive_id = "b", .order = 24 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "e", .archive_id = "e", .order = 25 * SECOND));
    /* Nobody knows since when, or only what came before it: nothing is moved. */
    assert_page(db, NULL, "K", OLD("b", 15));
    kit_assert_bodies(db, &kit_chat, "a c ours unknown to the archive d b e");
    const HistoryBounds before = { .read_to = 10 * SECOND, .live_from = 24 * SECOND };
    assert_page(db, &before, "K", OLD("b", 15));
    kit_assert_bodies(db, &kit_chat, "a c ours unknown to the archive d b e");
    const HistoryBounds bounds = { .read_to = 10 * SECOND, .live_from = 15 * SECOND };
    assert_page(db, &bounds, "K", OLD("b", 15));
    kit_assert_bodies(db, &kit_chat, "a b ours unknown to the archive c d e");
    const HistoryBounds further = { .read_to = 20 * SECOND, .live_from = 15 * SECOND };
    assert_page(db, &further, "KKK", OLD("c", 16), OLD("d", 17), OLD("e", 18));
    kit_assert_bodies(db, &kit_chat, "a b ours unknown to the archive c d e");
}

static void
test_twins_and_strangers(void)
{
    g_autoptr(Db) db = kit_open();
    assert_page(db, NULL, "AK", OLD("a", 1), OLD("a", 1));
    /* I19: one id, two texts. */
    assert_page(db, NULL, "AA", KIT(.id = "x", .body = "b", .time = 2, .delayed = true),
                KIT(.id = "x", .body = "c", .time = 3, .delayed = true));
    g_autoptr(GPtrArray) page = history_page_before(db, &kit_chat, G_MAXINT64, 10, NULL);
    g_assert_cmpuint(page->len, ==, 3);
}

/* Conversations mixed, as in an account's archive, and outcomes where they belong. */
static void
test_mixed(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "b", .archive_id = "2"));
    const HistoryPlace places[] = { kit_chat, kit_other_chat, kit_chat, kit_other_chat, kit_chat };
    Message *messages[] = {
        KIT(.body = "a", .archive_id = "1", .time = 1 * SECOND),
        KIT(.body = "x", .archive_id = "11", .time = 1 * SECOND),
        KIT(.body = "b", .archive_id = "2", .time = 2 * SECOND),
        KIT(.body = "y", .archive_id = "12", .time = 1 * SECOND),
        KIT(.body = "c", .archive_id = "3", .time = 3 * SECOND),
    };
    HistoryOutcome outcomes[G_N_ELEMENTS(messages)];
    g_assert_true(history_add_page(db, places, messages, G_N_ELEMENTS(messages), outcomes, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
        g_assert_cmpint(outcomes[i], ==, i == 2 ? HISTORY_KNOWN : HISTORY_ADDED);
        g_assert_cmpint(messages[i]->row, >, 0);
        message_unref(messages[i]);
    }
    kit_assert_bodies(db, &kit_chat, "a b c");
    kit_assert_bodies(db, &kit_other_chat, "x y");
    g_assert_true(history_add_page(db, NULL, NULL, 0, NULL, NULL));
}

/* Any way of fetching an archive in pages, with live messages known before, ends in the archive's order. */
static void
test_any_way(void)
{
    for (guint32 seed = 0; seed < 30; seed++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        g_autoptr(Db) db = kit_open();
        const gint64 skew = g_rand_int_range(rand, -5000, 5000) * SECOND;
        const gint64 base = 1700000000 * SECOND;
        g_autoptr(GString) expected = g_string_new(NULL);
        char names[100][8];
        gint64 times[100];
        for (int i = 0; i < 100; i++) {
            g_snprintf(names[i], sizeof names[i], "m%d", i);
            times[i] = (i > 0 ? times[i - 1] : base) + g_rand_int_range(rand, 0, 3) * SECOND;
            g_string_append_printf(expected, "%s%s", i > 0 ? " " : "", names[i]);
            if (g_rand_int_range(rand, 0, 3) == 0) /* came live, by another clock */
                kit_add(db, &kit_chat,
                        KIT(.body = names[i], .archive_id = names[i], .time = times[i] + skew + i,
                            .order = times[i] + skew + i * 1000));
        }
        gint64 after = 0;
        for (int start = 0, end; start < 100; start = end) {
            end = start + g_rand_int_range(rand, 1, 20);
            end = MIN(end, 100);
            GPtrArray *page = g_ptr_array_new();
            for (int i = start; i < end; i++)
                g_ptr_array_add(page, OLD(names[i], times[i] / SECOND));
            g_autoptr(Message) last = message_ref(page->pdata[page->len - 1]);
            g_ptr_array_add(page, NULL);
            /* The next one that is known is the other bound. */
            gint64 before = 0;
            for (int i = end; i < 100 && before == 0; i++) {
                g_autoptr(Message) next = history_find_archived(db, &kit_chat, NULL, names[i], NULL);
                before = next != NULL ? next->order : 0;
            }
            g_free(add_within(db, &kit_chat, &(const HistoryBounds) { after, before }, (Message *const *) page->pdata));
            g_ptr_array_unref(page);
            after = last->order;
        }
        kit_assert_bodies(db, &kit_chat, expected->str);
    }
}

/* What was sent late stands where it was written; what was received meanwhile is not drawn there. */
static void
test_sent_late(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.direction = MESSAGE_OUT, .body = "x", .id = "x", .order = 20 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "a", .archive_id = "a", .order = 30 * SECOND));
    const HistoryBounds behind_a = { .after = 30 * SECOND };
    Message *x =
        KIT(.direction = MESSAGE_OUT, .body = "x", .id = "x", .archive_id = "x", .time = 60 * SECOND, .delayed = true);
    assert_page(db, &behind_a, "AAKA", OLD("b", 40), OLD("c", 50), x, OLD("d", 70));
    kit_assert_bodies(db, &kit_chat, "x a b c d");
    /* Where it does not contradict, it says where the others belong. */
    g_autoptr(Db) coarse = kit_open();
    kit_add(coarse, &kit_chat, KIT(.body = "a", .archive_id = "a", .order = 30 * SECOND));
    kit_add(coarse, &kit_chat, KIT(.direction = MESSAGE_OUT, .body = "x", .id = "x", .order = 40 * SECOND + 500));
    x = KIT(.direction = MESSAGE_OUT, .body = "x", .id = "x", .archive_id = "x", .time = 40 * SECOND, .delayed = true);
    assert_page(coarse, &behind_a, "KA", x, OLD("b", 40));
    kit_assert_bodies(coarse, &kit_chat, "a x b");
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/archive-pages/into-nothing", test_into_nothing);
    g_test_add_func("/store/archive-pages/between-neighbours", test_between_neighbours);
    g_test_add_func("/store/archive-pages/contradiction", test_contradiction);
    g_test_add_func("/store/archive-pages/no-room", test_no_room);
    g_test_add_func("/store/archive-pages/coarse-stamps", test_coarse_stamps);
    g_test_add_func("/store/archive-pages/bounds", test_bounds);
    g_test_add_func("/store/archive-pages/reading-on", test_reading_on);
    g_test_add_func("/store/archive-pages/reading-on-behind-ours", test_reading_on_behind_ours);
    g_test_add_func("/store/archive-pages/order-is-restored", test_order_is_restored);
    g_test_add_func("/store/archive-pages/order-of-later-ones", test_order_of_later_ones);
    g_test_add_func("/store/archive-pages/twins-and-strangers", test_twins_and_strangers);
    g_test_add_func("/store/archive-pages/mixed", test_mixed);
    g_test_add_func("/store/archive-pages/any-way", test_any_way);
    g_test_add_func("/store/archive-pages/sent-late", test_sent_late);
    return g_test_run();
}
