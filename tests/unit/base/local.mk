# SPDX-License-Identifier: GPL-3.0-or-later
base_tests = \
	tests/unit/base/test_bus \
	tests/unit/base/test_jid \
	tests/unit/base/test_log \
	tests/unit/base/test_paths \
	tests/unit/base/test_pattern \
	tests/unit/base/test_qr \
	tests/unit/base/test_process \
	tests/unit/base/test_retry \
	tests/unit/base/test_subprocess \
	tests/unit/base/test_text \
	tests/unit/base/test_when
base_tests += tests/unit/base/test_service_notify
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

tests_unit_base_test_bus_SOURCES = tests/unit/base/test_bus.c
tests_unit_base_test_bus_LDADD = $(BASE_LINE)
tests_unit_base_test_jid_SOURCES = tests/unit/base/test_jid.c
tests_unit_base_test_jid_LDADD = $(BASE_LINE)
tests_unit_base_test_log_SOURCES = tests/unit/base/test_log.c
tests_unit_base_test_log_LDADD = $(BASE_LINE)
tests_unit_base_test_pattern_SOURCES = tests/unit/base/test_pattern.c
tests_unit_base_test_pattern_LDADD = $(BASE_LINE)
tests_unit_base_test_paths_SOURCES = tests/unit/base/test_paths.c
tests_unit_base_test_paths_LDADD = $(BASE_LINE)
tests_unit_base_test_retry_SOURCES = tests/unit/base/test_retry.c
tests_unit_base_test_retry_LDADD = $(BASE_LINE)
tests_unit_base_test_process_SOURCES = tests/unit/base/test_process.c
tests_unit_base_test_process_LDADD = $(BASE_LINE)
tests_unit_base_test_subprocess_SOURCES = tests/unit/base/test_subprocess.c
tests_unit_base_test_subprocess_LDADD = $(BASE_LINE)
tests_unit_base_test_text_SOURCES = tests/unit/base/test_text.c
tests_unit_base_test_text_LDADD = $(BASE_LINE)
tests_unit_base_test_when_SOURCES = tests/unit/base/test_when.c
tests_unit_base_test_when_LDADD = $(BASE_LINE)
tests_unit_base_test_qr_SOURCES = tests/unit/base/test_qr.c
tests_unit_base_test_qr_LDADD = $(BASE_LINE)
tests_unit_base_test_service_notify_SOURCES = tests/unit/base/test_service_notify.c
tests_unit_base_test_service_notify_LDADD = $(BASE_LINE)
