/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms of rooms: configuring, creating, registering, each command typed; and forms nobody should send. */
#include <string.h>

#include "core/conversations.h"
#include "core/room_forms.h"
#include "room_host.h"
#include "typist.h"

#define OWNER "http://jabber.org/protocol/muc#owner"
#define STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define DISCO "http://jabber.org/protocol/disco#info"
#define GET_CONFIG "<iq *to=\"" GARDEN "\" type=\"get\"*<query xmlns=\"" OWNER "\"/>*"
#define SET_CONFIG "<iq *to=\"" GARDEN "\" type=\"set\"*<query xmlns=\"" OWNER "\"><x xmlns=\"jabber:x:data\" type=\"submit\">"
#define GET_REGISTER "<iq *to=\"" GARDEN "\" type=\"get\"*<query xmlns=\"jabber:iq:register\"/>*"
#define SET_REGISTER "<iq *to=\"" GARDEN "\" type=\"set\"*<query xmlns=\"jabber:iq:register\">"

#define CONFIG                                                                                                        \
    "<query xmlns='" OWNER "'><x xmlns='jabber:x:data' type='form'><title>Garden</title>"                             \
    "<instructions>Say how it\nshall be</instructions>"                                                               \
    "<field type='hidden' var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>"           \
    "<field type='fixed'><value>What it is</value></field>"                                                           \
    "<field type='text-single' var='muc#roomconfig_roomname' label='Name of the room'><value>Old</value></field>"     \
    "<field type='boolean' var='muc#roomconfig_publicroom' label='Listed for all'><value>1</value></field>"           \
    "<field type='list-single' var='muc#roomconfig_whois' label='Who may see addresses'><value>moderators</value>"    \
    "<option label='Moderators only'><value>moderators</value></option><option label='Anyone'><value>anyone</value></option></field>" \
    "<field type='text-private' var='muc#roomconfig_roomsecret' label='Secret word'><value>hush</value></field>"      \
    "<field type='jid-multi' var='muc#roomconfig_roomowners' label='Owners'><desc>All of them</desc><required/><value>bob@example.org</value></field>" \
    "<field type='boolean' var='{http://prosody.im/protocol/muc}roomconfig_allowmemberinvites' label='Members may invite'><value>0</value></field>" \
    "</x></query>"

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
    login(scene.me);
    scene.typist = typist_new(scene.flow);
    return scene;
}

static Scene
open_garden(void)
{
    Scene scene = open_scene();
    host_join(scene.me, ROOM_WITH_IDS);
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    return scene;
}

static void
close_scene(Scene *scene)
{
    typist_free(scene->typist);
    flow_free(scene->flow);
}

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

/* Its configuration has changed: the client wants to know what it is now. */
static void
answer_what_it_is(Peer *me)
{
    host_answer_info(me, ROOM_WITH_IDS "<feature var='muc_membersonly'/>");
}

static void
open_config(const Scene *scene)
{
    type(scene->typist, "/room config");
    answer(scene->me, GET_CONFIG, CONFIG);
    assert_outcome(scene->typist, "ok");
}

/* --- one line --- */

static void
test_change(void)
{
    static const struct {
        const char *line, *sent, *printed;
    } cases[] = {
        { "/room config muc#roomconfig_roomname The new garden", "*_roomname*<value>The new garden</value>*",
          "Name of the room is “The new garden” now.\n" },
        { "/room config publicroom off", "*_publicroom*<value>0</value>*", "Listed for all is “no” now.\n" },
        { "/room config whois anyone", "*_whois*<value>anyone</value>*", "*“anyone” now.\n" },
        { "/room config \"see addresses\" \"moderators ONLY\"", "*_whois*<value>moderators</value>*", "*“moderators” now.\n" },
        { "/room config 4 hush hush", "*_roomsecret*<value>hush hush</value>*", "Secret word is “••••” now.\n" }, /* I23 */
        { "/room config allowmemberinvites yes", "*prosody.im*<value>1</value>*", "Members may invite is “yes” now.\n" },
        { "/room config owners a@b.example c@d.example", "*<value>a@b.example</value><value>c@d.example</value>*",
          "Owners is “a@b.example, c@d.example” now.\n" },
        { "/room config roomname \"\"", "*_roomname\"><value></value>*", "Name of the room is “” now.\n" },
    };
    Scene scene = open_garden();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *sent = g_strconcat(SET_CONFIG, cases[i].sent, NULL);
        type(scene.typist, cases[i].line);
        answer(scene.me, GET_CONFIG, CONFIG);
        assert_unfinished(scene.typist);
        answer(scene.me, sent, "");
        assert_outcome(scene.typist, "ok");
        assert_printed(scene.typist, cases[i].printed);
        answer_what_it_is(scene.me);
    }
    g_assert_true(room_flags(host_room(scene.me)) & ROOM_MEMBERS_ONLY);
    assert_typed(scene.typist, "/form", "66 no form of this room is open*");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* All that came goes back, hidden fields first of all. */
static void
test_whole_form_goes_back(void)
{
    Scene scene = open_garden();
    type(scene.typist, "/room config publicroom no");
    answer(scene.me, GET_CONFIG, CONFIG);
    answer(scene.me,
           SET_CONFIG "*FORM_TYPE*muc#roomconfig</value>*_roomname*Old*_publicroom*<value>0*_whois*moderators*_roomsecret*hush*"
                      "_roomowners*bob@example.org*allowmemberinvites*<value>0*",
           "");
    assert_outcome(scene.typist, "ok");
    close_scene(&scene);
}

static void
test_refused_values(void)
{
    static const struct {
        const char *line, *outcome;
    } cases[] = {
        { "/room config publicroom perhaps", "64 “Listed for all” takes yes or no" },
        { "/room config whois nobody", "64 “Who may see addresses” takes one of: moderators, anyone" },
        { "/room config owners nonsense@", "64 “Owners” takes an address*" },
        { "/room config owners \"\"", "64 “Owners” takes a value: it cannot be empty" },
        { "/room config nonsense yes", "66 the form has nothing called “nonsense”*" },
        { "/room config room yes", "64 “room” may be roomname, publicroom, roomsecret, roomowners: write more of it, or its number" },
        { "/room config FORM_TYPE x", "66 *" },
        { "/room config 99 x", "66 *" },
        { "/room config \"\" x", "66 *" },
    };
    Scene scene = open_garden();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        type(scene.typist, cases[i].line);
        answer(scene.me, GET_CONFIG, CONFIG);
        assert_outcome(scene.typist, cases[i].outcome);
        assert_nothing_sent(scene.me);
    }
    close_scene(&scene);
}

static void
test_refusals(void)
{
    Scene scene = open_garden();
    type(scene.typist, "/room config");
    refuse(scene.me, GET_CONFIG, "forbidden");
    assert_outcome(scene.typist, "77 only owners may configure a room*");
    type(scene.typist, "/room config whois anyone");
    refuse(scene.me, GET_CONFIG, "not-allowed");
    assert_outcome(scene.typist, "77 only owners may configure a room*");
    type(scene.typist, "/room config whois anyone");
    answer(scene.me, GET_CONFIG, CONFIG);
    refuse(scene.me, SET_CONFIG "*", "not-acceptable");
    assert_outcome(scene.typist, "1 the room does not accept that*");
    type(scene.typist, "/room config");
    answer(scene.me, GET_CONFIG, "<query xmlns='" OWNER "'/>");
    assert_outcome(scene.typist, "76 the room has nothing that could be configured");
    type(scene.typist, "/room config");
    g_autofree char *id = assert_sent_id(scene.me, GET_CONFIG);
    feed(scene.me, "<iq type='result' from='eve@evil.example' id='%s'>" CONFIG "</iq>", id); /* I13 */
    assert_unfinished(scene.typist);
    cut(scene.me);
    assert_outcome(scene.typist, "69 *");
    close_scene(&scene);
}

/* What may be a secret is not in what is kept of a line (I23). */
static void
test_secrets(void)
{
    static const struct {
        const char *line, *kept;
    } cases[] = {
        { "/form set roomname Garden", "/form set roomname Garden" },
        { "/form set roomsecret hush", "/form set roomsecret *" },
        { "/form set 4 hush", "/form set 4 *" },
        { "/form set \"Secret word\" hush", "/form set * *" },
        { "/form set muc#roomconfig_roomsecret hush", "/form set muc#roomconfig_roomsecret *" },
    };
    Scene scene = open_garden();
    open_config(&scene);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_typed(scene.typist, cases[i].line, "ok");
        g_assert_true(g_pattern_match_simple(cases[i].kept, typist_line(scene.typist)));
        g_assert_null(strstr(typist_line(scene.typist), "hush"));
        assert_printed(scene.typist, i == 0 ? "*Garden*" : "*••••*");
    }
    close_scene(&scene);
}

/* --- the open form --- */

static void
test_open_form(void)
{
    Scene scene = open_garden();
    open_config(&scene);
    assert_printed(scene.typist,
                   "Garden\nSay how it\nshall be\nWhat it is\n*1*roomname*Old*Name of the room\n"
                   "*2*publicroom*yes*Listed for all\n*3*whois*moderators*Who may see addresses\n"
                   "*4*roomsecret*••••*Secret word\n*5*roomowners*bob@example.org*Owners\n"
                   "*6*allowmemberinvites*no*\n*/form submit*\n");
    assert_typed(scene.typist, "/form set roomname \"A garden\"", "ok");
    assert_printed(scene.typist, "1 *A garden  changed*\n");
    assert_typed(scene.typist, "/form set whois Anyone", "ok");
    assert_typed(scene.typist, "/form set whois nobody", "64 *");
    assert_typed(scene.typist, "/form", "ok");
    assert_printed(scene.typist, "*A garden *changed*anyone *changed*");
    assert_typed(scene.typist, "/form whois", "ok");
    assert_printed(scene.typist, "*anyone*\n  moderators  Moderators only\n  anyone  Anyone\n");
    assert_typed(scene.typist, "/form owners", "ok");
    assert_printed(scene.typist, "*All of them\nIt takes addresses.\nIt cannot be empty.\n");
    assert_nothing_sent(scene.me);
    /* What was filled in is not lost by asking again. */
    assert_typed(scene.typist, "/room config", "1 the open form has changes*");
    assert_typed(scene.typist, "/room register", "1 the open form has changes*");

    /* A refusal leaves it open. */
    type(scene.typist, "/form submit");
    refuse(scene.me, SET_CONFIG "*", "not-acceptable");
    assert_outcome(scene.typist, "1 the room does not accept that*");
    type(scene.typist, "/form submit");
    answer(scene.me, SET_CONFIG "*A garden*anyone*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "The room has taken the form.\n");
    answer_what_it_is(scene.me);
    assert_typed(scene.typist, "/form", "66 no form of this room is open*");
    assert_typed(scene.typist, "/form submit", "66 no form of this room is open*");
    assert_typed(scene.typist, "/form set roomname x", "66 no form of this room is open*");
    assert_typed(scene.typist, "/form cancel", "66 no form of this room is open*");
    close_scene(&scene);
}

static void
test_cancel(void)
{
    Scene scene = open_garden();
    open_config(&scene);
    open_config(&scene); /* nothing was changed: the newest one counts */
    assert_typed(scene.typist, "/form set roomname x", "ok");
    assert_typed(scene.typist, "/form cancel", "ok");
    assert_typed(scene.typist, "/form", "66 *");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* It survives a lost connection, and so does what was filled in. */
static void
test_survives(void)
{
    Scene scene = open_garden();
    open_config(&scene);
    assert_typed(scene.typist, "/form set roomname Kept", "ok");
    type(scene.typist, "/form submit");
    assert_sent(scene.me, SET_CONFIG "*");
    cut(scene.me);
    assert_outcome(scene.typist, "69 *");
    assert_typed(scene.typist, "/form roomname", "ok");
    assert_printed(scene.typist, "*Kept*");
    close_scene(&scene);
}

static void
test_other_places(void)
{
    static const char *const lines[] = { "/room config", "/room config a b", "/room register", "/room unregister", "/form",
                                         "/form set a b", "/form submit", "/form cancel", "/room info" };
    Scene scene = open_scene();
    typist_look_at(scene.typist, ensure_conversation(scene.me, "bob@example.org"));
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        assert_typed(scene.typist, lines[i], "1 /*is for rooms*");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* --- hostile forms --- */

/* I9, I12 */
static void
test_hostile(void)
{
    Scene scene = open_garden();
    GString *xml = g_string_new("<query xmlns='" OWNER "'><x xmlns='jabber:x:data' type='form'>"
                                "<title>T&#x9b;2J</title><instructions>a&#x202e;b</instructions>"
                                "<field/><field type='fixed'><value>w&#x7f;</value></field>"
                                "<field type='king' var='k&#x85;' label='l&#10;m'><value>v&#x9b;31m</value></field>"
                                "<field type='list-single' var='o'><option label='L&#x200b;'><value>p&#x2066;</value></option></field>"
                                "<field var='o'><value>again</value></field>");
    for (guint i = 0; i < 1000; i++)
        g_string_append_printf(xml, "<field var='f%u' label='many'/>", i);
    g_string_append(xml, "</x></query>");
    type(scene.typist, "/room config");
    answer(scene.me, GET_CONFIG, xml->str);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "T<U+009B>2J\na<U+202E>b\nw^?\n*v<U+009B>31m*l*m\n*");
    assert_typed(scene.typist, "/form o", "ok");
    assert_printed(scene.typist, "*  p<U+2066>  L*\n");
    assert_typed(scene.typist, "/form set f1 x", "ok");
    assert_typed(scene.typist, "/form set many x", "64 “many” may be f0, f1,*");
    assert_typed(scene.typist, "/form submit", "76 the form is too big to be answered*");
    assert_nothing_sent(scene.me);
    g_string_free(xml, TRUE);
    close_scene(&scene);
}

/* --- creating --- */

static void
refuse_info(Peer *me)
{
    refuse(me, "<iq *to=\"" GARDEN "\"*disco#info*", "item-not-found");
}

/* XEP-0045 §10.1.2 */
static void
test_create_instant(void)
{
    Scene scene = open_scene();
    type(scene.typist, "/room create " GARDEN "/Gardener");
    refuse_info(scene.me); /* is it there? */
    refuse_info(scene.me); /* what is it? */
    assert_sent(scene.me, "<presence *to=\"" GARDEN "/Gardener\"*");
    host_self(scene.me, "Gardener", "moderator", "owner", "<status code='110'/><status code='201'/>");
    assert_unfinished(scene.typist);
    answer(scene.me, "<iq *<query xmlns=\"" OWNER "\"><x xmlns=\"jabber:x:data\" type=\"submit\"/></query>*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, GARDEN " is open, and you are its owner.\n");
    g_assert_true(typist_conversation(scene.typist) == room_conversation(host_room(scene.me)));
    close_scene(&scene);
}

static void
begin_reserved(const Scene *scene)
{
    type(scene->typist, "/room create " GARDEN " config");
    refuse_info(scene->me);
    refuse_info(scene->me);
    assert_sent(scene->me, "<presence *to=\"" GARDEN "/me\"*");
    host_self(scene->me, "me", "moderator", "owner", "<status code='110'/><status code='201'/>");
}

/* §10.1.3 */
static void
test_create_reserved(void)
{
    Scene scene = open_scene();
    begin_reserved(&scene);
    flow_turn();
    answer(scene.me, GET_CONFIG, CONFIG);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, GARDEN " is yours. *\nGarden\n*roomname*");
    assert_typed(scene.typist, "/form set roomname Mine", "ok");
    type(scene.typist, "/form submit");
    answer(scene.me, SET_CONFIG "*Mine*", "");
    assert_outcome(scene.typist, "ok");
    answer_what_it_is(scene.me);
    g_assert_true(room_flags(host_room(scene.me)) & ROOM_MEMBERS_ONLY);
    close_scene(&scene);
}

static void
test_create_cancelled(void)
{
    Scene scene = open_scene();
    begin_reserved(&scene);
    flow_turn();
    answer(scene.me, GET_CONFIG, CONFIG);
    assert_outcome(scene.typist, "ok");
    open_config(&scene); /* looked at once more: still the same room */
    type(scene.typist, "/form cancel");
    answer(scene.me, "<iq *type=\"set\"*<query xmlns=\"" OWNER "\"><x xmlns=\"jabber:x:data\" type=\"cancel\"/></query>*", "");
    assert_outcome(scene.typist, "ok");
    assert_sent(scene.me, "<presence *unavailable*to=\"" GARDEN "/me\"*"); /* Prosody keeps it till then */
    close_scene(&scene);
}

static void
test_create_fails(void)
{
    Scene scene = open_scene();
    type(scene.typist, "/room create " GARDEN);
    host_answer_info(scene.me, ROOM_FEATURES);
    assert_outcome(scene.typist, "1 " GARDEN " is there already: /join it*");
    assert_nothing_sent(scene.me);
    assert_typed(scene.typist, "/room create rooms.example.org", "65 *is a server, not a room*");
    /* Somebody was faster. */
    type(scene.typist, "/room create " GARDEN " instant");
    refuse_info(scene.me);
    refuse_info(scene.me);
    assert_sent(scene.me, "<presence *");
    host_self(scene.me, "me", "participant", "none", "<status code='110'/>");
    assert_outcome(scene.typist, "1 " GARDEN " was there already*");
    close_scene(&scene);
    scene = open_scene();
    type(scene.typist, "/room create " GARDEN);
    refuse_info(scene.me);
    refuse_info(scene.me);
    assert_sent(scene.me, "<presence *");
    feed(scene.me, "<presence type='error' from='" GARDEN "/me'><error type='cancel'><not-allowed xmlns='" STANZAS "'/></error></presence>");
    assert_outcome(scene.typist, "77 *");
    close_scene(&scene);
}

/* --- registering --- */

#define REGISTER                                                                                                       \
    "<query xmlns='jabber:iq:register'><instructions>x</instructions><x xmlns='jabber:x:data' type='form'>"            \
    "<field type='hidden' var='FORM_TYPE'><value>http://jabber.org/protocol/muc#register</value></field>"              \
    "<field type='text-single' var='muc#register_roomnick' label='Desired nick'><required/></field></x></query>"

static void
test_register(void)
{
    Scene scene = open_garden();
    type(scene.typist, "/room register Alice B.");
    answer(scene.me, GET_REGISTER, REGISTER);
    answer(scene.me, SET_REGISTER "<x *type=\"submit\"*muc#register*<value>Alice B.</value>*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "You are registered as Alice B..\n");
    /* Somebody else has it: the form stays open. */
    type(scene.typist, "/room register Bob");
    answer_what_it_is(scene.me);
    answer(scene.me, GET_REGISTER, REGISTER);
    refuse(scene.me, SET_REGISTER "*", "conflict");
    assert_outcome(scene.typist, "1 somebody else has registered that nick*");
    assert_typed(scene.typist, "/form set nick Robert", "ok");
    type(scene.typist, "/form submit");
    answer(scene.me, SET_REGISTER "*<value>Robert</value>*", "");
    assert_outcome(scene.typist, "ok");
    close_scene(&scene);
}

static void
test_register_by_form(void)
{
    Scene scene = open_garden();
    type(scene.typist, "/room register");
    answer(scene.me, GET_REGISTER, REGISTER);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*roomnick*me*Desired nick\n*");
    assert_nothing_sent(scene.me);
    assert_typed(scene.typist, "/form cancel", "ok");
    assert_nothing_sent(scene.me);
    /* Without a data form, and registered already. */
    type(scene.typist, "/room register");
    answer(scene.me, GET_REGISTER, "<query xmlns='jabber:iq:register'><registered/><nick>Old</nick><email/></query>");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*You are registered*nick*Old*email*");
    assert_typed(scene.typist, "/form submit", "64 “E-mail address” is required*");
    assert_typed(scene.typist, "/form set email a@b.example", "ok");
    type(scene.typist, "/form submit");
    answer(scene.me, SET_REGISTER "<nick>Old</nick><email>a@b.example</email></query>*", "");
    assert_outcome(scene.typist, "ok");
    close_scene(&scene);
}

static void
test_unregister(void)
{
    Scene scene = open_garden();
    type(scene.typist, "/room unregister");
    answer(scene.me, SET_REGISTER "<remove/></query>*", "");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "You are not registered with " GARDEN " any more.\n");
    type(scene.typist, "/room unregister");
    refuse(scene.me, SET_REGISTER "*", "registration-required");
    assert_outcome(scene.typist, "1 you are not registered there*");
    type(scene.typist, "/room register");
    refuse(scene.me, GET_REGISTER, "service-unavailable");
    assert_outcome(scene.typist, "1 the room keeps no register*");
    static const char *const noes[] = { "not-allowed", "forbidden", "registration-required" };
    for (guint i = 0; i < G_N_ELEMENTS(noes); i++) {
        type(scene.typist, "/room register");
        refuse(scene.me, GET_REGISTER, noes[i]);
        assert_outcome(scene.typist, "77 the room registers nobody by itself*");
    }
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/room_forms/change", test_change);
    g_test_add_func("/flow/room_forms/whole-form-goes-back", test_whole_form_goes_back);
    g_test_add_func("/flow/room_forms/refused-values", test_refused_values);
    g_test_add_func("/flow/room_forms/refusals", test_refusals);
    g_test_add_func("/flow/room_forms/secrets", test_secrets);
    g_test_add_func("/flow/room_forms/open-form", test_open_form);
    g_test_add_func("/flow/room_forms/cancel", test_cancel);
    g_test_add_func("/flow/room_forms/survives", test_survives);
    g_test_add_func("/flow/room_forms/other-places", test_other_places);
    g_test_add_func("/flow/room_forms/hostile", test_hostile);
    g_test_add_func("/flow/room_forms/create-instant", test_create_instant);
    g_test_add_func("/flow/room_forms/create-reserved", test_create_reserved);
    g_test_add_func("/flow/room_forms/create-cancelled", test_create_cancelled);
    g_test_add_func("/flow/room_forms/create-fails", test_create_fails);
    g_test_add_func("/flow/room_forms/register", test_register);
    g_test_add_func("/flow/room_forms/register-by-form", test_register_by_form);
    g_test_add_func("/flow/room_forms/unregister", test_unregister);
    return g_test_run();
}
