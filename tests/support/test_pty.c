/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pseudo-terminal of the terminal tests, with a shell in it. */
#include "support/pty.h"

static void
test_echo(void)
{
    const char *const argv[] = { "/bin/sh", "-c",
                                 "printf 'ready\\n'; read line; printf '\\033[1m%s\\033[0m end\\n' \"$line\"; exit 3",
                                 NULL };
    g_autoptr(Pty) pty = pty_start(&(PtyOptions){ .argv = argv });
    pty_wait_text(pty, "ready");
    g_assert_cmpint(pty_send_and_wait(pty, "hé日本\r", "hé日本 end"), >, 0);
    g_autofree char *row = pty_row(pty, 2);
    g_assert_cmpstr(row, ==, "hé日本 end");
    const PtyCell bold = pty_cell(pty, 2, 2), plain = pty_cell(pty, 2, 7);
    g_assert_cmpstr(bold.text, ==, "日");
    g_assert_cmpint(bold.width, ==, 2);
    g_assert_true(bold.bold);
    g_assert_false(plain.bold);
    g_assert_cmpint(pty_wait_exit(pty), ==, 3);
}

static void
test_resize(void)
{
    const char *const argv[] = { "/bin/sh", "-c", "trap 'stty size' WINCH; echo ready; read line; read line", NULL };
    g_autoptr(Pty) pty = pty_start(&(PtyOptions){ .argv = argv, .rows = 30, .columns = 100 });
    pty_wait_text(pty, "ready");
    pty_resize(pty, 5, 20);
    pty_send(pty, "\r");
    pty_wait_text(pty, "5 20");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/support/pty/echo", test_echo);
    g_test_add_func("/support/pty/resize", test_resize);
    return g_test_run();
}
