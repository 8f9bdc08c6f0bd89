/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab run --stay` as a supervisor has it: told how it is, asked on a socket that was handed over, ended by a signal. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/run_confab.h"
#include "support/server.h"

static const TestAccount accounts[] = { { "alice", "secret of alice", NULL }, { 0 } };

static const char *const stays[] = { "run", "--stay", NULL };

typedef struct Fixture {
    char *home, *path;
    int supervisor; /* the socket it is told on */
} Fixture;

static int
bind_at(const char *path, int type)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_assert_cmpuint(g_strlcpy(address.sun_path, path, sizeof address.sun_path), <, sizeof address.sun_path);
    const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *) &address, sizeof address), ==, 0);
    return fd;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->home = test_directory_new();
    fixture->path = g_build_filename(fixture->home, "notify", NULL);
    fixture->supervisor = bind_at(fixture->path, SOCK_DGRAM);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    close(fixture->supervisor);
    test_directory_remove(fixture->home);
    g_free(fixture->path);
    g_free(fixture->home);
}

/* Reads what it is told until something matches; fails at the deadline. */
static void
wait_told(const Fixture *fixture, const char *regex)
{
    g_autoptr(GString) told = g_string_new(NULL);
    const gint64 deadline = g_get_monotonic_time() + RUN_TIMEOUT * 1000L;
    for (;;) {
        char text[4096];
        struct pollfd readable = { .fd = fixture->supervisor, .events = POLLIN };
        const gint64 rest = (deadline - g_get_monotonic_time()) / 1000;
        if (rest <= 0 || poll(&readable, 1, (int) rest) <= 0)
            g_error("nothing like %s was told, but:\n%s", regex, told->str);
        const ssize_t got = recv(fixture->supervisor, text, sizeof text - 1, 0);
        g_assert_cmpint(got, >, 0);
        text[got] = '\0';
        g_string_append(told, text);
        if (g_regex_match_simple(regex, text, G_REGEX_MULTILINE, 0))
            return;
    }
}

static Run *
start(const Fixture *fixture, const char *more)
{
    g_autofree char *notify = g_strconcat("NOTIFY_SOCKET=", fixture->path, NULL);
    const char *const environment[] = { notify, more, NULL };
    return run_start(fixture->home, stays, environment);
}

static void
ask(const char *home, const char *line, const char *expected)
{
    const char *const argv[] = { "ctl", line, NULL };
    g_autoptr(Run) ctl = run_start(home, argv, NULL);
    g_assert_cmpint(run_wait_exit(ctl), ==, 0);
    g_assert_nonnull(strstr(run_output(ctl), expected));
}

static void
test_life(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Run) run = start(fixture, NULL);
    run_type_end(run);
    wait_told(fixture, "^READY=1$");
    /* What is ready answers. */
    ask(fixture->home, "/version", "confab");
    kill(run_pid(run), SIGTERM);
    wait_told(fixture, "^STOPPING=1$");
    g_assert_cmpint(run_wait_exit(run), ==, 128 + SIGTERM);
    g_assert_cmpstr(run_errors(run), ==, "");
}

static void
test_quits(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Run) run = start(fixture, NULL);
    wait_told(fixture, "^READY=1$");
    ask(fixture->home, "/quit", "");
    wait_told(fixture, "^STOPPING=1$");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
}

static void
test_watchdog(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Run) run = start(fixture, "WATCHDOG_USEC=100000");
    for (guint i = 0; i < 3; i++)
        wait_told(fixture, "^WATCHDOG=1$");
}

/* The files are run first; then it stays. */
static void
test_script(Fixture *fixture, gconstpointer data)
{
    g_autofree char *script = g_build_filename(fixture->home, "script", NULL);
    g_assert_true(g_file_set_contents(script, "/print from the script\n", -1, NULL));
    const char *const argv[] = { "run", "--stay", script, NULL };
    g_autoptr(Run) run = run_start(fixture->home, argv, NULL);
    g_autofree char *line = run_wait_line(run, "^from the script$");
    ask(fixture->home, "/version", "confab");
    kill(run_pid(run), SIGINT);
    g_assert_cmpint(run_wait_exit(run), ==, 128 + SIGINT);
    /* One that fails ends it, as without --stay. */
    g_assert_true(g_file_set_contents(script, "/print one\n/nonsense\n", -1, NULL));
    g_autoptr(Run) failing = run_start(fixture->home, argv, NULL);
    g_assert_cmpint(run_wait_exit(failing), ==, 64);
    g_assert_nonnull(strstr(run_errors(failing), "script:2: "));
    /* Other words do not stay. */
    const char *const wrong[] = { "send", "--stay", "bob@example.org", NULL };
    g_autoptr(Run) send = run_start(fixture->home, wrong, NULL);
    g_assert_cmpint(run_wait_exit(send), ==, 64);
}

/* How the accounts are, in words; and what is started for a password has no way to the supervisor (I23). */
static void
test_status(Fixture *fixture, gconstpointer data)
{
    Server *server = server_start(&(ServerOptions) { .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *seen = g_build_filename(fixture->home, "seen", NULL);
    g_autofree char *section = confab_account("alice", server_port(server), server_ca_file(server), NULL, NULL);
    g_autofree char *text = g_strdup_printf("%spassword-command = env >%s; echo secret of alice\n", section, seen);
    confab_write_accounts(fixture->home, text);
    {
        g_autoptr(Run) run = start(fixture, "WATCHDOG_USEC=60000000");
        wait_told(fixture, "^STATUS=alice: online$");
        g_autofree char *environment = NULL;
        g_assert_true(g_file_get_contents(seen, &environment, NULL, NULL));
        g_assert_nonnull(strstr(environment, "HOME="));
        g_assert_null(strstr(environment, "NOTIFY_SOCKET"));
        g_assert_null(strstr(environment, "WATCHDOG"));
        kill(run_pid(run), SIGTERM);
        wait_told(fixture, "^STOPPING=1$");
        g_assert_cmpint(run_wait_exit(run), ==, 128 + SIGTERM);
    }
    server_stop(server);
}

/* --- a socket that was handed over --- */

static int
connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *) &address, sizeof address), ==, 0);
    return fd;
}

static char *
read_line(int fd)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (;;) {
        char character;
        struct pollfd readable = { .fd = fd, .events = POLLIN };
        if (poll(&readable, 1, RUN_TIMEOUT) <= 0 || read(fd, &character, 1) <= 0)
            g_error("no line, but: %s", line->str);
        if (character == '\n')
            return g_string_free(g_steal_pointer(&line), FALSE);
        g_string_append_c(line, character);
    }
}

/* As systemd starts it for confab.socket: the socket is descriptor 3. `pid`: what LISTEN_PID says, for the shell. */
static Run *
start_with_socket(const Fixture *fixture, int listening, const char *pid)
{
    g_auto(GStrv) confab = confab_argv(NULL);
    g_autofree char *script = g_strdup_printf("LISTEN_FDS=1 LISTEN_PID=%s LISTEN_FDNAMES=x exec '%s' run --stay 3<&%d %d<&-",
                                              pid, confab[0], listening, listening);
    const char *const argv[] = { "-c", script, NULL };
    g_autofree char *notify = g_strconcat("NOTIFY_SOCKET=", fixture->path, NULL);
    const char *const environment[] = { notify, NULL };
    fcntl(listening, F_SETFD, 0);
    Run *run = run_start_program("/bin/sh", fixture->home, argv, environment);
    fcntl(listening, F_SETFD, FD_CLOEXEC);
    return run;
}

static void
test_activation(Fixture *fixture, gconstpointer data)
{
    static const char question[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}\n";
    g_autofree char *directory = g_build_filename(fixture->home, "confab", NULL);
    g_autofree char *path = g_build_filename(directory, "control.sock", NULL);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    const int listening = bind_at(path, SOCK_STREAM);
    g_assert_cmpint(chmod(path, 0600) | listen(listening, 8), ==, 0);
    /* Whoever asks first waits until it has started. */
    const int client = connect_to(path);
    g_assert_cmpint(write(client, question, strlen(question)), ==, (gssize) strlen(question));
    {
        g_autoptr(Run) run = start_with_socket(fixture, listening, "$$");
        g_autofree char *answer = read_line(client);
        g_assert_nonnull(strstr(answer, "\"accounts\":[]"));
        ask(fixture->home, "/version", "confab");
        wait_told(fixture, "^READY=1$");
        kill(run_pid(run), SIGTERM);
        g_assert_cmpint(run_wait_exit(run), ==, 128 + SIGTERM);
    }
    /* The socket is not ours to take away: the next one gets it again. */
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    {
        g_autoptr(Run) run = start_with_socket(fixture, listening, "$$");
        ask(fixture->home, "/version", "confab");
    }
    close(client);
    close(listening);
}

/* What is meant for another process, or is no listening socket, is not taken: it makes its own. */
static void
test_not_for_us(Fixture *fixture, gconstpointer data)
{
    g_autofree char *other = g_build_filename(fixture->home, "other.sock", NULL);
    const int listening = bind_at(other, SOCK_STREAM);
    g_assert_cmpint(listen(listening, 8), ==, 0);
    {
        g_autoptr(Run) run = start_with_socket(fixture, listening, "1");
        wait_told(fixture, "^READY=1$");
        ask(fixture->home, "/version", "confab");
        kill(run_pid(run), SIGTERM);
        g_assert_cmpint(run_wait_exit(run), ==, 128 + SIGTERM);
    }
    {
        g_autoptr(Run) run = start_with_socket(fixture, fixture->supervisor, "$$");
        wait_told(fixture, "^READY=1$");
        ask(fixture->home, "/version", "confab");
    }
    close(listening);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
#define ADD(path, test) g_test_add("/system/service/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("life", test_life);
    ADD("quits", test_quits);
    ADD("watchdog", test_watchdog);
    ADD("script", test_script);
    ADD("status", test_status);
    ADD("activation", test_activation);
    ADD("not-for-us", test_not_for_us);
    return g_test_run();
}
