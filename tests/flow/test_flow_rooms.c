/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Being in rooms: joining, refusals, being put out, coming back, what is said, and who may say what of whom. */
#include <string.h>

#include "command/complete.h"
#include "core/conversations.h"
#include "room_host.h"
#include "typist.h"

typedef struct Scene {
    Flow *flow;
    Peer *me;
    Typist *typist;
} Scene;

static Scene
open_scene(const char *config)
{
    Scene scene = { .flow = flow_new_with(FLOW_ONE_ACCOUNT, config, NULL) };
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

static bool
has_sent(gpointer peer)
{
    return ((const Peer *) peer)->sent->len > 0;
}

/* What comes after a pause. */
static void
wait_sent(Peer *me)
{
    flow_wait(has_sent, me);
}

/* The id of the next ping through the room; assert_sent() leaves pings out. */
static char *
wait_ping(Peer *me)
{
    wait_sent(me);
    g_autofree char *xml = g_ptr_array_steal_index(me->sent, 0);
    g_assert_nonnull(strstr(xml, "urn:xmpp:ping"));
    g_assert_nonnull(strstr(xml, "to=\"" GARDEN "/me\""));
    const char *id = strstr(xml, " id=\"");
    g_assert_nonnull(id);
    return g_strndup(id + 5, strcspn(id + 5, "\""));
}

static void
refuse(Peer *me, const char *nick, const char *type, const char *condition)
{
    feed(me,
         "<presence from='" GARDEN "/%s' type='error'><x xmlns='http://jabber.org/protocol/muc'/>"
         "<error type='%s'><%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
         nick, type, condition);
}

/* --- joining --- */

static void
test_join(void)
{
    Scene scene = open_scene("");
    type(scene.typist, "/join " GARDEN "/Alice password open");
    host_answer_info(scene.me, ROOM_WITH_IDS "<feature var='muc_membersonly'/>");
    assert_sent(scene.me, "<presence *to=\"" GARDEN "/Alice\"*<x xmlns=\"http://jabber.org/protocol/muc\">"
                          "*<password>open</password>*");
    host_occupant(scene.me, "Bob", "moderator", "owner");
    host_occupant(scene.me, "Carol", "visitor", "none");
    assert_unfinished(scene.typist);
    host_self(scene.me, "Alice", "participant", "member", "<status code='110'/><status code='100'/>");
    assert_outcome(scene.typist, "ok");
    g_assert_cmpstr(typist_line(scene.typist), ==, "/join " GARDEN "/Alice password ****"); /* I23 */

    const Room *room = host_room(scene.me);
    assert_event(scene.flow, "occupants " GARDEN " 3");
    assert_event(scene.flow, "room " GARDEN " joined");
    assert_event(scene.flow, "code " GARDEN " 100");
    g_assert_cmpstr(room_name(room), ==, "The garden");
    g_assert_cmpint(room_flags(room) & ROOM_MEMBERS_ONLY, !=, 0);
    g_assert_cmpint(room_own_affiliation(room), ==, AFFILIATION_MEMBER);
    g_assert_cmpstr(occupant_label(room_at(room, 0)), ==, "Bob≈"); /* I20 */
    g_assert_cmpstr(occupant_label(room_at(room, 2)), ==, "Carol≈");
    assert_typed(scene.typist, "/occupants", "ok");
    assert_printed(scene.typist, "Bob≈ *moderator*owner*\nAlice *\nCarol≈ *visitor*\n3 of 3: 1 moderators*");
    assert_typed(scene.typist, "/occupants car", "ok");
    assert_printed(scene.typist, "Carol≈ *\n1 of 3*");
    close_scene(&scene);
}

/* XEP-0045 §7.2.2, §15.6: 210 says that the nick is another one than asked for. */
static void
test_assigned_nick(void)
{
    Scene scene = open_scene("");
    type(scene.typist, "/join " GARDEN "/Alice");
    host_answer_info(scene.me, ROOM_FEATURES);
    assert_sent(scene.me, "<presence *" GARDEN "/Alice\"*");
    host_self(scene.me, "alice-1", "participant", "none", "<status code='110'/><status code='210'/>");
    assert_outcome(scene.typist, "ok");
    g_assert_cmpstr(room_nick(host_room(scene.me)), ==, "alice-1");
    close_scene(&scene);
}

/* A new room is opened as the service thinks right (§10.1.2). */
static void
test_new_room(void)
{
    Scene scene = open_scene("");
    type(scene.typist, "/join " GARDEN);
    g_autofree char *id = assert_sent_id(scene.me, "<iq *disco#info*");
    feed(scene.me,
         "<iq type='error' from='" GARDEN "' id='%s'><error type='cancel'>"
         "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
         id);
    assert_sent(scene.me, "<presence *" GARDEN "/me\"*");
    host_self(scene.me, "me", "moderator", "owner", "<status code='110'/><status code='201'/>");
    g_autofree char *accept = assert_sent_id(scene.me, "<iq *type=\"set\"*muc#owner\"><x *type=\"submit\"*");
    assert_unfinished(scene.typist); /* nobody else could join it yet */
    feed(scene.me, "<iq type='result' from='" GARDEN "' id='%s'/>", accept);
    assert_outcome(scene.typist, "ok");
    host_answer_info(scene.me, ROOM_WITH_IDS); /* now there is something to be known */
    g_assert_cmpint(room_flags(host_room(scene.me)), ==, ROOM_HAS_OCCUPANT_IDS | ROOM_CREATED);
    close_scene(&scene);
}

static void
test_refusals(void)
{
    static const struct {
        const char *type, *condition, *outcome;
    } cases[] = {
        { "auth", "not-authorized", "77 *password*" },
        { "auth", "forbidden", "77 *banned*" },
        { "auth", "registration-required", "77 *members only*" },
        { "cancel", "conflict", "1 *taken*" },
        { "cancel", "item-not-found", "66 *no such room*" },
        { "wait", "service-unavailable", "1 *full*" },
        { "modify", "jid-malformed", "65 *nick*" },
    };
    Scene scene = open_scene("");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        type(scene.typist, "/join " GARDEN "/Alice");
        host_answer_info(scene.me, ROOM_FEATURES);
        assert_sent(scene.me, "<presence *" GARDEN "/Alice\"*");
        refuse(scene.me, "Alice", cases[i].type, cases[i].condition);
        assert_outcome(scene.typist, cases[i].outcome);
        g_assert_cmpint(room_state(host_room(scene.me)), ==, ROOM_OUT);
        g_assert_nonnull(room_reason(host_room(scene.me)));
        assert_nothing_sent(scene.me);
    }
    assert_typed(scene.typist, "/say is anybody there", "1 you are not in *");
    assert_typed(scene.typist, "/join example.org", "65 *server*");
    close_scene(&scene);
}

/* Where no nick was asked for in words another one is tried (§7.2.8). */
static void
test_conflict(void)
{
    Scene scene = open_scene("room.nick = Alice\n");
    type(scene.typist, "/join " GARDEN);
    host_answer_info(scene.me, ROOM_FEATURES);
    assert_sent(scene.me, "<presence *" GARDEN "/Alice\"*");
    refuse(scene.me, "Alice", "cancel", "conflict");
    assert_sent(scene.me, "<presence *" GARDEN "/Alice_\"*");
    host_self(scene.me, "Alice_", "participant", "none", "<status code='110'/>");
    assert_outcome(scene.typist, "ok");
    g_assert_cmpstr(room_nick(host_room(scene.me)), ==, "Alice_");
    close_scene(&scene);
}

/* --- in it --- */

static void
test_talk(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_WITH_IDS);
    host_says(scene.me, "Bob", "b1", "good morning");
    assert_event(scene.flow, "message in " GARDEN "/Bob good morning");
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    assert_typed(scene.typist, "hello all", "ok");
    flow_settle(scene.flow);
    g_autofree char *id = assert_sent_id(scene.me, "<message *type=\"groupchat\"*<body>hello all</body>*");
    assert_event(scene.flow, "message out " GARDEN "/me hello all");
    host_says(scene.me, "me", id, "hello all"); /* it comes back */
    assert_event(scene.flow, "received hello all");
    assert_no_event(scene.flow, "message * hello all");
    /* Who is spoken to is named, so that no program need guess (XEP-0372). */
    assert_typed(scene.typist, "Bob: yes", "ok");
    flow_settle(scene.flow);
    assert_sent(scene.me, "<message *<body>Bob: yes</body>*<reference *uri=\"xmpp:garden@rooms.example.org/Bob\"*");
    assert_typed(scene.typist, "Nobody: yes", "ok");
    flow_settle(scene.flow);
    for (guint i = 0; i < scene.me->sent->len; i++)
        g_assert_null(strstr(g_ptr_array_index(scene.me->sent, i), "<reference"));
    assert_sent(scene.me, "<message *<body>Nobody: yes</body>*");
    /* Another device of ours, by the same nick. */
    host_says(scene.me, "me", "x7", "from my phone");
    assert_event(scene.flow, "message out " GARDEN "/me from my phone");
    g_assert_cmpstr(occupant_nick(room_speaker_at(host_room(scene.me), 0)), ==, "Bob");
    /* Who is named, and only then. */
    const Conversation *conversation = room_conversation(host_room(scene.me));
    g_assert_cmpuint(conversation_mentions(conversation), ==, 0);
    host_says(scene.me, "Bob", "b2", "Me: look");
    g_assert_cmpuint(conversation_mentions(conversation), ==, 1);
    host_says(scene.me, "Bob", "b3", "some words");
    g_assert_cmpuint(conversation_mentions(conversation), ==, 1);
    close_scene(&scene);
}

static void
test_subject(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_WITH_IDS);
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    host_subject(scene.me, "Bob", "Roses");
    assert_event(scene.flow, "topic " GARDEN ": Roses");
    assert_typed(scene.typist, "/topic", "ok");
    assert_printed(scene.typist, "*Bob*Roses*");
    type(scene.typist, "/topic Tulips & more");
    assert_sent(scene.me, "<message *type=\"groupchat\"*<subject>Tulips &amp; more</subject>*");
    assert_unfinished(scene.typist);
    host_subject(scene.me, "me", "Tulips &amp; more");
    assert_outcome(scene.typist, "ok");
    type(scene.typist, "/topic -delete");
    g_autofree char *id = assert_sent_id(scene.me, "<message *<subject*");
    feed(scene.me,
         "<message from='" GARDEN "' type='error' id='%s'><error type='auth'>"
         "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
         id);
    assert_outcome(scene.typist, "77 *");
    g_assert_cmpstr(room_subject(host_room(scene.me)), ==, "Tulips & more");
    /* I14: what has a body is no subject. */
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat'><subject>Fake</subject><body>hi</body></message>");
    g_assert_cmpstr(room_subject(host_room(scene.me)), ==, "Tulips & more");
    close_scene(&scene);
}

static void
test_nick(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_WITH_IDS);
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    type(scene.typist, "/nick Alice at work");
    assert_sent(scene.me, "<presence *to=\"" GARDEN "/Alice at work\"*");
    host_leaves(scene.me, "me", "<item nick='Alice at work' role='participant' affiliation='none'/><status code='303'/>"
                                "<status code='110'/>");
    host_self(scene.me, "Alice at work", "participant", "none", "<status code='110'/>");
    assert_outcome(scene.typist, "ok");
    assert_event(scene.flow, "occupant Alice at work was me");
    g_assert_cmpstr(room_nick(host_room(scene.me)), ==, "Alice at work");
    type(scene.typist, "/nick Bob");
    assert_sent(scene.me, "<presence *to=\"" GARDEN "/Bob\"*");
    refuse(scene.me, "Bob", "cancel", "conflict");
    assert_outcome(scene.typist, "1 *taken*");
    g_assert_cmpint(room_state(host_room(scene.me)), ==, ROOM_JOINED);
    close_scene(&scene);
}

/* I12, I20: nicks are opaque; what is shown of them is cleaned. */
static void
test_strange_nicks(void)
{
    static const char *const nicks[] = { "a/b", " lead", "😀", "שלום", "me\xe2\x80\xae" "evil", "two  spaces" };
    Scene scene = open_scene("");
    const Room *room = host_join(scene.me, ROOM_WITH_IDS);
    for (guint i = 0; i < G_N_ELEMENTS(nicks); i++) {
        host_occupant(scene.me, nicks[i], "participant", "none");
        const Occupant *occupant = room_find(room, nicks[i]);
        if (occupant == NULL) /* not a resource (RFC 7622): never reaches the model (I6) */
            continue;
        g_assert_null(strstr(occupant_label(occupant), "\xe2\x80\xae"));
        g_assert_cmpstr(occupant_label(occupant), !=, "");
    }
    g_assert_nonnull(room_find(room, "a/b"));
    g_assert_nonnull(room_find(room, "שלום"));
    g_assert_nonnull(room_find(room, "😀"));
    close_scene(&scene);
}

/* I20: who is called like the user, or like somebody in the roster, is marked, unless the room says that it is that one. */
static void
test_lookalikes(void)
{
    Scene scene = open_scene("");
    const Room *room = host_join(scene.me, ROOM_WITH_IDS); /* Bob is in the roster */
    g_assert_cmpstr(occupant_label(room_find(room, "Bob")), ==, "Bob≈");
    g_assert_cmpstr(occupant_label(room_find(room, "Carol")), ==, "Carol≈");
    host_occupant(scene.me, "ME", "participant", "none");
    g_assert_cmpstr(occupant_label(room_find(room, "ME")), ==, "ME≈");
    host_occupant(scene.me, "Mallory", "participant", "none");
    g_assert_cmpstr(occupant_label(room_find(room, "Mallory")), ==, "Mallory");
    feed(scene.me, "<presence from='" GARDEN "/bOb'><x xmlns='http://jabber.org/protocol/muc#user'>"
                   "<item role='participant' affiliation='none' jid='bob@example.org/a'/></x></presence>");
    g_assert_cmpstr(occupant_label(room_find(room, "bOb")), ==, "bOb");
    host_leaves(scene.me, "Mallory", "<item nick='bob' role='participant' affiliation='none'/><status code='303'/>");
    g_assert_cmpstr(occupant_label(room_find(room, "bob")), ==, "bob≈");
    host_says(scene.me, "bob", "m1", "it is me");
    g_assert_true(conversation_message_at(room_conversation(room), 0)->lookalike);
    g_assert_cmpstr(occupant_label(room_self(room)), ==, "me");
    close_scene(&scene);
}

static void
test_private(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_WITH_IDS);
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    assert_typed(scene.typist, "/pm bob are you there", "ok");
    flow_settle(scene.flow);
    assert_sent(scene.me, "<message *type=\"chat\"*to=\"" GARDEN "/Bob\"*<body>are you there</body>*"
                          "<x xmlns=\"http://jabber.org/protocol/muc#user\"*");
    g_assert_cmpint(conversation_kind(typist_conversation(scene.typist)), ==, CONVERSATION_OCCUPANT);
    g_assert_cmpstr(conversation_label(typist_conversation(scene.typist)), ==, "Bob (garden)");
    forget_events(scene.flow);
    feed(scene.me, "<message from='" GARDEN "/Bob' type='chat' id='p1'><body>yes</body>"
                   "<request xmlns='urn:xmpp:receipts'/><active xmlns='http://jabber.org/protocol/chatstates'/></message>");
    assert_event(scene.flow, "message in " GARDEN "/Bob yes");
    flow_settle(scene.flow);
    assert_nothing_sent(scene.me); /* I15: occupants are strangers */
    g_assert_cmpint(conversation_message_count(room_conversation(host_room(scene.me))), ==, 0);
    close_scene(&scene);
}

/* I21: what the account wants encrypted does not leave in the clear because it goes through a room. */
static void
test_private_refused(void)
{
    Scene scene = open_scene("encryption = otr\n");
    host_join(scene.me, ROOM_WITH_IDS);
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    assert_typed(scene.typist, "/pm Bob a secret", "79 *cannot be encrypted*");
    flow_settle(scene.flow);
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

static void
assert_completed(const Scene *scene, const char *line, const char *words)
{
    g_autoptr(Completion) completion = complete_line(typist_registry(scene->typist), line, strlen(line));
    g_autoptr(GString) found = g_string_new(NULL);
    for (guint i = 0; i < completion->candidates->len; i++)
        g_string_append_printf(found, "%s[%s]", i > 0 ? " " : "", (char *) g_ptr_array_index(completion->candidates, i));
    g_assert_cmpstr(found->str, ==, words);
}

/* Nicks: who spoke last comes first. */
static void
test_completion(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_WITH_IDS);
    host_occupant(scene.me, "Carl the Great", "participant", "none");
    host_says(scene.me, "Carol", "c1", "hello");
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    assert_completed(&scene, "", "[Carol: ] [Bob: ] [Carl the Great: ]");
    assert_completed(&scene, "ca", "[Carol: ] [Carl the Great: ]");
    assert_completed(&scene, "ask bo", "[Bob]");
    assert_completed(&scene, "carl the", "[Carl the Great: ]");
    assert_completed(&scene, "ask me", "");
    assert_completed(&scene, "/pm car", "[Carol] [\"Carl the Great\"]");
    typist_look_at(scene.typist, NULL);
    assert_completed(&scene, "ca", "");
    close_scene(&scene);
}

/* --- out of it --- */

static void
test_put_out(void)
{
    static const struct {
        const char *inside, *event;
    } cases[] = {
        { "<item role='none' affiliation='none'><actor nick='Bob'/><reason>enough</reason></item><status code='307'/>"
          "<status code='110'/>", "room " GARDEN " out kicked: you were kicked by Bob: enough" },
        { "<item role='none' affiliation='outcast'><actor nick='Bob'/></item><status code='301'/><status code='110'/>",
          "room " GARDEN " out banned: you were banned by Bob" },
        { "<item role='none' affiliation='none'/><status code='321'/><status code='110'/>",
          "room " GARDEN " out affiliation: *member*" },
        { "<item role='none' affiliation='none'/><destroy jid='new@rooms.example.org'><reason>moved</reason></destroy>"
          "<status code='110'/>",
          "room " GARDEN " out destroyed: the room was destroyed: moved (it goes on in new@rooms.example.org)" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Scene scene = open_scene("");
        host_join(scene.me, ROOM_WITH_IDS);
        host_leaves(scene.me, "me", cases[i].inside);
        assert_event(scene.flow, cases[i].event);
        flow_settle(scene.flow);
        assert_nothing_sent(scene.me); /* not joined again */
        typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
        assert_typed(scene.typist, "/say hello?", "1 you are not in *");
        close_scene(&scene);
    }
}

/* The service goes down and comes back: we are in again, and what was said meanwhile is said once. */
static void
test_restart(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_WITH_IDS);
    host_leaves(scene.me, "me", "<item role='none' affiliation='none'/><status code='332'/><status code='110'/>");
    assert_event(scene.flow, "room " GARDEN " waiting shutdown: *");
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    assert_typed(scene.typist, "is it over", "ok"); /* it waits */
    wait_sent(scene.me);
    host_answer_info(scene.me, ROOM_WITH_IDS);
    assert_sent(scene.me, "<presence *" GARDEN "/me\"*");
    refuse(scene.me, "me", "wait", "remote-server-timeout");
    assert_event(scene.flow, "room " GARDEN " waiting: *does not answer*");
    wait_sent(scene.me);
    host_answer_info(scene.me, ROOM_WITH_IDS);
    assert_sent(scene.me, "<presence *" GARDEN "/me\"*");
    assert_nothing_sent(scene.me);
    host_self(scene.me, "me", "participant", "none", "<status code='110'/>");
    assert_event(scene.flow, "room " GARDEN " joined");
    assert_sent(scene.me, "<message *<body>is it over</body>*");
    close_scene(&scene);
}

static void
test_leave(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_WITH_IDS);
    typist_look_at(scene.typist, room_conversation(host_room(scene.me)));
    assert_typed(scene.typist, "/leave see you", "ok");
    assert_sent(scene.me, "<presence *type=\"unavailable\"*to=\"" GARDEN "/me\"*<status>see you</status>*");
    assert_event(scene.flow, "room " GARDEN " out");
    host_leaves(scene.me, "me", "<status code='110'/>");
    assert_no_event(scene.flow, "room *");
    assert_typed(scene.typist, "/leave", "1 you are not in *");
    close_scene(&scene);
}

static void
test_connection_lost(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_WITH_IDS);
    cut(scene.me);
    assert_event(scene.flow, "room " GARDEN " waiting: not connected");
    g_assert_cmpuint(room_occupant_count(host_room(scene.me)), ==, 0);
    wait_connecting(scene.me);
    login_with_roster(scene.me, "", NULL);
    host_answer_info(scene.me, ROOM_WITH_IDS);
    assert_sent(scene.me, "<presence *" GARDEN "/me\"*");
    host_self(scene.me, "me", "participant", "none", "<status code='110'/>");
    assert_event(scene.flow, "room " GARDEN " joined");
    close_scene(&scene);
}

/* I1: a session that could have gone on but does not: what was said meanwhile waits for the room. */
static void
test_session_lost(void)
{
    Scene scene = open_scene("");
    stream_feed_enabled(scene.me->stream, "<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true' max='600'/>");
    assert_sent(scene.me, "<enable *");
    host_join(scene.me, ROOM_WITH_IDS);
    const guint32 sent = stream_sent_number(scene.me->stream);
    cut(scene.me);
    assert_no_event(scene.flow, "room *");
    assert_typed(scene.typist, "/msg " GARDEN " while away", "ok");
    wait_connecting(scene.me);
    g_assert_true(stream_feed_refused(scene.me->stream, sent));
    login_with_roster(scene.me, "", NULL);
    host_answer_info(scene.me, ROOM_WITH_IDS);
    assert_sent(scene.me, "<presence *" GARDEN "/me\"*");
    assert_nothing_sent(scene.me);
    host_self(scene.me, "me", "participant", "none", "<status code='110'/>");
    assert_event(scene.flow, "room " GARDEN " joined");
    assert_sent(scene.me, "<message *<body>while away</body>*");
    close_scene(&scene);
}

/* XEP-0410: after a silence we ask; who is told not to be in goes in again. */
static void
test_self_ping(void)
{
    Scene scene = open_scene("room.ping = 60\n");
    host_join(scene.me, ROOM_WITH_IDS);
    g_autofree char *id = wait_ping(scene.me);
    feed(scene.me, "<iq type='result' from='" GARDEN "/me' id='%s'/>", id);
    assert_no_event(scene.flow, "room *");
    g_autofree char *again = wait_ping(scene.me);
    feed(scene.me,
         "<iq type='error' from='" GARDEN "/me' id='%s'><error type='cancel'>"
         "<not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
         again);
    assert_event(scene.flow, "room " GARDEN " waiting error: the room has lost us");
    wait_sent(scene.me);
    host_answer_info(scene.me, ROOM_WITH_IDS);
    assert_sent(scene.me, "<presence *" GARDEN "/me\"*");
    close_scene(&scene);
}

/* Many wanted rooms take turns: a few at a time, the one somebody looks at first. */
static void
test_turns(void)
{
    enum { ROOMS = 6 };
    Scene scene = open_scene("");
    for (int i = 0; i < ROOMS; i++) {
        g_autofree char *text = g_strdup_printf("r%d@rooms.example.org", i);
        g_autoptr(Jid) jid = make_jid(text);
        const RoomsJoin join = { .room = jid };
        Conversation *conversation = rooms_want(scene.me->session, &join);
        g_assert_nonnull(conversation);
        if (i == ROOMS - 1)
            conversations_set_visible(scene.flow->client, conversation);
    }
    flow_turn();
    assert_sent(scene.me, "<iq *to=\"r5@rooms.example.org\"*disco#info*");
    for (int i = 1; i < ROOMS_AT_ONCE; i++)
        assert_sent(scene.me, "<iq *disco#info*");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* I9: a room that is configured anew without end is asked what it is one time after the other. */
static void
test_restless_room(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_WITH_IDS);
    for (int i = 0; i < 100; i++)
        feed(scene.me, "<message from='" GARDEN "' type='groupchat'><x xmlns='http://jabber.org/protocol/muc#user'>"
                       "<status code='104'/></x></message>");
    host_answer_info(scene.me, ROOM_WITH_IDS);
    host_answer_info(scene.me, ROOM_WITH_IDS "<feature var='muc_moderated'/>");
    assert_nothing_sent(scene.me);
    g_assert_cmpint(room_flags(host_room(scene.me)) & ROOM_MODERATED, !=, 0);
    close_scene(&scene);
}

/* --- who may say what --- */

/* I14: corrections count from the same occupant. */
static void
test_corrections(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_WITH_IDS);
    host_says(scene.me, "Bob", "b1", "helo");
    forget_events(scene.flow);
    feed(scene.me, "<message from='" GARDEN "/Carol' type='groupchat' id='c1'><body>I am Bob</body>"
                   "<replace xmlns='urn:xmpp:message-correct:0' id='b1'/>"
                   "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='id-Carol'/></message>");
    assert_event(scene.flow, "message in " GARDEN "/Carol I am Bob");
    assert_no_event(scene.flow, "edited *");
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='b2'><body>hello</body>"
                   "<replace xmlns='urn:xmpp:message-correct:0' id='b1'/>"
                   "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='id-Bob'/></message>");
    assert_event(scene.flow, "edited hello");
    /* Another Bob. */
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='b3'><body>lies</body>"
                   "<replace xmlns='urn:xmpp:message-correct:0' id='b1'/>"
                   "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='id-another'/></message>");
    assert_no_event(scene.flow, "edited *");
    close_scene(&scene);
}

/* I14: without occupant ids the nick counts, as long as it was not away. */
static void
test_corrections_by_nick(void)
{
    Scene scene = open_scene("");
    host_join(scene.me, ROOM_FEATURES);
    host_says(scene.me, "Bob", "b1", "helo");
    host_leaves(scene.me, "Bob", "");
    host_occupant(scene.me, "Bob", "participant", "none"); /* who is that? */
    forget_events(scene.flow);
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='b2'><body>lies</body>"
                   "<replace xmlns='urn:xmpp:message-correct:0' id='b1'/></message>");
    assert_no_event(scene.flow, "edited *");
    host_says(scene.me, "Bob", "b3", "helo again");
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='b4'><body>hello again</body>"
                   "<replace xmlns='urn:xmpp:message-correct:0' id='b3'/></message>");
    assert_event(scene.flow, "edited hello again");
    close_scene(&scene);
}

/* I10, I13, I15: rooms we are not in, and presence nobody asked for, change nothing. */
static void
test_uninvited(void)
{
    Scene scene = open_scene("");
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='b1'><body>psst</body></message>");
    feed(scene.me, "<message from='" GARDEN "' type='groupchat'><subject>x</subject></message>");
    host_self(scene.me, "me", "moderator", "owner", "<status code='110'/>");
    assert_no_event(scene.flow, "*");
    g_autoptr(Jid) jid = make_jid(GARDEN);
    g_assert_null(account_find_conversation(scene.me->account, jid));
    flow_settle(scene.flow);
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* I14: an occupant cannot say when something was said; a nick of the past is not us. */
static void
test_forged_past(void)
{
    Scene scene = open_scene("");
    const Room *room = host_join(scene.me, ROOM_WITH_IDS);
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='b1'><body>old</body>"
                   "<delay xmlns='urn:xmpp:delay' from='" GARDEN "/Bob' stamp='2001-01-01T00:00:00Z'/></message>");
    const Conversation *conversation = room_conversation(room);
    const Message *message = conversation_message_at(conversation, 0);
    g_assert_false(message->delayed);
    feed(scene.me, "<message from='" GARDEN "/me' type='groupchat' id='f1'><body>I said so</body>"
                   "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='id-somebody'/>"
                   "<delay xmlns='urn:xmpp:delay' from='" GARDEN "' stamp='2001-01-01T00:00:00Z'/></message>");
    assert_event(scene.flow, "message in " GARDEN "/me I said so*");
    close_scene(&scene);
}

/* --- archive --- */

static void
feed_result(Peer *me, const char *query, const char *archive, const char *number)
{
    feed(me,
         "<message from='%s' to='me@example.org/desk'><result xmlns='urn:xmpp:mam:2' queryid='%s' id='a-%s'>"
         "<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-11-22T10:00:0%sZ'/>"
         "<message xmlns='jabber:client' from='" GARDEN "/Bob' type='groupchat' id='%s'><body>said %s</body>"
         "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='id-Bob'/></message></forwarded></result></message>",
         archive, query, number, number, number, number);
}

static char *
query_of(Peer *me, const char *pattern, char **id)
{
    flow_settle(me->flow);
    g_assert_cmpuint(me->sent->len, >, 0);
    for (guint i = 0; i < me->sent->len; i++)
        g_test_message("sent: %s", (const char *) g_ptr_array_index(me->sent, i));
    g_autofree char *xml = g_strdup(g_ptr_array_index(me->sent, 0));
    *id = assert_sent_id(me, pattern);
    const char *start = strstr(xml, "queryid=\"");
    g_assert_nonnull(start);
    start += strlen("queryid=\"");
    return g_strndup(start, strcspn(start, "\""));
}

static void
finish_query(Peer *me, const char *id, const char *first, const char *last)
{
    feed(me,
         "<iq type='result' from='" GARDEN "' id='%s'><fin xmlns='urn:xmpp:mam:2' complete='true'>"
         "<set xmlns='http://jabber.org/protocol/rsm'><first>a-%s</first><last>a-%s</last></set></fin></iq>",
         id, first, last);
}

/* The first time its end is read; then what was missed, and nothing twice. */
static void
test_archive(void)
{
    Scene scene = open_scene("");
    Room *room = host_join(scene.me, ROOM_WITH_ARCHIVE);
    Conversation *conversation = room_conversation(room);
    char *id;
    g_autofree char *query = query_of(scene.me, "<iq *to=\"" GARDEN "\"*<before*", &id);
    feed_result(scene.me, query, GARDEN, "1");
    feed_result(scene.me, query, "other@rooms.example.org", "5"); /* I10: not asked */
    feed_result(scene.me, query, GARDEN, "2");
    finish_query(scene.me, id, "1", "2");
    g_free(id);
    flow_settle(scene.flow);
    g_assert_cmpuint(conversation_message_count(conversation), ==, 2);
    g_assert_cmpuint(conversation_unread(conversation), ==, 0); /* no news */
    host_says(scene.me, "Bob", "3", "said 3");
    g_assert_cmpuint(conversation_unread(conversation), ==, 1);
    flow_settle(scene.flow);
    cut(scene.me);
    wait_connecting(scene.me);
    login_with_roster(scene.me, "", NULL);
    host_answer_info(scene.me, ROOM_WITH_ARCHIVE);
    assert_sent(scene.me, "<presence *" GARDEN "/me\"*maxstanzas=\"0\"*");
    host_self(scene.me, "me", "participant", "none", "<status code='110'/>");
    g_autofree char *next = query_of(scene.me, "<iq *to=\"" GARDEN "\"*<after>a-3</after>*", &id);
    feed_result(scene.me, next, GARDEN, "4");
    finish_query(scene.me, id, "4", "4");
    g_free(id);
    flow_settle(scene.flow);
    g_assert_cmpuint(conversation_message_count(conversation), ==, 4);
    g_assert_cmpuint(conversation_unread(conversation), ==, 2);
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/rooms/joins", test_join);
    g_test_add_func("/flow/rooms/takes-the-nick-it-is-given", test_assigned_nick);
    g_test_add_func("/flow/rooms/opens-a-new-room", test_new_room);
    g_test_add_func("/flow/rooms/says-why-it-cannot-join", test_refusals);
    g_test_add_func("/flow/rooms/tries-another-nick", test_conflict);
    g_test_add_func("/flow/rooms/talks", test_talk);
    g_test_add_func("/flow/rooms/sets-the-topic", test_subject);
    g_test_add_func("/flow/rooms/changes-the-nick", test_nick);
    g_test_add_func("/flow/rooms/takes-any-nick", test_strange_nicks);
    g_test_add_func("/flow/rooms/marks-lookalikes", test_lookalikes);
    g_test_add_func("/flow/rooms/talks-privately", test_private);
    g_test_add_func("/flow/rooms/does-not-talk-privately-in-the-clear", test_private_refused);
    g_test_add_func("/flow/rooms/completes-nicks", test_completion);
    g_test_add_func("/flow/rooms/is-put-out", test_put_out);
    g_test_add_func("/flow/rooms/survives-a-restart", test_restart);
    g_test_add_func("/flow/rooms/leaves", test_leave);
    g_test_add_func("/flow/rooms/comes-back-with-the-connection", test_connection_lost);
    g_test_add_func("/flow/rooms/asks-a-restless-room-once", test_restless_room);
    g_test_add_func("/flow/rooms/take-turns", test_turns);
    g_test_add_func("/flow/rooms/comes-back-without-its-session", test_session_lost);
    g_test_add_func("/flow/rooms/asks-whether-it-is-in", test_self_ping);
    g_test_add_func("/flow/rooms/corrects-by-occupant", test_corrections);
    g_test_add_func("/flow/rooms/corrects-by-nick", test_corrections_by_nick);
    g_test_add_func("/flow/rooms/ignores-the-uninvited", test_uninvited);
    g_test_add_func("/flow/rooms/does-not-believe-in-the-past", test_forged_past);
    g_test_add_func("/flow/rooms/catches-up", test_archive);
    return g_test_run();
}
