/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab listen`: prints what others say as it arrives. */
#pragma once

#include "cli/run.h"

/* What the command line says; main.c fills it in. */
typedef struct CliListen {
    CliOptions run;            /* what it has in common with `confab run`; the rest of the fields is ours */
    int count;                 /* ends after so many events; 0: never */
    int timeout;               /* s; 0: none */
    const char *from;          /* a JID: only what it did; NULL: everybody */
    const char *room;          /* joined, and only what happens there; NULL: everywhere */
    const char *const *events; /* names; NULL: what is said */
} CliListen;

/* Through the control socket when an instance runs; else it connects, as `confab run` does. Ends after `count` events, at a
 * time-out (ERROR_QUEUED when less than `count`, or nothing, has come) or by a signal; returns the exit code
 * (confab(1)). */
int cli_listen(const CliListen *options);
