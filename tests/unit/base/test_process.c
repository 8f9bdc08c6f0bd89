/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* How a process ended, copied. */
typedef struct Outcome {
    GMainLoop *loop;
    int ended;
    int status;
    bool timed_out, is_truncated;
    GString *output;
    char *complaint, *words;
    GPtrArray *complaints;
} Outcome;

static void
on_done(Process *process, const ProcessEnd *end, gpointer data)
{
    Outcome *outcome = data;
    outcome->ended++;
    outcome->status = end->status;
    outcome->timed_out = end->timed_out;
    outcome->is_truncated = end->is_truncated;
    g_string_append_len(outcome->output, end->output, (gssize) end->output_length);
    g_free(outcome->complaint);
    outcome->complaint = g_strdup(end->complaint);
    g_free(outcome->words);
    outcome->words = process_end_words(end, "it");
    g_main_loop_quit(outcome->loop);
}

static void
on_complaint(const char *line, gpointer data)
{
    const Outcome *outcome = data;
    g_ptr_array_add(outcome->complaints, g_strdup(line));
}

static void
set_up(Outcome *outcome, gconstpointer data)
{
    outcome->loop = g_main_loop_new(NULL, FALSE);
    outcome->output = g_string_new(NULL);
    outcome->complaints = g_ptr_array_new_with_free_func(g_free);
}

static void
tear_down(Outcome *outcome, gconstpointer data)
{
    g_main_loop_unref(outcome->loop);
    g_string_free(outcome->output, TRUE);
    g_ptr_array_unref(outcome->complaints);
    g_free(outcome->complaint);
    g_free(outcome->words);
}

static gboolean
on_too_late(gpointer data)
{
    g_error("the process did not end in time");
    return G_SOURCE_REMOVE;
}

/* Runs to its end. */
static void
run(Outcome *outcome, const ProcessOptions *options)
{
    g_autoptr(GError) error = NULL;
    const int before = outcome->ended;
    Process *process = process_run(options, on_done, outcome, &error);
    g_assert_no_error(error);
    g_assert_cmpint(process_pid(process), >, 0);
    g_string_truncate(outcome->output, 0);
    const guint late = g_timeout_add_seconds(30, on_too_late, NULL);
    g_main_loop_run(outcome->loop);
    g_source_remove(late);
    g_assert_cmpint(outcome->ended, ==, before + 1);
}

static void
shell(Outcome *outcome, const char *script, guint timeout)
{
    const char *const argv[] = { "sh", "-c", script, NULL };
    run(outcome, &(ProcessOptions) { .argv = argv, .timeout = timeout });
}

/* I17: whatever the words are, they arrive as they are. */
static void
test_argv(Outcome *outcome, gconstpointer data)
{
    static const char *const hostile[] = { "$(touch /tmp/owned)", "`id`", "'; id; '", "\"two\nlines\"", "\x1b[31m", "-n",
                                           "--", "*", "", "ünï" };
    for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
        const char *const argv[] = { "printf", "%s|", hostile[i], "end", NULL };
        g_autofree char *expected = g_strdup_printf("%s|end|", hostile[i]);
        run(outcome, &(ProcessOptions) { .argv = argv });
        g_assert_cmpstr(outcome->output->str, ==, expected);
        g_assert_cmpint(outcome->status, ==, 0);
        g_assert_null(outcome->words);
    }
}

static void
test_input(Outcome *outcome, gconstpointer data)
{
    static const char *const cat[] = { "cat", NULL };
    static const char *const wc[] = { "wc", "-c", NULL };
    static const char *const nobody[] = { "true", NULL };
    run(outcome, &(ProcessOptions) { .argv = cat, .input = "a\0b\n", .input_length = 4 });
    g_assert_cmpmem(outcome->output->str, outcome->output->len, "a\0b\n", 4);
    run(outcome, &(ProcessOptions) { .argv = cat });
    g_assert_cmpstr(outcome->output->str, ==, "");
    const gsize size = 4 * 1024 * 1024; /* more than a pipe holds */
    g_autofree char *much = g_malloc0(size);
    run(outcome, &(ProcessOptions) { .argv = wc, .input = much, .input_length = size });
    g_assert_cmpint(atoi(outcome->output->str), ==, (int) size);
    run(outcome, &(ProcessOptions) { .argv = nobody, .input = much, .input_length = size });
    g_assert_cmpint(outcome->status, ==, 0);
}

/* I23: what a supervisor gave to us stays with us. */
static void
test_environment(Outcome *outcome, gconstpointer data)
{
    static const char *const argv[] = { "env", NULL };
    static const char *const more[] = { "CONFAB_BODY=$(id) = \"x\"", "HOME=/elsewhere", NULL };
    g_setenv("NOTIFY_SOCKET", "/run/secret", TRUE);
    g_setenv("CREDENTIALS_DIRECTORY", "/run/secret", TRUE);
    g_setenv("KEPT", "yes", TRUE);
    run(outcome, &(ProcessOptions) { .argv = argv, .environment = more });
    g_assert_nonnull(strstr(outcome->output->str, "CONFAB_BODY=$(id) = \"x\"\n"));
    g_assert_nonnull(strstr(outcome->output->str, "HOME=/elsewhere\n"));
    g_assert_nonnull(strstr(outcome->output->str, "KEPT=yes\n"));
    g_assert_null(strstr(outcome->output->str, "/run/secret"));
    g_unsetenv("NOTIFY_SOCKET");
    g_unsetenv("CREDENTIALS_DIRECTORY");
}

static void
test_descriptors(Outcome *outcome, gconstpointer data)
{
    const int ours = open("/dev/null", O_RDONLY); /* not even close-on-exec */
    shell(outcome, "for fd in /proc/self/fd/*; do echo ${fd##*/}; done", 0);
    g_auto(GStrv) lines = g_strsplit(g_strstrip(outcome->output->str), "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        g_assert_true(atoi(*line) <= 2 || atoi(*line) != ours);
    g_assert_cmpint(g_strv_length(lines), <=, 4); /* and the shell's own, of the directory */
    close(ours);
}

static void
test_status(Outcome *outcome, gconstpointer data)
{
    shell(outcome, "echo said; echo 'bad \033[31mthing' >&2; echo more >&2; exit 3", 0);
    g_assert_cmpint(outcome->status, ==, 3);
    g_assert_cmpstr(outcome->output->str, ==, "said\n");
    g_assert_null(strchr(outcome->complaint, '\033')); /* I12 */
    g_assert_true(g_str_has_prefix(outcome->words, "it failed with status 3 (bad "));
    shell(outcome, "kill -USR1 $$", 0);
    g_assert_cmpint(outcome->status, ==, 128 + SIGUSR1);
    shell(outcome, "kill -PIPE $$", 0); /* ignored here, not there */
    g_assert_cmpint(outcome->status, ==, 128 + SIGPIPE);
    g_assert_nonnull(strstr(outcome->words, "signal 13"));
}

static void
test_much(Outcome *outcome, gconstpointer data)
{
    shell(outcome, "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo >&2; echo rest >&2", 0);
    g_assert_cmpint(outcome->status, ==, 0);
    g_assert_cmpuint(outcome->output->len, ==, PROCESS_OUTPUT_MAX);
    g_assert_true(outcome->is_truncated);
}

/* Also when it does not listen, and with what it has started. */
static void
test_timeout(Outcome *outcome, gconstpointer data)
{
    shell(outcome, "exec sleep 1000", 50);
    g_assert_true(outcome->timed_out);
    g_assert_cmpint(outcome->status, ==, 128 + SIGTERM);
    g_assert_cmpstr(outcome->words, ==, "it took too long and was stopped");
    shell(outcome, "trap '' TERM; echo $$; while :; do sleep 1000; done", 50);
    g_assert_cmpint(outcome->status, ==, 128 + SIGKILL);
    const pid_t group = (pid_t) atoi(outcome->output->str);
    g_assert_cmpint(group, >, 0);
    /* Its children are dying or dead. */
    for (int i = 0; kill(-group, 0) == 0; i++) {
        g_assert_cmpint(i, <, 1000);
        g_usleep(10 * 1000);
    }
    g_assert_cmpint(errno, ==, ESRCH);
}

/* A daemon that keeps the pipes open is not waited for, nor ended. */
static void
test_daemon(Outcome *outcome, gconstpointer data)
{
    shell(outcome, "sleep 1000 & echo $!", 20000);
    g_assert_cmpint(outcome->status, ==, 0);
    g_assert_false(outcome->timed_out);
    const pid_t daemon = (pid_t) atoi(outcome->output->str);
    g_assert_cmpint(kill(daemon, SIGKILL), ==, 0);
}

static void
test_missing(Outcome *outcome, gconstpointer data)
{
    static const char *const argv[] = { "no-such-program-anywhere", NULL };
    static const char *const file[] = { "/etc/passwd", NULL };
    g_autoptr(GError) error = NULL;
    g_assert_null(process_run(&(ProcessOptions) { .argv = argv }, on_done, outcome, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_FAILED);
    g_assert_true(g_str_has_prefix(error->message, "no-such-program-anywhere does not start ("));
    g_clear_error(&error);
    g_assert_null(process_run(&(ProcessOptions) { .argv = file }, on_done, outcome, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_FAILED);
}

/* One talks with it; freed, it and its children are gone, and nobody is told. */
static void
test_open(Outcome *outcome, gconstpointer data)
{
    static const char *const argv[] = { "sh", "-c", "echo one >&2; read line; echo \"got $line\"; echo two >&2; exit 5", NULL };
    static const char *const stays[] = { "sh", "-c", "sleep 1000; :", NULL };
    g_autoptr(GError) error = NULL;
    int input, output;
    char bytes[64] = "";
    process_open(&(ProcessOptions) { .argv = argv }, &input, &output, on_complaint, on_done, outcome, &error);
    g_assert_no_error(error);
    g_assert_cmpint(write(input, "hello\n", 6), ==, 6);
    g_main_loop_run(outcome->loop);
    g_assert_cmpint(outcome->status, ==, 5);
    g_assert_cmpuint(outcome->complaints->len, ==, 2);
    g_assert_cmpstr(outcome->complaints->pdata[1], ==, "two");
    g_assert_cmpint(read(output, bytes, sizeof bytes), ==, 10);
    g_assert_cmpstr(bytes, ==, "got hello\n");
    close(input);
    close(output);
    Process *process = process_open(&(ProcessOptions) { .argv = stays }, &input, &output, NULL, on_done, outcome, &error);
    const pid_t group = process_pid(process);
    process_free(process);
    while (kill(-group, 0) == 0)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpint(outcome->ended, ==, 1);
    close(input);
    close(output);
}

static void
count_down(Process *process, const ProcessEnd *end, gpointer data)
{
    int *left = data;
    g_assert_cmpint(end->status, ==, 0);
    --*left;
}

static void
test_many(Outcome *outcome, gconstpointer data)
{
    static const char *const argv[] = { "cat", NULL };
    int left = 50;
    for (int i = 0; i < 50; i++)
        g_assert_nonnull(process_run(&(ProcessOptions) { .argv = argv, .input = "x", .input_length = 1 }, count_down, &left,
                                     NULL));
    while (left > 0)
        g_main_context_iteration(NULL, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
#define ADD(name, test) g_test_add("/base/process/" name, Outcome, NULL, set_up, test, tear_down)
    ADD("argv", test_argv);
    ADD("input", test_input);
    ADD("environment", test_environment);
    ADD("descriptors", test_descriptors);
    ADD("status", test_status);
    ADD("much", test_much);
    ADD("timeout", test_timeout);
    ADD("daemon", test_daemon);
    ADD("missing", test_missing);
    ADD("open", test_open);
    ADD("many", test_many);
#undef ADD
    return g_test_run();
}
