/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/plugins.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

enum { NAME_MAX_BYTES = 64 };

struct Plugins {
    Registry *registry;
    Client *client;
    char *directory;
    GPtrArray *list; /* Plugin: those that run, and those that have ended and must see what is said */
    guint subscription;
};

static Plugin *
find(const Plugins *plugins, const char *name)
{
    for (guint i = 0; i < plugins->list->len; i++) {
        Plugin *plugin = plugins->list->pdata[i];
        if (strcmp(plugin->name, name) == 0)
            return plugin;
    }
    return NULL;
}

static void
drop(Plugins *plugins, Plugin *plugin)
{
    g_ptr_array_remove(plugins->list, plugin);
    plugin_free(plugin);
}

static void
on_ended(Plugin *plugin, const char *words, gpointer data)
{
    Plugins *plugins = data;
    client_notice(plugins->client, NULL, NOTICE_WARNING, 0, _("the plugin %s has ended: %s"), plugin->name, words);
    if (plugin->must)
        return;
    Plugin *before = plugin_steal_before(plugin);
    drop(plugins, plugin);
    if (before != NULL)
        g_ptr_array_add(plugins->list, before);
}

/* --- which program --- */

static bool
is_name(const char *name)
{
    return *name != '\0' && *name != '.' && strlen(name) <= NAME_MAX_BYTES && strchr(name, '/') == NULL;
}

/* Nobody else may say what is executed here (I25). */
static bool
check_program(const char *path, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("there is no plugin %s: /plugin list shows them"), path);
        return false;
    }
    if ((status.st_uid != geteuid() && status.st_uid != 0) || (status.st_mode & 022) != 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG, _("%s can be changed by others: chmod go-w it first"), path);
        return false;
    }
    if (access(path, X_OK) != 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG, _("%s cannot be executed: chmod u+x it first"), path);
        return false;
    }
    return true;
}

static bool
start(Plugins *plugins, const char *name, GError **error)
{
    Plugin *known = is_name(name) ? find(plugins, name) : NULL;
    if (!is_name(name)) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("a plugin has the name of a file in %s, without a slash"),
                    plugins->directory);
        return false;
    }
    if (known != NULL && plugin_is_running(known)) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("the plugin %s runs already: /plugin stop %s first"), name, name);
        return false;
    }
    if (plugins->list->len >= PLUGINS_MAX) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("there are %d plugins: stop one first"), PLUGINS_MAX);
        return false;
    }
    g_autofree char *path = g_build_filename(plugins->directory, name, NULL);
    if (!check_program(path, error))
        return false;
    Plugin *plugin = plugin_new(plugins->registry, name, path, on_ended, plugins, error);
    if (plugin == NULL)
        return false;
    /* One that must see what is said refuses it until its successor says for itself what it looks over (I21). */
    if (known != NULL) {
        g_ptr_array_remove(plugins->list, known);
        plugin_succeed(plugin, known);
    }
    g_ptr_array_add(plugins->list, plugin);
    return true;
}

/* --- commands --- */

static bool
cmd_start(CommandCall *call, const Args *args, GError **error)
{
    return start(command_call_owner(call), args_text(args, "name"), error);
}

static bool
cmd_stop(CommandCall *call, const Args *args, GError **error)
{
    Plugins *plugins = command_call_owner(call);
    Plugin *plugin = find(plugins, args_text(args, "name"));
    if (plugin == NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("no such plugin runs: /plugin list shows them"));
        return false;
    }
    drop(plugins, plugin);
    return true;
}

static void
print_plugin(CommandCall *call, const char *name, const Plugin *plugin)
{
    g_autofree char *count = g_strdup_printf("%u", plugin == NULL ? 0 : plugin_commands_count(plugin->commands));
    const char *state = plugin == NULL ? "stopped" : plugin_is_running(plugin) ? "running" : "ended";
    const Plugin *looks = plugin != NULL && plugin->before != NULL ? plugin->before : plugin;
    const char *filter = looks == NULL || looks->filter == NULL ? "-" : looks->must ? "must" : "yes";
    command_call_row(call, "name", name, "state", state, "commands", count, "filter", filter, NULL);
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static bool
cmd_list(CommandCall *call, const Args *args, GError **error)
{
    const Plugins *plugins = command_call_owner(call);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) directory = g_dir_open(plugins->directory, 0, NULL);
    for (const char *name = directory == NULL ? NULL : g_dir_read_name(directory); name != NULL;
         name = g_dir_read_name(directory)) {
        if (is_name(name) && g_utf8_validate(name, -1, NULL))
            g_ptr_array_add(names, text_clean(name, -1, TEXT_LINE));
    }
    for (guint i = 0; i < plugins->list->len; i++) {
        const Plugin *plugin = plugins->list->pdata[i];
        if (!g_ptr_array_find_with_equal_func(names, plugin->name, g_str_equal, NULL))
            g_ptr_array_add(names, g_strdup(plugin->name));
    }
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++)
        print_plugin(call, names->pdata[i], find(plugins, names->pdata[i]));
    if (names->len == 0)
        command_call_print(call, _("there are no plugins in %s"), plugins->directory);
    return true;
}

static const Command commands[] = {
    { .name = "plugin list",
      .grammar = "",
      .help = N_("List the plugins: those that run, and those that could be started."),
      .run = cmd_list },
    { .name = "plugin start",
      .grammar = "<name:word>",
      .help = N_("Start a plugin: a program in the directory plugins beside the settings."),
      .run = cmd_start,
      .details = N_(
          "A plugin speaks JSON-RPC on its standard input and output, see confab-rpc(7). It can see what happens, add commands, "
          "and look over what you say or what is shown of what others say. One that hangs or ends does no harm: its commands "
          "are gone, texts go their way without it after half a second, unless it must see what you say. The setting plugins.start "
          "names those that are started with confab."),
      .example = "/plugin start shortcodes" },
    { .name = "plugin stop",
      .grammar = "<name:word>",
      .help = N_("Stop a plugin."),
      .run = cmd_stop,
      .example = "/plugin stop shortcodes" },
    { 0 },
};

const CommandGroup plugins_group = { "plugins", N_("Plugins"), commands, NULL };

/* --- life --- */

static void
on_event(gconstpointer event, gpointer data)
{
    const Plugins *plugins = data;
    if (plugins->list->len == 0)
        return;
    g_autoptr(GPtrArray) peers = g_ptr_array_new();
    for (guint i = 0; i < plugins->list->len; i++) {
        const Plugin *plugin = plugins->list->pdata[i];
        if (plugin->peer != NULL)
            g_ptr_array_add(peers, plugin->peer);
    }
    rpc_peers_tell(peers, event);
}

static void
start_wanted(Plugins *plugins)
{
    const char *wanted = settings_get_text(client_settings(plugins->client), SETTING_PLUGINS_START, NULL, NULL);
    g_auto(GStrv) names = g_strsplit_set(wanted, " \t,", -1);
    for (char **name = names; *name != NULL; name++) {
        g_autoptr(GError) error = NULL;
        if (**name != '\0' && !start(plugins, *name, &error))
            client_notice(plugins->client, NULL, NOTICE_WARNING, error->code, "%s", error->message);
    }
}

Plugins *
plugins_new(Registry *registry)
{
    Plugins *plugins = g_new0(Plugins, 1);
    plugins->registry = registry;
    plugins->client = registry_client(registry);
    plugins->directory = g_build_filename(client_paths(plugins->client)->config, "plugins", NULL);
    plugins->list = g_ptr_array_new();
    registry_add_owned_group(registry, &plugins_group, plugins);
    plugins->subscription = bus_subscribe(client_bus(plugins->client), on_event, plugins);
    start_wanted(plugins);
    return plugins;
}

void
plugins_free(Plugins *plugins)
{
    if (plugins == NULL)
        return;
    bus_unsubscribe(client_bus(plugins->client), plugins->subscription);
    while (plugins->list->len > 0)
        drop(plugins, plugins->list->pdata[plugins->list->len - 1]);
    g_ptr_array_unref(plugins->list);
    g_free(plugins->directory);
    g_free(plugins);
}
