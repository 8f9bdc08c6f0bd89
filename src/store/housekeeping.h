/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What takes long and can wait, done a little at a time while the loop is idle: conversations that were forgotten go,
 * new messages are indexed for the search, deleted words leave the index, free pages are given back. What is left at
 * exit goes on at the next start. For the files of store/ only. */
#pragma once

#include "store/db.h"

/* There is something to do. */
void housekeeping_wake(Db *db);
/* The same, if there is. */
void housekeeping_resume(Db *db);
/* Something was deleted: its words are to leave the index, too. Part of the batch. */
bool housekeeping_note_deletion(Db *db, GError **error);
/* One slice; false: nothing is left to do, or it failed. */
bool housekeeping_work(Db *db);
