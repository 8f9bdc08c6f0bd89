/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regular expressions that people give, to be tried on texts from anywhere. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { PATTERN_TEXT_MAX = 65536 }; /* bytes of a text that are looked at */

/* NULL and ERROR_BAD_INPUT with the cause when it is none. What a hostile text can cost is bounded (I9): then it does
 * not match. */
GRegex *pattern_new(const char *text, GError **error);
/* Whether it matches somewhere at the beginning of the text (valid UTF-8). */
bool pattern_matches(const GRegex *pattern, const char *text);
