/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What SCRAM computed at the last login, for the next one with the same password: a reconnect costs
 * no PBKDF2; and what not to try again. Which password it was is told by a keyed hash; the password itself is not kept. */
#pragma once

#include "xmpp/scram.h"

typedef struct LoginMemory LoginMemory;

LoginMemory *login_memory_new(void);
void login_memory_free(LoginMemory *memory);
/* NULL when there is nothing of this password; borrowed. */
ScramKeys *login_memory_recall(const LoginMemory *memory, const char *password);
/* `keys` NULL: forgets. */
void login_memory_keep(LoginMemory *memory, const char *password, ScramKeys *keys);
/* The server could not store a stronger form of the password (XEP-0480): it is not asked to again. */
void login_memory_refuse_upgrades(LoginMemory *memory);
bool login_memory_allows_upgrades(const LoginMemory *memory);
