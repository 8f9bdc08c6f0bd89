/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What looks into the program: /log. */
#include <glib.h>
#include <glib/gstdio.h>

#include "support/run_confab.h"
#include "support/server.h"

/* The newest lines, of the level that is wanted, where /log path says. */
static void
test_log(void) /* I23 */
{
    static const char *const argv[] = { "run", "--json", NULL };
    g_autoptr(Run) run = run_start(NULL, argv, NULL);
    run_type(run, "/log path");
    g_autofree char *path = g_build_filename(run_home(run), ".local", "state", "confab", "confab.log", NULL);
    g_autofree char *said = run_wait_line(run, "\"event\":\"result\".*/log path");
    g_assert_nonnull(g_strstr_len(said, -1, path));
    run_type(run, "/log level");
    g_free(run_wait_line(run, "\"level\":\"info\""));
    run_type(run, "/log level debug");
    g_free(run_wait_line(run, "/log level debug.*\"ok\":true"));
    run_type(run, "/log level");
    g_free(run_wait_line(run, "\"level\":\"debug\""));
    run_type(run, "/log level loud");
    g_free(run_wait_line(run, "/log level loud.*\"ok\":false"));
    /* What stands in the file is shown, without what could do harm. */
    g_assert_true(g_file_set_contents(path, "one\ntwo \x1B]0;x\x07\nthree\n", -1, NULL));
    run_type(run, "/log 2");
    g_free(run_wait_line(run, "\"command\":\"/log 2\".*\"lines\":\\[\"two \\^\\[\\]0;x\\^G\",\"three\"\\]"));
    run_type(run, "/log");
    g_free(run_wait_line(run, "\"lines\":\\[\"one\","));
    g_assert_cmpint(g_unlink(path), ==, 0);
    run_type(run, "/log");
    g_free(run_wait_line(run, "\"command\":\"/log\".*\"ok\":false,\"code\":74"));
    run_type_end(run);
    g_assert_cmpint(run_wait_exit(run), ==, 74);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/tools/log", test_log);
    return g_test_run();
}
