/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands a plugin has added. For this layer only. */
#pragma once

#include <json-glib/json-glib.h>

#include "command/registry.h"

enum { PLUGIN_COMMANDS_MAX = 50 };

typedef struct PluginCommands PluginCommands;

/* A line for one of them: `params` is what the plugin is to be asked, the call is deferred. */
typedef void (*PluginCommandRun)(JsonNode *take_params, CommandCall *take_call, gpointer data);

/* Adds what `list` (of objects with name, grammar, help, details) describes, as the group "plugin NAME". NULL: ERROR_USAGE, with what is
 * wrong; nothing was added then. */
PluginCommands *plugin_commands_new(Registry *registry, const char *name, JsonArray *list, PluginCommandRun run,
                                    gpointer data, GError **error);
/* They are gone; run() is not called any more. */
void plugin_commands_free(PluginCommands *commands);
guint plugin_commands_count(const PluginCommands *commands);
