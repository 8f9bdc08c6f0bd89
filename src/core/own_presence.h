/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Own presence: what the user chose last is sent now where online, and again after every new session. */
#pragma once

#include "core/client.h"

/* `account` NULL: all accounts. AVAILABILITY_OFFLINE disconnects. `status` NULL: none. */
void own_presence_set(Client *client, Account *account, Availability availability, const char *status);
void own_presence_set_priority(Client *client, Account *account, int priority);
