/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conversation with one contact, a room or somebody in a room: its messages in the order they are shown, unread count, typing
 * state. Memory is bounded: it holds a stretch of the history that ends with the newest message; past the limit the oldest
 * are forgotten here and come back from the store as pages when someone scrolls to them. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"
#include "model/message.h"
#include "model/types.h"

enum { CONVERSATION_MESSAGES_MAX = 20000 };

guint64 conversation_serial(const Conversation *conversation); /* unique in the process; keep this across turns */
Account *conversation_account(const Conversation *conversation);
const Jid *conversation_jid(const Conversation *conversation); /* bare; of kind OCCUPANT: room/nick */
ConversationKind conversation_kind(const Conversation *conversation);
/* The contact's label, else the JID; of kind OCCUPANT: "nick (room)". */
const char *conversation_label(const Conversation *conversation);
Room *conversation_room(const Conversation *conversation); /* of kind ROOM; else NULL */
Contact *conversation_contact(const Conversation *conversation);  /* NULL when not known */

guint conversation_message_count(const Conversation *conversation);
Message *conversation_message_at(const Conversation *conversation, guint index);
Message *conversation_find_message(const Conversation *conversation, guint64 serial);
/* Outgoing by stanza id. */
Message *conversation_find_sent(const Conversation *conversation, const char *stanza_id);
/* How many messages were forgotten at the front since the beginning: index + forgotten is stable for views. */
guint64 conversation_forgotten(const Conversation *conversation);

/* Takes a reference; published as MESSAGE_ADDED. It goes where its `order` says, which is the end when that is 0 (then
 * it gets one). Incoming ones behind what is read count as unread. One that is older than everything loaded, while
 * there is more in the store, is not taken: false. Nor is one that is ignored. */
bool conversation_append(Conversation *conversation, Message *message);
/* One that conversation_append() did not take is news all the same: published as MESSAGE_ADDED with the serial 0. */
void conversation_announce(Conversation *conversation, Message *message);
/* Puts a page from the store in front: Message*, oldest first, all before the first one here. Published once, as
 * HISTORY_LOADED; nobody is told of single messages and the unread count does not change. */
void conversation_prepend_page(Conversation *conversation, const GPtrArray *messages);
/* Forgets the oldest until `keep` are left; they can be loaded again. For who stops looking at old ones. */
void conversation_trim(Conversation *conversation, guint keep);
/* Whether there is something before the first message here. */
typedef enum {
    PAST_UNKNOWN,  /* ask (core/conversations.h) */
    PAST_LOADING,  /* asked; views say so */
    PAST_MISSING,  /* the archive has more, but it cannot be had now: conversation_past_words() */
    PAST_COMPLETE, /* this is the beginning */
} ConversationPast;
ConversationPast conversation_past(const Conversation *conversation);
const char *conversation_past_words(const Conversation *conversation); /* cleaned, NULL: nothing to say */
void conversation_set_past(Conversation *conversation, ConversationPast past, const char *words); /* HISTORY_LOADED */
/* A known gap behind the message with this order (0: none): shown as a line between it and the next (XEP-0313). */
bool conversation_has_gap_after(const Conversation *conversation, gint64 order);
void conversation_set_gaps(Conversation *conversation, const gint64 *orders, guint count); /* HISTORY_LOADED */
Message *conversation_find_row(const Conversation *conversation, gint64 row);
/* By stanza id or origin id, the newest; incoming only those of this sender (bare JID; full in rooms). */
Message *conversation_find_received(const Conversation *conversation, const Jid *from, const char *id);
/* To be called after changing a message: publishes MESSAGE_CHANGED. */
void conversation_touch(Conversation *conversation, Message *message);
/* message_advance(), published when it changed something. */
bool conversation_advance_message(Conversation *conversation, Message *message, MessageState state, const char *reason);
/* message_edit(), published as MESSAGE_EDITED. */
void conversation_edit_message(Conversation *conversation, Message *message, const char *body, gint64 time,
                               const char *edit_id);
/* message_show(), published as MESSAGE_SHOWN. */
void conversation_show_message(Conversation *conversation, Message *message, const char *shown);
/* To be called after changing the reactions, or message_retract(): publishes MESSAGE_ANNOTATED. */
void conversation_annotate(Conversation *conversation, Message *message, const char *what, const char *by,
                           const char *by_id);
/* message_requeue(), published as MESSAGE_CHANGED. */
bool conversation_requeue_message(Conversation *conversation, Message *message);
guint conversation_unread(const Conversation *conversation);
/* How many of them mention the user, or are for the user alone. */
guint conversation_mentions(const Conversation *conversation);
/* Index of the first unread message, or the count. */
guint conversation_first_unread(const Conversation *conversation);
void conversation_mark_read(Conversation *conversation); /* publishes UNREAD_CHANGED when it was not 0 */
/* Everything up to `order` is read, `unread` incoming ones behind it are not (also some that are not loaded).
 * Publishes UNREAD_CHANGED when the number changed. */
void conversation_set_read(Conversation *conversation, gint64 order, guint unread);
gint64 conversation_read_order(const Conversation *conversation);
gint64 conversation_last_order(const Conversation *conversation); /* of the newest message; 0: empty */

/* The peer's chat state: true while composing. */
bool conversation_is_peer_typing(const Conversation *conversation);
void conversation_set_peer_typing(Conversation *conversation, bool typing); /* publishes TYPING_CHANGED */
/* The resource messages go to: the one that wrote last (RFC 6121 §5.1); NULL: the bare JID. */
const Jid *conversation_locked_to(const Conversation *conversation);
void conversation_lock_to(Conversation *conversation, const Jid *full);
/* What nothing leaves without: "none" or a provider (HACKING.md, idea 4); never NULL. */
const char *conversation_intent(const Conversation *conversation);
void conversation_set_intent(Conversation *conversation, const char *provider); /* ENCRYPTION_CHANGED */
/* What is encrypted now, with what, and how much the peer's key is trusted (core/encryption.h). */
typedef struct ConversationEncryption {
    EncryptionState state;
    const char *provider; /* NULL: OFF */
    const char *trust;    /* "untrusted", "trusted", "verified"; NULL unless ON */
    const char *reason;   /* why it is not, in words, cleaned; NULL: nothing to say */
} ConversationEncryption;
const ConversationEncryption *conversation_encryption(const Conversation *conversation);
/* Copied; published as ENCRYPTION_CHANGED when it is another. */
void conversation_set_encryption(Conversation *conversation, const ConversationEncryption *encryption);
/* Intent and state at once: one event. */
void conversation_set_protection(Conversation *conversation, const char *intent,
                                 const ConversationEncryption *encryption);
