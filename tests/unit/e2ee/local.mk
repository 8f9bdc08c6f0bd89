# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += tests/unit/e2ee/test_envelope
TESTS += tests/unit/e2ee/test_envelope
tests_unit_e2ee_test_envelope_SOURCES = tests/unit/e2ee/test_envelope.c
tests_unit_e2ee_test_envelope_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
tests_unit_e2ee_test_envelope_LDADD = $(E2EE_LINE)
