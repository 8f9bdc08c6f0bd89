/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* XML carries C1 controls, DEL and bidirectional overrides unescaped; C0 only as far as XML allows. */
#define EVIL "a\xc2\x9b""31m\x7f\xe2\x80\xae" "b\tc\nd%%s%%n"

static void
assert_clean(const char *text)
{
    if (text == NULL)
        return;
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_true(text_is_clean(text, -1, TEXT_LINE));
    g_assert_null(strstr(text, "\xc2\x9b"));
    g_assert_null(strchr(text, 0x7f));
}

static void
on_any_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    if (event->type == NOTICE)
        assert_clean(event->notice.text);
    if (event->type == SUBSCRIPTION_REQUESTED || event->type == SUBSCRIPTION_CHANGED)
        assert_clean(event->subscription.text);
    if (event->type == ACCOUNT_STATE_CHANGED)
        assert_clean(account_reason(event->account));
    if (event->type == MESSAGE_CHANGED)
        assert_clean(event->message.message->reason);
    (*(guint *) user)++;
}

/* I12: whatever field of the network holds a control, the model's texts do not. */
static void
test_controls(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    guint seen = 0;
    bus_subscribe(client_bus(flow->client), on_any_event, &seen);
    login_with_roster(me, "<item jid='bob@example.org' name='" "a\xc2\x9b""31m\x7f\xe2\x80\xae" "' subscription='both'>"
                          "<group>" "g\xc2\x9b\x7f\xe2\x80\xae" "</group><group>\x7f</group><group>  </group></item>"
                          "<item jid='carol@example.org' name='  \xe2\x80\x8b  ' subscription='both'/>", "v\x7f");
    const Contact *bob = find_contact(me, "bob@example.org");
    assert_clean(contact_label(bob));
    g_assert_true(text_is_clean(contact_label(bob), -1, TEXT_STRICT));
    for (const char *const *group = contact_groups(bob); *group != NULL; group++)
        g_assert_true(text_is_clean(*group, -1, TEXT_STRICT));
    assert_clean(contact_label(find_contact(me, "carol@example.org")));
    feed(me, "<presence from='bob@example.org/a'><status>" EVIL "</status></presence>");
    g_assert_true(contact_is_online(bob));
    assert_clean(contact_status(bob));
    feed(me, "<presence from='bob@example.org/a' type='unavailable'><status>" EVIL "</status></presence>");
    assert_clean(contact_status(bob));
    feed(me, "<presence from='eve@evil.tld' type='subscribe'><status>" EVIL "</status></presence>");
    const char *words;
    roster_request_at(me->roster, 0, &words);
    assert_clean(words);
    feed(me, "<presence from='bob@example.org' type='unsubscribed'><status>" EVIL "</status></presence>");
    feed(me, "<message type='headline' from='example.org'><body>" EVIL "</body></message>");
    const Message *message = say(me, "bob@example.org", "x");
    feed(me, "<message type='error' from='bob@example.org' id='%s'><error type='cancel'><text "
             "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>" EVIL "</text></error></message>", message->id);
    g_assert_cmpint(message->state, ==, MESSAGE_FAILED);
    assert_clean(message->reason);
    /* A message is kept as it came: who shows it cleans it (model/message.h). */
    feed(me, "<message from='bob@example.org/a' type='chat'><body>" EVIL "</body></message>");
    const Conversation *conversation = find_conversation(me, "bob@example.org");
    g_assert_nonnull(strstr(conversation_message_at(conversation, 1)->body, "\xc2\x9b"));
    /* The next run reads the same names from the store. */
    feed(me, "<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text "
             "xmlns='urn:ietf:params:xml:ns:xmpp-streams'>" EVIL "</text></stream:error>");
    flow_turn();
    assert_clean(account_reason(me->account));
    g_assert_cmpuint(seen, >, 10);
    flow_restart(flow);
    assert_clean(contact_label(find_contact(flow_peer(flow, "work"), "bob@example.org")));
}

/* I9: fields as long as a stanza may be. */
static void
test_long_fields(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autofree char *million = g_strnfill(1000000, 'w');
    g_autoptr(GString) marks = g_string_new("a");
    for (int i = 0; i < 5000; i++)
        g_string_append(marks, "\xcc\x81");
    login(me);
    flow->quiet = true;
    feed(me, "<presence from='bob@example.org/a'><status>%s</status></presence>", million);
    g_assert_cmpuint(strlen(contact_status(find_contact(me, "bob@example.org"))), <=, 4096);
    feed(me, "<presence from='bob@example.org/a'><status>%s</status></presence>", marks->str);
    g_assert_cmpuint(strlen(contact_status(find_contact(me, "bob@example.org"))), <=, 4096);
    g_assert_true(g_utf8_validate(contact_status(find_contact(me, "bob@example.org")), -1, NULL));
    feed(me,
         "<iq type='set' id='p'><query xmlns='jabber:iq:roster'><item jid='bob@example.org' name='%s'/></query></iq>",
         million);
    g_assert_cmpuint(strlen(contact_label(find_contact(me, "bob@example.org"))), <=, 1024);
    feed(me, "<presence from='eve@evil.tld' type='subscribe'><status>%s</status></presence>", million);
    const char *words;
    roster_request_at(me->roster, 0, &words);
    g_assert_cmpuint(strlen(words), <=, 4096);
    feed(me, "<message from='bob@example.org/a' type='chat' id='%s'><body>%s</body></message>", million, million);
    g_assert_cmpuint(strlen(conversation_message_at(find_conversation(me, "bob@example.org"), 0)->body), ==, 1000000);
}

/* I9: thousands of resources of one contact, and a flood of presence, cost little and stay bounded. */
static void
test_presence_flood(void)
{
    enum { RESOURCES = 5000, PRESENCES = 20000 };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    flow->quiet = true;
    g_test_timer_start();
    for (int i = 0; i < RESOURCES; i++)
        feed(me, "<presence from='bob@example.org/r%d'/>", i);
    g_assert_cmpuint(contact_resource_count(find_contact(me, "bob@example.org")), ==, CONTACT_RESOURCES_MAX);
    for (int i = 0; i < PRESENCES; i++)
        feed(me, "<presence from='carol@example.org/a'><show>%s</show></presence>", i % 2 ? "away" : "dnd");
    for (int i = 0; i < PRESENCES; i++)
        feed(me, "<presence from='stranger%d@evil.tld/a'/>", i);
    g_test_minimized_result(g_test_timer_elapsed(), "45,000 presences: %.0f ms", g_test_timer_elapsed() * 1000);
    g_assert_cmpint(contact_availability(find_contact(me, "carol@example.org")), ==, AVAILABILITY_AWAY);
    g_assert_cmpuint(roster_size(me->roster), ==, 2);
    feed(me, "<presence from='bob@example.org' type='unavailable'/>");
    g_assert_false(contact_is_online(find_contact(me, "bob@example.org")));
}

static void
test_message_flood(void)
{
    enum { MESSAGES = 10000 };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    flow->quiet = true;
    g_test_timer_start();
    for (int i = 0; i < MESSAGES; i++)
        feed(me, "<message from='bob@example.org/a' type='chat' id='i%d'><body>m%d</body></message>", i, i);
    g_test_minimized_result(g_test_timer_elapsed(), "10,000 messages: %.0f ms", g_test_timer_elapsed() * 1000);
    const Conversation *conversation = find_conversation(me, "bob@example.org");
    g_assert_cmpuint(conversation_message_count(conversation), ==, MESSAGES);
    g_assert_cmpuint(conversation_unread(conversation), ==, MESSAGES);
    for (guint i = 0; i < MESSAGES; i++) {
        g_autofree char *body = g_strdup_printf("m%u", i);
        g_assert_cmpstr(conversation_message_at(conversation, i)->body, ==, body);
    }
}

/* The other way: everything written is confirmed in order, at a cost that does not grow with what waits. */
static void
test_sending_flood(void)
{
    enum { MESSAGES = 10000 };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    flow->quiet = true;
    g_test_timer_start();
    for (int i = 0; i < MESSAGES; i++) {
        g_autofree char *body = g_strdup_printf("m%d", i);
        g_assert_nonnull(outgoing_send(flow->client, ensure_conversation(me, "bob@example.org"), body, NULL));
    }
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, MESSAGES);
    acknowledge(me);
    g_test_minimized_result(g_test_timer_elapsed(), "10,000 messages sent: %.0f ms", g_test_timer_elapsed() * 1000);
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 0);
    const Conversation *conversation = find_conversation(me, "bob@example.org");
    for (guint i = 0; i < MESSAGES; i++) {
        g_assert_cmpint(conversation_message_at(conversation, i)->state, ==, MESSAGE_SENT);
        g_autofree char *pattern = g_strdup_printf("*<body>m%u</body>*", i);
        g_assert_true(g_pattern_match_simple(pattern, g_ptr_array_index(me->sent, i)));
    }
}

static void
test_large_roster(void)
{
    enum { CONTACTS = 10000 };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(GString) items = g_string_new(NULL);
    for (int i = 0; i < CONTACTS; i++)
        g_string_append_printf(items, "<item jid='user%d@example.org' name='User %d' subscription='both'>"
                                      "<group>Group %d</group></item>", i, i, i % 50);
    flow->quiet = true;
    Peer *me = flow_peer(flow, "work");
    g_autoptr(GError) error = NULL;
    session_connect(me->session, NULL, NULL, NULL, &error);
    g_autofree char *id = bind_session(me);
    g_test_timer_start();
    feed(me, "<iq type='result' id='%s'><query xmlns='jabber:iq:roster' ver='1'>%s</query></iq>", id, items->str);
    g_test_minimized_result(g_test_timer_elapsed(), "10,000 contacts: %.0f ms", g_test_timer_elapsed() * 1000);
    g_assert_cmpuint(roster_size(me->roster), ==, CONTACTS);
    g_test_timer_start();
    for (int i = 0; i < CONTACTS; i++)
        feed(me, "<presence from='user%d@example.org/a'/>", i);
    g_test_minimized_result(g_test_timer_elapsed(), "their presences: %.0f ms", g_test_timer_elapsed() * 1000);
    g_assert_cmpuint(roster_online_count(me->roster), ==, CONTACTS);
    g_test_timer_start();
    cut(me);
    g_test_minimized_result(g_test_timer_elapsed(), "all offline: %.0f ms", g_test_timer_elapsed() * 1000);
    g_assert_cmpuint(roster_online_count(me->roster), ==, 0);
    g_test_timer_start();
    flow_restart(flow);
    g_test_minimized_result(g_test_timer_elapsed(), "a start with them from the store: %.0f ms",
                            g_test_timer_elapsed() * 1000);
    g_assert_cmpuint(roster_size(flow_peer(flow, "work")->roster), ==, CONTACTS);
}

/* I9: a crowd of strangers neither fills the memory nor drowns the console; contacts get through. */
static void
test_strangers(void)
{
    enum { STRANGERS = 5000 };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    flow->quiet = true;
    for (int i = 0; i < STRANGERS; i++)
        feed(me, "<message from='s%d@evil.tld/a' type='chat'><body>buy</body></message>", i);
    g_assert_cmpuint(account_conversation_count(me->account), <, STRANGERS);
    g_assert_cmpuint(flow->noticed, ==, ERROR_FAILED);
    flow->quiet = false;
    feed(me, "<message from='s0@evil.tld/a' type='chat'><body>again</body></message>");
    assert_event(flow, "message in s0@evil.tld/a again");
    feed(me, "<message from='s%d@evil.tld/a' type='chat'><body>late</body></message>", STRANGERS);
    assert_no_event(flow, "*late*");
    feed(me, "<message from='bob@example.org/a' type='chat'><body>hi</body></message>");
    assert_event(flow, "message in bob@example.org/a hi");
}

/* I6, I15: nothing a stranger asks is answered with anything but a refusal, and always exactly once. */
static void
test_questions(void)
{
    static const char *const questions[] = {
        "<query xmlns='jabber:iq:version'/>", "<query xmlns='jabber:iq:last'/>", "<time xmlns='urn:xmpp:time'/>",
        "<query xmlns='jabber:iq:roster'/>",  "<x xmlns='urn:unheard-of'/>",     "",
    };
    g_autoptr(Flow) flow = flow_new_with(FLOW_ONE_ACCOUNT, "version.reply = on\n", NULL);
    Peer *me = flow_peer(flow, "work");
    login(me);
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        feed(me, "<iq type='get' from='eve@evil.tld/a' id='q%d'>%s</iq>", (int) i, questions[i]);
        assert_sent(me, "<iq *type=?error?*");
        assert_nothing_sent(me);
    }
    feed(me, "<iq type='get' from='bob@example.org/a' id='v'><query xmlns='jabber:iq:version'/></iq>");
    assert_sent(me, "<iq *type=?result?*<version>*");
    feed(me, "<iq type='get' from='carol@example.org/a' id='v'><query xmlns='jabber:iq:version'/></iq>");
    assert_sent(me, "<iq *type=?error?*"); /* she is no subscriber of ours */
    assert_no_event(flow, "*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/hostile/controls", test_controls);
    g_test_add_func("/flow/hostile/long-fields", test_long_fields);
    g_test_add_func("/flow/hostile/presence-flood", test_presence_flood);
    g_test_add_func("/flow/hostile/message-flood", test_message_flood);
    g_test_add_func("/flow/hostile/sending-flood", test_sending_flood);
    g_test_add_func("/flow/hostile/large-roster", test_large_roster);
    g_test_add_func("/flow/hostile/strangers", test_strangers);
    g_test_add_func("/flow/hostile/questions", test_questions);
    return g_test_run();
}
