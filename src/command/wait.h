/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /wait: waits for an event of the model. No event is missed between two lines: what happened since the last matched
 * /wait (or the start) is looked at first, oldest first; "connected", "delivered" and "encrypted" (with somebody) are
 * conditions and hold at once when they are true.
 *
 *   /wait connected|offline|message|presence|subscription|roster|delivered|delivery|correction|unread|typing|
 *         encrypted|encryption|trust|smp|notice
 *         [from JID] [matching REGEX] [timeout SECONDS]
 *
 * A time-out is an error with ERROR_QUEUED for "delivered", ERROR_UNREACHABLE for "connected" unless an attempt has
 * failed with an error of its own, ERROR_ENCRYPTION for "encrypted", which also ends early when a session cannot be had,
 * and ERROR_FAILED otherwise; without `timeout` 60 seconds. A wait for something
 * that only an account online could bring ends early with the session's error when the login is refused: no attempt
 * is planned, then. While attempts go on it waits. */
#pragma once

#include "command/command.h"

bool cmd_wait(CommandCall *call, const Args *args, GError **error);

/* The waits of a registry, and what they look back at. For this layer only. */
typedef struct Waits Waits;
Waits *waits_new(Registry *registry, Client *client, bool always);
void waits_free(Waits *waits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Waits, waits_free)
/* While a script runs, events are kept for its next /wait. */
void waits_hold(Waits *waits);
void waits_release(Waits *waits);
