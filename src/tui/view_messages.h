/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of the current window. */
#pragma once

#include "tui/scene.h"

void view_messages_draw(const Scene *scene, Canvas *canvas, Area area);
/* What completion offers, in columns over the last rows of an area. */
void view_list_draw(const Scene *scene, Canvas *canvas, Area area);
