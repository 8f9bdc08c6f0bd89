/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grammar of a command (args.h), compiled, and lines understood with it. For this layer only. */
#pragma once

#include "command/arg_types.h"

typedef struct Grammar Grammar;

/* NULL and an error that names the place when the grammar makes no sense: a mistake in a table. */
Grammar *grammar_compile(const char *text, GError **error);
void grammar_free(Grammar *grammar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Grammar, grammar_free)

guint grammar_size(const Grammar *grammar);
const ArgSpec *grammar_at(const Grammar *grammar, guint index);
const ArgSpec *grammar_find_keyword(const Grammar *grammar, const char *word);

/* "/connect [ACCOUNT] [server HOST] [port PORT]". `name` without the slash. */
char *grammar_usage(const Grammar *grammar, const char *name);

/* Understands the arguments of the command `name`: `line` is what follows it. NULL and one line without the command
 * in front. */
Args *grammar_parse(const Grammar *grammar, const char *name, const char *line, const ArgContext *context,
                    GError **error);
