/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the painter writes is replayed through libvterm, a terminal that knows no grapheme clusters and gives isolates a
 * column: the hardest kind. Its cells must be those of the canvas. */
#include <string.h>
#include <vterm.h>

#include "tui/painter.h"

static const TermCaps full_caps = { .erase_line = true,
                                    .erase_characters = true,
                                    .scroll_region = true,
                                    .save_cursor = true,
                                    .colour_erase = true,
                                    .no_wrap = true,
                                    .dim = true,
                                    .italic = true,
                                    .colours = COLOURS_256 };

typedef struct Fixture {
    VTerm *vt;
    VTermScreen *screen;
    Canvas *canvas;
    Painter *painter;
    Theme *theme;
    GString *out;
    gsize bytes; /* of the last paint */
} Fixture;

static void
set_up(Fixture *fixture, int rows, int columns, const TermCaps *caps)
{
    fixture->vt = vterm_new(rows, columns);
    vterm_set_utf8(fixture->vt, 1);
    fixture->screen = vterm_obtain_screen(fixture->vt);
    vterm_screen_reset(fixture->screen, 1);
    if (caps->no_wrap)
        vterm_input_write(fixture->vt, "\033[?7l", 5);
    fixture->canvas = canvas_new(rows, columns);
    fixture->painter = painter_new(caps);
    fixture->theme = theme_new_builtin(COLOURS_256);
    fixture->out = g_string_new(NULL);
}

static void
tear_down(Fixture *fixture)
{
    vterm_free(fixture->vt);
    canvas_free(fixture->canvas);
    painter_free(fixture->painter);
    theme_free(fixture->theme);
    g_string_free(fixture->out, TRUE);
}

static bool
is_isolate(guint32 character)
{
    return character == 0x2068 || character == 0x2069;
}

/* The first character is enough: this terminal has no room for the rest of a cluster. */
static void
assert_cell(const Fixture *fixture, int row, int column)
{
    VTermScreenCell shown;
    char text[CELL_TEXT_SIZE];
    const Cell wanted = canvas_row(fixture->canvas, row)[column];
    vterm_screen_get_cell(fixture->screen, (VTermPos) { row, column }, &shown);
    if (canvas_cell_text(fixture->canvas, wanted, text) == 0)
        return;
    const guint32 first = shown.chars[0] == 0 ? ' ' : shown.chars[0];
    if (first != g_utf8_get_char(text))
        g_error("row %d column %d shows U+%04X, not “%s”, after %s", row, column, first, text,
                g_strescape(fixture->out->str, NULL));
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && shown.chars[i]; i++)
        g_assert_true(i > 0 || !is_isolate(shown.chars[i]));
    const Style *style = wanted.style < STYLE_COUNT ? &fixture->theme->styles[wanted.style] : NULL;
    if (style && wanted.glyph != ' ') {
        g_assert_cmpint(shown.attrs.bold, ==, (style->attributes & ATTRIBUTE_BOLD) != 0);
        g_assert_cmpint(shown.attrs.reverse, ==, (style->attributes & ATTRIBUTE_REVERSE) != 0);
        g_assert_cmpint(shown.attrs.italic, ==, (style->attributes & ATTRIBUTE_ITALIC) != 0);
        g_assert_cmpint(VTERM_COLOR_IS_DEFAULT_FG(&shown.fg) == 0, ==, style->foreground != COLOUR_DEFAULT);
        if (style->foreground != COLOUR_DEFAULT)
            g_assert_cmpint(shown.fg.indexed.idx, ==, style->foreground & 0xFF);
    }
    if (style && shown.attrs.reverse != (style->attributes & ATTRIBUTE_REVERSE) / ATTRIBUTE_REVERSE)
        g_error("row %d column %d “%s” is reversed, or not, after %s", row, column, text,
                g_strescape(fixture->out->str, NULL));
    if (style) {
        g_assert_cmpint(VTERM_COLOR_IS_DEFAULT_BG(&shown.bg) == 0, ==, style->background != COLOUR_DEFAULT);
        g_assert_cmpint(shown.attrs.reverse, ==, (style->attributes & ATTRIBUTE_REVERSE) != 0);
    }
}

static void
paint(Fixture *fixture)
{
    int row = 0, column = 0;
    VTermPos cursor;
    g_string_truncate(fixture->out, 0);
    painter_paint(fixture->painter, fixture->canvas, fixture->theme, fixture->out);
    fixture->bytes = fixture->out->len;
    vterm_input_write(fixture->vt, fixture->out->str, fixture->out->len);
    for (int i = 0; i < canvas_rows(fixture->canvas); i++) {
        for (int j = 0; j < canvas_columns(fixture->canvas); j++)
            assert_cell(fixture, i, j);
    }
    canvas_cursor(fixture->canvas, &row, &column);
    vterm_state_get_cursorpos(vterm_obtain_state(fixture->vt), &cursor);
    g_assert_cmpint(cursor.row, ==, row);
    g_assert_cmpint(cursor.col, ==, column);
}

static void
test_nothing_for_nothing(void)
{
    Fixture fixture;
    set_up(&fixture, 24, 80, &full_caps);
    canvas_text(fixture.canvas, 3, 3, 80, "hello", -1, STYLE_TEXT);
    paint(&fixture);
    paint(&fixture);
    g_assert_cmpuint(fixture.bytes, ==, 0);
    canvas_fill(fixture.canvas, canvas_area(fixture.canvas), STYLE_TEXT);
    canvas_text(fixture.canvas, 3, 3, 80, "hello", -1, STYLE_TEXT);
    paint(&fixture);
    g_assert_cmpuint(fixture.bytes, ==, 0);
    tear_down(&fixture);
}

static void
test_a_key_is_a_byte(void)
{
    Fixture fixture;
    set_up(&fixture, 24, 80, &full_caps);
    canvas_set_cursor(fixture.canvas, 23, 5);
    paint(&fixture);
    canvas_text(fixture.canvas, 23, 5, 80, "x", -1, STYLE_INPUT);
    canvas_set_cursor(fixture.canvas, 23, 6);
    g_string_truncate(fixture.out, 0);
    paint(&fixture);
    g_assert_cmpuint(fixture.bytes, <=, 1 + 4);
    tear_down(&fixture);
}

static void
draw_messages(Fixture *fixture, int first)
{
    canvas_set_scroll_area(fixture->canvas, (Area) { 1, 0, 21, 80 });
    canvas_fill(fixture->canvas, (Area) { 1, 0, 21, 80 }, STYLE_TEXT);
    for (int row = 0; row < 21; row++) {
        g_autofree char *text =
            g_strdup_printf("%06d lorem ipsum dolor sit amet %d", first + row, (first + row) * 7919);
        canvas_text(fixture->canvas, row + 1, 17, 80, text, -1, STYLE_BODY_PEER);
    }
}

static void
test_rows_move(void)
{
    Fixture fixture;
    set_up(&fixture, 24, 80, &full_caps);
    canvas_set_cursor(fixture.canvas, 23, 12);
    canvas_text(fixture.canvas, 0, 0, 80, "the title", -1, STYLE_TITLE);
    canvas_text(fixture.canvas, 22, 0, 80, "the status", -1, STYLE_STATUS);
    draw_messages(&fixture, 100);
    paint(&fixture);
    draw_messages(&fixture, 101);
    paint(&fixture); /* also sets the margins, once */
    draw_messages(&fixture, 102);
    paint(&fixture);
    g_assert_cmpuint(fixture.bytes, <=, strlen("000123 lorem ipsum dolor sit amet 974037") + 16);
    draw_messages(&fixture, 92);
    paint(&fixture);
    g_assert_cmpuint(fixture.bytes, <=, 10 * 60);
    draw_messages(&fixture, 500);
    paint(&fixture);
    tear_down(&fixture);
}

/* A panel beside the messages does not move with them. */
static void
test_rows_move_beside_a_panel(void)
{
    Fixture fixture;
    set_up(&fixture, 24, 80, &full_caps);
    for (int first = 0; first < 10; first++) {
        canvas_set_scroll_area(fixture.canvas, (Area) { 1, 17, 21, 63 });
        canvas_fill(fixture.canvas, (Area) { 1, 0, 21, 80 }, STYLE_TEXT);
        draw_messages(&fixture, first);
        for (int row = 1; row < 5; row++) {
            g_autofree char *name = g_strdup_printf("contact %d", row);
            canvas_text(fixture.canvas, row, 0, 10, name, -1, STYLE_ROSTER_ONLINE);
        }
        paint(&fixture);
    }
    tear_down(&fixture);
}

static const char *const pieces[] = {
    "plain",
    " ",
    "          ",
    "日本語",
    "e\xcc\x81\xcc\x82",
    "👨‍👩‍👧‍👦",
    "🇩🇪🇫🇷",
    "❤️",
    "1️⃣",
    "مرحبا بالعالم",
    "שלום",
    "👍🏽",
    "x",
    "ｆｕｌｌ",
    "नमस्ते",
    "🫠",
};

static void
scribble(Fixture *fixture, GRand *random)
{
    const int rows = canvas_rows(fixture->canvas), columns = canvas_columns(fixture->canvas);
    for (int i = g_rand_int_range(random, 1, 12); i > 0; i--) {
        const int row = g_rand_int_range(random, 0, rows), column = g_rand_int_range(random, 0, columns);
        const guint8 style = (guint8) g_rand_int_range(random, 0, STYLE_COUNT);
        if (g_rand_int_range(random, 0, 4) == 0)
            canvas_fill(fixture->canvas,
                        (Area) { row, column, g_rand_int_range(random, 1, 4),
                                 g_rand_int_range(random, 1, columns + 1) },
                        style);
        else
            canvas_text(fixture->canvas, row, column, g_rand_int_range(random, 1, columns + 1),
                        pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))], -1, style);
    }
    canvas_set_cursor(fixture->canvas, g_rand_int_range(random, 0, rows), g_rand_int_range(random, 0, columns));
    canvas_set_scroll_area(fixture->canvas, (Area) { 1, 0, rows - 2, columns });
}

/* Moves rows by redrawing them elsewhere, so that scrolling is worth it. */
static void
shift_rows(Fixture *fixture, GRand *random)
{
    const int rows = canvas_rows(fixture->canvas), columns = canvas_columns(fixture->canvas);
    const int shift = g_rand_int_range(random, -4, 5);
    g_autoptr(GPtrArray) before = g_ptr_array_new_with_free_func(g_free);
    for (int row = 0; row < rows; row++)
        g_ptr_array_add(before, canvas_row_text(fixture->canvas, row));
    for (int row = 1; row < rows - 1; row++) {
        const int source = row + shift;
        canvas_fill(fixture->canvas, (Area) { row, 0, 1, columns }, STYLE_TEXT);
        if (source >= 0 && source < rows)
            canvas_text(fixture->canvas, row, 0, columns, g_ptr_array_index(before, source), -1, STYLE_TEXT);
    }
}

static void
run_random(const TermCaps *caps, guint32 seed, int rounds)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    Fixture fixture;
    const int columns = g_rand_int_range(random, 2, 50);
    set_up(&fixture, g_rand_int_range(random, 3, 12), columns, caps);
    for (int i = 0; i < rounds; i++) {
        scribble(&fixture, random);
        paint(&fixture);
        shift_rows(&fixture, random);
        paint(&fixture);
        if (g_rand_int_range(random, 0, 10) == 0)
            painter_forget(fixture.painter);
    }
    tear_down(&fixture);
}

static void
test_random_screens(void)
{
    for (guint32 seed = 0; seed < 60; seed++)
        run_random(&full_caps, seed, 40);
}

static void
test_random_screens_of_a_simple_terminal(void)
{
    static const TermCaps simple = { .no_wrap = true, .colours = COLOURS_256, .italic = true };
    for (guint32 seed = 100; seed < 130; seed++)
        run_random(&simple, seed, 40);
}

/* I12, I20: item 6. */
static void
test_hostile_text(void)
{
    Fixture fixture;
    set_up(&fixture, 8, 40, &full_caps);
    static const char *const hostile[] = {
        "\033]0;owned\007",
        "\033[2J\033[H",
        "\xc2\x9b"
        "31m",
        "\xe2\x80\xae"
        "gnp.exe",
        "\rfake",
        "a\tb",
        "مرحبا \033[7m",
        "\x7f\x08\x08",
    };
    g_autoptr(GString) all = g_string_new(NULL);
    for (int row = 0; row < 8; row++) {
        /* Straight to the canvas, as if its owner had forgotten to clean; and cleaned as it should be. */
        g_autofree char *clean = text_clean(hostile[row], -1, TEXT_LINE);
        canvas_text(fixture.canvas, row, 0, 19, hostile[row], -1, STYLE_TEXT);
        canvas_text(fixture.canvas, row, 20, 20, clean, -1, STYLE_TEXT);
    }
    paint(&fixture);
    g_string_append(all, fixture.out->str);
    /* All that begins with ESC is ours: CSI with a final that places, erases, colours or sets margins. */
    for (const char *at = all->str; (at = strchr(at, '\033')); at++) {
        if (at[1] == '7' || at[1] == '8' || at[1] == 'M')
            continue;
        g_assert_cmpint(at[1], ==, '[');
        const size_t parameters = strspn(at + 2, "0123456789;");
        g_assert_nonnull(strchr("HABCDKXJmr", at[2 + parameters]));
    }
    for (const char *at = all->str; *at; at = g_utf8_next_char(at)) {
        const gunichar character = g_utf8_get_char(at);
        g_assert_true(character >= 0x20 || strchr("\033\r\n\b", (char) character));
        g_assert_false(character >= 0x7F && character < 0xA0);
        g_assert_false(character >= 0x202A && character <= 0x202E);
        g_assert_false(character == 0x2066 || character == 0x2067);
    }
    tear_down(&fixture);
}

/* Each field begins with FSI and ends with PDI, in this order, also after a partial change. */
static void
test_fields_are_isolated(void)
{
    Fixture fixture;
    set_up(&fixture, 3, 40, &full_caps);
    canvas_text(fixture.canvas, 1, 2, 20, "مرحبا", -1, STYLE_NICK_PEER);
    canvas_text(fixture.canvas, 1, 10, 20, "hello", -1, STYLE_TEXT);
    paint(&fixture);
    const char *first = strstr(fixture.out->str, "\xe2\x81\xa8");
    const char *last = strstr(fixture.out->str, "\xe2\x81\xa9");
    g_assert_nonnull(first);
    g_assert_nonnull(last);
    g_assert_true(first < strstr(fixture.out->str, "م") && strstr(fixture.out->str, "ا") < last);
    canvas_fill(fixture.canvas, (Area) { 1, 2, 1, 8 }, STYLE_TEXT);
    canvas_text(fixture.canvas, 1, 2, 20, "مرحبة", -1, STYLE_NICK_PEER);
    paint(&fixture);
    g_assert_nonnull(strstr(fixture.out->str, "\xe2\x81\xa8"));
    g_assert_nonnull(strstr(fixture.out->str, "م"));
    g_assert_nonnull(strstr(fixture.out->str, "\xe2\x81\xa9"));
    tear_down(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tui/painter/nothing-for-nothing", test_nothing_for_nothing);
    g_test_add_func("/tui/painter/a-key-is-a-byte", test_a_key_is_a_byte);
    g_test_add_func("/tui/painter/rows-move", test_rows_move);
    g_test_add_func("/tui/painter/rows-move-beside-a-panel", test_rows_move_beside_a_panel);
    g_test_add_func("/tui/painter/random-screens", test_random_screens);
    g_test_add_func("/tui/painter/random-screens-of-a-simple-terminal", test_random_screens_of_a_simple_terminal);
    g_test_add_func("/tui/painter/hostile-text", test_hostile_text);
    g_test_add_func("/tui/painter/fields-are-isolated", test_fields_are_isolated);
    return g_test_run();
}
