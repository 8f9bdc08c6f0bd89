/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conversation with one contact (later: a room): its messages in the order they are shown, unread count, typing
 * state. Memory is bounded: past the limit the oldest messages are forgotten (the store keeps them from issue 3 on). */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"
#include "model/message.h"
#include "model/types.h"

enum { CONVERSATION_MESSAGES_MAX = 20000 };

guint64 conversation_serial(const Conversation *conversation); /* unique in the process; keep this across turns */
Account *conversation_account(const Conversation *conversation);
const Jid *conversation_jid(const Conversation *conversation); /* bare */
ConversationKind conversation_kind(const Conversation *conversation);
const char *conversation_label(const Conversation *conversation); /* contact's label, else the JID */
Contact *conversation_contact(const Conversation *conversation);  /* NULL when not known */

guint conversation_message_count(const Conversation *conversation);
Message *conversation_message_at(const Conversation *conversation, guint index);
Message *conversation_find_message(const Conversation *conversation, guint64 serial);
/* Outgoing by stanza id. */
Message *conversation_find_sent(const Conversation *conversation, const char *stanza_id);
/* How many messages were forgotten at the front since the beginning: index + forgotten is stable for views. */
guint64 conversation_forgotten(const Conversation *conversation);

/* Takes a reference; published as MESSAGE_ADDED. Incoming ones count as unread until conversation_mark_read(). Delayed
 * messages are put in order of time. */
void conversation_append(Conversation *conversation, Message *message);
/* To be called after changing a message: publishes MESSAGE_CHANGED. */
void conversation_touch(Conversation *conversation, Message *message);
/* message_advance(), published when it changed something. */
bool conversation_advance_message(Conversation *conversation, Message *message, MessageState state, const char *reason);
guint conversation_unread(const Conversation *conversation);
/* Index of the first unread message, or the count. */
guint conversation_first_unread(const Conversation *conversation);
void conversation_mark_read(Conversation *conversation); /* publishes UNREAD_CHANGED when it was not 0 */

/* The peer's chat state: true while composing. */
bool conversation_is_peer_typing(const Conversation *conversation);
void conversation_set_peer_typing(Conversation *conversation, bool typing); /* publishes TYPING_CHANGED */
/* The resource messages go to: the one that wrote last (RFC 6121 §5.1); NULL: the bare JID. */
const Jid *conversation_locked_to(const Conversation *conversation);
void conversation_lock_to(Conversation *conversation, const Jid *full);
/* What the user insists on: "none" today (HACKING.md, idea 4); never NULL. */
const char *conversation_intent(const Conversation *conversation);
void conversation_set_intent(Conversation *conversation, const char *provider);
