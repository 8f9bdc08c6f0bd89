/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/exec.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/process.h"
#include "base/text.h"
#include "core/outgoing.h"
#include "core/text_filter.h"

struct Exec {
    GPtrArray *running; /* ExecRun */
};

typedef struct ExecRun {
    Exec *exec;
    CommandCall *call; /* deferred */
    Process *process;     /* NULL: it has ended, and filters look at its output */
    char *name;           /* of the program, cleaned */
    Client *client;
    guint64 conversation; /* serial of whom the output is said to; 0: it is printed */
} ExecRun;

static void
run_free(ExecRun *run)
{
    g_free(run->name);
    g_free(run);
}

static void
print_output(const ExecRun *run, const ProcessEnd *end)
{
    g_autofree char *clean = text_clean(end->output, (gssize) end->output_length, TEXT_LINES);
    if (g_str_has_suffix(clean, "\n"))
        clean[strlen(clean) - 1] = '\0';
    if (end->output_length > 0)
        command_call_print(run->call, "%s", clean);
    if (end->is_truncated)
        command_call_print(run->call, _("… and more: only the first 64 KiB are shown"));
}

static void
end(ExecRun *take_run, const GError *error)
{
    g_ptr_array_remove_fast(take_run->exec->running, take_run);
    command_call_finish(take_run->call, error);
    run_free(take_run);
}

/* What the filters have left of the output. */
static void
on_filtered(const char *body, const GError *refused, gpointer data)
{
    ExecRun *run = data;
    Conversation *conversation = client_find_conversation(run->client, run->conversation);
    g_autoptr(GError) error = refused == NULL ? NULL : g_error_copy(refused);
    if (body != NULL && conversation != NULL)
        outgoing_send(run->client, conversation, body, &error);
    end(run, error);
}

/* What is too long or no text is not said by halves. */
static bool
check_output(const ExecRun *run, const ProcessEnd *end, gsize length, GError **error)
{
    if (client_find_conversation(run->client, run->conversation) == NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED,
                            _("the conversation was closed meanwhile: nothing was said"));
        return false;
    }
    if (!end->is_truncated && g_utf8_validate(end->output, (gssize) length, NULL))
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                end->is_truncated ? _("%s printed more than 64 KiB: nothing was said")
                                  : _("%s printed something that is no text: nothing was said"),
                run->name);
    return false;
}

static void
say_output(ExecRun *run, const ProcessEnd *process_end)
{
    g_autoptr(GError) error = NULL;
    gsize length = process_end->output_length;
    while (length > 0 && strchr("\r\n", process_end->output[length - 1]) != NULL)
        length--;
    if (!check_output(run, process_end, length, &error) || length == 0) {
        end(run, error);
        return;
    }
    g_autofree char *body = g_strndup(process_end->output, length);
    Conversation *conversation = client_find_conversation(run->client, run->conversation);
    text_filter_outgoing(run->client, conversation, body, on_filtered, run);
}

static void
on_done(Process *process, const ProcessEnd *process_end, gpointer data)
{
    ExecRun *run = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *failure = process_end_words(process_end, run->name);
    run->process = NULL;
    if (run->conversation == 0)
        print_output(run, process_end);
    if (failure != NULL)
        g_set_error_literal(&error, CONFAB_ERROR, ERROR_FAILED, failure);
    if (failure != NULL || run->conversation == 0)
        end(run, error);
    else
        say_output(run, process_end);
}

/* "-o" in front of the program. */
static bool
says_output(const char *const *words)
{
    return strcmp(words[0], "-o") == 0;
}

static bool
check_exec(const Args *args, GError **error)
{
    const char *const *words = args_list(args, "command");
    if (words[says_output(words) ? 1 : 0] != NULL)
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("/exec -o: say which program to run"));
    return false;
}

static bool
cmd_exec(CommandCall *call, const Args *args, GError **error)
{
    const char *const *words = args_list(args, "command");
    const bool says = says_output(words);
    Exec *exec = command_call_owner(call);
    Client *client = command_call_client(call);
    const Conversation *conversation = says ? command_call_conversation(call) : NULL;
    if (says && conversation == NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE,
                            _("/exec -o: there is no conversation here: open one with /msg JID"));
        return false;
    }
    const gint64 seconds = settings_get_int(client_settings(client), SETTING_HOOKS_TIMEOUT, NULL, NULL);
    const ProcessOptions options = { .argv = words + (says ? 1 : 0), .timeout = (guint) seconds * 1000 };
    ExecRun *run = g_new0(ExecRun, 1);
    run->process = process_run(&options, on_done, run, error);
    if (run->process == NULL) {
        run_free(run);
        return false;
    }
    run->exec = exec;
    run->client = client;
    run->name = text_clean(options.argv[0], -1, TEXT_LINE);
    run->conversation = conversation == NULL ? 0 : conversation_serial(conversation);
    run->call = command_call_defer(call);
    g_ptr_array_add(exec->running, run);
    return true;
}

static const Command commands[] = {
    { .name = "exec",
      .grammar = "<command:word...>",
      .help = N_("Run a program, and print what it prints."),
      .run = cmd_exec,
      .check = check_exec,
      .details = N_(
          "The words are the program and its arguments, quoted as usual; there is no shell in between: for pipes "
          "and patterns write /exec sh -c '…'. With -o as the first word the output is said to the current conversation, "
          "as one message. A program that takes longer than hooks.timeout is stopped. What others said ($WAIT_TEXT in a script) is "
          "data: it may be an argument, never a part of a line for a shell: /exec sh -c 'printf %s \"$1\"' sh \"$WAIT_TEXT\"."),
      .example = "/exec -o uptime" },
    { 0 },
};

const CommandGroup exec_group = { "exec", N_("Programs"), commands, NULL };

Exec *
exec_new(Registry *registry)
{
    Exec *exec = g_new0(Exec, 1);
    exec->running = g_ptr_array_new();
    registry_add_owned_group(registry, &exec_group, exec);
    return exec;
}

void
exec_free(Exec *exec)
{
    if (exec == NULL)
        return;
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("the program ends: start it again"));
    for (guint i = 0; i < exec->running->len; i++) {
        ExecRun *run = exec->running->pdata[i];
        process_free(run->process);
        text_filter_forget(run->client, run);
        command_call_finish(run->call, error);
        run_free(run);
    }
    g_ptr_array_unref(exec->running);
    g_free(exec);
}
