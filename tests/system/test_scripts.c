/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts of the confab of this build: checked before they are run. */
#include <glib.h>
#include <glib/gstdio.h>

#include "support/run_confab.h"

static char *
write_file(const Run *run, const char *name, const char *text)
{
    char *path = g_build_filename(run_home(run), name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

/* Every fault is told by file and line; nothing is done, and no store is made. */
static void
test_dry_run(void)
{
    static const char *const nothing[] = { "--version", NULL };
    g_autoptr(Run) first = run_start(NULL, nothing, NULL);
    run_wait_exit(first);
    g_autofree char *path =
        write_file(first, "script", "/print never\n/nonsense\n/if online /msg\n/wait connected timeout 1\n");
    const char *const argv[] = { "run", "--dry-run", "-e", "/xyzzy", path, NULL };
    g_autoptr(Run) run = run_start(run_home(first), argv, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 64);
    g_assert_cmpstr(run_output(run), ==, "");
    g_autofree char *expected = g_strdup_printf(
        "confab: -e:1: there is no command /xyzzy: see /help, or write //… to say it\n"
        "confab: %s:2: there is no command /nonsense: see /help, or write //… to say it\n"
        "confab: %s:3: /msg: JID is missing: write /msg JID [TEXT]\n", path, path);
    g_assert_cmpstr(run_errors(run), ==, expected);
    g_autofree char *store = g_build_filename(run_home(first), ".local", "share", "confab", "confab.db", NULL);
    g_assert_false(g_file_test(store, G_FILE_TEST_EXISTS));
}

/* Standard input, and the faults as JSON. */
static void
test_dry_run_of_standard_input(void)
{
    static const char *const argv[] = { "run", "--dry-run", "--json", NULL };
    g_autoptr(Run) run = run_start(NULL, argv, NULL);
    run_type(run, "/print $NOBODY_EVER");
    run_type(run, "/print fine");
    run_type_end(run);
    g_autofree char *line = run_wait_line(run, "\"event\":\"error\"");
    g_assert_nonnull(g_strstr_len(line, -1, "\"text\":\"stdin:1: /print: there is no variable"));
    g_assert_cmpint(run_wait_exit(run), ==, 64);
    static const char *const good[] = { "run", "--dry-run", "-e", "/print $HOME", NULL };
    g_autoptr(Run) fine = run_start(NULL, good, NULL);
    g_assert_cmpint(run_wait_exit(fine), ==, 0);
    g_assert_cmpstr(run_output(fine), ==, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/scripts/dry-run", test_dry_run);
    g_test_add_func("/system/scripts/dry-run-of-standard-input", test_dry_run_of_standard_input);
    return g_test_run();
}
