/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/timers.h"

#include <string.h>

#include "base/error.h"
#include "command_fixture.h"

typedef CommandFixture Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    command_fixture_set_up(fixture, NULL, false);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    command_fixture_tear_down(fixture);
}

static void
run_script(Fixture *fixture, const char *text)
{
    g_autofree char *path = g_build_filename(fixture->directory, "script", NULL);
    g_autofree char *line = g_strdup_printf("/source %s", path);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_null(command_fixture_run(fixture, line));
}

/* Once, in its time, in the order of the times; then it is gone. */
static void
test_after(Fixture *fixture, gconstpointer data)
{
    const gint64 start = g_get_monotonic_time();
    g_assert_null(command_fixture_run(fixture, "/after 0.05 /print second"));
    g_assert_null(command_fixture_run(fixture, "/after 0 print first"));
    g_string_truncate(fixture->printed, 0);
    command_fixture_until(strcmp(fixture->printed->str, "first\nsecond\n") == 0);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 50000);
    g_assert_null(command_fixture_run(fixture, "/after list"));
    g_assert_cmpstr(fixture->printed->str, ==, "Nothing is planned.\n");
}

static void
test_every(Fixture *fixture, gconstpointer data)
{
    g_assert_null(command_fixture_run(fixture, "/every 0.1 /print x"));
    g_string_truncate(fixture->printed, 0);
    command_fixture_until(strcmp(fixture->printed->str, "x\nx\nx\n") == 0);
    g_assert_null(command_fixture_run(fixture, "/after cancel 1"));
    g_assert_null(command_fixture_run(fixture, "/after list"));
    g_assert_cmpstr(fixture->printed->str, ==, "Nothing is planned.\n");
    g_assert_cmpstr(command_fixture_run(fixture, "/every 0.09 /print x"), ==,
                    "65 /every: this is too often: write 0.1 seconds or more");
}

/* A time that takes longer than to the next one lets that pass. */
static void
test_nothing_piles_up(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", NULL);
    g_assert_null(command_fixture_run(fixture, "/every 0.1 /on work /wait message timeout 1000"));
    g_assert_null(command_fixture_run(fixture, "/every 0.1 /print x"));
    g_string_truncate(fixture->printed, 0);
    command_fixture_until(strcmp(fixture->printed->str, "x\nx\nx\nx\n") == 0);
    g_assert_null(command_fixture_run(fixture, "/after list"));
    g_assert_null(strstr(fixture->printed->str, "Nothing"));
    /* With the registry go those that wait and those that are planned, without a word. */
    g_string_truncate(fixture->errors, 0);
    command_fixture_drop_registry(fixture);
    command_fixture_settle();
    g_assert_cmpstr(fixture->errors->str, ==, "");
}

/* Variables have the values of the time when it was planned, and stay values. */
static void
test_variables(Fixture *fixture, gconstpointer data)
{
    g_setenv("CONFAB_TEST_EVIL", "\" /quit '\n/quit", TRUE);
    run_script(fixture, "/let WHO first\n/after 0.02 /print $WHO $CONFAB_TEST_EVIL\n"
                        "/after 0.04 /if $WHO = first /print inner ${WHO} \\$WHO\n/let WHO second\n"
                        "/after 0 /print $NOBODY_EVER\n|| /print refused\n");
    command_fixture_until(g_str_has_suffix(fixture->printed->str, "inner first $WHO\n"));
    g_assert_cmpstr(fixture->printed->str, ==, "refused\nfirst \" /quit '\n/quit\ninner first $WHO\n");
    g_assert_null(fixture->quit);
    /* What is typed by hand has none. */
    g_assert_null(command_fixture_run(fixture, "/after 0 /print $WHO"));
    command_fixture_until(strcmp(fixture->printed->str, "$WHO\n") == 0);
}

static void
test_list_and_cancel(Fixture *fixture, gconstpointer data)
{
    g_assert_null(command_fixture_run(fixture, "/after 1000000 /print later"));
    g_assert_null(command_fixture_run(fixture, "/every 90000000 /on work /print seldom"));
    g_assert_null(command_fixture_run(fixture, "/after 500 /account set work password hunter2 and more"));
    g_assert_cmpstr(fixture->line, ==, "/after ****"); /* I23 */
    g_assert_null(command_fixture_run(fixture, "/after list"));
    g_assert_cmpuint(fixture->rows->len, ==, 3);
    g_assert_true(g_pattern_match_simple("number=1 in=* command=/print later", fixture->rows->pdata[0]));
    g_assert_nonnull(strstr(fixture->rows->pdata[1], "every=9e+07 command=/on work /print seldom"));
    /* I23 */
    g_assert_null(strstr(fixture->printed->str, "hunter2"));
    g_assert_nonnull(strstr(fixture->printed->str, "/account set work password ****"));
    g_assert_null(command_fixture_run(fixture, "/after cancel 2"));
    g_assert_cmpstr(command_fixture_run(fixture, "/after cancel 2"), ==,
                    "66 /after cancel: nothing planned has the number 2: see /after list");
    g_assert_null(command_fixture_run(fixture, "/after list"));
    g_assert_cmpuint(fixture->rows->len, ==, 2);
}

/* What is no command is refused at once; what fails later is told where its output is. */
static void
test_mistakes(Fixture *fixture, gconstpointer data)
{
    g_assert_true(g_str_has_prefix(command_fixture_run(fixture, "/after 5 /nonsense"), "64 there is no command"));
    g_assert_nonnull(command_fixture_run(fixture, "/after soon /print x"));
    g_assert_nonnull(command_fixture_run(fixture, "/after 5"));
    g_assert_null(command_fixture_run(fixture, "/after 0 /priority 300"));
    command_fixture_until(strstr(fixture->errors->str, "/priority: “300” does not fit") != NULL);
    /* … by file and line, if it was planned there. */
    run_script(fixture, "# planned\n/on work /after 0 /priority 400\n");
    command_fixture_until(strstr(fixture->errors->str, "/script:2: /priority: “400” does not fit") != NULL);
}

/* It is for the conversation that was current when it was planned. */
static void
test_conversation(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", "<item jid='alice@example.org' subscription='both'/>");
    g_assert_null(command_fixture_run(fixture, "/on work /msg alice@example.org"));
    g_assert_null(command_fixture_run(fixture, "/after 0.02 /say to Alice"));
    g_assert_null(command_fixture_run(fixture, "/on work /msg bob@example.org"));
    command_fixture_until(strstr(fixture->sent->str, "to Alice") != NULL);
    const char *message = g_strrstr_len(fixture->sent->str, strstr(fixture->sent->str, "to Alice") - fixture->sent->str,
                                        "<message");
    g_assert_nonnull(strstr(message, "to=\"alice@example.org\""));
}

/* They can plan and cancel each other, and themselves, while they run. */
static void
test_they_are_among_themselves(Fixture *fixture, gconstpointer data)
{
    g_assert_null(command_fixture_run(fixture, "/every 0.1 /after cancel 1"));
    g_assert_null(command_fixture_run(fixture, "/after 0.15 /after 0 /print done"));
    command_fixture_until(strcmp(fixture->printed->str, "done\n") == 0);
    g_assert_null(command_fixture_run(fixture, "/after list"));
    g_assert_cmpstr(fixture->printed->str, ==, "Nothing is planned.\n");
}

static void
test_their_number_is_bounded(Fixture *fixture, gconstpointer data)
{
    for (int i = 0; i < TIMERS_MAX; i++)
        g_assert_null(command_fixture_run(fixture, "/after 1000 /print x"));
    g_assert_cmpstr(command_fixture_run(fixture, "/every 1000 /print x"), ==,
                    "1 100 commands are planned already: take one away with /after cancel N");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/command/timers/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("after", test_after);
    ADD("every", test_every);
    ADD("nothing-piles-up", test_nothing_piles_up);
    ADD("variables", test_variables);
    ADD("list-and-cancel", test_list_and_cancel);
    ADD("mistakes", test_mistakes);
    ADD("conversation", test_conversation);
    ADD("they-are-among-themselves", test_they_are_among_themselves);
    ADD("their-number-is-bounded", test_their_number_is_bounded);
    return g_test_run();
}
