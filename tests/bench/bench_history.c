/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the history costs at 10,000, 100,000 and 1,000,000 messages: milliseconds, and steps of SQLite's machine, which
 * do not depend on this computer. `make bench-history`; arguments are other sizes. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "store/history.h"
#include "store/housekeeping.h"
#include "store/search.h"

enum {
    PAGE = 100,
    LARGE_CONVERSATION = 100000, /* messages of one; at most half of all */
    OTHERS = 200,                /* conversations the others are in */
    VOCABULARY = 20000,
    RUNS = 5, /* the median counts */
};

static const char account[] = "me@example.org";

static const HistoryPlace *
place_of(const HistoryPlace *places, guint number, guint total)
{
    const guint every = MAX(2, total / LARGE_CONVERSATION);
    return &places[number % every == 0 ? 0 : 1 + number % OTHERS];
}

/* A few words are common, most are not, as in a language. */
static void
append_words(GString *body, GRand *rand)
{
    const int count = g_rand_int_range(rand, 3, 16);
    for (int i = 0; i < count; i++) {
        const double at = g_rand_double(rand);
        g_string_append_printf(body, "%sword%d", i > 0 ? " " : "", (int) (at * at * at * at * VOCABULARY));
    }
}

static void
fill(Db *db, const HistoryPlace *places, guint total)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(total);
    g_autoptr(GString) body = g_string_new(NULL);
    const gint64 start = 1600000000 * G_TIME_SPAN_SECOND;
    for (guint i = 0; i < total; i++) {
        const HistoryPlace *place = place_of(places, i, total);
        const bool is_out = g_rand_int_range(rand, 0, 2) == 0;
        g_autoptr(Jid) from = jid_new(is_out ? "me@example.org/here" : place->with, NULL);
        g_autofree char *id = g_uuid_string_random();
        g_autofree char *archive_id = g_strdup_printf("%u-archived", i);
        g_string_truncate(body, 0);
        append_words(body, rand);
        if (i % (total / 10) == 0)
            g_string_append(body, " quixotic zebra");
        g_autoptr(Message) message = message_new(&(const MessageInit) {
            .direction = is_out ? MESSAGE_OUT : MESSAGE_IN,
            .from = from,
            .id = id,
            .origin_id = id,
            .archive_id = archive_id,
            .body = body->str,
            .time = start + i * 30 * G_TIME_SPAN_SECOND,
            .order = start + i * 30 * G_TIME_SPAN_SECOND,
            .delayed = true,
        });
        g_autoptr(GError) error = NULL;
        if (history_add(db, place, message, &error) != HISTORY_ADDED)
            g_error("%s", error != NULL ? error->message : "a message is known already");
        if (i % 1000 == 999)
            db_commit(db, NULL);
    }
    db_commit(db, NULL);
}

static int
take_steps(Db *db)
{
    sqlite3 *handle = sqlite3_db_handle(db_statement(db, "SELECT 1", NULL));
    int steps = 0;
    for (sqlite3_stmt *s = sqlite3_next_stmt(handle, NULL); s != NULL; s = sqlite3_next_stmt(handle, s))
        steps += sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 1);
    return steps;
}

/* --- what is measured --- */

typedef struct Bench {
    const char *path;
    const HistoryPlace *large;
    Db *db;
    gint64 first; /* order of the first message of the last page */
    guint found;
} Bench;

static void
open_last_page(Bench *bench)
{
    g_autoptr(GPtrArray) page = history_page_before(bench->db, bench->large, G_MAXINT64, PAGE, NULL);
    bench->found = page->len;
    bench->first = ((const Message *) page->pdata[0])->order;
}

static void
page_up(Bench *bench)
{
    g_autoptr(GPtrArray) page = history_page_before(bench->db, bench->large, bench->first, PAGE, NULL);
    bench->found = page->len;
}

static void
count_unread(Bench *bench)
{
    bench->found = history_count_unread(bench->db, bench->large, 1000);
}

static void
search(Bench *bench, const char *words, const char *with)
{
    g_autoptr(GPtrArray) hits =
        search_messages(bench->db, words, &(const HistoryFilter) { .with = with }, PAGE, 0, NULL);
    bench->found = hits->len;
}

static void
search_rare(Bench *bench)
{
    search(bench, "quixotic zebra", NULL);
}

static void
search_common(Bench *bench)
{
    search(bench, "word0 word1", NULL);
}

static void
search_common_here(Bench *bench)
{
    search(bench, "word0 word1", bench->large->with);
}

static void
search_prefix(Bench *bench)
{
    search(bench, "word0 word199*", NULL);
}

static int
compare_times(const void *a, const void *b)
{
    const gint64 one = *(const gint64 *) a;
    const gint64 other = *(const gint64 *) b;
    return one < other ? -1 : one > other;
}

/* Each time with a connection of its own: nothing is in SQLite's cache, no statement is prepared. */
static void
measure(Bench *bench, const char *name, void (*work)(Bench *bench))
{
    gint64 times[RUNS];
    int steps = 0;
    for (int i = 0; i < RUNS; i++) {
        bench->db = db_open(bench->path, NULL, NULL);
        take_steps(bench->db);
        const gint64 start = g_get_monotonic_time();
        work(bench);
        times[i] = g_get_monotonic_time() - start;
        steps = take_steps(bench->db);
        db_close(bench->db);
    }
    qsort(times, RUNS, sizeof times[0], compare_times);
    printf("  %-34s %8.2f ms %9d steps  %4u found\n", name, (double) times[RUNS / 2] / 1000, steps, bench->found);
}

static void
run(guint total, const HistoryPlace *places)
{
    g_autofree char *directory = g_dir_make_tmp("confab-bench-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "confab.db", NULL);
    g_autoptr(GError) error = NULL;
    Db *db = db_open(path, NULL, &error);
    if (db == NULL)
        g_error("%s", error->message);
    const gint64 start = g_get_monotonic_time();
    fill(db, places, total);
    const gint64 filled = g_get_monotonic_time();
    while (housekeeping_work(db))
        db_commit(db, NULL);
    const gint64 indexed = g_get_monotonic_time();
    history_set_read(db, &places[0], (1600000000 + ((gint64) total - 500) * 30) * G_TIME_SPAN_SECOND, NULL);
    db_close(db);
    GStatBuf status;
    g_stat(path, &status);
    printf("%u messages: added at %.0f/s, indexed at %.0f/s, %.0f MB\n", total, total * 1e6 / (double) (filled - start),
           total * 1e6 / (double) (indexed - filled), (double) status.st_size / 1e6);
    Bench bench = { .path = path, .large = &places[0] };
    measure(&bench, "opening: the last 100", open_last_page);
    measure(&bench, "one page up", page_up);
    measure(&bench, "unread messages", count_unread);
    measure(&bench, "two rare words", search_rare);
    measure(&bench, "two common words", search_common);
    measure(&bench, "two common words, one conversation", search_common_here);
    measure(&bench, "a common word and a prefix", search_prefix);
    g_unlink(path);
    g_rmdir(directory);
}

int
main(int argc, char *argv[])
{
    HistoryPlace places[1 + OTHERS];
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_ptr_array_add(names, g_strdup_printf("contact%u@example.net", i));
        places[i] = (HistoryPlace) { account, names->pdata[i], CONVERSATION_CHAT };
    }
    static const guint usual[] = { 10000, 100000, 1000000 };
    for (gsize i = 0; argc == 1 && i < G_N_ELEMENTS(usual); i++)
        run(usual[i], places);
    for (int i = 1; i < argc; i++)
        run((guint) CLAMP(atoi(argv[i]), 1000, 100000000), places);
    return 0;
}
