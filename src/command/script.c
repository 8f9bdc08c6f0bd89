/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/script.h"

#include <string.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "command/caller_private.h"
#include "command/execute.h"
#include "command/registry_private.h"
#include "command/script_source.h"
#include "config/settings.h"

enum { ON_ERROR_CONTINUE = 1 }; /* the second word of the setting */

/* Survives the script, for the line that ends after it. */
typedef struct Flight {
    Script *script; /* NULL when it is gone */
} Flight;

struct Script {
    Registry *registry;
    ScriptLineDone line_done;
    ScriptDone done;
    gpointer data;
    GQueue sources; /* ScriptSource */
    guint step;     /* source of the loop, while the next line is due */
    guint watch;    /* while a descriptor is waited for */
    char *position;
    GError *failure;    /* of the last line: the next one may forgive it */
    CommandCall *outer; /* /source; NULL */
    Flight *flight;     /* the line under way */
    EventMark *mark;    /* from where /wait looks; NULL before the start */
    Caller *caller;     /* who gives the lines; NULL: the front-end, or as `outer` says */
    char *account;      /* … for this account; NULL: as each line says */
};

Script *
script_new(Registry *registry, ScriptLineDone line_done, ScriptDone done, gpointer data)
{
    Script *script = g_new0(Script, 1);
    script->registry = registry;
    script->line_done = line_done;
    script->done = done;
    script->data = data;
    g_queue_init(&script->sources);
    return script;
}

static void
script_free(Script *script)
{
    g_clear_handle_id(&script->step, g_source_remove);
    g_clear_handle_id(&script->watch, g_source_remove);
    if (script->flight != NULL)
        script->flight->script = NULL;
    g_clear_pointer(&script->mark, event_mark_unref);
    g_clear_pointer(&script->caller, caller_unref);
    g_free(script->account);
    if (script->outer != NULL)
        registry_forget_script(script->registry, script);
    g_queue_clear_full(&script->sources, (GDestroyNotify) script_source_free);
    g_clear_error(&script->failure);
    g_free(script->position);
    g_free(script);
}

const void *
script_root(const Script *script)
{
    return script->outer == NULL ? script : call_scope(script->outer)->root;
}

void
script_abort(Script *script, const GError *error)
{
    CommandCall *outer = script->outer;
    script_free(script);
    if (outer != NULL)
        command_call_finish(outer, error);
}

void
script_cancel(Script *script)
{
    if (script->flight != NULL)
        script->flight->script = NULL;
    script->flight = NULL;
    registry_cancel_scripts(script->registry, script, NULL);
    script_abort(script, NULL);
}

void
script_add_line(Script *script, const char *name, const char *line)
{
    guint before = 0;
    for (const GList *link = script->sources.head; link != NULL; link = link->next)
        before += strcmp(script_source_name(link->data), name) == 0 ? 1 : 0;
    g_queue_push_tail(&script->sources, script_source_new_line(name, line, before));
}

bool
script_add_file(Script *script, const char *path, GError **error)
{
    ScriptSource *source = script_source_open(path, error);
    if (source != NULL)
        g_queue_push_tail(&script->sources, source);
    return source != NULL;
}

void
script_add_fd(Script *script, const char *name, int fd)
{
    g_queue_push_tail(&script->sources, script_source_new_fd(name, fd));
}

bool
script_is_idle(const Script *script)
{
    return script->watch != 0;
}

const char *
script_position(const Script *script)
{
    return script->position != NULL ? script->position : "";
}

/* --- executing --- */

static void schedule(Script *script);

static void
finish(Script *script, GError *take_error)
{
    g_autoptr(GError) error = take_error;
    const ScriptDone done = script->done;
    gpointer data = script->data;
    script_free(script);
    if (done != NULL)
        done(error, data);
}

static bool
stops_on_error(const Script *script)
{
    const Client *client = registry_client(script->registry);
    return client == NULL ||
           settings_get_choice(client_settings(client), SETTING_SCRIPT_ON_ERROR, NULL, NULL) != ON_ERROR_CONTINUE;
}

static void
on_line_finished(const CommandCall *call, const GError *error, gpointer data)
{
    g_autofree Flight *flight = data;
    Script *script = flight->script;
    if (script == NULL)
        return;
    script->flight = NULL;
    if (error != NULL) {
        script->failure = g_error_copy(error);
        g_prefix_error(&script->failure, "%s: ", script->position);
    }
    if (script->line_done != NULL)
        script->line_done(call, error, script->data);
    /* What hears of the line may have ended the script. */
    if (flight->script != NULL)
        schedule(script);
}

static void
execute(Script *script, const char *line)
{
    CallScope scope = { .account = script->account, .expand = true, .caller = script->caller, .mark = script->mark,
                        .position = script->position, .root = script_root(script) };
    if (script->outer != NULL) {
        const CallScope *outer = call_scope(script->outer);
        scope.account = outer->account;
        scope.depth = outer->depth + 1;
        scope.output = outer->output;
        scope.caller = outer->caller;
    }
    Flight *flight = g_new0(Flight, 1);
    flight->script = script;
    script->flight = flight;
    execute_line(script->registry, line, &scope, on_line_finished, flight);
}

/* One line that was read: forgives, skips, stops or executes. */
static void
handle_line(Script *script, const ScriptSource *source, const GString *line)
{
    GError *problem = NULL;
    const char *command;
    const ScriptLineKind kind = script_line_kind(line->str, &command);
    if (kind == SCRIPT_LINE_EMPTY) {
        schedule(script);
        return;
    }
    if (script->failure != NULL && kind != SCRIPT_LINE_ALTERNATIVE && stops_on_error(script)) {
        finish(script, g_steal_pointer(&script->failure));
        return;
    }
    g_free(script->position);
    script->position = script_source_position(source);
    if (!script_line_check(line, &problem)) {
        g_prefix_error(&problem, "%s: ", script->position);
        finish(script, problem);
        return;
    }
    if (kind == SCRIPT_LINE_ALTERNATIVE && script->failure == NULL) {
        schedule(script);
        return;
    }
    g_clear_error(&script->failure);
    execute(script, command);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    Script *script = data;
    GError *problem = NULL;
    const ScriptFill filled = script_source_fill(g_queue_peek_head(&script->sources), &problem);
    if (filled == SCRIPT_FILL_LATER)
        return G_SOURCE_CONTINUE;
    script->watch = 0;
    if (filled == SCRIPT_FILL_FAILED)
        finish(script, problem);
    else
        schedule(script);
    return G_SOURCE_REMOVE;
}

static gboolean
on_step(gpointer data)
{
    Script *script = data;
    ScriptSource *source = g_queue_peek_head(&script->sources);
    g_autoptr(GString) line = g_string_new(NULL);
    script->step = 0;
    if (source == NULL) {
        GError *failure = stops_on_error(script) ? g_steal_pointer(&script->failure) : NULL;
        finish(script, failure);
        return G_SOURCE_REMOVE;
    }
    switch (script_source_take(source, line)) {
    case SCRIPT_TAKE_LINE:
        handle_line(script, source, line);
        break;
    case SCRIPT_TAKE_END:
        script_source_free(g_queue_pop_head(&script->sources));
        schedule(script);
        break;
    case SCRIPT_TAKE_LATER:
        script->watch = g_unix_fd_add(script_source_fd(source), G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, script);
        break;
    }
    return G_SOURCE_REMOVE;
}

/* The next line starts from the loop, so that no line runs inside another one's events. */
static void
schedule(Script *script)
{
    if (script->step == 0)
        script->step = g_idle_add_full(G_PRIORITY_DEFAULT, on_step, script, NULL);
}

/* Where it looks from: as who runs it does, else from here. */
static EventMark *
take_mark(const Script *script)
{
    Waits *waits = registry_waits(script->registry);
    EventMark *mark = script->outer != NULL    ? call_scope(script->outer)->mark
                      : script->caller != NULL ? caller_mark(script->caller)
                                               : waits_front_mark(waits);
    return mark != NULL ? event_mark_ref(mark) : waits_mark(waits);
}

void
script_set_caller(Script *script, Caller *caller, const char *account)
{
    script->caller = caller_ref(caller);
    script->account = g_strdup(account);
}

void
script_start(Script *script)
{
    script->mark = take_mark(script);
    schedule(script);
}

/* --- /source --- */

static void
on_inner_script_done(const GError *error, gpointer call)
{
    command_call_finish(call, error);
}

bool
script_run_inside(CommandCall *call, const char *path, GError **error)
{
    if (call_scope(call)->depth >= CALL_DEPTH_MAX) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("commands lead into each other more than %d deep: look for a loop"), CALL_DEPTH_MAX);
        return false;
    }
    Script *script = script_new(command_call_registry(call), NULL, on_inner_script_done, NULL);
    if (!script_add_file(script, path, error)) {
        script_free(script);
        return false;
    }
    script->outer = call;
    script->data = command_call_defer(call);
    registry_track_script(script->registry, script);
    script_start(script);
    return true;
}
