/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading and importing the history without a session: for /history, /search, /export and the commands of the shell,
 * which need no connection and no running instance (README). */
#pragma once

#include "core/client.h"

typedef struct Records Records;

/* Of a client that runs; borrows it. */
Records *records_of_client(Client *client);
/* By itself: opens the store of the profile. ERROR_CONFIG when it cannot be used. */
Records *records_open(const Paths *paths, GError **error);
void records_free(Records *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Records, records_free)
