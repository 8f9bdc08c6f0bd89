/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/subprocess.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct {
    int calls;
    char *output;
    gsize length;
    GError *error;
} Outcome;

static void
on_done(const char *output, gsize length, const GError *error, gpointer data)
{
    Outcome *outcome = data;
    outcome->calls++;
    outcome->output = output != NULL ? g_strndup(output, length) : NULL;
    outcome->length = length;
    outcome->error = error != NULL ? g_error_copy(error) : NULL;
}

static gboolean
on_deadline(gpointer data)
{
    g_error("the subprocess did not end");
    return G_SOURCE_REMOVE;
}

static void
wait_for(const Outcome *outcome)
{
    const guint deadline = g_timeout_add_seconds(30, on_deadline, NULL);
    while (outcome->calls == 0)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpint(outcome->calls, ==, 1);
}

static void
outcome_clear(Outcome *outcome)
{
    g_free(outcome->output);
    g_clear_error(&outcome->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

static void
assert_output(const char *command, const char *expected)
{
    g_auto(Outcome) outcome = { 0 };
    subprocess_run(command, SUBPROCESS_PIPES, NULL, on_done, &outcome);
    g_assert_cmpint(outcome.calls, ==, 0); /* never from inside the call */
    wait_for(&outcome);
    g_assert_no_error(outcome.error);
    g_assert_cmpmem(outcome.output, outcome.length, expected, strlen(expected));
}

static void
assert_fails(const char *command, const char *part)
{
    g_auto(Outcome) outcome = { 0 };
    subprocess_run(command, SUBPROCESS_PIPES, NULL, on_done, &outcome);
    wait_for(&outcome);
    g_assert_error(outcome.error, CONFAB_ERROR, ERROR_FAILED);
    g_assert_null(outcome.output);
    g_assert_nonnull(strstr(outcome.error->message, part));
}

static void
test_output(void)
{
    assert_output("printf 'pass word\\n'", "pass word\n");
    assert_output("true", "");
    assert_output("echo $((1 + 2)) | cat", "3\n"); /* the user's own line: a shell's */
    assert_output("cat", "");                      /* nothing to read, and no terminal to wait for */
    assert_output("echo out; echo err >&2", "out\n");
}

static void
test_exit_codes(void)
{
    assert_fails("exit 3", "3");
    assert_fails("echo first >&2; echo second >&2; exit 1", "(first)");
    assert_fails("kill -TERM $$", "15");
    assert_fails("confab-no-such-program", "127");
    assert_fails("echo secret; exit 1", "1");
    /* I12: what it complains of is made harmless */
    assert_fails("printf 'a\\033[31mb' >&2; exit 1", "(a^[[31mb)");
    /* more complaints than are kept do not block it */
    assert_fails("yes complaint | head -c 1000000 >&2; exit 4", "(complaint)");
}

static void
test_output_limit(void)
{
    g_auto(Outcome) fits = { 0 };
    subprocess_run("head -c 65536 /dev/zero", SUBPROCESS_PIPES, NULL, on_done, &fits);
    wait_for(&fits);
    g_assert_no_error(fits.error);
    g_assert_cmpuint(fits.length, ==, 65536);
    assert_fails("head -c 65537 /dev/zero", "64 KiB");
    assert_fails("cat /dev/zero", "64 KiB"); /* endless: it is killed */
}

static gboolean
on_cancel_now(gpointer data)
{
    g_cancellable_cancel(data);
    return G_SOURCE_REMOVE;
}

static void
test_cancel(void)
{
    g_autofree char *directory = g_dir_make_tmp("confab-subprocess-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(directory, "pid", NULL);
    /* A grandchild keeps the pipe open: cancelling must not wait for it, and takes it along. */
    g_autofree char *command = g_strdup_printf("sleep 1000 & echo $! > %s.new; mv %s.new %s; wait", file, file, file);
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_auto(Outcome) outcome = { 0 };
    subprocess_run(command, SUBPROCESS_PIPES, cancel, on_done, &outcome);
    const gint64 deadline = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;
    while (!g_file_test(file, G_FILE_TEST_EXISTS)) {
        g_main_context_iteration(NULL, FALSE);
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    }
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    const pid_t grandchild = (pid_t) g_ascii_strtoll(text, NULL, 10);
    g_idle_add(on_cancel_now, cancel);
    wait_for(&outcome);
    g_assert_error(outcome.error, CONFAB_ERROR, ERROR_FAILED);
    g_autofree char *proc = g_strdup_printf("/proc/%d/stat", (int) grandchild);
    for (;;) { /* gone, or a zombie that waits for its new parent */
        g_autofree char *status = NULL;
        if (!g_file_get_contents(proc, &status, NULL, NULL) || strstr(status, ") Z ") != NULL)
            break;
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    }
    g_unlink(file);
    g_rmdir(directory);
}

static void
test_cancelled_before(void)
{
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_cancellable_cancel(cancel);
    g_auto(Outcome) outcome = { 0 };
    subprocess_run("echo never", SUBPROCESS_PIPES, cancel, on_done, &outcome);
    g_assert_cmpint(outcome.calls, ==, 0);
    wait_for(&outcome);
    g_assert_error(outcome.error, CONFAB_ERROR, ERROR_FAILED);
}

static void
test_cancelled_after(void)
{
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_auto(Outcome) outcome = { 0 };
    subprocess_run("echo ok", SUBPROCESS_PIPES, cancel, on_done, &outcome);
    wait_for(&outcome);
    g_cancellable_cancel(cancel); /* touches nothing that is gone */
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpint(outcome.calls, ==, 1);
}

static void
test_terminal(void)
{
    g_auto(Outcome) outcome = { 0 };
    subprocess_run("echo ok", SUBPROCESS_TERMINAL, NULL, on_done, &outcome);
    wait_for(&outcome);
    g_assert_no_error(outcome.error);
    g_assert_cmpstr(outcome.output, ==, "ok\n");
}

static void
test_many_at_once(void)
{
    Outcome outcomes[20] = { 0 };
    for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++)
        subprocess_run("echo x", SUBPROCESS_PIPES, NULL, on_done, &outcomes[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        wait_for(&outcomes[i]);
        g_assert_cmpstr(outcomes[i].output, ==, "x\n");
        outcome_clear(&outcomes[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* Not "/subprocess": GLib leaves such paths out unless they are asked for. */
    g_test_add_func("/base/run-subprocess/output", test_output);
    g_test_add_func("/base/run-subprocess/exit-codes", test_exit_codes);
    g_test_add_func("/base/run-subprocess/output-limit", test_output_limit);
    g_test_add_func("/base/run-subprocess/cancel", test_cancel);
    g_test_add_func("/base/run-subprocess/cancelled-before", test_cancelled_before);
    g_test_add_func("/base/run-subprocess/cancelled-after", test_cancelled_after);
    g_test_add_func("/base/run-subprocess/terminal", test_terminal);
    g_test_add_func("/base/run-subprocess/many-at-once", test_many_at_once);
    return g_test_run();
}
