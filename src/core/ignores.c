/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/ignores.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/pattern.h"
#include "core/core_private.h"
#include "store/cache.h"

/* A rule a line: kind, room, label, what; each escaped as in addresses, "*" where there is none. */
static const char key[] = "ignored";
enum { FIELD_KIND, FIELD_ROOM, FIELD_LABEL, FIELD_WHAT, FIELD_COUNT };

static const char *const kind_words[] = { "nick", "id", "pattern" };

typedef struct Rule {
    IgnoreRule rule; /* its strings are the rule's */
    GRegex *pattern;
} Rule;

struct Ignores {
    Session *session;
    GPtrArray *rules; /* Rule */
};

static void
rule_free(gpointer data)
{
    Rule *rule = data;
    g_free((char *) rule->rule.what);
    g_free((char *) rule->rule.label);
    if (rule->rule.room != NULL)
        jid_unref((Jid *) rule->rule.room);
    if (rule->pattern != NULL)
        g_regex_unref(rule->pattern);
    g_free(rule);
}

/* NULL: it is no regular expression. */
static Rule *
rule_new(const IgnoreRule *from, GError **error)
{
    GRegex *pattern = from->kind == IGNORE_PATTERN ? pattern_new(from->what, error) : NULL;
    if (from->kind == IGNORE_PATTERN && pattern == NULL)
        return NULL;
    Rule *rule = g_new0(Rule, 1);
    rule->pattern = pattern;
    rule->rule = (IgnoreRule) {
        .kind = from->kind,
        .what = g_strdup(from->what),
        .label = g_strdup(from->label),
        .room = from->room != NULL ? jid_to_bare(from->room) : NULL,
    };
    return rule;
}

const char *
ignore_kind_word(IgnoreKind kind)
{
    g_return_val_if_fail((guint) kind < G_N_ELEMENTS(kind_words), "nick");
    return kind_words[kind];
}

/* --- kept --- */

static void
add_field(GString *line, const char *text)
{
    g_autofree char *escaped = text != NULL ? g_uri_escape_string(text, NULL, TRUE) : g_strdup("*");
    g_string_append(line, escaped);
}

static bool
save(const Ignores *ignores, GError **error)
{
    const Session *session = ignores->session;
    g_autoptr(GString) lines = g_string_new(NULL);
    for (guint i = 0; i < ignores->rules->len; i++) {
        const IgnoreRule rule = ignores_at(ignores, i);
        g_string_append_printf(lines, "%s ", kind_words[rule.kind]);
        add_field(lines, rule.room != NULL ? jid_text(rule.room) : NULL);
        g_string_append_c(lines, ' ');
        add_field(lines, rule.label);
        g_string_append_c(lines, ' ');
        add_field(lines, rule.what);
        g_string_append_c(lines, '\n');
    }
    return cache_remember(client_db(session_client(session)), session_store_key(session), key,
                          lines->len > 0 ? lines->str : NULL, error);
}

static char *
read_field(const char *field)
{
    return strcmp(field, "*") == 0 ? NULL : g_uri_unescape_string(field, NULL);
}

/* NULL: a line that makes no sense, such as one of a newer version. */
static Rule *
read_rule(const char *line)
{
    g_auto(GStrv) fields = g_strsplit(line, " ", FIELD_COUNT);
    IgnoreKind kind = IGNORE_NICK;
    if (g_strv_length(fields) != FIELD_COUNT)
        return NULL;
    while (kind <= IGNORE_PATTERN && strcmp(kind_words[kind], fields[FIELD_KIND]) != 0)
        kind++;
    g_autofree char *room_text = read_field(fields[FIELD_ROOM]);
    g_autofree char *label = read_field(fields[FIELD_LABEL]);
    g_autofree char *what = read_field(fields[FIELD_WHAT]);
    g_autoptr(Jid) room = room_text != NULL ? jid_new(room_text, NULL) : NULL;
    if (kind > IGNORE_PATTERN || what == NULL || (room_text != NULL && room == NULL))
        return NULL;
    return rule_new(&(IgnoreRule) { .kind = kind, .what = what, .label = label, .room = room }, NULL);
}

static void
load(Ignores *ignores)
{
    const Session *session = ignores->session;
    g_autoptr(GError) error = NULL;
    g_autofree char *text =
        cache_recall(client_db(session_client(session)), session_store_key(session), key, &error);
    if (error != NULL)
        log_warning("core", "%s", error->message);
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
    for (guint i = 0; lines[i] != NULL && ignores->rules->len < IGNORES_MAX; i++) {
        Rule *rule = read_rule(lines[i]);
        if (rule != NULL)
            g_ptr_array_add(ignores->rules, rule);
    }
}

Ignores *
ignores_new(Session *session)
{
    Ignores *ignores = g_new0(Ignores, 1);
    ignores->session = session;
    ignores->rules = g_ptr_array_new_with_free_func(rule_free);
    load(ignores);
    return ignores;
}

void
ignores_free(Ignores *ignores)
{
    g_ptr_array_unref(ignores->rules);
    g_free(ignores);
}

/* --- changed --- */

guint
ignores_count(const Ignores *ignores)
{
    return ignores->rules->len;
}

IgnoreRule
ignores_at(const Ignores *ignores, guint index)
{
    return ((const Rule *) g_ptr_array_index(ignores->rules, index))->rule;
}

static bool
is_same(const IgnoreRule *a, const IgnoreRule *b)
{
    return a->kind == b->kind && strcmp(a->what, b->what) == 0 && jid_equal(a->room, b->room);
}

/* There is room for one more of this kind, and it is new. */
static bool
check_new(const Ignores *ignores, const IgnoreRule *rule, GError **error)
{
    guint patterns = rule->kind == IGNORE_PATTERN;
    for (guint i = 0; i < ignores->rules->len; i++) {
        const IgnoreRule other = ignores_at(ignores, i);
        patterns += other.kind == IGNORE_PATTERN;
        if (!is_same(&other, rule))
            continue;
        g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED, _("that is ignored already: see /ignore list"));
        return false;
    }
    if (ignores->rules->len < IGNORES_MAX && patterns <= IGNORES_PATTERNS_MAX)
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED, _("too many are ignored: /unignore some first"));
    return false;
}

bool
ignores_add(Ignores *ignores, const IgnoreRule *from, GError **error)
{
    Rule *rule = check_new(ignores, from, error) ? rule_new(from, error) : NULL;
    if (rule == NULL)
        return false;
    g_ptr_array_add(ignores->rules, rule);
    if (save(ignores, error))
        return true;
    g_ptr_array_set_size(ignores->rules, (int) ignores->rules->len - 1);
    return false;
}

bool
ignores_remove(Ignores *ignores, guint index, GError **error)
{
    g_return_val_if_fail(index < ignores->rules->len, false);
    Rule *rule = g_ptr_array_steal_index(ignores->rules, index);
    if (save(ignores, error)) {
        rule_free(rule);
        return true;
    }
    g_ptr_array_insert(ignores->rules, (int) index, rule);
    return false;
}

/* --- asked --- */

static bool
matches(const Rule *rule, const IgnoredWords *words)
{
    switch (rule->rule.kind) {
    case IGNORE_NICK:
        return strcmp(rule->rule.what, words->nick) == 0;
    case IGNORE_ID:
        return words->occupant_id != NULL && strcmp(rule->rule.what, words->occupant_id) == 0;
    default:
        return pattern_matches(rule->pattern, words->nick)
               || (words->body != NULL && pattern_matches(rule->pattern, words->body));
    }
}

bool
ignores_match(const Ignores *ignores, const Jid *room, const IgnoredWords *words)
{
    for (guint i = 0; words->nick != NULL && i < ignores->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(ignores->rules, i);
        const bool counts_here = rule->rule.room == NULL || jid_equal_bare(rule->rule.room, room);
        if (counts_here && matches(rule, words))
            return true;
    }
    return false;
}
