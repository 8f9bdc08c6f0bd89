/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/line_writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"

struct LineWriter {
    int fd;
    GString *pending;
    gsize written;   /* bytes at the front of `pending` that are out */
    guint watch;     /* while the reader is behind */
    guint end;       /* source that tells of the end */
    GError *failure; /* NULL: the reader closed its end */
    bool gone;
    LineWriterEnded ended;
    gpointer data;
};

static gboolean
on_end(gpointer data)
{
    LineWriter *writer = data;
    writer->end = 0;
    writer->ended(writer->failure, writer->data);
    return G_SOURCE_REMOVE;
}

/* From now on nothing is written. The one who must know is told from the loop: lines are put while events are
 * delivered. */
static void
give_up(LineWriter *writer, GError *take_failure)
{
    writer->gone = true;
    writer->failure = take_failure;
    g_string_truncate(writer->pending, 0);
    writer->written = 0;
    if (writer->ended != NULL)
        writer->end = g_idle_add_full(G_PRIORITY_DEFAULT, on_end, writer, NULL);
}

static bool
is_writable(const LineWriter *writer, int timeout)
{
    struct pollfd poller = { .fd = writer->fd, .events = POLLOUT };
    return poll(&poller, 1, timeout) > 0;
}

/* Writes what can be written without waiting longer than `timeout` ms for the first byte. A pipe that is writable
 * takes PIPE_BUF bytes without blocking. */
static void
write_some(LineWriter *writer, int timeout)
{
    while (!writer->gone && writer->written < writer->pending->len && is_writable(writer, timeout)) {
        const gsize left = writer->pending->len - writer->written;
        const gssize count = write(writer->fd, writer->pending->str + writer->written, MIN(left, PIPE_BUF));
        timeout = 0;
        if (count >= 0) {
            writer->written += (gsize) count;
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN)
            break;
        const int code = errno;
        give_up(writer, code == EPIPE ? NULL
                                      : g_error_new(CONFAB_ERROR, ERROR_LOCAL_IO,
                                                    _("standard output cannot be written (%s): check where it goes"),
                                                    g_strerror(code)));
    }
    if (writer->written == writer->pending->len) {
        g_string_truncate(writer->pending, 0);
        writer->written = 0;
    } else if (writer->written > writer->pending->len / 2) {
        g_string_erase(writer->pending, 0, (gssize) writer->written);
        writer->written = 0;
    }
}

static gboolean
on_writable(gint fd, GIOCondition condition, gpointer data)
{
    LineWriter *writer = data;
    write_some(writer, 0);
    if (writer->pending->len > 0)
        return G_SOURCE_CONTINUE;
    writer->watch = 0;
    return G_SOURCE_REMOVE;
}

LineWriter *
line_writer_new(int fd, LineWriterEnded ended, gpointer data)
{
    LineWriter *writer = g_new0(LineWriter, 1);
    writer->fd = fd;
    writer->pending = g_string_new(NULL);
    writer->ended = ended;
    writer->data = data;
    return writer;
}

void
line_writer_free(LineWriter *writer)
{
    if (writer == NULL)
        return;
    g_clear_handle_id(&writer->watch, g_source_remove);
    g_clear_handle_id(&writer->end, g_source_remove);
    g_clear_error(&writer->failure);
    g_string_free(writer->pending, TRUE);
    g_free(writer);
}

void
line_writer_put(LineWriter *writer, const char *line)
{
    if (writer->gone)
        return;
    g_string_append_printf(writer->pending, "%s\n", line);
    if (writer->watch == 0)
        write_some(writer, 0);
    if (writer->pending->len - writer->written > LINE_WRITER_MAX) {
        give_up(writer,
                g_error_new(CONFAB_ERROR, ERROR_LOCAL_IO,
                            _("nobody reads standard output, %d MiB are waiting: read it or send it to /dev/null"),
                            LINE_WRITER_MAX / 1024 / 1024));
        return;
    }
    if (writer->pending->len > 0 && writer->watch == 0)
        writer->watch = g_unix_fd_add(writer->fd, G_IO_OUT | G_IO_ERR | G_IO_HUP, on_writable, writer);
}

bool
line_writer_drain(LineWriter *writer, int patience)
{
    while (writer->pending->len > 0) {
        const gsize left = writer->pending->len - writer->written;
        write_some(writer, patience);
        if (writer->pending->len - writer->written == left)
            return false;
    }
    return true;
}
