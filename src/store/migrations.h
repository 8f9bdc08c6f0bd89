/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps from an empty file to today's tables. Each runs in a transaction of its own and raises user_version, so a
 * step happens wholly or not at all. A step that was released is never edited: add one. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "store/db.h"

typedef struct Migration {
    const char *sql;                          /* may hold several statements */
    bool (*run)(Db *db, GError **error);      /* after `sql`; may be NULL */
} Migration;

/* Row n brings user_version from n to n + 1. */
extern const Migration migrations[];
extern const guint migrations_count;

/* ERROR_CONFIG when the file is newer than the table: nothing was touched. */
bool migrations_run(Db *db, const Migration *table, guint count, GError **error);
