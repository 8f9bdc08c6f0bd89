/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every message of every conversation, once (I19, I24). Accounts and conversations are named by prepared bare JIDs.
 *
 * Two orders: `time` is what is shown beside a message; `order` is its place in the conversation: unique there, grows
 * to the end, roughly microseconds UTC. Texts are stored as received: clean when showing.
 *
 * No function's cost grows with the size of the history: everything is found through an index and pages are limited.
 * Writes go into the open batch (db.h): they are on the disk when db_when_durable() says so. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/message.h"
#include "store/db.h"

/* One conversation of one account. Borrowed. */
typedef struct HistoryPlace {
    const char *account; /* bare JID */
    const char *with;    /* bare JID */
    ConversationKind kind;
} HistoryPlace;

typedef enum {
    HISTORY_FAILED,
    HISTORY_ADDED,
    HISTORY_KNOWN, /* it was there: nothing new is to be shown */
} HistoryOutcome;

/* Adds a message at the end, or, when `message->order` is not 0, at that place. Sets `row` and `order`. A duplicate is
 * HISTORY_KNOWN, `row` and `order` become those of the one that was there, which learns what this copy knows more (the
 * archive's id, a stamp of the server). Equal are, in the same conversation (XEP-0359 §5; I19):
 *   - the same archive and archive_id;
 *   - the same sender (bare JID; in rooms full JID or occupant id), direction, origin_id and body: who sends a message
 *     once more, since nobody said that the server has it, has it in the archive twice;
 *   - without origin_id, the same id instead, unless both have different ids of the same archive;
 *   - without any of these ids: the same sender, stamp (delayed ones only) and body.
 * The same id with other content is another message: both are kept. An outgoing one that is known and QUEUED becomes
 * SENT when the copy has an archive_id, since the server must have it. */
HistoryOutcome history_add(Db *db, const HistoryPlace *place, Message *message, GError **error);

/* A page of an archive, oldest first, as one step: what is new gets an order between the known ones around it, so that
 * the archive's order holds even where stamps are coarse or clocks differ; incoming ones that are known, but in
 * another order, change places. outcomes[i] (may be NULL) tells of messages[i]; places[i] says where it belongs (an account's archive mixes conversations). */
bool history_add_page(Db *db, const HistoryPlace *places, Message *const *messages, guint count,
                      HistoryOutcome *outcomes, GError **error);
/* The same for a page of which it is known where it belongs. Better than stamps, which may be of another clock or have
 * whole seconds only. */
typedef struct HistoryBounds {
    gint64 after, before; /* of one conversation, such as the page before the oldest message here: orders in (after,
                             before); 0: open */
    gint64 read_to;       /* what the archive had of any conversation up to this order comes before the page; 0: not
                             known */
    gint64 live_from;     /* what came by itself behind this order came later than the page, unless it is in it; 0: not
                             known */
} HistoryBounds;
bool history_add_page_within(Db *db, const HistoryPlace *places, Message *const *messages, guint count,
                             const HistoryBounds *bounds, HistoryOutcome *outcomes, GError **error);

/* Up to `limit` messages before `order` (G_MAXINT64: from the end), oldest first; Message*, with free function.
 * Corrected ones carry their latest text. NULL: failed. */
GPtrArray *history_page_before(Db *db, const HistoryPlace *place, gint64 order, guint limit, GError **error);
/* The same without what is ignored. */
GPtrArray *history_heard_before(Db *db, const HistoryPlace *place, gint64 order, guint limit, GError **error);
GPtrArray *history_page_after(Db *db, const HistoryPlace *place, gint64 order, guint limit, GError **error);
/* NULL when there is none. `archive` NULL: the account's own. */
Message *history_find(Db *db, gint64 row, GError **error);
Message *history_find_archived(Db *db, const HistoryPlace *place, const char *archive, const char *archive_id,
                               GError **error);
/* The newest of this direction with this stanza id (or origin id). */
Message *history_find_by_id(Db *db, const HistoryPlace *place, MessageDirection direction, const char *id,
                            GError **error);

/* What changed of a message that has a row: state, reason, archive_id, trust. */
bool history_update(Db *db, const Message *message, GError **error);
/* XEP-0308: `edit` (its id, origin_id, archive_id, time, body) is the latest text of `original` now; the earlier ones
 * stay. `original` itself is not changed: see conversation_edit_message() and message_edit(). An outgoing one is QUEUED
 * again, unless the edit has an archive_id or is further. HISTORY_KNOWN: this correction was there. */
HistoryOutcome history_correct(Db *db, const HistoryPlace *place, const Message *original, const Message *edit,
                               GError **error);
typedef struct HistoryEdit {
    gint64 time;
    char *body;
} HistoryEdit;
/* All texts of a message, the first one first; HistoryEdit*, with free function. */
GPtrArray *history_edits(Db *db, gint64 row, GError **error);

/* Read state: everything up to `order` is read; it only grows. */
bool history_set_read(Db *db, const HistoryPlace *place, gint64 order, GError **error);
gint64 history_read_order(Db *db, const HistoryPlace *place); /* 0: nothing */
/* Incoming messages behind what is read, counted by an index; stops at `limit`. */
guint history_count_unread(Db *db, const HistoryPlace *place, guint limit);
/* Calls for each conversation of `account` (NULL: all) by the time of its last message, newest first. Texts live for
 * the call; `func` must not call into the store. */
typedef struct HistoryConversation {
    HistoryPlace place;
    gint64 last_time, last_order;
    guint unread;
} HistoryConversation;
typedef void (*HistoryConversationFunc)(const HistoryConversation *conversation, gpointer data);
bool history_each_conversation(Db *db, const char *account, bool unread_only, HistoryConversationFunc func,
                               gpointer data, GError **error);

/* --- retention --- */
/* Forgets messages with an order before `before` (their edits, index entries, too), but not those that wait to be sent,
 * `limit` at a time; returns how many went, -1: failed. Free pages are given back a little at a time. */
int history_expire(Db *db, const HistoryPlace *place, gint64 before, guint limit, GError **error);
/* Everything of a conversation (`with` NULL: of the account), also what waits to be sent. It is out of sight at once; its
 * bytes go in the next seconds the loop is idle, or after the next start. How far the archives were read stays known: what
 * was forgotten is not fetched again by itself. */
bool history_forget(Db *db, const HistoryPlace *place, GError **error);

/* --- reading all of it --- */
typedef struct HistoryFilter {
    const char *account; /* NULL: all */
    const char *with;    /* NULL: all conversations */
    const char *from;    /* sender: bare or full JID, or a nick in rooms; NULL: all */
    gint64 after, before; /* µs UTC, [after, before); 0: open */
} HistoryFilter;

/* Borrowed for the call, which must not call into the store. False ends the walk. */
typedef struct HistoryRow {
    HistoryPlace place;
    const Message *message;
} HistoryRow;
typedef bool (*HistoryRowFunc)(const HistoryRow *row, gpointer data);
/* In order of (account, conversation, order), a page at a time so that writers are not held up. */
bool history_each(Db *db, const HistoryFilter *filter, HistoryRowFunc func, gpointer data, GError **error);
