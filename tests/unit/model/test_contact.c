/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/model/model_fixture.h"

static void
test_label(Fixture *fixture, gconstpointer data)
{
    Contact *contact = make_contact(fixture, "alice@example.org", NULL);
    g_assert_cmpstr(contact_label(contact), ==, "alice");
    contact_set_item(contact, "", NULL, CONTACT_BOTH, false);
    g_assert_cmpstr(contact_label(contact), ==, "alice");
    contact_set_item(contact, "Alice B.", NULL, CONTACT_BOTH, false);
    g_assert_cmpstr(contact_label(contact), ==, "Alice B.");
    g_assert_cmpstr(contact_name(contact), ==, "Alice B.");
    Contact *service = make_contact(fixture, "gateway.example.org", NULL);
    g_assert_cmpstr(contact_label(service), ==, "gateway.example.org");
    g_assert_null(contact_name(service));
}

static void
test_item(Fixture *fixture, gconstpointer data)
{
    static const char *const friends[] = { "Friends", "Work", NULL };
    g_autoptr(Jid) jid = make_jid("alice@example.org");
    Contact *contact = roster_ensure(fixture->roster, jid);
    g_assert_false(contact_is_in_roster(contact));
    contact_set_item(contact, NULL, NULL, CONTACT_SEES_NONE, true);
    g_assert_true(contact_is_in_roster(contact));
    g_assert_true(contact_is_asked(contact));
    contact_set_item(contact, NULL, NULL, CONTACT_SEES_NONE, true); /* nothing new */
    contact_set_item(contact, NULL, friends, CONTACT_TO, false);
    contact_set_item(contact, contact_name(contact), contact_groups(contact), CONTACT_BOTH, false);
    g_assert_true(g_strv_equal(contact_groups(contact), friends));
    contact_set_item(contact, NULL, NULL, CONTACT_BOTH, false);
    g_assert_null(contact_groups(contact)[0]);
    g_assert_cmpint(contact_subscription(contact), ==, CONTACT_BOTH);
    fixture_assert_events(fixture, "added:alice changed:alice changed:alice changed:alice changed:alice");
}

static void
test_resources(Fixture *fixture, gconstpointer data)
{
    Contact *contact = make_contact(fixture, "alice@example.org", NULL);
    fixture_assert_events(fixture, "added:alice changed:alice");
    g_assert_false(contact_is_online(contact));
    set_presence(contact, "alice@example.org/phone", AVAILABILITY_AWAY, 0, "out");
    set_presence(contact, "alice@example.org/phone", AVAILABILITY_AWAY, 0, "out"); /* nothing new */
    set_presence(contact, "alice@example.org/bot", AVAILABILITY_CHAT, -1, NULL);
    g_assert_cmpint(contact_availability(contact), ==, AVAILABILITY_AWAY); /* the priority counts first */
    set_presence(contact, "alice@example.org/desk", AVAILABILITY_ONLINE, 0, "here");
    g_assert_cmpstr(contact_status(contact), ==, "here");
    g_assert_cmpuint(contact_resource_count(contact), ==, 3);
    g_assert_cmpstr(jid_resource(contact_resource_at(contact, 0)->jid), ==, "desk");
    g_assert_cmpstr(jid_resource(contact_resource_at(contact, 1)->jid), ==, "phone");
    g_assert_cmpstr(jid_resource(contact_resource_at(contact, 2)->jid), ==, "bot");
    set_presence(contact, "alice@example.org/bot", AVAILABILITY_CHAT, 10, NULL);
    g_assert_cmpstr(jid_resource(contact_resource_at(contact, 0)->jid), ==, "bot");
    set_presence(contact, "alice@example.org/never-came", AVAILABILITY_OFFLINE, 0, NULL);
    set_presence(contact, "alice@example.org/bot", AVAILABILITY_OFFLINE, 0, NULL);
    set_presence(contact, "alice@example.org/desk", AVAILABILITY_OFFLINE, 0, NULL);
    set_presence(contact, "alice@example.org/phone", AVAILABILITY_OFFLINE, 0, "good night");
    g_assert_false(contact_is_online(contact));
    g_assert_cmpstr(contact_status(contact), ==, "good night");
    fixture_assert_events(fixture, "presence:alice/offline→away presence:alice/away→away presence:alice/away→online "
                                   "presence:alice/online→chat presence:alice/chat→online "
                                   "presence:alice/online→away presence:alice/away→offline");
}

static void
test_clear(Fixture *fixture, gconstpointer data)
{
    Contact *contact = make_contact(fixture, "alice@example.org", NULL);
    set_presence(contact, "alice@example.org/a", AVAILABILITY_AWAY, 0, "out");
    set_presence(contact, "alice@example.org/b", AVAILABILITY_ONLINE, 0, "in");
    g_string_truncate(fixture->events, 0);
    contact_clear_resources(contact);
    contact_clear_resources(contact);
    g_assert_null(contact_status(contact));
    g_assert_cmpuint(roster_online_count(fixture->roster), ==, 0);
    fixture_assert_events(fixture, "presence:alice/online→offline");
}

/* I9: one contact with thousands of resources takes bounded memory; the best are kept. */
static void
test_many_resources(Fixture *fixture, gconstpointer data)
{
    Contact *contact = make_contact(fixture, "alice@example.org", NULL);
    for (int i = 0; i < 5000; i++) {
        g_autofree char *full = g_strdup_printf("alice@example.org/r%d", i);
        set_presence(contact, full, AVAILABILITY_ONLINE, i % 128, "x");
    }
    g_assert_cmpuint(contact_resource_count(contact), ==, CONTACT_RESOURCES_MAX);
    const Resource *best = contact_resource_at(contact, 0);
    g_assert_cmpint(best->priority, ==, 127);
    for (guint i = 1; i < CONTACT_RESOURCES_MAX; i++) {
        const Resource *next = contact_resource_at(contact, i);
        g_assert_cmpint(next->priority, <=, best->priority);
        best = next;
    }
    /* A known one that becomes the worst of a full list stays known. */
    g_autofree char *full = g_strdup(jid_text(contact_resource_at(contact, 0)->jid));
    set_presence(contact, full, AVAILABILITY_DND, -128, NULL);
    g_assert_cmpuint(contact_resource_count(contact), ==, CONTACT_RESOURCES_MAX);
    g_assert_cmpint(contact_resource_at(contact, CONTACT_RESOURCES_MAX - 1)->priority, ==, -128);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/model/contact/label", Fixture, NULL, fixture_set_up, test_label, fixture_tear_down);
    g_test_add("/model/contact/item", Fixture, NULL, fixture_set_up, test_item, fixture_tear_down);
    g_test_add("/model/contact/resources", Fixture, NULL, fixture_set_up, test_resources, fixture_tear_down);
    g_test_add("/model/contact/clear", Fixture, NULL, fixture_set_up, test_clear, fixture_tear_down);
    g_test_add("/model/contact/many-resources", Fixture, NULL, fixture_set_up, test_many_resources, fixture_tear_down);
    return g_test_run();
}
