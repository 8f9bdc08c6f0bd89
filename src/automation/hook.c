/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/hook.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/pattern.h"
#include "base/text.h"
#include "command/words.h"

void
hook_free(Hook *hook)
{
    if (hook == NULL)
        return;
    g_free(hook->line);
    event_filter_free(hook->filter);
    g_free(hook->kind);
    g_free(hook->state);
    g_clear_pointer(&hook->pattern, g_regex_unref);
    g_strfreev(hook->argv);
    g_free(hook->command);
    g_free(hook);
}

const char *
hook_event(const Hook *hook)
{
    return hook->filter->events[0];
}

/* --- filters --- */

static bool
set_from(Hook *hook, const char *value, GError **error)
{
    g_clear_pointer(&hook->filter->from, jid_unref);
    hook->filter->from = jid_new(value, error);
    return hook->filter->from != NULL;
}

static bool
set_with(Hook *hook, const char *value, GError **error)
{
    g_clear_pointer(&hook->filter->with, jid_unref);
    hook->filter->with = jid_new(value, error);
    return hook->filter->with != NULL;
}

static bool
set_account(Hook *hook, const char *value, GError **error)
{
    g_free(hook->filter->account);
    hook->filter->account = g_strdup(value);
    return true;
}

static bool
set_direction(Hook *hook, const char *value, GError **error)
{
    hook->filter->direction = strcmp(value, "out") == 0 ? EVENT_OUT : EVENT_IN;
    if (hook->filter->direction == EVENT_OUT || strcmp(value, "in") == 0)
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("direction: write in or out"));
    return false;
}

static bool
set_kind(Hook *hook, const char *value, GError **error)
{
    g_free(hook->kind);
    hook->kind = g_strdup(value);
    return true;
}

static bool
set_state(Hook *hook, const char *value, GError **error)
{
    g_free(hook->state);
    hook->state = g_strdup(value);
    return true;
}

static bool
set_pattern(Hook *hook, const char *value, GError **error)
{
    g_clear_pointer(&hook->pattern, g_regex_unref);
    hook->pattern = pattern_new(value, error);
    return hook->pattern != NULL;
}

static const struct {
    const char *word;
    bool (*set)(Hook *hook, const char *value, GError **error);
} filters[] = {
    { "from", set_from },   { "with", set_with },   { "account", set_account },   { "direction", set_direction },
    { "kind", set_kind },   { "state", set_state }, { "matching", set_pattern },
};

/* Reads "WORD VALUE" at the place where the reader stands; `*found` false: what is there is the command. */
static bool
read_filter(Hook *hook, WordReader *reader, bool *found, GError **error)
{
    const WordReader before = *reader;
    g_auto(Word) word = { 0 };
    *found = false;
    if (!words_next(reader, &word, NULL)) {
        *reader = before; /* an open quotation mark is the command's */
        return true;
    }
    for (gsize i = 0; word.plain && i < G_N_ELEMENTS(filters); i++) {
        if (strcmp(word.text, filters[i].word) != 0)
            continue;
        g_auto(Word) value = { 0 };
        *found = true;
        if (words_next(reader, &value, error))
            return filters[i].set(hook, value.text, error);
        if (error != NULL && *error == NULL)
            g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("“%s” needs a value behind it"), filters[i].word);
        return false;
    }
    *reader = before;
    return true;
}

/* --- the command --- */

static bool
has_event_variable(const char *text)
{
    for (const char *dollar = strchr(text, '$'); dollar != NULL; dollar = strchr(dollar + 1, '$')) {
        if (g_str_has_prefix(dollar + (dollar[1] == '{' ? 2 : 1), "EVENT_"))
            return true;
    }
    return false;
}

static const CommandGroup *
group_of(const Registry *registry, const Command *command)
{
    for (guint i = 0; i < registry_group_count(registry); i++) {
        const CommandGroup *group = registry_group_at(registry, i);
        for (const Command *row = group->commands; row->name != NULL; row++) {
            if (row == command)
                return group;
        }
    }
    return NULL;
}

/* What others say may be an argument where nothing of it is started, stored or set: a mistake in such an argument is
 * an error, never something else than was meant. */
static bool
may_have_remote_text(const CommandGroup *group, const Command *command)
{
    static const char *const groups[] = { "presence", "contacts", "chat", "messages", "rooms", "moderation",
                                          "attention", NULL };
    if (strcmp(command->name, "print") == 0)
        return true;
    return group != NULL && g_strv_contains(groups, group->name) && strstr(command->grammar, ":file") == NULL &&
           strstr(command->grammar, ":command") == NULL;
}

/* In a script the condition of /if may have it, too: what /if executes is looked at by itself. */
bool
hook_may_have_remote_text(const CommandGroup *group, const Command *command)
{
    return strcmp(command->name, "if") == 0 || may_have_remote_text(group, command);
}

static bool
take_command(const Registry *registry, Hook *hook, const char *text, GError **error)
{
    const Command *command = registry_find(registry, text + 1);
    hook->command = g_strdup(text);
    if (!has_event_variable(text))
        return true;
    if (command == NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE,
                            _("$EVENT_… can be in commands of confab only, not in aliases: write out what the alias stands for"));
        return false;
    }
    if (may_have_remote_text(group_of(registry, command), command))
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                _("/%s cannot have $EVENT_…, because others would decide what it does: let a program look at the event"),
                command->name);
    return false;
}

static bool
take_program(Hook *hook, WordReader *reader, GError **error)
{
    hook->argv = words_split(reader, error);
    if (hook->argv == NULL)
        return false;
    if (hook->argv[0] == NULL || *hook->argv[0] == '\0') {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE,
                            _("what is to be done is missing: write a /command, or a program and its arguments"));
        return false;
    }
    for (char **argument = hook->argv; *argument != NULL; argument++) {
        if (!has_event_variable(*argument))
            continue;
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE,
                            _("a program has the event in its environment ($CONFAB_BODY …) and on standard input, not in its arguments"));
        return false;
    }
    return true;
}

/* "/usr/bin/x" is a program, "/say" a command. */
static bool
is_command(const char *text)
{
    return *text == '/' && strchr("/ \t", text[1]) == NULL && text[1 + strcspn(text + 1, "/ \t")] != '/';
}

/* --- the whole --- */

static bool
take_event(Hook *hook, WordReader *reader, GError **error)
{
    g_auto(Word) word = { 0 };
    if (!words_next(reader, &word, error)) {
        if (error != NULL && *error == NULL)
            g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("which event is missing"));
        return false;
    }
    const char *const names[] = { word.text, NULL };
    if (strcmp(word.text, HOOK_ATTENTION) != 0 && !event_filter_check_names(names, error))
        return false;
    hook->filter->events = g_strdupv((char **) names);
    return true;
}

Hook *
hook_new(Registry *registry, const char *line, GError **error)
{
    g_autoptr(Hook) hook = g_new0(Hook, 1);
    WordReader reader = { .line = line };
    bool found = true;
    hook->line = g_strdup(line);
    if (strpbrk(line, "\r\n") != NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE,
                            _("a hook is one line: let a program or a script with /source do more"));
        return NULL;
    }
    hook->filter = g_new0(EventFilter, 1);
    hook->filter->direction = EVENT_IN;
    if (!take_event(hook, &reader, error))
        return NULL;
    while (found) {
        if (!read_filter(hook, &reader, &found, error))
            return NULL;
    }
    const char *rest = words_rest(&reader);
    const bool done = is_command(rest) ? take_command(registry, hook, rest, error) : take_program(hook, &reader, error);
    return done ? g_steal_pointer(&hook) : NULL;
}

/* One of the members says so; NULL: anything will do. */
static bool
has_value(const EventData *data, const char *const *members, const char *wanted)
{
    for (; wanted != NULL && *members != NULL; members++) {
        if (g_strcmp0(event_data_value(data, *members), wanted) == 0)
            return true;
    }
    return wanted == NULL;
}

bool
hook_wants(const Hook *hook, const EventData *data)
{
    static const char *const kinds[] = { "kind", NULL };
    static const char *const states[] = { "state", "act", "change", NULL };
    static const char *const texts[] = { "body", "text", "status", "reason", NULL };
    if (!has_value(data, kinds, hook->kind) || !has_value(data, states, hook->state))
        return false;
    for (const char *const *member = texts; hook->pattern != NULL && *member != NULL; member++) {
        const char *text = event_data_value(data, *member);
        if (text != NULL && pattern_matches(hook->pattern, text))
            return true;
    }
    return hook->pattern == NULL;
}
