/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scrolling to the first message of a conversation, on a device that was never there before: the real binary in a
 * pseudo-terminal, and the archive of a real server. */
#include <string.h>

#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

enum {
    COUNT = 350, /* more than is fetched at first, and more than one page */
    KEYS_MAX = 400,
};

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "bob", "secret of bob", contacts_of_bob },
    { 0 },
};

static char *
make_home(const Server *server, const TestAccount *account)
{
    char *home = test_directory_new();
    g_autofree char *section =
        confab_account(account->user, server_port(server), server_ca_file(server), account->password, NULL);
    confab_write_accounts(home, section);
    return home;
}

static Run *
start(const char *home)
{
    const char *const argv[] = { "run", "--json", NULL };
    Run *run = run_start(home, argv, NULL);
    g_autofree char *online = run_wait_line(run, "\"event\":\"connection\".*\"state\":\"online\"");
    return run;
}

static void
quit(Run *run)
{
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    run_free(run);
}

/* Bob writes, and another device of alice gets it, so that only the archive has it. */
static void
fill_archive(const char *home_of_alice, const char *home_of_bob)
{
    Run *alice = start(home_of_alice);
    Run *bob = start(home_of_bob);
    run_type(bob, "/msg alice@localhost");
    for (guint i = 0; i < COUNT; i++) {
        g_autofree char *body = g_strdup_printf("number %u", i);
        run_type(bob, body);
    }
    g_autofree char *last = run_wait_line(alice, "\"event\":\"message\".*number 349");
    g_autofree char *sent = run_wait_line(bob, "\"event\":\"delivery\".*\"state\":\"sent\"");
    quit(alice);
    quit(bob);
}

static void
test_scroll(void)
{
    g_autoptr(Server) server =
        server_start(&(ServerOptions) { .accounts = accounts, .extra = "modules_enabled = { \"mam\" }\n" });
    if (server == NULL)
        return;
    g_autofree char *home_of_alice = make_home(server, &accounts[0]);
    g_autofree char *home_of_bob = make_home(server, &accounts[1]);
    g_autofree char *home = make_home(server, &accounts[0]);
    fill_archive(home_of_alice, home_of_bob);

    Pty *pty = pty_start(&(PtyOptions) { .home = home });
    pty_wait_text(pty, ": online]");
    pty_send(pty, "/msg bob@localhost\r");
    pty_wait_text(pty, "number 349");
    for (guint i = 0; i < KEYS_MAX && !pty_shows(pty, "number 0"); i++) {
        pty_send(pty, "\033[5~");
        pty_pump(pty, 50);
    }
    pty_wait_text(pty, "number 0");
    pty_wait_text(pty, "number 1");
    pty_send(pty, "/scroll end\r");
    pty_wait_text(pty, "number 349");
    pty_free(pty);
    test_directory_remove(home_of_alice);
    test_directory_remove(home_of_bob);
    test_directory_remove(home);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tui/past/scroll", test_scroll);
    return g_test_run();
}
