/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/message.h"

#include "base/when.h"

static Message *
make(MessageDirection direction, const char *body)
{
    return message_new(&(MessageInit) { .direction = direction, .body = body });
}

static void
test_birth(void)
{
    g_autoptr(Jid) from = jid_new("alice@example.org/phone", NULL);
    g_autoptr(Message) message = message_new(&(MessageInit) {
        .direction = MESSAGE_IN, .from = from, .id = "i", .origin_id = "o", .body = "hi", .time = 7, .delayed = true });
    g_assert_true(jid_equal(message->from, from));
    g_assert_cmpstr(message->id, ==, "i");
    g_assert_cmpstr(message->origin_id, ==, "o");
    g_assert_cmpint(message->time, ==, 7);
    g_assert_true(message->delayed);
    g_assert_cmpstr(message->encryption, ==, "none");
    g_assert_cmpint(message->state, ==, MESSAGE_RECEIVED);
    const gint64 before = when_now();
    g_autoptr(Message) own = make(MESSAGE_OUT, "");
    g_assert_cmpint(own->time, >=, before);
    g_assert_cmpint(own->state, ==, MESSAGE_QUEUED);
}

/* Every pair of states: which steps are allowed. */
static void
test_advance(void)
{
    static const char *const allowed[] = {
        /* to: queued sent received displayed failed */
        [MESSAGE_QUEUED] = "01111",
        [MESSAGE_SENT] = "00111",
        [MESSAGE_RECEIVED] = "00010",
        [MESSAGE_DISPLAYED] = "00000",
        [MESSAGE_FAILED] = "00000",
    };
    for (int from = MESSAGE_QUEUED; from <= MESSAGE_FAILED; from++) {
        for (int to = MESSAGE_QUEUED; to <= MESSAGE_FAILED; to++) {
            g_autoptr(Message) message = make(MESSAGE_OUT, "x");
            if (from != MESSAGE_QUEUED)
                g_assert_true(message_advance(message, (MessageState) from, "first"));
            const bool moved = message_advance(message, (MessageState) to, "second");
            g_assert_cmpint(moved, ==, allowed[from][to] == '1');
            g_assert_cmpint(message->state, ==, moved ? to : from);
            if (from == MESSAGE_FAILED)
                g_assert_cmpstr(message->reason, ==, "first");
            else if (moved && to == MESSAGE_FAILED)
                g_assert_cmpstr(message->reason, ==, "second");
            else
                g_assert_null(message->reason);
        }
    }
}

static void
test_action(void)
{
    static const struct {
        const char *body, *action;
    } cases[] = {
        { "/me waves", "waves" }, { "/me ", "" },         { "/me", NULL },
        { "/meow", NULL },        { " /me waves", NULL }, { "", NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Message) message = make(MESSAGE_IN, cases[i].body);
        g_assert_cmpstr(message_action(message), ==, cases[i].action);
    }
}

static void
test_words(void)
{
    g_assert_cmpstr(message_state_word(MESSAGE_QUEUED), ==, "queued");
    g_assert_cmpstr(message_state_word(MESSAGE_SENT), ==, "sent");
    g_assert_cmpstr(message_state_word(MESSAGE_RECEIVED), ==, "received");
    g_assert_cmpstr(message_state_word(MESSAGE_DISPLAYED), ==, "displayed");
    g_assert_cmpstr(message_state_word(MESSAGE_FAILED), ==, "failed");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/message/birth", test_birth);
    g_test_add_func("/model/message/moves-forward-only", test_advance);
    g_test_add_func("/model/message/action", test_action);
    g_test_add_func("/model/message/words", test_words);
    return g_test_run();
}
