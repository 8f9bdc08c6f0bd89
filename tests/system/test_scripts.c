/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts of the confab of this build: checked before they are run; the file rc; what accounts do when they are online. */
#include <glib.h>
#include <glib/gstdio.h>

#include "support/run_confab.h"
#include "support/server.h"

static const char *const contacts[] = { "bob@localhost", NULL };
static const TestAccount accounts[] = { { "alice", "a", contacts }, { "bob", "b", NULL }, { 0 } };

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

/* A home whose directory of the configuration has this file. */
static char *
make_home(const char *name, const char *text)
{
    char *home = test_directory_new();
    g_autofree char *directory = g_build_filename(home, ".config", "confab", NULL);
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return home;
}

/* The user's own file comes first, and what it sets is there. */
static void
test_rc(void)
{
    g_autofree char *home = make_home("rc", "/let NAME Alice\n/alias greet /print hello\n/print from rc\n");
    const char *const argv[] = { "run", "-e", "/greet $NAME", NULL };
    Run *run = run_start(home, argv, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    g_assert_cmpstr(run_output(run), ==, "from rc\nhello Alice\n");
    g_assert_cmpstr(run_errors(run), ==, "");
    run_free(run);
    const char *const checked[] = { "run", "--dry-run", "-e", "/greet $NAME $OTHER_NAME", NULL };
    run = run_start(home, checked, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 64);
    g_assert_cmpstr(run_errors(run), ==,
                    "confab: -e:1: /print: there is no variable $OTHER_NAME: set it with /let OTHER_NAME VALUE\n");
    run_free(run);
    test_directory_remove(home);
}

/* A mistake in it is told, and is not the script's. */
static void
test_rc_with_a_mistake(void)
{
    g_autofree char *home = make_home("rc", "# mine\n/nonsense\n/print never\n");
    const char *const argv[] = { "run", "--json", "-e", "/print here", NULL };
    Run *run = run_start(home, argv, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    g_autofree char *line = run_wait_line(run, "\"event\":\"result\".*\"command\":\"/print here\"");
    g_autofree char *expected = g_strdup_printf("confab: %s/.config/confab/rc:2: there is no command /nonsense: see "
                                                "/help, or write //… to say it\n", home);
    g_assert_cmpstr(run_errors(run), ==, expected);
    run_free(run);
    test_directory_remove(home);
}

/* /quit in it is the end; so is a signal, wherever it is. */
static void
test_rc_that_quits(void)
{
    g_autofree char *home = make_home("rc", "/print one\n/quit\n/print two\n");
    const char *const argv[] = { "run", "-e", "/print three", NULL };
    Run *run = run_start(home, argv, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    g_assert_cmpstr(run_output(run), ==, "one\n");
    run_free(run);
    test_directory_remove(home);
}

/* Each time the account is online anew its script is run, as if under /on. */
static void
test_on_connect(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = make_home("hello", "/if online /status dnd by myself\n"
                                               "/msg bob@localhost at your service\n/priority 300\n");
    g_autofree char *section = confab_account("alice", server_port(server), server_ca_file(server), "a", NULL);
    g_autofree char *text = g_strconcat(section, "on-connect = hello\n[other]\njid = other@localhost\nenabled = off\n",
                                        NULL);
    confab_write_accounts(home, text);
    const char *const argv[] = { "run", "--json", NULL };
    Run *run = run_start(home, argv, NULL);
    for (int i = 0; i < 2; i++) {
        g_autofree char *said = run_wait_line(run, "\"event\":\"message\".*\"direction\":\"out\".*at your service");
        g_autofree char *told = run_wait_line(run, "\"event\":\"error\".*\"code\":65.*/hello:3: /priority: ");
        if (i == 0)
            run_type(run, "/disconnect alice");
        if (i == 0)
            run_type(run, "/connect alice");
    }
    run_type_end(run);
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    run_free(run);
    test_directory_remove(home);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/scripts/dry-run", test_dry_run);
    g_test_add_func("/system/scripts/dry-run-of-standard-input", test_dry_run_of_standard_input);
    g_test_add_func("/system/scripts/rc", test_rc);
    g_test_add_func("/system/scripts/rc-with-a-mistake", test_rc_with_a_mistake);
    g_test_add_func("/system/scripts/rc-that-quits", test_rc_that_quits);
    g_test_add_func("/system/scripts/on-connect", test_on_connect);
    return g_test_run();
}
