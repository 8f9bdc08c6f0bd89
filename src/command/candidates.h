/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand for an argument, by its type. For this layer only. */
#pragma once

#include "command/arg_types.h"
#include "command/registry.h"

enum { CANDIDATES_MAX = 100 };

/* What candidates are looked for with. */
typedef struct Candidates {
    Registry *registry;
    const char *account;  /* of /on; NULL: the line's own */
    const char *typed;    /* the word so far, without its quotes */
    const char *previous; /* the word before it; NULL */
    const char *first;    /* the first argument of the command; NULL */
    GPtrArray *found;     /* char*: words as they can stand in a line */
} Candidates;

/* Adds a word, quoted where it must be, when it begins with what is typed. False: there is no place for more. */
bool candidates_add(Candidates *candidates, const char *word);
/* Nicks in the current room that begin so: who spoke last first, then by name. `quoted`: as one word of a command. False:
 * it is no room. */
bool candidates_add_nicks(Candidates *candidates, bool quoted);
/* Adds all words that fit the argument. */
void candidates_add_for(Candidates *candidates, const ArgSpec *spec);
