/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/bus.h"

#include <stdbool.h>

typedef struct {
    Bus *bus;
    GString *calls;
    guint ids[4];
    bool done;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    *fixture = (Fixture) { .bus = bus_new(), .calls = g_string_new(NULL) };
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    bus_free(fixture->bus);
    g_string_free(fixture->calls, TRUE);
}

static void
on_first(gconstpointer event, gpointer data)
{
    g_string_append_printf(((Fixture *) data)->calls, "1%s ", (const char *) event);
}

static void
on_second(gconstpointer event, gpointer data)
{
    g_string_append_printf(((Fixture *) data)->calls, "2%s ", (const char *) event);
}

static void
test_order(Fixture *fixture, gconstpointer data)
{
    bus_publish(fixture->bus, "nobody");
    fixture->ids[0] = bus_subscribe(fixture->bus, on_second, fixture);
    fixture->ids[1] = bus_subscribe(fixture->bus, on_first, fixture);
    g_assert_cmpuint(fixture->ids[0], !=, 0);
    g_assert_cmpuint(fixture->ids[1], !=, 0);
    g_assert_cmpuint(fixture->ids[0], !=, fixture->ids[1]);
    bus_publish(fixture->bus, "a");
    bus_unsubscribe(fixture->bus, fixture->ids[0]);
    bus_publish(fixture->bus, "b");
    bus_unsubscribe(fixture->bus, 4711); /* unknown ids are ignored */
    bus_unsubscribe(fixture->bus, 0);
    g_assert_cmpstr(fixture->calls->str, ==, "2a 1a 1b ");
}

/* Subscribes many, so that the array of subscriptions moves in memory during the delivery. */
static void
on_subscribe_more(gconstpointer event, gpointer data)
{
    Fixture *fixture = data;
    g_string_append_printf(fixture->calls, "s%s ", (const char *) event);
    if (fixture->done)
        return;
    fixture->done = true;
    for (int i = 0; i < 1000; i++)
        bus_subscribe(fixture->bus, on_first, fixture);
}

static void
test_subscribe_inside(Fixture *fixture, gconstpointer data)
{
    bus_subscribe(fixture->bus, on_subscribe_more, fixture);
    bus_subscribe(fixture->bus, on_second, fixture);
    bus_publish(fixture->bus, "a");
    g_assert_cmpstr(fixture->calls->str, ==, "sa 2a ");
    g_string_truncate(fixture->calls, 0);
    bus_publish(fixture->bus, "b");
    g_assert_cmpuint(fixture->calls->len, ==, 3 * 1002);
}

static void
on_unsubscribe_all(gconstpointer event, gpointer data)
{
    Fixture *fixture = data;
    g_string_append_printf(fixture->calls, "u%s ", (const char *) event);
    for (gsize i = 0; i < G_N_ELEMENTS(fixture->ids); i++)
        bus_unsubscribe(fixture->bus, fixture->ids[i]);
}

static void
test_unsubscribe_inside(Fixture *fixture, gconstpointer data)
{
    fixture->ids[0] = bus_subscribe(fixture->bus, on_first, fixture);
    fixture->ids[1] = bus_subscribe(fixture->bus, on_unsubscribe_all, fixture); /* itself, */
    fixture->ids[2] = bus_subscribe(fixture->bus, on_second, fixture);          /* and who has not been called yet */
    bus_subscribe(fixture->bus, on_first, fixture);
    bus_publish(fixture->bus, "a");
    g_assert_cmpstr(fixture->calls->str, ==, "1a ua 1a ");
    bus_publish(fixture->bus, "b");
    g_assert_cmpstr(fixture->calls->str, ==, "1a ua 1a 1b ");
}

static void
on_publish_again(gconstpointer event, gpointer data)
{
    bus_publish(((Fixture *) data)->bus, event);
}

static void
test_nested_is_a_bug(Fixture *fixture, gconstpointer data)
{
    if (g_test_subprocess()) {
        bus_subscribe(fixture->bus, on_publish_again, fixture);
        bus_publish(fixture->bus, "a");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*assertion failed*publishing*");
}

/* Two buses are two buses: the events of one may be published from a delivery of the other. */
static void
test_other_bus(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Bus) outer = bus_new();
    bus_subscribe(outer, on_publish_again, fixture);
    bus_subscribe(fixture->bus, on_first, fixture);
    bus_publish(outer, "a");
    g_assert_cmpstr(fixture->calls->str, ==, "1a ");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/base/bus/order", Fixture, NULL, set_up, test_order, tear_down);
    g_test_add("/base/bus/subscribe-inside-a-delivery", Fixture, NULL, set_up, test_subscribe_inside, tear_down);
    g_test_add("/base/bus/unsubscribe-inside-a-delivery", Fixture, NULL, set_up, test_unsubscribe_inside, tear_down);
    g_test_add("/base/bus/nested-publishing-is-a-bug", Fixture, NULL, set_up, test_nested_is_a_bug, tear_down);
    g_test_add("/base/bus/two-buses", Fixture, NULL, set_up, test_other_bus, tear_down);
    return g_test_run();
}
