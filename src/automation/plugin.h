/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One plugin: a program of the user's that speaks JSON-RPC 2.0 on its standard input and output (confab-rpc(7)). It has the
 * methods of the control socket, and may add commands and look over texts. Whatever it does, confab goes on: it is asked
 * with a time limit, and when it ends its commands are gone. For this layer only. */
#pragma once

#include "automation/plugin_commands.h"
#include "base/process.h"
#include "core/text_filter.h"
#include "rpc/rpc_peer.h"

enum {
    PLUGIN_FILTER_TIME = 500, /* ms to look over a text */
    PLUGIN_RUN_TIME = 30000,  /* ms to run a command */
};

typedef struct Plugin Plugin;
/* It has ended by itself; `words` say how. From the loop. */
typedef void (*PluginEnded)(Plugin *plugin, const char *words, gpointer data);

struct Plugin {
    Registry *registry;
    char *name;
    Process *process;         /* NULL: it does not run */
    RpcPeer *peer;            /* NULL: it does not speak any more */
    PluginCommands *commands; /* NULL: it has none */
    TextFilter *filter;       /* NULL: it looks over nothing */
    bool must;                /* what it cannot look over must not leave, not even when it has ended */
    Plugin *before;           /* ended, and refuses what it must see until this one looks over it; NULL: none */
    bool has_successor;       /* it is the `before` of another one */
    RpcLinkEnd farewell;      /* how it stopped to speak */
    PluginEnded ended;
    gpointer data;
};

/* The methods that only plugins have, ended by name NULL. */
extern const RpcMethod plugin_methods[];

/* Starts `path`, which finds the directories of this profile as $CONFAB_DATA and $CONFAB_CONFIG; NULL: ERROR_FAILED. */
Plugin *plugin_new(Registry *registry, const char *name, const char *path, PluginEnded ended, gpointer data, GError **error);
/* Ends it; ended() is not called. */
void plugin_free(Plugin *plugin);
bool plugin_is_running(const Plugin *plugin);
/* It takes the place of one that has ended and must see what is said. */
void plugin_succeed(Plugin *plugin, Plugin *take_before);
/* The one it took the place of, on its own again; NULL: there is none any more. The caller frees. */
Plugin *plugin_steal_before(Plugin *plugin);
