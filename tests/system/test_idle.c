/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Idle and connected over TLS with 100 contacts online: no system call and no byte to the terminal in 30 seconds. */
#include <string.h>

#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

enum {
    CONTACTS = 100,
    WINDOW_MS = 30000,
    WINDOWS = 3, /* threads that helped with logging in take their time to end */
};

/* System calls made since strace began to write; not those that have not ended. */
static int
count_calls(const char *path, bool show_last)
{
    g_autofree char *text = NULL;
    const char *last = "";
    int calls = 0;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (strstr(*line, " = ") != NULL && strstr(*line, "+++") == NULL) {
            last = *line;
            calls++;
        }
    }
    if (show_last)
        g_test_message("the last one: %s", last);
    return calls;
}

/* System calls of one window; its terminal bytes through `bytes`. */
static int
measure(Pty *pty, const char *trace, gsize *bytes)
{
    const gint64 end = g_get_monotonic_time() + WINDOW_MS * G_TIME_SPAN_MILLISECOND;
    const int before = count_calls(trace, false);

    *bytes = 0;
    for (gint64 left; (left = end - g_get_monotonic_time()) > 0;)
        *bytes += pty_pump(pty, (int)(left / 1000) + 1);
    return count_calls(trace, true) - before;
}

static void
test_idle(void)
{
    g_autofree char *strace = g_find_program_in_path("strace");
    if (strace == NULL && g_getenv("CONFAB_REQUIRE_SERVERS") == NULL) {
        g_test_skip("strace is not installed");
        return;
    }
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
    /* From the start: whoever is not root may not attach to it later (I26). */
    g_autofree char *trace = g_build_filename(home, "trace", NULL);
    g_auto(GStrv) confab = confab_argv(NULL);
    const char *const argv[] = { "strace", "-f", "-o", trace, confab[0], NULL };
    g_autoptr(Pty) pty = pty_start(&(PtyOptions){ .argv = argv, .home = home, .rows = 40, .columns = 120 });
    pty_wait_text(pty, "alice: online");
    pty_wait_text(pty, "contact000");

    int calls = -1;
    gsize bytes = 0;
    for (int window = 0; window < WINDOWS && calls != 0; window++) {
        calls = measure(pty, trace, &bytes);
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
