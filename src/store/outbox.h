/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of ours that the server does not have yet, in the order of writing. A row refers to a message of the
 * history and lives until the server has it, it failed, or the user gave it up; it survives the process (I24). */
#pragma once

#include "store/history.h"

typedef struct OutboxRow {
    gint64 message;     /* row in the history */
    gint64 queued;      /* µs UTC */
    char *with;         /* bare JID of the conversation */
    ConversationKind kind;
    char *to;           /* full JID it was meant for, NULL: the bare one */
    char *intent;       /* provider the conversation insisted on: "none", "otr" … (I21) */
    char *corrects;     /* stanza id it replaces (XEP-0308), NULL */
    gint64 original;    /* history row it corrects; 0 */
    char *id;           /* its stanza id */
    char *reply_id;     /* id of what it answers (XEP-0461), who said that, and the text that stands for it (XEP-0428); */
    char *reply_to;     /* NULL: it answers nothing */
    char *quote;
    char *body;         /* of this stanza (a correction: the new text) */
    bool written;       /* it was on the wire: the server may have it */
    guint32 number;     /* as which stanza of the resumable stream (XEP-0198), when written; else 0 */
} OutboxRow;

void outbox_row_free(OutboxRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutboxRow, outbox_row_free)

/* Returns the row's number, > 0; 0: failed. */
gint64 outbox_add(Db *db, const char *account, const OutboxRow *row, GError **error);
/* It is about to be on the wire, as this stanza of the stream. */
bool outbox_set_written(Db *db, gint64 outbox, guint32 number, GError **error);
bool outbox_remove(Db *db, gint64 outbox, GError **error);
/* In order; `func` must not call into the store. */
typedef void (*OutboxFunc)(gint64 outbox, const OutboxRow *row, gpointer data);
bool outbox_load(Db *db, const char *account, OutboxFunc func, gpointer data, GError **error);
