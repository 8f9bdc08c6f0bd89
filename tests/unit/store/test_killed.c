/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I24: a process that writes is killed at any moment; what it was told to be durable is there, once.
 *
 * The writer is this program again, since threads do not survive fork(). It takes 1,000 writes and tells the numbers of
 * the durable ones through a pipe. What was not acknowledged is written again after the next start, as a server would
 * send it again. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "history_kit.h"
#include "store/history.h"
#include "store/outbox.h"
#include "store/sync.h"

enum {
    WRITES = 1000,
    IN_FLIGHT = 32, /* not yet acknowledged */
    ROUNDS = 40,
    ROUNDS_SLOW = 400,
};

static const char own[] = "me@example.org";

/* --- the writer --- */

typedef struct Writer {
    Db *db;
    int next, acknowledged;
} Writer;

typedef struct Ticket {
    Writer *writer;
    int number;
} Ticket;

static void
on_durable(const GError *error, gpointer data)
{
    g_autofree Ticket *ticket = data;
    g_assert_no_error(error);
    ticket->writer->acknowledged++;
    g_assert_cmpint(write(STDOUT_FILENO, &ticket->number, sizeof ticket->number), ==, sizeof ticket->number);
}

/* As the core does for a message that is sent: history, outbox and cursor in one batch. */
static void
write_one(Writer *writer)
{
    g_autofree char *id = g_strdup_printf("%d", writer->next);
    g_autoptr(GError) error = NULL;
    g_autoptr(Message) message = KIT(.direction = MESSAGE_OUT, .id = id, .body = id);
    const HistoryOutcome outcome = history_add(writer->db, &kit_chat, message, &error);
    g_assert_no_error(error);
    if (outcome == HISTORY_ADDED) {
        const OutboxRow row = { .message = message->row, .with = (char *) kit_chat.with, .id = id };
        outbox_add(writer->db, own, &row, &error);
        g_assert_no_error(error);
    }
    sync_set_cursor(writer->db, own, own, id, &error);
    g_assert_no_error(error);
    Ticket *ticket = g_new(Ticket, 1);
    *ticket = (Ticket) { writer, writer->next++ };
    db_when_durable(writer->db, on_durable, ticket);
}

static int
run_writer(const char *path, int start, int end)
{
    g_autoptr(GError) error = NULL;
    Writer writer = { .db = db_open(path, NULL, &error), .next = start, .acknowledged = start };
    g_assert_no_error(error);
    while (writer.acknowledged < end) {
        while (writer.next < end && writer.next - writer.acknowledged < IN_FLIGHT)
            write_one(&writer);
        g_main_context_iteration(NULL, TRUE);
    }
    db_close(writer.db);
    return 0;
}

/* --- the killer --- */

typedef struct Fixture {
    char *directory;
    char *path;
    GRand *rand;
} Fixture;

static pid_t
start_writer(const Fixture *fixture, int start, int end, int *pipe_end)
{
    g_autofree char *from = g_strdup_printf("%d", start);
    g_autofree char *to = g_strdup_printf("%d", end);
    const char *argv[] = { "/proc/self/exe", "--write", fixture->path, from, to, NULL };
    g_autoptr(GError) error = NULL;
    GPid child;
    g_spawn_async_with_pipes(NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child, NULL, pipe_end,
                             NULL, &error);
    g_assert_no_error(error);
    return child;
}

/* Reads acknowledgements until there are `wanted`, or the writer is at its end. Returns the number after the last. */
static int
read_acknowledgements(int pipe_end, int next, int wanted)
{
    int number;
    while (wanted-- > 0) {
        const gssize length = read(pipe_end, &number, sizeof number);
        if (length == 0)
            return next;
        g_assert_cmpint(length, ==, sizeof number); /* less than PIPE_BUF: whole or not at all */
        g_assert_cmpint(number, ==, next);
        next = number + 1;
    }
    return next;
}

static void
kill_writer(pid_t child)
{
    int status;
    kill(child, SIGKILL); /* it may have come to its end before */
    while (waitpid(child, &status, 0) < 0)
        g_assert_cmpint(errno, ==, EINTR);
    g_assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
}

static gint64
number_of(sqlite3 *handle, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    g_assert_cmpint(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    const gint64 number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void
check_integrity(sqlite3 *handle)
{
    sqlite3_stmt *statement = NULL;
    g_assert_cmpint(sqlite3_prepare_v2(handle, "PRAGMA integrity_check", -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    g_assert_cmpstr((const char *) sqlite3_column_text(statement, 0), ==, "ok");
    sqlite3_finalize(statement);
}

/* Everything below `acknowledged` is there, nothing is there twice or half. */
static void
check_file(const Fixture *fixture, int acknowledged)
{
    db_close(db_open(fixture->path, NULL, NULL)); /* our way in first */
    sqlite3 *handle = NULL;
    g_assert_cmpint(sqlite3_open(fixture->path, &handle), ==, SQLITE_OK);
    check_integrity(handle);
    const gint64 messages = number_of(handle, "SELECT count(*) FROM message");
    g_assert_cmpint(messages, >=, acknowledged);
    g_assert_cmpint(number_of(handle, "SELECT count(DISTINCT id) FROM message"), ==, messages);
    g_assert_cmpint(number_of(handle, "SELECT coalesce(max(CAST(id AS INTEGER)) + 1, 0) FROM message"), ==, messages);
    g_assert_cmpint(number_of(handle, "SELECT count(*) FROM outbox"), ==, messages);
    g_assert_cmpint(number_of(handle, "SELECT count(*) FROM outbox o JOIN message m ON m.row = o.message AND m.id ="
                                      " o.stanza_id"),
                    ==, messages);
    if (messages > 0)
        g_assert_cmpint(number_of(handle, "SELECT cursor FROM archive") + 1, >=, acknowledged);
    /* In the order of writing. */
    g_assert_cmpint(number_of(handle, "SELECT count(*) FROM message a JOIN message b ON CAST(b.id AS INTEGER) ="
                                      " CAST(a.id AS INTEGER) + 1 AND b.position <= a.position AND b.row IN"
                                      " (SELECT row FROM message ORDER BY row DESC LIMIT 50)"),
                    ==, 0);
    sqlite3_close(handle);
}

static void
test_killed(void)
{
    const guint32 seed = g_test_rand_int() & G_MAXINT32;
    Fixture fixture = {
        .directory = g_dir_make_tmp("confab-test-XXXXXX", NULL),
        .rand = g_rand_new_with_seed(seed),
    };
    fixture.path = g_build_filename(fixture.directory, "confab.db", NULL);
    g_test_message("seed %u", seed);
    int acknowledged = 0;
    const int rounds = g_test_slow() ? ROUNDS_SLOW : ROUNDS;
    for (int round = 0; round < rounds; round++) {
        if (acknowledged >= WRITES) { /* a new file */
            g_assert_cmpint(g_unlink(fixture.path), ==, 0);
            acknowledged = 0;
        }
        int pipe_end;
        const pid_t child = start_writer(&fixture, acknowledged, WRITES, &pipe_end);
        const int wanted = g_rand_int_range(fixture.rand, 0, 300);
        acknowledged = read_acknowledgements(pipe_end, acknowledged, wanted);
        g_usleep((gulong) g_rand_int_range(fixture.rand, 0, 5000)); /* at any moment: not waiting for anything */
        kill_writer(child);
        acknowledged = read_acknowledgements(pipe_end, acknowledged, WRITES); /* what was on its way */
        close(pipe_end);
        check_file(&fixture, acknowledged);
    }
    g_unlink(fixture.path);
    g_assert_cmpint(g_rmdir(fixture.directory), ==, 0);
    g_rand_free(fixture.rand);
    g_free(fixture.path);
    g_free(fixture.directory);
}

int
main(int argc, char *argv[])
{
    if (argc == 5 && strcmp(argv[1], "--write") == 0)
        return run_writer(argv[2], atoi(argv[3]), atoi(argv[4]));
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/killed/nothing-acknowledged-is-missing", test_killed);
    return g_test_run();
}
