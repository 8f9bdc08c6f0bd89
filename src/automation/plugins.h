/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All plugins: /plugin, and those that start with confab. For this layer only. */
#pragma once

#include "automation/plugin.h"

enum { PLUGINS_MAX = 50 }; /* that run at the same time */

typedef struct Plugins Plugins;

extern const CommandGroup plugins_group;

/* Adds its commands to the registry and starts the plugins of the setting plugins.start. */
Plugins *plugins_new(Registry *registry);
void plugins_free(Plugins *plugins);
