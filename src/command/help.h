/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /help, from the rows. */
#pragma once

#include "command/command.h"

bool cmd_help(CommandCall *call, const Args *args, GError **error);
