# SPDX-License-Identifier: GPL-3.0-or-later
core_tests = tests/unit/core/test_core_done tests/unit/core/test_credentials tests/unit/core/test_doctor tests/unit/core/test_mentions \
	tests/unit/core/test_quiet_hours tests/unit/core/test_server_probe
check_PROGRAMS += $(core_tests)
TESTS += $(core_tests)
tests_unit_core_test_core_done_SOURCES = tests/unit/core/test_core_done.c
tests_unit_core_test_core_done_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
tests_unit_core_test_core_done_LDADD = $(CORE_LINE)
tests_unit_core_test_credentials_SOURCES = tests/unit/core/test_credentials.c
tests_unit_core_test_credentials_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
tests_unit_core_test_credentials_LDADD = $(CORE_LINE)
tests_unit_core_test_doctor_SOURCES = tests/unit/core/test_doctor.c
tests_unit_core_test_doctor_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
tests_unit_core_test_doctor_LDADD = $(CORE_LINE)
tests_unit_core_test_mentions_SOURCES = tests/unit/core/test_mentions.c
tests_unit_core_test_mentions_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
tests_unit_core_test_mentions_LDADD = $(CORE_LINE)
tests_unit_core_test_quiet_hours_SOURCES = tests/unit/core/test_quiet_hours.c
tests_unit_core_test_quiet_hours_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
tests_unit_core_test_quiet_hours_LDADD = $(CORE_LINE)
tests_unit_core_test_server_probe_SOURCES = tests/unit/core/test_server_probe.c
tests_unit_core_test_server_probe_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS) $(OPENSSL_CFLAGS) -I$(top_srcdir)/tests/support
tests_unit_core_test_server_probe_LDADD = tests/support/libnetfakes.a $(CORE_LINE)
