/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

enum {
    CLOSING_TIME = 500, /* ms for what is still in the pipes after the end; who inherited them may keep them open */
    READ_SIZE = 16 * 1024,
    SIGNAL_STATUS = 128,
};

struct Process {
    GPid pid;
    bool has_exited;
    int status;
    bool is_stopped, timed_out;
    ProcessDone done;
    ProcessComplaint complaint;
    gpointer data;
    int input, output, errors; /* ours; -1: closed or given away */
    guint input_watch, output_watch, errors_watch;
    guint child_watch;
    guint timer; /* until it is stopped, then until it is killed, then until the pipes are closed */
    GString *to_write;
    gsize written;
    GString *read;
    bool is_truncated;
    GString *line;         /* of standard error, unfinished */
    char *first_complaint;
};

/* --- the end --- */

static void
close_pipe(int *fd, guint *watch)
{
    g_clear_handle_id(watch, g_source_remove);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void
clear(Process *process)
{
    close_pipe(&process->input, &process->input_watch);
    close_pipe(&process->output, &process->output_watch);
    close_pipe(&process->errors, &process->errors_watch);
    g_clear_handle_id(&process->timer, g_source_remove);
    g_clear_handle_id(&process->child_watch, g_source_remove);
    g_string_free(process->to_write, TRUE);
    g_string_free(process->read, TRUE);
    g_string_free(process->line, TRUE);
    g_free(process->first_complaint);
    g_free(process);
}

static void
finish(Process *process)
{
    const ProcessEnd end = {
        .status = process->status,
        .timed_out = process->timed_out,
        .output = process->read->str,
        .output_length = process->read->len,
        .is_truncated = process->is_truncated,
        .complaint = process->first_complaint,
    };
    process->done(process, &end, process->data);
    clear(process);
}

static void
finish_when_all_is_read(Process *process)
{
    if (process->has_exited && process->output < 0 && process->errors < 0)
        finish(process);
}

static gboolean
on_closing_time(gpointer data)
{
    Process *process = data;
    process->timer = 0;
    finish(process);
    return G_SOURCE_REMOVE;
}

static void
on_exited(GPid pid, gint status, gpointer data)
{
    Process *process = data;
    process->child_watch = 0;
    process->has_exited = true;
    process->status = WIFEXITED(status) ? WEXITSTATUS(status) : SIGNAL_STATUS + WTERMSIG(status);
    /* What it has started and was to be stopped with it. */
    if (process->is_stopped)
        kill(-pid, SIGKILL);
    close_pipe(&process->input, &process->input_watch);
    g_clear_handle_id(&process->timer, g_source_remove);
    process->timer = g_timeout_add(CLOSING_TIME, on_closing_time, process);
    finish_when_all_is_read(process);
}

static gboolean
on_grace_over(gpointer data)
{
    Process *process = data;
    process->timer = 0;
    kill(-process->pid, SIGKILL);
    return G_SOURCE_REMOVE;
}

void
process_stop(Process *process)
{
    if (process->has_exited)
        return;
    process->is_stopped = true;
    kill(-process->pid, SIGTERM);
    g_clear_handle_id(&process->timer, g_source_remove);
    process->timer = g_timeout_add(PROCESS_GRACE, on_grace_over, process);
}

static gboolean
on_timeout(gpointer data)
{
    Process *process = data;
    process->timer = 0;
    process->timed_out = true;
    process_stop(process);
    return G_SOURCE_REMOVE;
}

/* One that nobody waits for; it leaves no zombie, and does not stay when it is asked to go. */
typedef struct Forgotten {
    GPid pid;
    guint timer; /* until it is killed; 0: it was */
} Forgotten;

static gboolean
on_forgotten_too_long(gpointer data)
{
    Forgotten *forgotten = data;
    forgotten->timer = 0;
    kill(-forgotten->pid, SIGKILL);
    return G_SOURCE_REMOVE;
}

static void
on_forgotten_exited(GPid pid, gint status, gpointer data)
{
    Forgotten *forgotten = data;
    kill(-pid, SIGKILL); /* what it has started */
    g_clear_handle_id(&forgotten->timer, g_source_remove);
    g_free(forgotten);
}

static void
let_go(Process *process, int signal_number)
{
    if (process == NULL)
        return;
    if (!process->has_exited) {
        kill(-process->pid, signal_number);
        g_clear_handle_id(&process->child_watch, g_source_remove);
        Forgotten *forgotten = g_new0(Forgotten, 1);
        forgotten->pid = process->pid;
        forgotten->timer = g_timeout_add(PROCESS_GRACE, on_forgotten_too_long, forgotten);
        g_child_watch_add(process->pid, on_forgotten_exited, forgotten);
    }
    clear(process);
}

void
process_forget(Process *process)
{
    let_go(process, SIGTERM);
}

void
process_free(Process *process)
{
    let_go(process, SIGKILL);
}

/* --- pipes --- */

static gboolean
on_writable(gint fd, GIOCondition condition, gpointer data)
{
    Process *process = data;
    const GString *text = process->to_write;
    const gssize count = write(fd, text->str + process->written, text->len - process->written);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    process->written += count > 0 ? (gsize) count : 0;
    if (count > 0 && process->written < text->len)
        return G_SOURCE_CONTINUE;
    process->input_watch = 0;
    close_pipe(&process->input, &process->input_watch);
    return G_SOURCE_REMOVE;
}

/* Reads once. False: it is over. */
static bool
read_piece(int fd, char *bytes, gsize *count)
{
    const gssize got = read(fd, bytes, READ_SIZE);
    *count = got > 0 ? (gsize) got : 0;
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static gboolean
on_output(gint fd, GIOCondition condition, gpointer data)
{
    Process *process = data;
    char bytes[READ_SIZE];
    gsize count;
    if (read_piece(fd, bytes, &count)) {
        const gsize kept = MIN(count, PROCESS_OUTPUT_MAX - process->read->len);
        g_string_append_len(process->read, bytes, (gssize) kept);
        process->is_truncated = process->is_truncated || kept < count;
        return G_SOURCE_CONTINUE;
    }
    process->output_watch = 0;
    close_pipe(&process->output, &process->output_watch);
    finish_when_all_is_read(process);
    return G_SOURCE_REMOVE;
}

static void
end_line(Process *process)
{
    if (process->line->len == 0)
        return;
    g_autofree char *line = text_clean(process->line->str, (gssize) process->line->len, TEXT_LINE);
    g_string_truncate(process->line, 0);
    if (process->first_complaint == NULL)
        process->first_complaint = g_strdup(line);
    if (process->complaint != NULL)
        process->complaint(line, process->data);
}

static gboolean
on_errors(gint fd, GIOCondition condition, gpointer data)
{
    Process *process = data;
    char bytes[READ_SIZE];
    gsize count;
    const bool goes_on = read_piece(fd, bytes, &count);
    for (gsize i = 0; i < count; i++) {
        if (bytes[i] == '\n')
            end_line(process);
        else if (process->line->len < PROCESS_COMPLAINT_MAX)
            g_string_append_c(process->line, bytes[i]);
    }
    if (goes_on)
        return G_SOURCE_CONTINUE;
    end_line(process);
    process->errors_watch = 0;
    close_pipe(&process->errors, &process->errors_watch);
    finish_when_all_is_read(process);
    return G_SOURCE_REMOVE;
}

/* --- the beginning --- */

/* Between fork and exec: async-signal-safe calls only. */
static void
set_up_child(gpointer data)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL); /* we ignore it, and ignoring is inherited */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

/* Ours, without what is meant for this process only, and with what is asked for. */
static GStrv
make_environment(const char *const *more)
{
    static const char *const ours[] = { "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", NULL };
    GStrv environment = g_get_environ();
    for (const char *const *name = ours; *name != NULL; name++)
        environment = g_environ_unsetenv(environment, *name);
    for (; more != NULL && *more != NULL; more++) {
        const char *equals = strchr(*more, '=');
        g_autofree char *name = g_strndup(*more, (gsize) (equals - *more));
        environment = g_environ_setenv(environment, name, equals + 1, TRUE);
    }
    return environment;
}

static Process *
spawn(const ProcessOptions *options, GError **error)
{
    const GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CLOEXEC_PIPES;
    g_auto(GStrv) environment = make_environment(options->environment);
    g_autoptr(GError) problem = NULL;
    Process *process = g_new0(Process, 1);
    if (!g_spawn_async_with_pipes(NULL, (char **) options->argv, environment, flags, set_up_child, NULL, &process->pid,
                                  &process->input, &process->output, &process->errors, &problem)) {
        g_autofree char *name = text_clean(options->argv[0], -1, TEXT_LINE);
        /* GLib's own words name the program again. */
        const char *cause = g_error_matches(problem, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT)   ? g_strerror(ENOENT)
                            : g_error_matches(problem, G_SPAWN_ERROR, G_SPAWN_ERROR_ACCES) ? g_strerror(EACCES)
                                                                                           : problem->message;
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("%s does not start (%s): check its name and permissions"), name,
                    cause);
        g_free(process);
        return NULL;
    }
    g_unix_set_fd_nonblocking(process->input, TRUE, NULL);
    g_unix_set_fd_nonblocking(process->output, TRUE, NULL);
    g_unix_set_fd_nonblocking(process->errors, TRUE, NULL);
    process->to_write = g_string_new(NULL);
    process->read = g_string_new(NULL);
    process->line = g_string_new(NULL);
    process->child_watch = g_child_watch_add(process->pid, on_exited, process);
    process->errors_watch = g_unix_fd_add(process->errors, G_IO_IN | G_IO_HUP | G_IO_ERR, on_errors, process);
    if (options->timeout > 0)
        process->timer = g_timeout_add(options->timeout, on_timeout, process);
    return process;
}

Process *
process_run(const ProcessOptions *options, ProcessDone done, gpointer data, GError **error)
{
    Process *process = spawn(options, error);
    if (process == NULL)
        return NULL;
    process->done = done;
    process->data = data;
    if (options->input != NULL && options->input_length > 0) {
        g_string_append_len(process->to_write, options->input, (gssize) options->input_length);
        process->input_watch = g_unix_fd_add(process->input, G_IO_OUT | G_IO_HUP | G_IO_ERR, on_writable, process);
    } else {
        close_pipe(&process->input, &process->input_watch);
    }
    process->output_watch = g_unix_fd_add(process->output, G_IO_IN | G_IO_HUP | G_IO_ERR, on_output, process);
    return process;
}

Process *
process_open(const ProcessOptions *options, int *take_input, int *take_output, ProcessComplaint complaint,
             ProcessDone done, gpointer data, GError **error)
{
    Process *process = spawn(options, error);
    if (process == NULL)
        return NULL;
    process->complaint = complaint;
    process->done = done;
    process->data = data;
    *take_input = process->input;
    *take_output = process->output;
    process->input = -1;
    process->output = -1;
    return process;
}

GPid
process_pid(const Process *process)
{
    return process->pid;
}

char *
process_end_words(const ProcessEnd *end, const char *name)
{
    if (end->timed_out)
        return g_strdup_printf(_("%s took too long and was stopped"), name);
    if (end->status == 0)
        return NULL;
    if (end->status > SIGNAL_STATUS)
        return g_strdup_printf(_("%s was ended by signal %d: try it in a shell"), name, end->status - SIGNAL_STATUS);
    if (end->complaint == NULL)
        return g_strdup_printf(_("%s failed with status %d: try it in a shell"), name, end->status);
    return g_strdup_printf(_("%s failed with status %d (%s): try it in a shell"), name, end->status, end->complaint);
}
