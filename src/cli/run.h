/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab run [FILE…]`: headless. Executes slash commands, one a line, and prints what happens as it happens. */
#pragma once

#include <stdbool.h>

#include "command/registry.h"
#include "rpc/event_filter.h"

/* What the common options of the command line say; main.c fills it in. */
typedef struct CliOptions {
    const Paths *paths;
    const char *const *accounts;  /* -a; NULL: none given */
    const char *const *execute;   /* -e lines in order; NULL: none */
    const char *room;           /* joined after them; NULL: none */
    const char *const *files;     /* operands, "-" is standard input; NULL: standard input, unless there are -e lines */
    bool no_autoconnect;
    bool json;
    int password_fd; /* -1: none */
    const Companion *companion; /* NULL: none */
    Log *log;        /* for /log; NULL: none */
    const CommandGroup *const *groups; /* commands that others than the layer command bring, ended by NULL: for a check */
    const EventFilter *filter;  /* only these events are printed, and no results; NULL: everything is */
    guint count;                /* the run is over after so many events; 0: it is not */
    guint timeout;              /* s; the run is over then, with ERROR_QUEUED unless enough was printed; 0: never */
    bool stays;                 /* the end of the script is not the end */
} CliOptions;

/* Runs until the script ends and all messages are at their servers, 10 s at most; returns the exit code (sysexits,
 * confab(1)), or 128 + the number of the signal that ended it. A supervisor that wants to know is told when programs are
 * answered, how the accounts are, and when it ends (base/service_notify.h). A line that needs a session waits for an attempt
 * to connect that is under way. Events and results are printed on standard output, the reason of a failure in one
 * line on standard error. When standard output is closed by its reader the program ends without a word; a reader more
 * than LINE_WRITER_MAX bytes behind is taken for gone (ERROR_LOCAL_IO). */
int cli_run(const CliOptions *options);
