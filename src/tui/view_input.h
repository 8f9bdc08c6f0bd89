/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line one types: prompt and text, over as many rows as it takes. */
#pragma once

#include "tui/scene.h"

/* The rows it takes, 1 … `limit`. */
int view_input_rows(const Scene *scene, int columns, int limit);
/* Draws it, and places the canvas's cursor; text that does not fit is scrolled so that the cursor
 * is visible. */
void view_input_draw(const Scene *scene, Canvas *canvas, Area area);
