/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Back-off with jitter (I8): 0.5–1.0 s for the first attempt after a loss, doubling to `ceiling` seconds, each
 * drawn from the upper half of its interval. Plain data: embed it. */
#pragma once

#include <glib.h>

typedef struct Retry {
    guint attempts; /* since the last success */
    guint ceiling;  /* seconds; 0 means 300 */
} Retry;

/* Milliseconds to wait before the next attempt; counts it. */
guint retry_next(Retry *retry);
void retry_reset(Retry *retry);
