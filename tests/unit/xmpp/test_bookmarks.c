/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "stream_fixture.h"
#include "xmpp/xep/bookmarks.h"

#define OWN "romeo@montague.example"
#define NODE "urn:xmpp:bookmarks:1"
#define PUBSUB "http://jabber.org/protocol/pubsub"
#define EVENT(from, inside) \
    "<message " from " to='" OWN "/orchard' type='headline'><event xmlns='" PUBSUB "#event'>" inside \
    "</event><body>never shown</body></message>"
#define ITEMS(items) "<items node='" NODE "'>" items "</items>"
#define ITEM(room, attributes, inside) \
    "<item id='" room "'><conference xmlns='" NODE "' " attributes ">" inside "</conference></item>"
#define OLD(room, attributes, inside) "<conference jid='" room "' " attributes ">" inside "</conference>"
#define STORAGE(list) "<storage xmlns='storage:bookmarks'>" list "</storage>"
#define PRIVATE(list) "<query xmlns='jabber:iq:private'>" STORAGE(list) "</query>"
#define COMPATIBLE "<feature var='" NODE "#compat'/>" CAN_PUBLISH
#define CAN_PUBLISH "<feature var='" PUBSUB "#publish-options'/>"
#define CONVERTS "<feature var='urn:xmpp:bookmarks-conversion:0'/>" CAN_PUBLISH
#define MISSING "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"

/* --- the server's side --- */

static char *
take_request(StreamFixture *fixture, const char *part)
{
    const char *xml = fixture_sent(fixture);

    assert_has(xml, part);
    return fixture_attribute(xml, "id");
}

static void
answer(StreamFixture *fixture, const char *id, const char *type, const char *inside)
{
    fixture_feed(fixture, "<iq type='%s' id='%s'>%s</iq>", type, id, inside);
}

/* Takes the next request, and answers it. */
static void
serve(StreamFixture *fixture, const char *request, const char *inside)
{
    g_autofree char *id = take_request(fixture, request);

    answer(fixture, id, strstr(inside, "<error") ? "error" : "result", inside);
}

static void
serve_info(StreamFixture *fixture, const char *features)
{
    g_autofree char *id = take_request(fixture, "disco#info");

    fixture_feed(fixture, "<iq type='result' id='%s' from='" OWN "'><query xmlns='http://jabber.org/protocol/disco#info'>"
                          "%s</query></iq>", id, features);
}

static void
serve_items(StreamFixture *fixture, const char *items)
{
    g_autofree char *inside = g_strdup_printf("<pubsub xmlns='" PUBSUB "'><items node='" NODE "'>%s</items></pubsub>", items);

    serve(fixture, "<items node=\"" NODE "\"/>", inside);
}

static void
init_compatible(StreamFixture *fixture, const char *items)
{
    fixture_init_online(fixture);
    bookmarks_request(fixture->stream);
    serve_info(fixture, COMPATIBLE);
    serve_items(fixture, items);
}

static void
init_private(StreamFixture *fixture, const char *answered)
{
    fixture_init_online(fixture);
    bookmarks_request(fixture->stream);
    serve_info(fixture, "");
    serve(fixture, "<items node=\"" NODE "\"/>",
          "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    serve(fixture, "<query xmlns=\"jabber:iq:private\"><storage xmlns=\"storage:bookmarks\"/></query>", answered);
}

/* --- the account's side --- */

static void
keep_outcome(XmppStream *stream, xmpp_stanza_t *stanza, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    char **outcome = data;

    g_assert_null(*outcome);
    *outcome = g_strdup(detail ? detail->condition : error ? "lost" : "ok");
}

static XmppBookmark *
make(const char *room)
{
    g_autoptr(Jid) jid = jid_new(room, NULL);

    return bookmark_new(jid);
}

static void
put(StreamFixture *fixture, const XmppBookmark *bookmark, char **outcome)
{
    bookmarks_put(fixture->stream, bookmark, keep_outcome, outcome);
}

static void
take_away(StreamFixture *fixture, const char *room, char **outcome)
{
    g_autoptr(Jid) jid = jid_new(room, NULL);

    bookmarks_remove(fixture->stream, jid, keep_outcome, outcome);
}

/* The bookmark of an event, kept. */
static void
keep_bookmark(const XmppEvent *event, gpointer data)
{
    XmppBookmark **kept = data;

    if (event->type == XMPP_EVENT_BOOKMARK && event->bookmark.bookmark && !*kept)
        *kept = bookmark_copy(event->bookmark.bookmark);
}

/* --- items (XEP-0402) --- */

static void
test_list(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    g_assert_false(bookmarks_can_change(fixture.stream));
    bookmarks_request(fixture.stream);
    g_autofree char *info = take_request(&fixture, "disco#info");
    serve_items(&fixture, ITEM("play@rooms.example", "name='The Play&apos;s the Thing' autojoin='true'", "<nick>JC</nick>")
                          ITEM("Orchard@Rooms.Example", "autojoin='1'", "<password>p&amp;q</password>")
                          ITEM("quiet@rooms.example", "autojoin='false' name=''", "<nick/>"));
    assert_no_event(&fixture);
    fixture_feed(&fixture, "<iq type='result' id='%s' from='" OWN "'><query xmlns='http://jabber.org/protocol/disco#info'>"
                           COMPATIBLE "</query></iq>", info);
    g_assert_cmpstr(fixture_event(&fixture), ==,
                    "bookmarks play@rooms.example autojoin name=The Play's the Thing nick=JC"
                    " orchard@rooms.example autojoin password=p&q quiet@rooms.example");
    assert_no_event(&fixture);
    assert_nothing_sent(&fixture); /* private storage is the same on such a server */
    g_assert_true(bookmarks_can_change(fixture.stream));
    fixture_clear(&fixture);
}

/* No node: nobody has bookmarked anything yet. */
static void
test_no_node(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    bookmarks_request(fixture.stream);
    serve_info(&fixture, COMPATIBLE);
    serve(&fixture, NODE, MISSING);
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks");
    fixture_clear(&fixture);
}

static void
test_unknown(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    bookmarks_request(fixture.stream);
    serve_info(&fixture, COMPATIBLE);
    serve(&fixture, NODE, "<error type='wait'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks unknown");
    fixture_clear(&fixture);
}

/* I6, I9: what is no bookmark of a room is none. */
static void
test_nonsense(void)
{
    StreamFixture fixture;

    init_compatible(&fixture, ITEM("@@", "", "") ITEM("rooms.example", "autojoin='true'", "")
                              ITEM("room@rooms.example/nick", "autojoin='true'", "") "<item id='x@rooms.example'/>"
                              "<item><conference xmlns='" NODE "' autojoin='true'/></item>"
                              "<item id='y@rooms.example'><conference xmlns='urn:other' autojoin='true'/></item>"
                              "<item id='z@rooms.example' xmlns='urn:other'><conference xmlns='" NODE "'/></item>"
                              ITEM("ok@rooms.example", "autojoin='yes'", "<nick xmlns='urn:other'>no</nick>")
                              ITEM("ok@rooms.example", "autojoin='true'", ""));
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks ok@rooms.example");
    fixture_clear(&fixture);
}

static void
test_too_many(void)
{
    g_autoptr(GString) items = g_string_new(NULL);
    StreamFixture fixture;

    for (int i = 0; i < BOOKMARKS_MAX + 500; i++)
        g_string_append_printf(items, "<item id='r%d@rooms.example'><conference xmlns='" NODE "'/></item>", i);
    init_compatible(&fixture, items->str);
    const char *event = fixture_event(&fixture);
    assert_has(event, " r1999@rooms.example");
    g_assert_null(strstr(event, " r2000@rooms.example")); /* I9 */
    fixture_clear(&fixture);
}

static void
test_pushes(void)
{
    StreamFixture fixture;

    init_compatible(&fixture, "");
    fixture_forget(&fixture);
    fixture_feed(&fixture, EVENT("from='" OWN "'", ITEMS(ITEM("a@rooms.example", "autojoin='true'", "<nick>R</nick>"))));
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmark a@rooms.example autojoin nick=R");
    fixture_feed(&fixture, EVENT("", ITEMS("<retract id='A@rooms.example'/>")));
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmark removed a@rooms.example");
    assert_no_event(&fixture);
    assert_nothing_sent(&fixture);
    /* told without what is in it, and all of them gone */
    fixture_feed(&fixture, EVENT("from='" OWN "'", ITEMS("<item id='a@rooms.example'/>")));
    serve_info(&fixture, COMPATIBLE);
    serve_items(&fixture, ITEM("a@rooms.example", "", ""));
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks a@rooms.example");
    fixture_feed(&fixture, EVENT("from='" OWN "'", "<purge node='" NODE "'/>"));
    serve_info(&fixture, COMPATIBLE);
    serve_items(&fixture, "");
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks");
    /* the same again, in the other form: not the one that is used */
    fixture_feed(&fixture, EVENT("from='" OWN "'", "<items node='storage:bookmarks'><item id='current'>" STORAGE(
                                 OLD("b@rooms.example", "autojoin='true'", "")) "</item></items>"));
    assert_no_event(&fixture);
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* I11: a bookmark from elsewhere joins nothing, and is no message either. */
static void
test_forged(void)
{
    static const char *const forged[] = {
        EVENT("from='eve@evil.example'", ITEMS(ITEM("trap@evil.example", "autojoin='true'", ""))),
        EVENT("from='" OWN "/phone'", ITEMS(ITEM("trap@evil.example", "autojoin='true'", ""))),
        EVENT("from='montague.example'", ITEMS(ITEM("trap@evil.example", "autojoin='true'", ""))),
        EVENT("from='" OWN ".evil.example'", ITEMS(ITEM("trap@evil.example", "autojoin='true'", ""))),
        EVENT("from='eve@evil.example'", ITEMS("<retract id='a@rooms.example'/>")),
        EVENT("from='eve@evil.example'", "<purge node='" NODE "'/>"),
        EVENT("from='eve@evil.example'", "<items node='storage:bookmarks'><item id='current'>" STORAGE(
              OLD("trap@evil.example", "autojoin='true'", "")) "</item></items>"),
        EVENT("from='" OWN "'", "<items node='urn:other'>" ITEM("trap@evil.example", "autojoin='true'", "") "</items>"),
    };
    StreamFixture fixture;

    init_compatible(&fixture, ITEM("a@rooms.example", "", ""));
    fixture_forget(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(forged) - 1; i++) {
        g_test_message("%u", i);
        fixture_feed(&fixture, "%s", forged[i]);
        assert_no_event(&fixture);
        assert_nothing_sent(&fixture);
    }
    fixture_feed(&fixture, "%s", forged[G_N_ELEMENTS(forged) - 1]);
    g_assert_null(strstr(fixture_event(&fixture), "bookmark"));
    /* I13: an answer from somebody else */
    bookmarks_request(fixture.stream);
    serve_info(&fixture, COMPATIBLE);
    g_autofree char *id = take_request(&fixture, NODE);
    fixture_feed(&fixture, "<iq type='result' from='eve@evil.example' id='%s'><pubsub xmlns='" PUBSUB "'>"
                           ITEMS(ITEM("trap@evil.example", "autojoin='true'", "")) "</pubsub></iq>", id);
    assert_no_event(&fixture);
    fixture_clear(&fixture);
}

/* What comes while the list is asked for may be newer than the answer. */
static void
test_changed_meanwhile(void)
{
    StreamFixture fixture;

    init_compatible(&fixture, "");
    fixture_forget(&fixture);
    bookmarks_request(fixture.stream);
    g_autofree char *info = take_request(&fixture, "disco#info");
    serve_items(&fixture, "");
    fixture_feed(&fixture, EVENT("from='" OWN "'", ITEMS(ITEM("a@rooms.example", "", ""))));
    assert_no_event(&fixture);
    fixture_feed(&fixture, "<iq type='result' id='%s' from='" OWN "'><query xmlns='http://jabber.org/protocol/disco#info'>"
                           COMPATIBLE "</query></iq>", info);
    assert_no_event(&fixture);
    serve_info(&fixture, COMPATIBLE);
    serve_items(&fixture, ITEM("a@rooms.example", "", ""));
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks a@rooms.example");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

static void
test_put(void)
{
    g_autoptr(XmppBookmark) bookmark = make("a@rooms.example");
    g_autofree char *outcome = NULL;
    StreamFixture fixture;

    init_compatible(&fixture, "");
    bookmark->name = g_strdup("Fools & <friends>");
    bookmark->nick = g_strdup("R");
    bookmark->autojoin = true;
    put(&fixture, bookmark, &outcome);
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "<publish node=\"" NODE "\"><item id=\"a@rooms.example\"><conference");
    assert_has(xml, "name=\"Fools &amp; &lt;friends&gt;\"");
    assert_has(xml, "autojoin=\"true\"");
    assert_has(xml, "<nick>R</nick></conference>");
    g_assert_null(strstr(xml, "jid="));
    g_assert_null(strstr(xml, "extensions"));
    assert_has(xml, "<field var=\"pubsub#access_model\"><value>whitelist</value></field>");
    assert_has(xml, "<field var=\"pubsub#persist_items\"><value>true</value></field>");
    assert_has(xml, "<field var=\"pubsub#max_items\"><value>max</value></field>");
    assert_has(xml, "<field var=\"pubsub#send_last_published_item\"><value>never</value></field>");
    g_autofree char *id = fixture_attribute(xml, "id");
    answer(&fixture, id, "result", "");
    g_assert_cmpstr(outcome, ==, "ok");
    fixture_clear(&fixture);
}

static void
test_remove(void)
{
    g_autofree char *outcome = NULL, *again = NULL, *refused = NULL;
    StreamFixture fixture;

    init_compatible(&fixture, "");
    take_away(&fixture, "a@rooms.example", &outcome);
    g_autofree char *id = take_request(&fixture, "<item id=\"a@rooms.example\"/></retract>");
    answer(&fixture, id, "result", "");
    g_assert_cmpstr(outcome, ==, "ok");
    take_away(&fixture, "a@rooms.example", &again);
    serve(&fixture, "notify=\"true\"", MISSING);
    g_assert_cmpstr(again, ==, "ok"); /* it is not there any more */
    take_away(&fixture, "a@rooms.example", &refused);
    serve(&fixture, "retract", "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    g_assert_cmpstr(refused, ==, "forbidden");
    fixture_clear(&fixture);
}

/* §3.3: what others have put into it stays, whatever is changed here. */
static void
test_extensions_stay(void)
{
    static const char extensions[] =
        "<extensions><state xmlns=\"http://myclient.example/bookmark/state\" minimized=\"true\"/>"
        "<deep xmlns=\"urn:deep\"> <b xmlns=\"urn:b\">&lt;\xc3\xa4 &amp; \xf0\x9f\x8c\xb9&gt;</b>\n <a>x</a></deep></extensions>";
    g_autofree char *push = g_strdup_printf(
        EVENT("from='" OWN "'", ITEMS(ITEM("a@rooms.example", "autojoin='true' new='1'",
                                           "<nick>R</nick><other xmlns='urn:other'>o</other>%s"))), extensions);
    XmppBookmark *bookmark = NULL;
    g_autofree char *outcome = NULL;
    StreamFixture fixture;

    init_compatible(&fixture, "");
    fixture.on_event = keep_bookmark;
    fixture.data = &bookmark;
    fixture_feed(&fixture, "%s", push);
    g_assert_nonnull(bookmark);
    bookmark->autojoin = false;
    g_free(bookmark->nick);
    bookmark->nick = g_strdup("Romeo");
    /* over the store, too */
    g_autofree char *text = bookmark_to_text(stream_ctx(fixture.stream), bookmark);
    g_autoptr(XmppBookmark) stored = bookmark_from_text(stream_ctx(fixture.stream), "a@rooms.example", text);
    g_assert_true(bookmark_equal(stored, bookmark));
    put(&fixture, stored, &outcome);
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, extensions);
    assert_has(xml, "<other xmlns=\"urn:other\">o</other>");
    assert_has(xml, "new=\"1\"");
    assert_has(xml, "<nick>Romeo</nick>");
    g_assert_null(strstr(xml, "autojoin"));
    g_assert_null(strstr(xml, "<nick>R</nick>"));
    bookmark_free(bookmark);
    fixture_clear(&fixture);
}

/* --- a list in private storage (XEP-0048, XEP-0049) --- */

#define URL "<url name='Works' url='http://the-tech.mit.edu/Shakespeare/'/>"

static void
test_private(void)
{
    g_autoptr(XmppBookmark) bookmark = make("b@rooms.example");
    g_autofree char *outcome = NULL, *removed = NULL;
    StreamFixture fixture;

    init_private(&fixture, PRIVATE(OLD("A@rooms.example", "name='A' autojoin='true' minimize='1'", "<nick>R</nick>") URL));
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks a@rooms.example autojoin name=A nick=R");
    bookmark->autojoin = true;
    bookmark->notify = BOOKMARK_NOTIFY_NEVER;
    put(&fixture, bookmark, &outcome);
    take_away(&fixture, "a@rooms.example", &removed); /* waits for the first */
    g_autofree char *read = take_request(&fixture, "<storage xmlns=\"storage:bookmarks\"/>");
    assert_nothing_sent(&fixture);
    answer(&fixture, read, "result", PRIVATE(OLD("A@rooms.example", "minimize='1'", "<x xmlns='urn:x'/>") URL));
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "type=\"set\"");
    assert_has(xml, "minimize=\"1\"");
    assert_has(xml, "<x xmlns=\"urn:x\"/>");
    assert_has(xml, "the-tech.mit.edu");
    assert_has(xml, "jid=\"b@rooms.example\"");
    assert_has(xml, "<extensions xmlns=\"" NODE "\"><notify xmlns=\"" NS_NOTIFY "\"><never/></notify></extensions>");
    g_autofree char *id = fixture_attribute(xml, "id");
    g_assert_null(outcome);
    answer(&fixture, id, "result", "");
    g_assert_cmpstr(outcome, ==, "ok");
    serve(&fixture, "type=\"get\"", PRIVATE(OLD("a@rooms.example", "", "") OLD("b@rooms.example", "", "") URL));
    xml = fixture_sent(&fixture);
    g_assert_null(strstr(xml, "\"a@rooms.example\""));
    assert_has(xml, "\"b@rooms.example\"");
    g_autofree char *last = fixture_attribute(xml, "id");
    answer(&fixture, last, "result", "");
    g_assert_cmpstr(removed, ==, "ok");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* What only the list has of a bookmark is in the new one, although it was changed elsewhere since it was read. */
static void
test_private_replaced(void)
{
    g_autoptr(XmppBookmark) bookmark = make("a@rooms.example");
    g_autofree char *outcome = NULL;
    StreamFixture fixture;

    init_private(&fixture, PRIVATE(""));
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks");
    bookmark->nick = g_strdup("R");
    put(&fixture, bookmark, &outcome);
    serve(&fixture, "type=\"get\"", PRIVATE(OLD("first@rooms.example", "", "")
                                            OLD("a@rooms.example", "autojoin='1'", "<nick>old</nick><y xmlns='urn:y'>z</y>")
                                            OLD("a@rooms.example", "", "") OLD("last@rooms.example", "", "")));
    const char *xml = fixture_sent(&fixture);
    const char *first = strstr(xml, "first@"), *own = strstr(xml, "\"a@rooms"), *last = strstr(xml, "last@");
    g_assert_true(first && own && last && first < own && own < last);
    g_assert_null(strstr(own + 1, "\"a@rooms")); /* once */
    assert_has(xml, "<nick>R</nick><y xmlns=\"urn:y\">z</y>");
    g_assert_null(strstr(xml, "autojoin"));
    fixture_clear(&fixture);
    g_assert_cmpstr(outcome, ==, "lost");
}

/* A list that cannot be read is not replaced by an empty one. */
static void
test_private_unread(void)
{
    g_autoptr(XmppBookmark) bookmark = make("a@rooms.example");
    g_autofree char *outcome = NULL;
    StreamFixture fixture;

    init_private(&fixture, PRIVATE(""));
    put(&fixture, bookmark, &outcome);
    serve(&fixture, "type=\"get\"", "<error type='wait'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    g_assert_cmpstr(outcome, ==, "internal-server-error");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* Edits end once each when the connection does (HACKING.md, idea 5). */
static void
test_private_lost(void)
{
    g_autoptr(XmppBookmark) bookmark = make("a@rooms.example");
    g_autofree char *first = NULL, *second = NULL, *third = NULL;
    StreamFixture fixture;

    init_private(&fixture, PRIVATE(""));
    put(&fixture, bookmark, &first);
    put(&fixture, bookmark, &second);
    take_away(&fixture, "a@rooms.example", &third);
    stream_feed_close(fixture.stream, NULL);
    fixture_turn();
    g_assert_cmpstr(first, ==, "lost");
    g_assert_cmpstr(second, ==, "lost");
    g_assert_cmpstr(third, ==, "lost");
    fixture_clear(&fixture);
}

/* --- a list in PEP (XEP-0048) --- */

static void
test_pep_list(void)
{
    g_autoptr(XmppBookmark) bookmark = make("b@rooms.example");
    g_autofree char *outcome = NULL;
    StreamFixture fixture;

    fixture_init_online(&fixture);
    bookmarks_request(fixture.stream);
    serve_info(&fixture, CONVERTS);
    serve(&fixture, NODE, MISSING);
    serve(&fixture, "<items node=\"storage:bookmarks\"/>",
          "<pubsub xmlns='" PUBSUB "'><items node='storage:bookmarks'><item id='current'>"
          STORAGE(OLD("a@rooms.example", "autojoin='1'", "")) "</item></items></pubsub>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks a@rooms.example autojoin");
    fixture_feed(&fixture, EVENT("from='" OWN "'", "<items node='storage:bookmarks'><item id='current'>" STORAGE(
                                 OLD("c@rooms.example", "autojoin='true'", "")) "</item></items>"));
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks c@rooms.example autojoin");
    put(&fixture, bookmark, &outcome);
    serve(&fixture, "type=\"get\"",
          "<pubsub xmlns='" PUBSUB "'><items node='storage:bookmarks'><item id='current'>"
          STORAGE(OLD("c@rooms.example", "autojoin='1'", "")) "</item></items></pubsub>");
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "<publish node=\"storage:bookmarks\"><item id=\"current\"><storage xmlns=\"storage:bookmarks\">");
    assert_has(xml, "\"c@rooms.example\"");
    assert_has(xml, "\"b@rooms.example\"");
    assert_has(xml, "<field var=\"pubsub#access_model\"><value>whitelist</value></field>");
    g_autofree char *id = fixture_attribute(xml, "id");
    answer(&fixture, id, "result", "");
    g_assert_cmpstr(outcome, ==, "ok");
    fixture_clear(&fixture);
}

/* --- items, and a list that the server does not join with them --- */

static void
test_beside(void)
{
    g_autofree char *outcome = NULL, *other = NULL;
    StreamFixture fixture;

    fixture_init_online(&fixture);
    bookmarks_request(fixture.stream);
    serve_info(&fixture, CAN_PUBLISH);
    serve_items(&fixture, ITEM("a@rooms.example", "name='new'", ""));
    serve(&fixture, "jabber:iq:private", PRIVATE(OLD("a@rooms.example", "name='old' autojoin='1'", "")
                                                 OLD("b@rooms.example", "name='only there'", "")));
    g_assert_cmpstr(fixture_event(&fixture), ==, "bookmarks a@rooms.example name=new b@rooms.example name=only there");
    /* else it would come back */
    take_away(&fixture, "b@rooms.example", &outcome);
    serve(&fixture, "retract", MISSING);
    serve(&fixture, "type=\"get\"", PRIVATE(OLD("a@rooms.example", "", "") OLD("b@rooms.example", "", "")));
    g_autofree char *id = take_request(&fixture, "type=\"set\"");
    g_assert_null(outcome);
    answer(&fixture, id, "result", "");
    g_assert_cmpstr(outcome, ==, "ok");
    take_away(&fixture, "b@rooms.example", &other); /* now it is nowhere */
    serve(&fixture, "retract", MISSING);
    g_assert_cmpstr(other, ==, "ok");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* --- notification settings (XEP-0492) --- */

static XmppBookmark *
parse(StreamFixture *fixture, const char *notify)
{
    g_autofree char *text = g_strdup_printf("<conference xmlns='" NODE "'><extensions>%s</extensions></conference>", notify);
    XmppBookmark *bookmark = bookmark_from_text(stream_ctx(fixture->stream), "a@rooms.example", text);

    g_assert_nonnull(bookmark);
    return bookmark;
}

#define NOTIFY(inside) "<notify xmlns='" NS_NOTIFY "'>" inside "</notify>"
#define ADVANCED "<advanced><mine xmlns=\"custom:1\">night</mine></advanced>"

static void
test_notify_read(void)
{
    static const struct {
        const char *xml;
        BookmarkNotify notify;
    } cases[] = {
        { "", BOOKMARK_NOTIFY_UNSET },
        { NOTIFY("<never/>"), BOOKMARK_NOTIFY_NEVER },
        { NOTIFY("<on-mention/>"), BOOKMARK_NOTIFY_ON_MENTION },
        { NOTIFY("<always>" ADVANCED "</always>"), BOOKMARK_NOTIFY_ALWAYS },
        { NOTIFY("<never identity-category='client' identity-type='pc'/>"
                 "<on-mention identity-category='client' identity-type='phone'/>"
                 "<on-mention identity-category='gateway'/><always/>"), BOOKMARK_NOTIFY_ALWAYS },
        { NOTIFY("<always/><never identity-category='client'/>"), BOOKMARK_NOTIFY_NEVER },
        { NOTIFY("<on-mention identity-category='client' identity-type='console'/><always/>"
                 "<never identity-category='client'/>"), BOOKMARK_NOTIFY_ON_MENTION },
        { NOTIFY("<never identity-category='gateway'/>"), BOOKMARK_NOTIFY_UNSET },
        { NOTIFY("<never identity-type='console'/>"), BOOKMARK_NOTIFY_UNSET },
        { NOTIFY("<sometimes/><never xmlns='urn:other'/>"), BOOKMARK_NOTIFY_UNSET },
        { "<notify xmlns='urn:other'><never xmlns='" NS_NOTIFY "'/></notify>", BOOKMARK_NOTIFY_UNSET },
    };
    StreamFixture fixture;

    fixture_init_online(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(XmppBookmark) bookmark = parse(&fixture, cases[i].xml);
        g_test_message("%s", cases[i].xml);
        g_assert_cmpint(bookmark->notify, ==, cases[i].notify);
    }
    fixture_clear(&fixture);
}

static void
test_notify_written(void)
{
    static const struct {
        const char *before;
        BookmarkNotify notify;
        const char *after;
    } cases[] = {
        { "", BOOKMARK_NOTIFY_ALWAYS, "<notify xmlns=\"" NS_NOTIFY "\"><always/></notify>" },
        { "<x xmlns=\"urn:x\"/>", BOOKMARK_NOTIFY_NEVER, "<x xmlns=\"urn:x\"/>" },
        /* what nobody here understands moves along */
        { NOTIFY("<always>" ADVANCED "</always>"), BOOKMARK_NOTIFY_NEVER, "<never>" ADVANCED "</never>" },
        { NOTIFY("<on-mention identity-category='client' identity-type='phone'>" ADVANCED "</on-mention><always/>"),
          BOOKMARK_NOTIFY_NEVER, ADVANCED "</on-mention><never/></notify>" },
        /* the same for all clients: not to be changed for the others */
        { NOTIFY("<always identity-category='client'/><never/>"), BOOKMARK_NOTIFY_ON_MENTION,
          "<always identity-category=\"client\"/><never/><on-mention identity-" },
        { NOTIFY("<always/><future xmlns='urn:f'/>"), BOOKMARK_NOTIFY_UNSET,
          "<notify xmlns=\"" NS_NOTIFY "\"><future xmlns=\"urn:f\"/></notify>" },
    };
    StreamFixture fixture;

    fixture_init_online(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(XmppBookmark) bookmark = parse(&fixture, cases[i].before);
        bookmark->notify = cases[i].notify;
        g_autofree char *text = bookmark_to_text(stream_ctx(fixture.stream), bookmark);
        assert_has(text, cases[i].after);
        g_autoptr(XmppBookmark) again = bookmark_from_text(stream_ctx(fixture.stream), "a@rooms.example", text);
        g_assert_cmpint(again->notify, ==, cases[i].notify);
    }
    fixture_clear(&fixture);
}

/* Without a connection nothing is asked, and what was asked ends quietly. */
static void
test_offline(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    bookmarks_request(fixture.stream);
    stream_feed_close(fixture.stream, NULL);
    fixture_turn();
    while (fixture.events->len > 0)
        g_assert_null(strstr(fixture_event(&fixture), "bookmarks"));
    fixture_forget(&fixture);
    bookmarks_request(fixture.stream);
    assert_nothing_sent(&fixture);
    g_assert_false(bookmarks_can_change(fixture.stream));
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/bookmarks/list", test_list);
    g_test_add_func("/xmpp/bookmarks/no-node", test_no_node);
    g_test_add_func("/xmpp/bookmarks/unknown", test_unknown);
    g_test_add_func("/xmpp/bookmarks/nonsense", test_nonsense);
    g_test_add_func("/xmpp/bookmarks/too-many", test_too_many);
    g_test_add_func("/xmpp/bookmarks/pushes", test_pushes);
    g_test_add_func("/xmpp/bookmarks/forged", test_forged);
    g_test_add_func("/xmpp/bookmarks/changed-meanwhile", test_changed_meanwhile);
    g_test_add_func("/xmpp/bookmarks/put", test_put);
    g_test_add_func("/xmpp/bookmarks/remove", test_remove);
    g_test_add_func("/xmpp/bookmarks/extensions-stay", test_extensions_stay);
    g_test_add_func("/xmpp/bookmarks/private", test_private);
    g_test_add_func("/xmpp/bookmarks/private-replaced", test_private_replaced);
    g_test_add_func("/xmpp/bookmarks/private-unread", test_private_unread);
    g_test_add_func("/xmpp/bookmarks/private-lost", test_private_lost);
    g_test_add_func("/xmpp/bookmarks/pep-list", test_pep_list);
    g_test_add_func("/xmpp/bookmarks/beside", test_beside);
    g_test_add_func("/xmpp/bookmarks/notify-read", test_notify_read);
    g_test_add_func("/xmpp/bookmarks/notify-written", test_notify_written);
    g_test_add_func("/xmpp/bookmarks/offline", test_offline);
    return g_test_run();
}
