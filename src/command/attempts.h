/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is on the way to be online, for lines that wait for it, and why an account is not. For this layer only. */
#pragma once

#include <stdbool.h>

#include "core/client.h"
#include "core/session.h"

typedef struct Attempts Attempts;
typedef void (*AttemptFunc)(gpointer data);

/* `client` NULL: nobody connects. */
Attempts *attempts_new(Client *client);
/* Calls `forgotten` for all who wait. */
void attempts_free(Attempts *attempts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attempts, attempts_free)

/* An attempt to connect is under way. */
bool attempts_is_pending(const Attempts *attempts, const Account *account);
/* No attempt is under way, and if the account is online, its roster is there. */
bool attempts_is_settled(const Attempts *attempts, const Account *account);
/* Why the account is not online: what ended its last attempt, in the session's words, with its ErrorCode. NULL:
 * nothing is known, or it is online. The caller frees. */
GError *attempts_copy_failure(const Attempts *attempts, const Account *account);
/* Calls `ended` once, from the loop, when the account is settled (or gone), or `forgotten`. */
void attempts_wait(Attempts *attempts, const Account *account, AttemptFunc ended, AttemptFunc forgotten, gpointer data);
