/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_kit.h"

const HistoryPlace kit_chat = { "me@example.org", "bob@example.net", CONVERSATION_CHAT };
const HistoryPlace kit_other_chat = { "me@example.org", "eve@example.net", CONVERSATION_CHAT };
const HistoryPlace kit_room = { "me@example.org", "den@rooms.example.org", CONVERSATION_ROOM };

Message *
kit_message(const KitMessage *kit)
{
    const char *sender = kit->direction == MESSAGE_OUT ? "me@example.org/here" : "bob@example.net/phone";
    g_autoptr(Jid) from = jid_new(kit->from != NULL ? kit->from : sender, NULL);
    g_assert_nonnull(from);
    return message_new(&(const MessageInit) {
        .direction = kit->direction,
        .from = from,
        .id = kit->id,
        .origin_id = kit->origin_id,
        .archive_id = kit->archive_id,
        .occupant_id = kit->occupant_id,
        .body = kit->body != NULL ? kit->body : "hello",
        .time = kit->time,
        .order = kit->order,
        .delayed = kit->delayed,
        .ignored = kit->ignored,
        .edit_id = kit->edit_id,
    });
}

Db *
kit_open(void)
{
    g_autoptr(GError) error = NULL;
    Db *db = db_open(NULL, NULL, &error);
    g_assert_no_error(error);
    return db;
}

HistoryOutcome
kit_add(Db *db, const HistoryPlace *place, Message *take_message)
{
    g_autoptr(GError) error = NULL;
    const HistoryOutcome outcome = history_add(db, place, take_message, &error);
    g_assert_no_error(error);
    g_assert_cmpint(outcome, !=, HISTORY_FAILED);
    g_assert_cmpint(take_message->row, >, 0);
    g_assert_cmpint(take_message->order, >, 0);
    message_unref(take_message);
    return outcome;
}

char *
kit_bodies(Db *db, const HistoryPlace *place)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) page = history_page_before(db, place, G_MAXINT64, 1000, &error);
    g_assert_no_error(error);
    GString *bodies = g_string_new(NULL);
    gint64 last = 0;
    for (guint i = 0; i < page->len; i++) {
        const Message *message = page->pdata[i];
        g_assert_cmpint(message->order, >, last);
        last = message->order;
        g_string_append_printf(bodies, "%s%s", i > 0 ? " " : "", message->body);
    }
    return g_string_free(bodies, FALSE);
}
