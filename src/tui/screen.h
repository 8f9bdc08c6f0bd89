/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is on the terminal. Changes only note what has to be drawn again; one paint a turn of the
 * loop does it, when nothing more important is left, 16 ms after the first change at the latest,
 * and never while the terminal still takes what was sent. */
#pragma once

#include "tui/scene.h"
#include "tui/term.h"

typedef enum {
    DAMAGE_TITLE = 1 << 0,
    DAMAGE_ROSTER = 1 << 1,
    DAMAGE_MESSAGES = 1 << 2,
    DAMAGE_STATUS = 1 << 3,
    DAMAGE_INPUT = 1 << 4,
    DAMAGE_OCCUPANTS = 1 << 5,
    DAMAGE_ALL = (1 << 6) - 1,
} Damage;

typedef struct Screen Screen;

/* Called before each paint: fills in what the views draw from. It may note more damage. */
typedef void (*ScreenPrepare)(Scene *scene, gpointer data);

/* `theme` is taken, `term` borrowed. */
Screen *screen_new(Term *term, Theme *take_theme, ScreenPrepare prepare, gpointer data);
void screen_free(Screen *screen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Screen, screen_free)

void screen_damage(Screen *screen, guint damage);
/* What a key did is painted before anything else happens. */
void screen_hurry(Screen *screen);
/* Paints now. */
void screen_paint(Screen *screen);
/* The terminal has another size, or lost what it showed. */
void screen_resize(Screen *screen);
void screen_forget(Screen *screen);
/* The terminal takes bytes again. */
void screen_drained(Screen *screen);
void screen_set_theme(Screen *screen, Theme *take_theme);
/* Rows and columns of the messages in the last paint. */
Area screen_messages(const Screen *screen);

/* Draws a scene on a canvas: what a paint does, without a terminal. Views that are not damaged stay
 * as they are, unless the layout differs from `*layout`, which is updated. */
struct Layout;
void screen_draw(const Scene *scene, Canvas *canvas, struct Layout *layout, guint damage);
