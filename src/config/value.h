/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as people write them, for settings and accounts alike. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* on/off, yes/no, true/false, 1/0, in any case. False when it is none of them. */
bool value_parse_bool(const char *text, bool *value);
/* A decimal number within the limits. */
bool value_parse_int(const char *text, int minimum, int maximum, int *value);
/* The index of a word in a list separated by spaces; -1 when it is not there. */
int value_find_word(const char *words, const char *text);
/* "a, b, c" of "a b c". */
char *value_list_words(const char *words);
/* Printable UTF-8 of at most `limit` bytes in one line. */
bool value_is_text(const char *text, gsize limit);
/* ERROR_BAD_INPUT "KEY cannot be "TEXT": give ALLOWED". Returns false. */
bool value_refuse(const char *key, const char *text, const char *allowed, GError **error);
