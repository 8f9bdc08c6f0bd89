/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts (surface.md §4): lines executed one after the other; a line starts when the one before has finished. */
#pragma once

#include "command/registry.h"

typedef struct Script Script;
/* The script ended: NULL when all went well; else the error, prefixed with "FILE:LINE: ". Called once; the script frees itself after. */
typedef void (*ScriptDone)(const GError *error, gpointer data);
/* Every finished line, for result events; may be NULL. */
typedef void (*ScriptLineDone)(const CommandCall *call, const GError *error, gpointer data);

Script *script_new(Registry *registry, ScriptLineDone line_done, ScriptDone done, gpointer data);
/* Sources, executed in the order they are added. */
void script_add_line(Script *script, const char *name, const char *line);      /* -e */
bool script_add_file(Script *script, const char *path, GError **error);        /* read whole, at once */
void script_add_fd(Script *script, const char *name, int fd);                  /* standard input, read as it comes, without blocking */
void script_start(Script *script);
void script_cancel(Script *script);
