/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/message_stanza.h"

#include <string.h>

#include "stream_fixture.h"

/* What arrives, and the one event it makes; "" means none. */
static void
check_incoming(const char *xml, const char *event)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    fixture_feed(&fixture, "%s", xml);
    g_assert_cmpstr(fixture_event(&fixture), ==, event);
    assert_no_event(&fixture);
    assert_nothing_sent(&fixture); /* I15: a message is never answered by this layer */
    fixture_clear(&fixture);
}

static void
test_types(void)
{
    check_incoming(
        "<message from='juliet@capulet.example/b' to='romeo@montague.example' type='chat' id='1'><body>Art thou "
        "not Romeo?</body><thread>t1</thread></message>",
        "message from=juliet@capulet.example/b to=romeo@montague.example type=chat id=1 body=Art thou not Romeo? "
        "thread=t1");
    check_incoming(
        "<message from='j@c.example' to='romeo@montague.example'><body>x</body></message>",
        "message from=j@c.example to=romeo@montague.example type=normal body=x");
    check_incoming(
        "<message from='j@c.example' to='romeo@montague.example' type='new'><body>x</body></message>",
        "message from=j@c.example to=romeo@montague.example type=normal body=x");
    check_incoming(
        "<message from='room@c.example/nick' type='groupchat'><subject>s</subject></message>",
        "message from=room@c.example/nick to=romeo@montague.example/orchard type=groupchat subject=s");
    check_incoming("<message type='headline'><body>from the server</body></message>",
                   "message to=romeo@montague.example/orchard type=headline body=from the server");
}

/* I6 */
static void
test_body_is_the_first_in_its_namespace(void)
{
    check_incoming(
        "<message from='j@c.example' to='r@m.example'><html xmlns='urn:x'><body>html</body></html>"
        "<body xmlns='urn:other'>wrong</body><body>right</body><body>second</body></message>",
        "message from=j@c.example to=r@m.example type=normal body=right");
    check_incoming("<message from='j@c.example' to='r@m.example'><body/></message>",
                   "message from=j@c.example to=r@m.example type=normal body=");
    check_incoming(
        "<message from='j@c.example' to='r@m.example'><body>a<b xmlns='urn:x'>bold</b>c</body></message>",
        "message from=j@c.example to=r@m.example type=normal body=ac");
    check_incoming(
        "<message from='j@c.example' to='r@m.example'><body><![CDATA[<&]]>&amp;\n</body></message>",
        "message from=j@c.example to=r@m.example type=normal body=<&&\n");
}

/* I6 */
static void
test_bad_addresses(void)
{
    check_incoming("<message from='@' to='r@m.example'><body>x</body></message>", "");
    check_incoming("<message from='' to='r@m.example'><body>x</body></message>", "");
    check_incoming("<message from='a@b@c' to='r@m.example'><body>x</body></message>", "");
    check_incoming("<message from='j@c.example' to='/'><body>x</body></message>", "");
    check_incoming(
        "<message from='j\xe2\x80\xae@c.example' to='r@m.example'><body>x</body></message>", "");
}

static void
test_errors(void)
{
    check_incoming(
        "<message from='j@c.example' to='r@m.example' type='error' id='7'><body>echo</body>"
        "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
        "message from=j@c.example to=r@m.example type=error id=7 body=echo error=cancel/service-unavailable");
    check_incoming(
        "<message from='j@c.example' to='r@m.example' type='error'/>",
        "message from=j@c.example to=r@m.example type=error error=?/undefined-condition");
}

/* XEP-0203 with I14: only the own server, the account, or the sender may say when. */
static void
test_delay(void)
{
    static const struct {
        const char *delay, *event;
    } cases[] = {
        { "<delay xmlns='urn:xmpp:delay' from='montague.example' stamp='2002-09-10T23:08:25Z'/>",
          " delay=2002-09-10T23:08:25.000Z delay-from=montague.example" },
        { "<delay xmlns='urn:xmpp:delay' from='romeo@montague.example' stamp='2002-09-10T23:08:25Z'/>",
          " delay=2002-09-10T23:08:25.000Z delay-from=romeo@montague.example" },
        { "<delay xmlns='urn:xmpp:delay' from='j@c.example/other' stamp='2002-09-10T23:08:25.5Z'/>",
          " delay=2002-09-10T23:08:25.500Z delay-from=j@c.example/other" },
        { "<delay xmlns='urn:xmpp:delay' from='c.example' stamp='2002-09-10T23:08:25Z'/>",
          " delay=2002-09-10T23:08:25.000Z delay-from=c.example" },
        { "<delay xmlns='urn:xmpp:delay' stamp='2002-09-10T23:08:25Z'/>",
          " delay=2002-09-10T23:08:25.000Z" },
        { "<delay xmlns='urn:xmpp:delay' from='mallory@evil.example' stamp='2002-09-10T23:08:25Z'/>",
          "" },
        { "<delay xmlns='urn:xmpp:delay' from='evil.example' stamp='2002-09-10T23:08:25Z'/>", "" },
        { "<delay xmlns='urn:xmpp:delay' from='@' stamp='2002-09-10T23:08:25Z'/>", "" },
        { "<delay xmlns='urn:xmpp:delay' from='montague.example' stamp='yesterday'/>", "" },
        { "<delay xmlns='urn:xmpp:delay' from='montague.example' stamp='2002-13-40T23:08:25Z'/>",
          "" },
        { "<delay xmlns='urn:xmpp:delay' from='montague.example' stamp='9000-01-01T00:00:00Z'/>",
          "" },
        { "<delay xmlns='urn:xmpp:delay' from='montague.example'/>", "" },
        { "<delay xmlns='urn:other' from='montague.example' stamp='2002-09-10T23:08:25Z'/>", "" },
        { "<x xmlns='jabber:x:delay' from='montague.example' stamp='20020910T23:08:25'/>",
          "" }, /* XEP-0091 is dead */
        /* the own server's word counts more than the sender's, wherever it stands */
        { "<delay xmlns='urn:xmpp:delay' from='j@c.example' stamp='1999-01-01T00:00:00Z'/>"
          "<delay xmlns='urn:xmpp:delay' from='montague.example' stamp='2002-09-10T23:08:25Z'/>",
          " delay=2002-09-10T23:08:25.000Z delay-from=montague.example" },
        { "<delay xmlns='urn:xmpp:delay' from='mallory@evil.example' stamp='1999-01-01T00:00:00Z'/>"
          "<delay xmlns='urn:xmpp:delay' from='j@c.example' stamp='2002-09-10T23:08:25Z'/>",
          " delay=2002-09-10T23:08:25.000Z delay-from=j@c.example" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *xml = g_strdup_printf(
            "<message from='j@c.example/x' to='r@m.example'><body>b</body>%s</message>",
            cases[i].delay);
        g_autofree char *event =
            g_strdup_printf("message from=j@c.example/x to=r@m.example type=normal body=b%s",
                            cases[i].event);
        check_incoming(xml, event);
    }
}

static void
test_ids(void)
{
    check_incoming(
        "<message from='j@c.example' to='r@m.example'><origin-id xmlns='urn:xmpp:sid:0' id='o1'/>"
        "<stanza-id xmlns='urn:xmpp:sid:0' id='s1' by='r@m.example'/>"
        "<stanza-id xmlns='urn:xmpp:sid:0' id='s2' by='@'/>"
        "<stanza-id xmlns='urn:xmpp:sid:0' id='' by='r@m.example'/>"
        "<stanza-id xmlns='urn:xmpp:sid:0' by='r@m.example'/>"
        "<stanza-id xmlns='urn:xmpp:sid:0' id='s3'/>"
        "<stanza-id xmlns='urn:other' id='s4' by='r@m.example'/></message>",
        "message from=j@c.example to=r@m.example type=normal origin=o1 id-by=r@m.example:s1");
}

/* I9 */
static void
test_many_ids(void)
{
    StreamFixture fixture;
    GString *xml = g_string_new("<message from='j@c.example' to='r@m.example'>");

    for (guint i = 0; i < 1000; i++)
        g_string_append_printf(xml, "<stanza-id xmlns='urn:xmpp:sid:0' id='s%u' by='r@m.example'/>",
                               i);
    g_string_append(xml, "</message>");
    fixture_init_online(&fixture);
    fixture_feed(&fixture, "%s", xml->str);
    const char *event = fixture_event(&fixture);
    assert_has(event, ":s15");
    g_assert_null(strstr(event, ":s16"));
    g_string_free(xml, TRUE);
    fixture_clear(&fixture);
}

static void
test_chat_states(void)
{
    static const char *const names[] = { "active", "composing", "paused", "inactive", "gone" };

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *xml = g_strdup_printf(
            "<message from='j@c.example' to='r@m.example' type='chat'><%s xmlns='http://jabber.org/protocol/chatstates'/></message>",
            names[i]);
        g_autofree char *event =
            g_strdup_printf("message from=j@c.example to=r@m.example type=chat state=%u", i + 1);
        check_incoming(xml, event);
    }
    check_incoming(
        "<message from='j@c.example' to='r@m.example' type='chat'><singing "
        "xmlns='http://jabber.org/protocol/chatstates'/><composing xmlns='urn:other'/></message>",
        "message from=j@c.example to=r@m.example type=chat");
}

static void
test_send(void)
{
    StreamFixture fixture;
    g_autoptr(Jid) to = jid_new("juliet@capulet.example/balcony", NULL);
    const XmppMessage message = {
        .to = to,
        .id = (char *) "m1",
        .type = XMPP_MESSAGE_CHAT,
        .body = (char *) "It is my lady, O <it> is my love & \"so\"",
        .thread = (char *) "t1",
        .origin_id = (char *) "m1",
        .chat_state = CHAT_STATE_ACTIVE,
    };

    fixture_init_online(&fixture);
    g_assert_true(message_stanza_send(fixture.stream, &message));
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "<message ");
    assert_has(xml, " to=\"juliet@capulet.example/balcony\"");
    assert_has(xml, " type=\"chat\"");
    assert_has(xml, " id=\"m1\"");
    assert_has(
        xml,
        "<body>It is my lady, O &lt;it&gt; is my love &amp; &quot;so&quot;</body><thread>t1</thread>");
    assert_has(xml, "<active xmlns=\"http://jabber.org/protocol/chatstates\"/>");
    g_autofree char *origin = g_strdup(strstr(xml, "<origin-id "));
    assert_has(origin, "xmlns=\"urn:xmpp:sid:0\"");
    assert_has(origin, "id=\"m1\"");
    assert_nothing_sent(&fixture);
    stream_disconnect(fixture.stream, NULL);
    fixture_forget(&fixture);
    g_assert_false(message_stanza_send(fixture.stream, &message));
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* What we send is what another confab reads. */
static void
test_round_trip(void)
{
    StreamFixture fixture;
    g_autoptr(Jid) to = jid_new("romeo@montague.example/orchard", NULL);
    const XmppMessage message = {
        .to = to,
        .id = (char *) "m2",
        .type = XMPP_MESSAGE_CHAT,
        .body = (char *) "äöü 漢字 👩‍👩‍👧 ]]> %s\nsecond line\ttab",
        .subject = (char *) "s'ubject",
        .origin_id = (char *) "o\"2",
        .chat_state = CHAT_STATE_GONE,
    };

    fixture_init_online(&fixture);
    message_stanza_send(fixture.stream, &message);
    g_autofree char *xml = g_strdup(fixture_sent(&fixture));
    fixture_feed(&fixture, "%s", xml);
    g_assert_cmpstr(
        fixture_event(&fixture), ==,
        "message to=romeo@montague.example/orchard type=chat id=m2 body=äöü 漢字 👩‍👩‍👧 ]]> %s\nsecond "
        "line\ttab subject=s'ubject origin=o\"2 state=5");
    fixture_clear(&fixture);
}

/* A word of a megabyte passes (I9). */
static void
test_large_word(void)
{
    StreamFixture fixture;
    g_autofree char *word = g_strnfill(1024 * 1024, 'w');

    fixture_init_online(&fixture);
    fixture_feed(&fixture, "<message from='j@c.example'><body>%s</body></message>", word);
    g_assert_cmpuint(strlen(fixture_event(&fixture)), >, 1024 * 1024);
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/message-stanza/types", test_types);
    g_test_add_func("/xmpp/message-stanza/body-is-the-first-in-its-namespace",
                    test_body_is_the_first_in_its_namespace);
    g_test_add_func("/xmpp/message-stanza/bad-addresses", test_bad_addresses);
    g_test_add_func("/xmpp/message-stanza/errors", test_errors);
    g_test_add_func("/xmpp/delay/who-may-say-when", test_delay);
    g_test_add_func("/xmpp/stanza-id/ids", test_ids);
    g_test_add_func("/xmpp/stanza-id/many-ids", test_many_ids);
    g_test_add_func("/xmpp/chatstates/decode", test_chat_states);
    g_test_add_func("/xmpp/message-stanza/send", test_send);
    g_test_add_func("/xmpp/message-stanza/round-trip", test_round_trip);
    g_test_add_func("/xmpp/message-stanza/large-word", test_large_word);
    return g_test_run();
}
