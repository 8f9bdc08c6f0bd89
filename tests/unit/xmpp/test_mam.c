/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/mam.h"

#include <string.h>

#include "base/when.h"
#include "stream_fixture.h"
#include "xmpp/stream_parts.h"
#include "xmpp/xep/mam_prefs.h"

#define STAMP "2010-07-10T23:08:25Z"
#define HAIL                                                                                                           \
    "<message xmlns='jabber:client' from='witch@heath.example/cave' to='romeo@montague.example' type='chat' id='m1'>"  \
    "<body>Hail</body></message>"
#define FORWARDED(message)                                                                                             \
    "<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='" STAMP "'/>" message "</forwarded>"

/* A query under way, and what came of it. */
typedef struct Asked {
    StreamFixture fixture;
    char *request; /* the iq, its id and the id of the query */
    char *iq, *query;
    guint number;
    guint calls;
    GString *outcome;
} Asked;

static void
append_result(GString *text, const XmppMessage *message)
{
    g_autofree char *delay = message->delay ? when_format(message->delay) : NULL;

    g_string_append_printf(text, "[%s %s>%s %s", message->archive_id, jid_text(message->from), jid_text(message->to),
                           message->body ? message->body : "-");
    if (delay)
        g_string_append_printf(text, " %s by %s", delay, jid_text(message->delay_from));
    g_string_append_printf(text, " in %s]", jid_text(message->archive));
}

static void
on_page(XmppStream *stream, const MamPage *page, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Asked *asked = data;

    asked->calls++;
    g_string_truncate(asked->outcome, 0);
    g_assert_true(!page == !!error);
    if (error) {
        g_string_append_printf(asked->outcome, "%s: %s", detail ? detail->condition : "failed", error->message);
        return;
    }
    g_string_append_printf(asked->outcome, "%s..%s%s%s of %u:", page->first, page->last,
                           page->complete ? " complete" : "", page->unstable ? " unstable" : "", page->count);
    for (guint i = 0; i < page->messages->len; i++)
        append_result(asked->outcome, page->messages->pdata[i]);
}

static void
ask(Asked *asked, const MamQuery *query)
{
    memset(asked, 0, sizeof *asked);
    fixture_init_online(&asked->fixture);
    asked->outcome = g_string_new("nothing");
    asked->number = mam_query(asked->fixture.stream, query, on_page, asked);
    g_assert_cmpuint(asked->number, !=, 0);
    asked->request = g_strdup(fixture_sent(&asked->fixture));
    asked->iq = fixture_attribute(asked->request, "id");
    asked->query = fixture_attribute(asked->request, "queryid");
}

static void
ask_own(Asked *asked)
{
    ask(asked, &(MamQuery) { 0 });
}

static void
asked_clear(Asked *asked)
{
    fixture_clear(&asked->fixture);
    g_assert_cmpuint(asked->calls, <=, 1);
    g_string_free(asked->outcome, TRUE);
    g_free(asked->request);
    g_free(asked->iq);
    g_free(asked->query);
}

/* A result of this query, `from` with its quotes and all ("" for none). */
static void
feed_result(Asked *asked, const char *from, const char *id, const char *inside)
{
    fixture_feed(&asked->fixture,
                 "<message %s to='romeo@montague.example/orchard'><result xmlns='urn:xmpp:mam:2' queryid='%s' "
                 "id='%s'>%s</result></message>",
                 from, asked->query, id, inside);
}

static void
feed_fin(Asked *asked, const char *from, const char *attributes, const char *set)
{
    fixture_feed(&asked->fixture,
                 "<iq type='result' id='%s' %s><fin xmlns='urn:xmpp:mam:2' %s><set "
                 "xmlns='http://jabber.org/protocol/rsm'>%s</set></fin></iq>",
                 asked->iq, from, attributes, set);
}

static void
assert_outcome(Asked *asked, const char *outcome)
{
    g_assert_cmpstr(asked->outcome->str, ==, outcome);
    assert_no_event(&asked->fixture); /* what comes from an archive is nobody's live message */
    assert_nothing_sent(&asked->fixture);
}

static void
test_page(void)
{
    Asked asked;

    ask_own(&asked);
    g_assert_null(fixture_attribute(asked.request, "to"));
    assert_has(asked.request, "type=\"set\"");
    assert_has(asked.request, "<max>100</max>");
    g_assert_null(strstr(asked.request, "jabber:x:data"));
    feed_result(&asked, "", "a1", FORWARDED(HAIL));
    feed_result(&asked, "from='romeo@montague.example'", "a2",
                FORWARDED("<message xmlns='jabber:client' to='witch@heath.example' from='romeo@montague.example/x'>"
                          "<body>Thou</body></message>"));
    feed_result(
        &asked, "", "a3",
        FORWARDED("<message xmlns='jabber:client' from='romeo@montague.example/x'><body>Note</body></message>"));
    g_assert_cmpuint(asked.calls, ==, 0);
    feed_fin(&asked, "", "", "<first index='0'>a1</first><last>a3</last><count>20</count>");
    assert_outcome(&asked, "a1..a3 of 20:"
                           "[a1 witch@heath.example/cave>romeo@montague.example Hail 2010-07-10T23:08:25.000Z by "
                           "romeo@montague.example in romeo@montague.example]"
                           "[a2 romeo@montague.example/x>witch@heath.example Thou 2010-07-10T23:08:25.000Z by "
                           "romeo@montague.example in romeo@montague.example]"
                           "[a3 romeo@montague.example/x>romeo@montague.example Note 2010-07-10T23:08:25.000Z by "
                           "romeo@montague.example in romeo@montague.example]");
    asked_clear(&asked);
}

static void
test_filters(void)
{
    Asked asked;
    g_autoptr(Jid) with = jid_new("juliet@capulet.example", NULL);
    g_autoptr(Jid) room = jid_new("coven@rooms.example", NULL);
    gint64 start, end;

    g_assert_true(when_parse("2010-06-07T00:00:00.001Z", &start));
    g_assert_true(when_parse("2010-07-07T13:23:54Z", &end));
    ask(&asked, &(MamQuery) { .with = with, .start = start + 999, .end = end + 1, .before = "", .max = 7 });
    assert_has(asked.request, "<value>urn:xmpp:mam:2</value>");
    assert_has(asked.request, "var=\"with\"");
    assert_has(asked.request, "<value>juliet@capulet.example</value>");
    assert_has(asked.request, "<value>2010-06-07T00:00:00.001Z</value>");
    assert_has(asked.request, "<value>2010-07-07T13:23:54.001Z</value>");
    assert_has(asked.request, "<max>7</max><before/>");
    asked_clear(&asked);
    ask(&asked, &(MamQuery) { .archive = room, .after = "<&>" });
    assert_has(asked.request, "to=\"coven@rooms.example\"");
    assert_has(asked.request, "<after>&lt;&amp;&gt;</after>");
    asked_clear(&asked);
    ask(&asked, &(MamQuery) { .after = "" }); /* from the beginning */
    g_assert_null(strstr(asked.request, "<after"));
    asked_clear(&asked);
}

/* What <fin/> leaves out is known from the results; one that leads nowhere is none (I9). */
static void
test_edges(void)
{
    static const struct {
        const char *attributes, *set, *outcome;
        bool empty;
    } cases[] = {
        { "complete='true'", "", "a1..a1 complete of 0:", false },
        { "complete='1' stable='false'", "<first>x</first><last>y</last>", "x..y complete unstable of 0:", false },
        { "complete='yes'", "<first/><last/><count>-1</count>", "a1..a1 of 0:", false },
        { "complete='true'", "<count>99999999999</count>", "(null)..(null) complete of 0:", true },
        { "complete='true'", "<last>z</last><count>5</count>", "(null)..z complete of 5:", true },
        { "", "<count>0</count>", "failed: the archive's answer holds nothing usable: try again later", true },
        { "", "<last>z</last><count>5</count>",
          "failed: the archive's answer holds nothing usable: try again later", true },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Asked asked;
        ask_own(&asked);
        if (!cases[i].empty)
            feed_result(&asked, "", "a1", "");
        feed_fin(&asked, "", cases[i].attributes, cases[i].set);
        assert_outcome(&asked, cases[i].outcome);
        asked_clear(&asked);
    }
}

/* I10: only results of a query running, with its id, from the archive asked; the rest changes nothing, and is not shown
 * as a message either. */
static void
test_forged_results(void)
{
    static const char *const wrappers[] = {
        "from='mallory@evil.example'",
        "from='montague.example'",
        "from='romeo@montague.example/orchard'",
        "from='romeo@montague.example/other'",
        "from='romeo@montague.example.evil.example'",
        "from='coven@rooms.example'",
        "from='@'",
        "from=''",
    };
    Asked asked;

    ask_own(&asked);
    for (guint i = 0; i < G_N_ELEMENTS(wrappers); i++)
        feed_result(&asked, wrappers[i], "f1", FORWARDED(HAIL));
    fixture_feed(&asked.fixture,
                 "<message><body>b</body><result xmlns='urn:xmpp:mam:2' queryid='f27' id='f2'>" FORWARDED(
                     HAIL) "</result></message>");
    fixture_feed(&asked.fixture,
                 "<message><result xmlns='urn:xmpp:mam:2' id='f3'>" FORWARDED(HAIL) "</result></message>");
    fixture_feed(&asked.fixture, "<message><result xmlns='urn:xmpp:mam:2' queryid='' id='f4'/></message>");
    fixture_feed(&asked.fixture,
                 "<message from='mallory@evil.example/x' type='chat'><body>b</body><result "
                 "xmlns='urn:xmpp:mam:2' queryid='%s' id='f5'>" FORWARDED(HAIL) "</result></message>",
                 asked.query);
    assert_outcome(&asked, "nothing");
    feed_result(&asked, "", "a1", FORWARDED(HAIL));
    feed_fin(&asked, "from='mallory@evil.example'", "complete='true'", "<last>f9</last>"); /* I13 */
    g_assert_cmpuint(asked.calls, ==, 0);
    feed_fin(&asked, "", "complete='true'", "");
    g_assert_cmpuint(asked.calls, ==, 1);
    assert_has(asked.outcome->str, "a1..a1 complete of 0:[a1 ");
    g_assert_null(strchr(strchr(asked.outcome->str, '[') + 1, '['));
    /* after the end */
    feed_result(&asked, "", "f6", FORWARDED(HAIL));
    feed_fin(&asked, "", "", "");
    assert_no_event(&asked.fixture);
    g_assert_cmpuint(asked.calls, ==, 1);
    asked_clear(&asked);
}

/* I10: a room's archive speaks only for that room, and never without its name. */
static void
test_room_archive(void)
{
    static const char *const forged[] = {
        "",
        "from='romeo@montague.example'",
        "from='coven@rooms.example/witch'",
        "from='other@rooms.example'",
    };
    Asked asked;
    g_autoptr(Jid) room = jid_new("coven@rooms.example", NULL);

    ask(&asked, &(MamQuery) { .archive = room });
    for (guint i = 0; i < G_N_ELEMENTS(forged); i++)
        feed_result(&asked, forged[i], "f1",
                    FORWARDED("<message xmlns='jabber:client' from='coven@rooms.example/a'><body>b</body></message>"));
    feed_result(&asked, "from='coven@rooms.example'", "f2", FORWARDED(HAIL));
    feed_result(&asked, "from='coven@rooms.example'", "f3",
                FORWARDED("<message xmlns='jabber:client' from='juliet@capulet.example' to='coven@rooms.example'>"
                          "<body>b</body></message>"));
    feed_result(&asked, "from='coven@rooms.example'", "a1",
                FORWARDED("<message xmlns='jabber:client' from='coven@rooms.example/witch' type='groupchat'>"
                          "<body>Double</body></message>"));
    feed_fin(&asked, "from='coven@rooms.example'", "complete='true'", "");
    assert_outcome(&asked, "f2..a1 complete of 0:[a1 coven@rooms.example/witch>romeo@montague.example Double "
                           "2010-07-10T23:08:25.000Z by coven@rooms.example in coven@rooms.example]");
    asked_clear(&asked);
}

/* I6: what is inside must be a message of somebody; I10: of a conversation of the account. Its place counts. */
static void
test_unreadable_results(void)
{
    static const char *const insides[] = {
        "",
        HAIL,
        "<forwarded xmlns='urn:other'>" HAIL "</forwarded>",
        FORWARDED(""),
        FORWARDED("<message xmlns='urn:other' from='a@b.example' to='romeo@montague.example'><body>b</body></message>"),
        FORWARDED("<presence xmlns='jabber:client' from='a@b.example'/>"),
        FORWARDED("<message xmlns='jabber:client' to='romeo@montague.example'><body>b</body></message>"),
        FORWARDED("<message xmlns='jabber:client' from='@' to='romeo@montague.example'><body>b</body></message>"),
        FORWARDED("<message xmlns='jabber:client' from='a@b.example' to='@'><body>b</body></message>"),
        FORWARDED("<message xmlns='jabber:client' from='a@b.example' to='c@d.example'><body>b</body></message>"),
    };
    Asked asked;

    ask_own(&asked);
    feed_result(&asked, "", "", FORWARDED(HAIL)); /* no id: no place either */
    for (guint i = 0; i < G_N_ELEMENTS(insides); i++) {
        g_autofree char *id = g_strdup_printf("a%u", i);
        feed_result(&asked, "", id, insides[i]);
    }
    feed_fin(&asked, "", "", "");
    assert_outcome(&asked, "a0..a9 of 0:");
    asked_clear(&asked);
}

/* I10: what is wrapped in a result is a message, not a result. */
static void
test_nested_results(void)
{
    Asked asked;

    ask_own(&asked);
    g_autofree char *inside = g_strdup_printf(
        FORWARDED("<message xmlns='jabber:client' from='romeo@montague.example' to='romeo@montague.example'>"
                  "<body>outer</body><result xmlns='urn:xmpp:mam:2' queryid='%s' id='n1'>" FORWARDED(
                      HAIL) "</result><sent xmlns='urn:xmpp:carbons:2'>" FORWARDED(HAIL) "</sent></message>"),
        asked.query);
    feed_result(&asked, "", "a1", inside);
    feed_fin(&asked, "", "complete='true'", "");
    assert_outcome(&asked, "a1..a1 complete of 0:[a1 romeo@montague.example>romeo@montague.example outer "
                           "2010-07-10T23:08:25.000Z by romeo@montague.example in romeo@montague.example]");
    asked_clear(&asked);
}

/* The archive's stamp counts, the message's own only where there is none, and nonsense never. */
static void
test_stamps(void)
{
    static const struct {
        const char *delay, *inside, *stamp;
    } cases[] = {
        { "<delay xmlns='urn:xmpp:delay' stamp='" STAMP "'/>",
          "<delay xmlns='urn:xmpp:delay' from='montague.example' stamp='1999-01-01T00:00:00Z'/>",
          "x 2010-07-10T23:08:25.000Z by romeo@montague.example" },
        { "<delay xmlns='urn:xmpp:delay' stamp='yesterday'/>",
          "<delay xmlns='urn:xmpp:delay' from='montague.example' stamp='1999-01-01T00:00:00Z'/>",
          "x 1999-01-01T00:00:00.000Z by montague.example" },
        { "<delay xmlns='urn:xmpp:delay' stamp='9999-01-01T00:00:00Z'/>", "", "x in" },
        { "", "<delay xmlns='urn:xmpp:delay' from='mallory@evil.example' stamp='1999-01-01T00:00:00Z'/>", "x in" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Asked asked;
        ask_own(&asked);
        g_autofree char *inside =
            g_strdup_printf("<forwarded xmlns='urn:xmpp:forward:0'>%s<message xmlns='jabber:client' from='a@b.example' "
                            "to='romeo@montague.example'><body>x</body>%s</message></forwarded>",
                            cases[i].delay, cases[i].inside);
        feed_result(&asked, "", "a1", inside);
        feed_fin(&asked, "", "", "");
        assert_has(asked.outcome->str, cases[i].stamp);
        asked_clear(&asked);
    }
}

static void
test_errors(void)
{
    Asked asked;

    ask_own(&asked);
    feed_result(&asked, "", "a1", FORWARDED(HAIL));
    fixture_feed(&asked.fixture,
                 "<iq type='error' id='%s'><error type='cancel'><item-not-found "
                 "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
                 asked.iq);
    assert_has(asked.outcome->str, "item-not-found: ");
    asked_clear(&asked);

    ask_own(&asked);
    fixture_feed(&asked.fixture, "<iq type='result' id='%s'/>", asked.iq);
    assert_has(asked.outcome->str, "failed: the archive's answer holds nothing usable");
    asked_clear(&asked);

    ask_own(&asked);
    feed_result(&asked, "", "a1", FORWARDED(HAIL));
    stream_feed_close(asked.fixture.stream, NULL);
    fixture_turn();
    assert_has(asked.outcome->str, "failed: ");
    g_assert_cmpuint(asked.calls, ==, 1);
    asked_clear(&asked);
}

/* A query made offline ends by itself; one that is cancelled is never heard of. */
static void
test_offline_and_cancelled(void)
{
    StreamFixture fixture;
    Asked asked = { .outcome = g_string_new("nothing") };

    fixture_init(&fixture);
    mam_query(fixture.stream, &(MamQuery) { 0 }, on_page, &asked);
    g_assert_cmpuint(asked.calls, ==, 0);
    fixture_turn();
    assert_has(asked.outcome->str, "not connected");
    g_string_free(asked.outcome, TRUE);
    fixture_clear(&fixture);

    ask_own(&asked);
    feed_result(&asked, "", "a1", FORWARDED(HAIL));
    mam_cancel(asked.fixture.stream, asked.number);
    mam_cancel(asked.fixture.stream, asked.number);
    feed_result(&asked, "", "a2", FORWARDED(HAIL));
    feed_fin(&asked, "", "", "");
    assert_outcome(&asked, "nothing");
    asked_clear(&asked);
}

/* Two at a time: each gets its own. */
static void
test_two_queries(void)
{
    Asked one;
    Asked two = { .outcome = g_string_new("nothing") };
    g_autoptr(Jid) with = jid_new("witch@heath.example", NULL);

    ask_own(&one);
    mam_query(one.fixture.stream, &(MamQuery) { .with = with }, on_page, &two);
    g_autofree char *request = g_strdup(fixture_sent(&one.fixture));
    g_autofree char *iq = fixture_attribute(request, "id");
    g_autofree char *query = fixture_attribute(request, "queryid");
    g_assert_cmpstr(query, !=, one.query);
    fixture_feed(&one.fixture,
                 "<message><result xmlns='urn:xmpp:mam:2' queryid='%s' id='b1'>" FORWARDED(HAIL) "</result></message>",
                 query);
    feed_result(&one, "", "a1", FORWARDED(HAIL));
    fixture_feed(&one.fixture, "<iq type='result' id='%s'><fin xmlns='urn:xmpp:mam:2' complete='true'/></iq>", iq);
    assert_has(two.outcome->str, "b1..b1 complete of 0:[b1 ");
    g_assert_cmpuint(one.calls, ==, 0);
    feed_fin(&one, "", "complete='true'", "");
    assert_has(one.outcome->str, "a1..a1 complete of 0:[a1 ");
    g_string_free(two.outcome, TRUE);
    asked_clear(&one);
}

/* I9: an archive that does not stop is stopped, and what it says afterwards goes nowhere. */
static void
test_too_many_results(void)
{
    Asked asked;

    ask(&asked, &(MamQuery) { .max = 5 });
    for (guint i = 0; i < 15; i++)
        feed_result(&asked, "", "a1", FORWARDED(HAIL));
    g_assert_cmpuint(asked.calls, ==, 0);
    feed_result(&asked, "", "a1", FORWARDED(HAIL));
    assert_outcome(&asked, "failed: the archive sent more than was asked for: try again later");
    feed_result(&asked, "", "a1", FORWARDED(HAIL));
    feed_fin(&asked, "", "", "");
    g_assert_cmpuint(asked.calls, ==, 1);
    assert_no_event(&asked.fixture);
    asked_clear(&asked);
}

/* I9 */
static void
test_too_many_bytes(void)
{
    Asked asked;
    g_autofree char *word = g_strnfill(1024 * 1024, 'w');
    g_autofree char *inside = g_strdup_printf(
        FORWARDED(
            "<message xmlns='jabber:client' from='a@b.example' to='romeo@montague.example'><body>%s</body></message>"),
        word);

    ask_own(&asked);
    for (guint i = 0; i < 7; i++)
        feed_result(&asked, "", "a1", inside);
    g_assert_cmpuint(asked.calls, ==, 0);
    feed_result(&asked, "", "a1", inside);
    assert_outcome(&asked, "failed: the archive sent more than was asked for: try again later");
    asked_clear(&asked);
}

/* I9: a page that ends where it began would be asked for again for ever. */
static void
test_standing_still(void)
{
    static const struct {
        const char *after, *before, *attributes;
        bool works;
    } cases[] = {
        { "a1", NULL, "", false }, { "a1", NULL, "complete='true'", true },
        { NULL, "a1", "", false }, { NULL, "", "", true },
        { NULL, NULL, "", true },  { "a0", NULL, "", true },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Asked asked;
        ask(&asked, &(MamQuery) { .after = cases[i].after, .before = cases[i].before });
        feed_result(&asked, "", "a1", FORWARDED(HAIL));
        feed_fin(&asked, "", cases[i].attributes, "<first>a1</first><last>a1</last>");
        g_assert_cmpint(strncmp(asked.outcome->str, "failed", 6) != 0, ==, cases[i].works);
        asked_clear(&asked);
    }
}

static gboolean
on_time(gpointer data)
{
    *(bool *) data = true;
    return G_SOURCE_REMOVE;
}

static void
wait_ms(guint ms)
{
    bool over = false;

    g_timeout_add(ms, on_time, &over);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
}

/* I5: no <fin/> ends the query; results are signs of life. */
static void
test_silence(void)
{
    Asked asked;

    memset(&asked, 0, sizeof asked);
    fixture_init_online(&asked.fixture);
    iq_table_set_timeout(stream_iqs(asked.fixture.stream), 400);
    asked.outcome = g_string_new("nothing");
    mam_query(asked.fixture.stream, &(MamQuery) { 0 }, on_page, &asked);
    g_autofree char *request = g_strdup(fixture_sent(&asked.fixture));
    asked.query = fixture_attribute(request, "queryid");
    const gint64 start = g_get_monotonic_time();
    for (guint i = 0; i < 6; i++) {
        wait_ms(100);
        feed_result(&asked, "", "a1", FORWARDED(HAIL));
    }
    while (!asked.calls)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 1000 * G_TIME_SPAN_MILLISECOND - 5000);
    assert_has(asked.outcome->str, "no answer within");
    asked_clear(&asked);
}

/* --- preferences --- */

static void
on_preferences(XmppStream *stream, const MamPreferences *preferences, const GError *error, gpointer data)
{
    GString *text = data;

    if (error) {
        g_string_printf(text, "failed: %s", error->message);
        return;
    }
    g_autofree char *always = g_strjoinv(",", preferences->always);
    g_autofree char *never = g_strjoinv(",", preferences->never);
    g_string_printf(text, "%s always=%s never=%s", preferences->by_default, always, never);
}

static void
test_preferences(void)
{
    static const struct {
        const char *inside, *outcome;
    } cases[] = {
        { "<prefs xmlns='urn:xmpp:mam:2' default='roster'><always/><never/></prefs>", "roster always= never=" },
        { "<prefs xmlns='urn:xmpp:mam:2' default='never'><always><jid> A@b.example </jid><jid>@</jid><jid/>"
          "<jid xmlns='urn:other'>c@d.example</jid></always><never><jid>e.example</jid></never></prefs>",
          "never always=a@b.example never=e.example" },
        { "<prefs xmlns='urn:xmpp:mam:2' default='always'/>", "always always= never=" },
        { "<prefs xmlns='urn:xmpp:mam:2' default='sometimes'/>", "failed: the answer holds nothing usable" },
        { "<prefs xmlns='urn:xmpp:mam:2'/>", "failed: the answer holds nothing usable" },
        { "<prefs xmlns='urn:other' default='always'/>", "failed: the answer holds nothing usable" },
        { "", "failed: the answer holds nothing usable" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        StreamFixture fixture;
        g_autoptr(GString) outcome = g_string_new(NULL);
        fixture_init_online(&fixture);
        mam_get_preferences(fixture.stream, on_preferences, outcome);
        g_autofree char *request = g_strdup(fixture_sent(&fixture));
        g_autofree char *id = fixture_attribute(request, "id");
        assert_has(request, "type=\"get\"");
        assert_has(request, "<prefs xmlns=\"urn:xmpp:mam:2\"/>");
        fixture_feed(&fixture, "<iq type='result' id='%s'>%s</iq>", id, cases[i].inside);
        g_assert_cmpstr(outcome->str, ==, cases[i].outcome);
        fixture_clear(&fixture);
    }
}

static void
test_set_preferences(void)
{
    StreamFixture fixture;
    g_autoptr(GString) outcome = g_string_new(NULL);
    char *never[] = { (char *) "a@b.example", (char *) "c.example", NULL };
    const MamPreferences preferences = { .by_default = (char *) "roster", .never = never };

    fixture_init_online(&fixture);
    mam_set_preferences(fixture.stream, &preferences, on_preferences, outcome);
    g_autofree char *request = g_strdup(fixture_sent(&fixture));
    g_autofree char *id = fixture_attribute(request, "id");
    assert_has(request, "type=\"set\"");
    assert_has(request, "default=\"roster\"");
    assert_has(request, "<always/><never><jid>a@b.example</jid><jid>c.example</jid></never></prefs>");
    fixture_feed(&fixture,
                 "<iq type='error' id='%s'><error type='cancel'><not-allowed "
                 "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
                 id);
    assert_has(outcome->str, "failed: ");
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/mam/page", test_page);
    g_test_add_func("/xmpp/mam/filters", test_filters);
    g_test_add_func("/xmpp/mam/edges", test_edges);
    g_test_add_func("/xmpp/mam/forged-results", test_forged_results);
    g_test_add_func("/xmpp/mam/room-archive", test_room_archive);
    g_test_add_func("/xmpp/mam/unreadable-results", test_unreadable_results);
    g_test_add_func("/xmpp/mam/nested-results", test_nested_results);
    g_test_add_func("/xmpp/mam/stamps", test_stamps);
    g_test_add_func("/xmpp/mam/errors", test_errors);
    g_test_add_func("/xmpp/mam/offline-and-cancelled", test_offline_and_cancelled);
    g_test_add_func("/xmpp/mam/two-queries", test_two_queries);
    g_test_add_func("/xmpp/mam/too-many-results", test_too_many_results);
    g_test_add_func("/xmpp/mam/too-many-bytes", test_too_many_bytes);
    g_test_add_func("/xmpp/mam/standing-still", test_standing_still);
    g_test_add_func("/xmpp/mam/silence", test_silence);
    g_test_add_func("/xmpp/mam-prefs/read", test_preferences);
    g_test_add_func("/xmpp/mam-prefs/set", test_set_preferences);
    return g_test_run();
}
