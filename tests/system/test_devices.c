/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two devices of one account and a contact on a real server: both show the same, and both know what is read. */
#include <string.h>

#include "core/core_private.h"
#include "store/history.h"
#include "support/run_confab.h"
#include "support/server.h"

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "bob", "secret of bob", contacts_of_bob },
    { 0 },
};

/* A home and the program that runs in it. */
typedef struct Device {
    const TestAccount *account;
    char *home;
    Run *run; /* NULL: switched off */
} Device;

static Server *
start_server(ServerKind kind)
{
    const ServerOptions options = {
        .kind = kind,
        .accounts = accounts,
        .extra = kind == SERVER_PROSODY
                     ? "modules_enabled = { \"mam\", \"carbons\", \"pep\" }\n"
                     : "append_host_config: {localhost: {modules: {mod_mam: {default: always, db_type: mnesia}, "
                       "mod_carboncopy: {}, mod_caps: {}, mod_pubsub: {plugins: [flat, pep], force_node_config: {}}}}}\n",
    };
    return server_start(&options);
}

static void
device_init(Device *device, const Server *server, const TestAccount *account)
{
    *device = (Device){ .account = account, .home = test_directory_new() };
    g_autofree char *section =
        confab_account(account->user, server_port(server), server_ca_file(server), account->password, NULL);
    confab_write_accounts(device->home, section);
}

static void
switch_on(Device *device)
{
    const char *const argv[] = { "run", "--json", NULL };
    device->run = run_start(device->home, argv, NULL);
    g_autofree char *online = run_wait_line(device->run, "\"event\":\"connection\".*\"state\":\"online\"");
}

static void
switch_off(Device *device)
{
    run_type(device->run, "/quit");
    g_assert_cmpint(run_wait_exit(device->run), ==, 0);
    run_free(device->run);
    device->run = NULL;
}

static void
device_clear(Device *device)
{
    g_clear_pointer(&device->run, run_free);
    test_directory_remove(device->home);
    g_free(device->home);
}

static void
expect(Device *device, const char *regex)
{
    g_autofree char *line = run_wait_line(device->run, regex);
    g_test_message("%s: %s", device->account->user, line);
}

static void
type(Device *device, const char *line)
{
    run_type(device->run, line);
}

/* What the store of a device that is switched off holds of the chat: the texts, and how many are unread. */
static char *
describe(const Device *device, const char *with)
{
    g_autofree char *path = g_build_filename(device->home, ".local", "share", "confab", "confab.db", NULL);
    g_autofree char *account = g_strdup_printf("%s@localhost", device->account->user);
    const HistoryPlace place = { account, with, CONVERSATION_CHAT };
    g_autoptr(GError) error = NULL;
    g_autoptr(Db) db = db_open(path, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) page = history_page_after(db, &place, 0, 1000, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < page->len; i++) {
        const Message *message = g_ptr_array_index(page, i);
        g_string_append_printf(text, "%s%s ", message->direction == MESSAGE_OUT ? ">" : "", message->body);
    }
    g_string_append_printf(text, "(%u unread)", history_count_unread(db, &place, 1000));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
test_devices(gconstpointer kind)
{
    const bool is_prosody = GPOINTER_TO_INT(kind) == SERVER_PROSODY;
    g_autoptr(Server) server = start_server(GPOINTER_TO_INT(kind));
    Device desk, phone, bob;
    if (server == NULL)
        return;
    device_init(&desk, server, &accounts[0]);
    device_init(&phone, server, &accounts[0]);
    device_init(&bob, server, &accounts[1]);
    switch_on(&desk);
    switch_on(&phone);
    switch_on(&bob);

    /* Both devices get what bob says, once, and have it unread. */
    type(&bob, "/msg alice@localhost one");
    type(&bob, "/say two");
    expect(&desk, "\"event\":\"unread\".*\"count\":2");
    expect(&phone, "\"event\":\"unread\".*\"count\":2");

    /* Read on the phone is read on the desk; bob, who is a contact, learns it. */
    type(&phone, "/msg bob@localhost");
    type(&phone, "/read");
    expect(&phone, "\"event\":\"unread\".*\"count\":0");
    expect(&desk, "\"event\":\"unread\".*\"count\":0");
    if (is_prosody)
        expect(&bob, "\"event\":\"delivery\".*\"state\":\"displayed\"");

    /* And the other way. */
    type(&bob, "/say three");
    expect(&phone, "\"event\":\"unread\".*\"count\":1");
    expect(&desk, "\"event\":\"unread\".*\"count\":1");
    type(&desk, "/msg bob@localhost");
    type(&desk, "/read");
    expect(&phone, "\"event\":\"unread\".*\"count\":0");

    /* What the desk says, the phone shows; and corrections in their place. */
    type(&desk, "/say for");
    expect(&phone, "\"event\":\"message\".*\"direction\":\"out\".*\"body\":\"for\"");
    expect(&bob, "\"event\":\"message\".*\"direction\":\"in\".*\"body\":\"for\"");
    type(&desk, "/correct four");
    expect(&phone, "\"event\":\"correction\".*\"body\":\"four\"");
    expect(&bob, "\"event\":\"correction\".*\"body\":\"four\"");

    /* A device that was off learns what was read meanwhile, and what was not. */
    switch_off(&phone);
    type(&bob, "/say five");
    expect(&desk, "\"event\":\"message\".*\"body\":\"five\"");
    type(&desk, "/read");
    expect(&desk, "\"event\":\"unread\".*\"count\":0");
    type(&bob, "/say six");
    expect(&desk, "\"event\":\"message\".*\"body\":\"six\"");
    switch_on(&phone);
    expect(&phone, "\"event\":\"message\".*\"body\":\"six\"");
    expect(&phone, "\"event\":\"unread\".*\"count\":1");
    switch_off(&desk);
    switch_off(&phone);
    switch_off(&bob);

    g_autofree char *on_desk = describe(&desk, "bob@localhost");
    g_autofree char *on_phone = describe(&phone, "bob@localhost");
    g_assert_cmpstr(on_desk, ==, "one two three >four five six (1 unread)");
    g_assert_cmpstr(on_phone, ==, on_desk);
    device_clear(&desk);
    device_clear(&phone);
    device_clear(&bob);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/system/devices/prosody", GINT_TO_POINTER(SERVER_PROSODY), test_devices);
    g_test_add_data_func("/system/devices/ejabberd", GINT_TO_POINTER(SERVER_EJABBERD), test_devices);
    return g_test_run();
}
