/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/when.h"

#include <string.h>

static const gint64 SECOND = G_USEC_PER_SEC;

/* Reads exactly `count` ASCII digits and moves on; false when there are fewer. */
static bool
read_digits(const char **cursor, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*cursor)++) {
        if (!g_ascii_isdigit(**cursor))
            return false;
        *value = *value * 10 + (**cursor - '0');
    }
    return true;
}

static bool
read_char(const char **cursor, char expected)
{
    if (**cursor != expected)
        return false;
    (*cursor)++;
    return true;
}

/* Reads "CCYY-MM-DD" into days since the epoch. */
static bool
read_date(const char **cursor, gint64 *days)
{
    int year, month, day;
    if (!read_digits(cursor, 4, &year) || !read_char(cursor, '-') || !read_digits(cursor, 2, &month) ||
        !read_char(cursor, '-') || !read_digits(cursor, 2, &day))
        return false;
    if (year < 1970 || month > 12 || !g_date_valid_dmy((GDateDay) day, (GDateMonth) month, (GDateYear) year))
        return false;
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
    static const guint32 epoch_julian = 719163; /* 1970-01-01, g_date_get_julian() */
    *days = (gint64) g_date_get_julian(&date) - epoch_julian;
    return true;
}

/* Reads "hh:mm:ss[.fraction]" into microseconds; digits past the sixth of the fraction are dropped. */
static bool
read_time(const char **cursor, gint64 *microseconds)
{
    int hour, minute, second;
    if (!read_digits(cursor, 2, &hour) || !read_char(cursor, ':') || !read_digits(cursor, 2, &minute) ||
        !read_char(cursor, ':') || !read_digits(cursor, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *microseconds = ((hour * 60 + minute) * 60 + second) * SECOND;
    if (**cursor != '.')
        return true;
    (*cursor)++;
    if (!g_ascii_isdigit(**cursor))
        return false;
    for (gint64 unit = SECOND / 10; g_ascii_isdigit(**cursor); unit /= 10, (*cursor)++)
        *microseconds += (**cursor - '0') * unit;
    return true;
}

/* Reads "Z" or "+hh:mm" into the microseconds the time is ahead of UTC. */
static bool
read_zone(const char **cursor, gint64 *ahead)
{
    *ahead = 0;
    if (read_char(cursor, 'Z'))
        return true;
    const gint64 sign = **cursor == '-' ? -1 : 1;
    int hour, minute;
    if (!(read_char(cursor, '+') || read_char(cursor, '-')) || !read_digits(cursor, 2, &hour) ||
        !read_char(cursor, ':') || !read_digits(cursor, 2, &minute))
        return false;
    if (hour > 14 || minute > 59 || (hour == 14 && minute > 0)) /* XML Schema's range */
        return false;
    *ahead = sign * (hour * 60 + minute) * 60 * SECOND;
    return true;
}

bool
when_parse(const char *text, gint64 *when)
{
    if (text == NULL)
        return false;
    gint64 days, microseconds, ahead;
    const char *cursor = text;
    if (!read_date(&cursor, &days) || !read_char(&cursor, 'T') || !read_time(&cursor, &microseconds) ||
        !read_zone(&cursor, &ahead) || *cursor != '\0')
        return false;
    const gint64 result = days * 24 * 60 * 60 * SECOND + microseconds - ahead;
    if (result < 0)
        return false;
    *when = result;
    return true;
}

/* GDateTime knows the years 1 to 9999; beyond them the nearest instant it knows stands in. */
static GDateTime *
to_date_time(gint64 when)
{
    gint64 seconds = when / SECOND;
    gint64 rest = when % SECOND;
    if (rest < 0) {
        seconds--;
        rest += SECOND;
    }
    g_autoptr(GDateTime) whole =
        g_date_time_new_from_unix_utc(CLAMP(seconds, G_GINT64_CONSTANT(-62135596800), G_GINT64_CONSTANT(253402300799)));
    return g_date_time_add(whole, rest);
}

char *
when_format(gint64 when)
{
    g_autoptr(GDateTime) time = to_date_time(when);
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", g_date_time_get_year(time),
                           g_date_time_get_month(time), g_date_time_get_day_of_month(time), g_date_time_get_hour(time),
                           g_date_time_get_minute(time), g_date_time_get_second(time),
                           g_date_time_get_microsecond(time) / 1000);
}

char *
when_format_local(gint64 when, const char *pattern)
{
    g_autoptr(GDateTime) time = to_date_time(when);
    g_autoptr(GDateTime) local = g_date_time_to_local(time);
    char *text = g_date_time_format(local != NULL ? local : time, pattern != NULL ? pattern : "%H:%M");
    return text != NULL ? text : g_strdup(""); /* the pattern is a user's setting and may be nonsense */
}

static bool
take_date(GDateTime *take_date, gint64 *when)
{
    g_autoptr(GDateTime) date = take_date;
    if (date == NULL)
        return false;
    const gint64 result = g_date_time_to_unix(date) * SECOND + g_date_time_get_microsecond(date);
    *when = MAX(result, 0);
    return true;
}

/* The beginning of the day `back` days ago. */
static bool
parse_day(GDateTime *now, int back, gint64 *when)
{
    g_autoptr(GDateTime) day = g_date_time_add_days(now, -back);
    return take_date(g_date_time_new_local(g_date_time_get_year(day), g_date_time_get_month(day),
                                           g_date_time_get_day_of_month(day), 0, 0, 0),
                     when);
}

/* "3 days ago", "3d". */
static bool
parse_distance(const char *text, GDateTime *now, gint64 *when)
{
    static const struct {
        const char *word;
        int hours, days, months;
    } units[] = {
        { "h", 1, 0, 0 }, { "hour", 1, 0, 0 }, { "d", 0, 1, 0 }, { "day", 0, 1, 0 }, { "w", 0, 7, 0 },
        { "week", 0, 7, 0 }, { "month", 0, 0, 1 }, { "y", 0, 0, 12 }, { "year", 0, 0, 12 },
    };
    char *end = NULL;
    const gint64 count = g_ascii_strtoll(text, &end, 10);
    if (!g_ascii_isdigit(*text) || count > 100000)
        return false;
    g_autofree char *word = g_ascii_strdown(end, -1);
    g_strstrip(word);
    if (g_str_has_suffix(word, " ago"))
        word[strlen(word) - strlen(" ago")] = '\0';
    g_strchomp(word);
    if (strlen(word) > 1 && g_str_has_suffix(word, "s"))
        word[strlen(word) - 1] = '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
        if (strcmp(units[i].word, word) != 0)
            continue;
        g_autoptr(GDateTime) months = g_date_time_add_months(now, -(int) MIN(count * units[i].months, 100000));
        return months != NULL &&
               take_date(g_date_time_add(months, -count * (units[i].hours + 24 * units[i].days) * G_TIME_SPAN_HOUR),
                         when);
    }
    return false;
}

bool
when_parse_words(const char *text, gint64 now, gint64 *when)
{
    g_autoptr(GTimeZone) local = g_time_zone_new_local();
    g_autoptr(GDateTime) utc = to_date_time(now);
    g_autoptr(GDateTime) today = g_date_time_to_timezone(utc, local);
    if (g_ascii_strcasecmp(text, "now") == 0) {
        *when = now;
        return true;
    }
    if (g_ascii_strcasecmp(text, "today") == 0)
        return parse_day(today, 0, when);
    if (g_ascii_strcasecmp(text, "yesterday") == 0)
        return parse_day(today, 1, when);
    if (parse_distance(text, today, when))
        return true;
    const gsize length = strlen(text);
    const char *rest = length == strlen("2026-11-22") ? "T00:00:00" : length == strlen("2026-11-22T10:00") ? ":00" : "";
    g_autofree char *full = g_strconcat(text, rest, NULL);
    return take_date(g_date_time_new_from_iso8601(full, local), when);
}

gint64
when_now(void)
{
    return g_get_real_time();
}
