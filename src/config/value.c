/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/value.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

enum { SHOWN_COLUMNS = 60 }; /* of a wrong value in a message */

bool
value_parse_bool(const char *text, bool *value)
{
    static const char *const words[][2] = {
        { "on", "off" }, { "yes", "no" }, { "true", "false" }, { "1", "0" }
    };
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        for (int j = 0; j < 2; j++) {
            if (g_ascii_strcasecmp(text, words[i][j]) == 0) {
                *value = j == 0;
                return true;
            }
        }
    }
    return false;
}

bool
value_parse_int(const char *text, int minimum, int maximum, int *value)
{
    gint64 number;
    if (!g_ascii_string_to_signed(text, 10, minimum, maximum, &number, NULL))
        return false;
    *value = (int) number;
    return true;
}

int
value_find_word(const char *words, const char *text)
{
    const size_t length = strlen(text);
    int index = 0;
    for (const char *word = words; *word != '\0'; index++) {
        const size_t size = strcspn(word, " ");
        if (size == length && memcmp(word, text, size) == 0)
            return index;
        word += size + (word[size] == ' ' ? 1 : 0);
    }
    return -1;
}

char *
value_list_words(const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    return g_strjoinv(", ", parts);
}

bool
value_is_text(const char *text, gsize limit)
{
    if (strlen(text) > limit || !g_utf8_validate(text, -1, NULL))
        return false;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            return false;
    }
    return true;
}

bool
value_refuse(const char *key, const char *text, const char *allowed, GError **error)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_STRICT);
    g_autofree char *shown = text_ellipsize(clean, SHOWN_COLUMNS);
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("%s cannot be \"%s\": give %s"), key, shown,
                allowed);
    return false;
}
