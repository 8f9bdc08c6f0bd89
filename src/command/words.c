/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/words.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"

enum { VARIABLE_NAME_MAX = 64 };

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_name_start(char c)
{
    return g_ascii_isalpha(c) || c == '_';
}

static bool
is_name(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

bool
words_is_variable_name(const char *name)
{
    if (!is_name_start(*name) || strlen(name) > VARIABLE_NAME_MAX)
        return false;
    while (is_name(*name))
        name++;
    return *name == '\0';
}

void
word_clear(Word *word)
{
    g_clear_pointer(&word->text, g_free);
}

static void
skip_blanks(WordReader *reader)
{
    while (is_blank(reader->line[reader->at]))
        reader->at++;
}

/* The name of a variable at `text` ("$NAME" or "${NAME}") and its length; NULL: this dollar sign is only that. */
static char *
find_variable(const char *text, size_t *length)
{
    const bool braces = text[1] == '{';
    const char *start = text + (braces ? 2 : 1);
    const char *end = start;
    if (!is_name_start(*start))
        return NULL;
    while (is_name(*end))
        end++;
    if ((braces && *end != '}') || end - start > VARIABLE_NAME_MAX)
        return NULL;
    *length = (size_t) (end - text) + (braces ? 1 : 0);
    return g_strndup(start, (gsize) (end - start));
}

/* Appends the value of the variable at `text`; 0: there is none at this place, or an error. */
static size_t
append_variable(GString *out, const char *text, WordsLookup lookup, gpointer data, GError **error)
{
    size_t length = 0;
    g_autofree char *name = lookup != NULL ? find_variable(text, &length) : NULL;
    if (name == NULL)
        return 0;
    const char *value = lookup(name, data);
    if (value == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("there is no variable $%s: set it with /let %s VALUE"), name,
                    name);
        return 0;
    }
    g_string_append(out, value);
    return length;
}

/* Where a quoted part that opens at `start` closes; 0: nowhere. */
static size_t
find_close(const char *line, size_t start)
{
    const char quote = line[start];
    for (size_t at = start + 1; line[at] != '\0'; at++) {
        if (line[at] == quote)
            return at;
        if (quote == '"' && line[at] == '\\' && line[at + 1] != '\0')
            at++;
    }
    return 0;
}

/* One step of a word in double quotes or outside of quotes; false with an error. */
static bool
read_character(WordReader *reader, GString *out, bool quoted, Word *word, GError **error)
{
    const char *at = reader->line + reader->at;
    if (*at == '\\' && at[1] != '\0' && (!quoted || strchr("\"\\$`", at[1]) != NULL)) {
        word->plain = false;
        g_string_append_c(out, at[1]);
        reader->at += 2;
        return true;
    }
    if (*at == '$') {
        GError *problem = NULL;
        const size_t length = append_variable(out, at, reader->lookup, reader->lookup_data, &problem);
        if (problem != NULL) {
            g_propagate_error(error, problem);
            return false;
        }
        if (length > 0) {
            word->plain = false;
            word->is_variable = true;
            reader->at += length;
            return true;
        }
    }
    g_string_append_c(out, *at);
    reader->at++;
    return true;
}

/* The inside of a quoted part, both marks included. */
static bool
read_quoted(WordReader *reader, GString *out, Word *word, GError **error)
{
    const size_t close = find_close(reader->line, reader->at);
    const char quote = reader->line[reader->at];
    if (close == 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("a quotation mark %c is never closed: close it or write \\%c"),
                    quote, quote);
        return false;
    }
    reader->at++;
    while (reader->at < close) {
        if (quote == '\'')
            g_string_append_c(out, reader->line[reader->at++]);
        else if (!read_character(reader, out, true, word, error))
            return false;
    }
    reader->at = close + 1;
    return true;
}

bool
words_next(WordReader *reader, Word *word, GError **error)
{
    skip_blanks(reader);
    if (reader->line[reader->at] == '\0')
        return false;
    g_autoptr(GString) out = g_string_new(NULL);
    *word = (Word){ .start = reader->at, .plain = true };
    while (reader->line[reader->at] != '\0' && !is_blank(reader->line[reader->at])) {
        const char c = reader->line[reader->at];
        const bool quote = c == '"' || (c == '\'' && reader->at == word->start);
        if (quote)
            word->plain = false;
        if (!(quote ? read_quoted(reader, out, word, error) : read_character(reader, out, false, word, error)))
            return false;
    }
    word->end = reader->at;
    word->text = g_string_free(g_steal_pointer(&out), FALSE);
    return true;
}

char **
words_split(WordReader *reader, GError **error)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    GError *problem = NULL;
    Word word = { 0 };
    while (words_next(reader, &word, &problem)) {
        g_strv_builder_add(words, word.text);
        word_clear(&word);
    }
    if (problem == NULL)
        return g_strv_builder_end(words);
    g_propagate_error(error, problem);
    return NULL;
}

const char *
words_rest(WordReader *reader)
{
    skip_blanks(reader);
    return reader->line + reader->at;
}

bool
words_skip(WordReader *reader, size_t *start)
{
    skip_blanks(reader);
    const char *line = reader->line;
    *start = reader->at;
    if (line[reader->at] == '\0')
        return false;
    while (line[reader->at] != '\0' && !is_blank(line[reader->at])) {
        const char c = line[reader->at];
        if (c == '\\' && line[reader->at + 1] != '\0') {
            reader->at += 2;
        } else if (c == '"' || (c == '\'' && reader->at == *start)) {
            const size_t close = find_close(line, reader->at);
            reader->at = close > 0 ? close + 1 : strlen(line);
        } else {
            reader->at++;
        }
    }
    return true;
}

char *
words_expand(const char *text, WordsLookup lookup, gpointer data, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    while (*text != '\0') {
        GError *problem = NULL;
        const size_t length = *text == '$' ? append_variable(out, text, lookup, data, &problem) : 0;
        if (problem != NULL) {
            g_propagate_error(error, problem);
            return NULL;
        }
        if (length > 0) {
            text += length;
            continue;
        }
        if (text[0] == '\\' && text[1] == '$')
            text++;
        g_string_append_c(out, *text++);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *
words_quote(const char *text)
{
    if (*text != '\0' && *text != '\'' && strpbrk(text, " \t\r\n\"\\$") == NULL)
        return g_strdup(text);
    g_autoptr(GString) out = g_string_new("\"");
    for (const char *c = text; *c != '\0'; c++) {
        if (strchr("\"\\$`", *c) != NULL)
            g_string_append_c(out, '\\');
        g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
    return g_string_free(g_steal_pointer(&out), FALSE);
}
