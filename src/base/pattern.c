/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pattern.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

enum { SHOWN_COLUMNS = 60 };

static char *
shorten(const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_STRICT);
    return text_ellipsize(clean, SHOWN_COLUMNS);
}

GRegex *
pattern_new(const char *text, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autofree char *bounded = g_strconcat("(*LIMIT_MATCH=100000)(*LIMIT_DEPTH=10000)", text, NULL);
    /* First as it is: limits of its own must not come behind ours. */
    g_autoptr(GRegex) plain = g_regex_new(text, 0, 0, &problem);
    GRegex *pattern = plain != NULL ? g_regex_new(bounded, 0, 0, &problem) : NULL;
    if (pattern != NULL)
        return pattern;
    /* GLib puts the whole pattern before the cause. */
    const char *colon = g_strrstr(problem->message, ": ");
    g_autofree char *cause = shorten(colon == NULL ? problem->message : colon + 2);
    g_autofree char *shown = shorten(text);
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("“%s” is not a regular expression: mend it (%s)"), shown,
                cause);
    return NULL;
}

bool
pattern_matches(const GRegex *pattern, const char *text)
{
    const size_t length = strlen(text);
    const char *end = text + MIN(length, PATTERN_TEXT_MAX);
    while (end > text && (*end & 0xc0) == 0x80)
        end--;
    return g_regex_match_full(pattern, text, end - text, 0, 0, NULL, NULL);
}
