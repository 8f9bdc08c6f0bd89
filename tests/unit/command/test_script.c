/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/script.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "command_fixture.h"

static const char accounts[] = "[work]\njid = me@example.org\npassword = x\n";

typedef struct Fixture {
    CommandFixture base;
    Script *script;
    guint ended;
    GError *error;
    GString *lines; /* "LINE" or "LINE: error", each ended by \n */
} Fixture;

static void
on_line(const CommandCall *call, const GError *error, gpointer data)
{
    Fixture *fixture = data;
    g_string_append_printf(fixture->lines, "%s%s%s\n", command_call_line(call), error != NULL ? ": " : "",
                           error != NULL ? error->message : "");
}

static void
on_done(const GError *error, gpointer data)
{
    Fixture *fixture = data;
    fixture->ended++;
    fixture->script = NULL;
    fixture->error = error == NULL ? NULL : g_error_copy(error);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    command_fixture_set_up(&fixture->base, accounts, false);
    fixture->lines = g_string_new(NULL);
    fixture->script = script_new(fixture->base.registry, on_line, on_done, fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    if (fixture->script != NULL)
        script_cancel(fixture->script);
    command_fixture_tear_down(&fixture->base);
    g_string_free(fixture->lines, TRUE);
    g_clear_error(&fixture->error);
}

static char *
write_file(const Fixture *fixture, const char *name, const char *text)
{
    char *path = g_build_filename(fixture->base.directory, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

/* Runs a file to its end; what it printed is in base.printed. */
static void
run_text(Fixture *fixture, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_file(fixture, "script", text);
    g_assert_true(script_add_file(fixture->script, path, &error));
    g_assert_no_error(error);
    script_start(fixture->script);
    command_fixture_until(fixture->ended > 0);
    command_fixture_settle();
    g_assert_cmpuint(fixture->ended, ==, 1);
}

static void
assert_failed(const Fixture *fixture, int code, const char *message)
{
    g_autofree char *whole = g_build_filename(fixture->base.directory, message, NULL);
    g_assert_error(fixture->error, CONFAB_ERROR, code);
    g_assert_cmpstr(fixture->error->message, ==, whole);
}

static void
test_reads_lines(Fixture *fixture, gconstpointer data)
{
    run_text(fixture, "\xef\xbb\xbf# a comment \\\n"
                      "/print one\n\n   \n\t/print  two  \r\n"
                      "  # another\n"
                      "/print a \\\n   b \\\r\n\tc\n"
                      "/print back\\\\\n"
                      "/print # no comment\n"
                      "/print || no alternative\n"
                      "/print last \\");
    g_assert_no_error(fixture->error);
    g_assert_cmpstr(fixture->base.printed->str, ==,
                    "one\ntwo  \na b c\nback\\\\\n# no comment\n|| no alternative\nlast \n");
}

static void
test_empty_scripts_end(Fixture *fixture, gconstpointer data)
{
    run_text(fixture, "");
    g_assert_no_error(fixture->error);
    g_assert_cmpstr(fixture->lines->str, ==, "");
}

static void
test_a_failing_line_stops(Fixture *fixture, gconstpointer data)
{
    run_text(fixture, "/print one\n\n/priority \\\n300\n/print two\n");
    assert_failed(fixture, ERROR_BAD_INPUT,
                  "script:4: /priority: “300” does not fit priority: write a number from -128 to 127");
    g_assert_cmpstr(fixture->base.printed->str, ==, "one\n");
}

static void
test_failures_can_be_forgiven(Fixture *fixture, gconstpointer data)
{
    run_text(fixture, "/priority 300\n# in between\n\n|| /print first\n|| /print not this\n/print two\n"
                      "/priority 300\n|| /priority 400\n|| /print third\n");
    g_assert_no_error(fixture->error);
    g_assert_cmpstr(fixture->base.printed->str, ==, "first\ntwo\nthird\n");
}

static void
test_failures_can_be_ignored(Fixture *fixture, gconstpointer data)
{
    run_text(fixture, "/set script.on-error continue\n/nonsense\n/print two\n/priority 300\n");
    g_assert_no_error(fixture->error);
    g_assert_cmpstr(fixture->base.printed->str, ==, "two\n");
    g_assert_nonnull(strstr(fixture->lines->str, "/nonsense: there is no command /nonsense"));
}

static void
test_variables(Fixture *fixture, gconstpointer data)
{
    g_setenv("CONFAB_TEST_EVIL", "\" /quit '\n/quit\n$HOME ; /quit", TRUE);
    run_text(fixture, "/let NAME world\n/print hello ${NAME}, \\$NAME costs $5\n"
                      "/let NAME the \"whole\" $NAME\n/print $NAME\n"
                      "/print $CONFAB_TEST_EVIL\n"
                      "/alias show /print ($1)\n/show $NAME\n"
                      "/on work /print on: $NAME\n");
    g_assert_no_error(fixture->error);
    g_assert_null(fixture->base.quit);
    g_assert_cmpstr(fixture->base.printed->str, ==,
                    "hello world, $NAME costs $5\nthe \"whole\" world\n\" /quit '\n/quit\n$HOME ; /quit\n"
                    "(the \"whole\" world)\non: the \"whole\" world\n");
}

/* What a variable holds is never a command, a keyword or a second word. */
static void
test_values_inject_nothing(Fixture *fixture, gconstpointer data)
{
    g_setenv("CONFAB_TEST_EVIL", "/quit", TRUE);
    g_setenv("CONFAB_TEST_WORDS", "online server evil", TRUE);
    run_text(fixture,
             "/set script.on-error continue\n$CONFAB_TEST_EVIL\n/$CONFAB_TEST_EVIL\n/status $CONFAB_TEST_WORDS\n"
             "/alias x $CONFAB_TEST_EVIL\n/on work $CONFAB_TEST_EVIL\n/connect \"\" $CONFAB_TEST_WORDS\n");
    g_assert_null(fixture->base.quit);
    g_assert_nonnull(strstr(fixture->lines->str, "\n$CONFAB_TEST_EVIL: /say: there is no conversation here"));
    g_assert_nonnull(strstr(fixture->lines->str, "there is no command /$CONFAB_TEST_EVIL"));
    g_assert_nonnull(
        strstr(fixture->lines->str, "/status $CONFAB_TEST_WORDS: /status: “online server evil” does not fit"));
    g_assert_nonnull(strstr(fixture->lines->str, "“online server evil” is too much"));
}

static void
test_unknown_variables_stop(Fixture *fixture, gconstpointer data)
{
    run_text(fixture, "/print $CONFAB_TEST_NOBODY\n");
    assert_failed(
        fixture, ERROR_USAGE,
        "script:1: /print: there is no variable $CONFAB_TEST_NOBODY: set it with /let CONFAB_TEST_NOBODY VALUE");
}

static void
test_bad_bytes_stop(Fixture *fixture, gconstpointer data)
{
    run_text(fixture, "/print one\n/print \xff\xfe\n");
    assert_failed(fixture, ERROR_BAD_INPUT, "script:2: this line is not UTF-8 text of a sane length: mend the file");
}

static void
test_endless_lines_stop(Fixture *fixture, gconstpointer data)
{
    g_autofree char *line = g_strnfill(SCRIPT_LINE_MAX + 10, 'x');
    run_text(fixture, line);
    assert_failed(fixture, ERROR_BAD_INPUT, "script:1: this line is not UTF-8 text of a sane length: mend the file");
}

static void
test_lines_of_options(Fixture *fixture, gconstpointer data)
{
    script_add_line(fixture->script, "-e", "/print one");
    script_add_line(fixture->script, "-e", "  /print two\nlines \\");
    script_add_line(fixture->script, "-e", "/nonsense");
    script_start(fixture->script);
    command_fixture_until(fixture->ended > 0);
    g_assert_cmpstr(fixture->base.printed->str, ==, "one\ntwo\nlines \\\n");
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_USAGE);
    g_assert_cmpstr(fixture->error->message, ==,
                    "-e:3: there is no command /nonsense: see /help, or write //… to say it");
}

/* Standard input is read as it comes; its end is the script's. */
static void
test_reads_a_pipe_as_it_comes(Fixture *fixture, gconstpointer data)
{
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    script_add_fd(fixture->script, "stdin", ends[0]);
    script_start(fixture->script);
    command_fixture_until(script_is_idle(fixture->script));
    g_assert_cmpint(write(ends[1], "/print o", 8), ==, 8);
    command_fixture_settle();
    g_assert_cmpstr(fixture->base.printed->str, ==, "");
    g_assert_cmpint(write(ends[1], "ne\n/print two\n/pri", 18), ==, 18);
    command_fixture_until(strcmp(fixture->base.printed->str, "one\ntwo\n") == 0);
    command_fixture_until(script_is_idle(fixture->script));
    g_assert_cmpint(write(ends[1], "nt end", 6), ==, 6);
    close(ends[1]);
    command_fixture_until(fixture->ended > 0);
    g_assert_no_error(fixture->error);
    g_assert_cmpstr(fixture->base.printed->str, ==, "one\ntwo\nend\n");
    close(ends[0]);
}

static void
test_sources_follow_each_other(Fixture *fixture, gconstpointer data)
{
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    g_assert_cmpint(write(ends[1], "/print from the pipe\n", 21), ==, 21);
    close(ends[1]);
    g_autofree char *path = write_file(fixture, "file", "/print from the file\n");
    script_add_line(fixture->script, "-e", "/print from the option");
    g_assert_true(script_add_file(fixture->script, path, NULL));
    script_add_fd(fixture->script, "stdin", ends[0]);
    script_start(fixture->script);
    command_fixture_until(fixture->ended > 0);
    g_assert_cmpstr(fixture->base.printed->str, ==, "from the option\nfrom the file\nfrom the pipe\n");
    close(ends[0]);
}

static void
test_missing_files_are_said(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(script_add_file(fixture->script, "/nonexistent/script", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_NOT_FOUND);
}

static void
test_source_runs_a_file(Fixture *fixture, gconstpointer data)
{
    g_autofree char *inner = write_file(fixture, "inner", "/print inner $X\n/let X changed\n/nonsense\n/print never\n");
    g_autofree char *text = g_strdup_printf("/let X outer\n/on work /source %s\n|| /print failed: $X\n", inner);
    run_text(fixture, text);
    g_assert_no_error(fixture->error);
    g_assert_cmpstr(fixture->base.printed->str, ==, "inner outer\nfailed: changed\n");
    g_assert_nonnull(strstr(fixture->lines->str, "/inner:3: there is no command /nonsense"));
}

static void
test_source_of_itself_ends(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->base.directory, "script", NULL);
    g_autofree char *text = g_strdup_printf("/source %s\n", path);
    run_text(fixture, text);
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_USAGE);
    g_assert_nonnull(strstr(fixture->error->message, "more than 16 deep"));
}

/* /quit inside /source: nothing of what follows is executed. */
static void
test_quit_ends_inner_scripts(Fixture *fixture, gconstpointer data)
{
    g_autofree char *inner = write_file(fixture, "inner", "/print one\n/quit\n/print two\n");
    g_autofree char *line = g_strdup_printf("/source %s", inner);
    script_add_line(fixture->script, "-e", line);
    script_start(fixture->script);
    command_fixture_until(fixture->base.quit != NULL);
    command_fixture_settle();
    g_assert_cmpstr(fixture->base.printed->str, ==, "one\n");
}

/* A line that takes its time; then the script is gone, then the registry. */
static void
test_cancelling_is_safe(Fixture *fixture, gconstpointer data)
{
    g_autofree char *inner = write_file(fixture, "inner", "/wait message timeout 100\n/print never\n");
    g_autofree char *line = g_strdup_printf("/source %s", inner);
    command_fixture_connect(&fixture->base, "work", NULL);
    script_add_line(fixture->script, "-e", line);
    script_start(fixture->script);
    command_fixture_settle();
    g_assert_cmpuint(fixture->ended, ==, 0);
    script_cancel(g_steal_pointer(&fixture->script));
    command_fixture_settle();
    command_fixture_drop_registry(&fixture->base);
    command_fixture_settle();
    g_assert_cmpuint(fixture->ended, ==, 0);
    g_assert_cmpstr(fixture->lines->str, ==, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/command/script/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("reads-lines", test_reads_lines);
    ADD("empty-scripts-end", test_empty_scripts_end);
    ADD("a-failing-line-stops", test_a_failing_line_stops);
    ADD("failures-can-be-forgiven", test_failures_can_be_forgiven);
    ADD("failures-can-be-ignored", test_failures_can_be_ignored);
    ADD("variables", test_variables);
    ADD("values-inject-nothing", test_values_inject_nothing);
    ADD("unknown-variables-stop", test_unknown_variables_stop);
    ADD("bad-bytes-stop", test_bad_bytes_stop);
    ADD("endless-lines-stop", test_endless_lines_stop);
    ADD("lines-of-options", test_lines_of_options);
    ADD("reads-a-pipe-as-it-comes", test_reads_a_pipe_as_it_comes);
    ADD("sources-follow-each-other", test_sources_follow_each_other);
    ADD("missing-files-are-said", test_missing_files_are_said);
    ADD("source-runs-a-file", test_source_runs_a_file);
    ADD("source-of-itself-ends", test_source_of_itself_ends);
    ADD("quit-ends-inner-scripts", test_quit_ends_inner_scripts);
    ADD("cancelling-is-safe", test_cancelling_is_safe);
    return g_test_run();
}
