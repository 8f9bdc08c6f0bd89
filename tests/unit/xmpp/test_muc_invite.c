/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "muc_line.h"
#include "xmpp/xep/muc_invite.h"
#include "xmpp/xep/muc_voice.h"

#define ROOM "coven@chat.example"
#define X(inside) "<x xmlns='http://jabber.org/protocol/muc#user'>" inside "</x>"
#define DIRECT(attributes) "<x xmlns='jabber:x:conference' " attributes "/>"
#define MESSAGE(from, inside) "<message from='" from "'>" inside "</message>"
#define FIELD(var, value) "<field var='" var "'><value>" value "</value></field>"
#define FORM(inside) "<x xmlns='jabber:x:data' type='form'>" inside "</x>"
#define ASKS FIELD("FORM_TYPE", "http://jabber.org/protocol/muc#request")
#define TYPED(type, from, inside) "<message type='" type "' from='" from "'>" inside "</message>"

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
    assert_nothing_sent(&muc.fixture); /* I15: an invitation is a question to the user */
    muc_line_clear(&muc);
}

static void
test_received(void)
{
    static const Case cases[] = {
        { MESSAGE(ROOM, X("<invite from='crone@shakespeare.lit/desktop'><reason>Hey</reason></invite>"
                          "<password>cauldronburn</password>")),
          "x mediated room=" ROOM " from=crone@shakespeare.lit/desktop reason=Hey password=cauldronburn" },
        { MESSAGE(ROOM, X("<invite/>")), "x mediated room=" ROOM },
        { MESSAGE(ROOM, X("<decline from='hecate@shakespeare.lit'><reason>busy</reason></decline>")),
          "x declined room=" ROOM " from=hecate@shakespeare.lit reason=busy" },
        { MESSAGE("crone@shakespeare.lit/desktop", DIRECT("jid='" ROOM "' reason='Hey' password='cauldronburn'")),
          "direct room=" ROOM " from=crone@shakespeare.lit/desktop reason=Hey password=cauldronburn" },
        { MESSAGE("crone@shakespeare.lit/desktop", DIRECT("jid='" ROOM "/firstwitch' reason='' password=''")),
          "direct room=" ROOM " from=crone@shakespeare.lit/desktop" },
        /* both forms at once, as rooms do for old clients */
        { MESSAGE(ROOM, X("<invite from='crone@shakespeare.lit'/>") DIRECT("jid='" ROOM "'")),
          "x mediated room=" ROOM " from=crone@shakespeare.lit" },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

/* I14: what counts is who sent it; I6 */
static void
test_forged(void)
{
    static const Case cases[] = {
        /* an occupant, and a person, speak for a room */
        { TYPED("chat", ROOM "/eve", X("<invite from='crone@shakespeare.lit'/>")), "x" },
        { MESSAGE("eve@evil.example/x", X("<invite from='crone@shakespeare.lit'/>")), "x" },
        { MESSAGE("eve@evil.example/x", X("<decline from='crone@shakespeare.lit'/>")), "x" },
        { MESSAGE("evil.example", X("<invite from='crone@shakespeare.lit'/>")), "x" },
        { "<message>" X("<invite from='crone@shakespeare.lit'/>") "</message>", "x" },
        /* … then it is the occupant who invites */
        { TYPED("chat", ROOM "/eve", X("<invite from='crone@shakespeare.lit'/>") DIRECT("jid='trap@evil.example'")),
          "x direct room=trap@evil.example from=" ROOM "/eve" },
        /* to everybody in a room, and what comes back */
        { TYPED("groupchat", ROOM "/eve", DIRECT("jid='trap@evil.example'")), "" },
        { TYPED("groupchat", ROOM, X("<invite from='crone@shakespeare.lit'/>")), "x" },
        { TYPED("error", ROOM, X("<invite to='hecate@shakespeare.lit'/>")), "x" },
        { TYPED("error", "crone@shakespeare.lit", DIRECT("jid='" ROOM "'")), "" },
        { TYPED("headline", "crone@shakespeare.lit", DIRECT("jid='" ROOM "'")), "" },
        /* I6 */
        { MESSAGE(ROOM, X("<invite xmlns='urn:other' from='crone@shakespeare.lit'/>")), "x" },
        { MESSAGE(ROOM, "<x><invite from='crone@shakespeare.lit'/></x>"), "" },
        { MESSAGE(ROOM, X("<invite from='@@'/>")), "x mediated room=" ROOM },
        { MESSAGE("crone@shakespeare.lit", DIRECT("")), "" },
        { MESSAGE("crone@shakespeare.lit", DIRECT("jid='chat.example'")), "" },
        { MESSAGE("crone@shakespeare.lit", DIRECT("jid='a b@chat.example'")), "" },
        { MESSAGE("crone@shakespeare.lit", "<x jid='" ROOM "'/>"), "" },
        { MESSAGE("crone@shakespeare.lit", "<y xmlns='urn:other'>" DIRECT("jid='" ROOM "'") "</y>"), "" },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

static void
test_voice_requests(void)
{
    static const Case cases[] = {
        { MESSAGE(ROOM, FORM(ASKS FIELD("muc#role", "participant") FIELD("muc#jid", "hag66@shakespeare.lit/pda")
                             FIELD("muc#roomnick", "third witch") FIELD("muc#request_allow", "false"))),
          "voice=third witch jid=hag66@shakespeare.lit/pda" },
        { MESSAGE(ROOM, FORM(ASKS FIELD("muc#roomnick", "w") FIELD("muc#jid", "@@"))), "voice=w" },
        { MESSAGE(ROOM, FORM(ASKS FIELD("muc#roomnick", ""))), "" },
        { MESSAGE(ROOM, FORM(ASKS)), "" },
        { MESSAGE(ROOM, FORM(FIELD("muc#roomnick", "w"))), "" },
        { MESSAGE(ROOM, FORM(FIELD("FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig") FIELD("muc#roomnick", "w"))), "" },
        { MESSAGE(ROOM, "<x xmlns='jabber:x:data' type='submit'>" ASKS FIELD("muc#roomnick", "w") "</x>"), "" },
        { MESSAGE(ROOM, "<x type='form'>" ASKS FIELD("muc#roomnick", "w") "</x>"), "" },
        /* I14 */
        { MESSAGE(ROOM "/eve", FORM(ASKS FIELD("muc#roomnick", "w"))), "" },
        { MESSAGE("evil.example", FORM(ASKS FIELD("muc#roomnick", "w"))), "" },
        { TYPED("groupchat", ROOM, FORM(ASKS FIELD("muc#roomnick", "w"))), "" },
        { TYPED("error", ROOM, FORM(ASKS FIELD("muc#roomnick", "w"))), "" },
    };
    check_cases(cases, G_N_ELEMENTS(cases));
}

static void
test_invite(void)
{
    StreamFixture fixture;
    fixture_init_online(&fixture);
    g_autoptr(Jid) room = jid_new(ROOM, NULL);
    g_autoptr(Jid) hecate = jid_new("hecate@shakespeare.lit/broom", NULL);
    MucInvitation invitation = { room, hecate, "a <good> place", "pass", "i1" };

    g_assert_true(muc_invite(fixture.stream, &invitation));
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "to=\"" ROOM "\"");
    assert_has(xml, "id=\"i1\"");
    assert_has(xml, "<x xmlns=\"http://jabber.org/protocol/muc#user\"><invite to=\"hecate@shakespeare.lit/broom\">"
                    "<reason>a &lt;good&gt; place</reason></invite></x>");
    g_assert_null(strstr(xml, "type="));

    g_assert_true(muc_invite_directly(fixture.stream, &invitation));
    xml = fixture_sent(&fixture);
    assert_has(xml, "to=\"hecate@shakespeare.lit/broom\"");
    assert_has(xml, "xmlns=\"jabber:x:conference\"");
    assert_has(xml, "jid=\"" ROOM "\"");
    assert_has(xml, "password=\"pass\"");
    assert_has(xml, "reason=\"a &lt;good&gt; place\"");

    invitation.reason = invitation.password = NULL;
    g_assert_true(muc_invite(fixture.stream, &invitation));
    assert_has(fixture_sent(&fixture), "<invite to=\"hecate@shakespeare.lit/broom\"/>");
    g_assert_true(muc_invite_directly(fixture.stream, &invitation));
    xml = fixture_sent(&fixture);
    g_assert_null(strstr(xml, "password"));
    g_assert_null(strstr(xml, "reason"));
    fixture_clear(&fixture);
}

static void
test_decline(void)
{
    StreamFixture fixture;
    fixture_init_online(&fixture);
    g_autoptr(Jid) room = jid_new(ROOM, NULL);
    g_autoptr(Jid) crone = jid_new("crone@shakespeare.lit", NULL);

    g_assert_true(muc_decline(fixture.stream, room, crone, "busy"));
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "to=\"" ROOM "\"");
    assert_has(xml, "<decline to=\"crone@shakespeare.lit\"><reason>busy</reason></decline></x>");
    g_assert_true(muc_decline(fixture.stream, room, crone, NULL));
    assert_has(fixture_sent(&fixture), "<decline to=\"crone@shakespeare.lit\"/>");
    fixture_clear(&fixture);
}

static void
test_voice(void)
{
    StreamFixture fixture;
    fixture_init_online(&fixture);
    g_autoptr(Jid) room = jid_new(ROOM, NULL);
    g_autoptr(Jid) hag = jid_new("hag66@shakespeare.lit/pda", NULL);
    MucVoiceRequest request = { (char *) "third witch", hag };

    g_assert_true(muc_request_voice(fixture.stream, room, "v1"));
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "id=\"v1\"");
    assert_has(xml, "type=\"submit\"");
    assert_has(xml, "<value>http://jabber.org/protocol/muc#request</value>");
    assert_has(xml, "<field var=\"muc#role\"><value>participant</value></field></x>");

    g_assert_true(muc_answer_voice_request(fixture.stream, room, &request, true));
    xml = fixture_sent(&fixture);
    assert_has(xml, "<field var=\"muc#jid\"><value>hag66@shakespeare.lit/pda</value></field>");
    assert_has(xml, "<field var=\"muc#roomnick\"><value>third witch</value></field>");
    assert_has(xml, "<field var=\"muc#request_allow\"><value>true</value></field>");
    request.jid = NULL;
    g_assert_true(muc_answer_voice_request(fixture.stream, room, &request, false));
    xml = fixture_sent(&fixture);
    g_assert_null(strstr(xml, "muc#jid"));
    assert_has(xml, "<field var=\"muc#request_allow\"><value>false</value></field>");
    fixture_clear(&fixture);
}

static void
test_offline(void)
{
    StreamFixture fixture;
    fixture_init(&fixture);
    g_autoptr(Jid) room = jid_new(ROOM, NULL);
    const MucInvitation invitation = { room, room, NULL, NULL, "i1" };
    const MucVoiceRequest request = { (char *) "w", NULL };

    g_assert_false(muc_invite(fixture.stream, &invitation));
    g_assert_false(muc_invite_directly(fixture.stream, &invitation));
    g_assert_false(muc_decline(fixture.stream, room, room, NULL));
    g_assert_false(muc_request_voice(fixture.stream, room, "v1"));
    g_assert_false(muc_answer_voice_request(fixture.stream, room, &request, true));
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/muc_invite/received", test_received);
    g_test_add_func("/xmpp/muc_invite/forged", test_forged);
    g_test_add_func("/xmpp/muc_invite/invite", test_invite);
    g_test_add_func("/xmpp/muc_invite/decline", test_decline);
    g_test_add_func("/xmpp/muc_invite/offline", test_offline);
    g_test_add_func("/xmpp/muc_voice/requests", test_voice_requests);
    g_test_add_func("/xmpp/muc_voice/sent", test_voice);
    return g_test_run();
}
