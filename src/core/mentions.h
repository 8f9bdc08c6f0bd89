/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a text names somebody. */
#pragma once

#include <stdbool.h>

/* Whether `name` (a nick: any characters) stands in the text as a word of its own, in upper or lower case: "Alice: look",
 * "thanks, alice!", not "malice". Bounded by the length of the text. */
bool mentions_name(const char *text, const char *name);
/* The same for one of several, of which each may be NULL or "". */
bool mentions_any(const char *text, const char *const *names, unsigned count);
enum { MENTIONS_TEXT_MAX = 65536 }; /* bytes of a text that are looked at (I9) */
