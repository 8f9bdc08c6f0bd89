/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server keeps of an account's messages (XEP-0441). */
#pragma once

#include "core/session.h"

/* In force at the server. Borrowed for the call; the lists end with NULL. */
typedef struct ArchivePrefs {
    const char *by_default;          /* "always", "never", "roster": only those of contacts */
    const char *const *always; /* JIDs for which it is otherwise */
    const char *const *never;
} ArchivePrefs;

/* What is to be different; NULL: stays. */
typedef struct ArchivePrefsChange {
    const char *by_default;
    const Jid *always, *never; /* from now on; it leaves the other list */
    const Jid *as_default;     /* in no list any more */
} ArchivePrefsChange;

/* NULL on failure. Exactly once, from the loop. */
typedef void (*ArchivePrefsDone)(const ArchivePrefs *prefs, const GError *error, gpointer data);
void archive_prefs_get(Session *session, ArchivePrefsDone done, gpointer data);
void archive_prefs_change(Session *session, const ArchivePrefsChange *change, ArchivePrefsDone done, gpointer data);
