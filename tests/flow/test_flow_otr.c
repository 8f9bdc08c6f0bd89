/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two clients, each with a core of its own, talk OTR through a wire that is looked at. */
#include "otr_wire.h"

#include <string.h>

#include "base/error.h"

static void
test_talk(void)
{
    static const char *const texts[] = { "x", "grüße 🦊", "<b>not bold</b> & &amp; \"q\"", "two\nlines" };
    g_autoptr(Wire) wire = wire_new();
    wire_start(wire, 0);
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(wire_state(wire, i)->state, ==, ENCRYPTION_ON);
        g_assert_cmpstr(wire_state(wire, i)->trust, ==, "untrusted");
        g_assert_cmpstr(conversation_intent(wire_conversation(wire, i)), ==, "otr");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        const int from = (int) (i % 2);
        say(wire->ends[from], wire_names[1 - from], texts[i]);
        wire_pump(wire);
        g_assert_cmpstr(wire_last(wire, 1 - from)->body, ==, texts[i]);
        g_assert_cmpstr(wire_last(wire, 1 - from)->encryption, ==, "otr");
        g_assert_cmpstr(wire_last(wire, 1 - from)->trust, ==, "untrusted");
        g_assert_cmpstr(wire_last(wire, from)->trust, ==, "untrusted");
        g_assert_cmpint(wire_last(wire, from)->state, >=, MESSAGE_SENT);
        if (strlen(texts[i]) > 5)
            wire_assert_unseen(wire, texts[i]);
    }
    /* XEP-0364: hints, and what it is (XEP-0380). */
    g_assert_nonnull(strstr(wire->seen->str, "<no-copy xmlns=\"urn:xmpp:hints\"/>"));
    g_assert_nonnull(strstr(wire->seen->str, "<no-permanent-store xmlns=\"urn:xmpp:hints\"/>"));
    g_assert_nonnull(strstr(wire->seen->str, "<private xmlns=\"urn:xmpp:carbons:2\"/>"));
    g_assert_nonnull(strstr(wire->seen->str, "namespace=\"urn:xmpp:otr:0\""));
}

/* I21: what is said before there is a session waits for it. */
static void
test_waits(void)
{
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(GError) error = NULL;
    encryption_set_intent(wire->flows[0]->client, wire_conversation(wire, 0), "otr", &error);
    g_assert_no_error(error);
    say(wire->ends[0], wire_names[1], "first secret");
    say(wire->ends[0], wire_names[1], "second secret");
    g_assert_cmpint(wire_last(wire, 0)->state, ==, MESSAGE_QUEUED);
    wire_pump(wire);
    g_assert_cmpstr(wire_last(wire, 1)->body, ==, "second secret");
    g_assert_cmpint(wire_last(wire, 0)->state, ==, MESSAGE_RECEIVED);
    wire_assert_unseen(wire, "secret");
}

/* The peer ends it: nothing leaves until the user decides. */
static void
test_ended(void)
{
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(GError) error = NULL;
    wire_start(wire, 0);
    encryption_end(wire->flows[1]->client, wire_conversation(wire, 1), &error);
    g_assert_no_error(error);
    wire_pump(wire);
    g_assert_cmpint(wire_state(wire, 0)->state, ==, ENCRYPTION_ENDED);
    g_assert_null(outgoing_send(wire->flows[0]->client, wire_conversation(wire, 0), "still secret", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_ENCRYPTION);
    wire_pump(wire);
    wire_assert_unseen(wire, "secret");
    g_clear_error(&error);
    encryption_end(wire->flows[0]->client, wire_conversation(wire, 0), &error);
    g_assert_no_error(error);
    say(wire->ends[0], wire_names[1], "in the open");
    wire_pump(wire);
    g_assert_cmpstr(wire_last(wire, 1)->body, ==, "in the open");
    g_assert_cmpstr(wire_last(wire, 1)->encryption, ==, "none");
}

static void
test_verify(void)
{
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(GError) error = NULL;
    wire_start(wire, 0);
    encryption_verify(wire->flows[0]->client, wire_conversation(wire, 0), NULL, "fox", &error);
    g_assert_no_error(error);
    wire_pump(wire);
    encryption_answer(wire->flows[1]->client, wire_conversation(wire, 1), "fox", &error);
    g_assert_no_error(error);
    wire_pump(wire);
    g_assert_cmpstr(wire_state(wire, 0)->trust, ==, "verified");
    g_assert_cmpstr(wire_state(wire, 1)->trust, ==, "verified");
}

static guint
count_rows(Wire *wire, int end, const char *text)
{
    const HistoryPlace place = conversations_place(wire_conversation(wire, end));
    g_autoptr(GPtrArray) page =
        history_page_before(client_db(wire->flows[end]->client), &place, G_MAXINT64, 100, NULL);
    guint count = 0;
    for (guint i = 0; i < page->len; i++)
        count += g_str_equal(((Message *) g_ptr_array_index(page, i))->body, text) ? 1 : 0;
    return count;
}

/* What the history keeps: nothing, a place, or the text. */
static void
test_log(void)
{
    static const struct {
        const char *config;
        guint texts, places;
    } cases[] = { { "otr.log = off\n", 0, 0 }, { "otr.log = redact\n", 0, 2 }, { "otr.log = on\n", 2, 0 } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Wire) wire = wire_new_with(cases[i].config, "both");
        wire_start(wire, 0);
        /* I19: the same text twice is two messages; and the same place in the store is not. */
        say(wire->ends[0], wire_names[1], "remember me");
        say(wire->ends[0], wire_names[1], "remember me");
        wire_pump(wire);
        for (int end = 0; end < 2; end++) {
            g_assert_cmpuint(conversation_message_count(wire_conversation(wire, end)), ==, 2);
            g_assert_cmpuint(count_rows(wire, end, "remember me"), ==, cases[i].texts);
            g_assert_cmpuint(count_rows(wire, end, ""), ==, cases[i].places);
        }
        g_autofree char *path = g_build_filename(wire->flows[0]->paths->data, "confab.db-wal", NULL);
        g_autofree char *wal = NULL;
        gsize length = 0;
        if (g_file_get_contents(path, &wal, &length, NULL)) /* I23: not even for a moment */
            g_assert_cmpint(memmem(wal, length, "remember me", 11) != NULL, ==, cases[i].texts > 0);
    }
}

/* I21: a restart is no way into the clear. */
static void
test_restart(void)
{
    g_autoptr(Wire) wire = wire_new();
    wire_start(wire, 0);
    wire_restart(wire, 0, "both");
    g_assert_cmpstr(conversation_intent(wire_conversation(wire, 0)), ==, "otr");
    say(wire->ends[0], wire_names[1], "secret after the restart");
    wire_pump(wire);
    wire_assert_unseen(wire, "secret");
    g_assert_cmpstr(wire_last(wire, 1)->body, ==, "secret after the restart");
    g_assert_cmpstr(wire_last(wire, 1)->encryption, ==, "otr");
}

/* The other side forgets: what it cannot read it says so, and a new session is begun by the user. */
static void
test_forgotten(void)
{
    g_autoptr(Wire) wire = wire_new();
    wire_start(wire, 0);
    wire_restart(wire, 1, "both");
    forget_events(wire->flows[0]);
    say(wire->ends[0], wire_names[1], "nobody reads fjord");
    wire_pump(wire);
    g_assert_cmpstr(wire_last(wire, 1)->trust, ==, "unreadable");
    g_assert_nonnull(strstr(wire_last(wire, 1)->body, "/otr refresh"));
    assert_event(wire->flows[0], "notice warning *: the program of bob@example.org says about OTR: *");
    g_assert_cmpint(wire_last(wire, 0)->state, ==, MESSAGE_FAILED);
    g_assert_nonnull(strstr(wire_last(wire, 0)->reason, "could not read it"));
    wire_start(wire, 1);
    say(wire->ends[0], wire_names[1], "read fjord");
    wire_pump(wire);
    g_assert_cmpstr(wire_last(wire, 1)->body, ==, "read fjord");
    wire_assert_unseen(wire, "fjord");
}

/* Each end says the next number. */
static void
count_on(Wire *wire, guint *said)
{
    g_autofree char *text = g_strdup_printf("fjord %u", ++*said);
    for (int end = 0; end < 2; end++)
        say(wire->ends[end], wire_names[1 - end], text);
}

static void
assert_counted(Wire *wire, int end, guint said)
{
    const Conversation *conversation = wire_conversation(wire, end);
    guint heard = 0;
    for (guint i = 0; i < conversation_message_count(conversation); i++) {
        const Message *message = conversation_message_at(conversation, i);
        g_autofree char *expected = g_strdup_printf("fjord %u", heard + 1);
        if (message->direction == MESSAGE_OUT)
            continue;
        g_assert_cmpstr(message->trust, ==, "untrusted");
        g_assert_cmpstr(message->body, ==, expected);
        heard++;
    }
    g_assert_cmpuint(heard, ==, said);
}

/* Either side begins anew while both talk: nothing of that is lost, however the handshake stands when it is said, and
 * the user is not told that the session is off. I21. */
static void
test_refresh(void)
{
    for (int round = 0; round < 4; round++) {
        guint said = 0;
        g_autoptr(Wire) wire = wire_new();
        wire_start(wire, round / 2);
        encryption_start(wire->flows[round % 2]->client, wire_conversation(wire, round % 2), "otr", NULL, NULL, NULL);
        for (int step = 0; step < 8; step++) {
            flow_settle(wire->flows[0]);
            flow_settle(wire->flows[1]);
            count_on(wire, &said);
            wire_carry(wire, 1 - step % 2);
            g_assert_cmpint(wire_state(wire, 1 - round % 2)->state, ==, ENCRYPTION_ON);
        }
        wire_pump(wire);
        for (int end = 0; end < 2; end++) {
            assert_counted(wire, end, said);
            g_assert_cmpint(wire_state(wire, end)->state, ==, ENCRYPTION_ON);
        }
        wire_assert_unseen(wire, "fjord");
    }
}

/* A device that leaves takes its session with it; the next message begins another one. */
static void
test_gone(void)
{
    g_autoptr(Wire) wire = wire_new();
    wire_start(wire, 0);
    feed(wire->ends[0], "<presence type='unavailable' from='%s/desk'/>", wire_names[1]);
    g_assert_cmpint(wire_state(wire, 0)->state, ==, ENCRYPTION_OFF);
    g_assert_cmpstr(conversation_intent(wire_conversation(wire, 0)), ==, "otr");
    feed(wire->ends[0], "<presence from='%s/desk'/>", wire_names[1]);
    say(wire->ends[0], wire_names[1], "secret for whoever is there");
    wire_pump(wire);
    g_assert_cmpstr(wire_last(wire, 1)->body, ==, "secret for whoever is there");
    wire_assert_unseen(wire, "secret");
}

/* Nobody answers: the text fails with the reason, and said again it is the same message. */
static void
test_silence(void)
{
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(GError) error = NULL;
    encryption_set_intent(wire->flows[0]->client, wire_conversation(wire, 0), "otr", &error);
    g_assert_no_error(error);
    say(wire->ends[0], wire_names[1], "secret into the silence");
    g_autofree char *query = assert_sent_id(wire->ends[0], "<message *<body>?OTRv23?*");
    forget_events(wire->flows[0]);
    while (wire_last(wire, 0)->state != MESSAGE_FAILED)
        g_main_context_iteration(NULL, TRUE);
    g_assert_nonnull(strstr(wire_last(wire, 0)->reason, "did not answer"));
    assert_nothing_sent(wire->ends[0]);
    const Message *again = say(wire->ends[0], wire_names[1], "secret into the silence");
    g_assert_cmpuint(conversation_message_count(wire_conversation(wire, 0)), ==, 1);
    g_assert_cmpint(again->state, ==, MESSAGE_QUEUED);
    wire_pump(wire);
    g_assert_cmpstr(wire_last(wire, 1)->body, ==, "secret into the silence");
    g_assert_cmpuint(conversation_message_count(wire_conversation(wire, 1)), ==, 1);
    wire_assert_unseen(wire, "secret");
}

/* A correction of what was said in secret is secret; from outside it does not count. */
static void
test_correction(void)
{
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(GError) error = NULL;
    wire_start(wire, 0);
    Message *original = say(wire->ends[0], wire_names[1], "secret draft");
    wire_pump(wire);
    g_assert_true(outgoing_correct(wire->flows[0]->client, wire_conversation(wire, 0), original, "secret text", &error));
    wire_pump(wire);
    g_assert_cmpuint(conversation_message_count(wire_conversation(wire, 1)), ==, 1);
    g_assert_cmpstr(wire_last(wire, 1)->body, ==, "secret text");
    g_assert_cmpuint(wire_last(wire, 1)->edits, ==, 1);
    /* I14, I21 */
    feed(wire->ends[1],
         "<message from='%s/desk' type='chat' id='forged'><body>in the open</body>"
         "<replace xmlns='urn:xmpp:message-correct:0' id='%s'/></message>",
         wire_names[0], original->id);
    g_assert_cmpuint(conversation_message_count(wire_conversation(wire, 1)), ==, 2);
    g_assert_cmpstr(wire_last(wire, 1)->encryption, ==, "none");
    /* Nor is it sent in the clear when the session is over. */
    encryption_end(wire->flows[0]->client, wire_conversation(wire, 0), &error);
    g_assert_no_error(error);
    g_assert_false(
        outgoing_correct(wire->flows[0]->client, wire_conversation(wire, 0), original, "secret no more", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_ENCRYPTION);
    wire_pump(wire);
    wire_assert_unseen(wire, "secret");
}

/* Both programs find out by themselves. */
static void
test_opportunistic(void)
{
    g_autoptr(Wire) wire = wire_new_with("otr.policy = opportunistic\n", "both");
    say(wire->ends[0], wire_names[1], "hello in the open");
    wire_pump(wire);
    g_assert_cmpstr(conversation_message_at(wire_conversation(wire, 1), 0)->body, ==, "hello in the open");
    for (int i = 0; i < 2; i++)
        g_assert_cmpint(wire_state(wire, i)->state, ==, ENCRYPTION_ON);
    say(wire->ends[1], wire_names[0], "secret");
    wire_pump(wire);
    g_assert_cmpstr(wire_last(wire, 0)->body, ==, "secret");
    wire_assert_unseen(wire, "secret");
}

/* What is insisted on: for everybody, for an account, for a contact; the nearest counts. */
static void
test_defaults(void)
{
    static const struct {
        const char *config, *intent;
    } cases[] = {
        { "", "none" },
        { "encryption = otr\n", "otr" },
        { "[account work]\nencryption = otr\n", "otr" },
        { "[account home]\nencryption = otr\n", "none" },
        { "[conversation bob@example.org]\nencryption = otr\n", "otr" },
        { "encryption = otr\n[conversation bob@example.org]\nencryption = none\n", "none" },
        { "[account work]\notr.policy = always\n", "otr" },
        { "otr.policy = always\n[conversation bob@example.org]\notr.policy = manual\n", "none" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Wire) wire = wire_new_with(cases[i].config, "both");
        g_autoptr(GError) error = NULL;
        g_assert_cmpstr(conversation_intent(wire_conversation(wire, 0)), ==, cases[i].intent);
        /* Notes to oneself have nobody to agree with. */
        g_autoptr(Jid) own = make_jid(wire_names[0]);
        Conversation *notes =
            conversations_open(wire->flows[0]->client, wire->ends[0]->account, own, CONVERSATION_CHAT);
        g_assert_cmpstr(conversation_intent(notes), ==, "none");
        g_assert_false(encryption_start(wire->flows[0]->client, notes, "otr", NULL, NULL, &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_ENCRYPTION);
    }
}

/* XEP-0071 beside an encrypted body: nothing of it is shown, since nobody has encrypted it. */
static void
test_html(void)
{
    g_autoptr(Wire) wire = wire_new();
    wire_start(wire, 0);
    feed(wire->ends[0],
         "<message from='%s/desk' type='chat' id='h1'><body>plain</body><html xmlns='http://jabber.org/protocol/xhtml-im'>"
         "<body xmlns='http://www.w3.org/1999/xhtml'><p>forged</p></body></html></message>",
         wire_names[1]);
    g_assert_cmpstr(wire_last(wire, 0)->body, ==, "plain");
    g_assert_cmpstr(wire_last(wire, 0)->encryption, ==, "none");
}

/* The peer is known to be offline: the text is refused at once, and stays where it was typed. */
static void
test_offline(void)
{
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(GError) error = NULL;
    encryption_set_intent(wire->flows[0]->client, wire_conversation(wire, 0), "otr", &error);
    g_assert_no_error(error);
    feed(wire->ends[0], "<presence type='unavailable' from='%s/desk'/>", wire_names[1]);
    const gint64 begun = g_get_monotonic_time();
    while (g_get_monotonic_time() - begun < 20000) /* a thousandth of the core's pauses, and more */
        g_main_context_iteration(NULL, FALSE);
    g_assert_null(outgoing_send(wire->flows[0]->client, wire_conversation(wire, 0), "secret", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_ENCRYPTION);
    assert_nothing_sent(wire->ends[0]);
}

/* I22, I15: a stranger who wants to encrypt learns nothing, and the user learns it once. */
static void
test_stranger(void)
{
    static const char *const bodies[] = {
        "?OTRv23?", "?OTR?v2?", "?OTRv23? please", "?OTR:AAMCAAABAAAAAAAAAAAAxA==.", "?OTR Error: you sent something",
        "?OTR:AAMDAAABAAAAAAAAAA==.", "?OTR|00000100|00000000,00001,00002,?OTR:AAMD,",
    };
    g_autoptr(Wire) wire = wire_new();
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++)
        feed(wire->ends[0], "<message from='eve@evil.tld/a' type='chat' id='q%zu'><body>%s</body></message>", i,
             bodies[i]);
    assert_nothing_sent(wire->ends[0]);
    assert_event(wire->flows[0], "notice info *: eve@evil.tld wants to encrypt with OTR*");
    assert_no_event(wire->flows[0], "notice info *wants to encrypt*");
}

/* I22: only at the start of a body, never in a quotation or a copy; never version 1; not when it is old. */
static void
test_not_a_query(void)
{
    static const char *const stanzas[] = {
        "<message from='bob@example.org/desk' type='chat'><body>&gt; ?OTRv23?\nlook</body></message>",
        "<message from='bob@example.org/desk' type='chat'><body>say ?OTRv23? to me</body></message>",
        "<message from='bob@example.org/desk' type='chat'><body>?OTR?</body></message>",
        "<message from='bob@example.org/desk' type='chat'><body>?OTRv1?</body></message>",
        "<message from='bob@example.org/desk' type='chat'><body>?OTRv23?</body><delay xmlns='urn:xmpp:delay' "
        "from='example.org' stamp='2020-01-01T00:00:00Z'/></message>",
        "<message from='me@example.org'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>"
        "<message xmlns='jabber:client' from='bob@example.org/desk' to='me@example.org/phone' type='chat'>"
        "<body>?OTRv23?</body></message></forwarded></received></message>",
        "<message from='bob@example.org/desk' type='groupchat'><body>?OTRv23?</body></message>",
        "<message from='bob@example.org/desk' type='error' id='x'><body>?OTRv23?</body></message>",
        "<message from='me@example.org/phone' type='chat'><body>?OTRv23?</body></message>",
    };
    g_autoptr(Wire) wire = wire_new();
    for (gsize i = 0; i < G_N_ELEMENTS(stanzas); i++) {
        feed(wire->ends[0], "%s", stanzas[i]);
        flow_settle(wire->flows[0]);
    }
    assert_nothing_sent(wire->ends[0]);
    g_assert_cmpint(wire_state(wire, 0)->state, ==, ENCRYPTION_OFF);
}

/* Small pieces, both ways, of a long text. */
static void
test_pieces(void)
{
    g_autoptr(Wire) wire = wire_new_with("otr.fragment = 300\n", "both");
    g_autofree char *text = g_strnfill(64 * 1024, 'x');
    wire_start(wire, 0);
    g_string_truncate(wire->seen, 0);
    for (int end = 0; end < 2; end++) {
        say(wire->ends[end], wire_names[1 - end], text);
        wire_pump(wire);
        g_assert_cmpstr(wire_last(wire, 1 - end)->body, ==, text);
        g_assert_cmpint(wire_last(wire, end)->state, >=, MESSAGE_SENT);
    }
    g_assert_nonnull(strstr(wire->seen->str, "<body>?OTR|"));
    g_assert_null(strstr(wire->seen->str, "<body>?OTR:"));
}

/* A new key of somebody whose key was known: an alarm that names both. */
static void
test_changed_key(void)
{
    g_autoptr(Wire) wire = wire_new();
    wire_start(wire, 0);
    g_autofree char *path = g_build_filename(wire->flows[1]->paths->data, "otr", "work", "keys", NULL);
    g_autofree char *mine = g_strdup(wire_keys[0]);
    /* The other side takes another key: that of this side, under its name. */
    g_auto(GStrv) parts = g_strsplit(mine, wire_names[0], -1);
    g_autofree char *stolen = g_strjoinv(wire_names[1], parts);
    g_assert_true(g_file_set_contents(path, stolen, -1, NULL));
    wire_restart(wire, 1, "both");
    forget_events(wire->flows[0]);
    wire_start(wire, 1);
    assert_event(wire->flows[0], "key bob@example.org * untrusted alarm");
    assert_event(wire->flows[0], "notice alarm *: bob@example.org uses another key for OTR than before: now *, known *");
}

/* I21: the files cannot be used, so nothing leaves. */
static void
test_bad_files(void)
{
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(GError) error = NULL;
    flow_restart(wire->flows[0]);
    g_autofree char *path = g_build_filename(wire->flows[0]->paths->data, "otr", "work", "keys", NULL);
    g_assert_true(g_file_set_contents(path, "(privkeys garbage", -1, NULL));
    wire->ends[0] = flow_peer(wire->flows[0], "work");
    wire_login(wire, 0, "both");
    Conversation *conversation = wire_conversation(wire, 0);
    conversation_set_intent(conversation, "otr");
    g_assert_null(outgoing_send(wire->flows[0]->client, conversation, "secret", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, path));
    wire_pump(wire);
    wire_assert_unseen(wire, "secret");
    g_autofree char *after = NULL;
    g_assert_true(g_file_get_contents(path, &after, NULL, NULL));
    g_assert_cmpstr(after, ==, "(privkeys garbage"); /* I24 */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wire_make_keys();
    g_test_add_func("/flow/otr/talk", test_talk);
    g_test_add_func("/flow/otr/waits", test_waits);
    g_test_add_func("/flow/otr/ended", test_ended);
    g_test_add_func("/flow/otr/verify", test_verify);
    g_test_add_func("/flow/otr/log", test_log);
    g_test_add_func("/flow/otr/restart", test_restart);
    g_test_add_func("/flow/otr/forgotten", test_forgotten);
    g_test_add_func("/flow/otr/refresh", test_refresh);
    g_test_add_func("/flow/otr/gone", test_gone);
    g_test_add_func("/flow/otr/silence", test_silence);
    g_test_add_func("/flow/otr/correction", test_correction);
    g_test_add_func("/flow/otr/opportunistic", test_opportunistic);
    g_test_add_func("/flow/otr/defaults", test_defaults);
    g_test_add_func("/flow/otr/html", test_html);
    g_test_add_func("/flow/otr/offline", test_offline);
    g_test_add_func("/flow/otr/stranger", test_stranger);
    g_test_add_func("/flow/otr/not-a-query", test_not_a_query);
    g_test_add_func("/flow/otr/pieces", test_pieces);
    g_test_add_func("/flow/otr/changed-key", test_changed_key);
    g_test_add_func("/flow/otr/bad-files", test_bad_files);
    const int result = g_test_run();
    wire_forget_keys();
    return result;
}
