/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that the views draw from: the model, the windows, the input line and how the user wants it.
 * Filled in by the screen for a paint, by tests from a fixture; borrowed by the views, which change
 * nothing but the scroll positions inside. */
#pragma once

#include "model/model_event.h"
#include "tui/canvas.h"
#include "tui/theme.h"
#include "tui/window.h"

typedef enum {
    PANEL_AUTO, /* beside the console, and beside a conversation where that leaves it enough columns */
    PANEL_SHOWN,
    PANEL_HIDDEN,
} PanelMode;

typedef struct Scene {
    const GPtrArray *accounts; /* Account */
    Windows *windows;
    const char *input; /* what is typed; not cleaned */
    size_t input_cursor;
    const char *search_prompt;   /* of readline's history search; NULL */
    const char *input_mode;      /* of vi; NULL */
    const char *secret_prompt;   /* a question whose answer is not shown; NULL */
    const GPtrArray *candidates; /* char *: what completion offers; NULL */
    const char *time_format;
    gint64 now;
    PanelMode roster_mode;
    int roster_columns;
    bool roster_offline; /* list contacts that are offline, too */
    PanelMode occupants_mode;
    int occupants_columns;
    int occupants_first;          /* row at its top */
    const char *occupants_filter; /* as typed, cleaned; NULL or "": all */
    bool bare;           /* messages and input, nothing else */
} Scene;

/* Of the current window; NULL for the console. */
Conversation *scene_conversation(const Scene *scene);
/* Of any window; NULL for the console, or when it is gone. */
Conversation *scene_conversation_of(const Scene *scene, const Window *window);
/* How the current window's lines are laid out in so many columns. `label` holds what the look
 * borrows. */
LinesLook scene_look(const Scene *scene, int columns, char **label);

/* A state in the user's words. */
const char *state_label(AccountState state);
