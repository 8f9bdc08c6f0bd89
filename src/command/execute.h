/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines executed. For this layer only; others use registry_execute(). */
#pragma once

#include "command/call.h"

/* registry_execute() with what the line takes over from its surroundings. */
void execute_line(Registry *registry, const char *line, const CallScope *scope, CommandFinished done, gpointer data);

/* The account a line would be for now; NULL: none, or more than one could be meant. `account` of /on, or NULL. */
Session *execute_choose_session(const Registry *registry, const char *account);

/* Finds the row of "/words …", through aliases. `command` is without the slash; `*rest` gets what follows the row's
 * name. NULL and an error that says what is nearly called so: there is none. */
const Row *execute_resolve(const Registry *registry, const char *command, char **rest, GError **error);
/* The command ("/words …") as it may be shown and kept. The caller frees. */
char *execute_hide_secret(const Registry *registry, const char *command);
