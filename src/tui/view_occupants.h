/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is in the room, beside its messages: by role, each with how many they are, then by name. Only visible rows are
 * looked at, so five thousand occupants cost what twenty do; with a filter all are, until the panel is full. */
#pragma once

#include "tui/scene.h"

void view_occupants_draw(const Scene *scene, Canvas *canvas, Area area);
/* Rows the panel has in all, headings included; without a filter. */
int view_occupants_rows(const Room *room);
