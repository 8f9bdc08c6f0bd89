/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab ctl REQUEST…`: what is asked of the running instance. */
#pragma once

#include <stdbool.h>

#include "base/paths.h"

/* What the command line says; main.c fills it in. */
typedef struct CliCtl {
    const Paths *paths;
    const char *const *operands; /* the lines; NULL: those of standard input */
    const char *const *accounts; /* -a: whom the lines are for; NULL: as the instance chooses */
    bool json;                   /* the lines are requests of JSON-RPC, and answers are printed as they are */
} CliCtl;

/* Has the lines executed one after the other, prints what they print, and ends with the first that fails. Returns its exit
 * code (confab(1)); ERROR_UNREACHABLE when no instance runs. With `json` all of them are asked at once, and everything
 * that comes is printed until all is answered; the code is that of the first failure. */
int cli_ctl(const CliCtl *options);
