/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What calls the user, what is noise, and whom nobody wants to hear. */
#include "core/attention.h"

#include <string.h>

#include "command/complete.h"
#include "core/conversations.h"
#include "core/ignores.h"
#include "room_host.h"
#include "typist.h"

typedef struct Scene {
    Flow *flow;
    Peer *me;
    Typist *typist;
    Room *room;
    Conversation *garden;
    GString *lines; /* coming and going that is worth a line: "joined:Bob≈ " */
} Scene;

static void
on_event(gconstpointer data, gpointer user)
{
    static const char *const names[] = {
        [OCCUPANT_JOINED] = "joined", [OCCUPANT_CHANGED] = "is", [OCCUPANT_RENAMED] = "renamed", [OCCUPANT_LEFT] = "left"
    };
    const ModelEvent *event = data;
    Scene *scene = user;
    if (event->type < OCCUPANT_JOINED || event->type > OCCUPANT_LEFT
        || attention_is_noise(scene->flow->client, event))
        return;
    g_string_append_printf(scene->lines, "%s:%s ", names[event->type], occupant_label(event->occupant.occupant));
}

static void
open_scene(Scene *scene, const char *config, const char *features)
{
    scene->flow = flow_new_with(FLOW_ONE_ACCOUNT, config, NULL);
    scene->me = flow_peer(scene->flow, "work");
    login(scene->me);
    scene->typist = typist_new(scene->flow);
    scene->room = host_join(scene->me, features);
    scene->garden = room_conversation(scene->room);
    scene->lines = g_string_new(NULL);
    bus_subscribe(client_bus(scene->flow->client), on_event, scene);
    typist_look_at(scene->typist, scene->garden);
}

static void
close_scene(Scene *scene)
{
    typist_free(scene->typist);
    flow_free(scene->flow);
    g_string_free(scene->lines, TRUE);
}

static void
assert_lines(Scene *scene, const char *expected)
{
    g_assert_cmpstr(scene->lines->str, ==, expected);
    g_string_truncate(scene->lines, 0);
}

static const Message *
last(const Conversation *conversation)
{
    const guint count = conversation_message_count(conversation);
    g_assert_cmpuint(count, >, 0);
    return conversation_message_at(conversation, count - 1);
}

static const Message *
hear(Scene *scene, const char *nick, const char *body)
{
    g_autofree char *id = g_uuid_string_random();
    host_says(scene->me, nick, id, body);
    const Message *message = last(scene->garden);
    g_assert_cmpstr(message->body, ==, body);
    return message;
}

/* It leaves no trace in the conversation. */
static void
hear_not(Scene *scene, const char *nick, const char *body)
{
    g_autofree char *id = g_uuid_string_random();
    const guint count = conversation_message_count(scene->garden), unread = conversation_unread(scene->garden);
    forget_events(scene->flow);
    host_says(scene->me, nick, id, body);
    g_assert_cmpuint(conversation_message_count(scene->garden), ==, count);
    g_assert_cmpuint(conversation_unread(scene->garden), ==, unread);
    assert_no_event(scene->flow, "message *");
    assert_no_event(scene->flow, "unread *");
}

static const Message *
hear_in_chat(Scene *scene, const char *body)
{
    g_autofree char *id = g_uuid_string_random();
    feed(scene->me, "<message from='alice@example.org/a' type='chat' id='%s'><body>%s</body></message>", id, body);
    return last(find_conversation(scene->me, "alice@example.org"));
}

static bool
notifies(const Scene *scene, const Conversation *conversation, const Message *message)
{
    return attention_notifies(scene->flow->client, conversation, message);
}

/* --- mentions --- */

static void
test_mentions(void)
{
    Scene scene;
    open_scene(&scene, "notify.words = irrigation, rose bush ,\nnotify.patterns = (?i)ticket #\\d+\n",
               ROOM_WITH_IDS);
    g_assert_true(hear(&scene, "Bob", "me: look")->mention);
    g_assert_false(hear(&scene, "Bob", "some words")->mention);
    g_assert_true(hear(&scene, "Bob", "the IRRIGATION is broken")->mention);
    g_assert_false(hear(&scene, "Bob", "irrigations are")->mention);
    g_assert_true(hear(&scene, "Bob", "my Rose Bush!")->mention);
    g_assert_false(hear(&scene, "Bob", "a rose, a bush")->mention);
    g_assert_true(hear(&scene, "Bob", "see Ticket #12")->mention);
    g_assert_false(hear(&scene, "Bob", "see ticket #")->mention);
    g_assert_cmpuint(conversation_mentions(scene.garden), ==, 4);
    /* Ourselves, from another device. */
    g_assert_false(hear(&scene, "me", "me: note to myself")->mention);
    close_scene(&scene);
}

/* XEP-0372: whom a message names by address it need not name in words. */
static void
test_addressed(void)
{
    static const struct {
        const char *jid;
        bool mention;
    } cases[] = {
        { GARDEN "/me", true },
        { GARDEN "/Me", false }, /* nicks are compared as they are */
        { GARDEN, false },
        { "me@example.org", true },
        { "me@example.org/desk", true },
        { "other@rooms.example.org/me", false },
        { "me@example.com", false },
    };
    Scene scene;
    open_scene(&scene, "", ROOM_WITH_IDS);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Jid) jid = make_jid(cases[i].jid);
        g_autoptr(GPtrArray) mentions = g_ptr_array_new();
        XmppMention mention = { .jid = jid };
        g_autoptr(XmppMessage) message = message_stanza_new();
        g_ptr_array_add(mentions, &mention);
        message->from = make_jid(GARDEN "/Bob");
        message->type = XMPP_MESSAGE_GROUPCHAT;
        message->body = g_strdup("look at that");
        message->mentions = g_ptr_array_ref(mentions);
        g_test_message("%s", cases[i].jid);
        g_assert_cmpint(attention_judge(scene.me->session, message, MESSAGE_IN, NULL).mention, ==, cases[i].mention);
        g_assert_false(attention_judge(scene.me->session, message, MESSAGE_OUT, NULL).mention);
    }
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='r1'><body>look at that</body>"
                   "<reference xmlns='urn:xmpp:reference:0' type='mention' begin='0' end='4' uri='xmpp:" GARDEN "/me'/>"
                   "</message>");
    g_assert_true(last(scene.garden)->mention);
    /* Who answers one of our messages means us. */
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='r2'><body>so it is</body>"
                   "<reply xmlns='urn:xmpp:reply:0' id='x' to='" GARDEN "/me'/></message>");
    g_assert_true(last(scene.garden)->mention);
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='r3'><body>it is not</body>"
                   "<reply xmlns='urn:xmpp:reply:0' id='x' to='" GARDEN "/Carol'/></message>");
    g_assert_false(last(scene.garden)->mention);
    close_scene(&scene);
}

/* The user learns at once that a setting makes no sense; nothing else breaks. */
static void
test_bad_settings(void)
{
    Scene scene;
    open_scene(&scene, "", ROOM_WITH_IDS);
    assert_typed(scene.typist, "/set notify.patterns (", "ok");
    assert_event(scene.flow, "notice warning*notify.patterns*not a regular expression*");
    assert_typed(scene.typist, "/set notify.quiet at night", "ok");
    assert_event(scene.flow, "notice warning*notify.quiet*22:00-07:00*");
    const Message *message = hear(&scene, "Bob", "me: (");
    g_assert_true(message->mention);
    g_assert_true(notifies(&scene, scene.garden, message));
    assert_no_event(scene.flow, "notice *"); /* once is enough */
    close_scene(&scene);
}

/* --- levels --- */

static void
test_levels(void)
{
    Scene scene;
    open_scene(&scene, "", ROOM_WITH_IDS);
    /* Rooms call by mentions, chats by everything. */
    g_assert_false(notifies(&scene, scene.garden, hear(&scene, "Bob", "some words")));
    g_assert_true(notifies(&scene, scene.garden, hear(&scene, "Bob", "me!")));
    const Message *said = hear_in_chat(&scene, "some words");
    Conversation *alice = find_conversation(scene.me, "alice@example.org");
    g_assert_true(notifies(&scene, alice, said));
    g_assert_false(said->mention);
    assert_typed(scene.typist, "/notify", "ok");
    assert_printed(scene.typist, "*" GARDEN "*mention*default*");

    assert_typed(scene.typist, "/notify all", "ok");
    g_assert_true(notifies(&scene, scene.garden, hear(&scene, "Bob", "some words")));
    assert_typed(scene.typist, "/notify", "ok");
    assert_printed(scene.typist, "*" GARDEN "*all*this conversation*");
    assert_typed(scene.typist, "/notify none", "ok");
    g_assert_false(notifies(&scene, scene.garden, hear(&scene, "Bob", "me!")));
    g_assert_false(attention_wants_unread(scene.flow->client, scene.garden));
    g_assert_cmpuint(conversation_mentions(scene.garden), ==, 2); /* it is one all the same */
    g_assert_true(notifies(&scene, alice, said));
    assert_typed(scene.typist, "/notify default", "ok");
    g_assert_true(attention_wants_unread(scene.flow->client, scene.garden));
    assert_typed(scene.typist, "/notify loud", "64 *");

    /* The account, and everywhere. */
    assert_typed(scene.typist, "/set notify none", "ok");
    g_assert_false(notifies(&scene, alice, said));
    assert_typed(scene.typist, "/on work /set notify mention", "ok");
    g_assert_false(notifies(&scene, alice, said));
    g_assert_true(notifies(&scene, alice, hear_in_chat(&scene, "are you there, me?")));
    close_scene(&scene);
}

/* The hook for what other devices say of it (XEP-0492). */
static void
test_setting(void)
{
    Scene scene;
    open_scene(&scene, "", ROOM_WITH_IDS);
    Client *client = scene.flow->client;
    g_autoptr(Jid) full = make_jid(GARDEN "/Bob");
    const Jid *garden = room_jid(scene.room);
    g_assert_cmpint(attention_notify_setting(client, garden), ==, NOTIFY_AUTO);
    for (NotifyLevel level = NOTIFY_ALL; level <= NOTIFY_NONE; level++) {
        g_assert_true(attention_set_notify(client, garden, level, NULL));
        g_assert_cmpint(attention_notify_setting(client, full), ==, level);
        g_assert_cmpint(attention_level(client, scene.garden, NULL), ==, level);
    }
    assert_typed(scene.typist, "/set notify all", "ok");
    g_assert_cmpint(attention_notify_setting(client, garden), ==, NOTIFY_NONE);
    g_assert_true(attention_set_notify(client, garden, NOTIFY_AUTO, NULL));
    g_assert_cmpint(attention_notify_setting(client, garden), ==, NOTIFY_AUTO);
    g_assert_cmpint(attention_level(client, scene.garden, NULL), ==, NOTIFY_ALL);
    close_scene(&scene);
}

/* Now is not when it was read already, nor when it comes late, nor in quiet hours. */
static void
test_now(void)
{
    Scene scene;
    open_scene(&scene, "", ROOM_WITH_IDS);
    const Message *message = hear(&scene, "Bob", "me!");
    g_assert_true(notifies(&scene, scene.garden, message));
    conversation_mark_read(scene.garden);
    g_assert_false(notifies(&scene, scene.garden, message));
    g_assert_true(attention_wants(scene.flow->client, scene.garden, message));

    message = hear(&scene, "Bob", "me, again!");
    assert_typed(scene.typist, "/set notify.quiet 00:00-24:00", "ok");
    g_assert_false(notifies(&scene, scene.garden, message));
    g_assert_cmpuint(conversation_mentions(scene.garden), ==, 1);
    assert_typed(scene.typist, "/unset notify.quiet", "ok");
    g_assert_true(notifies(&scene, scene.garden, message));

    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='old'><body>me, long ago</body>"
                   "<delay xmlns='urn:xmpp:delay' from='" GARDEN "' stamp='2001-01-01T00:00:00Z'/></message>");
    for (guint i = 0; i < conversation_message_count(scene.garden); i++) {
        const Message *old = conversation_message_at(scene.garden, i);
        g_assert_true(!old->delayed || !notifies(&scene, scene.garden, old));
    }
    close_scene(&scene);
}

/* --- noise --- */

static void
test_noise(void)
{
    Scene scene;
    open_scene(&scene, "", ROOM_WITH_IDS);
    host_occupant(scene.me, "Dave", "participant", "none");
    host_leaves(scene.me, "Carol", "");
    assert_lines(&scene, ""); /* strangers to the talk */
    hear(&scene, "Dave", "hello");
    host_leaves(scene.me, "Dave", "");
    assert_lines(&scene, "left:Dave ");
    host_occupant(scene.me, "Dave", "participant", "none"); /* is back, and had spoken */
    assert_lines(&scene, "joined:Dave ");
    /* What was done to somebody is no noise, what the own presence says is. */
    host_occupant(scene.me, "Erin", "participant", "none");
    host_occupant(scene.me, "Erin", "moderator", "none");
    assert_lines(&scene, "is:Erin ");
    feed(scene.me, "<presence from='" GARDEN "/Erin'><show>away</show><x xmlns='http://jabber.org/protocol/muc#user'>"
                   "<item role='moderator' affiliation='none'/></x>"
                   "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='id-Erin'/></presence>");
    assert_lines(&scene, "");
    host_leaves(scene.me, "Erin", "<item role='none' affiliation='none'/><status code='307'/>");
    assert_lines(&scene, "left:Erin ");

    assert_typed(scene.typist, "/set here room.noise all", "ok");
    host_occupant(scene.me, "Frank", "participant", "none");
    host_leaves(scene.me, "Frank", "");
    assert_lines(&scene, "joined:Frank left:Frank ");
    assert_typed(scene.typist, "/set here room.noise none", "ok");
    host_leaves(scene.me, "Dave", "");
    assert_lines(&scene, "");
    host_leaves(scene.me, "Bob", "<item role='none' affiliation='outcast'/><status code='301'/>");
    assert_lines(&scene, "left:Bob≈ ");
    close_scene(&scene);
}

/* --- whom nobody wants to hear --- */

static void
test_ignore_nick(void)
{
    Scene scene;
    open_scene(&scene, "", ROOM_FEATURES); /* no ids */
    assert_typed(scene.typist, "/ignore list", "ok");
    assert_printed(scene.typist, "Nobody is ignored.\n");
    assert_typed(scene.typist, "/ignore bob", "ok"); /* as somebody types it */
    hear_not(&scene, "Bob", "me: can you hear me?");
    hear(&scene, "Carol", "hello");
    assert_typed(scene.typist, "/ignore list", "ok");
    assert_printed(scene.typist, "*Bob*nick*" GARDEN "*");
    assert_typed(scene.typist, "/ignore Bob", "1 *already*");
    assert_typed(scene.typist, "/ignore me", "65 *you*");
    /* Comes and goes unheard. */
    assert_typed(scene.typist, "/set room.noise all", "ok");
    host_leaves(scene.me, "Bob", "");
    host_leaves(scene.me, "Carol", "");
    assert_lines(&scene, "left:Carol≈ ");
    assert_typed(scene.typist, "/unignore Bob", "ok");
    hear(&scene, "Bob", "and now?");
    assert_typed(scene.typist, "/unignore Bob", "66 *");
    /* A nick with blanks, which nobody has now; and one that looks like a kind. */
    assert_typed(scene.typist, "/ignore \"Mallory the second\"", "ok");
    assert_typed(scene.typist, "/ignore nick:id:x", "ok");
    hear_not(&scene, "Mallory the second", "hi");
    hear_not(&scene, "id:x", "hi");
    close_scene(&scene);
}

static void
assert_completed(const Scene *scene, const char *line, const char *expected)
{
    g_autoptr(Completion) completion =
        complete_line(typist_registry(scene->typist), line, strlen(line));
    g_autoptr(GString) found = g_string_new(NULL);
    for (guint i = 0; i < completion->candidates->len; i++)
        g_string_append_printf(found, "%s|", (const char *) g_ptr_array_index(completion->candidates, i));
    g_assert_cmpstr(found->str, ==, expected);
}

/* Tab knows who is there, and who is ignored. */
static void
test_completion(void)
{
    Scene scene;
    open_scene(&scene, "", ROOM_WITH_IDS);
    assert_completed(&scene, "/ignore ca", "Carol|");
    assert_typed(scene.typist, "/ignore Carol", "ok");
    assert_typed(scene.typist, "/ignore \"pattern:buy now\"", "ok");
    assert_completed(&scene, "/unignore ", "Carol|\"buy now\"|");
    assert_typed(scene.typist, "/unignore \"buy now\"", "ok");
    close_scene(&scene);
}

/* Whatever the nick becomes; and whoever takes the old one is heard. */
static void
test_ignore_id(void)
{
    static const char says[] = "<message from='" GARDEN "/%s' type='groupchat' id='%s'><body>%s</body>"
                               "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='%s'/></message>";
    Scene scene;
    open_scene(&scene, "", ROOM_WITH_IDS);
    assert_typed(scene.typist, "/ignore Bob", "ok");
    assert_typed(scene.typist, "/ignore list", "ok");
    assert_printed(scene.typist, "*Bob*id*" GARDEN "*id-Bob*");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    feed(scene.me, says, "Robert", "m1", "it is me", "id-Bob");
    g_assert_cmpuint(conversation_message_count(scene.garden), ==, 0);
    feed(scene.me, says, "Bob", "m2", "I am new here", "id-2");
    g_assert_cmpstr(last(scene.garden)->body, ==, "I am new here");
    assert_typed(scene.typist, "/unignore Bob", "ok");
    feed(scene.me, says, "Robert", "m3", "thanks", "id-Bob");
    g_assert_cmpstr(last(scene.garden)->body, ==, "thanks");
    assert_typed(scene.typist, "/ignore id:id-Bob " GARDEN, "ok");
    feed(scene.me, says, "Robert", "m4", "oh no", "id-Bob");
    g_assert_cmpstr(last(scene.garden)->body, ==, "thanks");
#pragma GCC diagnostic pop
    assert_typed(scene.typist, "/unignore id:id-Bob", "ok");
    close_scene(&scene);
}

static void
test_ignore_pattern(void)
{
    Scene scene;
    open_scene(&scene, "", ROOM_WITH_IDS);
    assert_typed(scene.typist, "/ignore \"pattern:(?i)buy now|^spam\\d\" everywhere", "ok");
    hear_not(&scene, "Carol", "Buy NOW and save");
    hear_not(&scene, "spam7", "hello");
    hear(&scene, "Carol", "hello");
    assert_typed(scene.typist, "/ignore pattern:(", "65 *regular expression*");
    assert_typed(scene.typist, "/ignore list", "ok");
    assert_printed(scene.typist, "*buy now*pattern*everywhere*");
    /* Rules of the room that is named only. */
    assert_typed(scene.typist, "/unignore \"(?i)buy now|^spam\\d\" " GARDEN, "66 *");
    assert_typed(scene.typist, "/unignore \"(?i)buy now|^spam\\d\" everywhere", "ok");
    hear(&scene, "Carol", "buy now");
    assert_typed(scene.typist, "/ignore Bob not@@a@room", "65 *");
    /* I9 */
    for (guint i = 0; i < IGNORES_PATTERNS_MAX; i++) {
        g_autofree char *line = g_strdup_printf("/ignore pattern:^%u$", i);
        assert_typed(scene.typist, line, "ok");
    }
    assert_typed(scene.typist, "/ignore pattern:more", "1 *too many*");
    assert_typed(scene.typist, "/ignore Carol", "ok");
    close_scene(&scene);
}

/* A room does not stop being quiet because somebody corrects, or writes privately. */
static void
test_ignored_ways(void)
{
    Scene scene;
    open_scene(&scene, "", ROOM_WITH_ARCHIVE);
    host_says(scene.me, "Bob", "b1", "good morning");
    assert_typed(scene.typist, "/ignore Bob", "ok");
    forget_events(scene.flow);
    feed(scene.me, "<message from='" GARDEN "/Bob' type='groupchat' id='b2'><body>buy now</body>"
                   "<replace xmlns='urn:xmpp:message-correct:0' id='b1'/>"
                   "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='id-Bob'/></message>");
    g_assert_cmpstr(last(scene.garden)->body, ==, "good morning");
    assert_no_event(scene.flow, "edited *");
    feed(scene.me, "<message from='" GARDEN "/Bob' type='chat' id='p1'><body>psst</body></message>");
    assert_no_event(scene.flow, "message *");
    assert_no_event(scene.flow, "unread *");
    g_assert_cmpuint(room_speaker_count(scene.room), ==, 1);
    hear(&scene, "Carol", "a nice day");
    g_autofree char *reaction = g_strdup_printf(
        "<message from='" GARDEN "/%%s' type='groupchat' id='%%s'><reactions xmlns='urn:xmpp:reactions:0' id='%s'>"
        "<reaction>👎</reaction></reactions><occupant-id xmlns='urn:xmpp:occupant-id:0' id='id-%%s'/></message>",
        last(scene.garden)->archive_id != NULL ? last(scene.garden)->archive_id : "none");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    feed(scene.me, reaction, "Bob", "r1", "Bob");
    assert_no_event(scene.flow, "reaction *");
    feed(scene.me, reaction, "Carol", "r2", "Carol");
    assert_event(scene.flow, "reaction a nice day by Carol");
#pragma GCC diagnostic pop
    hear_not(&scene, "Bob", "me: me: me");
    close_scene(&scene);
}

/* After a restart the rules are there; what was ignored is in the history, and only there. */
static void
test_kept(void)
{
    Scene scene;
    open_scene(&scene, "", ROOM_FEATURES);
    assert_typed(scene.typist, "/ignore Bob", "ok");
    assert_typed(scene.typist, "/ignore \"pattern:100% *\" everywhere", "ok");
    hear_not(&scene, "Bob", "me: one");
    hear(&scene, "Carol", "me: two");
    hear_not(&scene, "Bob", "three");
    flow_settle(scene.flow);
    typist_free(scene.typist);
    flow_restart(scene.flow);
    scene.me = flow_peer(scene.flow, "work");
    scene.typist = typist_new(scene.flow);
    login(scene.me);
    const Ignores *ignores = session_ignores(scene.me->session);
    g_assert_cmpuint(ignores_count(ignores), ==, 2);
    g_assert_cmpstr(ignores_at(ignores, 0).what, ==, "Bob");
    g_assert_cmpstr(jid_text(ignores_at(ignores, 0).room), ==, GARDEN);
    g_assert_cmpstr(ignores_at(ignores, 1).what, ==, "100% *");
    g_assert_null(ignores_at(ignores, 1).room);

    g_autoptr(Jid) jid = make_jid(GARDEN);
    const Conversation *garden =
        conversations_open(scene.flow->client, scene.me->account, jid, CONVERSATION_ROOM);
    g_assert_cmpuint(conversation_message_count(garden), ==, 1);
    g_assert_cmpstr(last(garden)->body, ==, "me: two");
    g_assert_true(last(garden)->mention);
    g_assert_cmpuint(conversation_unread(garden), ==, 1);
    g_assert_cmpuint(conversation_mentions(garden), ==, 1);
    const HistoryPlace place = { "me@example.org", GARDEN, CONVERSATION_ROOM };
    g_autoptr(GPtrArray) all = history_page_before(client_db(scene.flow->client), &place, G_MAXINT64, 10, NULL);
    g_assert_cmpuint(all->len, ==, 3);
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/attention/mentions", test_mentions);
    g_test_add_func("/flow/attention/mentioned-by-address", test_addressed);
    g_test_add_func("/flow/attention/settings-that-make-no-sense", test_bad_settings);
    g_test_add_func("/flow/attention/levels", test_levels);
    g_test_add_func("/flow/attention/the-setting-of-a-conversation", test_setting);
    g_test_add_func("/flow/attention/not-now", test_now);
    g_test_add_func("/flow/attention/noise", test_noise);
    g_test_add_func("/flow/attention/ignored-by-nick", test_ignore_nick);
    g_test_add_func("/flow/attention/completion", test_completion);
    g_test_add_func("/flow/attention/ignored-by-id", test_ignore_id);
    g_test_add_func("/flow/attention/ignored-by-pattern", test_ignore_pattern);
    g_test_add_func("/flow/attention/ignored-in-every-way", test_ignored_ways);
    g_test_add_func("/flow/attention/ignored-after-a-restart", test_kept);
    return g_test_run();
}
