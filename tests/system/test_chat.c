/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real binary, headless, against real servers: logging in, talking, and several accounts in one process. */
#include <signal.h>
#include <string.h>

#include "support/run_confab.h"
#include "support/server.h"

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "bob", "secret of bob", contacts_of_bob },
    { 0 },
};

/* A headless confab, in JSON, for one account of the server. */
static Run *
start(const Server *server, const TestAccount *account, bool direct)
{
    const char *const argv[] = { "run", "--json", NULL };
    g_autofree char *home = test_directory_new();
    g_autofree char *section =
        confab_account(account->user, direct ? server_direct_port(server) : server_port(server), server_ca_file(server),
                       account->password, direct ? "direct" : NULL);
    confab_write_accounts(home, section);
    return run_start(home, argv, NULL);
}

static void
stop(Run *run)
{
    g_autofree char *home = g_strdup(run_home(run));
    run_free(run);
    test_directory_remove(home);
}

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

/* Presence both ways, a message there and one back, the state "sent" for both, a proper end. */
static void
converse(Server *server, bool direct)
{
    Run *alice = start(server, &accounts[0], direct);
    Run *bob = start(server, &accounts[1], direct);
    expect(alice, "\"event\":\"connection\".*\"state\":\"securing\"");
    expect(alice, "\"event\":\"connection\".*\"state\":\"online\"");
    expect(bob, "\"event\":\"connection\".*\"state\":\"online\"");
    /* The answer comes behind his presence: from now on messages are not kept for later. */
    run_type(bob, "/ping");
    expect(bob, "\"event\":\"result\".*\"command\":\"/ping\",\"ok\":true");

    run_type(alice, "/msg bob@localhost hi Bob, \"quoted\" & <grüße> 日本 \\n");
    g_autofree char *sent = run_wait_line(alice, "\"event\":\"message\".*\"direction\":\"out\"");
    g_assert_nonnull(strstr(sent, "\"with\":\"bob@localhost\""));
    expect(alice, "\"event\":\"delivery\".*\"state\":\"sent\"");
    g_autofree char *got = run_wait_line(bob, "\"event\":\"message\".*\"direction\":\"in\"");
    g_assert_nonnull(strstr(got, "\"body\":\"hi Bob, \\\"quoted\\\" & <grüße> 日本 \\\\n\""));
    g_assert_nonnull(strstr(got, "\"from\":\"alice@localhost/"));
    g_assert_nonnull(strstr(got, "\"encryption\":\"none\""));
    g_assert_nonnull(strstr(got, "\"delayed\":false"));

    run_type(bob, "/msg alice@localhost");
    run_type(bob, "and hello back");
    expect(bob, "\"event\":\"delivery\".*\"state\":\"sent\"");
    expect(alice, "\"event\":\"message\".*\"direction\":\"in\".*\"body\":\"and hello back\"");

    run_type_end(bob);
    g_assert_cmpint(run_wait_exit(bob), ==, 0);
    run_type(alice, "/quit");
    g_assert_cmpint(run_wait_exit(alice), ==, 0);
    g_assert_cmpstr(run_errors(alice), ==, "");
    stop(alice);
    stop(bob);
}

static void
test_prosody_starttls(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server != NULL)
        converse(server, false);
}

static void
test_prosody_direct_tls(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server != NULL)
        converse(server, true);
}

static void
test_ejabberd(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_EJABBERD, .accounts = accounts });
    if (server != NULL)
        converse(server, false);
}

/* Roster and presence as a script sees them; a subscription from the first request to being seen. */
static void
test_presence(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    Run *alice = start(server, &accounts[0], false);
    expect(alice, "\"state\":\"online\"");
    Run *bob = start(server, &accounts[1], false);
    expect(alice, "\"event\":\"presence\".*bob@localhost");
    run_type(bob, "/status away gone fishing");
    expect(alice, "\"event\":\"presence\".*bob@localhost.*gone fishing");
    run_type(alice, "/roster list");
    expect(alice, "\"event\":\"result\".*\"ok\":true.*bob@localhost");
    run_type(bob, "/quit");
    g_assert_cmpint(run_wait_exit(bob), ==, 0);
    expect(alice, "\"event\":\"presence\".*bob@localhost.*offline");
    run_type(alice, "/ping");
    expect(alice, "\"event\":\"result\".*\"command\":\"/ping\",\"ok\":true");
    stop(alice);
    stop(bob);
}

static const TestAccount second_accounts[] = { { "carol", "c", NULL }, { "dave", "d", NULL }, { 0 } };

/* Two accounts in one process talk with two others on two servers; one server dies without a word; the other
 * conversation never notices. */
static void
test_two_accounts(void)
{
    g_autoptr(Server) first = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    g_autoptr(Server) second = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = second_accounts });
    if (first == NULL || second == NULL)
        return;
    const char *const argv[] = { "run", "--json", NULL };
    g_autofree char *home = test_directory_new();
    g_autofree char *one =
        confab_account("alice", server_port(first), server_ca_file(first), accounts[0].password, NULL);
    g_autofree char *two = confab_account("carol", server_port(second), server_ca_file(second), "c", NULL);
    g_autofree char *both = g_strconcat(one, "\n", two, NULL);
    confab_write_accounts(home, both);
    Run *me = run_start(home, argv, NULL);
    Run *bob = start(first, &accounts[1], false);
    Run *dave = start(second, &second_accounts[1], false);
    expect(bob, "\"state\":\"online\"");
    expect(dave, "\"state\":\"online\"");
    expect(me, "\"state\":\"online\"");
    expect(me, "\"state\":\"online\"");

    run_type(me, "/on alice /msg bob@localhost one");
    run_type(me, "/on carol /msg dave@localhost two");
    expect(bob, "\"body\":\"one\"");
    expect(dave, "\"body\":\"two\"");
    run_type(bob, "/msg alice@localhost three");
    run_type(dave, "/msg carol@localhost four");
    expect(me, "\"body\":\"(three|four)\"");
    expect(me, "\"body\":\"(three|four)\"");

    server_kill(first, SIGKILL);
    expect(me, "\"event\":\"connection\".*\"account\":\"alice\".*\"state\":\"offline\"");
    for (int i = 0; i < 20; i++) {
        g_autofree char *there = g_strdup_printf("/on carol /msg dave@localhost still %d", i);
        g_autofree char *arrived = g_strdup_printf("\"body\":\"still %d\"", i);
        g_autofree char *back = g_strdup_printf("/msg carol@localhost here %d", i);
        g_autofree char *seen = g_strdup_printf("\"body\":\"here %d\"", i);
        run_type(me, there);
        expect(dave, arrived);
        run_type(dave, back);
        expect(me, seen);
    }
    g_assert_null(strstr(run_output(me), "\"account\":\"carol\",\"state\":\"offline\""));

    /* The lost one comes back by itself. */
    server_resume(first);
    expect(me, "\"event\":\"connection\".*\"account\":\"alice\".*\"state\":\"online\"");
    stop(me);
    stop(bob);
    stop(dave);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/chat/prosody-starttls", test_prosody_starttls);
    g_test_add_func("/system/chat/prosody-direct-tls", test_prosody_direct_tls);
    g_test_add_func("/system/chat/ejabberd", test_ejabberd);
    g_test_add_func("/system/chat/presence", test_presence);
    g_test_add_func("/system/chat/two-accounts-one-server-killed", test_two_accounts);
    return g_test_run();
}
