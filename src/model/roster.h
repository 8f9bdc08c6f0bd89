/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contacts of an account, found by bare JID in O(1), kept sorted for the panel in O(log n) per change: available
 * contacts first, then by display name (case-folded), then JID. Contacts without a roster entry (someone who wrote) can
 * exist too. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"
#include "model/types.h"

Roster *roster_new(Account *account);
void roster_free(Roster *roster);

Contact *roster_find(const Roster *roster, const Jid *jid); /* compares the bare part; NULL when unknown */
/* By name, case-folded, or by local part when unique; `ambiguous` (may be NULL) tells why NULL. */
Contact *roster_find_named(const Roster *roster, const char *name, bool *ambiguous);
/* Somebody whose label reads like this (case and forms of letters do not count); O(log² n). NULL: nobody. */
Contact *roster_find_label(const Roster *roster, const char *label);
Contact *roster_ensure(Roster *roster, const Jid *jid); /* publishes CONTACT_ADDED when new */
void roster_remove(Roster *roster, Contact *contact);   /* publishes CONTACT_REMOVED, then frees */
/* Many changes at once (a whole roster): sorted once, and CONTACT_* and PRESENCE_CHANGED events give way to one
 * ROSTER_CHANGED. May nest. Until the end the order is not up to date. */
void roster_begin(Roster *roster);
void roster_end(Roster *roster);

guint roster_size(const Roster *roster);
guint roster_online_count(const Roster *roster);
/* The sorted order: index → contact (O(log n)), contact → index. The first roster_online_count() are online. */
Contact *roster_at(const Roster *roster, guint index);
guint roster_index(const Roster *roster, const Contact *contact);

enum { ROSTER_REQUESTS_MAX = 1000 }; /* further ones are not kept: the server repeats them at the next login (I9) */

/* JIDs that asked for a subscription and have no answer yet: bare JID and words (cleaned, may be NULL). */
void roster_add_request(Roster *roster, const Jid *jid,
                        const char *words); /* publishes SUBSCRIPTION_REQUESTED when new */
bool roster_remove_request(Roster *roster, const Jid *jid);
guint roster_request_count(const Roster *roster);
const Jid *roster_request_at(const Roster *roster, guint index, const char **words);
