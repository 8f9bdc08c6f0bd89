/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bookmarks: what is joined by itself, what other devices change, what this one changes, and what stays as it is. */
#include <string.h>

#include "command/complete.h"
#include "core/attention.h"
#include "core/conversations.h"
#include "core/room_bookmarks.h"
#include "core/rooms.h"
#include "flow.h"
#include "typist.h"

#define NODE "urn:xmpp:bookmarks:1"
#define COMPATIBLE "<feature var='" NODE "#compat'/><feature var='http://jabber.org/protocol/pubsub#publish-options'/>"
#define ITEM(room, attributes, inside) \
    "<item id='" room "@rooms.example.org'><conference xmlns='" NODE "' " attributes ">" inside "</conference></item>"
#define GARDEN "garden@rooms.example.org"
#define POND "pond@rooms.example.org"

typedef struct Scene {
    Flow *flow;
    Peer *me;
    Typist *typist;
    GHashTable *joins; /* room/nick → how often it was entered */
    guint most;        /* rooms under way at the same time */
    guint locked;      /* so many entries are refused: the room is not open yet */
    GString *told;     /* what else was sent, a line each */
} Scene;

/* --- a server with rooms that let everybody in --- */

static char *
attribute(const char *xml, const char *name)
{
    g_autofree char *begin = g_strdup_printf(" %s=\"", name);
    const char *found = strstr(xml, begin);
    g_assert_nonnull(found);
    found += strlen(begin);
    return g_strndup(found, strcspn(found, "\""));
}

static void
answer_info(Scene *scene, const char *xml)
{
    g_autofree char *id = attribute(xml, "id");
    g_autofree char *room = attribute(xml, "to");
    feed(scene->me,
         "<iq type='result' from='%s' id='%s'><query xmlns='http://jabber.org/protocol/disco#info'>"
         "<identity category='conference' type='text'/><feature var='http://jabber.org/protocol/muc'/></query></iq>",
         room, id);
}

static void
let_in(Scene *scene, const char *xml)
{
    g_autofree char *occupant = attribute(xml, "to");
    if (scene->locked > 0) {
        scene->locked--;
        feed(scene->me,
             "<presence from='%s' type='error'><error type='cancel'>"
             "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
             occupant);
        return;
    }
    const int times = GPOINTER_TO_INT(g_hash_table_lookup(scene->joins, occupant));
    g_hash_table_replace(scene->joins, g_strdup(occupant), GINT_TO_POINTER(times + 1));
    feed(scene->me,
         "<presence from='%s'><x xmlns='http://jabber.org/protocol/muc#user'>"
         "<item role='participant' affiliation='none'/><status code='110'/></x></presence>",
         occupant);
}

static guint
count_under_way(const Scene *scene)
{
    guint under_way = 0;
    for (guint i = 0; i < account_conversation_count(scene->me->account); i++) {
        const Room *room = conversation_room(account_conversation_at(scene->me->account, i));
        under_way += room != NULL && room_state(room) == ROOM_JOINING;
    }
    return under_way;
}

static bool
is_about_room(const char *xml)
{
    return strstr(xml, "@rooms.example.org") != NULL;
}

/* Answers what rooms are asked until nothing is asked any more. */
static void
serve(Scene *scene)
{
    flow_turn();
    while (scene->me->sent->len > 0) {
        scene->most = MAX(scene->most, count_under_way(scene));
        g_autofree char *xml = g_ptr_array_steal_index(scene->me->sent, 0);
        if (is_about_room(xml) && strstr(xml, "disco#info") != NULL)
            answer_info(scene, xml);
        else if (is_about_room(xml) && strstr(xml, "<x xmlns=\"http://jabber.org/protocol/muc\"") != NULL)
            let_in(scene, xml);
        else if (strstr(xml, "urn:xmpp:ping") == NULL)
            g_string_append_printf(scene->told, "%s\n", xml);
        flow_turn();
    }
}

static void
forget(Scene *scene)
{
    g_hash_table_remove_all(scene->joins);
    g_string_truncate(scene->told, 0);
    forget_events(scene->flow);
}

/* Online, and in what is bookmarked. */
static void
go_online(Scene *scene, const char *bookmarks)
{
    scene->me = flow_peer(scene->flow, "work");
    scene->me->features = COMPATIBLE;
    scene->me->bookmarks = bookmarks;
    login_with_roster(scene->me, "", NULL);
    serve(scene);
}

static Scene
open_scene(const char *config, const char *bookmarks)
{
    Scene scene = {
        .flow = flow_new_with(FLOW_ONE_ACCOUNT, config, NULL),
        .joins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .told = g_string_new(NULL),
    };
    go_online(&scene, bookmarks);
    scene.typist = typist_new(scene.flow);
    return scene;
}

static void
close_scene(Scene *scene)
{
    typist_free(scene->typist);
    flow_free(scene->flow);
    g_hash_table_unref(scene->joins);
    g_string_free(scene->told, TRUE);
}

/* --- what is asserted --- */

static void
assert_entered(const Scene *scene, const char *occupant, int times)
{
    const int entered = GPOINTER_TO_INT(g_hash_table_lookup(scene->joins, occupant));
    if (entered != times)
        g_error("%s was entered %d times, not %d", occupant, entered, times);
}

static void
assert_nothing_entered(const Scene *scene)
{
    g_assert_cmpuint(g_hash_table_size(scene->joins), ==, 0);
}

static RoomState
state_of(const Scene *scene, const char *room)
{
    g_autoptr(Jid) jid = make_jid(room);
    const Room *found = account_find_room(scene->me->account, jid);
    return found != NULL ? room_state(found) : ROOM_OUT;
}

static void
assert_told(const Scene *scene, const char *pattern)
{
    if (!g_pattern_match_simple(pattern, scene->told->str))
        g_error("told was “%s”, not “%s”", scene->told->str, pattern);
}

/* A push of another device. */
static void
push(Scene *scene, const char *inside)
{
    feed(scene->me,
         "<message from='me@example.org' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'>"
         "<items node='" NODE "'>%s</items></event></message>",
         inside);
    serve(scene);
}

/* Types a line that asks the server for something, which it grants. */
static char *
type_granted(Scene *scene, const char *line)
{
    type(scene->typist, line);
    flow_turn();
    g_assert_cmpuint(scene->me->sent->len, ==, 1);
    char *xml = g_ptr_array_steal_index(scene->me->sent, 0);
    g_autofree char *id = attribute(xml, "id");
    assert_unfinished(scene->typist);
    feed(scene->me, "<iq type='result' id='%s'/>", id);
    assert_outcome(scene->typist, "ok");
    return xml;
}

static void
assert_matches(const char *xml, const char *pattern)
{
    if (!g_pattern_match_simple(pattern, xml))
        g_error("sent: %s\nexpected: %s", xml, pattern);
}

/* --- joining by itself --- */

static void
test_joined_at_start(void)
{
    Scene scene = open_scene("", ITEM("garden", "autojoin='true' name='The garden'", "<nick>Alice</nick>")
                                 ITEM("pond", "autojoin='1'", "<password>frog</password>")
                                 ITEM("quiet", "name='Later'", ""));
    assert_entered(&scene, GARDEN "/Alice", 1);
    assert_entered(&scene, POND "/me", 1);
    g_assert_cmpuint(g_hash_table_size(scene.joins), ==, 2);
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_JOINED);
    assert_typed(scene.typist, "/bookmark list", "ok");
    assert_printed(scene.typist, GARDEN "*The garden*Alice*on*joined\n" POND "*on*joined\nquiet@*Later*off*out\n");
    assert_typed(scene.typist, "/bookmark", "ok");
    assert_printed(scene.typist, GARDEN "*\nquiet@*\n");
    g_autoptr(Completion) completion = complete_line(typist_registry(scene.typist), "/join q", 7);
    g_assert_cmpuint(completion->candidates->len, ==, 1);
    g_assert_cmpstr(g_ptr_array_index(completion->candidates, 0), ==, "quiet@rooms.example.org");
    close_scene(&scene);
}

/* A few at a time, each once: servers have limits. */
static void
test_sixty_rooms(void)
{
    g_autoptr(GString) items = g_string_new(NULL);
    for (int i = 0; i < 60; i++)
        g_string_append_printf(items, "<item id='r%d@rooms.example.org'><conference xmlns='" NODE "' autojoin='true'/></item>", i);
    Scene scene = open_scene("", items->str);
    for (int i = 0; i < 60; i++) {
        g_autofree char *occupant = g_strdup_printf("r%d@rooms.example.org/me", i);
        assert_entered(&scene, occupant, 1);
    }
    g_assert_cmpuint(scene.most, <=, ROOMS_AT_ONCE);
    g_assert_cmpuint(scene.most, >, 1);
    /* told again, by another list and by pushes: nothing is joined twice */
    push(&scene, ITEM("r0", "autojoin='true'", ""));
    room_bookmarks_bound(session_bookmarks(scene.me->session));
    flow_turn();
    serve(&scene);
    assert_entered(&scene, "r0@rooms.example.org/me", 1);
    g_assert_cmpuint(g_hash_table_size(scene.joins), ==, 60);
    close_scene(&scene);
}

/* After a loss, rooms that are wanted come back by themselves; the list, which is asked for again, joins none of them a
 * second time, and not one that was left meanwhile. */
static void
test_new_session(void)
{
    static const char bookmarks[] = ITEM("garden", "autojoin='true'", "") ITEM("pond", "autojoin='true'", "");
    Scene scene = open_scene("", bookmarks);
    g_autoptr(Jid) pond = make_jid(POND);
    typist_look_at(scene.typist, account_find_conversation(scene.me->account, pond));
    assert_typed(scene.typist, "/leave", "ok");
    forget(&scene);
    cut(scene.me);
    login_with_roster(scene.me, "", NULL);
    serve(&scene);
    assert_entered(&scene, GARDEN "/me", 1);
    assert_entered(&scene, POND "/me", 0);
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_JOINED);
    g_assert_cmpint(state_of(&scene, POND), ==, ROOM_OUT);
    close_scene(&scene);
}

/* The server does not tell this time: what it told the last time counts, and is never lost by that. */
static void
test_known_offline(void)
{
    Scene scene = open_scene("", ITEM("garden", "autojoin='true' name='The garden'", "<nick>Alice</nick>"));
    flow_settle(scene.flow);
    typist_free(scene.typist);
    flow_restart(scene.flow);
    scene.me = flow_peer(scene.flow, "work");
    scene.typist = typist_new(scene.flow);
    assert_typed(scene.typist, "/bookmark list", "ok");
    assert_printed(scene.typist, GARDEN "*The garden*Alice*on*out\n");
    assert_typed(scene.typist, "/bookmark add " POND, "69 *");
    forget(&scene);
    scene.me->features = COMPATIBLE;
    scene.me->hides_bookmarks = true;
    login_with_roster(scene.me, "", NULL);
    serve(&scene);
    assert_entered(&scene, GARDEN "/Alice", 1);
    close_scene(&scene);
}

/* --- other devices --- */

static void
test_followed(void)
{
    Scene scene = open_scene("", "");
    assert_nothing_entered(&scene);
    push(&scene, ITEM("garden", "autojoin='true'", "<nick>Alice</nick>"));
    assert_entered(&scene, GARDEN "/Alice", 1);
    push(&scene, ITEM("garden", "autojoin='true' name='Renamed'", "<nick>Alice</nick>"));
    assert_entered(&scene, GARDEN "/Alice", 1);
    /* XEP-0402 §4: not to be joined any more */
    forget(&scene);
    push(&scene, ITEM("garden", "name='Renamed'", "<nick>Alice</nick>"));
    assert_told(&scene, "<presence *type=\"unavailable\"*to=\"" GARDEN "/Alice\"*\n");
    assert_event(scene.flow, "notice info 0: " GARDEN " was left*");
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_OUT);
    push(&scene, ITEM("garden", "autojoin='1'", "<nick>Alice</nick>"));
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_JOINED);
    forget(&scene);
    push(&scene, "<retract id='" GARDEN "'/>");
    assert_told(&scene, "<presence *type=\"unavailable\"*to=\"" GARDEN "/Alice\"*\n");
    assert_typed(scene.typist, "/bookmark", "ok");
    assert_printed(scene.typist, "No room is bookmarked*");
    close_scene(&scene);
}

static bool
is_asked(gpointer scene)
{
    serve(scene);
    return g_hash_table_size(((Scene *) scene)->joins) > 0;
}

/* Another device makes a room and bookmarks it at once: it may not be open yet (XEP-0045 §10.1.1). */
static void
test_new_room(void)
{
    Scene scene = open_scene("", "");
    scene.locked = 2;
    push(&scene, ITEM("garden", "autojoin='true'", ""));
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_WAITING);
    flow_wait(is_asked, &scene);
    assert_entered(&scene, GARDEN "/me", 1);
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_JOINED);
    close_scene(&scene);
}

static bool
is_given_up(gpointer scene)
{
    serve(scene);
    return state_of(scene, GARDEN) == ROOM_OUT;
}

static void
test_no_room(void)
{
    Scene scene = open_scene("", "");
    scene.locked = 1000;
    push(&scene, ITEM("garden", "autojoin='true'", ""));
    flow_wait(is_given_up, &scene);
    g_assert_cmpuint(scene.locked, >, 900);
    close_scene(&scene);
}

/* A room that was not bookmarked to be joined, but joined by hand, is nobody else's business. */
static void
test_joined_by_hand(void)
{
    Scene scene = open_scene("", ITEM("garden", "name='x'", ""));
    type(scene.typist, "/join " GARDEN);
    serve(&scene);
    assert_outcome(scene.typist, "ok");
    push(&scene, ITEM("garden", "name='y'", ""));
    push(&scene, "<retract id='" GARDEN "'/>");
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_JOINED);
    close_scene(&scene);
}

/* What another device did while this one was away is followed when it comes back. */
static void
test_changed_while_away(void)
{
    Scene scene = open_scene("", ITEM("garden", "autojoin='true'", ""));
    cut(scene.me);
    forget(&scene);
    scene.me->bookmarks = ITEM("pond", "autojoin='true'", "");
    login_with_roster(scene.me, "", NULL);
    serve(&scene);
    assert_entered(&scene, POND "/me", 1);
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_OUT);
    close_scene(&scene);
}

/* I11: a bookmark from elsewhere joins nothing. */
static void
test_forged(void)
{
    static const char *const from[] = { "eve@evil.example", "bob@example.org", "example.org", "me@example.org/phone",
                                        GARDEN, GARDEN "/Eve" };
    Scene scene = open_scene("", ITEM("garden", "autojoin='true'", ""));
    forget(&scene);
    for (guint i = 0; i < G_N_ELEMENTS(from); i++) {
        feed(scene.me,
             "<message from='%s' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'>"
             "<items node='" NODE "'>" ITEM("trap", "autojoin='true'", "") "<retract id='" GARDEN "'/></items></event>"
             "<body>come in</body></message>",
             from[i]);
        serve(&scene);
    }
    assert_nothing_entered(&scene);
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_JOINED);
    assert_no_event(scene.flow, "message *");
    close_scene(&scene);
}

/* --- this device's own will --- */

static void
test_local_settings(void)
{
    Scene scene = open_scene("[conversation " GARDEN "]\nroom.autojoin = off\n"
                             "[conversation " POND "]\nroom.autojoin = on\nroom.nick = Frog\n",
                             ITEM("garden", "autojoin='true'", "") ITEM("pond", "", "<nick>Alice</nick>")
                             ITEM("quiet", "", ""));
    assert_entered(&scene, POND "/Frog", 1);
    g_assert_cmpuint(g_hash_table_size(scene.joins), ==, 1);
    /* and other devices change nothing about that */
    forget(&scene);
    push(&scene, ITEM("garden", "autojoin='1'", ""));
    push(&scene, ITEM("pond", "autojoin='true'", ""));
    push(&scene, ITEM("pond", "", ""));
    push(&scene, "<retract id='" POND "'/>");
    assert_nothing_entered(&scene);
    g_assert_cmpint(state_of(&scene, POND), ==, ROOM_JOINED);
    close_scene(&scene);
}

static void
test_nothing_joined(void)
{
    Scene scene = open_scene("room.autojoin = off\n", ITEM("garden", "autojoin='true'", ""));
    assert_nothing_entered(&scene);
    close_scene(&scene);
}

/* --- changes --- */

static void
test_added(void)
{
    Scene scene = open_scene("", "");
    g_autofree char *xml =
        type_granted(&scene, "/bookmark add " GARDEN "/Alice name \"The garden\" password frog autojoin on");
    assert_matches(xml, "*<publish node=\"" NODE "\"><item id=\"" GARDEN "\"><conference *");
    assert_matches(xml, "*name=\"The garden\"*<nick>Alice</nick><password>frog</password></conference>*");
    assert_matches(xml, "*autojoin=\"true\"*");
    assert_matches(xml, "*whitelist*");
    g_assert_cmpstr(typist_line(scene.typist), ==,
                    "/bookmark add " GARDEN "/Alice name \"The garden\" password ****"); /* I23 */
    serve(&scene); /* joined, here as elsewhere */
    assert_entered(&scene, GARDEN "/Alice", 1);
    push(&scene, ITEM("garden", "autojoin='true' name='The garden'", "<nick>Alice</nick><password>frog</password>"));
    assert_entered(&scene, GARDEN "/Alice", 1);
    assert_typed(scene.typist, "/bookmark", "ok");
    assert_printed(scene.typist, GARDEN "*The garden*Alice*on*joined\n");
    assert_typed(scene.typist, "/bookmark add rooms.example.org", "65 *is a server, not a room*");
    assert_typed(scene.typist, "/bookmark add", "1 there is no room here*");
    close_scene(&scene);
}

/* The echo may come before the answer. */
static void
test_echo_first(void)
{
    Scene scene = open_scene("", ITEM("garden", "autojoin='true'", ""));
    type(scene.typist, "/bookmark set autojoin off room " GARDEN);
    flow_turn();
    g_autofree char *id = assert_sent_id(scene.me, "<iq *<publish node=\"" NODE "\">*");
    forget(&scene);
    push(&scene, ITEM("garden", "", ""));
    feed(scene.me, "<iq type='result' id='%s'/>", id);
    assert_outcome(scene.typist, "ok");
    serve(&scene);
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_JOINED); /* the user is still there */
    g_assert_cmpstr(scene.told->str, ==, "");
    close_scene(&scene);
}

/* The current room: as it is used, with a nick that is not the usual one. */
static void
test_current_room(void)
{
    Scene scene = open_scene("", "");
    type(scene.typist, "/join " GARDEN "/Alice");
    serve(&scene);
    assert_outcome(scene.typist, "ok");
    g_autofree char *xml = type_granted(&scene, "/bookmark add autojoin off");
    assert_matches(xml, "*<item id=\"" GARDEN "\"><conference xmlns=\"" NODE "\"><nick>Alice</nick></conference>*");
    g_autofree char *again = type_granted(&scene, "/bookmark set name \"Our garden\"");
    assert_matches(again, "*name=\"Our garden\"*<nick>Alice</nick>*");
    g_autofree char *gone = type_granted(&scene, "/bookmark remove");
    assert_matches(gone, "*<retract *node=\"" NODE "\"*<item id=\"" GARDEN "\"/></retract>*");
    serve(&scene);
    g_assert_cmpint(state_of(&scene, GARDEN), ==, ROOM_JOINED);
    assert_typed(scene.typist, "/bookmark remove", "66 " GARDEN " is not bookmarked*");
    assert_typed(scene.typist, "/bookmark set name x", "66 " GARDEN " is not bookmarked*");
    close_scene(&scene);
}

/* XEP-0402 §3.3: another client's part of a bookmark survives what is done here. */
static void
test_extensions(void)
{
    static const char theirs[] = "<state xmlns=\"http://myclient.example/bookmark/state\" minimized=\"true\"/>";
    Scene scene = open_scene("", ITEM("garden", "autojoin='true'",
                                      "<extensions><state xmlns='http://myclient.example/bookmark/state' "
                                      "minimized='true'/></extensions>"));
    static const struct {
        const char *line, *sent;
    } steps[] = {
        { "/bookmark set name \"A & B\" room " GARDEN, "*name=\"A &amp; B\"*" },
        { "/bookmark set nick \"Alice B.\" room " GARDEN, "*<nick>Alice B.</nick>*" },
        { "/bookmark set password p room " GARDEN, "*<password>p</password>*" },
        { "/bookmark set notify on-mention room " GARDEN, "*<notify xmlns=\"urn:xmpp:notification-settings:1\"><on-mention/></notify>*" },
        { "/bookmark set autojoin off room " GARDEN, "*<nick>Alice B.</nick><password>p</password>*<on-mention/>*" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autofree char *xml = type_granted(&scene, steps[i].line);
        assert_matches(xml, steps[i].sent);
        g_assert_nonnull(strstr(xml, theirs));
    }
    g_autoptr(Jid) garden = make_jid(GARDEN);
    g_assert_cmpint(room_bookmarks_notify(scene.me->session, garden), ==, BOOKMARK_NOTIFY_ON_MENTION);
    g_autofree char *password = type_granted(&scene, "/bookmark set password room " GARDEN);
    g_assert_null(strstr(password, "<password>"));
    assert_typed(scene.typist, "/bookmark set autojoin maybe room " GARDEN, "65 *give one of off, on*");
    assert_typed(scene.typist, "/bookmark set notify now room " GARDEN, "65 *give one of default, always*");
    close_scene(&scene);
}

/* XEP-0492: what calls the user in a bookmarked room is said once for all devices; this one may differ. */
static void
test_notify(void)
{
    NotifySource source;
    Scene scene = open_scene("", ITEM("garden", "autojoin='true'", ""));
    Conversation *garden = find_conversation(scene.me, GARDEN);
    Client *client = scene.flow->client;
    serve(&scene);
    typist_look_at(scene.typist, garden);
    g_autofree char *all = type_granted(&scene, "/notify all");
    assert_matches(all, "*<notify xmlns=\"urn:xmpp:notification-settings:1\"><always/></notify>*");
    g_assert_cmpint(attention_level(client, garden, &source), ==, NOTIFY_ALL);
    g_assert_cmpint(source, ==, NOTIFY_BY_BOOKMARK);
    assert_typed(scene.typist, "/notify", "ok");
    assert_printed(scene.typist, "*all*its bookmark*");
    assert_typed(scene.typist, "/set here notify none", "ok");
    g_assert_cmpint(attention_level(client, garden, &source), ==, NOTIFY_NONE);
    g_assert_cmpint(source, ==, NOTIFY_BY_SETTING);
    /* Said again, it counts here, too. */
    g_autofree char *mention = type_granted(&scene, "/notify mention");
    assert_matches(mention, "*<on-mention/>*");
    g_assert_cmpint(attention_level(client, garden, &source), ==, NOTIFY_MENTION);
    g_assert_cmpint(source, ==, NOTIFY_BY_BOOKMARK);
    g_autofree char *none = type_granted(&scene, "/notify default");
    g_assert_null(strstr(none, "<on-mention/>"));
    attention_level(client, garden, &source);
    g_assert_cmpint(source, ==, NOTIFY_BY_DEFAULT);
    close_scene(&scene);
}

static void
test_refused(void)
{
    Scene scene = open_scene("", "");
    type(scene.typist, "/bookmark add " GARDEN);
    flow_turn();
    g_autofree char *id = assert_sent_id(scene.me, "<iq *<publish *");
    feed(scene.me, "<iq type='error' id='%s'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                   "</error></iq>", id);
    g_autofree char *second = assert_sent_id(scene.me, "<iq *<publish *"); /* with fewer options */
    feed(scene.me, "<iq type='error' id='%s'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                   "</error></iq>", second);
    assert_outcome(scene.typist, "76 *");
    serve(&scene);
    assert_nothing_entered(&scene);
    g_autoptr(GPtrArray) list = room_bookmarks_list(scene.me->session);
    g_assert_cmpuint(list->len, ==, 0);
    close_scene(&scene);
}

/* room.bookmark: who joins a room wants to find it again. */
static void
test_bookmarked_when_joined(void)
{
    Scene scene = open_scene("room.bookmark = on\n", ITEM("pond", "", ""));
    type(scene.typist, "/join " GARDEN);
    serve(&scene);
    assert_outcome(scene.typist, "ok");
    assert_told(&scene, "*<item id=\"" GARDEN "\"><conference *autojoin=\"true\"*");
    g_string_truncate(scene.told, 0);
    type(scene.typist, "/join " POND); /* it is: nothing changes about it */
    serve(&scene);
    assert_outcome(scene.typist, "ok");
    g_assert_cmpstr(scene.told->str, ==, "");
    close_scene(&scene);
}

/* … also when it was joined before the list has come. */
static void
test_bookmarked_when_known(void)
{
    Scene scene = {
        .flow = flow_new_with(FLOW_ONE_ACCOUNT, "room.bookmark = on\n", NULL),
        .joins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .told = g_string_new(NULL),
    };
    scene.me = flow_peer(scene.flow, "work");
    scene.me->features = COMPATIBLE;
    scene.me->is_slow = true;
    login_with_roster(scene.me, "", NULL);
    scene.typist = typist_new(scene.flow);
    type(scene.typist, "/join " GARDEN);
    serve(&scene);
    assert_outcome(scene.typist, "ok");
    assert_told(&scene, "");
    scene.me->is_slow = false;
    flow_answer(scene.me);
    serve(&scene);
    assert_told(&scene, "*<item id=\"" GARDEN "\"><conference *autojoin=\"true\"*");
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/bookmarks/joined-at-start", test_joined_at_start);
    g_test_add_func("/flow/bookmarks/sixty-rooms", test_sixty_rooms);
    g_test_add_func("/flow/bookmarks/new-session", test_new_session);
    g_test_add_func("/flow/bookmarks/known-offline", test_known_offline);
    g_test_add_func("/flow/bookmarks/followed", test_followed);
    g_test_add_func("/flow/bookmarks/new-room", test_new_room);
    g_test_add_func("/flow/bookmarks/no-room", test_no_room);
    g_test_add_func("/flow/bookmarks/joined-by-hand", test_joined_by_hand);
    g_test_add_func("/flow/bookmarks/changed-while-away", test_changed_while_away);
    g_test_add_func("/flow/bookmarks/forged", test_forged);
    g_test_add_func("/flow/bookmarks/local-settings", test_local_settings);
    g_test_add_func("/flow/bookmarks/nothing-joined", test_nothing_joined);
    g_test_add_func("/flow/bookmarks/added", test_added);
    g_test_add_func("/flow/bookmarks/echo-first", test_echo_first);
    g_test_add_func("/flow/bookmarks/current-room", test_current_room);
    g_test_add_func("/flow/bookmarks/extensions", test_extensions);
    g_test_add_func("/flow/bookmarks/say-what-calls", test_notify);
    g_test_add_func("/flow/bookmarks/refused", test_refused);
    g_test_add_func("/flow/bookmarks/bookmarked-when-joined", test_bookmarked_when_joined);
    g_test_add_func("/flow/bookmarks/bookmarked-when-known", test_bookmarked_when_known);
    return g_test_run();
}
