/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/resumption.h"

#include <string.h>

#include "stream_fixture.h"
#include "xmpp/stream_parts.h"

static void
say(StreamFixture *fixture, const char *id)
{
    g_autoptr(Jid) to = jid_new("juliet@capulet.example", NULL);
    const XmppMessage message = {
        .to = to, .id = (char *) id, .type = XMPP_MESSAGE_CHAT, .body = (char *) "x"
    };

    g_assert_true(message_stanza_send(fixture->stream, &message));
}

static void
enable(StreamFixture *fixture)
{
    stream_send_nonza(fixture->stream,
                      resumption_make_enable(stream_resumption(fixture->stream)));
}

/* Online with stream management; the count of stanzas sent is 0. */
static void
init_with_management(StreamFixture *fixture)
{
    fixture_init_online(fixture);
    stream_feed_enabled(fixture->stream, "<enabled xmlns='urn:xmpp:sm:3'/>");
    g_autofree char *enable = g_strdup(fixture_sent(fixture));
    assert_has(enable, "<enable ");
    assert_has(enable, "resume=\"true\"");
}

static void
test_counts(void)
{
    StreamFixture fixture;

    init_with_management(&fixture);
    say(&fixture, "m1");
    say(&fixture, "m2");
    fixture_turn();
    g_assert_cmpuint(fixture.sent->len, ==, 3); /* one question for both */
    g_assert_cmpstr(fixture.sent->pdata[2], ==, "<r xmlns=\"urn:xmpp:sm:3\"/>");
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "acknowledged m1");
    assert_no_event(&fixture);
    fixture_turn();
    assert_has(fixture_sent(&fixture), "<r "); /* m2 is still open */
    say(&fixture, "m3");
    fixture_turn();
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='3'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "acknowledged m2");
    g_assert_cmpstr(fixture_event(&fixture), ==, "acknowledged m3");
    assert_no_event(&fixture);
    fixture_turn();
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* Stanzas sent between <enable/> and <enabled/> count; the question waits (XEP-0198 §3). */
static void
test_sent_before_enabled(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    enable(&fixture);
    say(&fixture, "m1");
    fixture_turn();
    fixture_forget(&fixture);
    assert_nothing_sent(&fixture);
    fixture_feed(&fixture, "<enabled xmlns='urn:xmpp:sm:3'/>");
    fixture_turn();
    assert_has(fixture_sent(&fixture), "<r ");
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "acknowledged m1");
    fixture_clear(&fixture);
}

/* Where the server has no stream management, or refuses it, one ping behind the messages does it.
 */
static void
test_ping_instead(void)
{
    for (guint refused = 0; refused < 2; refused++) {
        StreamFixture fixture;
        fixture_init_online(&fixture);
        if (refused) {
            enable(&fixture);
            fixture_feed(&fixture, "<failed xmlns='urn:xmpp:sm:3'><unexpected-request "
                                   "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
            fixture_forget(&fixture);
        }
        say(&fixture, "m1");
        say(&fixture, "m2");
        fixture_turn();
        g_assert_cmpuint(fixture.sent->len, ==, 3);
        g_autofree char *id = fixture_attribute(fixture.sent->pdata[2], "id");
        assert_has(fixture.sent->pdata[2], "urn:xmpp:ping");
        say(&fixture, "m3"); /* after the question: not part of the answer */
        fixture_turn();
        fixture_forget(&fixture);
        fixture_feed(&fixture, "<iq type='error' id='%s' from='montague.example'/>", id);
        g_assert_cmpstr(fixture_event(&fixture), ==, "acknowledged m1");
        g_assert_cmpstr(fixture_event(&fixture), ==, "acknowledged m2");
        assert_no_event(&fixture);
        fixture_turn();
        g_autofree char *second = fixture_attribute(fixture_sent(&fixture), "id");
        fixture_feed(&fixture, "<iq type='result' id='%s' from='mallory@evil.example'/>",
                     second); /* I13 */
        assert_no_event(&fixture);
        fixture_feed(&fixture, "<iq type='result' id='%s' from='montague.example'/>", second);
        g_assert_cmpstr(fixture_event(&fixture), ==, "acknowledged m3");
        fixture_clear(&fixture);
    }
}

static void
test_answers_the_server(void)
{
    StreamFixture fixture;

    init_with_management(&fixture);
    fixture_feed(&fixture, "<r xmlns='urn:xmpp:sm:3'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "ack-wanted 0");
    fixture_turn();
    assert_nothing_sent(&fixture); /* not before it is safe here (I24) */
    stream_acknowledge(fixture.stream, 0);
    fixture_turn();
    assert_has(fixture_sent(&fixture), "h=\"0\"");
    fixture_feed(&fixture, "<message from='a@b.example'><body>1</body></message>");
    fixture_feed(&fixture, "<presence from='a@b.example/c'/>");
    fixture_feed(&fixture, "<iq type='result' id='nobody'/>");
    fixture_feed(&fixture, "<message from='@'/>"); /* handled, though of no use */
    fixture_feed(&fixture, "<unknown xmlns='urn:example'/>");
    fixture_feed(&fixture, "<message xmlns='jabber:server'/>");
    fixture_feed(&fixture, "<r xmlns='urn:xmpp:sm:3'/>");
    g_assert_cmpuint(stream_received_number(fixture.stream), ==, 4);
    stream_acknowledge(fixture.stream, 5); /* nothing like that has arrived */
    fixture_turn();
    assert_nothing_sent(&fixture);
    stream_acknowledge(fixture.stream, 2);
    stream_acknowledge(fixture.stream, 3);
    fixture_turn();
    assert_has(fixture_sent(&fixture), "h=\"3\"");
    assert_nothing_sent(&fixture);
    stream_acknowledge(fixture.stream, 2);
    stream_acknowledge(fixture.stream, 4);
    fixture_turn();
    assert_has(fixture_sent(&fixture), "h=\"4\"");
    stream_acknowledge(fixture.stream, 4); /* answered */
    fixture_turn();
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

static void
test_nonsense(void)
{
    static const char *const harmless[] = {
        "<a xmlns='urn:xmpp:sm:3'/>",
        "<a xmlns='urn:xmpp:sm:3' h=''/>",
        "<a xmlns='urn:xmpp:sm:3' h='-1'/>",
        "<a xmlns='urn:xmpp:sm:3' h='one'/>",
        "<a xmlns='urn:xmpp:sm:3' h='4294967296'/>",
        "<a xmlns='urn:xmpp:sm:2' h='1'/>",
        "<resumed xmlns='urn:xmpp:sm:3' h='1'/>",
        "<enabled xmlns='urn:xmpp:sm:3'/>",
        "<failed xmlns='urn:xmpp:sm:3'/>",
        "<a xmlns='urn:xmpp:sm:3' h='0'/>",
    };
    StreamFixture fixture;

    init_with_management(&fixture);
    say(&fixture, "m1");
    fixture_turn();
    fixture_forget(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(harmless); i++)
        fixture_feed(&fixture, "%s", harmless[i]);
    assert_no_event(&fixture);
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "acknowledged m1");
    fixture_clear(&fixture);

    /* without stream management nothing in its namespace counts */
    fixture_init_online(&fixture);
    say(&fixture, "m1");
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
    fixture_feed(&fixture, "<enabled xmlns='urn:xmpp:sm:3'/>");
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
    fixture_feed(&fixture, "<r xmlns='urn:xmpp:sm:3'/>");
    assert_no_event(&fixture);
    fixture_clear(&fixture);
}

/* XEP-0198 §4: more acknowledged than sent, and counts that run backwards. */
static void
test_impossible_counts(void)
{
    static const char *const counts[] = { "3", "4294967295", "0" };

    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        StreamFixture fixture;
        init_with_management(&fixture);
        say(&fixture, "m1");
        say(&fixture, "m2");
        fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
        fixture_event(&fixture);
        fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='%s'/>", counts[i]);
        assert_has(fixture_event(&fixture),
                   "closed network error=the server acknowledged more than was sent");
        assert_no_event(&fixture);
        fixture_clear(&fixture);
    }
}

/* The last word before the end, or the server would deliver again what has arrived. */
static void
test_last_word(void)
{
    StreamFixture fixture;

    init_with_management(&fixture);
    fixture_feed(&fixture, "<message from='a@b.example'><body>1</body></message>");
    fixture_feed(&fixture, "<message from='a@b.example'><body>2</body></message>");
    fixture_forget(&fixture);
    stream_acknowledge(fixture.stream, 1);
    stream_disconnect(fixture.stream, NULL);
    assert_has(fixture_sent(&fixture), "unavailable");
    const char *last = fixture_sent(&fixture);
    assert_has(last, "<a ");
    assert_has(last, "h=\"1\"");
    g_assert_cmpstr(fixture_sent(&fixture), ==, "</stream:stream>");
    fixture_clear(&fixture);
}

static void
test_new_session_forgets(void)
{
    StreamFixture fixture;
    g_autoptr(Jid) bare = jid_new("romeo@montague.example", NULL);
    g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);
    const XmppStreamConfig config = { .jid = bare };

    init_with_management(&fixture);
    say(&fixture, "m1");
    stream_feed_close(fixture.stream, NULL);
    stream_connect(fixture.stream, &config);
    stream_feed_bound(fixture.stream, full);
    fixture_turn();
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='1'/>");
    assert_no_event(&fixture);
    fixture_clear(&fixture);
}

static void
test_many(void)
{
    StreamFixture fixture;

    init_with_management(&fixture);
    for (guint i = 0; i < 10000; i++) {
        g_autofree char *id = g_strdup_printf("m%u", i);
        say(&fixture, id);
    }
    fixture_turn();
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='10000'/>");
    g_assert_cmpuint(fixture.events->len, ==, 10000);
    for (guint i = 0; i < 10000; i++) {
        g_autofree char *event = g_strdup_printf("acknowledged m%u", i);
        g_assert_cmpstr(fixture.events->pdata[i], ==, event);
    }
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/resumption/counts", test_counts);
    g_test_add_func("/xmpp/resumption/sent-before-enabled", test_sent_before_enabled);
    g_test_add_func("/xmpp/resumption/ping-instead", test_ping_instead);
    g_test_add_func("/xmpp/resumption/answers-the-server", test_answers_the_server);
    g_test_add_func("/xmpp/resumption/nonsense", test_nonsense);
    g_test_add_func("/xmpp/resumption/impossible-counts", test_impossible_counts);
    g_test_add_func("/xmpp/resumption/last-word", test_last_word);
    g_test_add_func("/xmpp/resumption/new-session-forgets", test_new_session_forgets);
    g_test_add_func("/xmpp/resumption/many", test_many);
    return g_test_run();
}
