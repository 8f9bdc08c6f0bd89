/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/core_private.h"

void
reading_mark(Client *client, Conversation *conversation)
{
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GError) error = NULL;
    conversation_mark_read(conversation);
    if (conversations_are_kept(client, conversation)
        && !history_set_read(client_db(client), &place, conversation_last_order(conversation), &error))
        client_notice(client, conversation_account(conversation), NOTICE_ERROR, error->code, "%s", error->message);
}

void
reading_receive(Session *session, Conversation *conversation, const XmppMessage *message, const Message *shown)
{
}

void
reading_elsewhere(Session *session, const Jid *with, const char *archive_id)
{
}

bool
incoming_correction(Session *session, Conversation *conversation, const XmppMessage *message,
                    MessageDirection direction)
{
    return false;
}
