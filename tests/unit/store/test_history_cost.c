/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a look into the history costs does not depend on how much of it there is. Counted, not timed. */
#include <string.h>

#include <sqlite3.h>

#include "history_kit.h"
#include "store/cache.h"
#include "store/housekeeping.h"
#include "store/outbox.h"
#include "store/search.h"
#include "store/sql.h"
#include "store/sync.h"

#define SECOND G_TIME_SPAN_SECOND

enum { SMALL = 1000, LARGE = 50000, PAGE = 100, RARE = 500 };

static sqlite3 *
handle_of(Db *db)
{
    return sqlite3_db_handle(db_statement(db, "SELECT 1", NULL));
}

static bool
on_any_row(const HistoryRow *row, gpointer data)
{
    return true;
}

static void
on_any_conversation(const HistoryConversation *conversation, gpointer data)
{
}

static void
on_any_outbox(gint64 outbox, const OutboxRow *row, gpointer data)
{
}

/* Every statement there is, once. */
static void
use_everything(Db *db)
{
    g_autoptr(Message) message = KIT(.id = "a", .origin_id = "o", .archive_id = "1", .body = "tea");
    const HistoryPlace place = kit_chat;
    Message *const page[] = { message };
    g_assert_true(history_add_page(db, &place, page, 1, NULL, NULL));
    kit_add(db, &kit_chat, KIT(.id = "a", .origin_id = "o"));
    kit_add(db, &kit_chat, KIT(.delayed = true, .time = 5));
    kit_add(db, &kit_chat, KIT(.direction = MESSAGE_OUT, .id = "b", .archive_id = "2", .order = 5));
    kit_add(db, &kit_chat, KIT(.direction = MESSAGE_OUT, .id = "c", .archive_id = "3", .order = 5));
    g_ptr_array_unref(history_page_before(db, &kit_chat, 10, 10, NULL));
    g_ptr_array_unref(history_page_after(db, &kit_chat, 10, 10, NULL));
    message_unref(history_find_archived(db, &kit_chat, NULL, "1", NULL));
    message_unref(history_find_by_id(db, &kit_chat, MESSAGE_IN, "a", NULL));
    g_assert_true(history_update(db, message, NULL));
    g_autoptr(Message) edit = KIT(.id = "e", .archive_id = "4", .body = "coffee");
    history_correct(db, &kit_chat, message, edit, NULL);
    history_correct(db, &kit_chat, message, edit, NULL);
    g_ptr_array_unref(history_edits(db, message->row, NULL));
    g_assert_true(history_set_read(db, &kit_chat, 10, NULL));
    history_read_order(db, &kit_chat);
    history_count_unread(db, &kit_chat, 10);
    history_each_conversation(db, NULL, false, on_any_conversation, NULL, NULL);
    history_each(db, &(const HistoryFilter) { .after = 5, .from = "bob@example.net" }, on_any_row, NULL, NULL);
    const HistoryFilter filter = { .account = kit_chat.account, .with = kit_chat.with, .from = "bob@example.net" };
    g_ptr_array_unref(search_messages(db, "coffee", &filter, 10, 0, NULL));
    const OutboxRow row = { .message = message->row, .with = (char *) kit_chat.with };
    const gint64 outbox = outbox_add(db, kit_chat.account, &row, NULL);
    outbox_set_written(db, outbox, 1, NULL);
    outbox_load(db, kit_chat.account, on_any_outbox, NULL, NULL);
    outbox_remove(db, outbox, NULL);
    sync_set_cursor(db, kit_chat.account, kit_chat.account, "1", NULL);
    g_free(sync_cursor(db, kit_chat.account, kit_chat.account, NULL));
    SyncGap gap = { .after = 1, .before = 2 };
    gap.id = sync_add_gap(db, &kit_chat, &gap, NULL);
    sync_update_gap(db, &gap, NULL);
    g_ptr_array_unref(sync_gaps(db, &kit_chat, NULL));
    sync_close_gap(db, gap.id, NULL);
    history_expire(db, &kit_chat, 10, 1, NULL);
    history_forget(db, &kit_chat, NULL);
    while (housekeeping_work(db))
        continue;
}

/* Tables whose size is that of the roster or less, and the index of words, which finds by itself. */
static bool
may_be_scanned(const char *detail)
{
    static const char *const small[] = { "SCAN c",     "SCAN a",     "SCAN conversation", "SCAN account", "SCAN chore",
                                         "SCAN w VIRTUAL TABLE", "SCAN words VIRTUAL TABLE", "SCAN CONSTANT ROW",
                                         "SCAN caps",  "SCAN (subquery" };
    for (gsize i = 0; i < G_N_ELEMENTS(small); i++) {
        const size_t length = strlen(small[i]);
        if (strncmp(detail, small[i], length) == 0 && (detail[length] == '\0' || strchr(" -", detail[length]) != NULL))
            return true;
    }
    return false;
}

static void
check_plan(sqlite3 *handle, const char *sql)
{
    g_autofree char *explain = g_strconcat("EXPLAIN QUERY PLAN ", sql, NULL);
    sqlite3_stmt *plan = NULL;
    g_assert_cmpint(sqlite3_prepare_v2(handle, explain, -1, &plan, NULL), ==, SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *detail = (const char *) sqlite3_column_text(plan, 3);
        /* The unindexed are read from the end, a few at a time. */
        const bool is_fine = strstr(detail, "SCAN") == NULL || may_be_scanned(detail)
                             || (strcmp(detail, "SCAN u") == 0 && strstr(sql, "ORDER BY u.row DESC LIMIT") != NULL)
                             || strstr(sql, "EXISTS (SELECT 1 FROM unindexed") != NULL;
        if (!is_fine)
            g_test_message("%s\n  in: %s", detail, sql);
        g_assert_true(is_fine);
    }
    sqlite3_finalize(plan);
}

static void
test_no_table_is_scanned(void)
{
    g_autoptr(Db) db = kit_open();
    use_everything(db);
    sqlite3 *handle = handle_of(db);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (sqlite3_stmt *s = sqlite3_next_stmt(handle, NULL); s != NULL; s = sqlite3_next_stmt(handle, s)) {
        const char *sql = sqlite3_sql(s);
        if (strstr(sql, "PRAGMA") == NULL && strstr(sql, "'main'.'words") == NULL && strstr(sql, "\"main\".") == NULL
            && strstr(sql, "'main'.") == NULL)
            g_ptr_array_add(texts, g_strdup(sql));
    }
    g_assert_cmpuint(texts->len, >, 40);
    for (guint i = 0; i < texts->len; i++)
        check_plan(handle, texts->pdata[i]);
}

/* --- steps --- */

/* A conversation among others; each RAREth message has the rare word. */
static Db *
fill(guint count)
{
    Db *db = kit_open();
    for (guint i = 1; i <= count; i++) {
        const gint64 at = (gint64) i * SECOND;
        g_autofree char *id = g_strdup_printf("i%u", i);
        g_autofree char *archive_id = g_strdup_printf("a%u", i);
        kit_add(db, i % 10 == 0 ? &kit_other_chat : &kit_chat,
                KIT(.id = id, .archive_id = archive_id, .order = at, .time = at, .delayed = true,
                    .body = i >= count - RARE && i % 100 == 0 ? "common rare" : "common words"));
    }
    kit_add(db, &kit_room, KIT(.from = "seldom@example.net", .body = "common words", .order = SECOND));
    g_assert_true(history_set_read(db, &kit_chat, (gint64) (count - 50) * SECOND, NULL));
    while (housekeeping_work(db))
        continue;
    return db;
}

/* Steps of SQLite's machine since the last call. */
static int
steps_of(Db *db)
{
    sqlite3 *handle = handle_of(db);
    int steps = 0;
    for (sqlite3_stmt *s = sqlite3_next_stmt(handle, NULL); s != NULL; s = sqlite3_next_stmt(handle, s))
        steps += sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 1);
    return steps;
}

typedef struct Costs {
    int page, older, unread, search, search_here, search_from, add, known, find;
} Costs;

static Costs
measure(guint count)
{
    g_autoptr(Db) db = fill(count);
    Costs costs;
    steps_of(db);
    g_autoptr(GPtrArray) page = history_page_before(db, &kit_chat, G_MAXINT64, PAGE, NULL);
    costs.page = steps_of(db);
    g_assert_cmpuint(page->len, ==, PAGE);
    g_autoptr(GPtrArray) older =
        history_page_before(db, &kit_chat, ((const Message *) page->pdata[0])->order, PAGE, NULL);
    costs.older = steps_of(db);
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 1000), ==, 45);
    costs.unread = steps_of(db);
    g_autoptr(GPtrArray) hits = search_messages(db, "rare", NULL, PAGE, 0, NULL);
    costs.search = steps_of(db);
    g_assert_cmpuint(hits->len, ==, RARE / 100 + 1);
    g_autoptr(GPtrArray) here =
        search_messages(db, "common rare", &(const HistoryFilter) { .with = kit_other_chat.with }, PAGE, 0, NULL);
    costs.search_here = steps_of(db);
    g_assert_cmpuint(here->len, ==, RARE / 100 + 1);
    g_autoptr(GPtrArray) from =
        search_messages(db, "common", &(const HistoryFilter) { .from = "seldom@example.net" }, PAGE, 0, NULL);
    costs.search_from = steps_of(db);
    g_assert_cmpuint(from->len, ==, 1);
    g_assert_cmpint(kit_add(db, &kit_chat, KIT(.id = "new", .archive_id = "new")), ==, HISTORY_ADDED);
    costs.add = steps_of(db);
    g_assert_cmpint(kit_add(db, &kit_chat, KIT(.id = "new", .archive_id = "new")), ==, HISTORY_KNOWN);
    costs.known = steps_of(db);
    message_unref(history_find_by_id(db, &kit_chat, MESSAGE_IN, "i7", NULL));
    costs.find = steps_of(db);
    g_test_message("%u messages: page %d, older %d, unread %d, search %d, %d and %d, add %d, known %d, find %d", count,
                   costs.page, costs.older, costs.unread, costs.search, costs.search_here, costs.search_from,
                   costs.add, costs.known, costs.find);
    return costs;
}

static void
test_costs_do_not_grow(void)
{
    const Costs small = measure(SMALL);
    const Costs large = measure(LARGE);
    g_assert_cmpint(large.page, <=, small.page);
    g_assert_cmpint(large.older, <=, small.older);
    g_assert_cmpint(large.unread, <=, small.unread);
    g_assert_cmpint(large.search, <=, small.search + small.search / 10);
    g_assert_cmpint(large.search_here, <=, small.search_here + small.search_here / 10);
    g_assert_cmpint(large.search_from, <=, small.search_from + small.search_from / 10);
    g_assert_cmpint(large.add, <=, small.add + 20);
    g_assert_cmpint(large.known, <=, small.known + 20);
    g_assert_cmpint(large.find, <=, small.find);
}

/* I9: who sends one text with one id for ever makes each next one no dearer. */
static void
test_flood_of_one_id(void)
{
    g_autoptr(Db) db = kit_open();
    int early = 0;
    int late = 0;
    for (int i = 1; i <= 2000; i++) {
        g_autofree char *archive_id = g_strdup_printf("%d", i);
        steps_of(db);
        g_assert_cmpint(kit_add(db, &kit_chat, KIT(.id = "x", .archive_id = archive_id)), ==,
                        HISTORY_ADDED);
        *(i == 100 ? &early : &late) = steps_of(db);
    }
    g_assert_cmpint(late, <=, early + 20);
    /* One stamp for all. */
    for (int i = 1; i <= 2000; i++) {
        g_autofree char *body = g_strdup_printf("%d", i);
        steps_of(db);
        kit_add(db, &kit_chat, KIT(.body = body, .time = 5, .delayed = true, .order = 5 * SECOND));
        *(i == 100 ? &early : &late) = steps_of(db);
    }
    g_assert_cmpint(late, <=, early + 20);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/history-cost/no-table-is-scanned", test_no_table_is_scanned);
    g_test_add_func("/store/history-cost/costs-do-not-grow", test_costs_do_not_grow);
    g_test_add_func("/store/history-cost/flood-of-one-id", test_flood_of_one_id);
    return g_test_run();
}
