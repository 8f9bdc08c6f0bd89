/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running rooms: who may speak, come, moderate; lists; destroying; invitations in both directions. */
#include <string.h>

#include "core/conversations.h"
#include "core/invitations.h"
#include "room_host.h"
#include "typist.h"

#define ADMIN "xmlns=\"http://jabber.org/protocol/muc#admin\""
#define STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define MUC_USER "http://jabber.org/protocol/muc#user"

typedef struct Scene {
    Flow *flow;
    Peer *me;
    Typist *typist;
} Scene;

static Scene
open_scene(void)
{
    Scene scene = { .flow = flow_new(FLOW_ONE_ACCOUNT) };
    scene.me = flow_peer(scene.flow, "work");
    login_with_roster(scene.me, "<item jid='bob@example.org' name='Bob' subscription='both'/>", NULL);
    scene.typist = typist_new(scene.flow);
    return scene;
}

/* In the garden with this role and affiliation, and with Mallory, whose address is shown. */
static Scene
open_garden(const char *role, const char *affiliation)
{
    Scene scene = open_scene();
    host_join(scene.me, ROOM_WITH_IDS);
    host_self(scene.me, "me", role, affiliation, "<status code='110'/>");
    feed(scene.me, "<presence from='" GARDEN "/Third Witch'><x xmlns='" MUC_USER "'>"
                   "<item role='visitor' affiliation='none' jid='mallory@evil.example/x'/></x></presence>");
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    forget_events(scene.flow);
    return scene;
}

static void
close_scene(Scene *scene)
{
    typist_free(scene->typist);
    flow_free(scene->flow);
}

/* The room's answer to the request that matches. */
static void
answer(Peer *me, const char *pattern, const char *inside)
{
    g_autofree char *id = assert_sent_id(me, pattern);
    feed(me, "<iq type='result' from='" GARDEN "' id='%s'>%s</iq>", id, inside);
}

static void
refuse(Peer *me, const char *pattern, const char *condition)
{
    g_autofree char *id = assert_sent_id(me, pattern);
    feed(me, "<iq type='error' from='" GARDEN "' id='%s'><error type='cancel'><%s xmlns='" STANZAS "'/></error></iq>", id,
         condition);
}

/* --- roles --- */

static void
test_kick(void)
{
    Scene scene = open_garden("moderator", "admin");
    type(scene.typist, "/kick carol Enough & out");
    assert_unfinished(scene.typist);
    answer(scene.me, "<iq *to=\"" GARDEN "\" type=\"set\"*<query " ADMIN "><item role=\"none\"*<reason>Enough &amp; out</reason>*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "Carol was kicked.\n");
    /* A nick of several words, and one that nobody has. */
    type(scene.typist, "/kick \"third witch\"");
    answer(scene.me, "<iq *nick=\"Third Witch\"*", "");
    assert_outcome(scene.typist, "ok");
    assert_typed(scene.typist, "/kick nobody", "66 nobody in the room is called “nobody”*");
    assert_typed(scene.typist, "/kick me", "64 that is you: /leave");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

static void
test_role(void)
{
    Scene scene = open_garden("moderator", "admin");
    type(scene.typist, "/role Carol moderator");
    answer(scene.me, "<iq *<item *role=\"moderator\"*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "Carol: *moderator* now\n");
    type(scene.typist, "/role Carol visitor too loud");
    answer(scene.me, "<iq *role=\"visitor\"*<reason>too loud</reason>*", "");
    assert_outcome(scene.typist, "ok");
    assert_typed(scene.typist, "/role Carol king", "64 *");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* Every refusal says who may do it. */
static void
test_refusals(void)
{
    static const struct {
        const char *line, *condition, *outcome;
    } cases[] = {
        { "/kick Carol", "forbidden", "77 only moderators may do that*" },
        { "/kick Bob", "not-allowed", "77 only moderators may do that*" }, /* as Prosody says it */
        { "/kick Carol", "item-not-found", "66 nobody of that nick is in the room any more*" },
        { "/role Carol moderator", "forbidden", "77 *only admins may make and unmake moderators*" },
        { "/ban x@example.org", "forbidden", "77 only admins may do that*" },
        { "/ban x@example.org", "not-allowed", "77 only admins may do that*" },
        { "/affiliation me@example.org none", "conflict", "1 *a room needs an owner*" },
        { "/affiliation x@example.org owner", "item-not-found", "66 nobody has that address*" },
        { "/affiliation x@example.org owner", "resource-constraint", "1 *too busy*" },
        { "/affiliation x@example.org owner", "gone", "66 *" },
        { "/room lists members", "forbidden", "77 only admins and owners may see that list*" },
        { "/room lists moderators", "not-allowed", "77 only admins and owners may see that list*" },
        { "/room destroy", "forbidden", "77 only owners may destroy a room*" },
        { "/room destroy", "not-allowed", "77 only owners may destroy a room*" },
        { "/voice grant Carol", "forbidden", "77 only moderators*" },
        { "/unban x@example.org", "forbidden", "77 only admins and owners may see that list*" },
    };
    Scene scene = open_garden("participant", "none");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        type(scene.typist, cases[i].line);
        refuse(scene.me, "<iq *to=\"" GARDEN "\"*", cases[i].condition);
        assert_outcome(scene.typist, cases[i].outcome);
    }
    type(scene.typist, "/kick Carol");
    g_autofree char *id = assert_sent_id(scene.me, "<iq *");
    feed(scene.me,
         "<iq type='error' from='" GARDEN "' id='%s'><error type='auth'><forbidden xmlns='" STANZAS "'/>"
         "<text xmlns='" STANZAS "'>no\x7f way</text></error></iq>",
         id);
    assert_outcome(scene.typist, "77 only moderators*(the room says: no^? way)"); /* I12 */

    host_self(scene.me, "me", "moderator", "owner", "<status code='110'/>");
    type(scene.typist, "/kick Bob");
    refuse(scene.me, "<iq *", "not-allowed");
    assert_outcome(scene.typist, "77 the room protects its admins*");
    type(scene.typist, "/ban x@example.org");
    refuse(scene.me, "<iq *", "not-allowed");
    assert_outcome(scene.typist, "77 the room protects those of your rank*");
    type(scene.typist, "/affiliation me@example.org none");
    refuse(scene.me, "<iq *", "not-allowed"); /* as ejabberd says it */
    assert_outcome(scene.typist, "1 *a room needs an owner*");
    type(scene.typist, "/room destroy");
    refuse(scene.me, "<iq *", "not-allowed");
    assert_outcome(scene.typist, "77 the server keeps this room*");
    close_scene(&scene);
}

/* I13: the answer of anybody else is none; a lost connection is one. */
static void
test_answers(void)
{
    Scene scene = open_garden("moderator", "admin");
    type(scene.typist, "/kick Carol");
    g_autofree char *id = assert_sent_id(scene.me, "<iq *");
    feed(scene.me, "<iq type='result' from='" GARDEN "/Bob' id='%s'/>", id);
    feed(scene.me, "<iq type='result' from='eve@evil.example' id='%s'/>", id);
    feed(scene.me, "<iq type='result' id='%s'/>", id);
    feed(scene.me, "<iq type='result' from='" GARDEN "' id='other'/>");
    assert_unfinished(scene.typist);
    cut(scene.me);
    assert_outcome(scene.typist, "69 *");
    close_scene(&scene);
}

static void
test_not_in(void)
{
    static const char *const lines[] = {
        "/kick Bob", "/ban bob@example.org", "/unban bob@example.org", "/role Bob visitor", "/affiliation bob@example.org owner",
        "/voice", "/voice request", "/voice grant Bob", "/voice revoke Bob", "/room lists owners", "/room destroy",
        "/invite bob@example.org",
    };
    Scene scene = open_scene();
    ensure_conversation(scene.me, "bob@example.org");
    typist_look_at(scene.typist, find_conversation(scene.me, "bob@example.org"));
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        assert_typed(scene.typist, lines[i], "1 /*is for rooms*");
    host_join(scene.me, ROOM_WITH_IDS);
    host_leaves(scene.me, "me", "<status code='110'/><status code='307'/>");
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        assert_typed(scene.typist, lines[i], "1 you are not in " GARDEN ": /join " GARDEN);
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* --- affiliations --- */

static void
test_ban(void)
{
    Scene scene = open_garden("moderator", "admin");
    type(scene.typist, "/ban \"Third Witch\" Spam");
    answer(scene.me, "<iq *<item *jid=\"mallory@evil.example\"*<reason>Spam</reason>*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "Third Witch (mallory@evil.example) is banned.\n");
    assert_typed(scene.typist, "/ban Carol", "1 the room does not show you the address of Carol*");
    type(scene.typist, "/ban @evil.example");
    answer(scene.me, "<iq *affiliation=\"outcast\"*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "evil.example is banned.\n");
    assert_typed(scene.typist, "/ban evil.example", "66 nobody in the room is called*"); /* a misspelt nick bans no server */
    assert_typed(scene.typist, "/ban a@@b", "65 *");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* I20: who is called like somebody's address is not that one. */
static void
test_ban_look_alike(void)
{
    Scene scene = open_garden("moderator", "admin");
    feed(scene.me, "<presence from='" GARDEN "/alice@example.org'><x xmlns='" MUC_USER "'>"
                   "<item role='participant' affiliation='none' jid='eve@evil.example/x'/></x></presence>");
    type(scene.typist, "/ban alice@example.org");
    answer(scene.me, "<iq *jid=\"alice@example.org\"*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "alice@example.org is banned.\n");
    close_scene(&scene);
}

static void
test_affiliation(void)
{
    Scene scene = open_garden("moderator", "owner");
    type(scene.typist, "/affiliation \"Third Witch\" member");
    answer(scene.me, "<iq *affiliation=\"member\"*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "Third Witch (mallory@evil.example): *member* now\n");
    type(scene.typist, "/affiliation dan@example.org admin Thanks");
    answer(scene.me, "<iq *<item *dan@example.org\"*<reason>Thanks</reason>*", "");
    assert_outcome(scene.typist, "ok");
    close_scene(&scene);
}

/* "None" would take their standing from members and owners, too. */
static void
test_unban(void)
{
    static const char list[] = "<query xmlns='http://jabber.org/protocol/muc#admin'>"
                               "<item affiliation='outcast' jid='mallory@evil.example'/></query>";
    Scene scene = open_garden("moderator", "admin");
    type(scene.typist, "/unban Mallory@evil.example");
    answer(scene.me, "<iq *type=\"get\"*affiliation=\"outcast\"*", list);
    answer(scene.me, "<iq *type=\"set\"*<item *jid=\"mallory@evil.example\"*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "mallory@evil.example may come again.\n");
    type(scene.typist, "/unban bob@example.org");
    answer(scene.me, "<iq *type=\"get\"*", list);
    assert_outcome(scene.typist, "66 bob@example.org is not banned here*");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* --- lists --- */

static void
test_lists(void)
{
    Scene scene = open_garden("moderator", "owner");
    type(scene.typist, "/room lists outcasts");
    answer(scene.me, "<iq *type=\"get\"*<item affiliation=\"outcast\"/>*",
           "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast' jid='zed@example.org'/>"
           "<item affiliation='outcast' jid='amy@example.org'><reason>red\x7f" "face</reason></item></query>");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "amy@example.org*red^?face*zed@example.org*2 in all\n"); /* I12 */
    type(scene.typist, "/room lists visitors");
    answer(scene.me, "<iq *<item role=\"visitor\"/>*",
           "<query xmlns='http://jabber.org/protocol/muc#admin'><item role='visitor' affiliation='none' nick='x&#x202e;y'/></query>");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*none*x<U+202E>y*visitor*1 in all\n"); /* I20 */
    type(scene.typist, "/room lists admins");
    answer(scene.me, "<iq *", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "The list of admins is empty.\n");
    close_scene(&scene);
}

static void
test_pages(void)
{
    Scene scene = open_garden("moderator", "owner");
    g_autoptr(GString) list = g_string_new("<query xmlns='http://jabber.org/protocol/muc#admin'>");
    for (int i = 0; i < 120; i++)
        g_string_append_printf(list, "<item affiliation='member' jid='user%03d@example.org'/>", i);
    g_string_append(list, "</query>");
    type(scene.typist, "/room lists members");
    answer(scene.me, "<iq *", list->str);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "user000@*user049@*1 to 50 of 120: /room lists members page 2\n");
    type(scene.typist, "/room lists members page 3");
    answer(scene.me, "<iq *", list->str);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "user100@*user119@*120 in all\n");
    type(scene.typist, "/room lists members page 4");
    answer(scene.me, "<iq *", list->str);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "There are only 120: /room lists members\n");
    close_scene(&scene);
}

/* --- voice --- */

static void
feed_voice_request(Peer *me, const char *from, const char *nick)
{
    feed(me,
         "<message from='%s'><x xmlns='jabber:x:data' type='form'>"
         "<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#request</value></field>"
         "<field var='muc#role'><value>participant</value></field><field var='muc#roomnick'><value>%s</value></field>"
         "<field var='muc#jid'><value>mallory@evil.example/x</value></field></x></message>",
         from, nick);
}

static void
test_voice_asked(void)
{
    Scene scene = open_garden("moderator", "admin");
    assert_typed(scene.typist, "/voice", "ok");
    assert_printed(scene.typist, "Nobody asks for voice.\n");
    feed_voice_request(scene.me, GARDEN, "Third Witch");
    assert_event(scene.flow, "notice info 0: Third Witch asks for voice in " GARDEN "*");
    feed_voice_request(scene.me, GARDEN, "Third Witch"); /* once is enough */
    feed_voice_request(scene.me, GARDEN, "nobody");
    feed_voice_request(scene.me, GARDEN, "Carol");       /* has it */
    feed_voice_request(scene.me, GARDEN "/Carol", "Third Witch");      /* I14: an occupant */
    feed_voice_request(scene.me, "other@rooms.example.org", "Third Witch");
    assert_no_event(scene.flow, "notice *");
    assert_typed(scene.typist, "/voice", "ok");
    assert_printed(scene.typist, "Third Witch\n");
    assert_nothing_sent(scene.me); /* I15 */
    type(scene.typist, "/voice grant \"Third Witch\"");
    answer(scene.me, "<iq *nick=\"Third Witch\"*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "Third Witch may speak.\n");
    assert_typed(scene.typist, "/voice", "ok");
    assert_printed(scene.typist, "Nobody asks for voice.\n");
    close_scene(&scene);
}

static void
test_voice_refused(void)
{
    Scene scene = open_garden("moderator", "admin");
    feed_voice_request(scene.me, GARDEN, "Third Witch");
    type(scene.typist, "/voice revoke \"Third Witch\"");
    assert_sent(scene.me, "<message *to=\"" GARDEN "\"*mallory@evil.example/x*muc#request_allow\"><value>false<*");
    assert_outcome(scene.typist, "ok");
    type(scene.typist, "/voice revoke Carol");
    answer(scene.me, "<iq *role=\"visitor\"*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "Carol may only listen.\n");
    close_scene(&scene);
}

static bool
has_sent(gpointer peer)
{
    return ((const Peer *) peer)->sent->len > 0;
}

/* The question behind a message, which the room answers when it has done with the message. */
static void
answer_question(Peer *me)
{
    flow_wait(has_sent, me);
    g_autofree char *xml = g_ptr_array_steal_index(me->sent, 0);
    g_assert_true(g_pattern_match_simple("<iq *to=\"" GARDEN "\"*urn:xmpp:ping*", xml));
    const char *id = strstr(xml, " id=\"");
    g_assert_nonnull(id);
    g_autofree char *value = g_strndup(id + 5, strcspn(id + 5, "\""));
    feed(me, "<iq type='error' from='" GARDEN "' id='%s'><error type='cancel'><service-unavailable xmlns='" STANZAS "'/></error></iq>",
         value);
}

static void
bounce(Peer *me, const char *from, const char *id, const char *condition)
{
    feed(me, "<message type='error' from='%s' id='%s'><error type='auth'><%s xmlns='" STANZAS "'/></error></message>", from, id,
         condition);
}

static void
test_voice_request(void)
{
    Scene scene = open_garden("visitor", "none");
    type(scene.typist, "/voice");
    g_autofree char *id = assert_sent_id(scene.me, "<message *to=\"" GARDEN "\"*muc#request*participant*");
    assert_unfinished(scene.typist);
    answer_question(scene.me);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "The moderators are asked*\n");
    type(scene.typist, "/voice request");
    g_autofree char *second = assert_sent_id(scene.me, "<message *muc#request*");
    bounce(scene.me, "eve@evil.example", second, "forbidden"); /* I14 */
    bounce(scene.me, GARDEN "/Carol", second, "forbidden");
    bounce(scene.me, GARDEN, "another", "forbidden");
    assert_unfinished(scene.typist);
    bounce(scene.me, GARDEN, second, "forbidden");
    assert_outcome(scene.typist, "77 the room takes no requests for voice*");
    host_self(scene.me, "me", "participant", "none", "<status code='110'/>");
    assert_typed(scene.typist, "/voice request", "1 you have voice in this room*");
    close_scene(&scene);
}

/* --- the end of a room --- */

static void
test_destroy(void)
{
    Scene scene = open_garden("moderator", "owner");
    assert_typed(scene.typist, "/room destroy moved away", "64 *"); /* half understood would be too much */
    assert_nothing_sent(scene.me);
    type(scene.typist, "/room destroy reason \"We moved\" alternate park@rooms.example.org");
    answer(scene.me, "<iq *type=\"set\"*muc#owner\"><destroy jid=\"park@rooms.example.org\"><reason>We moved</reason></destroy>*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, GARDEN " is destroyed.\n");
    close_scene(&scene);
}

/* --- inviting --- */

static void
test_invite(void)
{
    Scene scene = open_garden("participant", "member");
    type(scene.typist, "/invite bob reason The roses bloom");
    assert_sent(scene.me, "<message *to=\"" GARDEN "\"*<x xmlns=\"" MUC_USER "\"><invite to=\"bob@example.org\">"
                          "<reason>The roses bloom</reason></invite></x>*");
    assert_unfinished(scene.typist);
    answer_question(scene.me);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "bob@example.org is invited to " GARDEN ".\n");

    type(scene.typist, "/invite dan@example.org");
    g_autofree char *id = assert_sent_id(scene.me, "<message *<invite to=\"dan@example.org\"*");
    bounce(scene.me, GARDEN, id, "forbidden");
    assert_outcome(scene.typist, "77 only admins and owners may invite to this room*");
    answer_question(scene.me); /* too late to matter */

    type(scene.typist, "/invite dan@example.org via direct reason come");
    g_autofree char *direct = assert_sent_id(scene.me, "<message *to=\"dan@example.org\"*jabber:x:conference*");
    assert_outcome(scene.typist, "ok");
    bounce(scene.me, "dan@example.org", direct, "service-unavailable");
    assert_event(scene.flow, "notice warning *: dan@example.org was not invited to " GARDEN "*nobody has that address*");

    assert_typed(scene.typist, "/invite me@example.org", "65 *own address*");
    assert_typed(scene.typist, "/invite mallory@evil.example", "1 *is in the room already, as Third Witch*");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* I14: a refusal counts of an invitation that was sent, from the room it was sent to. */
static void
test_declined(void)
{
    static const char decline[] = "<message from='%s'><x xmlns='" MUC_USER "'><decline from='%s'><reason>busy</reason></decline></x></message>";
    Scene scene = open_garden("participant", "member");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    feed(scene.me, decline, GARDEN, "bob@example.org");
    assert_no_event(scene.flow, "declined *");
    type(scene.typist, "/invite bob");
    assert_sent(scene.me, "<message *");
    answer_question(scene.me);
    assert_outcome(scene.typist, "ok");
    feed(scene.me, decline, "other@rooms.example.org", "bob@example.org");
    feed(scene.me, decline, GARDEN "/Carol", "bob@example.org");
    feed(scene.me, decline, GARDEN, "dan@example.org");
    assert_no_event(scene.flow, "declined *");
    feed(scene.me, decline, GARDEN, "bob@example.org/phone");
    assert_event(scene.flow, "declined " GARDEN " by bob@example.org/phone: busy");
    feed(scene.me, decline, GARDEN, "bob@example.org/phone"); /* once */
    assert_no_event(scene.flow, "declined *");
#pragma GCC diagnostic pop
    close_scene(&scene);
}

/* --- being invited --- */

static void
feed_mediated(Peer *me, const char *room, const char *from)
{
    feed(me,
         "<message from='%s' to='me@example.org'><body>somebody invites you</body><x xmlns='" MUC_USER "'><invite from='%s'>"
         "<reason>tea\x7f</reason></invite><password>rose</password></x></message>",
         room, from);
}

static void
feed_direct(Peer *me, const char *room, const char *from)
{
    feed(me, "<message from='%s/x' to='me@example.org'><x xmlns='jabber:x:conference' jid='%s' reason='come'/></message>", from,
         room);
}

static void
test_invited(void)
{
    Scene scene = open_scene();
    assert_typed(scene.typist, "/invitations", "ok");
    assert_printed(scene.typist, "Nobody has invited you.\n");
    assert_typed(scene.typist, "/decline", "66 nobody has invited you*");
    feed_mediated(scene.me, GARDEN, "bob@example.org/desk");
    assert_event(scene.flow, "invited " GARDEN " by bob@example.org/desk: tea^?"); /* I12 */
    feed_direct(scene.me, "park@rooms.example.org", "eve@evil.example");
    assert_event(scene.flow, "invited park@rooms.example.org by eve@evil.example/x: come");
    flow_settle(scene.flow);
    assert_nothing_sent(scene.me); /* I15: neither joined nor answered */
    g_assert_cmpuint(account_conversation_count(scene.me->account), ==, 0);
    assert_typed(scene.typist, "/invitations", "ok");
    assert_printed(scene.typist, GARDEN "*bob@example.org/desk*room*yes*tea^?*park@rooms.example.org*eve@evil.example/x*direct*no*come*");

    /* Joining is the answer, with the password that came along. */
    type(scene.typist, "/join " GARDEN);
    host_answer_info(scene.me, ROOM_FEATURES);
    assert_sent(scene.me, "<presence *" GARDEN "/me\"*<password>rose</password>*");
    host_self(scene.me, "me", "participant", "none", "<status code='110'/>");
    assert_outcome(scene.typist, "ok");
    g_assert_cmpuint(invitations_count(scene.me->session), ==, 1);
    forget_events(scene.flow);
    feed_mediated(scene.me, GARDEN, "bob@example.org/desk"); /* we are in */
    assert_no_event(scene.flow, "invited *");
    close_scene(&scene);
}

static void
test_decline(void)
{
    Scene scene = open_scene();
    feed_mediated(scene.me, GARDEN, "bob@example.org/desk");
    feed_direct(scene.me, "park@rooms.example.org", "bob@example.org");
    assert_typed(scene.typist, "/decline", "66 there is more than one invitation*");
    assert_typed(scene.typist, "/decline field@rooms.example.org", "66 nobody has invited you to field@rooms.example.org*");
    type(scene.typist, "/decline " GARDEN " Sorry, busy");
    assert_outcome(scene.typist, "ok");
    assert_sent(scene.me, "<message *to=\"" GARDEN "\"*<decline to=\"bob@example.org/desk\"><reason>Sorry, busy</reason>*");
    assert_printed(scene.typist, "The invitation to " GARDEN " is declined.\n");
    assert_typed(scene.typist, "/decline", "ok");
    assert_printed(scene.typist, "*is forgotten*\n");
    assert_nothing_sent(scene.me);
    g_assert_cmpuint(invitations_count(scene.me->session), ==, 0);
    close_scene(&scene);
}

/* I14: who claims to speak for a room, or sends what another device of ours sent. */
static void
test_forged(void)
{
    Scene scene = open_scene();
    host_join(scene.me, ROOM_WITH_IDS);
    feed_mediated(scene.me, GARDEN "/Carol", "bob@example.org");
    feed_mediated(scene.me, "eve@evil.example/x", "bob@example.org");
    feed(scene.me, "<message from='" GARDEN "/Carol' type='groupchat'><x xmlns='jabber:x:conference' jid='trap@evil.example'/></message>");
    feed(scene.me, "<message from='bob@example.org' type='error'><x xmlns='jabber:x:conference' jid='trap@evil.example'/></message>");
    feed(scene.me, "<message from='me@example.org' to='me@example.org/desk'><sent xmlns='urn:xmpp:carbons:2'>"
                   "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='me@example.org/phone' "
                   "to='bob@example.org'><x xmlns='jabber:x:conference' jid='park@rooms.example.org'/></message></forwarded></sent>"
                   "</message>");
    assert_no_event(scene.flow, "invited *");
    g_assert_cmpuint(invitations_count(scene.me->session), ==, 0);
    /* An occupant invites as that occupant, who is a stranger (I15), and opens no window. */
    feed(scene.me, "<message from='" GARDEN "/Carol' type='chat'><x xmlns='jabber:x:conference' jid='park@rooms.example.org'/></message>");
    assert_event(scene.flow, "invited park@rooms.example.org by " GARDEN "/Carol*");
    assert_no_event(scene.flow, "conversation *");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* The value behind `start` in XML. */
static char *
value_of(const char *xml, const char *start)
{
    const char *found = strstr(xml, start);
    g_assert_nonnull(found);
    found += strlen(start);
    return g_strndup(found, strcspn(found, "\""));
}

/* Answers the question for the account's archive with a message of Bob's and an invitation to `room`. */
static void
serve_archive(Peer *me, const char *number, const char *room)
{
    flow_settle(me->flow);
    flow_wait(has_sent, me);
    g_autofree char *xml = g_ptr_array_steal_index(me->sent, 0);
    g_assert_nonnull(strstr(xml, "urn:xmpp:mam:2"));
    g_autofree char *id = value_of(xml, " id=\"");
    g_autofree char *query = value_of(xml, "queryid=\"");
#define RESULT(inside) \
    "<message to='me@example.org/desk'><result xmlns='urn:xmpp:mam:2' queryid='%s' id='%s-%s'>" \
    "<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-11-22T10:00:00Z'/>" inside \
    "</forwarded></result></message>"
    feed(me, RESULT("<message xmlns='jabber:client' from='bob@example.org/x' type='chat' id='%s'><body>b</body></message>"), query,
         "m", number, number);
    feed(me, RESULT("<message xmlns='jabber:client' from='%s'><body>come</body><x xmlns='" MUC_USER "'>"
                    "<invite from='bob@example.org'/></x></message>"), query, "i", number, room);
    feed(me,
         "<iq type='result' id='%s'><fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'>"
         "<first>m-%s</first><last>i-%s</last></set></fin></iq>",
         id, number, number);
    flow_settle(me->flow);
}

/* What was missed is shown, what was there before the first look is not; neither is a conversation with the room. */
static void
test_missed(void)
{
    Flow *flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    me->features = "<feature var='urn:xmpp:mam:2'/>";
    login_with_roster(me, "", NULL);
    serve_archive(me, "1", "old@rooms.example.org");
    assert_no_event(flow, "invited *");
    cut(me);
    wait_connecting(me);
    login_with_roster(me, "<item jid='bob@example.org' name='Bob' subscription='both'/>", NULL);
    serve_archive(me, "2", "park@rooms.example.org");
    assert_event(flow, "invited park@rooms.example.org by bob@example.org*");
    for (guint i = 0; i < account_conversation_count(me->account); i++)
        g_assert_cmpstr(jid_text(conversation_jid(account_conversation_at(me->account, i))), ==, "bob@example.org");
    flow_free(flow);
}

/* A person's words beside a direct invitation are a message. */
static void
test_words_beside(void)
{
    Scene scene = open_scene();
    feed(scene.me, "<message from='bob@example.org/x' type='chat'><body>look here</body>"
                   "<x xmlns='jabber:x:conference' jid='park@rooms.example.org'/></message>");
    assert_event(scene.flow, "invited park@rooms.example.org by bob@example.org/x*");
    assert_event(scene.flow, "message in bob@example.org* look here");
    close_scene(&scene);
}

/* I9: strangers cannot fill the list, nor drive out what a contact sent; what is said again is no news. */
static void
test_flood(void)
{
    Scene scene = open_scene();
    for (guint i = 0; i < 300; i++) {
        g_autofree char *room = g_strdup_printf("trap%u@evil.example", i);
        feed_mediated(scene.me, room, "eve@evil.example");
    }
    g_assert_cmpuint(invitations_count(scene.me->session), ==, INVITATIONS_OF_STRANGERS_MAX);
    assert_event(scene.flow, "notice warning *very many invitations*");
    assert_no_event(scene.flow, "notice *"); /* once */
    feed_direct(scene.me, "park@rooms.example.org", "bob@example.org");
    assert_event(scene.flow, "invited park@rooms.example.org by bob@example.org/x*");
    for (guint i = 0; i < 10; i++)
        feed_direct(scene.me, "park@rooms.example.org", "bob@example.org");
    assert_no_event(scene.flow, "invited *");
    /* A contact's word goes before a stranger's. */
    feed_direct(scene.me, "trap3@evil.example", "bob@example.org");
    assert_event(scene.flow, "invited trap3@evil.example by bob@example.org/x*");
    g_assert_cmpuint(invitations_count(scene.me->session), ==, INVITATIONS_OF_STRANGERS_MAX + 1);
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/room_admin/kicks", test_kick);
    g_test_add_func("/flow/room_admin/sets-roles", test_role);
    g_test_add_func("/flow/room_admin/says-who-may", test_refusals);
    g_test_add_func("/flow/room_admin/believes-the-room-only", test_answers);
    g_test_add_func("/flow/room_admin/needs-a-room", test_not_in);
    g_test_add_func("/flow/room_admin/bans", test_ban);
    g_test_add_func("/flow/room_admin/bans-whom-is-meant", test_ban_look_alike);
    g_test_add_func("/flow/room_admin/sets-affiliations", test_affiliation);
    g_test_add_func("/flow/room_admin/lifts-bans-only", test_unban);
    g_test_add_func("/flow/room_admin/lists", test_lists);
    g_test_add_func("/flow/room_admin/lists-pages", test_pages);
    g_test_add_func("/flow/room_admin/is-asked-for-voice", test_voice_asked);
    g_test_add_func("/flow/room_admin/refuses-voice", test_voice_refused);
    g_test_add_func("/flow/room_admin/asks-for-voice", test_voice_request);
    g_test_add_func("/flow/room_admin/destroys", test_destroy);
    g_test_add_func("/flow/invitations/sends", test_invite);
    g_test_add_func("/flow/invitations/is-declined", test_declined);
    g_test_add_func("/flow/invitations/receives", test_invited);
    g_test_add_func("/flow/invitations/declines", test_decline);
    g_test_add_func("/flow/invitations/believes-the-sender", test_forged);
    g_test_add_func("/flow/invitations/shows-what-was-missed", test_missed);
    g_test_add_func("/flow/invitations/shows-words-beside", test_words_beside);
    g_test_add_func("/flow/invitations/bounds-strangers", test_flood);
    return g_test_run();
}
