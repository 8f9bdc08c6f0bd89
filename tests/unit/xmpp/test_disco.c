/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/disco.h"

#include <string.h>

#include "stream_fixture.h"
#include "xmpp/stream_parts.h"
#include "xmpp/xep/modules.h"
#include "xmpp/xep/version.h"

static void
test_features_come_from_the_rows(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    fixture_feed(&fixture, "<iq type='get' id='1' from='j@c.example/b'><query xmlns='" NS_DISCO_INFO
                           "'/></iq>");
    g_autofree char *xml = g_strdup(fixture_sent(&fixture));
    for (const XmppModule *const *row = modules_all(); *row; row++) {
        for (const char *const *feature = (*row)->features; feature && *feature; feature++) {
            g_autofree char *element = g_strdup_printf("<feature var=\"%s\"/>", *feature);
            const char *found = strstr(xml, element);
            const bool is_offered = !(*row)->is_offered || (*row)->is_offered(fixture.stream);
            g_assert_true((found != NULL) == is_offered);
            g_assert_true(!found || !strstr(found + 1, element)); /* once */
        }
    }
    fixture_feed(&fixture, "<iq type='get' id='2' from='j@c.example/b'><query xmlns='" NS_DISCO_INFO
                           "' node='nowhere'/></iq>");
    assert_has(fixture_sent(&fixture), "item-not-found");
    fixture_feed(&fixture,
                 "<iq type='get' id='3' from='j@c.example/b'><query xmlns='" NS_DISCO_ITEMS
                 "' node='n'/></iq>");
    const char *items = fixture_sent(&fixture);
    assert_has(items, "type=\"result\"");
    assert_has(items, "node=\"n\"");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* Every row has what the DOAP file needs, and names are what states are found by: each once. */
static void
test_rows(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (const XmppModule *const *row = modules_all(); *row; row++) {
        g_assert_true(g_hash_table_add(names, (gpointer) (*row)->name));
        g_assert_true(!(*row)->xep == !(*row)->version);
        g_assert_true(!(*row)->xep || strlen((*row)->xep) == 4);
    }
}

static void
on_info(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error,
        gpointer data)
{
    char **words = data;

    g_free(*words);
    if (info) {
        g_autofree char *features = g_strjoinv(",", info->features);
        *words =
            g_strdup_printf("%s %s [%s]", jid_text(jid),
                            info->identities->len ? (const char *) info->identities->pdata[0] : "-",
                            features);
    } else {
        *words = g_strdup_printf("%s failed: %s", jid_text(jid), error->message);
    }
}

static void
test_request_info(void)
{
    static const struct {
        const char *inside, *words;
    } cases[] = {
        { "<query xmlns='" NS_DISCO_INFO
          "'><identity category='server' type='im' name='P &lt;'/><feature var='b'/><feature "
          "var='a'/><feature/><feature xmlns='urn:other' var='c'/></query>",
          "c.example server/im P < [,a,b]" },
        { "<query xmlns='" NS_DISCO_INFO "'/>", "c.example - []" },
        { "<query xmlns='urn:other'/>", "c.example failed: the answer holds nothing usable" },
        { "", "c.example failed: the answer holds nothing usable" },
    };
    g_autoptr(Jid) jid = jid_new("c.example", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        StreamFixture fixture;
        char *words = NULL;
        fixture_init_online(&fixture);
        disco_request_info(fixture.stream, jid, "n&n", on_info, &words);
        g_autofree char *xml = g_strdup(fixture_sent(&fixture));
        g_autofree char *id = fixture_attribute(xml, "id");
        assert_has(xml, "node=\"n&amp;n\"");
        fixture_feed(&fixture, "<iq type='result' from='c.example' id='%s'>%s</iq>", id,
                     cases[i].inside);
        g_assert_cmpstr(words, ==, cases[i].words);
        g_free(words);
        fixture_clear(&fixture);
    }
}

static void
on_items(XmppStream *stream, const Jid *jid, const GPtrArray *items, const GError *error,
         gpointer data)
{
    GString *words = data;

    g_string_truncate(words, 0);
    for (guint i = 0; items && i < items->len; i++) {
        const DiscoItem *item = items->pdata[i];
        g_string_append_printf(words, "%s %s %s;", jid_text(item->jid),
                               item->node ? item->node : "-", item->name ? item->name : "-");
    }
    if (error)
        g_string_append(words, error->message);
}

static void
test_request_items(void)
{
    StreamFixture fixture;
    g_autoptr(Jid) jid = jid_new("c.example", NULL);
    g_autoptr(GString) words = g_string_new(NULL);

    fixture_init_online(&fixture);
    disco_request_items(fixture.stream, jid, NULL, on_items, words);
    g_autofree char *id = fixture_attribute(fixture_sent(&fixture), "id");
    fixture_feed(
        &fixture,
        "<iq type='result' from='c.example' id='%s'><query xmlns='" NS_DISCO_ITEMS "'>"
        "<item jid='rooms.c.example' name='Rooms'/><item jid='@'/><item/><item jid='c.example' node='x'/></query></iq>",
        id);
    g_assert_cmpstr(words->str, ==, "rooms.c.example - Rooms;c.example x -;");
    disco_request_items(fixture.stream, jid, NULL, on_items, words);
    stream_feed_close(fixture.stream, NULL);
    assert_has(words->str, "closed the session");
    fixture_clear(&fixture);
}

static void
on_page(XmppStream *stream, const Jid *jid, const GPtrArray *items, const RsmPage *page,
        const GError *error, gpointer data)
{
    on_items(stream, jid, items, error, data);
    if (page->last)
        g_string_append_printf(data, " to %s of %u", page->last, page->count);
}

/* XEP-0059 in XEP-0030 §3.2. */
static void
test_request_pages(void)
{
    StreamFixture fixture;
    g_autoptr(Jid) jid = jid_new("c.example", NULL);
    g_autoptr(GString) words = g_string_new(NULL);

    fixture_init_online(&fixture);
    disco_request_items_page(fixture.stream, jid, 2, NULL, on_page, words);
    g_autofree char *first = g_strdup(fixture_sent(&fixture));
    g_autofree char *id = fixture_attribute(first, "id");
    assert_has(first, "<max>2</max>");
    fixture_feed(&fixture,
                 "<iq type='result' from='c.example' id='%s'><query xmlns='" NS_DISCO_ITEMS
                 "'><item jid='a@c.example'/><item jid='b@c.example'/>"
                 "<set xmlns='" NS_RSM "'><first>a</first><last>b</last><count>3</count></set></query></iq>",
                 id);
    g_assert_cmpstr(words->str, ==, "a@c.example - -;b@c.example - -; to b of 3");
    disco_request_items_page(fixture.stream, jid, 2, "b", on_page, words);
    g_autofree char *second = g_strdup(fixture_sent(&fixture));
    g_autofree char *next = fixture_attribute(second, "id");
    assert_has(second, "<after>b</after>");
    fixture_feed(&fixture, "<iq type='result' from='c.example' id='%s'/>", next);
    assert_has(words->str, "nothing usable");
    fixture_clear(&fixture);
}

static void
on_details(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error,
           gpointer data)
{
    const DataForm *form = info ? disco_info_form(info, "http://jabber.org/protocol/muc#roominfo") : NULL;

    g_assert_nonnull(form);
    g_assert_cmpstr(form_value(form, "muc#roominfo_occupants"), ==, "7");
    g_assert_null(disco_info_form(info, "other"));
    g_assert_true(disco_info_is(info, "conference", "text"));
    g_assert_false(disco_info_is(info, "conference", "irc"));
    ++*(guint *) data;
}

static void
test_details(void)
{
    StreamFixture fixture;
    guint calls = 0;
    g_autoptr(Jid) jid = jid_new("c.example", NULL);

    fixture_init_online(&fixture);
    disco_request_info(fixture.stream, jid, NULL, on_details, &calls);
    g_autofree char *id = fixture_attribute(fixture_sent(&fixture), "id");
    fixture_feed(&fixture,
                 "<iq type='result' from='c.example' id='%s'><query xmlns='" NS_DISCO_INFO "'>"
                 "<identity category='conference' type='text' name='C'/><x xmlns='jabber:x:data' type='result'>"
                 "<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/muc#roominfo</value></field>"
                 "<field var='muc#roominfo_occupants'><value>7</value></field></x></query></iq>",
                 id);
    g_assert_cmpuint(calls, ==, 1);
    fixture_clear(&fixture);
}

/* I9 */
static void
test_too_many_features(void)
{
    StreamFixture fixture;
    char *words = NULL;
    g_autoptr(Jid) jid = jid_new("c.example", NULL);
    GString *xml = g_string_new(NULL);

    fixture_init_online(&fixture);
    disco_request_info(fixture.stream, jid, NULL, on_info, &words);
    g_autofree char *id = fixture_attribute(fixture_sent(&fixture), "id");
    g_string_append_printf(xml,
                           "<iq type='result' from='c.example' id='%s'><query xmlns='" NS_DISCO_INFO
                           "'>",
                           id);
    for (guint i = 0; i < 10000; i++)
        g_string_append(xml, "<feature var='f'/><identity/>");
    g_string_append(xml, "</query></iq>");
    g_assert_true(stream_feed(fixture.stream, xml->str));
    g_assert_cmpuint(strlen(words), <, 2000 * 2 + 100);
    g_free(words);
    g_string_free(xml, TRUE);
    fixture_clear(&fixture);
}

/* --- XEP-0092 --- */

static bool
reveal_to_nurse(gpointer owner, const Jid *jid)
{
    return strcmp(jid_bare(jid), "nurse@capulet.example") == 0;
}

/* I15: off, and for strangers, it looks as if we were not there. */
static void
test_version_answers(void)
{
    for (guint on = 0; on < 2; on++) {
        static const char *const senders[] = { "nurse@capulet.example/h", "mallory@evil.example/x",
                                               "romeo@montague.example/other" };
        StreamFixture fixture;
        g_autoptr(Jid) bare = jid_new("romeo@montague.example", NULL);
        g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);
        const XmppStreamConfig config = { .jid = bare,
                                          .answer_version = on,
                                          .may_reveal = reveal_to_nurse };
        fixture_init(&fixture);
        stream_connect(fixture.stream, &config);
        stream_feed_bound(fixture.stream, full);
        fixture_forget(&fixture);
        for (guint i = 0; i < G_N_ELEMENTS(senders); i++) {
            const bool told = on && i != 1;
            fixture_feed(&fixture,
                         "<iq type='get' id='1' from='%s'><query xmlns='jabber:iq:version'/></iq>",
                         senders[i]);
            const char *answer = fixture_sent(&fixture);
            assert_has(answer, told ? "<name>confab</name><version>" : "service-unavailable");
            g_assert_null(strstr(answer, "<os>"));
            assert_nothing_sent(&fixture);
        }
        fixture_clear(&fixture);
    }
}

static void
check_words(StreamFixture *fixture, const char *inside, const char *words)
{
    g_autofree char *xml = g_strdup_printf(
        "<iq xmlns='jabber:client'><query xmlns='jabber:iq:version'>%s</query></iq>", inside);
    xmpp_stanza_t *iq = xmpp_stanza_new_from_string(stream_ctx(fixture->stream), xml);
    g_autofree char *made = version_words(iq);

    g_assert_cmpstr(made, ==, words);
    xmpp_stanza_release(iq);
}

static void
test_version_words(void)
{
    StreamFixture fixture;

    fixture_init(&fixture);
    check_words(&fixture, "<name>Psi</name><version>0.11</version><os>Mac</os>", "Psi 0.11 (Mac)");
    check_words(&fixture, "<name>Psi</name>", "Psi");
    check_words(&fixture, "<version>1</version>", "? 1");
    check_words(&fixture, "", "?");
    check_words(&fixture, "<name> </name><version/><os>&#10;</os>", "?");
    /* I12 */
    g_autofree char *xml = g_strdup("<name>a&#x9;b\nc\xc2\x9b"
                                    "31m\xe2\x80\xae"
                                    "d</name>");
    g_autofree char *full = g_strdup_printf(
        "<iq xmlns='jabber:client'><query xmlns='jabber:iq:version'>%s</query></iq>", xml);
    xmpp_stanza_t *iq = xmpp_stanza_new_from_string(stream_ctx(fixture.stream), full);
    g_autofree char *words = version_words(iq);
    for (const char *p = words; *p; p++)
        g_assert_cmpint((guchar) *p, >=, ' ');
    g_assert_null(strstr(words, "\xc2\x9b"));
    g_assert_null(strstr(words, "\xe2\x80\xae"));
    xmpp_stanza_release(iq);
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/disco/features-come-from-the-rows", test_features_come_from_the_rows);
    g_test_add_func("/xmpp/modules/rows", test_rows);
    g_test_add_func("/xmpp/disco/request-info", test_request_info);
    g_test_add_func("/xmpp/disco/request-items", test_request_items);
    g_test_add_func("/xmpp/disco/request-pages", test_request_pages);
    g_test_add_func("/xmpp/disco/details", test_details);
    g_test_add_func("/xmpp/disco/too-many-features", test_too_many_features);
    g_test_add_func("/xmpp/version/answers", test_version_answers);
    g_test_add_func("/xmpp/version/words", test_version_words);
    return g_test_run();
}
