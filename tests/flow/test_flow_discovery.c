/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding rooms: services, lists with pages and a search, what a room says of itself; and services that lie. */
#include <string.h>

#include "core/discovery.h"
#include "room_host.h"
#include "typist.h"

#define INFO "http://jabber.org/protocol/disco#info"
#define ITEMS "http://jabber.org/protocol/disco#items"
#define RSM "http://jabber.org/protocol/rsm"
#define STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define SERVICE "rooms.example.org"

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

static void
close_scene(Scene *scene)
{
    typist_free(scene->typist);
    flow_free(scene->flow);
}

static void
answer_items(Peer *me, const char *from, const char *inside)
{
    g_autofree char *pattern = g_strdup_printf("<iq *to=\"%s\"*<query xmlns=\"" ITEMS "\"*", from);
    g_autofree char *id = assert_sent_id(me, pattern);
    feed(me, "<iq type='result' from='%s' id='%s'><query xmlns='" ITEMS "'>%s</query></iq>", from, id, inside);
}

static void
answer_info(Peer *me, const char *from, const char *inside)
{
    g_autofree char *pattern = g_strdup_printf("<iq *to=\"%s\"*<query xmlns=\"" INFO "\"/>*", from);
    g_autofree char *id = assert_sent_id(me, pattern);
    feed(me, "<iq type='result' from='%s' id='%s'><query xmlns='" INFO "'>%s</query></iq>", from, id, inside);
}

static void
answer_room(Peer *me, const char *room, const char *name, int occupants)
{
    g_autofree char *inside = g_strdup_printf(
        "<identity category='conference' type='text' name='%s'/>" ROOM_FEATURES
        "<feature var='muc_membersonly'/><x xmlns='jabber:x:data' type='result'>"
        "<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/muc#roominfo</value></field>"
        "<field var='muc#roominfo_occupants'><value>%d</value></field>"
        "<field var='muc#roominfo_description'><value>About %s</value></field></x>",
        name, occupants, name);
    answer_info(me, room, inside);
}

#define MUC_IDENTITY "<identity category='conference' type='text' name='Rooms'/>" ROOM_FEATURES

/* --- services --- */

static void
test_own_service(void)
{
    Scene scene = open_scene();
    type(scene.typist, "/rooms");
    answer_items(scene.me, "example.org",
                 "<item jid='upload.example.org'/><item jid='" SERVICE "'/><item jid='me@example.org'/>"
                 "<item jid='example.org' node='x'/><item/>");
    answer_info(scene.me, "upload.example.org", "<identity category='store' type='file'/>");
    answer_info(scene.me, SERVICE, MUC_IDENTITY);
    answer_items(scene.me, SERVICE, "<item jid='garden@" SERVICE "' name='Garden'/>");
    answer_room(scene.me, "garden@" SERVICE, "The garden", 7);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*garden@" SERVICE " *7 *members only *The garden\n1 to 1 at " SERVICE ": that is all\n");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

static void
test_no_service(void)
{
    Scene scene = open_scene();
    type(scene.typist, "/rooms search roses");
    answer_items(scene.me, "example.org", "<item jid='upload.example.org'/>");
    answer_info(scene.me, "upload.example.org", "");
    assert_outcome(scene.typist, "66 your server has no rooms*");
    type(scene.typist, "/rooms");
    answer_items(scene.me, "example.org", "<item jid='irc.example.org'/><item jid='" SERVICE "'/>");
    answer_info(scene.me, "irc.example.org", "<identity category='conference' type='irc'/>" ROOM_FEATURES);
    answer_info(scene.me, SERVICE, MUC_IDENTITY);
    assert_outcome(scene.typist, "64 your server has several places with rooms: /rooms and one of " SERVICE ", irc.example.org");
    type(scene.typist, "/rooms");
    g_autofree char *id = assert_sent_id(scene.me, "<iq *" ITEMS "*");
    feed(scene.me, "<iq type='error' from='example.org' id='%s'><error type='cancel'><forbidden xmlns='" STANZAS "'/></error></iq>", id);
    assert_outcome(scene.typist, "76 *");
    close_scene(&scene);
}

/* Only so many are asked, a few at a time (I9). */
static void
test_many_items(void)
{
    Scene scene = open_scene();
    g_autoptr(GString) items = g_string_new(NULL);
    for (guint i = 0; i < 500; i++)
        g_string_append_printf(items, "<item jid='s%u.example.org'/>", i);
    type(scene.typist, "/rooms");
    answer_items(scene.me, "example.org", items->str);
    guint asked = 0;
    while (scene.me->sent->len > 0) {
        g_assert_cmpuint(scene.me->sent->len, <=, 4);
        g_autofree char *from = g_strdup_printf("s%u.example.org", asked++);
        answer_info(scene.me, from, "");
    }
    g_assert_cmpuint(asked, ==, 50);
    assert_outcome(scene.typist, "66 *");
    close_scene(&scene);
}

/* --- lists --- */

static char *
make_items(guint first, guint count, const char *set)
{
    GString *items = g_string_new(NULL);
    for (guint i = first; i < first + count; i++)
        g_string_append_printf(items, "<item jid='room%u@" SERVICE "' name='Room %u'/>", i, i);
    g_string_append(items, set);
    return g_string_free(items, FALSE);
}

static void
answer_rooms(Peer *me, guint first, guint count)
{
    for (guint i = first; i < first + count; i++) {
        g_autofree char *room = g_strdup_printf("room%u@" SERVICE, i);
        g_autofree char *name = g_strdup_printf("Room %u", i);
        g_assert_cmpuint(me->sent->len, <=, 4);
        answer_room(me, room, name, (int) i);
    }
}

/* A service that knows no pages (XEP-0059 is optional). */
static void
test_pages(void)
{
    Scene scene = open_scene();
    g_autofree char *items = make_items(0, 45, "");
    type(scene.typist, "/rooms " SERVICE);
    answer_items(scene.me, SERVICE, items);
    answer_rooms(scene.me, 0, 20);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*room0@" SERVICE "*room19@" SERVICE "*\n1 to 20 of 45 at " SERVICE ": go on with page 2\n");
    type(scene.typist, "/rooms " SERVICE " page 3");
    answer_items(scene.me, SERVICE, items);
    answer_rooms(scene.me, 40, 5);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*room40@*41 to 45 at " SERVICE ": that is all\n");
    type(scene.typist, "/rooms " SERVICE " page 9");
    answer_items(scene.me, SERVICE, items);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, SERVICE " has no more rooms than that.\n");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* XEP-0059: no more is fetched than is shown. */
static void
test_pages_on_the_wire(void)
{
    Scene scene = open_scene();
    g_autofree char *first = make_items(0, 100, "<set xmlns='" RSM "'><first>a</first><last>b</last><count>150</count></set>");
    g_autofree char *second = make_items(100, 50, "<set xmlns='" RSM "'><first>c</first><last>d</last><count>150</count></set>");
    type(scene.typist, "/rooms " SERVICE);
    answer_items(scene.me, SERVICE, first);
    answer_rooms(scene.me, 0, 20);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*1 to 20 of 150 at *page 2\n");
    assert_nothing_sent(scene.me);
    type(scene.typist, "/rooms " SERVICE " search \"room 149\"");
    answer_items(scene.me, SERVICE, first);
    g_assert_nonnull(strstr(g_ptr_array_index(scene.me->sent, 0), "<after>b</after>"));
    answer_items(scene.me, SERVICE, second);
    answer_rooms(scene.me, 149, 1);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*room149@*1 to 1 at *that is all\n");
    close_scene(&scene);
}

static void
test_search(void)
{
    Scene scene = open_scene();
    const char *items = "<item jid='roses@" SERVICE "' name='Flowers'/><item jid='b@" SERVICE "' name='ROSES and more'/>"
                        "<item jid='c@" SERVICE "'/>";
    type(scene.typist, "/rooms " SERVICE " search Roses");
    answer_items(scene.me, SERVICE, items);
    answer_room(scene.me, "roses@" SERVICE, "Flowers", 1);
    /* What cannot be asked is listed all the same. */
    g_autofree char *id = assert_sent_id(scene.me, "<iq *to=\"b@" SERVICE "\"*");
    feed(scene.me, "<iq type='error' from='b@" SERVICE "' id='%s'><error type='auth'><forbidden xmlns='" STANZAS "'/></error></iq>", id);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*roses@*Flowers\n*b@*ROSES and more\n1 to 2 *that is all\n");
    type(scene.typist, "/rooms " SERVICE " search tulips");
    answer_items(scene.me, SERVICE, items);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, SERVICE " shows no such room.\n");
    close_scene(&scene);
}

/* I9, I12, I14 */
static void
test_lies(void)
{
    Scene scene = open_scene();
    type(scene.typist, "/rooms " SERVICE);
    answer_items(scene.me, SERVICE,
                 "<item jid='bank@evil.example' name='Bank'/><item jid='" SERVICE "'/><item jid='a@" SERVICE "/x'/>"
                 "<item jid='a@" SERVICE "' name='A&#x9b;31m&#x202e;'/>");
    answer_info(scene.me, "a@" SERVICE,
                "<identity category='conference' type='text' name='N&#x9b;'/>" ROOM_FEATURES
                "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>"
                "<value>http://jabber.org/protocol/muc#roominfo</value></field>"
                "<field var='muc#roominfo_occupants'><value>-5 billions</value></field></x>");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*a@" SERVICE " *N<U+009B>\n1 to 1 *\n");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* I9: a list without an end has one. */
static void
test_endless(void)
{
    Scene scene = open_scene();
    guint pages = 0;
    type(scene.typist, "/rooms " SERVICE " search nothing");
    while (scene.me->sent->len > 0) {
        g_autofree char *page = make_items(pages++ * 100, 100, "<set xmlns='" RSM "'><first>a</first><last>a</last></set>");
        answer_items(scene.me, SERVICE, page);
    }
    g_assert_cmpuint(pages, ==, DISCOVERY_ROOMS_MAX / 100);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*Only the first 5000 rooms were looked at.\n");
    /* A page with nothing on it is the end, too. */
    type(scene.typist, "/rooms " SERVICE);
    answer_items(scene.me, SERVICE, "<set xmlns='" RSM "'><first>a</first><last>a</last><count>9</count></set>");
    assert_outcome(scene.typist, "ok");
    close_scene(&scene);
}

static void
test_lost(void)
{
    Scene scene = open_scene();
    g_autofree char *items = make_items(0, 10, "");
    type(scene.typist, "/rooms " SERVICE);
    answer_items(scene.me, SERVICE, items);
    cut(scene.me);
    assert_outcome(scene.typist, "69 *");
    close_scene(&scene);
}

/* --- one room --- */

static void
test_info(void)
{
    Scene scene = open_scene();
    type(scene.typist, "/room info " GARDEN);
    answer_info(scene.me, GARDEN,
                "<identity category='conference' type='text' name='The garden'/>" ROOM_FEATURES
                "<feature var='muc_membersonly'/><feature var='muc_passwordprotected'/><feature var='urn:xmpp:mam:2'/>"
                "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>"
                "<value>http://jabber.org/protocol/muc#roominfo</value></field>"
                "<field var='muc#roominfo_subject'><value>Roses</value></field>"
                "<field var='muc#roominfo_occupants'><value>3</value></field>"
                "<field var='muc#roominfo_contactjid'><value>a@b.example</value><value>c@d.example</value></field>"
                "<field var='muc#roominfo_lang'><value>en</value></field></x>");
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*" GARDEN "\n*The garden\n*Roses\n*3\n*password, members only, has an archive\n*en\n"
                                 "*a@b.example, c@d.example\n");
    type(scene.typist, "/room info example.net");
    answer_info(scene.me, "example.net", "<identity category='server' type='im'/>");
    assert_outcome(scene.typist, "66 example.net is no room: check the address");
    close_scene(&scene);
}

static void
test_info_here(void)
{
    Scene scene = open_scene();
    host_join(scene.me, ROOM_WITH_IDS);
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    type(scene.typist, "/room info");
    host_answer_info(scene.me, ROOM_WITH_IDS);
    assert_outcome(scene.typist, "ok");
    assert_printed(scene.typist, "*" GARDEN "\n*The garden\n");
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/discovery/own-service", test_own_service);
    g_test_add_func("/flow/discovery/no-service", test_no_service);
    g_test_add_func("/flow/discovery/many-items", test_many_items);
    g_test_add_func("/flow/discovery/pages", test_pages);
    g_test_add_func("/flow/discovery/pages-on-the-wire", test_pages_on_the_wire);
    g_test_add_func("/flow/discovery/search", test_search);
    g_test_add_func("/flow/discovery/lies", test_lies);
    g_test_add_func("/flow/discovery/endless", test_endless);
    g_test_add_func("/flow/discovery/lost", test_lost);
    g_test_add_func("/flow/discovery/info", test_info);
    g_test_add_func("/flow/discovery/info-here", test_info_here);
    return g_test_run();
}
