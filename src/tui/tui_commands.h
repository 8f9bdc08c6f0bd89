/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands only a terminal has: windows, scrolling, themes. Their front (registry_front()) is
 * the Tui. */
#pragma once

#include "command/command.h"

extern const CommandGroup tui_command_group;
