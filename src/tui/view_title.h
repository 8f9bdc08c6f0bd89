/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first row: who one talks with, and how secure that is. */
#pragma once

#include "tui/scene.h"

void view_title_draw(const Scene *scene, Canvas *canvas, Area area);
