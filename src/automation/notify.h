/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls the user when a message deserves it (core/attention.h), in the ways the settings notify.* say: the terminal's bell at
 * once; the terminal's own notifications (OSC 9, OSC 777), the desktop's (notify-send) and a command of the user's unless the
 * user looks at that conversation, and for a conversation once a second at most: what comes meanwhile is told together.
 * For this layer only. */
#pragma once

#include "automation/runner.h"
#include "command/registry.h"

enum { NOTIFY_PAUSE = 1000 }; /* ms */

typedef struct Notify Notify;

Notify *notify_new(Registry *registry, Runner *runner);
void notify_free(Notify *notify);
