/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/retry.h"

enum {
    DEFAULT_CEILING = 300,   /* seconds */
    LONGEST_CEILING = 86400, /* keeps milliseconds within a signed int */
};

guint
retry_next(Retry *retry)
{
    const guint ceiling = retry->ceiling == 0 ? DEFAULT_CEILING : MIN(retry->ceiling, LONGEST_CEILING);
    /* 2^17 s is past the longest ceiling, so the shift cannot overflow. */
    const guint seconds = MIN(1u << MIN(retry->attempts, 17u), ceiling);
    if (retry->attempts < G_MAXUINT)
        retry->attempts++;
    const gint32 interval = (gint32) seconds * 1000;
    return (guint) g_random_int_range(interval / 2, interval + 1);
}

void
retry_reset(Retry *retry)
{
    retry->attempts = 0;
}
