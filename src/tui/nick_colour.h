/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colours of names that are the same in every client (XEP-0392, version 1.0). */
#pragma once

#include "tui/colour.h"

/* §5.1: the hue of a name, 0 ≤ degrees < 360. */
double nick_colour_hue(const char *name);
/* §5.2: HSLuv with full saturation; `lightness` 0 … 100. As COLOUR_RGB. */
Colour nick_colour_from_hue(double hue, double lightness);
