/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms on both servers, and the bot that is in them, can what the tests of rooms need of them. */
#include <string.h>

#include "support/bot.h"

#define ROOM "garden@" SERVER_ROOMS

static const TestAccount accounts[] = { { "alice", "a", NULL }, { "bob", "b", NULL }, { 0 } };

static char *
expect(Run *bot, const char *regex)
{
    return run_wait_line(bot, regex);
}

static void
sees(Run *bot, const char *regex)
{
    g_autofree char *line = expect(bot, regex);
}

/* Now, or already before the server's answer to what was asked. */
static void
has_seen(Run *bot, const char *regex)
{
    if (!g_regex_match_simple(regex, run_output(bot), 0, 0))
        sees(bot, regex);
}

static void
test_rooms(gconstpointer data)
{
    const ServerKind kind = GPOINTER_TO_INT(data);
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = kind, .accounts = accounts, .rooms = true });
    if (server == NULL)
        return;
    g_autoptr(Run) alice = room_bot_start(server, &accounts[0], NULL);
    if (alice == NULL)
        return;
    g_autoptr(Run) bob = room_bot_start(server, &accounts[1], NULL);
    room_bot_do(alice, "join", "room", ROOM, "nick", "Alice", NULL);
    room_bot_do(alice, "open", "room", ROOM, NULL);
    room_bot_do(bob, "join", "room", ROOM, "nick", "Bob", "history", "0", NULL);
    sees(alice, "\"event\":\"presence\",\"from\":\"" ROOM "/Bob\",\"type\":\"available\".*\"role\":\"participant\"");

    bot_do(bob, "say", "room", ROOM, "text", "one", "id", "first", NULL);
    g_autofree char *said = expect(alice, "\"id\":\"first\".*\"body\":\"one\"");
    g_assert_null(strstr(said, "\"stanza_id\":null")); /* there is an archive */
    g_assert_true((strstr(said, "\"occupant_id\":null") == NULL) == (kind == SERVER_PROSODY));
    bot_do(alice, "reply", "room", ROOM, "text", "yes", "target", "first", "quote", "one\ntwo", NULL);
    sees(bob, "\"body\":\"> one\\\\n> two\\\\nyes\".*\"replies_to\":\"first\"");
    bot_do(bob, "react", "room", ROOM, "target", "first", "emoji", "\xf0\x9f\x91\x8d \xf0\x9f\x8e\x89", NULL);
    sees(alice, "\"reacts_to\":\"first\",\"reactions\":\\[\"\xf0\x9f\x91\x8d\",\"\xf0\x9f\x8e\x89\"\\]");
    bot_do(bob, "correct", "room", ROOM, "target", "first", "text", "two", NULL);
    sees(alice, "\"body\":\"two\".*\"replaces\":\"first\"");
    bot_do(bob, "retract", "room", ROOM, "target", "first", NULL);
    sees(alice, "\"retracts\":\"first\"");
    bot_do(alice, "subject", "room", ROOM, "text", "roses & co", NULL);
    sees(bob, "\"subject\":\"roses & co\"");
    bot_do(bob, "pm", "room", ROOM, "nick", "Alice", "text", "psst", NULL);
    sees(alice, "\"from\":\"" ROOM "/Bob\",\"type\":\"chat\".*\"body\":\"psst\"");
    bot_do(bob, "flood", "room", ROOM, "count", "20", "text", "line", NULL);
    for (int i = 1; i <= 20; i++) {
        g_autofree char *line = g_strdup_printf("\"body\":\"line %d\"", i);
        sees(alice, line);
    }
    room_bot_do(bob, "crowd", "room", ROOM, "count", "3", "prefix", "guest", NULL);
    sees(alice, "garden@rooms.localhost/guest3");
    room_bot_do(bob, "join", "room", ROOM, "nick", "Robert", NULL);
    has_seen(alice, "\"type\":\"unavailable\".*\"codes\":\\[303\\].*\"nick\":\"Robert\"");

    bot_do(alice, "invite", "room", ROOM, "jid", "bob@localhost", "reason", "come", NULL);
    sees(bob, "\"children\":\\[[^]]*\"\\{jabber:x:conference\\}x\"");
    bot_do(alice, "invite", "room", ROOM, "jid", "bob@localhost", "mediated", "yes", NULL);
    sees(bob, "\"from\":\"" ROOM "\".*<[a-z0-9]+:invite ");
    room_bot_do(alice, "grant", "room", ROOM, "jid", "bob@localhost", "affiliation", "member", NULL);
    sees(bob, "/Robert\".*\"affiliation\":\"member\"");
    room_bot_do(alice, "kick", "room", ROOM, "nick", "Robert", "reason", "enough", NULL);
    sees(bob, "\"type\":\"unavailable\".*\"codes\":\\[110,307\\].*\"reason\":\"enough\"");
    room_bot_do(alice, "config", "room", ROOM, "set", "muc#roomconfig_membersonly=1\nmuc#roomconfig_persistentroom=1", NULL);
    room_bot_do(alice, "destroy", "room", ROOM, "alternate", "meadow@" SERVER_ROOMS, "reason", "moved", NULL);
    has_seen(alice, "\"type\":\"unavailable\".*\"alternate\":\"meadow@rooms.localhost\"");
    bot_do(alice, "quit", NULL);
    bot_do(bob, "quit", NULL);
    g_assert_cmpint(run_wait_exit(alice), ==, 0);
    g_assert_cmpint(run_wait_exit(bob), ==, 0);
    g_assert_cmpstr(run_errors(alice), ==, "");
    g_assert_cmpstr(run_errors(bob), ==, "");
}

static void
test_moderation_and_forgetting(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts, .rooms = true });
    g_autoptr(Run) alice = server != NULL ? room_bot_start(server, &accounts[0], NULL) : NULL;
    if (alice == NULL)
        return;
    room_bot_do(alice, "join", "room", ROOM, "nick", "Alice", NULL);
    room_bot_do(alice, "open", "room", ROOM, NULL);
    bot_do(alice, "say", "room", ROOM, "text", "spam", NULL);
    g_autofree char *said = expect(alice, "\"body\":\"spam\"");
    g_autofree char *before = g_strdup(strstr(said, "\"stanza_id\":\"") + strlen("\"stanza_id\":\""));
    *strchr(before, '"') = '\0';
    room_bot_do(alice, "moderate", "room", ROOM, "target", before, "reason", "spam", NULL);
    has_seen(alice, "\"from\":\"garden@rooms.localhost\".*\"\\{urn:xmpp:fasten:0\\}apply-to\"");

    bot_do(alice, "forget", "room", ROOM, NULL);
    bot_do(alice, "say", "room", ROOM, "text", "anybody there?", NULL);
    sees(alice, "\"event\":\"message\".*\"error\":\"not-acceptable\"");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/support/rooms/prosody", GINT_TO_POINTER(SERVER_PROSODY), test_rooms);
    g_test_add_data_func("/support/rooms/ejabberd", GINT_TO_POINTER(SERVER_EJABBERD), test_rooms);
    g_test_add_func("/support/rooms/moderation-and-forgetting", test_moderation_and_forgetting);
    return g_test_run();
}
