/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms on real servers, as scripts live in them: confab is bob, a bot of other make is alice, who owns the room. */
#include <signal.h>
#include <string.h>

#include "support/bot.h"
#include "support/run_confab.h"
#include "support/server.h"

#define ROOM "garden@" SERVER_ROOMS
#define INVITATION "\"event\":\"invitation\".*\"room\":\"" ROOM "\",\"what\":"
#define SELF "\"event\":\"room\".*\"room\":\"" ROOM "\",\"what\":"
#define SOMEBODY SELF "\"occupant\",\"change\":"

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
}

/* Alice is in her room, bob online. */
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

/* Types a command and returns its result. */
static char *
type(Scene *scene, const char *command)
{
    g_autofree char *name = g_strndup(command, strcspn(command, " "));
    g_autofree char *pattern = g_strdup_printf("\"event\":\"result\".*\"command\":\"%s", name);
    run_type(scene->bob, command);
    return run_wait_line(scene->bob, pattern);
}

static void
type_ok(Scene *scene, const char *command)
{
    g_autofree char *result = type(scene, command);
    if (strstr(result, "\"ok\":true") == NULL)
        g_error("%s", result);
}

static void
type_fails(Scene *scene, const char *command, const char *words)
{
    g_autofree char *result = type(scene, command);
    if (strstr(result, "\"ok\":false") == NULL || strstr(result, words) == NULL)
        g_error("not %s: %s; alice: %s; before: %s", words, result, run_output(scene->alice), run_output(scene->bob));
}

static void
join(Scene *scene)
{
    type_ok(scene, "/join " ROOM "/Bob");
}

/* And the server knows. */
static void
leave(Scene *scene)
{
    type_ok(scene, "/leave");
    expect(scene->alice, "\"from\":\"" ROOM "/Bob\",\"type\":\"unavailable\"");
}

static guint
count(const char *text, const char *part)
{
    guint found = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        found++;
    return found;
}

/* What is said is heard, once; the topic, names, private words, and good-bye. */
static void
test_talks(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    bot_do(scene->alice, "subject", "room", ROOM, "text", "roses", NULL);
    join(scene);
    expect(scene->alice, "\"from\":\"" ROOM "/Bob\",\"type\":\"available\"");
    bot_do(scene->alice, "say", "room", ROOM, "text", "hello Bob", NULL);
    expect(scene->bob, "\"event\":\"message\".*\"from\":\"" ROOM "/Alice\",\"direction\":\"in\".*\"nick\":\"Alice\".*\"body\":\"hello Bob\"");
    type_ok(scene, "/say hello & <b>all</b>");
    expect(scene->alice, "\"from\":\"" ROOM "/Bob\",\"type\":\"groupchat\".*\"body\":\"hello & <b>all</b>\"");
    expect(scene->bob, "\"event\":\"delivery\".*\"with\":\"" ROOM "\",\"state\":\"(stored|received|delivered)\"");
    type_ok(scene, "/correct hello all");
    expect(scene->alice, "\"body\":\"hello all\".*\"replaces\":\"[^\"]+\"");

    g_autofree char *topic = type(scene, "/topic");
    g_assert_nonnull(strstr(topic, "\"topic\":\"roses\""));
    bot_do(scene->alice, "subject", "room", ROOM, "text", "tulips", NULL);
    expect(scene->bob, SELF "\"topic\",\"topic\":\"tulips\",\"by\":\"Alice\"");
    g_autofree char *occupants = type(scene, "/occupants");
    g_assert_nonnull(strstr(occupants, "\"name\":\"Alice\",\"role\":\"moderator\",\"affiliation\":\"owner\""));
    g_assert_nonnull(strstr(occupants, "\"name\":\"Bob\",\"role\":\"participant\",\"affiliation\":\"none\""));
    g_assert_nonnull(strstr(occupants, "2 of 2: "));

    type_ok(scene, "/nick Robert");
    expect(scene->alice, "\"from\":\"" ROOM "/Bob\",\"type\":\"unavailable\".*\"codes\":\\[303\\].*\"nick\":\"Robert\"");
    type_ok(scene, "/pm Alice psst");
    expect(scene->alice, "\"from\":\"" ROOM "/Robert\",\"type\":\"chat\".*\"body\":\"psst\"");
    bot_do(scene->alice, "pm", "room", ROOM, "nick", "Robert", "text", "what?", NULL);
    expect(scene->bob, "\"event\":\"message\".*\"from\":\"" ROOM "/Alice\".*\"body\":\"what\\?\"");
    type_ok(scene, "/msg " ROOM);
    type_ok(scene, "/leave good night");
    expect(scene->alice, "\"from\":\"" ROOM "/Robert\",\"type\":\"unavailable\".*good night");
    type_fails(scene, "/say to myself", "you are not in");
    g_assert_cmpuint(count(run_output(scene->bob), "\"body\":\"hello Bob\""), ==, 1);
    g_assert_cmpuint(count(run_output(scene->bob), "\"body\":\"hello & <b>all</b>\""), ==, 1);
}

/* A room that was not there is open to others at once, and its owner has all the power there is. */
static void
test_owns(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    type_ok(scene, "/join meadow@" SERVER_ROOMS "/Bob");
    g_assert_nonnull(strstr(run_output(scene->bob), "\"affiliation\":\"owner\""));
    room_bot_do(scene->alice, "join", "room", "meadow@" SERVER_ROOMS, "nick", "Alice", NULL);
    expect(scene->bob, "\"change\":\"joined\",\"nick\":\"Alice\"");
    type_ok(scene, "/topic grass");
    expect(scene->alice, "\"subject\":\"grass\"");
    type_ok(scene, "/role Alice visitor");
    expect(scene->alice, "\"from\":\"meadow@" SERVER_ROOMS "/Alice\".*\"role\":\"visitor\"");
    type_ok(scene, "/voice grant Alice");
    expect(scene->alice, "\"from\":\"meadow@" SERVER_ROOMS "/Alice\".*\"role\":\"participant\"");
    type_ok(scene, "/voice revoke Alice");
    expect(scene->alice, "\"from\":\"meadow@" SERVER_ROOMS "/Alice\".*\"role\":\"visitor\"");
    type_ok(scene, "/affiliation Alice admin");
    expect(scene->alice, "\"from\":\"meadow@" SERVER_ROOMS "/Alice\".*\"affiliation\":\"admin\"");
    type_ok(scene, "/affiliation alice@localhost none");
    g_autofree char *owners = type(scene, "/room lists owners");
    g_assert_nonnull(strstr(owners, "bob@localhost"));
    type_ok(scene, "/kick Alice a while");
    expect(scene->alice, "\"type\":\"unavailable\".*\"codes\":\\[110,307\\].*\"reason\":\"a while\"");
    room_bot_do(scene->alice, "join", "room", "meadow@" SERVER_ROOMS, "nick", "Alice", NULL);
    expect(scene->bob, "\"change\":\"joined\",\"nick\":\"Alice\"");
    type_ok(scene, "/ban Alice for good");
    expect(scene->alice, "\"type\":\"unavailable\".*\"codes\":\\[110,301\\].*\"reason\":\"for good\"");
    g_autofree char *outcasts = type(scene, "/room lists outcasts");
    g_assert_nonnull(strstr(outcasts, "alice@localhost"));
    type_ok(scene, "/unban alice@localhost");
    type_ok(scene, "/invite alice@localhost via room reason come back");
    expect(scene->alice, "\"from\":\"meadow@" SERVER_ROOMS "\".*come back");
    type_ok(scene, "/invite alice@localhost via direct reason do come");
    expect(scene->alice, "\"from\":\"bob@localhost/[^\"]+\".*\"\\{jabber:x:conference\\}x\".*do come");
    room_bot_do(scene->alice, "join", "room", "meadow@" SERVER_ROOMS, "nick", "Alice", NULL);
    type_ok(scene, "/room destroy reason rain alternate " ROOM);
    expect(scene->alice, "\"type\":\"unavailable\".*\"reason\":\"rain\",.*\"alternate\":\"" ROOM "\"");
    type_fails(scene, "/say anybody?", "you are not in");
}

/* Every way to be refused says what to do, and what was typed is not lost. */
static void
test_is_refused(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    type_fails(scene, "/join " ROOM "/Alice", "taken by somebody else");
    room_bot_do(scene->alice, "config", "room", ROOM, "set",
                "muc#roomconfig_passwordprotectedroom=1\nmuc#roomconfig_roomsecret=sesame\nmuc#roomconfig_persistentroom=1",
                NULL);
    type_fails(scene, "/join " ROOM "/Bob", "wants a password");
    type_fails(scene, "/join " ROOM "/Bob password wrong", "wants a password");
    type_ok(scene, "/join " ROOM "/Bob password sesame");
    g_assert_null(strstr(run_output(scene->bob), "sesame")); /* I23 */
    leave(scene);
    room_bot_do(scene->alice, "config", "room", ROOM, "set",
                "muc#roomconfig_passwordprotectedroom=0\nmuc#roomconfig_roomsecret=\nmuc#roomconfig_membersonly=1", NULL);
    type_fails(scene, "/join " ROOM "/Bob", "members only");
    room_bot_do(scene->alice, "grant", "room", ROOM, "jid", "bob@localhost", "affiliation", "member", NULL);
    join(scene);
    leave(scene);
    type_fails(scene, "/join meadow@nowhere.invalid/Bob", "the room"); /* neither server looks for others */
}

static void
test_takes_another_nick(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    type_ok(scene, "/set room.nick Alice");
    type_ok(scene, "/join " ROOM);
    expect(scene->alice, "\"from\":\"" ROOM "/Alice_\",\"type\":\"available\"");
}

/* Put out by others: it is said why and by whom, and confab stays out. */
static void
test_is_put_out(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    join(scene);
    room_bot_do(scene->alice, "kick", "room", ROOM, "nick", "Bob", "reason", "too loud", NULL);
    expect(scene->bob, SELF "\"left\".*\"cause\":\"kicked\",\"actor\":\"Alice\".*too loud");
    type_fails(scene, "/say but", "you are not in");
    join(scene);
    room_bot_do(scene->alice, "ban", "room", ROOM, "jid", "bob@localhost", "reason", "still loud", NULL);
    expect(scene->bob, SELF "\"left\".*\"cause\":\"banned\",\"actor\":\"Alice\".*still loud");
    type_fails(scene, "/say but", "you are not in");
    type_fails(scene, "/join " ROOM "/Bob", "banned");
    room_bot_do(scene->alice, "grant", "room", ROOM, "jid", "bob@localhost", "affiliation", "none", NULL);
    join(scene);
    room_bot_do(scene->alice, "config", "room", ROOM, "set", "muc#roomconfig_membersonly=1", NULL);
    expect(scene->bob, SELF "\"left\".*\"cause\":\"members-only\"");
    room_bot_do(scene->alice, "config", "room", ROOM, "set", "muc#roomconfig_membersonly=0", NULL);
    join(scene);
    room_bot_do(scene->alice, "destroy", "room", ROOM, "alternate", "park@" SERVER_ROOMS, "reason", "moved", NULL);
    expect(scene->bob, SELF "\"left\".*\"cause\":\"destroyed\".*park@" SERVER_ROOMS);
    type_fails(scene, "/say hello?", "you are not in");
}

/* Invitations are shown, and never followed by themselves. */
static void
test_is_invited(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    bot_do(scene->alice, "invite", "room", ROOM, "jid", "bob@localhost", "reason", "roses!", "mediated", "yes", NULL);
    expect(scene->bob, INVITATION "\"invited\",\"from\":\"(" ROOM "/Alice|alice@localhost/bot)\",\"reason\":\"roses!\",\"direct\":false");
    g_autofree char *listed = type(scene, "/invitations");
    g_assert_nonnull(strstr(listed, ROOM));
    type_ok(scene, "/decline " ROOM " hay fever");
    expect(scene->alice, "\"from\":\"" ROOM "\".*hay fever");
    bot_do(scene->alice, "invite", "room", ROOM, "jid", "bob@localhost", "reason", "tulips!", NULL);
    expect(scene->bob, INVITATION "\"invited\",\"from\":\"alice@localhost[^\"]*\",\"reason\":\"tulips!\",\"direct\":true");
    join(scene);
    g_assert_cmpuint(count(run_output(scene->alice), "\"from\":\"" ROOM "/Bob\",\"type\":\"available\""), ==, 0);
    expect(scene->alice, "\"from\":\"" ROOM "/Bob\",\"type\":\"available\"");
}

/* The bot says "PREFIX 1" … in the room, and has seen them all come back. */
static void
bot_says(Scene *scene, const char *prefix, guint lines)
{
    g_autofree char *number = g_strdup_printf("%u", lines);
    g_autofree char *last = g_strdup_printf("\"body\":\"%s %u\"", prefix, lines);
    bot_do(scene->alice, "flood", "room", ROOM, "count", number, "text", prefix, NULL);
    expect(scene->alice, last);
}

static void
assert_once(const Run *run, const char *body, const Run *other)
{
    g_autofree char *member = g_strdup_printf("\"body\":\"%s\"", body);
    if (count(run_output(run), member) != 1)
        g_error("“%s” came %u times: %s; %s", body, count(run_output(run), member), run_output(run), run_output(other));
}

static void
assert_each_once(const Run *run, const char *prefix, guint lines)
{
    for (guint i = 1; i <= lines; i++) {
        g_autofree char *body = g_strdup_printf("%s %u", prefix, i);
        assert_once(run, body, run);
    }
}

/* I1, I3: what was said while confab was not running comes from the room's archive, each once, in order. */
static void
test_catches_up(Scene *scene, gconstpointer data)
{
    enum { LINES = 120 }; /* more than a page, and than a room's own history */
    if (scene->server == NULL)
        return;
    join(scene);
    bot_says(scene, "before", 3);
    expect(scene->bob, "\"body\":\"before 3\"");
    type_ok(scene, "/quit");
    g_assert_cmpint(run_wait_exit(scene->bob), ==, 0);
    run_free(scene->bob);
    bot_says(scene, "meanwhile", LINES);
    start_bob(scene);
    join(scene);
    bot_says(scene, "after", 1);
    for (int i = 1; i <= LINES; i++) {
        g_autofree char *line = g_strdup_printf("\"body\":\"meanwhile %d\"", i);
        if (!strstr(run_output(scene->bob), line))
            expect(scene->bob, line);
    }
    assert_each_once(scene->bob, "meanwhile", LINES);
    g_assert_cmpuint(count(run_output(scene->bob), "\"body\":\"before "), ==, 0);
    type_ok(scene, "/say caught up");
    expect(scene->alice, "\"body\":\"caught up\"");
}

/* A server that dies takes nothing with it: the room is joined again, what was typed meanwhile is said once, and what was
 * said before is not told twice. */
static void
test_survives_the_server(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    join(scene);
    bot_says(scene, "before", 5);
    expect(scene->bob, "\"body\":\"before 5\"");
    bot_do(scene->alice, "quit", NULL);
    g_assert_cmpint(run_wait_exit(scene->alice), ==, 0);
    g_clear_pointer(&scene->alice, run_free);
    server_kill(scene->server, SIGTERM);
    expect(scene->bob, "\"event\":\"connection\".*\"state\":\"offline\"");
    type_ok(scene, "/say typed meanwhile");
    server_resume(scene->server);
    expect(scene->bob, SELF "\"joined\"");
    scene->alice = room_bot_start(scene->server, &accounts[0], NULL);
    room_bot_do(scene->alice, "join", "room", ROOM, "nick", "Alice", "history", "20", NULL);
    bot_says(scene, "after", 1);
    expect(scene->bob, "\"body\":\"after 1\"");
    type_ok(scene, "/say and now");
    expect(scene->alice, "\"body\":\"and now\"");
    assert_each_once(scene->bob, "before", 5);
    assert_once(scene->bob, "typed meanwhile", scene->alice);
    assert_once(scene->alice, "typed meanwhile", scene->bob);
}

/* I1: a server that is cut off in the middle of what is said. Where the room has it already it is not said again, and
 * where it has not, it is. */
static void
test_loses_nothing(Scene *scene, gconstpointer data)
{
    enum { LINES = 50, CUT = 5 };
    if (scene->server == NULL)
        return;
    join(scene);
    for (int i = 1; i <= LINES; i++) {
        g_autofree char *line = g_strdup_printf("/say line %d", i);
        run_type(scene->bob, line);
    }
    for (int i = 1; i <= CUT; i++)
        expect(scene->bob, "\"event\":\"delivery\".*\"state\":\"received\"");
    g_clear_pointer(&scene->alice, run_free);
    /* What ejabberd has not written yet is gone then, whatever it has told. */
    server_kill(scene->server, GPOINTER_TO_INT(data) == SERVER_PROSODY ? SIGKILL : SIGTERM);
    server_resume(scene->server);
    expect(scene->bob, SELF "\"joined\"");
    type_ok(scene, "/wait delivered timeout 60");
    scene->alice = room_bot_start(scene->server, &accounts[0], NULL);
    room_bot_do(scene->alice, "join", "room", ROOM, "nick", "Alice", "history", "0", NULL);
    room_bot_do(scene->alice, "archive", "room", ROOM, NULL);
    assert_each_once(scene->alice, "line", LINES);
    assert_each_once(scene->bob, "line", LINES);
}

/* XEP-0410: a room that forgot us without a word is found out, and joined again; one that did not is left in peace. */
static void
test_finds_itself_forgotten(Scene *scene, gconstpointer data)
{
    if (scene->server == NULL)
        return;
    type_ok(scene, "/set room.ping 1");
    join(scene);
    bot_says(scene, "before", 1);
    expect(scene->bob, "\"body\":\"before 1\"");
    if (GPOINTER_TO_INT(data) == SERVER_EJABBERD) {
        room_bot_do(scene->alice, "crowd", "room", ROOM, "count", "3", "prefix", "guest", NULL);
        g_assert_null(strstr(run_output(scene->bob), "\"what\":\"waiting\""));
        return;
    }
    bot_do(scene->alice, "forget", "room", ROOM, NULL);
    expect(scene->bob, SELF "\"waiting\"");
    expect(scene->bob, SELF "\"joined\"");
    room_bot_do(scene->alice, "join", "room", ROOM, "nick", "Alice", "history", "0", NULL);
    bot_says(scene, "after", 1);
    expect(scene->bob, "\"body\":\"after 1\"");
    assert_each_once(scene->bob, "before", 1);
    assert_each_once(scene->bob, "after", 1);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        ServerKind kind;
    } kinds[] = { { "prosody", SERVER_PROSODY }, { "ejabberd", SERVER_EJABBERD } };
    static const struct {
        const char *name;
        void (*run)(Scene *, gconstpointer);
    } tests[] = {
        { "talks", test_talks },
        { "owns", test_owns },
        { "is-refused", test_is_refused },
        { "takes-another-nick", test_takes_another_nick },
        { "is-put-out", test_is_put_out },
        { "is-invited", test_is_invited },
        { "catches-up", test_catches_up },
        { "survives-the-server", test_survives_the_server },
        { "loses-nothing", test_loses_nothing },
        { "finds-itself-forgotten", test_finds_itself_forgotten },
    };
    g_test_init(&argc, &argv, NULL);
    for (guint kind = 0; kind < G_N_ELEMENTS(kinds); kind++) {
        for (guint test = 0; test < G_N_ELEMENTS(tests); test++) {
            g_autofree char *path = g_strdup_printf("/system/rooms/%s/%s", kinds[kind].name, tests[test].name);
            g_test_add(path, Scene, GINT_TO_POINTER(kinds[kind].kind), set_up, tests[test].run, tear_down);
        }
    }
    return g_test_run();
}
