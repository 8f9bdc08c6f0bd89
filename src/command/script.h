/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts (confab-commands(7)): lines executed one after the other; a line starts when the one before has finished.
 *
 *   # comment          the first character that is not blank
 *   /command \         goes on in the next line, without the blanks it starts with
 *   || /command        runs only when the line before it failed, which is forgiven then
 *
 * $NAME and ${NAME} are expanded when the line has been taken apart (words.h). */
#pragma once

#include "command/caller.h"
#include "command/registry.h"
#include "command/script_source.h"

typedef struct Script Script;
/* The script ended: NULL when all went well; else the error, prefixed with "FILE:LINE: ". Called once; the script
 * frees itself after. */
typedef void (*ScriptDone)(const GError *error, gpointer data);
/* Every finished line, for result events; may be NULL. */
typedef void (*ScriptLineDone)(const CommandCall *call, const GError *error, gpointer data);

Script *script_new(Registry *registry, ScriptLineDone line_done, ScriptDone done, gpointer data);
/* Sources, executed in the order they are added. */
/* -e; may hold line feeds. Lines of one name are numbered. */
void script_add_line(Script *script, const char *name, const char *line);
/* Read whole, at once; a pipe or a terminal as it comes. */
bool script_add_file(Script *script, const char *path, GError **error);
/* Standard input: read as it comes, without blocking. */
void script_add_fd(Script *script, const char *name, int fd);
/* Its lines are given by this caller, for this account (as of /on); before the start. */
void script_set_caller(Script *script, Caller *caller, const char *account);
void script_start(Script *script);
/* Ends and frees it at once, with the files it has sourced; nobody is called any more, a line under way goes on for
 * itself. */
void script_cancel(Script *script);

/* No line is under way: the next one of a descriptor has not come yet. */
bool script_is_idle(const Script *script);
/* "FILE:LINE" of the line that runs or ran last; borrowed, "" before the first. */
const char *script_position(const Script *script);

/* Runs a file inside a call (/source): its lines print there, and the call, which is deferred, finishes with the
 * file. */
bool script_run_inside(CommandCall *call, const char *path, GError **error);
/* For the registry: the script all began with, and the end of a script inside a call, which finishes with `error`
 * (NULL: fine). */
const void *script_root(const Script *script);
void script_abort(Script *script, const GError *error);
