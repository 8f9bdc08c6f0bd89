/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of contacts beside the messages: available ones first, by name. Only visible rows are
 * looked at, so ten thousand contacts cost what twenty do. */
#pragma once

#include "tui/scene.h"

void view_roster_draw(const Scene *scene, Canvas *canvas, Area area);
void view_border_draw(Canvas *canvas, Area area);
