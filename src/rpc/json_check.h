/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What json-glib takes for JSON is more than JSON (comments, hexadecimal numbers, a second value), and it recurses on
 * brackets. Whatever comes from outside is checked first. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { JSON_CHECK_DEPTH_MAX = 64 };

/* It is one value of JSON in UTF-8 (RFC 8259), brackets stand in brackets at most `depth_max` deep, and json-glib can hold
 * all of it: whole numbers fit 64 bits, others are finite, no text has a NUL inside. */
bool json_check(const char *text, gsize length, int depth_max);
