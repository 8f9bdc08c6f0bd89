/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

enum { DEADLINE = 60 }; /* seconds */

/* What became of a request. */
typedef struct Outcome {
    bool called;
    char *text; /* NULL: failed */
    GError *error;
} Outcome;

typedef struct Fixture {
    SecretSources *sources;
    Accounts *accounts;
    char *directory;
    GPtrArray *prompts; /* SecretPrompt that wait for an answer */
    GString *log;       /* "lend", "back", "ask NAME REASON" … in order */
    const char *ready;  /* an answer given at once */
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->sources = secret_sources_new();
    fixture->accounts = accounts_new(NULL, NULL, NULL);
    fixture->directory = g_dir_make_tmp("confab-test-XXXXXX", NULL);
    fixture->prompts = g_ptr_array_new();
    fixture->log = g_string_new(NULL);
    g_assert_true(accounts_add(fixture->accounts, "work", "a@example.org", NULL));
    g_assert_true(accounts_add(fixture->accounts, "home", "b@example.org", NULL));
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    secret_sources_free(fixture->sources);
    accounts_free(fixture->accounts);
    g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
    g_free(fixture->directory);
    g_ptr_array_unref(fixture->prompts);
    g_string_free(fixture->log, TRUE);
}

static const AccountConfig *
account(Fixture *fixture, const char *name)
{
    return accounts_find(fixture->accounts, name);
}

static void
set(Fixture *fixture, const char *key, const char *value)
{
    g_assert_true(accounts_set(fixture->accounts, "work", key, value, NULL));
}

static void
on_done(Secret *take_secret, const GError *error, gpointer data)
{
    Outcome *outcome = data;
    g_assert_false(outcome->called); /* exactly once */
    g_assert_true((take_secret == NULL) == (error != NULL));
    outcome->called = true;
    if (take_secret != NULL)
        outcome->text = g_strdup(secret_text(take_secret));
    if (error != NULL)
        outcome->error = g_error_copy(error);
    secret_free(take_secret);
}

static void
outcome_clear(Outcome *outcome)
{
    g_free(outcome->text);
    g_clear_error(&outcome->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

static gboolean
on_deadline(gpointer data)
{
    g_assert_not_reached(); /* nothing happened in time */
    return G_SOURCE_REMOVE;
}

static void
wait_for(const bool *condition)
{
    const guint deadline = g_timeout_add_seconds(DEADLINE, on_deadline, NULL);
    while (!*condition)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
}

static void
find(Fixture *fixture, Outcome *outcome)
{
    secret_find(fixture->sources, account(fixture, "work"), NULL, on_done, outcome);
    g_assert_false(outcome->called); /* never from inside */
    wait_for(&outcome->called);
}

static void
on_ask(SecretPrompt *prompt, gpointer data)
{
    Fixture *fixture = data;
    const char *reason = secret_prompt_reason(prompt);
    g_string_append_printf(fixture->log, "ask %s%s%s\n", secret_prompt_account(prompt)->name,
                           reason != NULL ? " " : "", reason != NULL ? reason : "");
    if (fixture->ready != NULL)
        secret_prompt_answer(prompt, secret_new(fixture->ready, -1));
    else
        g_ptr_array_add(fixture->prompts, prompt);
}

static void
on_lend(bool lend, gpointer data)
{
    Fixture *fixture = data;
    g_string_append(fixture->log, lend ? "lend\n" : "back\n");
}

static void
test_wipes(void)
{
    Secret *secret = secret_new("hunter2 and more", 7);
    g_assert_cmpstr(secret_text(secret), ==, "hunter2");
    g_assert_cmpuint(secret_length(secret), ==, 7);
    g_autoptr(Secret) copy = secret_copy(secret);
    g_assert_true(secret_text(copy) != secret_text(secret));
    g_assert_cmpstr(secret_text(copy), ==, "hunter2");
    secret_free(secret);
    secret_free(NULL);
}

enum {
    TRACE_LENGTH = 40,
    MAPPING_MAX = 64 * 1024 * 1024, /* larger ones are a sanitizer's */
};

/* Counts a text in the memory this process may write to, stacks left out. It is given with its bits
 * inverted, so that the search does not find itself. */
static int
count_in_mapping(int memory, guint64 start, guint64 end, const guint8 *inverted)
{
    int found = 0;
    guint8 *copy = g_malloc(end - start);
    const gssize length = pread(memory, copy, end - start, (off_t) start);
    for (gssize i = 0; i + TRACE_LENGTH <= length; i++) {
        int same = 0;
        while (same < TRACE_LENGTH && (copy[i + same] ^ inverted[same]) == 0xff)
            same++;
        found += same == TRACE_LENGTH;
    }
    explicit_bzero(copy, end - start);
    g_free(copy);
    return found;
}

static int
count_traces(const guint8 *inverted)
{
    int found = 0;
    const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    g_autofree char *maps = NULL;
    if (memory < 0 || !g_file_get_contents("/proc/self/maps", &maps, NULL, NULL))
        return -1;
    g_auto(GStrv) lines = g_strsplit(maps, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        guint64 start, end;
        char mode[5];
        if (sscanf(*line, "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %4s", &start, &end, mode)
            != 3)
            continue;
        if (strncmp(mode, "rw", 2) == 0 && end - start <= MAPPING_MAX
            && strstr(*line, "[stack]") == NULL)
            found += count_in_mapping(memory, start, end, inverted);
    }
    close(memory);
    return found;
}

/* I23: once the account and the secret are gone, the password is nowhere in memory. */
static void
test_leaves_no_trace(Fixture *fixture, gconstpointer data)
{
    guint8 inverted[TRACE_LENGTH];
    for (int i = 0; i < TRACE_LENGTH; i++)
        inverted[i] = (guint8) ~g_random_int_range('A', 'Z');
    g_autofree char *path = g_build_filename(fixture->directory, "accounts", NULL);
    char text[64 + TRACE_LENGTH] = "[work]\njid = a@example.org\npassword = ";
    const size_t start = strlen(text);
    for (int i = 0; i < TRACE_LENGTH; i++)
        text[start + (size_t) i] = (char) ~inverted[i];
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    g_assert_cmpint(write(fd, text, strlen(text)), ==, strlen(text));
    close(fd);
    explicit_bzero(text, sizeof text);
    Accounts *accounts = accounts_new(path, NULL, NULL);
    Secret *secret = secret_new(accounts_find(accounts, "work")->password, -1);
    const int before = count_traces(inverted);
    if (before < 0) {
        g_test_skip("no /proc here");
    } else {
        g_assert_cmpint(before, >=, 2); /* the search works */
    }
    g_assert_true(accounts_set(accounts, "work", "nick", "A", NULL));
    g_assert_true(accounts_unset(accounts, "work", "password", NULL));
    secret_free(secret);
    accounts_free(accounts);
    if (before >= 0)
        g_assert_cmpint(count_traces(inverted), ==, 0);
    g_unlink(path);
}

/* The order of confab(1), each source taken away in turn. */
static void
test_order(Fixture *fixture, gconstpointer data)
{
    g_autofree char *credential = g_build_filename(fixture->directory, "confab-work", NULL);
    g_assert_true(g_file_set_contents(credential, "from systemd\nrest\n", -1, NULL));
    secret_sources_set_credentials(fixture->sources, fixture->directory);
    secret_sources_set_prompt(fixture->sources, on_ask, fixture);
    secret_sources_give(fixture->sources, secret_new("from fd", -1));
    fixture->ready = "from prompt";
    set(fixture, "password", "from file");
    set(fixture, "password-command", "printf 'from command\\nnotes\\n'");

    g_auto(Outcome) fd = { 0 };
    find(fixture, &fd);
    g_assert_cmpstr(fd.text, ==, "from fd");
    secret_sources_give(fixture->sources, NULL);

    g_auto(Outcome) command = { 0 };
    find(fixture, &command);
    g_assert_cmpstr(command.text, ==, "from command");
    g_assert_true(accounts_unset(fixture->accounts, "work", "password-command", NULL));

    g_auto(Outcome) systemd = { 0 };
    find(fixture, &systemd);
    g_assert_cmpstr(systemd.text, ==, "from systemd");
    g_unlink(credential);

    g_auto(Outcome) file = { 0 };
    find(fixture, &file);
    g_assert_cmpstr(file.text, ==, "from file");
    g_assert_true(accounts_unset(fixture->accounts, "work", "password", NULL));

    g_auto(Outcome) prompt = { 0 };
    find(fixture, &prompt);
    g_assert_cmpstr(prompt.text, ==, "from prompt");
    g_assert_cmpstr(fixture->log->str, ==, "ask work\n");
    secret_sources_set_prompt(fixture->sources, NULL, NULL);

    g_auto(Outcome) none = { 0 };
    find(fixture, &none);
    g_assert_error(none.error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_nonnull(strstr(none.error->message, "/account set work password-command"));
}

static void
test_failing_command_says_why(Fixture *fixture, gconstpointer data)
{
    set(fixture, "password", "never a fall-back");
    set(fixture, "password-command", "echo 'gpg: no secret key' >&2; echo half; exit 2");
    g_auto(Outcome) failed = { 0 };
    find(fixture, &failed);
    g_assert_error(failed.error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_true(g_str_has_prefix(failed.error->message, "work: password-command failed: "));
    g_assert_nonnull(strstr(failed.error->message, "gpg: no secret key"));
    g_assert_nonnull(strstr(failed.error->message, "2"));

    set(fixture, "password-command", "true");
    g_auto(Outcome) silent = { 0 };
    find(fixture, &silent);
    g_assert_error(silent.error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_nonnull(strstr(silent.error->message, "printed nothing"));

    set(fixture, "password-command", "printf '\\r\\n'");
    g_auto(Outcome) empty = { 0 };
    find(fixture, &empty);
    g_assert_error(empty.error, CONFAB_ERROR, ERROR_CONFIG);
}

/* Two commands and a question want the terminal: one after the other, each with it to itself. */
static void
test_one_has_the_terminal(Fixture *fixture, gconstpointer data)
{
    secret_sources_set_terminal(fixture->sources, on_lend, fixture);
    secret_sources_set_prompt(fixture->sources, on_ask, fixture);
    fixture->ready = "typed";
    set(fixture, "password-command", "echo one");
    g_auto(Outcome) first = { 0 };
    g_auto(Outcome) second = { 0 };
    g_auto(Outcome) third = { 0 };
    secret_find(fixture->sources, account(fixture, "work"), NULL, on_done, &first);
    secret_find(fixture->sources, account(fixture, "home"), NULL, on_done, &second);
    secret_ask_again(fixture->sources, account(fixture, "work"), "refused", NULL, on_done, &third);
    g_assert_cmpstr(fixture->log->str, ==, "lend\n");
    wait_for(&first.called);
    wait_for(&second.called);
    wait_for(&third.called);
    g_assert_cmpstr(first.text, ==, "one");
    g_assert_cmpstr(second.text, ==, "typed");
    g_assert_cmpstr(third.text, ==, "typed");
    g_assert_cmpstr(fixture->log->str, ==, "lend\nback\nask home\nask work refused\n");
}

static void
test_asking_again_headless_says_the_reason(Fixture *fixture, gconstpointer data)
{
    set(fixture, "password", "wrong");
    g_auto(Outcome) outcome = { 0 };
    secret_ask_again(fixture->sources, account(fixture, "work"), "the server refused the password",
                     NULL, on_done, &outcome);
    wait_for(&outcome.called);
    g_assert_error(outcome.error, CONFAB_ERROR, ERROR_AUTH);
    g_assert_nonnull(strstr(outcome.error->message, "the server refused the password"));
}

static void
test_cancel(Fixture *fixture, gconstpointer data)
{
    secret_sources_set_prompt(fixture->sources, on_ask, fixture);
    g_autoptr(GCancellable) before = g_cancellable_new();
    g_cancellable_cancel(before);
    g_auto(Outcome) never = { 0 };
    secret_find(fixture->sources, account(fixture, "home"), before, on_done, &never);
    wait_for(&never.called);
    g_assert_error(never.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpstr(fixture->log->str, ==, "");

    /* One is being asked, one waits: the one that waits can end first. */
    g_autoptr(GCancellable) asked_cancel = g_cancellable_new();
    g_autoptr(GCancellable) waiting_cancel = g_cancellable_new();
    g_auto(Outcome) asked = { 0 };
    g_auto(Outcome) waiting = { 0 };
    secret_find(fixture->sources, account(fixture, "home"), asked_cancel, on_done, &asked);
    secret_find(fixture->sources, account(fixture, "work"), waiting_cancel, on_done, &waiting);
    g_cancellable_cancel(waiting_cancel);
    wait_for(&waiting.called);
    g_assert_error(waiting.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_false(asked.called);
    g_assert_cmpuint(fixture->prompts->len, ==, 1);
    SecretPrompt *prompt = fixture->prompts->pdata[0];
    g_assert_true(secret_prompt_cancellable(prompt) == asked_cancel);
    g_cancellable_cancel(asked_cancel);
    secret_prompt_answer(prompt, NULL);
    wait_for(&asked.called);
    g_assert_error(asked.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

    set(fixture, "password-command", "exec sleep 1000");
    g_autoptr(GCancellable) command_cancel = g_cancellable_new();
    g_auto(Outcome) command = { 0 };
    secret_find(fixture->sources, account(fixture, "work"), command_cancel, on_done, &command);
    g_main_context_iteration(NULL, FALSE);
    g_cancellable_cancel(command_cancel);
    wait_for(&command.called);
    g_assert_error(command.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_no_answer(Fixture *fixture, gconstpointer data)
{
    secret_sources_set_prompt(fixture->sources, on_ask, fixture);
    g_auto(Outcome) outcome = { 0 };
    secret_find(fixture->sources, account(fixture, "work"), NULL, on_done, &outcome);
    secret_prompt_answer(fixture->prompts->pdata[0], NULL);
    wait_for(&outcome.called);
    g_assert_error(outcome.error, CONFAB_ERROR, ERROR_AUTH);
}

/* The rest of the descriptor belongs to the script on it. */
static void
test_reads_one_line_of_a_descriptor(void)
{
    static const struct {
        const char *input;
        const char *secret; /* NULL: refused */
        const char *rest;
    } cases[] = {
        { "hunter2\n/connect\n", "hunter2", "/connect\n" },
        { "hunter2\r\n", "hunter2", "" },
        { "no line end", "no line end", "" },
        { " spaces stay \n", " spaces stay ", "" },
        { "", NULL, "" },
        { "\nrest", NULL, "rest" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        int ends[2];
        g_assert_cmpint(pipe(ends), ==, 0);
        g_assert_cmpint(write(ends[1], cases[i].input, strlen(cases[i].input)), ==,
                        strlen(cases[i].input));
        close(ends[1]);
        g_autoptr(GError) error = NULL;
        g_autoptr(Secret) secret = secret_read_fd(ends[0], &error);
        if (cases[i].secret != NULL)
            g_assert_cmpstr(secret_text(secret), ==, cases[i].secret);
        else
            g_assert_error(error, CONFAB_ERROR, ERROR_USAGE);
        char rest[64] = "";
        g_assert_cmpint(read(ends[0], rest, sizeof rest - 1), ==, strlen(cases[i].rest));
        g_assert_cmpstr(rest, ==, cases[i].rest);
        close(ends[0]);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(secret_read_fd(-1, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_LOCAL_IO);
}

int
main(int argc, char *argv[])
{
    g_unsetenv("CREDENTIALS_DIRECTORY");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/secret/wipes", test_wipes);
    g_test_add_func("/config/secret/reads-one-line-of-a-descriptor",
                    test_reads_one_line_of_a_descriptor);
#define ADD(path, function) \
    g_test_add("/config/secret/" path, Fixture, NULL, set_up, function, tear_down)
    ADD("leaves-no-trace", test_leaves_no_trace);
    ADD("order", test_order);
    ADD("failing-command-says-why", test_failing_command_says_why);
    ADD("one-has-the-terminal", test_one_has_the_terminal);
    ADD("asking-again-headless-says-the-reason", test_asking_again_headless_says_the_reason);
    ADD("cancel", test_cancel);
    ADD("no-answer", test_no_answer);
    return g_test_run();
}
