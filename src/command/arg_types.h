/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The types of arguments, a row each: what they accept, and how they say what they want. For this layer only. */
#pragma once

#include "command/args.h"
#include "command/words.h"
#include "config/accounts.h"
#include "model/account.h"

/* What arguments are understood with; every field may be NULL. */
typedef struct ArgContext {
    const Accounts *accounts;
    const Account *account; /* whose contacts may be called by name */
    WordsLookup lookup;     /* variables; NULL: none are expanded */
    gpointer lookup_data;
    /* Only to be checked: values of variables and names of contacts are anything, so they are taken as they come. */
    bool is_check;
} ArgContext;

/* One argument of a grammar. */
typedef struct ArgSpec ArgSpec;

typedef enum {
    ARG_WORD,
    ARG_TEXT,
    ARG_JID,
    ARG_BARE,
    ARG_ACCOUNT,
    ARG_ACCOUNT_KEY,
    ARG_COMMAND,
    ARG_INT,
    ARG_NUMBER,
    ARG_DATE,
    ARG_FILE,
    ARG_KEY,
    ARG_VALUE,
    ARG_REGEX,
    ARG_TOPIC,
    ARG_CHOICE,
    ARG_CONDITION,
} ArgKind;

typedef struct Condition Condition; /* condition.h */

/* One understood argument. */
typedef struct ArgValue {
    const ArgSpec *spec;
    char *text;
    GPtrArray *list; /* char*, NULL at the end; of "..." arguments */
    Jid *jid;
    gint64 integer;
    double number;
    char *path;
    GRegex *regex;
    Condition *condition;
} ArgValue;

typedef struct ArgType {
    ArgKind kind;
    const char *name;
    const char *wants; /* N_(): "a number"; NULL: arg_spec_wants() makes it */
    bool rest;         /* takes the rest of the line as it is */
    /* `value->text` is there already. The error is the cause and the way out, without the command. May be NULL:
     * anything goes. */
    bool (*parse)(const ArgContext *context, ArgValue *value, GError **error);
} ArgType;

struct ArgSpec {
    enum { SPEC_POSITIONAL, SPEC_LITERAL, SPEC_KEYWORD } role;
    char *word; /* the literal or the keyword */
    char *name; /* NULL for a literal */
    const ArgType *type;
    bool optional;
    bool many;
    gint64 minimum, maximum;
    char **choices;
};

/* NULL: there is no such type. "int(…)" and "a|b" are for the grammar to take apart. */
const ArgType *arg_type_find(const char *name);
/* What may be written, for people: "a number from 1 to 65535", "one of on, off". */
char *arg_spec_wants(const ArgSpec *spec);

struct Args {
    GPtrArray *values; /* ArgValue */
};
Args *args_new(void);
void args_free(Args *args);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Args, args_free)
ArgValue *args_add(Args *args, const ArgSpec *spec);
ArgValue *args_find(const Args *args, const char *name);

const Condition *args_condition(const Args *args, const char *name); /* borrowed */

/* Text from anywhere as it may stand in a message: cleaned and short. */
char *arg_show(const char *text);
