/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/hooks.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "command/caller.h"
#include "core/attention.h"

enum {
    FILE_MAX = 1024 * 1024, /* bytes */
    NAME_COLUMNS = 60,      /* of a hook in a notice */
};

/* A hook and how it fares; counted, for what it has started may outlive it. */
typedef struct HookState {
    guint references;
    Client *client;
    Hook *hook;
    bool is_over; /* nobody wants to hear of it any more: confab ends */
    bool failure_told;
    guint under_way; /* lines of it that have not ended */
    gint64 window; /* monotonic: when the count began */
    guint count;
    gint64 rests_until;
} HookState;

/* A line of the file. */
typedef struct HookLine {
    char *text;
    HookState *state; /* NULL: blank, a comment, or wrong */
} HookLine;

/* Something a hook wants has happened. */
typedef struct Happening {
    HookState *state;
    EventData *event;
    char *account;        /* NULL: of none */
    guint64 conversation; /* serial; 0: none */
} Happening;

struct Hooks {
    Registry *registry;
    Client *client;
    Runner *runner;
    char *path;
    GPtrArray *lines; /* HookLine */
    guint subscription;
    GQueue happenings; /* Happening */
    guint idle;        /* source of the loop */
};

static HookState *
state_ref(HookState *state)
{
    state->references++;
    return state;
}

static void
state_unref(HookState *state)
{
    if (--state->references > 0)
        return;
    hook_free(state->hook);
    g_free(state);
}

static void
line_free(gpointer data)
{
    HookLine *line = data;
    if (line->state != NULL)
        state_unref(line->state);
    g_free(line->text);
    g_free(line);
}

static void
happening_free(gpointer data)
{
    Happening *happening = data;
    state_unref(happening->state);
    event_data_unref(happening->event);
    g_free(happening->account);
    g_free(happening);
}

/* --- what is done --- */

/* A hook as notices name it. */
static char *
name_of(const HookState *state)
{
    g_autofree char *clean = text_clean(state->hook->line, -1, TEXT_LINE);
    return text_ellipsize(clean, NAME_COLUMNS);
}

static void
tell(HookState *state, const char *failure)
{
    g_autofree char *name = name_of(state);
    log_warning("hooks", "%s: %s", name, failure);
    if (state->failure_told)
        return;
    state->failure_told = true;
    client_notice(state->client, NULL, NOTICE_WARNING, 0, _("the hook “%s” failed: %s"), name, failure);
}

static void
on_program_done(const char *failure, gpointer data)
{
    HookState *state = data;
    if (failure == NULL)
        state->failure_told = false;
    else if (!state->is_over)
        tell(state, failure);
    state_unref(state);
}

static void
on_command_done(const CommandCall *call, const GError *error, gpointer data)
{
    HookState *state = data;
    state->under_way--;
    on_program_done(error == NULL ? NULL : error->message, state);
}

/* False: it comes so often that it may be calling itself. */
static bool
may_run(HookState *state)
{
    const gint64 now = g_get_monotonic_time();
    if (now < state->rests_until)
        return false;
    if (now - state->window > HOOKS_RATE_SECONDS * G_USEC_PER_SEC) {
        state->window = now;
        state->count = 0;
    }
    if (++state->count <= HOOKS_RATE)
        return true;
    state->rests_until = now + HOOKS_REST_SECONDS * G_USEC_PER_SEC;
    g_autofree char *name = name_of(state);
    client_notice(state->client, NULL, NOTICE_WARNING, 0,
                  _("the hook “%s” ran %d times in %d seconds and rests for %d: does it call itself?"), name, HOOKS_RATE,
                  HOOKS_RATE_SECONDS, HOOKS_REST_SECONDS);
    return false;
}

static void
execute(const Hooks *hooks, const Happening *happening)
{
    HookState *state = happening->state;
    if (state->under_way >= HOOKS_UNDER_WAY) {
        tell(state, _("too many of its lines have not ended: it was not executed"));
        return;
    }
    g_autoptr(Caller) caller = caller_new(hooks->registry);
    const Conversation *conversation =
        happening->conversation == 0 ? NULL : client_find_conversation(hooks->client, happening->conversation);
    caller_set_values(caller, event_data_variables(happening->event));
    caller_set_judge(caller, hook_may_have_remote_text);
    caller_look_at(caller, conversation);
    caller_set_prints(caller, true);
    state->under_way++;
    caller_execute(caller, state->hook->command, happening->account, on_command_done, state_ref(state));
}

static void
run(const Hooks *hooks, const Happening *happening)
{
    const Hook *hook = happening->state->hook;
    if (!may_run(happening->state))
        return;
    if (hook->command != NULL)
        execute(hooks, happening);
    else
        runner_run(hooks->runner, (const char *const *) hook->argv, happening->event, on_program_done,
                   state_ref(happening->state));
}

/* Not inside the delivery of the event: hooks change things. Those that happen meanwhile come after these. */
static gboolean
on_idle(gpointer data)
{
    Hooks *hooks = data;
    hooks->idle = 0;
    for (guint i = hooks->happenings.length; i > 0; i--) {
        Happening *happening = g_queue_pop_head(&hooks->happenings);
        run(hooks, happening);
        happening_free(happening);
    }
    return G_SOURCE_REMOVE;
}

/* --- what happens --- */

static void
note(Hooks *hooks, HookState *state, EventData *data, const ModelEvent *event, const EventFacts *facts)
{
    const Conversation *conversation = event->account == NULL || facts->with == NULL
                                           ? NULL
                                           : account_find_conversation(event->account, facts->with);
    Happening *happening = g_new0(Happening, 1);
    happening->state = state_ref(state);
    happening->event = event_data_ref(data);
    happening->account = g_strdup(facts->account);
    happening->conversation = conversation == NULL ? 0 : conversation_serial(conversation);
    g_queue_push_tail(&hooks->happenings, happening);
    if (hooks->idle == 0)
        hooks->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, hooks, NULL);
}

/* Gives the event to those who want one of this name. */
static void
offer(Hooks *hooks, const ModelEvent *event, const EventFacts *facts, const char *name)
{
    g_autoptr(EventData) data = NULL;
    for (guint i = 0; i < hooks->lines->len; i++) {
        HookState *state = ((const HookLine *) hooks->lines->pdata[i])->state;
        if (state == NULL || !event_filter_wants(state->hook->filter, facts))
            continue;
        if (data == NULL) {
            g_autofree char *json = event_to_json(event);
            data = event_data_new(json, name);
        }
        if (hook_wants(state->hook, data))
            note(hooks, state, data, event, facts);
    }
}

static bool
has_any(const Hooks *hooks, const char *name)
{
    for (guint i = 0; i < hooks->lines->len; i++) {
        const HookState *state = ((const HookLine *) hooks->lines->pdata[i])->state;
        if (state != NULL && (name == NULL || strcmp(hook_event(state->hook), name) == 0))
            return true;
    }
    return false;
}

static void
on_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    Hooks *hooks = user;
    EventFacts facts;
    if (hooks->lines->len == 0 || !event_facts(event, &facts))
        return;
    if (has_any(hooks, facts.name))
        offer(hooks, event, &facts, NULL);
    if (event->type != MESSAGE_ADDED || !has_any(hooks, HOOK_ATTENTION) ||
        !attention_notifies(hooks->client, event->message.conversation, event->message.message))
        return;
    facts.name = HOOK_ATTENTION;
    offer(hooks, event, &facts, HOOK_ATTENTION);
}

/* --- the file --- */

static HookLine *
line_new(const char *text)
{
    HookLine *line = g_new0(HookLine, 1);
    line->text = g_strdup(text);
    return line;
}

/* Makes the line a hook. */
static bool
line_understand(const Hooks *hooks, HookLine *line, GError **error)
{
    Hook *hook = hook_new(hooks->registry, line->text, error);
    if (hook == NULL)
        return false;
    line->state = g_new0(HookState, 1);
    line->state->references = 1;
    line->state->client = hooks->client;
    line->state->hook = hook;
    return true;
}

static void
understand_or_tell(const Hooks *hooks, HookLine *line, guint number)
{
    g_autoptr(GError) error = NULL;
    const char *start = line->text + strspn(line->text, " \t\r");
    if (*start == '\0' || *start == '#' || line_understand(hooks, line, &error))
        return;
    client_notice(hooks->client, NULL, NOTICE_WARNING, error->code, "%s:%u: %s", hooks->path, number, error->message);
}

/* Reads the file again, so that what was changed by hand counts. Hooks whose line is the same go on as they are. False: it cannot be
 * read; nothing has changed then. */
static bool
reload(Hooks *hooks, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autofree char *text = paths_read(hooks->path, FILE_MAX, NULL, &problem);
    if (text == NULL && !g_error_matches(problem, CONFAB_ERROR, ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    if (text != NULL && !g_utf8_validate(text, -1, NULL)) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG, _("%s is not UTF-8: convert it first"), hooks->path);
        return false;
    }
    g_autoptr(GPtrArray) before = g_steal_pointer(&hooks->lines);
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
    hooks->lines = g_ptr_array_new_with_free_func(line_free);
    for (guint i = 0; lines[i] != NULL; i++) {
        if (*lines[i] == '\0' && lines[i + 1] == NULL)
            continue;
        HookLine *line = line_new(lines[i]);
        const HookLine *same = i < before->len ? before->pdata[i] : NULL;
        g_ptr_array_add(hooks->lines, line);
        if (same != NULL && same->state != NULL && strcmp(same->text, line->text) == 0)
            line->state = state_ref(same->state);
        else
            understand_or_tell(hooks, line, i + 1);
    }
    return true;
}

static bool
save(Hooks *hooks, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < hooks->lines->len; i++)
        g_string_append_printf(text, "%s\n", ((const HookLine *) hooks->lines->pdata[i])->text);
    return paths_write(hooks->path, text->str, (gssize) text->len, error);
}

/* --- commands --- */

static bool
cmd_hook(CommandCall *call, const Args *args, GError **error)
{
    Hooks *hooks = command_call_owner(call);
    if (!reload(hooks, error))
        return false;
    g_autofree char *text = g_strjoin(" ", args_text(args, "event"), args_text(args, "command"), NULL);
    HookLine *line = line_new(text);
    if (!line_understand(hooks, line, error)) {
        line_free(line);
        return false;
    }
    if (hooks->lines->len >= HOOKS_MAX) {
        line_free(line);
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("there are %d hooks already: remove one with /hook remove N"),
                    HOOKS_MAX);
        return false;
    }
    g_ptr_array_add(hooks->lines, line);
    if (save(hooks, error))
        return true;
    g_ptr_array_remove(hooks->lines, line);
    return false;
}

static bool
cmd_hook_list(CommandCall *call, const Args *args, GError **error)
{
    Hooks *hooks = command_call_owner(call);
    guint number = 0;
    if (!reload(hooks, error))
        return false;
    for (guint i = 0; i < hooks->lines->len; i++) {
        const HookLine *line = hooks->lines->pdata[i];
        if (line->state == NULL)
            continue;
        g_autofree char *text = g_strdup_printf("%u", ++number);
        g_autofree char *clean = text_clean(line->text, -1, TEXT_LINE);
        command_call_row(call, "number", text, "hook", clean, NULL);
    }
    if (number == 0)
        command_call_print(call, _("there are no hooks: /help hook explains them"));
    return true;
}

static bool
cmd_hook_remove(CommandCall *call, const Args *args, GError **error)
{
    Hooks *hooks = command_call_owner(call);
    gint64 left = args_int(args, "number", 0);
    if (!reload(hooks, error))
        return false;
    for (guint i = 0; i < hooks->lines->len; i++) {
        HookLine *line = hooks->lines->pdata[i];
        if (line->state == NULL || --left > 0)
            continue;
        g_ptr_array_steal_index(hooks->lines, i);
        const bool saved = save(hooks, error);
        if (saved)
            line_free(line);
        else
            g_ptr_array_insert(hooks->lines, (gint) i, line);
        return saved;
    }
    g_set_error_literal(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("there is no such hook: /hook list shows their numbers"));
    return false;
}

static const Command commands[] = {
    { .name = "hook",
      .grammar = "<event:attention|connection|correction|delivery|encryption|error|invitation|message|notice|presence|"
                 "reaction|retraction|room|smp|subscription|trust|typing|unread> <command:line>",
      .help = N_("Do something whenever something happens."),
      .run = cmd_hook,
      .details = N_(
          "/hook EVENT [from JID] [with JID] [account NAME] [kind chat|room|occupant] [state WORD] [direction in|out] "
          "[matching REGEX] COMMAND. The events are those of JSON output, and “attention”: a message that calls you, as "
          "/notify has it. Of what is said only that of others counts, unless the direction is out. The command is a slash "
          "command, executed in the conversation where it happened, or a program with its arguments: never a line for a shell. "
          "A program finds the event in its environment ($CONFAB_EVENT, $CONFAB_FROM, $CONFAB_WITH, $CONFAB_BODY, a variable for "
          "each member of the JSON) and as JSON on its standard input. Commands that say, answer or show something may have the "
          "same as $EVENT_FROM, $EVENT_BODY …: such text never becomes a word or a command of its own. In a shell script write "
          "\"$CONFAB_BODY\", with the quotation marks. Hooks are kept in the file hooks beside the settings."),
      .example = "/hook message from bot@example.org matching \"^ALARM\" /usr/local/bin/siren --loud" },
    { .name = "hook list",
      .grammar = "",
      .help = N_("List the hooks."),
      .run = cmd_hook_list },
    { .name = "hook remove",
      .grammar = "<number:int(1..1000)>",
      .help = N_("Remove a hook, by its number in /hook list."),
      .run = cmd_hook_remove,
      .example = "/hook remove 1" },
    { 0 },
};

const CommandGroup hooks_group = { "hooks", N_("Hooks"), commands, NULL };

/* --- life --- */

Hooks *
hooks_new(Registry *registry, Runner *runner)
{
    g_autoptr(GError) error = NULL;
    Hooks *hooks = g_new0(Hooks, 1);
    hooks->registry = registry;
    hooks->client = registry_client(registry);
    hooks->runner = runner;
    hooks->path = g_build_filename(client_paths(hooks->client)->config, "hooks", NULL);
    hooks->lines = g_ptr_array_new_with_free_func(line_free);
    g_queue_init(&hooks->happenings);
    registry_add_owned_group(registry, &hooks_group, hooks);
    if (!reload(hooks, &error))
        client_notice(hooks->client, NULL, NOTICE_WARNING, error->code, "%s", error->message);
    hooks->subscription = bus_subscribe(client_bus(hooks->client), on_event, hooks);
    return hooks;
}

void
hooks_free(Hooks *hooks)
{
    if (hooks == NULL)
        return;
    bus_unsubscribe(client_bus(hooks->client), hooks->subscription);
    g_clear_handle_id(&hooks->idle, g_source_remove);
    g_queue_clear_full(&hooks->happenings, happening_free);
    for (guint i = 0; i < hooks->lines->len; i++) {
        HookState *state = ((const HookLine *) hooks->lines->pdata[i])->state;
        if (state != NULL)
            state->is_over = true;
    }
    g_ptr_array_unref(hooks->lines);
    g_free(hooks->path);
    g_free(hooks);
}
