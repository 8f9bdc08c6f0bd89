/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PRECIS (RFC 8264) and the three profiles of RFC 8265 that XMPP uses. Input is any bytes; output is freed by
 * the caller. NULL when the text is not UTF-8, empty, or has a character the profile refuses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    PRECIS_USERNAME_CASE_MAPPED,
    PRECIS_USERNAME_CASE_PRESERVED,
    PRECIS_OPAQUE_STRING,
} PrecisProfile;

char *precis_enforce(PrecisProfile profile, const char *text);

/* Whether the join control (ZWNJ, ZWJ) at `index` of `points` stands where it changes the shape of letters (RFC 5892
 * A.1, A.2) rather than where it hides. */
bool precis_joiner_is_visible(const uint32_t *points, size_t length, size_t index);
