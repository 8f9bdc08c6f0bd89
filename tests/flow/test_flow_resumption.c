/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0198 as the user sees it: whatever happens to the connection or the process, each message is there once. */
#include <string.h>

#include "core/conversations.h"
#include "flow.h"

#define ENABLED "<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true' max='600'/>"
#define BOB "bob@example.org"

/* Online with a session that can be resumed; nothing is sent in it yet. */
static void
login_resumable(Peer *me)
{
    login(me);
    stream_feed_enabled(me->stream, ENABLED);
    assert_sent(me, "<enable *");
    flow_settle(me->flow);
}

/* Bob's next message, numbered. */
static void
hear(Peer *me, int number)
{
    feed(
        me,
        "<message from='bob@example.org/a' to='me@example.org/desk' type='chat' id='b%d'><body>from Bob %d</body></message>",
        number, number);
}

static void
assert_state(const Message *message, MessageState state)
{
    g_assert_cmpint(message->state, ==, state);
}

static guint
count_messages(Peer *me)
{
    return conversation_message_count(find_conversation(me, BOB));
}

/* Questions of the stream itself are not what is looked at here. */
static void
assert_sent_next(Peer *me, const char *pattern)
{
    flow_settle(me->flow);
    for (guint i = 0; i < me->sent->len;) {
        if (g_str_has_prefix(g_ptr_array_index(me->sent, i), "<r "))
            g_ptr_array_remove_index(me->sent, i);
        else
            i++;
    }
    assert_sent(me, pattern);
}

static void
assert_nothing_sent_next(Peer *me)
{
    flow_settle(me->flow);
    for (guint i = 0; i < me->sent->len; i++)
        g_assert_true(g_str_has_prefix(g_ptr_array_index(me->sent, i), "<r "));
}

/* The server has one of three; one is written without a connection. */
static void
test_resumed(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login_resumable(me);
    feed(me, "<presence from='bob@example.org/a'/>");
    hear(me, 1);
    g_autoptr(Message) one = message_ref(say(me, BOB, "one"));
    g_autoptr(Message) two = message_ref(say(me, BOB, "two"));
    const guint32 sent = stream_sent_number(me->stream);
    cut(me);
    g_assert_true(contact_is_online(find_contact(me, BOB))); /* as far as anybody knows */
    g_autoptr(Message) three = message_ref(say(me, BOB, "three"));
    assert_state(one, MESSAGE_QUEUED);
    assert_state(three, MESSAGE_QUEUED);
    wait_connecting(me);
    g_ptr_array_set_size(me->sent, 0);
    forget_events(flow);
    g_assert_true(stream_feed_resumed(me->stream, sent - 1));
    assert_sent_next(me, "<resume *");
    assert_sent_next(me, "<message *<body>two</body>*");
    assert_sent_next(me, "<message *<body>three</body>*");
    assert_nothing_sent_next(me); /* no roster, no presence, no archive */
    assert_event(flow, "*state online*");
    assert_state(one, MESSAGE_SENT);
    assert_state(two, MESSAGE_QUEUED);
    feed(me, "<a xmlns='urn:xmpp:sm:3' h='%u'/>", sent + 1);
    assert_state(two, MESSAGE_SENT);
    assert_state(three, MESSAGE_SENT);
    g_assert_true(contact_is_online(find_contact(me, BOB)));
    g_assert_cmpuint(count_messages(me), ==, 4);
}

/* What the user said of oneself meanwhile is told to the server that kept the old. */
static void
test_presence_meanwhile(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login_resumable(me);
    const guint32 sent = stream_sent_number(me->stream);
    cut(me);
    own_presence_set(flow->client, me->account, AVAILABILITY_AWAY, "lunch");
    wait_connecting(me);
    g_ptr_array_set_size(me->sent, 0);
    g_assert_true(stream_feed_resumed(me->stream, sent));
    assert_sent_next(me, "<resume *");
    assert_sent_next(me, "<presence*<show>away</show>*<status>lunch</status>*");
    assert_nothing_sent_next(me);
}

/* The session is gone: what it had sent is sent again, once, under the same ids; what the server still knows to have
 * is not. */
static void
test_refused(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login_resumable(me);
    g_autoptr(Message) one = message_ref(say(me, BOB, "one"));
    g_autoptr(Message) two = message_ref(say(me, BOB, "two"));
    const guint32 sent = stream_sent_number(me->stream);
    cut(me);
    wait_connecting(me);
    g_assert_true(stream_feed_refused(me->stream, sent - 1));
    assert_state(one, MESSAGE_SENT);
    login_with_roster(me, "<item jid='bob@example.org' subscription='both'/>", NULL);
    g_autofree char *pattern = g_strdup_printf("<message *id=\"%s\"*<body>two</body>*", two->id);
    while (me->sent->len == 0)
        g_main_context_iteration(NULL, TRUE); /* the archive, if there were one, would be asked first */
    assert_sent(me, pattern);
    acknowledge(me);
    assert_state(two, MESSAGE_SENT);
    assert_nothing_sent_next(me);
}

static void
restart(Flow *flow, Peer **me)
{
    g_autoptr(GError) error = NULL;
    cut(*me);
    flow_settle(flow);
    flow_restart(flow);
    *me = flow_peer(flow, "work");
    session_connect((*me)->session, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    wait_connecting(*me);
    g_ptr_array_set_size((*me)->sent, 0);
}

/* The process is gone, too: the next one goes on with the session, from what is on the disk. */
static void
test_restarted(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login_resumable(me);
    hear(me, 1);
    say(me, BOB, "one");
    g_autofree char *id = g_strdup(say(me, BOB, "two")->id);
    const guint32 sent = stream_sent_number(me->stream);
    hear(me, 2);
    restart(flow, &me);
    g_assert_true(stream_feed_resumed(me->stream, sent - 1));
    assert_sent_next(me, "<resume *h=\"2\"*");
    g_autofree char *pattern = g_strdup_printf("<message *id=\"%s\"*<body>two</body>*", id);
    bool again = false;
    const gint64 deadline = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;
    while (!again && g_get_monotonic_time() < deadline) {
        flow_settle(flow);
        for (guint i = 0; i < me->sent->len; i++) {
            const char *xml = g_ptr_array_index(me->sent, i);
            g_assert_null(strstr(xml, "<body>one</body>"));
            g_assert_false(again && strstr(xml, "<body>two</body>") != NULL);
            again = again || g_pattern_match_simple(pattern, xml);
        }
        g_ptr_array_set_size(me->sent, 0);
    }
    g_assert_true(again);
    hear(me, 2); /* the server did not get our last word */
    hear(me, 3);
    feed(me, "<a xmlns='urn:xmpp:sm:3' h='%u'/>", stream_sent_number(me->stream));
    flow_settle(flow);
    g_autoptr(Jid) bob = make_jid(BOB);
    const Conversation *conversation = conversations_open(flow->client, me->account, bob, CONVERSATION_CHAT);
    guint bodies = 0;
    for (guint i = 0; i < conversation_message_count(conversation); i++) {
        const Message *message = conversation_message_at(conversation, i);
        bodies++;
        if (message->direction == MESSAGE_OUT)
            assert_state(message, MESSAGE_SENT);
    }
    g_assert_cmpuint(bodies, ==, 5); /* three of Bob's, two of ours */
}

/* The second process goes on with the session and is gone before it sends the message again. What the server has counted
 * since was something else. */
static void
test_restarted_twice(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login_resumable(me);
    const guint32 sent = stream_sent_number(me->stream);
    say(me, BOB, "never arrived");
    flow_settle(flow);
    client_hurry(flow->client, 1);
    cut(me);
    flow_restart(flow);
    me = flow_peer(flow, "work");
    client_hurry(flow->client, 1); /* the archive takes its time */
    for (int process = 2; process <= 3; process++) {
        g_autoptr(GError) error = NULL;
        session_connect(me->session, NULL, NULL, NULL, &error);
        g_assert_no_error(error);
        wait_connecting(me);
        const bool last = process == 3;
        g_assert_true(stream_feed_resumed(me->stream, last ? sent + 20 : sent));
        g_autoptr(Jid) bob = make_jid(BOB);
        const Conversation *conversation = conversations_open(flow->client, me->account, bob, CONVERSATION_CHAT);
        g_assert_cmpuint(conversation_message_count(conversation), ==, 1);
        assert_state(conversation_message_at(conversation, 0), MESSAGE_QUEUED);
        if (last)
            break;
        flow_restart(flow);
        me = flow_peer(flow, "work");
        client_hurry(flow->client, 1);
    }
}

/* A new process goes on with the session and loses the connection before it knows what became of the last message: what
 * is said from now on waits behind it, also when the connection is there again. */
static void
test_doubt_outlives_the_connection(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(GError) error = NULL;
    Peer *me = flow_peer(flow, "work");
    login_resumable(me);
    const guint32 sent = stream_sent_number(me->stream);
    say(me, BOB, "first");
    flow_settle(flow);
    client_hurry(flow->client, 1);
    cut(me);
    flow_restart(flow);
    me = flow_peer(flow, "work");
    session_connect(me->session, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    wait_connecting(me);
    client_hurry(flow->client, 1); /* the archive takes its time */
    g_assert_true(stream_feed_resumed(me->stream, sent));
    g_assert_true(session_is_online(me->session));
    cut(me);
    g_assert_true(session_reconnect(me->session, &error));
    wait_connecting(me);
    g_assert_true(stream_feed_resumed(me->stream, sent));
    g_ptr_array_set_size(me->sent, 0);
    say(me, BOB, "second");
    assert_sent_next(me, "<message *<body>first</body>*");
    assert_sent_next(me, "<message *<body>second</body>*");
}

/* I24: the server may forget a message only when it is on the disk; also at the end, without being asked. */
static void
test_acknowledges_what_is_safe(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login_resumable(me);
    hear(me, 1);
    feed(me, "<r xmlns='urn:xmpp:sm:3'/>");
    for (guint i = 0; i < me->sent->len; i++)
        g_assert_false(g_str_has_prefix(g_ptr_array_index(me->sent, i), "<a "));
    assert_sent_next(me, "<a h=\"1\"*");
    hear(me, 2);
    flow_settle(flow);
    session_disconnect(me->session, NULL);
    assert_sent_next(me, "<presence *unavailable*");
    assert_sent_next(me, "<a h=\"2\"*");
    assert_sent_next(me, "</stream:stream>");
    wait_offline(me);

    XmppResumeState state;
    g_assert_false(stream_resume_state(me->stream, &state));
    login(me); /* a new one */
}

/* The last word of a session is about all that has come: of what it leaves out, the server would tell the senders that
 * it was not delivered. I24. */
static void
test_last_word(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login_resumable(me);
    for (int i = 1; i <= 3; i++)
        hear(me, i);
    const guint32 received = stream_received_number(me->stream);
    g_ptr_array_set_size(me->sent, 0);
    session_disconnect(me->session, "good night");
    assert_sent_next(me, "<presence *unavailable*good night*");
    g_autofree char *last = g_strdup_printf("<a *h=\"%u\"*", received);
    assert_sent(me, last);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/resumption/resumed", test_resumed);
    g_test_add_func("/flow/resumption/presence-meanwhile", test_presence_meanwhile);
    g_test_add_func("/flow/resumption/refused", test_refused);
    g_test_add_func("/flow/resumption/restarted", test_restarted);
    g_test_add_func("/flow/resumption/restarted-twice", test_restarted_twice);
    g_test_add_func("/flow/resumption/doubt-outlives-the-connection", test_doubt_outlives_the_connection);
    g_test_add_func("/flow/resumption/acknowledges-what-is-safe", test_acknowledges_what_is_safe);
    g_test_add_func("/flow/resumption/last-word", test_last_word);
    return g_test_run();
}
