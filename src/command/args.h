/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typed arguments of a command, parsed by its grammar:
 *
 *   <name:type>   required        [name:type]   optional        <name:type...>   one or more, to the end
 *   word          a literal       [word name:type]   an optional keyword with its value, in any order at the end
 *
 * Types: word, text (the rest of the line, unquoted as it is), jid (a JID, or a contact's name when unique), bare
 * (the same, made bare), account, command (the rest: a slash command), line (the rest as it is, also in scripts), condition
 * (the words of one, condition.h), int, int(MIN..MAX), number (seconds, may have a fraction), date, file, key (a setting), value (of the key before it),
 * account-key, regex, topic (of the help),
 * a|b|c (one of these words). Quoting is the shell's (words.h); text is taken literally. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"

typedef struct Args Args;

bool args_has(const Args *args, const char *name);
/* Borrowed; NULL when an optional one is missing. For every type the text as it was given (unquoted). */
const char *args_text(const Args *args, const char *name);
const Jid *args_jid(const Args *args, const char *name);
gint64 args_int(const Args *args, const char *name, gint64 fallback);
double args_number(const Args *args, const char *name, double fallback);
/* All values of a "..." argument, NULL-terminated. */
const char *const *args_list(const Args *args, const char *name);
/* Of type file: the path with "~/" replaced; borrowed. */
const char *args_file(const Args *args, const char *name);
/* Of type date: microseconds, UTC. */
gint64 args_date(const Args *args, const char *name, gint64 fallback);
/* Of type regex: compiled, with a bound on the work a hostile text can cause; borrowed. */
GRegex *args_regex(const Args *args, const char *name);
