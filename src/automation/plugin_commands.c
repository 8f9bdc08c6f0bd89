/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/plugin_commands.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "rpc/json_parts.h"

enum {
    NAME_MAX_BYTES = 64,
    TEXT_MAX = 4096, /* bytes of a help or a grammar */
};

struct PluginCommands {
    CommandGroup group;
    Command *rows; /* ended by name NULL; the texts are in `texts` */
    guint count;
    GPtrArray *texts; /* char* */
    Registry *registry;
    PluginCommandRun run; /* NULL: the plugin is gone */
    gpointer data;
};

static void
commands_clear(gpointer data)
{
    PluginCommands *commands = data;
    g_ptr_array_unref(commands->texts);
    g_free(commands->rows);
    g_free(commands);
}

/* --- a line for the plugin --- */

/* Adds the arguments that were given, by the names the grammar has for them. */
static void
add_args(JsonBuilder *json, const char *grammar, const Args *args)
{
    g_auto(GStrv) parts = g_strsplit_set(grammar, "<>[]", -1);
    for (char **part = parts; *part != NULL; part++) {
        const char *colon = strchr(*part, ':');
        if (colon == NULL)
            continue;
        g_autofree char *words = g_strndup(*part, (gsize) (colon - *part));
        const char *blank = strrchr(words, ' ');
        const char *name = blank != NULL ? blank + 1 : words;
        if (!args_has(args, name))
            continue;
        json_builder_set_member_name(json, name);
        if (!g_str_has_suffix(*part, "...")) {
            json_builder_add_string_value(json, args_text(args, name));
            continue;
        }
        json_builder_begin_array(json);
        for (const char *const *word = args_list(args, name); *word != NULL; word++)
            json_builder_add_string_value(json, *word);
        json_builder_end_array(json);
    }
}

static bool
run(CommandCall *call, const Args *args, GError **error)
{
    const PluginCommands *commands = command_call_owner(call);
    const Command *command = command_call_command(call);
    const Session *session = command_call_session(call);
    const Conversation *conversation = command_call_conversation(call);
    if (commands->run == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("/%s: its plugin has ended: see /plugin list"), command->name);
        return false;
    }
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    json_parts_text(json, "command", command->name);
    json_builder_set_member_name(json, "args");
    json_builder_begin_object(json);
    add_args(json, command->grammar, args);
    json_builder_end_object(json);
    json_parts_text(json, "line", command_call_line(call));
    json_parts_text(json, "account", session == NULL ? NULL : account_name(session_account(session)));
    json_parts_text(json, "with", conversation == NULL ? NULL : jid_text(conversation_jid(conversation)));
    json_builder_end_object(json);
    commands->run(json_builder_get_root(json), command_call_defer(call), commands->data);
    return true;
}

/* --- the table --- */

/* Lower-case words, three at most. */
static bool
is_name(const char *name)
{
    g_auto(GStrv) words = g_strsplit(name, " ", -1);
    if (strlen(name) > NAME_MAX_BYTES || g_strv_length(words) > 3)
        return false;
    for (char **word = words; *word != NULL; word++) {
        if (!g_ascii_islower(**word) || strspn(*word, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(*word))
            return false;
    }
    return words[0] != NULL;
}

/* A member that is a text, kept as long as the table; NULL: it is missing, empty or no text. */
static const char *
keep_text(PluginCommands *commands, JsonObject *object, const char *member)
{
    JsonNode *node = json_object_get_member(object, member);
    const char *text = node == NULL || !JSON_NODE_HOLDS_VALUE(node) ? NULL : json_node_get_string(node);
    if (text == NULL || *text == '\0' || strlen(text) > TEXT_MAX)
        return NULL;
    char *clean = text_clean(text, -1, TEXT_LINE);
    g_ptr_array_add(commands->texts, clean);
    return clean;
}

static bool
make_row(PluginCommands *commands, JsonNode *node, GError **error)
{
    JsonObject *object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    const char *name = object == NULL ? NULL : keep_text(commands, object, "name");
    const char *help = object == NULL ? NULL : keep_text(commands, object, "help");
    g_autoptr(GError) problem = NULL;
    if (name == NULL || help == NULL || !is_name(name)) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE,
                            _("commands: each needs a “name” of lower-case words, and a “help”"));
        return false;
    }
    const char *grammar = keep_text(commands, object, "grammar");
    const char *details = keep_text(commands, object, "details");
    if (!registry_check_grammar(grammar != NULL ? grammar : "", &problem)) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("commands: the grammar of “%s”: %s"), name, problem->message);
        return false;
    }
    const Command *taken = registry_find(commands->registry, name);
    bool is_taken = taken != NULL && strcmp(taken->name, name) == 0;
    for (guint i = 0; i < commands->count; i++)
        is_taken = is_taken || strcmp(commands->rows[i].name, name) == 0;
    if (is_taken) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("commands: there is a command “%s” already: choose another name"),
                    name);
        return false;
    }
    commands->rows[commands->count++] = (Command){
        .name = name, .grammar = grammar != NULL ? grammar : "", .help = help, .details = details, .run = run
    };
    return true;
}

PluginCommands *
plugin_commands_new(Registry *registry, const char *name, JsonArray *list, PluginCommandRun handler, gpointer data,
                    GError **error)
{
    const guint count = json_array_get_length(list);
    if (count == 0 || count > PLUGIN_COMMANDS_MAX) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("commands: give from 1 to %d"), PLUGIN_COMMANDS_MAX);
        return NULL;
    }
    PluginCommands *commands = g_new0(PluginCommands, 1);
    commands->rows = g_new0(Command, count + 1);
    commands->texts = g_ptr_array_new_with_free_func(g_free);
    commands->registry = registry;
    commands->run = handler;
    commands->data = data;
    for (guint i = 0; i < count; i++) {
        if (make_row(commands, json_array_get_element(list, i), error))
            continue;
        commands_clear(commands);
        return NULL;
    }
    char *title = g_strdup_printf(_("Plugin %s"), name);
    char *stable = g_strdup_printf("plugin %s", name);
    g_ptr_array_add(commands->texts, title);
    g_ptr_array_add(commands->texts, stable);
    commands->group = (CommandGroup){ stable, title, commands->rows, NULL };
    registry_add_owned_group(registry, &commands->group, commands);
    return commands;
}

void
plugin_commands_free(PluginCommands *commands)
{
    if (commands == NULL)
        return;
    commands->run = NULL;
    registry_remove_group(commands->registry, &commands->group, commands_clear);
}

guint
plugin_commands_count(const PluginCommands *commands)
{
    return commands == NULL ? 0 : commands->count;
}
