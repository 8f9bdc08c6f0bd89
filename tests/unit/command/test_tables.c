/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every row of every table: mistakes in a table are found here. */
#include <string.h>

#include "command/grammar.h"
#include "command/registry.h"
#include "command_fixture.h"

typedef void (*RowCheck)(const CommandGroup *group, const Command *command);

static void
for_each_row(RowCheck check)
{
    for (const CommandGroup *const *group = registry_builtin_groups(); *group != NULL; group++) {
        for (const Command *command = (*group)->commands; command->name != NULL; command++) {
            g_test_message("/%s", command->name);
            check(*group, command);
        }
    }
}

static void
check_grammar(const CommandGroup *group, const Command *command)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Grammar) grammar = grammar_compile(command->grammar, &error);
    g_assert_no_error(error);
    g_assert_nonnull(grammar);
}

static void
test_grammars_compile(void)
{
    for_each_row(check_grammar);
}

static void
check_texts(const CommandGroup *group, const Command *command)
{
    g_assert_nonnull(command->run);
    g_assert_nonnull(command->help);
    g_assert_true(g_ascii_isupper(command->help[0]));
    g_assert_true(g_str_has_suffix(command->help, "."));
    g_assert_true(command->details == NULL || g_str_has_suffix(command->details, "."));
    g_assert_nonnull(command->example);
    g_assert_cmpuint(strspn(command->name, "abcdefghijklmnopqrstuvwxyz "), ==, strlen(command->name));
}

static void
test_rows_are_explained(void)
{
    for_each_row(check_texts);
}

/* An example must be understood by the row it stands in: with /on in front or not. */
static void
check_example(const CommandGroup *group, const Command *command)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Grammar) grammar = grammar_compile(command->grammar, NULL);
    g_autofree char *start = g_strconcat("/", command->name, NULL);
    const char *at = strstr(command->example, start);
    g_assert_nonnull(at);
    g_assert_true(at == command->example || g_str_has_prefix(command->example, "/on work "));
    const ArgContext context = { 0 };
    g_autoptr(Args) args = grammar_parse(grammar, command->name, at + strlen(start), &context, &error);
    g_assert_no_error(error);
    g_assert_nonnull(args);
}

static void
test_examples_are_right(void)
{
    for_each_row(check_example);
}

static void
test_help_knows_every_row(void)
{
    CommandFixture fixture;
    command_fixture_set_up(&fixture, NULL, true);
    for (const CommandGroup *const *group = registry_builtin_groups(); *group != NULL; group++) {
        g_autofree char *of_group = g_strconcat("/help ", (*group)->name, NULL);
        g_assert_null(command_fixture_run(&fixture, of_group));
        for (const Command *command = (*group)->commands; command->name != NULL; command++) {
            g_autofree char *line = g_strconcat("/help /", command->name, NULL);
            g_assert_null(command_fixture_run(&fixture, line));
            g_assert_nonnull(strstr(fixture.printed->str, command->help));
            g_assert_nonnull(strstr(fixture.printed->str, command->example));
        }
    }
    g_assert_null(command_fixture_run(&fixture, "/help"));
    g_assert_nonnull(strstr(fixture.printed->str, "/roster"));
    command_fixture_tear_down(&fixture);
}

static void
test_help_finds_topics(void)
{
    CommandFixture fixture;
    command_fixture_set_up(&fixture, NULL, true);
    g_assert_null(command_fixture_run(&fixture, "/help msg"));
    g_assert_cmpstr(
        fixture.printed->str, ==,
        "/msg JID [TEXT]\nOpen the conversation with somebody and say something.\n"
        "JID   an address (name@server) or the name of a contact\nTEXT  a text\n"
        "It becomes the current conversation: what is typed next goes there. The text is sent as it is, quotation marks "
        "too. While the account is offline the message waits.\nExample: /msg alice@example.org Hello!\n");
    g_assert_null(command_fixture_run(&fixture, "/help Roster Group"));
    g_assert_true(g_str_has_prefix(fixture.printed->str, "/roster group [GROUP]\n"));
    g_assert_nonnull(
        strstr(fixture.printed->str, "\n/roster group remove GROUP CONTACT  Take a contact out of a group.\n"));
    g_assert_null(command_fixture_run(&fixture, "/help account"));
    g_assert_nonnull(strstr(fixture.printed->str, "/account set ACCOUNT KEY VALUE…  Change a key of an account.\n"));
    g_assert_cmpstr(command_fixture_run(&fixture, "/help rostr"), ==,
                    "64 /help: there is no help for “rostr”: did you mean roster?");
    g_assert_cmpstr(command_fixture_run(&fixture, "/help xyzzy"), ==,
                    "64 /help: there is no help for “xyzzy”: write /help for all");
    command_fixture_tear_down(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/command/tables/grammars-compile", test_grammars_compile);
    g_test_add_func("/command/tables/rows-are-explained", test_rows_are_explained);
    g_test_add_func("/command/tables/examples-are-right", test_examples_are_right);
    g_test_add_func("/command/help/knows-every-row", test_help_knows_every_row);
    g_test_add_func("/command/help/finds-topics", test_help_finds_topics);
    return g_test_run();
}
