/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers, reactions and what is taken back, in chats and rooms: both ways, and who may do what to whose message. */
#include <string.h>

#include "core/conversations.h"
#include "room_host.h"
#include "store/annotations.h"
#include "typist.h"

#define REACT(id, emoji) "<reactions xmlns='urn:xmpp:reactions:0' id='" id "'>" emoji "</reactions>"
#define EMOJI(text) "<reaction>" text "</reaction>"
#define RETRACT(id) "<retract xmlns='urn:xmpp:message-retract:1' id='" id "'/>"
#define MODERATED(id)                                                                                                  \
    "<retract xmlns='urn:xmpp:message-retract:1' id='" id "'><moderated xmlns='urn:xmpp:message-moderate:1' "           \
    "by='" GARDEN "/Witch'/><reason>rude\x7f</reason></retract>"
#define INSTEAD(ns) "<fallback xmlns='urn:xmpp:fallback:0' for='" ns "'/>"
#define WHO(id) "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='" id "'/>"

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

/* A chat with Bob, who has said "one" (m1) and "two" (m2). */
static Conversation *
open_chat(Scene *scene)
{
    feed(scene->me, "<message from='bob@example.org/phone' type='chat' id='m1'><body>one</body></message>");
    feed(scene->me, "<message from='bob@example.org/phone' type='chat' id='m2'><body>two\nlines</body></message>");
    flow_settle(scene->flow);
    Conversation *conversation = find_conversation(scene->me, "bob@example.org");
    typist_look_at(scene->typist, conversation);
    forget_events(scene->flow);
    g_ptr_array_set_size(scene->me->sent, 0);
    return conversation;
}

static Conversation *
open_room(Scene *scene, const char *features)
{
    Room *room = host_join(scene->me, features);
    flow_settle(scene->flow);
    if (strstr(features, "urn:xmpp:mam:2") != NULL) { /* which has nothing */
        g_autofree char *id = assert_sent_id(scene->me, "<iq *to=\"" GARDEN "\"*<query *urn:xmpp:mam:2*");
        feed(scene->me,
             "<iq type='result' from='" GARDEN "' id='%s'><fin xmlns='urn:xmpp:mam:2' complete='true'>"
             "<set xmlns='http://jabber.org/protocol/rsm'/></fin></iq>",
             id);
    }
    typist_look_at(scene->typist, room_conversation(room));
    forget_events(scene->flow);
    return room_conversation(room);
}

static void
from_bob(Scene *scene, const char *inside)
{
    feed(scene->me, "<message from='bob@example.org/phone' type='chat' id='x'>%s</message>", inside);
}

/* Says something with an id the archive gave, so that every word is another one. */
static void
from_occupant(Scene *scene, const char *nick, const char *inside)
{
    feed(scene->me, "<message from='" GARDEN "%s%s' type='groupchat' id='x'>%s</message>", *nick != '\0' ? "/" : "",
         nick, inside);
}

/* The next thing sent has all of these parts, in whatever order. */
static void
assert_sent_with(Peer *me, const char *const *parts)
{
    flow_settle(me->flow); /* it may have to be on the disk first */
    while (me->sent->len > 0 && strstr(g_ptr_array_index(me->sent, 0), "urn:xmpp:ping") != NULL)
        g_ptr_array_remove_index(me->sent, 0);
    g_assert_cmpuint(me->sent->len, >, 0);
    g_autofree char *sent = g_ptr_array_steal_index(me->sent, 0);
    for (; *parts != NULL; parts++) {
        if (strstr(sent, *parts) == NULL)
            g_error("sent: %s\nlacks: %s", sent, *parts);
    }
}
#define PARTS(...) ((const char *const[]) { __VA_ARGS__, NULL })

static const Message *
message_at(const Conversation *conversation, guint index)
{
    g_assert_cmpuint(index, <, conversation_message_count(conversation));
    return conversation_message_at(conversation, index);
}

/* "👍2+ 🐢1": + is the user's. */
static void
assert_reactions(const Message *message, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; message->reactions != NULL && i < message->reactions->len; i++) {
        const MessageReaction *reaction = g_ptr_array_index(message->reactions, i);
        g_string_append_printf(text, "%s%s%u%s", text->len > 0 ? " " : "", reaction->emoji, reaction->count,
                               reaction->own ? "+" : "");
    }
    g_assert_cmpstr(text->str, ==, expected);
}

/* What a new process finds in the store of it; the conversation. */
static Conversation *
reopen(Scene *scene, const char *jid)
{
    typist_free(scene->typist);
    scene->typist = NULL;
    flow_settle(scene->flow);
    flow_restart(scene->flow);
    scene->me = flow_peer(scene->flow, "work");
    scene->typist = typist_new(scene->flow);
    Conversation *conversation = ensure_conversation(scene->me, jid);
    conversations_load_older(scene->flow->client, conversation);
    flow_settle(scene->flow);
    return conversation;
}

/* --- answers --- */

static void
test_reply(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_chat(&scene);
    assert_typed(scene.typist, "/reply 1 both <of> them", "ok");
    assert_sent_with(scene.me, PARTS("<body>&gt; two\n&gt; lines\nboth &lt;of&gt; them</body>", "<reply id=\"m2\"",
                                     "urn:xmpp:reply:0", "to=\"bob@example.org/phone\"", "for=\"urn:xmpp:reply:0\"",
                                     "start=\"0\"", "end=\"14\"", "urn:xmpp:fallback:0"));
    const Message *message = message_at(conversation, 2);
    g_assert_cmpstr(message->body, ==, "both <of> them"); /* the quotation is not ours */
    g_assert_cmpstr(message->reply_id, ==, "m2");
    g_assert_cmpstr(message->reply_text, ==, "two lines");
    assert_typed(scene.typist, "/reply 2 the first", "ok");
    assert_sent_with(scene.me, PARTS("<message ", "<reply id=\"m1\""));
    assert_typed(scene.typist, "/reply 3 nobody", "* scroll back");
    assert_nothing_sent(scene.me);

    conversation = reopen(&scene, "bob@example.org");
    message = message_at(conversation, 2);
    g_assert_cmpstr(message->body, ==, "both <of> them");
    g_assert_cmpstr(message->reply_id, ==, "m2");
    g_assert_cmpstr(message->reply_text, ==, "two lines");
    close_scene(&scene);
}

/* XEP-0428: what stands for the answered message is not shown as if it had been said; what is known of that message
 * comes from it, not from who answers (I14). */
static void
test_replied(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_chat(&scene);
    Message *said = say(scene.me, "bob@example.org", "my own words");
    g_autofree char *answer = g_strdup_printf(
        "<body>> I owe you a lot\nso you say</body><reply xmlns='urn:xmpp:reply:0' id='%s' to='eve@evil.tld'/>"
        "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='18'/></fallback>",
        said->id);
    from_bob(&scene, answer);
    const Message *message = message_at(conversation, 3);
    g_assert_cmpstr(message->body, ==, "so you say");
    g_assert_cmpstr(message->reply_text, ==, "my own words");
    g_assert_null(strstr(message->reply_to, "eve"));
    /* One that is not known here: then only what they say about it, cleaned (I12). */
    from_bob(&scene, "<body>> wh\xc2\x9b"
                     "at\nthat</body><reply xmlns='urn:xmpp:reply:0' id='gone' to='bob@example.org/phone'/>"
                     "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='8'/></fallback>");
    message = message_at(conversation, 4);
    g_assert_cmpstr(message->body, ==, "that");
    g_assert_nonnull(message->reply_text);
    g_assert_null(strstr(message->reply_text, "\xc2\x9b"));
    /* Who quotes by hand has said it. */
    from_bob(&scene, "<body>> said\nby hand</body>");
    g_assert_cmpstr(message_at(conversation, 5)->body, ==, "> said\nby hand");
    close_scene(&scene);
}

static void
test_reply_in_room(void)
{
    Scene scene = open_scene("");
    open_room(&scene, ROOM_WITH_ARCHIVE);
    host_says(scene.me, "Bob", "b1", "who comes?");
    flow_settle(scene.flow);
    g_ptr_array_set_size(scene.me->sent, 0);
    assert_typed(scene.typist, "/reply 1 I", "ok");
    flow_settle(scene.flow);
    /* XEP-0461 §4.1: the id all of the room know it by. */
    assert_sent_with(scene.me, PARTS("type=\"groupchat\"", "<reply id=\"a-b1\"", "to=\"" GARDEN "/Bob\"", "end=\"13\""));
    close_scene(&scene);
}

/* XEP-0461, 0444, 0424: without ids of the room nobody can say which message is meant. */
static void
test_room_without_ids(void)
{
    static const char *const lines[] = { "/reply 1 I", "/react 1 👍", "/room moderate 1" };
    Scene scene = open_scene("");
    open_room(&scene, ROOM_FEATURES);
    from_occupant(&scene, "Bob", "<body>who comes?</body>");
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        assert_typed(scene.typist, lines[i], "* no id*");
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* --- reactions --- */

static void
test_react(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_chat(&scene);
    assert_typed(scene.typist, "/react 2 👍 🐢", "ok");
    assert_sent_with(scene.me, PARTS("<message ", "to=\"bob@example.org", "type=\"chat\"", "<reactions id=\"m1\"",
                                     "><reaction>👍</reaction><reaction>🐢</reaction></reactions>", "urn:xmpp:hints"));
    assert_event(scene.flow, "reaction one by *");
    assert_reactions(message_at(conversation, 0), "👍1+ 🐢1+");
    assert_typed(scene.typist, "/react 2 🐢 🐢", "ok"); /* these replace those, each counts once */
    assert_sent_with(scene.me, PARTS("<reactions id=\"m1\"", "><reaction>🐢</reaction></reactions>"));
    assert_reactions(message_at(conversation, 0), "🐢1+");
    assert_typed(scene.typist, "/react 2", "ok");
    assert_sent_with(scene.me, PARTS("<message ", "<reactions id=\"m1\""));
    assert_reactions(message_at(conversation, 0), "");
    close_scene(&scene);
}

static void
test_reacted(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_chat(&scene);
    from_bob(&scene, "<body>👍 to one</body>" REACT("m1", EMOJI("👍") EMOJI("🐢")) INSTEAD("urn:xmpp:reactions:0"));
    assert_event(scene.flow, "reaction one by *");
    assert_no_event(scene.flow, "message *");
    assert_typed(scene.typist, "/react 2 👍", "ok");
    assert_reactions(message_at(conversation, 0), "👍2+ 🐢1");
    from_bob(&scene, REACT("m1", EMOJI("🐢")));
    assert_reactions(message_at(conversation, 0), "👍1+ 🐢1");
    from_bob(&scene, REACT("nothing", EMOJI("🐢"))); /* of something that is not here */
    g_assert_cmpuint(conversation_message_count(conversation), ==, 2);
    /* Someone else's conversation is not theirs (I14). */
    forget_events(scene.flow);
    feed(scene.me, "<message from='eve@evil.tld/a' type='chat'>" REACT("m1", EMOJI("💣")) "</message>");
    assert_no_event(scene.flow, "*");
    /* I12 */
    from_bob(&scene, REACT("m2", EMOJI("a\x7f\xc2\x9b[2J") EMOJI("\xe2\x80\xae" "b")));
    const GPtrArray *reactions = message_at(conversation, 1)->reactions;
    for (guint i = 0; reactions != NULL && i < reactions->len; i++) {
        const char *emoji = ((const MessageReaction *) g_ptr_array_index(reactions, i))->emoji;
        g_assert_null(strpbrk(emoji, "\x7f\n\x1b"));
        g_assert_null(strstr(emoji, "\xc2\x9b"));
    }
    conversation = reopen(&scene, "bob@example.org");
    assert_reactions(message_at(conversation, 0), "👍1+ 🐢1");
    close_scene(&scene);
}

/* I9: who floods a message with reactions fills nothing. */
static void
test_reactions_bounded(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_room(&scene, ROOM_WITH_ARCHIVE);
    host_says(scene.me, "Bob", "b1", "hello");
    scene.flow->quiet = true;
    for (guint i = 0; i < 300; i++) {
        g_autofree char *nick = g_strdup_printf("n%u", i);
        g_autofree char *inside = g_strdup_printf(REACT("a-b1", EMOJI("e%u") EMOJI("👍")) WHO("id-%u"), i, i);
        from_occupant(&scene, nick, inside);
    }
    const GPtrArray *reactions = message_at(conversation, 0)->reactions;
    g_assert_cmpuint(reactions->len, ==, MESSAGE_REACTIONS_MAX);
    for (guint i = 0; i < reactions->len; i++) {
        const MessageReaction *reaction = g_ptr_array_index(reactions, i);
        g_assert_cmpuint(reaction->by->len, <=, MESSAGE_REACTION_NAMES_MAX);
    }
    close_scene(&scene);
}

/* In rooms everybody reacts for themselves: the occupant, not the nick (I14). */
static void
test_reactions_in_room(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_room(&scene, ROOM_WITH_ARCHIVE);
    host_says(scene.me, "Bob", "b1", "hello");
    from_occupant(&scene, "Carol", REACT("a-b1", EMOJI("👍")) WHO("id-Carol"));
    assert_event(scene.flow, "reaction hello by Carol");
    from_occupant(&scene, "Bob", REACT("a-b1", EMOJI("👍")) WHO("id-Bob"));
    assert_reactions(message_at(conversation, 0), "👍2");
    from_occupant(&scene, "Caroline", REACT("a-b1", "") WHO("id-Carol")); /* the same with another nick */
    assert_reactions(message_at(conversation, 0), "👍1");
    from_occupant(&scene, "Bob", REACT("b1", EMOJI("🐢")) WHO("id-Bob")); /* not the room's id */
    assert_reactions(message_at(conversation, 0), "👍1");
    from_occupant(&scene, "", REACT("a-b1", EMOJI("🐢"))); /* the room is nobody */
    assert_reactions(message_at(conversation, 0), "👍1");
    flow_settle(scene.flow);
    g_ptr_array_set_size(scene.me->sent, 0);
    assert_typed(scene.typist, "/react 1 👍", "ok");
    assert_sent_with(scene.me, PARTS("type=\"groupchat\"", "<reactions id=\"a-b1\""));
    assert_reactions(message_at(conversation, 0), "👍1"); /* it holds when the room has said it */
    from_occupant(&scene, "me", REACT("a-b1", EMOJI("👍")) WHO("id-me"));
    assert_reactions(message_at(conversation, 0), "👍2+");
    close_scene(&scene);
}

/* --- taking back --- */

static void
test_retract(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_chat(&scene);
    say(scene.me, "bob@example.org", "my secret");
    const Message *said = message_at(conversation, 2);
    flow_settle(scene.flow);
    assert_sent(scene.me, "<message *<body>my secret</body>*");
    forget_events(scene.flow);
    assert_typed(scene.typist, "/retract", "ok");
    g_autofree char *retract = g_strdup_printf("<retract id=\"%s\"", said->id);
    assert_sent_with(scene.me, PARTS("<message ", retract, "urn:xmpp:message-retract:1", "<body>", "<store ",
                                     "for=\"urn:xmpp:message-retract:1\""));
    assert_event(scene.flow, "retraction  by *");
    g_assert_cmpstr(said->body, ==, "");
    g_assert_cmpint(said->retracted, !=, 0);
    assert_typed(scene.typist, "/retract", "* scroll back"); /* there is no other */
    conversation = reopen(&scene, "bob@example.org");
    said = message_at(conversation, 2);
    g_assert_cmpstr(said->body, ==, "");
    g_assert_cmpint(said->retracted, !=, 0);
    typist_look_at(scene.typist, conversation);
    assert_typed(scene.typist, "/history 1", "ok");
    assert_printed(scene.typist, "*(taken back)*");
    close_scene(&scene);
}

/* I14 */
static void
test_retracted(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_chat(&scene);
    Message *said = say(scene.me, "bob@example.org", "mine");
    from_bob(&scene, REACT("m1", EMOJI("👍")));
    forget_events(scene.flow);
    feed(scene.me, "<message from='bob@example.org/phone' type='chat' id='r0'>"
                   "<retract xmlns='urn:xmpp:message-retract:1' id='%s'/></message>", said->id);
    from_bob(&scene, MODERATED("m2")); /* there are no moderators in chats */
    feed(scene.me, "<message from='eve@evil.tld/a' type='chat'>" RETRACT("m1") "</message>");
    assert_no_event(scene.flow, "retraction *");
    g_assert_cmpstr(said->body, ==, "mine");
    from_bob(&scene, "<body>/me retracted something</body>" RETRACT("m1") INSTEAD("urn:xmpp:message-retract:1"));
    assert_event(scene.flow, "retraction  by *");
    assert_no_event(scene.flow, "message *");
    g_assert_cmpstr(message_at(conversation, 0)->body, ==, "");
    g_assert_null(message_at(conversation, 0)->retracted_by);
    assert_reactions(message_at(conversation, 0), "");
    from_bob(&scene, REACT("m1", EMOJI("👍"))); /* nothing is left to react to */
    assert_reactions(message_at(conversation, 0), "");
    from_bob(&scene, "<body>new words</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>");
    g_assert_cmpstr(message_at(conversation, 0)->body, ==, ""); /* nor to correct */
    conversation = reopen(&scene, "bob@example.org");
    g_assert_cmpstr(message_at(conversation, 0)->body, ==, "");
    g_assert_cmpstr(message_at(conversation, 1)->body, ==, "two\nlines");
    close_scene(&scene);
}

/* I14: the same occupant, or the room itself. */
static void
test_retracted_in_room(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_room(&scene, ROOM_WITH_ARCHIVE);
    host_says(scene.me, "Bob", "b1", "first");
    host_says(scene.me, "Bob", "b2", "second");
    forget_events(scene.flow);
    from_occupant(&scene, "Carol", RETRACT("a-b1") WHO("id-Carol"));
    from_occupant(&scene, "Bob", RETRACT("a-b1") WHO("id-another"));
    from_occupant(&scene, "Bob", RETRACT("a-b1"));
    from_occupant(&scene, "Bob", MODERATED("a-b1") WHO("id-Bob")); /* who is a moderator, but not the room */
    from_occupant(&scene, "", RETRACT("a-b1"));
    feed(scene.me, "<message from='rooms.example.org' type='groupchat'>" MODERATED("a-b1") "</message>");
    assert_no_event(scene.flow, "retraction *");
    from_occupant(&scene, "Robert", RETRACT("a-b1") WHO("id-Bob")); /* a nick is only a nick */
    assert_event(scene.flow, "retraction  by *");
    from_occupant(&scene, "", MODERATED("a-b2"));
    assert_event(scene.flow, "retraction  by Witch");
    const Message *second = message_at(conversation, 1);
    g_assert_cmpstr(second->body, ==, "");
    g_assert_cmpstr(second->retracted_by, ==, "Witch");
    g_assert_true(g_str_has_prefix(second->retracted_reason, "rude")); /* I12 */
    g_assert_null(strchr(second->retracted_reason, 0x7f));
    close_scene(&scene);
}

/* I14: without occupant ids the nick counts, as long as it was not away. */
static void
test_retracted_by_nick(void)
{
    Scene scene = open_scene("");
    open_room(&scene, ROOM_FEATURES "<feature var='urn:xmpp:mam:2'/>");
    host_says(scene.me, "Bob", "b1", "first");
    host_leaves(scene.me, "Bob", "");
    host_occupant(scene.me, "Bob", "participant", "none"); /* who is that? */
    forget_events(scene.flow);
    from_occupant(&scene, "Bob", RETRACT("a-b1"));
    assert_no_event(scene.flow, "retraction *");
    host_says(scene.me, "Bob", "b2", "second");
    from_occupant(&scene, "Bob", RETRACT("a-b2"));
    assert_event(scene.flow, "retraction  by *");
    close_scene(&scene);
}

static void
test_retract_in_room(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_room(&scene, ROOM_WITH_ARCHIVE);
    Message *said = say(scene.me, GARDEN, "my secret");
    flow_settle(scene.flow);
    assert_sent(scene.me, "<message *<body>my secret</body>*");
    assert_typed(scene.typist, "/retract", "* not confirmed *"); /* the room has not given it one yet */
    host_says(scene.me, "me", said->id, "my secret");
    flow_settle(scene.flow);
    g_ptr_array_set_size(scene.me->sent, 0);
    assert_typed(scene.typist, "/retract", "ok");
    g_autofree char *retract = g_strdup_printf("<retract id=\"a-%s\"", said->id);
    assert_sent_with(scene.me, PARTS("type=\"groupchat\"", retract));
    g_assert_cmpstr(said->body, ==, "my secret"); /* the room may refuse it */
    feed(scene.me, "<message from='" GARDEN "/me' type='groupchat'>"
                   "<retract xmlns='urn:xmpp:message-retract:1' id='a-%s'/>" WHO("id-me") "</message>", said->id);
    g_assert_cmpstr(said->body, ==, "");
    g_assert_cmpuint(conversation_message_count(conversation), ==, 1);
    close_scene(&scene);
}

static void
test_moderate(void)
{
    Scene scene = open_scene("");
    open_room(&scene, ROOM_WITH_ARCHIVE "<feature var='urn:xmpp:message-moderate:1'/>");
    host_says(scene.me, "Bob", "b1", "buy this");
    flow_settle(scene.flow);
    g_ptr_array_set_size(scene.me->sent, 0);
    type(scene.typist, "/room moderate 1 not here");
    g_autofree char *id = assert_sent_id(scene.me, "<iq *to=\"" GARDEN "\"*<moderate *a-b1*<retract *"
                                                   "<reason>not here</reason>*");
    assert_unfinished(scene.typist);
    feed(scene.me, "<iq type='result' from='" GARDEN "' id='%s'/>", id);
    assert_outcome(scene.typist, "ok");
    type(scene.typist, "/room moderate 1");
    g_autofree char *again = assert_sent_id(scene.me, "<iq *<moderate *");
    feed(scene.me,
         "<iq type='error' from='" GARDEN "' id='%s'><error type='auth'>"
         "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
         again);
    assert_outcome(scene.typist, "?* *");
    close_scene(&scene);
}

/* XEP-0425 0.2, which servers of today speak. */
static void
test_moderate_old(void)
{
    Scene scene = open_scene("");
    open_room(&scene, ROOM_WITH_ARCHIVE "<feature var='urn:xmpp:message-moderate:0'/>");
    host_says(scene.me, "Bob", "b1", "buy this");
    flow_settle(scene.flow);
    g_ptr_array_set_size(scene.me->sent, 0);
    type(scene.typist, "/room moderate 1");
    g_autofree char *id = assert_sent_id(scene.me, "<iq *<apply-to *a-b1*<moderate *urn:xmpp:message-moderate:0*"
                                                   "<retract *urn:xmpp:message-retract:0*");
    feed(scene.me, "<iq type='result' from='" GARDEN "' id='%s'/>", id);
    assert_outcome(scene.typist, "ok");
    close_scene(&scene);
}

/* --- before the message --- */

static void
feed_result(Peer *me, const char *query, const char *number)
{
    feed(me,
         "<message from='" GARDEN "' to='me@example.org/desk'><result xmlns='urn:xmpp:mam:2' queryid='%s' id='a-%s'>"
         "<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-11-22T10:00:0%sZ'/>"
         "<message xmlns='jabber:client' from='" GARDEN "/Bob' type='groupchat' id='%s'><body>said %s</body>"
         WHO("id-Bob") "</message></forwarded></result></message>",
         query, number, number, number, number);
}

/* What was said about a message before it came out of the archive counts then, from who was entitled to it (I14). */
static void
test_early(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = room_conversation(host_join(scene.me, ROOM_WITH_ARCHIVE));
    flow_settle(scene.flow);
    g_autofree char *question = g_strdup(g_ptr_array_index(scene.me->sent, 0));
    g_autofree char *id = assert_sent_id(scene.me, "<iq *to=\"" GARDEN "\"*<query *urn:xmpp:mam:2*");
    const char *start = strstr(question, "queryid=\"") + strlen("queryid=\"");
    g_autofree char *query = g_strndup(start, strcspn(start, "\""));
    from_occupant(&scene, "Carol", REACT("a-1", EMOJI("👍") EMOJI("🐢")) WHO("id-Carol"));
    from_occupant(&scene, "Carol", REACT("a-1", EMOJI("👍")) WHO("id-Carol"));
    from_occupant(&scene, "Carol", RETRACT("a-1") WHO("id-Carol"));
    from_occupant(&scene, "Bob", RETRACT("a-2") WHO("id-Bob"));
    from_occupant(&scene, "", MODERATED("a-3"));
    from_occupant(&scene, "Bob", MODERATED("a-1") WHO("id-Bob"));
    from_occupant(&scene, "Bob", RETRACT("a-4") WHO("id-another"));
    assert_no_event(scene.flow, "reaction *");
    for (guint i = 1; i <= 4; i++) {
        g_autofree char *number = g_strdup_printf("%u", i);
        feed_result(scene.me, query, number);
    }
    feed(scene.me,
         "<iq type='result' from='" GARDEN "' id='%s'><fin xmlns='urn:xmpp:mam:2' complete='true'>"
         "<set xmlns='http://jabber.org/protocol/rsm'><first>a-1</first><last>a-4</last></set></fin></iq>",
         id);
    flow_settle(scene.flow);
    g_assert_cmpuint(conversation_message_count(conversation), ==, 4);
    g_assert_cmpstr(message_at(conversation, 0)->body, ==, "said 1");
    assert_reactions(message_at(conversation, 0), "👍1");
    g_assert_cmpstr(message_at(conversation, 1)->body, ==, "");
    g_assert_null(message_at(conversation, 1)->retracted_by);
    g_assert_cmpstr(message_at(conversation, 2)->body, ==, "");
    g_assert_cmpstr(message_at(conversation, 2)->retracted_by, ==, "Witch");
    g_assert_cmpstr(message_at(conversation, 3)->body, ==, "said 4");
    close_scene(&scene);
}

/* Nobody has the conversation open, but it is in the history; a stranger's word about nothing opens none (I15). */
static void
test_opens(void)
{
    Scene scene = open_scene("");
    open_chat(&scene);
    typist_look_at(scene.typist, NULL);
    reopen(&scene, "carol@example.org");
    login(scene.me);
    g_autoptr(Jid) bob = make_jid("bob@example.org");
    feed(scene.me, "<message from='eve@evil.tld/a' type='chat'>" REACT("m1", EMOJI("💣")) "</message>");
    g_autoptr(Jid) eve = make_jid("eve@evil.tld");
    g_assert_null(account_find_conversation(scene.me->account, eve));
    from_bob(&scene, REACT("m1", EMOJI("👍")));
    g_assert_nonnull(account_find_conversation(scene.me->account, bob));
    assert_event(scene.flow, "reaction one by Bob");
    close_scene(&scene);
}

/* What has not left need not be taken back from others: it never leaves. */
static void
test_retract_waiting(void)
{
    Scene scene = open_scene("");
    Room *room = host_join(scene.me, ROOM_WITH_ARCHIVE); /* waits for its archive before anything is said */
    typist_look_at(scene.typist, room_conversation(room));
    flow_settle(scene.flow);
    g_autofree char *id = assert_sent_id(scene.me, "<iq *to=\"" GARDEN "\"*<query *urn:xmpp:mam:2*");
    assert_typed(scene.typist, "my secret", "ok");
    assert_typed(scene.typist, "said later", "ok");
    assert_typed(scene.typist, "/retract 2", "ok");
    flow_settle(scene.flow);
    assert_nothing_sent(scene.me);
    feed(scene.me,
         "<iq type='result' from='" GARDEN "' id='%s'><fin xmlns='urn:xmpp:mam:2' complete='true'>"
         "<set xmlns='http://jabber.org/protocol/rsm'/></fin></iq>",
         id);
    assert_sent_with(scene.me, PARTS("<body>said later</body>"));
    assert_nothing_sent(scene.me);
    close_scene(&scene);
}

/* Answers do not repeat what was taken back. */
static void
test_quotes_go(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_chat(&scene);
    from_bob(&scene, "<body>yes</body><reply xmlns='urn:xmpp:reply:0' id='m1' to='bob@example.org/phone'/>");
    g_assert_cmpstr(message_at(conversation, 2)->reply_text, ==, "one");
    from_bob(&scene, RETRACT("m1"));
    g_assert_null(message_at(conversation, 2)->reply_text);
    conversation = reopen(&scene, "bob@example.org");
    g_assert_cmpstr(message_at(conversation, 2)->body, ==, "yes");
    g_assert_cmpstr(message_at(conversation, 2)->reply_id, ==, "m1");
    g_assert_null(message_at(conversation, 2)->reply_text);
    close_scene(&scene);
}

/* --- I21 --- */

/* Where encryption is wanted nothing of it leaves in the clear: not the words, not the emoji, not what it is about. */
static void
test_encrypted(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_chat(&scene);
    say(scene.me, "bob@example.org", "mine");
    flow_settle(scene.flow);
    assert_sent(scene.me, "<message *");
    assert_typed(scene.typist, "/encrypt otr", "ok");
    g_ptr_array_set_size(scene.me->sent, 0);
    assert_typed(scene.typist, "/react 1 👍", "?* *");
    assert_typed(scene.typist, "/retract", "?* *");
    assert_nothing_sent(scene.me);
    type(scene.typist, "/reply 1 hidden");
    flow_settle(scene.flow);
    for (guint i = 0; i < scene.me->sent->len; i++) {
        const char *sent = g_ptr_array_index(scene.me->sent, i);
        g_assert_null(strstr(sent, "hidden"));
        g_assert_null(strstr(sent, "lines"));
        g_assert_null(strstr(sent, "m2"));
    }
    assert_reactions(message_at(conversation, 1), "");
    g_assert_cmpstr(message_at(conversation, 2)->body, ==, "mine");
    close_scene(&scene);
}

/* The same when the session is over: what was said in it is not quoted in the clear, and not written down. */
static void
test_secret_not_quoted(void)
{
    Scene scene = open_scene("");
    Conversation *conversation = open_chat(&scene);
    g_autoptr(Jid) bob = make_jid("bob@example.org/phone");
    g_autoptr(Message) secret = message_new(&(MessageInit) {
        .direction = MESSAGE_IN, .from = bob, .id = "s1", .body = "the plan", .encryption = "otr", .trust = "verified" });
    g_assert_true(conversation_append(conversation, secret));
    assert_typed(scene.typist, "/reply 1 yes", "ok");
    flow_settle(scene.flow);
    for (guint i = 0; i < scene.me->sent->len; i++)
        g_assert_null(strstr(g_ptr_array_index(scene.me->sent, i), "the plan"));
    assert_sent_with(scene.me, PARTS("<body>yes</body>", "<reply id=\"s1\""));
    from_bob(&scene, "<body>no</body><reply xmlns='urn:xmpp:reply:0' id='s1'/>");
    from_bob(&scene, RETRACT("s1")); /* nor touched from outside of it (I14) */
    from_bob(&scene, REACT("s1", EMOJI("👍")));
    g_assert_cmpstr(secret->body, ==, "the plan");
    assert_reactions(secret, "");
    for (guint i = 3; i < conversation_message_count(conversation); i++)
        g_assert_null(message_at(conversation, i)->reply_text);
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/annotations/answers", test_reply);
    g_test_add_func("/flow/annotations/is-answered", test_replied);
    g_test_add_func("/flow/annotations/answers-in-a-room", test_reply_in_room);
    g_test_add_func("/flow/annotations/needs-an-id", test_room_without_ids);
    g_test_add_func("/flow/annotations/reacts", test_react);
    g_test_add_func("/flow/annotations/is-reacted-to", test_reacted);
    g_test_add_func("/flow/annotations/counts-some-of-many", test_reactions_bounded);
    g_test_add_func("/flow/annotations/reacts-by-occupant", test_reactions_in_room);
    g_test_add_func("/flow/annotations/takes-back", test_retract);
    g_test_add_func("/flow/annotations/takes-back-from-its-author", test_retracted);
    g_test_add_func("/flow/annotations/takes-back-from-its-occupant", test_retracted_in_room);
    g_test_add_func("/flow/annotations/takes-back-by-nick", test_retracted_by_nick);
    g_test_add_func("/flow/annotations/takes-back-in-a-room", test_retract_in_room);
    g_test_add_func("/flow/annotations/moderates", test_moderate);
    g_test_add_func("/flow/annotations/moderates-as-before", test_moderate_old);
    g_test_add_func("/flow/annotations/waits-for-the-message", test_early);
    g_test_add_func("/flow/annotations/opens-what-it-is-about", test_opens);
    g_test_add_func("/flow/annotations/takes-back-what-waits", test_retract_waiting);
    g_test_add_func("/flow/annotations/forgets-quotations", test_quotes_go);
    g_test_add_func("/flow/annotations/leaves-nothing-in-the-clear", test_encrypted);
    g_test_add_func("/flow/annotations/does-not-quote-secrets", test_secret_not_quoted);
    return g_test_run();
}
