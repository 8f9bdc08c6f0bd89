/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "tui/theme.h"

static Theme *
parse(const char *text, ColourDepth depth, GError **error)
{
    return theme_parse("test.theme", text, strlen(text), depth, error);
}

static void
test_colours(void)
{
    static const struct {
        const char *text;
        Colour colour;
    } good[] = {
        { "default", COLOUR_DEFAULT },        { "black", COLOUR_INDEXED },       { "white", COLOUR_INDEXED | 7 },
        { "bright-red", COLOUR_INDEXED | 9 }, { "grey", COLOUR_INDEXED | 8 },    { "255", COLOUR_INDEXED | 255 },
        { "#ff8000", COLOUR_RGB | 0xff8000 }, { "#F80", COLOUR_RGB | 0xff8800 }, { "0", COLOUR_INDEXED }
    };
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        Colour colour = 1;
        g_assert_true(colour_parse(good[i].text, &colour));
        g_assert_cmpuint(colour, ==, good[i].colour);
    }
    static const char *const bad[] = { "",        "reddish",  "256",     "-1",          "#12",
                                       "#12345g", "#1234567", "bright-", "bright-grey", "1e1" };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        Colour colour = 1;
        g_assert_false(colour_parse(bad[i], &colour));
    }
}

static void
test_colours_are_reduced(void)
{
    g_assert_cmpuint(colour_reduce(COLOUR_RGB | 0xff0000, COLOURS_RGB), ==, COLOUR_RGB | 0xff0000);
    g_assert_cmpuint(colour_reduce(COLOUR_RGB | 0xff0000, COLOURS_256), ==, COLOUR_INDEXED | 196);
    g_assert_cmpuint(colour_reduce(COLOUR_RGB | 0xff0000, COLOURS_16), ==, COLOUR_INDEXED | 9);
    g_assert_cmpuint(colour_reduce(COLOUR_RGB | 0xff0000, COLOURS_8), ==, COLOUR_INDEXED | 1);
    g_assert_cmpuint(colour_reduce(COLOUR_INDEXED | 12, COLOURS_8), ==, COLOUR_INDEXED | 4);
    g_assert_cmpuint(colour_reduce(COLOUR_INDEXED | 12, COLOURS_16), ==, COLOUR_INDEXED | 12);
    g_assert_cmpuint(colour_reduce(COLOUR_INDEXED | 12, COLOURS_NONE), ==, COLOUR_DEFAULT);
    g_assert_cmpint(colour_depth(256, NULL, NULL), ==, COLOURS_256);
    g_assert_cmpint(colour_depth(256, "truecolor", NULL), ==, COLOURS_RGB);
    g_assert_cmpint(colour_depth(256, "truecolor", "1"), ==, COLOURS_NONE);
    g_assert_cmpint(colour_depth(256, NULL, ""), ==, COLOURS_256);
    g_assert_cmpint(colour_depth(-1, "truecolor", NULL), ==, COLOURS_NONE);
    g_assert_cmpint(colour_depth(8, NULL, NULL), ==, COLOURS_8);
}

static void
test_parses(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Theme) theme = parse("# comment\n[theme]\nname = Evening\n[colours]\naccent = #3584e4\n[styles]\n"
                                   "title = accent on black bold\ntime =  dim   italic \nnick.me = on red\n",
                                   COLOURS_RGB, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(theme->name, ==, "Evening");
    g_assert_cmpuint(theme->styles[STYLE_TITLE].foreground, ==, COLOUR_RGB | 0x3584e4);
    g_assert_cmpuint(theme->styles[STYLE_TITLE].background, ==, COLOUR_INDEXED);
    g_assert_cmpuint(theme->styles[STYLE_TITLE].attributes, ==, ATTRIBUTE_BOLD);
    g_assert_cmpuint(theme->styles[STYLE_TIME].attributes, ==, ATTRIBUTE_DIM | ATTRIBUTE_ITALIC);
    g_assert_cmpuint(theme->styles[STYLE_NICK_ME].background, ==, COLOUR_INDEXED | 1);
    /* Not named: as built in. */
    g_autoptr(Theme) builtin = theme_new_builtin(COLOURS_RGB);
    g_assert_true(style_equal(&theme->styles[STYLE_ERROR], &builtin->styles[STYLE_ERROR]));
}

static void
test_errors_name_file_and_line(void)
{
    static const char *const bad[] = {
        "[styles]\ntitle = reverse\nnonsense = bold\n",
        "[styles]\n\ntitle = sparkling\n",
        "[styles]\n\ntitle = bold on\n",
        "[styles]\n\nthis is no line of an ini file\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(parse(bad[i], COLOURS_256, &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
        g_assert_true(g_str_has_prefix(error->message, "test.theme:3: "));
    }
}

/* What is shipped is what is built in, and names every element. */
static void
test_shipped_are_builtin(void)
{
    static const struct {
        const char *name;
        ColourDepth depth;
    } shipped[] = { { "default", COLOURS_256 }, { "mono", COLOURS_NONE } };
    g_autofree char *directory = g_test_build_filename(G_TEST_DIST, "..", "themes", NULL);
    const char *const directories[] = { directory, NULL };
    for (guint i = 0; i < G_N_ELEMENTS(shipped); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Theme) theme = theme_load(shipped[i].name, directories, shipped[i].depth, &error);
        g_assert_no_error(error);
        g_autoptr(Theme) builtin = theme_new_builtin(shipped[i].depth);
        g_autofree char *path = g_strconcat(directory, "/", shipped[i].name, ".theme", NULL);
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        for (int id = 0; id < STYLE_COUNT; id++) {
            g_autofree char *row = g_strconcat("\n", style_element(id), " = ", NULL);
            g_assert_nonnull(strstr(text, row));
            g_assert_true(style_equal(&theme->styles[id], &builtin->styles[id]));
        }
    }
}

static void
test_finds_files(void)
{
    g_autofree char *root = g_dir_make_tmp("confab-theme-XXXXXX", NULL);
    g_autofree char *user = g_build_filename(root, "user", NULL);
    g_autofree char *shipped = g_build_filename(root, "shipped", NULL);
    g_autofree char *first = g_build_filename(user, "evening.theme", NULL);
    g_autofree char *second = g_build_filename(shipped, "evening.theme", NULL);
    const char *const directories[] = { user, shipped, NULL };
    g_assert_cmpint(g_mkdir(user, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(shipped, 0700), ==, 0);
    g_assert_true(g_file_set_contents(second, "[theme]\nname = shipped\n", -1, NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(Theme) theme = theme_load("evening", directories, COLOURS_8, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(theme->name, ==, "shipped");
    g_assert_true(g_file_set_contents(first, "[theme]\nname = mine\n", -1, NULL));
    g_autoptr(Theme) mine = theme_load("evening", directories, COLOURS_8, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(mine->name, ==, "mine");
    g_auto(GStrv) names = theme_list(directories);
    g_autofree char *list = g_strjoinv(" ", names);
    g_assert_cmpstr(list, ==, "default evening mono");
    static const char *const missing[] = { "morning", "../user/evening", "", "." };
    for (guint i = 0; i < G_N_ELEMENTS(missing); i++) {
        g_autoptr(GError) problem = NULL;
        g_assert_null(theme_load(missing[i], directories, COLOURS_8, &problem));
        g_assert_error(problem, CONFAB_ERROR, ERROR_NOT_FOUND);
        g_assert_nonnull(strstr(problem->message, "evening"));
    }
    g_unlink(first);
    g_unlink(second);
    g_rmdir(user);
    g_rmdir(shipped);
    g_rmdir(root);
}

static void
test_no_colours_at_all(void)
{
    const char *const none[] = { NULL };
    g_autoptr(GError) error = NULL;
    g_autoptr(Theme) theme = theme_load("default", none, COLOURS_NONE, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(theme->name, ==, "mono");
    g_autoptr(Theme) coloured = parse("[styles]\nalarm = white on red\nnick.me = green\n", COLOURS_NONE, &error);
    g_assert_no_error(error);
    for (int id = 0; id < STYLE_COUNT; id++) {
        g_assert_cmpuint(coloured->styles[id].foreground, ==, COLOUR_DEFAULT);
        g_assert_cmpuint(coloured->styles[id].background, ==, COLOUR_DEFAULT);
    }
    /* What stood out by its background still does. */
    g_assert_true(coloured->styles[STYLE_ALARM].attributes & ATTRIBUTE_REVERSE);
}

/* Names keep a hue where a terminal has few colours: none becomes black, white or grey. */
static void
test_nicks_with_few_colours(void)
{
    static const ColourDepth depths[] = { COLOURS_8, COLOURS_16 };
    static const double lightnesses[] = { 40, 55, 70 };
    for (guint i = 0; i < G_N_ELEMENTS(depths) * G_N_ELEMENTS(lightnesses); i++) {
        const ColourDepth depth = depths[i % G_N_ELEMENTS(depths)];
        g_autoptr(Theme) theme = theme_new_builtin(depth);
        theme_colour_nicks(theme, depth, lightnesses[i / G_N_ELEMENTS(depths)]);
        for (int k = 0; k < NICK_STYLES; k++) {
            const guint index = theme->nicks[k].foreground & 0xFF;
            g_assert_cmphex(theme->nicks[k].foreground & COLOUR_KIND, ==, COLOUR_INDEXED);
            g_assert_cmpuint(index % 8, !=, 0);
            g_assert_cmpuint(index % 8, !=, 7);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tui/colour/parses", test_colours);
    g_test_add_func("/tui/colour/reduces", test_colours_are_reduced);
    g_test_add_func("/tui/theme/parses", test_parses);
    g_test_add_func("/tui/theme/errors-name-file-and-line", test_errors_name_file_and_line);
    g_test_add_func("/tui/theme/shipped-are-builtin", test_shipped_are_builtin);
    g_test_add_func("/tui/theme/finds-files", test_finds_files);
    g_test_add_func("/tui/theme/no-colours-at-all", test_no_colours_at_all);
    g_test_add_func("/tui/theme/nicks-with-few-colours", test_nicks_with_few_colours);
    return g_test_run();
}
