/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The OTR bot by itself: what the tests of confab's OTR lean on. */
#include <string.h>

#include "support/bot.h"

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

static void
start(Run *bot, Run *other, const char *peer, const char *version)
{
    g_autofree char *state = g_strdup_printf("\"event\":\"state\".*\"state\":\"encrypted\",\"version\":%s", version);
    bot_do(bot, "start", "to", peer, NULL);
    expect(other, state);
    expect(bot, state);
}

static void
say(Run *from, const char *to, Run *other, const char *text)
{
    g_autofree char *quoted = bot_quote(text);
    g_autofree char *end = g_strdup_printf(",\"text\":\"%s\"}", quoted);
    bot_do(from, "send", "to", to, "text", text, NULL);
    g_autofree char *line = run_wait_line(other, "\"event\":\"text\"");
    g_assert_true(g_str_has_suffix(line, end));
}

/* Two of them, started, talked, compared secrets, ended; in `version`. */
static void
converse(const char *version, const char *alice_fragment)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    const char *const of_alice[] = { "--fragment", alice_fragment, "--stanzas", NULL };
    const char *const of_bob[] = { "--versions", version, "--stanzas", NULL };
    g_autoptr(Run) alice = otr_bot_start(server, &accounts[0], of_alice);
    if (alice == NULL)
        return;
    g_autoptr(Run) bob = otr_bot_start(server, &accounts[1], of_bob);

    start(alice, bob, "bob@localhost/bot", version);
    say(alice, "bob@localhost", bob, "x");
    say(bob, "alice@localhost", alice, "grüße, \"MARKER\" <b>日本</b> &amp;");
    g_autofree char *large = g_strnfill(65536, 'M');
    say(alice, "bob@localhost", bob, large);
    start(bob, alice, "alice@localhost/bot", version);
    say(bob, "alice@localhost", alice, large);

    bot_do(alice, "smp", "to", "bob@localhost", "secret", "squid", NULL);
    expect(bob, "\"event\":\"smp\".*\"state\":\"asked\",\"question\":null");
    bot_do(bob, "smp-answer", "to", "alice@localhost", "secret", "squid", NULL);
    expect(alice, "\"event\":\"smp\".*\"state\":\"succeeded\"");
    expect(bob, "\"event\":\"smp\".*\"state\":\"succeeded\"");
    bot_do(bob, "smp-question", "to", "alice@localhost", "question", "who?", "secret", "me", NULL);
    expect(alice, "\"event\":\"smp\".*\"state\":\"asked\",\"question\":\"who\\?\"");
    bot_do(alice, "smp-answer", "to", "bob@localhost", "secret", "you", NULL);
    expect(bob, "\"event\":\"smp\".*\"state\":\"aborted\"");

    bot_do(alice, "end", "to", "bob@localhost", NULL);
    expect(bob, "\"event\":\"state\".*\"state\":\"finished\"");
    bot_do(bob, "send", "to", "alice@localhost", "text", "too late", NULL);
    expect(bob, "\"event\":\"error\".*NotEncryptedError");

    /* What was on the wire is the protocol's. */
    g_assert_null(strstr(run_output(alice), "\"body\":\"MARKER"));
    g_assert_null(strstr(run_output(bob), "\"body\":\"M"));
    g_assert_nonnull(strstr(run_output(alice), "\"body\":\"?OTR:"));
    bot_do(alice, "quit", NULL);
    bot_do(bob, "quit", NULL);
    g_assert_cmpint(run_wait_exit(alice), ==, 0);
    g_assert_cmpint(run_wait_exit(bob), ==, 0);
    g_assert_cmpstr(run_errors(alice), ==, "");
    g_assert_cmpstr(run_errors(bob), ==, "");
}

static void
test_version3(void)
{
    converse("3", "400");
}

static void
test_version2(void)
{
    converse("2", "0");
}

/* A peer that has forgotten says so; one that is not asked in a version of its own keeps still; attacks pass as typed. */
static void
test_rough(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    const char *const stanzas[] = { "--stanzas", NULL };
    g_autoptr(Run) alice = otr_bot_start(server, &accounts[0], stanzas);
    if (alice == NULL)
        return;
    g_autoptr(Run) bob = otr_bot_start(server, &accounts[1], stanzas);

    start(alice, bob, "bob@localhost/bot", "3");
    bot_do(bob, "restart", NULL);
    expect(bob, "\"event\":\"restarted\"");
    bot_do(alice, "send", "to", "bob@localhost", "text", "lost", NULL);
    expect(alice, "\"event\":\"error\".*You sent encrypted data");
    start(alice, bob, "bob@localhost/bot", "3");
    say(alice, "bob@localhost", bob, "found");

    bot_do(bob, "policy", "versions", "1", NULL);
    bot_do(bob, "restart", NULL);
    expect(bob, "\"event\":\"restarted\"");
    bot_do(alice, "start", "to", "bob@localhost/bot", NULL);
    bot_do(alice, "raw", "to", "bob@localhost/bot", "text", "?OTR:AAMC broken", "extra", "<x xmlns='urn:extra'/>", NULL);
    expect(bob, "\"event\":\"stanza\".*\"body\":\"\\?OTR:AAMC broken\",\"children\":\\[.*\"\\{urn:extra\\}x\"");
    expect(bob, "\"event\":\"(error|received)\"");
    bot_do(bob, "send", "to", "alice@localhost/bot", "text", "in the clear", NULL);
    expect(alice, "\"event\":\"received\".*\"text\":\"in the clear\"");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/otr-bot/version-3", test_version3);
    g_test_add_func("/system/otr-bot/version-2", test_version2);
    g_test_add_func("/system/otr-bot/rough", test_rough);
    return g_test_run();
}
