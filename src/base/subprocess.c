/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/subprocess.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

enum {
    OUTPUT_MAX = 64 * 1024,
    COMPLAINT_MAX = 1024, /* bytes kept of standard error */
};

/* One child. It is freed when nothing is under way any more; `done` is called as soon as the outcome is known. */
typedef struct {
    GSubprocess *child;
    GCancellable *stop; /* ours: the caller's, or an end that came early */
    GCancellable *cancel;
    gulong cancel_id;
    SubprocessFlags flags;
    SubprocessDone done;
    gpointer data;
    int pending; /* operations that still hold this */
    GError *error;
    gsize length;
    gsize complaint_length;
    char output[OUTPUT_MAX + 1]; /* one more than is allowed tells that there was more */
    char complaint[COMPLAINT_MAX];
    char rest[1024]; /* standard error beyond what is kept */
} Run;

static void read_output(Run *run);
static void read_complaint(Run *run);

/* Runs between fork and exec: async-signal-safe calls only. */
static void
set_up_child(gpointer data)
{
    const SubprocessFlags flags = (SubprocessFlags) GPOINTER_TO_UINT(data);
    signal(SIGPIPE, SIG_DFL); /* we ignore it, and ignoring is inherited */
    if ((flags & SUBPROCESS_TERMINAL) == 0)
        setpgid(0, 0); /* so that what the shell starts dies with it; on the terminal it must stay in front */
}

static void
kill_child(Run *run)
{
    const char *id = g_subprocess_get_identifier(run->child);
    if (id == NULL)
        return;
    if ((run->flags & SUBPROCESS_TERMINAL) == 0)
        kill((pid_t) -g_ascii_strtoll(id, NULL, 10), SIGKILL);
    g_subprocess_force_exit(run->child);
}

/* Keeps the first error, ends the child and the reading. */
static void
give_up(Run *run, GError *take_error)
{
    if (run->error == NULL)
        run->error = take_error;
    else
        g_error_free(take_error);
    kill_child(run);
    g_cancellable_cancel(run->stop);
}

/* What the child complained of: the first line, harmless; NULL when there is nothing. */
static char *
first_complaint(const Run *run)
{
    const char *start = run->complaint;
    const char *end = memchr(start, '\n', run->complaint_length);
    const gsize length = end != NULL ? (gsize) (end - start) : run->complaint_length;
    return length > 0 ? text_clean(start, (gssize) length, TEXT_LINE) : NULL;
}

/* What the exit says, once all pipes are read: the complaint belongs to it. */
static void
judge_exit(Run *run)
{
    g_autofree char *complaint = first_complaint(run);
    if (!g_subprocess_get_if_exited(run->child)) {
        g_set_error(&run->error, CONFAB_ERROR, ERROR_FAILED, _("The command was ended by signal %d: try it in a shell"),
                    g_subprocess_get_term_sig(run->child));
        return;
    }
    const int status = g_subprocess_get_exit_status(run->child);
    if (status == 0)
        return;
    if (complaint == NULL) {
        g_set_error(&run->error, CONFAB_ERROR, ERROR_FAILED, _("The command failed with status %d: try it in a shell"),
                    status);
        return;
    }
    g_set_error(&run->error, CONFAB_ERROR, ERROR_FAILED, _("The command failed with status %d (%s): try it in a shell"),
                status, complaint);
}

static void
run_release(Run *run)
{
    if (--run->pending > 0)
        return;
    if (run->cancel != NULL)
        g_cancellable_disconnect(run->cancel, run->cancel_id);
    if (run->child != NULL && run->error == NULL)
        judge_exit(run);
    run->output[run->length] = '\0';
    if (run->error != NULL)
        run->done(NULL, 0, run->error, run->data);
    else
        run->done(run->output, run->length, NULL, run->data);
    explicit_bzero(run->output, sizeof run->output);
    g_clear_error(&run->error);
    g_clear_object(&run->child);
    g_clear_object(&run->stop);
    g_clear_object(&run->cancel);
    g_free(run);
}

static void
on_output(GObject *source, GAsyncResult *result, gpointer data)
{
    Run *run = data;
    g_autoptr(GError) error = NULL;
    const gssize count = g_input_stream_read_finish(G_INPUT_STREAM(source), result, &error);
    if (count > 0 && run->length + (gsize) count > OUTPUT_MAX) {
        run->length = OUTPUT_MAX;
        give_up(run, g_error_new_literal(CONFAB_ERROR, ERROR_FAILED,
                                         _("The command wrote more than 64 KiB: let it print what is asked only")));
    } else if (count > 0) {
        run->length += (gsize) count;
        read_output(run);
    } else if (count < 0 && run->error == NULL) {
        give_up(run, g_error_new(CONFAB_ERROR, ERROR_LOCAL_IO, _("Cannot read from the command (%s): try it again"),
                                 error->message));
    }
    run_release(run);
}

static void
read_output(Run *run)
{
    run->pending++;
    g_input_stream_read_async(g_subprocess_get_stdout_pipe(run->child), run->output + run->length,
                              OUTPUT_MAX + 1 - run->length, G_PRIORITY_DEFAULT, run->stop, on_output, run);
}

static void
on_complaint(GObject *source, GAsyncResult *result, gpointer data)
{
    Run *run = data;
    const gssize count = g_input_stream_read_finish(G_INPUT_STREAM(source), result, NULL);
    if (count > 0) {
        const gsize kept = MIN((gsize) count, COMPLAINT_MAX - run->complaint_length);
        memcpy(run->complaint + run->complaint_length, run->rest, kept);
        run->complaint_length += kept;
        read_complaint(run);
    }
    run_release(run);
}

/* Reads to the end, so that a talkative child does not wait for us; only the first bytes are kept. */
static void
read_complaint(Run *run)
{
    run->pending++;
    g_input_stream_read_async(g_subprocess_get_stderr_pipe(run->child), run->rest, sizeof run->rest, G_PRIORITY_DEFAULT,
                              run->stop, on_complaint, run);
}

static void
on_child_exited(GObject *source, GAsyncResult *result, gpointer data)
{
    g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL); /* cannot fail: it is never cancelled */
    run_release(data);
}

static gboolean
on_cancelled_idle(gpointer data)
{
    Run *run = data;
    if (!g_cancellable_is_cancelled(run->stop))
        give_up(run, g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("The command was stopped: run it again")));
    run_release(run);
    return G_SOURCE_REMOVE;
}

/* From an idle source: g_cancellable_disconnect() must not be called inside the signal. */
static void
on_cancelled(GCancellable *cancel, gpointer data)
{
    Run *run = data;
    run->pending++;
    g_idle_add_full(G_PRIORITY_DEFAULT, on_cancelled_idle, run, NULL);
}

/* A run that could not start ends like the others: from the loop. */
static gboolean
on_not_started(gpointer data)
{
    run_release(data);
    return G_SOURCE_REMOVE;
}

static GSubprocess *
spawn(const char *command, SubprocessFlags flags, GError **error)
{
    const bool terminal = (flags & SUBPROCESS_TERMINAL) != 0;
    const GSubprocessFlags pipes =
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | (terminal ? G_SUBPROCESS_FLAGS_STDIN_INHERIT : G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(pipes);
    g_subprocess_launcher_set_child_setup(launcher, set_up_child, GUINT_TO_POINTER(flags), NULL);
    return g_subprocess_launcher_spawn(launcher, error, "/bin/sh", "-c", command, NULL);
}

void
subprocess_run(const char *command, SubprocessFlags flags, GCancellable *cancel, SubprocessDone done, gpointer data)
{
    Run *run = g_new0(Run, 1);
    run->flags = flags;
    run->done = done;
    run->data = data;
    run->pending = 1;
    run->stop = g_cancellable_new();
    if (g_cancellable_is_cancelled(cancel)) {
        run->error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("The command was stopped: run it again"));
        g_idle_add_full(G_PRIORITY_DEFAULT, on_not_started, run, NULL);
        return;
    }
    g_autoptr(GError) error = NULL;
    run->child = spawn(command, flags, &error);
    if (run->child == NULL) {
        run->error = g_error_new(CONFAB_ERROR, ERROR_LOCAL_IO,
                                 _("Cannot start the command (%s): check that /bin/sh can be run"), error->message);
        g_idle_add_full(G_PRIORITY_DEFAULT, on_not_started, run, NULL);
        return;
    }
    read_output(run);
    if ((flags & SUBPROCESS_TERMINAL) == 0)
        read_complaint(run);
    g_subprocess_wait_async(run->child, NULL, on_child_exited, run); /* takes over the first hold */
    if (cancel != NULL) {
        run->cancel = g_object_ref(cancel);
        run->cancel_id = g_cancellable_connect(cancel, G_CALLBACK(on_cancelled), run, NULL);
    }
}
