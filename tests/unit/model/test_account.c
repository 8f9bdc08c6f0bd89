/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/model/model_fixture.h"

static void
test_state(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Jid) full = make_jid("me@example.org/laptop");
    g_assert_cmpint(account_state(fixture->account), ==, ACCOUNT_OFFLINE);
    account_set_state(fixture->account, ACCOUNT_CONNECTING, NULL, "host:5222", 0);
    account_set_state(fixture->account, ACCOUNT_CONNECTING, NULL, "host:5222", 0); /* nothing new */
    account_set_state(fixture->account, ACCOUNT_ONLINE, full, NULL, 0);
    g_assert_true(account_full_jid(fixture->account) == full);
    g_assert_null(account_reason(fixture->account));
    account_set_state(fixture->account, ACCOUNT_OFFLINE, NULL, "lost", 17);
    account_set_state(fixture->account, ACCOUNT_OFFLINE, NULL, account_reason(fixture->account), 18);
    g_assert_cmpstr(account_reason(fixture->account), ==, "lost");
    g_assert_cmpint(account_retry_at(fixture->account), ==, 18);
    g_assert_null(account_full_jid(fixture->account));
    fixture_assert_events(fixture, "state:connecting state:online state:offline state:offline");
}

static void
test_presence(Fixture *fixture, gconstpointer data)
{
    account_set_presence(fixture->account, AVAILABILITY_AWAY, "lunch", 5);
    account_set_presence(fixture->account, AVAILABILITY_AWAY, "lunch", 5);
    account_set_presence(fixture->account, AVAILABILITY_AWAY, account_status(fixture->account), 6);
    g_assert_cmpstr(account_status(fixture->account), ==, "lunch");
    g_assert_cmpint(account_priority(fixture->account), ==, 6);
    fixture_assert_events(fixture, "own:away own:away");
}

static void
test_conversations(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Jid) alice = make_jid("alice@example.org");
    g_autoptr(Jid) alice_phone = make_jid("Alice@example.org/phone");
    g_autoptr(Jid) bob = make_jid("bob@example.org");
    g_assert_null(account_find_conversation(fixture->account, alice));
    Conversation *first = account_ensure_conversation(fixture->account, alice_phone, CONVERSATION_CHAT);
    g_assert_true(jid_equal(conversation_jid(first), alice));
    g_assert_true(account_ensure_conversation(fixture->account, alice, CONVERSATION_CHAT) == first);
    Conversation *second = account_ensure_conversation(fixture->account, bob, CONVERSATION_CHAT);
    g_assert_cmpuint(account_conversation_count(fixture->account), ==, 2);
    g_assert_true(account_conversation_at(fixture->account, 1) == second);
    const guint64 serial = conversation_serial(first);
    g_assert_cmpuint(serial, !=, conversation_serial(second));
    g_assert_true(account_conversation_by_serial(fixture->account, serial) == first);
    account_remove_conversation(fixture->account, first);
    g_assert_null(account_conversation_by_serial(fixture->account, serial));
    g_assert_null(account_find_conversation(fixture->account, alice));
    first = account_ensure_conversation(fixture->account, alice, CONVERSATION_CHAT);
    g_assert_cmpuint(conversation_serial(first), !=, serial);
    g_assert_true(account_conversation_at(fixture->account, 0) == second);
    fixture_assert_events(fixture, "conversation:alice@example.org conversation:bob@example.org "
                                   "gone:alice@example.org conversation:alice@example.org");
}

/* An account that was removed and added again does not answer to old numbers. */
static void
test_serials(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Jid) jid = make_jid("me@example.org");
    g_autoptr(Jid) alice = make_jid("alice@example.org");
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (int i = 0; i < 50; i++) {
        g_autoptr(Account) account = account_new("same", jid, fixture->bus);
        Conversation *conversation = account_ensure_conversation(account, alice, CONVERSATION_CHAT);
        guint64 *serial = g_new(guint64, 1);
        *serial = conversation_serial(conversation);
        g_assert_cmpuint(*serial, !=, 0);
        g_assert_true(g_hash_table_add(seen, serial));
    }
}

static void
test_words(void)
{
    static const char *const words[] = { "offline", "resolving", "connecting", "securing", "authenticating", "online" };
    for (int state = ACCOUNT_OFFLINE; state <= ACCOUNT_ONLINE; state++)
        g_assert_cmpstr(account_state_word((AccountState) state), ==, words[state]);
    static const char *const shows[] = { "offline", "dnd", "xa", "away", "online", "chat" };
    for (int show = AVAILABILITY_OFFLINE; show <= AVAILABILITY_CHAT; show++) {
        g_assert_cmpstr(availability_word((Availability) show), ==, shows[show]);
        g_assert_cmpstr(availability_label((Availability) show), !=, "");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/model/account/state", Fixture, NULL, fixture_set_up, test_state, fixture_tear_down);
    g_test_add("/model/account/presence", Fixture, NULL, fixture_set_up, test_presence, fixture_tear_down);
    g_test_add("/model/account/conversations", Fixture, NULL, fixture_set_up, test_conversations, fixture_tear_down);
    g_test_add("/model/account/serials-are-never-used-twice", Fixture, NULL, fixture_set_up, test_serials,
               fixture_tear_down);
    g_test_add_func("/model/account/words", test_words);
    return g_test_run();
}
