/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow.h"

#include <string.h>

#include "base/error.h"
#include "store/cache.h"

/* What happens to one account does not concern the other. */
static void
test_isolation(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_TWO_ACCOUNTS);
    Peer *work = flow_peer(flow, "work");
    Peer *home = flow_peer(flow, "home");
    login_with_roster(work, "<item jid='bob@example.org' subscription='both'/>", NULL);
    login_with_roster(home, "<item jid='bob@example.org' name='Bobby' subscription='both'/>", NULL);
    feed(work, "<presence from='bob@example.org/a'/>");
    feed(home, "<presence from='bob@example.org/b'/>");
    feed(work, "<message from='bob@example.org/a' type='chat'><body>to work</body></message>");
    feed(home, "<message from='bob@example.org/b' type='chat'><body>to home</body></message>");
    const Message *from_work = say(work, "bob@example.org", "from work");
    const Message *from_home = say(home, "bob@example.org", "from home");
    assert_sent(work, "<message *to=\"bob@example.org/a\"*<body>from work</body>*");
    assert_sent(home, "<message *to=\"bob@example.org/b\"*<body>from home</body>*");
    /* I14: an error on one account says nothing about the other's message, same peer or not. */
    feed(home, "<message type='error' from='bob@example.org' id='%s'><error type='cancel'/></message>", from_work->id);
    g_assert_cmpint(from_work->state, ==, MESSAGE_QUEUED);
    forget_events(flow);
    cut(work);
    assert_event(flow, "work: state offline*");
    assert_no_event(flow, "home: *");
    g_assert_cmpint(from_work->state, ==, MESSAGE_QUEUED);
    g_assert_cmpint(from_home->state, ==, MESSAGE_QUEUED);
    g_assert_true(contact_is_online(find_contact(home, "bob@example.org")));
    g_assert_false(contact_is_online(find_contact(work, "bob@example.org")));
    acknowledge(home);
    g_assert_cmpint(from_home->state, ==, MESSAGE_SENT);
    feed(home, "<message from='bob@example.org/b' type='chat'><body>still here</body></message>");
    assert_event(flow, "home: message in bob@example.org/b still here");
    /* Malformed XML on one stream, too. */
    g_assert_false(stream_feed(home->stream, "</nonsense>"));
    assert_event(flow, "home: state offline: *");
    login_with_roster(work, "", NULL);
}

static void
test_find(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_TWO_ACCOUNTS);
    g_assert_cmpuint(client_session_count(flow->client), ==, 2);
    Session *work = client_session_at(flow->client, 0);
    g_assert_cmpstr(account_name(session_account(work)), ==, "work");
    g_assert_true(client_find_session(flow->client, "work") == work);
    g_assert_true(client_find_session(flow->client, "Me@Example.ORG") == work);
    g_assert_null(client_find_session(flow->client, "nobody"));
    g_assert_true(client_session_of(flow->client, session_account(work)) == work);
    Conversation *conversation = ensure_conversation(flow_peer(flow, "home"), "bob@example.org");
    g_assert_true(client_find_conversation(flow->client, conversation_serial(conversation)) == conversation);
    g_assert_null(client_find_conversation(flow->client, 1));
}

/* Sessions follow the file. */
static void
test_file(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Accounts *accounts = client_accounts(flow->client);
    g_autoptr(GError) error = NULL;
    Peer *work = flow_peer(flow, "work");
    g_assert_true(accounts_add(accounts, "new", "new@example.net", &error));
    assert_event(flow, "*account added new");
    accounts_set(accounts, "new", "password", "x", &error);
    g_assert_no_error(error);
    Peer *new = flow_peer(flow, "new");
    login_with_roster(new, "<item jid='bob@example.org' subscription='both'/>", "v1");
    login(work);
    /* A change that matters online. */
    accounts_set(accounts, "work", "priority", "9", &error);
    assert_sent(work, "<presence><priority>9</priority>*");
    /* Gone: says good-bye, and what was remembered goes, too. */
    g_assert_true(accounts_remove(accounts, "new", &error));
    assert_sent(new, "<presence type=\"unavailable\"*");
    assert_event(flow, "*account removed new");
    g_assert_cmpuint(client_session_count(flow->client), ==, 1);
    flow_turn();
    g_ptr_array_remove(flow->peers, new);
    g_assert_true(accounts_add(accounts, "new", "new@example.net", &error));
    g_assert_cmpuint(roster_size(flow_peer(flow, "new")->roster), ==, 0);
    /* Another address is another account. */
    accounts_set(accounts, "new", "jid", "newer@example.net", &error);
    g_assert_no_error(error);
    assert_event(flow, "*account removed new");
    assert_event(flow, "*account added new");
    Session *newer = client_find_session(flow->client, "new");
    g_assert_cmpstr(jid_text(account_jid(session_account(newer))), ==, "newer@example.net");
    flow_turn();
    g_ptr_array_set_size(flow->peers, 1);
    g_assert_true(session_is_online(work->session));
}

/* An account that goes while it waits for something ends what it waits for. */
static void
test_removed_while_connecting(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_TWO_ACCOUNTS);
    Peer *work = flow_peer(flow, "work");
    g_autofree char *outcome = NULL;
    g_autoptr(GError) error = NULL;
    session_connect(work->session, NULL, keep_outcome, &outcome, &error);
    wait_connecting(work);
    g_assert_true(accounts_remove(client_accounts(flow->client), "work", &error));
    wait_outcome(&outcome);
    g_assert_cmpstr(outcome, !=, "ok");
    flow_turn();
}

static void
test_start(void)
{
    static const char *const wanted[] = { "me@example.com", "nobody", NULL };
    g_autoptr(Flow) flow = flow_new_with(FLOW_TWO_ACCOUNTS "enabled = off\n[broken]\njid = @\n", "nonsense\n", wanted);
    flow_peer(flow, "work");
    Peer *home = flow_peer(flow, "home");
    client_start(flow->client);
    assert_event(flow, "notice warning 0: *config*"); /* the line that makes no sense */
    assert_event(flow, "notice error 66: *nobody*");
    wait_connecting(home); /* wanted, though it is not enabled */
    flow_turn();
    g_assert_true(session_is_idle(client_find_session(flow->client, "work")));
    g_assert_cmpuint(client_session_count(flow->client), ==, 2);
}

static void
test_enabled(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_TWO_ACCOUNTS "enabled = off\n");
    Peer *work = flow_peer(flow, "work");
    flow_peer(flow, "home");
    client_start(flow->client);
    wait_connecting(work);
    flow_turn();
    g_assert_true(session_is_idle(client_find_session(flow->client, "home")));
}

/* I24: a store that is not ours is left alone, and the client does not start without one. */
static void
test_damaged_store(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autofree char *path = g_build_filename(flow->paths->data, "confab.db", NULL);
    g_autoptr(GError) error = NULL;
    client_free(g_steal_pointer(&flow->client));
    paths_write(path, "this is no database, but it is somebody's file", -1, &error);
    g_assert_no_error(error);
    const ClientOptions options = { .paths = flow->paths, .secrets = flow->secrets };
    g_assert_null(client_new(&options, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, "confab.db"));
    g_autofree char *text = paths_read(path, 1000, NULL, NULL);
    g_assert_cmpstr(text, ==, "this is no database, but it is somebody's file");
}

/* --- the end --- */

/* Every stream is closed properly, and what was written gets a chance to be confirmed first. */
static void
test_shutdown(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_TWO_ACCOUNTS);
    Peer *work = flow_peer(flow, "work");
    Peer *home = flow_peer(flow, "home");
    g_autofree char *outcome = NULL;
    login_with_roster(work, "", NULL);
    login_with_roster(home, "", NULL);
    const Message *message = say(work, "bob@example.org", "last words");
    assert_sent(work, "<message *");
    client_hurry(flow->client, 1);
    client_shutdown(flow->client, "bye", keep_outcome, &outcome);
    assert_sent(home, "<presence type=\"unavailable\"><status>bye</status></presence>");
    assert_nothing_sent(work);
    g_assert_null(outcome);
    acknowledge(work);
    g_assert_cmpint(message->state, ==, MESSAGE_SENT);
    assert_sent(work, "<presence type=\"unavailable\"><status>bye</status></presence>");
    wait_outcome(&outcome);
    g_assert_cmpstr(outcome, ==, "ok");
    g_assert_cmpint(account_state(work->account), ==, ACCOUNT_OFFLINE);
    g_assert_cmpint(account_state(home->account), ==, ACCOUNT_OFFLINE);
}

/* A server that confirms nothing does not keep the client from ending. */
static void
test_shutdown_unconfirmed(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *work = flow_peer(flow, "work");
    g_autofree char *outcome = NULL;
    login(work);
    const Message *message = say(work, "bob@example.org", "lost");
    client_hurry(flow->client, 10);
    client_shutdown(flow->client, NULL, keep_outcome, &outcome);
    wait_outcome(&outcome);
    g_assert_cmpint(message->state, ==, MESSAGE_QUEUED);
}

/* Nothing is open: the end comes at once, from the loop. One that waits for its next attempt does not count. */
static void
test_shutdown_offline(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *work = flow_peer(flow, "work");
    g_autofree char *outcome = NULL;
    login(work);
    client_hurry(flow->client, 1);
    cut(work);
    client_shutdown(flow->client, NULL, keep_outcome, &outcome);
    g_assert_null(outcome);
    flow_turn();
    g_assert_cmpstr(outcome, ==, "ok");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/accounts/isolation", test_isolation);
    g_test_add_func("/flow/accounts/find", test_find);
    g_test_add_func("/flow/accounts/file", test_file);
    g_test_add_func("/flow/accounts/removed-while-connecting", test_removed_while_connecting);
    g_test_add_func("/flow/accounts/start", test_start);
    g_test_add_func("/flow/accounts/enabled", test_enabled);
    g_test_add_func("/flow/accounts/damaged-store", test_damaged_store);
    g_test_add_func("/flow/accounts/shutdown", test_shutdown);
    g_test_add_func("/flow/accounts/shutdown-unconfirmed", test_shutdown_unconfirmed);
    g_test_add_func("/flow/accounts/shutdown-offline", test_shutdown_offline);
    return g_test_run();
}
