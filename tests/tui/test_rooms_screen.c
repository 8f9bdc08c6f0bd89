/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms on the screen: the real binary in a pseudo-terminal is bob, a bot of other make is alice, who owns the room, and
 * there is a real server between them. */
#include <signal.h>
#include <string.h>

#include "support/bot.h"
#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

#define ROOM "garden@" SERVER_ROOMS

static const TestAccount accounts[] = { { "alice", "a", NULL }, { "bob", "b", NULL }, { 0 } };

typedef struct Fixture {
    Server *server; /* NULL: skipped */
    Run *alice;
    Pty *bob;
    char *home;
} Fixture;

/* Alice is in her room, bob online. */
static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->server =
        server_start(&(ServerOptions){ .kind = GPOINTER_TO_INT(data), .accounts = accounts, .rooms = true });
    fixture->alice = fixture->server != NULL ? room_bot_start(fixture->server, &accounts[0], NULL) : NULL;
    if (fixture->alice == NULL) {
        g_clear_pointer(&fixture->server, server_stop);
        return;
    }
    room_bot_do(fixture->alice, "join", "room", ROOM, "nick", "Alice", NULL);
    room_bot_do(fixture->alice, "config", "room", ROOM, "set", "muc#roomconfig_persistentroom=1", NULL);
    fixture->home = test_directory_new();
    g_autofree char *section =
        confab_account("bob", server_port(fixture->server), server_ca_file(fixture->server), "b", NULL);
    confab_write_accounts(fixture->home, section);
    fixture->bob = pty_start(&(PtyOptions){ .home = fixture->home, .columns = 100 });
    pty_wait_text(fixture->bob, ": online]");
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    if (fixture->server == NULL)
        return;
    pty_free(fixture->bob);
    run_free(fixture->alice);
    server_stop(fixture->server);
    test_directory_remove(fixture->home);
    g_free(fixture->home);
}

static void
join(Fixture *fixture)
{
    pty_send(fixture->bob, "\x15/join " ROOM "/Bob\r");
    pty_wait_match(fixture->bob, "^bob/" ROOM ">$");
}

/* A nick that is taken is said so, where the user looks; another one is in. */
static void
test_joins(Fixture *fixture, gconstpointer data)
{
    Pty *pty = fixture->bob;
    if (fixture->server == NULL)
        return;
    bot_do(fixture->alice, "subject", "room", ROOM, "text", "roses", NULL);
    pty_send(pty, "/join " ROOM "/Alice\r");
    pty_wait_text(pty, "that is taken by somebody else");
    pty_wait_match(pty, "^bob/" ROOM " \\(not joined\\)>");
    join(fixture);
    pty_wait_text(pty, "you are in the room as Bob");
    pty_wait_text(pty, "topic, set by Alice: roses");
    pty_wait_match(pty, "^ " ROOM " · 2 · roses ");
    pty_wait_match(pty, "moderators 1$");
    pty_wait_match(pty, "~Alice$");
    pty_wait_match(pty, "participants 1$");
}

/* Fall-backs are for other clients: what they stand for is shown, and once. */
static void
test_talks(Fixture *fixture, gconstpointer data)
{
    Pty *pty = fixture->bob;
    if (fixture->server == NULL)
        return;
    join(fixture);
    bot_do(fixture->alice, "say", "room", ROOM, "text", "good mornin", "id", "m1", NULL);
    pty_wait_match(pty, "^[0-9:]+ Alice +good mornin");
    bot_do(fixture->alice, "correct", "room", ROOM, "target", "m1", "text", "good morning", NULL);
    pty_wait_match(pty, "^[0-9:]+ Alice +good morning .*edited");
    pty_send(pty, "hello all\r");
    pty_wait_match(pty, "^[0-9:]+ Bob +hello all .*✓");
    bot_do(fixture->alice, "reply", "room", ROOM, "text", "indeed", "target", "m1", "quote", "good morning", NULL);
    pty_wait_text(pty, "indeed");
    g_assert_false(pty_shows(pty, "> good morning"));
    bot_do(fixture->alice, "subject", "room", ROOM, "text", "tulips", NULL);
    pty_wait_match(pty, "^ " ROOM " · 2 · tulips ");
    room_bot_do(fixture->alice, "crowd", "room", ROOM, "count", "2", "prefix", "guest", NULL);
    pty_wait_match(pty, "moderators 3$");
    pty_wait_match(pty, "guest2$");
    pty_send(pty, "/occupants-panel filter guest2\r");
    pty_wait_text(pty, "with “guest2”");
    pty_wait_gone(pty, "moderators 3");
    pty_send(pty, "/occupants-panel filter\r");
    pty_wait_text(pty, "moderators 3");
    pty_send(pty, "\033o"); /* Alt-o */
    pty_wait_gone(pty, "moderators 3");
    pty_send(pty, "/pm Alice psst\r");
    pty_wait_match(pty, "psst .*✓");
}

/* Put out by others: why, by whom, and what can be done; what is typed then stays where it was typed. */
static void
test_is_put_out(Fixture *fixture, gconstpointer data)
{
    Pty *pty = fixture->bob;
    if (fixture->server == NULL)
        return;
    join(fixture);
    pty_send(pty, "but listen");
    pty_wait_match(pty, "> but listen$");
    room_bot_do(fixture->alice, "kick", "room", ROOM, "nick", "Bob", "reason", "too loud", NULL);
    pty_wait_match(pty, "^[0-9:]+ you were kicked by Alice: too loud; /join comes back");
    pty_wait_match(pty, "^ " ROOM " · not joined: you were kicked by Alice: too loud");
    pty_send(pty, "\r");
    pty_wait_text(pty, "so nothing was sent");
    pty_wait_match(pty, "\\(not joined\\)> but listen$");
    join(fixture);
    room_bot_do(fixture->alice, "ban", "room", ROOM, "jid", "bob@localhost", "reason", "still loud", NULL);
    pty_wait_match(pty, "^[0-9:]+ you were banned by Alice: still loud +│");
    pty_send(pty, "/join " ROOM "\r");
    pty_wait_text(pty, "does not allow you that: you are banned");
    room_bot_do(fixture->alice, "grant", "room", ROOM, "jid", "bob@localhost", "affiliation", "none", NULL);
    join(fixture);
    room_bot_do(fixture->alice, "destroy", "room", ROOM, "alternate", "park@" SERVER_ROOMS, "reason", "moved", NULL);
    pty_wait_match(pty, "^[0-9:]+ .*destroyed.*moved");
    pty_wait_text(pty, "park@" SERVER_ROOMS);
    pty_send(pty, "where now?\r");
    pty_wait_match(pty, "\\(not joined\\)> where now\\?$");
}

/* I9: a room of 5,000 is entered in one piece, and at once; keys echo meanwhile. */
static void
test_crowd(Fixture *fixture, gconstpointer data)
{
    enum { MOST_MS = 2000 }; /* generous, since test machines are shared */
    Pty *pty = fixture->bob;
    if (fixture->server == NULL)
        return;
    const guint64 before = test_cpu_ms(pty_pid(pty));
    const gsize written = pty_bytes(pty)->len;
    const gint64 start = g_get_monotonic_time();
    pty_send(pty, "/join crowd5000@" SERVER_ROOMS "/Bob\r");
    pty_wait_text(pty, "crowd5000@" SERVER_ROOMS);
    const gint64 echo = pty_send_and_wait(pty, "is it full?", "is it full?");
    pty_wait_match(pty, "^bob/crowd5000@" SERVER_ROOMS "> is it full\\?$");
    const guint64 used = test_cpu_ms(pty_pid(pty)) - before;
    g_test_message("in after %" G_GINT64_FORMAT " ms, of which confab took %" G_GUINT64_FORMAT "; a key echoes within %" G_GINT64_FORMAT
                   " µs; %" G_GSIZE_FORMAT " bytes to the terminal",
                   (g_get_monotonic_time() - start) / 1000, used, echo, pty_bytes(pty)->len - written);
    pty_wait_match(pty, "^ crowd5000@" SERVER_ROOMS " · 5001 ");
    pty_wait_match(pty, "moderators 101$");
    g_assert_cmpuint(used, <, MOST_MS);
}

/* What is typed while the server is away is said when it is back. */
static void
test_survives_the_server(Fixture *fixture, gconstpointer data)
{
    Pty *pty = fixture->bob;
    if (fixture->server == NULL)
        return;
    join(fixture);
    bot_do(fixture->alice, "quit", NULL);
    g_assert_cmpint(run_wait_exit(fixture->alice), ==, 0);
    server_kill(fixture->server, SIGTERM);
    pty_wait_text(pty, "[bob: offline");
    pty_send(pty, "typed meanwhile\r");
    pty_wait_match(pty, "Bob +typed meanwhile");
    server_resume(fixture->server);
    pty_wait_match(pty, "Bob +typed meanwhile .*✓");
    pty_wait_match(pty, "^bob/" ROOM ">$");
}

/* --- many rooms --- */

enum { ROOMS = 60 };

/* Sixty rooms are joined at the start while the user types: no key is lost, and each room has its tab. */
static void
test_sixty_rooms(void)
{
    static const char text[] = "what is typed while sixty rooms are being joined stays as it was typed";
    const char *const argv[] = { "run", "--json", NULL };
    g_autoptr(Server) server =
        server_start(&(ServerOptions){ .kind = SERVER_PROSODY,
                                       .accounts = accounts,
                                       .extra = "modules_enabled = { \"private\" }\n",
                                       .rooms = true });
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *section = confab_account("bob", server_port(server), server_ca_file(server), "b", NULL);
    confab_write_accounts(home, section);
    Run *run = run_start(home, argv, NULL);
    g_free(run_wait_line(run, "\"state\":\"online\""));
    for (int i = 0; i < ROOMS; i++) {
        g_autofree char *line = g_strdup_printf("/bookmark add r%d@" SERVER_ROOMS, i);
        run_type(run, line);
    }
    for (int i = 0; i < ROOMS; i++)
        g_free(run_wait_line(run, "\"event\":\"room\".*\"what\":\"joined\""));
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    run_free(run);

    Pty *pty = pty_start(&(PtyOptions){ .home = home, .columns = 100 });
    pty_wait_text(pty, "1:console");
    for (const char *c = text; *c != '\0'; c++) {
        const char key[] = { *c, '\0' };
        pty_send(pty, key);
        pty_pump(pty, 5);
    }
    pty_wait_match(pty, "> what is typed while sixty rooms are being joined stays as it was typed$");
    /* The console is the first window. */
    const gint64 deadline = g_get_monotonic_time() + PTY_TIMEOUT * G_TIME_SPAN_MILLISECOND;
    while (!pty_shows(pty, "bob/r") && g_get_monotonic_time() < deadline) {
        pty_send(pty, "\x15/win 61\r");
        pty_pump(pty, 200);
    }
    pty_wait_match(pty, "^bob/r[0-9]+@" SERVER_ROOMS ">");
    pty_free(pty);
    test_directory_remove(home);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *path;
        ServerKind kind;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        { "/tui/rooms/joins/prosody", SERVER_PROSODY, test_joins },
        { "/tui/rooms/joins/ejabberd", SERVER_EJABBERD, test_joins },
        { "/tui/rooms/talks", SERVER_PROSODY, test_talks },
        { "/tui/rooms/is-put-out/prosody", SERVER_PROSODY, test_is_put_out },
        { "/tui/rooms/is-put-out/ejabberd", SERVER_EJABBERD, test_is_put_out },
        { "/tui/rooms/crowd", SERVER_PROSODY, test_crowd },
        { "/tui/rooms/survives-the-server/prosody", SERVER_PROSODY, test_survives_the_server },
        { "/tui/rooms/survives-the-server/ejabberd", SERVER_EJABBERD, test_survives_the_server },
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, GINT_TO_POINTER(tests[i].kind), set_up, tests[i].run, tear_down);
    g_test_add_func("/tui/rooms/sixty", test_sixty_rooms);
    return g_test_run();
}
