/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "stream_fixture.h"
#include "xmpp/iq.h"
#include "xmpp/presence.h"

static void
connect_romeo(StreamFixture *fixture)
{
    g_autoptr(Jid) bare = jid_new("romeo@montague.example", NULL);
    const XmppStreamConfig config = { .jid = bare, .password = "x" };

    stream_connect(fixture->stream, &config);
}

static void
bind_romeo(StreamFixture *fixture)
{
    g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);

    stream_feed_bound(fixture->stream, full);
}

static void
test_bound(void)
{
    StreamFixture fixture;

    fixture_init(&fixture);
    g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_OFFLINE);
    g_assert_null(stream_jid(fixture.stream));
    connect_romeo(&fixture);
    assert_no_event(&fixture); /* never from inside */
    g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_OPENING);
    g_assert_cmpstr(jid_text(stream_own_bare(fixture.stream)), ==, "romeo@montague.example");
    assert_has(fixture_sent(&fixture), "<stream:stream to='montague.example' version='1.0'");
    fixture_turn();
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase opening");

    bind_romeo(&fixture);
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    g_assert_cmpstr(fixture_event(&fixture), ==, "bound romeo@montague.example/orchard");
    assert_no_event(&fixture);
    assert_has(fixture_sent(&fixture),
               "jabber:iq:roster"); /* before any presence (RFC 6121 §2.2) */
    assert_has(fixture_sent(&fixture), "urn:xmpp:carbons:2");
    assert_has(fixture_sent(&fixture), "urn:xmpp:mds:displayed:0");
    assert_nothing_sent(&fixture);
    g_assert_cmpstr(jid_text(stream_jid(fixture.stream)), ==, "romeo@montague.example/orchard");
    fixture_clear(&fixture);
}

static void
test_disconnect_says_goodbye(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    stream_disconnect(fixture.stream, "good night <&>");
    g_assert_cmpstr(
        fixture_sent(&fixture), ==,
        "<presence type=\"unavailable\"><status>good night &lt;&amp;&gt;</status></presence>");
    g_assert_cmpstr(fixture_sent(&fixture), ==, "</stream:stream>");
    assert_no_event(&fixture); /* from the loop */
    g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_OFFLINE);
    g_assert_false(presence_send(fixture.stream, NULL, PRESENCE_ONLINE, NULL, 0));
    fixture_turn();
    g_assert_cmpstr(fixture_event(&fixture), ==, "closed user");
    stream_disconnect(fixture.stream, NULL);
    fixture_turn();
    assert_no_event(&fixture); /* once */
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

static void
test_lost_and_connected_again(void)
{
    StreamFixture fixture;
    g_autoptr(GError) error =
        g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, "the cable: put it back");

    fixture_init_online(&fixture);
    stream_feed_close(fixture.stream, error);
    g_assert_cmpstr(fixture_event(&fixture), ==, "closed network error=the cable: put it back");
    stream_feed_close(fixture.stream, error);
    assert_no_event(&fixture);
    g_assert_false(stream_feed(fixture.stream,
                               "<message from='a@b.example'><body>late</body></message>"));
    connect_romeo(&fixture);
    bind_romeo(&fixture);
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<message from='a@b.example'><body>hi</body></message>");
    assert_has(fixture_event(&fixture), "body=hi");
    fixture_clear(&fixture);
}

static void
reconnect_when_closed(const XmppEvent *event, gpointer data)
{
    if (event->type == XMPP_EVENT_CLOSED)
        connect_romeo(data);
}

/* The core may connect anew from inside the very event: delivery must not nest. */
static void
test_connect_inside_closed(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    fixture.on_event = reconnect_when_closed;
    fixture.data = &fixture;
    stream_feed_close(fixture.stream, NULL);
    assert_has(fixture_event(&fixture), "closed network");
    g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_OPENING);
    fixture.on_event = NULL;
    fixture_turn();
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase opening");
    fixture_clear(&fixture);
}

static void
free_at_message(const XmppEvent *event, gpointer data)
{
    StreamFixture *fixture = data;

    if (event->type == XMPP_EVENT_MESSAGE)
        g_clear_pointer(&fixture->stream, stream_free);
}

static void
count_end(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
          const GError *error, gpointer data)
{
    g_assert_null(answer);
    g_assert_nonnull(error);
    (*(guint *) data)++;
}

/* Freed in the middle of a delivery, with a request pending: it still ends. */
static void
test_free_inside_event(void)
{
    StreamFixture fixture;
    guint ended = 0;

    fixture_init_online(&fixture);
    fixture.on_event = free_at_message;
    fixture.data = &fixture;
    iq_request(fixture.stream, NULL, iq_new(fixture.stream, "get", "query", "urn:example", NULL),
               count_end, &ended);
    XmppStream *stream = fixture.stream;
    stream_feed(stream, "<message from='a@b.example'><body>hi</body></message>");
    g_assert_null(fixture.stream);
    g_assert_cmpuint(ended, ==, 1);
    fixture_clear(&fixture);
}

static void
disconnect_at_message(const XmppEvent *event, gpointer data)
{
    if (event->type == XMPP_EVENT_MESSAGE)
        stream_disconnect(event->stream, NULL);
}

static void
test_disconnect_inside_event(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    fixture.on_event = disconnect_at_message;
    fixture_feed(&fixture, "<message from='a@b.example'><body>hi</body></message>");
    assert_has(fixture_event(&fixture), "body=hi");
    g_assert_cmpstr(fixture_event(&fixture), ==, "closed user");
    fixture_clear(&fixture);
}

static void
test_stream_errors(void)
{
    static const struct {
        const char *xml, *event;
    } cases[] = {
        /* I8: not fought */
        { "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>",
          "closed server fatal error=another client took over this session: choose another resource, then /connect" },
        { "<system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text "
          "xmlns='urn:ietf:params:xml:ns:xmpp-streams'>back in \x1b[31m5</text>",
          NULL },
        { "<reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>new "
          "keys</text>",
          "closed server error=the server wants the session to be opened anew (new keys)" },
        /* I3: told, never followed */
        { "<see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>evil.example:5222</see-other-host>",
          "closed server fatal error=the server sends you to evil.example:5222: if you trust it, set it as the account's "
          "`server`" },
        { "<surprise xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", "closed server error=surprise" },
        { "<conflict xmlns='urn:example:other'/>",
          "closed server error=the server ended the session without a known reason" },
        { "", "closed server error=the server ended the session without a known reason" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        StreamFixture fixture;
        g_autofree char *xml = g_strdup_printf("<stream:error>%s</stream:error>", cases[i].xml);
        fixture_init_online(&fixture);
        const bool fed = stream_feed(fixture.stream, xml);
        if (cases[i].event)
            g_assert_cmpstr(fixture_event(&fixture), ==, cases[i].event);
        else
            g_assert_false(fed); /* ESC cannot be in XML at all */
        g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_OFFLINE);
        fixture_clear(&fixture);
    }
}

/* I7 */
static void
test_malformed(void)
{
    static const char *const bad[] = {
        "<message from='a@b.example'><body>half",
        "<message from='a@b.example'><body>x</message>",
        "<message from='a@b.example'><body>&nbsp;</body></message>",
        "<message from='a@b.example' from='c@d.example'><body>x</body></message>",
        "<message from='a@b.example'><body>\xff\xfe</body></message>",
        "<message from='a@b.example'><x:body>x</x:body></message>",
        "<message from='a@b.example'><body>\x01</body></message>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><message/>",
        "<message><?php evil ?></message>",
        "<!-- hidden --><message/>",
        "just text",
        "</stream:stream>",
    };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        StreamFixture fixture;
        fixture_init_online(&fixture);
        g_assert_false(stream_feed(fixture.stream, bad[i]));
        assert_has(fixture_event(&fixture), "closed network error=");
        assert_no_event(&fixture); /* nothing of it was shown */
        fixture_clear(&fixture);
    }
}

/* I9 */
static void
test_stanza_too_large(void)
{
    g_autoptr(Jid) bare = jid_new("romeo@montague.example", NULL);
    g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);
    const XmppStreamConfig config = { .jid = bare, .stanza_limit = 10000 };
    g_autofree char *word = g_strnfill(9900, 'w');
    g_autofree char *fits =
        g_strdup_printf("<message from='a@b.example'><body>%s</body></message>", word);
    g_autofree char *large =
        g_strdup_printf("<message from='a@b.example'><body>%s%s</body></message>", word, word);
    StreamFixture fixture;

    fixture_init(&fixture);
    stream_connect(fixture.stream, &config);
    stream_feed_bound(fixture.stream, full);
    fixture_turn();
    fixture_forget(&fixture);
    g_assert_true(stream_feed(fixture.stream, fits));
    assert_has(fixture_event(&fixture), "wwww");
    g_assert_false(stream_feed(fixture.stream, large));
    g_assert_cmpstr(
        fixture_sent(&fixture), ==,
        "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
    assert_has(fixture_event(&fixture), "too large");
    fixture_clear(&fixture);
}

/* I7: 256 levels are read, 257 are not. */
static void
test_depth(void)
{
    for (guint depth = 256; depth <= 257; depth++) {
        StreamFixture fixture;
        GString *xml = g_string_new("<message from='a@b.example'><body>deep</body>");
        fixture_init_online(&fixture);
        for (guint i = 1; i < depth; i++)
            g_string_append(xml, "<a xmlns='urn:example'>");
        for (guint i = 1; i < depth; i++)
            g_string_append(xml, "</a>");
        g_string_append(xml, "</message>");
        g_assert_cmpint(stream_feed(fixture.stream, xml->str), ==, depth == 256);
        assert_has(fixture_event(&fixture), depth == 256 ? "body=deep" : "nested too deeply");
        g_string_free(xml, TRUE);
        fixture_clear(&fixture);
    }
}

/* I6: a name alone does not make a stanza. */
static void
test_foreign_namespaces(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    fixture_feed(&fixture,
                 "<message xmlns='jabber:server' from='a@b.example'><body>x</body></message>");
    fixture_feed(&fixture, "<error xmlns='urn:example'/>");
    fixture_feed(&fixture,
                 "<iq xmlns='urn:example' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
    fixture_feed(&fixture, "<body>x</body>");
    fixture_feed(&fixture, "<stream:features/>");
    fixture_feed(&fixture, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    assert_no_event(&fixture);
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

static void
test_ids(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < 1000; i++) {
        char *id = stream_new_id();
        g_assert_cmpuint(strlen(id), ==, 32); /* I13: 128 bits */
        g_assert_true(g_hash_table_add(seen, id));
    }
}

/* One byte that XML forbids would make the server end the stream. */
static void
test_outgoing_text_is_sendable(void)
{
    StreamFixture fixture;
    g_autoptr(Jid) to = jid_new("juliet@capulet.example", NULL);
    XmppMessage message = { .to = to, .id = (char *) "1", .type = XMPP_MESSAGE_CHAT };

    fixture_init_online(&fixture);
    message.body = (char *) "a\x1b[0m\x07 \xff <b/> & \"\xef\xbf\xbe\" \tz\n";
    g_assert_true(message_stanza_send(fixture.stream, &message));
    assert_has(
        fixture_sent(&fixture),
        "<body>a\xef\xbf\xbd[0m\xef\xbf\xbd \xef\xbf\xbd &lt;b/&gt; &amp; &quot;\xef\xbf\xbd&quot; \tz\n</body>");
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/stream/bound", test_bound);
    g_test_add_func("/xmpp/stream/disconnect-says-goodbye", test_disconnect_says_goodbye);
    g_test_add_func("/xmpp/stream/lost-and-connected-again", test_lost_and_connected_again);
    g_test_add_func("/xmpp/stream/connect-inside-closed", test_connect_inside_closed);
    g_test_add_func("/xmpp/stream/free-inside-event", test_free_inside_event);
    g_test_add_func("/xmpp/stream/disconnect-inside-event", test_disconnect_inside_event);
    g_test_add_func("/xmpp/stream/stream-errors", test_stream_errors);
    g_test_add_func("/xmpp/stream/malformed", test_malformed);
    g_test_add_func("/xmpp/stream/stanza-too-large", test_stanza_too_large);
    g_test_add_func("/xmpp/stream/depth", test_depth);
    g_test_add_func("/xmpp/stream/foreign-namespaces", test_foreign_namespaces);
    g_test_add_func("/xmpp/stream/ids", test_ids);
    g_test_add_func("/xmpp/stream/outgoing-text-is-sendable", test_outgoing_text_is_sendable);
    return g_test_run();
}
