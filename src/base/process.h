/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs started by their argv: no shell, so no text becomes a command (I17). Nothing blocks the loop. A program has a
 * process group of its own, which is killed as a whole, no descriptor of ours but standard input, output and error, and
 * nothing of what a supervisor entrusted to us alone (I23); it ends when we do. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    PROCESS_GRACE = 2000,          /* ms between SIGTERM and SIGKILL */
    PROCESS_COMPLAINT_MAX = 1024,  /* bytes kept of a line of standard error */
    PROCESS_OUTPUT_MAX = 64 * 1024, /* bytes kept of standard output */
};

typedef struct Process Process;

typedef struct ProcessOptions {
    const char *const *argv;        /* the first is looked up in PATH unless it has a slash */
    const char *const *environment; /* NAME=VALUE on top of our own; NULL: none */
    const char *input;              /* for its standard input, which ends after it; copied; NULL: nothing */
    gsize input_length;
    guint timeout;                  /* ms until it is stopped; 0: never */
} ProcessOptions;

/* How it ended; borrowed for the call. */
typedef struct ProcessEnd {
    int status;             /* its exit status, or 128 + the signal that ended it */
    bool timed_out;
    const char *output;     /* what it wrote to standard output, as it is, with a NUL after it; "" after process_open() */
    gsize output_length;
    bool is_truncated;      /* there was more than PROCESS_OUTPUT_MAX */
    const char *complaint;  /* the first line of standard error, cleaned; NULL: none */
} ProcessEnd;
/* Once, from the loop; the process is freed after it. */
typedef void (*ProcessDone)(Process *process, const ProcessEnd *end, gpointer data);
/* A line of standard error, cleaned (I12). */
typedef void (*ProcessComplaint)(const char *line, gpointer data);

/* Started, or NULL with ERROR_FAILED: there is no such program, or it cannot be run. */
Process *process_run(const ProcessOptions *options, ProcessDone done, gpointer data, GError **error);
/* The same for a program one talks with: `take_input` is the end to write to, `take_output` the one to read from; both are the
 * caller's to close, and do not block. `input` of the options does not count. */
Process *process_open(const ProcessOptions *options, int *take_input, int *take_output, ProcessComplaint complaint,
                      ProcessDone done, gpointer data, GError **error);
GPid process_pid(const Process *process);
/* SIGTERM to the group, SIGKILL after PROCESS_GRACE; `done` tells as always. */
void process_stop(Process *process);
/* SIGTERM to the group, SIGKILL after PROCESS_GRACE while the loop runs; nobody is told. */
void process_forget(Process *process);
/* SIGKILL to the group; nobody is told. */
void process_free(Process *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Process, process_free)

/* What the end says in one line; NULL: it went well. `name` is what the user calls the program. The caller frees. */
char *process_end_words(const ProcessEnd *end, const char *name);
