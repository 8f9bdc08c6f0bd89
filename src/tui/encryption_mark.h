/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One column that tells encryption and trust without colour: the same sign beside a message, in the prompt and in a
 * narrow title. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/conversation.h"

typedef enum {
    ENCRYPTION_MARK_NONE,       /* blank: in the clear, and nobody wanted anything else */
    ENCRYPTION_MARK_VERIFIED,   /* "=" encrypted, and the key was compared */
    ENCRYPTION_MARK_UNVERIFIED, /* "~" encrypted, but nobody has compared the key */
    ENCRYPTION_MARK_UNSAFE,     /* "!" in the clear though encryption was wanted; of a conversation: nothing leaves now */
    ENCRYPTION_MARK_UNREADABLE, /* "?" encrypted, and could not be read */
} EncryptionMark;

/* `wanted`: the conversation insisted on encryption when the message came. What waits or was never sent has none. */
EncryptionMark encryption_mark_of_message(const Message *message, bool wanted);
EncryptionMark encryption_mark_of_conversation(const Conversation *conversation);
const char *encryption_mark_text(EncryptionMark mark); /* one column; "" for none */
guint8 encryption_mark_style(EncryptionMark mark);
