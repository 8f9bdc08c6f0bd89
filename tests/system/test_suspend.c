/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lid is closed for longer than the server has patience. When it is opened, confab is online again and has what was
 * said meanwhile, once, without a key being pressed. I19. */
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
static const char *const archives[] = {
    [SERVER_PROSODY] = "modules_enabled = { \"mam\", \"carbons\" }; default_archive_policy = true",
    [SERVER_EJABBERD] = "append_host_config: {localhost: {modules: {mod_mam: {default: always}, mod_carboncopy: {}}}}",
};

static Run *
start(const Server *server, const TestAccount *account)
{
    const char *const argv[] = { "run", "--json", "-e", "/set reconnect.ceiling 1", "-", NULL };
    g_autofree char *home = test_directory_new();
    g_autofree char *section =
        confab_account(account->user, server_port(server), server_ca_file(server), account->password, NULL);
    confab_write_accounts(home, section);
    Run *run = run_start(home, argv, NULL);
    g_autofree char *online = run_wait_line(run, "\"event\":\"connection\".*\"state\":\"online\"");
    return run;
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

/* The rosters of ejabberd begin empty. */
static void
befriend(Run *alice, Run *bob)
{
    run_type(bob, "/subscribe alice@localhost");
    expect(alice, "\"event\":\"subscription\"");
    run_type(alice, "/approve bob@localhost");
}

static guint
count(const Run *run, const char *text)
{
    guint found = 0;
    for (const char *p = run_output(run); (p = strstr(p, text)) != NULL; p++)
        found++;
    return found;
}

static void
test_closed_lid(gconstpointer kind)
{
    const ServerKind server_kind = (ServerKind)GPOINTER_TO_INT(kind);
    g_autoptr(Server) server = server_start(&(ServerOptions) {
        .kind = server_kind, .accounts = accounts, .extra = archives[server_kind], .impatient = true });
    if (server == NULL)
        return;
    Run *alice = start(server, &accounts[0]);
    Run *bob = start(server, &accounts[1]);
    if (server_kind == SERVER_EJABBERD)
        befriend(alice, bob);
    expect(bob, "\"event\":\"presence\".*\"from\":\"alice@localhost/.*\"online\"");

    kill(run_pid(alice), SIGSTOP);
    run_type(bob, "/msg alice@localhost while it sleeps"); /* reaches its socket, not its eyes */
    expect(bob, "\"event\":\"presence\".*\"from\":\"alice@localhost.*\"offline\"");
    run_type(bob, "/msg alice@localhost when it is given up");
    run_type(bob, "/wait delivered timeout 60");
    expect(bob, "\"command\":\"/wait delivered timeout 60\",\"ok\":true");
    kill(run_pid(alice), SIGCONT);

    for (int i = 0; i < 2; i++) /* a server that takes back what it had handed out may tell it last */
        expect(alice, "\"event\":\"message\".*\"body\":\"(while it sleeps|when it is given up)\"");
    expect(bob, "\"event\":\"presence\".*\"from\":\"alice@localhost/.*\"online\"");
    run_type(bob, "/msg alice@localhost awake");
    expect(alice, "\"body\":\"awake\"");
    g_assert_cmpuint(count(alice, "\"body\":\"while it sleeps\""), ==, 1);
    g_assert_cmpuint(count(alice, "\"body\":\"when it is given up\""), ==, 1);
    g_assert_cmpuint(count(alice, "\"state\":\"online\",\"reason\""), ==, 2);
    run_type(alice, "/reconnect now");
    expect(alice, "\"event\":\"connection\".*\"state\":\"online\"");
    run_type(alice, "/quit");
    g_assert_cmpint(run_wait_exit(alice), ==, 0);
    stop(alice);
    stop(bob);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/system/suspend/prosody", GINT_TO_POINTER(SERVER_PROSODY), test_closed_lid);
    g_test_add_data_func("/system/suspend/ejabberd", GINT_TO_POINTER(SERVER_EJABBERD), test_closed_lid);
    return g_test_run();
}
