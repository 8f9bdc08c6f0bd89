/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/registry.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "command/on_connect.h"
#include "command/registry_private.h"
#include "command/tables.h"

enum { NAME_WORDS_MAX = 4 };

struct Registry {
    Client *client;
    Frontend frontend;
    gpointer front;
    GPtrArray *groups; /* const CommandGroup* */
    GPtrArray *rows;   /* Row */
    GPtrArray *retired; /* Row: of groups that were removed; lines may still have them */
    GArray *leftovers;  /* Leftover */
    GHashTable *names; /* name → Row, borrowed */
    GHashTable *variables;
    GPtrArray *calls;   /* CommandCall*, those not yet ended; borrowed */
    GPtrArray *scripts; /* Script*, those inside calls; borrowed */
    Aliases *aliases;
    Attempts *attempts;
    Waits *waits;
    OnConnect *on_connect;
    Timers *timers;
};

/* What belongs to a group that was removed. */
typedef struct Leftover {
    GDestroyNotify free_owner;
    gpointer owner;
} Leftover;

static void
row_free(Row *row)
{
    grammar_free(row->grammar);
    g_free(row);
}

static void
tell_warnings(Registry *registry, const GPtrArray *warnings)
{
    for (guint i = 0; i < warnings->len; i++)
        client_notice(registry->client, NULL, NOTICE_WARNING, 0, "%s", (const char *) warnings->pdata[i]);
}

Registry *
registry_new(Client *client, const Frontend *frontend, gpointer front)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    const Paths *paths = client == NULL ? NULL : client_paths(client);
    g_autofree char *aliases = paths == NULL ? NULL : g_build_filename(paths->config, "aliases", NULL);
    Registry *registry = g_new0(Registry, 1);
    registry->client = client;
    registry->frontend = frontend == NULL ? (Frontend){ 0 } : *frontend;
    registry->front = front;
    registry->groups = g_ptr_array_new();
    registry->rows = g_ptr_array_new_with_free_func((GDestroyNotify) row_free);
    registry->retired = g_ptr_array_new_with_free_func((GDestroyNotify) row_free);
    registry->leftovers = g_array_new(FALSE, FALSE, sizeof(Leftover));
    registry->names = g_hash_table_new(g_str_hash, g_str_equal);
    registry->variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    registry->calls = g_ptr_array_new();
    registry->scripts = g_ptr_array_new();
    registry->aliases = aliases_new(aliases, warnings);
    registry->attempts = attempts_new(client);
    registry->waits = waits_new(registry, client, !registry->frontend.is_terminal);
    registry->on_connect = on_connect_new(registry, client);
    registry->timers = timers_new(registry);
    for (const CommandGroup *const *group = registry_builtin_groups(); *group != NULL; group++)
        registry_add_group(registry, *group);
    tell_warnings(registry, warnings);
    return registry;
}

void
registry_free(Registry *registry)
{
    if (registry == NULL)
        return;
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("the program ends: start it again"));
    timers_free(registry->timers);
    on_connect_free(registry->on_connect);
    registry_cancel_scripts(registry, NULL, error);
    while (registry->calls->len > 0)
        call_end(registry->calls->pdata[registry->calls->len - 1], error);
    waits_free(registry->waits);
    attempts_free(registry->attempts);
    aliases_free(registry->aliases);
    g_ptr_array_unref(registry->calls);
    g_ptr_array_unref(registry->scripts);
    g_hash_table_unref(registry->variables);
    g_hash_table_unref(registry->names);
    g_ptr_array_unref(registry->rows);
    g_ptr_array_unref(registry->retired);
    for (guint i = 0; i < registry->leftovers->len; i++) {
        const Leftover *leftover = &g_array_index(registry->leftovers, Leftover, i);
        leftover->free_owner(leftover->owner);
    }
    g_array_unref(registry->leftovers);
    g_ptr_array_unref(registry->groups);
    g_free(registry);
}

void
registry_add_group(Registry *registry, const CommandGroup *group)
{
    registry_add_owned_group(registry, group, NULL);
}

void
registry_add_owned_group(Registry *registry, const CommandGroup *group, gpointer owner)
{
    g_ptr_array_add(registry->groups, (gpointer) group);
    for (const Command *command = group->commands; command->name != NULL; command++) {
        g_autoptr(GError) error = NULL;
        Row *row = g_new0(Row, 1);
        row->command = command;
        row->group = group;
        row->owner = owner;
        row->grammar = grammar_compile(command->grammar, &error);
        if (row->grammar == NULL)
            g_error("/%s: %s", command->name, error->message);
        g_assert(!g_hash_table_contains(registry->names, command->name));
        g_ptr_array_add(registry->rows, row);
        g_hash_table_insert(registry->names, (gpointer) command->name, row);
    }
}

void
registry_remove_group(Registry *registry, const CommandGroup *group, GDestroyNotify free_owner)
{
    gpointer owner = NULL;
    for (guint i = registry->rows->len; i > 0; i--) {
        Row *row = registry->rows->pdata[i - 1];
        if (row->group != group)
            continue;
        owner = row->owner;
        g_hash_table_remove(registry->names, row->command->name);
        g_ptr_array_add(registry->retired, g_ptr_array_steal_index(registry->rows, i - 1));
    }
    g_ptr_array_remove(registry->groups, (gpointer) group);
    if (free_owner != NULL)
        g_array_append_val(registry->leftovers, ((Leftover){ free_owner, owner }));
}

bool
registry_check_grammar(const char *grammar, GError **error)
{
    g_autoptr(Grammar) compiled = grammar_compile(grammar, error);
    return compiled != NULL;
}

Client *
registry_client(const Registry *registry)
{
    return registry->client;
}

const CommandGroup *const *
registry_builtin_groups(void)
{
    static const CommandGroup *const groups[] = {
        &account_group, &connection_group, &presence_group, &contacts_group,
        &chat_group,      &annotations_group, &rooms_group,   &room_config_group, &room_admin_group, &bookmarks_group,
        &attention_group, &encryption_group,  &history_group, &archive_group,    &settings_group,
        &scripts_group,   &tools_group,       &doctor_group,       &program_group,     NULL,
    };
    return groups;
}

guint
registry_group_count(const Registry *registry)
{
    return registry->groups->len;
}

const CommandGroup *
registry_group_at(const Registry *registry, guint index)
{
    return registry->groups->pdata[index];
}

/* Where the word at `text` ends; it is put at the end of `name` in lower case. */
static const char *
take_word(const char *text, GString *name)
{
    const size_t blanks = strspn(text, " \t\n");
    const size_t length = strcspn(text + blanks, " \t\n");
    if (length == 0 || (name->len > 0 && blanks == 0))
        return NULL;
    if (name->len > 0)
        g_string_append_c(name, ' ');
    for (size_t i = 0; i < length; i++)
        g_string_append_c(name, g_ascii_tolower(text[blanks + i]));
    return text + blanks + length;
}

const Row *
registry_match(const Registry *registry, const char *line, size_t *length)
{
    g_autoptr(GString) name = g_string_new(NULL);
    const Row *found = NULL;
    const char *at = strchr(" \t\n", *line) == NULL ? line : NULL;
    for (guint words = 0; at != NULL && words < NAME_WORDS_MAX; words++) {
        at = take_word(at, name);
        const Row *row = at == NULL ? NULL : g_hash_table_lookup(registry->names, name->str);
        if (row == NULL)
            continue;
        found = row;
        *length = (size_t) (at - line);
    }
    return found;
}

const Row *
registry_find_row(const Registry *registry, const char *name)
{
    return g_hash_table_lookup(registry->names, name);
}

const Command *
registry_find(const Registry *registry, const char *words)
{
    size_t length;
    const Row *row = registry_match(registry, words, &length);
    return row == NULL ? NULL : row->command;
}

const GPtrArray *
registry_rows(const Registry *registry)
{
    return registry->rows;
}

const Frontend *
registry_frontend(const Registry *registry)
{
    return &registry->frontend;
}

gpointer
registry_front(const Registry *registry)
{
    return registry->front;
}

void
registry_track_call(Registry *registry, CommandCall *call)
{
    g_ptr_array_add(registry->calls, call);
}

void
registry_forget_call(Registry *registry, CommandCall *call)
{
    g_ptr_array_remove(registry->calls, call);
}

void
registry_track_script(Registry *registry, Script *script)
{
    g_ptr_array_add(registry->scripts, script);
}

void
registry_forget_script(Registry *registry, Script *script)
{
    g_ptr_array_remove(registry->scripts, script);
}

void
registry_cancel_scripts(Registry *registry, const void *root, const GError *error)
{
    for (guint i = registry->scripts->len; i > 0; i = MIN(i - 1, registry->scripts->len)) {
        Script *script = registry->scripts->pdata[i - 1];
        if (root == NULL || script_root(script) == root)
            script_abort(script, error);
    }
}

Aliases *
registry_aliases(const Registry *registry)
{
    return registry->aliases;
}

bool
registry_set_alias(Registry *registry, const char *name, const char *command, GError **error)
{
    size_t length;
    if (registry_match(registry, name, &length) == NULL)
        return aliases_set(registry->aliases, name, command, error);
    g_autofree char *shown = arg_show(name);
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/alias: /%s is a command already: choose another name"), shown);
    return false;
}

Timers *
registry_timers(const Registry *registry)
{
    return registry->timers;
}

Attempts *
registry_attempts(const Registry *registry)
{
    return registry->attempts;
}

Waits *
registry_waits(const Registry *registry)
{
    return registry->waits;
}

const char *
registry_variable(const char *name, gpointer registry)
{
    const char *value = g_hash_table_lookup(((const Registry *) registry)->variables, name);
    return value != NULL ? value : g_getenv(name);
}

void
registry_set_variable(Registry *registry, const char *name, const char *value)
{
    g_hash_table_replace(registry->variables, g_strdup(name), g_strdup(value));
}

void
companion_start(const Companion *companion, Registry *registry)
{
    if (companion != NULL)
        companion->start(registry, companion->data);
}

void
companion_stop(const Companion *companion)
{
    if (companion != NULL)
        companion->stop(companion->data);
}
