/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands about rooms need. For this layer only. */
#pragma once

#include "command/command.h"

/* The room the line is for, joined or not; NULL and an error: there is none. */
Room *room_call_room(CommandCall *call, GError **error);
/* … joined. */
Room *room_call_joined(CommandCall *call, GError **error);
/* By the nick as somebody types it; NULL and an error: nobody, or more than one. */
Occupant *room_call_occupant(const Room *room, const char *nick, GError **error);
