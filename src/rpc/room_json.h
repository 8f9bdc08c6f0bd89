/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of rooms. For this layer only. */
#pragma once

#include "model/model_event.h"

char *room_json(const ModelEvent *event);
char *room_line(const ModelEvent *event);
char *occupant_json(const ModelEvent *event);
char *occupant_line(const ModelEvent *event);
char *invitation_json(const ModelEvent *event);
char *invitation_line(const ModelEvent *event);
