/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the elements of the screen look. A theme file:
 *
 *     [theme]
 *     name = Evening
 *
 *     [colours]                     names of the theme's own
 *     accent = #3584e4
 *
 *     [styles]
 *     title = accent on default bold
 *     time = dim                    element = [COLOUR] [on COLOUR] [ATTRIBUTE…]
 *
 * Attributes: bold dim italic underline reverse. Elements: styles.def. What a file does not name
 * looks as built in. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "tui/colour.h"

typedef enum {
#define STYLE(name, element, look, mono) STYLE_##name,
#include "tui/styles.def"
#undef STYLE
    STYLE_COUNT
} StyleId;

typedef enum {
    ATTRIBUTE_BOLD = 1 << 0,
    ATTRIBUTE_DIM = 1 << 1,
    ATTRIBUTE_ITALIC = 1 << 2,
    ATTRIBUTE_UNDERLINE = 1 << 3,
    ATTRIBUTE_REVERSE = 1 << 4,
} Attributes;

typedef struct Style {
    Colour foreground, background;
    guint attributes; /* Attributes */
} Style;

/* Styles of names behind those of the elements: STYLE_NICK + 0 … NICK_STYLES - 1. (STYLE_COUNT itself is what erased cells
 * carry.) */
enum { STYLE_NICK = STYLE_COUNT + 1, NICK_STYLES = 60 };

typedef struct Theme {
    char *name;
    Style styles[STYLE_COUNT];
    Style nicks[NICK_STYLES]; /* by hue; all look like STYLE_NICK_PEER until theme_colour_nicks() */
} Theme;

/* The look that needs no file: that of default.theme, or without colours (COLOURS_NONE) of
 * mono.theme. */
Theme *theme_new_builtin(ColourDepth depth);
/* From text; `file` stands in messages. NULL and ERROR_CONFIG "FILE:LINE: …" for the first line
 * that makes no sense. */
Theme *theme_parse(const char *file, const char *text, gsize length, ColourDepth depth, GError **error);
/* Looks for NAME.theme in `directories` (NULL-terminated) in order. "default" and "mono" are built
 * in should no file be found; without colours "default" is "mono". ERROR_NOT_FOUND names the themes
 * there are. */
Theme *theme_load(const char *name, const char *const *directories, ColourDepth depth, GError **error);
void theme_free(Theme *theme);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Theme, theme_free)
/* Colours the names (XEP-0392), with this lightness: 0 … 100. A terminal without many colours has the nearest it can. */
void theme_colour_nicks(Theme *theme, ColourDepth depth, double lightness);
/* The style of a name. */
guint8 theme_nick_style(const char *name);
/* Names of the themes that can be loaded, sorted; NULL-terminated, g_strfreev(). */
char **theme_list(const char *const *directories);

const char *style_element(StyleId id);
bool style_equal(const Style *a, const Style *b);
/* True when a blank of either looks the same. */
bool style_blank_equal(const Style *a, const Style *b);
