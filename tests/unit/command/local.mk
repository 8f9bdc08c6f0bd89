# SPDX-License-Identifier: GPL-3.0-or-later
# The pure parts of the layer need no core.
COMMAND_PURE_LINE = src/command/libcommand.a src/config/libconfig.a $(MODEL_LINE)
command_tests = \
	tests/unit/command/test_alias \
	tests/unit/command/test_grammar \
	tests/unit/command/test_words
check_PROGRAMS += $(command_tests)
TESTS += $(command_tests)

tests_unit_command_test_alias_SOURCES = tests/unit/command/test_alias.c
tests_unit_command_test_alias_LDADD = $(COMMAND_PURE_LINE)
tests_unit_command_test_grammar_SOURCES = tests/unit/command/test_grammar.c
tests_unit_command_test_grammar_LDADD = $(COMMAND_PURE_LINE)
tests_unit_command_test_words_SOURCES = tests/unit/command/test_words.c
tests_unit_command_test_words_LDADD = $(COMMAND_PURE_LINE)
