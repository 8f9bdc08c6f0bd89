/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of this layer, one a file cmd_NAME.c. */
#pragma once

#include "command/command.h"

extern const CommandGroup account_group;
extern const CommandGroup connection_group;
extern const CommandGroup presence_group;
extern const CommandGroup contacts_group;
extern const CommandGroup chat_group;
extern const CommandGroup annotations_group;
extern const CommandGroup rooms_group;
extern const CommandGroup room_admin_group;
extern const CommandGroup room_config_group;
extern const CommandGroup bookmarks_group;
extern const CommandGroup attention_group;
extern const CommandGroup archive_group;
extern const CommandGroup encryption_group;
extern const CommandGroup history_group;
extern const CommandGroup settings_group;
extern const CommandGroup scripts_group;
extern const CommandGroup tools_group;
extern const CommandGroup doctor_group;
extern const CommandGroup program_group;
