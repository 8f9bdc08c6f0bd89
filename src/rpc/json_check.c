/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/json_check.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum {
    NUMBER_MAX = 64, /* characters: more than any that fits needs */
    SURROGATE_HIGH = 0xd800,
    SURROGATE_LOW = 0xdc00,
    SURROGATE_END = 0xe000,
};

typedef struct Cursor {
    const char *at, *end;
} Cursor;

/* The next character; NUL: the end, since there is no other. */
static char
peek(const Cursor *cursor)
{
    return cursor->at < cursor->end ? *cursor->at : '\0';
}

static bool
take(Cursor *cursor, char c)
{
    if (peek(cursor) != c)
        return false;
    cursor->at++;
    return true;
}

static void
skip_space(Cursor *cursor)
{
    while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at) != NULL)
        cursor->at++;
}

/* The code unit after "\u"; 0 is none. */
static guint
take_unit(Cursor *cursor)
{
    guint unit = 0;
    if (!take(cursor, 'u'))
        return 0;
    for (int i = 0; i < 4; i++) {
        const int digit = g_ascii_xdigit_value(peek(cursor));
        if (digit < 0)
            return 0;
        unit = unit * 16 + (guint) digit;
        cursor->at++;
    }
    return unit;
}

/* After a backslash. Half a character outside of the first plane is none. */
static bool
take_escape(Cursor *cursor)
{
    if (peek(cursor) != 'u')
        return cursor->at < cursor->end && strchr("\"\\/bfnrt", *cursor->at++) != NULL;
    const guint unit = take_unit(cursor);
    if (unit < SURROGATE_HIGH || unit >= SURROGATE_END)
        return unit != 0;
    if (unit >= SURROGATE_LOW || !take(cursor, '\\'))
        return false;
    const guint low = take_unit(cursor);
    return low >= SURROGATE_LOW && low < SURROGATE_END;
}

static bool
take_text(Cursor *cursor)
{
    if (!take(cursor, '"'))
        return false;
    while (!take(cursor, '"')) {
        if ((guchar) peek(cursor) < ' ')
            return false;
        if (*cursor->at++ == '\\' && !take_escape(cursor))
            return false;
    }
    return true;
}

static bool
take_digits(Cursor *cursor)
{
    const char *start = cursor->at;
    while (g_ascii_isdigit(peek(cursor)))
        cursor->at++;
    return cursor->at > start;
}

static bool
take_number(Cursor *cursor)
{
    const char *start = cursor->at;
    char text[NUMBER_MAX + 1];
    take(cursor, '-');
    if (!take(cursor, '0') && !take_digits(cursor))
        return false;
    bool whole = true;
    if (take(cursor, '.')) {
        whole = false;
        if (!take_digits(cursor))
            return false;
    }
    if (take(cursor, 'e') || take(cursor, 'E')) {
        whole = false;
        if (!take(cursor, '-'))
            take(cursor, '+');
        if (!take_digits(cursor))
            return false;
    }
    if (cursor->at - start > NUMBER_MAX)
        return false;
    memcpy(text, start, (gsize) (cursor->at - start));
    text[cursor->at - start] = '\0';
    errno = 0;
    if (!whole)
        return isfinite(g_ascii_strtod(text, NULL));
    g_ascii_strtoll(text, NULL, 10);
    return errno == 0;
}

static bool
take_word(Cursor *cursor, const char *word)
{
    const gsize length = strlen(word);
    if ((gsize) (cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0)
        return false;
    cursor->at += length;
    return true;
}

static bool
take_scalar(Cursor *cursor)
{
    const char c = peek(cursor);
    if (c == '"')
        return take_text(cursor);
    if (c == '-' || g_ascii_isdigit(c))
        return take_number(cursor);
    return take_word(cursor, "true") || take_word(cursor, "false") || take_word(cursor, "null");
}

static bool
take_key(Cursor *cursor)
{
    skip_space(cursor);
    if (!take_text(cursor))
        return false;
    skip_space(cursor);
    return take(cursor, ':');
}

bool
json_check(const char *text, gsize length, int depth_max)
{
    Cursor cursor = { text, text + length };
    char closing[JSON_CHECK_DEPTH_MAX]; /* of the brackets that are open */
    int depth = 0;
    g_return_val_if_fail(depth_max <= JSON_CHECK_DEPTH_MAX, false);
    if (length == 0 || memchr(text, '\0', length) != NULL || !g_utf8_validate(text, (gssize) length, NULL))
        return false;
    for (;;) {
        skip_space(&cursor);
        const bool is_object = take(&cursor, '{');
        if (is_object || take(&cursor, '[')) {
            if (depth == depth_max)
                return false;
            closing[depth++] = is_object ? '}' : ']';
            skip_space(&cursor);
            if (peek(&cursor) != closing[depth - 1]) {
                if (is_object && !take_key(&cursor))
                    return false;
                continue;
            }
        } else if (!take_scalar(&cursor)) {
            return false;
        }
        for (skip_space(&cursor); depth > 0 && take(&cursor, closing[depth - 1]); skip_space(&cursor))
            depth--;
        if (depth == 0)
            return cursor.at == cursor.end;
        if (!take(&cursor, ',') || (closing[depth - 1] == '}' && !take_key(&cursor)))
            return false;
    }
}
