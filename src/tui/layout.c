/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/layout.h"

#include "tui/view_input.h"

static int
panel_columns(const Scene *scene, int columns)
{
    const bool console = windows_current(scene->windows)->serial == 0;
    const int wanted = console ? CONSOLE_COLUMNS_MIN : CONVERSATION_COLUMNS_MIN;
    const int minimum = scene->roster_mode == PANEL_SHOWN ? MESSAGES_COLUMNS_MIN : wanted;
    if (scene->bare || scene->roster_mode == PANEL_HIDDEN || scene->accounts->len == 0)
        return 0;
    return columns - scene->roster_columns - 1 >= minimum ? scene->roster_columns : 0;
}

static int
occupant_columns(const Scene *scene, int columns)
{
    const Conversation *conversation = scene_conversation(scene);
    const int minimum = scene->occupants_mode == PANEL_SHOWN ? MESSAGES_COLUMNS_MIN : ROOM_COLUMNS_MIN;
    if (!conversation || !conversation_room(conversation) || scene->bare || scene->occupants_mode == PANEL_HIDDEN)
        return 0;
    return columns - scene->occupants_columns - 1 >= minimum ? scene->occupants_columns : 0;
}

Layout
layout_make(const Scene *scene, int rows, int columns)
{
    Layout layout = { .input = { .columns = columns },
                      .status = { .columns = columns },
                      .title = { .columns = columns } };
    layout.title.rows = !scene->bare && rows >= 4;
    layout.status.rows = !scene->bare && rows >= 3;
    const int rest = rows - layout.title.rows - layout.status.rows;
    layout.input.rows = view_input_rows(scene, columns, MAX(rest / 2, 1));
    const int middle = MAX(rest - layout.input.rows, 0);
    const int occupants = occupant_columns(scene, columns);
    const int right = occupants ? occupants + 1 : 0;
    const int panel = panel_columns(scene, columns - right);
    layout.roster = (Area) { .row = layout.title.rows, .rows = panel ? middle : 0, .columns = panel };
    layout.border =
        (Area) { .row = layout.title.rows, .column = panel, .rows = panel ? middle : 0, .columns = panel ? 1 : 0 };
    const int left = panel + layout.border.columns;
    layout.messages =
        (Area) { .row = layout.title.rows, .column = left, .rows = middle, .columns = columns - left - right };
    if (occupants) {
        layout.occupant_border =
            (Area) { .row = layout.title.rows, .column = columns - right, .rows = middle, .columns = 1 };
        layout.occupants =
            (Area) { .row = layout.title.rows, .column = columns - occupants, .rows = middle, .columns = occupants };
    }
    layout.status.row = layout.title.rows + middle;
    layout.input.row = layout.status.row + layout.status.rows;
    return layout;
}
