/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/colour.h"

#include <string.h>

static const char *const names[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white" };

/* xterm's values of the sixteen, for choosing the nearest; what a terminal really shows is its
 * owner's choice. */
static const guint8 sixteen[16][3] = {
    { 0, 0, 0 },     { 205, 0, 0 },     { 0, 205, 0 },     { 205, 205, 0 },   { 0, 0, 238 }, { 205, 0, 205 },
    { 0, 205, 205 }, { 229, 229, 229 }, { 127, 127, 127 }, { 255, 0, 0 },     { 0, 255, 0 }, { 255, 255, 0 },
    { 92, 92, 255 }, { 255, 0, 255 },   { 0, 255, 255 },   { 255, 255, 255 },
};
static const guint8 cube_steps[6] = { 0, 95, 135, 175, 215, 255 };

static bool
parse_hex(const char *digits, Colour *colour)
{
    const size_t length = strlen(digits);
    guint32 value = 0;
    if (length != 3 && length != 6)
        return false;
    for (const char *digit = digits; *digit; digit++) {
        const int nibble = g_ascii_xdigit_value(*digit);
        if (nibble < 0)
            return false;
        value = value << 4 | (guint32) nibble;
        if (length == 3)
            value = value << 4 | (guint32) nibble;
    }
    *colour = COLOUR_RGB | value;
    return true;
}

bool
colour_parse(const char *text, Colour *colour)
{
    if (strcmp(text, "default") == 0) {
        *colour = COLOUR_DEFAULT;
        return true;
    }
    if (text[0] == '#')
        return parse_hex(text + 1, colour);
    guint64 index = 0;
    if (g_ascii_string_to_unsigned(text, 10, 0, 255, &index, NULL)) {
        *colour = COLOUR_INDEXED | (Colour) index;
        return true;
    }
    const bool bright = g_str_has_prefix(text, "bright-");
    const char *name = bright ? text + strlen("bright-") : text;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            *colour = COLOUR_INDEXED | (i + (bright ? 8 : 0));
            return true;
        }
    }
    if (!bright && (strcmp(name, "grey") == 0 || strcmp(name, "gray") == 0)) {
        *colour = COLOUR_INDEXED | 8;
        return true;
    }
    return false;
}

static guint
distance(const guint8 a[3], const guint8 b[3])
{
    guint sum = 0;
    for (int i = 0; i < 3; i++) {
        const int difference = a[i] - b[i];
        sum += (guint) (difference * difference);
    }
    return sum;
}

/* Red, green and blue of a colour of the 256. */
static void
index_to_rgb(guint index, guint8 rgb[3])
{
    if (index < 16) {
        memcpy(rgb, sixteen[index], 3);
        return;
    }
    if (index >= 232) {
        memset(rgb, (int) (8 + 10 * (index - 232)), 3);
        return;
    }
    rgb[0] = cube_steps[(index - 16) / 36];
    rgb[1] = cube_steps[(index - 16) / 6 % 6];
    rgb[2] = cube_steps[(index - 16) % 6];
}

static guint
nearest_index(const guint8 rgb[3], guint first, guint last)
{
    guint best = first;
    guint best_distance = G_MAXUINT;
    for (guint index = first; index < last; index++) {
        guint8 candidate[3];
        index_to_rgb(index, candidate);
        const guint away = distance(rgb, candidate);
        if (away < best_distance) {
            best_distance = away;
            best = index;
        }
    }
    return best;
}

Colour
colour_reduce(Colour colour, ColourDepth depth)
{
    const guint limit = depth == COLOURS_8 ? 8 : depth == COLOURS_16 ? 16 : 256;
    if (colour == COLOUR_DEFAULT || depth == COLOURS_NONE)
        return COLOUR_DEFAULT;
    if (depth == COLOURS_RGB)
        return colour;
    guint8 rgb[3];
    if ((colour & COLOUR_KIND) == COLOUR_INDEXED) {
        const guint index = colour & 0xFF;
        if (index < limit)
            return colour;
        /* The bright eight keep their hue; of the rest the nearest is taken. */
        if (index < 16)
            return COLOUR_INDEXED | (index == 8 ? 7 : index - 8);
        index_to_rgb(index, rgb);
    } else {
        rgb[0] = colour >> 16 & 0xFF;
        rgb[1] = colour >> 8 & 0xFF;
        rgb[2] = colour & 0xFF;
    }
    /* The first sixteen of the 256 are the user's own: never a match for an exact colour. */
    return COLOUR_INDEXED | nearest_index(rgb, depth == COLOURS_256 ? 16 : 0, limit);
}

ColourDepth
colour_depth(int terminal_colours, const char *colorterm, const char *no_color)
{
    if ((no_color && *no_color) || terminal_colours < 8)
        return COLOURS_NONE;
    if (colorterm && (strcmp(colorterm, "truecolor") == 0 || strcmp(colorterm, "24bit") == 0))
        return COLOURS_RGB;
    if (terminal_colours >= 0x1000000)
        return COLOURS_RGB;
    return terminal_colours >= 256 ? COLOURS_256 : terminal_colours >= 16 ? COLOURS_16 : COLOURS_8;
}
