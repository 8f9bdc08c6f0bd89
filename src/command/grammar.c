/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/grammar.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "command/condition.h"

struct Grammar {
    GPtrArray *specs; /* ArgSpec: positional ones and literals first, then keywords */
};

static void
spec_free(ArgSpec *spec)
{
    g_free(spec->word);
    g_free(spec->name);
    g_strfreev(spec->choices);
    g_free(spec);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArgSpec, spec_free)

/* Sets an error for whoever wrote the table. Returns false. */
static bool G_GNUC_PRINTF(2, 3) mistake(GError **error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    g_set_error(error, CONFAB_ERROR, ERROR_INTERNAL, "grammar: %s", text);
    return false;
}

/* Lower-case letters, digits and hyphens, starting with a letter. */
static bool
is_identifier(const char *text)
{
    return g_ascii_islower(*text) && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

/* "int(1..65535)" */
static bool
compile_range(ArgSpec *spec, const char *text, GError **error)
{
    char *end = NULL;
    spec->minimum = g_ascii_strtoll(text, &end, 10);
    if (end == text || !g_str_has_prefix(end, ".."))
        return mistake(error, "int(MIN..MAX) expected at “%s”", text);
    const char *second = end + 2;
    spec->maximum = g_ascii_strtoll(second, &end, 10);
    if (end == second || strcmp(end, ")") != 0 || spec->minimum > spec->maximum)
        return mistake(error, "int(MIN..MAX) expected at “%s”", text);
    return true;
}

static bool
compile_choices(ArgSpec *spec, const char *text, GError **error)
{
    spec->choices = g_strsplit(text, "|", -1);
    for (char **choice = spec->choices; *choice != NULL; choice++) {
        if (!is_identifier(*choice))
            return mistake(error, "“%s” is no word to choose", *choice);
        for (char **other = spec->choices; other != choice; other++) {
            if (strcmp(*other, *choice) == 0)
                return mistake(error, "“%s” can be chosen twice", *choice);
        }
    }
    return true;
}

/* "name:type", "name:type...", "name:int(1..9)", "name:a|b". */
static bool
compile_named(ArgSpec *spec, const char *text, GError **error)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL)
        return mistake(error, "“%s” has no type", text);
    spec->name = g_strndup(text, (gsize) (colon - text));
    if (!is_identifier(spec->name))
        return mistake(error, "“%s” is no name of an argument", spec->name);
    g_autofree char *type = g_strdup(colon + 1);
    if (g_str_has_suffix(type, "...")) {
        spec->many = true;
        type[strlen(type) - 3] = '\0';
    }
    spec->minimum = G_MININT64;
    spec->maximum = G_MAXINT64;
    if (strchr(type, '|') != NULL) {
        spec->type = arg_type_find("a|b");
        return compile_choices(spec, type, error);
    }
    if (g_str_has_prefix(type, "int(")) {
        spec->type = arg_type_find("int");
        return compile_range(spec, type + strlen("int("), error);
    }
    spec->type = arg_type_find(type);
    if (spec->type == NULL)
        return mistake(error, "there is no type “%s”", type);
    if (spec->many && (spec->type->rest || spec->type->parse != NULL))
        return mistake(error, "“%s” cannot be given more than once", type);
    return true;
}

/* One piece of a grammar: "word", "<…>", "[…]", "[keyword …]". */
static ArgSpec *
compile_piece(const char *piece, GError **error)
{
    g_autoptr(ArgSpec) spec = g_new0(ArgSpec, 1);
    const size_t length = strlen(piece);
    if (is_identifier(piece)) {
        spec->role = SPEC_LITERAL;
        spec->word = g_strdup(piece);
        return g_steal_pointer(&spec);
    }
    const char close = *piece == '<' ? '>' : ']';
    if (length < 3 || strchr("<[", *piece) == NULL || piece[length - 1] != close) {
        mistake(error, "“%s” is no argument", piece);
        return NULL;
    }
    g_autofree char *inner = g_strndup(piece + 1, length - 2);
    const char *named = inner;
    char *blank = strchr(inner, ' ');
    spec->optional = *piece == '[';
    if (blank != NULL && spec->optional) {
        *blank = '\0';
        spec->role = SPEC_KEYWORD;
        spec->word = g_strdup(inner);
        named = blank + 1;
        if (!is_identifier(spec->word)) {
            mistake(error, "“%s” is no keyword", spec->word);
            return NULL;
        }
    }
    return compile_named(spec, named, error) ? g_steal_pointer(&spec) : NULL;
}

/* Where a piece that starts here ends: at the closing bracket, or before the next blank. NULL: nowhere. */
static const char *
find_end(const char *piece)
{
    if (*piece == '<' || *piece == '[') {
        const char *end = strchr(piece, *piece == '<' ? '>' : ']');
        return end == NULL ? NULL : end + 1;
    }
    return piece + strcspn(piece, " ");
}

/* Whether what is read so far leaves a place for `spec`: every line must have one meaning. */
static bool
check_order(const Grammar *grammar, const ArgSpec *spec, GError **error)
{
    for (guint i = 0; i < grammar->specs->len; i++) {
        const ArgSpec *before = grammar->specs->pdata[i];
        const char *name = spec->name != NULL ? spec->name : spec->word;
        if (before->name != NULL && spec->name != NULL && strcmp(before->name, spec->name) == 0)
            return mistake(error, "two arguments are called “%s”", spec->name);
        if (before->role == SPEC_KEYWORD && spec->role == SPEC_KEYWORD && strcmp(before->word, spec->word) == 0)
            return mistake(error, "two keywords are called “%s”", spec->word);
        if (before->role == SPEC_KEYWORD && spec->role != SPEC_KEYWORD)
            return mistake(error, "“%s” stands behind a keyword", name);
        if (before->role == SPEC_POSITIONAL && (before->type->rest || (before->many && spec->role != SPEC_KEYWORD)))
            return mistake(error, "“%s” stands behind “%s”, which takes all", name, before->name);
        if (before->role == SPEC_POSITIONAL && before->optional && !spec->optional)
            return mistake(error, "“%s” stands behind “%s”, which may be missing", name, before->name);
    }
    if (spec->role == SPEC_KEYWORD && spec->many)
        return mistake(error, "the keyword “%s” takes one value", spec->word);
    return true;
}

Grammar *
grammar_compile(const char *text, GError **error)
{
    g_autoptr(Grammar) grammar = g_new0(Grammar, 1);
    grammar->specs = g_ptr_array_new_with_free_func((GDestroyNotify) spec_free);
    const char *at = text;
    while (*at != '\0') {
        const char *end = find_end(at);
        if (end == NULL || (*end != ' ' && *end != '\0') || (*end == ' ' && (end[1] == ' ' || end[1] == '\0'))) {
            mistake(error, "one blank expected between arguments at “%s”", at);
            return NULL;
        }
        g_autofree char *piece = g_strndup(at, (gsize) (end - at));
        g_autoptr(ArgSpec) spec = compile_piece(piece, error);
        if (spec == NULL || !check_order(grammar, spec, error))
            return NULL;
        g_ptr_array_add(grammar->specs, g_steal_pointer(&spec));
        at = *end == ' ' ? end + 1 : end;
    }
    return g_steal_pointer(&grammar);
}

void
grammar_free(Grammar *grammar)
{
    if (grammar == NULL)
        return;
    g_ptr_array_unref(grammar->specs);
    g_free(grammar);
}

guint
grammar_size(const Grammar *grammar)
{
    return grammar->specs->len;
}

const ArgSpec *
grammar_at(const Grammar *grammar, guint index)
{
    return grammar->specs->pdata[index];
}

const ArgSpec *
grammar_find_keyword(const Grammar *grammar, const char *word)
{
    for (guint i = 0; i < grammar->specs->len; i++) {
        const ArgSpec *spec = grammar->specs->pdata[i];
        if (spec->role == SPEC_KEYWORD && strcmp(spec->word, word) == 0)
            return spec;
    }
    return NULL;
}

/* How a value is named in usage lines and messages: "JID", "on|off". */
static char *
spec_label(const ArgSpec *spec)
{
    g_autofree char *label = spec->choices != NULL ? g_strjoinv("|", spec->choices) : g_ascii_strup(spec->name, -1);
    return g_strconcat(label, spec->many ? "…" : "", NULL);
}

char *
grammar_usage(const Grammar *grammar, const char *name)
{
    g_autoptr(GString) out = g_string_new("/");
    g_string_append(out, name);
    for (guint i = 0; i < grammar->specs->len; i++) {
        const ArgSpec *spec = grammar->specs->pdata[i];
        if (spec->role == SPEC_LITERAL) {
            g_string_append_printf(out, " %s", spec->word);
            continue;
        }
        g_autofree char *label = spec_label(spec);
        if (spec->role == SPEC_KEYWORD)
            g_string_append_printf(out, " [%s %s]", spec->word, label);
        else
            g_string_append_printf(out, spec->optional ? " [%s]" : " %s", label);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* --- lines --- */

/* What one call of grammar_parse() works with. */
typedef struct Parser {
    const Grammar *grammar;
    const char *name;
    const ArgContext *context;
    WordReader reader;
    Args *args;
    Word word; /* the next word, when `has_word` */
    bool has_word;
} Parser;

/* Looks at the next word without taking it. False with an error only. */
static bool
peek(Parser *parser, GError **error)
{
    GError *problem = NULL;
    if (parser->has_word)
        return true;
    parser->has_word = words_next(&parser->reader, &parser->word, &problem);
    if (problem == NULL)
        return true;
    g_propagate_error(error, problem);
    return false;
}

static void
drop_word(Parser *parser)
{
    word_clear(&parser->word);
    parser->has_word = false;
}

/* Adds the way out that all wrong lines share. Returns false. */
static bool
wrong_use(const Parser *parser, GError **error, char *take_cause)
{
    g_autofree char *cause = take_cause;
    g_autofree char *usage = grammar_usage(parser->grammar, parser->name);
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("%s: write %s"), cause, usage);
    return false;
}

static bool
fail_missing(const Parser *parser, const ArgSpec *spec, GError **error)
{
    g_autofree char *label = spec->role == SPEC_LITERAL ? g_strdup(spec->word) : spec_label(spec);
    return wrong_use(parser, error, g_strdup_printf(_("%s is missing"), label));
}

/* Takes the rest of the line as one argument. An empty rest is no argument. */
static bool
parse_rest(Parser *parser, const ArgSpec *spec, GError **error)
{
    if (parser->has_word)
        parser->reader.at = parser->word.start;
    drop_word(parser);
    const char *rest = words_rest(&parser->reader);
    if (*rest == '\0')
        return spec->optional && spec->role == SPEC_POSITIONAL ? true : fail_missing(parser, spec, error);
    ArgValue *value = args_add(parser->args, spec);
    const ArgContext *context = parser->context;
    /* A command is expanded when it is understood itself. */
    const bool expand = context->lookup != NULL && spec->type->kind != ARG_COMMAND;
    value->text = expand ? words_expand(rest, context->lookup, context->lookup_data, error) : g_strdup(rest);
    parser->reader.at += strlen(rest);
    return value->text != NULL && (spec->type->parse == NULL || spec->type->parse(context, value, error));
}

/* Takes the word that was looked at. */
static bool
parse_word(Parser *parser, ArgValue *value, GError **error)
{
    g_free(value->text);
    value->text = g_steal_pointer(&parser->word.text);
    parser->has_word = false;
    if (parser->context->is_check && parser->word.is_variable)
        return true;
    return value->spec->type->parse == NULL || value->spec->type->parse(parser->context, value, error);
}

/* A keyword of the grammar stands next. */
static bool
at_keyword(const Parser *parser)
{
    return parser->word.plain && grammar_find_keyword(parser->grammar, parser->word.text) != NULL;
}

/* Takes all words that are left, or that stand before a keyword. */
static bool
parse_many(Parser *parser, const ArgSpec *spec, GError **error)
{
    ArgValue *value = args_add(parser->args, spec);
    value->list = g_ptr_array_new_with_free_func(g_free);
    while (parser->has_word && !(value->list->len > 0 && at_keyword(parser))) {
        if (!parse_word(parser, value, error))
            return false;
        g_ptr_array_add(value->list, g_strdup(value->text));
        if (!peek(parser, error))
            return false;
    }
    g_ptr_array_add(value->list, NULL);
    g_free(value->text);
    value->text = g_strjoinv(" ", (char **) value->list->pdata);
    return true;
}

/* Takes the words of a condition, however many there are. */
static bool
parse_condition(Parser *parser, const ArgSpec *spec, GError **error)
{
    if (parser->has_word)
        parser->reader.at = parser->word.start;
    drop_word(parser);
    const size_t start = parser->reader.at;
    ArgValue *value = args_add(parser->args, spec);
    value->condition = condition_parse(&parser->reader, parser->context, error);
    if (value->condition == NULL)
        return false;
    value->text = g_strndup(parser->reader.line + start, parser->reader.at - start);
    g_strstrip(value->text);
    return true;
}

static bool
parse_positional(Parser *parser, const ArgSpec *spec, GError **error)
{
    if (spec->role != SPEC_LITERAL && spec->type->rest)
        return parse_rest(parser, spec, error);
    if (spec->role != SPEC_LITERAL && spec->type->kind == ARG_CONDITION)
        return parse_condition(parser, spec, error);
    if (!peek(parser, error))
        return false;
    const bool keyword = parser->has_word && parser->word.plain &&
                         grammar_find_keyword(parser->grammar, parser->word.text) != NULL;
    if (!parser->has_word || (keyword && spec->optional))
        return spec->optional ? true : fail_missing(parser, spec, error);
    if (spec->role == SPEC_LITERAL) {
        if (!parser->word.plain || strcmp(parser->word.text, spec->word) != 0)
            return fail_missing(parser, spec, error);
        drop_word(parser);
        return true;
    }
    return spec->many ? parse_many(parser, spec, error) : parse_word(parser, args_add(parser->args, spec), error);
}

/* Takes one keyword and its value; the word is there. */
static bool
parse_keyword(Parser *parser, GError **error)
{
    const ArgSpec *spec = parser->word.plain ? grammar_find_keyword(parser->grammar, parser->word.text) : NULL;
    if (spec == NULL) {
        g_autofree char *shown = arg_show(parser->word.text);
        return wrong_use(parser, error, g_strdup_printf(_("“%s” is too much"), shown));
    }
    if (args_find(parser->args, spec->name) != NULL)
        return wrong_use(parser, error, g_strdup_printf(_("“%s” is given twice"), spec->word));
    drop_word(parser);
    if (spec->type->rest)
        return parse_rest(parser, spec, error);
    if (!peek(parser, error))
        return false;
    if (!parser->has_word) {
        g_autofree char *wants = arg_spec_wants(spec);
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("nothing follows “%s”: write %s"), spec->word, wants);
        return false;
    }
    return parse_word(parser, args_add(parser->args, spec), error);
}

static bool
parse_all(Parser *parser, GError **error)
{
    for (guint i = 0; i < parser->grammar->specs->len; i++) {
        const ArgSpec *spec = parser->grammar->specs->pdata[i];
        if (spec->role != SPEC_KEYWORD && !parse_positional(parser, spec, error))
            return false;
    }
    while (peek(parser, error)) {
        if (!parser->has_word)
            return true;
        if (!parse_keyword(parser, error))
            return false;
    }
    return false;
}

Args *
grammar_parse(const Grammar *grammar, const char *name, const char *line, const ArgContext *context, GError **error)
{
    g_autoptr(Args) args = args_new();
    Parser parser = {
        .grammar = grammar,
        .name = name,
        .context = context,
        .reader = { .line = line, .lookup = context->lookup, .lookup_data = context->lookup_data },
        .args = args,
    };
    const bool understood = parse_all(&parser, error);
    drop_word(&parser);
    return understood ? g_steal_pointer(&args) : NULL;
}
