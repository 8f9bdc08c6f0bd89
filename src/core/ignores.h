/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is not to be heard in rooms: what they say is kept in the history, but not shown in the conversation, not counted,
 * and calls nobody. Rules are an account's and are kept in the store; they count for what comes from now on. */
#pragma once

#include "core/session.h"

typedef enum {
    IGNORE_NICK,    /* exactly this nick */
    IGNORE_ID,      /* this person whatever the nick: the room's id of an occupant (XEP-0421) */
    IGNORE_PATTERN, /* whose nick, or whose words, the regular expression matches */
} IgnoreKind;

typedef struct IgnoreRule {
    IgnoreKind kind;
    const char *what;  /* nick, id, or regular expression */
    const char *label; /* of kind ID: the nick at that time, as is: clean it for the screen; NULL: not known */
    const Jid *room;   /* bare; NULL: every room */
} IgnoreRule;

enum {
    IGNORES_MAX = 1000,        /* rules of an account … */
    IGNORES_PATTERNS_MAX = 50, /* … of which are patterns (I9) */
};

typedef struct Ignores Ignores;
Ignores *session_ignores(const Session *session);

const char *ignore_kind_word(IgnoreKind kind); /* "nick", "id", "pattern": stable */
guint ignores_count(const Ignores *ignores);
IgnoreRule ignores_at(const Ignores *ignores, guint index); /* borrowed */
/* Copied. Errors: it is there already, there are too many, it is no regular expression, it cannot be written. */
bool ignores_add(Ignores *ignores, const IgnoreRule *rule, GError **error);
bool ignores_remove(Ignores *ignores, guint index, GError **error);

/* Somebody in a room, and what is said. */
typedef struct IgnoredWords {
    const char *nick; /* as is; NULL: the room itself, which nobody ignores */
    const char *occupant_id; /* that the room vouches for; NULL: none */
    const char *body; /* NULL: nothing */
} IgnoredWords;
bool ignores_match(const Ignores *ignores, const Jid *room, const IgnoredWords *words);
