/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab send` against a real server: bodies, recipients, exit codes, and encryption or nothing. */
#include <string.h>

#include "support/run_confab.h"
#include "support/server.h"

static const char *const contacts_of_alice[] = { "bob@localhost", "carol@localhost", NULL };
static const char *const contacts_of_others[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "bob", "secret of bob", contacts_of_others },
    { "carol", "secret of carol", contacts_of_others },
    { 0 },
};

typedef struct Fixture {
    Server *server;
    char *home; /* alice's */
} Fixture;

static bool
set_up(Fixture *fixture)
{
    fixture->server = server_start(&(ServerOptions) { .kind = SERVER_PROSODY, .accounts = accounts });
    if (fixture->server == NULL)
        return false;
    g_autofree char *section = confab_account("alice", server_port(fixture->server), server_ca_file(fixture->server),
                                              accounts[0].password, NULL);
    fixture->home = test_directory_new();
    confab_write_accounts(fixture->home, section);
    return true;
}

static void
tear_down(Fixture *fixture)
{
    test_directory_remove(fixture->home);
    g_free(fixture->home);
    server_stop(fixture->server);
}

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

/* Somebody who listens, with what was set before. */
static Run *
listen_as(const Fixture *fixture, const TestAccount *account, const char *setting)
{
    const char *const argv[] = { "run", "--json", NULL };
    g_autofree char *home = test_directory_new();
    g_autofree char *section = confab_account(account->user, server_port(fixture->server),
                                              server_ca_file(fixture->server), account->password, NULL);
    confab_write_accounts(home, section);
    Run *run = run_start(home, argv, NULL);
    if (setting != NULL)
        run_type(run, setting);
    expect(run, "\"state\":\"online\"");
    run_type(run, "/ping");
    expect(run, "\"command\":\"/ping\",\"ok\":true");
    return run;
}

static void
stop(Run *run)
{
    g_autofree char *home = g_strdup(run_home(run));
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    run_free(run);
    test_directory_remove(home);
}

/* Runs `confab send …`; the words end with NULL. `input` NULL: standard input is closed at once. */
static int
send_with(const Fixture *fixture, const char *input, char **errors, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    va_list words;
    g_ptr_array_add(argv, (gpointer) "send");
    va_start(words, errors);
    for (char *word = va_arg(words, char *); word != NULL; word = va_arg(words, char *))
        g_ptr_array_add(argv, word);
    va_end(words);
    g_ptr_array_add(argv, NULL);
    Run *run = run_start(fixture->home, (const char *const *) argv->pdata, NULL);
    if (input != NULL)
        run_type(run, input);
    run_type_end(run);
    const int code = run_wait_exit(run);
    if (errors != NULL)
        *errors = g_strdup(run_errors(run));
    g_test_message("send: %d %s", code, run_errors(run));
    run_free(run);
    return code;
}

static void
test_plain(void)
{
    Fixture fixture;
    if (!set_up(&fixture))
        return;
    Run *bob = listen_as(&fixture, &accounts[1], NULL);
    Run *carol = listen_as(&fixture, &accounts[2], NULL);
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body", "to both of you", "bob@localhost", "carol@localhost", NULL),
                    ==, 0);
    expect(bob, "\"direction\":\"in\".*\"body\":\"to both of you\".*\"encryption\":\"none\"");
    expect(carol, "\"direction\":\"in\".*\"body\":\"to both of you\"");
    g_assert_cmpint(send_with(&fixture, "grüße from a pipe", NULL, "--wait", "received", "bob@localhost", NULL), ==, 0);
    expect(bob, "\"direction\":\"in\".*\"body\":\"grüße from a pipe\"");
    g_autofree char *file = g_build_filename(fixture.home, "text", NULL);
    g_assert_true(g_file_set_contents(file, "two\nlines\n", -1, NULL));
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body-file", file, "bob@localhost", NULL), ==, 0);
    expect(bob, "\"direction\":\"in\".*\"body\":\"two\\\\nlines\"");
    stop(bob);
    stop(carol);
    tear_down(&fixture);
}

/* Each cause has its exit code, and one line that says what to do. */
static void
test_refused(void)
{
    Fixture fixture;
    g_autofree char *errors = NULL;
    if (!set_up(&fixture))
        return;
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "bob@localhost", NULL), ==, 65); /* nothing to say */
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body", "x", NULL), ==, 64);   /* to nobody */
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body", "x", "@bad", NULL), ==, 65);
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body", "\xff", "bob@localhost", NULL), !=, 0);
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body", "x", "--wait", "never", "bob@localhost", NULL), ==, 64);
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body", "x", "--encrypt", "rot13", "bob@localhost", NULL), ==, 64);
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body", "x", "-a", "nobody", "bob@localhost", NULL), ==, 66);
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body-file", "/nonexistent/text", "bob@localhost", NULL), ==, 66);
    g_assert_cmpint(
        send_with(&fixture, NULL, &errors, "--body", "x", "--wait", "received", "nobody@localhost", NULL), ==, 76);
    g_assert_true(g_str_has_prefix(errors, "confab: nobody@localhost: "));
    g_assert_null(strstr(strchr(errors, '\n') + 1, "\n")); /* one line */
    g_assert_cmpint(
        send_with(&fixture, NULL, NULL, "--body", "x", "--wait", "received", "--timeout", "2", "bob@localhost", NULL), ==,
        75); /* he is offline */
    g_autofree char *wrong = confab_account("alice", server_port(fixture.server), server_ca_file(fixture.server),
                                            "not her password", NULL);
    confab_write_accounts(fixture.home, wrong);
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body", "x", "bob@localhost", NULL), ==, 77);
    g_autofree char *unreachable =
        confab_account("alice", server_free_port(), server_ca_file(fixture.server), accounts[0].password, NULL);
    confab_write_accounts(fixture.home, unreachable);
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--body", "x", "bob@localhost", NULL), ==, 69);
    tear_down(&fixture);
}

/* I21: encrypted or not at all. */
static void
test_encrypted(void)
{
    Fixture fixture;
    g_autofree char *errors = NULL;
    if (!set_up(&fixture))
        return;
    Run *bob = listen_as(&fixture, &accounts[1], NULL);
    g_assert_cmpint(send_with(&fixture, NULL, NULL, "--encrypt", "otr", "--wait", "received", "--body", "for your eyes",
                              "bob@localhost", NULL),
                    ==, 0);
    expect(bob, "\"event\":\"encryption\".*\"state\":\"encrypted\",\"trust\":\"untrusted\"");
    expect(bob, "\"direction\":\"in\".*\"body\":\"for your eyes\".*\"encryption\":\"otr\",\"trust\":\"untrusted\"");
    expect(bob, "\"event\":\"encryption\".*\"state\":\"ended\"");
    /* The one who wants no OTR, and the one who is not there. */
    Run *carol = listen_as(&fixture, &accounts[2], "/set otr.policy never");
    g_assert_cmpint(send_with(&fixture, NULL, &errors, "--encrypt", "otr", "--timeout", "5", "--body", "the fox",
                              "carol@localhost", NULL),
                    ==, 79);
    g_assert_nonnull(strstr(errors, "nothing was sent"));
    stop(bob);
    g_assert_cmpint(
        send_with(&fixture, NULL, NULL, "--encrypt", "otr", "--body", "the fox", "bob@localhost", NULL), ==, 79);
    run_type(carol, "/ping");
    expect(carol, "\"command\":\"/ping\",\"ok\":true");
    g_assert_null(strstr(run_output(carol), "the fox"));
    stop(carol);
    bob = listen_as(&fixture, &accounts[1], NULL);
    run_type(bob, "/ping");
    expect(bob, "\"command\":\"/ping\",\"ok\":true");
    g_assert_null(strstr(run_output(bob), "the fox"));
    stop(bob);
    tear_down(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/send/plain", test_plain);
    g_test_add_func("/system/send/refused", test_refused);
    g_test_add_func("/system/send/encrypted", test_encrypted);
    return g_test_run();
}
