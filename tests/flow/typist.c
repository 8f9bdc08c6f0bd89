/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "typist.h"

struct Typist {
    Flow *flow;
    Registry *registry;
    guint64 conversation; /* serial; 0: none */
    GString *printed;
    char *outcome; /* NULL: not over */
    char *line;
};

static Conversation *
front_conversation(gpointer front)
{
    const Typist *typist = front;
    return typist->conversation != 0 ? client_find_conversation(typist->flow->client, typist->conversation) : NULL;
}

static void
front_show(gpointer front, Conversation *conversation)
{
    typist_look_at(front, conversation);
}

static bool
front_looks_at(gpointer front, const Conversation *conversation)
{
    return front_conversation(front) == conversation;
}

static void
front_print(gpointer front, const CommandCall *call, OutputKind kind, const char *line, int hang)
{
    g_string_append_printf(((Typist *) front)->printed, "%s\n", line);
}

Typist *
typist_new(Flow *flow)
{
    static const Frontend frontend = {
        .is_terminal = true, .conversation = front_conversation, .show = front_show, .print = front_print,
        .looks_at = front_looks_at };
    Typist *typist = g_new0(Typist, 1);
    typist->flow = flow;
    typist->printed = g_string_new(NULL);
    typist->registry = registry_new(flow->client, &frontend, typist);
    return typist;
}

void
typist_free(Typist *typist)
{
    registry_free(typist->registry);
    g_string_free(typist->printed, TRUE);
    g_free(typist->outcome);
    g_free(typist->line);
    g_free(typist);
}

void
typist_look_at(Typist *typist, Conversation *conversation)
{
    typist->conversation = conversation != NULL ? conversation_serial(conversation) : 0;
}

Conversation *
typist_conversation(const Typist *typist)
{
    return front_conversation((gpointer) typist);
}

static void
on_finished(const CommandCall *call, const GError *error, gpointer data)
{
    Typist *typist = data;
    g_free(typist->outcome);
    g_free(typist->line);
    typist->line = g_strdup(command_call_line(call));
    typist->outcome = error != NULL ? g_strdup_printf("%d %s", error->code, error->message) : g_strdup("ok");
}

void
type(Typist *typist, const char *line)
{
    g_clear_pointer(&typist->outcome, g_free);
    g_string_truncate(typist->printed, 0);
    registry_execute(typist->registry, line, on_finished, typist);
}

static bool
is_over(gpointer data)
{
    return ((const Typist *) data)->outcome != NULL;
}

void
assert_outcome(Typist *typist, const char *pattern)
{
    flow_wait(is_over, typist);
    if (!g_pattern_match_simple(pattern, typist->outcome))
        g_error("the line ended with “%s”, not with “%s”", typist->outcome, pattern);
}

void
assert_unfinished(const Typist *typist)
{
    flow_turn();
    g_assert_null(typist->outcome);
}

void
assert_typed(Typist *typist, const char *line, const char *pattern)
{
    type(typist, line);
    assert_outcome(typist, pattern);
}

void
assert_printed(const Typist *typist, const char *pattern)
{
    if (!g_pattern_match_simple(pattern, typist->printed->str))
        g_error("printed was “%s”, not “%s”", typist->printed->str, pattern);
}

const char *
typist_printed(const Typist *typist)
{
    return typist->printed->str;
}

Registry *
typist_registry(const Typist *typist)
{
    return typist->registry;
}

const char *
typist_line(const Typist *typist)
{
    return typist->line;
}
