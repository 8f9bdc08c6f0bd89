/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Idle and connected over TLS with 100 contacts online: no system call and no byte to the terminal in 30 seconds. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gio/gio.h>

#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

enum {
    CONTACTS = 100,
    WINDOW_MS = 30000,
    WINDOWS = 3, /* threads that helped with logging in take their time to end */
};

/* strace on all threads of a process; it says on standard error when it is attached. */
static GSubprocess *
attach(pid_t pid, const char *output)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *number = g_strdup_printf("%d", pid);
    GSubprocess *strace =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, "strace", "-f", "-o", output, "-p", number, NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) lines = g_data_input_stream_new(g_subprocess_get_stderr_pipe(strace));
    g_autofree char *line = g_data_input_stream_read_line(lines, NULL, NULL, &error);
    g_assert_no_error(error);
    if (line == NULL || strstr(line, "attached") == NULL)
        g_error("strace: %s", line);
    return strace;
}

/* System calls that were made, not those that lasted from before the beginning or to the end. */
static int
count_calls(const char *path)
{
    g_autofree char *text = NULL;
    int calls = 0;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (strstr(*line, " = ") != NULL && strstr(*line, "ERESTART") == NULL && strstr(*line, "+++") == NULL) {
            g_test_message("%s", *line);
            calls++;
        }
    }
    return calls;
}

/* System calls of one window; its terminal bytes through `bytes`. */
static int
measure(Pty *pty, gsize *bytes)
{
    g_autofree char *directory = test_directory_new();
    g_autofree char *output = g_build_filename(directory, "strace", NULL);
    g_autoptr(GSubprocess) strace = attach(pty_pid(pty), output);
    const gint64 end = g_get_monotonic_time() + WINDOW_MS * G_TIME_SPAN_MILLISECOND;

    *bytes = 0;
    for (gint64 left; (left = end - g_get_monotonic_time()) > 0;)
        *bytes += pty_pump(pty, (int)(left / 1000) + 1);
    g_subprocess_send_signal(strace, SIGINT);
    g_subprocess_wait(strace, NULL, NULL);
    const int calls = count_calls(output);
    test_directory_remove(directory);
    return calls;
}

static void
test_idle(void)
{
    const char *contacts[CONTACTS + 1] = { NULL };
    for (int i = 0; i < CONTACTS; i++)
        contacts[i] = g_strdup_printf("contact%03d@localhost", i);
    const TestAccount accounts[] = { { "alice", "right", contacts }, { 0 } };
    g_autoptr(Server) server = server_start(&(ServerOptions) {
        .kind = SERVER_PROSODY, .accounts = accounts, .extra = "modules_enabled = { \"online_contacts\" }" });
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *section = confab_account("alice", server_port(server), server_ca_file(server), "right", NULL);
    confab_write_accounts(home, section);
    g_autoptr(Pty) pty = pty_start(&(PtyOptions){ .home = home, .rows = 40, .columns = 120 });
    pty_wait_text(pty, "alice: online");
    pty_wait_text(pty, "contact000");

    int calls = -1;
    gsize bytes = 0;
    for (int window = 0; window < WINDOWS && calls != 0; window++) {
        calls = measure(pty, &bytes);
        g_test_message("window %d: %d system calls, %zu bytes to the terminal", window, calls, bytes);
    }
    g_assert_cmpint(calls, ==, 0);
    g_assert_cmpuint(bytes, ==, 0);

    /* It was idle, not dead. */
    pty_send_and_wait(pty, "still here", "still here");
    pty_send(pty, "\x15/quit\r");
    g_assert_cmpint(pty_wait_exit(pty), ==, 0);
    test_directory_remove(home);
    for (int i = 0; i < CONTACTS; i++)
        g_free((char *)contacts[i]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/idle/no-call-no-byte", test_idle);
    return g_test_run();
}
