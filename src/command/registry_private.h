/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this layer need of the registry. */
#pragma once

#include "command/alias.h"
#include "command/attempts.h"
#include "command/call.h"
#include "command/script.h"
#include "command/timers.h"
#include "command/wait.h"

void registry_track_call(Registry *registry, CommandCall *call);
void registry_forget_call(Registry *registry, CommandCall *call);
/* Scripts inside calls (/source): they go with the registry, and /quit ends them. */
void registry_track_script(Registry *registry, Script *script);
void registry_forget_script(Registry *registry, Script *script);
void registry_cancel_scripts(Registry *registry, const void *root, const GError *error); /* `root` NULL: all of them */

/* The row whose name the line (without the slash) starts with, the longest one; `*length` gets the bytes of the name.
 * NULL: none. */
const Row *registry_match(const Registry *registry, const char *line, size_t *length);
const Row *registry_find_row(const Registry *registry, const char *name);
/* Every row, in the order of the groups; borrowed. */
const GPtrArray *registry_rows(const Registry *registry);

Aliases *registry_aliases(const Registry *registry);
/* aliases_set(), unless it would hide a command. */
bool registry_set_alias(Registry *registry, const char *name, const char *command, GError **error);
Waits *registry_waits(const Registry *registry);
Timers *registry_timers(const Registry *registry);
Attempts *registry_attempts(const Registry *registry);

/* Variables of /let, else of the environment; a WordsLookup. Lines look with call_variable(). */
const char *registry_variable(const char *name, gpointer registry);
void registry_set_variable(Registry *registry, const char *name, const char *value);
