/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A contact and its resources. All strings are cleaned (I12) before they get here, and borrowed from here. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"
#include "model/types.h"

enum {
    CONTACT_RESOURCES_MAX = 256, /* the best are kept, further ones not counted (I9) */
};

/* Bits: we see them (TO), they see us (FROM). */
typedef enum { CONTACT_SEES_NONE = 0, CONTACT_TO = 1, CONTACT_FROM = 2, CONTACT_BOTH = 3 } ContactSubscription;

struct Resource {
    Jid *jid; /* full */
    Availability availability;
    int priority;
    char *status; /* may be NULL */
    gint64 since; /* microseconds */
};

const Jid *contact_jid(const Contact *contact); /* bare */
Account *contact_account(const Contact *contact);
/* The roster name, else the local part, else the whole JID: never empty. */
const char *contact_label(const Contact *contact);
const char *contact_name(const Contact *contact); /* roster name, NULL when none */
const char *const *contact_groups(const Contact *contact); /* never NULL */
ContactSubscription contact_subscription(const Contact *contact);
bool contact_is_in_roster(const Contact *contact);
bool contact_is_asked(const Contact *contact); /* our request is pending */
/* Of the most available resource (priority, then show). */
Availability contact_availability(const Contact *contact);
bool contact_is_online(const Contact *contact);
/* Of the same resource; when offline the last words. NULL: none. */
const char *contact_status(const Contact *contact);
guint contact_resource_count(const Contact *contact);
const Resource *contact_resource_at(const Contact *contact, guint index); /* best first */

/* Changes; each publishes CONTACT_CHANGED or PRESENCE_CHANGED when something changed, not between roster_begin() and
 * roster_end(). AVAILABILITY_OFFLINE takes the resource away. */
void contact_set_item(Contact *contact, const char *name, const char *const *groups, ContactSubscription subscription,
                      bool asked);
void contact_set_resource(Contact *contact, const Jid *full, Availability availability, int priority,
                          const char *status, gint64 since);
void contact_clear_resources(Contact *contact);
