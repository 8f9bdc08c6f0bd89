/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/encryption_mark.h"

#include <string.h>

#include "tui/theme.h"

static const struct {
    const char *text;
    guint8 style;
} marks[] = {
    [ENCRYPTION_MARK_NONE] = { "", STYLE_TEXT },
    [ENCRYPTION_MARK_VERIFIED] = { "=", STYLE_MARK_VERIFIED },
    [ENCRYPTION_MARK_UNVERIFIED] = { "~", STYLE_MARK_UNVERIFIED },
    [ENCRYPTION_MARK_UNSAFE] = { "!", STYLE_MARK_UNSAFE },
    [ENCRYPTION_MARK_UNREADABLE] = { "?", STYLE_MARK_UNREADABLE },
};

EncryptionMark
encryption_mark_of_message(const Message *message, bool wanted)
{
    const bool is_out = message->direction == MESSAGE_OUT;
    const bool left = !is_out || (message->state != MESSAGE_QUEUED && message->state != MESSAGE_FAILED);
    if (strcmp(message->encryption, "none") == 0)
        return wanted && left ? ENCRYPTION_MARK_UNSAFE : ENCRYPTION_MARK_NONE;
    if (g_strcmp0(message->trust, "unreadable") == 0)
        return ENCRYPTION_MARK_UNREADABLE;
    if (g_strcmp0(message->trust, "verified") == 0)
        return ENCRYPTION_MARK_VERIFIED;
    /* Nothing has encrypted it yet. */
    return message->trust || left ? ENCRYPTION_MARK_UNVERIFIED : ENCRYPTION_MARK_NONE;
}

EncryptionMark
encryption_mark_of_conversation(const Conversation *conversation)
{
    const ConversationEncryption *now = conversation_encryption(conversation);
    if (now->state == ENCRYPTION_ON)
        return g_strcmp0(now->trust, "verified") == 0 ? ENCRYPTION_MARK_VERIFIED : ENCRYPTION_MARK_UNVERIFIED;
    if (now->state == ENCRYPTION_OFF && strcmp(conversation_intent(conversation), "none") == 0)
        return ENCRYPTION_MARK_NONE;
    return ENCRYPTION_MARK_UNSAFE;
}

const char *
encryption_mark_text(EncryptionMark mark)
{
    return marks[mark].text;
}

guint8
encryption_mark_style(EncryptionMark mark)
{
    return marks[mark].style;
}
