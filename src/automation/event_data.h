/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event as programs and lines of the user get it: the JSON, and each member of it that is no list as a variable.
 * For this layer only. */
#pragma once

#include <glib.h>

enum { EVENT_DATA_VALUE_MAX = 64 * 1024 }; /* bytes of a variable; the JSON has all */

typedef struct EventData EventData;

/* `json` of event_to_json(); `name` replaces that of the event, NULL: it keeps it. Counted. */
EventData *event_data_new(const char *json, const char *name);
EventData *event_data_ref(EventData *data);
void event_data_unref(EventData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventData, event_data_unref)

const char *event_data_json(const EventData *data);
/* A member ("body"); NULL: there is none, or it is null. */
const char *event_data_value(const EventData *data, const char *member);
/* CONFAB_BODY=… for programs, NULL-terminated; borrowed. */
const char *const *event_data_environment(const EventData *data);
/* EVENT_BODY → … for lines; borrowed, counted by itself. */
GHashTable *event_data_variables(const EventData *data);
