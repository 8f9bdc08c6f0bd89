/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/canvas.h"

#include <string.h>

/* Glyphs below are characters; from here on they are numbers of clusters in the pool. */
#define POOL_BASE 0x110000u
#define POOL_MIN 1024u
#define REPLACEMENT 0xFFFDu

struct Canvas {
    int rows, columns;
    Cell *cells;       /* what should be shown */
    Cell *shown;       /* what is, as far as the painter knows */
    CanvasSpan *spans; /* one a row */
    bool damaged;
    int cursor_row, cursor_column;
    Area scroll_area;
    GPtrArray *pool;       /* glyph - POOL_BASE → char *, owned */
    GHashTable *pool_keys; /* the same text → glyph */
    guint pool_limit;      /* clusters that are allowed before unused ones are thrown away */
};

static const Cell blank_cell = { .glyph = ' ', .width = 1 };

static void
reset_pool(Canvas *canvas)
{
    if (canvas->pool_keys)
        g_hash_table_destroy(canvas->pool_keys);
    if (canvas->pool)
        g_ptr_array_unref(canvas->pool);
    canvas->pool = g_ptr_array_new_with_free_func(g_free);
    canvas->pool_keys = g_hash_table_new(g_str_hash, g_str_equal);
}

static guint32
pool_add(Canvas *canvas, const char *text)
{
    const gpointer known = g_hash_table_lookup(canvas->pool_keys, text);
    if (known)
        return GPOINTER_TO_UINT(known);
    char *copy = g_strdup(text);
    const guint32 glyph = POOL_BASE + canvas->pool->len;
    g_ptr_array_add(canvas->pool, copy);
    g_hash_table_insert(canvas->pool_keys, copy, GUINT_TO_POINTER(glyph));
    return glyph;
}

/* Throws away clusters that no cell uses any more, so that a stream of ever new ones has a ceiling
 * (I9). */
static void
compact_pool(Canvas *canvas)
{
    g_autoptr(GPtrArray) before = g_ptr_array_ref(canvas->pool);
    reset_pool(canvas);
    Cell *const grids[] = { canvas->cells, canvas->shown };
    for (guint grid = 0; grid < G_N_ELEMENTS(grids); grid++) {
        for (int i = 0; i < canvas->rows * canvas->columns; i++) {
            Cell *cell = &grids[grid][i];
            if (cell->glyph >= POOL_BASE)
                cell->glyph = pool_add(canvas, g_ptr_array_index(before, cell->glyph - POOL_BASE));
        }
    }
    canvas->pool_limit = MAX(POOL_MIN, 2 * canvas->pool->len);
}

static bool
is_harmless(gunichar character)
{
    if (character < 0x20 || (character >= 0x7F && character < 0xA0))
        return false;
    if (character == 0x061C || character == 0x200E || character == 0x200F || character == 0x2028 || character == 0x2029)
        return false;
    return !(character >= 0x202A && character <= 0x202E) && !(character >= 0x2066 && character <= 0x2069);
}

/* The glyph for a cluster: cut at a character border when too long, replaced when it holds what may
 * not reach a terminal. */
static guint32
glyph_for(Canvas *canvas, const char *cluster, size_t bytes)
{
    if (bytes == 1)
        return is_harmless((guchar) *cluster) ? (guchar) *cluster : REPLACEMENT;
    size_t kept = 0;
    guint characters = 0;
    gunichar first = 0;
    while (kept < bytes) {
        const gunichar character = g_utf8_get_char_validated(cluster + kept, (gssize) (bytes - kept));
        if (character == (gunichar) -1 || character == (gunichar) -2 || !is_harmless(character))
            return REPLACEMENT;
        const size_t length = (size_t) g_unichar_to_utf8(character, NULL);
        if (kept + length > TEXT_CLUSTER_MAX)
            break;
        if (characters++ == 0)
            first = character;
        kept += length;
    }
    if (characters == 1)
        return first;
    char text[CELL_TEXT_SIZE];
    memcpy(text, cluster, kept);
    text[kept] = '\0';
    if (canvas->pool->len >= canvas->pool_limit)
        compact_pool(canvas);
    return pool_add(canvas, text);
}

Canvas *
canvas_new(int rows, int columns)
{
    Canvas *canvas = g_new0(Canvas, 1);
    canvas_resize(canvas, rows, columns);
    return canvas;
}

void
canvas_free(Canvas *canvas)
{
    if (!canvas)
        return;
    g_hash_table_destroy(canvas->pool_keys);
    g_ptr_array_unref(canvas->pool);
    g_free(canvas->cells);
    g_free(canvas->shown);
    g_free(canvas->spans);
    g_free(canvas);
}

void
canvas_resize(Canvas *canvas, int rows, int columns)
{
    canvas->rows = CLAMP(rows, 1, CANVAS_ROWS_MAX);
    canvas->columns = CLAMP(columns, 1, CANVAS_COLUMNS_MAX);
    const gsize count = (gsize) canvas->rows * (gsize) canvas->columns;
    canvas->cells = g_renew(Cell, canvas->cells, count);
    canvas->shown = g_renew(Cell, canvas->shown, count);
    canvas->spans = g_renew(CanvasSpan, canvas->spans, canvas->rows);
    for (gsize i = 0; i < count; i++)
        canvas->cells[i] = canvas->shown[i] = blank_cell;
    reset_pool(canvas);
    canvas->pool_limit = POOL_MIN;
    canvas->scroll_area = (Area) { 0 };
    canvas_set_cursor(canvas, canvas->cursor_row, canvas->cursor_column);
    canvas_damage_all(canvas);
}

int
canvas_rows(const Canvas *canvas)
{
    return canvas->rows;
}

int
canvas_columns(const Canvas *canvas)
{
    return canvas->columns;
}

Area
canvas_area(const Canvas *canvas)
{
    return (Area) { .rows = canvas->rows, .columns = canvas->columns };
}

static Cell *
cell_at(const Canvas *canvas, int row, int column)
{
    return &canvas->cells[(gsize) row * (gsize) canvas->columns + (gsize) column];
}

static void
note_damage(Canvas *canvas, int row, int first, int last)
{
    CanvasSpan *span = &canvas->spans[row];
    if (span->first >= span->last)
        *span = (CanvasSpan) { first, last };
    else
        *span = (CanvasSpan) { MIN(span->first, first), MAX(span->last, last) };
    canvas->damaged = true;
}

static void
put_cell(Canvas *canvas, int row, int column, Cell value)
{
    Cell *cell = cell_at(canvas, row, column);
    if (memcmp(cell, &value, sizeof value) == 0)
        return;
    *cell = value;
    note_damage(canvas, row, column, column + 1);
}

/* Blanks the other half of a wide cluster that a border at `column` would cut. */
static void
split_wide(Canvas *canvas, int row, int column)
{
    if (column <= 0 || column >= canvas->columns || cell_at(canvas, row, column)->width != 0)
        return;
    for (int i = column - 1; i <= column; i++) {
        Cell blank = blank_cell;
        blank.style = cell_at(canvas, row, i)->style;
        put_cell(canvas, row, i, blank);
    }
}

void
canvas_fill(Canvas *canvas, Area area, guint8 style)
{
    const int first = CLAMP(area.column, 0, canvas->columns);
    const int last = CLAMP(area.column + area.columns, first, canvas->columns);
    Cell blank = blank_cell;
    blank.style = style;
    for (int row = MAX(area.row, 0); row < MIN(area.row + area.rows, canvas->rows) && first < last; row++) {
        split_wide(canvas, row, first);
        split_wide(canvas, row, last);
        for (int column = first; column < last; column++)
            put_cell(canvas, row, column, blank);
    }
}

int
canvas_text(Canvas *canvas, int row, int column, int columns, const char *text, gssize length, guint8 style)
{
    const size_t size = length < 0 ? strlen(text) : (size_t) length;
    if (row < 0 || row >= canvas->rows || column < 0)
        return 0;
    const int border = MIN(columns, canvas->columns - column) + column;
    const guint16 flags = text_has_rtl(text, size) ? CELL_ISOLATED : 0;
    int at = column;
    int lead = column; /* of the cluster drawn last */
    for (size_t offset = 0; offset < size;) {
        int width = 0;
        const size_t bytes = text_next_cluster(text + offset, size - offset, &width);
        if (bytes == 0)
            break;
        const guint32 glyph = glyph_for(canvas, text + offset, bytes);
        width = glyph == REPLACEMENT ? 1 : CLAMP(width, 0, 2);
        if (at + width > border)
            break;
        offset += bytes;
        if (width == 0)
            continue;
        split_wide(canvas, row, at);
        split_wide(canvas, row, at + width);
        put_cell(canvas, row, at, (Cell) { .glyph = glyph, .width = (guint8) width, .style = style, .flags = flags });
        if (width == 2)
            put_cell(canvas, row, at + 1, (Cell) { .style = style, .flags = flags });
        lead = at;
        at += width;
    }
    if (flags && at > column) {
        Cell first = *cell_at(canvas, row, column);
        first.flags |= CELL_ISOLATE_FIRST;
        put_cell(canvas, row, column, first);
        Cell last = *cell_at(canvas, row, lead);
        last.flags |= CELL_ISOLATE_LAST;
        put_cell(canvas, row, lead, last);
    }
    return at - column;
}

int
canvas_text_ellipsized(Canvas *canvas, int row, int column, int columns, const char *text, guint8 style)
{
    const int room = MIN(columns, canvas->columns - column);
    if (room <= 0)
        return 0;
    const size_t length = strlen(text);
    if (text_fit(text, length, room, NULL) == length)
        return canvas_text(canvas, row, column, room, text, (gssize) length, style);
    g_autofree char *cut = text_ellipsize(text, room);
    return canvas_text(canvas, row, column, room, cut, -1, style);
}

void
canvas_set_cursor(Canvas *canvas, int row, int column)
{
    canvas->cursor_row = CLAMP(row, 0, canvas->rows - 1);
    canvas->cursor_column = CLAMP(column, 0, canvas->columns - 1);
}

void
canvas_cursor(const Canvas *canvas, int *row, int *column)
{
    *row = canvas->cursor_row;
    *column = canvas->cursor_column;
}

void
canvas_set_scroll_area(Canvas *canvas, Area area)
{
    canvas->scroll_area = area;
}

Area
canvas_scroll_area(const Canvas *canvas)
{
    return canvas->scroll_area;
}

size_t
canvas_cell_text(const Canvas *canvas, Cell cell, char text[CELL_TEXT_SIZE])
{
    if (cell.width == 0) {
        text[0] = '\0';
        return 0;
    }
    if (cell.glyph >= POOL_BASE)
        return g_strlcpy(text, g_ptr_array_index(canvas->pool, cell.glyph - POOL_BASE), CELL_TEXT_SIZE);
    const size_t length = (size_t) g_unichar_to_utf8(cell.glyph, text);
    text[length] = '\0';
    return length;
}

char *
canvas_row_text(const Canvas *canvas, int row)
{
    GString *line = g_string_new(NULL);
    gsize end = 0;
    for (int column = 0; column < canvas->columns; column++) {
        char text[CELL_TEXT_SIZE];
        const Cell cell = *cell_at(canvas, row, column);
        g_string_append_len(line, text, (gssize) canvas_cell_text(canvas, cell, text));
        if (cell.glyph != ' ')
            end = line->len;
    }
    g_string_truncate(line, end);
    return g_string_free(line, FALSE);
}

const Cell *
canvas_row(const Canvas *canvas, int row)
{
    return cell_at(canvas, row, 0);
}

Cell *
canvas_shown_row(Canvas *canvas, int row)
{
    return &canvas->shown[(gsize) row * (gsize) canvas->columns];
}

CanvasSpan
canvas_damage(const Canvas *canvas, int row)
{
    return canvas->spans[row];
}

void
canvas_clear_damage(Canvas *canvas)
{
    for (int row = 0; row < canvas->rows; row++)
        canvas->spans[row] = (CanvasSpan) { 0 };
    canvas->damaged = false;
}

void
canvas_damage_all(Canvas *canvas)
{
    for (int row = 0; row < canvas->rows; row++)
        canvas->spans[row] = (CanvasSpan) { 0, canvas->columns };
    canvas->damaged = true;
}

bool
canvas_is_damaged(const Canvas *canvas)
{
    return canvas->damaged;
}
