/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two who talk off the record, as each of them sees it: the real binary in two pseudo-terminals, a real server between.
 * What must be told apart is told without colour. */
#include <signal.h>
#include <string.h>

#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "bob", "secret of bob", contacts_of_bob },
    { 0 },
};

typedef struct Fixture {
    Server *server; /* NULL: skipped */
    char *homes[2];
    Pty *alice, *bob;
} Fixture;

static Pty *
start(Fixture *fixture, int index)
{
    const TestAccount *account = &accounts[index];
    fixture->homes[index] = test_directory_new();
    g_autofree char *section = confab_account(account->user, server_port(fixture->server), server_ca_file(fixture->server),
                                              account->password, NULL);
    confab_write_accounts(fixture->homes[index], section);
    Pty *pty = pty_start(&(PtyOptions) { .home = fixture->homes[index] });
    pty_wait_text(pty, ": online]");
    return pty;
}

/* Both look at each other. */
static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->server = server_start(&(ServerOptions) { .accounts = accounts });
    if (!fixture->server)
        return;
    fixture->alice = start(fixture, 0);
    fixture->bob = start(fixture, 1);
    pty_wait_match(fixture->alice, "^\\+ bob ");
    pty_wait_match(fixture->bob, "^\\+ alice ");
    pty_send(fixture->alice, "/msg bob@localhost\r");
    pty_send(fixture->bob, "/msg alice@localhost\r");
    pty_wait_match(fixture->alice, "^alice/bob>$");
    pty_wait_match(fixture->bob, "^bob/alice>$");
    pty_wait_text(fixture->alice, "[not encrypted]");
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    if (!fixture->server)
        return;
    pty_free(fixture->alice);
    pty_free(fixture->bob);
    for (guint i = 0; i < G_N_ELEMENTS(fixture->homes); i++) {
        test_directory_remove(fixture->homes[i]);
        g_free(fixture->homes[i]);
    }
    server_stop(fixture->server);
}

/* For whoever wants to look: TUI_SHOW=1. */
static void
look(const Fixture *fixture, const char *when)
{
    if (!g_getenv("TUI_SHOW"))
        return;
    g_autofree char *alice = pty_screen(fixture->alice);
    g_autofree char *bob = pty_screen(fixture->bob);
    g_test_message("%s\n--- alice\n%s--- bob\n%s", when, alice, bob);
}

/* What is on the screen stays what it is until `then` is there, too: a window had time to change. */
static void
assert_never(Pty *pty, const char *text, const char *then)
{
    pty_wait_text(pty, then);
    g_assert_false(pty_shows(pty, text));
}

static void
begin(const Fixture *fixture)
{
    pty_send(fixture->alice, "/otr start\r");
    pty_wait_text(fixture->alice, "[OTR not verified]");
    pty_wait_match(fixture->alice, "^alice/bob ~OTR>");
    pty_wait_text(fixture->alice, "OTR is on, but nobody has compared the keys");
    pty_wait_text(fixture->bob, "[OTR not verified]");
    pty_wait_match(fixture->bob, "^bob/alice ~OTR>");
}

static void
test_marks(Fixture *fixture, gconstpointer data)
{
    if (!fixture->server)
        return;
    Pty *alice = fixture->alice, *bob = fixture->bob;
    pty_send(alice, "anybody may read this\r");
    pty_wait_match(bob, "alice  anybody may read this$");
    begin(fixture);
    pty_send(alice, "nobody reads this\r");
    pty_wait_match(alice, "me +~ nobody reads this .*(✓|✔)");
    pty_wait_match(bob, "alice ~ nobody reads this$");
    look(fixture, "encrypted");
    /* A secret that only they know. */
    pty_send(alice, "/otr secret tea\r");
    pty_wait_text(bob, "alice asks for a secret you both know: /otr answer SECRET");
    look(fixture, "asked");
    pty_send(bob, "/otr answer tea\r");
    pty_wait_text(alice, "the key of bob counts as verified now");
    pty_wait_text(alice, "[OTR verified]");
    pty_wait_match(alice, "^alice/bob =OTR>");
    pty_send(alice, "and it is you\r");
    pty_wait_match(alice, "me += and it is you .*(✓|✔)");
    look(fixture, "verified");
    /* The other side has ended it: what is typed stays where it is typed. */
    pty_send(bob, "/otr end\r");
    pty_wait_text(bob, "[not encrypted]");
    pty_wait_match(bob, "^bob/alice>");
    pty_wait_text(alice, "bob has ended OTR: nothing is sent until /otr start or /otr end");
    pty_wait_text(alice, "[OTR ended: nothing is sent]");
    pty_send(alice, "not for everybody\r");
    pty_wait_match(alice, "^alice/bob !OTR> not for everybody$");
    look(fixture, "ended");
    pty_send(alice, "\025/otr end\r");
    pty_wait_text(alice, "[not encrypted]");
    pty_wait_text(alice, "what you say now is not encrypted");
    pty_wait_match(alice, "^alice/bob>");
    pty_send(alice, "in the open again\r");
    assert_never(bob, "not for everybody", "in the open again");
    look(fixture, "off");
}

/* Secrets that differ are an alarm; in a narrow terminal everything is told by signs. */
static void
test_narrow_and_different(Fixture *fixture, gconstpointer data)
{
    if (!fixture->server)
        return;
    Pty *alice = fixture->alice, *bob = fixture->bob;
    begin(fixture);
    pty_send(alice, "/otr secret tea\r");
    pty_wait_text(bob, "alice asks for a secret");
    pty_send(bob, "/otr answer coffee\r");
    pty_wait_text(alice, "the secrets differ: one of you mistyped");
    pty_wait_text(bob, "the secrets differ");
    pty_wait_match(alice, "^alice/bob ~OTR>");
    look(fixture, "different");
    pty_resize(alice, 8, 24);
    pty_wait_text(alice, "[OTR~]");
    pty_wait_match(alice, "^bob ~OTR>");
    pty_send(alice, "hello\r");
    pty_wait_match(alice, "^me +~ hello +(✓|✔)");
    look(fixture, "narrow");
}

/* Nobody answers, and the user gives up: what was said is back in the line as it must be typed, the first of it. What
 * came after that stays where it is, and says why. */
static void
test_nobody_answers(Fixture *fixture, gconstpointer data)
{
    if (!fixture->server)
        return;
    Pty *alice = fixture->alice;
    pty_send(fixture->bob, "/otr policy never\r/otr status\r");
    pty_wait_match(fixture->bob, "policy +never");
    pty_send(alice, "/encrypt otr\r");
    pty_wait_text(alice, "[OTR wanted: waits]");
    pty_wait_match(alice, "^alice/bob !OTR>");
    pty_send(alice, "//only for you\rthe second\r");
    pty_wait_match(alice, "/only for you .*…");
    pty_wait_match(alice, "the second .*…");
    pty_wait_text(alice, "[OTR starting …]");
    look(fixture, "waiting");
    pty_send(alice, "/otr end\r");
    pty_wait_match(alice, "/only for you .*✗");
    pty_wait_match(alice, "the second .*✗");
    pty_wait_match(alice, "^alice/bob !OTR> //only for you$");
    look(fixture, "failed");
    pty_send(alice, "\025/encrypt none\r");
    pty_wait_match(alice, "^alice/bob>");
    pty_wait_text(alice, "[not encrypted]");
    pty_send(alice, "in the open\r");
    assert_never(fixture->bob, "only for you", "in the open");
    g_assert_false(pty_shows(fixture->bob, "the second"));
    look(fixture, "given up");
}

/* Who asks learns who answers, not the other way round; and no answer is found again in the line (I23). */
static void
test_question(Fixture *fixture, gconstpointer data)
{
    if (!fixture->server)
        return;
    Pty *alice = fixture->alice, *bob = fixture->bob;
    begin(fixture);
    pty_send(bob, "/otr question \"where did we meet?\" Brussels\r");
    pty_wait_text(alice, "bob asks, to know that it is you: “where did we meet?” /otr answer");
    pty_send(alice, "/otr answer Brussels\r");
    pty_wait_text(bob, "the key of alice counts as verified now");
    pty_wait_match(bob, "^bob/alice =OTR>");
    pty_wait_text(alice, "the secrets are the same");
    pty_wait_match(alice, "^alice/bob ~OTR>");
    look(fixture, "answered");
    pty_send(alice, "\033[A");
    pty_wait_match(alice, "^alice/bob ~OTR> /otr start$");
    pty_send(bob, "\033[A");
    pty_wait_match(bob, "^bob/alice =OTR> /msg alice@localhost$");
    g_assert_false(pty_shows(alice, "Brussels") || pty_shows(bob, "Brussels"));
}

/* Until another process finds the message in the history. */
static void
wait_for_disk(const char *home)
{
    const char *const argv[] = { "history", "alice@localhost", NULL };
    const gint64 deadline = g_get_monotonic_time() + PTY_TIMEOUT * G_TIME_SPAN_MILLISECOND;
    for (bool found = false; !found;) {
        g_autoptr(Run) run = run_start(home, argv, NULL);
        run_wait_exit(run);
        found = strstr(run_output(run), "encrypted, and not kept");
        g_assert_true(found || g_get_monotonic_time() < deadline);
    }
}

/* Bob is killed and comes back: what was said before has its mark, what he has no keys for any more is said to be
 * unreadable, and nothing of what comes next is in the clear. */
static void
test_restart(Fixture *fixture, gconstpointer data)
{
    if (!fixture->server)
        return;
    begin(fixture);
    pty_send(fixture->alice, "before\r");
    pty_wait_match(fixture->bob, "alice ~ before$");
    wait_for_disk(fixture->homes[1]);
    kill(pty_pid(fixture->bob), SIGKILL);
    pty_wait_exit(fixture->bob);
    pty_free(fixture->bob);
    fixture->bob = pty_start(&(PtyOptions) { .home = fixture->homes[1] });
    pty_wait_text(fixture->bob, ": online]");
    pty_send(fixture->bob, "/msg alice@localhost\r");
    pty_wait_text(fixture->bob, "[OTR wanted: waits]");
    pty_wait_match(fixture->bob, "^bob/alice !OTR>");
    pty_wait_match(fixture->bob, "alice ~ \\(encrypted, and not kept");
    look(fixture, "back");
    pty_send(fixture->alice, "after\r");
    /* The server may have kept his place, so that alice does not know that he was away; or she begins anew by herself. */
    pty_wait_match(fixture->bob, "\\? an encrypted message that cannot be read: /otr refresh|alice ~ after$");
    look(fixture, "after");
    if (!pty_shows(fixture->bob, "alice ~ after")) {
        pty_send(fixture->bob, "/otr refresh\r");
        pty_wait_text(fixture->bob, "OTR is on, but nobody has compared the keys");
    }
    pty_wait_match(fixture->bob, "^bob/alice ~OTR>");
    /* What waited on her side when both of them began anew may have come back into her input line. */
    pty_wait_match(fixture->alice, "^alice/bob ~OTR>( after)?$");
    pty_send(fixture->alice, "\025once more\r");
    pty_wait_match(fixture->bob, "~ once more$");
    look(fixture, "again");
}

/* Bob comes with another key: an alarm where alice looks, and one in his window. */
static void
test_another_key(Fixture *fixture, gconstpointer data)
{
    if (!fixture->server)
        return;
    begin(fixture);
    pty_send(fixture->alice, "/otr end\r");
    pty_wait_match(fixture->alice, "^alice/bob>");
    pty_send(fixture->bob, "/quit\r");
    g_assert_cmpint(pty_wait_exit(fixture->bob), ==, 0);
    pty_free(fixture->bob);
    test_directory_remove(fixture->homes[1]);
    g_free(fixture->homes[1]);
    fixture->bob = start(fixture, 1);
    pty_send(fixture->alice, "/win 1\r");
    pty_wait_match(fixture->alice, "^\\+ bob ");
    pty_send(fixture->bob, "/msg alice@localhost\r");
    pty_wait_match(fixture->bob, "^bob/alice>$");
    pty_send(fixture->bob, "/otr start\r");
    pty_wait_text(fixture->alice, "bob@localhost uses another");
    pty_wait_text(fixture->alice, "!2:bob");
    look(fixture, "console");
    pty_send(fixture->alice, "/win 2\r");
    pty_wait_text(fixture->alice, "bob uses a key that was never seen before");
    pty_wait_match(fixture->alice, "^alice/bob ~OTR>");
    look(fixture, "window");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/tui/encryption/marks", Fixture, NULL, set_up, test_marks, tear_down);
    g_test_add("/tui/encryption/narrow-and-different", Fixture, NULL, set_up, test_narrow_and_different, tear_down);
    g_test_add("/tui/encryption/nobody-answers", Fixture, NULL, set_up, test_nobody_answers, tear_down);
    g_test_add("/tui/encryption/question", Fixture, NULL, set_up, test_question, tear_down);
    g_test_add("/tui/encryption/restart", Fixture, NULL, set_up, test_restart, tear_down);
    g_test_add("/tui/encryption/another-key", Fixture, NULL, set_up, test_another_key, tear_down);
    return g_test_run();
}
