/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/script_check.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "command/condition.h"
#include "command/execute.h"
#include "command/registry_private.h"

struct ScriptCheck {
    Registry *registry;    /* commands and aliases, with nobody behind them */
    GHashTable *variables; /* names of those that are set by now */
    GHashTable *files;     /* paths that were looked at */
    ScriptFault fault;
    gpointer data;
    char *position;
    guint depth;      /* of lines inside lines */
    guint expansions; /* variables that were looked up so far */
    bool on_terminal; /* behind /if terminal */
    bool in_hook;     /* what happened will be told by variables */
};

static void
take_fault(ScriptCheck *check, GError *take_error)
{
    g_autoptr(GError) error = take_error;
    check->fault(check->position, error, check->data);
}

static void
set_known(ScriptCheck *check, const char *name)
{
    g_hash_table_add(check->variables, g_strdup(name));
}

/* What it holds is not known: only that it is something. */
static const char *
look_up(const char *name, gpointer data)
{
    ScriptCheck *check = data;
    check->expansions++;
    if (check->in_hook && g_str_has_prefix(name, "EVENT_"))
        return "";
    return g_hash_table_contains(check->variables, name) || g_getenv(name) != NULL ? "" : NULL;
}

static void check_line(ScriptCheck *check, const char *line);

static void
check_inner(ScriptCheck *check, const char *line)
{
    if (check->depth >= CALL_DEPTH_MAX) {
        take_fault(check, g_error_new(CONFAB_ERROR, ERROR_USAGE,
                                      _("commands lead into each other more than %d deep: look for a loop"),
                                      CALL_DEPTH_MAX));
        return;
    }
    check->depth++;
    check_line(check, line);
    check->depth--;
}

/* --- what lines bring about --- */

static void
after_let(ScriptCheck *check, const Args *args)
{
    set_known(check, args_text(args, "name"));
}

static void
after_wait(ScriptCheck *check, const Args *args)
{
    for (const char *const *name = wait_variables(); *name != NULL; name++)
        set_known(check, *name);
}

/* The placeholders of an alias make sense only where it is used: here its command must exist, no more. */
static void
after_alias(ScriptCheck *check, const Args *args)
{
    GError *error = NULL;
    const char *command = args_text(args, "command");
    if (command == NULL)
        return;
    g_autofree char *name = g_ascii_strdown(args_text(args, "name"), -1);
    g_autofree char *rest = NULL;
    if (!registry_set_alias(check->registry, name, command, &error) ||
        execute_resolve(check->registry, command + 1, &rest, &error) == NULL)
        take_fault(check, error);
}

static void
after_source(ScriptCheck *check, const Args *args)
{
    const char *path = args_file(args, "file");
    if (path == NULL || !g_hash_table_add(check->files, g_strdup(path)))
        return;
    g_autofree char *position = g_steal_pointer(&check->position);
    check->position = g_strdup(position);
    GError *error = NULL;
    ScriptSource *source = script_source_open(path, &error);
    if (source != NULL)
        script_check_add(check, source);
    else
        take_fault(check, error);
    g_free(check->position);
    check->position = g_steal_pointer(&position);
}

/* What is behind a condition may count on it. */
static void
after_if(ScriptCheck *check, const Args *args)
{
    const Condition *condition = args_condition(args, "condition");
    const bool on_terminal = check->on_terminal;
    const bool makes_known = condition->kind == CONDITION_SET && !condition->negated &&
                             !g_hash_table_contains(check->variables, condition->right);
    if (condition->kind == CONDITION_TERMINAL)
        check->on_terminal = !condition->negated;
    if (makes_known)
        set_known(check, condition->right);
    check_inner(check, args_text(args, "command"));
    if (makes_known)
        g_hash_table_remove(check->variables, condition->right);
    check->on_terminal = on_terminal;
}

static const struct {
    const char *name;
    void (*apply)(ScriptCheck *check, const Args *args);
} effects[] = {
    { "let", after_let }, { "wait", after_wait }, { "alias", after_alias },
    { "source", after_source }, { "if", after_if },
};

/* What is known once the line is executed; else the lines inside it are checked. */
static void
apply(ScriptCheck *check, const Command *command, const Args *args)
{
    for (gsize i = 0; i < G_N_ELEMENTS(effects); i++) {
        if (strcmp(effects[i].name, command->name) == 0) {
            effects[i].apply(check, args);
            return;
        }
    }
    const bool in_hook = check->in_hook;
    check->in_hook = in_hook || strcmp(command->name, "hook") == 0;
    for (guint i = 0; i < args->values->len; i++) {
        const ArgValue *value = args->values->pdata[i];
        /* What has no slash is a program. */
        if (value->spec->type->kind == ARG_COMMAND && *value->text == '/')
            check_inner(check, value->text);
    }
    check->in_hook = in_hook;
}

/* --- lines --- */

static Args *
parse(ScriptCheck *check, const Row *row, const char *rest, GError **error)
{
    const ArgContext context = { .lookup = look_up, .lookup_data = check, .is_check = true };
    const char *name = row->command->name;
    const guint before = check->expansions;
    if ((row->command->needs & NEEDS_TERMINAL) != 0 && !check->on_terminal) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("/%s needs the terminal interface: write /if terminal in front of it"), name);
        return NULL;
    }
    g_autoptr(Args) args = grammar_parse(row->grammar, name, rest, &context, error);
    if (args == NULL) {
        g_prefix_error(error, "/%s: ", name);
        return NULL;
    }
    /* What variables hold may make sense of anything. */
    const bool is_plain = check->expansions == before;
    if (is_plain && row->command->check != NULL && !row->command->check(args, error))
        return NULL;
    return g_steal_pointer(&args);
}

static void
check_text(ScriptCheck *check, const char *text)
{
    GError *error = NULL;
    g_autofree char *expanded = words_expand(text, look_up, check, &error);
    if (expanded == NULL)
        take_fault(check, error);
}

static void
check_line(ScriptCheck *check, const char *line)
{
    GError *error = NULL;
    g_autofree char *rest = NULL;
    if (*line != '/' || line[1] == '/') {
        check_text(check, line);
        return;
    }
    const Row *row = execute_resolve(check->registry, line + 1, &rest, &error);
    g_autoptr(Args) args = row == NULL ? NULL : parse(check, row, rest, &error);
    if (args != NULL)
        apply(check, row->command, args);
    else
        take_fault(check, error);
}

static void
check_taken(ScriptCheck *check, const GString *line)
{
    GError *error = NULL;
    const char *command;
    if (script_line_kind(line->str, &command) == SCRIPT_LINE_EMPTY)
        return;
    if (!script_line_check(line, &error))
        take_fault(check, error);
    else if (*command != '\0')
        check_line(check, command);
}

/* False: there will be no more. */
static bool
wait_and_fill(ScriptCheck *check, ScriptSource *source)
{
    GError *error = NULL;
    GPollFD descriptor = { .fd = script_source_fd(source), .events = G_IO_IN | G_IO_HUP | G_IO_ERR };
    g_poll(&descriptor, 1, -1);
    if (script_source_fill(source, &error) != SCRIPT_FILL_FAILED)
        return true;
    take_fault(check, error);
    return false;
}

void
script_check_add(ScriptCheck *check, ScriptSource *take_source)
{
    g_autoptr(ScriptSource) source = take_source;
    g_autoptr(GString) line = g_string_new(NULL);
    for (;;) {
        const ScriptTake taken = script_source_take(source, line);
        if (taken == SCRIPT_TAKE_END || (taken == SCRIPT_TAKE_LATER && !wait_and_fill(check, source)))
            return;
        if (taken != SCRIPT_TAKE_LINE)
            continue;
        g_free(check->position);
        check->position = script_source_position(source);
        check_taken(check, line);
    }
}

void
script_check_add_file(ScriptCheck *check, const char *path)
{
    GError *error = NULL;
    ScriptSource *source = script_source_open(path, &error);
    g_hash_table_add(check->files, g_strdup(path));
    g_free(check->position);
    check->position = g_strdup("");
    if (source != NULL)
        script_check_add(check, source);
    else
        take_fault(check, error);
}

/* The user's aliases, where nothing is ever saved. */
static void
copy_aliases(const ScriptCheck *check, const char *path)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Aliases) saved = aliases_new(path, warnings);
    g_autoptr(GPtrArray) names = aliases_list(saved);
    for (guint i = 0; i < names->len; i++)
        aliases_set(registry_aliases(check->registry), names->pdata[i], aliases_find(saved, names->pdata[i]), NULL);
}

ScriptCheck *
script_check_new(const char *aliases, const CommandGroup *const *groups, ScriptFault fault, gpointer data)
{
    ScriptCheck *check = g_new0(ScriptCheck, 1);
    check->registry = registry_new(NULL, NULL, NULL);
    check->variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    check->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    check->position = g_strdup("");
    check->fault = fault;
    check->data = data;
    for (const CommandGroup *const *group = groups; group != NULL && *group != NULL; group++)
        registry_add_group(check->registry, *group);
    copy_aliases(check, aliases);
    return check;
}

void
script_check_free(ScriptCheck *check)
{
    if (check == NULL)
        return;
    registry_free(check->registry);
    g_hash_table_unref(check->variables);
    g_hash_table_unref(check->files);
    g_free(check->position);
    g_free(check);
}
