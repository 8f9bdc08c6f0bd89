/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/resumption.h"

#include <string.h>

#include "stream_fixture.h"
#include "support/fake_resolver.h"
#include "support/server.h"
#include "xmpp/iq.h"
#include "xmpp/stream_parts.h"

#define ENABLED "<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true'/>"
#define RESUMED(h) "<resumed xmlns='urn:xmpp:sm:3' previd='s1' h='" h "'/>"
#define BIND_NS "urn:ietf:params:xml:ns:xmpp-bind"
#define FEATURES "<stream:features><bind xmlns='" BIND_NS "'/><sm xmlns='urn:xmpp:sm:3'/></stream:features>"

static void
say(StreamFixture *fixture, const char *id)
{
    g_autoptr(Jid) to = jid_new("juliet@capulet.example", NULL);
    const XmppMessage message = { .to = to, .id = (char *) id, .type = XMPP_MESSAGE_CHAT, .body = (char *) "x" };

    g_assert_true(message_stanza_send(fixture->stream, &message));
}

static void
enable(StreamFixture *fixture)
{
    stream_send_nonza(fixture->stream, resumption_make_enable(stream_resumption(fixture->stream)));
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
        fixture_feed(&fixture, "<iq type='result' id='%s' from='mallory@evil.example'/>", second); /* I13 */
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
        assert_has(fixture_event(&fixture), "closed network error=the server acknowledged more than was sent");
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

/* --- resuming --- */

/* Online with a session that can be resumed; the count of stanzas sent is 0. */
static void
init_resumable(StreamFixture *fixture, const char *enabled)
{
    fixture_init_online(fixture);
    stream_feed_enabled(fixture->stream, enabled);
    g_assert_cmpstr(fixture_event(fixture), ==, "resume-state");
    fixture_forget(fixture);
}

static void
cut(StreamFixture *fixture)
{
    stream_feed_close(fixture->stream, NULL);
    fixture_turn();
}

static void
reconnect_with(StreamFixture *fixture, const XmppResumeState *state)
{
    g_autoptr(Jid) jid = jid_new("romeo@montague.example", NULL);
    const XmppStreamConfig config = { .jid = jid, .password = "r0m30", .resume = state };

    stream_connect(fixture->stream, &config);
    fixture_turn();
    fixture_forget(fixture);
}

/* Cut, connected again, and the login is done: what is sent next is the answer to the features. */
static void
log_in(StreamFixture *fixture, const XmppResumeState *state)
{
    reconnect_with(fixture, state);
    fixture_feed(fixture, "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                          "<mechanism>PLAIN</mechanism></mechanisms></stream:features>");
    assert_has(fixture_sent(fixture), "<auth ");
    fixture_feed(fixture, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    fixture_forget(fixture);
    fixture_feed(fixture, FEATURES);
}

/* The next thing sent is the message with this id. */
static void
assert_said(StreamFixture *fixture, const char *id)
{
    const char *xml = fixture_sent(fixture);
    g_autofree char *sent = g_str_has_prefix(xml, "<message ") ? fixture_attribute(xml, "id") : NULL;

    if (g_strcmp0(sent, id) != 0)
        g_error("not the message %s: %s", id, xml);
}

static void
assert_acknowledged(StreamFixture *fixture, const char *id)
{
    g_autofree char *event = g_strconcat("acknowledged ", id, NULL);

    g_assert_cmpstr(fixture_event(fixture), ==, event);
}

/* Answers the request for a resource; the session is a new one. */
static void
answer_binding(StreamFixture *fixture, const char *enabled)
{
    g_autofree char *bind = g_strdup(fixture_sent(fixture));
    g_autofree char *id = fixture_attribute(bind, "id");

    assert_has(bind, BIND_NS);
    fixture_feed(fixture,
                 "<iq type='result' id='%s'><bind xmlns='" BIND_NS "'>"
                 "<jid>romeo@montague.example/orchard</jid></bind></iq>",
                 id);
    assert_has(fixture_sent(fixture), "<enable ");
    g_assert_cmpuint(stream_sent_number(fixture->stream), ==, fixture->sent->len);
    for (guint i = 0; i < fixture->sent->len; i++) /* the modules' questions: nothing of before */
        assert_has(fixture->sent->pdata[i], "<iq ");
    g_ptr_array_set_size(fixture->sent, 0);
    if (enabled)
        fixture_feed(fixture, "%s", enabled);
}

/* The whole of XEP-0198 §5 once: what the server has is acknowledged, the rest is sent again before
 * anything new. */
static void
say_when_resumed(const XmppEvent *event, gpointer data)
{
    if (event->type == XMPP_EVENT_RESUMED)
        say(data, "new");
}

static void
test_resumes(void)
{
    StreamFixture fixture;
    XmppResumeState state = { 0 };

    init_resumable(&fixture, ENABLED);
    fixture_feed(&fixture, "<message from='a@b.example'><body>1</body></message>");
    say(&fixture, "m1");
    say(&fixture, "m2");
    say(&fixture, "m3");
    g_assert_cmpuint(stream_sent_number(fixture.stream), ==, 3);
    g_assert_true(stream_resume_state(fixture.stream, &state));
    g_assert_cmpstr(state.id, ==, "s1");
    g_assert_cmpstr(state.jid, ==, "romeo@montague.example/orchard");
    g_assert_cmpuint(state.received, ==, 1);
    g_assert_cmpuint(state.sent, ==, 3);
    g_assert_cmpuint(state.acknowledged, ==, 0);
    fixture_forget(&fixture);
    cut(&fixture);
    assert_has(fixture_event(&fixture), "session=resumable");
    g_assert_true(stream_resume_state(fixture.stream, &state));

    /* without a connection nothing can be sent, now or later */
    const XmppMessage lost = { .id = (char *) "lost", .body = (char *) "x" };
    g_assert_false(message_stanza_send(fixture.stream, &lost));

    log_in(&fixture, NULL);
    const char *resume = fixture_sent(&fixture);
    assert_has(resume, "<resume ");
    assert_has(resume, "previd=\"s1\"");
    assert_has(resume, "h=\"1\"");
    fixture.on_event = say_when_resumed;
    fixture.data = &fixture;
    fixture_feed(&fixture, "<message from='a@b.example'><body>too early</body></message>"); /* I2 */
    fixture_feed(&fixture, RESUMED("1"));
    assert_acknowledged(&fixture, "m1");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    g_assert_cmpstr(fixture_event(&fixture), ==, "resumed romeo@montague.example/orchard acknowledged=1");
    assert_no_event(&fixture);
    assert_said(&fixture, "m2");
    assert_said(&fixture, "m3");
    assert_said(&fixture, "new");
    assert_nothing_sent(&fixture); /* no roster, no presence: the server has kept them */
    g_assert_cmpstr(jid_text(stream_jid(fixture.stream)), ==, "romeo@montague.example/orchard");
    fixture_turn();
    assert_has(fixture_sent(&fixture), "<r ");
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='4'/>");
    assert_acknowledged(&fixture, "m2");
    assert_acknowledged(&fixture, "m3");
    assert_acknowledged(&fixture, "new");
    g_assert_cmpuint(stream_received_number(fixture.stream), ==, 1);
    fixture_clear(&fixture);
}

/* What is sent between <enable/> and <enabled/> is counted by the server, so it must be kept, too.
 */
static void
test_sent_before_enabled_is_kept(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    enable(&fixture);
    fixture_forget(&fixture);
    say(&fixture, "m1");
    say(&fixture, "m2");
    fixture_feed(&fixture, ENABLED);
    say(&fixture, "m3");
    cut(&fixture);
    reconnect_with(&fixture, NULL);
    g_assert_true(stream_feed_resumed(fixture.stream, 1));
    assert_acknowledged(&fixture, "m1");
    assert_has(fixture_sent(&fixture), "<resume ");
    assert_said(&fixture, "m2");
    assert_said(&fixture, "m3");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* A part was acknowledged by <resumed/>; the numbers of the rest stay, so a second cut loses
 * nothing. */
static void
test_second_cut(void)
{
    StreamFixture fixture;

    init_resumable(&fixture, ENABLED);
    for (guint i = 1; i <= 5; i++) {
        g_autofree char *id = g_strdup_printf("m%u", i);
        say(&fixture, id);
    }
    cut(&fixture);
    reconnect_with(&fixture, NULL);
    g_assert_true(stream_feed_resumed(fixture.stream, 3));
    assert_has(fixture_sent(&fixture), "<resume ");
    assert_said(&fixture, "m4");
    assert_said(&fixture, "m5");
    say(&fixture, "m6");
    assert_said(&fixture, "m6");
    g_assert_cmpuint(stream_sent_number(fixture.stream), ==, 6);
    cut(&fixture);
    reconnect_with(&fixture, NULL);
    g_assert_true(stream_feed_resumed(fixture.stream, 4));
    assert_acknowledged(&fixture, "m4");
    assert_has(fixture_sent(&fixture), "<resume ");
    assert_said(&fixture, "m5");
    assert_said(&fixture, "m6");
    assert_nothing_sent(&fixture);
    cut(&fixture);
    reconnect_with(&fixture, NULL);
    g_assert_true(stream_feed_resumed(fixture.stream, 6));
    assert_acknowledged(&fixture, "m5");
    assert_acknowledged(&fixture, "m6");
    assert_has(fixture_sent(&fixture), "<resume ");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* The old session's stanzas have no place in the new one, nor in the resumption of that. What the
 * server had of it, it may still know. */
static void
test_refused_then_resumed(void)
{
    StreamFixture fixture;
    XmppResumeState state = { 0 };

    init_resumable(&fixture, ENABLED);
    say(&fixture, "m1");
    say(&fixture, "m2");
    say(&fixture, "m3");
    cut(&fixture);
    log_in(&fixture, NULL);
    assert_has(fixture_sent(&fixture), "<resume ");
    fixture_feed(&fixture, "<failed xmlns='urn:xmpp:sm:3' h='2'><item-not-found "
                           "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
    assert_acknowledged(&fixture, "m1");
    assert_acknowledged(&fixture, "m2");
    g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
    g_assert_false(stream_resume_state(fixture.stream, &state));
    answer_binding(&fixture, "<enabled xmlns='urn:xmpp:sm:3' id='s2' resume='1'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    g_assert_cmpstr(fixture_event(&fixture), ==, "bound romeo@montague.example/orchard");
    g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
    assert_nothing_sent(&fixture);
    const guint32 before = stream_sent_number(fixture.stream);
    say(&fixture, "m4");
    cut(&fixture);
    reconnect_with(&fixture, NULL);
    g_assert_true(stream_feed_resumed(fixture.stream, before));
    assert_has(fixture_sent(&fixture), "previd=\"s2\"");
    assert_said(&fixture, "m4");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* One question at a time, whatever is sent meanwhile and in however many turns. */
static void
test_one_question(void)
{
    StreamFixture fixture;
    guint questions = 0;

    init_resumable(&fixture, ENABLED);
    for (guint i = 0; i < 100; i++) {
        say(&fixture, "m");
        if (i % 7 == 0)
            fixture_turn();
    }
    fixture_turn();
    for (guint i = 0; i < fixture.sent->len; i++)
        questions += g_str_has_prefix(fixture.sent->pdata[i], "<r ");
    g_assert_cmpuint(questions, ==, 1);
    fixture_clear(&fixture);
}

/* Stanzas nobody waits for are kept, too, but not for ever: they are asked about now and then. */
static void
test_kept_stanzas_are_bounded(void)
{
    StreamFixture fixture;

    init_resumable(&fixture, ENABLED);
    for (guint i = 0; i < 200; i++) {
        g_assert_true(stream_send(fixture.stream, stanza_new(stream_ctx(fixture.stream), "presence", NULL)));
        fixture_turn();
        const char *last = fixture.sent->pdata[fixture.sent->len - 1];
        if (g_str_has_prefix(last, "<r "))
            fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='%u'/>", i + 1);
    }
    fixture_forget(&fixture);
    cut(&fixture);
    reconnect_with(&fixture, NULL);
    XmppResumeState state = { 0 };
    g_assert_true(stream_resume_state(fixture.stream, &state));
    g_assert_cmpuint(state.sent - state.acknowledged, <, 20);
    g_assert_true(stream_feed_resumed(fixture.stream, state.acknowledged));
    g_assert_cmpuint(fixture.sent->len, ==, 1 + state.sent - state.acknowledged);
    fixture_clear(&fixture);
}

static void
test_many_again(void)
{
    enum { MANY = 10000 };
    StreamFixture fixture;

    init_resumable(&fixture, ENABLED);
    for (guint i = 1; i <= MANY; i++) {
        g_autofree char *id = g_strdup_printf("m%u", i);
        say(&fixture, id);
    }
    cut(&fixture);
    reconnect_with(&fixture, NULL);
    g_assert_true(stream_feed_resumed(fixture.stream, MANY / 2));
    g_assert_cmpuint(fixture.sent->len, ==, 1 + MANY / 2);
    for (guint i = 1; i <= MANY / 2; i++) {
        g_autofree char *id = fixture_attribute(fixture.sent->pdata[i], "id");
        g_autofree char *expected = g_strdup_printf("m%u", MANY / 2 + i);
        g_assert_cmpstr(id, ==, expected);
    }
    fixture_clear(&fixture);
}

/* I9: a server that never confirms anything: in the end the session is not kept, but what is confirmed
 * at last is told all the same. */
static void
test_never_confirmed(void)
{
    enum { MANY = 20 };
    StreamFixture fixture;
    XmppResumeState state = { 0 };
    g_autofree char *body = g_strnfill(1024 * 1024, 'x');
    g_autoptr(Jid) to = jid_new("juliet@capulet.example", NULL);

    init_resumable(&fixture, ENABLED);
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *id = g_strdup_printf("m%u", i);
        const XmppMessage message = { .to = to, .id = id, .body = body };
        g_assert_true(stream_resume_state(fixture.stream, &state) == (i < 16));
        g_assert_true(message_stanza_send(fixture.stream, &message));
        fixture_forget(&fixture);
    }
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='%u'/>", MANY);
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *id = g_strdup_printf("m%u", i);
        assert_acknowledged(&fixture, id);
    }
    cut(&fixture);
    g_assert_null(strstr(fixture_event(&fixture), "resumable"));
    fixture_clear(&fixture);
}

/* --- requests --- */

typedef struct Outcome {
    guint calls;
    bool answered;
} Outcome;

static void
on_done(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Outcome *outcome = data;

    outcome->calls++;
    outcome->answered = answer != NULL;
}

static char *
request(StreamFixture *fixture, Outcome *outcome)
{
    fixture_forget(fixture);
    iq_request(fixture->stream, NULL, iq_new(fixture->stream, "get", "query", "urn:example", NULL), on_done, outcome);
    return fixture_attribute(fixture_sent(fixture), "id");
}

/* A request goes on with its session, and ends with it: once. */
static void
test_requests_go_on(void)
{
    StreamFixture fixture;
    Outcome outcome = { 0 }, second = { 0 };

    init_resumable(&fixture, ENABLED);
    g_autofree char *id = request(&fixture, &outcome);
    cut(&fixture);
    g_assert_cmpuint(outcome.calls, ==, 0);
    reconnect_with(&fixture, NULL);
    g_assert_true(stream_feed_resumed(fixture.stream, 0));
    assert_has(fixture_sent(&fixture), "<resume ");
    assert_has(fixture_sent(&fixture), id); /* the server did not have it */
    fixture_feed(&fixture, "<iq type='result' id='%s'/>", id);
    g_assert_cmpuint(outcome.calls, ==, 1);
    g_assert_true(outcome.answered);

    g_autofree char *other = request(&fixture, &second);
    cut(&fixture);
    log_in(&fixture, NULL);
    assert_has(fixture_sent(&fixture), "<resume ");
    g_assert_cmpuint(second.calls, ==, 0);
    fixture_feed(&fixture, "<failed xmlns='urn:xmpp:sm:3'/>");
    g_assert_cmpuint(second.calls, ==, 1);
    g_assert_false(second.answered);
    answer_binding(&fixture, NULL);
    fixture_feed(&fixture, "<iq type='result' id='%s'/>", other); /* I13: of a session that is gone */
    g_assert_cmpuint(second.calls, ==, 1);
    fixture_clear(&fixture);
    g_assert_cmpuint(outcome.calls, ==, 1);
}

/* The same when the user ends it all before the connection is back, or frees the stream. */
static void
test_given_up_while_waiting(void)
{
    for (guint freed = 0; freed < 2; freed++) {
        StreamFixture fixture;
        Outcome outcome = { 0 };
        XmppResumeState state = { 0 };

        init_resumable(&fixture, ENABLED);
        say(&fixture, "m1");
        g_free(request(&fixture, &outcome));
        cut(&fixture);
        fixture_forget(&fixture);
        if (!freed) {
            stream_disconnect(fixture.stream, NULL);
            g_assert_cmpuint(outcome.calls, ==, 0); /* from the loop */
            fixture_turn();
            g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
            g_assert_false(stream_resume_state(fixture.stream, &state));
            g_assert_cmpuint(outcome.calls, ==, 1);
            log_in(&fixture, NULL);
            answer_binding(&fixture, ENABLED);
        }
        fixture_clear(&fixture);
        g_assert_cmpuint(outcome.calls, ==, 1);
        g_assert_false(outcome.answered);
    }
}

/* After `max` seconds the server has forgotten it, so it is not offered. */
static void
test_expires(void)
{
    StreamFixture fixture;
    Outcome outcome = { 0 };

    init_resumable(&fixture, "<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true' max='1'/>");
    g_free(request(&fixture, &outcome));
    cut(&fixture);
    assert_has(fixture_event(&fixture), "session=resumable");
    fixture_wait_events(&fixture, 1);
    g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
    g_assert_cmpuint(outcome.calls, ==, 1);
    log_in(&fixture, NULL);
    answer_binding(&fixture, ENABLED);
    fixture_clear(&fixture);
}

/* --- what another process left --- */

static const XmppResumeState left = {
    .id = "s1",
    .jid = "romeo@montague.example/orchard",
    .received = 7,
    .sent = 10,
    .acknowledged = 4,
};

static void
test_restored(void)
{
    StreamFixture fixture;

    fixture_init(&fixture);
    log_in(&fixture, &left);
    const char *resume = fixture_sent(&fixture);
    assert_has(resume, "previd=\"s1\"");
    assert_has(resume, "h=\"7\"");
    fixture_feed(&fixture, RESUMED("12")); /* two were sent after the last storing */
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    g_assert_cmpstr(fixture_event(&fixture), ==, "resumed romeo@montague.example/orchard acknowledged=12 restored");
    assert_has(fixture_sent(&fixture), "<iq "); /* this process knows nothing yet */
    const guint32 before = stream_sent_number(fixture.stream);
    g_assert_cmpuint(before, ==, 13 + fixture.sent->len);
    fixture_feed(&fixture, "<message from='a@b.example'><body>1</body></message>");
    say(&fixture, "new");
    cut(&fixture);
    reconnect_with(&fixture, &left); /* the own session comes first */
    g_assert_true(stream_feed_resumed(fixture.stream, before));
    assert_has(fixture_sent(&fixture), "h=\"8\"");
    assert_said(&fixture, "new");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

static void
note_acknowledged(const XmppEvent *event, gpointer data)
{
    if (event->type == XMPP_EVENT_BOUND)
        *(guint32 *) data = event->bound.acknowledged;
}

/* The server no longer has it, but may know how much had arrived. */
static void
test_restored_refused(void)
{
    static const struct {
        const char *attributes;
        guint32 acknowledged;
    } answers[] = { { "", 4 }, { "h='9'", 9 }, { "h='3'", 4 }, { "h='x'", 4 } };

    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        StreamFixture fixture;
        guint32 acknowledged = 0;

        fixture_init(&fixture);
        fixture.on_event = note_acknowledged;
        fixture.data = &acknowledged;
        log_in(&fixture, &left);
        assert_has(fixture_sent(&fixture), "<resume ");
        fixture_feed(&fixture, "<failed xmlns='urn:xmpp:sm:3' %s/>", answers[i].attributes);
        g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
        answer_binding(&fixture, NULL);
        g_assert_cmpuint(acknowledged, ==, answers[i].acknowledged);
        fixture_clear(&fixture);
    }
}

/* What is stored may be damaged, or of another account. */
static void
test_restored_nonsense(void)
{
    static const XmppResumeState states[] = {
        { .id = "s1", .jid = "juliet@capulet.example/balcony" },
        { .id = "s1", .jid = "romeo@montague.example" },
        { .id = "s1", .jid = "@" },
        { .id = "s1" },
        { .id = "", .jid = "romeo@montague.example/orchard" },
        { .jid = "romeo@montague.example/orchard" },
        { 0 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
        StreamFixture fixture;
        fixture_init(&fixture);
        log_in(&fixture, &states[i]);
        answer_binding(&fixture, ENABLED);
        fixture_clear(&fixture);
    }
}

/* XEP-0198 §4: after 2^32-1 comes 0, in both directions. */
static void
test_wraps_around(void)
{
    const XmppResumeState state = {
        .id = "s1",
        .jid = "romeo@montague.example/orchard",
        .received = G_MAXUINT32,
        .sent = G_MAXUINT32 - 20,
        .acknowledged = G_MAXUINT32 - 20,
    };
    StreamFixture fixture;

    fixture_init(&fixture);
    reconnect_with(&fixture, &state);
    g_assert_true(stream_feed_resumed(fixture.stream, G_MAXUINT32 - 20));
    assert_has(fixture_sent(&fixture), "h=\"4294967295\"");
    while (stream_sent_number(fixture.stream) != G_MAXUINT32 - 1)
        stream_send(fixture.stream, stanza_new(stream_ctx(fixture.stream), "presence", NULL));
    say(&fixture, "last");
    say(&fixture, "m0");
    say(&fixture, "m1");
    say(&fixture, "m2");
    g_assert_cmpuint(stream_sent_number(fixture.stream), ==, 2);
    fixture_turn();
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='4294967295'/>");
    assert_acknowledged(&fixture, "last");
    assert_no_event(&fixture);
    fixture_feed(&fixture, "<message from='a@b.example'><body>1</body></message>");
    fixture_feed(&fixture, "<message from='a@b.example'><body>2</body></message>");
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<r xmlns='urn:xmpp:sm:3'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "ack-wanted 1");
    stream_acknowledge(fixture.stream, 1);
    fixture_turn();
    assert_has(fixture_sent(&fixture), "<r ");
    assert_has(fixture_sent(&fixture), "<a h=\"1\" ");
    cut(&fixture);
    reconnect_with(&fixture, NULL);
    g_assert_true(stream_feed_resumed(fixture.stream, 1));
    assert_acknowledged(&fixture, "m0");
    assert_acknowledged(&fixture, "m1");
    assert_has(fixture_sent(&fixture), "h=\"1\"");
    assert_said(&fixture, "m2");
    assert_nothing_sent(&fixture);
    fixture_feed(&fixture, "<a xmlns='urn:xmpp:sm:3' h='4294967295'/>"); /* backwards */
    fixture_turn();
    assert_has(fixture.events->pdata[fixture.events->len - 1], "the server acknowledged more than was sent");
    fixture_clear(&fixture);
}

/* --- servers that lie --- */

/* Each answer to <resume/> ends the stream and the session, with nothing acknowledged (I6, I13). */
static void
test_impossible_answers(void)
{
    static const char *const answers[] = {
        "<resumed xmlns='urn:xmpp:sm:3' previd='s2' h='1'/>",
        "<resumed xmlns='urn:xmpp:sm:3' h='1'/>",
        "<resumed xmlns='urn:xmpp:sm:3' previd='s1'/>",
        "<resumed xmlns='urn:xmpp:sm:3' previd='s1' h='-1'/>",
        "<resumed xmlns='urn:xmpp:sm:3' previd='s1' h='3'/>",
        "<resumed xmlns='urn:xmpp:sm:3' previd='s1' h='4294967295'/>",
        "<resumed xmlns='urn:xmpp:sm:3' previd='s1' h='4294967296'/>",
        "<resumed xmlns='urn:xmpp:sm:3' previd='' h='1'/>",
    };

    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        StreamFixture fixture;
        XmppResumeState state = { 0 };

        init_resumable(&fixture, ENABLED);
        say(&fixture, "m1");
        say(&fixture, "m2");
        cut(&fixture);
        log_in(&fixture, NULL);
        fixture_forget(&fixture);
        fixture_feed(&fixture, "%s", answers[i]);
        g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
        const char *closed = fixture_event(&fixture);
        assert_has(closed, "closed network error=the server ");
        g_assert_null(strstr(closed, "resumable"));
        assert_no_event(&fixture);
        assert_has(fixture_sent(&fixture), "<stream:error><undefined-condition ");
        g_assert_false(stream_resume_state(fixture.stream, &state));
        log_in(&fixture, NULL);
        answer_binding(&fixture, ENABLED); /* the next login is a plain one */
        fixture_clear(&fixture);
    }
}

/* What nobody asked for changes nothing (I13); not even in the middle of the login. */
static void
test_unasked_answers(void)
{
    static const char *const answers[] = {
        "<resumed xmlns='urn:xmpp:sm:3' previd='s1' h='1'/>",     "<failed xmlns='urn:xmpp:sm:3' h='1'/>",
        "<enabled xmlns='urn:xmpp:sm:3' id='s2' resume='true'/>", "<resumed xmlns='urn:xmpp:sm:2' previd='s1' h='1'/>",
        "<resume xmlns='urn:xmpp:sm:3' previd='s1' h='1'/>",      "<enable xmlns='urn:xmpp:sm:3'/>",
    };
    StreamFixture fixture;
    XmppResumeState state = { 0 };

    init_resumable(&fixture, ENABLED);
    say(&fixture, "m1");
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++)
        fixture_feed(&fixture, "%s", answers[i]);
    assert_no_event(&fixture);
    g_assert_true(stream_resume_state(fixture.stream, &state));
    g_assert_cmpstr(state.id, ==, "s1");
    cut(&fixture);

    reconnect_with(&fixture, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++)
        fixture_feed(&fixture, "%s", answers[i]); /* before the login */
    assert_no_event(&fixture);
    g_assert_true(stream_resume_state(fixture.stream, &state));
    g_assert_true(stream_feed_resumed(fixture.stream, 0));
    fixture_clear(&fixture);
}

/* A refusal with an impossible count acknowledges nothing. */
static void
test_refused_with_nonsense(void)
{
    static const char *const counts[] = { "2", "4294967295", "-1", "x", "" };

    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        StreamFixture fixture;
        init_resumable(&fixture, ENABLED);
        say(&fixture, "m1");
        cut(&fixture);
        log_in(&fixture, NULL);
        fixture_forget(&fixture);
        fixture_feed(&fixture, "<failed xmlns='urn:xmpp:sm:3' h='%s'/>", counts[i]);
        g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
        answer_binding(&fixture, ENABLED);
        fixture_clear(&fixture);
    }
}

/* Without an id, or with one that is absurd, there is nothing to resume. */
static void
test_not_resumable(void)
{
    g_autofree char *id = g_strnfill(5000, 'x');
    g_autofree char *absurd = g_strdup_printf("<enabled xmlns='urn:xmpp:sm:3' id='%s' resume='true'/>", id);
    const char *const answers[] = {
        "<enabled xmlns='urn:xmpp:sm:3'/>",
        "<enabled xmlns='urn:xmpp:sm:3' id='s1'/>",
        "<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='false'/>",
        "<enabled xmlns='urn:xmpp:sm:3' id='' resume='true'/>",
        "<enabled xmlns='urn:xmpp:sm:3' resume='true'/>",
        absurd,
    };

    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        StreamFixture fixture;
        XmppResumeState state = { 0 };

        fixture_init_online(&fixture);
        stream_feed_enabled(fixture.stream, answers[i]);
        g_assert_false(stream_resume_state(fixture.stream, &state));
        say(&fixture, "m1");
        g_assert_cmpuint(stream_sent_number(fixture.stream), ==, 1);
        cut(&fixture);
        const char *closed = fixture_event(&fixture);
        assert_has(closed, "closed ");
        g_assert_null(strstr(closed, "resumable"));
        log_in(&fixture, NULL);
        answer_binding(&fixture, NULL);
        fixture_clear(&fixture);
    }
}

/* After these the session is over for both sides, or what led to it must not happen again. */
static void
test_ends(void)
{
    static const struct {
        const char *xml;
        bool resumable;
    } ends[] = {
        { "<stream:error><system-shutdown xmlns='" NS_STREAM_ERRORS "'/></stream:error>", true },
        { "<stream:error><reset xmlns='" NS_STREAM_ERRORS "'/></stream:error>", true },
        { "<stream:error><conflict xmlns='" NS_STREAM_ERRORS "'/></stream:error>", false },
        { "<stream:error><policy-violation xmlns='" NS_STREAM_ERRORS "'/></stream:error>", false },
        { "<stream:error/>", false },
        { "<a xmlns='urn:xmpp:sm:3' h='2'/>", false },
    };
    StreamFixture fixture;

    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        init_resumable(&fixture, ENABLED);
        say(&fixture, "m1");
        fixture_feed(&fixture, "%s", ends[i].xml);
        fixture_turn();
        const char *event = fixture_event(&fixture);
        if (!ends[i].resumable) {
            g_assert_cmpstr(event, ==, "resume-state");
            event = fixture_event(&fixture);
        }
        assert_has(event, "closed ");
        g_assert_true(ends[i].resumable == (strstr(event, "resumable") != NULL));
        fixture_clear(&fixture);
    }
    init_resumable(&fixture, ENABLED);
    g_assert_false(stream_feed(fixture.stream, "<message><body></message>")); /* I7 */
    fixture_turn();
    g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
    fixture_clear(&fixture);

    init_resumable(&fixture, ENABLED);
    stream_disconnect(fixture.stream, NULL);
    fixture_turn();
    g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
    g_assert_cmpstr(fixture_event(&fixture), ==, "closed user");
    fixture_clear(&fixture);
}

/* The login before the resumption can be cut, too, as often as it likes. */
static void
test_cut_while_resuming(void)
{
    StreamFixture fixture;

    init_resumable(&fixture, ENABLED);
    say(&fixture, "m1");
    cut(&fixture);
    for (guint i = 0; i < 3; i++) {
        log_in(&fixture, NULL);
        assert_has(fixture_sent(&fixture), "<resume ");
        cut(&fixture);
        assert_has(fixture_event(&fixture), "session=resumable");
    }
    reconnect_with(&fixture, NULL);
    cut(&fixture);
    log_in(&fixture, NULL);
    fixture_forget(&fixture);
    fixture_feed(&fixture, RESUMED("0"));
    assert_said(&fixture, "m1");
    fixture_clear(&fixture);
}

/* A server without stream management, since yesterday: the old session is gone. */
static void
test_no_longer_offered(void)
{
    StreamFixture fixture;
    Outcome outcome = { 0 };

    init_resumable(&fixture, ENABLED);
    g_free(request(&fixture, &outcome));
    cut(&fixture);
    reconnect_with(&fixture, NULL);
    g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);
    stream_feed_bound(fixture.stream, full);
    g_assert_cmpuint(outcome.calls, ==, 1);
    g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
    assert_has(fixture_sent(&fixture), "jabber:iq:roster");
    g_assert_cmpuint(stream_sent_number(fixture.stream), ==, 0);
    fixture_clear(&fixture);
}

/* Connects; returns how that failed. */
static const char *
fail_to_connect(StreamFixture *fixture, const TransportConfig *transport)
{
    g_autoptr(Jid) jid = jid_new("romeo@montague.example", NULL);
    const XmppStreamConfig config = { .jid = jid, .transport = transport };

    stream_connect(fixture->stream, &config);
    for (;;) {
        fixture_wait_events(fixture, 1);
        const char *event = fixture_event(fixture);
        if (g_str_has_prefix(event, "closed "))
            return event;
    }
}

/* The server's wish where to resume is followed once; when nobody is there, it is the domain's turn
 * again. What the user says comes before it. */
static void
test_location(void)
{
    StreamFixture fixture;
    g_autoptr(FakeResolver) resolver = fake_resolver_new();
    const guint16 port = server_free_port();
    g_autofree char *there = g_strdup_printf("on port %u", port);
    g_autofree char *enabled =
        g_strdup_printf("<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true' location='127.0.0.1:%u'/>", port);
    const TransportConfig own = { .host = "127.0.0.1", .port = server_free_port() };

    init_resumable(&fixture, enabled);
    cut(&fixture);
    fixture_forget(&fixture);
    stream_set_sink(fixture.stream, NULL, NULL);
    g_assert_null(strstr(fail_to_connect(&fixture, &own), there));
    assert_has(fail_to_connect(&fixture, NULL), there);
    g_assert_cmpint(fake_resolver_questions(resolver, "_xmpp-client._tcp.montague.example"), ==, 0);
    assert_has(fail_to_connect(&fixture, NULL), "session=resumable");
    g_assert_cmpint(fake_resolver_questions(resolver, "_xmpp-client._tcp.montague.example"), ==, 1);
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
    g_test_add_func("/xmpp/resumption/resumes", test_resumes);
    g_test_add_func("/xmpp/resumption/sent-before-enabled-is-kept", test_sent_before_enabled_is_kept);
    g_test_add_func("/xmpp/resumption/second-cut", test_second_cut);
    g_test_add_func("/xmpp/resumption/refused-then-resumed", test_refused_then_resumed);
    g_test_add_func("/xmpp/resumption/one-question", test_one_question);
    g_test_add_func("/xmpp/resumption/kept-stanzas-are-bounded", test_kept_stanzas_are_bounded);
    g_test_add_func("/xmpp/resumption/many-again", test_many_again);
    g_test_add_func("/xmpp/resumption/never-confirmed", test_never_confirmed);
    g_test_add_func("/xmpp/resumption/requests-go-on", test_requests_go_on);
    g_test_add_func("/xmpp/resumption/given-up-while-waiting", test_given_up_while_waiting);
    g_test_add_func("/xmpp/resumption/expires", test_expires);
    g_test_add_func("/xmpp/resumption/restored", test_restored);
    g_test_add_func("/xmpp/resumption/restored-refused", test_restored_refused);
    g_test_add_func("/xmpp/resumption/restored-nonsense", test_restored_nonsense);
    g_test_add_func("/xmpp/resumption/wraps-around", test_wraps_around);
    g_test_add_func("/xmpp/resumption/impossible-answers", test_impossible_answers);
    g_test_add_func("/xmpp/resumption/unasked-answers", test_unasked_answers);
    g_test_add_func("/xmpp/resumption/refused-with-nonsense", test_refused_with_nonsense);
    g_test_add_func("/xmpp/resumption/not-resumable", test_not_resumable);
    g_test_add_func("/xmpp/resumption/ends", test_ends);
    g_test_add_func("/xmpp/resumption/cut-while-resuming", test_cut_while_resuming);
    g_test_add_func("/xmpp/resumption/no-longer-offered", test_no_longer_offered);
    g_test_add_func("/xmpp/resumption/location", test_location);
    return g_test_run();
}
