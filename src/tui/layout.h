/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gets which part of the screen. What there is no room for has no rows or no columns; the input
 * line always has one of each. */
#pragma once

#include "tui/scene.h"

enum {
    CONSOLE_COLUMNS_MIN = 40,      /* the console keeps so many beside the panel … */
    CONVERSATION_COLUMNS_MIN = 72, /* … a conversation so many, unless the user asked for the panel … */
    MESSAGES_COLUMNS_MIN = 20,     /* … and nothing makes it less than this */
    ROOM_COLUMNS_MIN = 56,         /* a room beside its occupants, who go before the contacts */
};

typedef struct Layout {
    Area title, roster, border, messages, occupant_border, occupants, status, input;
} Layout;

Layout layout_make(const Scene *scene, int rows, int columns);
