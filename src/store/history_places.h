/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conversations in the database. For the files of store/ only. */
#pragma once

#include "store/history.h"

/* The number of a conversation; made when missing with `create`, else 0. -1: failed. */
gint64 places_find(Db *db, const HistoryPlace *place, bool create, GError **error);
/* Whether `archive` (NULL: the account's own) is the one that keeps this conversation: ids of others say nothing about
 * its messages (I19). */
bool places_is_kept_by(const HistoryPlace *place, const char *archive);
