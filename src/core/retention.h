/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages that are kept for a number of days (setting history.keep) are forgotten after that: soon after the start, a
 * while after the setting was changed, so that a slip can be undone, and once a day; a little at a time while the loop is
 * idle. Where nothing is set nothing happens, not even a timer. */
#pragma once

#include "core/client.h"

typedef struct Retention Retention;

Retention *retention_new(Client *client);
void retention_free(Retention *retention);
