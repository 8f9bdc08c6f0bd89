/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal interface. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "base/log.h"
#include "base/paths.h"
#include "command/registry.h"

/* What the common options of the command line say; main.c fills it in. */
typedef struct TuiOptions {
    const Paths *paths;
    const char *const *accounts; /* -a; NULL: none given */
    const char *const *execute;  /* -e lines in order; NULL: none */
    bool no_autoconnect;
    int password_fd;             /* -1: none */
    const Companion *companion;  /* NULL: none */
    Log *log;                    /* held off standard error while the screen is up */
} TuiOptions;

/* Runs until the user quits or a signal ends it; the terminal is as it was before when this
 * returns. False: it could not start. */
bool tui_run(const TuiOptions *options, GError **error);
