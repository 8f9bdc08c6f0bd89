/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/runner.h"

#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "base/process.h"
#include "base/text.h"

struct Runner {
    Client *client;
    GQueue waiting;     /* RunnerJob */
    GPtrArray *running; /* RunnerJob */
    guint start;        /* source of the loop */
    bool has_dropped;   /* which was told */
};

typedef struct RunnerJob {
    Runner *runner;
    GStrv argv;
    EventData *event;
    Process *process; /* NULL: it waits */
    RunnerDone done;
    gpointer data;
} RunnerJob;

static void start_later(Runner *runner);

static void
job_free(RunnerJob *job)
{
    g_strfreev(job->argv);
    event_data_unref(job->event);
    process_free(job->process);
    g_free(job);
}

static void
job_end(RunnerJob *take_job, const char *failure)
{
    if (failure != NULL)
        log_warning("hooks", "%s", failure);
    if (take_job->done != NULL)
        take_job->done(failure, take_job->data);
    job_free(take_job);
}

static void
on_ended(Process *process, const ProcessEnd *end, gpointer data)
{
    RunnerJob *job = data;
    Runner *runner = job->runner;
    g_autofree char *name = text_clean(job->argv[0], -1, TEXT_LINE);
    g_autofree char *failure = process_end_words(end, name);
    job->process = NULL;
    g_ptr_array_remove_fast(runner->running, job);
    job_end(job, failure);
    start_later(runner);
}

static void
start(RunnerJob *take_job)
{
    Runner *runner = take_job->runner;
    const gint64 seconds = settings_get_int(client_settings(runner->client), SETTING_HOOKS_TIMEOUT, NULL, NULL);
    g_autofree char *input = g_strconcat(event_data_json(take_job->event), "\n", NULL);
    const ProcessOptions options = {
        .argv = (const char *const *) take_job->argv,
        .environment = event_data_environment(take_job->event),
        .input = input,
        .input_length = strlen(input),
        .timeout = (guint) seconds * 1000,
    };
    g_autoptr(GError) error = NULL;
    take_job->process = process_run(&options, on_ended, take_job, &error);
    if (take_job->process != NULL)
        g_ptr_array_add(runner->running, take_job);
    else
        job_end(take_job, error->message);
}

static gboolean
on_start(gpointer data)
{
    Runner *runner = data;
    const gint64 parallel = settings_get_int(client_settings(runner->client), SETTING_HOOKS_PARALLEL, NULL, NULL);
    runner->start = 0;
    while (runner->running->len < (guint) parallel && runner->waiting.length > 0)
        start(g_queue_pop_head(&runner->waiting));
    return G_SOURCE_REMOVE;
}

static void
start_later(Runner *runner)
{
    if (runner->start == 0 && runner->waiting.length > 0)
        runner->start = g_idle_add_full(G_PRIORITY_DEFAULT, on_start, runner, NULL);
}

void
runner_run(Runner *runner, const char *const *argv, EventData *event, RunnerDone done, gpointer data)
{
    RunnerJob *job = g_new0(RunnerJob, 1);
    job->runner = runner;
    job->argv = g_strdupv((char **) argv);
    job->event = event_data_ref(event);
    job->done = done;
    job->data = data;
    g_queue_push_tail(&runner->waiting, job);
    if (runner->waiting.length > RUNNER_WAITING_MAX) {
        if (!runner->has_dropped)
            client_notice(runner->client, NULL, NOTICE_WARNING, 0,
                          _("hooks: their programs are too slow for what happens: some were not started"));
        runner->has_dropped = true;
        job_end(g_queue_pop_head(&runner->waiting), _("too many programs wait: it was not started"));
    }
    if (runner->waiting.length == 1)
        runner->has_dropped = false;
    start_later(runner);
}

Runner *
runner_new(Client *client)
{
    Runner *runner = g_new0(Runner, 1);
    runner->client = client;
    runner->running = g_ptr_array_new();
    g_queue_init(&runner->waiting);
    return runner;
}

void
runner_free(Runner *runner)
{
    if (runner == NULL)
        return;
    g_clear_handle_id(&runner->start, g_source_remove);
    for (guint i = 0; i < runner->running->len; i++)
        job_end(runner->running->pdata[i], NULL);
    while (runner->waiting.length > 0)
        job_end(g_queue_pop_head(&runner->waiting), NULL);
    g_ptr_array_unref(runner->running);
    g_free(runner);
}
