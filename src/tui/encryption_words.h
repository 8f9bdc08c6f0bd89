/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user reads about encryption: the badge of the title, the prompt, and the lines of a conversation's window
 * when something has changed. All translated and clean; nothing here draws. The caller frees. */
#pragma once

#include "model/conversation.h"
#include "tui/lines.h"

/* "[OTR verified]"; in short "[OTR=]". */
char *encryption_words_badge(const Conversation *conversation, bool in_short);
/* "=OTR", in short "="; "" when there is nothing to tell. */
char *encryption_words_prompt(const Conversation *conversation, bool in_short);

/* What was said last of a conversation; all zero: nothing yet. */
typedef struct EncryptionTold {
    EncryptionState state;
    bool verified, guarded; /* guarded: nothing left in the clear */
    const char *provider; /* interned */
    char *reason;
} EncryptionTold;

void encryption_told_clear(EncryptionTold *told);
/* What has changed since, which counts as told then; NULL: nothing worth a line. */
char *encryption_words_changed(EncryptionTold *told, const Conversation *conversation, LineKind *kind);
/* `question` is cleaned, may be NULL. */
char *encryption_words_verification(const Conversation *conversation, VerificationState state, const char *question,
                                    LineKind *kind);
/* A key that is new though others of this peer are known. */
char *encryption_words_new_key(const Conversation *conversation, const char *fingerprint);
