/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hours of the day in which nobody wants to be called: "22:00-07:00 12:30-13:00". */
#pragma once

#include <stdbool.h>

/* Whether a minute of the day (0 … 1439) lies within one of the ranges; their ends are not within. One that ends before
 * it begins goes over midnight; one that ends where it begins is the whole day. */
bool quiet_hours_cover(const char *ranges, int minute);
/* Whether it is such ranges, or nothing. */
bool quiet_hours_are_valid(const char *ranges);
