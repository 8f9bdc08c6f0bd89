/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history_copies.h"

#include "store/history_places.h"
#include "store/history_rows.h"
#include "store/sql.h"

enum { COPIES_MAX = 64 }; /* candidates that are looked at */

bool
newcomer_init(Newcomer *newcomer, Db *db, const HistoryPlace *place, Message *message, GError **error)
{
    *newcomer = (Newcomer) {
        .db = db,
        .place = place,
        .message = message,
        .digest = rows_digest(place, message),
        .conversation = places_find(db, place, true, error),
    };
    return newcomer->conversation > 0;
}

/* In rooms the occupant id is the sender where both have one, else the full JID. */
static bool
is_same_sender(const HistoryPlace *place, const Message *one, const Message *other)
{
    if (place->kind == CONVERSATION_CHAT)
        return jid_equal_bare(one->from, other->from);
    if (one->occupant_id != NULL && other->occupant_id != NULL)
        return g_str_equal(one->occupant_id, other->occupant_id);
    return jid_equal(one->from, other->from);
}

/* Copies have the text a message had before it was corrected. Of one that was taken back only the digest is left, and
 * that is the same: candidates are found by it. */
static bool
has_same_text(Db *db, const Message *known, const Message *copy)
{
    if (known->retracted != 0)
        return true;
    if (known->edits == 0)
        return g_str_equal(known->body, copy->body);
    sqlite3_stmt *select =
        sql_query(db, NULL, "SELECT body FROM edit WHERE message = ? AND number = 0", SQL_INT(known->row));
    if (select == NULL || db_next_row(db, select, NULL) <= 0)
        return false;
    const bool same = g_str_equal(sql_text(select, 0), copy->body);
    sql_reset(select);
    return same;
}

/* Who gave a message an origin id and was not told that the server has it, sends it again with the same one: then the
 * archive holds it twice. Ids without such a promise may be used again for another message of the same words. */
static bool
is_copy(const Newcomer *newcomer, const Message *known)
{
    const Message *message = newcomer->message;
    const bool both_archived = known->archive_id != NULL && message->archive_id != NULL;
    const bool both_origins = known->origin_id != NULL && message->origin_id != NULL;
    const bool same_origin = both_origins && g_str_equal(known->origin_id, message->origin_id);
    return known->direction == message->direction && is_same_sender(newcomer->place, known, message)
           && (same_origin || !(both_archived && !g_str_equal(known->archive_id, message->archive_id)))
           && (same_origin || !both_origins) && has_same_text(newcomer->db, known, message);
}

/* The first of the candidates that is a copy, if there is one. False: failed. */
static bool
choose_copy(const Newcomer *newcomer, sqlite3_stmt *select, Message **known, GError **error)
{
    g_autoptr(GPtrArray) candidates = rows_read_all(newcomer->db, select, error);
    for (guint i = 0; candidates != NULL && *known == NULL && i < candidates->len; i++) {
        if (is_copy(newcomer, candidates->pdata[i]))
            *known = message_ref(candidates->pdata[i]);
    }
    return candidates != NULL;
}

/* Without origin ids, what has an id of the archive can only be a copy of what has none: the index leaves the others
 * out, so that a flood of one text with one id is not looked through for each of its messages. */
#define SELECT_COPIES "SELECT " HISTORY_COLUMNS " FROM message m WHERE m.conversation = ? AND "
#define UNARCHIVED " AND m.archive_id IS NULL"
#define LIMIT_COPIES " LIMIT ?"

static bool
find_by_origin(const Newcomer *newcomer, Message **known, GError **error)
{
    static const char same_as_id[] = SELECT_COPIES "m.id = ? AND m.digest = ? AND m.origin_id IS m.id" LIMIT_COPIES;
    static const char other[] =
        SELECT_COPIES "m.origin_id = ? AND m.digest = ? AND m.origin_id IS NOT m.id" LIMIT_COPIES;
    const SqlValue values[] = { SQL_INT(newcomer->conversation), SQL_TEXT(newcomer->message->origin_id),
                                SQL_INT(newcomer->digest), SQL_INT(COPIES_MAX) };
    const gsize count = G_N_ELEMENTS(values);
    Db *db = newcomer->db;
    return choose_copy(newcomer, sql_query_values(db, error, same_as_id, values, count), known, error)
           && (*known != NULL
               || choose_copy(newcomer, sql_query_values(db, error, other, values, count), known, error));
}

static bool
find_by_id(const Newcomer *newcomer, Message **known, GError **error)
{
    static const char any[] = SELECT_COPIES "m.id = ? AND m.digest = ?" LIMIT_COPIES;
    static const char unarchived[] = SELECT_COPIES "m.id = ? AND m.digest = ?" UNARCHIVED LIMIT_COPIES;
    const SqlValue values[] = { SQL_INT(newcomer->conversation), SQL_TEXT(newcomer->message->id),
                                SQL_INT(newcomer->digest), SQL_INT(COPIES_MAX) };
    const char *sql = newcomer->message->archive_id != NULL ? unarchived : any;
    return choose_copy(newcomer, sql_query_values(newcomer->db, error, sql, values, G_N_ELEMENTS(values)), known,
                       error);
}

/* Without ids only the same stamp of a server tells copies; a time of arrival does not. */
static bool
find_by_stamp(const Newcomer *newcomer, Message **known, GError **error)
{
    static const char any[] = SELECT_COPIES
        "m.id IS NULL AND m.origin_id IS NULL AND m.time = ? AND m.digest = ? AND m.flags & 1" LIMIT_COPIES;
    const SqlValue values[] = { SQL_INT(newcomer->conversation), SQL_INT(newcomer->message->time),
                                SQL_INT(newcomer->digest), SQL_INT(COPIES_MAX) };
    return choose_copy(newcomer, sql_query_values(newcomer->db, error, any, values, G_N_ELEMENTS(values)), known,
                       error);
}

bool
copies_find(const Newcomer *newcomer, Message **known, GError **error)
{
    const Message *message = newcomer->message;
    *known = NULL;
    if (message->archive_id != NULL) {
        g_autoptr(GPtrArray) same =
            rows_read_all(newcomer->db,
                          sql_query(newcomer->db, error, SELECT_COPIES "m.archive_id = ?",
                                    SQL_INT(newcomer->conversation), SQL_TEXT(message->archive_id)),
                          error);
        if (same == NULL)
            return false;
        if (same->len > 0) {
            *known = message_ref(same->pdata[0]);
            return true;
        }
    }
    if (message->origin_id != NULL && !find_by_origin(newcomer, known, error))
        return false;
    if (message->id != NULL && *known == NULL && !find_by_id(newcomer, known, error))
        return false;
    if (message->id == NULL && message->origin_id == NULL && message->delayed)
        return find_by_stamp(newcomer, known, error);
    return true;
}

bool
copies_merge(const Newcomer *newcomer, const Message *known, GError **error)
{
    Message *message = newcomer->message;
    message->row = known->row;
    message->order = known->order;
    const bool at_server = message->archive_id != NULL;
    const bool sent = at_server && known->direction == MESSAGE_OUT && known->state == MESSAGE_QUEUED;
    const bool stamped = at_server && message->delayed && !known->delayed;
    const bool learns = (at_server && known->archive_id == NULL)
                        || (message->origin_id != NULL && known->origin_id == NULL)
                        || (message->occupant_id != NULL && known->occupant_id == NULL);
    if (!sent && !stamped && !learns)
        return true;
    return sql_run(newcomer->db, error,
                   "UPDATE message SET archive_id = coalesce(archive_id, ?), origin_id = coalesce(origin_id, ?),"
                   " occupant_id = coalesce(occupant_id, ?), state = ?, time = ? WHERE row = ?",
                   SQL_TEXT(message->archive_id), SQL_TEXT(message->origin_id), SQL_TEXT(message->occupant_id),
                   SQL_INT(sent ? MESSAGE_SENT : known->state), SQL_INT(stamped ? message->time : known->time),
                   SQL_INT(known->row));
}
