/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When keys of other people were first and last used: what the files of OTR do not say. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "store/db.h"

/* A key was used now (microseconds UTC). `account`, `peer`: bare JIDs; `fingerprint`: hexadecimal digits. */
bool key_uses_note(Db *db, const char *account, const char *provider, const char *peer, const char *fingerprint,
                   gint64 time, GError **error);
/* False: never, as far as is known. */
bool key_uses_find(Db *db, const char *account, const char *provider, const char *peer, const char *fingerprint,
                   gint64 *first, gint64 *last);
