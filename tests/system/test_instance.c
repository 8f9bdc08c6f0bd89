/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab ctl`, `listen` and `send` on a real server: through a confab that runs, alone, and as cron starts them. */
#include <signal.h>
#include <string.h>

#include "support/run_confab.h"
#include "support/server.h"

#define ROOM "meadow@" SERVER_ROOMS

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
    char *homes[3];
} Fixture;

static bool
set_up(Fixture *fixture)
{
    fixture->server = server_start(&(ServerOptions) { .kind = SERVER_PROSODY, .accounts = accounts, .rooms = true });
    if (fixture->server == NULL)
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(fixture->homes); i++) {
        g_autofree char *section = confab_account(accounts[i].user, server_port(fixture->server),
                                                  server_ca_file(fixture->server), accounts[i].password, NULL);
        fixture->homes[i] = test_directory_new();
        confab_write_accounts(fixture->homes[i], section);
    }
    return true;
}

static void
tear_down(Fixture *fixture)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixture->homes); i++) {
        test_directory_remove(fixture->homes[i]);
        g_free(fixture->homes[i]);
    }
    server_stop(fixture->server);
}

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

/* Types a line of `confab run --json`, which works. */
static void
type_ok(Run *run, const char *line)
{
    run_type(run, line);
    expect(run, "\"event\":\"result\".*\"ok\":true");
}

static Run *
begin(const char *home)
{
    const char *const argv[] = { "run", "--json", NULL };
    Run *run = run_start(home, argv, NULL);
    type_ok(run, "/ping");
    return run;
}

static void
stop(Run *run)
{
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    run_free(run);
}

static Run *
start(const char *home, const char *first, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    va_list words;
    va_start(words, first);
    for (const char *word = first; word != NULL; word = va_arg(words, char *))
        g_ptr_array_add(argv, (gpointer) word);
    va_end(words);
    g_ptr_array_add(argv, NULL);
    return run_start(home, (const char *const *) argv->pdata, NULL);
}

/* Runs to its end, with this exit code. */
static void
finish(Run *run, int code)
{
    const int ended = run_wait_exit(run);
    g_test_message("%d: %s", ended, run_errors(run));
    g_assert_cmpint(ended, ==, code);
    run_free(run);
}

static void
assert_lines(const Run *run, guint count)
{
    g_auto(GStrv) lines = g_strsplit(run_output(run), "\n", -1);
    g_test_message("%s", run_output(run));
    g_assert_cmpint(g_strv_length(lines), ==, count + 1);
}

/* What carol says does not count, nor does what alice says herself, nor that she came online. */
static void
test_listen_alone(void)
{
    Fixture fixture;
    if (!set_up(&fixture))
        return;
    Run *bob = begin(fixture.homes[1]);
    Run *carol = begin(fixture.homes[2]);
    Run *listen = start(fixture.homes[0], "listen", "--json", "--count", "2", "--from", "bob@localhost", "-e",
                        "/msg bob@localhost I listen", NULL);
    expect(bob, "\"direction\":\"in\".*\"body\":\"I listen\"");
    type_ok(carol, "/msg alice@localhost nobody hears me");
    expect(carol, "\"state\":\"received\"");
    type_ok(bob, "/msg alice@localhost one");
    type_ok(bob, "/msg alice@localhost two");
    g_assert_cmpint(run_wait_exit(listen), ==, 0);
    assert_lines(listen, 2);
    expect(listen, "^\\{\"v\":1,\"event\":\"message\".*\"from\":\"bob@localhost/.*\"direction\":\"in\".*\"body\":\"one\"");
    expect(listen, "\"body\":\"two\"");
    g_assert_cmpstr(run_errors(listen), ==, "");
    run_free(listen);
    finish(start(fixture.homes[0], "listen", "--timeout", "1", NULL), 75);
    finish(start(fixture.homes[0], "listen", "--count", "-1", NULL), 64);
    finish(start(fixture.homes[0], "listen", "--event", "nonsense", NULL), 64);
    finish(start(fixture.homes[0], "listen", "--from", "@", NULL), 65);
    finish(start(fixture.homes[0], "listen", "bob@localhost", NULL), 64);
    finish(start(fixture.homes[0], "listen", "-a", "nobody", NULL), 66);
    stop(bob);
    stop(carol);
    tear_down(&fixture);
}

static void
test_listen_there(void)
{
    Fixture fixture;
    if (!set_up(&fixture))
        return;
    Run *alice = begin(fixture.homes[0]);
    Run *bob = begin(fixture.homes[1]);
    Run *plain = start(fixture.homes[0], "listen", "--count", "1", "-e", "/msg bob@localhost plain listens", NULL);
    expect(bob, "\"body\":\"plain listens\"");
    Run *json = start(fixture.homes[0], "listen", "--json", "--event", "message", "--event", "presence", "-e",
                      "/msg bob@localhost json listens", NULL);
    expect(bob, "\"body\":\"json listens\"");
    type_ok(bob, "/msg alice@localhost grüße \\e[31m");
    expect(plain, "^[-0-9TZ:.]+ message alice bob@localhost.*: grüße");
    finish(plain, 0);
    expect(json, "^\\{\"v\":1,\"event\":\"message\".*\"body\":\"grüße ");
    type_ok(bob, "/status away");
    expect(json, "\"event\":\"presence\".*\"state\":\"away\"");
    kill(run_pid(json), SIGINT);
    finish(json, 130);
    Run *orphan = start(fixture.homes[0], "listen", "-e", "/msg bob@localhost orphan listens", NULL);
    expect(bob, "\"body\":\"orphan listens\"");
    stop(alice);
    g_assert_cmpint(run_wait_exit(orphan), ==, 69);
    g_assert_cmpstr(run_errors(orphan), ==, "confab: the running confab has ended: start it again\n");
    run_free(orphan);
    stop(bob);
    tear_down(&fixture);
}

/* The room is joined for it, either way. */
static void
test_listen_room(void)
{
    Fixture fixture;
    if (!set_up(&fixture))
        return;
    Run *bob = begin(fixture.homes[1]);
    type_ok(bob, "/join " ROOM);
    for (int there = 0; there < 2; there++) {
        g_autofree char *body = g_strdup_printf("for round %d", there);
        g_autofree char *say = g_strconcat("/msg " ROOM " ", body, NULL);
        Run *alice = there ? begin(fixture.homes[0]) : NULL;
        Run *listen = start(fixture.homes[0], "listen", "--json", "--count", "1", "--room", ROOM, "--from", ROOM "/bob",
                            NULL);
        expect(bob, "\"event\":\"room\".*\"change\":\"joined\",\"nick\":\"alice\"");
        type_ok(bob, "/msg alice@localhost not in the room");
        type_ok(bob, say);
        g_autofree char *line = run_wait_line(listen, "\"kind\":\"room\"");
        g_assert_nonnull(strstr(line, body));
        g_assert_cmpint(run_wait_exit(listen), ==, 0);
        assert_lines(listen, 1);
        run_free(listen);
        if (there)
            stop(alice);
    }
    finish(start(fixture.homes[0], "listen", "--room", "meadow@nowhere.invalid", NULL), 77); /* this server talks to no other */
    stop(bob);
    tear_down(&fixture);
}

/* What a confab that runs says for us. */
static void
test_send_there(void)
{
    Fixture fixture;
    if (!set_up(&fixture))
        return;
    Run *alice = begin(fixture.homes[0]);
    Run *bob = begin(fixture.homes[1]);
    finish(start(fixture.homes[0], "send", "--body", "said there", "bob@localhost", NULL), 0);
    expect(bob, "\"direction\":\"in\".*\"body\":\"said there\"");
    expect(alice, "\"direction\":\"out\".*\"body\":\"said there\"");
    Run *send = start(fixture.homes[0], "send", "--json", "--wait", "received", "--body", "two", "bob@localhost",
                      "carol@localhost", "--timeout", "2", NULL);
    g_assert_cmpint(run_wait_exit(send), ==, 75); /* carol is not there */
    expect(send, "\"with\":\"bob@localhost\".*\"state\":\"received\".*\"code\":0\\}$");
    expect(send, "\"with\":\"carol@localhost\".*\"state\":\"sent\".*\"reason\":\".*\"code\":75\\}$");
    run_free(send);
    finish(start(fixture.homes[0], "send", "-a", "nobody", "--body", "x", "bob@localhost", NULL), 66);
    finish(start(fixture.homes[0], "send", "--encrypt", "otr", "--body", "x", "carol@localhost", NULL), 79);
    finish(start(fixture.homes[0], "send", "--wait", "received", "--body", "x", "nobody@localhost", NULL), 76);
    type_ok(alice, "/disconnect");
    finish(start(fixture.homes[0], "send", "--body", "later", "bob@localhost", NULL), 75);
    type_ok(alice, "/connect");
    expect(bob, "\"direction\":\"in\".*\"body\":\"later\"");
    run_type(alice, "/quit");
    finish(alice, 76); /* one of its messages was refused */
    stop(bob);
    tear_down(&fixture);
}

static void
test_ctl(void)
{
    Fixture fixture;
    if (!set_up(&fixture))
        return;
    Run *nobody = start(fixture.homes[0], "ctl", "/roster", NULL);
    g_assert_cmpint(run_wait_exit(nobody), ==, 69);
    g_assert_true(g_str_has_prefix(run_errors(nobody), "confab: no confab runs on this profile"));
    run_free(nobody);
    Run *alice = begin(fixture.homes[0]);
    Run *bob = begin(fixture.homes[1]);
    Run *roster = start(fixture.homes[0], "ctl", "/roster list", "/print one \"two\"", NULL);
    g_assert_cmpint(run_wait_exit(roster), ==, 0);
    expect(roster, "bob@localhost");
    expect(roster, "carol@localhost");
    expect(roster, "^one \"?two");
    run_free(roster);
    /* Each has a conversation of its own. */
    Run *lines = start(fixture.homes[0], "ctl", NULL);
    run_type(lines, "/msg bob@localhost");
    run_type(lines, "what $(id) is `id`; \"said\"");
    run_type_end(lines);
    g_assert_cmpint(run_wait_exit(lines), ==, 0);
    run_free(lines);
    expect(bob, "\"body\":\"what \\$\\(id\\) is `id`; \\\\\"said\\\\\"\"");
    Run *lost = start(fixture.homes[0], "ctl", "to whom?", "/print never", NULL);
    g_assert_cmpint(run_wait_exit(lost), !=, 0);
    g_assert_cmpstr(run_output(lost), ==, "");
    g_assert_true(g_str_has_prefix(run_errors(lost), "confab: "));
    run_free(lost);
    finish(start(fixture.homes[0], "ctl", "/nonsense", NULL), 64);
    finish(start(fixture.homes[0], "ctl", "/info nobody@localhost\n/quit", NULL), 65);
    Run *json = start(fixture.homes[0], "ctl", "--json", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"status\"}",
                      "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"nonsense\"}", NULL);
    g_assert_cmpint(run_wait_exit(json), !=, 0);
    expect(json, "\"id\":7.*\"online\"");
    run_free(json);
    stop(alice);
    stop(bob);
    tear_down(&fixture);
}

/* As cron starts it: no terminal, hardly an environment. `echo … | confab send` works, whether a confab runs or not. */
static void
test_cron(void)
{
    static const char script[] = "echo \"$1 is done\" | env -i HOME=\"$2\" setsid -w \"$3\" send bob@localhost";
    static const char *const bare[] = { "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_STATE_HOME=", "XDG_RUNTIME_DIR=", NULL };
    static const char *const run[] = { "run", "--json", NULL };
    Fixture fixture;
    g_auto(GStrv) confab = confab_argv(NULL);
    if (!set_up(&fixture))
        return;
    Run *bob = begin(fixture.homes[1]);
    for (int there = 0; there < 2; there++) {
        Run *alice = there ? run_start(fixture.homes[0], run, bare) : NULL;
        if (there)
            type_ok(alice, "/ping");
        g_autofree char *what = g_strdup_printf("round %d", there);
        const char *const argv[] = { "-c", script, "sh", what, fixture.homes[0], confab[0], NULL };
        Run *shell = run_start_program("/bin/sh", fixture.homes[0], argv, NULL);
        g_assert_cmpint(run_wait_exit(shell), ==, 0);
        g_assert_cmpstr(run_errors(shell), ==, "");
        run_free(shell);
        g_autofree char *arrives = g_strdup_printf("\"direction\":\"in\".*\"body\":\"%s is done\"", what);
        expect(bob, arrives);
        if (!there)
            continue;
        g_autofree char *goes = g_strdup_printf("\"direction\":\"out\".*\"body\":\"%s is done\"", what);
        expect(alice, goes);
        stop(alice);
    }
    stop(bob);
    tear_down(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/instance/ctl", test_ctl);
    g_test_add_func("/system/instance/send", test_send_there);
    g_test_add_func("/system/instance/listen", test_listen_there);
    g_test_add_func("/system/instance/listen-alone", test_listen_alone);
    g_test_add_func("/system/instance/listen-room", test_listen_room);
    g_test_add_func("/system/instance/cron", test_cron);
    return g_test_run();
}
