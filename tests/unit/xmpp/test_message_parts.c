/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What small modules read and write of a message: receipts, markers, corrections, hints, copies. */
#include <string.h>

#include "stream_fixture.h"
#include "xmpp/message_stanza.h"

typedef struct Seen {
    guint count;
    XmppMessage last; /* strings are copies */
} Seen;

static void
on_event(const XmppEvent *event, gpointer data)
{
    Seen *seen = data;

    if (event->type != XMPP_EVENT_MESSAGE)
        return;
    const XmppMessage *message = event->message;
    seen->count++;
    seen->last = *message;
    seen->last.receipt_for = g_strdup(message->receipt_for);
    seen->last.marker_for = g_strdup(message->marker_for);
    seen->last.corrects = g_strdup(message->corrects);
    seen->last.body = g_strdup(message->body);
    seen->last.from = message->from ? jid_ref(message->from) : NULL;
    seen->last.to = jid_ref(message->to);
}

static void
seen_clear(Seen *seen)
{
    g_free(seen->last.receipt_for);
    g_free(seen->last.marker_for);
    g_free(seen->last.corrects);
    g_free(seen->last.body);
    g_clear_pointer(&seen->last.from, jid_unref);
    g_clear_pointer(&seen->last.to, jid_unref);
    *seen = (Seen){ 0 };
}

/* The message as the core gets it; seen->count tells whether there was one. */
static void
receive(const char *xml, Seen *seen)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    *seen = (Seen){ 0 };
    fixture.on_event = on_event;
    fixture.data = seen;
    fixture_feed(&fixture, "%s", xml);
    assert_nothing_sent(&fixture); /* I15 */
    fixture_clear(&fixture);
}

#define MESSAGE(id, content) "<message from='j@c.example/b' to='romeo@montague.example' type='chat'" id ">" content "</message>"

static void
test_receipts(void)
{
    Seen seen;

    receive(MESSAGE(" id='1'", "<body>x</body><request xmlns='urn:xmpp:receipts'/>"), &seen);
    g_assert_true(seen.last.wants_receipt);
    seen_clear(&seen);
    receive(MESSAGE("", "<body>x</body><request xmlns='urn:xmpp:receipts'/>"), &seen);
    g_assert_false(seen.last.wants_receipt); /* nothing to answer with */
    seen_clear(&seen);
    receive(MESSAGE(" id='1'", "<received xmlns='urn:xmpp:receipts' id='7'/><request xmlns='urn:xmpp:receipts'/>"), &seen);
    g_assert_cmpstr(seen.last.receipt_for, ==, "7");
    g_assert_false(seen.last.wants_receipt);
    seen_clear(&seen);
    receive(MESSAGE(" id='1'", "<received xmlns='urn:other' id='7'/>"), &seen);
    g_assert_null(seen.last.receipt_for);
    seen_clear(&seen);
}

static void
test_markers(void)
{
    static const struct {
        const char *xml;
        MarkerKind marker;
        const char *id;
        bool markable;
    } cases[] = {
        { MESSAGE(" id='1'", "<body>x</body><markable xmlns='urn:xmpp:chat-markers:0'/>"), MARKER_NONE, NULL, true },
        { MESSAGE("", "<body>x</body><markable xmlns='urn:xmpp:chat-markers:0'/>"), MARKER_NONE, NULL, false },
        { MESSAGE("", "<displayed xmlns='urn:xmpp:chat-markers:0' id='9'/>"), MARKER_DISPLAYED, "9", false },
        { MESSAGE("", "<received xmlns='urn:xmpp:chat-markers:0' id='9'/>"), MARKER_RECEIVED, "9", false },
        { MESSAGE("", "<acknowledged xmlns='urn:xmpp:chat-markers:0' id='9'/>"), MARKER_DISPLAYED, "9", false },
        { MESSAGE("", "<displayed xmlns='urn:xmpp:chat-markers:0'/>"), MARKER_NONE, NULL, false },
        { MESSAGE("", "<eaten xmlns='urn:xmpp:chat-markers:0' id='9'/>"), MARKER_NONE, NULL, false },
        { MESSAGE("", "<displayed xmlns='urn:xmpp:chat-markers:1' id='9'/>"), MARKER_NONE, NULL, false },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Seen seen;
        receive(cases[i].xml, &seen);
        g_assert_cmpint(seen.last.marker, ==, cases[i].marker);
        g_assert_cmpstr(seen.last.marker_for, ==, cases[i].id);
        g_assert_true(seen.last.markable == cases[i].markable);
        seen_clear(&seen);
    }
}

static void
test_correction_and_hints(void)
{
    Seen seen;

    receive(MESSAGE(" id='2'", "<body>x</body><replace xmlns='urn:xmpp:message-correct:0' id='1'/>"
                               "<no-store xmlns='urn:xmpp:hints'/><no-copy xmlns='urn:xmpp:hints'/>"), &seen);
    g_assert_cmpstr(seen.last.corrects, ==, "1");
    g_assert_cmpuint(seen.last.hints, ==, HINT_NO_STORE | HINT_NO_COPY);
    seen_clear(&seen);
    receive(MESSAGE(" id='2'", "<body>x</body><replace xmlns='urn:xmpp:message-correct:0'/>"), &seen);
    g_assert_null(seen.last.corrects);
    g_assert_cmpuint(seen.last.hints, ==, 0);
    seen_clear(&seen);
}

static void
test_writing(void)
{
    StreamFixture fixture;
    g_autoptr(XmppMessage) message = message_stanza_new();

    fixture_init_online(&fixture);
    message->to = jid_new("j@c.example", NULL);
    message->type = XMPP_MESSAGE_CHAT;
    message->id = g_strdup("5");
    message->body = g_strdup("x");
    message->wants_receipt = message->markable = message->is_private = true;
    message->corrects = g_strdup("4");
    message->hints = HINT_STORE | HINT_NO_COPY;
    g_assert_true(message_stanza_send(fixture.stream, message));
    const char *xml = fixture_sent(&fixture);
    assert_has(xml, "<request xmlns=\"urn:xmpp:receipts\"/>");
    assert_has(xml, "<markable xmlns=\"urn:xmpp:chat-markers:0\"/>");
    assert_has(xml, "<private xmlns=\"urn:xmpp:carbons:2\"/>");
    assert_has(xml, "<store xmlns=\"urn:xmpp:hints\"/>");
    assert_has(xml, "<no-copy xmlns=\"urn:xmpp:hints\"/>");
    g_assert_true(strstr(xml, "id=\"4\"") != NULL && strstr(xml, "urn:xmpp:message-correct:0") != NULL);
    fixture_clear(&fixture);
}

#define FORWARDED(attributes, content) \
    "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' " attributes " id='i'>" content "</message></forwarded>"
#define RECEIVED(from, attributes, content) \
    "<message " from " to='romeo@montague.example/orchard'><received xmlns='urn:xmpp:carbons:2'>" FORWARDED(attributes, content) "</received></message>"
#define SENT(from, attributes, content) \
    "<message " from " to='romeo@montague.example/orchard'><sent xmlns='urn:xmpp:carbons:2'>" FORWARDED(attributes, content) "</sent></message>"
#define OWN "from='romeo@montague.example'"
#define IN "from='j@c.example/b' to='romeo@montague.example/home' type='chat'"
#define OUT "from='romeo@montague.example/home' to='j@c.example/b' type='chat'"
#define BODY "<body>copy</body>"

static void
test_carbons(void)
{
    Seen seen;

    receive(RECEIVED(OWN, IN, BODY), &seen);
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_cmpint(seen.last.carbon, ==, CARBON_RECEIVED);
    g_assert_cmpstr(jid_text(seen.last.from), ==, "j@c.example/b");
    g_assert_cmpstr(seen.last.body, ==, "copy");
    seen_clear(&seen);
    receive(SENT(OWN, OUT, BODY), &seen);
    g_assert_cmpint(seen.last.carbon, ==, CARBON_SENT);
    g_assert_cmpstr(jid_text(seen.last.to), ==, "j@c.example/b");
    seen_clear(&seen);
    /* Prepared JIDs are compared. */
    receive(RECEIVED("from='ROMEO@Montague.Example'", IN, BODY), &seen);
    g_assert_cmpuint(seen.count, ==, 1);
    seen_clear(&seen);
}

/* I10 */
static void
test_forged_carbons(void)
{
    static const char *const forged[] = {
        RECEIVED("from='eve@c.example/x'", IN, BODY),
        SENT("from='eve@c.example'", OUT, BODY),
        RECEIVED("from='montague.example'", IN, BODY),
        RECEIVED("from='romeo@montague.example/home'", IN, BODY),
        RECEIVED("from='romeo@montague.example.evil.example'", IN, BODY),
        RECEIVED("from='xromeo@montague.example'", IN, BODY),
        /* neither side is the account */
        RECEIVED(OWN, "from='j@c.example/b' to='somebody@else.example' type='chat'", BODY),
        SENT(OWN, "from='j@c.example/b' to='romeo@montague.example' type='chat'", BODY),
        /* a copy in a copy, an archive's result in a copy */
        RECEIVED(OWN, IN, "<received xmlns='urn:xmpp:carbons:2'>" FORWARDED(IN, BODY) "</received>"),
        RECEIVED(OWN, IN, "<result xmlns='urn:xmpp:mam:2' id='1'>" FORWARDED(IN, BODY) "</result>"),
        RECEIVED(OWN, "from='j@c.example/b' to='romeo@montague.example/home' type='error'", BODY),
        RECEIVED(OWN, "from='room@c.example/b' to='romeo@montague.example/home' type='groupchat'", BODY),
        RECEIVED(OWN, "from='@@' to='romeo@montague.example/home' type='chat'", BODY),
        RECEIVED(OWN, "to='romeo@montague.example/home' type='chat'", BODY),
        "<message from='romeo@montague.example'><received xmlns='urn:xmpp:carbons:2'/><body>copy</body></message>",
        "<message from='eve@c.example'><received xmlns='urn:xmpp:carbons:2'/><body>copy</body></message>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(forged); i++) {
        Seen seen;
        receive(forged[i], &seen);
        g_test_message("%u", i);
        g_assert_cmpstr(seen.last.body, ==, NULL);
        seen_clear(&seen);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/message-parts/receipts", test_receipts);
    g_test_add_func("/xmpp/message-parts/markers", test_markers);
    g_test_add_func("/xmpp/message-parts/correction-and-hints", test_correction_and_hints);
    g_test_add_func("/xmpp/message-parts/writing", test_writing);
    g_test_add_func("/xmpp/message-parts/carbons", test_carbons);
    g_test_add_func("/xmpp/message-parts/forged-carbons", test_forged_carbons);
    return g_test_run();
}
