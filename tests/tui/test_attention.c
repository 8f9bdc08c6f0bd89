/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rings, what is shown and what is not, on the screen of one who sits in a room: the real binary in a
 * pseudo-terminal, a headless one on the other side, a real server between. */
#include <string.h>

#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

#define ROOM "garden@" SERVER_ROOMS

static const TestAccount accounts[] = { { "alice", "a", NULL }, { "bob", "b", NULL }, { 0 } };

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
    fixture->server = server_start(&(ServerOptions) { .accounts = accounts, .rooms = true });
    if (fixture->server == NULL)
        return;
    fixture->alice_home = make_home(fixture->server, &accounts[0]);
    fixture->bob_home = make_home(fixture->server, &accounts[1]);
    fixture->alice = pty_start(&(PtyOptions) { .home = fixture->alice_home });
    pty_wait_text(fixture->alice, ": online]");
    pty_send(fixture->alice, "/set notify.bell on\r/join " ROOM "/Alice\r");
    pty_wait_match(fixture->alice, "you are in the room as Alice");
    /* What comes back was said behind the answer that opens a new room to others. */
    pty_send(fixture->alice, "the gate is open\r");
    pty_wait_match(fixture->alice, "the gate is open .*✓✓");
    fixture->bob = run_start(fixture->bob_home, (const char *const[]){ "run", "--json", NULL }, NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    if (fixture->server == NULL)
        return;
    pty_free(fixture->alice);
    run_free(fixture->bob);
    test_directory_remove(fixture->alice_home);
    test_directory_remove(fixture->bob_home);
    g_free(fixture->alice_home);
    g_free(fixture->bob_home);
    server_stop(fixture->server);
}

static guint
count_bells(const Pty *pty)
{
    const GByteArray *all = pty_bytes(pty);
    guint count = 0;
    for (guint i = 0; i < all->len; i++)
        count += all->data[i] == '\a';
    return count;
}

/* Bob says it, Alice sees it; returns how often it rang. */
static guint
hear(Fixture *fixture, const char *words)
{
    const guint before = count_bells(fixture->alice);
    g_autofree char *line = g_strdup_printf("/on bob /say %s", words);
    run_type(fixture->bob, line);
    pty_wait_text(fixture->alice, words);
    return count_bells(fixture->alice) - before;
}

static void
bob_joins(Fixture *fixture, const char *nick)
{
    g_autofree char *line = g_strdup_printf("/join " ROOM "/%s", nick);
    run_type(fixture->bob, line);
    g_free(run_wait_line(fixture->bob, "\"command\":\"/join .*\"ok\":true"));
}

/* When the prompt is empty again the command has been done. */
static void
type(Fixture *fixture, const char *line)
{
    g_autofree char *typed = g_strdup_printf("garden.*> %s$", line);
    pty_send(fixture->alice, line);
    pty_wait_match(fixture->alice, typed);
    pty_send(fixture->alice, "\r");
    pty_wait_match(fixture->alice, "garden.*>$");
}

/* Whether these words, which stand in one row, are written in bold. */
static bool
is_bold(const Pty *pty, const char *words)
{
    for (int row = 0; row < 24; row++) {
        g_autofree char *text = pty_row(pty, row);
        const char *found = strstr(text, words);
        if (found != NULL)
            return pty_cell(pty, row, (int) g_utf8_strlen(text, found - text)).bold;
    }
    g_assert_not_reached();
}

static void
test_rings(Fixture *fixture, gconstpointer data)
{
    if (fixture->server == NULL)
        return;
    bob_joins(fixture, "Bob");
    g_assert_cmpuint(hear(fixture, "some words"), ==, 0);
    g_assert_cmpuint(hear(fixture, "Malice is no name"), ==, 0);
    g_assert_cmpuint(hear(fixture, "ALICE, are you there?"), ==, 1);
    g_assert_true(is_bold(fixture->alice, "ALICE, are"));
    g_assert_false(is_bold(fixture->alice, "Malice"));
    type(fixture, "/set notify.words roses");
    g_assert_cmpuint(hear(fixture, "the Roses bloom"), ==, 1);
    type(fixture, "/notify all");
    g_assert_cmpuint(hear(fixture, "nothing in particular"), ==, 1);
    type(fixture, "/set notify.quiet 00:00-24:00");
    g_assert_cmpuint(hear(fixture, "Alice, do you sleep?"), ==, 0);
    type(fixture, "/unset notify.quiet");
    type(fixture, "/notify none");
    g_assert_cmpuint(hear(fixture, "Alice, last try"), ==, 0);
}

static void
test_ignored(Fixture *fixture, gconstpointer data)
{
    if (fixture->server == NULL)
        return;
    Pty *pty = fixture->alice;
    bob_joins(fixture, "Bob");
    g_assert_false(pty_shows(pty, "Bob came")); /* a stranger */
    hear(fixture, "before");
    run_type(fixture->bob, "/on bob /leave");
    pty_wait_text(pty, "Bob left"); /* who had spoken */
    bob_joins(fixture, "Bob");
    pty_wait_text(pty, "Bob came");
    type(fixture, "/ignore Bob");
    run_type(fixture->bob, "/on bob /say Alice, can you hear me?");
    run_type(fixture->bob, "/on bob /nick Robert");
    g_free(run_wait_line(fixture->bob, "\"command\":\"/.*nick.*\"ok\":true"));
    run_type(fixture->bob, "/on bob /say Alice, and now?");
    g_free(run_wait_line(fixture->bob, "\"event\":\"delivery\".*\"state\":\"received\""));
    type(fixture, "is anybody there");
    pty_wait_match(pty, "is anybody there .*✓✓"); /* it comes back behind what Bob said */
    type(fixture, "/ignore list");
    pty_wait_match(pty, "Bob +id +" ROOM);
    type(fixture, "/unignore Bob");
    g_assert_cmpuint(hear(fixture, "Alice, at last!"), ==, 1);
    g_assert_false(pty_shows(pty, "can you hear me"));
    g_assert_false(pty_shows(pty, "and now"));
    g_assert_false(pty_shows(pty, "is now called"));
    g_autofree char *screen = pty_screen(pty);
    g_test_message("%s", screen);
}

/* What follows `start` in all that the terminal got, up to the end of the sequence; NULL: nothing. The caller frees. */
static char *
find_sequence(const Pty *pty, const char *start)
{
    const GByteArray *all = pty_bytes(pty);
    const char *found = g_strstr_len((const char *) all->data, all->len, start);
    if (found == NULL)
        return NULL;
    const char *end = g_strstr_len(found, (const char *) all->data + all->len - found, "\033\\");
    g_assert_nonnull(end);
    return g_strndup(found, (gsize) (end - found));
}

/* The terminal shows notifications of what is said where the user does not look; I12: what is in them cannot leave them. */
static void
test_notifies(Fixture *fixture, gconstpointer data)
{
    if (fixture->server == NULL)
        return;
    bob_joins(fixture, "Bob");
    type(fixture, "/set notify.osc both");
    hear(fixture, "Alice, you look here");
    g_assert_null(find_sequence(fixture->alice, "\033]9;"));
    pty_send(fixture->alice, "/win 1\r");
    pty_wait_match(fixture->alice, "^alice>$");
    run_type(fixture->bob, "/on bob /say Alice; ding \xc2\x9c\xc2\x9d" "0;owned");
    pty_wait_match(fixture->alice, "2:garden.*1!");
    pty_send(fixture->alice, "/print done\r");
    pty_wait_text(fixture->alice, "│done");
    g_autofree char *osc_9 = find_sequence(fixture->alice, "\033]9;");
    g_autofree char *osc_777 = find_sequence(fixture->alice, "\033]777;");
    g_test_message("%s", osc_9);
    g_test_message("%s", osc_777);
    g_assert_true(g_str_has_prefix(osc_9, "\033]9;" ROOM ": Bob: Alice; ding "));
    g_assert_true(g_str_has_prefix(osc_777, "\033]777;notify;" ROOM ";Bob: Alice, ding "));
    g_assert_true(g_str_has_suffix(osc_777, "0,owned"));
    g_assert_null(strstr(osc_9, "\xc2\x9c"));
    g_assert_null(strstr(osc_777, "\xc2\x9d"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/tui/attention/rings", Fixture, NULL, set_up, test_rings, tear_down);
    g_test_add("/tui/attention/ignored", Fixture, NULL, set_up, test_ignored, tear_down);
    g_test_add("/tui/attention/notifies", Fixture, NULL, set_up, test_notifies, tear_down);
    return g_test_run();
}
