/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow.h"

#include <string.h>

#include "base/error.h"
#include "store/cache.h"

#define BOB "<item jid='bob@example.org' name='Bob' subscription='both'><group>Friends</group></item>"
#define CAROL "<item jid='carol@example.org' subscription='to'/>"

static void
test_login(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    client_start(flow->client);
    g_autofree char *id = bind_session(me);
    assert_event(flow, "state online");
    assert_sent(me, "<presence*<c *"); /* with capabilities */
    feed(me, "<iq type='result' id='%s'><query xmlns='jabber:iq:roster'>" BOB CAROL "</query></iq>", id);
    assert_event(flow, "roster 2");
    g_assert_cmpstr(jid_text(account_full_jid(me->account)), ==, "me@example.org/desk");
    const Contact *bob = find_contact(me, "bob@example.org");
    g_assert_cmpstr(contact_label(bob), ==, "Bob");
    g_assert_cmpstr(contact_groups(bob)[0], ==, "Friends");
    g_assert_cmpint(contact_subscription(bob), ==, CONTACT_BOTH);
    feed(me, "<presence from='bob@example.org/phone'><show>away</show><status>out</status></presence>");
    assert_event(flow, "presence Bob away");
    g_assert_cmpuint(roster_online_count(me->roster), ==, 1);
}

/* The roster of the last time is shown before there is a connection, and the server is asked for changes only. */
static void
test_versioned_roster(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    login_with_roster(flow_peer(flow, "work"), BOB CAROL, "v1");
    feed(flow_peer(flow, "work"),
         "<iq type='set' id='p1'><query xmlns='jabber:iq:roster' ver='v2'>"
         "<item jid='dave@example.org' name='Dave &amp; Co' subscription='none' ask='subscribe'/>"
         "</query></iq>");
    feed(flow_peer(flow, "work"), "<iq type='set' id='p2'><query xmlns='jabber:iq:roster' ver='v3'>"
                                  "<item jid='carol@example.org' subscription='remove'/></query></iq>");
    flow_restart(flow);
    Peer *me = flow_peer(flow, "work");
    g_assert_cmpint(account_state(me->account), ==, ACCOUNT_OFFLINE);
    g_assert_cmpuint(roster_size(me->roster), ==, 2);
    g_assert_cmpstr(contact_label(find_contact(me, "dave@example.org")), ==, "Dave & Co");
    g_assert_true(contact_is_asked(find_contact(me, "dave@example.org")));
    g_assert_cmpstr(contact_groups(find_contact(me, "bob@example.org"))[0], ==, "Friends");
    client_start(flow->client);
    wait_connecting(me);
    g_autoptr(Jid) full = make_jid("me@example.org/desk");
    g_ptr_array_set_size(me->sent, 0);
    stream_feed_bound(me->stream, full);
    g_autofree char *id = assert_sent_id(me, "<iq *<query *ver=?v3?*");
    feed(me, "<iq type='result' id='%s'/>", id);
    g_assert_cmpuint(roster_size(me->roster), ==, 2);
}

/* What the server sends as a whole replaces what was cached, both in the model and in the store. */
static void
test_roster_replaced(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    login_with_roster(flow_peer(flow, "work"), BOB CAROL, "v1");
    flow_restart(flow);
    login_with_roster(flow_peer(flow, "work"), "<item jid='erin@example.org' subscription='both'/>" BOB BOB, "v9");
    assert_no_event(flow, "removed *"); /* one event for all */
    g_assert_cmpuint(roster_size(flow_peer(flow, "work")->roster), ==, 2);
    flow_restart(flow);
    Peer *me = flow_peer(flow, "work");
    g_assert_cmpuint(roster_size(me->roster), ==, 2);
    find_contact(me, "erin@example.org");
    find_contact(me, "bob@example.org");
}

/* Without versions there is nothing to compare with: nothing stays. */
static void
test_unversioned_roster(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    login_with_roster(flow_peer(flow, "work"), BOB, NULL);
    flow_restart(flow);
    g_assert_cmpuint(roster_size(flow_peer(flow, "work")->roster), ==, 0);
}

static void
ignore_contact(const CachedContact *contact, gpointer data)
{
    ++*(guint *) data;
}

/* Contacts the store would give; `complete`: whether they count. */
static guint
count_kept(Flow *flow, bool *complete)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *version = NULL;
    guint count = 0;
    cache_load_roster(client_db(flow->client), "me@example.org", ignore_contact, &count, &version, &error);
    g_assert_no_error(error);
    *complete = version != NULL;
    return count;
}

static char *
make_items(int from, int until)
{
    GString *items = g_string_new(NULL);
    for (int i = from; i < until; i++)
        g_string_append_printf(items, "<item jid='u%d@example.org' subscription='both'/>", i);
    return g_string_free(items, FALSE);
}

/* A large roster is written in slices, between which nothing counts as cached (I24); what is left is written at the
 * end. */
static void
test_roster_slices(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autofree char *first = make_items(0, 1000);
    g_autofree char *second = make_items(600, 1200);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(GError) error = NULL;
    bool complete;
    session_connect(me->session, NULL, NULL, NULL, &error);
    g_autofree char *id = bind_session(me);
    feed(me, "<iq type='result' id='%s'><query xmlns='jabber:iq:roster' ver='1'>%s</query></iq>", id, first);
    g_assert_cmpuint(roster_size(me->roster), ==, 1000);
    guint turns = 0;
    for (count_kept(flow, &complete); !complete; count_kept(flow, &complete), turns++)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(turns, >, 2);
    g_assert_cmpuint(count_kept(flow, &complete), ==, 1000);
    /* The second time most are gone, in one go with a push, and the client ends before the loop runs. */
    cut(me);
    g_autofree char *again = bind_session(me);
    feed(me, "<iq type='result' id='%s'><query xmlns='jabber:iq:roster' ver='2'>%s</query></iq>", again, second);
    feed(me, "<iq type='set' id='p'><query xmlns='jabber:iq:roster' ver='3'><item jid='u700@example.org' "
             "subscription='remove'/></query></iq>");
    flow_restart(flow);
    g_assert_cmpuint(count_kept(flow, &complete), ==, 599);
    g_assert_true(complete);
    g_assert_cmpuint(roster_size(flow_peer(flow, "work")->roster), ==, 599);
    g_assert_cmpstr(session_roster_version(flow_peer(flow, "work")->session), ==, "3");
}

static void
test_own_presence(void)
{
    g_autoptr(Flow) flow = flow_new_with(FLOW_ONE_ACCOUNT "priority = 7\n",
                                         "presence.status = away\npresence.text = from the settings\n", NULL);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(GError) error = NULL;
    session_connect(me->session, NULL, NULL, NULL, &error);
    g_free(bind_session(me));
    assert_sent(me, "<presence><show>away</show><status>from the settings</status><priority>7</priority>*");
    own_presence_set(flow->client, NULL, AVAILABILITY_DND, "busy");
    assert_event(flow, "own dnd");
    assert_sent(me, "<presence><show>dnd</show><status>busy</status><priority>7</priority>*");
    own_presence_set_priority(flow->client, me->account, -1);
    assert_sent(me, "<presence><show>dnd</show><status>busy</status><priority>-1</priority>*");
    own_presence_set_priority(flow->client, me->account, -1);
    assert_nothing_sent(me);
    /* A loss, and the same presence again. */
    cut(me);
    g_free(bind_session(me));
    assert_sent(me, "<presence><show>dnd</show><status>busy</status><priority>-1</priority>*");
    /* Offline disconnects. */
    own_presence_set(flow->client, me->account, AVAILABILITY_OFFLINE, "bye");
    assert_sent(me, "<presence type=\"unavailable\"><status>bye</status></presence>");
    wait_offline(me);
    assert_event(flow, "state offline");
    own_presence_set(flow->client, me->account, AVAILABILITY_XA, NULL); /* offline: remembered, nothing else */
    g_assert_true(session_is_idle(me->session));
    session_connect(me->session, NULL, NULL, NULL, &error);
    g_free(bind_session(me));
    assert_sent(me, "<presence><show>xa</show><priority>-1</priority>*");
    /* Who connects again after /status offline wants to be seen as the settings say. */
    own_presence_set(flow->client, me->account, AVAILABILITY_OFFLINE, NULL);
    wait_offline(me);
    session_connect(me->session, NULL, NULL, NULL, &error);
    g_free(bind_session(me));
    assert_sent(me, "<presence><show>away</show><status>from the settings</status>*");
}

/* --- the login itself --- */

#define FEATURES(mechanisms)                                                                                           \
    "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" mechanisms                                \
    "</mechanisms></stream:features>"

/* A stream of the tests has no start tags; feeding features is taken as the first thing of it. */
static void
connect_now(Peer *me, char **outcome)
{
    g_autoptr(GError) error = NULL;
    session_connect(me->session, NULL, keep_outcome, outcome, &error);
    g_assert_no_error(error);
    wait_connecting(me);
    g_ptr_array_set_size(me->sent, 0);
}

/* I8: what the server refused is not offered again by itself, nor when the user only repeats /connect. */
static void
test_refused(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;
    g_autofree char *third = NULL;
    connect_now(me, &first);
    feed(me, FEATURES("<mechanism>PLAIN</mechanism>"));
    assert_sent(me, "<auth *mechanism=?PLAIN?*");
    feed(me, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/><text>no such luck</text></failure>");
    wait_outcome(&first);
    g_assert_nonnull(strstr(first, "no such luck"));
    assert_event(flow, "state offline: *no such luck*");
    assert_event(flow, "notice error 77: *no such luck*");
    g_assert_true(session_is_idle(me->session));
    g_assert_cmpint(account_retry_at(me->account), ==, 0);
    /* The file still says the same, and there is nobody to ask: no attempt is made. */
    g_ptr_array_set_size(me->sent, 0);
    g_autoptr(GError) error = NULL;
    session_connect(me->session, NULL, keep_outcome, &second, &error);
    wait_outcome(&second);
    g_assert_nonnull(strstr(second, "no such luck"));
    assert_nothing_sent(me);
    /* With another password it is tried. */
    accounts_set(client_accounts(flow->client), "work", "password", "better", &error);
    g_assert_no_error(error);
    connect_now(me, &third);
    feed(me, FEATURES("<mechanism>PLAIN</mechanism>"));
    assert_sent(me, "<auth *mechanism=?PLAIN?*");
    session_disconnect(me->session, NULL);
    wait_outcome(&third);
}

static void
remember_sasl(Flow *flow, const char *mechanism, const char *binding)
{
    g_autoptr(GError) error = NULL;
    cache_remember(client_db(flow->client), "me@example.org", "sasl.mechanism", mechanism, &error);
    cache_remember(client_db(flow->client), "me@example.org", "sasl.channel-binding", binding, &error);
    g_assert_no_error(error);
}

/* I4: an account that once used SCRAM is not talked into PLAIN, in no later run either; that is an alarm, and nothing
 * is sent. */
static void
test_downgrade(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    remember_sasl(flow, "SCRAM-SHA-256", NULL);
    flow_restart(flow);
    Peer *me = flow_peer(flow, "work");
    g_autofree char *outcome = NULL;
    connect_now(me, &outcome);
    feed(me, FEATURES("<mechanism>PLAIN</mechanism>"));
    wait_outcome(&outcome);
    assert_event(flow, "notice alarm 77: *");
    g_assert_true(session_is_idle(me->session));
    while (me->sent->len > 0) {
        g_autofree char *xml = g_ptr_array_steal_index(me->sent, 0);
        g_assert_null(strstr(xml, "<auth"));
    }
}

/* What was used is kept for the next run. */
static void
test_memory(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autofree char *outcome = NULL;
    connect_now(me, &outcome);
    feed(me, FEATURES("<mechanism>PLAIN</mechanism>"));
    feed(me, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    flow_restart(flow);
    g_autofree char *mechanism = NULL;
    bool binding = true;
    g_autoptr(GError) error = NULL;
    g_assert_true(account_memory_load_sasl(flow_peer(flow, "work")->session, &mechanism, &binding, &error));
    g_assert_cmpstr(mechanism, ==, "PLAIN");
    g_assert_false(binding);
    remember_sasl(flow, "SCRAM-SHA-512", "used");
    g_clear_pointer(&mechanism, g_free);
    g_assert_true(account_memory_load_sasl(flow_peer(flow, "work")->session, &mechanism, &binding, &error));
    g_assert_cmpstr(mechanism, ==, "SCRAM-SHA-512");
    g_assert_true(binding);
}

static void
test_no_password(void)
{
    g_autoptr(Flow) flow = flow_new("[work]\njid = me@example.org\n");
    Peer *me = flow_peer(flow, "work");
    g_autofree char *outcome = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_true(session_connect(me->session, NULL, keep_outcome, &outcome, &error));
    g_assert_null(outcome); /* never from inside the call */
    wait_outcome(&outcome);
    assert_event(flow, "notice error 78: *password-command*");
    g_assert_cmpuint(me->sent->len, ==, 0);
}

static void
on_prompt(SecretPrompt *prompt, gpointer data)
{
    g_autoptr(GString) asked = g_string_new(secret_prompt_reason(prompt));
    char ***answers = data;
    if (*answers == NULL || **answers == NULL) {
        secret_prompt_answer(prompt, NULL);
        return;
    }
    g_autofree char *answer = *(*answers)++;
    secret_prompt_answer(prompt, secret_new(answer, -1));
}

/* A typed password is refused; the next /connect asks again and goes on with another one; a reconnect does not ask. */
static void
test_prompt(void)
{
    g_autoptr(Flow) flow = flow_new("[work]\njid = me@example.org\n");
    Peer *me = flow_peer(flow, "work");
    char *given[] = { g_strdup("wrong"), g_strdup("wrong"), g_strdup("right"), NULL };
    char **answers = given;
    secret_sources_set_prompt(flow->secrets, on_prompt, &answers);
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;
    connect_now(me, &first);
    feed(me, FEATURES("<mechanism>PLAIN</mechanism>"));
    assert_sent(me, "<auth *AG1lAHdyb25n*"); /* \0me\0wrong */
    feed(me, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>");
    wait_outcome(&first);
    connect_now(me, &second); /* "wrong" once more is refused unsent, and "right" asked for */
    feed(me, FEATURES("<mechanism>PLAIN</mechanism>"));
    assert_sent(me, "<auth *AG1lAHJpZ2h0*"); /* \0me\0right */
    feed(me, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    g_autoptr(Jid) full = make_jid("me@example.org/desk");
    stream_feed_bound(me->stream, full);
    cut(me);
    wait_connecting(me); /* without a question: there is no answer left */
    g_assert_null(*answers);
}

/* A question that is no longer wanted comes to nothing. */
static void
on_silent_prompt(SecretPrompt *prompt, gpointer data)
{
    *(SecretPrompt **) data = prompt;
}

static void
test_prompt_cancelled(void)
{
    g_autoptr(Flow) flow = flow_new("[work]\njid = me@example.org\n");
    Peer *me = flow_peer(flow, "work");
    SecretPrompt *prompt = NULL;
    secret_sources_set_prompt(flow->secrets, on_silent_prompt, &prompt);
    g_autofree char *outcome = NULL;
    g_autoptr(GError) error = NULL;
    session_connect(me->session, NULL, keep_outcome, &outcome, &error);
    g_assert_nonnull(prompt);
    assert_event(flow, "state resolving: waiting for the password");
    g_assert_false(session_connect(me->session, NULL, NULL, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_FAILED);
    session_disconnect(me->session, NULL);
    assert_event(flow, "state offline");
    g_assert_true(g_cancellable_is_cancelled(secret_prompt_cancellable(prompt)));
    secret_prompt_answer(prompt, secret_new("late", -1));
    wait_outcome(&outcome);
    g_assert_true(session_is_idle(me->session));
    g_assert_cmpuint(me->sent->len, ==, 0);
}

static void
test_overrides(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(GError) error = NULL;
    g_assert_false(session_connect(me->session, &(ConnectOverrides) { .tls = "maybe" }, NULL, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
    g_assert_true(session_is_idle(me->session));
    g_clear_error(&error);
    /* I1: clear text only where it was asked for in words. */
    session_connect(me->session, &(ConnectOverrides) { .server = "127.0.0.1", .tls = "off" }, NULL, NULL, &error);
    wait_connecting(me);
    g_assert_true(g_str_has_prefix(g_ptr_array_index(me->sent, 0), "<stream:stream"));
    g_assert_null(strstr(g_ptr_array_index(me->sent, 0), "from=")); /* a stream in clear does not name the user */
}

/* Capabilities that were verified once are not asked for again, not even in the next run (I18: nothing else is
 * kept). */
static void
test_caps_kept(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login_with_roster(me, BOB, NULL);
    /* XEP-0115 §5.2: the simple example */
    static const char presence[] = "<presence from='bob@example.org/a'><c xmlns='http://jabber.org/protocol/caps' "
                                   "hash='sha-1' node='http://code.google.com/p/exodus' "
                                   "ver='QgayPKawpkPSDYmwT/WM94uAlu0='/></presence>";
    feed(me, "%s", presence);
    g_autofree char *id = assert_sent_id(me, "<iq *disco#info*");
    feed(me,
         "<iq type='result' from='bob@example.org/a' id='%s'><query xmlns='http://jabber.org/protocol/disco#info' "
         "node='http://code.google.com/p/exodus#QgayPKawpkPSDYmwT/WM94uAlu0='>"
         "<identity category='client' name='Exodus 0.9.1' type='pc'/>"
         "<feature var='http://jabber.org/protocol/caps'/><feature var='http://jabber.org/protocol/disco#info'/>"
         "<feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/>"
         "</query></iq>",
         id);
    flow_restart(flow);
    me = flow_peer(flow, "work");
    login_with_roster(me, BOB, NULL);
    feed(me, "%s", presence);
    assert_nothing_sent(me);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/login", test_login);
    g_test_add_func("/flow/login/versioned-roster", test_versioned_roster);
    g_test_add_func("/flow/login/roster-replaced", test_roster_replaced);
    g_test_add_func("/flow/login/unversioned-roster", test_unversioned_roster);
    g_test_add_func("/flow/login/roster-slices", test_roster_slices);
    g_test_add_func("/flow/login/own-presence", test_own_presence);
    g_test_add_func("/flow/login/refused", test_refused);
    g_test_add_func("/flow/login/downgrade", test_downgrade);
    g_test_add_func("/flow/login/memory", test_memory);
    g_test_add_func("/flow/login/no-password", test_no_password);
    g_test_add_func("/flow/login/prompt", test_prompt);
    g_test_add_func("/flow/login/prompt-cancelled", test_prompt_cancelled);
    g_test_add_func("/flow/login/overrides", test_overrides);
    g_test_add_func("/flow/login/caps-kept", test_caps_kept);
    return g_test_run();
}
