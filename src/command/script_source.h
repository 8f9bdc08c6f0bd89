/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the lines of a script come from: a file, an option, a descriptor; and what a line is (script.h). */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { SCRIPT_LINE_MAX = 1024 * 1024 }; /* bytes of a line */

typedef struct ScriptSource ScriptSource;

/* One line as it is, which may hold line feeds; `before` lines of this name were there already. */
ScriptSource *script_source_new_line(const char *name, const char *line, guint before);
/* Read whole, at once; a pipe or a terminal by its name as it comes. */
ScriptSource *script_source_open(const char *path, GError **error);
/* Read as it comes; stays the caller's. */
ScriptSource *script_source_new_fd(const char *name, int fd);
void script_source_free(ScriptSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScriptSource, script_source_free)

const char *script_source_name(const ScriptSource *source);
/* To be waited for when a line is not complete yet; -1: all is there. */
int script_source_fd(const ScriptSource *source);
/* "FILE:LINE" of the line taken last. */
char *script_source_position(const ScriptSource *source);

typedef enum { SCRIPT_TAKE_LINE, SCRIPT_TAKE_LATER, SCRIPT_TAKE_END } ScriptTake;
/* The next line, put together with those it goes on in, without the blanks it starts with. Comments are lines, too. LATER:
 * script_source_fill() when the descriptor is readable. */
ScriptTake script_source_take(ScriptSource *source, GString *line);
typedef enum { SCRIPT_FILL_DONE, SCRIPT_FILL_LATER, SCRIPT_FILL_FAILED } ScriptFill;
/* Reads once. */
ScriptFill script_source_fill(ScriptSource *source, GError **error);

typedef enum { SCRIPT_LINE_EMPTY, SCRIPT_LINE_COMMAND, SCRIPT_LINE_ALTERNATIVE } ScriptLineKind;
/* `*command` gets what is to be executed of it. */
ScriptLineKind script_line_kind(const char *line, const char **command);
/* It is text, and not too long. */
bool script_line_check(const GString *line, GError **error);
