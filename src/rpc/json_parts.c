/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/json_parts.h"

#include <string.h>

#include "base/text.h"
#include "base/when.h"

enum { FORMAT_VERSION = 1 };

void
json_parts_text(JsonBuilder *json, const char *key, const char *value)
{
    json_builder_set_member_name(json, key);
    if (value != NULL)
        json_builder_add_string_value(json, value);
    else
        json_builder_add_null_value(json);
}

void
json_parts_bool(JsonBuilder *json, const char *key, bool value)
{
    json_builder_set_member_name(json, key);
    json_builder_add_boolean_value(json, value);
}

void
json_parts_int(JsonBuilder *json, const char *key, gint64 value)
{
    json_builder_set_member_name(json, key);
    json_builder_add_int_value(json, value);
}

JsonBuilder *
json_parts_begin(const char *event, gint64 time, const char *account)
{
    JsonBuilder *json = json_builder_new();
    g_autofree char *when = when_format(time);
    json_builder_begin_object(json);
    json_parts_int(json, "v", FORMAT_VERSION);
    json_parts_text(json, "event", event);
    json_parts_text(json, "time", when);
    json_parts_text(json, "account", account);
    return json;
}

/* JSON may hold these as they are, but readers of lines and terminals take some of them for more than text: DEL and
 * C1, NEL, and the separators of lines and paragraphs become \uXXXX, which means the same. They occur inside strings
 * only. */
static char *
escape_rest(const char *text)
{
    g_autoptr(GString) out = g_string_sized_new(strlen(text));
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        const gunichar character = g_utf8_get_char(c);
        if ((character >= 0x7f && character <= 0x9f) || character == 0x2028 || character == 0x2029)
            g_string_append_printf(out, "\\u%04x", character);
        else
            g_string_append_len(out, c, g_utf8_next_char(c) - c);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *
json_parts_end(JsonBuilder *take_json)
{
    g_autoptr(JsonBuilder) json = take_json;
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autofree char *text = json_to_string(root, FALSE);
    return escape_rest(text);
}

char *
json_parts_line(gint64 time, const char *event, const Account *account, char *take_rest)
{
    g_autofree char *rest = take_rest;
    g_autofree char *when = when_format(time - time % G_USEC_PER_SEC);
    g_autofree char *clean = text_clean(rest, -1, TEXT_LINE);
    return g_strdup_printf("%.19sZ %s %s %s", when, event, account == NULL ? "-" : account_name(account), clean);
}

const char *
json_parts_account(const Account *account)
{
    return account == NULL ? NULL : account_name(account);
}
