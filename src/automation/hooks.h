/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's hooks: what is done when something happens. They are kept in the file `hooks` beside the settings, a line each
 * as they were written; comments and what somebody edits there survive. For this layer only. */
#pragma once

#include "automation/hook.h"
#include "automation/runner.h"

enum {
    HOOKS_MAX = 200,
    HOOKS_RATE = 1000,       /* a hook that comes oftener than this … */
    HOOKS_RATE_SECONDS = 10, /* … in so many seconds may be calling itself: it rests … */
    HOOKS_REST_SECONDS = 60, /* … for so long */
    HOOKS_UNDER_WAY = 100,   /* lines of a hook that have not ended (/wait); what comes then is not done */
};

typedef struct Hooks Hooks;

extern const CommandGroup hooks_group;

/* Adds its commands to the registry and reads the file: what is wrong there is told as notices. */
Hooks *hooks_new(Registry *registry, Runner *runner);
void hooks_free(Hooks *hooks);
