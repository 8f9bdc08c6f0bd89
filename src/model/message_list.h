/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages in the order they are shown, growing at both ends and found by what names them. Both ends cost O(1), a place
 * in between costs what is moved to make room. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"
#include "model/message.h"

typedef struct MessageList MessageList;

MessageList *message_list_new(void);
void message_list_free(MessageList *list);

guint message_list_length(const MessageList *list);
Message *message_list_at(const MessageList *list, guint index);
/* How many messages have an order up to this one: the index behind them. */
guint message_list_count_up_to(const MessageList *list, gint64 order);

/* Takes references. `order` says where; without one (0) the message gets one: a delayed message's place is that of its
 * time, any other goes to the end. */
void message_list_insert(MessageList *list, Message *message);
/* Message*, oldest first, all before the first one. */
void message_list_prepend(MessageList *list, Message *const *messages, guint count);
/* Forgets the oldest. */
void message_list_remove_first(MessageList *list, guint count);

Message *message_list_find_serial(const MessageList *list, guint64 serial);
Message *message_list_find_row(const MessageList *list, gint64 row);
/* Outgoing: by stanza id or that of the last correction. */
Message *message_list_find_sent(const MessageList *list, const char *id);
/* Incoming, of this sender: the newest with this stanza id or origin id. */
Message *message_list_find_received(const MessageList *list, const Jid *from, bool full, const char *id);
/* To be called around a change of the ids. */
void message_list_unname(MessageList *list, Message *message);
void message_list_name(MessageList *list, Message *message);
