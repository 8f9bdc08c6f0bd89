/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saying something, past those who look over it (core/text_filter.h). For this layer and those above. */
#pragma once

#include "command/command.h"

/* outgoing_send() of what filters leave of the text; the call is deferred when they need their time. False: refused at
 * once. */
bool say_text(CommandCall *call, Conversation *conversation, const char *body, GError **error);
/* annotations_reply(), likewise. */
bool say_reply(CommandCall *call, Conversation *conversation, const Message *target, const char *body, GError **error);
/* outgoing_correct(), likewise. */
bool say_instead(CommandCall *call, Conversation *conversation, Message *original, const char *body, GError **error);
