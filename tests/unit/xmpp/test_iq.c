/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "stream_fixture.h"
#include "xmpp/iq.h"
#include "xmpp/stream_parts.h"
#include "xmpp/xep/ping.h"

/* How a request ended; it must do so once. */
typedef struct Ending {
    guint count;
    char *words; /* "result NAME", "error TYPE/CONDITION: MESSAGE", "failed: MESSAGE" */
} Ending;

static void
on_done(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
        const GError *error, gpointer data)
{
    Ending *ending = data;

    ending->count++;
    g_free(ending->words);
    if (answer)
        ending->words =
            g_strdup_printf("result %s", stanza_payload(answer)
                                             ? xmpp_stanza_get_name(stanza_payload(answer))
                                             : "-");
    else if (detail)
        ending->words =
            g_strdup_printf("error %s/%s: %s", detail->type, detail->condition, error->message);
    else
        ending->words = g_strdup_printf("failed: %s", error->message);
}

/* Sends a request; returns its id on the wire. */
static char *
ask(StreamFixture *fixture, const char *to, Ending *ending)
{
    g_autoptr(Jid) jid = to ? jid_new(to, NULL) : NULL;

    *ending = (Ending){ 0 };
    iq_request(fixture->stream, jid, iq_new(fixture->stream, "get", "query", "urn:example", NULL),
               on_done, ending);
    const char *xml = fixture_sent(fixture);
    assert_has(xml, "<query xmlns=\"urn:example\"/>");
    return fixture_attribute(xml, "id");
}

static void
test_result(void)
{
    StreamFixture fixture;
    Ending ending;

    fixture_init_online(&fixture);
    g_autofree char *id = ask(&fixture, "capulet.example", &ending);
    fixture_feed(
        &fixture,
        "<iq type='result' from='capulet.example' id='%s'><query xmlns='urn:example'/></iq>", id);
    g_assert_cmpuint(ending.count, ==, 1);
    g_assert_cmpstr(ending.words, ==, "result query");
    fixture_feed(&fixture, "<iq type='result' from='capulet.example' id='%s'/>", id);
    fixture_feed(&fixture, "<iq type='error' from='capulet.example' id='%s'/>", id);
    g_assert_cmpuint(ending.count, ==, 1);
    assert_nothing_sent(&fixture); /* I6: answers are never answered */
    g_free(ending.words);
    fixture_clear(&fixture);
}

static void
test_error(void)
{
    static const struct {
        const char *xml, *words;
    } cases[] = {
        { "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
          "error cancel/item-not-found: it was not found" },
        { "<error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
          "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'> come\nback later </text></error>",
          NULL },
        { "<error type='cancel'><brand-new xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
          "error cancel/brand-new: brand-new" },
        { "<error/>", "error (null)/undefined-condition: an error without a name" },
        { "", "error (null)/undefined-condition: an error without a name" },
        { "<error xmlns='urn:example'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
          "error (null)/undefined-condition: an error without a name" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        StreamFixture fixture;
        Ending ending;
        fixture_init_online(&fixture);
        g_autofree char *id = ask(&fixture, "juliet@capulet.example/balcony", &ending);
        fixture_feed(&fixture,
                     "<iq type='error' from='juliet@capulet.example/balcony' id='%s'>%s</iq>", id,
                     cases[i].xml);
        g_assert_cmpuint(ending.count, ==, 1);
        if (cases[i].words)
            g_assert_cmpstr(ending.words, ==, cases[i].words);
        else
            g_assert_null(strchr(ending.words, '\n')); /* I12: one harmless line */
        g_free(ending.words);
        fixture_clear(&fixture);
    }
}

static void
test_timeout(void)
{
    StreamFixture fixture;
    Ending one, two;

    fixture_init_online(&fixture);
    iq_table_set_timeout(stream_iqs(fixture.stream), 30);
    g_autofree char *first = ask(&fixture, "capulet.example", &one);
    g_autofree char *second = ask(&fixture, NULL, &two);
    fixture_feed(&fixture, "<iq type='result' id='%s'/>", second);
    while (one.count == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpstr(one.words, ==, "failed: no answer within 1 seconds: try again later");
    fixture_feed(&fixture, "<iq type='result' from='capulet.example' id='%s'/>",
                 first); /* too late */
    g_assert_cmpuint(one.count, ==, 1);
    g_assert_cmpuint(two.count, ==, 1);
    g_free(one.words);
    g_free(two.words);
    fixture_clear(&fixture);
}

static void
test_disconnect(void)
{
    StreamFixture fixture;
    Ending one, two;

    fixture_init_online(&fixture);
    g_free(ask(&fixture, NULL, &one));
    g_free(ask(&fixture, "capulet.example", &two));
    stream_disconnect(fixture.stream, NULL);
    g_assert_cmpuint(one.count + two.count, ==, 0); /* from the loop, not from inside */
    fixture_turn();
    g_assert_cmpuint(one.count, ==, 1);
    g_assert_cmpuint(two.count, ==, 1);
    assert_has(one.words, "failed: ");
    g_free(one.words);
    g_free(two.words);
    fixture_clear(&fixture);
}

static void
test_offline(void)
{
    StreamFixture fixture;
    Ending ending = { 0 };

    fixture_init(&fixture);
    iq_request(fixture.stream, NULL, iq_new(fixture.stream, "get", "query", "urn:example", NULL),
               on_done, &ending);
    g_assert_cmpuint(ending.count, ==, 0);
    fixture_turn();
    g_assert_cmpuint(ending.count, ==, 1);
    assert_has(ending.words, "not connected");
    g_free(ending.words);
    fixture_clear(&fixture);
}

/* A request of nobody's connection ends, too, when the stream goes before its turn has come. */
static void
test_offline_and_freed(void)
{
    StreamFixture fixture;
    Ending ending = { 0 };

    fixture_init(&fixture);
    iq_request(fixture.stream, NULL, iq_new(fixture.stream, "get", "query", "urn:example", NULL),
               on_done, &ending);
    fixture_clear(&fixture);
    g_assert_cmpuint(ending.count, ==, 1);
    g_free(ending.words);
}

static void
test_cancel(void)
{
    StreamFixture fixture;
    Ending ending = { 0 };

    fixture_init_online(&fixture);
    const guint number =
        iq_request(fixture.stream, NULL,
                   iq_new(fixture.stream, "get", "query", "urn:example", NULL), on_done, &ending);
    g_autofree char *id = fixture_attribute(fixture_sent(&fixture), "id");
    g_assert_cmpuint(number, !=, 0);
    iq_cancel(fixture.stream, number);
    iq_cancel(fixture.stream, number);
    iq_cancel(fixture.stream, 4711);
    fixture_feed(&fixture, "<iq type='result' id='%s'/>", id);
    stream_disconnect(fixture.stream, NULL);
    fixture_turn();
    const guint unsent =
        iq_request(fixture.stream, NULL,
                   iq_new(fixture.stream, "get", "query", "urn:example", NULL), on_done, &ending);
    iq_cancel(fixture.stream, unsent);
    fixture_turn();
    g_assert_cmpuint(ending.count, ==, 0);
    fixture_clear(&fixture);
}

/* I13: matched on id and sender. */
static void
test_forged_answers(void)
{
    static const struct {
        const char *to, *from;
        bool counts;
    } cases[] = {
        { "juliet@capulet.example/balcony", "juliet@capulet.example/balcony", true },
        { "juliet@capulet.example/balcony", "Juliet@CAPULET.example/balcony", true }, /* prepared */
        { "juliet@capulet.example/balcony", "juliet@capulet.example", false },
        { "juliet@capulet.example/balcony", "juliet@capulet.example/Balcony", false },
        { "juliet@capulet.example/balcony", "mallory@evil.example/balcony", false },
        { "juliet@capulet.example/balcony", "", false },
        { "juliet@capulet.example/balcony", "montague.example", false },
        { "juliet@capulet.example/balcony", NULL, false },
        { "capulet.example", "capulet.example", true },
        { "capulet.example", NULL, false },
        { "capulet.example", "capulet.example/x", false },
        { "montague.example", "montague.example", true },
        { "montague.example", NULL, true },
        { "montague.example", "romeo@montague.example", false },
        { NULL, NULL, true },
        { NULL, "romeo@montague.example", true },
        { NULL, "romeo@montague.example/orchard", true },
        { NULL, "romeo@montague.example/other", false },
        { NULL, "montague.example", false },
        { NULL, "mallory@evil.example", false },
        { NULL, "romeo@montague.example.evil.example", false },
        { NULL, "@", false },
        { "romeo@montague.example", NULL, true },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (guint error = 0; error < 2; error++) {
            StreamFixture fixture;
            Ending ending;
            fixture_init_online(&fixture);
            g_autofree char *id = ask(&fixture, cases[i].to, &ending);
            g_autofree char *from =
                cases[i].from ? g_strdup_printf(" from='%s'", cases[i].from) : g_strdup("");
            fixture_feed(&fixture, "<iq type='%s'%s id='%s'/>", error ? "error" : "result", from,
                         id);
            g_assert_cmpuint(ending.count, ==, cases[i].counts);
            fixture_feed(&fixture, "<iq type='result'%s id='nobody-asked'/>", from);
            fixture_feed(&fixture, "<iq type='result'%s/>", from);
            assert_nothing_sent(&fixture);
            stream_disconnect(fixture.stream, NULL);
            fixture_turn();
            g_assert_cmpuint(ending.count, ==, 1);
            g_free(ending.words);
            fixture_clear(&fixture);
        }
    }
}

/* I6: each request of others is answered exactly once, also the ones nobody understands. */
static void
test_requests_of_others(void)
{
    static const struct {
        const char *xml, *answer;
    } cases[] = {
        { "<iq type='get' id='1' from='a@b.example/c'><query xmlns='urn:unknown'/></iq>",
          "service-unavailable" },
        { "<iq type='set' id='1' from='a@b.example/c'><query xmlns='urn:unknown'/></iq>",
          "service-unavailable" },
        { "<iq type='set' id='1' from='a@b.example/c'><ping xmlns='urn:xmpp:ping'/></iq>",
          "service-unavailable" },
        { "<iq type='get' id='1' from='a@b.example/c'><ping xmlns='urn:other'/></iq>",
          "service-unavailable" },
        { "<iq type='get' id='1' from='a@b.example/c'><other xmlns='urn:xmpp:ping'/></iq>",
          "service-unavailable" },
        { "<iq type='get' id='1' from='a@b.example/c'><x xmlns='urn:other'><ping xmlns='urn:xmpp:ping'/></x></iq>",
          "service-unavailable" },
        { "<iq type='get' id='1' from='a@b.example/c'/>", "bad-request" },
        { "<iq type='get' id='1' from='a@b.example/c'>text</iq>", "bad-request" },
        { "<iq type='get' from='a@b.example/c'><ping xmlns='urn:xmpp:ping'/></iq>", "bad-request" },
        { "<iq type='shout' id='1' from='a@b.example/c'><ping xmlns='urn:xmpp:ping'/></iq>",
          "bad-request" },
        { "<iq id='1' from='a@b.example/c'><ping xmlns='urn:xmpp:ping'/></iq>", "bad-request" },
        { "<iq type='get' id='1' from='a@b.example/c'><ping xmlns='urn:xmpp:ping'/></iq>",
          "type=\"result\"" },
        { "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>", "type=\"result\"" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        StreamFixture fixture;
        fixture_init_online(&fixture);
        fixture_feed(&fixture, "%s", cases[i].xml);
        const char *answer = fixture_sent(&fixture);
        assert_has(answer, cases[i].answer);
        if (strstr(cases[i].xml, "from="))
            assert_has(answer, "to=\"a@b.example/c\"");
        if (strstr(cases[i].xml, "id="))
            assert_has(answer, "id=\"1\"");
        assert_nothing_sent(&fixture);
        fixture_clear(&fixture);
    }
}

/* Ids with markup in them come back as they were. */
static void
test_answer_is_escaped(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    fixture_feed(
        &fixture,
        "<iq type='get' id='&quot;/&gt;&lt;x/&gt;&amp;' from='a@b.example/&lt;c&gt;'><ping xmlns='urn:xmpp:ping'/></iq>");
    const char *answer = fixture_sent(&fixture);
    assert_has(answer, "id=\"&quot;/&gt;&lt;x/&gt;&amp;\"");
    assert_has(answer, "to=\"a@b.example/&lt;c&gt;\"");
    fixture_clear(&fixture);
}

static void
ask_again(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
          const GError *error, gpointer data)
{
    guint *count = data;

    if (++*count < 5)
        iq_request(stream, NULL, iq_new(stream, "get", "query", "urn:example", NULL), ask_again,
                   data);
}

/* A callback that asks again whenever its request fails must not keep the end from coming. */
static void
test_asking_again_while_ending(void)
{
    StreamFixture fixture;
    guint count = 0;

    fixture_init_online(&fixture);
    iq_request(fixture.stream, NULL, iq_new(fixture.stream, "get", "query", "urn:example", NULL),
               ask_again, &count);
    stream_feed_close(fixture.stream, NULL);
    g_assert_cmpuint(count, ==, 1);
    assert_has(fixture_event(&fixture), "closed ");
    fixture_turn();
    g_assert_cmpuint(count, ==, 5);
    fixture_clear(&fixture);
}

/* Ten thousand requests, answered backwards. */
static void
test_many(void)
{
    enum { MANY = 10000 };
    StreamFixture fixture;
    Ending ending = { 0 };
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

    fixture_init_online(&fixture);
    for (guint i = 0; i < MANY; i++)
        iq_request(fixture.stream, NULL,
                   iq_new(fixture.stream, "get", "query", "urn:example", NULL), on_done, &ending);
    for (guint i = 0; i < MANY; i++)
        g_ptr_array_add(ids, fixture_attribute(fixture.sent->pdata[i], "id"));
    for (guint i = MANY; i > 0; i--)
        fixture_feed(&fixture, "<iq type='result' id='%s'/>", (const char *) ids->pdata[i - 1]);
    g_assert_cmpuint(ending.count, ==, MANY);
    g_free(ending.words);
    fixture_clear(&fixture);
}

static void
test_ping(void)
{
    StreamFixture fixture;
    Ending ending = { 0 };

    fixture_init_online(&fixture);
    ping_request(fixture.stream, NULL, on_done, &ending);
    g_autofree char *xml = g_strdup(fixture_sent(&fixture));
    g_autofree char *id = fixture_attribute(xml, "id");
    assert_has(xml, "to=\"montague.example\"");
    assert_has(xml, "<ping xmlns=\"urn:xmpp:ping\"/>");
    fixture_feed(&fixture,
                 "<iq type='error' from='montague.example' id='%s'><error type='cancel'>"
                 "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
                 id);
    assert_has(ending.words, "error cancel/service-unavailable"); /* alive (XEP-0199 §4.2) */
    g_free(ending.words);
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/iq/result", test_result);
    g_test_add_func("/xmpp/iq/error", test_error);
    g_test_add_func("/xmpp/iq/timeout", test_timeout);
    g_test_add_func("/xmpp/iq/disconnect", test_disconnect);
    g_test_add_func("/xmpp/iq/offline", test_offline);
    g_test_add_func("/xmpp/iq/offline-and-freed", test_offline_and_freed);
    g_test_add_func("/xmpp/iq/cancel", test_cancel);
    g_test_add_func("/xmpp/iq/forged-answers", test_forged_answers);
    g_test_add_func("/xmpp/iq/requests-of-others", test_requests_of_others);
    g_test_add_func("/xmpp/iq/answer-is-escaped", test_answer_is_escaped);
    g_test_add_func("/xmpp/iq/asking-again-while-ending", test_asking_again_while_ending);
    g_test_add_func("/xmpp/iq/many", test_many);
    g_test_add_func("/xmpp/iq/ping", test_ping);
    return g_test_run();
}
