/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only way a message leaves (HACKING.md, idea 4). */
#pragma once

#include "core/client.h"
#include "xmpp/message_stanza.h"

enum { OUTGOING_BODY_MAX = 256 * 1024 }; /* bytes; longer is refused, nothing is lost */

/* Writes the message into the store, shows it as QUEUED and sends it as soon as it is on the disk and the account is
 * online. NULL: refused, nothing was queued (empty, too long, not UTF-8, encryption not possible, disk full). The
 * message is the conversation's; keep its serial. */
Message *outgoing_send(Client *client, Conversation *conversation, const char *body, GError **error);
/* Replaces the text of a message of ours (XEP-0308), also of one that was not sent yet: it is QUEUED again. */
bool outgoing_correct(Client *client, Conversation *conversation, Message *original, const char *body, GError **error);
/* Sends a FAILED message again, with the same id; NULL: all of the conversation that are loaded. Returns how many; -1:
 * failed. */
int outgoing_resend(Client *client, Conversation *conversation, Message *message, GError **error);
/* Tells the peer that the user types (XEP-0085 §5), where the setting `typing` allows it and the peer takes part. */
void outgoing_chat_state(Client *client, Conversation *conversation, ChatState state);
/* Messages of an account that the server does not have yet. */
guint outgoing_pending(const Client *client, const Account *account);
