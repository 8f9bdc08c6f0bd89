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

/* Both folded. */
static bool
is_in(const char *text, const char *name)
{
    for (const char *found = strstr(text, name); found != NULL; found = strstr(found + strlen(name), name)) {
        if (stands_alone(text, found, name))
            return true;
    }
    return false;
}

bool
mentions_any(const char *text, const char *const *names, unsigned count)
{
    const size_t length = strlen(text);
    const char *end = text + MIN(length, MENTIONS_TEXT_MAX);
    while (end > text && (*end & 0xc0) == 0x80)
        end--;
    g_autofree char *beginning = g_strndup(text, (gsize) (end - text));
    g_autofree char *folded = text_fold(beginning);
    for (unsigned i = 0; i < count; i++) {
        g_autofree char *wanted = names[i] != NULL ? text_fold(names[i]) : NULL;
        if (wanted != NULL && *wanted != '\0' && is_in(folded, wanted))
            return true;
    }
    return false;
}

bool
mentions_name(const char *text, const char *name)
{
    return mentions_any(text, &name, 1);
}
