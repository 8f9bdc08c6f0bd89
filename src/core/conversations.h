/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conversations and their past, for front-ends: opening, scrolling back, what is read, sending again. */
#pragma once

#include "core/client.h"

/* The conversation, made when missing, with its last page and unread count from the store. `bare` is room/nick for the kind
 * OCCUPANT. */
Conversation *conversations_open(Client *client, Account *account, const Jid *bare, ConversationKind kind);
/* Wants the page before the first message: from the store at once; when that has no more, from the archive, later.
 * HISTORY_LOADED tells. Does nothing when one is under way or the beginning is reached. */
void conversations_load_older(Client *client, Conversation *conversation);
/* The user sees the end of the conversation: everything is read; the other devices and, where wanted, the sender are
 * told (XEP-0490, 0333). Cheap when nothing is unread. */
void conversations_mark_read(Client *client, Conversation *conversation);
/* The conversation someone looks at: its catch-up goes first. NULL: none. */
void conversations_set_visible(Client *client, Conversation *conversation);
/* Everything that was said with somebody is deleted here, also what still waits to be sent, and its window is closed.
 * What the server's archive and others have is not touched, and not fetched again. */
bool conversations_forget(Client *client, Account *account, const Jid *bare, GError **error);
