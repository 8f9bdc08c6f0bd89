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

/* What the reader makes of the picture. */
static char *
read_picture(const char *reader, const GString *picture)
{
    g_autofree char *path = NULL;
    g_autofree char *read = NULL;
    g_autoptr(GError) error = NULL;
    const int fd = g_file_open_tmp("confab-test-qr-XXXXXX.pbm", &path, &error);
    g_assert_no_error(error);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, picture->str, (gssize) picture->len, NULL));
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, reader, "--raw",
                         "-q", "-Stest-inverted", path, NULL);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_communicate_utf8(process, NULL, NULL, &read, NULL, &error));
    g_remove(path);
    return g_steal_pointer(&read);
}

/* Texts of several sizes, on a dark terminal and on a light one. */
static void
test_read_back(void)
{
    static const char *const texts[] = {
        "x",
        URI,
        "xmpp:j%C3%BCrgen@xn--mnchen-3ya.example?otr-fingerprint="
        "9e8c5b8ea8a3d5c2a3a1b5d4e6f708192a3b4c5d",
        URI ";" URI ";" URI ";" URI,
    };
    g_autofree char *reader = g_find_program_in_path("zbarimg");
    if (!qr_is_available() || reader == NULL) {
        if (g_strcmp0(g_getenv("CONFAB_REQUIRE_SERVERS"), "1") == 0)
            g_error("libqrencode or zbarimg is missing: tools/setup");
        g_test_skip("needs libqrencode and zbarimg");
        return;
    }
    for (gsize i = 0; i < 2 * G_N_ELEMENTS(texts); i++) {
        g_autofree char *text = qr_lines(texts[i / 2]);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        g_autoptr(GString) picture = paint((const char *const *) lines, i % 2 == 1);
        g_autofree char *read = read_picture(reader, picture);
        g_autofree char *expected = g_strconcat(texts[i / 2], "\n", NULL);
        g_assert_cmpstr(read, ==, expected);
    }
}

/* Four light modules all around, which are two lines above and below. */
static void
check_quiet_zone(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const guint count = g_strv_length(lines) - 1; /* what is behind the last line feed is no line */
    const glong columns = g_utf8_strlen(lines[0], -1);
    g_assert_cmpstr(lines[count], ==, "");
    g_assert_cmpuint(count, ==, (guint) (columns + 1) / 2); /* two modules a line */
    for (guint i = 0; i < count; i++) {
        g_assert_cmpint(g_utf8_strlen(lines[i], -1), ==, columns);
        g_assert_true(g_str_has_prefix(lines[i], "\u2588\u2588\u2588\u2588"));
        g_assert_true(g_str_has_suffix(lines[i], "\u2588\u2588\u2588\u2588"));
    }
    for (guint i = 0; i < 2; i++) {
        g_assert_cmpuint(strspn(lines[i], "\u2588"), ==, strlen(lines[i]));
        g_assert_cmpuint(strspn(lines[count - 1 - i], "\u2588"), ==, strlen(lines[count - 1 - i]));
    }
}

/* Up to what fits into the largest code. */
static void
test_shape(void)
{
    static const struct {
        gsize length;
        bool fits;
    } cases[] = { { 1, true }, { 60, true }, { 2331, true }, { 2332, true }, { 2953, true }, { 2954, false } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *long_text = g_strnfill(cases[i].length, 'x');
        g_autofree char *text = qr_lines(long_text);
        g_assert_true((text != NULL) == (qr_is_available() && cases[i].fits));
        if (text != NULL)
            check_quiet_zone(text);
    }
    g_assert_null(qr_lines(""));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/qr/read-back", test_read_back);
    g_test_add_func("/qr/shape", test_shape);
    return g_test_run();
}
