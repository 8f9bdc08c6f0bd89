/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history.h"

#include "store/history_rows.h"
#include "store/sql.h"

enum {
    PAGE = 256,          /* messages read at a time */
    UNREAD_MAX = 100000, /* counted in one conversation */
};

/* --- conversations --- */

bool
history_each_conversation(Db *db, const char *account, bool unread_only, HistoryConversationFunc func, gpointer data,
                          GError **error)
{
    sqlite3_stmt *select =
        sql_query(db, error,
                  "SELECT a.jid, c.jid, c.kind, m.time, m.position,"
                  " (SELECT count(*) FROM (SELECT 1 FROM message u WHERE u.conversation = c.id AND u.direction = 0"
                  " AND u.position > c.read_position AND " HISTORY_HEARD("u") " LIMIT ?1)) AS unread"
                  " FROM conversation c JOIN account a ON a.id = c.account JOIN message m ON m.row ="
                  " (SELECT l.row FROM message l WHERE l.conversation = c.id ORDER BY l.position DESC LIMIT 1)"
                  " WHERE (?2 IS NULL OR a.jid = ?2) AND (unread > 0 OR ?3 = 0) ORDER BY m.time DESC, c.id",
                  SQL_INT(UNREAD_MAX), SQL_TEXT(account), SQL_INT(unread_only));
    int more = -1;
    while (select != NULL && (more = db_next_row(db, select, error)) > 0) {
        const HistoryConversation conversation = {
            .place = { sql_text(select, 0), sql_text(select, 1), (ConversationKind) sql_int(select, 2) },
            .last_time = sql_int(select, 3),
            .last_order = sql_int(select, 4),
            .unread = (guint) sql_int(select, 5),
        };
        func(&conversation, data);
    }
    return more == 0;
}

/* --- messages --- */

typedef struct Stop { /* one conversation on the way */
    gint64 id;
    char *account, *with;
    ConversationKind kind;
} Stop;

static void
stop_clear(gpointer data)
{
    Stop *stop = data;
    g_free(stop->account);
    g_free(stop->with);
}

static GArray *
plan_stops(Db *db, const HistoryFilter *filter, GError **error)
{
    sqlite3_stmt *select = sql_query(db, error,
                                     "SELECT c.id, a.jid, c.jid, c.kind FROM conversation c JOIN account a"
                                     " ON a.id = c.account WHERE (?1 IS NULL OR a.jid = ?1) AND"
                                     " (?2 IS NULL OR c.jid = ?2) ORDER BY a.jid, c.jid, c.kind",
                                     SQL_TEXT(filter->account), SQL_TEXT(filter->with));
    if (select == NULL)
        return NULL;
    g_autoptr(GArray) stops = g_array_new(FALSE, FALSE, sizeof(Stop));
    g_array_set_clear_func(stops, stop_clear);
    int more;
    while ((more = db_next_row(db, select, error)) > 0) {
        const Stop stop = {
            .id = sql_int(select, 0),
            .account = g_strdup(sql_text(select, 1)),
            .with = g_strdup(sql_text(select, 2)),
            .kind = (ConversationKind) sql_int(select, 3),
        };
        g_array_append_val(stops, stop);
    }
    return more == 0 ? g_steal_pointer(&stops) : NULL;
}

typedef struct Walk {
    Db *db;
    const HistoryFilter *filter;
    gint64 before; /* of the filter, always a number */
    HistoryRowFunc func;
    gpointer data;
    bool go_on;
} Walk;

/* The stretch of orders in which the times that are wanted lie, by the index of times. False: failed. */
static bool
find_stretch(const Walk *walk, const Stop *stop, gint64 *first, gint64 *last, GError **error)
{
    *first = G_MININT64;
    *last = G_MAXINT64;
    if (walk->filter->after == 0 && walk->filter->before == 0)
        return true;
    sqlite3_stmt *select = sql_query(walk->db, error,
                                     "SELECT min(position), max(position), count(*) FROM message"
                                     " WHERE conversation = ? AND time >= ? AND time < ?",
                                     SQL_INT(stop->id), SQL_INT(walk->filter->after), SQL_INT(walk->before));
    if (select == NULL || db_next_row(walk->db, select, error) <= 0)
        return false;
    *first = sql_int(select, 0);
    *last = sql_int(select, 2) > 0 ? sql_int(select, 1) : G_MININT64;
    sql_reset(select);
    return true;
}

static GPtrArray *
read_page(const Walk *walk, const Stop *stop, gint64 first, gint64 last, GError **error)
{
    return rows_read_all(walk->db,
                         sql_query(walk->db, error,
                                   "SELECT " HISTORY_COLUMNS " FROM message m INDEXED BY message_place"
                                   " WHERE m.conversation = ?1 AND m.position BETWEEN ?2 AND ?3"
                                   " AND (?4 = 0 OR m.time >= ?4) AND m.time < ?5 AND " HISTORY_FROM(
                                       "m", "?6", "?7", "?8") " ORDER BY m.position LIMIT ?9",
                                   SQL_INT(stop->id), SQL_INT(first), SQL_INT(last), SQL_INT(walk->filter->after),
                                   SQL_INT(walk->before), SQL_TEXT(walk->filter->from), SQL_TEXT(stop->with),
                                   SQL_INT(stop->kind), SQL_INT(PAGE)),
                         error);
}

static bool
walk_conversation(Walk *walk, const Stop *stop, GError **error)
{
    HistoryRow row = { .place = { stop->account, stop->with, stop->kind } };
    gint64 first, last;
    if (!find_stretch(walk, stop, &first, &last, error))
        return false;
    while (walk->go_on && first <= last) {
        g_autoptr(GPtrArray) page = read_page(walk, stop, first, last, error);
        if (page == NULL)
            return false;
        for (guint i = 0; walk->go_on && i < page->len; i++) {
            row.message = page->pdata[i];
            walk->go_on = walk->func(&row, walk->data);
        }
        if (page->len < PAGE)
            break;
        first = row.message->order + 1;
    }
    return true;
}

bool
history_each(Db *db, const HistoryFilter *filter, HistoryRowFunc func, gpointer data, GError **error)
{
    g_autoptr(GArray) stops = plan_stops(db, filter, error);
    Walk walk = {
        .db = db,
        .filter = filter,
        .before = filter->before != 0 ? filter->before : G_MAXINT64,
        .func = func,
        .data = data,
        .go_on = true,
    };
    bool done = stops != NULL;
    for (guint i = 0; done && walk.go_on && i < stops->len; i++)
        done = walk_conversation(&walk, &g_array_index(stops, Stop, i), error);
    return done;
}
