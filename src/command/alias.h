/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other names for commands, kept in the file `aliases` beside the settings: a line "NAME = /COMMAND" each. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Aliases Aliases;

enum { ALIAS_NAME_MAX = 64 };

/* `path` NULL: in memory only. What is wrong in the file is reported in `warnings`; a file that cannot be read is
 * reported there, too, and never written. */
Aliases *aliases_new(const char *path, GPtrArray *warnings);
void aliases_free(Aliases *aliases);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Aliases, aliases_free)

/* The command behind a name, with its slash; NULL. Borrowed until the next change. */
const char *aliases_find(const Aliases *aliases, const char *name);
/* Sorted, borrowed names; free the array. */
GPtrArray *aliases_list(const Aliases *aliases);
/* Both save the file; on error nothing changed. An alias that leads back to itself is refused. */
bool aliases_set(Aliases *aliases, const char *name, const char *command, GError **error);
bool aliases_unset(Aliases *aliases, const char *name, GError **error);

/* The line an alias stands for: $1 … $9 are replaced by the words of `rest` as they were typed, $* by all of it;
 * without any of these `rest` is appended. */
char *alias_expand(const char *command, const char *rest);
