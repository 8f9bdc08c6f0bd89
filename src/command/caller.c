/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/caller_private.h"

#include "command/execute.h"
#include "command/registry_private.h"

struct Caller {
    guint references; /* its owner's and those of its lines */
    bool prints;
    Registry *registry;
    guint64 conversation; /* serial; 0: none */
    GHashTable *values;   /* variables of its lines; NULL: they have none */
    CallerJudge judge;    /* of who may have them; NULL: all */
    EventMark *mark;      /* NULL: /wait looks from now on */
};

Caller *
caller_ref(Caller *caller)
{
    caller->references++;
    return caller;
}

void
caller_unref(Caller *caller)
{
    if (--caller->references > 0)
        return;
    g_clear_pointer(&caller->mark, event_mark_unref);
    g_clear_pointer(&caller->values, g_hash_table_unref);
    g_free(caller);
}

Caller *
caller_new(Registry *registry)
{
    Caller *caller = g_new0(Caller, 1);
    caller->references = 1;
    caller->registry = registry;
    return caller;
}

void
caller_free(Caller *caller)
{
    if (caller != NULL)
        caller_unref(caller);
}

void
caller_execute(Caller *caller, const char *line, const char *account, CommandFinished done, gpointer data)
{
    const CallScope scope = {
        .account = account,
        .expand = caller->values != NULL,
        .caller = caller,
        .mark = caller->mark,
    };
    execute_line(caller->registry, line, &scope, done, data);
}

Conversation *
caller_conversation(const Caller *caller)
{
    Client *client = registry_client(caller->registry);
    return caller->conversation == 0 || client == NULL ? NULL : client_find_conversation(client, caller->conversation);
}

void
caller_look_at(Caller *caller, const Conversation *conversation)
{
    caller->conversation = conversation == NULL ? 0 : conversation_serial(conversation);
}

void
caller_keep_events(Caller *caller)
{
    if (caller->mark == NULL)
        caller->mark = waits_mark(registry_waits(caller->registry));
}

EventMark *
caller_mark(const Caller *caller)
{
    return caller->mark;
}

void
caller_set_values(Caller *caller, GHashTable *values)
{
    g_hash_table_ref(values);
    g_clear_pointer(&caller->values, g_hash_table_unref);
    caller->values = values;
}

void
caller_set_judge(Caller *caller, CallerJudge judge)
{
    caller->judge = judge;
}

bool
caller_may_have_values(const Caller *caller, const CommandGroup *group, const Command *command)
{
    return caller->judge == NULL || caller->judge(group, command);
}

const char *
caller_value(const Caller *caller, const char *name)
{
    return caller->values == NULL ? NULL : g_hash_table_lookup(caller->values, name);
}

void
caller_set_prints(Caller *caller, bool prints)
{
    caller->prints = prints;
}

bool
caller_prints(const Caller *caller)
{
    return caller->prints;
}
