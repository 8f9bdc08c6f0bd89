/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding, creating and configuring rooms on Prosody and on ejabberd, by scripts that are typed: the forms are theirs. */
#include "support/run_confab.h"
#include "support/server.h"

#define ROOM "garden@rooms.localhost"

static const char *const friends[] = { "alice@localhost", "bob@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "a", friends },
    { "bob", "b", friends },
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

enum { ALICE, BOB };

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

static void
tell(const Scene *scene)
{
    for (guint i = 0; i < G_N_ELEMENTS(scene->runs); i++)
        g_test_message("%s:\n%s%s", accounts[i].user, run_output(scene->runs[i]), run_errors(scene->runs[i]));
}

/* XEP-0045 §10.1.3: nobody comes before the form is sent; then it is what was filled in. */
static void
test_reserved(gconstpointer kind)
{
    Scene scene;
    if (!open_scene(&scene, (ServerKind) GPOINTER_TO_INT(kind)))
        return;
    run(&scene, ALICE, "/room create " ROOM "/Alice config", OK "\"var\":\"muc#roomconfig_roomname\"");
    if (GPOINTER_TO_INT(kind) == SERVER_PROSODY) /* ejabberd locks no rooms */
        run(&scene, BOB, "/join " ROOM "/Bob", REFUSED "not open yet");
    run(&scene, ALICE, "/form set roomname \"The rose garden\"", OK "The rose garden");
    run(&scene, ALICE, "/form set persistentroom yes", OK "yes");
    run(&scene, ALICE, "/form set whois somebody", REFUSED "takes one of: ");
    run(&scene, ALICE, "/form submit", OK "has taken the form");
    run(&scene, ALICE, "/form", REFUSED "no form of this room is open");
    join(&scene, BOB, "/join " ROOM "/Bob");
    run(&scene, BOB, "/room info", OK "The rose garden.*permanent");
    run(&scene, BOB, "/room config", REFUSED "only owners may configure a room");
    tell(&scene);
    close_scene(&scene);
}

static void
test_config(gconstpointer kind)
{
    Scene scene;
    if (!open_scene(&scene, (ServerKind) GPOINTER_TO_INT(kind)))
        return;
    run(&scene, ALICE, "/room create " ROOM "/Alice", OK "is open, and you are its owner");
    join(&scene, BOB, "/join " ROOM "/Bob");
    run(&scene, ALICE, "/room config moderatedroom yes", OK "is “yes” now");
    run(&scene, BOB, "/room info", OK "moderated");
    run(&scene, ALICE, "/room config muc#roomconfig_roomdesc Roses and what eats them", OK "Roses and what eats them");
    run(&scene, ALICE, "/room config whois anyone", OK "is “anyone” now");
    run(&scene, ALICE, "/room config moderatedroom", OK "\"value\":\"yes\"");
    run(&scene, ALICE, "/form cancel", OK);
    run(&scene, ALICE, "/room config moderatedroom perhaps", REFUSED "takes yes or no");
    run(&scene, ALICE, "/room config moderatedroom no", OK "is “no” now");
    run(&scene, BOB, "/room info " ROOM, OK "Roses and what eats them.*addresses shown");
    run(&scene, BOB, "/room create " ROOM, REFUSED "is there already");
    tell(&scene);
    close_scene(&scene);
}

/* What was created and is not wanted is gone. */
static void
test_cancelled(gconstpointer kind)
{
    Scene scene;
    if (!open_scene(&scene, (ServerKind) GPOINTER_TO_INT(kind)))
        return;
    run(&scene, ALICE, "/room create " ROOM "/Alice config", OK "roomname");
    type(&scene, ALICE, "/form cancel");
    expect(&scene, ALICE, "\"event\":\"room\".*\"what\":\"left\"");
    if (GPOINTER_TO_INT(kind) == SERVER_PROSODY) { /* a room of ejabberd that is about to end answers nothing for a while */
        run(&scene, ALICE, "/room info " ROOM, REFUSED); /* the server has seen her go */
        run(&scene, BOB, "/room create " ROOM "/Bob", OK "is open, and you are its owner");
    }
    tell(&scene);
    close_scene(&scene);
}

static void
test_registers(gconstpointer kind)
{
    Scene scene;
    if (!open_scene(&scene, (ServerKind) GPOINTER_TO_INT(kind)))
        return;
    run(&scene, ALICE, "/room create " ROOM "/Alice", OK "is open");
    join(&scene, BOB, "/join " ROOM "/Bob");
    if (GPOINTER_TO_INT(kind) == SERVER_EJABBERD) {
        run(&scene, BOB, "/room register", REFUSED "the room keeps no register");
        close_scene(&scene);
        return;
    }
    run(&scene, BOB, "/room register", REFUSED "the room registers nobody by itself");
    run(&scene, ALICE, "/affiliation bob@localhost member", OK);
    run(&scene, BOB, "/room register", OK "\"value\":\"Bob\",\"key\":\"roomnick\"");
    run(&scene, BOB, "/form cancel", OK);
    run(&scene, BOB, "/room register Robert", OK "You are registered as Robert");
    run(&scene, BOB, "/room register", OK "\"value\":\"Robert\"");
    run(&scene, BOB, "/form cancel", OK);
    run(&scene, BOB, "/room unregister", OK "You are not registered");
    tell(&scene);
    close_scene(&scene);
}

static void
test_finds(gconstpointer kind)
{
    Scene scene;
    if (!open_scene(&scene, (ServerKind) GPOINTER_TO_INT(kind)))
        return;
    run(&scene, ALICE, "/rooms", OK "rooms.localhost shows no such room");
    run(&scene, ALICE, "/room create " ROOM "/Alice", OK "is open");
    run(&scene, ALICE, "/room config roomname The rose garden", OK "The rose garden");
    run(&scene, ALICE, "/room config publicroom yes", OK "is “yes” now");
    run(&scene, ALICE, "/room create park@rooms.localhost/Alice", OK "is open");
    run(&scene, ALICE, "/room config publicroom no", OK "is “no” now");
    run(&scene, BOB, "/rooms", OK "that is all.*\"room\":\"" ROOM "\",\"occupants\":\"1\"");
    run(&scene, BOB, "/rooms rooms.localhost search ROSE", OK "The rose garden");
    run(&scene, BOB, "/rooms rooms.localhost search park", OK "shows no such room");
    run(&scene, BOB, "/room info nobody@rooms.localhost", REFUSED);
    run(&scene, BOB, "/room info localhost", REFUSED "is no room");
    tell(&scene);
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(gconstpointer kind);
    } tests[] = {
        { "reserved", test_reserved }, { "config", test_config },   { "cancelled", test_cancelled },
        { "registers", test_registers }, { "finds", test_finds },
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *prosody = g_strconcat("/system/room_forms/prosody/", tests[i].name, NULL);
        g_autofree char *ejabberd = g_strconcat("/system/room_forms/ejabberd/", tests[i].name, NULL);
        g_test_add_data_func(prosody, GINT_TO_POINTER(SERVER_PROSODY), tests[i].run);
        g_test_add_data_func(ejabberd, GINT_TO_POINTER(SERVER_EJABBERD), tests[i].run);
    }
    return g_test_run();
}
