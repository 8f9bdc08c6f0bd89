/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running a room on Prosody and on ejabberd, by scripts that are typed while others watch: what the fake room of the
 * flow tests claims is what servers do. */
#include "support/run_confab.h"
#include "support/server.h"

#define ROOM "garden@rooms.localhost"

static const char *const friends[] = { "alice@localhost", "bob@localhost", "carol@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "a", friends },
    { "bob", "b", friends },
    { "carol", "c", friends },
    { 0 },
};

static const char *const extras[] = {
    [SERVER_PROSODY] = "Component \"rooms.localhost\" \"muc\"\nmodules_enabled = { \"muc_mam\" }\nrestrict_room_creation = false\n",
    [SERVER_EJABBERD] = "append_host_config:\n  localhost:\n    modules:\n"
                        "      mod_muc: {host: rooms.localhost, default_room_options: {allow_subscription: false}}\n"
                        "      mod_muc_admin: {}\n",
};

typedef struct Scene {
    Server *server;
    Run *runs[G_N_ELEMENTS(accounts) - 1];
} Scene;

enum { ALICE, BOB, CAROL };

static Run *
start(const Server *server, const TestAccount *account)
{
    g_autofree char *home = test_directory_new();
    g_autofree char *section =
        confab_account(account->user, server_port(server), server_ca_file(server), account->password, NULL);
    confab_write_accounts(home, section);
    g_autofree char *config = g_build_filename(home, ".config", "confab", "config", NULL);
    g_assert_true(g_file_set_contents(config, "script.on-error = continue\n", -1, NULL));
    return run_start(home, (const char *const[]){ "run", "--json", NULL }, NULL);
}

static void
type(Scene *scene, int who, const char *line)
{
    run_type(scene->runs[who], line);
}

static void
expect(Scene *scene, int who, const char *regex)
{
    g_autofree char *line = run_wait_line(scene->runs[who], regex);
}

static bool
open_scene(Scene *scene, ServerKind kind)
{
    *scene = (Scene) { server_start(&(ServerOptions) { .kind = kind, .accounts = accounts, .extra = extras[kind] }), { 0 } };
    if (scene->server == NULL)
        return false;
    for (guint i = 0; i < G_N_ELEMENTS(scene->runs); i++) {
        scene->runs[i] = start(scene->server, &accounts[i]);
        expect(scene, (int) i, "\"event\":\"connection\".*\"state\":\"online\"");
    }
    return true;
}

static void
close_scene(Scene *scene)
{
    for (guint i = 0; i < G_N_ELEMENTS(scene->runs); i++) {
        run_type_end(scene->runs[i]);
        g_autofree char *home = g_strdup(run_home(scene->runs[i]));
        run_free(scene->runs[i]);
        test_directory_remove(home);
    }
    server_stop(scene->server);
}

/* Types a command and waits for its result. */
static void
run(Scene *scene, int who, const char *line, const char *result)
{
    g_autofree char *regex = g_strdup_printf("\"event\":\"result\".*%s", result);
    type(scene, who, line);
    expect(scene, who, regex);
}

#define OK "\"ok\":true.*"
#define REFUSED "\"ok\":false.*"

static void
join(Scene *scene, int who, const char *line)
{
    type(scene, who, line);
    expect(scene, who, "\"command\":\"/join .*\"ok\":true");
}

/* Alice's room, with all three in it. */
static void
gather(Scene *scene)
{
    join(scene, ALICE, "/join " ROOM "/Alice");
    run(scene, ALICE, "/room lists owners", OK "1 in all"); /* now the new room is open (XEP-0045 §10.1.2) */
    join(scene, BOB, "/join " ROOM "/Bob");
    join(scene, CAROL, "/join \"" ROOM "/Carol of the garden\"");
    expect(scene, ALICE, "\"change\":\"joined\",\"nick\":\"Carol of the garden\"");
    expect(scene, BOB, "\"change\":\"joined\",\"nick\":\"Carol of the garden\"");
}

static void
tell(const Scene *scene)
{
    for (guint i = 0; i < G_N_ELEMENTS(scene->runs); i++)
        g_test_message("%s:\n%s%s", accounts[i].user, run_output(scene->runs[i]), run_errors(scene->runs[i]));
}

static void
test_moderation(gconstpointer kind)
{
    Scene scene;
    if (!open_scene(&scene, (ServerKind) GPOINTER_TO_INT(kind)))
        return;
    gather(&scene);
    run(&scene, BOB, "/kick \"Carol of the garden\"", REFUSED "only moderators may do that");
    run(&scene, BOB, "/affiliation carol@localhost member", REFUSED "only admins may do that");
    run(&scene, BOB, "/room lists outcasts", REFUSED "only admins and owners may see that list");
    run(&scene, BOB, "/room destroy", REFUSED "only owners may destroy a room");
    run(&scene, ALICE, "/role Bob moderator", OK "Bob: moderator now");
    expect(&scene, BOB, "\"nick\":\"Bob\",.*\"role\":\"moderator\"");
    run(&scene, BOB, "/role \"Carol of the garden\" visitor too loud", OK "visitor now");
    expect(&scene, CAROL, "\"nick\":\"Carol of the garden\",.*\"role\":\"visitor\"");
    run(&scene, BOB, "/voice grant \"Carol of the garden\"", OK "may speak");
    expect(&scene, CAROL, "\"nick\":\"Carol of the garden\",.*\"role\":\"participant\"");
    run(&scene, BOB, "/kick Alice", REFUSED "the room protects");
    run(&scene, ALICE, "/kick \"Carol of the garden\" enough for today", OK "was kicked");
    expect(&scene, CAROL, "\"what\":\"left\".*\"cause\":\"kicked\".*enough for today");
    run(&scene, ALICE, "/ban carol@localhost for good", OK "carol@localhost is banned");
    if (GPOINTER_TO_INT(kind) == SERVER_PROSODY) /* ejabberd remembers that she had voice, and lets her in */
        run(&scene, CAROL, "/join " ROOM, REFUSED "banned");
    run(&scene, ALICE, "/room lists outcasts", OK "1 in all.*\"jid\":\"carol@localhost\",\"affiliation\":\"outcast\"");
    run(&scene, ALICE, "/unban bob@localhost", REFUSED "is not banned here");
    run(&scene, ALICE, "/unban carol@localhost", OK "carol@localhost may come again");
    run(&scene, ALICE, "/room lists outcasts", OK "is empty");
    run(&scene, ALICE, "/affiliation alice@localhost none", REFUSED "make somebody else an owner first");
    run(&scene, ALICE, "/affiliation Bob owner", OK "Bob .bob@localhost.: owner now");
    run(&scene, ALICE, "/room lists owners", OK "2 in all.*alice@localhost.*bob@localhost");
    run(&scene, ALICE, "/room lists moderators", OK "2 in all.*Alice.*Bob");
    run(&scene, ALICE, "/room destroy reason \"We moved\" alternate park@rooms.localhost", OK "is destroyed");
    expect(&scene, BOB, "\"what\":\"left\".*\"cause\":\"destroyed\".*We moved.*park@rooms.localhost");
    tell(&scene);
    close_scene(&scene);
}

static void
test_invitations(gconstpointer kind)
{
    Scene scene;
    if (!open_scene(&scene, (ServerKind) GPOINTER_TO_INT(kind)))
        return;
    join(&scene, ALICE, "/join " ROOM "/Alice");
    run(&scene, ALICE, "/room lists owners", OK "1 in all");
    run(&scene, ALICE, "/invite bob@localhost reason Tea in the garden", OK "bob@localhost is invited to " ROOM);
    /* Rooms that hide addresses name the inviter by nick. */
    expect(&scene, BOB, "\"room\":\"" ROOM "\",\"what\":\"invited\",\"from\":\"(alice@localhost|" ROOM "/Alice).*\"reason\":\"Tea in the garden\"");
    run(&scene, BOB, "/invitations", OK "\"room\":\"" ROOM "\",.*Tea in the garden");
    run(&scene, BOB, "/decline " ROOM " Sorry, busy", OK "is declined");
    expect(&scene, ALICE, "\"what\":\"declined\",\"from\":\"bob@localhost.*\"reason\":\"Sorry, busy\"");
    run(&scene, ALICE, "/invite carol@localhost via direct", OK "is invited");
    expect(&scene, CAROL, "\"what\":\"invited\",\"from\":\"alice@localhost/.*\"direct\":true");
    join(&scene, CAROL, "/join " ROOM "/Carol");
    expect(&scene, ALICE, "\"change\":\"joined\",\"nick\":\"Carol\"");
    run(&scene, ALICE, "/invite carol@localhost", REFUSED "is in the room already, as Carol");
    run(&scene, ALICE, "/role Carol visitor", OK "visitor now");
    expect(&scene, CAROL, "\"nick\":\"Carol\",.*\"role\":\"visitor\"");
    run(&scene, CAROL, "/voice", OK "The moderators are asked");
    expect(&scene, ALICE, "\"event\":\"notice\".*Carol asks for voice");
    run(&scene, ALICE, "/voice", OK "\"nick\":\"Carol\"");
    run(&scene, ALICE, "/voice grant Carol", OK "may speak");
    expect(&scene, CAROL, "\"nick\":\"Carol\",.*\"role\":\"participant\"");
    tell(&scene);
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/system/room_admin/prosody/moderates", GINT_TO_POINTER(SERVER_PROSODY), test_moderation);
    g_test_add_data_func("/system/room_admin/prosody/invites", GINT_TO_POINTER(SERVER_PROSODY), test_invitations);
    g_test_add_data_func("/system/room_admin/ejabberd/moderates", GINT_TO_POINTER(SERVER_EJABBERD), test_moderation);
    g_test_add_data_func("/system/room_admin/ejabberd/invites", GINT_TO_POINTER(SERVER_EJABBERD), test_invitations);
    return g_test_run();
}
