/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a headless confab ends (confab(1)): the exit code and the one line that says why. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "support/run_confab.h"
#include "support/server.h"

static const TestAccount accounts[] = { { "alice", "right", NULL }, { 0 } };

/* One line on standard error, "confab: CAUSE: what to do next"; `cause` stands in it. */
static void
assert_ends(Run *run, int code, const char *cause)
{
    g_assert_cmpint(run_wait_exit(run), ==, code);
    const char *errors = run_errors(run);
    if (cause == NULL) {
        g_assert_cmpstr(errors, ==, "");
        return;
    }
    const char *last = strstr(errors, "confab: ");
    g_assert_nonnull(last);
    if (strstr(errors, cause) == NULL)
        g_error("standard error lacks “%s”: %s", cause, errors);
}

/* Runs the lines with an accounts file to the end. */
static void
check(const char *accounts_file, const char *const *argv, const char *const *environment, int code, const char *cause)
{
    g_autofree char *home = test_directory_new();
    confab_write_accounts(home, accounts_file);
    Run *run = run_start(home, argv, environment);
    run_type_end(run);
    assert_ends(run, code, cause);
    run_free(run);
    test_directory_remove(home);
}

static void
test_without_network(void)
{
    const char *const unknown_word[] = { "frobnicate", NULL };
    const char *const unknown_option[] = { "run", "--frobnicate", NULL };
    const char *const unknown_command[] = { "run", "-e", "/frobnicate", NULL };
    const char *const bad_jid[] = { "run", "-e", "/account add x foo@@bar", NULL };
    const char *const no_account[] = { "run", "-e", "/connect nobody", NULL };
    const char *const no_file[] = { "run", "/nonexistent/script", NULL };
    const char *const fine[] = { "run", "-e", "/print hello", NULL };
    const char *const no_terminal[] = { "--no-autoconnect", NULL };

    check("", unknown_word, NULL, 64, "frobnicate");
    check("", unknown_option, NULL, 64, "--frobnicate");
    check("", unknown_command, NULL, 64, "/frobnicate");
    check("", bad_jid, NULL, 65, "foo@@bar");
    check("", no_account, NULL, 66, "nobody");
    check("", no_file, NULL, 66, "/nonexistent/script");
    check("", fine, NULL, 0, NULL);
    check("", no_terminal, NULL, 64, "confab run");
    check("[x]\njid = alice@localhost\ntls = perhaps\n", (const char *const[]) { "run", "-e", "/connect x", NULL },
          NULL, 78, "perhaps");
}

static void
test_unreachable(void)
{
    g_autofree char *section = confab_account("alice", server_free_port(), NULL, "x", NULL);
    check(section, (const char *const[]){ "run", "-e", "/wait connected timeout 3", NULL }, NULL, 69, "127.0.0.1");
}

static void
test_login(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    const guint16 port = server_port(server);
    const char *const wait[] = { "run", "-e", "/wait connected timeout 60", NULL };

    /* I4: a refused password, in the server's words. */
    g_autofree char *wrong = confab_account("alice", port, server_ca_file(server), "wrong", NULL);
    check(wrong, wait, NULL, 77, "alice");
    /* I3: an unknown certificate is refused, with what a user needs to judge it. */
    g_autofree char *unknown = confab_account("alice", port, NULL, "right", NULL);
    check(unknown, wait, NULL, 77, "ertificate");
    g_autofree char *right = confab_account("alice", port, server_ca_file(server), "right", NULL);
    check(right, wait, NULL, 0, NULL);
    /* A time-out of /wait is a command that failed. */
    check(right, (const char *const[]){ "run", "-e", "/wait message timeout 1", NULL }, NULL, 1, "message");
}

/* The certificate's details are in the notices; trusting it once or pinning it connects; a changed pin is an alarm. */
static void
test_certificate(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *section = confab_account("alice", server_port(server), NULL, "right", NULL);
    confab_write_accounts(home, section);
    Run *run = run_start(home, (const char *const[]){ "run", NULL }, NULL);
    run_type(run, "/set script.on-error continue");
    run_type(run, "/connect alice");
    g_autofree char *names = run_wait_line(run, "localhost");
    g_autofree char *hash = run_wait_line(run, "[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}");
    run_type(run, "/tls pin");
    run_type(run, "/wait connected timeout 60");
    run_type(run, "/unset script.on-error");
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    run_free(run);

    /* Pinned: the next start needs nobody. */
    const char *const wait[] = { "run", "-e", "/wait connected timeout 60", NULL };
    run = run_start(home, wait, NULL);
    assert_ends(run, 0, NULL);
    run_free(run);

    /* I3: another certificate on the same port, even one that verifies, is refused as an alarm. */
    g_autoptr(Server) other = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    g_autofree char *path = g_build_filename(home, ".config", "confab", "accounts", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autofree char *before = g_strdup_printf("port = %u", server_port(server));
    g_autofree char *after = g_strdup_printf("port = %u\nca-file = %s", server_port(other), server_ca_file(other));
    g_auto(GStrv) parts = g_strsplit(text, before, 2);
    g_assert_nonnull(parts[1]);
    g_autofree char *changed = g_strjoinv(after, parts);
    confab_write_accounts(home, changed);
    run = run_start(home, wait, NULL);
    assert_ends(run, 77, "pin");
    run_free(run);
    test_directory_remove(home);
}

/* I23: a password comes from each place confab(1) names, and never shows up anywhere. */
static void
test_password_sources(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *section = confab_account("alice", server_port(server), server_ca_file(server), NULL, NULL);
    const char *const wait[] = { "run", "-e", "/wait connected timeout 60", NULL };

    check(section, wait, NULL, 78, "password");

    g_autofree char *command = g_strconcat(section, "password-command = echo right\n", NULL);
    check(command, wait, NULL, 0, NULL);
    g_autofree char *failing = g_strconcat(section, "password-command = echo locked >&2; exit 5\n", NULL);
    check(failing, wait, NULL, 78, "locked");

    g_autofree char *directory = test_directory_new();
    g_autofree char *credential = g_build_filename(directory, "confab-alice", NULL);
    g_assert_true(g_file_set_contents(credential, "right", -1, NULL));
    g_autofree char *variable = g_strconcat("CREDENTIALS_DIRECTORY=", directory, NULL);
    check(section, wait, (const char *const[]){ variable, NULL }, 0, NULL);

    const int fd = open(credential, O_RDONLY);
    g_autofree char *number = g_strdup_printf("--password-fd=%d", fd);
    check(section, (const char *const[]){ "run", number, "-e", "/wait connected timeout 60", NULL }, NULL, 0, NULL);
    close(fd);
    test_directory_remove(directory);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/exit/without-network", test_without_network);
    g_test_add_func("/system/exit/unreachable", test_unreachable);
    g_test_add_func("/system/exit/login", test_login);
    g_test_add_func("/system/exit/certificate", test_certificate);
    g_test_add_func("/system/exit/password-sources", test_password_sources);
    return g_test_run();
}
