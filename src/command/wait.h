/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /wait: waits for an event of the model. Who looks back has a mark (recorder.h): a script, a Caller that wants one, the
 * front-end without a terminal. For them no event is missed between two lines: what happened since their last /wait that
 * found something (or the start) is looked at first, oldest first. A line typed by hand looks from now on.
 * "connected", "delivered" and "encrypted" (with somebody) are conditions and hold at once when they are true.
 *
 *   /wait connected|delivered|encrypted|offline|connection|message|delivery|correction|reaction|retraction|presence|
 *         subscription|roster|room|invitation|typing|unread|encryption|trust|smp|notice|error
 *         [from JID] [with JID] [matching REGEX] [state WORD] [timeout SECONDS]
 *
 * A time-out is an error with ERROR_QUEUED for "delivered", ERROR_UNREACHABLE for "connected" unless an attempt has
 * failed with an error of its own, ERROR_ENCRYPTION for "encrypted", which also ends early when a session cannot be had,
 * and ERROR_FAILED otherwise; without `timeout` 60 seconds. A wait for something
 * that only an account online could bring ends early with the session's error when the login is refused: no attempt
 * is planned, then. While attempts go on it waits. */
#pragma once

#include "command/command.h"
#include "command/recorder.h"

bool cmd_wait(CommandCall *call, const Args *args, GError **error);
bool check_wait(const Args *args, GError **error); /* Command.check */

/* The states of an event, separated by "|"; NULL: it has none, or there is no such event. */
const char *wait_states(const char *event);
/* Names of the variables that tell what was found, ended by NULL. */
const char *const *wait_variables(void);

/* The waits of a registry, and what they look back at. For this layer only. */
typedef struct Waits Waits;
/* `looks_back`: the front-end's own lines do. */
Waits *waits_new(Registry *registry, Client *client, bool looks_back);
void waits_free(Waits *waits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Waits, waits_free)
/* A mark for somebody more, behind all that happened. */
EventMark *waits_mark(Waits *waits);
/* Of the front-end's lines, borrowed; NULL: they look from now on. */
EventMark *waits_front_mark(const Waits *waits);
