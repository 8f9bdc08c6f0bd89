/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receipts, markers, what is read here and on other devices, corrections: and who has no say in them. */
#include <string.h>

#include "core/conversations.h"
#include "flow.h"
#include "store/sync.h"

#define BOB "bob@example.org"
#define IDS "<feature var='urn:xmpp:sid:0'/>"
#define PRIVATE_NODES "<feature var='http://jabber.org/protocol/pubsub#publish-options'/>"
#define REQUEST "<request xmlns='urn:xmpp:receipts'/>"
#define MARKABLE "<markable xmlns='urn:xmpp:chat-markers:0'/>"
#define BY_US(id) "<stanza-id xmlns='urn:xmpp:sid:0' by='me@example.org' id='" id "'/>"
#define FROM(from, id, content) "<message from='" from "' to='me@example.org' type='chat' id='" id "'>" content "</message>"
#define COPY(kind, from, to, id, content) \
    "<message from='me@example.org' to='me@example.org/desk'><" kind " xmlns='urn:xmpp:carbons:2'>" \
    "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='" from "' to='" to "' type='chat' id='" id "'>" \
    content "</message></forwarded></" kind "></message>"
#define READ_EVENT(from, id) \
    "<message from='" from "' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'>" \
    "<items node='urn:xmpp:mds:displayed:0'><item id='" BOB "'><displayed xmlns='urn:xmpp:mds:displayed:0'>" \
    "<stanza-id xmlns='urn:xmpp:sid:0' by='me@example.org' id='" id "'/></displayed></item></items></event></message>"

/* Online, on a server whose ids can be trusted and that keeps what is read private. */
static Peer *
log_in(Flow *flow)
{
    Peer *me = flow_peer(flow, "work");
    me->features = IDS PRIVATE_NODES;
    login(me);
    flow_turn();
    forget_events(flow);
    return me;
}

/* What of that was sent, as soon as what waits for the disk is through; forgets everything that was sent. */
static guint
count_sent(Peer *peer, const char *part)
{
    guint count = 0;
    flow_settle(peer->flow);
    for (guint i = 0; i < peer->sent->len; i++)
        count += strstr(g_ptr_array_index(peer->sent, i), part) != NULL;
    g_ptr_array_set_size(peer->sent, 0);
    return count;
}

static guint
unread(Peer *peer)
{
    return conversation_unread(find_conversation(peer, BOB));
}

/* --- receipts --- */

static void
test_answered(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed(me, FROM(BOB "/phone", "m1", "<body>hi</body>" REQUEST));
    g_assert_cmpuint(me->sent->len, ==, 0); /* not before it is on the disk (I24) */
    flow_settle(flow);
    assert_sent(me, "<message *to=\"bob@example.org/phone\"><received id=\"m1\" xmlns=\"urn:xmpp:receipts\"/>"
                    "<store xmlns=\"urn:xmpp:hints\"/></message>");
    assert_nothing_sent(me);
    /* The server or the peer sends it again: the first answer may have been lost. */
    feed(me, FROM(BOB "/phone", "m1", "<body>hi</body>" REQUEST));
    g_assert_cmpuint(count_sent(me, "<received"), ==, 1);
    g_assert_cmpuint(conversation_message_count(find_conversation(me, BOB)), ==, 1);
    /* a late one, from the server's offline store */
    feed(me, FROM(BOB "/phone", "m2", "<body>hi</body>" REQUEST
                                      "<delay xmlns='urn:xmpp:delay' from='example.org' stamp='2020-01-01T00:00:00Z'/>"));
    g_assert_cmpuint(count_sent(me, "<received"), ==, 1);
}

/* I15, and what is nobody's business to answer. */
static void
test_not_answered(void)
{
    static const char *const stanzas[] = {
        FROM("eve@evil.tld/a", "x1", "<body>are you there?</body>" REQUEST),
        FROM("carol@example.org/a", "x2", "<body>we see her, she does not see us</body>" REQUEST),
        FROM(BOB "/a", "x3", REQUEST),
        FROM(BOB "/a", "x4", "<received xmlns='urn:xmpp:receipts' id='q'/><body>x</body>" REQUEST),
        "<message from='" BOB "/a' type='chat'><body>without an id</body>" REQUEST "</message>",
        "<message from='" BOB "/a' type='error' id='x5'><body>x</body>" REQUEST "<error type='cancel'/></message>",
        "<message from='" BOB "/a' type='groupchat' id='x6'><body>x</body>" REQUEST "</message>",
        "<message from='" BOB "/a' type='headline' id='x7'><body>x</body>" REQUEST "</message>",
        COPY("received", BOB "/a", "me@example.org/phone", "x8", "<body>the phone answers</body>" REQUEST),
        COPY("sent", "me@example.org/phone", BOB "/a", "x9", "<body>mine</body>" REQUEST),
        /* I10 */
        "<message from='eve@evil.tld'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>"
        "<message xmlns='jabber:client' from='" BOB "/a' to='me@example.org' type='chat' id='x'><body>forged</body>" REQUEST
        "</message></forwarded></received></message>",
    };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    for (gsize i = 0; i < G_N_ELEMENTS(stanzas); i++) {
        feed(me, "%s", stanzas[i]);
        g_test_message("%zu", i);
        g_assert_cmpuint(count_sent(me, "urn:xmpp:receipts"), ==, 0);
    }
    assert_no_event(flow, "*forged*");
    g_autoptr(GError) error = NULL;
    g_assert_true(settings_set(client_settings(flow->client), SETTING_RECEIPTS, (SettingPlace) { .conversation = BOB }, "off",
                               &error));
    feed(me, FROM(BOB "/phone", "m1", "<body>hi</body>" REQUEST));
    g_assert_cmpuint(count_sent(me, "urn:xmpp:receipts"), ==, 0);
}

/* The connection goes between the message and the answer. */
static void
test_answered_later(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed(me, FROM(BOB "/phone", "m1", "<body>hi</body>" REQUEST));
    cut(me);
    flow_settle(flow);
    wait_connecting(me);
    g_autofree char *roster = bind_session(me);
    feed(me, "<iq type='result' id='%s'/>", roster);
    g_assert_cmpuint(count_sent(me, "<received id=\"m1\""), ==, 1);
}

/* However many come while the disk is busy. */
static void
test_all_answered(void)
{
    enum { MANY = 3000 };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    flow->quiet = true;
    for (guint i = 0; i < MANY; i++)
        feed(me, "<message from='" BOB "/phone' type='chat' id='m%u'><body>%u</body>" REQUEST "</message>", i, i);
    g_assert_cmpuint(count_sent(me, "<received"), ==, MANY);
}

/* Two messages of ours, which the server has. */
static void
say_two(Peer *me, const Message **first, const Message **second)
{
    *first = say(me, BOB, "one");
    *second = say(me, BOB, "two");
    acknowledge(me);
    g_assert_cmpint((*first)->state, ==, MESSAGE_SENT);
    g_assert_cmpint((*second)->state, ==, MESSAGE_SENT);
    g_ptr_array_set_size(me->sent, 0);
    forget_events(me->flow);
}

static void
test_receipt(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    const Message *first, *second;
    say_two(me, &first, &second);
    feed(me, "<message from='" BOB "/phone' id='r'><received xmlns='urn:xmpp:receipts' id='%s'/></message>", second->id);
    assert_event(flow, "received two");
    g_assert_cmpint(first->state, ==, MESSAGE_SENT);
    /* it never goes back */
    feed(me, "<message from='" BOB "/phone'><displayed xmlns='urn:xmpp:chat-markers:0' id='%s'/></message>", second->id);
    assert_event(flow, "displayed two");
    feed(me, "<message from='" BOB "/phone'><received xmlns='urn:xmpp:receipts' id='%s'/></message>", second->id);
    g_assert_cmpint(second->state, ==, MESSAGE_DISPLAYED);
    g_assert_cmpint(first->state, ==, MESSAGE_SENT); /* nobody has said that it arrived */
    /* the state is kept */
    const HistoryPlace place = { "me@example.org", BOB, CONVERSATION_CHAT };
    g_autoptr(Message) stored = history_find_by_id(client_db(flow->client), &place, MESSAGE_OUT, second->id, NULL);
    g_assert_cmpint(stored->state, ==, MESSAGE_DISPLAYED);
}

/* A copy of what the peer told another device; before the server's own confirmation, too. */
static void
test_receipt_by_carbon(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    const Message *message = say(me, BOB, "one");
    flow_settle(flow);
    g_assert_cmpint(message->state, ==, MESSAGE_QUEUED);
    feed(me, COPY("received", BOB "/a", "me@example.org/phone", "r", "<received xmlns='urn:xmpp:receipts' id='%s'/>"),
         message->id);
    g_assert_cmpint(message->state, ==, MESSAGE_RECEIVED);
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 0);
}

static void
test_earlier_are_displayed(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    const Message *first, *second;
    say_two(me, &first, &second);
    feed(me, "<message from='" BOB "/phone'><received xmlns='urn:xmpp:receipts' id='%s'/></message>", first->id);
    feed(me, "<message from='" BOB "/phone'><displayed xmlns='urn:xmpp:chat-markers:0' id='%s'/></message>", second->id);
    g_assert_cmpint(first->state, ==, MESSAGE_DISPLAYED);
    g_assert_cmpint(second->state, ==, MESSAGE_DISPLAYED);
}

/* I14, I10: only who got the message knows what became of it. */
static void
test_forged_receipts(void)
{
    static const char *const forged[] = {
        "<message from='eve@evil.tld/a'><received xmlns='urn:xmpp:receipts' id='%s'/></message>",
        "<message from='carol@example.org/a'><received xmlns='urn:xmpp:receipts' id='%s'/></message>",
        "<message from='eve@evil.tld/a'><displayed xmlns='urn:xmpp:chat-markers:0' id='%s'/></message>",
        "<message from='" BOB ".evil.tld/a'><displayed xmlns='urn:xmpp:chat-markers:0' id='%s'/></message>",
        "<message><received xmlns='urn:xmpp:receipts' id='%s'/></message>",
        "<message from='me@example.org/phone'><received xmlns='urn:xmpp:receipts' id='%s'/></message>",
        "<message from='" BOB "/a' type='error'><received xmlns='urn:xmpp:receipts' id='%s'/></message>",
        "<message from='" BOB "/a' type='groupchat'><received xmlns='urn:xmpp:receipts' id='%s'/></message>",
        "<message from='eve@evil.tld'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>"
        "<message xmlns='jabber:client' from='" BOB "/a' to='me@example.org'><received xmlns='urn:xmpp:receipts' id='%s'/>"
        "</message></forwarded></received></message>",
        COPY("sent", "me@example.org/phone", BOB "/a", "x", "<received xmlns='urn:xmpp:receipts' id='%s'/>"),
        COPY("sent", "me@example.org/phone", BOB "/a", "x", "<displayed xmlns='urn:xmpp:chat-markers:0' id='%s'/>"),
    };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    const Message *first, *second;
    say_two(me, &first, &second);
    ensure_conversation(me, "eve@evil.tld");
    ensure_conversation(me, "carol@example.org");
    for (gsize i = 0; i < G_N_ELEMENTS(forged); i++) {
        g_auto(GStrv) parts = g_strsplit(forged[i], "%s", 2);
        g_autofree char *xml = g_strjoin(second->id, parts[0], parts[1], NULL);
        feed(me, "%s", xml);
        g_test_message("%zu", i);
        g_assert_cmpint(second->state, ==, MESSAGE_SENT);
    }
    feed(me, "<message from='" BOB "/a'><received xmlns='urn:xmpp:receipts' id='nonsense'/></message>");
    g_assert_cmpint(second->state, ==, MESSAGE_SENT);
}

/* --- what is read here --- */

static void
test_told(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed(me, FROM(BOB "/phone", "m1", "<body>1</body>" MARKABLE BY_US("a1")));
    feed(me, FROM(BOB "/phone", "m2", "<body>2</body>" MARKABLE BY_US("a2")));
    feed(me, FROM(BOB "/phone", "m3", "<body>3</body>" BY_US("a3")));
    g_assert_cmpuint(unread(me), ==, 3);
    conversations_mark_read(flow->client, find_conversation(me, BOB));
    assert_event(flow, "unread " BOB " 0");
    flow_settle(flow);
    assert_sent(me, "<message *<displayed id=\"m2\"*"); /* once, for the last one whose sender wants to know */
    assert_sent(me, "<iq *<item id=\"" BOB "\"><displayed *id=\"a3\"*whitelist*");
    assert_nothing_sent(me);
    conversations_mark_read(flow->client, find_conversation(me, BOB));
    flow_settle(flow);
    assert_nothing_sent(me);
}

/* Who reads along while much comes in does not tell of every message. */
static void
test_told_together(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    guint markers = 0;
    for (guint i = 0; i < 50; i++) {
        feed(me, "<message from='" BOB "/phone' type='chat' id='m%u'><body>x</body>" MARKABLE
                 "<stanza-id xmlns='urn:xmpp:sid:0' by='me@example.org' id='a%u'/></message>", i, i);
        conversations_mark_read(flow->client, find_conversation(me, BOB));
    }
    g_assert_cmpuint(me->sent->len, <=, 2);
    markers = count_sent(me, "<displayed id=\"m0\"");
    g_assert_cmpuint(markers, ==, 1);
}

/* I15 */
static void
test_strangers_are_not_told(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    g_autoptr(GError) error = NULL;
    feed(me, FROM("eve@evil.tld/a", "m1", "<body>1</body>" MARKABLE BY_US("a1")));
    conversations_mark_read(flow->client, find_conversation(me, "eve@evil.tld"));
    g_assert_cmpuint(count_sent(me, "chat-markers"), ==, 0); /* the own devices may know, eve not */
    g_assert_true(settings_set(client_settings(flow->client), SETTING_MARKERS, (SettingPlace) { 0 }, "off", &error));
    feed(me, FROM(BOB "/phone", "m2", "<body>2</body>" MARKABLE BY_US("a2")));
    conversations_mark_read(flow->client, find_conversation(me, BOB));
    g_assert_cmpuint(count_sent(me, "chat-markers"), ==, 0);
    /* what is forwarded by others has no id of our archive, whatever it says */
    feed(me, FROM("eve@evil.tld/a", "m3", "<body>3</body><stanza-id xmlns='urn:xmpp:sid:0' by='eve@evil.tld' id='not ours'/>"));
    conversations_mark_read(flow->client, find_conversation(me, "eve@evil.tld"));
    g_assert_cmpuint(count_sent(me, "not ours"), ==, 0);
}

static void
test_told_when_online(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed(me, FROM(BOB "/phone", "m1", "<body>1</body>" MARKABLE BY_US("a1")));
    flow_settle(flow);
    cut(me);
    conversations_mark_read(flow->client, find_conversation(me, BOB));
    wait_connecting(me);
    g_autofree char *roster = bind_session(me);
    feed(me, "<iq type='result' id='%s'><query xmlns='jabber:iq:roster'>"
             "<item jid='" BOB "' subscription='both'/></query></iq>", roster);
    flow_settle(flow);
    guint markers = 0, published = 0;
    for (guint i = 0; i < me->sent->len; i++) {
        markers += strstr(g_ptr_array_index(me->sent, i), "<displayed id=\"m1\"") != NULL;
        published += strstr(g_ptr_array_index(me->sent, i), "id=\"a1\"") != NULL;
    }
    g_assert_cmpuint(markers, ==, 1);
    g_assert_cmpuint(published, ==, 1);
}

/* --- what is read on other devices --- */

static void
feed_three(Peer *me)
{
    feed(me, FROM(BOB "/phone", "m1", "<body>1</body>" BY_US("a1")));
    feed(me, FROM(BOB "/phone", "m2", "<body>2</body>" BY_US("a2")));
    feed(me, FROM(BOB "/phone", "m3", "<body>3</body>" BY_US("a3")));
    flow_settle(me->flow);
    g_assert_cmpuint(unread(me), ==, 3);
}

static void
test_read_elsewhere(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed_three(me);
    feed(me, READ_EVENT("me@example.org", "a2"));
    assert_event(flow, "unread " BOB " 1");
    feed(me, READ_EVENT("me@example.org", "a1")); /* it only grows */
    g_assert_cmpuint(unread(me), ==, 1);
    feed(me, READ_EVENT("me@example.org", "a3"));
    g_assert_cmpuint(unread(me), ==, 0);
    assert_nothing_sent(me); /* nothing is told that was not read here */
    flow_restart(flow);
    me = flow_peer(flow, "work");
    const HistoryPlace place = { "me@example.org", BOB, CONVERSATION_CHAT };
    g_assert_cmpuint(history_count_unread(client_db(flow->client), &place, 10), ==, 0);
}

/* I11 */
static void
test_forged_read(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed_three(me);
    feed(me, READ_EVENT("eve@evil.tld", "a3"));
    feed(me, READ_EVENT(BOB, "a3"));
    feed(me, READ_EVENT("me@example.org/phone", "a3"));
    feed(me, READ_EVENT("example.org", "a3"));
    feed(me, FROM(BOB "/phone", "x", "<displayed xmlns='urn:xmpp:chat-markers:0' id='m3'/>")); /* I14: not about theirs */
    feed(me, COPY("received", BOB "/a", "me@example.org/phone", "x", "<displayed xmlns='urn:xmpp:chat-markers:0' id='m3'/>"));
    g_assert_cmpuint(unread(me), ==, 3);
}

/* Another device was faster than the message. */
static void
test_read_before_it_came(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed(me, READ_EVENT("me@example.org", "a2"));
    flow_settle(flow);
    flow_restart(flow);
    me = log_in(flow);
    feed(me, FROM(BOB "/phone", "m1", "<body>1</body>" BY_US("a1")));
    g_assert_cmpuint(unread(me), ==, 1);
    feed(me, FROM(BOB "/phone", "m2", "<body>2</body>" BY_US("a2")));
    g_assert_cmpuint(unread(me), ==, 0);
    feed(me, FROM(BOB "/phone", "m3", "<body>3</body>" BY_US("a3")));
    g_assert_cmpuint(unread(me), ==, 1);
}

/* The own devices, by what they send. */
static void
test_read_by_copies(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed_three(me);
    feed(me, COPY("sent", "me@example.org/phone", BOB, "x", "<displayed xmlns='urn:xmpp:chat-markers:0' id='m2'/>"));
    g_assert_cmpuint(unread(me), ==, 1);
    feed(me, COPY("sent", "me@example.org/phone", BOB, "c1", "<body>an answer</body>"));
    g_assert_cmpuint(unread(me), ==, 0);
    assert_event(flow, "message out me@example.org/phone an answer");
    g_assert_cmpuint(count_sent(me, "message"), ==, 0);
    /* twice is once */
    feed(me, COPY("sent", "me@example.org/phone", BOB, "c1", "<body>an answer</body>"));
    assert_no_event(flow, "message*");
}

/* --- corrections --- */

#define CORRECTS(id) "<replace xmlns='urn:xmpp:message-correct:0' id='" id "'/>"

static void
test_corrected(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed(me, FROM(BOB "/phone", "m1", "<body>helo</body>"));
    feed(me, FROM(BOB "/desk", "m2", "<body>hello</body>" CORRECTS("m1") REQUEST));
    assert_event(flow, "edited hello");
    const Conversation *conversation = find_conversation(me, BOB);
    g_assert_cmpuint(conversation_message_count(conversation), ==, 1);
    g_assert_cmpuint(conversation_unread(conversation), ==, 1);
    const Message *message = conversation_message_at(conversation, 0);
    g_assert_cmpuint(message->edits, ==, 1);
    g_assert_cmpstr(message->edit_id, ==, "m2");
    g_assert_cmpuint(count_sent(me, "<received id=\"m2\""), ==, 1);
    /* once */
    feed(me, FROM(BOB "/desk", "m2", "<body>hello</body>" CORRECTS("m1")));
    g_assert_cmpuint(message->edits, ==, 1);
    /* again, by the first id */
    feed(me, FROM(BOB "/desk", "m3", "<body>hello!</body>" CORRECTS("m1")));
    g_assert_cmpstr(message->body, ==, "hello!");
    g_autoptr(GPtrArray) edits = history_edits(client_db(flow->client), message->row, NULL);
    g_assert_cmpuint(edits->len, ==, 3);
    g_assert_cmpstr(((const HistoryEdit *) g_ptr_array_index(edits, 0))->body, ==, "helo");
    flow_restart(flow);
    me = flow_peer(flow, "work");
    g_autoptr(Jid) bob = make_jid(BOB);
    conversation = conversations_open(flow->client, me->account, bob, CONVERSATION_CHAT);
    g_assert_cmpstr(conversation_message_at(conversation, 0)->body, ==, "hello!");
}

/* I14: nobody puts words into somebody else's mouth. */
static void
test_forged_corrections(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed(me, FROM(BOB "/phone", "m1", "<body>theirs</body>"));
    const Message *mine = say(me, BOB, "mine");
    acknowledge(me);
    const Message *theirs = conversation_message_at(find_conversation(me, BOB), 0);
    feed(me, FROM("eve@evil.tld/a", "e1", "<body>forged 1</body>" CORRECTS("m1")));
    feed(me, FROM("carol@example.org/a", "e2", "<body>forged 2</body>" CORRECTS("m1")));
    feed(me, "<message from='" BOB "/a' id='e3' type='chat'><body>forged 3</body>"
             "<replace xmlns='urn:xmpp:message-correct:0' id='%s'/></message>", mine->id);
    feed(me, "<message from='eve@evil.tld'><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>"
             "<message xmlns='jabber:client' from='me@example.org/x' to='" BOB "' type='chat' id='e4'><body>forged 4</body>"
             "<replace xmlns='urn:xmpp:message-correct:0' id='%s'/></message></forwarded></sent></message>", mine->id);
    feed(me, COPY("sent", "me@example.org/phone", BOB, "e5", "<body>forged 5</body>" CORRECTS("m1")));
    g_assert_cmpstr(theirs->body, ==, "theirs");
    g_assert_cmpstr(mine->body, ==, "mine");
    g_assert_cmpuint(theirs->edits + mine->edits, ==, 0);
    /* what corrects nothing that is here is a message of its own, of whoever sent it */
    assert_event(flow, "message in eve@evil.tld/a forged 1");
    assert_event(flow, "message in carol@example.org/a forged 2");
    assert_event(flow, "message in " BOB "/a forged 3");
    assert_no_event(flow, "*forged 4");
}

static void
test_corrected_elsewhere(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    const Message *mine = say(me, BOB, "helo");
    acknowledge(me);
    feed(me, COPY("sent", "me@example.org/phone", BOB, "c1", "<body>hello</body>"
                  "<replace xmlns='urn:xmpp:message-correct:0' id='%s'/>"), mine->id);
    g_assert_cmpstr(mine->body, ==, "hello");
    g_assert_cmpint(mine->state, ==, MESSAGE_SENT);
    /* a receipt of the first text says nothing about this one */
    feed(me, "<message from='" BOB "/phone'><received xmlns='urn:xmpp:receipts' id='%s'/></message>", mine->id);
    g_assert_cmpint(mine->state, ==, MESSAGE_SENT);
    feed(me, "<message from='" BOB "/phone'><received xmlns='urn:xmpp:receipts' id='c1'/></message>");
    g_assert_cmpint(mine->state, ==, MESSAGE_RECEIVED);
}

/* Other devices may say that they have read up to the correction. */
static void
test_correction_is_read(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    feed(me, FROM(BOB "/phone", "m1", "<body>helo</body>" BY_US("a1")));
    feed(me, FROM(BOB "/phone", "m2", "<body>hello</body>" CORRECTS("m1") BY_US("a2")));
    g_assert_cmpuint(unread(me), ==, 1);
    feed(me, READ_EVENT("me@example.org", "a2"));
    g_assert_cmpuint(unread(me), ==, 0);
    feed(me, READ_EVENT("me@example.org", "a4"));
    feed(me, FROM(BOB "/phone", "m3", "<body>fin</body>" BY_US("a3")));
    g_assert_cmpuint(unread(me), ==, 1);
    feed(me, FROM(BOB "/phone", "m4", "<body>fine</body>" CORRECTS("m3") BY_US("a4")));
    g_assert_cmpuint(unread(me), ==, 0);
}

/* Nothing of a conversation that is not kept is written, and all the same it works. */
static void
test_without_a_trace(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow);
    g_autoptr(GError) error = NULL;
    g_assert_true(settings_set(client_settings(flow->client), SETTING_HISTORY_KEEP, (SettingPlace) { 0 }, "never", &error));
    feed_three(me);
    feed(me, READ_EVENT("me@example.org", "a2"));
    g_assert_cmpuint(unread(me), ==, 1);
    feed(me, FROM(BOB "/phone", "m4", "<body>three</body>" CORRECTS("m3")));
    assert_event(flow, "edited three");
    feed(me, READ_EVENT("me@example.org", "unknown"));
    conversations_mark_read(flow->client, find_conversation(me, BOB));
    flow_settle(flow);
    const HistoryPlace place = { "me@example.org", BOB, CONVERSATION_CHAT };
    g_assert_cmpint(history_read_order(client_db(flow->client), &place), ==, 0);
    g_autofree char *pending = sync_pending_read(client_db(flow->client), &place);
    g_assert_null(pending);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/receipts/answered", test_answered);
    g_test_add_func("/flow/receipts/not-answered", test_not_answered);
    g_test_add_func("/flow/receipts/answered-later", test_answered_later);
    g_test_add_func("/flow/receipts/all-answered", test_all_answered);
    g_test_add_func("/flow/receipts/received", test_receipt);
    g_test_add_func("/flow/receipts/by-carbon", test_receipt_by_carbon);
    g_test_add_func("/flow/receipts/earlier-are-displayed", test_earlier_are_displayed);
    g_test_add_func("/flow/receipts/forged", test_forged_receipts);
    g_test_add_func("/flow/reading/told", test_told);
    g_test_add_func("/flow/reading/told-together", test_told_together);
    g_test_add_func("/flow/reading/strangers-are-not-told", test_strangers_are_not_told);
    g_test_add_func("/flow/reading/told-when-online", test_told_when_online);
    g_test_add_func("/flow/reading/elsewhere", test_read_elsewhere);
    g_test_add_func("/flow/reading/forged", test_forged_read);
    g_test_add_func("/flow/reading/before-it-came", test_read_before_it_came);
    g_test_add_func("/flow/reading/by-copies", test_read_by_copies);
    g_test_add_func("/flow/corrections/in-place", test_corrected);
    g_test_add_func("/flow/corrections/forged", test_forged_corrections);
    g_test_add_func("/flow/corrections/elsewhere", test_corrected_elsewhere);
    g_test_add_func("/flow/corrections/are-read", test_correction_is_read);
    g_test_add_func("/flow/corrections/without-a-trace", test_without_a_trace);
    return g_test_run();
}
