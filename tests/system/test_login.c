/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in to a server with the extensible profile, sessions bound along with the login, and tokens (XEP-0388, 0386,
 * 0484): what is taken from one run of the program to the next, and what happens when it is worth nothing any more. */
#include <signal.h>
#include <string.h>

#include <glib/gstdio.h>

#include "support/run_confab.h"
#include "support/server.h"

static const TestAccount accounts[] = { { "alice", "secret of alice", NULL }, { "bob", "secret of bob", NULL }, { 0 } };

static Server *
start_server(void)
{
    return server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts, .newer_login = true });
}

/* A fresh home for alice; `password` NULL: none is stored. */
static void
write_account(const Server *server, const char *home, const char *password)
{
    g_autofree char *section = confab_account("alice", server_direct_port(server), server_ca_file(server),
                                              password != NULL ? password : "x", "direct");
    g_autoptr(GString) text = g_string_new(section);
    if (password == NULL)
        g_string_replace(text, "password = x\n", "", 1);
    confab_write_accounts(home, text->str);
}

static Run *
start(const char *home, const char *const *environment)
{
    const char *const argv[] = { "run", "--json", NULL };
    return run_start(home, argv, environment);
}

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

static void
quit(Run *run)
{
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    g_assert_null(strstr(run_output(run), "secret-token")); /* I23 */
    g_assert_null(strstr(run_errors(run), "secret-token"));
    run_free(run);
}

/* What the server wrote into its log since the last call. */
static char *
read_log(const Server *server, gsize *from)
{
    g_autofree char *path = g_build_filename(server_directory(server), "prosody.log", NULL);
    g_autofree char *text = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    char *news = g_strdup(text + MIN(*from, length));
    *from = length;
    return news;
}

static void
assert_log(const char *log, const char *part, bool there)
{
    if ((strstr(log, part) != NULL) != there)
        g_error("%s\n\"%s\" is %s", log, part, there ? "missing" : "there");
}

#define WITH_TOKEN "Client is authenticating using FAST"
#define NEW_TOKEN "Provided new FAST token"
#define BOUND "Resource bound: alice@localhost/confab~"

/* Logs in and out again; returns what the server has to say about it. */
static char *
visit(const Server *server, const char *home, gsize *from)
{
    g_free(read_log(server, from));
    Run *run = start(home, NULL);
    expect(run, "\"state\":\"online\"");
    run_type(run, "/ping"); /* the session is one that works */
    expect(run, "\"event\":\"result\".*\"command\":\"/ping\",\"ok\":true");
    quit(run);
    return read_log(server, from);
}

static void
test_token(void)
{
    g_autoptr(Server) server = start_server();
    gsize from = 0;
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    write_account(server, home, "secret of alice");

    g_autofree char *first = visit(server, home, &from);
    assert_log(first, WITH_TOKEN, false);
    assert_log(first, "requested new FAST token for HT-SHA-256-EXPR", true);
    assert_log(first, NEW_TOKEN, true);
    assert_log(first, BOUND, true);

    /* The program has ended meanwhile; the resource is the same, as the server knows the installation again. */
    g_autofree char *second = visit(server, home, &from);
    assert_log(second, WITH_TOKEN, true);
    assert_log(second, "HT-SHA-256-EXPR", true);
    assert_log(second, NEW_TOKEN, false);
    assert_log(second, BOUND, true);

    /* No password is needed, nor asked for. */
    write_account(server, home, NULL);
    g_autofree char *third = visit(server, home, &from);
    assert_log(third, WITH_TOKEN, true);

    /* The server has forgotten all tokens: the password follows. This server needs another connection for that. */
    write_account(server, home, "secret of alice");
    server_kill(server, SIGTERM);
    g_autofree char *tokens = g_build_filename(server_directory(server), "data", "localhost", "fast_tokens", "alice.dat", NULL);
    g_assert_cmpint(g_unlink(tokens), ==, 0);
    server_resume(server);
    g_autofree char *fourth = visit(server, home, &from);
    assert_log(fourth, WITH_TOKEN, true);
    assert_log(fourth, "No matching HT-SHA-256-EXPR token found", true);
    assert_log(fourth, NEW_TOKEN, true);

    /* Forgotten again, and no password is at hand: it is asked for, and nobody can answer here. */
    write_account(server, home, NULL);
    server_kill(server, SIGTERM);
    g_assert_cmpint(g_unlink(tokens), ==, 0);
    server_resume(server);
    Run *run = start(home, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 78); /* EX_CONFIG */
    g_assert_nonnull(strstr(run_output(run), "waiting for the password"));
    g_assert_null(strstr(run_output(run), "\"state\":\"online\""));
    run_free(run);
    test_directory_remove(home);
}

/* Who wants no token gets none, and loses the one that is there. */
static void
test_no_token(void)
{
    g_autoptr(Server) server = start_server();
    gsize from = 0;
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    write_account(server, home, "secret of alice");
    g_autofree char *with = visit(server, home, &from);
    assert_log(with, NEW_TOKEN, true);
    g_autofree char *config = g_build_filename(home, ".config", "confab", "config", NULL);
    g_assert_true(g_file_set_contents_full(config, "login.token = false\n", -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
    g_autofree char *without = visit(server, home, &from);
    assert_log(without, WITH_TOKEN, false);
    assert_log(without, NEW_TOKEN, false);
    assert_log(without, BOUND, true);
    g_assert_true(g_file_set_contents_full(config, "", -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
    g_autofree char *again = visit(server, home, &from);
    assert_log(again, WITH_TOKEN, false);
    test_directory_remove(home);
}

/* Carbons are on without a word about them: what one device sends the other one shows. */
static void
test_carbons(void)
{
    g_autoptr(Server) server = start_server();
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *other_home = test_directory_new();
    write_account(server, home, "secret of alice");
    write_account(server, other_home, "secret of alice");
    Run *desk = start(home, NULL);
    expect(desk, "\"state\":\"online\"");
    Run *phone = start(other_home, NULL);
    expect(phone, "\"state\":\"online\"");
    run_type(phone, "/ping");
    expect(phone, "\"command\":\"/ping\",\"ok\":true");
    run_type(desk, "/msg bob@localhost from the desk");
    expect(phone, "\"event\":\"message\".*\"direction\":\"out\".*from the desk");
    gsize from = 0;
    g_autofree char *log = read_log(server, &from);
    assert_log(log, "<enable xmlns='urn:xmpp:carbons:2'/></iq>", false);
    quit(desk);
    quit(phone);
    test_directory_remove(home);
    test_directory_remove(other_home);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/login/token", test_token);
    g_test_add_func("/system/login/no-token", test_no_token);
    g_test_add_func("/system/login/carbons", test_carbons);
    return g_test_run();
}
