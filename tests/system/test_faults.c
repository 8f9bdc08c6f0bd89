/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The promise of the program, on a network from hell: two confabs talk while their connections are cut, halved and
 * stalled, the server is restarted, and each of them is killed again and again. In the end both histories hold every
 * message once, in the sender's order, with the right state, and nobody has seen one twice. I24, I19.
 *
 * A long run by hand: make fault-run SEED=7 MESSAGES=5000 SERVER=ejabberd. With FAULT_TRACE in the environment all that
 * both print goes to standard error, with FAULT_KEEP their profiles stay where they are. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <glib-unix.h>
#include <json-glib/json-glib.h>

#include "store/cache.h"
#include "store/history.h"
#include "store/sync.h"
#include "support/chaos_proxy.h"
#include "support/run_confab.h"
#include "support/server.h"

enum {
    CALM_SECONDS = 90,     /* for everything to arrive, once the network is good again … */
    SILENCE_SECONDS = 20,  /* … as long as something happens */
    CATCH_UP_SECONDS = 10, /* for the archives to be read, once everything has arrived */
    QUIET_MS = 500,       /* in which a server that has nothing to do … */
    QUIET_CPU_MS = 30,    /* … does no more than this … */
    QUIET_WINDOWS = 2,    /* … so many times in a row … */
    QUIET_WAITS = 40,     /* … and this often it is looked at */
    COMPLAINTS = 40,      /* that are shown */
};

typedef enum { UNSAID, TYPED, SAID } Said;

typedef struct FaultPlan {
    ServerKind server;
    guint32 seed;
    guint messages;    /* of both together */
    guint pace_ms;     /* between two of them */
    guint fault_ms;    /* of a connection */
    guint kills;       /* of each confab */
    guint restarts;    /* of the server */
} FaultPlan;

typedef struct Scene Scene;

/* One confab and its connection. */
typedef struct Side {
    Scene *scene;
    const char *user, *peer, *tag; /* "alice", "bob@localhost", "A" */
    struct Side *other;
    char *home;
    ChaosProxy *proxy;
    Run *run;
    guint watch;
    guint8 *said;        /* by number, Said: what the user typed, and what confab took */
    guint numbers;       /* typed so far */
    guint8 *shown;       /* by number: of the other side, in any life */
    guint shown_count;
    GHashTable *in_life; /* bodies shown in this life */
    guint lives;
    bool online, settled;
} Side;

struct Scene {
    FaultPlan plan;
    GRand *rand;
    Server *server;
    Side sides[2];
    guint typed; /* by both */
    guint pace;
    guint kills, restarts;
    gint64 heard;   /* monotonic: the last line of either */
    gint64 arrived; /* monotonic: all that was said; 0: not yet */
    GPtrArray *complaints;
};

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "bob", "secret of bob", contacts_of_bob },
    { 0 },
};

G_GNUC_PRINTF(2, 3)
static void
complain(Scene *scene, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(scene->complaints, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

/* "A 17": 17. 0: not one of these. */
static guint
parse_number(const char *body, const char *tag, guint limit)
{
    guint64 number = 0;
    if (body == NULL || !g_str_has_prefix(body, tag) || body[strlen(tag)] != ' ' ||
        !g_ascii_string_to_unsigned(body + strlen(tag) + 1, 10, 1, limit, &number, NULL))
        return 0;
    return (guint)number;
}

/* --- what a confab prints --- */

static void
on_own_message(Side *side, const char *body)
{
    const guint number = parse_number(body, side->tag, side->numbers);
    if (number == 0)
        complain(side->scene, "%s says what nobody typed: %s", side->user, body);
    else
        side->said[number] = SAID;
}

static void
on_shown_message(Side *side, const char *body)
{
    const guint number = parse_number(body, side->other->tag, side->other->numbers);
    if (number == 0) {
        complain(side->scene, "%s is shown what nobody said: %s", side->user, body);
        return;
    }
    if (!g_hash_table_add(side->in_life, g_strdup(body)))
        complain(side->scene, "%s is shown twice in one life: %s", side->user, body);
    if (!side->shown[number])
        side->shown_count++;
    side->shown[number] = true;
}

static void
on_message(Side *side, JsonObject *event)
{
    const char *body = json_object_get_string_member_with_default(event, "body", "");
    const char *with = json_object_get_string_member_with_default(event, "with", "");
    if (!g_str_equal(with, side->peer))
        complain(side->scene, "%s: a message with %s: %s", side->user, with, body);
    else if (g_str_equal(json_object_get_string_member_with_default(event, "direction", ""), "out"))
        on_own_message(side, body);
    else
        on_shown_message(side, body);
}

static void
on_result(Side *side, JsonObject *event)
{
    const char *command = json_object_get_string_member_with_default(event, "command", "");
    if (!json_object_get_boolean_member_with_default(event, "ok", FALSE))
        complain(side->scene, "%s: %s: %s", side->user, command,
                 json_object_get_string_member_with_default(event, "error", "failed"));
    if (g_str_has_prefix(command, "/wait delivered"))
        side->settled = true;
}

static void
take_line(Side *side, const char *line)
{
    g_autoptr(JsonNode) root = json_from_string(line, NULL);
    side->scene->heard = g_get_monotonic_time();
    if (g_getenv("FAULT_TRACE") != NULL)
        g_printerr("%.3f %s %s\n", (double)side->scene->heard / G_TIME_SPAN_SECOND, side->user, line);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
        complain(side->scene, "%s prints no JSON: %s", side->user, line);
        return;
    }
    JsonObject *event = json_node_get_object(root);
    const char *name = json_object_get_string_member_with_default(event, "event", "");
    if (g_str_equal(name, "message"))
        on_message(side, event);
    else if (g_str_equal(name, "result"))
        on_result(side, event);
    else if (g_str_equal(name, "connection"))
        side->online = g_str_equal(json_object_get_string_member_with_default(event, "state", ""), "online");
}

static void
take_lines(Side *side)
{
    for (char *line; (line = run_next_line(side->run)) != NULL; g_free(line))
        take_line(side, line);
}

static gboolean
on_output(int fd, GIOCondition condition, gpointer data)
{
    Side *side = data;
    take_lines(side);
    if (run_has_ended(side->run))
        g_error("%s has ended by itself: %s", side->user, run_errors(side->run));
    return G_SOURCE_CONTINUE;
}

/* --- lives --- */

static void
side_start(Side *side)
{
    /* Politeness is tested elsewhere; here nobody has minutes to wait. */
    const char *const argv[] = { "run", "--json", "-e", "/set reconnect.ceiling 1", "-e", "/set script.on-error continue",
                                 "-", NULL };
    side->run = run_start(side->home, argv, NULL);
    side->watch = g_unix_fd_add(run_output_fd(side->run), G_IO_IN | G_IO_HUP, on_output, side);
    side->online = false;
    side->lives++;
    g_hash_table_remove_all(side->in_life);
}

/* What it printed before its end counts. */
static void
side_reap(Side *side)
{
    g_clear_handle_id(&side->watch, g_source_remove);
    const int code = run_wait_exit(side->run);
    take_lines(side);
    if (code != 0 && code != 128 + SIGKILL)
        complain(side->scene, "%s ends with %d: %s", side->user, code, run_errors(side->run));
    g_clear_pointer(&side->run, run_free);
}

static void
side_murder(Side *side)
{
    kill(run_pid(side->run), SIGKILL);
    side_reap(side);
}

static void
side_open(Scene *scene, guint index)
{
    Side *side = &scene->sides[index];
    const TestAccount *account = &accounts[index];
    const FaultPlan *plan = &scene->plan;
    side->scene = scene;
    side->user = account->user;
    side->peer = account->contacts[0];
    side->tag = index == 0 ? "A" : "B";
    side->other = &scene->sides[1 - index];
    side->home = test_directory_new();
    side->proxy = chaos_proxy_new(&(ChaosOptions) {
        .server_port = server_port(scene->server),
        .seed = plan->seed * 2 + index,
        .fault_ms = plan->fault_ms,
        .delay_ms = 4,
        .chunk = 1400,
        .stall_ms = 1500,
    });
    side->said = g_new0(guint8, plan->messages + 1);
    side->shown = g_new0(guint8, plan->messages + 1);
    side->in_life = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *section = confab_account(account->user, chaos_proxy_port(side->proxy), server_ca_file(scene->server),
                                              account->password, NULL);
    confab_write_accounts(side->home, section);
}

static void
side_close(Side *side)
{
    if (side->run != NULL) {
        g_clear_handle_id(&side->watch, g_source_remove);
        run_free(side->run);
    }
    chaos_proxy_free(side->proxy);
    if (g_getenv("FAULT_KEEP") != NULL)
        g_test_message("%s: %s", side->user, side->home);
    else
        test_directory_remove(side->home);
    g_hash_table_unref(side->in_life);
    g_free(side->home);
    g_free(side->said);
    g_free(side->shown);
}

/* --- the play --- */

static gboolean
on_pace(gpointer data)
{
    Scene *scene = data;
    if (scene->typed >= scene->plan.messages) {
        scene->pace = 0;
        return G_SOURCE_REMOVE;
    }
    Side *side = &scene->sides[g_rand_int_range(scene->rand, 0, 2)];
    if (side->run == NULL)
        return G_SOURCE_CONTINUE;
    const guint number = ++side->numbers;
    g_autofree char *line = g_strdup_printf("/msg %s %s %u", side->peer, side->tag, number);
    side->said[number] = TYPED;
    scene->typed++;
    run_type(side->run, line);
    return G_SOURCE_CONTINUE;
}

/* Runs the loop until that many messages are typed. */
static void
play_until(Scene *scene, guint typed)
{
    while (scene->typed < typed)
        g_main_context_iteration(NULL, TRUE);
}

static gboolean
on_moment_over(gpointer over)
{
    *(bool *)over = true;
    return G_SOURCE_REMOVE;
}

static void
play_for(guint ms)
{
    bool over = false;
    g_timeout_add(ms, on_moment_over, &over);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
}

/* A moment of up to `ms`, so that what comes next hits another point of what is going on. */
static void
play_moment(Scene *scene, guint ms)
{
    play_for((guint)g_rand_int_range(scene->rand, 0, (gint32)ms + 1));
}

static void
play_until_quiet(const Server *server)
{
    guint64 before = 0;
    guint quiet = 0; /* windows in a row: on a busy machine it may just not have had its turn */
    for (int i = 0; i < QUIET_WAITS && quiet < QUIET_WINDOWS; i++) {
        const guint64 now = server_cpu_ms(server);
        quiet = i > 0 && now - before <= QUIET_CPU_MS ? quiet + 1 : 0;
        before = now;
        play_for(QUIET_MS);
    }
}

/* Cut off or not, Prosody has everything on the disk that it said to have. ejabberd has its last minutes in memory, and
 * when it stops, what was archived for the sender and not yet for the recipient is gone: so it stops when it is quiet. */
static void
restart_server(Scene *scene)
{
    const bool fragile = scene->plan.server == SERVER_EJABBERD;
    const bool hard = !fragile && g_rand_boolean(scene->rand);
    for (guint i = 0; fragile && i < G_N_ELEMENTS(scene->sides); i++)
        chaos_proxy_shut(scene->sides[i].proxy, true);
    if (fragile)
        play_until_quiet(scene->server);
    server_kill(scene->server, hard ? SIGKILL : SIGTERM);
    server_resume(scene->server);
    for (guint i = 0; fragile && i < G_N_ELEMENTS(scene->sides); i++)
        chaos_proxy_shut(scene->sides[i].proxy, false);
    scene->restarts++;
}

static void
side_kill(Side *side)
{
    Scene *scene = side->scene;
    side_murder(side);
    play_moment(scene, 500);
    side_start(side);
    scene->kills++;
    /* Now and then once more, when it has just come back and is catching up. */
    if (g_rand_int_range(scene->rand, 0, 3) != 0)
        return;
    const gint64 deadline = g_get_monotonic_time() + CALM_SECONDS * G_TIME_SPAN_SECOND;
    while (!side->online && g_get_monotonic_time() < deadline)
        g_main_context_iteration(NULL, TRUE);
    play_moment(scene, 60);
    side_murder(side);
    side_start(side);
    scene->kills++;
}

typedef struct Blow {
    guint at; /* messages typed */
    int side; /* -1: the server */
} Blow;

static int
compare_blows(gconstpointer a, gconstpointer b)
{
    return (int)((const Blow *)a)->at - (int)((const Blow *)b)->at;
}

static void
play(Scene *scene)
{
    const FaultPlan *plan = &scene->plan;
    g_autoptr(GArray) blows = g_array_new(FALSE, FALSE, sizeof(Blow));
    for (guint i = 0; i < plan->kills * 2 + plan->restarts; i++) {
        const Blow blow = {
            .at = (guint)g_rand_int_range(scene->rand, (gint32)plan->messages / 20, (gint32)plan->messages),
            .side = i < plan->kills * 2 ? (int)i % 2 : -1,
        };
        g_array_append_val(blows, blow);
    }
    g_array_sort(blows, compare_blows);
    scene->pace = g_timeout_add(plan->pace_ms, on_pace, scene);
    for (guint i = 0; i < blows->len; i++) {
        const Blow *blow = &g_array_index(blows, Blow, i);
        play_until(scene, blow->at);
        play_moment(scene, plan->pace_ms);
        if (blow->side < 0)
            restart_server(scene);
        else
            side_kill(&scene->sides[blow->side]);
    }
    play_until(scene, plan->messages);
}

static guint
count_said(const Side *side)
{
    guint count = 0;
    for (guint number = 1; number <= side->numbers; number++)
        count += side->said[number] == SAID;
    return count;
}

static Db *
open_store(const Side *side)
{
    g_autofree char *path = g_build_filename(side->home, ".local", "share", "confab", "confab.db", NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS) ? db_open_patient(path, NULL, NULL) : NULL;
}

/* Whether its archive was read up to the last message of the other: only then the order is the archive's. */
static bool
has_caught_up(const Side *side)
{
    g_autofree char *address = g_strconcat(side->user, "@localhost", NULL);
    const HistoryPlace place = { address, side->peer, CONVERSATION_CHAT };
    g_autoptr(Db) db = open_store(side);
    g_autoptr(GPtrArray) page = history_page_before(db, &place, G_MAXINT64, side->scene->plan.messages, NULL);
    g_autofree char *read_to = cache_recall(db, address, "mam.order", NULL);
    gint64 last = 0;
    for (guint i = 0; i < page->len; i++) {
        const Message *message = g_ptr_array_index(page, i);
        last = message->direction == MESSAGE_IN ? message->order : last;
    }
    return read_to != NULL && g_ascii_strtoll(read_to, NULL, 10) >= last;
}

static bool
is_settled(Scene *scene)
{
    for (guint i = 0; i < G_N_ELEMENTS(scene->sides); i++) {
        const Side *side = &scene->sides[i];
        if (!side->settled || side->shown_count < count_said(side->other))
            return false;
    }
    /* What comes while the archive is being read for the last time is asked for by the next login only. */
    const gint64 now = g_get_monotonic_time();
    scene->arrived = scene->arrived != 0 ? scene->arrived : now;
    return (has_caught_up(&scene->sides[0]) && has_caught_up(&scene->sides[1]))
           || now - scene->arrived > CATCH_UP_SECONDS * G_TIME_SPAN_SECOND;
}

/* Only wakes up the loop. */
static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* The network is good again: everything is to arrive, and both leave properly. */
static void
settle(Scene *scene)
{
    const gint64 deadline = g_get_monotonic_time() + CALM_SECONDS * G_TIME_SPAN_SECOND;
    for (guint i = 0; i < G_N_ELEMENTS(scene->sides); i++) {
        chaos_proxy_calm(scene->sides[i].proxy);
        run_type(scene->sides[i].run, "/wait connected timeout 60");
        run_type(scene->sides[i].run, "/wait delivered timeout 60");
    }
    const guint tick = g_timeout_add(50, on_tick, NULL);
    while (!is_settled(scene) && g_get_monotonic_time() < deadline &&
           g_get_monotonic_time() < scene->heard + SILENCE_SECONDS * G_TIME_SPAN_SECOND)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(tick);
    for (guint i = 0; i < G_N_ELEMENTS(scene->sides); i++) {
        run_type(scene->sides[i].run, "/quit");
        side_reap(&scene->sides[i]);
    }
}

/* --- the histories --- */

typedef struct Reading {
    Side *side;       /* whose history it is */
    guint8 *out, *in; /* how often, by number */
    guint last_out, last_in;
} Reading;

static bool
on_history_row(const HistoryRow *row, gpointer data)
{
    Reading *reading = data;
    const Message *message = row->message;
    Side *side = reading->side;
    Scene *scene = side->scene;
    const bool out = message->direction == MESSAGE_OUT;
    const Side *sender = out ? side : side->other;
    guint *last = out ? &reading->last_out : &reading->last_in;
    const guint number = parse_number(message->body, sender->tag, sender->numbers);
    if (number == 0 || !g_str_equal(row->place.with, side->peer)) {
        complain(scene, "%s has what nobody said, with %s: %s", side->user, row->place.with, message->body);
        return true;
    }
    if (++(out ? reading->out : reading->in)[number] > 1)
        complain(scene, "%s has it twice: %s", side->user, message->body);
    if (number < *last)
        complain(scene, "%s has %s behind %s %u", side->user, message->body, sender->tag, *last);
    *last = number;
    if (out && (message->state == MESSAGE_QUEUED || message->state == MESSAGE_FAILED))
        complain(scene, "%s: in the end it is %s: %s (%s)", side->user, message_state_word(message->state),
                 message->body, message->reason != NULL ? message->reason : "no reason");
    return true;
}

static void
read_history(Side *side, Reading *reading)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(side->home, ".local", "share", "confab", "confab.db", NULL);
    *reading = (Reading){ .side = side,
                          .out = g_new0(guint8, side->scene->plan.messages + 1),
                          .in = g_new0(guint8, side->scene->plan.messages + 1) };
    g_autoptr(Db) db = db_open(path, NULL, &error);
    g_assert_no_error(error);
    const HistoryFilter all = { 0 };
    const bool read = history_each(db, &all, on_history_row, reading, &error);
    g_assert_no_error(error);
    g_assert_true(read);
}

/* What the sender has, the recipient has; and what was said is there. */
static void
compare_histories(const Reading *sender, const Reading *recipient)
{
    const Side *side = sender->side;
    Scene *scene = side->scene;
    for (guint number = 1; number <= side->numbers; number++) {
        if (side->said[number] == SAID && sender->out[number] == 0)
            complain(scene, "%s has forgotten %s %u", side->user, side->tag, number);
        if (sender->out[number] != 0 && recipient->in[number] == 0)
            complain(scene, "%s never got %s %u", side->other->user, side->tag, number);
        if (sender->out[number] == 0 && recipient->in[number] != 0)
            complain(scene, "%s got %s %u, which its sender does not know", side->other->user, side->tag, number);
        if (recipient->in[number] != 0 && !side->other->shown[number])
            complain(scene, "%s has %s %u, but was never shown it", side->other->user, side->tag, number);
    }
}

static void
check_histories(Scene *scene)
{
    Reading readings[2];
    for (guint i = 0; i < G_N_ELEMENTS(readings); i++)
        read_history(&scene->sides[i], &readings[i]);
    compare_histories(&readings[0], &readings[1]);
    compare_histories(&readings[1], &readings[0]);
    for (guint i = 0; i < G_N_ELEMENTS(readings); i++) {
        g_free(readings[i].out);
        g_free(readings[i].in);
    }
}

static void
report(const Scene *scene, gint64 microseconds)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint faults[CHAOS_FAULTS] = { 0 };
    guint connections = 0;
    for (guint i = 0; i < G_N_ELEMENTS(scene->sides); i++) {
        const ChaosCounts *counts = chaos_proxy_counts(scene->sides[i].proxy);
        connections += counts->connections;
        for (guint fault = 0; fault < CHAOS_FAULTS; fault++)
            faults[fault] += counts->faults[fault];
    }
    for (guint fault = 0; fault < CHAOS_FAULTS; fault++)
        g_string_append_printf(text, ", %u %s", faults[fault], chaos_fault_name(fault));
    g_test_message("seed %u: %u of %u messages said, %u connections%s, %u kills, %u restarts of the server, %.1f s: %u complaints",
                   scene->plan.seed, count_said(&scene->sides[0]) + count_said(&scene->sides[1]), scene->typed,
                   connections, text->str, scene->kills, scene->restarts, (double)microseconds / G_TIME_SPAN_SECOND,
                   scene->complaints->len);
    for (guint i = 0; i < MIN(scene->complaints->len, COMPLAINTS); i++)
        g_test_message("%s", (const char *)scene->complaints->pdata[i]);
}

/* ejabberd's own database becomes slower with each message of an archive: a long run needs another one (Debian's package
 * erlang-p1-sqlite3). */
static bool
has_sqlite_for_ejabberd(void)
{
    g_autoptr(GDir) libraries = g_dir_open("/usr/lib/erlang/lib", 0, NULL);
    for (const char *name; libraries != NULL && (name = g_dir_read_name(libraries)) != NULL;) {
        if (g_str_has_prefix(name, "p1_sqlite3-"))
            return true;
    }
    return false;
}

/* Whether it has read its archive to the end once: what is there before is history, and no news. */
static bool
has_read_archive(const Side *side)
{
    g_autofree char *address = g_strconcat(side->user, "@localhost", NULL);
    g_autoptr(Db) db = open_store(side);
    g_autofree char *cursor = db != NULL ? sync_cursor(db, address, address, NULL) : NULL;
    return cursor != NULL;
}

static void
play_overture(Scene *scene)
{
    const gint64 deadline = g_get_monotonic_time() + CALM_SECONDS * G_TIME_SPAN_SECOND;
    for (guint i = 0; i < G_N_ELEMENTS(scene->sides); i++) {
        while (!has_read_archive(&scene->sides[i]) && g_get_monotonic_time() < deadline)
            play_for(100);
    }
}

/* The server keeps everything in archives. Caller frees. */
static char *
server_words(ServerKind kind, const char *directory)
{
    if (kind == SERVER_PROSODY)
        return g_strdup("modules_enabled = { \"mam\", \"carbons\" }; default_archive_policy = true\n"
                        "smacks_hibernation_time = 300");
    g_autofree char *sql = has_sqlite_for_ejabberd()
                               ? g_strdup_printf("sql_type: sqlite\nsql_database: \"%s/archive.db\"\n", directory)
                               : g_strdup("");
    return g_strdup_printf("%sappend_host_config: {localhost: {modules: {mod_mam: {default: always%s}, mod_carboncopy: {}}}}",
                           sql, *sql != '\0' ? ", db_type: sql" : "");
}

static void
run_faults(const FaultPlan *plan)
{
    Scene scene = { .plan = *plan };
    g_autofree char *directory = test_directory_new();
    g_autofree char *extra = server_words(plan->server, directory);
    scene.server = server_start(&(ServerOptions){ .kind = plan->server, .accounts = accounts, .extra = extra });
    if (scene.server == NULL) {
        test_directory_remove(directory);
        return;
    }
    const gint64 start = g_get_monotonic_time();
    scene.rand = g_rand_new_with_seed(plan->seed);
    scene.complaints = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < G_N_ELEMENTS(scene.sides); i++)
        side_open(&scene, i);
    for (guint i = 0; i < G_N_ELEMENTS(scene.sides); i++)
        side_start(&scene.sides[i]);
    play_overture(&scene);
    play(&scene);
    settle(&scene);
    check_histories(&scene);
    report(&scene, g_get_monotonic_time() - start);
    const guint complaints = scene.complaints->len;
    for (guint i = 0; i < G_N_ELEMENTS(scene.sides); i++)
        side_close(&scene.sides[i]);
    g_ptr_array_unref(scene.complaints);
    g_rand_free(scene.rand);
    server_stop(scene.server);
    if (g_getenv("FAULT_KEEP") == NULL)
        test_directory_remove(directory);
    g_assert_cmpuint(complaints, ==, 0);
}

static void
test_prosody(void)
{
    run_faults(&(FaultPlan){ .server = SERVER_PROSODY, .seed = 3, .messages = 200, .pace_ms = 50, .fault_ms = 1000,
                             .kills = 4, .restarts = 3 });
}

static void
test_ejabberd(void)
{
    run_faults(&(FaultPlan){ .server = SERVER_EJABBERD, .seed = 5, .messages = 100, .pace_ms = 50, .fault_ms = 1000,
                             .kills = 2, .restarts = 1 });
}

static guint
number_from(const char *variable, guint otherwise)
{
    const char *text = g_getenv(variable);
    return text != NULL && *text != '\0' ? (guint)g_ascii_strtoull(text, NULL, 10) : otherwise;
}

/* make fault-run */
static void
test_by_hand(void)
{
    const guint messages = number_from("FAULT_MESSAGES", 5000);
    run_faults(&(FaultPlan) {
        .server = g_strcmp0(g_getenv("FAULT_SERVER"), "ejabberd") == 0 ? SERVER_EJABBERD : SERVER_PROSODY,
        .seed = number_from("FAULT_SEED", 1),
        .messages = messages,
        .pace_ms = number_from("FAULT_PACE", 50),
        .fault_ms = number_from("FAULT_EVERY", 3000),
        .kills = number_from("FAULT_KILLS", messages / 100),
        .restarts = number_from("FAULT_RESTARTS", messages / 250),
    });
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (g_getenv("FAULT_MESSAGES") != NULL) {
        g_test_add_func("/system/faults/by-hand", test_by_hand);
    } else {
        g_test_add_func("/system/faults/prosody", test_prosody);
        g_test_add_func("/system/faults/ejabberd", test_ejabberd);
    }
    return g_test_run();
}
