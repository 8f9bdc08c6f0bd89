/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/when.h"
#include "muc_line.h"
#include "xmpp/xep/muc.h"

#define ROOM "coven@chat.example"
#define X(inside) "<x xmlns='http://jabber.org/protocol/muc#user'>" inside "</x>"
#define PRESENCE(nick, inside) "<presence from='" ROOM "/" nick "'>" inside "</presence>"
#define GONE(nick, inside) "<presence type='unavailable' from='" ROOM "/" nick "'>" inside "</presence>"
#define MESSAGE(type, inside) "<message type='" type "' from='" ROOM "'>" inside "</message>"
#define OCCUPANT_ID(id) "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='" id "'/>"

typedef struct Case {
    const char *stanza, *expected;
} Case;

static void
check_cases(const Case *cases, guint count)
{
    MucLine muc;
    muc_line_init(&muc);
    for (guint i = 0; i < count; i++)
        g_assert_cmpstr(muc_line_feed(&muc, "%s", cases[i].stanza), ==, cases[i].expected);
    muc_line_clear(&muc);
}

static void
test_presence(void)
{
    static const Case cases[] = {
        { PRESENCE("first", X("<item affiliation='owner' role='moderator' jid='crone@shakespeare.lit/d'/><status code='110'/>"
                              "<status code='201'/>") OCCUPANT_ID("abc")),
          "id=abc 110 201 moderator/owner jid=crone@shakespeare.lit/d" },
        { PRESENCE("second", X("<item affiliation='none' role='visitor'/>")), "visitor/none" },
        { GONE("third", X("<item affiliation='member' role='none' nick='oldhag'/><status code='303'/>")),
          "303 none/member nick=oldhag" },
        { GONE("pistol", X("<item affiliation='none' role='none'><actor nick='Fluellen' jid='f@x.example/y'/><reason>Avaunt!"
                           "</reason></item><status code='307'/><status code='333'/>")),
          "307 333 none/none actor=Fluellen reason=Avaunt!" },
        { GONE("pistol", X("<item affiliation='outcast' role='none'><actor jid='f@x.example/y'/></item><status code='301'/>")),
          "301 none/outcast actor=f@x.example" },
        { GONE("w", X("<item affiliation='none' role='none'><reason>a</reason></item><destroy jid='heath@chat.example'>"
                      "<reason>Macbeth</reason><password>swordfish</password></destroy>")),
          "none/none reason=Macbeth destroyed alternate=heath@chat.example password=swordfish" },
        { GONE("w", X("<item affiliation='none' role='none'/><destroy/>")), "none/none destroyed" },
        { PRESENCE("plain", "<show>away</show>"), "" },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

/* I6, I9: nothing of it may break us, or be believed to be what it is not. */
static void
test_hostile_presence(void)
{
    static const Case cases[] = {
        { PRESENCE("a", X("")), "no-item:none/none" },
        { PRESENCE("a", X("<status code='110'/><status code='110'/><status code='110'/><item/>")), "110 none/none" },
        { PRESENCE("a", X("<status code='0'/><status code='-110'/><status code='1100'/><status code='99999999999999999999'/>"
                          "<status code=' 110'/><status code='110 '/><status code='0x6e'/><status code=''/><status/>"
                          "<status code='100'/>")),
          "100 no-item:none/none" },
        { PRESENCE("a", X("<item role='Moderator' affiliation='king'/>")), "none/none" },
        { PRESENCE("a", X("<item role='moderator' affiliation='owner' jid='@@' nick=''/>")), "moderator/owner nick=" },
        { PRESENCE("a", X("<item role='visitor' affiliation='none'/><item role='moderator' affiliation='owner'/>")),
          "visitor/none" },
        { PRESENCE("a", X("<item><actor/><actor nick='x'/></item>")), "none/none" },
        { PRESENCE("a", X("<item><actor nick='' jid='/'/></item>")), "none/none" },
        { GONE("a", X("<destroy jid='not a jid'/>")), "no-item:none/none destroyed" },
        /* names with their namespaces */
        { PRESENCE("a", "<x><item role='moderator' affiliation='owner'/><status code='110'/></x>"), "" },
        { PRESENCE("a", "<x xmlns='http://jabber.org/protocol/muc'><item role='moderator'/></x>"), "" },
        { PRESENCE("a", X("<item xmlns='urn:other' role='moderator'/><status xmlns='urn:other' code='110'/>")),
          "no-item:none/none" },
        { PRESENCE("a", X("<x><item role='moderator'/></x>")), "no-item:none/none" },
        { PRESENCE("a", "<x xmlns='urn:other'>" X("<item role='moderator'/>") "</x>"), "" },
        { PRESENCE("a", OCCUPANT_ID("")), "" },
        { PRESENCE("a", "<occupant-id id='abc'/>"), "" },
        { PRESENCE("a", "<occupant-id xmlns='urn:xmpp:occupant-id:0'/>"), "" },
        /* I14: one of them was there before it came to the room */
        { PRESENCE("a", OCCUPANT_ID("mine") OCCUPANT_ID("yours")), "" },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

static void
test_many_codes(void)
{
    MucLine muc;
    g_autoptr(GString) codes = g_string_new(NULL);
    g_autofree char *long_id = g_strnfill(2000, 'a');
    for (int code = 100; code < 1000; code++)
        g_string_append_printf(codes, "<status code='%d'/>", code);
    muc_line_init(&muc);
    const char *line = muc_line_feed(
        &muc, "<presence from='" ROOM "/a'><x xmlns='" NS_MUC_USER "'>%s</x><occupant-id xmlns='urn:xmpp:occupant-id:0' id='%s'/>"
              "</presence>", codes->str, long_id);
    g_assert_cmpstr(line, ==, "100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 no-item:none/none"); /* I9 */
    muc_line_clear(&muc);
}

static void
test_message(void)
{
    static const Case cases[] = {
        { MESSAGE("groupchat", X("<status code='104'/><status code='172'/><status code='170'/>")), "104 172 170 x" },
        { MESSAGE("groupchat", "<body>hi</body>" OCCUPANT_ID("o1")), "id=o1" },
        { "<message type='chat' from='" ROOM "/first'><body>psst</body>" X("") "</message>", "x" },
        { MESSAGE("groupchat", "<body>hi</body><x><status code='104'/></x>"), "" },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

static XmppStream *
begin(StreamFixture *fixture)
{
    fixture_init_online(fixture);
    return fixture->stream;
}

/* Nicks are the resource as the user says it; none of these is anything but text. */
static void
test_nicks(void)
{
    static const char *const nicks[] = { "third witch", "a/b@c/d", "🧙‍♀️", "ساحرة", "<&\"'>", "x\u202eevil" };
    for (guint i = 0; i < G_N_ELEMENTS(nicks); i++) {
        MucLine muc;
        muc_line_init(&muc);
        g_autoptr(Jid) room = jid_new(ROOM, NULL);
        g_autoptr(Jid) occupant = jid_with_resource(room, nicks[i], NULL);
        const MucJoin join = { .occupant = occupant, .history = { -1, 0 }, .show = PRESENCE_ONLINE };
        if (occupant != NULL) { /* else it is refused before it comes here */
            g_autofree char *escaped = g_markup_escape_text(nicks[i], -1);
            g_assert_true(muc_join(muc.fixture.stream, &join));
            assert_has(fixture_sent(&muc.fixture), "to=\"" ROOM "/");
            g_assert_cmpstr(muc_line_feed(&muc, "<presence from='" ROOM "/%s'>" X("<item nick='%s'/>") "</presence>", escaped,
                                          escaped) + strlen("none/none nick="), ==, nicks[i]);
        }
        muc_line_clear(&muc);
    }
}

static void
test_join(void)
{
    StreamFixture fixture;
    XmppStream *stream = begin(&fixture);
    g_autoptr(Jid) occupant = jid_new(ROOM "/third", NULL);
    MucJoin join = { .occupant = occupant, .history = { -1, 0 }, .show = PRESENCE_AWAY, .status = "brewing" };

    g_assert_true(muc_join(stream, &join));
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "<presence to=\"" ROOM "/third\">");
    assert_has(xml, "<show>away</show><status>brewing</status>");
    assert_has(xml, "<x xmlns=\"http://jabber.org/protocol/muc\"/>");

    join.password = "caul<dron";
    join.history = (MucHistory) { 0, 0 };
    muc_join(stream, &join);
    assert_has(fixture_sent(&fixture), "<x xmlns=\"http://jabber.org/protocol/muc\"><password>caul&lt;dron</password>"
                                       "<history maxstanzas=\"0\"/></x>");
    join.password = NULL;
    join.history.max_stanzas = 20;
    g_assert_true(when_parse("2026-01-02T03:04:05Z", &join.history.since));
    muc_join(stream, &join);
    xml = fixture_sent(&fixture);
    assert_has(xml, "maxstanzas=\"20\"");
    assert_has(xml, "since=\"2026-01-02T03:04:05");
    fixture_clear(&fixture);
}

static void
test_stay_and_leave(void)
{
    StreamFixture fixture;
    XmppStream *stream = begin(&fixture);
    g_autoptr(Jid) occupant = jid_new(ROOM "/third", NULL);
    g_autoptr(Jid) room = jid_new(ROOM, NULL);

    g_assert_true(muc_send_presence(stream, occupant, PRESENCE_DND, NULL));
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "<show>dnd</show>");
    g_assert_null(strstr(xml, "jabber.org/protocol/muc\"")); /* else the room would take it for joining anew */
    g_assert_true(muc_leave(stream, occupant, "gone & away"));
    xml = fixture_sent(&fixture);
    assert_has(xml, "type=\"unavailable\"");
    assert_has(xml, "<status>gone &amp; away</status>");
    g_assert_true(muc_set_subject(stream, room, "", "s1"));
    xml = fixture_sent(&fixture);
    assert_has(xml, "to=\"" ROOM "\"");
    assert_has(xml, "id=\"s1\"");
    assert_has(xml, "<subject></subject>");
    g_assert_null(strstr(xml, "<body")); /* I14: a subject change has no body */
    fixture_clear(&fixture);
}

static void
test_offline(void)
{
    StreamFixture fixture;
    g_autoptr(Jid) occupant = jid_new(ROOM "/third", NULL);
    const MucJoin join = { .occupant = occupant, .history = { -1, 0 }, .show = PRESENCE_ONLINE };

    fixture_init(&fixture);
    g_assert_false(muc_join(fixture.stream, &join));
    g_assert_false(muc_leave(fixture.stream, occupant, NULL));
    g_assert_false(muc_set_subject(fixture.stream, occupant, "x", "s1"));
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

static void
test_words(void)
{
    MucRole role = MUC_ROLE_VISITOR;
    MucAffiliation affiliation = MUC_AFFILIATION_ADMIN;
    for (int i = MUC_ROLE_NONE; i <= MUC_ROLE_MODERATOR; i++)
        g_assert_true(muc_role_parse(muc_role_word((MucRole) i), &role) && role == (MucRole) i);
    for (int i = MUC_AFFILIATION_OUTCAST; i <= MUC_AFFILIATION_OWNER; i++)
        g_assert_true(muc_affiliation_parse(muc_affiliation_word((MucAffiliation) i), &affiliation)
                      && affiliation == (MucAffiliation) i);
    g_assert_false(muc_role_parse(NULL, &role));
    g_assert_false(muc_role_parse("OWNER", &role));
    g_assert_false(muc_affiliation_parse("", &affiliation));
    g_assert_cmpint(affiliation, ==, MUC_AFFILIATION_OWNER); /* left alone */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/muc/presence", test_presence);
    g_test_add_func("/xmpp/muc/hostile-presence", test_hostile_presence);
    g_test_add_func("/xmpp/muc/many-codes", test_many_codes);
    g_test_add_func("/xmpp/muc/message", test_message);
    g_test_add_func("/xmpp/muc/nicks", test_nicks);
    g_test_add_func("/xmpp/muc/join", test_join);
    g_test_add_func("/xmpp/muc/stay-and-leave", test_stay_and_leave);
    g_test_add_func("/xmpp/muc/offline", test_offline);
    g_test_add_func("/xmpp/muc/words", test_words);
    return g_test_run();
}
