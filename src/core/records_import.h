/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages from elsewhere into the store: nothing twice, each in its place. Repeating an import changes nothing. */
#pragma once

#include "core/records.h"

typedef struct RecordsImport RecordsImport;

typedef struct RecordsItem {
    const char *account; /* bare JID, prepared */
    const char *with;    /* bare JID, prepared */
    ConversationKind kind;
    /* As of the source; `order` 0: found from the time and the sequence of the calls, which is kept where clocks jump
     * by less than a day. `state` counts for outgoing ones; one still QUEUED is FAILED here: its outbox is gone. */
    MessageInit message;
    const RecordsText *earlier; /* the texts before message.body, the first one first */
    guint earlier_count;
    const char *replaces; /* stanza id of the same sender's message that this one corrects (XEP-0308) */
} RecordsItem;

typedef enum { RECORDS_FAILED, RECORDS_ADDED, RECORDS_KNOWN } RecordsOutcome;

/* Borrows. While an instance has the profile open, pauses leave it room to write. */
RecordsImport *records_import_new(Records *records);
/* Finishes. */
void records_import_free(RecordsImport *import);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordsImport, records_import_free)

/* What follows is another telling of the same story: what was added up to now is there already. */
void records_import_next_source(RecordsImport *import);
/* Without ids equal are: the same sender and text within two seconds, each message of the store counting once a
 * source. */
RecordsOutcome records_import_add(RecordsImport *import, const RecordsItem *item, GError **error);
/* Writes what waits to the disk; what was added counts as read. */
bool records_import_finish(RecordsImport *import, GError **error);
/* A JID of a source, prepared; the same text is prepared only once. Borrowed until a message has been added; NULL: no
 * JID. */
const Jid *records_import_jid(RecordsImport *import, const char *text);

/* The rows of another program's SQLite file, as texts; NULL for NULL. `query` is run as it is. False ends the walk.
 * ERROR_NOT_FOUND: no such file; ERROR_BAD_INPUT: not SQLite, or not with the tables of the query. The file is not
 * changed. */
typedef bool (*RecordsForeignFunc)(const char *const *columns, gpointer data);
bool records_read_foreign(const char *path, const char *query, RecordsForeignFunc func, gpointer data, GError **error);
