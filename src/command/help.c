/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/help.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "command/registry_private.h"
#include "command/suggest.h"

/* A row as a line of a list: "/roster add JID [NAME…]   Add a contact …". */
static void
print_row(CommandCall *call, const Row *row)
{
    g_autofree char *usage = grammar_usage(row->grammar, row->command->name);
    command_call_row(call, "usage", usage, "help", _(row->command->help), NULL);
}

static void
print_group(CommandCall *call, const Registry *registry, const CommandGroup *group)
{
    const GPtrArray *rows = registry_rows(registry);
    for (const char *const *paragraph = group->topic; paragraph != NULL && *paragraph != NULL; paragraph++)
        command_call_print(call, "%s", _(*paragraph));
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = rows->pdata[i];
        if (row->group == group)
            print_row(call, row);
    }
}

/* The groups, each with the first words of its commands. */
static void
print_overview(CommandCall *call, const Registry *registry)
{
    const GPtrArray *rows = registry_rows(registry);
    for (guint i = 0; i < registry_group_count(registry); i++) {
        const CommandGroup *group = registry_group_at(registry, i);
        g_autoptr(GString) list = g_string_new(NULL);
        g_autofree char *last = g_strdup("");
        for (guint j = 0; j < rows->len; j++) {
            const Row *row = rows->pdata[j];
            if (row->group != group)
                continue;
            char *first = g_strndup(row->command->name, strcspn(row->command->name, " "));
            if (strcmp(first, last) != 0)
                g_string_append_printf(list, "%s/%s", list->len > 0 ? " " : "", first);
            g_free(last);
            last = first;
        }
        command_call_row(call, "group", group->name, "title", _(group->title), "commands", list->str, NULL);
    }
    command_call_print(call, "%s", _("/help GROUP or /help COMMAND tells more; Tab completes everything."));
}

static void
print_args(CommandCall *call, const Grammar *grammar)
{
    for (guint i = 0; i < grammar_size(grammar); i++) {
        const ArgSpec *spec = grammar_at(grammar, i);
        if (spec->role == SPEC_LITERAL)
            continue;
        g_autofree char *name = g_ascii_strup(spec->name, -1);
        g_autofree char *wants = arg_spec_wants(spec);
        command_call_row(call, "argument", name, "wants", wants, NULL);
    }
}

static void
print_command(CommandCall *call, const Row *row)
{
    g_autofree char *usage = grammar_usage(row->grammar, row->command->name);
    command_call_print(call, "%s", usage);
    command_call_print(call, "%s", _(row->command->help));
    print_args(call, row->grammar);
    if (row->command->details != NULL)
        command_call_print(call, "%s", _(row->command->details));
    if (row->command->example != NULL)
        command_call_print(call, _("Example: %s"), row->command->example);
}

/* Rows that start with the words: "roster" → "roster add" …; how many there were. `exact` is left out. */
static guint
print_family(CommandCall *call, const Registry *registry, const char *topic, const Row *exact)
{
    const GPtrArray *rows = registry_rows(registry);
    g_autofree char *prefix = g_strconcat(topic, " ", NULL);
    guint count = 0;
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = rows->pdata[i];
        if (row == exact || !g_str_has_prefix(row->command->name, prefix))
            continue;
        print_row(call, row);
        count++;
    }
    return count;
}

static const CommandGroup *
find_group(const Registry *registry, const char *name)
{
    for (guint i = 0; i < registry_group_count(registry); i++) {
        const CommandGroup *group = registry_group_at(registry, i);
        if (strcmp(group->name, name) == 0)
            return group;
    }
    return NULL;
}

static bool
fail_no_topic(const Registry *registry, const char *topic, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const GPtrArray *rows = registry_rows(registry);
    for (guint i = 0; i < rows->len; i++)
        g_ptr_array_add(names, (gpointer) ((const Row *) rows->pdata[i])->command->name);
    for (guint i = 0; i < registry_group_count(registry); i++)
        g_ptr_array_add(names, (gpointer) registry_group_at(registry, i)->name);
    g_autofree char *shown = arg_show(topic);
    g_autofree char *nearest = suggest_nearest(topic, names);
    if (nearest != NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/help: there is no help for “%s”: did you mean %s?"), shown,
                    nearest);
    else
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/help: there is no help for “%s”: write /help for all"),
                    shown);
    return false;
}

/* What a user may have written: with a slash, in capitals. */
static char *
normalize_topic(const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text + (*text == '/' ? 1 : 0), -1);
    return g_steal_pointer(&lower);
}

bool
cmd_help(CommandCall *call, const Args *args, GError **error)
{
    const Registry *registry = command_call_registry(call);
    if (!args_has(args, "topic")) {
        print_overview(call, registry);
        return true;
    }
    g_autofree char *topic = normalize_topic(args_text(args, "topic"));
    const Row *row = registry_find_row(registry, topic);
    const CommandGroup *group = find_group(registry, topic);
    if (row != NULL)
        print_command(call, row);
    if (group != NULL) {
        print_group(call, registry, group);
        return true;
    }
    const guint family = print_family(call, registry, topic, row);
    if (row != NULL || family > 0)
        return true;
    const char *alias = aliases_find(registry_aliases(registry), topic);
    if (alias == NULL)
        return fail_no_topic(registry, args_text(args, "topic"), error);
    command_call_print(call, _("/%s is an alias of %s"), topic, alias);
    return true;
}
