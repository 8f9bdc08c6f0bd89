/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bookmarks on real servers, whichever way they keep them: two devices of one account share them, what another program
 * has put into one survives, and sixty rooms are joined at the start, each once. */
#include <string.h>

#include "support/bot.h"

#define GARDEN "garden@" SERVER_ROOMS
#define POND "pond@" SERVER_ROOMS

static const TestAccount accounts[] = {
    { "alice", "secret of alice", NULL },
    { 0 },
};

/* --- the ways servers keep them --- */

typedef struct Way {
    const char *name;
    ServerKind kind;
    const char *extra;
} Way;

#define EJABBERD_MODULES(more) \
    "append_host_config: {localhost: {modules: {mod_caps: {}, mod_pubsub: {plugins: [flat, pep], force_node_config: {}}" more "}}}\n"

static const Way items = { "items", SERVER_PROSODY, "modules_enabled = { \"pep\", \"bookmarks\", \"limits\" }\n"
                                                    "limits = { c2s = { rate = \"10kb/s\" } }\n" };
static const Way beside = { "items-beside", SERVER_PROSODY, "modules_enabled = { \"pep\", \"private\" }\n" };
static const Way private_list = { "private-list", SERVER_PROSODY, "modules_enabled = { \"private\" }\n" };
static const Way ejabberd_items = { "ejabberd-items", SERVER_EJABBERD, EJABBERD_MODULES("") };
static const Way pep_list = { "pep-list", SERVER_EJABBERD, EJABBERD_MODULES(", mod_private: {}") };

static Server *
start_server(const Way *way)
{
    const ServerOptions options = { .kind = way->kind, .accounts = accounts, .extra = way->extra, .rooms = true };
    return server_start(&options);
}

/* --- devices --- */

static char *
make_home(const Server *server)
{
    char *home = test_directory_new();
    g_autofree char *section =
        confab_account("alice", server_port(server), server_ca_file(server), accounts[0].password, NULL);
    confab_write_accounts(home, section);
    return home;
}

static Run *
switch_on(const char *home)
{
    const char *const argv[] = { "run", "--json", NULL };
    Run *run = run_start(home, argv, NULL);
    g_autofree char *online = run_wait_line(run, "\"event\":\"connection\".*\"state\":\"online\"");
    return run;
}

static void
switch_off(Run *run)
{
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    g_test_message("%s", run_output(run));
    run_free(run);
}

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
    g_test_message("%s", line);
}

static void
expect_room(Run *run, const char *room, const char *what)
{
    g_autofree char *regex = g_strdup_printf("\"event\":\"room\".*\"room\":\"%s\",\"what\":\"%s\"", room, what);
    expect(run, regex);
}

/* Behind all that the server has told it so far. */
static void
settle(Run *run)
{
    run_type(run, "/ping");
    expect(run, "\"command\":\"/ping\",\"ok\":true");
}

/* --- two devices --- */

static void
test_shared(gconstpointer data)
{
    const Way *way = data;
    const bool is_told = way != &private_list; /* private storage tells nobody */
    g_autoptr(Server) server = start_server(way);
    if (server == NULL)
        return;
    g_autofree char *desk_home = make_home(server), *phone_home = make_home(server);
    Run *desk = switch_on(desk_home), *phone = switch_on(phone_home);

    run_type(desk, "/join " GARDEN "/Alice");
    expect(desk, "\"command\":\"/join .*\"ok\":true"); /* a new room is open from then on */
    run_type(desk, "/bookmark add name \"The garden\"");
    if (is_told)
        expect_room(phone, GARDEN, "joined");
    run_type(desk, "/bookmark set notify on-mention room " GARDEN);
    run_type(desk, "/bookmark list");
    expect(desk, "\"room\":\"" GARDEN "\",\"name\":\"The garden\",\"nick\":\"Alice\",\"autojoin\":\"on\","
                 ".*\"notify\":\"on-mention\",\"state\":\"joined\"");
    if (is_told) {
        settle(desk);
        settle(phone);
        /* what one device takes away, the other one leaves */
        run_type(phone, "/bookmark set autojoin off room " GARDEN);
        expect_room(desk, GARDEN, "left");
        run_type(desk, "/bookmark list");
        expect(desk, "\"room\":\"" GARDEN "\",\"name\":\"The garden\",\"nick\":\"Alice\",\"autojoin\":\"off\"");
        run_type(desk, "/bookmark set autojoin on room " GARDEN);
        expect_room(desk, GARDEN, "joined");
    }
    switch_off(phone);
    run_type(desk, "/bookmark add " POND " autojoin off");
    run_type(desk, "/bookmark list");
    expect(desk, "\"room\":\"" POND "\"");
    switch_off(desk);

    /* the other device, later */
    phone = switch_on(phone_home);
    expect_room(phone, GARDEN, "joined");
    run_type(phone, "/bookmark list");
    expect(phone, "\"room\":\"" GARDEN "\",\"name\":\"The garden\",\"nick\":\"Alice\",\"autojoin\":\"on\",.*\"on-mention\""
                  ".*\"room\":\"" POND "\",.*\"autojoin\":\"off\"");
    run_type(phone, "/bookmark remove " GARDEN);
    run_type(phone, "/bookmark remove " POND);
    run_type(phone, "/bookmark list");
    expect(phone, "No room is bookmarked");
    switch_off(phone);
    desk = switch_on(desk_home);
    run_type(desk, "/bookmark list");
    expect(desk, "No room is bookmarked");
    switch_off(desk);
    test_directory_remove(desk_home);
    test_directory_remove(phone_home);
}

/* --- another program's part --- */

static char *
read_stored(const Server *server)
{
    g_autofree char *path = g_build_filename(server_directory(server), "data", "localhost",
                                             "pep_urn%3axmpp%3abookmarks%3a1", "alice.list", NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

/* Where the server keeps an item of this node, as it is there now. */
static void
test_extensions(void)
{
    g_autoptr(Server) server = start_server(&items);
    Run *bot = server != NULL ? room_bot_start(server, &accounts[0], NULL) : NULL;
    if (bot == NULL)
        return;
    bot_do(bot, "raw", "xml",
           "<iq type='set' id='their-own'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
           "<publish node='urn:xmpp:bookmarks:1'><item id='" GARDEN "'><conference xmlns='urn:xmpp:bookmarks:1'>"
           "<nick>Alice</nick><extensions><state xmlns='http://myclient.example/bookmark/state' minimized='true'>"
           "deep &lt;inside&gt;</state></extensions></conference></item></publish></pubsub></iq>",
           NULL);
    g_autofree char *home = make_home(server);
    Run *desk = switch_on(home);
    run_type(desk, "/bookmark list");
    expect(desk, "\"room\":\"" GARDEN "\",\"name\":null,\"nick\":\"Alice\",\"autojoin\":\"off\"");
    run_type(desk, "/bookmark set name \"The garden\" room " GARDEN);
    run_type(desk, "/bookmark set notify never room " GARDEN);
    run_type(desk, "/bookmark list");
    expect(desk, "\"name\":\"The garden\".*\"notify\":\"never\"");
    switch_off(desk);
    g_autofree char *stored = read_stored(server);
    g_test_message("%s", stored);
    g_assert_nonnull(strstr(stored, "The garden"));
    g_assert_nonnull(strstr(stored, "urn:xmpp:notification-settings:1"));
    g_assert_nonnull(strstr(stored, "http://myclient.example/bookmark/state"));
    g_assert_nonnull(strstr(stored, "minimized"));
    g_assert_nonnull(strstr(stored, "deep <inside>"));
    run_free(bot);
    test_directory_remove(home);
}

/* --- many rooms --- */

enum { ROOMS = 60 };

static guint
count_lines(const char *output, const char *regex)
{
    g_autoptr(GRegex) compiled = g_regex_new(regex, G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    guint count = 0;
    for (g_regex_match(compiled, output, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL))
        count++;
    return count;
}

static void
bookmark_rooms(Run *run)
{
    for (int i = 0; i < ROOMS; i++) {
        g_autofree char *line = g_strdup_printf("/bookmark add r%d@" SERVER_ROOMS, i);
        run_type(run, line);
    }
    for (int i = 0; i < ROOMS; i++)
        expect(run, "\"event\":\"room\".*\"what\":\"joined\"");
}

/* How long it takes is told, not judged: machines differ. */
static void
test_sixty_rooms(gconstpointer data)
{
    g_autoptr(Server) server = start_server(data);
    if (server == NULL)
        return;
    g_autofree char *home = make_home(server);
    Run *run = switch_on(home);
    bookmark_rooms(run);
    switch_off(run);

    run = switch_on(home);
    const gint64 began = g_get_monotonic_time();
    for (int i = 0; i < ROOMS; i++)
        expect(run, "\"event\":\"room\".*\"what\":\"joined\"");
    g_test_message("%d rooms in %d ms", ROOMS, (int) ((g_get_monotonic_time() - began) / 1000));
    run_type(run, "/bookmark list");
    expect(run, "\"room\":\"r0@" SERVER_ROOMS "\".*\"state\":\"joined\"");
    switch_off(run);

    run = switch_on(home);
    for (int i = 0; i < ROOMS; i++)
        expect(run, "\"event\":\"room\".*\"what\":\"joined\"");
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    for (int i = 0; i < ROOMS; i++) {
        g_autofree char *regex = g_strdup_printf("\"room\":\"r%d@" SERVER_ROOMS "\",\"what\":\"joined\"", i);
        g_assert_cmpuint(count_lines(run_output(run), regex), ==, 1);
    }
    run_free(run);
    test_directory_remove(home);
}

int
main(int argc, char **argv)
{
    static const Way *const ways[] = { &items, &beside, &private_list, &ejabberd_items, &pep_list };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *path = g_strconcat("/system/bookmarks/shared/", ways[i]->name, NULL);
        g_test_add_data_func(path, ways[i], test_shared);
    }
    g_test_add_func("/system/bookmarks/extensions", test_extensions);
    g_test_add_data_func("/system/bookmarks/sixty-rooms/unlimited", &beside, test_sixty_rooms);
    g_test_add_data_func("/system/bookmarks/sixty-rooms/limited", &items, test_sixty_rooms);
    return g_test_run();
}
