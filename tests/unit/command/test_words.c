/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/words.h"

#include <string.h>

#include "base/error.h"

static const char *
lookup(const char *name, gpointer data)
{
    if (strcmp(name, "EMPTY") == 0)
        return "";
    if (strcmp(name, "TWO") == 0)
        return "two words";
    return strcmp(name, "EVIL") == 0 ? "\" /quit '$TWO\n/quit \\" : NULL;
}

/* The words of a line, each in [], joined; or the error. */
static char *
read_all(const char *line, WordsLookup variables)
{
    WordReader reader = { .line = line, .lookup = variables };
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    Word word;
    while (words_next(&reader, &word, &error)) {
        g_string_append_printf(out, "[%s]%s", word.text, word.plain ? "" : "q");
        word_clear(&word);
    }
    if (error == NULL)
        return g_string_free(g_steal_pointer(&out), FALSE);
    g_assert_error(error, CONFAB_ERROR, ERROR_USAGE);
    return g_strdup(error->message);
}

static void
test_reads_words_as_the_shell_does(void)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        { "", "" },
        { " \t\n ", "" },
        { "one two", "[one][two]" },
        { "  one\ttwo\nthree  ", "[one][two][three]" },
        { "\"two words\" x", "[two words]q[x]" },
        { "'two words' x", "[two words]q[x]" },
        { "\"\" ''", "[]q[]q" },
        { "a\"b c\"d", "[ab cd]q" },
        { "two\\ words", "[two words]q" },
        { "\"say \\\"hi\\\"\"", "[say \"hi\"]q" },
        { "\"back\\\\slash\" \"\\n\"", "[back\\slash]q[\\n]q" },
        { "'\\n'", "[\\n]q" },
        { "O'Brien d'Artagnan", "[O'Brien][d'Artagnan]" },
        { "'O'Brien", "[OBrien]q" },
        { "end\\", "[end\\]" },
        { "grüße 日本", "[grüße][日本]" },
        { "$TWO", "[$TWO]" },
        { "\"open", "a quotation mark \" is never closed: close it or write \\\"" },
        { "x 'open", "a quotation mark ' is never closed: close it or write \\'" },
        { "\"open\\\"", "a quotation mark \" is never closed: close it or write \\\"" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *words = read_all(cases[i].line, NULL);
        g_assert_cmpstr(words, ==, cases[i].words);
    }
}

/* Whatever is in a variable, it stays inside its word, and is no keyword. */
static void
test_variables_stay_inside_their_word(void)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        { "$TWO", "[two words]q" },
        { "a$TWO", "[atwo words]q" },
        { "a${TWO}b", "[atwo wordsb]q" },
        { "\"$TWO\"", "[two words]q" },
        { "'$TWO'", "[$TWO]q" },
        { "\\$TWO", "[$TWO]q" },
        { "$EMPTY x", "[]q[x]" },
        { "$EVIL x", "[\" /quit '$TWO\n/quit \\]q[x]" },
        { "\"$EVIL\" x", "[\" /quit '$TWO\n/quit \\]q[x]" },
        { "$5 $ $$ ${ ${x 100$", "[$5][$][$$][${][${x][100$]" },
        { "$NOBODY", "there is no variable $NOBODY: set it with /let NOBODY VALUE" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *words = read_all(cases[i].line, lookup);
        g_assert_cmpstr(words, ==, cases[i].words);
    }
}

static void
test_expands_text(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = words_expand("\"$TWO\" \\$TWO \\n 5$ ${EMPTY}.", lookup, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, "\"two words\" $TWO \\n 5$ .");
    g_assert_null(words_expand("$NOBODY", lookup, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_USAGE);
}

static void
test_quoted_text_is_read_back(void)
{
    static const char *const texts[] = { "",       "plain",       "two words", "\"",   "\\",
                                         "a\\",    "'",           "O'Brien",   "'x'",  "$TWO",
                                         "${TWO}", "tab\tfeed\n", "`id`",      "日本", "a\"b'c\\d$e`f g",
                                         " ",      "||",          "#x",        "/quit" };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *quoted = words_quote(texts[i]);
        g_autofree char *line = g_strconcat(quoted, " next", NULL);
        WordReader reader = { .line = line, .lookup = lookup };
        g_autoptr(GError) error = NULL;
        Word word;
        g_assert_true(words_next(&reader, &word, &error));
        g_assert_cmpstr(word.text, ==, texts[i]);
        word_clear(&word);
        g_assert_cmpstr(words_rest(&reader), ==, "next");
    }
    g_autofree char *plain = words_quote("alice@example.org");
    g_assert_cmpstr(plain, ==, "alice@example.org");
}

static void
test_skips_like_it_reads(void)
{
    static const char *const lines[] = { "a b",     "\"a b\" c",   "'a b' c", "O'Brien x",
                                         "a\\ b c", "a\"b c\"d e", "  x  ",   "\"a\\\" b\" c" };
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        WordReader reading = { .line = lines[i] };
        WordReader skipping = { .line = lines[i] };
        Word word;
        size_t start;
        while (words_next(&reading, &word, NULL)) {
            g_assert_true(words_skip(&skipping, &start));
            g_assert_cmpuint(start, ==, word.start);
            g_assert_cmpuint(skipping.at, ==, word.end);
            word_clear(&word);
        }
        g_assert_false(words_skip(&skipping, &start));
    }
    WordReader open = { .line = "x \"open end" };
    size_t start;
    g_assert_true(words_skip(&open, &start));
    g_assert_true(words_skip(&open, &start));
    g_assert_cmpuint(start, ==, 2);
    g_assert_cmpuint(open.at, ==, strlen(open.line));
}

static void
test_names_of_variables(void)
{
    g_autofree char *longest = g_strnfill(64, 'a');
    g_autofree char *too_long = g_strnfill(65, 'a');
    g_assert_true(words_is_variable_name("A_1"));
    g_assert_true(words_is_variable_name(longest));
    g_assert_false(words_is_variable_name(too_long));
    g_assert_false(words_is_variable_name(""));
    g_assert_false(words_is_variable_name("1A"));
    g_assert_false(words_is_variable_name("a-b"));
    g_assert_false(words_is_variable_name("ä"));
}

static void
test_splits_an_argv(void)
{
    g_autoptr(GError) error = NULL;
    WordReader reader = { .line = " sh -c 'echo $HOME'  \"two words\" '' \\$x" };
    g_auto(GStrv) argv = words_split(&reader, &error);
    const char *const expected[] = { "sh", "-c", "echo $HOME", "two words", "", "$x", NULL };
    g_assert_no_error(error);
    g_assert_true(g_strv_equal((const char *const *) argv, expected));
    g_auto(GStrv) none = words_split(&(WordReader){ .line = "  " }, &error);
    g_assert_cmpuint(g_strv_length(none), ==, 0);
    g_assert_null(words_split(&(WordReader){ .line = "one 'two" }, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_USAGE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/command/words/reads-words-as-the-shell-does", test_reads_words_as_the_shell_does);
    g_test_add_func("/command/words/variables-stay-inside-their-word", test_variables_stay_inside_their_word);
    g_test_add_func("/command/words/expands-text", test_expands_text);
    g_test_add_func("/command/words/quoted-text-is-read-back", test_quoted_text_is_read_back);
    g_test_add_func("/command/words/skips-like-it-reads", test_skips_like_it_reads);
    g_test_add_func("/command/words/splits-an-argv", test_splits_an_argv);
    g_test_add_func("/command/words/names-of-variables", test_names_of_variables);
    return g_test_run();
}
