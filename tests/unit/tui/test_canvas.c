/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tui/canvas.h"
#include "tui/theme.h"

static void
assert_row(const Canvas *canvas, int row, const char *expected)
{
    g_autofree char *text = canvas_row_text(canvas, row);
    g_assert_cmpstr(text, ==, expected);
}

/* No half of a wide cluster may exist, whatever was drawn. */
static void
assert_whole(const Canvas *canvas)
{
    for (int row = 0; row < canvas_rows(canvas); row++) {
        const Cell *cells = canvas_row(canvas, row);
        for (int column = 0; column < canvas_columns(canvas); column++) {
            if (cells[column].width == 2) {
                g_assert_cmpint(column, <, canvas_columns(canvas) - 1);
                g_assert_cmpint(cells[column + 1].width, ==, 0);
            }
            if (cells[column].width == 0)
                g_assert_cmpint(column > 0 ? cells[column - 1].width : 0, ==, 2);
        }
    }
}

static void
test_draws_text(void)
{
    g_autoptr(Canvas) canvas = canvas_new(2, 10);
    g_assert_cmpint(canvas_text(canvas, 0, 0, 10, "hello", -1, STYLE_TEXT), ==, 5);
    g_assert_cmpint(canvas_text(canvas, 0, 6, 10, "world", -1, STYLE_TEXT), ==, 4);
    g_assert_cmpint(canvas_text(canvas, 1, 2, 3, "clipped", -1, STYLE_TEXT), ==, 3);
    assert_row(canvas, 0, "hello worl");
    assert_row(canvas, 1, "  cli");
}

static void
test_ignores_what_is_outside(void)
{
    g_autoptr(Canvas) canvas = canvas_new(1, 1);
    g_assert_cmpint(canvas_text(canvas, 1, 0, 10, "x", -1, STYLE_TEXT), ==, 0);
    g_assert_cmpint(canvas_text(canvas, -1, 0, 10, "x", -1, STYLE_TEXT), ==, 0);
    g_assert_cmpint(canvas_text(canvas, 0, -3, 10, "x", -1, STYLE_TEXT), ==, 0);
    g_assert_cmpint(canvas_text(canvas, 0, 7, 10, "x", -1, STYLE_TEXT), ==, 0);
    g_assert_cmpint(canvas_text(canvas, 0, 0, -4, "x", -1, STYLE_TEXT), ==, 0);
    canvas_fill(canvas, (Area) { -5, -5, 100, 100 }, STYLE_TITLE);
    canvas_fill(canvas, (Area) { 3, 3, -1, -1 }, STYLE_TITLE);
    canvas_set_cursor(canvas, 50, -2);
    int row = 9, column = 9;
    canvas_cursor(canvas, &row, &column);
    g_assert_cmpint(row, ==, 0);
    g_assert_cmpint(column, ==, 0);
}

static void
test_wide_clusters_stay_whole(void)
{
    g_autoptr(Canvas) canvas = canvas_new(1, 7);
    /* The fourth does not fit whole. */
    g_assert_cmpint(canvas_text(canvas, 0, 0, 7, "日本語字", -1, STYLE_TEXT), ==, 6);
    assert_row(canvas, 0, "日本語");
    assert_whole(canvas);
    /* Over the right half of 日 and the left half of 本. */
    canvas_text(canvas, 0, 1, 2, "ab", -1, STYLE_TEXT);
    assert_row(canvas, 0, " ab 語");
    assert_whole(canvas);
    canvas_fill(canvas, (Area) { 0, 5, 1, 1 }, STYLE_TEXT);
    assert_row(canvas, 0, " ab");
    assert_whole(canvas);
}

static void
test_clusters_are_one_cell(void)
{
    g_autoptr(Canvas) canvas = canvas_new(1, 20);
    const char *family = "👨‍👩‍👧";
    g_assert_cmpint(canvas_text(canvas, 0, 0, 20, family, -1, STYLE_TEXT), ==, 2);
    g_assert_cmpint(canvas_text(canvas, 0, 2, 20, "🇩🇪", -1, STYLE_TEXT), ==, 2);
    g_assert_cmpint(canvas_text(canvas, 0, 4, 20, "e\xcc\x81", -1, STYLE_TEXT), ==, 1);
    char text[CELL_TEXT_SIZE];
    canvas_cell_text(canvas, canvas_row(canvas, 0)[0], text);
    g_assert_cmpstr(text, ==, family);
    canvas_cell_text(canvas, canvas_row(canvas, 0)[1], text);
    g_assert_cmpstr(text, ==, "");
    assert_row(canvas, 0, "👨‍👩‍👧🇩🇪e\xcc\x81");
}

/* I9, I12 */
static void
test_refuses_what_harms(void)
{
    static const char *const hostile[] = { "\033",         "\x07", "\x7f", "\xc2\x9b", "\xe2\x80\xae",
                                           "\xe2\x81\xa6", "\r",   "\n",   "\t" };
    for (guint i = 0; i < G_N_ELEMENTS(hostile); i++) {
        g_autoptr(Canvas) canvas = canvas_new(1, 8);
        g_autofree char *line = g_strconcat("a", hostile[i], "b", NULL);
        canvas_text(canvas, 0, 0, 8, line, -1, STYLE_TEXT);
        g_autofree char *row = canvas_row_text(canvas, 0);
        g_assert_null(strstr(row, hostile[i]));
        g_assert_true(g_utf8_validate(row, -1, NULL));
    }
    g_autoptr(GString) zalgo = g_string_new("z");
    for (int i = 0; i < 5000; i++)
        g_string_append(zalgo, "\xcc\x81");
    g_autoptr(Canvas) canvas = canvas_new(1, 8);
    g_assert_cmpint(canvas_text(canvas, 0, 0, 8, zalgo->str, -1, STYLE_TEXT), ==, 1);
    g_autofree char *row = canvas_row_text(canvas, 0);
    g_assert_cmpuint(strlen(row), <=, TEXT_CLUSTER_MAX);
    g_assert_true(g_utf8_validate(row, -1, NULL));
}

/* I9: ever new clusters, and those on the screen survive that others are thrown away. */
static void
test_pool_has_a_ceiling(void)
{
    g_autoptr(Canvas) canvas = canvas_new(2, 10);
    canvas_text(canvas, 1, 0, 10, "x\xcc\x81\xcc\x82", -1, STYLE_TEXT);
    for (int i = 0; i < 20000; i++) {
        g_autofree char *text = g_strdup_printf("%c\xcc%c\xcc%c\xcc%c", 'a' + i % 26, 0x80 + i / 26 % 32,
                                                0x80 + i / 832 % 32, 0x80 + i % 7);
        canvas_text(canvas, 0, i % 10, 1, text, -1, STYLE_TEXT);
    }
    assert_row(canvas, 1, "x\xcc\x81\xcc\x82");
}

static void
test_damage_is_what_changed(void)
{
    g_autoptr(Canvas) canvas = canvas_new(3, 20);
    canvas_clear_damage(canvas);
    g_assert_false(canvas_is_damaged(canvas));
    canvas_text(canvas, 1, 4, 20, "abc", -1, STYLE_TEXT);
    g_assert_true(canvas_is_damaged(canvas));
    const CanvasSpan span = canvas_damage(canvas, 1);
    g_assert_cmpint(span.first, ==, 4);
    g_assert_cmpint(span.last, ==, 7);
    const CanvasSpan none = canvas_damage(canvas, 0);
    g_assert_cmpint(none.first, >=, none.last);
    canvas_clear_damage(canvas);
    canvas_text(canvas, 1, 4, 20, "abc", -1, STYLE_TEXT);
    g_assert_false(canvas_is_damaged(canvas));
    canvas_text(canvas, 1, 5, 20, "b", -1, STYLE_TITLE);
    g_assert_cmpint(canvas_damage(canvas, 1).first, ==, 5);
    g_assert_cmpint(canvas_damage(canvas, 1).last, ==, 6);
}

/* I20 */
static void
test_right_to_left_is_a_field(void)
{
    g_autoptr(Canvas) canvas = canvas_new(1, 20);
    canvas_text(canvas, 0, 0, 20, "a", -1, STYLE_TEXT);
    canvas_text(canvas, 0, 2, 20, "مرحبا", -1, STYLE_TEXT);
    const Cell *cells = canvas_row(canvas, 0);
    g_assert_cmpint(cells[0].flags, ==, 0);
    g_assert_cmpint(cells[2].flags, ==, CELL_ISOLATED | CELL_ISOLATE_FIRST);
    g_assert_cmpint(cells[4].flags, ==, CELL_ISOLATED);
    g_assert_cmpint(cells[6].flags, ==, CELL_ISOLATED | CELL_ISOLATE_LAST);
    g_assert_cmpint(cells[7].flags, ==, 0);
}

static void
test_ellipsizes(void)
{
    g_autoptr(Canvas) canvas = canvas_new(2, 12);
    canvas_text_ellipsized(canvas, 0, 0, 6, "abcdef", STYLE_TEXT);
    canvas_text_ellipsized(canvas, 1, 0, 6, "abcdefg", STYLE_TEXT);
    assert_row(canvas, 0, "abcdef");
    assert_row(canvas, 1, "abcde…");
    g_assert_cmpint(canvas_text_ellipsized(canvas, 1, 0, 0, "abcdefg", STYLE_TEXT), ==, 0);
}

static void
test_random_drawing_stays_whole(void)
{
    static const char *const pieces[] = { "abc", "日本",    "👨‍👩‍👧", "e\xcc\x81", "שלום", " ",
                                          "🇩🇪x", "ｆｕｌｌ" };
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int round = 0; round < 300; round++) {
        g_autoptr(Canvas) canvas = canvas_new(g_rand_int_range(random, 1, 5), g_rand_int_range(random, 1, 12));
        for (int i = 0; i < 20; i++) {
            const int row = g_rand_int_range(random, -1, 6), column = g_rand_int_range(random, -2, 14);
            const int columns = g_rand_int_range(random, -1, 9);
            if (g_rand_boolean(random))
                canvas_text(canvas, row, column, columns, pieces[g_rand_int_range(random, 0, 8)], -1, STYLE_TEXT);
            else
                canvas_fill(canvas, (Area) { row, column, g_rand_int_range(random, -1, 3), columns }, STYLE_TITLE);
            assert_whole(canvas);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tui/canvas/draws-text", test_draws_text);
    g_test_add_func("/tui/canvas/ignores-what-is-outside", test_ignores_what_is_outside);
    g_test_add_func("/tui/canvas/wide-clusters-stay-whole", test_wide_clusters_stay_whole);
    g_test_add_func("/tui/canvas/clusters-are-one-cell", test_clusters_are_one_cell);
    g_test_add_func("/tui/canvas/refuses-what-harms", test_refuses_what_harms);
    g_test_add_func("/tui/canvas/pool-has-a-ceiling", test_pool_has_a_ceiling);
    g_test_add_func("/tui/canvas/damage-is-what-changed", test_damage_is_what_changed);
    g_test_add_func("/tui/canvas/right-to-left-is-a-field", test_right_to_left_is_a_field);
    g_test_add_func("/tui/canvas/ellipsizes", test_ellipsizes);
    g_test_add_func("/tui/canvas/random-drawing-stays-whole", test_random_drawing_stays_whole);
    return g_test_run();
}
