/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said inside OTR is text for most programs and HTML for some (Pidgin, mcabber): HTML is read as text, never
 * trusted. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* What was inside as text like that of any other message: valid UTF-8, line feeds for all line ends, and U+FFFD for each
 * character that XML could not have carried. The caller frees. */
char *otr_text_from_bytes(const char *bytes);
/* The text an HTML-writing program meant: entities decoded, line breaks made line feeds, tags of text formatting left
 * out (a link becomes its text and its address). Text that was not written as HTML is returned as it is: where an
 * "&" begins no entity or a "<" no tag of text formatting, nothing is touched. Never more than the input's length of
 * output; valid UTF-8 stays valid; characters XML cannot carry (&#0;) are left as they are written. The caller frees. */
char *otr_text_from_markup(const char *markup);
/* `text` such that the above, and HTML-reading programs, give it back. The caller frees. */
char *otr_text_to_markup(const char *text);
