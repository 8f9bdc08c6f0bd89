/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab run [FILE…]`: headless. */
#pragma once

#include <stdbool.h>

#include "core/client.h"

/* What the common options of the command line say; main.c fills it in. */
typedef struct CliOptions {
    const Paths *paths;
    const char *const *accounts;  /* -a; NULL: none given */
    const char *const *execute;   /* -e lines in order; NULL: none */
    const char *const *files;     /* operands; NULL: none, then standard input (unless there are -e lines) */
    bool no_autoconnect;
    bool json;
    int password_fd; /* -1: none */
} CliOptions;

/* Runs until the script ends; returns the exit code (sysexits). Events are printed as they come. */
int cli_run(const CliOptions *options);
