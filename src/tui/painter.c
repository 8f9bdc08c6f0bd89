/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/painter.h"

#include <string.h>

enum {
    UNKNOWN = -1,
    GAP_REWRITE_MAX =
        4, /* so many unchanged cells are written again rather than jumped over: a jump takes as many bytes */
    BLANKS_ERASE_MIN = 9, /* so many blanks inside a row are cheaper to erase and jump over */
    TAIL_ERASE_MIN = 3,
    SCROLL_WORTH_CELLS = 24, /* scrolling must save at least so many cells */
};

struct Painter {
    TermCaps caps;
    bool known;                    /* the terminal shows what the canvas remembers as shown */
    int row, column;               /* of the terminal's cursor; UNKNOWN */
    int margin_top, margin_bottom; /* the scroll region, inclusive */
    Style pen;
    guint attributes;   /* the ones the terminal has */
    const Theme *theme; /* of the paint going on, as the next two */
    Canvas *canvas;
    GString *out;
};

Painter *
painter_new(const TermCaps *caps)
{
    Painter *painter = g_new0(Painter, 1);
    painter->caps = *caps;
    painter->attributes = ATTRIBUTE_BOLD | ATTRIBUTE_UNDERLINE | ATTRIBUTE_REVERSE | (caps->dim ? ATTRIBUTE_DIM : 0)
                          | (caps->italic ? ATTRIBUTE_ITALIC : 0);
    return painter;
}

void
painter_free(Painter *painter)
{
    g_free(painter);
}

void
painter_forget(Painter *painter)
{
    painter->known = false;
}

/* --- the pen --- */

static const Style *
style_of(const Painter *painter, guint8 id)
{
    static const Style plain = { 0 };
    /* Cells that were erased carry STYLE_COUNT: the terminal's own look, whatever the theme's text
     * is like. */
    if (id >= STYLE_NICK && id < STYLE_NICK + NICK_STYLES)
        return &painter->theme->nicks[id - STYLE_NICK];
    return id < STYLE_COUNT ? &painter->theme->styles[id] : &plain;
}

static void
add_colour(GString *codes, Colour colour, bool background)
{
    const guint base = background ? 40 : 30;
    const guint low = colour & 0xFF;
    if (colour == COLOUR_DEFAULT)
        g_string_append_printf(codes, ";%u", base + 9);
    else if ((colour & COLOUR_KIND) == COLOUR_RGB)
        g_string_append_printf(codes, ";%u;2;%u;%u;%u", base + 8, colour >> 16 & 0xFF, colour >> 8 & 0xFF, low);
    else if (low < 8)
        g_string_append_printf(codes, ";%u", base + low);
    else if (low < 16)
        g_string_append_printf(codes, ";%u", base + 60 + low - 8);
    else
        g_string_append_printf(codes, ";%u;5;%u", base + 8, low);
}

static void
add_attributes(GString *codes, guint attributes)
{
    static const struct {
        Attributes attribute;
        char code;
    } sgr[] = { { ATTRIBUTE_BOLD, '1' },
                { ATTRIBUTE_DIM, '2' },
                { ATTRIBUTE_ITALIC, '3' },
                { ATTRIBUTE_UNDERLINE, '4' },
                { ATTRIBUTE_REVERSE, '7' } };
    for (guint i = 0; i < G_N_ELEMENTS(sgr); i++) {
        if (attributes & sgr[i].attribute)
            g_string_append_printf(codes, ";%c", sgr[i].code);
    }
}

/* The codes that lead from one look to another, each with a semicolon before it. */
static void
add_difference(GString *codes, const Style *from, const Style *to)
{
    add_attributes(codes, to->attributes & ~from->attributes);
    if (from->foreground != to->foreground)
        add_colour(codes, to->foreground, false);
    if (from->background != to->background)
        add_colour(codes, to->background, true);
}

static void
set_pen(Painter *painter, const Style *look)
{
    static const Style plain = { 0 };
    Style to = *look;
    to.attributes &= painter->attributes;
    if (style_equal(&painter->pen, &to))
        return;
    if (style_equal(&to, &plain)) {
        g_string_append(painter->out, "\033[m");
        painter->pen = to;
        return;
    }
    /* Either a reset ("\033[;", the number may be left out) and all of it, or what is new, if
     * nothing must go but colours. */
    g_autoptr(GString) anew = g_string_new(NULL);
    g_autoptr(GString) change = g_string_new(NULL);
    add_difference(anew, &plain, &to);
    add_difference(change, &painter->pen, &to);
    if ((painter->pen.attributes & ~to.attributes) || change->len > anew->len + 1)
        g_string_append_printf(painter->out, "\033[%sm", anew->str);
    else
        g_string_append_printf(painter->out, "\033[%sm", change->str + 1);
    painter->pen = to;
}

static void
reset_pen(Painter *painter)
{
    set_pen(painter, style_of(painter, STYLE_COUNT));
}

/* --- the cursor --- */

/* True when moving straight from one row to another does not stop at a margin on the way. */
static bool
can_step(const Painter *painter, int from, int to)
{
    if (to < from)
        return to >= painter->margin_top || from < painter->margin_top;
    return to <= painter->margin_bottom || from > painter->margin_bottom;
}

static void
add_steps(GString *out, int count, char direction)
{
    if (count == 1)
        g_string_append_printf(out, "\033[%c", direction);
    else if (count > 1)
        g_string_append_printf(out, "\033[%d%c", count, direction);
}

/* Relative movement, or false when it is not possible from here. */
static bool
add_relative(const Painter *painter, GString *out, int row, int column)
{
    if (painter->row == UNKNOWN || !can_step(painter, painter->row, row))
        return false;
    int from = painter->column;
    if (from != column && (column == 0 || from == UNKNOWN)) {
        g_string_append_c(out, '\r');
        from = 0;
    }
    const int down = row - painter->row;
    /* A line feed at the bottom margin would scroll; below the others it is one byte. */
    if (down > 0 && down <= 3)
        g_string_append_len(out, "\n\n\n", down);
    else
        add_steps(out, ABS(down), down < 0 ? 'A' : 'B');
    if (column < from && from - column <= 3)
        g_string_append_len(out, "\b\b\b", from - column);
    else
        add_steps(out, ABS(column - from), column < from ? 'D' : 'C');
    return true;
}

static void
move_to(Painter *painter, int row, int column)
{
    if (painter->row == row && painter->column == column)
        return;
    char absolute[32];
    if (column == 0 && row == 0)
        g_strlcpy(absolute, "\033[H", sizeof absolute);
    else if (column == 0)
        g_snprintf(absolute, sizeof absolute, "\033[%dH", row + 1);
    else
        g_snprintf(absolute, sizeof absolute, "\033[%d;%dH", row + 1, column + 1);
    g_autoptr(GString) relative = g_string_sized_new(32);
    if (add_relative(painter, relative, row, column) && relative->len <= strlen(absolute))
        g_string_append_len(painter->out, relative->str, (gssize) relative->len);
    else
        g_string_append(painter->out, absolute);
    painter->row = row;
    painter->column = column;
}

/* --- cells --- */

static bool
is_blank(Cell cell)
{
    return cell.glyph == ' ' && cell.width == 1;
}

static bool
blank_like(const Painter *painter, guint8 a, guint8 b)
{
    return a == b || style_blank_equal(style_of(painter, a), style_of(painter, b));
}

static bool
same_look(const Painter *painter, Cell a, Cell b)
{
    if (memcmp(&a, &b, sizeof a) == 0)
        return true;
    return is_blank(a) && is_blank(b) && a.flags == b.flags && blank_like(painter, a.style, b.style);
}

static int
simple_width(gunichar character)
{
    /* Emoji: narrow in old tables, wide in new ones. */
    if (character >= 0x1F000 && character < 0x20000)
        return 2;
    return g_unichar_iszerowidth(character) ? 0 : g_unichar_iswide(character) ? 2 : 1;
}

/* The columns that a terminal without grapheme clusters may take for one; 0 when all terminals take
 * `width`. */
static int
doubtful_width(const char *text, int width)
{
    if ((guchar) text[0] < 0x80 && text[1] == '\0')
        return 0;
    const gunichar first = g_utf8_get_char(text);
    int sum = simple_width(first);
    bool doubtful = sum != width || (first >= 0x1F000 && first < 0x20000);
    for (const char *at = g_utf8_next_char(text); *at; at = g_utf8_next_char(at)) {
        const gunichar character = g_utf8_get_char(at);
        const int more = simple_width(character);
        sum += more;
        doubtful |= more > 0 || character == 0x200D || (character >= 0xFE00 && character <= 0xFE0F);
    }
    return doubtful ? MAX(sum, width) : 0;
}

/* Blanks what is there, since a terminal may draw less than `width` columns over it. */
static void
clear_under(Painter *painter, int row, int column, int width)
{
    const Cell *shown = canvas_shown_row(painter->canvas, row);
    bool blank = true;
    for (int i = column; i < column + width; i++)
        blank = blank && is_blank(shown[i]);
    if (blank)
        return;
    move_to(painter, row, column);
    g_string_append(painter->out, width == 2 ? "  " : " ");
    painter->column = column + width < canvas_columns(painter->canvas) ? column + width : UNKNOWN;
}

/* Writes one cluster and returns the column up to which the terminal may have been disturbed. */
static int
write_cell(Painter *painter, int row, int column, Cell cell)
{
    char text[CELL_TEXT_SIZE];
    size_t length = canvas_cell_text(painter->canvas, cell, text);
    const int columns = canvas_columns(painter->canvas);
    const int doubtful = doubtful_width(text, cell.width);
    int disturbed = column + MAX(doubtful, cell.width);
    /* What a simple terminal pushes against the right border ends up in the last column, over this
     * very cluster: there only its first character is shown. */
    if (disturbed > columns) {
        length = (size_t) (g_utf8_next_char(text) - text);
        disturbed = columns;
    }
    if (!is_blank(cell) || !style_blank_equal(style_of(painter, cell.style), &painter->pen))
        set_pen(painter, style_of(painter, cell.style));
    if (doubtful)
        clear_under(painter, row, column, cell.width);
    move_to(painter, row, column);
    if (cell.flags & CELL_ISOLATE_FIRST) {
        g_string_append(painter->out, "\342\201\250"); /* U+2068: some terminals give it a column */
        painter->column = UNKNOWN;
        move_to(painter, row, column);
    }
    g_string_append_len(painter->out, text, (gssize) length);
    painter->column = doubtful || column + cell.width >= columns ? UNKNOWN : column + cell.width;
    /* At the end of a row a field ends by itself. */
    if ((cell.flags & CELL_ISOLATE_LAST) && column + cell.width < columns) {
        move_to(painter, row, column + cell.width);
        g_string_append(painter->out, "\342\201\251"); /* U+2069 */
        painter->column = UNKNOWN;
        disturbed = MAX(disturbed, column + cell.width + 1);
    }
    return disturbed;
}

/* True when erasing (el, ech) leaves cells that look like blanks of this style. */
static bool
can_erase_to(const Painter *painter, guint8 style)
{
    const Style *look = style_of(painter, style);
    if (look->attributes & (ATTRIBUTE_REVERSE | ATTRIBUTE_UNDERLINE))
        return false;
    return look->background == COLOUR_DEFAULT || painter->caps.colour_erase;
}

/* The first column from which a row has nothing but blanks that an erase would make; `columns` when
 * erasing is no use. */
static int
find_tail(const Painter *painter, const Cell *cells, int columns)
{
    const guint8 style = cells[columns - 1].style;
    if (!painter->caps.erase_line || !can_erase_to(painter, style))
        return columns;
    int tail = columns;
    while (tail > 0 && is_blank(cells[tail - 1]) && !cells[tail - 1].flags
           && blank_like(painter, cells[tail - 1].style, style))
        tail--;
    return tail;
}

/* How many blanks from here are better erased (ech) than written; they are followed by something
 * else. */
static int
count_erasable(const Painter *painter, const Cell *cells, int column, int end)
{
    int count = 0;
    if (!painter->caps.erase_characters || !can_erase_to(painter, cells[column].style))
        return 0;
    while (column + count < end && is_blank(cells[column + count]) && !cells[column + count].flags
           && blank_like(painter, cells[column + count].style, cells[column].style))
        count++;
    return count >= BLANKS_ERASE_MIN && column + count < end ? count : 0;
}

/* Erases `count` cells, or with 0 the rest of the row. */
static void
erase(Painter *painter, int row, int column, guint8 style, int count)
{
    const Style *look = style_of(painter, style);
    /* Terminals differ in what of the pen an erase takes on besides the background. */
    if (painter->pen.background != look->background
        || (painter->pen.attributes & (ATTRIBUTE_REVERSE | ATTRIBUTE_UNDERLINE)))
        set_pen(painter, look);
    move_to(painter, row, column);
    if (count > 0)
        g_string_append_printf(painter->out, "\033[%dX", count);
    else
        g_string_append(painter->out, "\033[K");
}

/* True when the cells between the cursor and `column` are better written again than jumped over. */
static bool
should_rewrite_gap(const Painter *painter, const Cell *cells, int row, int column)
{
    if (painter->row != row || painter->column == UNKNOWN || column - painter->column > GAP_REWRITE_MAX
        || column < painter->column)
        return false;
    for (int i = painter->column; i < column; i++) {
        if (cells[i].width != 1 || cells[i].glyph >= 0x80 || cells[i].flags)
            return false;
        const Style *look = style_of(painter, cells[i].style);
        if (!(is_blank(cells[i]) ? style_blank_equal(look, &painter->pen) : style_equal(look, &painter->pen)))
            return false;
    }
    return true;
}

/* The first column at or after `column` that must be written, taking whole clusters and whole
 * isolated fields. */
static int
next_dirty(const Painter *painter, const Cell *wanted, const Cell *shown, int column, int end)
{
    while (column < end && same_look(painter, wanted[column], shown[column]))
        column++;
    if (column >= end)
        return end;
    while (column > 0 && wanted[column].width == 0)
        column--;
    return column;
}

/* Marks whole fields as not shown when a part of them changed: what isolates them must enclose all
 * of it. */
static CanvasSpan
widen_to_fields(const Painter *painter, const Cell *wanted, Cell *shown, CanvasSpan span, int columns)
{
    for (int column = span.first; column < span.last; column++) {
        if (!(wanted[column].flags & CELL_ISOLATED) || same_look(painter, wanted[column], shown[column]))
            continue;
        int first = column, last = column;
        while (first > 0 && !(wanted[first].flags & CELL_ISOLATE_FIRST) && (wanted[first - 1].flags & CELL_ISOLATED))
            first--;
        while (last < columns - 1 && !(wanted[last].flags & CELL_ISOLATE_LAST)
               && (wanted[last + 1].flags & CELL_ISOLATED))
            last++;
        for (int i = first; i <= last; i++)
            shown[i].glyph = 0;
        span.first = MIN(span.first, first);
        span.last = MAX(span.last, last + 1);
        column = last;
    }
    return span;
}

static void
paint_row(Painter *painter, int row, CanvasSpan span)
{
    const int columns = canvas_columns(painter->canvas);
    const Cell *wanted = canvas_row(painter->canvas, row);
    Cell *shown = canvas_shown_row(painter->canvas, row);
    span = widen_to_fields(painter, wanted, shown, span, columns);
    int end = span.last;
    /* The corner would scroll the screen of a terminal that always wraps. */
    if (!painter->caps.no_wrap && row == canvas_rows(painter->canvas) - 1)
        end = MIN(end, columns - 1);
    const int tail = find_tail(painter, wanted, columns);
    int disturbed = 0; /* cells before this one may have been overwritten by what was just sent */
    int column = span.first;
    while (column < end) {
        if (column >= disturbed)
            column = next_dirty(painter, wanted, shown, column, end);
        if (column >= end)
            break;
        if (column >= tail && columns - column >= TAIL_ERASE_MIN) {
            erase(painter, row, column, wanted[column].style, 0);
            memcpy(&shown[column], &wanted[column], (gsize) (columns - column) * sizeof *wanted);
            return;
        }
        const int blanks = count_erasable(painter, wanted, column, end);
        if (blanks > 0) {
            erase(painter, row, column, wanted[column].style, blanks);
            memcpy(&shown[column], &wanted[column], (gsize) blanks * sizeof *wanted);
            column += blanks;
            continue;
        }
        if (painter->column != column && should_rewrite_gap(painter, wanted, row, column)) {
            for (int i = painter->column; i < column; i++)
                g_string_append_c(painter->out, (char) wanted[i].glyph);
            painter->column = column;
        }
        const int width = MAX(wanted[column].width, 1);
        const int reached = write_cell(painter, row, column, wanted[column]);
        disturbed = MAX(disturbed, reached);
        end = MAX(end, MIN(disturbed, columns));
        memcpy(&shown[column], &wanted[column], (gsize) width * sizeof *wanted);
        column += width;
    }
}

/* --- rows that moved --- */

static const Cell erased_cell = { .glyph = ' ', .width = 1, .style = STYLE_COUNT };

/* 0 for a blank row. */
static guint
hash_row(const Cell *cells, int first, int last)
{
    guint hash = 0;
    for (int column = first; column < last; column++) {
        if (!is_blank(cells[column]))
            hash = hash * 33 + cells[column].glyph + ((guint) cells[column].style << 24) + (guint) column;
    }
    return hash;
}

static int
count_different(const Painter *painter, Area area, int shift)
{
    int different = 0;
    for (int row = area.row; row < area.row + area.rows; row++) {
        const int source = row + shift;
        const bool inside = source >= area.row && source < area.row + area.rows;
        const Cell *wanted = canvas_row(painter->canvas, row);
        const Cell *shown = inside ? canvas_shown_row(painter->canvas, source) : NULL;
        for (int column = 0; column < canvas_columns(painter->canvas); column++)
            different += !same_look(painter, wanted[column], shown ? shown[column] : erased_cell);
    }
    return different;
}

/* By how many rows most of the area's contents moved up (negative: down); 0 when they did not. */
static int
find_shift(const Painter *painter, Area area)
{
    g_autofree guint *wanted = g_new(guint, area.rows);
    g_autofree guint *shown = g_new(guint, area.rows);
    g_autofree int *votes = g_new0(int, 2 * area.rows + 1);
    const int last = area.column + area.columns;
    for (int i = 0; i < area.rows; i++) {
        wanted[i] = hash_row(canvas_row(painter->canvas, area.row + i), area.column, last);
        shown[i] = hash_row(canvas_shown_row(painter->canvas, area.row + i), area.column, last);
    }
    for (int i = 0; i < area.rows; i++) {
        for (int j = 0; j < area.rows; j++) {
            if (wanted[i] != 0 && wanted[i] == shown[j])
                votes[j - i + area.rows]++;
        }
    }
    int best = 0;
    for (int shift = -area.rows; shift <= area.rows; shift++) {
        if (votes[shift + area.rows] > votes[best + area.rows])
            best = shift;
    }
    return best;
}

static void
set_margins(Painter *painter, int top, int bottom)
{
    if (painter->margin_top == top && painter->margin_bottom == bottom)
        return;
    g_string_append_printf(painter->out, "\033[%d;%dr", top + 1, bottom + 1);
    painter->margin_top = top;
    painter->margin_bottom = bottom;
    painter->row = painter->column = 0; /* setting margins goes home */
}

static void
scroll(Painter *painter, Area area, int shift)
{
    const int count = ABS(shift);
    const int bottom = area.row + area.rows - 1;
    reset_pen(painter);
    set_margins(painter, area.row, bottom);
    /* Any column will do. */
    move_to(painter, shift > 0 ? bottom : area.row, painter->column == UNKNOWN ? 0 : painter->column);
    for (int i = 0; i < count; i++)
        g_string_append(painter->out, shift > 0 ? "\n" : "\033M");
    const int columns = canvas_columns(painter->canvas);
    for (int i = 0; i < area.rows; i++) {
        const int row = shift > 0 ? area.row + i : bottom - i;
        const int source = row + shift;
        Cell *to = canvas_shown_row(painter->canvas, row);
        if (source >= area.row && source <= bottom) {
            memcpy(to, canvas_shown_row(painter->canvas, source), (gsize) columns * sizeof *to);
            continue;
        }
        for (int column = 0; column < columns; column++)
            to[column] = erased_cell;
    }
}

/* Scrolls where that saves more than it costs; then the whole area must be compared again. */
static bool
try_scroll(Painter *painter)
{
    const Area area = canvas_scroll_area(painter->canvas);
    bool damaged = false;
    if (!painter->caps.scroll_region || area.rows < 2 || area.columns < 1
        || area.row + area.rows > canvas_rows(painter->canvas))
        return false;
    for (int row = area.row; row < area.row + area.rows && !damaged; row++) {
        const CanvasSpan span = canvas_damage(painter->canvas, row);
        damaged = span.first < span.last;
    }
    if (!damaged)
        return false;
    const int shift = find_shift(painter, area);
    if (shift == 0 || ABS(shift) >= area.rows)
        return false;
    if (count_different(painter, area, 0) - count_different(painter, area, shift) < SCROLL_WORTH_CELLS + 2 * ABS(shift))
        return false;
    scroll(painter, area, shift);
    return true;
}

/* --- a paint --- */

static void
clear_screen(Painter *painter)
{
    g_string_append(painter->out, "\033[r\033[m\033[H\033[2J");
    painter->margin_top = 0;
    painter->margin_bottom = canvas_rows(painter->canvas) - 1;
    painter->row = painter->column = 0;
    painter->pen = (Style) { 0 };
    painter->known = true;
    for (int row = 0; row < canvas_rows(painter->canvas); row++) {
        Cell *shown = canvas_shown_row(painter->canvas, row);
        for (int column = 0; column < canvas_columns(painter->canvas); column++)
            shown[column] = erased_cell;
    }
    canvas_damage_all(painter->canvas);
}

void
painter_paint(Painter *painter, Canvas *canvas, const Theme *theme, GString *out)
{
    int row = 0, column = 0;
    painter->canvas = canvas;
    painter->theme = theme;
    painter->out = out;
    canvas_cursor(canvas, &row, &column);
    if (!painter->known)
        clear_screen(painter);
    if (canvas_is_damaged(canvas)) {
        const gsize before = out->len;
        const bool stays = painter->caps.save_cursor && painter->row == row && painter->column == column;
        if (stays)
            g_string_append(out, "\0337");
        const gsize start = out->len;
        const bool scrolled = try_scroll(painter);
        const Area area = canvas_scroll_area(canvas);
        for (int i = 0; i < canvas_rows(canvas); i++) {
            CanvasSpan span = canvas_damage(canvas, i);
            if (scrolled && i >= area.row && i < area.row + area.rows)
                span = (CanvasSpan) { 0, canvas_columns(canvas) };
            if (span.first < span.last)
                paint_row(painter, i, span);
        }
        if (stays && out->len == start) {
            g_string_truncate(out, before);
        } else if (stays) {
            g_string_append(out, "\0338");
            painter->pen = (Style) { 0 };
            painter->row = row;
            painter->column = column;
        }
        canvas_clear_damage(canvas);
    }
    reset_pen(painter);
    move_to(painter, row, column);
}
