/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading SQLite files of other programs. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* One row: a text a column, NULL for NULL; what is not valid UTF-8 is replaced. False ends the walk. */
typedef bool (*ForeignRowFunc)(const char *const *columns, gpointer data);

/* Runs `query` on the file, which is only read. ERROR_NOT_FOUND: it is not there; ERROR_BAD_INPUT: it is no SQLite
 * file, or has not what the query wants. */
bool foreign_db_each(const char *path, const char *query, ForeignRowFunc func, gpointer data, GError **error);
/* Whether another process has this SQLite file (in WAL mode) open. Not while this process has it open. */
bool foreign_db_is_in_use(const char *path);
