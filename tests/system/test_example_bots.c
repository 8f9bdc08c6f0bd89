/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bots of examples/bots, on a real server, spoken to by somebody who means no good. */
#include <signal.h>
#include <string.h>

#include "support/run_confab.h"
#include "support/server.h"

enum { MANY = 200 };

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice }, { "bob", "secret of bob", contacts_of_bob }, { 0 } };

/* As JSON texts, with what would do something in a shell, in a path, as a command, on a terminal, in JSON. */
static const char *const texts[] = {
    "hello",
    "$(touch pwned) `touch pwned` ; touch pwned | touch pwned & touch pwned",
    "'; touch pwned; echo '",
    "\\\"; touch pwned; echo \\\"",
    "/quit",
    "/exec touch pwned",
    "-n -e --help",
    "../../../etc/passwd %s%n%x $HOME ${IFS} *",
    "two\\nlines\\n\\n/quit\\n",
    "\\u009b31m\\u009d0;pwned\\u009c",
    "\\u2028\\u2029\\u0085 \\ud83d\\ude00 \\u202etxt",
    "{\\\"jsonrpc\\\":\\\"2.0\\\",\\\"method\\\":\\\"command\\\",\\\"params\\\":{\\\"line\\\":\\\"/quit\\\"}}",
    "\\\\u0000 \\\\",
};

typedef struct Fixture {
    Server *server;
    char *homes[2];
} Fixture;

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

/* The body of a message event, as it stands in the JSON. */
static char *
body_of(const char *line)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) regex = g_regex_new("\"body\":\"((?:[^\"\\\\]|\\\\.)*)\"", 0, 0, NULL);
    g_assert_true(g_regex_match(regex, line, 0, &match));
    return g_match_info_fetch(match, 1);
}

/* Says each of the texts by JSON-RPC, and sees it come back as it was said: both are printed by the same program. */
static void
talk(const Fixture *fixture, Run *alice)
{
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *request = g_strdup_printf(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"send\",\"params\":{\"to\":\"bob@localhost\",\"body\":\"%s\"}}", texts[i]);
        const char *const argv[] = { "ctl", "--json", request, NULL };
        g_autoptr(Run) ctl = run_start(fixture->homes[0], argv, NULL);
        if (run_wait_exit(ctl) != 0)
            g_error("%s: %s", texts[i], run_output(ctl));
        g_autofree char *said = run_wait_line(alice, "\"event\":\"message\".*\"direction\":\"out\"");
        g_autofree char *body = body_of(said);
        g_autofree char *quoted = g_regex_escape_string(body, -1);
        g_autofree char *expected = g_strdup_printf("\"direction\":\"in\".*\"body\":\"you said: %s\"", quoted);
        expect(alice, expected);
    }
}

/* Many at once, while the bot did not look: all come back, in order. */
static void
talk_fast(const Fixture *fixture, Run *alice, Run *bob, Run *bot)
{
    const char *const argv[] = { "ctl", "--json", NULL };
    kill(run_pid(bot), SIGSTOP);
    g_autoptr(Run) ctl = run_start(fixture->homes[0], argv, NULL);
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *request = g_strdup_printf(
            "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"send\",\"params\":{\"to\":\"bob@localhost\",\"body\":\"number %u.\"}}", i, i);
        run_type(ctl, request);
    }
    run_type_end(ctl);
    g_assert_cmpint(run_wait_exit(ctl), ==, 0);
    g_autofree char *last = g_strdup_printf("\"direction\":\"in\".*\"body\":\"number %u\\.\"", MANY - 1);
    expect(bob, last);
    kill(run_pid(bot), SIGCONT);
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *echo = run_wait_line(alice, "\"direction\":\"in\".*\"body\":\"you said: number");
        g_autofree char *number = g_strdup_printf("number %u.", i);
        g_assert_nonnull(strstr(echo, number));
    }
}

static bool
has(const char *program)
{
    g_autofree char *path = g_find_program_in_path(program);
    return path != NULL;
}

static void
check_bot(const char *interpreter, const char *name, const char *needs)
{
    static const char *const stay[] = { "run", "--stay", "--json", NULL };
    Fixture fixture = { 0 };
    if (!test_has(has(interpreter), interpreter) || !test_has(has(needs), needs))
        return;
    fixture.server = server_start(&(ServerOptions) { .kind = SERVER_PROSODY, .accounts = accounts });
    if (fixture.server == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(fixture.homes); i++) {
        g_autofree char *section = confab_account(accounts[i].user, server_port(fixture.server),
                                                  server_ca_file(fixture.server), accounts[i].password, NULL);
        fixture.homes[i] = test_directory_new();
        confab_write_accounts(fixture.homes[i], section);
    }
    {
        g_autoptr(Run) alice = run_start(fixture.homes[0], stay, NULL);
        g_autoptr(Run) bob = run_start(fixture.homes[1], stay, NULL);
        expect(alice, "\"event\":\"connection\".*\"state\":\"online\"");
        expect(bob, "\"event\":\"connection\".*\"state\":\"online\"");
        g_autofree char *script = g_test_build_filename(G_TEST_DIST, "..", "examples", "bots", name, NULL);
        g_autofree char *program = g_find_program_in_path(interpreter);
        g_auto(GStrv) confab = confab_argv(NULL);
        g_autofree char *directory = g_path_get_dirname(confab[0]);
        g_autofree char *path = g_strdup_printf("PATH=%s:/usr/local/bin:/usr/bin:/bin", directory);
        g_autofree char *temporary = g_strconcat("TMPDIR=", fixture.homes[1], NULL);
        const char *const environment[] = { path, temporary, NULL };
        const char *const argv[] = { script, NULL };
        g_autoptr(Run) bot = run_start_program(program, fixture.homes[1], argv, environment);
        /* It is there when it answers. */
        for (bool answered = false; !answered;) {
            const char *const ping[] = { "send", "--body", "are you there?", "bob@localhost", NULL };
            const char *const wait[] = { "listen", "--count", "1", "--timeout", "1", NULL };
            g_autoptr(Run) send = run_start(fixture.homes[0], ping, NULL);
            g_assert_cmpint(run_wait_exit(send), ==, 0);
            g_autoptr(Run) listen = run_start(fixture.homes[0], wait, NULL);
            answered = run_wait_exit(listen) == 0;
        }
        talk(&fixture, alice);
        talk_fast(&fixture, alice, bob, bot);
        /* Without the program it spoke to it ends, and leaves nothing behind. */
        kill(run_pid(bob), SIGTERM);
        run_wait_exit(bob);
        run_wait_exit(bot);
        g_assert_null(strstr(run_errors(bot), "Traceback"));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(fixture.homes); i++) {
        g_autofree char *trace = g_build_filename(fixture.homes[i], "pwned", NULL);
        g_assert_false(g_file_test(trace, G_FILE_TEST_EXISTS));
        test_directory_remove(fixture.homes[i]);
        g_free(fixture.homes[i]);
    }
    server_stop(fixture.server);
}

static void
test_python(void)
{
    check_bot("python3", "echo.py", "python3");
}

static void
test_shell(void)
{
    check_bot("sh", "echo.sh", "jq");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/example_bots/python", test_python);
    g_test_add_func("/system/example_bots/shell", test_shell);
    return g_test_run();
}
