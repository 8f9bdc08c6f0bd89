/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/theme.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/text.h"
#include "config/settings_file.h"
#include "tui/nick_colour.h"

#define THEME_SUFFIX ".theme"

enum { THEME_BYTES_MAX = 256 * 1024 };

typedef struct StyleRow {
    const char *element;
    const char *look;
    const char *mono;
} StyleRow;

static const StyleRow rows[STYLE_COUNT] = {
#define STYLE(name, element, look, mono) [STYLE_##name] = { element, look, mono },
#include "tui/styles.def"
#undef STYLE
};

static const struct {
    const char *word;
    Attributes attribute;
} attribute_words[] = {
    { "bold", ATTRIBUTE_BOLD },           { "dim", ATTRIBUTE_DIM },         { "italic", ATTRIBUTE_ITALIC },
    { "underline", ATTRIBUTE_UNDERLINE }, { "reverse", ATTRIBUTE_REVERSE },
};

static guint
attribute_find(const char *word)
{
    for (guint i = 0; i < G_N_ELEMENTS(attribute_words); i++) {
        if (strcmp(attribute_words[i].word, word) == 0)
            return attribute_words[i].attribute;
    }
    return 0;
}

/* A colour word: the theme's own names first, since they may shadow ours. */
static bool
find_colour(const SettingsFile *file, const char *word, Colour *colour)
{
    const char *own = file ? settings_file_get(file, "colours", word) : NULL;
    return colour_parse(own ? own : word, colour);
}

/* "[COLOUR] [on COLOUR] [ATTRIBUTE…]" in any order; returns the word that makes no sense, NULL when
 * all do. */
static char *
parse_look(const SettingsFile *file, const char *look, ColourDepth depth, Style *style)
{
    g_auto(GStrv) words = g_strsplit_set(look, " \t", -1);
    Style parsed = { 0 };
    bool on = false;
    for (char **word = words; *word; word++) {
        Colour colour = COLOUR_DEFAULT;
        if (**word == '\0')
            continue;
        if (strcmp(*word, "on") == 0 && !on) {
            on = true;
            continue;
        }
        const guint attribute = attribute_find(*word);
        if (attribute && !on) {
            parsed.attributes |= attribute;
            continue;
        }
        if (!find_colour(file, *word, &colour))
            return g_strdup(*word);
        if (on)
            parsed.background = colour_reduce(colour, depth);
        else
            parsed.foreground = colour_reduce(colour, depth);
        on = false;
    }
    if (on)
        return g_strdup("on");
    *style = parsed;
    return NULL;
}

/* Without colours an alarm must still stand out: what had a background of its own is reversed. */
static void
keep_contrast(const char *look, ColourDepth depth, Style *style)
{
    if (depth == COLOURS_NONE && strstr(look, " on ") && !strstr(look, " on default"))
        style->attributes |= ATTRIBUTE_REVERSE;
}

static void
set_plain_nicks(Theme *theme)
{
    for (int i = 0; i < NICK_STYLES; i++)
        theme->nicks[i] = theme->styles[STYLE_NICK_PEER];
}

Theme *
theme_new_builtin(ColourDepth depth)
{
    Theme *theme = g_new0(Theme, 1);
    theme->name = g_strdup(depth == COLOURS_NONE ? "mono" : "default");
    for (int i = 0; i < STYLE_COUNT; i++) {
        const char *look = depth == COLOURS_NONE ? rows[i].mono : rows[i].look;
        g_autofree char *bad = parse_look(NULL, look, depth, &theme->styles[i]);
        g_assert(!bad);
    }
    set_plain_nicks(theme);
    return theme;
}

void
theme_free(Theme *theme)
{
    if (!theme)
        return;
    g_free(theme->name);
    g_free(theme);
}

static int
find_element(const char *element)
{
    for (int i = 0; i < STYLE_COUNT; i++) {
        if (strcmp(rows[i].element, element) == 0)
            return i;
    }
    return -1;
}

static bool
parse_styles(Theme *theme, const char *name, const SettingsFile *file, ColourDepth depth, GError **error)
{
    g_autoptr(GPtrArray) keys = settings_file_list_keys(file, "styles");
    for (guint i = 0; i < keys->len; i++) {
        const char *key = g_ptr_array_index(keys, i);
        const char *look = settings_file_get(file, "styles", key);
        const guint line = settings_file_get_line(file, "styles", key);
        const int id = find_element(key);
        if (id < 0) {
            g_autofree char *shown = text_clean(key, -1, TEXT_LINE);
            g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                        _("%s:%u: there is no element “%s”: see themes/default.theme for their names"), name, line,
                        shown);
            return false;
        }
        g_autofree char *bad = parse_look(file, look, depth, &theme->styles[id]);
        if (bad) {
            g_autofree char *shown = text_clean(bad, -1, TEXT_LINE);
            g_set_error(
                error, CONFAB_ERROR, ERROR_CONFIG,
                _("%s:%u: “%s” is no colour or attribute: write “[COLOUR] [on COLOUR] [bold dim italic underline reverse]”"),
                name, line, shown);
            return false;
        }
        keep_contrast(look, depth, &theme->styles[id]);
    }
    return true;
}

Theme *
theme_parse(const char *name, const char *text, gsize length, ColourDepth depth, GError **error)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(SettingsFile) file = settings_file_parse(name, text, length, warnings, error);
    if (!file)
        return NULL;
    if (warnings->len > 0) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_CONFIG, g_ptr_array_index(warnings, 0));
        return NULL;
    }
    g_autoptr(Theme) theme = theme_new_builtin(depth);
    const char *title = settings_file_get(file, "theme", "name");
    if (title) {
        g_free(theme->name);
        theme->name = text_clean(title, -1, TEXT_LINE);
    }
    if (!parse_styles(theme, name, file, depth, error))
        return NULL;
    set_plain_nicks(theme);
    return g_steal_pointer(&theme);
}

/* A terminal with few colours has next to nothing between its greys and its full colours: there a hue counts for more
 * than its lightness. */
static Colour
nick_colour(double hue, ColourDepth depth, double lightness)
{
    enum { MIDDLE = 55 }; /* from here no hue is nearest to a grey */
    const Colour colour = colour_reduce(nick_colour_from_hue(hue, lightness), depth);
    const guint index = colour & 0xFF;
    const bool is_grey = index == 0 || index == 7 || index == 8 || index == 15;
    return depth < COLOURS_256 && is_grey ? colour_reduce(nick_colour_from_hue(hue, MIDDLE), depth) : colour;
}

/* §5.3 of the XEP, the other way round: hues first, then the nearest colour that the terminal has. */
void
theme_colour_nicks(Theme *theme, ColourDepth depth, double lightness)
{
    for (int i = 0; i < NICK_STYLES && depth != COLOURS_NONE; i++) {
        const double hue = (i + 0.5) * 360 / NICK_STYLES;
        theme->nicks[i] = theme->styles[STYLE_NICK_PEER];
        theme->nicks[i].foreground = nick_colour(hue, depth, lightness);
    }
}

guint8
theme_nick_style(const char *name)
{
    return (guint8) (STYLE_NICK + (int) (nick_colour_hue(name) * NICK_STYLES / 360) % NICK_STYLES);
}

/* Names come from a user: a file of a theme directory and nothing else. */
static bool
is_theme_name(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/');
}

Theme *
theme_load(const char *name, const char *const *directories, ColourDepth depth, GError **error)
{
    if (depth == COLOURS_NONE && strcmp(name, "default") == 0)
        name = "mono";
    for (const char *const *directory = directories; is_theme_name(name) && *directory; directory++) {
        g_autofree char *path = g_strconcat(*directory, "/", name, THEME_SUFFIX, NULL);
        g_autoptr(GError) problem = NULL;
        g_autofree char *text = paths_read(path, THEME_BYTES_MAX, NULL, &problem);
        if (text)
            return theme_parse(path, text, strlen(text), depth, error);
        if (!g_error_matches(problem, CONFAB_ERROR, ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return NULL;
        }
    }
    if (strcmp(name, "default") == 0)
        return theme_new_builtin(depth);
    if (strcmp(name, "mono") == 0)
        return theme_new_builtin(COLOURS_NONE);
    g_auto(GStrv) known = theme_list(directories);
    g_autofree char *list = g_strjoinv(", ", known);
    g_autofree char *shown = text_clean(name, -1, TEXT_LINE);
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("there is no theme “%s”: choose one of %s"), shown, list);
    return NULL;
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static void
add_name(GPtrArray *names, const char *name)
{
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        g_ptr_array_add(names, g_strdup(name));
}

char **
theme_list(const char *const *directories)
{
    GPtrArray *names = g_ptr_array_new();
    add_name(names, "default");
    add_name(names, "mono");
    for (const char *const *directory = directories; *directory; directory++) {
        g_autoptr(GDir) dir = g_dir_open(*directory, 0, NULL);
        const char *file = NULL;
        while (dir && (file = g_dir_read_name(dir))) {
            if (!g_str_has_suffix(file, THEME_SUFFIX) || !g_utf8_validate(file, -1, NULL))
                continue;
            g_autofree char *name = g_strndup(file, strlen(file) - strlen(THEME_SUFFIX));
            g_autofree char *clean = text_clean(name, -1, TEXT_LINE);
            add_name(names, clean);
        }
    }
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **) g_ptr_array_free(names, FALSE);
}

const char *
style_element(StyleId id)
{
    return rows[id].element;
}

bool
style_equal(const Style *a, const Style *b)
{
    return a->foreground == b->foreground && a->background == b->background && a->attributes == b->attributes;
}

bool
style_blank_equal(const Style *a, const Style *b)
{
    const guint visible = ATTRIBUTE_UNDERLINE | ATTRIBUTE_REVERSE;
    if (a->background != b->background || (a->attributes & visible) != (b->attributes & visible))
        return false;
    /* The foreground of a blank shows only through these two. */
    return (a->attributes & visible) == 0 || a->foreground == b->foreground;
}
