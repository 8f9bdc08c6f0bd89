/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/continued.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <glib-unix.h>

/* Signal handlers can only reach statics. */
static int ends[2] = { -1, -1 };
static guint source;
static GSourceFunc callback;
static gpointer callback_data;

static void
on_signal(int number)
{
    const int saved = errno;
    /* A full pipe already wakes the loop. */
    if (write(ends[1], "", 1) < 0) {}
    errno = saved;
}

static gboolean
on_pipe(int fd, GIOCondition condition, gpointer data)
{
    char bytes[64];
    if (read(fd, bytes, sizeof bytes) > 0)
        callback(callback_data);
    return G_SOURCE_CONTINUE;
}

void
continued_watch(GSourceFunc func, gpointer data)
{
    const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    g_return_if_fail(source == 0);
    if (!g_unix_open_pipe(ends, FD_CLOEXEC, NULL))
        return;
    g_unix_set_fd_nonblocking(ends[0], TRUE, NULL);
    g_unix_set_fd_nonblocking(ends[1], TRUE, NULL);
    callback = func;
    callback_data = data;
    source = g_unix_fd_add(ends[0], G_IO_IN, on_pipe, NULL);
    sigaction(SIGCONT, &action, NULL);
}

void
continued_unwatch(void)
{
    if (source == 0)
        return;
    signal(SIGCONT, SIG_DFL);
    g_clear_handle_id(&source, g_source_remove);
    close(ends[0]);
    close(ends[1]);
}
