/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conversations over restarts of the client: everything once, in order, with a truthful state. */
#include <string.h>

#include "core/conversations.h"
#include "flow.h"

static void
assert_bodies(const Conversation *conversation, const char *const *bodies)
{
    guint count = 0;
    for (; bodies[count] != NULL; count++) {
        g_assert_cmpuint(count, <, conversation_message_count(conversation));
        g_assert_cmpstr(conversation_message_at(conversation, count)->body, ==, bodies[count]);
    }
    g_assert_cmpuint(conversation_message_count(conversation), ==, count);
}

static Conversation *
open_chat(Peer *peer, const char *with)
{
    g_autoptr(Jid) jid = make_jid(with);
    return conversations_open(peer->flow->client, peer->account, jid, CONVERSATION_CHAT);
}

static void
hear(Peer *peer, const char *id, const char *body)
{
    feed(peer, "<message from='bob@example.org/phone' to='me@example.org/desk' type='chat' id='%s'><body>%s</body></message>",
         id, body);
}

/* I24 */
static void
test_restart(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    hear(me, "1", "hello");
    say(me, "bob@example.org", "hi");
    acknowledge(me);
    hear(me, "2", "well?");
    flow_restart(flow);
    me = flow_peer(flow, "work");
    const Conversation *bob = open_chat(me, "bob@example.org");
    assert_bodies(bob, (const char *const[]) { "hello", "hi", "well?", NULL });
    const Message *hi = conversation_message_at(bob, 1);
    g_assert_cmpint(hi->direction, ==, MESSAGE_OUT);
    g_assert_cmpint(hi->state, ==, MESSAGE_SENT);
    g_assert_cmpuint(conversation_unread(bob), ==, 2);
}

/* What has unread messages is open after a restart; what was read is not. */
static void
test_unread(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    hear(me, "1", "one");
    feed(me, "<message from='carol@example.org/a' type='chat' id='c'><body>read</body></message>");
    conversations_mark_read(flow->client, find_conversation(me, "carol@example.org"));
    hear(me, "2", "two");
    flow_restart(flow);
    client_start(flow->client);
    me = flow_peer(flow, "work");
    g_assert_cmpuint(account_conversation_count(me->account), ==, 1);
    Conversation *bob = find_conversation(me, "bob@example.org");
    g_assert_cmpuint(conversation_unread(bob), ==, 2);
    conversations_mark_read(flow->client, bob);
    g_assert_cmpuint(conversation_unread(bob), ==, 0);
    flow_restart(flow);
    client_start(flow->client);
    g_assert_cmpuint(account_conversation_count(flow_peer(flow, "work")->account), ==, 0);
}

/* I24: what the server did not have when the process ended is sent by the next one, once, with the same id. */
static void
test_outbox(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    g_autofree char *first = g_strdup(say(me, "bob@example.org", "first")->id);
    say(me, "bob@example.org", "second");
    flow_restart(flow);
    client_start(flow->client);
    me = flow_peer(flow, "work");
    const Conversation *bob = find_conversation(me, "bob@example.org");
    assert_bodies(bob, (const char *const[]) { "first", "second", NULL });
    g_assert_cmpint(conversation_message_at(bob, 0)->state, ==, MESSAGE_QUEUED);
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 2);
    login_with_roster(me, "", NULL);
    say(me, "bob@example.org", "third");
    g_autofree char *again = assert_sent_id(me, "<message *<body>first</body>*");
    g_assert_cmpstr(again, ==, first);
    assert_sent(me, "<message *<body>second</body>*");
    assert_sent(me, "<message *<body>third</body>*");
    acknowledge(me);
    g_assert_cmpint(conversation_message_at(bob, 0)->state, ==, MESSAGE_SENT);
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 0);
    flow_restart(flow);
    me = flow_peer(flow, "work");
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 0);
    login(me);
    assert_nothing_sent(me);
}

/* I19: the same id with another content is another message; the same message twice is one. */
static void
test_twice(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    hear(me, "1", "hello");
    hear(me, "1", "hello");
    hear(me, "1", "other");
    feed(me, "<message from='carol@example.org/a' type='chat' id='1'><body>hello</body></message>");
    assert_bodies(find_conversation(me, "bob@example.org"), (const char *const[]) { "hello", "other", NULL });
    assert_bodies(find_conversation(me, "carol@example.org"), (const char *const[]) { "hello", NULL });
    g_assert_cmpuint(conversation_unread(find_conversation(me, "bob@example.org")), ==, 2);
    cut(me);
    login(me);
    hear(me, "1", "hello");
    assert_bodies(find_conversation(me, "bob@example.org"), (const char *const[]) { "hello", "other", NULL });
    flow_restart(flow);
    me = flow_peer(flow, "work");
    login(me);
    hear(me, "1", "other");
    assert_bodies(open_chat(me, "bob@example.org"), (const char *const[]) { "hello", "other", NULL });
}

/* Older than outbox.max-age: only by /resend. */
static void
test_age(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    const Message *old = say(me, "bob@example.org", "old");
    Db *db = client_db(flow->client);
    g_assert_true(db_execute(db, "UPDATE outbox SET queued = queued - 25 * 3600000000", NULL));
    flow_restart(flow);
    client_start(flow->client);
    me = flow_peer(flow, "work");
    Conversation *bob = find_conversation(me, "bob@example.org");
    old = conversation_message_at(bob, 0);
    login(me);
    assert_nothing_sent(me);
    g_assert_cmpint(old->state, ==, MESSAGE_FAILED);
    g_assert_nonnull(strstr(old->reason, "/resend"));
    g_assert_cmpint(outgoing_resend(flow->client, bob, NULL, NULL), ==, 1);
    g_assert_cmpint(old->state, ==, MESSAGE_QUEUED);
    assert_sent(me, "<message *<body>old</body>*");
    acknowledge(me);
    g_assert_cmpint(old->state, ==, MESSAGE_SENT);
    g_assert_cmpint(outgoing_resend(flow->client, bob, NULL, NULL), ==, 0);
}

/* Nothing of such a conversation is on the disk; it works nevertheless. */
static void
test_never(void)
{
    g_autoptr(Flow) flow = flow_new_with(
        FLOW_ONE_ACCOUNT, "[conversation bob@example.org]\nhistory.keep = never\n", NULL);
    Peer *me = flow_peer(flow, "work");
    login(me);
    hear(me, "1", "secret");
    hear(me, "1", "secret");
    const Message *answer = say(me, "bob@example.org", "quiet");
    assert_sent(me, "<message *<body>quiet</body>*");
    acknowledge(me);
    g_assert_cmpint(answer->state, ==, MESSAGE_SENT);
    assert_bodies(find_conversation(me, "bob@example.org"), (const char *const[]) { "secret", "quiet", NULL });
    flow_restart(flow);
    me = flow_peer(flow, "work");
    assert_bodies(open_chat(me, "bob@example.org"), (const char *const[]) { NULL });
}

/* XEP-0308: a correction goes the same way; the state is that of the text that is shown. */
static void
test_correct(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    say(me, "bob@example.org", "helo");
    Conversation *bob = find_conversation(me, "bob@example.org");
    Message *message = conversation_message_at(bob, 0);
    g_autofree char *id = assert_sent_id(me, "<message *<body>helo</body>*");
    acknowledge(me);
    g_assert_true(outgoing_correct(flow->client, bob, message, "hello", NULL));
    g_assert_cmpint(message->state, ==, MESSAGE_QUEUED);
    flow_restart(flow);
    client_start(flow->client);
    me = flow_peer(flow, "work");
    bob = find_conversation(me, "bob@example.org");
    assert_bodies(bob, (const char *const[]) { "hello", NULL });
    message = conversation_message_at(bob, 0);
    g_assert_cmpuint(message->edits, ==, 1);
    login_with_roster(me, "", NULL);
    g_autofree char *pattern = g_strdup_printf("<message *<replace *id=?%s?*", id);
    assert_sent(me, pattern);
    acknowledge(me);
    g_assert_cmpint(message->state, ==, MESSAGE_SENT);
    assert_bodies(bob, (const char *const[]) { "hello", NULL });
}

/* Removing an account takes nothing away that was said. */
static void
test_account_removed(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    hear(me, "1", "hello");
    g_assert_true(accounts_remove(client_accounts(flow->client), "work", NULL));
    flow_turn();
    g_ptr_array_set_size(flow->peers, 0);
    g_assert_true(accounts_add(client_accounts(flow->client), "again", "me@example.org", NULL));
    me = flow_peer(flow, "again");
    assert_bodies(open_chat(me, "bob@example.org"), (const char *const[]) { "hello", NULL });
}

/* What is forgotten is not sent either, and does not come back. */
static void
test_forget(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(Jid) bob = make_jid("bob@example.org");
    say(me, "bob@example.org", "regretted");
    say(me, "carol@example.org", "meant");
    g_assert_true(conversations_forget(flow->client, me->account, bob, NULL));
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 1);
    g_assert_null(account_find_conversation(me->account, bob));
    login_with_roster(me, "", NULL);
    assert_sent(me, "<message *<body>meant</body>*");
    assert_nothing_sent(me);
    flow_restart(flow);
    me = flow_peer(flow, "work");
    assert_bodies(open_chat(me, "bob@example.org"), (const char *const[]) { NULL });
    assert_bodies(open_chat(me, "carol@example.org"), (const char *const[]) { "meant", NULL });
}

/* A bounce finds its message also when the process that sent it is gone. */
static void
test_late_bounce(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    g_autofree char *id = g_strdup(say(me, "bob@example.org", "hi")->id);
    acknowledge(me);
    flow_restart(flow);
    me = flow_peer(flow, "work");
    login(me);
    feed(me,
         "<message from='bob@example.org' type='error' id='%s'><error type='cancel'>"
         "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
         id);
    g_assert_cmpint(conversation_message_at(open_chat(me, "bob@example.org"), 0)->state, ==, MESSAGE_FAILED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/store/restart", test_restart);
    g_test_add_func("/flow/store/unread", test_unread);
    g_test_add_func("/flow/store/outbox", test_outbox);
    g_test_add_func("/flow/store/twice", test_twice);
    g_test_add_func("/flow/store/age", test_age);
    g_test_add_func("/flow/store/never", test_never);
    g_test_add_func("/flow/store/correct", test_correct);
    g_test_add_func("/flow/store/account-removed", test_account_removed);
    g_test_add_func("/flow/store/forget", test_forget);
    g_test_add_func("/flow/store/late-bounce", test_late_bounce);
    return g_test_run();
}
