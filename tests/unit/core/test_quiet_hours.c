/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/quiet_hours.h"

#include <glib.h>

enum { HOUR = 60 };

static void
test_cover(void)
{
    static const struct {
        const char *ranges;
        int minute;
        bool covered;
    } cases[] = {
        { "", 0, false },
        { "22:00-07:00", 21 * HOUR + 59, false },
        { "22:00-07:00", 22 * HOUR, true },
        { "22:00-07:00", 0, true },
        { "22:00-07:00", 6 * HOUR + 59, true },
        { "22:00-07:00", 7 * HOUR, false }, /* the end is not within */
        { "9:00-17:30", 9 * HOUR, true },
        { "9:00-17:30", 17 * HOUR + 30, false },
        { "00:00-24:00", 23 * HOUR + 59, true },
        { "00:00-24:00", 0, true },
        { "12:00-12:00", 3 * HOUR, true }, /* all day */
        { "22:00-24:00 12:30-13:00", 12 * HOUR + 45, true },
        { "22:00-24:00, 12:30-13:00", 12 * HOUR + 45, true },
        { "22:00-24:00 12:30-13:00", 13 * HOUR, false },
        { "12:30-13:00 nonsense", 12 * HOUR + 45, true },
        { "nonsense", 12 * HOUR, false },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s at %d", cases[i].ranges, cases[i].minute);
        g_assert_cmpint(quiet_hours_cover(cases[i].ranges, cases[i].minute), ==, cases[i].covered);
    }
}

static void
test_valid(void)
{
    static const char *const good[] = { "", "  ", "22:00-07:00", "1:05-2:00", "0:00-24:00", "22:00-24:00  12:30-13:00" };
    static const char *const bad[] = { "22", "22:00", "22:00-", "22:00-7", "22:60-07:00", "25:00-07:00", "24:01-1:00",
                                       "22:00-07:00x", "22:00–07:00", "-1:00-2:00", "222:00-1:00", "22:0-1:00" };
    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(quiet_hours_are_valid(good[i]));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%s", bad[i]);
        g_assert_false(quiet_hours_are_valid(bad[i]));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/core/quiet-hours/cover", test_cover);
    g_test_add_func("/core/quiet-hours/valid", test_valid);
    return g_test_run();
}
