/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I21, as a property: a conversation insists on OTR, everything that can go wrong goes wrong in any order, and no byte
 * of what was said is ever on the wire. When calm returns, what is said arrives, once, and what could not be said has
 * failed with a reason. CONFAB_OTR_ROUNDS=1000 for a long search; a failing round names its seed. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "otr_wire.h"

/* In every text of end 0; too long to be in what is encrypted by chance, also as base64. */
#define MARK "fjordwater"

enum { ROUNDS = 30, STEPS = 40 };

typedef enum { BY_SETTING, BY_POLICY, BY_SESSION, REASONS } Insisting;

typedef struct Round {
    Wire *wire;
    GRand *random;
    Insisting why;
    guint said;
    GPtrArray *old; /* char*: stanzas of end 1, to be said again */
} Round;

static const char *const configs[] = {
    [BY_SETTING] = "encryption = otr\notr.fragment = 300\n",
    [BY_POLICY] = "otr.policy = always\n",
    [BY_SESSION] = "",
};

/* In any of the three ways three bytes fall into base64, too. */
static bool
holds_mark(const char *stanza)
{
    static const char *const forms[] = { MARK, "ZmpvcmR3YXRlc", "Zqb3Jkd2F0ZX", "mam9yZHdhdGVy" };
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (strstr(stanza, forms[i]) != NULL)
            return true;
    }
    return false;
}

/* What end 0 has sent since it was looked at last. */
static void
look(const Round *round)
{
    const GPtrArray *sent = round->wire->ends[0]->sent;
    for (guint i = 0; i < sent->len; i++) {
        if (strstr(g_ptr_array_index(sent, i), MARK) != NULL)
            g_error("in the clear: %s", (const char *) g_ptr_array_index(sent, i));
    }
}

/* --- what can happen --- */

static void
say_something(Round *round)
{
    g_autofree char *text = g_strdup_printf(MARK " %u", ++round->said);
    g_autoptr(GError) error = NULL;
    if (outgoing_send(round->wire->flows[0]->client, wire_conversation(round->wire, 0), text, &error) == NULL)
        g_assert_error(error, CONFAB_ERROR, ERROR_ENCRYPTION);
}

static void
correct_something(Round *round)
{
    Conversation *conversation = wire_conversation(round->wire, 0);
    g_autofree char *text = g_strdup_printf(MARK " corrected %u", round->said);
    for (guint i = conversation_message_count(conversation); i > 0; i--) {
        Message *message = conversation_message_at(conversation, i - 1);
        if (message->direction != MESSAGE_OUT)
            continue;
        outgoing_correct(round->wire->flows[0]->client, conversation, message, text, NULL);
        return;
    }
}

static void
type(Round *round)
{
    outgoing_chat_state(round->wire->flows[0]->client, wire_conversation(round->wire, 0), CHAT_STATE_COMPOSING);
}

static void
send_again(Round *round)
{
    outgoing_resend(round->wire->flows[0]->client, wire_conversation(round->wire, 0), NULL, NULL);
}

static void
carry_all(Round *round)
{
    flow_settle(round->wire->flows[0]);
    look(round);
    wire_pump(round->wire);
}

static void
carry_from_me(Round *round)
{
    flow_settle(round->wire->flows[0]);
    look(round);
    wire_carry(round->wire, 0);
}

static void
carry_from_peer(Round *round)
{
    flow_settle(round->wire->flows[1]);
    wire_carry(round->wire, 1);
}

/* Lost on the way: the server acknowledged them. */
static void
lose(Round *round)
{
    const int end = g_rand_int_range(round->random, 0, 2);
    look(round);
    acknowledge(round->wire->ends[end]);
    g_ptr_array_set_size(round->wire->ends[end]->sent, 0);
}

/* One of them, of several: a piece, or an answer to what came. */
static void
lose_one(Round *round)
{
    const int end = g_rand_int_range(round->random, 0, 2);
    GPtrArray *sent = round->wire->ends[end]->sent;
    flow_settle(round->wire->flows[end]);
    look(round);
    const guint which = sent->len > 0 ? (guint) g_rand_int_range(round->random, 0, (gint32) sent->len) : 0;
    /* Not the question whether the server has them: no stream loses that. */
    if (sent->len > 0 && g_str_has_prefix(g_ptr_array_index(sent, which), "<message "))
        g_ptr_array_remove_index(sent, which);
}

/* Two of the peer's come in the wrong order. */
static void
swap(Round *round)
{
    GPtrArray *sent = round->wire->ends[1]->sent;
    flow_settle(round->wire->flows[1]);
    if (sent->len < 2)
        return;
    const guint at = (guint) g_rand_int_range(round->random, 1, (gint32) sent->len);
    g_ptr_array_insert(sent, (gint) at - 1, g_ptr_array_steal_index(sent, at));
}

/* The next message of the peer, cut off, with a byte changed, or twice. */
static void
damage(Round *round)
{
    GPtrArray *sent = round->wire->ends[1]->sent;
    flow_settle(round->wire->flows[1]);
    for (guint i = 0; i < sent->len; i++) {
        const char *stanza = g_ptr_array_index(sent, i);
        const char *body = strstr(stanza, "<body>?OTR:");
        if (body == NULL)
            continue;
        const gsize start = (gsize) (body - stanza) + strlen("<body>");
        const gsize length = (gsize) (strstr(body, "</body>") - stanza) - start;
        const gsize at = (gsize) g_rand_int_range(round->random, 5, (gint32) length);
        g_autofree char *text = g_strndup(stanza + start, g_rand_boolean(round->random) ? at : length);
        if (at < strlen(text))
            text[at] = text[at] == 'A' ? 'B' : 'A';
        feed(round->wire->ends[0], "<message from='%s/desk' type='chat'><body>%s</body></message>", wire_names[1], text);
        g_ptr_array_add(round->old, g_strdup(text));
        return;
    }
}

static void
repeat_old(Round *round)
{
    if (round->old->len == 0)
        return;
    const guint which = (guint) g_rand_int_range(round->random, 0, (gint32) round->old->len);
    feed(round->wire->ends[0], "<message from='%s/desk' type='chat'><body>%s</body></message>", wire_names[1],
         (const char *) g_ptr_array_index(round->old, which));
}

static void
peer_says(Round *round)
{
    outgoing_send(round->wire->flows[1]->client, wire_conversation(round->wire, 1), "from the peer", NULL);
}

static void
peer_says_clearly(Round *round)
{
    static const char *const texts[] = { "in the clear", "?OTR Error: what?", "?OTR?", "?OTRv23?", "&gt; ?OTRv23?",
                                         "?OTR:AAMD.", "?OTR,1,2,?OTR:AA,", "hello \t  \t\t\t\t \t \t \t  " };
    feed(round->wire->ends[0], "<message from='%s/%s' type='chat'><body>%s</body></message>", wire_names[1],
         g_rand_boolean(round->random) ? "desk" : "phone",
         texts[g_rand_int_range(round->random, 0, G_N_ELEMENTS(texts))]);
}

static void
peer_ends(Round *round)
{
    encryption_end(round->wire->flows[1]->client, wire_conversation(round->wire, 1), NULL);
}

static void
peer_starts(Round *round)
{
    encryption_start(round->wire->flows[1]->client, wire_conversation(round->wire, 1), "otr", NULL, NULL, NULL);
}

static void
peer_forgets(Round *round)
{
    wire_restart(round->wire, 1, "both");
}

static void
peer_leaves(Round *round)
{
    feed(round->wire->ends[0], "<presence type='unavailable' from='%s/desk'/>", wire_names[1]);
    if (g_rand_boolean(round->random))
        feed(round->wire->ends[0], "<presence from='%s/phone'/>", wire_names[1]);
}

static void
peer_comes(Round *round)
{
    feed(round->wire->ends[0], "<presence from='%s/desk'/>", wire_names[1]);
}

static void
connection_breaks(Round *round)
{
    Wire *wire = round->wire;
    look(round);
    g_ptr_array_set_size(wire->ends[0]->sent, 0);
    cut(wire->ends[0]);
    g_ptr_array_set_size(wire->ends[0]->sent, 0);
    wait_connecting(wire->ends[0]);
    g_free(bind_session(wire->ends[0]));
    look(round);
    peer_comes(round);
}

static void
start_over(Round *round)
{
    encryption_start(round->wire->flows[0]->client, wire_conversation(round->wire, 0), "otr", NULL, NULL, NULL);
}

/* The user ends the session, while the conversation insists on the next one. */
static void
end_mine(Round *round)
{
    if (round->why != BY_SESSION)
        encryption_end(round->wire->flows[0]->client, wire_conversation(round->wire, 0), NULL);
}

static void
message_bounces(Round *round)
{
    const Conversation *conversation = wire_conversation(round->wire, 0);
    const guint count = conversation_message_count(conversation);
    const Message *message = count > 0 ? conversation_message_at(conversation, count - 1) : NULL;
    if (message != NULL && message->direction == MESSAGE_OUT)
        feed(round->wire->ends[0],
             "<message from='%s' type='error' id='%s'><error type='cancel'><service-unavailable "
             "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
             wire_names[1], message->id);
}

/* Handshakes are given up. */
static void
time_passes(Round *round)
{
    if (g_rand_int_range(round->random, 0, 8) != 0)
        return;
    const gint64 begun = g_get_monotonic_time();
    while (g_get_monotonic_time() - begun < 600000)
        if (!g_main_context_iteration(NULL, FALSE))
            g_usleep(1000);
}

/* The file of the keys cannot be read when the client starts: nothing is said then, also not in the clear. */
static void
break_keys(Round *round)
{
    Wire *wire = round->wire;
    g_autofree char *path = g_build_filename(wire->flows[0]->paths->data, "otr", "work", "keys", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (g_rand_int_range(round->random, 0, 4) != 0 || !g_file_get_contents(path, &text, NULL, NULL))
        return;
    look(round);
    g_assert_true(g_file_set_contents_full(path, "(privkeys (account", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    wire_restart(wire, 0, "both");
    g_assert_null(outgoing_send(wire->flows[0]->client, wire_conversation(wire, 0), MARK, &error));
    g_assert_nonnull(error);
    flow_settle(wire->flows[0]);
    look(round);
    g_assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    wire_restart(wire, 0, "both");
}

static void
restart(Round *round)
{
    look(round);
    wire_restart(round->wire, 0, "both");
}

#define HAPPENING(name) { #name, name }
static const struct {
    const char *name;
    void (*happen)(Round *);
} happenings[] = {
    HAPPENING(say_something),
    HAPPENING(say_something),
    HAPPENING(say_something),
    HAPPENING(correct_something),
    HAPPENING(type),
    HAPPENING(send_again),
    HAPPENING(carry_all),
    HAPPENING(carry_all),
    HAPPENING(carry_from_me),
    HAPPENING(carry_from_peer),
    HAPPENING(carry_from_me),
    HAPPENING(carry_from_peer),
    HAPPENING(lose),
    HAPPENING(lose_one),
    HAPPENING(swap),
    HAPPENING(damage),
    HAPPENING(break_keys),
    HAPPENING(repeat_old),
    HAPPENING(peer_says),
    HAPPENING(peer_says_clearly),
    HAPPENING(peer_ends),
    HAPPENING(peer_starts),
    HAPPENING(peer_forgets),
    HAPPENING(peer_leaves),
    HAPPENING(peer_comes),
    HAPPENING(connection_breaks),
    HAPPENING(start_over),
    HAPPENING(end_mine),
    HAPPENING(message_bounces),
    HAPPENING(time_passes),
    HAPPENING(restart),
};
#undef HAPPENING

/* --- a round --- */

static guint
count_received(Wire *wire, const char *text)
{
    const Conversation *conversation = wire_conversation(wire, 1);
    guint count = 0;
    for (guint i = 0; i < conversation_message_count(conversation); i++) {
        const Message *message = conversation_message_at(conversation, i);
        count += message->direction == MESSAGE_IN && g_str_equal(message->body, text) ? 1 : 0;
    }
    return count;
}

/* Until nothing waits any more: what was in doubt is asked for first, handshakes have their time. */
static void
settle(Round *round)
{
    const gint64 begun = g_get_monotonic_time();
    while (outgoing_pending(round->wire->flows[0]->client, round->wire->ends[0]->account) > 0
           && g_get_monotonic_time() - begun < 5 * G_TIME_SPAN_SECOND) {
        carry_all(round);
        g_usleep(1000);
        g_main_context_iteration(NULL, FALSE);
    }
}

/* Afterwards both are there again and listen: what is said arrives, once. */
static void
calm_down(Round *round)
{
    Wire *wire = round->wire;
    Conversation *conversation = wire_conversation(wire, 0);
    g_autofree char *text = g_strdup_printf(MARK " at last %u", g_rand_int(round->random));
    const Message *message = NULL;
    g_autoptr(GError) error = NULL;
    carry_all(round);
    wire_restart(wire, 1, "both");
    feed(wire->ends[0], "<presence type='unavailable' from='%s/phone'/>", wire_names[1]);
    feed(wire->ends[0], "<presence type='unavailable' from='%s/desk'/>", wire_names[1]);
    peer_comes(round);
    encryption_start(wire->flows[0]->client, conversation, "otr", NULL, NULL, &error);
    g_assert_no_error(error);
    carry_all(round);
    g_assert_cmpint(wire_state(wire, 0)->state, ==, ENCRYPTION_ON);
    message = outgoing_send(wire->flows[0]->client, conversation, text, &error);
    g_assert_no_error(error);
    settle(round);
    g_assert_cmpint(message->state, >=, MESSAGE_SENT);
    g_assert_cmpint(message->state, !=, MESSAGE_FAILED);
    g_assert_cmpuint(count_received(wire, text), ==, 1);
    for (guint i = 0; i < conversation_message_count(conversation); i++) {
        const Message *said = conversation_message_at(conversation, i);
        if (said->direction != MESSAGE_OUT)
            continue;
        if (said->state == MESSAGE_QUEUED)
            g_error("“%s” (%s, %u edits, row %" G_GINT64_FORMAT ") waits for ever", said->body, said->encryption,
                    said->edits, said->row);
        g_assert_true(said->state != MESSAGE_FAILED || said->reason != NULL);
        g_assert_cmpstr(said->encryption, ==, "otr");
    }
}

static void
run_round(guint32 seed)
{
    Round round = { .random = g_rand_new_with_seed(seed), .why = (Insisting) (seed % REASONS) };
    round.wire = wire_new_with(configs[round.why], "both");
    round.old = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < 2; i++)
        round.wire->flows[i]->quiet = true;
    if (round.why == BY_SESSION)
        wire_start(round.wire, 0);
    for (guint i = 0; i < STEPS; i++) {
        const guint which = (guint) g_rand_int_range(round.random, 0, G_N_ELEMENTS(happenings));
        g_test_message("%u.%u: %s", seed, i, happenings[which].name);
        happenings[which].happen(&round);
        flow_turn();
        look(&round);
        g_assert_cmpstr(conversation_intent(wire_conversation(round.wire, 0)), ==, "otr");
    }
    calm_down(&round);
    if (holds_mark(round.wire->seen->str))
        g_error("seed %u: on the wire: %s", seed, round.wire->seen->str);
    g_ptr_array_unref(round.old);
    wire_free(round.wire);
    g_rand_free(round.random);
}

static void
test_property(void)
{
    const char *wanted = g_getenv("CONFAB_OTR_ROUNDS");
    const char *only = g_getenv("CONFAB_OTR_SEED");
    const guint rounds = wanted != NULL ? (guint) atoi(wanted) : ROUNDS;
    for (guint32 seed = 1; seed <= rounds; seed++) {
        if (only != NULL && (guint32) atoi(only) != seed)
            continue;
        g_test_message("seed %u", seed);
        run_round(seed);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wire_make_keys();
    g_test_add_func("/flow/otr-wire/nothing-in-the-clear", test_property);
    const int result = g_test_run();
    wire_forget_keys();
    return result;
}
