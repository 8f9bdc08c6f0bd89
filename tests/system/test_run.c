/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab run` as scripts and supervisors use it, on a real Prosody: plain lines, scripts that wait for each other,
 * and every way to end. */
#include <signal.h>
#include <string.h>

#include "support/run_confab.h"
#include "support/server.h"

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "a", contacts_of_alice },
    { "bob", "b", contacts_of_bob },
    { 0 },
};

/* A home with the account of a user in it. */
static char *
make_home(const Server *server, const TestAccount *account)
{
    char *home = test_directory_new();
    g_autofree char *section = confab_account(account->user, server_port(server), server_ca_file(server),
                                              account->password, NULL);
    confab_write_accounts(home, section);
    return home;
}

static char *
write_script(const char *home, const char *text)
{
    char *path = g_build_filename(home, "script", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
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

/* Two scripts play ping-pong; neither sleeps, neither waits for its login by hand. */
static void
test_scripts_talk(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home_of_alice = make_home(server, &accounts[0]);
    g_autofree char *home_of_bob = make_home(server, &accounts[1]);
    g_autofree char *caller = write_script(home_of_alice,
                                           "# the one who starts\n"
                                           "/wait presence from bob@localhost matching ^online timeout 60\n"
                                           "/let GREETING hello, \\\n"
                                           "    \"Bob\"\n"
                                           "/msg bob@localhost $GREETING\n"
                                           "/wait message from bob@localhost matching \"^you said\" timeout 60\n"
                                           "/print got: $WAIT_TEXT\n"
                                           "/msg bob@localhost bye; /quit $HOME `id`\n");
    g_autofree char *echo = write_script(home_of_bob, "/wait message from alice@localhost timeout 60\n"
                                                      "/msg alice@localhost you said: $WAIT_TEXT\n"
                                                      "/wait message from alice@localhost matching ^bye timeout 60\n"
                                                      "/print the end\n");
    Run *alice = run_start(home_of_alice, (const char *const[]){ "run", caller, NULL }, NULL);
    Run *bob = run_start(home_of_bob, (const char *const[]){ "run", echo, NULL }, NULL);
    g_assert_cmpint(run_wait_exit(alice), ==, 0);
    g_assert_cmpint(run_wait_exit(bob), ==, 0);
    g_assert_cmpstr(run_errors(alice), ==, "");
    g_assert_cmpstr(run_errors(bob), ==, "");
    expect(alice, "^20[0-9-]{8}T[0-9:]{8}Z connection alice online$");
    expect(alice, "Z presence alice bob@localhost/[^ ]+: online$");
    expect(alice, "Z message alice > bob@localhost: hello, \"Bob\"$");
    g_assert_nonnull(strstr(run_output(alice), "Z delivery alice bob@localhost: sent\n")); /* may overtake the answer */
    expect(alice, "Z message alice bob@localhost: you said: hello, \"Bob\"$");
    expect(alice, "^got: you said: hello, \"Bob\"$");
    g_autofree char *bye = run_wait_line(bob, "Z message bob alice@localhost: bye");
    g_assert_nonnull(strstr(bye, "bye; /quit "));
    g_assert_nonnull(strstr(bye, " `id`"));
    expect(bob, "^the end$");
    stop(alice);
    stop(bob);
}

/* The first line of all needs the roster, and gets it. */
static void
test_first_line_has_the_roster(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = make_home(server, &accounts[0]);
    for (int i = 0; i < 2; i++) { /* the second time the roster is the cached one */
        Run *run = run_start(home, (const char *const[]){ "run", "-e", "/roster list", NULL }, NULL);
        g_assert_cmpint(run_wait_exit(run), ==, 0);
        expect(run, "bob@localhost +(offline|online) +both");
        run_free(run);
    }
    test_directory_remove(home);
}

/* Every control line of the results, and a message that is nothing but trouble, in JSON. */
static void
test_json_results(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = make_home(server, &accounts[0]);
    Run *run = run_start(home, (const char *const[]){ "run", "--json", NULL }, NULL);
    run_type(run, "/set script.on-error continue");
    run_type(run, "/msg alice@localhost \"quoted\" \\ </body> \xe2\x80\xa8 \xe2\x80\xae \xc2\x9b %s%n");
    /* To oneself: once, not again when it comes back. */
    expect(
        run,
        "\"direction\":\"out\".*\"body\":\"\\\\\"quoted\\\\\" \\\\\\\\ <\\\\?/body> \\\\u2028 \xe2\x80\xae \\\\u009b %s%n\"");
    expect(
        run,
        "\"event\":\"result\".*\"command\":\"/msg alice@localhost .*\"ok\":true,\"code\":0,\"error\":null,\"lines\":\\[\\]");
    run_type(run, "/roster remove nobody@localhost");
    expect(
        run,
        "\"event\":\"result\".*\"ok\":false,\"code\":66,\"error\":\"/roster remove: nobody@localhost is not in the roster");
    run_type(run, "/account set alice password hunter2");
    expect(run, "\"command\":\"/account set alice password \\*\\*\\*\\*\",\"ok\":true");
    run_type(run, "/account list");
    expect(
        run,
        "\"rows\":\\[\\{\"account\":\"alice\",\"jid\":\"alice@localhost\",\"enabled\":\"enabled\",\"state\":\"online\"\\}\\]");
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    g_assert_null(strstr(run_output(run), "hunter2"));
    stop(run);
}

/* A message that the server cannot have is not forgotten silently. */
static void
test_undelivered(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = make_home(server, &accounts[0]);
    Run *run = run_start(home, (const char *const[]){ "run", "--no-autoconnect", "-e", "/msg bob@localhost hi", NULL },
                         NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 75);
    g_assert_nonnull(strstr(run_errors(run), "confab: /wait: 1 message is not delivered yet"));
    stop(run);
}

/* The line and its number, in one line; what came before has happened. */
static void
test_failing_line(void)
{
    g_autofree char *home = test_directory_new();
    g_autofree char *script = write_script(home, "/print one\n\n/status \\\nbusy\n/print never\n");
    g_autofree char *expected = g_strdup_printf(
        "confab: %s:4: /status: “busy” does not fit status: write one of online, chat, away, "
        "xa, dnd, offline\n",
        script);
    Run *run = run_start(home, (const char *const[]){ "run", script, NULL }, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 64);
    g_assert_cmpstr(run_output(run), ==, "one\n");
    g_assert_cmpstr(run_errors(run), ==, expected);
    stop(run);
}

/* The peer sees at once that we are gone: the session was ended, not dropped. */
static void
test_signals_end_properly(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home_of_alice = make_home(server, &accounts[0]);
    g_autofree char *home_of_bob = make_home(server, &accounts[1]);
    Run *alice = run_start(home_of_alice, (const char *const[]){ "run", NULL }, NULL);
    expect(alice, "connection alice online");
    Run *bob = run_start(home_of_bob, (const char *const[]){ "run", NULL }, NULL);
    expect(alice, "presence alice bob@localhost/[^ ]+: online");
    kill(run_pid(bob), SIGTERM);
    g_assert_cmpint(run_wait_exit(bob), ==, 128 + SIGTERM);
    expect(alice, "presence alice bob@localhost[^ ]*: offline");
    kill(run_pid(alice), SIGINT);
    g_assert_cmpint(run_wait_exit(alice), ==, 128 + SIGINT);
    g_assert_cmpstr(run_errors(alice), ==, "");
    stop(alice);
    stop(bob);
}

/* A refused login ends a script that has nothing but standard input to wait for. */
static void
test_refused_login_ends_waiting(void)
{
    static const TestAccount wrong = { "alice", "wrong", NULL };
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = make_home(server, &wrong);
    Run *run = run_start(home, (const char *const[]){ "run", NULL }, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 77);
    g_assert_true(g_str_has_prefix(run_errors(run), "confab: alice: "));
    g_assert_cmpint(strchr(run_errors(run), '\n') - run_errors(run), ==, (gssize) strlen(run_errors(run)) - 1);
    stop(run);
}

/* Where nobody is named, the refused certificate is meant, not the one that is in use elsewhere. */
static void
test_refused_certificate_is_the_one_meant(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *good = confab_account("alice", server_port(server), server_ca_file(server), "a", NULL);
    g_autofree char *bad = confab_account("bob", server_port(server), NULL, "b", NULL);
    g_autofree char *both = g_strconcat(good, bad, NULL);
    confab_write_accounts(home, both);
    Run *run = run_start(home,
                         (const char *const[]){ "run", "-e", "/on alice /wait connected", "-e", "/set script.on-error continue",
                                                "-e", "/on bob /wait connected", "-e", "/tls show", "-e", "/tls trust", "-e",
                                                "/on bob /wait connected timeout 60", "-e", "/on alice /tls show", NULL },
                         NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    expect(run, "If this is the server of bob: /on bob /tls trust accepts it until confab ends, /on bob /tls pin ");
    expect(run, "^account +bob$");
    expect(run, "^verdict +refused$");
    expect(run, "Z connection bob online$");
    expect(run, "^account +alice$");
    stop(run);
}

/* `confab run | head -1`: no message, no signal, no waiting. */
static void
test_closed_output_ends_quietly(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *home = test_directory_new();
    g_autofree char *output = NULL;
    g_autofree char *errors = NULL;
    int status = -1;
    g_auto(GStrv) confab = confab_argv(NULL);
    g_auto(GStrv) environment = confab_environment(home, NULL);
    g_autofree char *script = write_script(home, "");
    g_autoptr(GString) lines = g_string_new(NULL);
    for (int i = 0; i < 20000; i++)
        g_string_append(lines, "/print a line that nobody reads\n");
    g_string_append(lines, "/wait notice timeout 100\n");
    g_assert_true(g_file_set_contents(script, lines->str, -1, NULL));
    g_autofree char *line = g_strdup_printf("('%s' run '%s'; echo $? >&2) | head -1", confab[0], script);
    const char *const argv[] = { "/bin/sh", "-c", line, NULL };
    g_assert_true(g_spawn_sync(NULL, (char **) argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &output, &errors,
                               &status, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(output, ==, "a line that nobody reads\n");
    g_assert_cmpstr(errors, ==, "0\n");
    test_directory_remove(home);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/run/scripts-talk", test_scripts_talk);
    g_test_add_func("/system/run/first-line-has-the-roster", test_first_line_has_the_roster);
    g_test_add_func("/system/run/json-results", test_json_results);
    g_test_add_func("/system/run/undelivered", test_undelivered);
    g_test_add_func("/system/run/failing-line", test_failing_line);
    g_test_add_func("/system/run/signals-end-properly", test_signals_end_properly);
    g_test_add_func("/system/run/refused-login-ends-waiting", test_refused_login_ends_waiting);
    g_test_add_func("/system/run/refused-certificate-is-the-one-meant", test_refused_certificate_is_the_one_meant);
    g_test_add_func("/system/run/closed-output-ends-quietly", test_closed_output_ends_quietly);
    return g_test_run();
}
