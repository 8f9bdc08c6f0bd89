/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view_messages.h"

#include "base/i18n.h"
#include "base/text.h"

void
view_messages_draw(const Scene *scene, Canvas *canvas, Area area)
{
    Window *window = windows_current(scene->windows);
    g_autofree char *label = NULL;
    const LinesLook look = scene_look(scene, area.columns, &label);
    guint64 number = 0;
    int row = 0;
    canvas_fill(canvas, area, STYLE_TEXT);
    canvas_set_scroll_area(canvas, area);
    if (area.columns < 1 || !window_top(window, &look, area.rows, &number, &row))
        return;
    int at = 0;
    while (at < area.rows && number < lines_end(window->lines)) {
        const int rows = lines_rows(window->lines, number, &look);
        for (; row < rows && at < area.rows; row++, at++)
            lines_draw(window->lines, number, row, &look, canvas,
                       (Area) { area.row + at, area.column, 1, area.columns });
        row = 0;
        number++;
    }
}

void
view_list_draw(const Scene *scene, Canvas *canvas, Area area)
{
    const GPtrArray *words = scene->candidates;
    if (!words || words->len == 0 || area.rows < 1 || area.columns < 1)
        return;
    g_autoptr(GPtrArray) shown = g_ptr_array_new_with_free_func(g_free);
    int widest = 1;
    for (guint i = 0; i < words->len; i++) {
        char *clean = text_clean(g_ptr_array_index(words, i), -1, TEXT_STRICT);
        widest = MAX(widest, text_columns(clean, -1));
        g_ptr_array_add(shown, clean);
    }
    const int width = MIN(widest + 2, area.columns);
    const int in_a_row = MAX(area.columns / width, 1);
    const int needed = ((int) shown->len + in_a_row - 1) / in_a_row;
    const int rows = MIN(needed, MAX(area.rows / 2, 1));
    const Area list = { area.row + area.rows - rows, area.column, rows, area.columns };
    canvas_fill(canvas, list, STYLE_POPUP);
    for (int i = 0; i < (int) shown->len && i < rows * in_a_row; i++)
        canvas_text_ellipsized(canvas, list.row + i / in_a_row, list.column + i % in_a_row * width, width - 1,
                               g_ptr_array_index(shown, i), STYLE_POPUP);
    if (needed <= rows)
        return;
    const guint more = shown->len - (guint) (rows * in_a_row) + 1;
    g_autofree char *text = g_strdup_printf(ngettext("… %u more", "… %u more", more), more);
    const int column = list.column + (in_a_row - 1) * width;
    canvas_fill(canvas, (Area) { list.row + rows - 1, column, 1, area.columns - (column - list.column) }, STYLE_POPUP);
    canvas_text_ellipsized(canvas, list.row + rows - 1, column, width, text, STYLE_POPUP);
}
