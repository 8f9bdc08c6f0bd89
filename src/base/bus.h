/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A synchronous event bus. Events are borrowed for the call. Delivery on one bus is never nested: publishing from
 * inside a delivery of the same bus is a programming error (g_assert); who must act on an event does so from an
 * idle source. Subscribing and unsubscribing inside a delivery are allowed; a new subscriber sees the next event. */
#pragma once

#include <glib.h>

typedef struct Bus Bus;
typedef void (*BusHandler)(gconstpointer event, gpointer data);

Bus *bus_new(void);
void bus_free(Bus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bus, bus_free)
/* Returns an id for bus_unsubscribe(), never 0. Handlers run in the order of subscription. */
guint bus_subscribe(Bus *bus, BusHandler handler, gpointer data);
void bus_unsubscribe(Bus *bus, guint id);
void bus_publish(Bus *bus, gconstpointer event);
