/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The place of a message among others of its conversation. For the files of store/ only. */
#pragma once

#include "store/history_copies.h"

/* Each sets the message's `order` to one that is free. */

/* Behind all others. */
bool order_at_end(const Newcomer *newcomer, GError **error);
/* There, or close behind. */
bool order_at(const Newcomer *newcomer, gint64 wanted, GError **error);
/* By its stamp, but behind `after` (0: open) and before `before` (G_MAXINT64: open), with room for `following` others
 * before the latter. */
bool order_between(const Newcomer *newcomer, gint64 after, gint64 before, guint following, GError **error);
/* The last order up to `limit` of a message of the archive; 0: there is none near it. */
bool order_of_archived(const Newcomer *newcomer, gint64 limit, gint64 *order, GError **error);
/* Where a message is. */
typedef struct OrderPlace {
    gint64 row, order;
} OrderPlace;

/* Those of others that are of the archive, between these orders, first come first; OrderPlace. */
bool order_list_archived(const Newcomer *newcomer, gint64 after, gint64 before, GArray *places, GError **error);
/* The first and the last order of messages within bounds that have exactly the time of this one; 0: there are none. */
bool order_of_stamp(const Newcomer *newcomer, const HistoryBounds *within, gint64 *first, gint64 *last, GError **error);
