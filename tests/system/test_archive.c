/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real binary and the archives of real servers: what was missed is there once, in order, whatever happened on the
 * way. */
#include <signal.h>
#include <string.h>

#include "core/core_private.h"
#include "store/history.h"
#include "store/sync.h"
#include "support/run_confab.h"
#include "support/server.h"

enum {
    COUNT = 250,
    PATIENCE_S = 60,
};

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "bob", "secret of bob", contacts_of_bob },
    { 0 },
};

static const HistoryPlace place_of_alice = { "bob@localhost", "alice@localhost", CONVERSATION_CHAT };

static Server *
start_server(ServerKind kind)
{
    const ServerOptions options = {
        .kind = kind,
        .accounts = accounts,
        .extra = kind == SERVER_PROSODY
                     ? "modules_enabled = { \"mam\" }\n"
                     : "append_host_config: {localhost: {modules: {mod_mam: {default: always, db_type: mnesia}}}}\n",
    };
    return server_start(&options);
}

static void
write_profile(const char *home, const Server *server, const TestAccount *account, const char *config)
{
    g_autofree char *section =
        confab_account(account->user, server_port(server), server_ca_file(server), account->password, NULL);
    confab_write_accounts(home, section);
    g_autofree char *path = g_build_filename(home, ".config", "confab", "config", NULL);
    g_assert_true(g_file_set_contents(path, config, -1, NULL));
}

static Run *
start(const char *home)
{
    const char *const argv[] = { "run", "--json", NULL };
    Run *run = run_start(home, argv, NULL);
    g_autofree char *online = run_wait_line(run, "\"event\":\"connection\".*\"state\":\"online\"");
    return run;
}

static void
quit(Run *run)
{
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    run_free(run);
}

/* --- what the store of a home says --- */

static Db *
open_store(const char *home)
{
    g_autofree char *path = g_build_filename(home, ".local", "share", "confab", "confab.db", NULL);
    g_autoptr(GError) error = NULL;
    Db *db = db_open(path, NULL, &error);
    g_assert_no_error(error);
    return db;
}

/* Those of which the archive has told: the server's offline storage may have been faster. */
static guint
count_archived(const char *home)
{
    g_autoptr(Db) db = open_store(home);
    g_autoptr(GPtrArray) page = history_page_after(db, &place_of_alice, 0, 100000, NULL);
    guint count = 0;
    for (guint i = 0; i < page->len; i++)
        count += ((const Message *) g_ptr_array_index(page, i))->archive_id != NULL;
    return count;
}

static bool
has_cursor(const char *home)
{
    g_autoptr(Db) db = open_store(home);
    g_autofree char *cursor = sync_cursor(db, "bob@localhost", "bob@localhost", NULL);
    return cursor != NULL;
}

static gboolean
on_pause(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* Looks ten times a second: another process changes the file. */
#define wait_until(condition)                                                                                          \
    do {                                                                                                               \
        const guint pause_ = g_timeout_add(100, on_pause, NULL);                                                       \
        const gint64 deadline_ = g_get_monotonic_time() + PATIENCE_S * G_TIME_SPAN_SECOND;                             \
        while (!(condition)) {                                                                                         \
            g_assert_cmpint(g_get_monotonic_time(), <, deadline_);                                                     \
            g_main_context_iteration(NULL, TRUE);                                                                      \
        }                                                                                                              \
        g_source_remove(pause_);                                                                                       \
    } while (0)

/* "0" to "249", each once, in this order, from alice. */
static void
assert_all_once(const char *home)
{
    g_autoptr(Db) db = open_store(home);
    g_autoptr(GPtrArray) page = history_page_after(db, &place_of_alice, 0, 100000, NULL);
    for (guint i = 0; i < page->len; i++) {
        const Message *message = g_ptr_array_index(page, i);
        g_autofree char *body = g_strdup_printf("number %u", i);
        g_assert_cmpstr(message->body, ==, body);
        g_assert_cmpint(message->direction, ==, MESSAGE_IN);
        g_assert_nonnull(message->archive_id);
    }
    g_assert_cmpuint(page->len, ==, COUNT);
}

/* --- the story --- */

static void
send_all(Run *alice)
{
    run_type(alice, "/msg bob@localhost");
    for (guint i = 0; i < COUNT; i++) {
        g_autofree char *body = g_strdup_printf("number %u", i);
        run_type(alice, body);
    }
    for (guint i = 0; i < COUNT; i++) {
        g_autofree char *line = run_wait_line(alice, "\"event\":\"delivery\".*\"state\":\"sent\"");
    }
}

static guint
count_lines(const char *output, const char *part)
{
    guint count = 0;
    for (const char *found = strstr(output, part); found != NULL; found = strstr(found + 1, part))
        count++;
    return count;
}

/* Bob has seen his empty archive, and goes. */
static void
visit(const char *home)
{
    Run *bob = start(home);
    wait_until(has_cursor(home));
    quit(bob);
}

static void
catch_up(Server *server)
{
    g_autofree char *home_of_alice = test_directory_new();
    g_autofree char *home = test_directory_new();
    write_profile(home_of_alice, server, &accounts[0], "");
    write_profile(home, server, &accounts[1], "");
    visit(home);
    Run *alice = start(home_of_alice);
    send_all(alice);

    Run *bob = start(home);
    wait_until(count_archived(home) >= COUNT);
    run_type(bob, "/ping");
    g_autofree char *pong = run_wait_line(bob, "\"event\":\"result\".*\"command\":\"/ping\",\"ok\":true");
    g_assert_cmpuint(count_lines(run_output(bob), "\"event\":\"message\""), ==, COUNT);
    quit(bob);
    assert_all_once(home);

    visit(home); /* and nothing comes again */
    assert_all_once(home);
    quit(alice);
    test_directory_remove(home_of_alice);
    test_directory_remove(home);
}

/* I24: killed in the middle, twice. */
static void
catch_up_killed(Server *server)
{
    g_autofree char *home_of_alice = test_directory_new();
    g_autofree char *home = test_directory_new();
    write_profile(home_of_alice, server, &accounts[0], "");
    write_profile(home, server, &accounts[1], "");
    visit(home);
    Run *alice = start(home_of_alice);
    send_all(alice);
    quit(alice);
    for (guint i = 1; i <= 2; i++) {
        Run *bob = start(home);
        g_autofree char *line = run_wait_line(bob, "\"event\":\"message\"");
        kill(run_pid(bob), SIGKILL);
        run_wait_exit(bob);
        run_free(bob);
    }
    Run *bob = start(home);
    wait_until(count_archived(home) >= COUNT);
    quit(bob);
    assert_all_once(home);
    test_directory_remove(home_of_alice);
    test_directory_remove(home);
}

static void
expect_prefs(Run *run, const char *line, const char *regex)
{
    run_type(run, line);
    g_autofree char *result = run_wait_line(run, regex);
}

/* A device that was never there before: all of it, in order, and none of it is news. */
static void
new_device(Server *server)
{
    g_autofree char *home_of_alice = test_directory_new();
    g_autofree char *home = test_directory_new();
    write_profile(home_of_alice, server, &accounts[0], "");
    Run *alice = start(home_of_alice);
    send_all(alice);
    quit(alice);
    write_profile(home, server, &accounts[1], "history.first-sync = 10000\n");
    Run *bob = start(home);
    wait_until(count_archived(home) >= COUNT);
    expect_prefs(bob, "/mam prefs", "\"command\":\"/mam prefs\",\"ok\":true.*\"field\":\"default\"");
    expect_prefs(bob, "/mam prefs default never always alice@localhost",
                 "\"ok\":true.*\"value\":\"never\".*\"field\":\"always\",\"value\":\"alice@localhost\"");
    quit(bob);
    assert_all_once(home);
    test_directory_remove(home_of_alice);
    test_directory_remove(home);
}

/* --- scrolling, as a front-end does --- */

/* A client in this process. */
static Client *
start_client(const Paths *paths, SecretSources *secrets)
{
    const ClientOptions options = { .paths = paths, .secrets = secrets };
    g_autoptr(GError) error = NULL;
    Client *client = client_new(&options, &error);
    g_assert_no_error(error);
    client_start(client);
    return client;
}

static bool
is_caught_up(const Client *client)
{
    g_autofree char *cursor = sync_cursor(client_db(client), "bob@localhost", "bob@localhost", NULL);
    return cursor != NULL;
}

static void
scroll(Client *client)
{
    Account *account = session_account(client_session_at(client, 0));
    g_autoptr(Jid) alice = jid_new("alice@localhost", NULL);
    wait_until(is_caught_up(client));
    Conversation *conversation = conversations_open(client, account, alice, CONVERSATION_CHAT);
    while (conversation_past(conversation) != PAST_COMPLETE) {
        conversations_load_older(client, conversation);
        wait_until(conversation_past(conversation) != PAST_LOADING);
        g_assert_cmpint(conversation_past(conversation), !=, PAST_MISSING);
    }
    g_assert_cmpuint(conversation_message_count(conversation), ==, COUNT);
    for (guint i = 0; i < COUNT; i++) {
        g_autofree char *body = g_strdup_printf("number %u", i);
        g_assert_cmpstr(conversation_message_at(conversation, i)->body, ==, body);
    }
}

/* A device that was never there before fetches a little, and the rest when somebody scrolls to the first message. */
static void
scroll_to_first(Server *server)
{
    g_autofree char *home_of_alice = test_directory_new();
    g_autofree char *home_of_bob = test_directory_new();
    g_autofree char *home = test_directory_new();
    write_profile(home_of_alice, server, &accounts[0], "");
    write_profile(home_of_bob, server, &accounts[1], "");
    Run *bob = start(home_of_bob); /* so that nothing waits in the offline storage */
    Run *alice = start(home_of_alice);
    send_all(alice);
    g_autofree char *last = run_wait_line(bob, "\"event\":\"message\".*number 249");
    quit(alice);
    quit(bob);

    g_autofree char *section =
        confab_account("bob", server_port(server), server_ca_file(server), accounts[1].password, NULL);
    g_autoptr(GError) error = NULL;
    Paths *paths = paths_new(home, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *file = g_build_filename(paths->config, "accounts", NULL);
    g_assert_true(paths_write(file, section, -1, &error));
    SecretSources *secrets = secret_sources_new();
    Client *client = start_client(paths, secrets);
    scroll(client);
    client_free(client);
    secret_sources_free(secrets);
    paths_free(paths);
    test_directory_remove(home_of_alice);
    test_directory_remove(home_of_bob);
    test_directory_remove(home);
}

typedef struct Story {
    ServerKind kind;
    void (*tell)(Server *server);
} Story;

static void
test_story(gconstpointer data)
{
    const Story *story = data;
    g_autoptr(Server) server = start_server(story->kind);
    if (server != NULL)
        story->tell(server);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *path;
        Story story;
    } tests[] = {
        { "/system/archive/prosody/catch-up", { SERVER_PROSODY, catch_up } },
        { "/system/archive/prosody/killed", { SERVER_PROSODY, catch_up_killed } },
        { "/system/archive/prosody/new-device", { SERVER_PROSODY, new_device } },
        { "/system/archive/prosody/scroll", { SERVER_PROSODY, scroll_to_first } },
        { "/system/archive/ejabberd/catch-up", { SERVER_EJABBERD, catch_up } },
        { "/system/archive/ejabberd/killed", { SERVER_EJABBERD, catch_up_killed } },
        { "/system/archive/ejabberd/new-device", { SERVER_EJABBERD, new_device } },
        { "/system/archive/ejabberd/scroll", { SERVER_EJABBERD, scroll_to_first } },
    };
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_data_func(tests[i].path, &tests[i].story, test_story);
    return g_test_run();
}
