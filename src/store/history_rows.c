/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history_rows.h"

#include <string.h>

#include "store/annotations.h"
#include "store/housekeeping.h"

void
rows_reader_clear(RowReader *reader)
{
    g_clear_pointer(&reader->sender, jid_unref);
    g_clear_pointer(&reader->sender_text, g_free);
}

/* The sender as a JID; NULL when there is none, or when it is none by today's rules. */
static const Jid *
read_sender(RowReader *reader, const char *text)
{
    if (text == NULL)
        return NULL;
    if (g_strcmp0(reader->sender_text, text) != 0) {
        rows_reader_clear(reader);
        reader->sender_text = g_strdup(text);
        reader->sender = jid_new(text, NULL);
    }
    return reader->sender;
}

Message *
rows_read(RowReader *reader, sqlite3_stmt *select)
{
    const gint64 flags = sql_int(select, 5);
    const MessageInit init = {
        .row = sql_int(select, 0),
        .order = sql_int(select, 1),
        .time = sql_int(select, 2),
        .direction = sql_int(select, 3) == MESSAGE_OUT ? MESSAGE_OUT : MESSAGE_IN,
        .state = (MessageState) CLAMP(sql_int(select, 4), MESSAGE_QUEUED, MESSAGE_FAILED),
        .delayed = (flags & HISTORY_FLAG_DELAYED) != 0,
        .markable = (flags & HISTORY_FLAG_MARKABLE) != 0,
        .mention = (flags & HISTORY_FLAG_MENTION) != 0,
        .unstyled = (flags & HISTORY_FLAG_UNSTYLED) != 0,
        .ignored = (flags & HISTORY_FLAG_IGNORED) != 0,
        .from = read_sender(reader, sql_text(select, 6)),
        .id = sql_text(select, 7),
        .origin_id = sql_text(select, 8),
        .archive_id = sql_text(select, 9),
        .occupant_id = sql_text(select, 10),
        .encryption = sql_text(select, 11),
        .trust = sql_text(select, 12),
        .reason = sql_text(select, 13),
        .edits = (guint) sql_int(select, 14),
        .edited = sql_int(select, 15),
        .edit_id = sql_text(select, 16),
        .body = sql_text(select, 17),
    };
    return message_new(&init);
}

GPtrArray *
rows_read_all(Db *db, sqlite3_stmt *select, GError **error)
{
    if (select == NULL)
        return NULL;
    g_auto(RowReader) reader = { 0 };
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify) message_unref);
    int more;
    while ((more = db_next_row(db, select, error)) > 0)
        g_ptr_array_add(messages, rows_read(&reader, select));
    return more == 0 && annotations_load(db, messages, error) ? g_steal_pointer(&messages) : NULL;
}

Message *
rows_read_one(Db *db, sqlite3_stmt *select, GError **error)
{
    if (select == NULL || db_next_row(db, select, error) <= 0)
        return NULL;
    g_auto(RowReader) reader = { 0 };
    g_autoptr(Message) message = rows_read(&reader, select);
    sql_reset(select);
    return annotations_load_one(db, message, error) ? g_steal_pointer(&message) : NULL;
}

gint64
rows_digest(const HistoryPlace *place, const Message *message)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    const guchar direction = (guchar) message->direction;
    g_checksum_update(checksum, &direction, sizeof direction);
    /* In rooms the sender is compared when a candidate is found: it has two names there. */
    if (place->kind == CONVERSATION_CHAT && message->from != NULL) {
        const char *sender = jid_bare(message->from);
        g_checksum_update(checksum, (const guchar *) sender, (gssize) strlen(sender));
    }
    g_checksum_update(checksum, (const guchar *) "", 1);
    g_checksum_update(checksum, (const guchar *) message->body, (gssize) strlen(message->body));
    guint8 sum[32];
    gsize length = sizeof sum;
    g_checksum_get_digest(checksum, sum, &length);
    gint64 digest;
    memcpy(&digest, sum, sizeof digest);
    return GINT64_FROM_LE(digest);
}

/* A row that is free: the message's order, or one close to it. The steps grow, so that a crowd at one point in time
 * costs little. */
static bool
find_free_row(Db *db, gint64 order, gint64 *row, GError **error)
{
    gint64 span = 1;
    bool taken = true;
    for (*row = order; taken; span = MIN(span * 2, G_MAXINT32)) {
        gint64 there;
        if (!sql_number(db, error, &there, &taken, "SELECT row FROM message WHERE row = ?", SQL_INT(*row)))
            return false;
        if (taken)
            *row = order + g_random_int_range(0, (gint32) span) + 1;
    }
    return true;
}

bool
rows_insert(Db *db, gint64 conversation, const HistoryPlace *place, Message *message, GError **error)
{
    gint64 row;
    if (!find_free_row(db, message->order, &row, error))
        return false;
    const gint64 flags =
        (message->delayed ? HISTORY_FLAG_DELAYED : 0) | (message->unstyled ? HISTORY_FLAG_UNSTYLED : 0) | (message->markable ? HISTORY_FLAG_MARKABLE : 0)
        | (message->mention ? HISTORY_FLAG_MENTION : 0) | (message->ignored ? HISTORY_FLAG_IGNORED : 0);
    const bool plain = g_strcmp0(message->encryption, "none") == 0;
    if (!sql_run(db, error,
                 "INSERT INTO message (row, conversation, position, time, direction, state, flags, digest, sender, id,"
                 " origin_id, archive_id, occupant_id, encryption, trust, reason, body)"
                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 SQL_INT(row), SQL_INT(conversation), SQL_INT(message->order), SQL_INT(message->time),
                 SQL_INT(message->direction), SQL_INT(message->state), SQL_INT(flags),
                 SQL_INT(rows_digest(place, message)), SQL_TEXT(message->from != NULL ? jid_text(message->from) : NULL),
                 SQL_TEXT(message->id), SQL_TEXT(message->origin_id), SQL_TEXT(message->archive_id),
                 SQL_TEXT(message->occupant_id), SQL_TEXT(plain ? NULL : message->encryption), SQL_TEXT(message->trust),
                 SQL_TEXT(message->reason), SQL_TEXT(message->body)))
        return false;
    message->row = row;
    housekeeping_wake(db);
    return annotations_add_reply(db, message, error);
}
