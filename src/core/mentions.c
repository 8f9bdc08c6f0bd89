/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/mentions.h"

#include <string.h>

#include <glib.h>

#include "base/text.h"

/* Letters and digits make words, and so does what is put on them. */
static bool
is_word(gunichar character)
{
    return g_unichar_isalnum(character) || g_unichar_ismark(character) || character == '_';
}

/* A name that begins or ends with something else than a letter needs no border there. */
static bool
stands_alone(const char *text, const char *found, const char *name)
{
    const char *end = found + strlen(name);
    const char *last = g_utf8_prev_char(end);
    const bool joined_before =
        found > text && is_word(g_utf8_get_char(g_utf8_prev_char(found))) && is_word(g_utf8_get_char(found));
    const bool joined_after = *end != '\0' && is_word(g_utf8_get_char(end)) && is_word(g_utf8_get_char(last));
    return !joined_before && !joined_after;
}

bool
mentions_name(const char *text, const char *name)
{
    g_autofree char *folded = text_fold(text);
    g_autofree char *wanted = text_fold(name);
    if (*wanted == '\0')
        return false;
    for (const char *found = strstr(folded, wanted); found != NULL; found = strstr(found + strlen(wanted), wanted)) {
        if (stands_alone(folded, found, wanted))
            return true;
    }
    return false;
}
