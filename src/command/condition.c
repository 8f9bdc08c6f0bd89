/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/condition.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/pattern.h"

enum { LONGEST = 4 }; /* words that are looked at to know the shape: those of "not A = B" */

typedef struct ConditionRow {
    ConditionKind kind;
    const char *word;
    const char *operand; /* name of its type; NULL: none */
    bool must;           /* the operand must be there */
} ConditionRow;

static const ConditionRow operators[] = {
#define OPERATOR(name, word, help) { CONDITION_##name, word, NULL, true },
#define CONDITION(name, word, operand, must, help)
#include "command/condition.def"
#undef OPERATOR
#undef CONDITION
};

static const ConditionRow words[] = {
#define OPERATOR(name, word, help)
#define CONDITION(name, word, operand, must, help) { CONDITION_##name, word, operand, must },
#include "command/condition.def"
#undef OPERATOR
#undef CONDITION
};

static const ConditionRow *
find_row(const ConditionRow *rows, gsize count, const Word *word)
{
    for (gsize i = 0; word->plain && i < count; i++) {
        if (strcmp(rows[i].word, word->text) == 0)
            return &rows[i];
    }
    return NULL;
}

static const ConditionRow *
find_operator(const Word *word)
{
    return find_row(operators, G_N_ELEMENTS(operators), word);
}

static const ConditionRow *
find_word(const Word *word)
{
    return find_row(words, G_N_ELEMENTS(words), word);
}

static bool
is_not(const Word *word)
{
    return word->plain && strcmp(word->text, "not") == 0;
}

const char *
condition_word(guint index)
{
    if (index == G_N_ELEMENTS(words))
        return "not";
    return index < G_N_ELEMENTS(words) ? words[index].word : NULL;
}

ConditionShape
condition_shape(const Word *given, guint count)
{
    ConditionShape shape = { 0 };
    shape.negated = count > 0 && is_not(&given[0]) && !(count > 1 && find_operator(&given[1]) != NULL);
    const guint first = shape.negated ? 1 : 0;
    shape.words = MIN(count, first + 1);
    if (count <= first)
        return shape;
    shape.row = count > first + 1 ? find_operator(&given[first + 1]) : NULL;
    if (shape.row != NULL) {
        shape.words = MIN(count, first + 3);
        shape.is_whole = count >= first + 3;
        return shape;
    }
    const ConditionRow *row = shape.row = find_word(&given[first]);
    if (row == NULL)
        return shape;
    const bool has_operand = row->operand != NULL && count > first + 1 && (row->must || *given[first + 1].text != '/');
    shape.words += has_operand ? 1 : 0;
    shape.is_whole = has_operand || !row->must;
    shape.expected = has_operand || row->operand == NULL ? NULL : arg_type_find(row->operand);
    return shape;
}

/* --- reading --- */

void
condition_free(Condition *condition)
{
    if (condition == NULL)
        return;
    g_clear_pointer(&condition->regex, g_regex_unref);
    g_clear_pointer(&condition->jid, jid_unref);
    g_free(condition->left);
    g_free(condition->right);
    g_free(condition);
}

static bool
is_unknown(const ArgContext *context, const Word *word)
{
    return context->is_check && word->is_variable;
}

static bool
read_number(const ArgContext *context, const Word *word, double *number, GError **error)
{
    char *end = NULL;
    if (is_unknown(context, word))
        return true;
    *number = g_ascii_strtod(word->text, &end);
    if (end != word->text && *end == '\0' && isfinite(*number))
        return true;
    g_autofree char *shown = arg_show(word->text);
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("“%s” is no number: numbers only can be more or less"), shown);
    return false;
}

static bool
read_comparison(Condition *condition, const ArgContext *context, const ConditionRow *row, const Word *given,
                GError **error)
{
    condition->left = g_strdup(given[0].text);
    condition->right = g_strdup(given[2].text);
    if (strpbrk(row->word, "<>") != NULL)
        return read_number(context, &given[0], &condition->numbers[0], error) &&
               read_number(context, &given[2], &condition->numbers[1], error);
    if (row->kind != CONDITION_MATCHES || is_unknown(context, &given[2]))
        return true;
    condition->regex = pattern_new(condition->right, error);
    return condition->regex != NULL;
}

/* The operand of a word, as an argument of its type would be understood. */
static bool
read_operand(Condition *condition, const ArgContext *context, const ConditionRow *row, const Word *word,
             GError **error)
{
    const ArgSpec spec = { .type = arg_type_find(row->operand) };
    ArgValue value = { .spec = &spec, .text = g_strdup(word->text) };
    const bool fits = is_unknown(context, word) || spec.type->parse == NULL || spec.type->parse(context, &value, error);
    condition->right = value.text;
    condition->jid = value.jid;
    return fits;
}

static bool
fail_unknown(const Word *given, guint count, GError **error)
{
    if (count == 0) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("a condition is missing: see /help scripts"));
        return false;
    }
    const Word *last = &given[count - 1];
    g_autofree char *shown = arg_show(last->text);
    if (find_operator(last) != NULL || find_word(last) != NULL || is_not(last))
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("the condition ends at “%s”: see /help scripts"), shown);
    else
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("“%s” is no condition: see /help scripts"), shown);
    return false;
}

static bool
read_words(Condition *condition, const ArgContext *context, const Word *given, guint count, GError **error)
{
    const ConditionShape shape = condition_shape(given, count);
    if (!shape.is_whole || shape.row == NULL)
        return fail_unknown(given, shape.words, error);
    const guint first = shape.negated ? 1 : 0;
    condition->negated = shape.negated;
    condition->kind = shape.row->kind;
    if (shape.words == first + 3)
        return read_comparison(condition, context, shape.row, given + first, error);
    return shape.words == first + 1 || read_operand(condition, context, shape.row, &given[first + 1], error);
}

Condition *
condition_parse(WordReader *reader, const ArgContext *context, GError **error)
{
    g_autoptr(Condition) condition = g_new0(Condition, 1);
    GError *problem = NULL;
    Word given[LONGEST] = { 0 };
    guint count = 0;
    /* A few words more than there may be of it: what cannot be read behind it is not its business. */
    while (count < LONGEST && words_next(reader, &given[count], &problem))
        count++;
    const ConditionShape shape = condition_shape(given, count);
    if (shape.is_whole) {
        g_clear_error(&problem);
        reader->at = given[shape.words - 1].end;
    }
    const bool understood = problem == NULL && read_words(condition, context, given, count, &problem);
    for (guint i = 0; i < count; i++)
        word_clear(&given[i]);
    if (understood)
        return g_steal_pointer(&condition);
    g_propagate_error(error, problem);
    return NULL;
}
