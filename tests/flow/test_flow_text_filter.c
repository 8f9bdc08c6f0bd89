/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters in the core, without any plugin: in which order they see what, and what leaves when they are slow, refuse, or go. */
#include <string.h>

#include "base/error.h"
#include "core/text_filter.h"
#include "otr_wire.h"

typedef struct Fixture {
    Flow *flow;
    Peer *me;
    Conversation *bob;
    GPtrArray *held;  /* TextQuestion*, oldest first: to be ended by the test */
    GPtrArray *ended; /* char*: what became of the texts, as "body" or "!CODE message" */
} Fixture;

static void
setup(Fixture *fixture, gconstpointer data)
{
    fixture->flow = flow_new(FLOW_ONE_ACCOUNT);
    fixture->me = flow_peer(fixture->flow, "work");
    login_with_roster(fixture->me, "<item jid='bob@example.org' name='Bob' subscription='both'/>", "1");
    flow_turn();
    fixture->bob = ensure_conversation(fixture->me, "bob@example.org");
    fixture->held = g_ptr_array_new();
    fixture->ended = g_ptr_array_new_with_free_func(g_free);
}

static void
teardown(Fixture *fixture, gconstpointer data)
{
    flow_free(fixture->flow);
    g_assert_cmpuint(fixture->held->len, ==, 0);
    g_ptr_array_unref(fixture->held);
    g_ptr_array_unref(fixture->ended);
}

static void
hold(TextQuestion *take_question, gpointer held)
{
    g_ptr_array_add(held, take_question);
}

static void
add_mark(TextQuestion *take_question, gpointer mark)
{
    g_autofree char *body = g_strconcat(text_question_body(take_question), mark, NULL);
    text_question_answer(take_question, body);
}

static void
on_filtered(const char *body, const GError *error, gpointer ended)
{
    g_ptr_array_add(ended, error != NULL  ? g_strdup_printf("!%d %s", error->code, error->message)
                           : body != NULL ? g_strdup(body)
                                          : g_strdup("(nothing)"));
}

static void
ask(Fixture *fixture, Conversation *conversation, const char *body)
{
    text_filter_outgoing(fixture->flow->client, conversation, body, on_filtered, fixture->ended);
}

static TextFilter *
add(const Fixture *fixture, void (*handler)(TextQuestion *, gpointer), gpointer data)
{
    return text_filter_add(fixture->flow->client, &(TextFilterOptions){ .outgoing = true, .ask = handler, .data = data });
}

static TextQuestion *
take_held(const Fixture *fixture)
{
    flow_turn();
    g_assert_cmpuint(fixture->held->len, >, 0);
    return g_ptr_array_steal_index(fixture->held, 0);
}

static void
assert_ended(const Fixture *fixture, guint index, const char *pattern)
{
    flow_turn();
    g_assert_cmpuint(fixture->ended->len, >, index);
    if (!g_pattern_match_simple(pattern, fixture->ended->pdata[index]))
        g_error("text %u ended as “%s”, not “%s”", index, (const char *) fixture->ended->pdata[index], pattern);
}

/* One after the other, each what the one before has left; the later ones do not see what is refused. */
static void
test_order(Fixture *fixture, gconstpointer data)
{
    ask(fixture, fixture->bob, "alone");
    g_assert_cmpuint(fixture->ended->len, ==, 1); /* inside of the call */
    TextFilter *first = add(fixture, add_mark, (gpointer) "1");
    add(fixture, hold, fixture->held);
    add(fixture, add_mark, (gpointer) "3");
    ask(fixture, fixture->bob, "a");
    TextQuestion *question = take_held(fixture);
    g_assert_cmpstr(text_question_body(question), ==, "a1");
    g_assert_cmpint(text_question_direction(question), ==, MESSAGE_OUT);
    g_assert_null(text_question_message(question));
    text_question_answer(question, "b");
    assert_ended(fixture, 1, "b3");
    ask(fixture, fixture->bob, "c");
    text_question_refuse(take_held(fixture), "not that");
    assert_ended(fixture, 2, "!1 not that");
    ask(fixture, fixture->bob, "d");
    question = take_held(fixture);
    text_filter_remove(first); /* it has had this one, and gets no other */
    text_question_pass(question);
    assert_ended(fixture, 3, "d13");
    ask(fixture, fixture->bob, "e");
    question = take_held(fixture);
    g_assert_cmpstr(text_question_body(question), ==, "e");
    text_question_answer(question, "");
    assert_ended(fixture, 4, "3"); /* “nothing” is a text for those after it */
}

/* Texts of a conversation wait for each other, others do not wait for them. */
static void
test_conversations(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Jid) jid = make_jid("bob@example.org/phone"); /* bare is what counts */
    Conversation *carol = ensure_conversation(fixture->me, "carol@example.org");
    const TextFilterOptions options = { .outgoing = true, .with = jid, .ask = hold, .data = fixture->held };
    TextFilter *filter = text_filter_add(fixture->flow->client, &options);
    g_assert_true(text_filter_applies(fixture->flow->client, fixture->bob));
    g_assert_false(text_filter_applies(fixture->flow->client, carol));
    ask(fixture, carol, "to carol");
    assert_ended(fixture, 0, "to carol");
    text_filter_remove(filter);

    add(fixture, hold, fixture->held);
    ask(fixture, fixture->bob, "one");
    ask(fixture, fixture->bob, "two");
    ask(fixture, carol, "three");
    flow_turn();
    g_assert_cmpuint(fixture->held->len, ==, 2);
    g_assert_cmpstr(text_question_body(fixture->held->pdata[1]), ==, "three");
    text_question_pass(g_ptr_array_steal_index(fixture->held, 1));
    assert_ended(fixture, 1, "three");
    text_question_pass(take_held(fixture));
    text_question_pass(take_held(fixture));
    assert_ended(fixture, 2, "one");
    assert_ended(fixture, 3, "two");
}

/* I21: what was said under an encryption does not leave in the clear because a filter was slow. */
static void
test_encryption_changes(Fixture *fixture, gconstpointer data)
{
    add(fixture, hold, fixture->held);
    conversation_set_intent(fixture->bob, "otr");
    ask(fixture, fixture->bob, "in confidence");
    TextQuestion *question = take_held(fixture);
    conversation_set_intent(fixture->bob, "none");
    text_question_answer(question, "in confidence");
    g_autofree char *expected = g_strdup_printf("!%d *encryption has changed*", ERROR_ENCRYPTION);
    assert_ended(fixture, 0, expected);
    /* The other way nothing is lost. */
    ask(fixture, fixture->bob, "in the open");
    question = take_held(fixture);
    conversation_set_intent(fixture->bob, "otr");
    text_question_pass(question);
    assert_ended(fixture, 1, "in the open");
}

/* What waits is bounded; past it texts are refused and what others say is shown as it is. */
static void
test_flood(Fixture *fixture, gconstpointer data)
{
    const TextFilterOptions both = { .outgoing = true, .incoming = true, .ask = hold, .data = fixture->held };
    text_filter_add(fixture->flow->client, &both);
    for (guint i = 0; i < TEXT_FILTER_WAITING_MAX; i++)
        ask(fixture, fixture->bob, "x");
    g_assert_cmpuint(fixture->ended->len, ==, 0);
    ask(fixture, fixture->bob, "one more");
    assert_ended(fixture, 0, "!1 too many texts wait*");
    feed(fixture->me, "<message from='bob@example.org/a' type='chat' id='1'><body>hello</body></message>");
    assert_event(fixture->flow, "message in bob@example.org/a hello");
    for (guint i = 0; i < TEXT_FILTER_WAITING_MAX; i++)
        text_question_pass(take_held(fixture));
    assert_ended(fixture, TEXT_FILTER_WAITING_MAX, "x");
    g_assert_cmpuint(fixture->held->len, ==, 0);
}

/* Nobody is called back after the end, and a question that is out may still be ended. */
static void
test_ends(Fixture *fixture, gconstpointer data)
{
    add(fixture, hold, fixture->held);
    ask(fixture, fixture->bob, "forgotten");
    TextQuestion *question = take_held(fixture);
    text_filter_forget(fixture->flow->client, fixture->ended);
    text_question_pass(question);
    flow_turn();
    g_assert_cmpuint(fixture->ended->len, ==, 0);
    ask(fixture, fixture->bob, "out");
    ask(fixture, fixture->bob, "in the line");
    question = take_held(fixture);
    flow_restart(fixture->flow);
    assert_ended(fixture, 0, "!1 the program ends*");
    assert_ended(fixture, 1, "!1 the program ends*");
    g_assert_null(text_question_conversation(question));
    g_assert_null(text_question_message(question));
    text_question_refuse(question, "too late");
}

/* A real OTR session: filters see what people see on either end, and the wire sees neither form (I21). */
static void
test_otr(void)
{
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(GPtrArray) ended = g_ptr_array_new_with_free_func(g_free);
    const TextFilterOptions outgoing = { .outgoing = true, .ask = add_mark, .data = (gpointer) " grüße" };
    const TextFilterOptions incoming = { .incoming = true, .ask = add_mark, .data = (gpointer) " (looked over)" };
    text_filter_add(wire->flows[0]->client, &outgoing);
    text_filter_add(wire->flows[1]->client, &incoming);
    wire_start(wire, 0);
    text_filter_outgoing(wire->flows[0]->client, wire_conversation(wire, 0), "secret", on_filtered, ended);
    flow_turn();
    g_assert_cmpuint(ended->len, ==, 1);
    say(wire->ends[0], wire_names[1], ended->pdata[0]);
    wire_pump(wire);
    flow_turn();
    const Message *message = wire_last(wire, 1);
    g_assert_cmpstr(message->body, ==, "secret grüße");
    g_assert_cmpstr(message_text(message), ==, "secret grüße (looked over)");
    g_assert_cmpstr(message->encryption, ==, "otr");
    wire_assert_unseen(wire, "secret");
    wire_assert_unseen(wire, "looked over");
}

/* I21: nor does what was said in a session that began by itself, and that the user has ended since. */
static void
test_otr_ends(void)
{
    g_autoptr(Wire) wire = wire_new_with("otr.policy = opportunistic\n", "both");
    g_autoptr(GPtrArray) held = g_ptr_array_new();
    g_autoptr(GPtrArray) ended = g_ptr_array_new_with_free_func(g_free);
    const TextFilterOptions slow = { .outgoing = true, .ask = hold, .data = held };
    say(wire->ends[0], wire_names[1], "hello in the open");
    wire_pump(wire);
    g_assert_cmpint(wire_state(wire, 0)->state, ==, ENCRYPTION_ON);
    text_filter_add(wire->flows[0]->client, &slow);
    text_filter_outgoing(wire->flows[0]->client, wire_conversation(wire, 0), "secret", on_filtered, ended);
    flow_turn();
    g_assert_cmpuint(held->len, ==, 1);
    g_autoptr(GError) error = NULL;
    g_assert_true(encryption_end(wire->flows[0]->client, wire_conversation(wire, 0), &error));
    text_question_pass(held->pdata[0]);
    flow_turn();
    g_assert_cmpuint(ended->len, ==, 1);
    g_assert_nonnull(strstr(ended->pdata[0], "encryption has changed"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wire_make_keys();
#define ADD(name, test) g_test_add("/flow/text_filter/" name, Fixture, NULL, setup, test, teardown)
    ADD("order", test_order);
    ADD("conversations", test_conversations);
    ADD("encryption_changes", test_encryption_changes);
    ADD("flood", test_flood);
    ADD("ends", test_ends);
#undef ADD
    g_test_add_func("/flow/text_filter/otr", test_otr);
    g_test_add_func("/flow/text_filter/otr-ends", test_otr_ends);
    const int result = g_test_run();
    wire_forget_keys();
    return result;
}
