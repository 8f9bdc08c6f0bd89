/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/model/model_fixture.h"

/* The labels in order, and that index → contact and contact → index agree. */
static char *
list(const Roster *roster)
{
    GString *labels = g_string_new(NULL);
    for (guint i = 0; i < roster_size(roster); i++) {
        const Contact *contact = roster_at(roster, i);
        g_assert_cmpuint(roster_index(roster, contact), ==, i);
        g_assert_cmpint(contact_is_online(contact), ==, i < roster_online_count(roster));
        g_string_append_printf(labels, "%s%s", i > 0 ? " " : "", contact_label(contact));
    }
    return g_string_free(labels, FALSE);
}

static void
assert_order(const Roster *roster, const char *expected)
{
    g_autofree char *labels = list(roster);
    g_assert_cmpstr(labels, ==, expected);
}

static void
test_order(Fixture *fixture, gconstpointer data)
{
    Contact *carol = make_contact(fixture, "carol@example.org", NULL);
    make_contact(fixture, "x@example.org", "bob");
    Contact *anna = make_contact(fixture, "y@example.org", "ANNA");
    assert_order(fixture->roster, "ANNA bob carol");
    set_presence(carol, "carol@example.org/a", AVAILABILITY_XA, 0, NULL);
    assert_order(fixture->roster, "carol ANNA bob");
    set_presence(anna, "y@example.org/a", AVAILABILITY_ONLINE, 0, NULL);
    assert_order(fixture->roster, "ANNA carol bob");
    contact_set_item(anna, "zoe", NULL, CONTACT_BOTH, false);
    assert_order(fixture->roster, "carol zoe bob");
    set_presence(carol, "carol@example.org/a", AVAILABILITY_OFFLINE, 0, NULL);
    assert_order(fixture->roster, "zoe bob carol");
    roster_remove(fixture->roster, anna);
    assert_order(fixture->roster, "bob carol");
    g_assert_cmpuint(roster_online_count(fixture->roster), ==, 0);
}

/* Names alone do not decide: contacts with one name stand in the order of their JIDs. */
static void
test_same_name(Fixture *fixture, gconstpointer data)
{
    Contact *second = make_contact(fixture, "b@example.org", "twin");
    Contact *first = make_contact(fixture, "a@example.org", "Twin");
    g_assert_true(roster_at(fixture->roster, 0) == first);
    g_assert_true(roster_at(fixture->roster, 1) == second);
}

static void
test_find(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Jid) full = make_jid("alice@example.org/phone");
    g_autoptr(Jid) other = make_jid("alice@example.com");
    Contact *alice = make_contact(fixture, "Alice@EXAMPLE.org", "Wonder");
    g_assert_true(roster_find(fixture->roster, full) == alice);
    g_assert_true(roster_ensure(fixture->roster, full) == alice);
    g_assert_null(roster_find(fixture->roster, other));
    bool ambiguous = true;
    g_assert_true(roster_find_named(fixture->roster, "wonder", &ambiguous) == alice);
    g_assert_false(ambiguous);
    g_assert_true(roster_find_named(fixture->roster, "ALICE", NULL) == alice);
    g_assert_null(roster_find_named(fixture->roster, "bob", &ambiguous));
    g_assert_false(ambiguous);
    /* Two local parts: neither; but a name goes before local parts. */
    Contact *second = make_contact(fixture, "alice@example.com", NULL);
    g_assert_null(roster_find_named(fixture->roster, "alice", &ambiguous));
    g_assert_true(ambiguous);
    contact_set_item(second, "alice", NULL, CONTACT_BOTH, false);
    g_assert_true(roster_find_named(fixture->roster, "alice", &ambiguous) == second);
    contact_set_item(alice, "ALICE", NULL, CONTACT_BOTH, false);
    g_assert_null(roster_find_named(fixture->roster, "alice", &ambiguous));
    g_assert_true(ambiguous);
}

static void
test_batch(Fixture *fixture, gconstpointer data)
{
    Contact *old = make_contact(fixture, "old@example.org", NULL);
    Contact *kept = make_contact(fixture, "kept@example.org", NULL);
    set_presence(kept, "kept@example.org/a", AVAILABILITY_ONLINE, 0, NULL);
    g_string_truncate(fixture->events, 0);
    roster_begin(fixture->roster);
    roster_begin(fixture->roster);
    make_contact(fixture, "zed@example.org", "A");
    roster_remove(fixture->roster, old);
    contact_clear_resources(kept);
    Contact *live = make_contact(fixture, "live@example.org", NULL);
    set_presence(live, "live@example.org/a", AVAILABILITY_DND, 0, NULL);
    roster_end(fixture->roster);
    fixture_assert_events(fixture, "");
    roster_end(fixture->roster);
    fixture_assert_events(fixture, "roster");
    assert_order(fixture->roster, "live A kept");
    /* Afterwards single changes are told again. */
    contact_set_item(live, "0", NULL, CONTACT_BOTH, false);
    fixture_assert_events(fixture, "changed:0");
    /* Nothing happened: nothing is said. */
    roster_begin(fixture->roster);
    contact_set_item(live, "0", NULL, CONTACT_BOTH, false);
    roster_end(fixture->roster);
    fixture_assert_events(fixture, "");
}

/* Many random changes leave the same order as sorting everything at once. */
static void
test_against_batch(Fixture *fixture, gconstpointer data)
{
    enum { CONTACTS = 200, CHANGES = 5000 };
    for (int i = 0; i < CONTACTS; i++) {
        g_autofree char *jid = g_strdup_printf("c%d@example.org", i);
        make_contact(fixture, jid, NULL);
    }
    for (int i = 0; i < CHANGES; i++) {
        Contact *contact = roster_at(fixture->roster, (guint) g_test_rand_int_range(0, CONTACTS));
        if (g_test_rand_bit()) {
            g_autofree char *name = g_strdup_printf("n%d", g_test_rand_int_range(0, 50));
            contact_set_item(contact, name, NULL, CONTACT_BOTH, false);
            continue;
        }
        g_autofree char *full = g_strdup_printf("%s/r%d", jid_text(contact_jid(contact)), g_test_rand_int_range(0, 3));
        set_presence(contact, full, (Availability) g_test_rand_int_range(0, 6), 0, NULL);
    }
    g_autofree char *one_by_one = list(fixture->roster);
    roster_begin(fixture->roster);
    g_autoptr(Jid) jid = make_jid("c0@example.org");
    Contact *contact = roster_find(fixture->roster, jid);
    g_autofree char *name = g_strdup(contact_name(contact));
    contact_set_item(contact, "elsewhere", NULL, CONTACT_BOTH, false);
    contact_set_item(contact, name, NULL, CONTACT_BOTH, false);
    roster_end(fixture->roster);
    assert_order(fixture->roster, one_by_one);
}

/* I9, and what a login costs: 10,000 contacts at once, then presence of each. */
static void
test_ten_thousand(Fixture *fixture, gconstpointer data)
{
    enum { CONTACTS = 10000 };
    g_autoptr(GPtrArray) jids = g_ptr_array_new_with_free_func((GDestroyNotify) jid_unref);
    for (int i = 0; i < CONTACTS; i++) {
        g_autofree char *text = g_strdup_printf("user%d@example.org/r", i * 7919 % CONTACTS);
        g_ptr_array_add(jids, make_jid(text));
    }
    g_test_timer_start();
    roster_begin(fixture->roster);
    for (guint i = 0; i < jids->len; i++)
        contact_set_item(roster_ensure(fixture->roster, g_ptr_array_index(jids, i)), NULL, NULL, CONTACT_BOTH, false);
    roster_end(fixture->roster);
    g_test_minimized_result(g_test_timer_elapsed() * 1000, "10,000 contacts at once: %.1f ms",
                            g_test_timer_elapsed() * 1000);
    fixture_assert_events(fixture, "roster");
    g_test_timer_start();
    for (guint i = 0; i < jids->len; i++) {
        const Jid *jid = g_ptr_array_index(jids, i);
        contact_set_resource(roster_find(fixture->roster, jid), jid, AVAILABILITY_ONLINE, 0, NULL, 1);
    }
    g_test_minimized_result(g_test_timer_elapsed() * 1000, "10,000 presences: %.1f ms", g_test_timer_elapsed() * 1000);
    g_assert_cmpuint(roster_size(fixture->roster), ==, CONTACTS);
    g_assert_cmpuint(roster_online_count(fixture->roster), ==, CONTACTS);
    g_autofree char *labels = list(fixture->roster);
    g_assert_true(g_str_has_prefix(labels, "user0 user1 user10 user100 user1000 user1001 "));
}

static void
test_requests(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Jid) bob = make_jid("bob@example.org/phone");
    g_autoptr(Jid) eve = make_jid("eve@example.org");
    const char *words;
    roster_add_request(fixture->roster, bob, "hi");
    roster_add_request(fixture->roster, bob, "hello?");
    roster_add_request(fixture->roster, eve, NULL);
    fixture_assert_events(fixture, "subscribe:bob@example.org subscribe:eve@example.org");
    g_assert_cmpuint(roster_request_count(fixture->roster), ==, 2);
    g_assert_cmpstr(jid_text(roster_request_at(fixture->roster, 0, &words)), ==, "bob@example.org");
    g_assert_cmpstr(words, ==, "hi");
    g_assert_true(roster_remove_request(fixture->roster, bob));
    g_assert_false(roster_remove_request(fixture->roster, bob));
    g_assert_true(jid_equal(roster_request_at(fixture->roster, 0, &words), eve));
    g_assert_null(words);
}

/* I9: strangers cannot fill the memory with requests. */
static void
test_many_requests(Fixture *fixture, gconstpointer data)
{
    for (int i = 0; i < ROSTER_REQUESTS_MAX + 500; i++) {
        g_autofree char *text = g_strdup_printf("spam%d@example.org", i);
        g_autoptr(Jid) jid = make_jid(text);
        roster_add_request(fixture->roster, jid, "buy");
    }
    g_assert_cmpuint(roster_request_count(fixture->roster), ==, ROSTER_REQUESTS_MAX);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/model/roster/order", Fixture, NULL, fixture_set_up, test_order, fixture_tear_down);
    g_test_add("/model/roster/same-name", Fixture, NULL, fixture_set_up, test_same_name, fixture_tear_down);
    g_test_add("/model/roster/find", Fixture, NULL, fixture_set_up, test_find, fixture_tear_down);
    g_test_add("/model/roster/batch", Fixture, NULL, fixture_set_up, test_batch, fixture_tear_down);
    g_test_add("/model/roster/against-batch", Fixture, NULL, fixture_set_up, test_against_batch, fixture_tear_down);
    g_test_add("/model/roster/ten-thousand", Fixture, NULL, fixture_set_up, test_ten_thousand, fixture_tear_down);
    g_test_add("/model/roster/requests", Fixture, NULL, fixture_set_up, test_requests, fixture_tear_down);
    g_test_add("/model/roster/many-requests", Fixture, NULL, fixture_set_up, test_many_requests, fixture_tear_down);
    return g_test_run();
}
