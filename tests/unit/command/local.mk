# SPDX-License-Identifier: GPL-3.0-or-later
# The pure parts of the layer need no core.
COMMAND_PURE_LINE = src/command/libcommand.a src/config/libconfig.a $(MODEL_LINE)
COMMAND_FIXTURE = tests/unit/command/command_fixture.c tests/unit/command/command_fixture.h
command_tests = \
	tests/unit/command/test_alias \
	tests/unit/command/test_archive \
	tests/unit/command/test_chat \
	tests/unit/command/test_complete \
	tests/unit/command/test_condition \
	tests/unit/command/test_execute \
	tests/unit/command/test_grammar \
	tests/unit/command/test_script \
	tests/unit/command/test_script_check \
	tests/unit/command/test_tables \
	tests/unit/command/test_timers \
	tests/unit/command/test_wait \
	tests/unit/command/test_words
check_PROGRAMS += $(command_tests)
TESTS += $(command_tests)

tests_unit_command_test_alias_SOURCES = tests/unit/command/test_alias.c
tests_unit_command_test_alias_LDADD = $(COMMAND_PURE_LINE)
tests_unit_command_test_archive_SOURCES = tests/unit/command/test_archive.c $(COMMAND_FIXTURE)
tests_unit_command_test_archive_LDADD = $(COMMAND_LINE)
tests_unit_command_test_chat_SOURCES = tests/unit/command/test_chat.c $(COMMAND_FIXTURE)
tests_unit_command_test_chat_LDADD = $(COMMAND_LINE)
tests_unit_command_test_complete_SOURCES = tests/unit/command/test_complete.c $(COMMAND_FIXTURE)
tests_unit_command_test_complete_LDADD = $(COMMAND_LINE)
tests_unit_command_test_condition_SOURCES = tests/unit/command/test_condition.c $(COMMAND_FIXTURE)
tests_unit_command_test_condition_LDADD = $(COMMAND_LINE)
tests_unit_command_test_execute_SOURCES = tests/unit/command/test_execute.c $(COMMAND_FIXTURE)
tests_unit_command_test_execute_LDADD = $(COMMAND_LINE)
tests_unit_command_test_grammar_SOURCES = tests/unit/command/test_grammar.c
tests_unit_command_test_grammar_LDADD = $(COMMAND_PURE_LINE)
tests_unit_command_test_script_SOURCES = tests/unit/command/test_script.c $(COMMAND_FIXTURE)
tests_unit_command_test_script_LDADD = $(COMMAND_LINE)
tests_unit_command_test_script_check_SOURCES = tests/unit/command/test_script_check.c
tests_unit_command_test_script_check_LDADD = $(COMMAND_LINE)
tests_unit_command_test_tables_SOURCES = tests/unit/command/test_tables.c $(COMMAND_FIXTURE)
tests_unit_command_test_tables_LDADD = $(COMMAND_LINE)
tests_unit_command_test_timers_SOURCES = tests/unit/command/test_timers.c $(COMMAND_FIXTURE)
tests_unit_command_test_timers_LDADD = $(COMMAND_LINE)
tests_unit_command_test_wait_SOURCES = tests/unit/command/test_wait.c $(COMMAND_FIXTURE)
tests_unit_command_test_wait_LDADD = $(COMMAND_LINE)
tests_unit_command_test_words_SOURCES = tests/unit/command/test_words.c
tests_unit_command_test_words_LDADD = $(COMMAND_PURE_LINE)
