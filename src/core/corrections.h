/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Corrected messages (XEP-0308), as front-ends see them. Sending one: outgoing_correct(). */
#pragma once

#include "core/client.h"

/* The last message of ours, which is what a user means to correct; NULL: there is none here. */
Message *corrections_last_own(const Conversation *conversation);
/* The last message that was corrected is number 1, the one before it 2 …; NULL: there are not so many here. */
Message *corrections_find(const Conversation *conversation, guint number);
/* All texts of a message, the first one first, as received: clean them for the screen. Where the history is not kept
 * only the last one is known. */
typedef void (*CorrectionsFunc)(gint64 time, const char *body, gpointer data);
bool corrections_each_text(Client *client, const Message *message, CorrectionsFunc func, gpointer data,
                           GError **error);
