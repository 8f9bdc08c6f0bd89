/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One room, and in it confab, profanity, mcabber and a bot of yet other make: all see the same, and nobody sees what is
 * there for clients that do not understand the rest. */
#include <string.h>

#include "support/bot.h"
#include "support/chat_peer.h"
#include "support/run_confab.h"
#include "support/server.h"

#define ROOM "garden@" SERVER_ROOMS

static const char *const everybody[] = { "bob@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "a", NULL },
    { "bob", "b", NULL },
    { "carol", "c", everybody },
    { "dave", "d", everybody },
    { 0 },
};

typedef struct Scene {
    Server *server; /* NULL: skipped */
    Run *alice, *bob;
    ChatPeer *carol, *dave;
    char *home;
} Scene;

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

static void
type_ok(Scene *scene, const char *command)
{
    g_autofree char *name = g_strndup(command, strcspn(command, " "));
    g_autofree char *pattern = g_strdup_printf("\"event\":\"result\".*\"command\":\"%s", name);
    run_type(scene->bob, command);
    g_autofree char *result = run_wait_line(scene->bob, pattern);
    if (strstr(result, "\"ok\":true") == NULL)
        g_error("%s", result);
}

/* All four are in the room. False: skipped. */
static bool
gather(Scene *scene)
{
    scene->server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts, .rooms = true });
    if (scene->server == NULL)
        return false;
    scene->alice = room_bot_start(scene->server, &accounts[0], NULL);
    scene->carol = chat_peer_start(CHAT_PEER_PROFANITY, scene->server, &accounts[2], "bob@localhost");
    scene->dave = chat_peer_start(CHAT_PEER_MCABBER, scene->server, &accounts[3], "bob@localhost");
    if (scene->alice == NULL || scene->carol == NULL || scene->dave == NULL)
        return false;
    room_bot_do(scene->alice, "join", "room", ROOM, "nick", "Alice", NULL);
    room_bot_do(scene->alice, "config", "room", ROOM, "set", "muc#roomconfig_changesubject=1", NULL);
    scene->home = test_directory_new();
    g_autofree char *section =
        confab_account("bob", server_port(scene->server), server_ca_file(scene->server), "b", NULL);
    confab_write_accounts(scene->home, section);
    scene->bob = run_start(scene->home, (const char *const[]){ "run", "--json", NULL }, NULL);
    type_ok(scene, "/wait connected timeout 60");
    type_ok(scene, "/join " ROOM "/Bob");
    chat_peer_join(scene->carol, ROOM, "Carol");
    expect(scene->bob, "\"change\":\"joined\",\"nick\":\"Carol\"");
    chat_peer_join(scene->dave, ROOM, "Dave");
    expect(scene->bob, "\"change\":\"joined\",\"nick\":\"Dave\"");
    return true;
}

static void
part(Scene *scene)
{
    g_clear_pointer(&scene->carol, chat_peer_free);
    g_clear_pointer(&scene->dave, chat_peer_free);
    g_clear_pointer(&scene->alice, run_free);
    g_clear_pointer(&scene->bob, run_free);
    g_clear_pointer(&scene->server, server_stop);
    if (scene->home != NULL)
        test_directory_remove(scene->home);
    g_free(scene->home);
}

/* Everybody but who said it, who has seen it already. */
static void
all_hear(Scene *scene, const char *nick, const char *text)
{
    g_autofree char *by_bot = g_strdup_printf("\"from\":\"" ROOM "/%s\".*\"body\":\"%s\"", nick, text);
    g_autofree char *by_confab = g_strdup_printf("\"event\":\"message\".*\"nick\":\"%s\",.*\"body\":\"%s\"", nick, text);
    expect(scene->alice, by_bot);
    if (strcmp(nick, "Bob") != 0)
        expect(scene->bob, by_confab);
    chat_peer_wait_shown(scene->carol, text);
    chat_peer_wait_shown(scene->dave, text);
}

static void
all_see_topic(Scene *scene, const char *nick, const char *text)
{
    g_autofree char *by_bot = g_strdup_printf("\"subject\":\"%s\"", text);
    g_autofree char *by_confab = g_strdup_printf("\"what\":\"topic\",\"topic\":\"%s\",\"by\":\"%s\"", text, nick);
    expect(scene->alice, by_bot);
    if (strcmp(nick, "Bob") != 0)
        expect(scene->bob, by_confab);
    chat_peer_wait_shown(scene->carol, text);
    chat_peer_wait_shown(scene->dave, text);
}

static void
test_one_room(void)
{
    Scene scene = { 0 };
    if (gather(&scene)) {
        bot_do(scene.alice, "say", "room", ROOM, "text", "this is alice", "id", "a1", NULL);
        all_hear(&scene, "Alice", "this is alice");
        type_ok(&scene, "/say this is bob");
        all_hear(&scene, "Bob", "this is bob");
        chat_peer_say_to_room(scene.carol, "this is carol");
        all_hear(&scene, "Carol", "this is carol");
        chat_peer_say_to_room(scene.dave, "this is dave");
        all_hear(&scene, "Dave", "this is dave");

        bot_do(scene.alice, "subject", "room", ROOM, "text", "roses of alice", NULL);
        all_see_topic(&scene, "Alice", "roses of alice");
        type_ok(&scene, "/topic roses of bob");
        all_see_topic(&scene, "Bob", "roses of bob");
        chat_peer_topic(scene.carol, "roses of carol");
        all_see_topic(&scene, "Carol", "roses of carol");
        chat_peer_topic(scene.dave, "roses of dave");
        /* A subject with a body, as of mcabber, is none to the server, and so to confab (XEP-0045 §8.1). */
        expect(scene.alice, "\"body\":\"\",\"subject\":\"roses of dave\"");
        run_type(scene.bob, "/topic");
        expect(scene.bob, "\"command\":\"/topic\".*\"by\":\"Carol\",\"topic\":\"roses of carol\"");

        bot_do(scene.alice, "correct", "room", ROOM, "target", "a1", "text", "this was alice", NULL);
        expect(scene.bob, "\"event\":\"correction\".*\"body\":\"this was alice\"");
        chat_peer_wait_shown(scene.carol, "this was alice");
        type_ok(&scene, "/correct this was bob");
        expect(scene.alice, "\"body\":\"this was bob\".*\"replaces\":\"[^\"]+\"");
        chat_peer_wait_shown(scene.carol, "this was bob");

    }
    part(&scene);
}

/* The room's id of what the bot says here (XEP-0359), by which everybody knows it. The caller frees. */
static char *
say_by_bot(Scene *scene, const char *text)
{
    g_autofree char *pattern = g_strdup_printf("\"body\":\"%s\"", text);
    bot_do(scene->alice, "say", "room", ROOM, "text", text, NULL);
    g_autofree char *line = run_wait_line(scene->alice, pattern);
    const char *id = strstr(line, "\"stanza_id\":\"") + strlen("\"stanza_id\":\"");
    expect(scene->bob, pattern);
    return g_strndup(id, strcspn(id, "\""));
}

/* XEP-0424, 0444, 0461: each side's marks are the other's. */
static void
test_marks(void)
{
    Scene scene = { 0 };
    if (gather(&scene)) {
        g_autofree char *question = say_by_bot(&scene, "who comes");
        g_autofree char *mistake = say_by_bot(&scene, "oops");
        bot_do(scene.alice, "react", "room", ROOM, "target", question, "emoji", "\xf0\x9f\x8e\x89", NULL);
        expect(scene.bob, "\"event\":\"reaction\".*\"by\":\"Alice\".*\xf0\x9f\x8e\x89");
        bot_do(scene.alice, "retract", "room", ROOM, "target", mistake, NULL);
        g_autofree char *gone = g_strdup_printf("\"event\":\"retraction\".*\"archive_id\":\"%s\"", mistake);
        expect(scene.bob, gone);
        bot_do(scene.alice, "reply", "room", ROOM, "text", "me", "target", question, "to", ROOM "/Alice", "quote",
               "who comes", NULL);
        expect(scene.bob, "\"event\":\"message\".*\"nick\":\"Alice\",.*\"body\":\"me\"");
        expect(scene.alice, "\"body\":\"> who comes");

        type_ok(&scene, "/react 2 \xf0\x9f\x91\x8d");
        g_autofree char *reaction =
            g_strdup_printf("\"from\":\"" ROOM "/Bob\".*\"reacts_to\":\"%s\",\"reactions\":\\[\"\xf0\x9f\x91\x8d\"\\]", question);
        expect(scene.alice, reaction);
        type_ok(&scene, "/reply 2 me, too");
        g_autofree char *reply = g_strdup_printf("\"body\":\"> who comes\\\\nme, too\".*\"replies_to\":\"%s\"", question);
        expect(scene.alice, reply);
        chat_peer_wait_shown(scene.carol, "me, too");
        chat_peer_wait_shown(scene.dave, "me, too");
        run_type(scene.bob, "/say no, not me");
        g_autofree char *said = run_wait_line(scene.bob, "\"event\":\"message\".*\"body\":\"no, not me\"");
        const char *id = strstr(said, "\"id\":\"") + strlen("\"id\":\"");
        g_autofree char *came_back =
            g_strdup_printf("\"id\":\"%.*s\".*\"state\":\"received\"", (int) strcspn(id, "\""), id);
        expect(scene.bob, came_back); /* with the room's id, by which it is taken back */
        type_ok(&scene, "/retract");
        expect(scene.alice, "\"from\":\"" ROOM "/Bob\".*\"retracts\":\"[^\"]+\"");
        g_assert_null(strstr(run_output(scene.bob), "attempted to retract"));
        g_assert_null(strstr(run_output(scene.bob), "> who comes"));
    }
    part(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/rooms-peers/one-room", test_one_room);
    g_test_add_func("/system/rooms-peers/marks", test_marks);
    return g_test_run();
}
