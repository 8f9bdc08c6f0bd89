/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/bus.h"

#include <stdbool.h>

typedef struct {
    guint id;
    BusHandler handler; /* NULL: unsubscribed during a delivery, removed after it */
    gpointer data;
} Subscription;

struct Bus {
    GArray *subscriptions;
    guint last_id;
    bool publishing;
    bool holes;
};

Bus *
bus_new(void)
{
    Bus *bus = g_new0(Bus, 1);
    bus->subscriptions = g_array_new(FALSE, FALSE, sizeof(Subscription));
    return bus;
}

void
bus_free(Bus *bus)
{
    if (bus == NULL)
        return;
    g_assert(!bus->publishing);
    g_array_unref(bus->subscriptions);
    g_free(bus);
}

guint
bus_subscribe(Bus *bus, BusHandler handler, gpointer data)
{
    g_assert(handler != NULL);
    if (++bus->last_id == 0)
        bus->last_id = 1;
    const Subscription subscription = { .id = bus->last_id, .handler = handler, .data = data };
    g_array_append_val(bus->subscriptions, subscription);
    return subscription.id;
}

void
bus_unsubscribe(Bus *bus, guint id)
{
    for (guint i = 0; i < bus->subscriptions->len; i++) {
        Subscription *subscription = &g_array_index(bus->subscriptions, Subscription, i);
        if (subscription->id != id)
            continue;
        if (!bus->publishing) {
            g_array_remove_index(bus->subscriptions, i);
            return;
        }
        subscription->handler = NULL;
        bus->holes = true;
        return;
    }
}

/* Removes what was unsubscribed while the array was being walked. */
static void
close_holes(Bus *bus)
{
    for (guint i = bus->subscriptions->len; i-- > 0;) {
        if (g_array_index(bus->subscriptions, Subscription, i).handler == NULL)
            g_array_remove_index(bus->subscriptions, i);
    }
    bus->holes = false;
}

void
bus_publish(Bus *bus, gconstpointer event)
{
    g_assert(!bus->publishing);
    bus->publishing = true;
    /* The length is taken once: who subscribes now sees the next event. The element is copied, as the array may
     * move. */
    const guint length = bus->subscriptions->len;
    for (guint i = 0; i < length; i++) {
        const Subscription subscription = g_array_index(bus->subscriptions, Subscription, i);
        if (subscription.handler != NULL)
            subscription.handler(event, subscription.data);
    }
    bus->publishing = false;
    if (bus->holes)
        close_holes(bus);
}
