/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is typed, or stands in a grammar: it is understood or refused with one harmless line (I12), and what was
 * understood means the same when it is quoted and read again. The first line of the input is a grammar, the rest is
 * what is typed. */
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "command/alias.h"
#include "command/complete.h"
#include "command/grammar.h"
#include "command/registry.h"
#include "../support/fuzz.h"

enum { LINE_MAX_BYTES = 4096, CURSORS_MAX = 64 };

static const char *
lookup(const char *name, gpointer data)
{
    return strcmp(name, "NONE") == 0 ? NULL : "server \"evil' $X \\ || /quit\n";
}

static void
check_error(const GError *error)
{
    g_assert_nonnull(error);
    g_assert_true(error->domain == CONFAB_ERROR);
    g_assert_true(text_is_clean(error->message, -1, TEXT_LINE));
    g_assert_cmpuint(strlen(error->message), <, 4096);
}

/* A word is read back from its quoted form, and never taken for two. */
static void
check_words(const char *line, WordsLookup variables)
{
    g_autoptr(GError) error = NULL;
    WordReader reader = { .line = line, .lookup = variables };
    Word word;
    while (words_next(&reader, &word, &error)) {
        g_autofree char *quoted = words_quote(word.text);
        WordReader again = { .line = quoted, .lookup = lookup };
        Word second, third;
        g_assert_true(words_next(&again, &second, NULL));
        g_assert_cmpstr(second.text, ==, word.text);
        g_assert_false(words_next(&again, &third, NULL));
        word_clear(&second);
        word_clear(&word);
    }
    if (error != NULL)
        check_error(error);
}

/* `check` (NULL: there is none) sees arguments that the grammar has let through. */
static void
check_arguments(const Grammar *grammar, const char *name, const char *line, const ArgContext *context,
                bool (*check)(const Args *args, GError **error))
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Args) args = grammar_parse(grammar, name, line, context, &error);
    g_assert_true((args == NULL) == (error != NULL));
    if (args != NULL && check != NULL && !context->is_check)
        g_assert_true(check(args, &error) == (error == NULL));
    if (error != NULL)
        check_error(error);
}

static void
check_grammar(const char *text, const char *name, const char *line, WordsLookup variables,
              bool (*check)(const Args *args, GError **error))
{
    g_autoptr(GError) wrong_grammar = NULL;
    g_autoptr(Grammar) grammar = grammar_compile(text, &wrong_grammar);
    g_assert_true((grammar == NULL) == (wrong_grammar != NULL));
    if (grammar == NULL)
        return;
    g_autofree char *usage = grammar_usage(grammar, name);
    g_assert_true(g_str_has_prefix(usage, "/"));
    const ArgContext executed = { .lookup = variables };
    const ArgContext checked = { .lookup = variables, .is_check = true };
    check_arguments(grammar, name, line, &executed, check);
    check_arguments(grammar, name, line, &checked, check);
}

/* The rest of a line as every command of the tables takes it. */
static void
check_rows(const char *line)
{
    for (const CommandGroup *const *group = registry_builtin_groups(); *group != NULL; group++) {
        for (const Command *command = (*group)->commands; command->name != NULL; command++)
            check_grammar(command->grammar, command->name, line, lookup, command->check);
    }
}

static void
check_completion(const char *line)
{
    g_autoptr(Registry) registry = registry_new(NULL, NULL, NULL);
    const size_t length = strlen(line);
    const size_t step = length / CURSORS_MAX + 1;
    for (size_t cursor = 0; cursor <= length; cursor += step) {
        g_autoptr(Completion) completion = complete_line(registry, line, cursor);
        g_assert_cmpuint(completion->start, <=, cursor);
        for (guint i = 0; i < completion->candidates->len; i++)
            g_assert_true(text_is_clean(completion->candidates->pdata[i], -1, TEXT_LINE));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > LINE_MAX_BYTES || memchr(data, '\0', size) != NULL ||
        !g_utf8_validate((const char *) data, (gssize) size, NULL))
        return 0;
    g_autofree char *input = g_strndup((const char *) data, size);
    char *feed = strchr(input, '\n');
    const char *line = feed == NULL ? input : feed + 1;
    if (feed != NULL) {
        *feed = '\0';
        check_grammar(input, "cmd", line, NULL, NULL);
    }
    check_words(line, NULL);
    check_words(line, lookup);
    check_rows(line);
    check_completion(line);
    g_autofree char *expanded = alias_expand(line, input);
    check_words(expanded, NULL);
    return 0;
}
