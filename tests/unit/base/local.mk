# SPDX-License-Identifier: GPL-3.0-or-later
base_tests = \
	tests/unit/base/test_jid
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

tests_unit_base_test_jid_SOURCES = tests/unit/base/test_jid.c
tests_unit_base_test_jid_LDADD = $(BASE_LINE)
