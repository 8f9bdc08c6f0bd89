/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/args.h"

#include <string.h>

#include "command/arg_types.h"
#include "command/condition.h"

static void
value_free(ArgValue *value)
{
    g_free(value->text);
    g_clear_pointer(&value->list, g_ptr_array_unref);
    g_clear_pointer(&value->jid, jid_unref);
    g_free(value->path);
    g_clear_pointer(&value->regex, g_regex_unref);
    g_clear_pointer(&value->condition, condition_free);
    g_free(value);
}

Args *
args_new(void)
{
    Args *args = g_new0(Args, 1);
    args->values = g_ptr_array_new_with_free_func((GDestroyNotify) value_free);
    return args;
}

void
args_free(Args *args)
{
    if (args == NULL)
        return;
    g_ptr_array_unref(args->values);
    g_free(args);
}

ArgValue *
args_add(Args *args, const ArgSpec *spec)
{
    ArgValue *value = g_new0(ArgValue, 1);
    value->spec = spec;
    g_ptr_array_add(args->values, value);
    return value;
}

ArgValue *
args_find(const Args *args, const char *name)
{
    for (guint i = 0; i < args->values->len; i++) {
        ArgValue *value = args->values->pdata[i];
        if (strcmp(value->spec->name, name) == 0)
            return value;
    }
    return NULL;
}

bool
args_has(const Args *args, const char *name)
{
    return args_find(args, name) != NULL;
}

const char *
args_text(const Args *args, const char *name)
{
    const ArgValue *value = args_find(args, name);
    return value == NULL ? NULL : value->text;
}

const Jid *
args_jid(const Args *args, const char *name)
{
    const ArgValue *value = args_find(args, name);
    return value == NULL ? NULL : value->jid;
}

gint64
args_int(const Args *args, const char *name, gint64 fallback)
{
    const ArgValue *value = args_find(args, name);
    return value == NULL ? fallback : value->integer;
}

double
args_number(const Args *args, const char *name, double fallback)
{
    const ArgValue *value = args_find(args, name);
    return value == NULL ? fallback : value->number;
}

const char *const *
args_list(const Args *args, const char *name)
{
    const ArgValue *value = args_find(args, name);
    return value == NULL || value->list == NULL ? NULL : (const char *const *) value->list->pdata;
}

const char *
args_file(const Args *args, const char *name)
{
    const ArgValue *value = args_find(args, name);
    return value == NULL ? NULL : value->path;
}

gint64
args_date(const Args *args, const char *name, gint64 fallback)
{
    return args_int(args, name, fallback);
}

GRegex *
args_regex(const Args *args, const char *name)
{
    const ArgValue *value = args_find(args, name);
    return value == NULL ? NULL : value->regex;
}

const Condition *
args_condition(const Args *args, const char *name)
{
    const ArgValue *value = args_find(args, name);
    return value == NULL ? NULL : value->condition;
}
