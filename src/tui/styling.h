/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How *strong*, _emphasised_, ~struck~ and `preformatted` text, blocks and > quotations look (XEP-0393). The text stays as
 * it is, its marks included. */
#pragma once

#include <glib.h>

typedef enum {
    STYLING_STRONG = 1 << 0,
    STYLING_EMPHASIS = 1 << 1,
    STYLING_STRIKE = 1 << 2,
    STYLING_CODE = 1 << 3,
    STYLING_QUOTE = 1 << 4,
} StylingMarks;

typedef struct StylingSpan {
    guint32 start, end; /* bytes of the text */
    guint marks;        /* StylingMarks, never 0 */
} StylingSpan;

/* The parts of a text that look otherwise, in order, none inside another; NULL: there are none. Linear in the text. */
GArray *styling_parse(const char *text);
