/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket of a real confab on a real server: many programs at once, one that never reads, and a bot that answers for
 * long without growing. CONFAB_BOT_MESSAGES says how many messages (make bot-run MESSAGES=100000). */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/run_confab.h"
#include "support/server.h"

enum {
    CLIENTS = 50,
    REQUESTS = 40,         /* of each */
    BOT_MESSAGES = 400,
    WINDOW = 50,           /* messages under way to the bot */
    GROWTH_MAX = 3 * 1024, /* KiB, from half of the way on: not a function of the number of messages */
};

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice }, { "bob", "secret of bob", contacts_of_bob }, { 0 } };

typedef struct Fixture {
    Server *server;
    char *homes[2];
    Run *runs[2]; /* of alice, of bob: headless */
} Fixture;

/* A program at a socket. */
typedef struct Program {
    int fd;
    GString *read;
} Program;

/* As a supervisor starts it: what it prints goes to a log, which somebody else reads. */
static Run *
start_service(const char *home)
{
    g_auto(GStrv) confab = confab_argv(NULL);
    const char *const argv[] = { "-c", "exec \"$0\" run --stay >/dev/null", confab[0], NULL };
    const char *const wait[] = { "ctl", "/wait connected timeout 60", NULL };
    g_autofree char *path = g_build_filename(home, "confab", "control.sock", NULL);
    Run *run = run_start_program("/bin/sh", home, argv, NULL);
    for (int i = 0; i < RUN_TIMEOUT / 10 && !g_file_test(path, G_FILE_TEST_EXISTS); i++)
        g_usleep(10 * 1000);
    g_autoptr(Run) ctl = run_start(home, wait, NULL);
    g_assert_cmpint(run_wait_exit(ctl), ==, 0);
    return run;
}

static bool
set_up(Fixture *fixture)
{
    fixture->server = server_start(&(ServerOptions) { .kind = SERVER_PROSODY, .accounts = accounts });
    if (fixture->server == NULL)
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(fixture->homes); i++) {
        g_autofree char *section = confab_account(accounts[i].user, server_port(fixture->server),
                                                  server_ca_file(fixture->server), accounts[i].password, NULL);
        fixture->homes[i] = test_directory_new();
        confab_write_accounts(fixture->homes[i], section);
        fixture->runs[i] = start_service(fixture->homes[i]);
    }
    return true;
}

static void
tear_down(Fixture *fixture)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixture->homes); i++) {
        run_free(fixture->runs[i]);
        test_directory_remove(fixture->homes[i]);
        g_free(fixture->homes[i]);
    }
    server_stop(fixture->server);
}

static Program
program_new(const char *home)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const Program program = { socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), g_string_new(NULL) };
    g_snprintf(address.sun_path, sizeof address.sun_path, "%s/confab/control.sock", home);
    g_assert_cmpint(connect(program.fd, (struct sockaddr *) &address, sizeof address), ==, 0);
    return program;
}

static void
program_free(Program *program)
{
    close(program->fd);
    g_string_free(program->read, TRUE);
}

/* Writes all of it, or as much as is taken before the other side hangs up. */
static bool
program_say(const Program *program, const char *text)
{
    for (gsize length = strlen(text), at = 0; at < length;) {
        const gssize count = send(program->fd, text + at, length - at, MSG_NOSIGNAL);
        if (count < 0)
            return false;
        at += (gsize) count;
    }
    return true;
}

/* The next line that is there, waiting for it up to `patience` ms; NULL: none. The caller frees. */
static char *
program_next(Program *program, int patience)
{
    char bytes[16384];
    for (;;) {
        const char *feed = memchr(program->read->str, '\n', program->read->len);
        if (feed != NULL) {
            const gsize length = (gsize) (feed - program->read->str);
            char *line = g_strndup(program->read->str, length);
            g_string_erase(program->read, 0, (gssize) length + 1);
            return line;
        }
        struct pollfd waiting = { .fd = program->fd, .events = POLLIN };
        if (poll(&waiting, 1, patience) <= 0)
            return NULL;
        const gssize count = read(program->fd, bytes, sizeof bytes);
        if (count <= 0)
            return NULL;
        g_string_append_len(program->read, bytes, count);
    }
}

/* KiB. */
static int
resident(const Run *run)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int) run_pid(run));
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *found = strstr(text, "VmRSS:");
    g_assert_nonnull(found);
    return atoi(found + strlen("VmRSS:"));
}

/* Asks for much more than it will ever read, and reads nothing: it is given up, not waited for. */
static void
ask_and_never_read(const Program *program)
{
    static const char help[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"command\",\"params\":{\"line\":\"/help say\",\"text\":true}}\n";
    struct timeval patience = { .tv_usec = 200 * 1000 };
    g_assert_cmpint(setsockopt(program->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience), ==, 0);
    g_assert_true(program_say(program, "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\"}\n"));
    for (int i = 0; i < 20000 && program_say(program, help); i++) {
    }
}

/* Each of its requests is answered exactly once, in any order, by what it has asked. */
static void
check_answers(Program *program, int number)
{
    bool answered[REQUESTS] = { false };
    for (int i = 0; i < REQUESTS; i++) {
        g_autofree char *line = program_next(program, RUN_TIMEOUT);
        g_assert_nonnull(line);
        const char *id = strstr(line, "\"id\":");
        g_assert_nonnull(id);
        const int request = atoi(id + strlen("\"id\":"));
        g_autofree char *printed = g_strdup_printf("[\"client %d request %d\"]", number, request);
        g_assert_cmpint(request, >=, 0);
        g_assert_cmpint(request, <, REQUESTS);
        g_assert_false(answered[request]);
        answered[request] = true;
        g_assert_nonnull(strstr(line, printed));
    }
    g_assert_null(program_next(program, 0));
}

static void
test_clients(void)
{
    Fixture fixture;
    Program programs[CLIENTS];
    if (!set_up(&fixture))
        return;
    const int before = resident(fixture.runs[0]);
    for (int i = 0; i < CLIENTS; i++)
        programs[i] = program_new(fixture.homes[0]);
    ask_and_never_read(&programs[0]);
    for (int request = 0; request < REQUESTS; request++) {
        for (int i = 1; i < CLIENTS; i++) {
            g_autofree char *line =
                g_strdup_printf("{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"command\",\"params\":{\"line\":\"/print client %d "
                                "request %d\"}}\n",
                                request, i, request);
            g_assert_true(program_say(&programs[i], line));
        }
    }
    for (int i = 1; i < CLIENTS; i++)
        check_answers(&programs[i], i);
    /* And the server is still heard. */
    const char *const ping[] = { "ctl", "/ping", NULL };
    g_autoptr(Run) ctl = run_start(fixture.homes[0], ping, NULL);
    g_assert_cmpint(run_wait_exit(ctl), ==, 0);
    struct pollfd silent = { .fd = programs[0].fd };
    g_test_message("resident: %d KiB before, %d KiB after; the silent one: %s", before, resident(fixture.runs[0]),
                   poll(&silent, 1, 0) == 1 ? "hung up on" : "still there");
    g_assert_cmpint(resident(fixture.runs[0]), <, before + 40 * 1024);
    for (int i = 0; i < CLIENTS; i++)
        program_free(&programs[i]);
    tear_down(&fixture);
}

/* One that wants all events and takes none is hung up on when 16 MiB wait for it; the others hear everything. */
static void
test_slow_reader(void)
{
    enum { BODY = 200 * 1000, COUNT = 100 };
    static const char subscribe[] = "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"events\":[\"message\"]}}\n";
    Fixture fixture;
    if (!set_up(&fixture))
        return;
    Program slow = program_new(fixture.homes[0]), quick = program_new(fixture.homes[0]);
    Program bob = program_new(fixture.homes[1]);
    g_autofree char *body = g_strnfill(BODY, 'x');
    g_assert_true(program_say(&slow, subscribe));
    g_assert_true(program_say(&quick, subscribe));
    for (int i = 0; i < COUNT; i++) {
        g_autofree char *line = g_strdup_printf("{\"jsonrpc\":\"2.0\",\"method\":\"send\",\"params\":{\"to\":\"alice@localhost\","
                                                "\"body\":\"%d %s\",\"wait\":\"none\"}}\n",
                                                i, body);
        g_autofree char *start = g_strdup_printf("\"body\":\"%d xxx", i);
        g_assert_true(program_say(&bob, line));
        g_autofree char *heard = program_next(&quick, RUN_TIMEOUT);
        g_assert_nonnull(heard);
        g_assert_nonnull(strstr(heard, start));
    }
    struct pollfd waiting = { .fd = slow.fd, .events = POLLRDHUP };
    g_assert_cmpint(poll(&waiting, 1, RUN_TIMEOUT), ==, 1);
    g_assert_true((waiting.revents & (POLLHUP | POLLRDHUP)) != 0);
    program_free(&slow);
    program_free(&quick);
    program_free(&bob);
    tear_down(&fixture);
}

/* I9: whatever a program sends, the others are answered, and it is forgotten afterwards. */
static void
test_hostile(void)
{
    enum { ROUNDS = 200, LONG = 9 * 1000 * 1000 };
    static const char *const words[] = {
        "\n\n\n", "nonsense\n", "{\"jsonrpc\":\"2.0\"", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}\n", "[]\n", "[1,2,3]\n",
        "{\"jsonrpc\":\"2.0\",\"id\":{\"a\":[]},\"method\":\"status\"}\n", "\xff\xfe\x80\n", "\"\\u0000\"\n", "/quit\n",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"command\",\"params\":{\"line\":\"/print a\\n/quit\"}}\n",
    };
    Fixture fixture;
    if (!set_up(&fixture))
        return;
    Program other = program_new(fixture.homes[0]);
    g_autofree char *brackets = g_strnfill(1000 * 1000, '[');
    g_autofree char *endless = g_strnfill(LONG, 'x');
    const int before = resident(fixture.runs[0]);
    for (guint round = 0; round < ROUNDS; round++) {
        Program hostile = program_new(fixture.homes[0]);
        program_say(&hostile, words[round % G_N_ELEMENTS(words)]);
        if (round % 50 == 0)
            program_say(&hostile, endless); /* no end of a line: hung up on */
        if (round % 20 == 0)
            program_say(&hostile, brackets);
        program_free(&hostile); /* in the middle, as a rule */
        g_assert_true(program_say(&other, "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"status\"}\n"));
        g_autofree char *answer = program_next(&other, RUN_TIMEOUT);
        g_assert_nonnull(answer);
        g_assert_nonnull(strstr(answer, "\"online\""));
    }
    g_test_message("resident: %d KiB before, %d KiB after", before, resident(fixture.runs[0]));
    g_assert_cmpint(resident(fixture.runs[0]), <, before + 20 * 1024);
    program_free(&other);
    tear_down(&fixture);
}

/* Clients as people use them: processes, all at once. */
static void
test_processes(void)
{
    Fixture fixture;
    Run *runs[CLIENTS];
    if (!set_up(&fixture))
        return;
    Program silent = program_new(fixture.homes[0]);
    ask_and_never_read(&silent);
    for (int i = 0; i < CLIENTS; i++) {
        g_autofree char *line = g_strdup_printf("/print number %d", i);
        const char *const argv[] = { "ctl", line, "/roster list", NULL };
        runs[i] = run_start(fixture.homes[0], argv, NULL);
    }
    for (int i = 0; i < CLIENTS; i++) {
        g_autofree char *expected = g_strdup_printf("number %d\n", i);
        g_assert_cmpint(run_wait_exit(runs[i]), ==, 0);
        g_assert_true(g_str_has_prefix(run_output(runs[i]), expected));
        g_assert_nonnull(strstr(run_output(runs[i]), "bob@localhost"));
        run_free(runs[i]);
    }
    program_free(&silent);
    tear_down(&fixture);
}

/* --- a bot --- */

static Run *
start_bot(const Fixture *fixture, const char *interpreter, const char *name)
{
    g_autofree char *script = g_test_build_filename(G_TEST_DIST, "..", "examples", "bots", name, NULL);
    g_autofree char *program = g_find_program_in_path(interpreter);
    g_auto(GStrv) confab = confab_argv(NULL);
    g_autofree char *directory = g_path_get_dirname(confab[0]);
    g_autofree char *path = g_strdup_printf("PATH=%s:/usr/local/bin:/usr/bin:/bin", directory);
    const char *const environment[] = { path, NULL };
    const char *const argv[] = { script, NULL };
    return run_start_program(program, fixture->homes[1], argv, environment);
}

static void
say(const Program *alice, int number)
{
    g_autofree char *line = g_strdup_printf("{\"jsonrpc\":\"2.0\",\"method\":\"send\",\"params\":{\"to\":\"bob@localhost\","
                                            "\"body\":\"message %d\",\"wait\":\"none\"}}\n",
                                            number);
    g_assert_true(program_say(alice, line));
}

static void
check_bot(const char *interpreter, const char *name)
{
    const char *wanted = g_getenv("CONFAB_BOT_MESSAGES");
    const int messages = wanted != NULL ? atoi(wanted) : BOT_MESSAGES;
    Fixture fixture;
    int half = 0; /* by then the cache of the store is as large as it gets */
    if (!set_up(&fixture))
        return;
    Run *bot = start_bot(&fixture, interpreter, name);
    Program alice = program_new(fixture.homes[0]);
    g_assert_true(program_say(&alice, "{\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{\"events\":[\"message\"],"
                                      "\"direction\":\"in\"}}\n"));
    /* It is there when it answers. */
    g_autofree char *first = NULL;
    for (int i = 0; first == NULL && i < 30; i++) {
        say(&alice, -1);
        first = program_next(&alice, 1000);
    }
    g_assert_nonnull(first);
    int said = 0;
    const gint64 start = g_get_monotonic_time();
    for (int heard = 0; heard < messages;) {
        while (said < messages && said < heard + WINDOW)
            say(&alice, said++);
        g_autofree char *line = program_next(&alice, RUN_TIMEOUT);
        g_assert_nonnull(line);
        if (strstr(line, "message -1\"") != NULL)
            continue;
        g_autofree char *expected = g_strdup_printf("\"body\":\"you said: message %d\"", heard);
        if (strstr(line, expected) == NULL) /* each once, in order */
            g_error("%s came for %s", line, expected);
        if (++heard == messages / 2)
            half = resident(fixture.runs[1]);
        if (heard % 10000 == 0)
            g_test_message("%d: %d KiB, alice %d KiB, %.0f s", heard, resident(fixture.runs[1]), resident(fixture.runs[0]),
                           (double) (g_get_monotonic_time() - start) / G_USEC_PER_SEC);
    }
    const int after = resident(fixture.runs[1]);
    g_test_message("%d messages: %d KiB after half of them, %d KiB at the end, %.1f s", messages, half, after,
                   (double) (g_get_monotonic_time() - start) / G_USEC_PER_SEC);
    g_assert_cmpint(after, <=, half + GROWTH_MAX);
    program_free(&alice);
    run_free(bot);
    tear_down(&fixture);
}

static void
test_bot_in_python(void)
{
    check_bot("python3", "echo.py");
}

static void
test_bot_in_shell(void)
{
    check_bot("sh", "echo.sh");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/control/clients", test_clients);
    g_test_add_func("/system/control/hostile", test_hostile);
    g_test_add_func("/system/control/slow-reader", test_slow_reader);
    g_test_add_func("/system/control/processes", test_processes);
    g_test_add_func("/system/control/bot-in-python", test_bot_in_python);
    g_test_add_func("/system/control/bot-in-shell", test_bot_in_shell);
    return g_test_run();
}
