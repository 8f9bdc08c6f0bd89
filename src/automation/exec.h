/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /exec: programs the user starts from confab. For this layer only. */
#pragma once

#include "command/registry.h"

typedef struct Exec Exec;

/* Adds its commands to the registry. */
Exec *exec_new(Registry *registry);
/* Ends what still runs, and its calls. */
void exec_free(Exec *exec);

extern const CommandGroup exec_group;
