/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row above the input: time of the last change, accounts, windows. */
#pragma once

#include "tui/scene.h"

void view_status_draw(const Scene *scene, Canvas *canvas, Area area);
