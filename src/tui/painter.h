/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns what changed on a canvas into the fewest bytes that make a terminal show it: cells that
 * differ, rows that moved (scroll region), cheapest cursor movement and style changes.
 *
 * Terminals disagree about the width of emoji sequences, flags and some marks. After such a cluster
 * the painter trusts nothing: it places the cursor and writes the following cells again, so a
 * difference of opinion never shifts the frame. */
#pragma once

#include "tui/canvas.h"
#include "tui/theme.h"

/* What a terminal that speaks ECMA-48 can do beyond the plain; term.c asks terminfo. */
typedef struct TermCaps {
    bool erase_line;       /* el */
    bool erase_characters; /* ech */
    bool scroll_region;    /* csr, ind and ri */
    bool save_cursor;      /* sc and rc */
    bool colour_erase;     /* bce: erased cells get the current background */
    bool no_wrap;          /* rmam: writing in the last column moves nothing */
    bool dim, italic;
    ColourDepth colours;
} TermCaps;

typedef struct Painter Painter;

Painter *painter_new(const TermCaps *caps);
void painter_free(Painter *painter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Painter, painter_free)

/* What the terminal shows is unknown (start, resize, another program wrote): the next paint clears
 * it and draws everything. */
void painter_forget(Painter *painter);
/* Appends what is needed to `out`; nothing when the terminal is as it should be. Clears the
 * canvas's damage. */
void painter_paint(Painter *painter, Canvas *canvas, const Theme *theme, GString *out);
