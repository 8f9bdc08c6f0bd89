/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts checked without being executed (confab run --dry-run): whether every line is a command with arguments that fit,
 * also the lines inside lines (/if, /on, /alias …) and the files of /source; and whether every variable is set by then. It
 * knows no accounts and no contacts: what only they could tell is taken on trust, and so is what variables hold. */
#pragma once

#include "command/registry.h"
#include "command/script_source.h"

typedef struct ScriptCheck ScriptCheck;
/* `position`: "FILE:LINE" of the line that is wrong, "" for a file that cannot be read. */
typedef void (*ScriptFault)(const char *position, const GError *error, gpointer data);

/* `aliases`: the file of them, which is only read; NULL: there are none. `groups`: commands beside those of this layer, ended
 * by NULL; those of the terminal interface are no good headless but behind /if terminal. NULL: there are none. */
ScriptCheck *script_check_new(const char *aliases, const CommandGroup *const *groups, ScriptFault fault, gpointer data);
void script_check_free(ScriptCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScriptCheck, script_check_free)

/* Checks what comes next, in the order it would be executed; every fault is told. Waits for a descriptor. */
void script_check_add(ScriptCheck *check, ScriptSource *take_source);
/* script_source_open() and that. */
void script_check_add_file(ScriptCheck *check, const char *path);
