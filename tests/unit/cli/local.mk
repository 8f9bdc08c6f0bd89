# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += tests/unit/cli/test_line_writer
TESTS += tests/unit/cli/test_line_writer
tests_unit_cli_test_line_writer_SOURCES = tests/unit/cli/test_line_writer.c
tests_unit_cli_test_line_writer_LDADD = $(CLI_LINE)

check_PROGRAMS += tests/unit/cli/test_import
TESTS += tests/unit/cli/test_import
tests_unit_cli_test_import_SOURCES = tests/unit/cli/test_import.c
tests_unit_cli_test_import_LDADD = $(CLI_LINE)
