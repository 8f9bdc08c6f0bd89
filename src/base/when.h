/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points in time are gint64 microseconds since the epoch, UTC. XEP-0082 on the wire. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* XEP-0082 DateTime, strictly (also without a fraction, with offsets; years 1970 to 9999). */
bool when_parse(const char *text, gint64 *when);
/* "2026-11-22T10:00:00.123Z"; milliseconds always. */
char *when_format(gint64 when);
/* Local time for people, strftime pattern; "%H:%M" by default where NULL. */
char *when_format_local(gint64 when, const char *pattern);
/* As people say it: "2026-11-22", "2026-11-22 10:00", ISO 8601 with or without a zone (else local), "today",
 * "yesterday" (its beginning), "3 days" or "3d" (ago; also hours, weeks, months, years), "now". `now` is what these refer
 * to. What was before 1970 is 1970. */
bool when_parse_words(const char *text, gint64 now, gint64 *when);
gint64 when_now(void);
