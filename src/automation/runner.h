/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs programs for events: some at a time, the others wait. For this layer only. */
#pragma once

#include "automation/event_data.h"
#include "core/client.h"

enum { RUNNER_WAITING_MAX = 1000 }; /* past these the oldest one is given up */

typedef struct Runner Runner;

Runner *runner_new(Client *client);
/* Ends what runs; what waits is given up. */
void runner_free(Runner *runner);

/* How the program ended: `failure` is one line, NULL when all went well or the runner goes. */
typedef void (*RunnerDone)(const char *failure, gpointer data);
/* Starts the program when it is its turn, with the event in its environment and on standard input. Everything is copied.
 * `data` stays valid until `done`, which always comes; `done` may be NULL. */
void runner_run(Runner *runner, const char *const *argv, EventData *event, RunnerDone done, gpointer data);
