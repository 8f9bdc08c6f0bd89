/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as the search sees it: tokens of letters and digits without case and accents. Characters of scripts without
 * spaces, and symbols, are tokens of their own: so any part of a run is a phrase. For the files of store/ only. */
#pragma once

#include <glib.h>

enum { SEARCH_TOKEN_MAX = 200 }; /* bytes that count of one token */

typedef struct SearchToken {
    guint start, end;     /* in the text it was made from, on characters */
    guint at, length;     /* in `folded` */
} SearchToken;

typedef struct SearchText {
    GString *folded; /* the tokens, with a space between; of ASCII there are only letters, digits and these spaces */
    GArray *tokens;  /* SearchToken */
} SearchText;

/* `length` -1: NUL-terminated. `text` is valid UTF-8. */
void search_text_init(SearchText *search_text, const char *text, gssize length);
void search_text_clear(SearchText *search_text);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SearchText, search_text_clear)
