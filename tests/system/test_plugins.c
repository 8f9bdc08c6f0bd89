/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plugins of a real confab on a real server: started with it, asked through the control socket, killed, and hanging. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "support/run_confab.h"
#include "support/server.h"

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice }, { "bob", "secret of bob", contacts_of_bob }, { 0 } };

/* /hang says its process id, and whatever is asked after that is not answered. */
static const char hang[] =
    "#!/usr/bin/env python3\n"
    "import json, os, sys, time\n"
    "def send(**message): print(json.dumps({'jsonrpc': '2.0', **message}), flush=True)\n"
    "send(id=1, method='filter', params={'direction': 'out'})\n"
    "send(id=2, method='register', params={'commands': [{'name': 'hang', 'help': 'x'}]})\n"
    "for line in sys.stdin:\n"
    "    request = json.loads(line)\n"
    "    if request.get('method') != 'run': continue\n"
    "    send(id=request['id'], result={'lines': [str(os.getpid())]})\n"
    "    time.sleep(1000)\n";

static void
write_plugin(const char *home, const char *name, const char *script)
{
    g_autofree char *directory = g_build_filename(home, ".config", "confab", "plugins", NULL);
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents_full(path, script, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0700, NULL));
    g_assert_cmpint(g_chmod(path, 0700), ==, 0);
}

static void
write_example(const char *home, const char *name)
{
    g_autofree char *source = g_test_build_filename(G_TEST_DIST, "..", "examples", "plugins", name, NULL);
    g_autofree char *script = NULL;
    g_assert_true(g_file_get_contents(source, &script, NULL, NULL));
    write_plugin(home, name, script);
}

/* What "confab ctl LINE" prints; it must end with this exit code. The caller frees. */
static char *
ctl(const char *home, const char *line, int code)
{
    const char *const argv[] = { "ctl", line, NULL };
    g_autoptr(Run) run = run_start(home, argv, NULL);
    const int got = run_wait_exit(run);
    if (got != code)
        g_error("%s: exit code %d, not %d: %s%s", line, got, code, run_output(run), run_errors(run));
    return g_strdup(run_output(run));
}

static void
assert_ctl(const char *home, const char *line, const char *pattern)
{
    g_autofree char *printed = ctl(home, line, 0);
    if (!g_pattern_match_simple(pattern, printed))
        g_error("%s: printed “%s”, not “%s”", line, printed, pattern);
}

/* Asks again until a line of the answer matches: what is started needs a moment. */
static void
wait_ctl(const char *home, const char *line, const char *regex)
{
    const gint64 deadline = g_get_monotonic_time() + RUN_TIMEOUT * 1000;
    for (;;) {
        g_autofree char *printed = ctl(home, line, 0);
        if (g_regex_match_simple(regex, printed, G_REGEX_MULTILINE, 0))
            return;
        if (g_get_monotonic_time() > deadline)
            g_error("%s: printed “%s”, never “%s”", line, printed, regex);
    }
}

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

static void
check(const char *home, Run *alice, Run *bob)
{
    /* plugins.start has started two of them, and told about the one that is not there. */
    expect(alice, "\"event\":\"notice\".*there is no plugin .*missing");
    wait_ctl(home, "/plugin list", "^calc +running +1 +-$");
    wait_ctl(home, "/plugin list", "^shortcodes +running +1 +yes$");
    assert_ctl(home, "/calc 6*7", "42\n");
    assert_ctl(home, "/msg bob@localhost party :tada: $(id)", "*");
    expect(bob, "\"direction\":\"in\".*\"body\":\"party 🎉 \\$\\(id\\)\"");

    /* One that hangs delays a text by half a second, and stops nothing else. */
    g_autofree char *started = ctl(home, "/plugin start hang", 0);
    wait_ctl(home, "/plugin list", "^hang +running +1 +yes$");
    g_autofree char *pid = ctl(home, "/hang", 0);
    assert_ctl(home, "/calc 2^10", "1024\n");
    assert_ctl(home, "/msg bob@localhost still :coffee:", "*");
    expect(bob, "\"direction\":\"in\".*\"body\":\"still ☕\"");

    /* One that is killed is told about; the others go on. */
    kill((pid_t) atoi(pid), SIGKILL);
    expect(alice, "\"event\":\"notice\".*the plugin hang has ended: .*signal 9");
    wait_ctl(home, "/plugin list", "^hang +stopped ");
    g_autofree char *unknown = ctl(home, "/hang", 64);
    assert_ctl(home, "/calc 1+1", "2\n");
    g_autofree char *stopped = ctl(home, "/plugin stop shortcodes", 0);
    assert_ctl(home, "/msg bob@localhost plain :tada:", "*");
    expect(bob, "\"direction\":\"in\".*\"body\":\"plain :tada:\"");
    g_assert_false(run_has_ended(alice));
}

static void
test_plugins(void)
{
    static const char *const stay[] = { "run", "--stay", "--json", NULL };
    char *homes[2];
    Server *server = server_start(&(ServerOptions) { .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(homes); i++) {
        g_autofree char *section = confab_account(accounts[i].user, server_port(server), server_ca_file(server),
                                                  accounts[i].password, NULL);
        homes[i] = test_directory_new();
        confab_write_accounts(homes[i], section);
    }
    write_example(homes[0], "calc");
    write_example(homes[0], "shortcodes");
    write_plugin(homes[0], "hang", hang);
    g_autofree char *config = g_build_filename(homes[0], ".config", "confab", "config", NULL);
    g_assert_true(g_file_set_contents(config, "plugins.start = calc, missing shortcodes\n", -1, NULL));
    {
        g_autoptr(Run) bob = run_start(homes[1], stay, NULL);
        g_autoptr(Run) alice = run_start(homes[0], stay, NULL);
        expect(bob, "\"event\":\"connection\".*\"state\":\"online\"");
        wait_ctl(homes[0], "/wait connected timeout 60", "");
        check(homes[0], alice, bob);
        kill(run_pid(alice), SIGTERM);
        g_assert_cmpint(run_wait_exit(alice), ==, 128 + SIGTERM);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(homes); i++) {
        test_directory_remove(homes[i]);
        g_free(homes[i]);
    }
    server_stop(server);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/plugins", test_plugins);
    return g_test_run();
}
