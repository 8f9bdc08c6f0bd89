/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colours as people write them and as terminals take them. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* What a terminal can show. */
typedef enum {
    COLOURS_NONE,
    COLOURS_8,
    COLOURS_16,
    COLOURS_256,
    COLOURS_RGB,
} ColourDepth;

/* 0: the terminal's own; else a kind in the top byte with an index or 0xRRGGBB below. */
typedef guint32 Colour;

enum {
    COLOUR_DEFAULT = 0,
    COLOUR_INDEXED = 0x01000000, /* | 0 … 255 */
    COLOUR_RGB = 0x02000000,     /* | 0xRRGGBB */
    COLOUR_KIND = 0x7F000000,
};

/* "default", "red", "bright-red" … (the terminal's own sixteen), "0" … "255", "#rrggbb" or
 * "#rgb". */
bool colour_parse(const char *text, Colour *colour);
/* The nearest colour a terminal of this depth has. */
Colour colour_reduce(Colour colour, ColourDepth depth);
/* What the terminal can do, by its number of colours (terminfo), $COLORTERM and $NO_COLOR; the two
 * may be NULL. */
ColourDepth colour_depth(int terminal_colours, const char *colorterm, const char *no_color);
