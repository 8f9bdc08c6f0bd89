/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reactions and retractions as events. For this layer only. */
#pragma once

#include "model/model_event.h"

char *annotation_json(const ModelEvent *event);
char *annotation_line(const ModelEvent *event);
