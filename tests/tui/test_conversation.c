/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen of one who talks: the real binary in a pseudo-terminal, a headless one on the other
 * side, a real server between. */
#include <string.h>

#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

enum {
    FLOOD = 10000,
    ECHO_US = 100000, /* generous, since test machines are shared; the median is held to a tenth */
};

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "bob", "secret of bob", contacts_of_bob },
    { 0 },
};

typedef struct Fixture {
    Server *server; /* NULL: skipped */
    char *alice_home, *bob_home;
    Pty *alice;
    Run *bob;
} Fixture;

static char *
make_home(const Server *server, const TestAccount *account)
{
    char *home = test_directory_new();
    g_autofree char *section =
        confab_account(account->user, server_port(server), server_ca_file(server), account->password, NULL);
    confab_write_accounts(home, section);
    return home;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->server = server_start(&(ServerOptions) { .accounts = accounts });
    if (!fixture->server)
        return;
    fixture->alice_home = make_home(fixture->server, &accounts[0]);
    fixture->bob_home = make_home(fixture->server, &accounts[1]);
    fixture->alice = pty_start(&(PtyOptions) { .home = fixture->alice_home });
    pty_wait_text(fixture->alice, ": online]");
}

static void
start_bob(Fixture *fixture, const char *file)
{
    const char *const argv[] = { "run", "--json", file, NULL };
    fixture->bob = run_start(fixture->bob_home, argv, NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    if (!fixture->server)
        return;
    g_clear_pointer(&fixture->alice, pty_free);
    g_clear_pointer(&fixture->bob, run_free);
    test_directory_remove(fixture->alice_home);
    test_directory_remove(fixture->bob_home);
    g_free(fixture->alice_home);
    g_free(fixture->bob_home);
    server_stop(fixture->server);
}

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

static bool
wrote(const Fixture *fixture, const char *bytes)
{
    const GByteArray *all = pty_bytes(fixture->alice);
    return memmem(all->data, all->len, bytes, strlen(bytes)) != NULL;
}

/* What crosses the stream has a window of its own; closed, nothing is shown any more. */
static void
test_xml_window(Fixture *fixture, gconstpointer data) /* I12, I23 */
{
    Pty *pty = fixture->alice;
    if (!fixture->server)
        return;
    /* Only this: the login is still talking. */
    pty_send(pty, "/xml on\r/xml filter id first\r");
    pty_send(pty, "/xml send <message to='alice@localhost' id='first'><x xmlns='jabber:x:conference' jid='r@localhost' "
                  "password='hunter2'/></message>\r");
    pty_wait_match(pty, "2:xml\\+");
    pty_send(pty, "/win xml\r");
    pty_wait_match(pty, "alice > <message ");
    pty_wait_match(pty, "alice < <message ");
    pty_wait_text(pty, "…");
    pty_send(pty, "/version\r");
    pty_wait_match(pty, "confab +[0-9]+\\.[0-9]+"); /* what is asked for here is answered here */
    pty_send(pty, "/close\r");
    pty_wait_gone(pty, "xml");
    pty_send(pty, "/xml\r");
    pty_wait_match(pty, "alice +off");
    g_assert_false(wrote(fixture, "hunter2\"")); /* it was typed, but never shown as it was sent */
}

static void
test_talks(Fixture *fixture, gconstpointer data)
{
    Pty *pty = fixture->alice;
    if (!fixture->server)
        return;
    pty_wait_match(pty, "^alice 0/1 ");
    pty_wait_match(pty, "^- bob ");
    start_bob(fixture, NULL);
    pty_wait_match(pty, "^\\+ bob ");
    run_type(fixture->bob, "/msg alice@localhost hello Alice");
    pty_wait_match(pty, "1:console 2:bob\\(1\\)");
    pty_send(pty, "\033"
                  "a");
    pty_wait_match(pty, "^ bob@localhost · online");
    pty_wait_match(pty, "bob +hello Alice$");
    pty_wait_text(pty, "── new ─");
    pty_wait_match(pty, "^alice/bob>$");
    pty_wait_gone(pty, "2:bob(1)");
    pty_send(pty, "and hello Bob\r");
    pty_wait_match(pty, "me +and hello Bob .*✓");
    expect(fixture->bob, "\"direction\":\"in\".*\"body\":\"and hello Bob\"");
    pty_send(pty, "/me waves\r");
    pty_wait_match(pty, "\\* +alice waves");
    run_type(fixture->bob, "/status dnd not now");
    pty_wait_text(pty, "“not now”");
    /* While scrolled up nothing moves, and what comes is announced. */
    pty_resize(pty, 6, 80);
    pty_wait_match(pty, "^alice/bob>$");
    pty_send(pty, "\033[5~");
    pty_wait_gone(pty, "waves");
    run_type(fixture->bob, "/msg alice@localhost meanwhile");
    pty_wait_text(pty, "↓ 1 new");
    pty_send(pty, "/scroll end\r");
    pty_wait_text(pty, "meanwhile");
    pty_wait_gone(pty, "↓ 1 new");
}

/* I12, I20: from the wire to the terminal. */
static void
test_hostile_text(Fixture *fixture, gconstpointer data)
{
    Pty *pty = fixture->alice;
    if (!fixture->server)
        return;
    start_bob(fixture, NULL);
    run_type(fixture->bob, "/msg alice@localhost c1 \xc2\x9b"
                           "31m bidi \xe2\x80\xae"
                           "fdp.exe del \x7f %s%n end");
    pty_wait_text(pty, "2:bob(1)");
    pty_send(pty, "\033"
                  "2");
    pty_wait_text(pty, "c1 <U+009B>31m bidi <U+202E>fdp.exe del ^? %s%n end");
    run_type(fixture->bob, "/msg alice@localhost 日本 e\xcc\x81 👨‍👩‍👧 🇩🇪 مرحبا end");
    pty_wait_match(pty, "日本 e.* 👨.*مرحبا.* end$");
    g_assert_false(wrote(fixture, "\xc2\x9b"));
    g_assert_false(wrote(fixture, "\xe2\x80\xae"));
    g_assert_false(wrote(fixture, "\x7f"));
}

static gint
compare_times(gconstpointer a, gconstpointer b)
{
    const gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
    return x < y ? -1 : x > y;
}

/* I9: none lost, order kept, keys echo meanwhile, and the terminal gets far fewer bytes than the
 * network brought. */
static void
test_flood(Fixture *fixture, gconstpointer data)
{
    Pty *pty = fixture->alice;
    if (!fixture->server)
        return;
    g_autoptr(GString) script = g_string_new("/wait connected\n");
    for (int i = 0; i < FLOOD; i++)
        g_string_append_printf(script, "/msg alice@localhost flood %05d\n", i);
    g_string_append(script, "/wait delivered timeout 100\n");
    g_autofree char *file = g_build_filename(fixture->bob_home, "flood", NULL);
    g_assert_true(g_file_set_contents(file, script->str, -1, NULL));
    pty_send(pty, "/msg bob@localhost\r");
    pty_wait_match(pty, "^alice/bob>$");
    const guint before = pty_bytes(pty)->len;
    start_bob(fixture, file);
    pty_wait_text(pty, "flood 0");

    g_autoptr(GArray) echoes = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GString) typed = g_string_new("alice/bob> ");
    for (int i = 0; i < 40; i++) {
        const char key[2] = { (char) ('a' + i % 26), '\0' };
        g_string_append(typed, key);
        const gint64 time = pty_send_and_wait(pty, key, typed->str);
        g_array_append_val(echoes, time);
        pty_pump(pty, 10);
    }
    pty_wait_text(pty, "flood 09999");
    g_array_sort(echoes, compare_times);
    const gint64 median = g_array_index(echoes, gint64, echoes->len / 2),
                 worst = g_array_index(echoes, gint64, echoes->len - 1);
    g_test_message("keys echo within %" G_GINT64_FORMAT " µs, %" G_GINT64_FORMAT
                   " at the worst; %u bytes to the terminal",
                   median, worst, pty_bytes(pty)->len - before);
    g_assert_cmpint(median, <, ECHO_US / 10);
    g_assert_cmpint(worst, <, ECHO_US);
    g_assert_cmpint(run_wait_exit(fixture->bob), ==, 0);
    /* The last page is complete and in order. */
    for (int row = 2; row < 21; row++) {
        g_autofree char *text = pty_row(pty, row);
        g_autofree char *next = pty_row(pty, row + 1);
        const char *number = strstr(text, "flood "), *follower = strstr(next, "flood ");
        g_assert_true(number && follower);
        g_assert_cmpint(g_ascii_strtoll(follower + 6, NULL, 10), ==, g_ascii_strtoll(number + 6, NULL, 10) + 1);
    }
    /* And the first are still there. */
    pty_send(pty, "\x15/scroll top\r");
    pty_wait_text(pty, "flood 00000");
    pty_wait_text(pty, "flood 00010");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/tui/conversation/xml-window", Fixture, NULL, set_up, test_xml_window, tear_down);
    g_test_add("/tui/conversation/talks", Fixture, NULL, set_up, test_talks, tear_down);
    g_test_add("/tui/conversation/hostile-text", Fixture, NULL, set_up, test_hostile_text, tear_down);
    g_test_add("/tui/conversation/flood", Fixture, NULL, set_up, test_flood, tear_down);
    return g_test_run();
}
