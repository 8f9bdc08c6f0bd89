/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history_order.h"

#include "base/when.h"
#include "store/sql.h"

enum {
    ORDER_STEP = 64, /* µs between neighbours: room for some that turn up later */
    ORDER_SECOND = 1000 * 1000,
    UNARCHIVED_MAX = 1000, /* messages that are looked at for one that the archive has */
};

/* The last order below `limit`; 0: none. */
static bool
last_order(Db *db, gint64 conversation, gint64 limit, gint64 *order, GError **error)
{
    return sql_number(db, error, order, NULL,
                      "SELECT max(position) FROM message WHERE conversation = ? AND position < ?",
                      SQL_INT(conversation), SQL_INT(limit));
}

/* A wanted order that is free: itself, or behind those that are there within the same whole second, or the next one. */
static bool
free_order(Db *db, gint64 conversation, gint64 wanted, gint64 *order, GError **error)
{
    gint64 there;
    bool taken;
    *order = wanted;
    if (!sql_number(db, error, &there, &taken, "SELECT row FROM message WHERE conversation = ? AND position = ?",
                    SQL_INT(conversation), SQL_INT(wanted)))
        return false;
    if (!taken)
        return true;
    const gint64 room = wanted % ORDER_SECOND == 0 ? ORDER_SECOND : ORDER_STEP;
    if (!last_order(db, conversation, wanted + room, &there, error))
        return false;
    if (there < wanted + room - 1) {
        *order = there + 1;
        return true;
    }
    /* A crowd: wherever there is room behind it. */
    return free_order(db, conversation, wanted + room, order, error);
}

bool
order_at_end(const Newcomer *newcomer, GError **error)
{
    gint64 last;
    if (!last_order(newcomer->db, newcomer->conversation, G_MAXINT64, &last, error))
        return false;
    newcomer->message->order = MAX(when_now(), last + ORDER_STEP);
    return true;
}

bool
order_at(const Newcomer *newcomer, gint64 wanted, GError **error)
{
    return free_order(newcomer->db, newcomer->conversation, wanted, &newcomer->message->order, error);
}

/* The stamp where it lies between the bounds, else as near as there is room for those that follow. */
static gint64
wanted_between(gint64 stamp, gint64 after, gint64 before, guint following)
{
    const gint64 room = before - after;
    const gint64 step = CLAMP(room / ((gint64) following + 2), 1, ORDER_STEP);
    const gint64 last = before - step * ((gint64) following + 1);
    /* Where the bounds contradict each other the archive's order wins: behind the one before. */
    return MAX(MIN(stamp, last), after + step);
}

bool
order_between(const Newcomer *newcomer, gint64 after, gint64 before, guint following, GError **error)
{
    const gint64 now = when_now();
    const bool is_open = before == G_MAXINT64;
    /* Nothing in an archive is of the future, even where its clock is ahead. */
    const gint64 stamp = CLAMP(newcomer->message->time, 1, now);
    const gint64 wanted = is_open ? MAX(stamp, after + ORDER_STEP) : wanted_between(stamp, after, before, following);
    return order_at(newcomer, wanted, error);
}

bool
order_of_archived(const Newcomer *newcomer, gint64 limit, gint64 *order, GError **error)
{
    return sql_number(newcomer->db, error, order, NULL,
                      "SELECT max(position) FROM (SELECT position, archive_id FROM message WHERE conversation = ?"
                      " AND position <= ? ORDER BY position DESC LIMIT ?) WHERE archive_id IS NOT NULL",
                      SQL_INT(newcomer->conversation), SQL_INT(limit), SQL_INT(UNARCHIVED_MAX));
}

bool
order_list_archived(const Newcomer *newcomer, gint64 after, gint64 before, GArray *places, GError **error)
{
    sqlite3_stmt *select = sql_query(newcomer->db, error,
                                     "SELECT row, position FROM message WHERE conversation = ? AND direction = 0"
                                     " AND position > ? AND position < ? AND archive_id IS NOT NULL"
                                     " ORDER BY position LIMIT ?",
                                     SQL_INT(newcomer->conversation), SQL_INT(after), SQL_INT(before),
                                     SQL_INT(UNARCHIVED_MAX));
    int more = select != NULL ? 1 : -1;
    while (more > 0 && (more = db_next_row(newcomer->db, select, error)) > 0) {
        const OrderPlace place = { sql_int(select, 0), sql_int(select, 1) };
        g_array_append_val(places, place);
    }
    return more == 0;
}

bool
order_of_stamp(const Newcomer *newcomer, const HistoryBounds *within, gint64 *first, gint64 *last, GError **error)
{
    sqlite3_stmt *select = sql_query(newcomer->db, error,
                                     "SELECT min(position), max(position) FROM message WHERE conversation = ?"
                                     " AND time = ? AND position > ? AND position < ?",
                                     SQL_INT(newcomer->conversation), SQL_INT(newcomer->message->time),
                                     SQL_INT(within->after), SQL_INT(within->before));
    if (select == NULL || db_next_row(newcomer->db, select, error) <= 0)
        return false;
    *first = sql_int(select, 0);
    *last = sql_int(select, 1);
    sql_reset(select);
    return true;
}
