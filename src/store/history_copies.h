/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is the same message, and what is not (history_add(), I19). For the files of store/ only. */
#pragma once

#include "store/history.h"

/* A message on its way in. Borrows all. */
typedef struct Newcomer {
    Db *db;
    const HistoryPlace *place;
    gint64 conversation; /* made when missing */
    Message *message;
    gint64 digest;
} Newcomer;

bool newcomer_init(Newcomer *newcomer, Db *db, const HistoryPlace *place, Message *message, GError **error);
/* What the store has of this message already, with a reference; NULL: nothing. False: failed. */
bool copies_find(const Newcomer *newcomer, Message **known, GError **error);
/* The one that is known learns what its copy knows more; the copy learns where it is. */
bool copies_merge(const Newcomer *newcomer, const Message *known, GError **error);
