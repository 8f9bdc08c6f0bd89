/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What acts by itself when something happens: hooks, notifications, plugins. */
#pragma once

#include "command/registry.h"

/* The commands of this layer, NULL-terminated, for mkdocs and tests. */
const CommandGroup *const *automation_groups(void);

typedef struct Automation Automation;

/* Adds the commands of this layer to the registry, reads the user's hooks and starts what starts by itself. What is wrong
 * there is told as notices. */
Automation *automation_new(Registry *registry);
/* Programs that still run are ended. */
void automation_free(Automation *automation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Automation, automation_free)
