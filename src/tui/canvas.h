/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A grid of grapheme cells that views draw on. Drawing only notes what changed (a span a row);
 * painter.c compares these spans with what the terminal shows. Text given here is cleaned by its
 * owner (text_clean()); as the last line of defence a control or bidirectional control character
 * that got this far becomes U+FFFD (I12, I20).
 *
 * A wide cluster takes a lead cell (width 2) and a cell of width 0; half a wide cluster never
 * exists: what would be cut by a border or by drawing over it becomes blank. A text with
 * right-to-left characters is a field of its own: its cells carry flags, so that the painter can
 * isolate it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/text.h"

enum {
    CANVAS_ROWS_MAX = 1000,
    CANVAS_COLUMNS_MAX = 2000,
    CELL_TEXT_SIZE = TEXT_CLUSTER_MAX + 1,
};

typedef enum {
    CELL_ISOLATED = 1 << 0,      /* inside a right-to-left field … */
    CELL_ISOLATE_FIRST = 1 << 1, /* … which begins here … */
    CELL_ISOLATE_LAST = 1 << 2,  /* … and ends here */
} CellFlags;

typedef struct Cell {
    guint32 glyph; /* a character, or a cluster of the canvas's own; see canvas_cell_text() */
    guint8 width;  /* 1, 2, or 0 for the right half of a wide one */
    guint8 style;  /* a StyleId */
    guint16 flags;
} Cell;

typedef struct Area {
    int row, column, rows, columns;
} Area;

/* Columns first … last - 1 of a row that may differ from what is shown; none when first >= last. */
typedef struct CanvasSpan {
    int first, last;
} CanvasSpan;

typedef struct Canvas Canvas;

/* Sizes are clamped to 1 … CANVAS_*_MAX. */
Canvas *canvas_new(int rows, int columns);
void canvas_free(Canvas *canvas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Canvas, canvas_free)
/* Blank afterwards; what is shown is unknown. */
void canvas_resize(Canvas *canvas, int rows, int columns);
int canvas_rows(const Canvas *canvas);
int canvas_columns(const Canvas *canvas);
Area canvas_area(const Canvas *canvas);

/* Blanks an area; what lies outside the canvas is ignored. */
void canvas_fill(Canvas *canvas, Area area, guint8 style);
/* Draws one line of cleaned text from a cell, at most `columns` wide, and returns the columns it
 * took. What does not fit is left out whole: no half clusters. `length` -1: NUL-terminated. */
int canvas_text(Canvas *canvas, int row, int column, int columns, const char *text, gssize length, guint8 style);
/* The same, cut with "…" when it does not fit. */
int canvas_text_ellipsized(Canvas *canvas, int row, int column, int columns, const char *text, guint8 style);

/* Where the terminal's cursor belongs; clamped to the canvas. */
void canvas_set_cursor(Canvas *canvas, int row, int column);
void canvas_cursor(const Canvas *canvas, int *row, int *column);
/* The area whose rows are likely to move up and down as a whole; a hint for the painter. */
void canvas_set_scroll_area(Canvas *canvas, Area area);
Area canvas_scroll_area(const Canvas *canvas);

/* Bytes of a cell's cluster written to `text` (NUL-terminated), "" for the right half of a wide
 * one. */
size_t canvas_cell_text(const Canvas *canvas, Cell cell, char text[CELL_TEXT_SIZE]);
/* A row as text, without trailing blanks; caller frees. */
char *canvas_row_text(const Canvas *canvas, int row);

/* --- for the painter --- */
const Cell *canvas_row(const Canvas *canvas, int row);
Cell *canvas_shown_row(Canvas *canvas, int row); /* what the terminal shows: the painter's to keep */
CanvasSpan canvas_damage(const Canvas *canvas, int row);
void canvas_clear_damage(Canvas *canvas);
void canvas_damage_all(Canvas *canvas);
bool canvas_is_damaged(const Canvas *canvas);
