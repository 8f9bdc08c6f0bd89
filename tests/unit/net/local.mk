# SPDX-License-Identifier: GPL-3.0-or-later
net_tests = tests/unit/net/test_changes tests/unit/net/test_preamble tests/unit/net/test_relay tests/unit/net/test_server_names tests/unit/net/test_targets \
	tests/unit/net/test_tls tests/unit/net/test_transport
check_PROGRAMS += $(net_tests)
TESTS += $(net_tests)
net_test_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/support $(OPENSSL_CFLAGS)
net_test_ldadd = tests/support/libnetfakes.a $(NET_LINE)
tests_unit_net_test_changes_SOURCES = tests/unit/net/test_changes.c
tests_unit_net_test_changes_LDADD = $(NET_LINE)
tests_unit_net_test_preamble_SOURCES = tests/unit/net/test_preamble.c
tests_unit_net_test_preamble_LDADD = $(NET_LINE)
tests_unit_net_test_relay_SOURCES = tests/unit/net/test_relay.c tests/unit/net/probe.c tests/unit/net/probe.h
tests_unit_net_test_relay_CPPFLAGS = $(net_test_cppflags)
tests_unit_net_test_relay_LDADD = $(net_test_ldadd)
tests_unit_net_test_server_names_SOURCES = tests/unit/net/test_server_names.c
tests_unit_net_test_server_names_LDADD = $(NET_LINE)
tests_unit_net_test_targets_SOURCES = tests/unit/net/test_targets.c tests/unit/net/probe.h
tests_unit_net_test_targets_CPPFLAGS = $(net_test_cppflags)
tests_unit_net_test_targets_LDADD = $(net_test_ldadd)
tests_unit_net_test_tls_SOURCES = tests/unit/net/test_tls.c tests/unit/net/probe.c tests/unit/net/probe.h
tests_unit_net_test_tls_CPPFLAGS = $(net_test_cppflags)
tests_unit_net_test_tls_LDADD = $(net_test_ldadd)
tests_unit_net_test_transport_SOURCES = tests/unit/net/test_transport.c tests/unit/net/probe.c tests/unit/net/probe.h
tests_unit_net_test_transport_CPPFLAGS = $(net_test_cppflags)
tests_unit_net_test_transport_LDADD = $(net_test_ldadd)
