/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow.h"

#include <string.h>

#include "base/error.h"

static void
push(Peer *me, const char *from, const char *item)
{
    feed(me, "<iq type='set' id='push' %s><query xmlns='jabber:iq:roster'>%s</query></iq>", from, item);
}

static void
test_push(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    push(me, "", "<item jid='Dave@Example.org' name='Dave' subscription='none' ask='subscribe'/>");
    assert_sent(me, "<iq *type=?result?*");
    assert_event(flow, "added dave");
    assert_event(flow, "changed Dave");
    g_assert_true(contact_is_asked(find_contact(me, "dave@example.org")));
    push(me, "from='me@example.org'", "<item jid='dave@example.org' name='David' subscription='both'/>");
    assert_event(flow, "changed David");
    g_assert_cmpint(contact_subscription(find_contact(me, "dave@example.org")), ==, CONTACT_BOTH);
    push(me, "", "<item jid='dave@example.org' subscription='remove'/>");
    assert_event(flow, "removed David");
    push(me, "", "<item jid='dave@example.org' subscription='remove'/>"); /* once more: nothing */
    g_assert_cmpuint(roster_size(me->roster), ==, 2);
}

/* I11: nobody but the account itself changes the roster. */
static void
test_spoofed_push(void)
{
    static const char *const liars[] = { "bob@example.org",        "bob@example.org/phone", "example.org",
                                         "me@example.org.evil.tld", "me@example.org/desk",   "me@evil.tld",
                                         "xme@example.org",        "",                      "@@@" };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    for (gsize i = 0; i < G_N_ELEMENTS(liars); i++) {
        g_autofree char *from = g_strdup_printf("from='%s'", liars[i]);
        push(me, from, "<item jid='mallory@evil.tld' name='Mallory' subscription='both'/>");
        push(me, from, "<item jid='bob@example.org' subscription='remove'/>");
        push(me, from, "<item jid='bob@example.org' name='Carol' subscription='from'/>");
    }
    g_assert_cmpuint(roster_size(me->roster), ==, 2);
    g_assert_cmpstr(contact_label(find_contact(me, "bob@example.org")), ==, "Bob");
    g_assert_cmpint(contact_subscription(find_contact(me, "bob@example.org")), ==, CONTACT_BOTH);
    assert_no_event(flow, "*");
}

static void
test_presence(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<presence from='bob@example.org/phone'><show>dnd</show><priority>5</priority></presence>");
    feed(me, "<presence from='bob@example.org/desk'><show>chat</show></presence>");
    const Contact *bob = find_contact(me, "bob@example.org");
    g_assert_cmpuint(contact_resource_count(bob), ==, 2);
    g_assert_cmpint(contact_availability(bob), ==, AVAILABILITY_DND);
    feed(me, "<presence from='bob@example.org/phone' type='unavailable'><status>off</status></presence>");
    g_assert_cmpint(contact_availability(bob), ==, AVAILABILITY_CHAT);
    assert_event(flow, "presence Bob chat");
    /* The server speaks for the whole account. */
    feed(me, "<presence from='bob@example.org' type='unavailable'/>");
    g_assert_false(contact_is_online(bob));
    assert_event(flow, "presence Bob offline");
    /* An unreachable server is no presence. */
    feed(me, "<presence from='carol@example.org/a'/>");
    feed(me, "<presence from='carol@example.org' type='error'><error type='cancel'>"
             "<remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>");
    g_assert_false(contact_is_online(find_contact(me, "carol@example.org")));
    /* Strangers, other sessions of the account, and nonsense. */
    forget_events(flow);
    feed(me, "<presence from='stranger@evil.tld/a'/>");
    feed(me, "<presence from='me@example.org/phone'><show>away</show></presence>");
    feed(me, "<presence/>");
    feed(me, "<presence from='@'/>");
    feed(me, "<presence from='bob@example.org/a' type='bogus'/>");
    feed(me, "<presence from='bob@example.org/a' type='probe'/>");
    assert_no_event(flow, "*");
    assert_nothing_sent(me);
    g_assert_cmpuint(roster_size(me->roster), ==, 2);
}

/* The time of a delayed presence is when it was sent. */
static void
test_delayed_presence(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<presence from='bob@example.org/a'><show>xa</show>"
             "<delay xmlns='urn:xmpp:delay' stamp='2020-01-02T03:04:05Z'/></presence>");
    g_assert_cmpint(contact_resource_at(find_contact(me, "bob@example.org"), 0)->since, ==,
                    1577934245 * G_TIME_SPAN_SECOND);
}

/* I15: a request waits for the user. */
static void
test_request(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(Jid) eve = make_jid("eve@example.org");
    g_autoptr(Jid) mallory = make_jid("mallory@evil.tld");
    g_autoptr(GError) error = NULL;
    login(me);
    feed(me, "<presence from='eve@example.org/phone' type='subscribe'><status>it&#x27;s me</status></presence>");
    feed(me, "<presence from='eve@example.org' type='subscribe'/>");
    feed(me, "<presence from='mallory@evil.tld' type='subscribe'/>");
    assert_event(flow, "subscribe eve@example.org: it's me");
    assert_event(flow, "subscribe mallory@evil.tld: ");
    assert_no_event(flow, "*");
    assert_nothing_sent(me);
    g_assert_true(contacts_approve(me->session, roster_request_at(me->roster, 0, NULL), &error));
    assert_sent(me, "<presence *type=?subscribed?*");
    g_assert_true(contacts_deny(me->session, mallory, &error));
    assert_sent(me, "<presence *type=?unsubscribed?*");
    g_assert_cmpuint(roster_request_count(me->roster), ==, 0);
    g_assert_false(contacts_approve(me->session, eve, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(contacts_deny(me->session, mallory, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_NOT_FOUND);
    g_clear_error(&error);
    assert_nothing_sent(me);
    /* Who sees us already, asks in vain; who takes it back, is not asked about. */
    feed(me, "<presence from='bob@example.org' type='subscribe'/>");
    g_assert_cmpuint(roster_request_count(me->roster), ==, 0);
    feed(me, "<presence from='mallory@evil.tld' type='subscribe'/>");
    feed(me, "<presence from='mallory@evil.tld' type='unsubscribe'/>");
    g_assert_cmpuint(roster_request_count(me->roster), ==, 0);
    assert_event(flow, "unsubscribe mallory@evil.tld: ");
    /* Taking away what was given needs no request. */
    g_autoptr(Jid) bob = make_jid("bob@example.org");
    g_assert_true(contacts_deny(me->session, bob, &error));
    assert_sent(me, "<presence *type=?unsubscribed?*");
}

static void
test_subscription_changes(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<presence from='bob@example.org' type='subscribed'/>");
    assert_event(flow, "subscribed bob@example.org: ");
    feed(me, "<presence from='bob@example.org' type='unsubscribed'><status>sorry</status></presence>");
    assert_event(flow, "unsubscribed bob@example.org: sorry");
    feed(me, "<presence from='bob@example.org' type='unsubscribe'/>");
    assert_event(flow, "unsubscribe bob@example.org: ");
    /* I13: nobody asked these. */
    feed(me, "<presence from='stranger@evil.tld' type='subscribed'/>");
    feed(me, "<presence from='stranger@evil.tld' type='unsubscribed'/>");
    feed(me, "<presence from='me@example.org' type='subscribe'/>");
    assert_no_event(flow, "*");
    assert_nothing_sent(me);
}

static void
test_add_and_remove(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(Jid) dave = make_jid("dave@example.org/phone");
    g_autoptr(Jid) own = make_jid("me@example.org/other");
    g_autofree char *added = NULL;
    g_autofree char *refused = NULL;
    g_autofree char *removed = NULL;
    g_autofree char *self = NULL;
    login(me);
    contacts_add(me->session, dave, "Dave", keep_outcome, &added);
    g_autofree char *add = assert_sent_id(me, "<iq *<item *jid=?dave@example.org?*name=?Dave?*");
    assert_sent(me, "<presence *type=?subscribe?*");
    push(me, "", "<item jid='dave@example.org' name='Dave' subscription='none' ask='subscribe'/>");
    assert_sent(me, "<iq *type=?result?*");
    feed(me, "<iq type='result' id='%s'/>", add);
    g_assert_cmpstr(added, ==, "ok");
    contacts_remove(me->session, dave, keep_outcome, &refused);
    g_autofree char *remove = assert_sent_id(me, "<iq *subscription=?remove?*");
    feed(me,
         "<iq type='error' id='%s'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
         "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>the \xc2\x9b""boss forbids it</text></error></iq>",
         remove);
    g_assert_nonnull(strstr(refused, "boss forbids it"));
    g_assert_null(strstr(refused, "\xc2\x9b")); /* I12 */
    find_contact(me, "dave@example.org");       /* only a push changes the model */
    contacts_remove(me->session, dave, keep_outcome, &removed);
    g_autofree char *again = assert_sent_id(me, "<iq *subscription=?remove?*");
    push(me, "", "<item jid='dave@example.org' subscription='remove'/>");
    feed(me, "<iq type='result' id='%s'/>", again);
    g_assert_cmpstr(removed, ==, "ok");
    assert_event(flow, "removed Dave");
    contacts_add(me->session, own, NULL, keep_outcome, &self);
    wait_outcome(&self);
    g_assert_nonnull(strstr(self, "your own address"));
}

/* Changing the name keeps the groups, and the other way round. */
static void
test_rename(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(Jid) bob = make_jid("bob@example.org");
    g_autoptr(Jid) stranger = make_jid("stranger@example.org");
    g_autofree char *unknown = NULL;
    login(me);
    contacts_rename(me->session, bob, "Robert", NULL, NULL);
    assert_sent(me, "<iq *name=?Robert?*<group>Friends</group>*");
    contacts_set_groups(me->session, bob, (const char *const[]) { "A", "B & C", NULL }, NULL, NULL);
    assert_sent(me, "<iq *name=?Bob?*<group>A</group><group>B &amp; C</group>*");
    contacts_rename(me->session, stranger, "X", keep_outcome, &unknown);
    wait_outcome(&unknown);
    g_assert_nonnull(strstr(unknown, "not in your roster"));
    assert_nothing_sent(me);
}

static void
test_offline(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(Jid) bob = make_jid("bob@example.org");
    g_autoptr(GError) error = NULL;
    char *outcomes[3] = { NULL };
    contacts_add(me->session, bob, NULL, keep_outcome, &outcomes[0]);
    contacts_remove(me->session, bob, keep_outcome, &outcomes[1]);
    contacts_rename(me->session, bob, "B", keep_outcome, &outcomes[2]);
    for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++)
        g_assert_null(outcomes[i]); /* never from inside the call */
    for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        wait_outcome(&outcomes[i]);
        g_assert_nonnull(strstr(outcomes[i], "/connect work"));
        g_free(outcomes[i]);
    }
    g_assert_false(contacts_subscribe(me->session, bob, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_UNREACHABLE);
}

/* A request that is under way when the connection is lost ends once, with an error. */
static void
test_lost_request(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(Jid) bob = make_jid("bob@example.org");
    g_autofree char *outcome = NULL;
    login(me);
    contacts_rename(me->session, bob, "B", keep_outcome, &outcome);
    cut(me);
    g_assert_nonnull(outcome);
    g_assert_cmpstr(outcome, !=, "ok");
}

/* --- ping and info --- */

typedef struct {
    gint64 time;
    char *error;
    bool done;
} Pong;

static void
on_pong(gint64 microseconds, const GError *error, gpointer data)
{
    Pong *pong = data;
    g_assert_false(pong->done);
    *pong = (Pong) { .time = microseconds, .error = g_strdup(error != NULL ? error->message : NULL), .done = true };
}

static void
test_ping(void)
{
    static const char refusal[] = "<iq type='error' from='%s' id='%s'><error type='cancel'>"
                                  "<%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(Jid) bob = make_jid("bob@example.org/a");
    login(me);
    Pong server = { 0 }, silent = { 0 }, alive = { 0 }, gone = { 0 };
    session_ping(me->session, bob, on_pong, &alive);
    g_assert_cmpuint(me->sent->len, ==, 1);
    g_autoptr(GRegex) regex = g_regex_new("id=\"([^\"]*)\"", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_assert_true(g_regex_match(regex, g_ptr_array_index(me->sent, 0), 0, &match));
    g_autofree char *first = g_match_info_fetch(match, 1);
    feed(me, "<iq type='result' from='mallory@evil.tld/a' id='%s'/>", first); /* I13 */
    g_assert_false(alive.done);
    feed(me, refusal, "bob@example.org/a", first, "feature-not-implemented");
    g_assert_true(alive.done && alive.time >= 0);
    session_ping(me->session, bob, on_pong, &gone);
    g_clear_pointer(&match, g_match_info_unref);
    g_assert_true(g_regex_match(regex, g_ptr_array_index(me->sent, 1), 0, &match));
    g_autofree char *second = g_match_info_fetch(match, 1);
    feed(me, refusal, "bob@example.org/a", second, "service-unavailable");
    g_assert_true(gone.done && gone.time < 0 && gone.error != NULL);
    g_free(gone.error);
    g_ptr_array_set_size(me->sent, 0);
    session_ping(me->session, NULL, on_pong, &server);
    acknowledge(me);
    g_assert_true(server.done && server.time >= 0);
    session_ping(me->session, NULL, on_pong, &silent);
    cut(me);
    g_assert_true(silent.done && silent.error != NULL);
    g_free(silent.error);
}

static void
on_info(const GPtrArray *lines, const GError *error, gpointer data)
{
    char **text = data;
    g_assert_null(*text);
    GString *all = g_string_new(error != NULL ? error->message : NULL);
    for (guint i = 0; lines != NULL && i < lines->len; i++)
        g_string_append_printf(all, "%s\n", (const char *) g_ptr_array_index(lines, i));
    *text = g_string_free(all, FALSE);
}

static void
test_info(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(Jid) bob = make_jid("bob@example.org");
    g_autoptr(Jid) stranger = make_jid("stranger@example.net/x");
    g_autofree char *known = NULL;
    g_autofree char *unknown = NULL;
    login(me);
    feed(me, "<presence from='bob@example.org/a'><show>away</show><status>on \x7f the road</status></presence>");
    session_entity_info(me->session, bob, on_info, &known);
    g_autofree char *version = assert_sent_id(me, "<iq *jabber:iq:version*");
    g_autofree char *disco = assert_sent_id(me, "<iq *disco#info*");
    feed(me,
         "<iq type='result' from='bob@example.org/a' id='%s'><query xmlns='jabber:iq:version'>"
         "<name>Prog\x7f</name><version>1</version></query></iq>",
         version);
    g_assert_null(known);
    feed(me,
         "<iq type='result' from='bob@example.org/a' id='%s'><query xmlns='http://jabber.org/protocol/disco#info'>"
         "<identity category='client' type='pc' name='P'/><feature var='urn:xmpp:ping'/></query></iq>",
         disco);
    g_assert_nonnull(strstr(known, "Name: Bob\n"));
    g_assert_nonnull(strstr(known, "a: away since "));
    g_assert_nonnull(strstr(known, "on ^? the road\n"));
    g_assert_nonnull(strstr(known, "Program: Prog^? 1\n"));
    g_assert_nonnull(strstr(known, "Identity: client/pc P\n"));
    g_assert_nonnull(strstr(known, "Feature: urn:xmpp:ping\n"));
    g_assert_null(strchr(known, 0x7f)); /* I12 */
    session_entity_info(me->session, stranger, on_info, &unknown);
    cut(me);
    g_assert_nonnull(unknown); /* the error, once */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/contacts/push", test_push);
    g_test_add_func("/flow/contacts/spoofed-push", test_spoofed_push);
    g_test_add_func("/flow/contacts/presence", test_presence);
    g_test_add_func("/flow/contacts/delayed-presence", test_delayed_presence);
    g_test_add_func("/flow/contacts/request", test_request);
    g_test_add_func("/flow/contacts/subscription-changes", test_subscription_changes);
    g_test_add_func("/flow/contacts/add-and-remove", test_add_and_remove);
    g_test_add_func("/flow/contacts/rename", test_rename);
    g_test_add_func("/flow/contacts/offline", test_offline);
    g_test_add_func("/flow/contacts/lost-request", test_lost_request);
    g_test_add_func("/flow/contacts/ping", test_ping);
    g_test_add_func("/flow/contacts/info", test_info);
    return g_test_run();
}
