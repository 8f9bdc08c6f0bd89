/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/retry.h"

/* I8: each wait lies in the upper half of its interval, intervals double up to the ceiling. */
static void
test_bounds(void)
{
    for (int round = 0; round < 200; round++) {
        Retry retry = { 0 };
        for (guint attempt = 0, interval = 1000; attempt < 100; attempt++) {
            const guint wait = retry_next(&retry);
            g_assert_cmpuint(retry.attempts, ==, attempt + 1);
            g_assert_cmpuint(wait, >=, interval / 2);
            g_assert_cmpuint(wait, <=, interval);
            interval = MIN(interval * 2, 300 * 1000);
        }
    }
}

static void
test_ceiling(void)
{
    Retry retry = { .ceiling = 5 };
    for (int i = 0; i < 50; i++)
        g_assert_cmpuint(retry_next(&retry), <=, 5000);
    Retry absurd = { .attempts = G_MAXUINT, .ceiling = G_MAXUINT };
    g_assert_cmpuint(retry_next(&absurd), <=, 86400 * 1000);
    g_assert_cmpuint(absurd.attempts, ==, G_MAXUINT); /* does not wrap to a fast start */
    Retry one = { .ceiling = 1 };
    for (int i = 0; i < 50; i++)
        g_assert_cmpuint(retry_next(&one), >=, 500);
}

static void
test_jitter(void)
{
    guint lowest = G_MAXUINT, highest = 0;
    for (int i = 0; i < 500; i++) {
        Retry retry = { 0 };
        const guint wait = retry_next(&retry);
        lowest = MIN(lowest, wait);
        highest = MAX(highest, wait);
    }
    g_assert_cmpuint(highest - lowest, >, 250); /* 500 draws of 501 values in half of the range: never */
}

static void
test_reset(void)
{
    Retry retry = { 0 };
    for (int i = 0; i < 8; i++)
        retry_next(&retry);
    retry_reset(&retry);
    g_assert_cmpuint(retry_next(&retry), <=, 1000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/retry/bounds", test_bounds);
    g_test_add_func("/base/retry/ceiling", test_ceiling);
    g_test_add_func("/base/retry/jitter", test_jitter);
    g_test_add_func("/base/retry/reset", test_reset);
    return g_test_run();
}
