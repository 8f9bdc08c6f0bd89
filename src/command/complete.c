/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/complete.h"

#include <string.h>

#include "command/candidates.h"
#include "command/condition.h"
#include "command/registry_private.h"
#include "command/words.h"

/* A line up to the cursor, taken apart. */
typedef struct Line {
    char *text;
    GArray *words;  /* Word: those before the one that is completed */
    size_t current; /* where that one starts; the end of the line when it has no letter yet */
    char *typed;    /* what is typed of it, without quotes */
} Line;

static void
line_clear(Line *line)
{
    for (guint i = 0; i < line->words->len; i++)
        word_clear(&g_array_index(line->words, Word, i));
    g_array_unref(line->words);
    g_free(line->text);
    g_free(line->typed);
}

/* The beginning of a word as it will be read: its quotation mark may still be open. */
static char *
unquote(const char *raw)
{
    const char *const closings[] = { "", "\"", "'" };
    for (gsize i = 0; i < G_N_ELEMENTS(closings); i++) {
        g_autofree char *closed = g_strconcat(raw, closings[i], NULL);
        WordReader reader = { .line = closed };
        Word word;
        if (words_next(&reader, &word, NULL))
            return word.text;
    }
    return g_strdup("");
}

static void
line_init(Line *line, const char *text, size_t start, size_t cursor)
{
    line->text = g_strndup(text, cursor);
    line->words = g_array_new(FALSE, TRUE, sizeof(Word));
    line->current = cursor;
    WordReader reader = { .line = line->text, .at = start };
    size_t word_start;
    while (words_skip(&reader, &word_start)) {
        if (reader.at == cursor) {
            line->current = word_start;
            break;
        }
        WordReader again = { .line = line->text, .at = word_start };
        Word word;
        if (!words_next(&again, &word, NULL))
            break;
        g_array_append_val(line->words, word);
    }
    line->typed = unquote(line->text + line->current);
}

static const Word *
line_word(const Line *line, guint index)
{
    return &g_array_index(line->words, Word, index);
}

static void complete_command(Completion *completion, Candidates *candidates, const char *text, size_t start,
                             size_t cursor);

/* The next word of each command's name. The first one takes its slash with it. */
static void
add_names(Candidates *candidates, const Line *line, size_t start)
{
    const GPtrArray *rows = registry_rows(candidates->registry);
    g_autoptr(GString) before = g_string_new(NULL);
    for (guint i = 0; i < line->words->len; i++) {
        g_autofree char *lower = g_ascii_strdown(line_word(line, i)->text, -1);
        g_string_append_printf(before, "%s ", i == 0 && *lower == '/' ? lower + 1 : lower);
    }
    for (guint i = 0; i < rows->len; i++) {
        const char *name = ((const Row *) rows->pdata[i])->command->name;
        if (!g_str_has_prefix(name, before->str))
            continue;
        const char *next = name + before->len;
        g_autofree char *word = g_strdup_printf("%s%.*s", before->len == 0 ? "/" : "", (int) strcspn(next, " "), next);
        candidates_add(candidates, word);
    }
    if (before->len > 0)
        return;
    g_autoptr(GPtrArray) aliases = aliases_list(registry_aliases(candidates->registry));
    for (guint i = 0; i < aliases->len; i++) {
        g_autofree char *word = g_strconcat("/", aliases->pdata[i], NULL);
        candidates_add(candidates, word);
    }
}

/* The keywords that can still be given. */
static void
add_keywords(Candidates *candidates, const Grammar *grammar, const Line *line, guint first)
{
    for (guint i = 0; i < grammar_size(grammar); i++) {
        const ArgSpec *spec = grammar_at(grammar, i);
        bool given = spec->role != SPEC_KEYWORD;
        for (guint j = first; j < line->words->len && !given; j++)
            given = line_word(line, j)->plain && strcmp(line_word(line, j)->text, spec->word) == 0;
        if (!given)
            candidates_add(candidates, spec->word);
    }
}

/* A "command" argument: a line of its own inside the line. /on says for whom. */
static void
complete_inner(Completion *completion, Candidates *candidates, const Line *line, const ArgSpec *before, size_t start)
{
    const char *account = candidates->account;
    if (before != NULL && before->type->kind == ARG_ACCOUNT)
        candidates->account = candidates->previous;
    complete_command(completion, candidates, line->text, start, strlen(line->text));
    candidates->account = account;
}

static bool
is_keyword_at(const Grammar *grammar, const Line *line, guint at)
{
    const Word *word = line_word(line, at);
    return word->plain && grammar_find_keyword(grammar, word->text) != NULL;
}

/* Where the words of a "..." argument end that begins at `at`: at a keyword behind the first. */
static guint
skip_many(const Grammar *grammar, const Line *line, guint at)
{
    if (at < line->words->len)
        at++;
    while (at < line->words->len && !is_keyword_at(grammar, line, at))
        at++;
    return at;
}

/* A condition that begins at the word `*at`, which is moved behind it. True: the cursor is in it, and there is nothing more
 * to be said of the line. */
static bool
complete_condition(Candidates *candidates, const ArgSpec *spec, const Line *line, guint *at)
{
    const guint left = line->words->len - *at;
    const ConditionShape shape = condition_shape(left > 0 ? line_word(line, *at) : NULL, left);
    *at += shape.words;
    if (*at < line->words->len)
        return !shape.is_whole;
    const ArgSpec operand = { .type = shape.expected, .name = spec->name };
    if (shape.expected != NULL)
        candidates_add_for(candidates, &operand);
    else if (shape.words == (shape.negated ? 1 : 0))
        candidates_add_for(candidates, spec);
    return !shape.is_whole;
}

/* The arguments of a command; words from `first` on belong to it. */
static void
complete_arguments(Completion *completion, Candidates *candidates, const Grammar *grammar, const Line *line,
                   guint first)
{
    const ArgSpec *before = NULL;
    guint at = first;
    guint index = 0;
    candidates->first = first < line->words->len ? line_word(line, first)->text : NULL;
    for (; index < grammar_size(grammar) && grammar_at(grammar, index)->role != SPEC_KEYWORD; index++) {
        const ArgSpec *spec = grammar_at(grammar, index);
        const bool rest = spec->role == SPEC_POSITIONAL && spec->type->rest;
        candidates->previous = at > 0 ? line_word(line, at - 1)->text : NULL;
        if (rest && spec->type->kind == ARG_COMMAND) {
            complete_inner(completion, candidates, line, before,
                           at < line->words->len ? line_word(line, at)->start : line->current);
            return;
        }
        if (rest)
            return;
        if (spec->role == SPEC_POSITIONAL && spec->type->kind == ARG_CONDITION) {
            if (complete_condition(candidates, spec, line, &at))
                return;
            continue;
        }
        if (at < line->words->len && spec->optional && is_keyword_at(grammar, line, at))
            break;
        if (at < line->words->len && !spec->many) {
            before = spec;
            at++;
            continue;
        }
        const guint end = spec->many ? skip_many(grammar, line, at) : at;
        const bool given = end > at;
        at = end;
        if (at < line->words->len)
            break;
        if (spec->role == SPEC_LITERAL)
            candidates_add(candidates, spec->word);
        else
            candidates_add_for(candidates, spec);
        if (!spec->optional && !given)
            return;
        break;
    }
    const ArgSpec *keyword = NULL;
    for (; at < line->words->len; at++)
        keyword = keyword != NULL ? NULL : grammar_find_keyword(grammar, line_word(line, at)->text);
    if (keyword != NULL)
        candidates_add_for(candidates, keyword);
    else
        add_keywords(candidates, grammar, line, first);
}

/* How many words of the line are the command's name. */
static guint
count_name_words(const char *name)
{
    guint count = 1;
    for (const char *c = name; *c != '\0'; c++)
        count += *c == ' ' ? 1 : 0;
    return count;
}

/* Completes in the command whose slash, or first letter, is at `start`. */
static void
complete_command(Completion *completion, Candidates *candidates, const char *text, size_t start, size_t cursor)
{
    Line line;
    line_init(&line, text, start, cursor);
    completion->start = line.current;
    const char *outer_typed = candidates->typed;
    g_autofree char *with_slash = line.words->len == 0 && *line.typed != '/' ? g_strconcat("/", line.typed, NULL)
                                                                             : NULL;
    candidates->typed = with_slash != NULL ? with_slash : line.typed;
    add_names(candidates, &line, start);
    candidates->typed = line.typed;

    g_autofree char *before = g_strndup(line.text + start, line.current - start);
    size_t length;
    const Row *row = line.words->len == 0
                         ? NULL
                         : registry_match(candidates->registry, before + (*before == '/' ? 1 : 0), &length);
    if (row != NULL)
        complete_arguments(completion, candidates, row->grammar, &line, count_name_words(row->command->name));
    candidates->typed = outer_typed;
    line_clear(&line);
}

/* A nick in what is said. At the beginning it is spoken to; a nick may have blanks, so its beginning is looked for from
 * the line's, then from the last word's. */
static void
complete_text(Registry *registry, Completion *completion, const char *line, size_t cursor)
{
    size_t start = cursor;
    while (start > 0 && line[start - 1] != ' ' && line[start - 1] != '\n')
        start--;
    const size_t starts[] = { 0, start };
    for (gsize i = 0; i < G_N_ELEMENTS(starts) && completion->candidates->len == 0; i++) {
        g_autofree char *typed = g_strndup(line + starts[i], cursor - starts[i]);
        Candidates candidates = { .registry = registry, .typed = typed, .found = completion->candidates };
        if (!candidates_add_nicks(&candidates, false))
            return;
        completion->start = starts[i];
    }
    completion->is_text = true;
    for (guint i = 0; i < completion->candidates->len && completion->start == 0; i++) {
        char *nick = g_ptr_array_index(completion->candidates, i);
        completion->candidates->pdata[i] = g_strconcat(nick, ": ", NULL);
        g_free(nick);
    }
}

Completion *
complete_line(Registry *registry, const char *line, size_t cursor)
{
    Completion *completion = g_new0(Completion, 1);
    completion->candidates = g_ptr_array_new_with_free_func(g_free);
    completion->start = cursor = MIN(cursor, strlen(line));
    if (line[0] != '/' || line[1] == '/' || cursor == 0) {
        complete_text(registry, completion, line, cursor);
        return completion;
    }
    Candidates candidates = { .registry = registry, .typed = "", .found = completion->candidates };
    complete_command(completion, &candidates, line, 0, cursor);
    return completion;
}

void
completion_free(Completion *completion)
{
    if (completion == NULL)
        return;
    g_ptr_array_unref(completion->candidates);
    g_free(completion);
}
