/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a child without blocking the loop and without a shell built from remote text (I17, I23). */
#pragma once

#include <gio/gio.h>

/* Called once from the main loop: what the child wrote to standard output (at most 64 KiB), or an error that
 * holds the exit status and the first line of standard error. `output` is wiped after the call. */
typedef void (*SubprocessDone)(const char *output, gsize length, const GError *error, gpointer data);

typedef enum {
    SUBPROCESS_PIPES = 0,
    SUBPROCESS_TERMINAL = 1 << 0, /* stdin and stderr are the terminal's: pinentry, prompts */
} SubprocessFlags;

/* `command` is the user's own line from a file, run as `sh -c`. Cancelling kills the child. */
void subprocess_run(const char *command, SubprocessFlags flags, GCancellable *cancel, SubprocessDone done,
                    gpointer data);
