/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is taken back on real servers: by a moderator, and while nobody was there. confab is bob; a bot of other make is
 * alice, who owns the room. */
#include <string.h>

#include "support/bot.h"
#include "support/run_confab.h"
#include "support/server.h"

#define ROOM "garden@" SERVER_ROOMS

static const TestAccount accounts[] = { { "alice", "a", NULL }, { "bob", "b", NULL }, { 0 } };

typedef struct Scene {
    Server *server; /* NULL: skipped */
    Run *alice, *bob;
    char *home;
} Scene;

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

static void
start_bob(Scene *scene)
{
    scene->bob = run_start(scene->home, (const char *const[]){ "run", "--json", NULL }, NULL);
    run_type(scene->bob, "/set script.on-error continue");
    run_type(scene->bob, "/wait connected timeout 60");
    expect(scene->bob, "\"command\":\"/wait connected.*\"ok\":true");
    run_type(scene->bob, "/join " ROOM "/Bob");
    expect(scene->bob, "\"command\":\"/join .*\"ok\":true");
}

static void
set_up(Scene *scene, gconstpointer data)
{
    scene->server =
        server_start(&(ServerOptions){ .kind = GPOINTER_TO_INT(data), .accounts = accounts, .rooms = true });
    scene->alice = scene->server != NULL ? room_bot_start(scene->server, &accounts[0], NULL) : NULL;
    if (scene->alice == NULL) {
        g_clear_pointer(&scene->server, server_stop);
        return;
    }
    room_bot_do(scene->alice, "join", "room", ROOM, "nick", "Alice", NULL);
    room_bot_do(scene->alice, "config", "room", ROOM, "set", "muc#roomconfig_persistentroom=1", NULL);
    scene->home = test_directory_new();
    g_autofree char *section =
        confab_account("bob", server_port(scene->server), server_ca_file(scene->server), "b", NULL);
    confab_write_accounts(scene->home, section);
    start_bob(scene);
}

static void
tear_down(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    run_free(scene->bob);
    g_clear_pointer(&scene->alice, run_free);
    server_stop(scene->server);
    test_directory_remove(scene->home);
    g_free(scene->home);
}

/* Alice says something that bob sees; its id in the room's archive. */
static char *
says(Scene *scene, const char *text)
{
    g_autofree char *body = g_strdup_printf("\"body\":\"%s\"", text);
    bot_do(scene->alice, "say", "room", ROOM, "text", text, NULL);
    g_autofree char *line = run_wait_line(scene->alice, body);
    expect(scene->bob, body);
    const char *id = strstr(line, "\"stanza_id\":\"");
    g_assert_nonnull(id);
    id += strlen("\"stanza_id\":\"");
    return g_strndup(id, strcspn(id, "\""));
}

/* A moderator takes back what alice said, where the server can (ejabberd 23.01 cannot, and that is said). */
static void
test_moderates(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    room_bot_do(scene->alice, "grant", "room", ROOM, "jid", "bob@localhost", "affiliation", "admin", NULL);
    expect(scene->bob, "\"event\":\"room\".*\"Bob\".*\"affiliation\":\"admin\"");
    g_autofree char *id = says(scene, "buy this");
    run_type(scene->bob, "/room moderate 1 no advertising");
    g_autofree char *outcome = g_strdup_printf("\"event\":\"retraction\".*\"archive_id\":\"%s\".*\"by\":\"Bob\".*"
                                               "\"reason\":\"no advertising\"|/room moderate.*\"ok\":false", id);
    g_autofree char *line = run_wait_line(scene->bob, outcome);
    if (strstr(line, "\"ok\":false") != NULL) {
        g_assert_nonnull(strstr(line, "cannot take back messages of others"));
        return;
    }
    run_type(scene->bob, "/history 1");
    expect(scene->bob, "\"command\":\"/history 1\".*taken back by Bob: no advertising");
}

/* What was said and taken back while bob was away is not there when he comes back; what he had seen, neither. A server
 * without occupant ids (ejabberd 23.01) cannot prove that it was the same Alice: then it stays (I14). */
static void
test_while_away(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    g_autofree char *seen = says(scene, "seen mistake");
    run_type(scene->bob, "/quit");
    g_assert_cmpint(run_wait_exit(scene->bob), ==, 0);
    g_clear_pointer(&scene->bob, run_free);
    expect(scene->alice, "\"from\":\"" ROOM "/Bob\",\"type\":\"unavailable\"");
    bot_do(scene->alice, "say", "room", ROOM, "text", "unseen mistake", NULL);
    g_autofree char *line = run_wait_line(scene->alice, "\"body\":\"unseen mistake\"");
    const char *id = strstr(line, "\"stanza_id\":\"") + strlen("\"stanza_id\":\"");
    g_autofree char *unseen = g_strndup(id, strcspn(id, "\""));
    bot_do(scene->alice, "retract", "room", ROOM, "target", seen, NULL);
    bot_do(scene->alice, "retract", "room", ROOM, "target", unseen, NULL);
    bot_do(scene->alice, "say", "room", ROOM, "text", "said at last", NULL);
    expect(scene->alice, "\"body\":\"said at last\"");
    start_bob(scene);
    expect(scene->bob, "\"event\":\"message\".*\"body\":\"said at last\"");
    run_type(scene->bob, "/history 10 with " ROOM);
    g_autofree char *history = run_wait_line(scene->bob, "\"command\":\"/history 10.*said at last");
    const bool is_proved = strstr(run_output(scene->bob), "\"occupant_id\":\"") != NULL;
    g_assert_true((strstr(history, "seen mistake") == NULL) == is_proved);
    g_assert_true((strstr(history, "unseen mistake") == NULL) == is_proved);
    g_assert_true((strstr(history, "(taken back)") != NULL) == is_proved);
    g_assert_null(strstr(history, "attempted to retract"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/system/taken_back/prosody/moderates", Scene, GINT_TO_POINTER(SERVER_PROSODY), set_up, test_moderates,
               tear_down);
    g_test_add("/system/taken_back/ejabberd/moderates", Scene, GINT_TO_POINTER(SERVER_EJABBERD), set_up, test_moderates,
               tear_down);
    g_test_add("/system/taken_back/prosody/while-away", Scene, GINT_TO_POINTER(SERVER_PROSODY), set_up,
               test_while_away, tear_down);
    g_test_add("/system/taken_back/ejabberd/while-away", Scene, GINT_TO_POINTER(SERVER_EJABBERD), set_up,
               test_while_away, tear_down);
    return g_test_run();
}
