/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "stream_fixture.h"
#include "xmpp/xep/mds.h"

#define OWN "romeo@montague.example"
#define ITEM(with, by, id) \
    "<item id='" with "'><displayed xmlns='urn:xmpp:mds:displayed:0'>" \
    "<stanza-id xmlns='urn:xmpp:sid:0' by='" by "' id='" id "'/></displayed></item>"
#define EVENT(from, node, items) \
    "<message " from " to='" OWN "/orchard' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'>" \
    "<items node='" node "'>" items "</items></event><body>never shown</body></message>"
#define NODE "urn:xmpp:mds:displayed:0"

static void
test_notified(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    fixture_feed(&fixture, EVENT("from='" OWN "'", NODE, ITEM("juliet@capulet.example", OWN, "a1")
                                                         ITEM("room@capulet.example", "room@capulet.example", "r1")));
    g_assert_cmpstr(fixture_event(&fixture), ==, "read with=juliet@capulet.example id=a1");
    g_assert_cmpstr(fixture_event(&fixture), ==, "read with=room@capulet.example id=r1");
    fixture_feed(&fixture, EVENT("", NODE, ITEM("Juliet@Capulet.example", OWN, "a2"))); /* the own server */
    g_assert_cmpstr(fixture_event(&fixture), ==, "read with=juliet@capulet.example id=a2");
    assert_no_event(&fixture);
    fixture_clear(&fixture);
}

/* I11: what others publish says nothing about us, and is no message either. */
static void
test_forged(void)
{
    static const char *const forged[] = {
        EVENT("from='eve@evil.example'", NODE, ITEM("juliet@capulet.example", OWN, "a1")),
        EVENT("from='eve@evil.example'", NODE, ITEM("juliet@capulet.example", "eve@evil.example", "a1")),
        EVENT("from='" OWN "/phone'", NODE, ITEM("juliet@capulet.example", OWN, "a1")),
        EVENT("from='montague.example'", NODE, ITEM("juliet@capulet.example", OWN, "a1")),
        EVENT("from='" OWN ".evil.example'", NODE, ITEM("juliet@capulet.example", OWN, "a1")),
        EVENT("from='juliet@capulet.example'", NODE, ITEM("juliet@capulet.example", OWN, "a1")),
        /* I19: only the archives concerned have ids that mean something */
        EVENT("from='" OWN "'", NODE, ITEM("juliet@capulet.example", "eve@evil.example", "a1")),
        /* I6 */
        EVENT("from='" OWN "'", NODE, ITEM("juliet@capulet.example", OWN, "")),
        EVENT("from='" OWN "'", NODE, ITEM("juliet@capulet.example/phone", OWN, "a1")),
        EVENT("from='" OWN "'", NODE, ITEM("@@", OWN, "a1")),
        EVENT("from='" OWN "'", NODE, ITEM("juliet@capulet.example", "@@", "a1")),
        EVENT("from='" OWN "'", NODE, "<item id='juliet@capulet.example'/><item/><retract id='x'/>"),
        EVENT("from='" OWN "'", NODE, "<item id='juliet@capulet.example'><displayed xmlns='urn:other'/></item>"),
    };
    StreamFixture fixture;

    fixture_init_online(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(forged); i++) {
        fixture_feed(&fixture, "%s", forged[i]);
        g_test_message("%u", i);
        assert_no_event(&fixture);
        assert_nothing_sent(&fixture);
    }
    fixture_clear(&fixture);
}

static void
test_asks_when_bound(void)
{
    g_autoptr(Jid) bare = jid_new(OWN, NULL);
    g_autoptr(Jid) full = jid_new(OWN "/orchard", NULL);
    const XmppStreamConfig config = { .jid = bare, .password = "x" };
    StreamFixture fixture;
    g_autofree char *id = NULL;

    fixture_init(&fixture);
    stream_connect(fixture.stream, &config);
    stream_feed_bound(fixture.stream, full);
    while (fixture.sent->len > 0 && id == NULL) {
        const char *xml = fixture_sent(&fixture);
        if (strstr(xml, "<items node=\"" NODE "\"/>"))
            id = fixture_attribute(xml, "id");
    }
    g_assert_nonnull(id);
    fixture_forget(&fixture);
    /* I13: the right answer from somebody else */
    fixture_feed(&fixture, "<iq type='result' from='eve@evil.example' id='%s'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                           "<items node='" NODE "'>" ITEM("juliet@capulet.example", OWN, "x") "</items></pubsub></iq>", id);
    assert_no_event(&fixture);
    fixture_feed(&fixture, "<iq type='result' id='%s'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                           "<items node='" NODE "'>" ITEM("juliet@capulet.example", OWN, "a1")
                           ITEM("nurse@capulet.example", OWN, "a2") "</items></pubsub></iq>", id);
    g_assert_cmpstr(fixture_event(&fixture), ==, "read with=juliet@capulet.example id=a1");
    g_assert_cmpstr(fixture_event(&fixture), ==, "read with=nurse@capulet.example id=a2");
    assert_no_event(&fixture);
    fixture_clear(&fixture);
}

static void
publish(StreamFixture *fixture, const char *with_text, const char *id)
{
    g_autoptr(Jid) with = jid_new(with_text, NULL);

    mds_publish(fixture->stream, with, stream_own_bare(fixture->stream), id);
}

/* Takes the request that was sent, which must hold this; returns its id. */
static char *
take_request(StreamFixture *fixture, const char *part)
{
    const char *xml = fixture_sent(fixture);

    assert_has(xml, part);
    return fixture_attribute(xml, "id");
}

static void
answer_info(StreamFixture *fixture, const char *features)
{
    g_autofree char *id = take_request(fixture, "disco#info");

    fixture_feed(fixture, "<iq type='result' id='%s' from='" OWN "'><query xmlns='http://jabber.org/protocol/disco#info'>"
                          "<identity category='account' type='registered'/>%s</query></iq>", id, features);
}

#define CAN_PUBLISH "<feature var='http://jabber.org/protocol/pubsub#publish-options'/>"

static void
test_published(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    publish(&fixture, "juliet@capulet.example", "a1");
    publish(&fixture, "juliet@capulet.example", "a2");
    answer_info(&fixture, CAN_PUBLISH);
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "<publish node=\"" NODE "\"><item id=\"juliet@capulet.example\">");
    assert_has(xml, "id=\"a2\"");
    assert_has(xml, "by=\"" OWN "\"");
    assert_has(xml, "<field var=\"pubsub#access_model\"><value>whitelist</value></field>");
    assert_has(xml, "<field var=\"pubsub#max_items\"><value>max</value></field>");
    assert_nothing_sent(&fixture); /* the last word only */
    publish(&fixture, "juliet@capulet.example", "a3");
    assert_has(fixture_sent(&fixture), "id=\"a3\"");
    fixture_clear(&fixture);
}

/* §7: what would be readable for others is not published. */
static void
test_not_private(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    publish(&fixture, "juliet@capulet.example", "a1");
    answer_info(&fixture, "");
    assert_nothing_sent(&fixture);
    publish(&fixture, "juliet@capulet.example", "a2");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* Somebody has made the node with other options: it is set right, once. */
static void
test_other_node(void)
{
    static const char refusal[] = "<iq type='error' id='%s'><error type='cancel'>"
                                  "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";
    StreamFixture fixture;

    fixture_init_online(&fixture);
    publish(&fixture, "juliet@capulet.example", "a1");
    answer_info(&fixture, CAN_PUBLISH);
    g_autofree char *first = take_request(&fixture, "<publish ");
    fixture_feed(&fixture, refusal, first);
    g_autofree char *configuring = take_request(&fixture, "<configure node=\"" NODE "\">");
    fixture_feed(&fixture, "<iq type='result' id='%s'/>", configuring);
    g_autofree char *second = take_request(&fixture, "id=\"a1\"");
    fixture_feed(&fixture, refusal, second);
    assert_nothing_sent(&fixture);
    /* and a node that cannot be set right is left alone */
    publish(&fixture, "juliet@capulet.example", "a2");
    g_autofree char *third = take_request(&fixture, "<publish ");
    fixture_feed(&fixture, refusal, third);
    g_autofree char *again = take_request(&fixture, "<configure ");
    fixture_feed(&fixture, "<iq type='error' id='%s'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                           "</error></iq>", again);
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* A server that knows few options: the one that matters stays, the others are configured, once. */
static void
test_few_options(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    publish(&fixture, "juliet@capulet.example", "a1");
    answer_info(&fixture, CAN_PUBLISH);
    g_autofree char *first = take_request(&fixture, "pubsub#max_items");
    fixture_feed(&fixture, "<iq type='error' id='%s'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                           "</error></iq>", first);
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "<field var=\"pubsub#access_model\"><value>whitelist</value></field>");
    g_assert_null(strstr(xml, "max_items"));
    g_autofree char *second = fixture_attribute(xml, "id");
    fixture_feed(&fixture, "<iq type='result' id='%s'/>", second);
    g_autofree char *rest = take_request(&fixture, "<configure node=\"" NODE "\">");
    fixture_feed(&fixture, "<iq type='result' id='%s'/>", rest);
    publish(&fixture, "juliet@capulet.example", "a2");
    xml = fixture_sent(&fixture);
    assert_has(xml, "id=\"a2\"");
    g_assert_null(strstr(xml, "max_items"));
    g_autofree char *third = fixture_attribute(xml, "id");
    fixture_feed(&fixture, "<iq type='result' id='%s'/>", third);
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* Requests end with the stream, and nothing is left of them. */
static void
test_offline(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    publish(&fixture, "juliet@capulet.example", "a1");
    stream_feed_close(fixture.stream, NULL);
    fixture_turn();
    fixture_forget(&fixture);
    publish(&fixture, "juliet@capulet.example", "a2");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/mds/notified", test_notified);
    g_test_add_func("/xmpp/mds/forged", test_forged);
    g_test_add_func("/xmpp/mds/asks-when-bound", test_asks_when_bound);
    g_test_add_func("/xmpp/mds/published", test_published);
    g_test_add_func("/xmpp/mds/not-private", test_not_private);
    g_test_add_func("/xmpp/mds/other-node", test_other_node);
    g_test_add_func("/xmpp/mds/few-options", test_few_options);
    g_test_add_func("/xmpp/mds/offline", test_offline);
    return g_test_run();
}
