/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What messages say about other messages: replies, reactions, retractions, mentions, and the text that stands for them. */
#include <string.h>

#include "stream_fixture.h"
#include "xmpp/message_stanza.h"
#include "xmpp/xep/fallback.h"
#include "xmpp/xep/replies.h"
#include "xmpp/xep/retraction.h"

static void
append(GString *text, const char *name, const char *value)
{
    if (value != NULL)
        g_string_append_printf(text, "%s%s=%s", text->len > 0 ? " " : "", name, value);
}

/* One line of what the core gets. */
static void
on_event(const XmppEvent *event, gpointer data)
{
    GString *text = data;
    if (event->type != XMPP_EVENT_MESSAGE)
        return;
    const XmppMessage *message = event->message;
    append(text, "body", message->body);
    append(text, "styled", message->unstyled ? "no" : NULL);
    append(text, "reply", message->reply_id);
    append(text, "to", message->reply_to != NULL ? jid_text(message->reply_to) : NULL);
    append(text, "quote", message->reply_quote);
    append(text, "reacts", message->reacts_to);
    for (guint i = 0; message->reactions != NULL && i < message->reactions->len; i++)
        append(text, "with", g_ptr_array_index(message->reactions, i));
    append(text, "retracts", message->retracts);
    if (message->moderation != NULL) {
        append(text, "moderated", message->moderation->id);
        append(text, "by", message->moderation->by != NULL ? jid_text(message->moderation->by) : NULL);
        append(text, "reason", message->moderation->reason);
    }
    for (guint i = 0; message->mentions != NULL && i < message->mentions->len; i++) {
        const XmppMention *mention = g_ptr_array_index(message->mentions, i);
        g_autofree char *where = g_strdup_printf("%s[%u,%u]", jid_text(mention->jid), mention->start, mention->end);
        append(text, "mentions", where);
    }
}

#define BODY(text) "<body>" text "</body>"
#define REPLY(id) "<reply xmlns='urn:xmpp:reply:0' id='" id "' to='anna@example.com/tablet'/>"
#define INSTEAD(ns, inside) "<fallback xmlns='urn:xmpp:fallback:0' for='" ns "'>" inside "</fallback>"
#define OF_REPLY(inside) INSTEAD("urn:xmpp:reply:0", inside)
#define FASTEN(inside) "<apply-to xmlns='urn:xmpp:fasten:0' id='x1'>" inside "</apply-to>"

static const struct {
    const char *inside, *expected;
} cases[] = {
    { BODY("> hi\nyes") REPLY("m1") OF_REPLY("<body start='0' end='5'/>"),
      "body=yes reply=m1 to=anna@example.com/tablet quote=> hi\n" },
    { BODY("> 😺é\nyes") REPLY("m1") OF_REPLY("<body start='0' end='5'/>"), /* code points, not bytes */
      "body=yes reply=m1 to=anna@example.com/tablet quote=> 😺é\n" },
    { BODY("yes") REPLY("m1"), "body=yes reply=m1 to=anna@example.com/tablet" },
    /* I9: parts that make no sense. */
    { BODY("yes") REPLY("m1") OF_REPLY("<body start='7' end='9'/>"), "body=yes reply=m1 to=anna@example.com/tablet" },
    { BODY("yes") REPLY("m1") OF_REPLY("<body start='2' end='1'/>"), "body=yes reply=m1 to=anna@example.com/tablet" },
    { BODY("yes") REPLY("m1") OF_REPLY("<body start='-1' end='1'/>"), "body=yes reply=m1 to=anna@example.com/tablet" },
    { BODY("yes") REPLY("m1") OF_REPLY("<body start='1' end='99999999999999999999'/>"),
      "body=yes reply=m1 to=anna@example.com/tablet" },
    { BODY("yes") REPLY("m1") OF_REPLY("<body start='1' end='4000000000'/>"),
      "body=y reply=m1 to=anna@example.com/tablet quote=es" },
    { BODY("abcdef") REPLY("m1") OF_REPLY("<body start='0' end='3'/><body start='2' end='4'/>"),
      "body=ef reply=m1 to=anna@example.com/tablet quote=abcd" },
    /* Who does not say what it stands for may not hide it. */
    { BODY("yes") OF_REPLY("<body start='0' end='2'/>"), "body=yes" },
    { BODY("secret") INSTEAD("urn:example:unknown", ""), "body=secret" },
    { BODY("yes") "<reply xmlns='urn:xmpp:reply:0'/>", "body=yes" },
    { BODY("👍 to that") "<reactions xmlns='urn:xmpp:reactions:0' id='m1'><reaction>👍</reaction><reaction>👍</reaction>"
      "<reaction> </reaction><reaction>🐢</reaction></reactions>" INSTEAD("urn:xmpp:reactions:0", ""),
      "reacts=m1 with=👍 with=🐢" },
    { "<reactions xmlns='urn:xmpp:reactions:0' id='m1'/>", "reacts=m1" },
    { "<reactions xmlns='urn:xmpp:reactions:0'><reaction>👍</reaction></reactions>", "" },
    { BODY("/me retracted") "<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>" INSTEAD("urn:xmpp:message-retract:1", ""),
      "retracts=m1" },
    { FASTEN("<retract xmlns='urn:xmpp:message-retract:0'/>") BODY("gone") INSTEAD("urn:xmpp:message-retract:0", ""),
      "retracts=x1" },
    { "<retract xmlns='urn:xmpp:message-retract:1' id='m1'><moderated xmlns='urn:xmpp:message-moderate:1' "
      "by='room@chat.example/witch'/><reason>rude</reason></retract>",
      "moderated=m1 by=room@chat.example/witch reason=rude" },
    { FASTEN("<moderated xmlns='urn:xmpp:message-moderate:0' by='room@chat.example/witch'>"
             "<retract xmlns='urn:xmpp:message-retract:0'/><reason>rude</reason></moderated>"),
      "moderated=x1 by=room@chat.example/witch reason=rude" },
    { FASTEN("<moderated xmlns='urn:xmpp:message-moderate:0'/>"), "" },
    { BODY("*x*") "<unstyled xmlns='urn:xmpp:styling:0'/>", "body=*x* styled=no" },
    { BODY("*x*") "<unstyled xmlns='urn:xmpp:styling:1'/>", "body=*x*" },
    { "<retract xmlns='urn:xmpp:message-retract:2' id='m1'/>" BODY("hm"), "body=hm" },
    { BODY("hi Bob") "<reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:bob@example.com' begin='3' end='6'/>"
      "<reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:room@chat.example/two%20words'/>"
      "<reference xmlns='urn:xmpp:reference:0' type='data' uri='xmpp:x@example.com'/>"
      "<reference xmlns='urn:xmpp:reference:0' type='mention' uri='https://example.com'/>",
      "body=hi Bob mentions=bob@example.com[3,6] mentions=room@chat.example/two words[0,0]" },
};

static void
test_incoming(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        StreamFixture fixture;
        g_autoptr(GString) seen = g_string_new(NULL);
        fixture_init_online(&fixture);
        fixture.on_event = on_event;
        fixture.data = seen;
        fixture_feed(&fixture, "<message from='j@c.example/b' type='chat'>%s</message>", cases[i].inside);
        g_assert_cmpstr(seen->str, ==, cases[i].expected);
        assert_nothing_sent(&fixture);
        fixture_clear(&fixture);
    }
}

/* I9: as much as fits into a stanza. */
static void
test_many(void)
{
    StreamFixture fixture;
    g_autoptr(GString) seen = g_string_new(NULL);
    g_autoptr(GString) reactions = g_string_new(NULL);
    for (int i = 0; i < 10000; i++)
        g_string_append_printf(reactions, "<reaction>%d</reaction>", i);
    fixture_init_online(&fixture);
    fixture.on_event = on_event;
    fixture.data = seen;
    fixture_feed(&fixture, "<message from='j@c.example/b' type='chat'><reactions xmlns='urn:xmpp:reactions:0' id='m1'>%s"
                           "</reactions></message>", reactions->str);
    g_assert_cmpuint(strlen(seen->str), <, 1000);
    fixture_clear(&fixture);
}

static void
test_outgoing(void)
{
    StreamFixture fixture;
    fixture_init_online(&fixture);
    g_autoptr(XmppMessage) message = message_stanza_new();
    message->to = jid_new("anna@example.com", NULL);
    message->type = XMPP_MESSAGE_CHAT;
    message->id = g_strdup("m2");
    message->body = g_strdup("> hi\nyes");
    message->reply_id = g_strdup("m1");
    message->reply_to = jid_new("anna@example.com/tablet", NULL);
    fallback_add(message, NS_REPLY, 5);
    g_assert_true(message_stanza_send(fixture.stream, message));
    const char *sent = fixture_sent(&fixture);
    g_test_message("%s", sent);
    assert_has(sent, "<body>&gt; hi\nyes</body>");
    assert_has(sent, "urn:xmpp:reply:0");
    assert_has(sent, "id=\"m1\"");
    assert_has(sent, "for=\"urn:xmpp:reply:0\"");
    assert_has(sent, "end=\"5\"");
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/annotations/reads-them", test_incoming);
    g_test_add_func("/xmpp/annotations/reads-some-of-many", test_many);
    g_test_add_func("/xmpp/annotations/writes-them", test_outgoing);
    return g_test_run();
}
