/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/run_confab.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "support/server.h"
#include "support/shape_check.h"

struct Run {
    pid_t pid;
    int input, output, errors;
    GString *out, *err;
    gsize seen; /* where run_wait_line() goes on */
    char *program;
    bool is_confab; /* what it prints as JSON is held against the tables */
    char *home;
    bool own_home;
    bool ended;
    int status;
};

char **
confab_environment(const char *home, const char *const *more)
{
    char **environment = NULL;
    g_autofree char *config = g_build_filename(home, ".config", NULL);
    g_autofree char *data = g_build_filename(home, ".local", "share", NULL);
    g_autofree char *state = g_build_filename(home, ".local", "state", NULL);
    const char *const names[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "G_DEBUG", "LOCPATH", NULL };

    environment = g_environ_setenv(environment, "HOME", home, TRUE);
    environment = g_environ_setenv(environment, "XDG_CONFIG_HOME", config, TRUE);
    environment = g_environ_setenv(environment, "XDG_DATA_HOME", data, TRUE);
    environment = g_environ_setenv(environment, "XDG_STATE_HOME", state, TRUE);
    environment = g_environ_setenv(environment, "XDG_RUNTIME_DIR", home, TRUE);
    environment = g_environ_setenv(environment, "TERM", "xterm-256color", TRUE);
    environment = g_environ_setenv(environment, "LC_ALL", "C.UTF-8", TRUE);
    environment = g_environ_setenv(environment, "TZ", "UTC", TRUE);
    environment = g_environ_setenv(environment, "PATH", "/usr/local/bin:/usr/bin:/bin", TRUE);
    for (const char *const *name = names; *name != NULL; name++) {
        if (g_getenv(*name) != NULL)
            environment = g_environ_setenv(environment, *name, g_getenv(*name), TRUE);
    }
    for (; more != NULL && *more != NULL; more++) {
        g_auto(GStrv) pair = g_strsplit(*more, "=", 2);
        environment = g_environ_setenv(environment, pair[0], pair[1], TRUE);
    }
    return environment;
}

char **
confab_argv(const char *const *argv)
{
    GPtrArray *words = g_ptr_array_new();
    if (argv == NULL || argv[0] == NULL)
        g_ptr_array_add(words, g_build_filename(g_getenv("G_TEST_BUILDDIR"), "..", "src", "confab", NULL));
    else
        g_ptr_array_add(words, g_strdup(argv[0]));
    for (const char *const *word = argv != NULL ? argv + 1 : NULL; word != NULL && *word != NULL; word++)
        g_ptr_array_add(words, g_strdup(*word));
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

void
confab_write_accounts(const char *home, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_build_filename(home, ".config", "confab", NULL);
    g_autofree char *path = g_build_filename(directory, "accounts", NULL);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
    g_assert_no_error(error);
}

char *
confab_account(const char *user, guint16 port, const char *ca_file, const char *password, const char *tls)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "[%s]\njid = %s@localhost\nserver = 127.0.0.1\nport = %u\n", user, user, port);
    if (ca_file != NULL)
        g_string_append_printf(text, "ca-file = %s\n", ca_file);
    if (password != NULL)
        g_string_append_printf(text, "password = %s\n", password);
    if (tls != NULL)
        g_string_append_printf(text, "tls = %s\n", tls);
    return g_string_free(text, FALSE);
}

Run *
run_start(const char *home, const char *const *argv, const char *const *environment)
{
    g_auto(GStrv) program = confab_argv(NULL);
    Run *run = run_start_program(program[0], home, argv, environment);
    run->is_confab = true;
    return run;
}

Run *
run_start_program(const char *program, const char *home, const char *const *argv, const char *const *environment)
{
    Run *run = g_new0(Run, 1);
    int in[2], out[2], err[2];

    run->own_home = home == NULL;
    run->home = run->own_home ? test_directory_new() : g_strdup(home);
    run->program = g_strdup(program);
    run->out = g_string_new(NULL);
    run->err = g_string_new(NULL);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, (gpointer)program);
    for (; *argv != NULL; argv++)
        g_ptr_array_add(words, (gpointer)*argv);
    g_ptr_array_add(words, NULL);
    g_auto(GStrv) clean = confab_environment(run->home, environment);

    g_assert_cmpint(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC) | pipe2(err, O_CLOEXEC), ==, 0);
    run->pid = fork();
    g_assert_cmpint(run->pid, >=, 0);
    if (run->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        execve(words->pdata[0], (char **)words->pdata, clean);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    run->input = in[1];
    run->output = out[0];
    run->errors = err[0];
    fcntl(run->output, F_SETFL, O_NONBLOCK);
    fcntl(run->errors, F_SETFL, O_NONBLOCK);
    return run;
}

void
run_free(Run *run)
{
    if (!run->ended) {
        kill(run->pid, SIGKILL);
        waitpid(run->pid, NULL, 0);
    }
    run_type_end(run);
    if (run->is_confab)
        assert_shapes(run->out->str);
    close(run->output);
    close(run->errors);
    g_string_free(run->out, TRUE);
    g_string_free(run->err, TRUE);
    if (run->own_home)
        test_directory_remove(run->home);
    g_free(run->home);
    g_free(run->program);
    g_free(run);
}

pid_t
run_pid(const Run *run)
{
    return run->pid;
}

const char *
run_home(const Run *run)
{
    return run->home;
}

void
run_type(Run *run, const char *line)
{
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    const gssize length = strlen(text);
    g_assert_cmpint(write(run->input, text, length), ==, length);
}

void
run_type_end(Run *run)
{
    if (run->input >= 0)
        close(run->input);
    run->input = -1;
}

static bool
take(int fd, GString *text)
{
    char buffer[16384];
    const gssize n = read(fd, buffer, sizeof buffer);
    if (n > 0)
        g_string_append_len(text, buffer, n);
    return n > 0;
}

/* Takes in what there is within `ms`. */
static void
pump(Run *run, int ms)
{
    struct pollfd pollers[] = { { .fd = run->output, .events = POLLIN }, { .fd = run->errors, .events = POLLIN } };
    poll(pollers, G_N_ELEMENTS(pollers), ms);
    while (take(run->output, run->out) || take(run->errors, run->err))
        continue;
    if (!run->ended && waitpid(run->pid, &run->status, WNOHANG) == run->pid) {
        run->ended = true;
        while (take(run->output, run->out) || take(run->errors, run->err))
            continue;
    }
}

static void
give_up(const Run *run, const char *what, const char *text)
{
    g_error("%s “%s”%s; standard output:\n%s\nstandard error:\n%s", what, text,
            run->ended ? " (the program has ended)" : "", run->out->str, run->err->str);
}

/* NULL: the next one is not complete. */
static char *
take_line(Run *run)
{
    const char *start = run->out->str + run->seen;
    const char *end = strchr(start, '\n');
    if (end == NULL)
        return NULL;
    run->seen += (gsize)(end - start) + 1;
    return g_strndup(start, (gsize)(end - start));
}

char *
run_next_line(Run *run)
{
    char *line = take_line(run);
    if (line != NULL)
        return line;
    pump(run, 0);
    return take_line(run);
}

int
run_output_fd(const Run *run)
{
    return run->output;
}

bool
run_has_ended(const Run *run)
{
    return run->ended;
}

char *
run_wait_line(Run *run, const char *pattern)
{
    const gint64 deadline = g_get_monotonic_time() + RUN_TIMEOUT * G_TIME_SPAN_MILLISECOND;
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);

    g_assert_nonnull(regex);
    for (;;) {
        for (char *next; (next = take_line(run)) != NULL;) {
            g_autofree char *line = next;
            if (g_regex_match(regex, line, 0, NULL))
                return g_steal_pointer(&line);
        }
        if (run->ended || g_get_monotonic_time() > deadline)
            give_up(run, "no line matches", pattern);
        pump(run, 50);
    }
}

int
run_wait_exit(Run *run)
{
    const gint64 deadline = g_get_monotonic_time() + RUN_TIMEOUT * G_TIME_SPAN_MILLISECOND;
    while (!run->ended) {
        if (g_get_monotonic_time() > deadline)
            give_up(run, "still running:", run->program);
        pump(run, 50);
    }
    return WIFEXITED(run->status) ? WEXITSTATUS(run->status) : 128 + WTERMSIG(run->status);
}

const char *
run_output(const Run *run)
{
    return run->out->str;
}

const char *
run_errors(const Run *run)
{
    return run->err->str;
}
