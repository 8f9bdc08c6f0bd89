/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conditions of /if: some words in front of a command (condition.def). For this layer only.
 *
 *   [not] online    [not] unread alice@example.org    [not] $WAIT_TEXT matches "^ok"
 *
 * Words are told from values as everywhere (words.h): only what is typed as it is can be a word of the language. */
#pragma once

#include "command/arg_types.h"
#include "command/call.h"

typedef enum {
#define OPERATOR(name, word, help) CONDITION_##name,
#define CONDITION(name, word, operand, must, help) CONDITION_##name,
#include "command/condition.def"
#undef OPERATOR
#undef CONDITION
} ConditionKind;

struct Condition {
    ConditionKind kind;
    bool negated;
    char *left, *right; /* of an operator; the operand of a word is `right`, too */
    double numbers[2];  /* the same, where they must be numbers */
    GRegex *regex;      /* of MATCHES */
    Jid *jid;           /* the operand, where it is an address */
};

/* Takes the words of a condition from the reader, which is at the first of them. NULL and one line without the command in
 * front. */
Condition *condition_parse(WordReader *reader, const ArgContext *context, GError **error);
void condition_free(Condition *condition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Condition, condition_free)
/* Whether it holds now, for the account the call is for. */
bool condition_holds(const Condition *condition, CommandCall *call);

/* --- for completion --- */
/* How the first words of a condition stand. */
typedef struct ConditionShape {
    const struct ConditionRow *row; /* its operator or first word; NULL: not known yet */
    guint words;             /* of the condition, so far */
    bool negated;            /* the first of them is "not" */
    bool is_whole;           /* a command may follow */
    const ArgType *expected; /* what may come next; NULL: a word of the language, or a value */
} ConditionShape;
ConditionShape condition_shape(const Word *words, guint count);
/* Words a condition begins with, by number from 0; NULL behind the last. */
const char *condition_word(guint index);
