/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of history_sync know of each other: catching up (history_sync.c), what somebody scrolls to
 * (history_past.c), and what is missing in between (history_gaps.c). */
#pragma once

#include "core/core_private.h"

/* --- history_sync.c --- */
typedef enum {
    ARCHIVE_UNKNOWN, /* not asked yet */
    ARCHIVE_NONE,
    ARCHIVE_THERE,
} ArchiveState;
ArchiveState history_sync_archive(const HistorySync *sync);
/* Nobody waits any more: the catch-up takes its next page. */
void history_sync_go_on(HistorySync *sync);

/* --- history_past.c: requests of users, one for each conversation at a time; they go before the catch-up --- */
typedef struct HistoryPast HistoryPast;
HistoryPast *history_past_new(Session *session);
void history_past_free(HistoryPast *past);
bool history_past_is_busy(const HistoryPast *past);
void history_past_online(HistoryPast *past);
/* Whether there is an archive is known now, or cannot be known: who waited for that goes on. */
void history_past_archive_known(HistoryPast *past);
void history_past_fetch(HistoryPast *past, Conversation *conversation);
/* Those in what is loaded, the newest first. */
void history_past_fill_gaps(HistoryPast *past, Conversation *conversation);

/* --- history_gaps.c --- */
/* After the archive has forgotten the cursor: where messages may be missing that came after `time`. */
typedef struct HistoryHoles HistoryHoles;
HistoryHoles *history_holes_new(Session *session, gint64 time);
void history_holes_free(HistoryHoles *holes);
/* Around the storing of each page. */
void history_holes_before_page(HistoryHoles *holes, const MamPage *page);
void history_holes_after_page(HistoryHoles *holes);
