/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the forms of events, and other JSON of ours, are made of. For this layer and automation/. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "model/account.h"

/* An object with the fields every event begins with; json_parts_end() makes it one line of text and frees it. */
JsonBuilder *json_parts_begin(const char *event, gint64 time, const char *account);
void json_parts_text(JsonBuilder *json, const char *key, const char *value); /* NULL: null */
void json_parts_bool(JsonBuilder *json, const char *key, bool value);
void json_parts_int(JsonBuilder *json, const char *key, gint64 value);
char *json_parts_end(JsonBuilder *take_json);

/* "2026-11-22T10:00:00Z EVENT ACCOUNT REST", the rest cleaned: one line whatever is in it (I12). */
char *json_parts_line(gint64 time, const char *event, const Account *account, char *take_rest);
const char *json_parts_account(const Account *account); /* its name; NULL for NULL */
