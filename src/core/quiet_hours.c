/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/quiet_hours.h"

#include <glib.h>

/* "HH:MM" or "H:MM" at `*text`, which is moved behind it. */
static bool
read_time(const char **text, int *minute)
{
    const char *at = *text;
    int hours = 0, digits = 0;
    for (; g_ascii_isdigit(*at) && digits < 2; digits++)
        hours = hours * 10 + g_ascii_digit_value(*at++);
    if (digits == 0 || at[0] != ':' || !g_ascii_isdigit(at[1]) || !g_ascii_isdigit(at[2]))
        return false;
    const int minutes = g_ascii_digit_value(at[1]) * 10 + g_ascii_digit_value(at[2]);
    *text = at + 3;
    *minute = hours * 60 + minutes;
    return minutes < 60 && (hours < 24 || *minute == 24 * 60);
}

static bool
read_range(const char **text, int *from, int *to)
{
    if (!read_time(text, from) || **text != '-')
        return false;
    (*text)++;
    return read_time(text, to) && (**text == '\0' || **text == ' ' || **text == ',');
}

static const char *
skip_space(const char *text)
{
    while (*text == ' ' || *text == ',')
        text++;
    return text;
}

static bool
is_within(int minute, int from, int to)
{
    if (from == to)
        return true;
    return from < to ? from <= minute && minute < to : from <= minute || minute < to;
}

bool
quiet_hours_cover(const char *ranges, int minute)
{
    int from, to;
    for (const char *at = skip_space(ranges); *at != '\0'; at = skip_space(at)) {
        if (!read_range(&at, &from, &to))
            return false;
        if (is_within(minute, from, to))
            return true;
    }
    return false;
}

bool
quiet_hours_are_valid(const char *ranges)
{
    int from, to;
    for (const char *at = skip_space(ranges); *at != '\0'; at = skip_space(at)) {
        if (!read_range(&at, &from, &to))
            return false;
    }
    return true;
}
