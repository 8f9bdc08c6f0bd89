/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a text names somebody. */
#pragma once

#include <stdbool.h>

/* Whether `name` (a nick: any characters) stands in the text as a word of its own, in upper or lower case: "Alice: look",
 * "thanks, alice!", not "malice". Bounded by the length of the text. */
bool mentions_name(const char *text, const char *name);
