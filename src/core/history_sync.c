/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/core_private.h"

struct HistorySync {
    Session *session;
};

HistorySync *
history_sync_new(Session *session)
{
    HistorySync *sync = g_new0(HistorySync, 1);
    sync->session = session;
    return sync;
}

void
history_sync_free(HistorySync *sync)
{
    g_free(sync);
}

void
history_sync_bound(HistorySync *sync)
{
    outgoing_queue_release(session_outgoing(sync->session));
}

void
history_sync_closed(HistorySync *sync)
{
}

bool
history_sync_trusts_ids(const HistorySync *sync)
{
    return false;
}

void
history_sync_live(HistorySync *sync, const char *archive_id)
{
}

void
history_sync_set_visible(Client *client, Conversation *conversation)
{
}

void
history_sync_show_gaps(Client *client, Conversation *conversation)
{
}

void
history_sync_fetch_older(Client *client, Conversation *conversation)
{
    conversation_set_past(conversation, PAST_COMPLETE, NULL);
}
