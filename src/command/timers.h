/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands planned for later: /after once, /every again and again. Each has a Caller of its own, which looks at the
 * conversation that was current when it was planned and prints on the front-end; variables have the values they had then.
 * They go with the program. For this layer only. */
#pragma once

#include "command/command.h"

enum { TIMERS_MAX = 100 };

typedef struct Timers Timers;

Timers *timers_new(Registry *registry);
/* Lines under way go on; nobody hears how they end. */
void timers_free(Timers *timers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Timers, timers_free)

bool cmd_after(CommandCall *call, const Args *args, GError **error);
bool cmd_every(CommandCall *call, const Args *args, GError **error);
bool check_every(const Args *args, GError **error); /* Command.check */
bool cmd_after_list(CommandCall *call, const Args *args, GError **error);
bool cmd_after_cancel(CommandCall *call, const Args *args, GError **error);
