/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/roster_iq.h"

#include <string.h>

#include "stream_fixture.h"

/* Binds with this cached version and leaves the roster request in `sent`; returns its id. */
static char *
bind_with_version(StreamFixture *fixture, const char *ver)
{
    g_autoptr(Jid) bare = jid_new("romeo@montague.example", NULL);
    g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);
    const XmppStreamConfig config = { .jid = bare, .roster_ver = ver };

    fixture_init(fixture);
    stream_connect(fixture->stream, &config);
    fixture_turn();
    fixture_forget(fixture);
    stream_feed_bound(fixture->stream, full);
    g_ptr_array_set_size(fixture->events, 0);
    return fixture_attribute(fixture->sent->pdata[0], "id");
}

static void
test_whole_roster(void)
{
    StreamFixture fixture;
    g_autofree char *id = bind_with_version(&fixture, NULL);

    g_assert_null(strstr(fixture_sent(&fixture), "ver="));
    fixture_feed(
        &fixture,
        "<iq type='result' id='%s'><query xmlns='jabber:iq:roster' ver='v7'>"
        "<item jid='juliet@capulet.example' name='Juliet' subscription='both'><group>Friends</group><group/>"
        "<group>Loved</group></item>"
        "<item jid='mercutio@montague.example/ghost' subscription='from' ask='subscribe' approved='true'/>"
        "<item jid='@' subscription='both'/><item subscription='both'/>"
        "<item xmlns='urn:other' jid='other@x.example' subscription='both'/>"
        "<item jid='tybalt@capulet.example' subscription='dueling' name=''/>"
        "<item jid='gone@capulet.example' subscription='remove'/>"
        "</query></iq>",
        id);
    g_assert_cmpstr(
        fixture_event(&fixture), ==,
        "roster 3 ver=v7 juliet@capulet.example/3 name=Juliet group=Friends group=Loved "
        "mercutio@montague.example/2/ask/approved tybalt@capulet.example/0");
    assert_no_event(&fixture);
    fixture_clear(&fixture);
}

/* RFC 6121 §2.6 */
static void
test_versions(void)
{
    StreamFixture fixture;
    g_autofree char *id = bind_with_version(&fixture, "v7");

    assert_has(fixture_sent(&fixture), "ver=\"v7\"");
    fixture_feed(&fixture, "<iq type='result' id='%s'/>", id);
    g_assert_cmpstr(fixture_event(&fixture), ==, "roster-current");
    fixture_feed(&fixture, "<iq type='set' id='p1'><query xmlns='jabber:iq:roster' ver='v8'>"
                           "<item jid='juliet@capulet.example' subscription='both'/></query></iq>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "roster-item ver=v8 juliet@capulet.example/3");
    fixture_clear(&fixture);
}

static void
test_refused(void)
{
    StreamFixture fixture;
    g_autofree char *id = bind_with_version(&fixture, NULL);

    fixture_feed(&fixture,
                 "<iq type='error' id='%s'><error type='cancel'><forbidden "
                 "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
                 id);
    assert_no_event(&fixture);
    g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_ONLINE);
    fixture_clear(&fixture);
}

/* I11, I6: pushes come from the account itself, one item each, and every one is answered once. */
static void
test_pushes(void)
{
    static const struct {
        const char *from, *items, *answer;
        bool counts;
    } cases[] = {
        { "", "<item jid='a@b.example' subscription='to'/>", "type=\"result\"", true },
        { "from='romeo@montague.example'", "<item jid='a@b.example' subscription='remove'/>",
          "type=\"result\"", true },
        { "from='ROMEO@montague.example'", "<item jid='a@b.example' subscription='to'/>",
          "type=\"result\"", true },
        { "from='romeo@montague.example/orchard'", "<item jid='a@b.example'/>",
          "service-unavailable", false },
        { "from='montague.example'", "<item jid='a@b.example' subscription='both'/>",
          "service-unavailable", false },
        { "from='mallory@evil.example'", "<item jid='a@b.example' subscription='both'/>",
          "service-unavailable", false },
        { "from='romeo@montague.example.evil.example'", "<item jid='a@b.example'/>",
          "service-unavailable", false },
        { "", "", "bad-request", false },
        { "", "<item/>", "bad-request", false },
        { "", "<item jid='@'/>", "bad-request", false },
        { "", "<item jid='a@b.example'/><item jid='c@d.example'/>", "bad-request", false },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        StreamFixture fixture;
        fixture_init_online(&fixture);
        fixture_feed(&fixture,
                     "<iq type='set' id='p%u' %s><query xmlns='jabber:iq:roster'>%s</query></iq>",
                     i, cases[i].from, cases[i].items);
        assert_has(fixture_sent(&fixture), cases[i].answer);
        assert_nothing_sent(&fixture);
        if (cases[i].counts)
            assert_has(fixture_event(&fixture), "roster-item a@b.example/");
        assert_no_event(&fixture);
        fixture_clear(&fixture);
    }
}

static void
test_requests(void)
{
    StreamFixture fixture;
    g_autoptr(Jid) jid = jid_new("juliet@capulet.example/x", NULL);
    char *groups[] = { (char *) "Friends & co", (char *) "Loved", NULL };
    const XmppRosterItem item = { .jid = jid, .name = (char *) "Ju<li>et", .groups = groups };

    fixture_init_online(&fixture);
    roster_request_set(fixture.stream, &item, NULL, NULL);
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "type=\"set\"");
    assert_has(xml, "jid=\"juliet@capulet.example\"");
    assert_has(xml, "name=\"Ju&lt;li&gt;et\"");
    assert_has(xml, "<group>Friends &amp; co</group><group>Loved</group>");
    roster_request_remove(fixture.stream, jid, NULL, NULL);
    assert_has(fixture_sent(&fixture), "subscription=\"remove\"");
    fixture_clear(&fixture);
}

/* Ten thousand contacts. */
static void
test_large(void)
{
    StreamFixture fixture;
    g_autofree char *id = bind_with_version(&fixture, NULL);
    GString *xml = g_string_new(NULL);

    g_string_append_printf(xml, "<iq type='result' id='%s'><query xmlns='jabber:iq:roster'>", id);
    for (guint i = 0; i < 10000; i++)
        g_string_append_printf(
            xml,
            "<item jid='contact%u@example.org' name='Contact %u' subscription='both'><group>G%u</group></item>",
            i, i, i % 20);
    g_string_append(xml, "</query></iq>");
    g_assert_true(stream_feed(fixture.stream, xml->str));
    assert_has(fixture_event(&fixture),
               "roster 10000 contact0@example.org/3 name=Contact 0 group=G0");
    g_string_free(xml, TRUE);
    fixture_clear(&fixture);
}

static void
test_copy(void)
{
    g_autoptr(Jid) jid = jid_new("juliet@capulet.example", NULL);
    char *groups[] = { (char *) "Friends", NULL };
    const XmppRosterItem item = { .jid = jid,
                                  .name = (char *) "J",
                                  .groups = groups,
                                  .subscription = SUBSCRIPTION_TO,
                                  .ask = true };
    XmppRosterItem *copy = roster_item_copy(&item);

    g_assert_true(jid_equal(copy->jid, jid));
    g_assert_cmpstr(copy->name, ==, "J");
    g_assert_cmpstr(copy->groups[0], ==, "Friends");
    g_assert_cmpint(copy->subscription, ==, SUBSCRIPTION_TO);
    g_assert_true(copy->ask);
    roster_item_free(copy);
    roster_item_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/roster/whole-roster", test_whole_roster);
    g_test_add_func("/xmpp/roster/versions", test_versions);
    g_test_add_func("/xmpp/roster/refused", test_refused);
    g_test_add_func("/xmpp/roster/pushes", test_pushes);
    g_test_add_func("/xmpp/roster/requests", test_requests);
    g_test_add_func("/xmpp/roster/large", test_large);
    g_test_add_func("/xmpp/roster/copy", test_copy);
    return g_test_run();
}
