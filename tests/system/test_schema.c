/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket against the JSON Schema that is installed, read by somebody else's program (python3-jsonschema): what
 * can be asked, and all that comes back. The same goes for every other test through shape_check.h. */
#include <signal.h>
#include <string.h>

#include <gio/gio.h>

#include "support/run_confab.h"
#include "support/server.h"

#define PYTHON "/usr/bin/python3"
#define ASK(id, method, params) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":" params "}\n"

/* Every method of the socket, with all its parameters at least once. */
static const char questions[] =
    ASK("1", "status", "{}")
    ASK("\"two\"", "unread", "{\"account\":\"work\"}")
    ASK("3", "history", "{\"with\":\"alice@example.org\",\"account\":\"work\",\"before\":\"2030-01-01\",\"after\":\"2020-01-01\","
                        "\"limit\":10}")
    ASK("4", "search", "{\"words\":\"garden\",\"with\":\"alice@example.org\",\"account\":\"work\",\"before\":\"2030-01-01\","
                       "\"after\":\"2020-01-01\",\"limit\":10}")
    ASK("5", "roster", "{}")
    ASK("6", "command", "{\"line\":\"/account list\",\"account\":\"work\",\"text\":true}")
    ASK("7", "command", "{\"line\":\"/nonsense\"}")
    ASK("8", "send", "{\"to\":\"alice@example.org\",\"body\":\"hi\",\"account\":\"work\",\"encrypt\":\"none\",\"wait\":\"none\","
                     "\"timeout\":1}")
    ASK("9", "subscribe", "{\"events\":[\"connection\",\"message\"],\"with\":\"alice@example.org\",\"from\":\"alice@example.org\","
                          "\"direction\":\"in\",\"account\":\"work\",\"line\":true}")
    ASK("10", "subscribe", "{\"line\":true}")
    ASK("11", "command", "{\"line\":\"/msg alice@example.org once more\",\"account\":\"work\"}")
    ASK("12", "unsubscribe", "{}");

/* What is wrong in one way or another: refused by the schema, and by confab. */
static const char mistakes[] =
    ASK("1", "nonsense", "{}")
    ASK("2", "history", "{}")
    ASK("3", "history", "{\"with\":1}")
    ASK("4", "status", "{\"surprise\":true}")
    ASK("5", "subscribe", "{\"events\":[\"nonsense\"]}")
    ASK("6", "send", "{\"to\":\"a@example.org\",\"body\":\"x\",\"wait\":\"for ever\"}")
    ASK("7", "history", "[]")
    "{\"jsonrpc\":\"1.0\",\"id\":8,\"method\":\"status\"}\n"
    "{\"id\":9}\n"
    "{}\n";

static const char history[] =
    "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:00.000Z\",\"account\":\"work\",\"id\":\"a\","
    "\"with\":\"alice@example.org\",\"from\":\"alice@example.org/x\",\"direction\":\"in\",\"kind\":\"chat\","
    "\"body\":\"in the garden\"}\n";

/* The output of check_schema.py for these lines; NULL: it found nothing wrong. */
static char *
check(const char *definition, const char *lines)
{
    g_autofree char *script = g_test_build_filename(G_TEST_DIST, "support", "check_schema.py", NULL);
    g_autofree char *schema = g_test_build_filename(G_TEST_DIST, "..", "man", "confab.schema.json", NULL);
    const GSubprocessFlags pipes =
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE;
    g_autoptr(GError) error = NULL;
    g_autofree char *said = NULL;
    g_autoptr(GSubprocess) process = g_subprocess_new(pipes, &error, PYTHON, script, schema, definition, NULL);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, lines, NULL, &said, NULL, &error);
    g_assert_no_error(error);
    return g_subprocess_get_successful(process) ? NULL : g_steal_pointer(&said);
}

static bool
can_check(void)
{
    const char *const probe[] = { PYTHON, "-c", "import jsonschema", NULL };
    int status = 1;
    return g_spawn_sync(NULL, (char **) probe, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL) &&
           status == 0;
}

/* Asks all of it of a confab that is not connected; what it answers, lines of JSON. */
static char *
ask(const char *home, const char *lines)
{
    const char *const argv[] = { "ctl", "--json", NULL };
    g_autoptr(Run) ctl = run_start(home, argv, NULL);
    g_auto(GStrv) each = g_strsplit(lines, "\n", -1);
    for (char **line = each; **line != '\0'; line++)
        run_type(ctl, *line);
    run_type_end(ctl);
    run_wait_exit(ctl);
    return g_strdup(run_output(ctl));
}

static guint
count_lines(const char *text)
{
    guint count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void
expect_in(const char *answers, const char *part)
{
    if (strstr(answers, part) == NULL)
        g_error("%s is not in %s", part, answers);
}

static void
check_all(const char *home)
{
    g_autofree char *answers = ask(home, questions);
    g_autofree char *wrong_question = check("request", questions);
    g_autofree char *wrong_answer = check("message", answers);
    g_assert_cmpstr(wrong_question, ==, NULL);
    g_assert_cmpstr(wrong_answer, ==, NULL);
    /* All were answered. */
    for (int id = 1; id <= 12; id++) {
        g_autofree char *begin = g_strdup_printf("\"id\":%d,\"result\":", id);
        expect_in(answers, id == 2 ? "\"id\":\"two\",\"result\":" : begin);
    }
    expect_in(answers, "\"marks\":[[7,6]]");
    expect_in(answers, "\"method\":\"event\",\"params\":{\"v\":1,\"event\":\"message\"");
    expect_in(answers, "\"line\":\"");
}

/* Each mistake is one for both, and what is said about it has its shape, too. */
static void
check_mistakes(const char *home)
{
    g_auto(GStrv) each = g_strsplit(mistakes, "\n", -1);
    g_autofree char *answers = ask(home, mistakes);
    g_autofree char *wrong_answer = check("message", answers);
    g_assert_cmpstr(wrong_answer, ==, NULL);
    g_assert_cmpuint(count_lines(answers), ==, count_lines(mistakes));
    g_assert_null(strstr(answers, "\"result\""));
    for (char **line = each; **line != '\0'; line++) {
        g_autofree char *alone = g_strconcat(*line, "\n", NULL);
        g_autofree char *found = check("request", alone);
        if (found == NULL)
            g_error("the schema takes %s", *line);
    }
}

static void
test_socket(void)
{
    if (!test_has(can_check(), "python3-jsonschema"))
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *lines = g_build_filename(home, "history.jsonl", NULL);
    confab_write_accounts(home, "[work]\njid = me@example.org\nenabled = off\n");
    g_assert_true(g_file_set_contents(lines, history, -1, NULL));
    const char *const import[] = { "import", "jsonl", lines, NULL };
    const char *const stay[] = { "run", "--stay", "-e", "/print ready", NULL };
    {
        g_autoptr(Run) run = run_start(home, import, NULL);
        g_assert_cmpint(run_wait_exit(run), ==, 0);
    }
    {
        g_autoptr(Run) run = run_start(home, stay, NULL);
        g_autofree char *ready = run_wait_line(run, "^ready$");
        check_all(home);
        check_mistakes(home);
        kill(run_pid(run), SIGTERM);
        run_wait_exit(run);
    }
    test_directory_remove(home);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/schema/socket", test_socket);
    return g_test_run();
}
