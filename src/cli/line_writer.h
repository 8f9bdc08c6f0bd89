/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines to standard output. Each is written at once where the reader keeps up; what it does not take yet is kept and
 * written when it does, so a slow reader never stops the loop. The descriptor stays as blocking as it is: it may be
 * shared with others. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { LINE_WRITER_MAX = 64 * 1024 * 1024 }; /* bytes kept; a reader further behind is taken for gone */

typedef struct LineWriter LineWriter;
/* Nobody reads any more: `error` NULL when the reader closed its end (EPIPE), else ERROR_LOCAL_IO. Once, from the
 * loop. */
typedef void (*LineWriterEnded)(const GError *error, gpointer data);

/* The process must ignore SIGPIPE. */
LineWriter *line_writer_new(int fd, LineWriterEnded ended, gpointer data);
void line_writer_free(LineWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineWriter, line_writer_free)
/* `line` without its line feed. Ignored once the reader is gone. */
void line_writer_put(LineWriter *writer, const char *line);
/* Before the end: waits until all is written, as long as something is taken every `patience` ms. False when something
 * is left. */
bool line_writer_drain(LineWriter *writer, int patience);
