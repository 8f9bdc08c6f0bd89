# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += tests/unit/rpc/test_event_json
TESTS += tests/unit/rpc/test_event_json
tests_unit_rpc_test_event_json_SOURCES = tests/unit/rpc/test_event_json.c tests/support/shape_check.c tests/support/shape_check.h
tests_unit_rpc_test_event_json_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(JSON_CFLAGS)
tests_unit_rpc_test_event_json_LDADD = $(RPC_LINE)

check_PROGRAMS += tests/unit/rpc/test_rpc_link
TESTS += tests/unit/rpc/test_rpc_link
tests_unit_rpc_test_rpc_link_SOURCES = tests/unit/rpc/test_rpc_link.c
tests_unit_rpc_test_rpc_link_LDADD = $(RPC_LINE)

check_PROGRAMS += tests/unit/rpc/test_json_check
TESTS += tests/unit/rpc/test_json_check
tests_unit_rpc_test_json_check_SOURCES = tests/unit/rpc/test_json_check.c
tests_unit_rpc_test_json_check_LDADD = $(RPC_LINE)
