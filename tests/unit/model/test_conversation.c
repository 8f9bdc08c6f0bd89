/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/model/model_fixture.h"

static Conversation *
make_conversation(Fixture *fixture)
{
    g_autoptr(Jid) alice = make_jid("alice@example.org");
    Conversation *conversation = account_ensure_conversation(fixture->account, alice, CONVERSATION_CHAT);
    g_string_truncate(fixture->events, 0);
    return conversation;
}

static guint64
append(Conversation *conversation, const MessageInit *init)
{
    g_autoptr(Message) message = message_new(init);
    conversation_append(conversation, message);
    return message->serial;
}

static guint64
say(Conversation *conversation, MessageDirection direction, const char *body, gint64 time)
{
    return append(conversation, &(MessageInit) { .direction = direction, .body = body, .time = time });
}

static guint64
say_delayed(Conversation *conversation, MessageDirection direction, const char *body, gint64 time)
{
    return append(conversation,
                  &(MessageInit) { .direction = direction, .body = body, .time = time, .delayed = true });
}

static void
assert_bodies(const Conversation *conversation, const char *expected)
{
    g_autoptr(GString) bodies = g_string_new(NULL);
    for (guint i = 0; i < conversation_message_count(conversation); i++)
        g_string_append(bodies, conversation_message_at(conversation, i)->body);
    g_assert_cmpstr(bodies->str, ==, expected);
}

static void
test_append(Fixture *fixture, gconstpointer data)
{
    Conversation *conversation = make_conversation(fixture);
    const guint64 a = say(conversation, MESSAGE_IN, "a", 10);
    const guint64 b = append(conversation, &(MessageInit) { .direction = MESSAGE_OUT, .body = "b", .id = "i1" });
    g_assert_cmpuint(a, !=, b);
    g_assert_cmpstr(conversation_find_message(conversation, a)->body, ==, "a");
    g_assert_cmpstr(conversation_find_sent(conversation, "i1")->body, ==, "b");
    g_assert_null(conversation_find_sent(conversation, "i2"));
    g_assert_null(conversation_find_sent(conversation, NULL));
    g_assert_null(conversation_find_message(conversation, b + 1));
    fixture_assert_events(fixture, "message:a unread:1 message:b");
    Message *sent = conversation_find_message(conversation, b);
    g_assert_true(conversation_advance_message(conversation, sent, MESSAGE_SENT, NULL));
    g_assert_false(conversation_advance_message(conversation, sent, MESSAGE_SENT, NULL));
    g_assert_false(conversation_advance_message(conversation, sent, MESSAGE_QUEUED, NULL));
    fixture_assert_events(fixture, "sent:b");
}

/* I14: an incoming message with the id of a sent one is not found as sent. */
static void
test_incoming_id(Fixture *fixture, gconstpointer data)
{
    Conversation *conversation = make_conversation(fixture);
    append(conversation, &(MessageInit) { .direction = MESSAGE_OUT, .body = "mine", .id = "same" });
    append(conversation, &(MessageInit) { .direction = MESSAGE_IN, .body = "theirs", .id = "same" });
    append(conversation, &(MessageInit) { .direction = MESSAGE_IN, .body = "theirs", .id = "other" });
    g_assert_cmpstr(conversation_find_sent(conversation, "same")->body, ==, "mine");
    g_assert_null(conversation_find_sent(conversation, "other"));
    g_assert_cmpuint(conversation_message_count(conversation), ==, 3); /* I19 */
}

static void
test_delayed(Fixture *fixture, gconstpointer data)
{
    Conversation *conversation = make_conversation(fixture);
    say(conversation, MESSAGE_IN, "a", 10);
    say(conversation, MESSAGE_IN, "d", 40);
    say_delayed(conversation, MESSAGE_IN, "b", 20);
    say_delayed(conversation, MESSAGE_IN, "c", 20); /* the same time: in order of arrival */
    say_delayed(conversation, MESSAGE_IN, "e", 50);
    say_delayed(conversation, MESSAGE_IN, "0", 1);
    assert_bodies(conversation, "0abcde");
    /* What is not delayed is last, whatever the clock says. */
    say(conversation, MESSAGE_IN, "f", 5);
    assert_bodies(conversation, "0abcdef");
}

/* Far from the end the place is found by halves: many random late ones end up sorted, equals in order of arrival. */
static void
test_delayed_far(Fixture *fixture, gconstpointer data)
{
    enum { MESSAGES = 3000 };
    Conversation *conversation = make_conversation(fixture);
    for (int i = 0; i < MESSAGES; i++)
        say_delayed(conversation, MESSAGE_IN, "x", g_test_rand_int_range(1, MESSAGES / 2) * G_TIME_SPAN_MILLISECOND);
    for (guint i = 1; i < MESSAGES; i++) {
        const Message *one = conversation_message_at(conversation, i - 1);
        const Message *next = conversation_message_at(conversation, i);
        g_assert_true(one->time < next->time || (one->time == next->time && one->serial < next->serial));
    }
}

static void
test_unread(Fixture *fixture, gconstpointer data)
{
    Conversation *conversation = make_conversation(fixture);
    g_assert_cmpuint(conversation_first_unread(conversation), ==, 0);
    say(conversation, MESSAGE_OUT, "a", 10);
    g_assert_cmpuint(conversation_first_unread(conversation), ==, 1);
    say(conversation, MESSAGE_IN, "b", 20);
    say(conversation, MESSAGE_OUT, "c", 30);
    say(conversation, MESSAGE_IN, "d", 40);
    g_assert_cmpuint(conversation_unread(conversation), ==, 2);
    g_assert_cmpuint(conversation_first_unread(conversation), ==, 1);
    say_delayed(conversation, MESSAGE_OUT, "-", 15); /* sent elsewhere, before the first unread */
    g_assert_cmpuint(conversation_first_unread(conversation), ==, 2);
    say_delayed(conversation, MESSAGE_IN, "+", 1);
    g_assert_cmpuint(conversation_first_unread(conversation), ==, 0);
    g_string_truncate(fixture->events, 0);
    conversation_mark_read(conversation);
    conversation_mark_read(conversation);
    g_assert_cmpuint(conversation_unread(conversation), ==, 0);
    g_assert_cmpuint(conversation_first_unread(conversation), ==, conversation_message_count(conversation));
    fixture_assert_events(fixture, "unread:0");
    say(conversation, MESSAGE_IN, "e", 50);
    g_assert_cmpuint(conversation_first_unread(conversation), ==, 6);
}

/* I9: memory is bounded; what is kept stays findable, what is forgotten is not. */
static void
test_forgetting(Fixture *fixture, gconstpointer data)
{
    enum { MORE = 15000 };
    Conversation *conversation = make_conversation(fixture);
    const guint64 first = append(conversation, &(MessageInit) { .direction = MESSAGE_OUT, .body = "first", .id = "0" });
    guint64 last = first;
    for (int i = 1; i < CONVERSATION_MESSAGES_MAX + MORE; i++) {
        g_autofree char *body = g_strdup_printf("%d", i);
        last = append(conversation,
                      &(MessageInit) { .direction = i % 2 ? MESSAGE_IN : MESSAGE_OUT, .body = body, .id = body });
        g_string_truncate(fixture->events, 0);
    }
    g_assert_cmpuint(conversation_message_count(conversation), ==, CONVERSATION_MESSAGES_MAX);
    g_assert_cmpuint(conversation_forgotten(conversation), ==, MORE);
    g_assert_null(conversation_find_message(conversation, first));
    g_assert_null(conversation_find_sent(conversation, "0"));
    g_assert_nonnull(conversation_find_message(conversation, last));
    for (guint i = 0; i < CONVERSATION_MESSAGES_MAX; i++) {
        g_autofree char *body = g_strdup_printf("%u", i + MORE);
        g_assert_cmpstr(conversation_message_at(conversation, i)->body, ==, body);
    }
    g_assert_cmpuint(conversation_unread(conversation), ==, (CONVERSATION_MESSAGES_MAX + MORE) / 2);
    g_assert_cmpuint(conversation_first_unread(conversation), ==, 1);
    /* One older than everything has room at the front. */
    say_delayed(conversation, MESSAGE_IN, "ancient", 1);
    g_assert_cmpstr(conversation_message_at(conversation, 0)->body, ==, "ancient");
    g_assert_cmpuint(conversation_message_count(conversation), ==, CONVERSATION_MESSAGES_MAX);
}

static Message *
stored(gint64 order)
{
    g_autofree char *body = g_strdup_printf("%d", (int) order);
    return message_new(&(MessageInit) { .direction = order % 3 ? MESSAGE_IN : MESSAGE_OUT,
                                        .body = body,
                                        .id = body,
                                        .row = order,
                                        .order = order,
                                        .time = order });
}

/* Orders `first` … `last` by steps of 2: odd places stay free. */
static void
prepend(Conversation *conversation, gint64 first, gint64 last)
{
    g_autoptr(GPtrArray) page = g_ptr_array_new_with_free_func((GDestroyNotify) message_unref);
    for (gint64 order = first; order <= last; order += 2)
        g_ptr_array_add(page, stored(order));
    conversation_prepend_page(conversation, page);
}

static void
test_pages(Fixture *fixture, gconstpointer data)
{
    Conversation *conversation = make_conversation(fixture);
    prepend(conversation, 20, 30);
    fixture_assert_events(fixture, "loaded");
    conversation_set_read(conversation, 26, 9);
    g_assert_cmpuint(conversation_unread(conversation), ==, 9);
    g_assert_cmpuint(conversation_first_unread(conversation), ==, 4);
    prepend(conversation, 10, 18);
    g_assert_cmpuint(conversation_unread(conversation), ==, 9);
    g_assert_cmpuint(conversation_first_unread(conversation), ==, 9);
    assert_bodies(conversation, "1012141618202224262830");
    /* In between is its place; before the start it is the store's, until the beginning is reached. */
    g_autoptr(Message) between = stored(15);
    g_assert_true(conversation_append(conversation, between));
    g_autoptr(Message) before = stored(5);
    g_assert_false(conversation_append(conversation, before));
    conversation_set_past(conversation, PAST_COMPLETE, NULL);
    g_assert_true(conversation_append(conversation, before));
    assert_bodies(conversation, "5101214151618202224262830");
    g_assert_true(conversation_find_row(conversation, 15) == between);
    g_assert_null(conversation_find_row(conversation, 0));
    g_assert_cmpuint(conversation_unread(conversation), ==, 9); /* they are before what was read */
    conversation_trim(conversation, 4);
    assert_bodies(conversation, "24262830");
    g_assert_cmpint(conversation_past(conversation), ==, PAST_UNKNOWN);
    g_assert_null(conversation_find_row(conversation, 15));
    prepend(conversation, 16, 22);
    assert_bodies(conversation, "1618202224262830");
    const gint64 gaps[] = { 22, 16 };
    conversation_set_gaps(conversation, gaps, 2);
    g_assert_true(conversation_has_gap_after(conversation, 16));
    g_assert_true(conversation_has_gap_after(conversation, 22));
    g_assert_false(conversation_has_gap_after(conversation, 18));
    conversation_set_gaps(conversation, NULL, 0);
    g_assert_false(conversation_has_gap_after(conversation, 16));
}

static void
test_edits(Fixture *fixture, gconstpointer data)
{
    Conversation *conversation = make_conversation(fixture);
    g_autoptr(Jid) alice = make_jid("alice@example.org/a");
    g_autoptr(Jid) other = make_jid("eve@example.org/a");
    append(conversation, &(MessageInit) { .direction = MESSAGE_OUT, .body = "helo", .id = "1" });
    append(conversation, &(MessageInit) { .direction = MESSAGE_IN, .from = alice, .body = "hi", .id = "1" });
    append(conversation, &(MessageInit) { .direction = MESSAGE_IN, .from = other, .body = "ho", .id = "1" });
    Message *sent = conversation_find_sent(conversation, "1");
    conversation_advance_message(conversation, sent, MESSAGE_DISPLAYED, NULL);
    conversation_edit_message(conversation, sent, "hello", 5, "2");
    g_assert_cmpstr(sent->body, ==, "hello");
    g_assert_cmpuint(sent->edits, ==, 1);
    g_assert_cmpint(sent->state, ==, MESSAGE_QUEUED);
    conversation_edit_message(conversation, sent, "hello!", 6, "3");
    g_assert_true(conversation_find_sent(conversation, "1") == sent);
    g_assert_true(conversation_find_sent(conversation, "3") == sent);
    g_assert_null(conversation_find_sent(conversation, "2"));
    g_assert_false(conversation_requeue_message(conversation, sent));
    conversation_advance_message(conversation, sent, MESSAGE_FAILED, "no");
    g_assert_true(conversation_requeue_message(conversation, sent));
    g_assert_null(sent->reason);
    /* I14: found by sender and id. */
    g_assert_cmpstr(conversation_find_received(conversation, alice, "1")->body, ==, "hi");
    g_assert_cmpstr(conversation_find_received(conversation, other, "1")->body, ==, "ho");
    g_assert_null(conversation_find_received(conversation, alice, "2"));
}

/* Random pages, messages and trims against a plain array. */
static void
test_random(Fixture *fixture, gconstpointer data)
{
    enum { STEPS = 2000, MIDDLE = 1000000 };
    Conversation *conversation = make_conversation(fixture);
    g_autoptr(GArray) naive = g_array_new(FALSE, FALSE, sizeof(gint64));
    gint64 first = MIDDLE, last = MIDDLE;
    for (int step = 0; step < STEPS; step++) {
        const int kind = g_test_rand_int_range(0, 10);
        if (kind < 7) {
            last += g_test_rand_int_range(1, 4);
            g_autoptr(Message) message = stored(last);
            g_assert_true(conversation_append(conversation, message));
            g_array_append_val(naive, last);
            if (naive->len == 1)
                first = last;
        } else if (kind < 9 && naive->len > 0) {
            g_autoptr(GPtrArray) page = g_ptr_array_new_with_free_func((GDestroyNotify) message_unref);
            for (gint64 order = first - 40; order < first; order += 4) {
                g_ptr_array_add(page, stored(order));
                g_array_insert_val(naive, page->len - 1, order);
            }
            conversation_prepend_page(conversation, page);
        } else {
            const guint keep = (guint) g_test_rand_int_range(1, 200);
            conversation_trim(conversation, keep);
            if (naive->len > keep)
                g_array_remove_range(naive, 0, naive->len - keep);
        }
        first = naive->len > 0 ? g_array_index(naive, gint64, 0) : last;
        g_string_truncate(fixture->events, 0);
        g_assert_cmpuint(conversation_message_count(conversation), ==, naive->len);
    }
    for (guint i = 0; i < naive->len; i++) {
        const gint64 order = g_array_index(naive, gint64, i);
        g_assert_cmpint(conversation_message_at(conversation, i)->order, ==, order);
        g_assert_true(conversation_find_row(conversation, order) == conversation_message_at(conversation, i));
    }
}

/* Views keep messages: one that was forgotten lives on in their hands. */
static void
test_shared(Fixture *fixture, gconstpointer data)
{
    Conversation *conversation = make_conversation(fixture);
    g_autoptr(Message) kept = message_ref(
        conversation_find_message(conversation, say(conversation, MESSAGE_IN, "kept", 1)));
    account_remove_conversation(fixture->account, conversation);
    g_assert_cmpstr(kept->body, ==, "kept");
}

static void
test_cost(Fixture *fixture, gconstpointer data)
{
    enum { MESSAGES = 100000 };
    Conversation *conversation = make_conversation(fixture);
    g_test_timer_start();
    for (int i = 0; i < MESSAGES; i++) {
        say(conversation, MESSAGE_IN, "x", i + 1);
        g_string_truncate(fixture->events, 0);
    }
    g_test_minimized_result(g_test_timer_elapsed(), "100,000 messages: %.0f ms", g_test_timer_elapsed() * 1000);
    g_test_timer_start();
    for (int i = 0; i < MESSAGES; i++) { /* a hostile sender dates everything long ago */
        say_delayed(conversation, MESSAGE_IN, "x", 2);
        g_string_truncate(fixture->events, 0);
    }
    g_test_minimized_result(g_test_timer_elapsed(), "100,000 ancient messages: %.0f ms", g_test_timer_elapsed() * 1000);
    g_assert_cmpuint(conversation_message_count(conversation), ==, CONVERSATION_MESSAGES_MAX);
}

static void
test_rest(Fixture *fixture, gconstpointer data)
{
    Conversation *conversation = make_conversation(fixture);
    g_autoptr(Jid) phone = make_jid("alice@example.org/phone");
    g_assert_cmpstr(conversation_label(conversation), ==, "alice@example.org");
    g_assert_null(conversation_contact(conversation));
    Contact *contact = make_contact(fixture, "alice@example.org", "Alice");
    g_assert_true(conversation_contact(conversation) == contact);
    g_assert_cmpstr(conversation_label(conversation), ==, "Alice");
    g_string_truncate(fixture->events, 0);
    conversation_set_peer_typing(conversation, false);
    conversation_set_peer_typing(conversation, true);
    conversation_set_peer_typing(conversation, true);
    conversation_set_peer_typing(conversation, false);
    fixture_assert_events(fixture, "typing:on typing:off");
    g_assert_null(conversation_locked_to(conversation));
    conversation_lock_to(conversation, phone);
    conversation_lock_to(conversation, conversation_locked_to(conversation));
    g_assert_true(jid_equal(conversation_locked_to(conversation), phone));
    conversation_lock_to(conversation, NULL);
    g_assert_null(conversation_locked_to(conversation));
    g_assert_cmpstr(conversation_intent(conversation), ==, "none");
    conversation_set_intent(conversation, "otr");
    conversation_set_intent(conversation, conversation_intent(conversation));
    g_assert_cmpstr(conversation_intent(conversation), ==, "otr");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(path, function) \
    g_test_add("/model/conversation/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
    TEST("append", test_append);
    TEST("incoming-id", test_incoming_id);
    TEST("delayed", test_delayed);
    TEST("delayed-far", test_delayed_far);
    TEST("unread", test_unread);
    TEST("forgetting", test_forgetting);
    TEST("pages", test_pages);
    TEST("edits", test_edits);
    TEST("random", test_random);
    TEST("shared", test_shared);
    TEST("cost", test_cost);
    TEST("rest", test_rest);
    return g_test_run();
}
