/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Did you mean …?" */
#pragma once

#include <glib.h>

/* The names (char*) nearest to what was typed, at most three, joined with ", "; NULL when none is near. */
char *suggest_nearest(const char *typed, const GPtrArray *names);
