/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history.h"

#include "store/history_copies.h"
#include "store/history_order.h"
#include "store/history_rows.h"
#include "store/sql.h"

static HistoryOutcome
add(const Newcomer *newcomer, GError **error)
{
    g_autoptr(Message) known = NULL;
    if (!copies_find(newcomer, &known, error))
        return HISTORY_FAILED;
    if (known != NULL)
        return copies_merge(newcomer, known, error) ? HISTORY_KNOWN : HISTORY_FAILED;
    Message *message = newcomer->message;
    const bool placed = message->order == 0 ? order_at_end(newcomer, error) : order_at(newcomer, message->order, error);
    return placed && rows_insert(newcomer->db, newcomer->conversation, newcomer->place, message, error)
               ? HISTORY_ADDED
               : HISTORY_FAILED;
}

HistoryOutcome
history_add(Db *db, const HistoryPlace *place, Message *message, GError **error)
{
    if (!db_step_begin(db, error))
        return HISTORY_FAILED;
    Newcomer newcomer;
    const gint64 order = message->order;
    HistoryOutcome outcome =
        newcomer_init(&newcomer, db, place, message, error) ? add(&newcomer, error) : HISTORY_FAILED;
    if (!db_step_end(db, outcome != HISTORY_FAILED, error))
        outcome = HISTORY_FAILED;
    if (outcome == HISTORY_FAILED) {
        message->row = 0;
        message->order = order;
    }
    return outcome;
}

bool
history_update(Db *db, const Message *message, GError **error)
{
    if (message->row == 0)
        return true;
    if (!db_begin(db, error))
        return false;
    /* What a copy has taught the store meanwhile is not forgotten, and an id of the archive is one message's. */
    const SqlValue values[] = { SQL_INT(message->state), SQL_TEXT(message->reason), SQL_TEXT(message->trust),
                                SQL_TEXT(message->archive_id), SQL_INT(message->row) };
    return sql_run_values(db, error,
                          "UPDATE message SET state = ?1, reason = ?2, trust = ?3, archive_id = CASE"
                          " WHEN archive_id IS NULL AND NOT EXISTS (SELECT 1 FROM message other WHERE"
                          " other.conversation = message.conversation AND other.archive_id = ?4) THEN ?4"
                          " ELSE archive_id END WHERE row = ?5",
                          values, G_N_ELEMENTS(values));
}
