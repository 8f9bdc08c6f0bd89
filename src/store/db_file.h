/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database file before SQLite may touch it: a damaged, foreign or newer one stays as it is, byte for byte (I24). */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { DB_FILE_APPLICATION_ID = 0x636e6662 }; /* "cnfb", in the file's header */

/* Makes a missing file, empty and 0600, and judges one that is there by its header: ERROR_CONFIG says what is wrong and
 * the way out. `*is_new` tells whether it is empty. The process must not have the file open: closing it here would drop
 * its locks. */
bool db_file_prepare(const char *path, bool *is_new, GPtrArray *warnings, GError **error);
