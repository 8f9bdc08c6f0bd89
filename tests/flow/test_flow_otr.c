/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two clients, each with a core of its own, talk OTR through a wire that is looked at. */
#include "flow.h"

#include <string.h>

#include "base/error.h"
#include "core/conversations.h"
#include "core/encryption.h"

typedef struct Wire {
    Flow *flows[2];
    Peer *ends[2];
    GString *seen;  /* every stanza with a body, one after the other */
    gint64 keep_from;
} Wire;

static char *made_keys[2]; /* the files of private keys */

static const char *const names[] = { "me@example.org", "bob@example.org" };

static void
wire_login(Wire *wire, int end, const char *subscription)
{
    g_autofree char *items =
        g_strdup_printf("<item jid='%s' subscription='%s'/>", names[1 - end], subscription);
    login_with_roster(wire->ends[end], items, NULL);
    assert_nothing_sent(wire->ends[end]);
    feed(wire->ends[end], "<presence from='%s/desk'/>", names[1 - end]);
    forget_events(wire->flows[end]);
}

/* Keys are made once for the whole program. */
static void
lend_keys(Flow *flow, int end)
{
    g_autofree char *directory = g_build_filename(flow->paths->data, "otr", "work", NULL);
    g_autofree char *to = g_build_filename(directory, "keys", NULL);
    const char *text = made_keys[end];
    if (text == NULL)
        return;
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents_full(to, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static Wire *
wire_new_with(const char *config, const char *subscription)
{
    Wire *wire = g_new0(Wire, 1);
    wire->seen = g_string_new(NULL);
    for (int i = 0; i < 2; i++) {
        g_autofree char *accounts = g_strdup_printf("[work]\njid = %s\npassword = secret\n", names[i]);
        wire->flows[i] = flow_new_with(accounts, config, NULL);
        wire->ends[i] = flow_peer(wire->flows[i], "work");
        lend_keys(wire->flows[i], i);
        wire_login(wire, i, subscription);
    }
    return wire;
}

static Wire *
wire_new(void)
{
    return wire_new_with("", "both");
}

static void
wire_free(Wire *wire)
{
    for (int i = 0; i < 2; i++)
        flow_free(wire->flows[i]);
    g_string_free(wire->seen, TRUE);
    g_free(wire);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wire, wire_free)

/* Carries what one end has sent to the other; true: there was something. */
static bool
carry(Wire *wire, int end)
{
    g_autoptr(GPtrArray) sent = wire->ends[end]->sent;
    wire->ends[end]->sent = g_ptr_array_new_with_free_func(g_free);
    bool any = false;
    for (guint i = 0; i < sent->len; i++) {
        const char *stanza = g_ptr_array_index(sent, i);
        if (!g_str_has_prefix(stanza, "<message "))
            continue;
        any = true;
        g_string_append(wire->seen, stanza);
        g_string_append_c(wire->seen, '\n');
        feed(wire->ends[1 - end], "<message from='%s/desk' %s", names[end], stanza + strlen("<message "));
        acknowledge(wire->ends[end]);
    }
    return any;
}

static void
pump(Wire *wire)
{
    bool any = true;
    while (any) {
        for (int i = 0; i < 2; i++)
            flow_settle(wire->flows[i]);
        any = carry(wire, 0);
        any = carry(wire, 1) || any;
    }
}

static Conversation *
conversation_of(Wire *wire, int end)
{
    return ensure_conversation(wire->ends[end], names[1 - end]);
}

static const ConversationEncryption *
state_of(Wire *wire, int end)
{
    return conversation_encryption(conversation_of(wire, end));
}

static void
on_key(const GError *error, gpointer done)
{
    g_assert_no_error(error);
    *(bool *) done = true;
}

static bool
is_true(gpointer value)
{
    return *(bool *) value;
}

static void
start(Wire *wire, int end)
{
    char *outcome = NULL;
    g_autoptr(GError) error = NULL;
    encryption_start(wire->flows[end]->client, conversation_of(wire, end), "otr", keep_outcome, &outcome, &error);
    g_assert_no_error(error);
    pump(wire);
    wait_outcome(&outcome);
    g_assert_cmpstr(outcome, ==, "ok");
    g_free(outcome);
}

static const Message *
last(Wire *wire, int end)
{
    const Conversation *conversation = conversation_of(wire, end);
    g_assert_cmpuint(conversation_message_count(conversation), >, 0);
    return conversation_message_at(conversation, conversation_message_count(conversation) - 1);
}

static void
assert_unseen(const Wire *wire, const char *text)
{
    if (strstr(wire->seen->str, text) != NULL)
        g_error("“%s” was on the wire:\n%s", text, wire->seen->str);
}

/* --- */

static void
test_talk(void)
{
    static const char *const texts[] = { "x", "grüße 🦊", "<b>not bold</b> & &amp; \"q\"", "two\nlines" };
    g_autoptr(Wire) wire = wire_new();
    start(wire, 0);
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(state_of(wire, i)->state, ==, ENCRYPTION_ON);
        g_assert_cmpstr(state_of(wire, i)->trust, ==, "untrusted");
        g_assert_cmpstr(conversation_intent(conversation_of(wire, i)), ==, "otr");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        const int from = (int) (i % 2);
        say(wire->ends[from], names[1 - from], texts[i]);
        pump(wire);
        g_assert_cmpstr(last(wire, 1 - from)->body, ==, texts[i]);
        g_assert_cmpstr(last(wire, 1 - from)->encryption, ==, "otr");
        g_assert_cmpstr(last(wire, 1 - from)->trust, ==, "untrusted");
        g_assert_cmpstr(last(wire, from)->trust, ==, "untrusted");
        g_assert_cmpint(last(wire, from)->state, >=, MESSAGE_SENT);
        if (strlen(texts[i]) > 5)
            assert_unseen(wire, texts[i]);
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
    encryption_set_intent(wire->flows[0]->client, conversation_of(wire, 0), "otr", &error);
    g_assert_no_error(error);
    say(wire->ends[0], names[1], "first secret");
    say(wire->ends[0], names[1], "second secret");
    g_assert_cmpint(last(wire, 0)->state, ==, MESSAGE_QUEUED);
    pump(wire);
    g_assert_cmpstr(last(wire, 1)->body, ==, "second secret");
    g_assert_cmpint(last(wire, 0)->state, ==, MESSAGE_RECEIVED);
    assert_unseen(wire, "secret");
}

/* The peer ends it: nothing leaves until the user decides. */
static void
test_ended(void)
{
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(GError) error = NULL;
    start(wire, 0);
    encryption_end(wire->flows[1]->client, conversation_of(wire, 1), &error);
    g_assert_no_error(error);
    pump(wire);
    g_assert_cmpint(state_of(wire, 0)->state, ==, ENCRYPTION_ENDED);
    g_assert_null(outgoing_send(wire->flows[0]->client, conversation_of(wire, 0), "still secret", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_ENCRYPTION);
    pump(wire);
    assert_unseen(wire, "secret");
    g_clear_error(&error);
    encryption_end(wire->flows[0]->client, conversation_of(wire, 0), &error);
    g_assert_no_error(error);
    say(wire->ends[0], names[1], "in the open");
    pump(wire);
    g_assert_cmpstr(last(wire, 1)->body, ==, "in the open");
    g_assert_cmpstr(last(wire, 1)->encryption, ==, "none");
}

static void
test_verify(void)
{
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(GError) error = NULL;
    start(wire, 0);
    encryption_verify(wire->flows[0]->client, conversation_of(wire, 0), NULL, "fox", &error);
    g_assert_no_error(error);
    pump(wire);
    encryption_answer(wire->flows[1]->client, conversation_of(wire, 1), "fox", &error);
    g_assert_no_error(error);
    pump(wire);
    g_assert_cmpstr(state_of(wire, 0)->trust, ==, "verified");
    g_assert_cmpstr(state_of(wire, 1)->trust, ==, "verified");
}

static void
make_keys(void)
{
    for (int i = 0; i < 2; i++) {
        bool done = false;
        g_autofree char *accounts = g_strdup_printf("[work]\njid = %s\npassword = secret\n", names[i]);
        g_autoptr(Flow) flow = flow_new(accounts);
        const Peer *peer = flow_peer(flow, "work");
        encryption_make_key(peer->session, "otr", on_key, &done);
        flow_wait(is_true, &done);
        g_autofree char *path = g_build_filename(flow->paths->data, "otr", "work", "keys", NULL);
        g_assert_true(g_file_get_contents(path, &made_keys[i], NULL, NULL));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/otr/key", make_keys);
    g_test_add_func("/flow/otr/talk", test_talk);
    g_test_add_func("/flow/otr/waits", test_waits);
    g_test_add_func("/flow/otr/ended", test_ended);
    g_test_add_func("/flow/otr/verify", test_verify);
    const int result = g_test_run();
    g_free(made_keys[0]);
    g_free(made_keys[1]);
    return result;
}
