/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/when.h"

#include <string.h>

static const gint64 MOON = G_GINT64_CONSTANT(-14182980); /* XEP-0082's example lies before 1970 */

static void
test_valid(void)
{
    static const struct {
        const char *text;
        gint64 when;
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "1970-01-01T00:00:00.000001Z", 1 },
        { "1970-01-01T00:00:00.1Z", 100000 },
        { "1970-01-01T00:00:00.1234567890123456789Z", 123456 },
        { "2002-09-10T23:41:07Z", G_GINT64_CONSTANT(1031701267000000) },
        { "2002-09-10T23:41:07+00:00", G_GINT64_CONSTANT(1031701267000000) },
        { "2002-09-10T23:41:07-00:00", G_GINT64_CONSTANT(1031701267000000) },
        { "2002-09-11T01:41:07+02:00", G_GINT64_CONSTANT(1031701267000000) },
        { "2002-09-10T18:11:07.250-05:30", G_GINT64_CONSTANT(1031701267250000) },
        { "2000-02-29T12:00:00Z", G_GINT64_CONSTANT(951825600000000) },
        { "2038-01-19T03:14:08Z", G_GINT64_CONSTANT(2147483648000000) },
        { "9999-12-31T23:59:59.999999Z", G_GINT64_CONSTANT(253402300799999999) },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 when = -1;
        g_assert_true(when_parse(cases[i].text, &when));
        g_assert_cmpint(when, ==, cases[i].when);
    }
}

static void
test_invalid(void) /* I6 */
{
    static const char *const cases[] = {
        "", "Z", "now", "2002", "2002-09-10", "23:41:07Z",
        "2002-09-10T23:41:07",            /* no zone */
        "2002-09-10 23:41:07Z",           /* a space */
        "2002-09-10t23:41:07z",           /* small letters */
        "2002-09-10T23:41Z",              /* no seconds */
        "2002-09-10T23:41:07.Z",          /* no digit behind the dot */
        "2002-09-10T23:41:07,5Z", "2002-09-10T23:41:07Z ", " 2002-09-10T23:41:07Z", "2002-09-10T23:41:07Zx",
        "2002-9-10T23:41:07Z", "02-09-10T23:41:07Z", "+2002-09-10T23:41:07Z", "-002-09-10T23:41:07Z",
        "12002-09-10T23:41:07Z", "2002-13-10T23:41:07Z", "2002-00-10T23:41:07Z", "2002-09-31T23:41:07Z",
        "2002-09-00T23:41:07Z", "2001-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2002-09-10T24:00:00Z",
        "2002-09-10T23:60:07Z", "2002-09-10T23:41:60Z", "2002-09-10T23:41:07+0200", "2002-09-10T23:41:07+2:00",
        "2002-09-10T23:41:07+14:01", "2002-09-10T23:41:07+99:99", "2002-09-10T23:41:07+02:60",
        "2002-09-10T23:41:07+", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+01:00", "0000-01-01T00:00:00Z",
        "20020910T23:41:07",              /* XEP-0091 */
        "2002-09-10T23:41:07\xC3\xA9", "２００２-09-10T23:41:07Z",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 when = MOON;
        if (when_parse(cases[i], &when))
            g_error("accepted: %s", cases[i]);
        g_assert_cmpint(when, ==, MOON); /* untouched */
    }
    gint64 when;
    g_assert_false(when_parse(NULL, &when));
}

static void
test_format(void)
{
    g_autofree char *zero = when_format(0);
    g_assert_cmpstr(zero, ==, "1970-01-01T00:00:00.000Z");
    g_autofree char *milli = when_format(G_GINT64_CONSTANT(1031701267123999));
    g_assert_cmpstr(milli, ==, "2002-09-10T23:41:07.123Z");
    g_autofree char *before = when_format(-1);
    g_assert_cmpstr(before, ==, "1969-12-31T23:59:59.999Z");
    g_autofree char *far = when_format(G_MAXINT64);
    g_assert_true(g_str_has_prefix(far, "9999-12-31T"));
    g_autofree char *past = when_format(G_MININT64);
    g_assert_true(g_str_has_prefix(past, "0001-01-01T"));
}

static void
test_round_trip(void)
{
    for (int i = 0; i < 1000; i++) {
        const gint64 when =
            (gint64) (g_test_rand_double() * 253402300799.0) * 1000000 + g_test_rand_int_range(0, 1000) * 1000;
        g_autofree char *text = when_format(when);
        gint64 again = -1;
        g_assert_true(when_parse(text, &again));
        g_assert_cmpint(again, ==, when);
    }
}

static void
test_local(void)
{
    g_autofree char *hours = when_format_local(G_GINT64_CONSTANT(1031701267000000), NULL); /* TZ=UTC in tests */
    g_assert_cmpstr(hours, ==, "23:41");
    g_autofree char *date = when_format_local(G_GINT64_CONSTANT(1031701267000000), "%Y/%m/%d");
    g_assert_cmpstr(date, ==, "2002/09/10");
    g_autofree char *nonsense = when_format_local(0, "%Q%");
    g_assert_nonnull(nonsense);
}

static void
test_words(void)
{
    static const struct {
        const char *text, *when;
    } cases[] = {
        { "2026-11-22", "2026-11-22T00:00:00.000Z" },
        { "2026-11-22T10:11", "2026-11-22T10:11:00.000Z" },
        { "2026-11-22 10:11:12", "2026-11-22T10:11:12.000Z" },
        { "2026-11-22T10:11:12.5+02:00", "2026-11-22T08:11:12.500Z" },
        { "now", "2026-03-01T12:00:00.000Z" },
        { "today", "2026-03-01T00:00:00.000Z" },
        { "Yesterday", "2026-02-28T00:00:00.000Z" },
        { "3 days", "2026-02-26T12:00:00.000Z" },
        { "3d", "2026-02-26T12:00:00.000Z" },
        { "1 day ago", "2026-02-28T12:00:00.000Z" },
        { "2 weeks", "2026-02-15T12:00:00.000Z" },
        { "12h", "2026-03-01T00:00:00.000Z" },
        { "1 month", "2026-02-01T12:00:00.000Z" },
        { "1 year", "2025-03-01T12:00:00.000Z" },
        { "100 years", "1970-01-01T00:00:00.000Z" },
        { "100000 weeks", "1970-01-01T00:00:00.000Z" },
    };
    static const char *const wrong[] = { "",       "soon",        "3",          "3 lightyears", "-3 days", "days",
                                         "3 3 d",  "2026-13-01",  "2026-02-30", "s",            "1 s",     "9999999999d",
                                         "1 ago",  "2026-11-22T", "10:11" };
    gint64 now, when;
    g_assert_true(when_parse("2026-03-01T12:00:00Z", &now));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (!when_parse_words(cases[i].text, now, &when))
            g_error("refused: %s", cases[i].text);
        g_autofree char *text = when_format(when);
        g_assert_cmpstr(text, ==, cases[i].when);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        if (when_parse_words(wrong[i], now, &when))
            g_error("accepted: %s", wrong[i]);
    }
}

int
main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/when/valid", test_valid);
    g_test_add_func("/base/when/invalid", test_invalid);
    g_test_add_func("/base/when/format", test_format);
    g_test_add_func("/base/when/round-trip", test_round_trip);
    g_test_add_func("/base/when/local", test_local);
    g_test_add_func("/base/when/words", test_words);
    return g_test_run();
}
