/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/condition.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
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

/* Whether "/if CONDITION /print yes" prints; else what is wrong with it. */
static const char *
ask(Fixture *fixture, const char *condition)
{
    g_autofree char *line = g_strdup_printf("/on work /if %s /print yes", condition);
    g_string_truncate(fixture->printed, 0);
    const char *problem = command_fixture_run(fixture, line);
    if (problem != NULL)
        return problem;
    return strcmp(fixture->printed->str, "yes\n") == 0 ? "yes" : "no";
}

static void
test_comparisons(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *condition, *answer;
    } cases[] = {
        { "a = a", "yes" },
        { "a = A", "no" },
        { "\"\" = \"\"", "yes" },
        { "\"two words\" = 'two words'", "yes" },
        { "a != b", "yes" },
        { "not a = a", "no" },
        { "not a = b", "yes" },
        /* Words of the language are values where they stand for values. */
        { "not = not", "yes" },
        { "online = online", "yes" },
        { "not not = not", "no" },
        { "online != offline", "yes" },
        { "= = =", "yes" },
        { "2 < 10", "yes" },
        { "10 < 2", "no" },
        { "2 <= 2", "yes" },
        { "2.5 > 2", "yes" },
        { "-1 >= 1", "no" },
        { "not 1 > 2", "yes" },
        { "\"ok then\" matches ^ok", "yes" },
        { "\"not ok\" matches ^ok", "no" },
        { "not x matches y", "yes" },
        { "x < 2", "65 /if: “x” is no number: numbers only can be more or less" },
        { "nan < 2", "65 /if: “nan” is no number: numbers only can be more or less" },
        { "1 > \"\"", "65 /if: “” is no number: numbers only can be more or less" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(ask(fixture, cases[i].condition), ==, cases[i].answer);
}

static void
test_wrong_conditions(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *line, *problem;
    } cases[] = {
        { "/if", "64 /if: a condition is missing: see /help scripts" },
        { "/if not", "64 /if: the condition ends at “not”: see /help scripts" },
        { "/if onlin /print x", "64 /if: “onlin” is no condition: see /help scripts" },
        { "/if \"online\" /print x", "64 /if: “online” is no condition: see /help scripts" },
        { "/if a =", "64 /if: the condition ends at “=”: see /help scripts" },
        { "/if joined", "64 /if: the condition ends at “joined”: see /help scripts" },
        { "/if joined nobody /print x", "66 /if: no contact is called “nobody”: write name@server" },
        { "/if connected nowhere /print x", NULL },
        { "/if online", "64 /if: COMMAND is missing: write /if CONDITION COMMAND" },
        { "/if not online /nonsense", "64 there is no command /nonsense: see /help, or write //… to say it" },
        { "/if a matches ( /print x", NULL },
        { "/if \"a = b /print x", NULL },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *problem = command_fixture_run(fixture, cases[i].line);
        g_assert_nonnull(problem);
        if (cases[i].problem != NULL)
            g_assert_cmpstr(problem, ==, cases[i].problem);
    }
    /* What is not executed is not looked at: a command need not be there everywhere. */
    g_assert_null(command_fixture_run(fixture, "/if terminal /nonsense"));
}

static void
test_accounts_and_conversations(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpstr(ask(fixture, "online"), ==, "no");
    g_assert_cmpstr(ask(fixture, "offline"), ==, "yes");
    command_fixture_connect(fixture, "work", "<item jid='alice@example.org' name='Alice' subscription='both'/>");
    g_assert_cmpstr(ask(fixture, "online"), ==, "yes");
    g_assert_cmpstr(ask(fixture, "not offline"), ==, "yes");
    g_assert_cmpstr(ask(fixture, "connected work"), ==, "yes");
    g_assert_cmpstr(ask(fixture, "connected home"), ==, "no");
    g_assert_cmpstr(ask(fixture, "terminal"), ==, "no");
    g_assert_cmpstr(ask(fixture, "unread"), ==, "no");
    command_fixture_feed(fixture, "work",
                         "<message type='chat' from='alice@example.org/x'><body>hi</body></message>");
    g_assert_cmpstr(ask(fixture, "unread"), ==, "yes");
    g_assert_cmpstr(ask(fixture, "unread Alice"), ==, "yes");
    g_assert_cmpstr(ask(fixture, "unread bob@example.org"), ==, "no");
    g_assert_cmpstr(ask(fixture, "encrypted Alice"), ==, "no");
    g_assert_cmpstr(ask(fixture, "joined dev@rooms.example.org"), ==, "no");
    /* The other account has nothing unread; no account in particular: one of them does. */
    g_assert_null(command_fixture_run(fixture, "/on home /if unread /nonsense"));
    g_assert_nonnull(command_fixture_run(fixture, "/if unread /nonsense"));
}

/* A value never becomes a word of the language, and stays one word. */
static void
test_values_are_no_words(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->directory, "script", NULL);
    g_autofree char *line = g_strdup_printf("/source %s", path);
    static const char script[] = "/let EVIL = \" /quit \"\n"
                                 "/let OPERATOR =\n"
                                 "/let WORD online\n"
                                 "/if $EVIL = '= \" /quit \"' /print same\n"
                                 "/if not $EVIL = x /print different $EVIL\n"
                                 "/if set EVIL /print set\n"
                                 "/if not set NOBODY_EVER /print not set\n"
                                 "/if unread /print \"$NOBODY_EVER\"\n"
                                 "/if $WORD = online /if $OPERATOR = '=' /print inner\n"
                                 "/if a $OPERATOR a /print never\n";
    g_assert_true(g_file_set_contents(path, script, -1, NULL));
    const char *problem = command_fixture_run(fixture, line);
    g_assert_cmpstr(fixture->printed->str, ==, "same\ndifferent = \" /quit \"\nset\nnot set\ninner\n");
    g_assert_nonnull(strstr(problem, "script:10: /if: “a” is no condition"));
    g_assert_null(fixture->quit);
}

static void
test_terminal(void)
{
    Fixture fixture;
    command_fixture_set_up(&fixture, NULL, true);
    g_assert_cmpstr(ask(&fixture, "terminal"), ==, "yes");
    g_assert_cmpstr(ask(&fixture, "not terminal"), ==, "no");
    command_fixture_tear_down(&fixture);
}

/* Every condition is understood as its help writes it. */
static void
test_help_is_right(void)
{
    static const char *const helps[] = {
#define OPERATOR(name, word, help) help,
#define CONDITION(name, word, operand, must, help) help,
#include "command/condition.def"
#undef OPERATOR
#undef CONDITION
    };
    for (gsize i = 0; i < G_N_ELEMENTS(helps); i++) {
        g_autoptr(GError) error = NULL;
        const char *colon = strchr(helps[i], ':');
        g_assert_nonnull(colon);
        g_autoptr(GString) form = g_string_new_len(helps[i], colon - helps[i]);
        const ArgContext context = { .is_check = true };
        const bool numbers = strpbrk(form->str, "<>") != NULL;
        g_string_replace(form, "[JID]", "", 0);
        g_string_replace(form, numbers ? "A" : "ACCOUNT", numbers ? "1" : "work", 1);
        g_string_replace(form, numbers ? "B" : "REGEX", numbers ? "2" : "x", 1);
        g_string_append(form, " /print x");
        WordReader reader = { .line = form->str };
        g_autoptr(Condition) condition = condition_parse(&reader, &context, &error);
        g_assert_no_error(error);
        g_assert_cmpint(condition->kind, ==, (int) i);
        g_assert_cmpstr(words_rest(&reader), ==, "/print x");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/command/condition/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("comparisons", test_comparisons);
    ADD("wrong-conditions", test_wrong_conditions);
    ADD("accounts-and-conversations", test_accounts_and_conversations);
    ADD("values-are-no-words", test_values_are_no_words);
    g_test_add_func("/command/condition/terminal", test_terminal);
    g_test_add_func("/command/condition/help-is-right", test_help_is_right);
    return g_test_run();
}
