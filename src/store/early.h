/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said about messages that are not here yet: archives are read from the end, so a reaction often comes before
 * what it is to. It waits for the message, and for nothing else: nobody sees it. */
#pragma once

#include "store/history.h"

typedef enum { EARLY_REACTION, EARLY_RETRACTION, EARLY_MODERATION } EarlyKind;

typedef struct EarlyWord {
    EarlyKind kind;
    MessageDirection direction;
    char *target;      /* id of the message: in rooms the archive's, else its own or its origin's */
    char *from;        /* JID */
    char *occupant_id; /* that the room vouches for; NULL */
    char *by;          /* MODERATION: JID of the moderator; NULL */
    char *words;       /* REACTION: one a line; MODERATION: the reason; NULL */
    gint64 time;       /* µs UTC */
} EarlyWord;
void early_word_free(EarlyWord *word);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EarlyWord, early_word_free)

enum {
    EARLY_MAX = 500,         /* of a conversation; past that the oldest reactions go first (I9) */
    EARLY_TARGET_MAX = 1024, /* bytes; nothing waits for longer ids */
};

/* Takes the place of an older one of the same kind by the same sender about the same message. */
bool early_add(Db *db, const HistoryPlace *place, const EarlyWord *word, GError **error);
/* Those whose message has come, oldest first (EarlyWord*, with free function); they do not wait any more. NULL: failed. */
GPtrArray *early_take(Db *db, const HistoryPlace *place, GError **error);
