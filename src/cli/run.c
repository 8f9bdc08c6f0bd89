/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/service_notify.h"
#include "base/text.h"
#include "cli/continued.h"
#include "cli/front.h"
#include "cli/line_writer.h"
#include "command/registry.h"
#include "command/script.h"
#include "command/words.h"
#include "core/alive.h"
#include "core/session.h"
#include "rpc/event_json.h"

enum {
    SIGNAL_CODE = 128,
    DRAIN_PATIENCE = 5000, /* ms */
    ON_ERROR_STOP = 0,     /* the first word of script.on-error */
};

/* The last line of every script. */
static const char last_line[] = "/wait delivered timeout 10";

typedef struct Run {
    const CliOptions *options;
    GMainLoop *loop;
    LineWriter *out;
    Client *client;
    guint subscription;
    Registry *registry;
    Script *script;       /* NULL when it is over */
    Script *rc;           /* comes before it; NULL: there is none, or it is over */
    guint64 conversation; /* the current one; 0: none */
    char *status;         /* of /quit */
    bool reported;        /* the error of the last line is on standard error */
    bool ending;
    bool was_online;
    guint printed; /* events */
    guint timer;   /* source of the loop */
    guint quit;  /* source of the loop: /quit was said */
    guint check; /* source of the loop: a login may have been refused */
    int code;
    int refusal_code; /* of the last bad news */
    guint signals[3];
    ServiceNotify *supervisor; /* NULL: none that wants to know */
} Run;

/* --- the end --- */

static void
on_shut_down(const GError *error, gpointer data)
{
    Run *run = data;
    g_main_loop_quit(run->loop);
}

static void
cancel_scripts(Run *run)
{
    if (run->rc != NULL)
        script_cancel(g_steal_pointer(&run->rc));
    if (run->script != NULL)
        script_cancel(g_steal_pointer(&run->script));
}

/* Ends the sessions and then the loop. The first reason to end counts. */
static void
end(Run *run, int code)
{
    if (run->ending)
        return;
    run->ending = true;
    run->code = code;
    service_notify_stopping(run->supervisor);
    cancel_scripts(run);
    client_shutdown(run->client, run->status, on_shut_down, run);
}

static void
on_delivered(const CommandCall *call, const GError *error, gpointer data)
{
    Run *run = data;
    if (run->ending)
        return;
    if (error != NULL)
        front_report("", error->message);
    end(run, error == NULL ? 0 : front_code(error));
}

/* Nothing more is to be done but to see the messages off. */
static void
wind_up(Run *run)
{
    registry_execute(run->registry, last_line, on_delivered, run);
}

static void
on_script_done(const GError *error, gpointer data)
{
    Run *run = data;
    run->script = NULL;
    if (error == NULL && run->options->stays)
        return;
    if (error == NULL) {
        wind_up(run);
        return;
    }
    if (!run->reported)
        front_report("", error->message);
    end(run, front_code(error));
}

static void
on_line_done(const CommandCall *call, const GError *error, gpointer data)
{
    Run *run = data;
    run->reported = false;
    if (run->options->json && run->options->filter == NULL) {
        g_autofree char *line = result_to_json(call, error);
        line_writer_put(run->out, line);
    } else if (error != NULL) {
        front_report(script_position(run->script), error->message);
        run->reported = true;
    }
}

static gboolean
on_signal(Run *run, int number)
{
    if (run->ending)
        g_main_loop_quit(run->loop);
    end(run, SIGNAL_CODE + number);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt(gpointer run)
{
    return on_signal(run, SIGINT);
}

static gboolean
on_terminate(gpointer run)
{
    return on_signal(run, SIGTERM);
}

static gboolean
on_hang_up(gpointer run)
{
    return on_signal(run, SIGHUP);
}

static gboolean
on_continued(gpointer data)
{
    const Run *run = data;
    client_check_alive(run->client);
    return G_SOURCE_CONTINUE;
}

static void
on_output_ended(const GError *error, gpointer data)
{
    Run *run = data;
    if (error != NULL)
        front_report("", error->message);
    end(run, error == NULL ? 0 : front_code(error));
}

/* --- events --- */

/* An account that can do nothing for the script: refused, and no attempt will follow. NULL when one still can. */
static const Account *
find_refused(const Run *run)
{
    const Account *refused = NULL;
    for (guint i = 0; i < client_session_count(run->client); i++) {
        const Account *account = session_account(client_session_at(run->client, i));
        if (account_state(account) != ACCOUNT_OFFLINE || account_retry_at(account) != 0)
            return NULL;
        if (account_reason(account) != NULL)
            refused = account;
    }
    return refused;
}

/* Nothing is under way that could fail by itself. */
static bool
is_idle(const Run *run)
{
    return run->script == NULL ? run->options->stays : script_is_idle(run->script);
}

/* A script that only waits for its next line would wait in vain when the first login was refused: the reason is worth
 * more than the silence. */
static gboolean
on_check(gpointer data)
{
    Run *run = data;
    run->check = 0;
    const bool stops = settings_get_choice(client_settings(run->client), SETTING_SCRIPT_ON_ERROR, NULL, NULL) ==
                       ON_ERROR_STOP;
    if (run->ending || run->was_online || !stops || !is_idle(run))
        return G_SOURCE_REMOVE;
    const Account *refused = find_refused(run);
    if (refused == NULL)
        return G_SOURCE_REMOVE;
    front_report(account_name(refused), account_reason(refused));
    end(run, run->refusal_code != 0 ? run->refusal_code : ERROR_UNREACHABLE);
    return G_SOURCE_REMOVE;
}

static void
print_event(Run *run, const ModelEvent *event)
{
    const EventFilter *filter = run->options->filter;
    EventFacts facts;
    if (run->ending && filter != NULL)
        return;
    if (filter != NULL && (!event_facts(event, &facts) || !event_filter_wants(filter, &facts)))
        return;
    g_autofree char *line = run->options->json ? event_to_json(event) : event_to_line(event);
    if (line == NULL)
        return;
    line_writer_put(run->out, line);
    run->printed++;
    if (run->printed == run->options->count)
        end(run, 0);
}

static gboolean
on_timeout(gpointer data)
{
    Run *run = data;
    run->timer = 0;
    if (run->printed < MAX(run->options->count, 1)) {
        front_report("", _("nothing more has come in time"));
        end(run, ERROR_QUEUED);
    } else {
        end(run, 0);
    }
    return G_SOURCE_REMOVE;
}

/* "work: online, home: offline (…)". */
static void
tell_supervisor(const Run *run)
{
    g_autoptr(GString) status = g_string_new(NULL);
    if (run->supervisor == NULL)
        return;
    for (guint i = 0; i < client_session_count(run->client); i++) {
        const Account *account = session_account(client_session_at(run->client, i));
        const char *reason = account_reason(account);
        g_string_append_printf(status, "%s%s: %s", i > 0 ? ", " : "", account_name(account),
                               account_state_word(account_state(account)));
        if (reason != NULL)
            g_string_append_printf(status, " (%s)", reason);
    }
    service_notify_status(run->supervisor, status->str);
}

static void
on_event(gconstpointer data, gpointer run_data)
{
    const ModelEvent *event = data;
    Run *run = run_data;
    print_event(run, event);
    if (event->type == NOTICE && event->notice.code != 0)
        run->refusal_code = event->notice.code;
    if (event->type != ACCOUNT_STATE_CHANGED)
        return;
    tell_supervisor(run);
    run->was_online = run->was_online || account_state(event->account) == ACCOUNT_ONLINE;
    if (run->check == 0)
        run->check = g_idle_add(on_check, run);
}

/* --- what commands are lent --- */

static Conversation *
front_conversation(gpointer front)
{
    const Run *run = front;
    return run->conversation == 0 ? NULL : client_find_conversation(run->client, run->conversation);
}

static void
front_show(gpointer front, Conversation *conversation)
{
    Run *run = front;
    run->conversation = conversation_serial(conversation);
}

static void
front_print(gpointer front, const CommandCall *call, OutputKind kind, const char *line, int hang)
{
    Run *run = front;
    if (kind == OUTPUT_ERROR)
        front_report("", line);
    else if (!run->options->json && run->options->filter == NULL)
        line_writer_put(run->out, line);
}

static gboolean
on_quit(gpointer data)
{
    Run *run = data;
    run->quit = 0;
    if (run->ending || (run->script == NULL && !run->options->stays))
        return G_SOURCE_REMOVE;
    if (run->script != NULL)
        cancel_scripts(run);
    wind_up(run);
    return G_SOURCE_REMOVE;
}

/* The rest of the script is not executed, but the line that says so ends first; what was said is still delivered. */
static void
front_quit(gpointer front, const char *status)
{
    Run *run = front;
    if (run->quit != 0)
        return;
    g_free(run->status);
    run->status = g_strdup(status);
    run->quit = g_idle_add_full(G_PRIORITY_HIGH, on_quit, run, NULL);
}

/* --- the beginning --- */

/* The lines of -e, then the files, else standard input. */
static bool
add_sources(const CliOptions *options, Script *script, GError **error)
{
    for (const char *const *line = options->execute; line != NULL && *line != NULL; line++)
        script_add_line(script, "-e", *line);
    if (options->room != NULL) {
        g_autofree char *room = words_quote(options->room);
        g_autofree char *join = g_strconcat("/join ", room, NULL);
        script_add_line(script, "--room", join);
    }
    for (const char *const *file = options->files; file != NULL && *file != NULL; file++) {
        if (strcmp(*file, "-") == 0)
            script_add_fd(script, "stdin", STDIN_FILENO);
        else if (!script_add_file(script, *file, error))
            return false;
    }
    if (options->files == NULL && options->execute == NULL && !options->stays)
        script_add_fd(script, "stdin", STDIN_FILENO);
    return true;
}

/* Whatever became of the user's own file: it is not what this run is for. */
static void
on_rc_done(const GError *error, gpointer data)
{
    Run *run = data;
    run->rc = NULL;
    if (error != NULL)
        front_report("", error->message);
    script_start(run->script);
    if (run->check == 0)
        run->check = g_idle_add(on_check, run);
}

/* The file rc, then the lines that were asked for. */
static void
start_scripts(Run *run)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *rc = g_build_filename(run->options->paths->config, "rc", NULL);
    if (!g_file_test(rc, G_FILE_TEST_EXISTS)) {
        script_start(run->script);
        return;
    }
    run->rc = script_new(run->registry, NULL, on_rc_done, run);
    if (!script_add_file(run->rc, rc, &error))
        front_report("", error->message);
    script_start(run->rc);
}

static void
run_loop(Run *run)
{
    run->signals[0] = g_unix_signal_add(SIGINT, on_interrupt, run);
    run->signals[1] = g_unix_signal_add(SIGTERM, on_terminate, run);
    run->signals[2] = g_unix_signal_add(SIGHUP, on_hang_up, run);
    continued_watch(on_continued, run);
    companion_start(run->options->companion, run->registry);
    if (run->options->no_autoconnect)
        client_tell_warnings(run->client);
    else
        client_start(run->client);
    if (run->options->timeout > 0)
        run->timer = g_timeout_add_seconds(run->options->timeout, on_timeout, run);
    tell_supervisor(run);
    service_notify_ready(run->supervisor);
    start_scripts(run);
    g_main_loop_run(run->loop);
    companion_stop(run->options->companion);
    for (gsize i = 0; i < G_N_ELEMENTS(run->signals); i++)
        g_source_remove(run->signals[i]);
    continued_unwatch();
    if (!line_writer_drain(run->out, DRAIN_PATIENCE) && run->code == 0)
        run->code = ERROR_LOCAL_IO;
}

static void
run_clear(Run *run)
{
    cancel_scripts(run);
    g_clear_pointer(&run->registry, registry_free);
    if (run->subscription != 0)
        bus_unsubscribe(client_bus(run->client), run->subscription);
    g_clear_handle_id(&run->check, g_source_remove);
    g_clear_handle_id(&run->timer, g_source_remove);
    g_clear_handle_id(&run->quit, g_source_remove);
    g_clear_pointer(&run->client, client_free);
    g_clear_pointer(&run->supervisor, service_notify_free);
    g_clear_pointer(&run->out, line_writer_free);
    g_clear_pointer(&run->loop, g_main_loop_unref);
    g_free(run->status);
}

/* The accounts asked for exist and make sense. */
static bool
check_accounts(const Run *run, GError **error)
{
    for (const char *const *name = run->options->accounts; name != NULL && *name != NULL; name++) {
        if (accounts_require(client_accounts(run->client), *name, error) == NULL)
            return false;
    }
    return true;
}

/* All that must work before anybody connects. */
static bool
prepare(Run *run, SecretSources *secrets, GError **error)
{
    static const Frontend frontend = {
        .conversation = front_conversation,
        .show = front_show,
        .print = front_print,
        .quit = front_quit,
    };
    const ClientOptions options = { .paths = run->options->paths,
                                    .accounts = run->options->accounts,
                                    .secrets = secrets,
                                    .log = run->options->log };
    run->client = client_new(&options, error);
    if (run->client == NULL || !check_accounts(run, error))
        return false;
    run->subscription = bus_subscribe(client_bus(run->client), on_event, run);
    run->registry = registry_new(run->client, &frontend, run);
    run->script = script_new(run->registry, on_line_done, on_script_done, run);
    return add_sources(run->options, run->script, error);
}

int
cli_run(const CliOptions *options)
{
    g_autoptr(GError) error = NULL;
    Run run = { .options = options };
    signal(SIGPIPE, SIG_IGN);
    run.supervisor = service_notify_new();
    run.loop = g_main_loop_new(NULL, FALSE);
    run.out = line_writer_new(STDOUT_FILENO, on_output_ended, &run);
    g_autoptr(SecretSources) secrets = front_secrets(options->password_fd, &error);
    if (secrets != NULL && prepare(&run, secrets, &error))
        run_loop(&run);
    run_clear(&run);
    if (error == NULL)
        return run.code;
    front_report("", error->message);
    return front_code(error);
}
