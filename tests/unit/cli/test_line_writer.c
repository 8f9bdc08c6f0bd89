/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/line_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

typedef struct Fixture {
    int ends[2];
    LineWriter *writer;
    guint ended;
    GError *error;
} Fixture;

static void
on_ended(const GError *error, gpointer data)
{
    Fixture *fixture = data;
    fixture->ended++;
    fixture->error = error == NULL ? NULL : g_error_copy(error);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpint(pipe(fixture->ends), ==, 0);
    g_assert_cmpint(fcntl(fixture->ends[0], F_SETFL, O_NONBLOCK), ==, 0);
    fixture->writer = line_writer_new(fixture->ends[1], on_ended, fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    line_writer_free(fixture->writer);
    close(fixture->ends[0]);
    close(fixture->ends[1]);
    g_clear_error(&fixture->error);
}

/* Appends what can be read; false at the end of what is there. */
static bool
read_some(const Fixture *fixture, GString *out)
{
    char bytes[65536];
    const gssize count = read(fixture->ends[0], bytes, sizeof bytes);
    if (count <= 0)
        return false;
    g_string_append_len(out, bytes, count);
    return true;
}

static void
test_writes_at_once(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GString) out = g_string_new(NULL);
    line_writer_put(fixture->writer, "one %s");
    line_writer_put(fixture->writer, "");
    line_writer_put(fixture->writer, "two");
    g_assert_true(read_some(fixture, out));
    g_assert_cmpstr(out->str, ==, "one %s\n\ntwo\n");
    g_assert_false(g_main_context_pending(NULL));
}

/* More than a pipe holds: nothing blocks, nothing is lost, order is kept. */
static void
test_a_slow_reader_stops_nothing(Fixture *fixture, gconstpointer data)
{
    enum { LINES = 20000 };
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GString) expected = g_string_new(NULL);
    for (int i = 0; i < LINES; i++) {
        g_autofree char *line = g_strdup_printf("line %d of a long story that nobody reads yet", i);
        line_writer_put(fixture->writer, line);
        g_string_append_printf(expected, "%s\n", line);
    }
    const gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    while (out->len < expected->len) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        read_some(fixture, out);
        g_main_context_iteration(NULL, FALSE);
    }
    g_assert_cmpstr(out->str, ==, expected->str);
    g_main_context_iteration(NULL, FALSE);
    g_assert_false(g_main_context_pending(NULL));
    g_assert_cmpuint(fixture->ended, ==, 0);
}

static void
test_a_closed_pipe_ends_quietly(Fixture *fixture, gconstpointer data)
{
    close(fixture->ends[0]);
    line_writer_put(fixture->writer, "one");
    line_writer_put(fixture->writer, "two");
    g_assert_cmpuint(fixture->ended, ==, 0); /* not from inside */
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    g_assert_cmpuint(fixture->ended, ==, 1);
    g_assert_no_error(fixture->error);
    g_assert_true(line_writer_drain(fixture->writer, 10));
    fixture->ends[0] = open("/dev/null", O_RDONLY);
}

static void
test_a_reader_too_far_behind_is_gone(Fixture *fixture, gconstpointer data)
{
    g_autofree char *line = g_strnfill(1024 * 1024, 'x');
    for (int i = 0; i < LINE_WRITER_MAX / (1024 * 1024) + 2; i++)
        line_writer_put(fixture->writer, line);
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    g_assert_cmpuint(fixture->ended, ==, 1);
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_LOCAL_IO);
}

static gpointer
read_slowly(gpointer data)
{
    const Fixture *fixture = data;
    GString *out = g_string_new(NULL);
    while (out->len < 2000001) {
        if (!read_some(fixture, out))
            g_thread_yield();
    }
    return g_string_free(out, FALSE);
}

static void
test_drains_at_the_end(Fixture *fixture, gconstpointer data)
{
    g_autofree char *line = g_strnfill(2000000, 'y');
    line_writer_put(fixture->writer, line);
    /* Nobody reads: patience ends. */
    g_assert_false(line_writer_drain(fixture->writer, 20));
    GThread *reader = g_thread_new("reader", read_slowly, fixture);
    g_assert_true(line_writer_drain(fixture->writer, 10000));
    g_autofree char *out = g_thread_join(reader);
    g_assert_cmpuint(strlen(out), ==, 2000001);
}

int
main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/cli/line_writer/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("writes-at-once", test_writes_at_once);
    ADD("a-slow-reader-stops-nothing", test_a_slow_reader_stops_nothing);
    ADD("a-closed-pipe-ends-quietly", test_a_closed_pipe_ends_quietly);
    ADD("a-reader-too-far-behind-is-gone", test_a_reader_too_far_behind_is_gone);
    ADD("drains-at-the-end", test_drains_at_the_end);
    return g_test_run();
}
