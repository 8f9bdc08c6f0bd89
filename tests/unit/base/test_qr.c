/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is shown is read by somebody else's eyes: zbarimg. */
#include "base/qr.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define URI "xmpp:alice@example.org?otr-fingerprint=c1b8b376e2c2bf46f0e5bc47c683a03fb6425103"

enum { SCALE = 4 }; /* pixels of a module */

/* A portable bitmap; blocks are light. */
static GString *
paint(const char *const *lines, bool inverse)
{
    const glong columns = g_utf8_strlen(lines[0], -1);
    guint rows = 0;
    while (lines[rows] != NULL && *lines[rows] != '\0')
        rows++;
    GString *picture = g_string_new(NULL);
    g_string_printf(picture, "P1\n%ld %u\n", columns * SCALE, rows * 2 * SCALE);
    for (guint y = 0; y < rows * 2 * SCALE; y++) {
        const char *p = lines[y / (2 * SCALE)];
        const bool is_upper = y / SCALE % 2 == 0;
        for (glong column = 0; column < columns; column++, p = g_utf8_next_char(p)) {
            const gunichar block = g_utf8_get_char(p);
            const bool is_light = block == 0x2588 || block == (is_upper ? 0x2580u : 0x2584u);
            for (guint i = 0; i < SCALE; i++)
                g_string_append(picture, is_light != inverse ? "0 " : "1 ");
        }
        g_string_append_c(picture, '\n');
    }
    return picture;
}

static void
test_read_back(void)
{
    g_autofree char *reader = g_find_program_in_path("zbarimg");
    if (!qr_is_available() || reader == NULL) {
        if (g_strcmp0(g_getenv("CONFAB_REQUIRE_SERVERS"), "1") == 0)
            g_error("libqrencode or zbarimg is missing: tools/setup");
        g_test_skip("needs libqrencode and zbarimg");
        return;
    }
    g_autofree char *text = qr_lines(URI);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) picture = paint((const char *const *) lines, false);
    g_autofree char *path = NULL;
    const int fd = g_file_open_tmp("confab-test-qr-XXXXXX.pbm", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, picture->str, (gssize) picture->len, NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, reader, "--raw", "-q", path, NULL);
    g_assert_no_error(error);
    g_autofree char *read = NULL;
    g_assert_true(g_subprocess_communicate_utf8(process, NULL, NULL, &read, NULL, &error));
    g_remove(path);
    g_assert_cmpstr(read, ==, URI "\n");
}

/* A quiet zone all around, every line as long as the others; too long a text has no picture. */
static void
test_shape(void)
{
    g_autofree char *none = g_strnfill(3000, 'x');
    g_autofree char *text = qr_lines(URI);
    g_assert_true(qr_is_available() == (text != NULL));
    g_assert_null(qr_lines(none));
    if (text == NULL)
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; **line != '\0'; line++) {
        g_assert_cmpint(g_utf8_strlen(*line, -1), ==, g_utf8_strlen(lines[0], -1));
        g_assert_true(g_str_has_prefix(*line, "\u2588\u2588\u2588\u2588"));
        g_assert_true(g_str_has_suffix(*line, "\u2588\u2588\u2588\u2588"));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qr/read-back", test_read_back);
    g_test_add_func("/qr/shape", test_shape);
    return g_test_run();
}
