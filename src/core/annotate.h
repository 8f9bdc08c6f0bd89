/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answering, reacting to and taking back single messages (XEP-0461, 0444, 0424, 0425). */
#pragma once

#include "core/session.h"

/* The N-th message from the end, 1 the newest, of those that can be named to others: of somebody else, or of the user.
 * NULL and ERROR_NOT_FOUND: there are not so many here. */
Message *annotations_find(const Conversation *conversation, MessageDirection direction, guint number, GError **error);
/* What stands in the place of a text that was taken back; cleaned. Caller frees. */
char *annotations_retraction_words(const Message *message);
/* outgoing_send(), as the answer to a message; programs that do not know answers see it quoted. */
Message *annotations_reply(Client *client, Conversation *conversation, const Message *target, const char *body,
                           GError **error);
/* These are all of the user's reactions to the message now (NULL-terminated; none: taken back). Needs a connection. */
bool annotations_react(Client *client, Conversation *conversation, Message *target, const char *const *emoji,
                       GError **error);
/* Takes back a message of the user's. Others may have seen it, and keep it. */
bool annotations_retract_own(Client *client, Conversation *conversation, Message *target, GError **error);
/* Takes back somebody's message in a room, as its moderator. */
void annotations_moderate(Client *client, Conversation *conversation, const Message *target, const char *reason,
                          CoreDone done, gpointer data);
