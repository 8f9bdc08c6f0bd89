/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two confabs, headless, on a real server: OTR as a script drives it. */
#include <glib/gstdio.h>
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

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

static Run *
start_in(const char *home, const Server *server, const TestAccount *account)
{
    const char *const argv[] = { "run", "--json", NULL };
    g_autofree char *section =
        confab_account(account->user, server_port(server), server_ca_file(server), account->password, NULL);
    confab_write_accounts(home, section);
    Run *run = run_start(home, argv, NULL);
    run_type(run, "/set script.on-error continue");
    expect(run, "\"state\":\"online\"");
    return run;
}

static void
stop(Run *run)
{
    g_autofree char *home = g_strdup(run_home(run));
    run_free(run);
    test_directory_remove(home);
}

/* What a regular expression finds in a line. */
static char *
extract(const char *line, const char *pattern)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_assert_true(g_regex_match(regex, line, 0, &match));
    return g_match_info_fetch(match, 1);
}

static char *
own_fingerprint(Run *run)
{
    run_type(run, "/otr fingerprint qr");
    g_autofree char *line = run_wait_line(run, "\"command\":\"/otr fingerprint qr\"");
    g_assert_nonnull(strstr(line, "\"ok\":true"));
    g_assert_nonnull(strstr(line, "?otr-fingerprint="));
    return extract(line, "\"trust\":\"own\".*?\"fingerprint\":\"([0-9A-F ]+)\"");
}

static void
assert_private(const char *home, const char *name)
{
    g_autofree char *path = g_build_filename(home, ".local", "share", "confab", "otr", name, NULL);
    GStatBuf status;
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, S_ISDIR(status.st_mode) ? 0700 : 0600); /* I23 */
}

/* Fingerprints compared by hand, on both sides; and as a list. */
static void
compare_by_hand(Run *alice, Run *bob)
{
    g_autofree char *of_alice = own_fingerprint(alice);
    g_autofree char *of_bob = own_fingerprint(bob);
    g_autofree char *trust = g_strdup_printf("/otr trust %.17s", of_bob);
    g_autofree char *add = g_strdup_printf("/trust add alice@localhost %s", of_alice);
    g_autofree char *remove = g_strdup_printf("/trust remove alice@localhost %s", of_alice);
    run_type(alice, trust);
    expect(alice, "\"event\":\"trust\".*\"trust\":\"verified\",\"before\":\"untrusted\",\"alarm\":false");
    expect(alice, "\"event\":\"encryption\".*\"state\":\"encrypted\",\"trust\":\"verified\"");
    run_type(bob, add);
    expect(bob, "\"event\":\"encryption\".*\"state\":\"encrypted\",\"trust\":\"verified\"");
    run_type(bob, "/trust list alice@localhost");
    expect(bob, "\"command\":\"/trust list alice@localhost\".*\"trust\":\"verified\",\"in-use\":\"yes\",\"last-used\":\"2");
    run_type(bob, remove);
    expect(bob, "\"event\":\"encryption\".*\"state\":\"encrypted\",\"trust\":\"untrusted\"");
    run_type(alice, "/otr untrust");
    expect(alice, "\"event\":\"encryption\".*\"state\":\"encrypted\",\"trust\":\"untrusted\"");
}

/* The secret is in no output and in no log. */
static void
compare_secret(Run *alice, Run *bob)
{
    run_type(alice, "/otr question \"Where did we meet?\" the blue rotunda");
    expect(bob, "\"event\":\"smp\".*\"state\":\"asked\",\"question\":\"Where did we meet\\?\"");
    run_type(bob, "/otr answer the blue rotunda");
    expect(alice, "\"event\":\"smp\".*\"state\":\"succeeded\"");
    expect(bob, "\"event\":\"smp\".*\"state\":\"succeeded\"");
    run_type(bob, "/otr secret the green rotunda");
    expect(alice, "\"event\":\"smp\".*\"state\":\"asked\",\"question\":null");
    run_type(alice, "/otr answer the red rotunda");
    expect(bob, "\"event\":\"smp\".*\"state\":\"failed\"");
    run_type(bob, "/otr secret the green rotunda");
    expect(alice, "\"event\":\"smp\".*\"state\":\"asked\"");
    run_type(alice, "/otr abort");
    expect(bob, "\"event\":\"smp\".*\"state\":\"aborted\"");
    g_assert_null(strstr(run_output(alice), "rotunda")); /* I23 */
    g_assert_null(strstr(run_output(bob), "rotunda"));
}

static void
converse(ServerKind kind)
{
    g_autoptr(Server) server = server_start(&(ServerOptions) { .kind = kind, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *other = test_directory_new();
    Run *alice = start_in(home, server, &accounts[0]);
    Run *bob = start_in(other, server, &accounts[1]);
    run_type(bob, "/ping");
    expect(bob, "\"command\":\"/ping\",\"ok\":true");
    if (kind == SERVER_EJABBERD) { /* its accounts have no contacts yet */
        run_type(bob, "/roster add alice@localhost");
        run_type(bob, "/msg alice@localhost hello");
        expect(alice, "\"direction\":\"in\".*\"body\":\"hello\"");
        run_type(alice, "/roster add bob@localhost");
        run_type(alice, "/approve bob@localhost");
        expect(bob, "\"event\":\"subscription\".*\"act\":\"subscribe\"");
        run_type(bob, "/approve alice@localhost");
        expect(alice, "\"event\":\"presence\".*bob@localhost");
    }
    run_type(alice, "/otr start bob@localhost");
    run_type(alice, "/wait encrypted from bob@localhost timeout 60");
    expect(alice, "\"command\":\"/wait encrypted from bob@localhost timeout 60\",\"ok\":true");
    run_type(alice, "hello in secret");
    expect(bob, "\"direction\":\"in\".*\"body\":\"hello in secret\".*\"encryption\":\"otr\",\"trust\":\"untrusted\"");
    run_type(bob, "/msg alice@localhost and back");
    expect(alice, "\"direction\":\"in\".*\"body\":\"and back\".*\"encryption\":\"otr\"");
    run_type(alice, "/otr status");
    expect(alice, "\"command\":\"/otr status\".*\"value\":\"encrypted\".*\"field\":\"version\",\"value\":\"3\"");
    compare_by_hand(alice, bob);
    compare_secret(alice, bob);
    run_type(alice, "/otr refresh");
    expect(alice, "\"command\":\"/otr refresh\",\"ok\":true");
    run_type(alice, "after the refresh"); /* what he says before that he may say with the old keys */
    expect(bob, "\"direction\":\"in\".*\"body\":\"after the refresh\".*\"encryption\":\"otr\"");
    run_type(alice, "/otr import profanity /nonexistent/directory");
    expect(alice, "\"command\":\"/otr import profanity /nonexistent/directory\",\"ok\":false,\"code\":66");
    run_type(bob, "/otr end");
    expect(bob, "\"command\":\"/otr end\",\"ok\":true");
    expect(alice, "\"event\":\"encryption\".*\"state\":\"ended\"");
    run_type(alice, "this must not leave");
    expect(alice, "\"ok\":false,\"code\":79");
    run_type(alice, "/encrypt none");
    run_type(alice, "/say in the clear again");
    expect(bob, "\"direction\":\"in\".*\"body\":\"in the clear again\".*\"encryption\":\"none\"");
    assert_private(home, "alice");
    assert_private(home, "alice/keys");
    assert_private(home, "alice/fingerprints");
    assert_private(home, "alice/instance-tags");
    run_type(alice, "/quit");
    run_type(bob, "/quit");
    run_wait_exit(alice);
    g_assert_cmpint(run_wait_exit(bob), ==, 0);
    g_assert_null(strstr(run_output(bob), "must not leave")); /* I21 */
    stop(alice);
    stop(bob);
}

static void
test_prosody(void)
{
    converse(SERVER_PROSODY);
}

static void
test_ejabberd(void)
{
    converse(SERVER_EJABBERD);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/otr-run/prosody", test_prosody);
    g_test_add_func("/system/otr-run/ejabberd", test_ejabberd);
    return g_test_run();
}
