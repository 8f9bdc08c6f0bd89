/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/presence.h"

#include <string.h>

#include "stream_fixture.h"

static void
check_incoming(const char *xml, const char *event)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    fixture_feed(&fixture, "%s", xml);
    g_assert_cmpstr(fixture_event(&fixture), ==, event);
    assert_no_event(&fixture);
    assert_nothing_sent(&fixture); /* I15 */
    fixture_clear(&fixture);
}

static void
test_availability(void)
{
    check_incoming("<presence from='j@c.example/b'/>",
                   "presence from=j@c.example/b show=online priority=0");
    check_incoming(
        "<presence from='j@c.example/b'><show>away</show><status>gone &amp; back</status><priority>-5</priority></presence>",
        "presence from=j@c.example/b show=away status=gone & back priority=-5");
    check_incoming("<presence from='j@c.example/b'><show>chat</show></presence>",
                   "presence from=j@c.example/b show=chat priority=0");
    check_incoming("<presence from='j@c.example/b'><show>xa</show></presence>",
                   "presence from=j@c.example/b show=xa priority=0");
    check_incoming("<presence from='j@c.example/b'><show>dnd</show></presence>",
                   "presence from=j@c.example/b show=dnd priority=0");
    check_incoming(
        "<presence from='j@c.example/b' type='unavailable'><show>dnd</show><status>bye</status></presence>",
        "presence from=j@c.example/b show=offline status=bye priority=0");
    check_incoming(
        "<presence from='j@c.example/b'><delay xmlns='urn:xmpp:delay' from='j@c.example/b' "
        "stamp='2002-09-10T23:41:07Z'/></presence>",
        "presence from=j@c.example/b show=online priority=0 delay=2002-09-10T23:41:07.000Z");
    check_incoming(
        "<presence from='j@c.example' type='error'><error type='cancel'><remote-server-not-found "
        "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
        "presence from=j@c.example show=offline priority=0 error=remote-server-not-found");
}

/* I6 */
static void
test_nonsense(void)
{
    static const char *const priorities[] = { "128", "-129", "x", "", "1.5", "99999999999999999999",
                                              "0x10" };

    check_incoming("<presence from='j@c.example/b'><show>dancing</show></presence>",
                   "presence from=j@c.example/b show=online priority=0");
    check_incoming("<presence from='j@c.example/b'><show/></presence>",
                   "presence from=j@c.example/b show=online priority=0");
    check_incoming("<presence from='j@c.example/b'><show xmlns='urn:other'>away</show></presence>",
                   "presence from=j@c.example/b show=online priority=0");
    for (guint i = 0; i < G_N_ELEMENTS(priorities); i++) {
        g_autofree char *xml =
            g_strdup_printf("<presence from='j@c.example/b'><priority>%s</priority></presence>",
                            priorities[i]);
        check_incoming(xml, "presence from=j@c.example/b show=online priority=0");
    }
    check_incoming("<presence/>", "");
    check_incoming("<presence from='@'/>", "");
    check_incoming("<presence from='j@c.example/b' type='dancing'/>", "");
    check_incoming("<presence from='j@c.example/b' type='probe'/>", "");
    check_incoming("<presence from='j@c.example/b' type=''/>", "");
}

/* I15: a request is told, never answered; subscriptions are between bare JIDs. */
static void
test_subscriptions(void)
{
    check_incoming("<presence from='j@c.example/b' type='subscribe'><status>it's me</status>"
                   "<nick xmlns='http://jabber.org/protocol/nick'>Juliet</nick></presence>",
                   "subscription subscribe from=j@c.example status=it's me nick=Juliet");
    check_incoming("<presence from='j@c.example' type='subscribed'/>",
                   "subscription subscribed from=j@c.example");
    check_incoming("<presence from='j@c.example' type='unsubscribe'/>",
                   "subscription unsubscribe from=j@c.example");
    check_incoming("<presence from='j@c.example' type='unsubscribed'/>",
                   "subscription unsubscribed from=j@c.example");
}

static void
test_send(void)
{
    StreamFixture fixture;
    g_autoptr(Jid) to = jid_new("j@c.example/b", NULL);

    fixture_init_online(&fixture);
    presence_send(fixture.stream, NULL, PRESENCE_DND, "busy <now>", 300);
    const char *xml = fixture_sent(&fixture);
    assert_has(
        xml,
        "<presence><show>dnd</show><status>busy &lt;now&gt;</status><priority>127</priority><c ");
    presence_send(fixture.stream, NULL, PRESENCE_ONLINE, "", 0);
    xml = fixture_sent(&fixture);
    assert_has(xml, "<presence><c ");
    assert_has(xml, "xmlns=\"http://jabber.org/protocol/caps\"");
    presence_send(fixture.stream, to, PRESENCE_OFFLINE, NULL, 5);
    xml = fixture_sent(&fixture);
    assert_has(xml, "to=\"j@c.example/b\"");
    assert_has(xml, "type=\"unavailable\"");
    g_assert_true(g_str_has_suffix(xml, "/>")); /* no priority, no capabilities */
    presence_send_subscription(fixture.stream, to, SUBSCRIPTION_SUBSCRIBE, "please");
    xml = fixture_sent(&fixture);
    assert_has(xml, "to=\"j@c.example\"");
    assert_has(xml, "type=\"subscribe\"");
    assert_has(xml, "<status>please</status>");
    stream_disconnect(fixture.stream, NULL);
    g_assert_false(presence_send_subscription(fixture.stream, to, SUBSCRIPTION_SUBSCRIBE, NULL));
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/presence/availability", test_availability);
    g_test_add_func("/xmpp/presence/nonsense", test_nonsense);
    g_test_add_func("/xmpp/presence/subscriptions", test_subscriptions);
    g_test_add_func("/xmpp/presence/send", test_send);
    return g_test_run();
}
