/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow.h"

#include <string.h>

#include "base/error.h"

static void
test_in(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<message from='Bob@example.org/phone' to='me@example.org' type='chat' id='m1'><body>hi &amp; bye</body>"
             "<origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>");
    assert_event(flow, "conversation bob@example.org");
    assert_event(flow, "message in bob@example.org/phone hi & bye");
    assert_event(flow, "unread bob@example.org 1");
    const Message *message = conversation_message_at(find_conversation(me, "bob@example.org"), 0);
    g_assert_cmpstr(message->id, ==, "m1");
    g_assert_cmpstr(message->origin_id, ==, "o1");
    g_assert_false(message->delayed);
    /* Without a type it is a message as well (RFC 6121 §5.2.2). */
    feed(me, "<message from='bob@example.org/phone'><body>plain</body></message>");
    assert_event(flow, "message in bob@example.org/phone plain");
    assert_nothing_sent(me);
    /* The server speaks for itself. */
    feed(me, "<message><body>from the server</body></message>");
    assert_event(flow, "message in example.org from the server");
    feed(me, "<message type='headline' from='example.org'><body>maintenance\x7f at 5</body></message>");
    assert_event(flow, "notice info 0: maintenance^? at 5");
}

/* What is no message to a person does not look like one. */
static void
test_ignored(void)
{
    static const char *const stanzas[] = {
        "<message from='bob@example.org/a' type='chat'/>",
        "<message from='bob@example.org/a' type='chat'><body/></message>",
        "<message from='bob@example.org/a' type='chat'><body xmlns='urn:other'>x</body></message>",
        "<message from='bob@example.org/a' type='chat'><subject>only a subject</subject></message>",
        "<message from='room@example.org/nick' type='groupchat'><body>not joined</body></message>",
        "<message from='ads.example.net' type='headline'><body>buy</body></message>",
        "<message from='bob@example.org/a' type='error' id='x'><body>mine?</body></message>",
        "<message from='bob@example.org/a' type='error'><body>mine?</body><error type='cancel'/></message>",
        "<message from='@bad' type='chat'><body>x</body></message>",
        "<message from='bob@example.org/a'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
        "<message from='eve@evil.tld/a'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
    };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    for (gsize i = 0; i < G_N_ELEMENTS(stanzas); i++)
        feed(me, "%s", stanzas[i]);
    assert_no_event(flow, "*");
    assert_nothing_sent(me);
    g_assert_cmpuint(account_conversation_count(me->account), ==, 0);
}

/* I15: a stranger's message is shown, and nothing tells the stranger that anybody is here. */
static void
test_stranger(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<message from='eve@evil.tld/a' type='chat' id='q'><body>are you there?</body>"
             "<active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/></message>");
    assert_event(flow, "message in eve@evil.tld/a are you there?");
    Conversation *conversation = find_conversation(me, "eve@evil.tld");
    conversation_mark_read(conversation);
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_COMPOSING);
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_PAUSED);
    assert_nothing_sent(me);
    /* An answer is the user's own doing, but says no more than it says. */
    say(me, "eve@evil.tld", "no");
    g_assert_null(strstr(g_ptr_array_index(me->sent, 0), "chatstates"));
    assert_sent(me, "<message *<body>no</body>*");
    assert_nothing_sent(me);
    g_assert_null(conversation_contact(conversation));
}

static void
test_out(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    const Message *message = say(me, "bob@example.org", "a < b\r\n& c");
    g_autofree char *id = assert_sent_id(me, "<message *<body>a &lt; b\n&amp; c</body>*");
    g_assert_cmpstr(message->id, ==, id);
    g_assert_cmpstr(message->origin_id, ==, id);
    g_assert_cmpuint(strlen(id), >=, 22); /* I13: 128 bits */
    g_assert_cmpint(message->state, ==, MESSAGE_QUEUED);
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 1);
    assert_event(flow, "message out me@example.org/desk a < b\n& c");
    acknowledge(me);
    assert_event(flow, "sent a < b*");
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 0);
    say(me, "bob@example.org", "to the bare address");
    assert_sent(me, "<message *type=\"chat\"*to=\"bob@example.org\"*<origin-id *");
}

static void
test_refused_bodies(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autofree char *longest = g_strnfill(OUTGOING_BODY_MAX, 'x');
    g_autofree char *too_long = g_strnfill(OUTGOING_BODY_MAX + 1, 'x');
    const char *const bodies[] = { "",     "a\x1b[31mred", "bell\a", "\x01", "broken \xff\xfe",
                                   "\xc3", "\xef\xbf\xbf", too_long };
    login(me);
    Conversation *conversation = ensure_conversation(me, "bob@example.org");
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(outgoing_send(flow->client, conversation, bodies[i], &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_null(strchr(error->message, 0x1b)); /* I12 */
    }
    g_assert_cmpuint(conversation_message_count(conversation), ==, 0);
    assert_nothing_sent(me);
    say(me, "bob@example.org", longest);
    say(me, "bob@example.org", "tab\tand line\nand \xf0\x9f\x91\x8b");
    g_assert_cmpuint(conversation_message_count(conversation), ==, 2);
}

/* I21: what a conversation insists on cannot be had here, so no text leaves it. */
static void
test_insisting(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(GError) error = NULL;
    Conversation *conversation = ensure_conversation(me, "bob@example.org");
    const Message *queued = say(me, "bob@example.org", "said before insisting");
    conversation_set_intent(conversation, "unheard-of");
    g_assert_null(outgoing_send(flow->client, conversation, "secret", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_ENCRYPTION);
    login_with_roster(me, "<item jid='bob@example.org' subscription='both'/>", NULL);
    assert_nothing_sent(me); /* what was queued may not leave in clear any more */
    g_assert_cmpint(queued->state, ==, MESSAGE_FAILED);
    feed(me, "<presence from='bob@example.org/a'/>");
    feed(me, "<message from='bob@example.org/a' type='chat'><body>x</body>"
             "<active xmlns='http://jabber.org/protocol/chatstates'/></message>");
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_COMPOSING);
    assert_sent(me, "<message *<composing *"); /* which says nothing of what is typed */
    assert_nothing_sent(me);
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 0);
}

/* RFC 6121 §5.1: answers go to where the last message came from, until the peer's presence changes. */
static void
test_locking(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<presence from='bob@example.org/phone'/>");
    feed(me, "<message from='bob@example.org/phone' type='chat'><body>1</body></message>");
    say(me, "bob@example.org", "x");
    assert_sent(me, "<message *to=\"bob@example.org/phone\"*");
    feed(me, "<message from='bob@example.org/desk' type='chat'><body>2</body></message>");
    say(me, "bob@example.org", "x");
    assert_sent(me, "<message *to=\"bob@example.org/desk\"*");
    feed(me, "<presence from='bob@example.org/phone'><show>away</show></presence>");
    say(me, "bob@example.org", "x");
    assert_sent(me, "<message *to=\"bob@example.org\"*");
    /* What was said long ago tells nothing about now. */
    feed(me, "<message from='bob@example.org/old' type='chat'><body>3</body>"
             "<delay xmlns='urn:xmpp:delay' from='example.org' stamp='2020-01-01T00:00:00Z'/></message>");
    say(me, "bob@example.org", "x");
    assert_sent(me, "<message *to=\"bob@example.org\"*");
    /* A new session knows of no resource. */
    feed(me, "<message from='bob@example.org/desk' type='chat'><body>4</body></message>");
    acknowledge(me);
    cut(me);
    login(me);
    say(me, "bob@example.org", "x");
    assert_sent(me, "<message *to=\"bob@example.org\"*");
}

static void
test_delayed(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<message from='bob@example.org/a' type='chat'><body>second</body></message>");
    feed(me, "<message from='bob@example.org/a' type='chat'><body>first</body>"
             "<delay xmlns='urn:xmpp:delay' from='example.org' stamp='2020-01-01T00:00:00Z'/></message>");
    assert_event(flow, "message in bob@example.org/a first (delayed)");
    /* I14: a stranger's stamp moves nothing; nor does the future. */
    feed(me, "<message from='bob@example.org/a' type='chat'><body>third</body>"
             "<delay xmlns='urn:xmpp:delay' from='evil.tld' stamp='2020-01-01T00:00:00Z'/></message>");
    assert_event(flow, "message in bob@example.org/a third");
    feed(me, "<message from='bob@example.org/a' type='chat'><body>fourth</body>"
             "<delay xmlns='urn:xmpp:delay' from='example.org' stamp='2199-01-01T00:00:00Z'/></message>");
    assert_event(flow, "message in bob@example.org/a fourth");
    /* What comes late is not hidden above what was read: its time says when it was written. */
    static const char *const order[] = { "second", "first", "third", "fourth" };
    const Conversation *conversation = find_conversation(me, "bob@example.org");
    for (guint i = 0; i < G_N_ELEMENTS(order); i++)
        g_assert_cmpstr(conversation_message_at(conversation, i)->body, ==, order[i]);
}

/* I19: one id, two messages: both are shown. */
static void
test_same_id(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<message from='bob@example.org/a' type='chat' id='1'><body>one</body></message>");
    feed(me, "<message from='bob@example.org/a' type='chat' id='1'><body>two</body></message>");
    g_assert_cmpuint(conversation_message_count(find_conversation(me, "bob@example.org")), ==, 2);
}

/* --- errors --- */

static void
bounce(Peer *me, const char *from, const char *id)
{
    feed(me,
         "<message type='error' %s id='%s'><body>mine</body><error type='cancel'>"
         "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
         "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>nobody\x7f home</text></error></message>",
         from, id);
}

static void
test_bounce(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    const Message *first = say(me, "bob@example.org", "one");
    const Message *second = say(me, "bob@example.org", "two");
    const Message *third = say(me, "carol@example.org", "three");
    acknowledge(me);
    g_assert_cmpint(first->state, ==, MESSAGE_SENT);
    bounce(me, "from='bob@example.org'", first->id);
    assert_event(flow, "failed one: nobody^? home");
    g_assert_cmpint(second->state, ==, MESSAGE_SENT);
    bounce(me, "from='bob@example.org/phone'", second->id);
    g_assert_cmpint(second->state, ==, MESSAGE_FAILED);
    bounce(me, "from='example.org'", third->id); /* the own server about any of them */
    g_assert_cmpint(third->state, ==, MESSAGE_FAILED);
    const Message *fourth = say(me, "carol@example.org", "four");
    bounce(me, "", fourth->id);
    g_assert_cmpint(fourth->state, ==, MESSAGE_FAILED);
    g_assert_cmpstr(fourth->reason, ==, "nobody^? home");
    acknowledge(me);
    g_assert_cmpint(fourth->state, ==, MESSAGE_FAILED); /* confirmed by the server, and yet not delivered */
    g_assert_cmpuint(conversation_message_count(find_conversation(me, "carol@example.org")), ==, 2);
}

/* I14: only whom a message was sent to may say that it failed. */
/* What the own server says about a message nobody sent concerns no conversation. */
static void
test_unknown_bounce(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<message from='bob@example.org/phone' type='chat'><body>hi</body></message>");
    bounce(me, "from='example.org'", "another-id");
    say(me, "bob@example.org", "hello");
    assert_sent(me, "<message *to=\"bob@example.org/phone\"*");
}

static void
test_spoofed_bounce(void)
{
    static const char *const liars[] = { "from='carol@example.org'", "from='eve@evil.tld/a'", "from='evil.tld'",
                                         "from='bob@example.org.evil.tld'", "from='example.org.evil.tld'", "from='@'" };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    const Message *message = say(me, "bob@example.org", "mine");
    say(me, "carol@example.org", "other");
    acknowledge(me);
    forget_events(flow);
    for (gsize i = 0; i < G_N_ELEMENTS(liars); i++)
        bounce(me, liars[i], message->id);
    bounce(me, "from='bob@example.org'", "another-id");
    g_assert_cmpint(message->state, ==, MESSAGE_SENT);
    assert_no_event(flow, "*");
    /* Nor does an error with an incoming message's id change that one. */
    feed(me, "<message from='bob@example.org/a' type='chat' id='theirs'><body>hi</body></message>");
    forget_events(flow);
    bounce(me, "from='bob@example.org/a'", "theirs");
    assert_no_event(flow, "*");
}

/* --- chat states --- */

#define STATE(name) "<" name " xmlns='http://jabber.org/protocol/chatstates'/>"

static void
test_peer_types(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<presence from='bob@example.org/a'/>");
    feed(me, "<message from='bob@example.org/a' type='chat'><body>1</body>" STATE("active") "</message>");
    forget_events(flow);
    feed(me, "<message from='bob@example.org/a' type='chat'>" STATE("composing") "</message>");
    assert_event(flow, "typing bob@example.org on");
    feed(me, "<message from='bob@example.org/a' type='chat'>" STATE("composing") "</message>");
    feed(me, "<message from='bob@example.org/a' type='chat'>" STATE("paused") "</message>");
    assert_event(flow, "typing bob@example.org off");
    feed(me, "<message from='bob@example.org/a' type='chat'>" STATE("composing") "</message>");
    feed(me, "<message from='bob@example.org/a' type='chat'><body>2</body></message>");
    assert_event(flow, "typing bob@example.org off");
    feed(me, "<message from='bob@example.org/a' type='chat'>" STATE("composing") "</message>");
    feed(me, "<presence from='bob@example.org/a' type='unavailable'/>");
    assert_event(flow, "typing bob@example.org off");
    feed(me, "<message from='bob@example.org/a' type='chat'>" STATE("composing") "</message>");
    cut(me);
    assert_event(flow, "typing bob@example.org off");
    g_assert_cmpuint(conversation_message_count(find_conversation(me, "bob@example.org")), ==, 2);
}

static bool
has_sent(gpointer data)
{
    const Peer *peer = data;
    return peer->sent->len > 0;
}

/* XEP-0085 §5: nothing but messages carries a state until the peer has shown that it understands. */
static void
test_own_typing(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<presence from='bob@example.org/a'/>");
    Conversation *conversation = ensure_conversation(me, "bob@example.org");
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_COMPOSING);
    assert_nothing_sent(me);
    say(me, "bob@example.org", "x");
    assert_sent(me, "<message *<body>x</body>*<active *");
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_COMPOSING);
    acknowledge(me);
    assert_nothing_sent(me);
    feed(me, "<message from='bob@example.org/a' type='chat'><body>y</body>" STATE("active") "</message>");
    client_hurry(flow->client, 1);
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_COMPOSING);
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_COMPOSING); /* another key: told already */
    assert_sent(me, "<message *to=\"bob@example.org/a\"*<composing *");
    assert_nothing_sent(me);
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_PAUSED);
    assert_sent(me, "<message *<paused *");
    client_hurry(flow->client, 1000);
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_COMPOSING);
    assert_sent(me, "<message *<composing *");
    flow_wait(has_sent, me); /* no further key: 30 s, made 30 ms */
    assert_sent(me, "<message *<paused *");
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_COMPOSING);
    assert_sent(me, "<message *<composing *");
    say(me, "bob@example.org", "sent");
    assert_sent(me, "<message *<body>sent</body>*<active *");
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_ACTIVE); /* known */
    acknowledge(me);
    assert_nothing_sent(me);
    /* A peer whose answer has no state does not want any. */
    feed(me, "<message from='bob@example.org/a' type='chat'><body>z</body></message>");
    outgoing_chat_state(flow->client, conversation, CHAT_STATE_COMPOSING);
    assert_nothing_sent(me);
    say(me, "bob@example.org", "bare");
    g_assert_null(strstr(g_ptr_array_index(me->sent, 0), "chatstates"));
}

/* Who may know: contacts that see the account's presence, that are there, and where the user allows it. */
static void
test_typing_policy(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(GError) error = NULL;
    login(me);
    feed(me, "<presence from='carol@example.org/a'/>"); /* subscription "to": she does not see us */
    feed(me, "<message from='carol@example.org/a' type='chat'><body>x</body>" STATE("active") "</message>");
    outgoing_chat_state(flow->client, find_conversation(me, "carol@example.org"), CHAT_STATE_COMPOSING);
    assert_nothing_sent(me);
    feed(me, "<message from='bob@example.org/a' type='chat'><body>x</body>" STATE("active") "</message>");
    Conversation *bob = find_conversation(me, "bob@example.org");
    outgoing_chat_state(flow->client, bob, CHAT_STATE_COMPOSING); /* offline: it would go into the offline storage */
    assert_nothing_sent(me);
    feed(me, "<presence from='bob@example.org/a'/>");
    settings_set(client_settings(flow->client), SETTING_TYPING, (SettingPlace) { .conversation = "bob@example.org" },
                 "off", &error);
    g_assert_no_error(error);
    outgoing_chat_state(flow->client, bob, CHAT_STATE_COMPOSING);
    assert_nothing_sent(me);
    say(me, "bob@example.org", "hi");
    g_assert_null(strstr(g_ptr_array_index(me->sent, 0), "chatstates"));
    g_ptr_array_set_size(me->sent, 0);
    settings_unset(client_settings(flow->client), SETTING_TYPING, (SettingPlace) { .conversation = "bob@example.org" },
                   &error);
    outgoing_chat_state(flow->client, bob, CHAT_STATE_COMPOSING);
    assert_sent(me, "<message *<composing *");
    /* A bounce: silence until the peer speaks again. */
    const Message *message = say(me, "bob@example.org", "x");
    g_ptr_array_set_size(me->sent, 0);
    bounce(me, "from='bob@example.org'", message->id);
    outgoing_chat_state(flow->client, bob, CHAT_STATE_COMPOSING);
    assert_nothing_sent(me);
}

/* --- waiting for a connection --- */

static void
test_queue(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    const Message *messages[6];
    for (int i = 0; i < 6; i++) {
        g_autofree char *body = g_strdup_printf("m%d", i);
        messages[i] = say(me, i % 2 ? "bob@example.org" : "carol@example.org", body);
        g_assert_cmpint(messages[i]->state, ==, MESSAGE_QUEUED);
    }
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 6);
    g_assert_cmpuint(me->sent->len, ==, 0);
    login_with_roster(me, "<item jid='bob@example.org' subscription='both'/>", NULL);
    for (int i = 0; i < 6; i++) {
        g_autofree char *pattern = g_strdup_printf("<message *<body>m%d</body>*", i);
        assert_sent(me, pattern);
    }
    forget_events(flow);
    acknowledge(me);
    for (int i = 0; i < 6; i++) {
        g_autofree char *event = g_strdup_printf("sent m%d", i);
        assert_event(flow, event);
        g_assert_cmpint(messages[i]->state, ==, MESSAGE_SENT);
    }
}

/* What was written but not confirmed may or may not have arrived: it stays queued, and is sent once more with the same
 * ids, before anything newer. */
static void
test_lost(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    const Message *confirmed = say(me, "bob@example.org", "confirmed");
    acknowledge(me);
    const Message *written = say(me, "bob@example.org", "written");
    const Message *written_too = say(me, "carol@example.org", "written too");
    cut(me);
    const Message *waiting = say(me, "bob@example.org", "waiting");
    g_assert_cmpint(confirmed->state, ==, MESSAGE_SENT);
    g_assert_cmpint(written->state, ==, MESSAGE_QUEUED);
    g_assert_cmpint(written_too->state, ==, MESSAGE_QUEUED);
    g_assert_cmpint(waiting->state, ==, MESSAGE_QUEUED);
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 3);
    login_with_roster(me, "", NULL);
    g_autofree char *again = assert_sent_id(me, "<message *<body>written</body>*");
    g_assert_cmpstr(again, ==, written->id);
    assert_sent(me, "<message *<body>written too</body>*");
    assert_sent(me, "<message *<body>waiting</body>*");
    assert_nothing_sent(me);
    acknowledge(me);
    g_assert_cmpint(written->state, ==, MESSAGE_SENT);
    g_assert_cmpint(waiting->state, ==, MESSAGE_SENT);
}

/* Closing a window does not take back what was said in it. */
static void
test_conversation_gone(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    say(me, "bob@example.org", "that");
    say(me, "carol@example.org", "this");
    account_remove_conversation(me->account, find_conversation(me, "bob@example.org"));
    login_with_roster(me, "", NULL);
    assert_sent(me, "<message *<body>that</body>*");
    assert_sent(me, "<message *<body>this</body>*");
    assert_nothing_sent(me);
    account_remove_conversation(me->account, find_conversation(me, "carol@example.org"));
    acknowledge(me);
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/chat/in", test_in);
    g_test_add_func("/flow/chat/ignored", test_ignored);
    g_test_add_func("/flow/chat/stranger", test_stranger);
    g_test_add_func("/flow/chat/out", test_out);
    g_test_add_func("/flow/chat/refused-bodies", test_refused_bodies);
    g_test_add_func("/flow/chat/insisting", test_insisting);
    g_test_add_func("/flow/chat/locking", test_locking);
    g_test_add_func("/flow/chat/delayed", test_delayed);
    g_test_add_func("/flow/chat/same-id", test_same_id);
    g_test_add_func("/flow/chat/bounce", test_bounce);
    g_test_add_func("/flow/chat/unknown-bounce", test_unknown_bounce);
    g_test_add_func("/flow/chat/spoofed-bounce", test_spoofed_bounce);
    g_test_add_func("/flow/chat/peer-types", test_peer_types);
    g_test_add_func("/flow/chat/own-typing", test_own_typing);
    g_test_add_func("/flow/chat/typing-policy", test_typing_policy);
    g_test_add_func("/flow/chat/queue", test_queue);
    g_test_add_func("/flow/chat/lost", test_lost);
    g_test_add_func("/flow/chat/conversation-gone", test_conversation_gone);
    return g_test_run();
}
