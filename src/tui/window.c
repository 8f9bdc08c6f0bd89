/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/window.h"

#include "base/i18n.h"

struct Windows {
    GPtrArray *list;       /* Window, by number */
    GHashTable *by_serial; /* guint64 inside the window → Window */
    Window *current;
    GArray *visited; /* serials, the latest last */
};

typedef struct Place {
    guint64 number;
    int row;
} Place;

static void
window_free(gpointer data)
{
    Window *window = data;
    lines_free(window->lines);
    g_free(window->draft);
    encryption_told_clear(&window->told);
    g_free(window);
}

static Window *
window_new(guint64 serial, guint number)
{
    Window *window = g_new0(Window, 1);
    window->serial = serial;
    window->number = number;
    window->lines = lines_new();
    window->follows = true;
    window->draft = g_strdup("");
    return window;
}

const char *
window_title(const Window *window)
{
    if (window->serial == WINDOW_XML)
        return "xml";
    return window->serial != 0 ? "?" : _("console");
}

static Window *
add_window(Windows *windows, guint64 serial)
{
    guint index = 0;
    while (index < windows->list->len && windows_at(windows, index)->number == index + 1)
        index++;
    Window *window = window_new(serial, index + 1);
    g_ptr_array_insert(windows->list, (gint) index, window);
    g_hash_table_insert(windows->by_serial, &window->serial, window);
    return window;
}

Windows *
windows_new(void)
{
    Windows *windows = g_new0(Windows, 1);
    windows->list = g_ptr_array_new_with_free_func(window_free);
    windows->by_serial = g_hash_table_new(g_int64_hash, g_int64_equal);
    windows->visited = g_array_new(FALSE, FALSE, sizeof(guint64));
    windows->current = add_window(windows, 0);
    return windows;
}

void
windows_free(Windows *windows)
{
    if (!windows)
        return;
    g_hash_table_unref(windows->by_serial);
    g_ptr_array_unref(windows->list);
    g_array_unref(windows->visited);
    g_free(windows);
}

Window *
windows_console(const Windows *windows)
{
    return windows_at(windows, 0);
}

Window *
windows_current(const Windows *windows)
{
    return windows->current;
}

guint
windows_count(const Windows *windows)
{
    return windows->list->len;
}

Window *
windows_at(const Windows *windows, guint index)
{
    return g_ptr_array_index(windows->list, index);
}

Window *
windows_by_number(const Windows *windows, guint number)
{
    for (guint i = 0; i < windows->list->len; i++) {
        if (windows_at(windows, i)->number == number)
            return windows_at(windows, i);
    }
    return NULL;
}

Window *
windows_by_serial(const Windows *windows, guint64 serial)
{
    return g_hash_table_lookup(windows->by_serial, &serial);
}

Window *
windows_open(Windows *windows, guint64 serial)
{
    Window *window = windows_by_serial(windows, serial);
    return window ? window : add_window(windows, serial);
}

static void
forget_visits(Windows *windows, guint64 serial)
{
    for (guint i = windows->visited->len; i > 0; i--) {
        if (g_array_index(windows->visited, guint64, i - 1) == serial)
            g_array_remove_index(windows->visited, i - 1);
    }
}

void
windows_select(Windows *windows, Window *window)
{
    forget_visits(windows, window->serial);
    forget_visits(windows, windows->current->serial);
    g_array_append_val(windows->visited, windows->current->serial);
    windows->current = window;
    window->activity = ACTIVITY_NONE;
}

void
windows_close(Windows *windows, Window *window)
{
    if (window->serial == 0)
        return;
    forget_visits(windows, window->serial);
    if (windows->current == window) {
        Window *before = windows_console(windows);
        if (windows->visited->len > 0)
            before = windows_by_serial(windows, g_array_index(windows->visited, guint64, windows->visited->len - 1));
        forget_visits(windows, before->serial);
        windows->current = before;
        before->activity = ACTIVITY_NONE;
    }
    g_hash_table_remove(windows->by_serial, &window->serial);
    g_ptr_array_remove(windows->list, window);
}

static Window *
neighbour(const Windows *windows, guint step)
{
    guint index = 0;
    g_ptr_array_find(windows->list, windows->current, &index);
    return windows_at(windows, (index + step) % windows->list->len);
}

Window *
windows_next(const Windows *windows)
{
    return neighbour(windows, 1);
}

Window *
windows_previous(const Windows *windows)
{
    return neighbour(windows, windows->list->len - 1);
}

Window *
windows_active(const Windows *windows)
{
    Window *best = NULL;
    for (guint i = 0; i < windows->list->len; i++) {
        Window *window = windows_at(windows, i);
        if (window->activity > (best ? best->activity : ACTIVITY_NONE))
            best = window;
    }
    return best;
}

/* --- what is visible --- */

/* Moves a place by rows; returns how many there were to move by. */
static int
move_place(Lines *lines, const LinesLook *look, Place *place, int rows)
{
    int moved = 0;
    while (moved > rows && (place->row > 0 || place->number > lines_first(lines))) {
        const int step = MIN(place->row, moved - rows);
        place->row -= step;
        moved -= step;
        if (moved > rows && place->number > lines_first(lines)) {
            place->number--;
            place->row = lines_rows(lines, place->number, look) - 1;
            moved--;
        }
    }
    while (moved < rows) {
        const int rest = lines_rows(lines, place->number, look) - 1 - place->row;
        const int step = MIN(rest, rows - moved);
        place->row += step;
        moved += step;
        if (moved == rows || place->number + 1 >= lines_end(lines))
            break;
        place->number++;
        place->row = 0;
        moved++;
    }
    return moved;
}

/* The last visible row, kept inside what is there. */
static Place
bottom_of(Window *window, const LinesLook *look)
{
    const guint64 first = lines_first(window->lines), last = lines_end(window->lines) - 1;
    if (window->follows || window->bottom > last)
        return (Place) { last, lines_rows(window->lines, last, look) - 1 };
    if (window->bottom < first)
        return (Place) { first, 0 };
    return (Place) { window->bottom, MIN(window->bottom_row, lines_rows(window->lines, window->bottom, look) - 1) };
}

void
window_scroll(Window *window, int rows, const LinesLook *look, int height)
{
    if (lines_first(window->lines) == lines_end(window->lines))
        return;
    const bool followed = window->follows;
    if (rows == SCROLL_TO_END) {
        window->follows = true;
        return;
    }
    if (rows == SCROLL_TO_TOP) {
        /* Not by walking there: that would wrap everything on the way. */
        window->follows = false;
        window->bottom = lines_first(window->lines);
        window->bottom_row = 0;
        rows = 0;
    }
    Place bottom = bottom_of(window, look);
    move_place(window->lines, look, &bottom, rows);
    /* The window stays full: its top does not leave the first row. */
    Place top = bottom;
    const int above = -move_place(window->lines, look, &top, -(height - 1));
    if (above < height - 1)
        move_place(window->lines, look, &bottom, height - 1 - above);
    Place further = bottom;
    window->bottom = bottom.number;
    window->bottom_row = bottom.row;
    window->follows = move_place(window->lines, look, &further, 1) == 0;
    if (followed && !window->follows)
        window->seen = lines_end(window->lines);
}

bool
window_top(Window *window, const LinesLook *look, int height, guint64 *number, int *row)
{
    if (lines_first(window->lines) == lines_end(window->lines) || height < 1)
        return false;
    Place top = bottom_of(window, look);
    move_place(window->lines, look, &top, -(height - 1));
    *number = top.number;
    *row = top.row;
    return true;
}

void
window_note_insert(Window *window, guint64 number)
{
    if (!window->follows && number <= window->bottom)
        window->bottom++;
}

guint
window_below(const Window *window)
{
    const guint64 end = lines_end(window->lines);
    return window->follows || end <= window->seen ? 0 : (guint) (end - window->seen);
}
