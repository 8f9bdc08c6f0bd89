# SPDX-License-Identifier: GPL-3.0-or-later
sasl_tests = \
	tests/unit/xmpp/test_sasl \
	tests/unit/xmpp/test_scram
check_PROGRAMS += $(sasl_tests)
TESTS += $(sasl_tests)

tests_unit_xmpp_test_sasl_SOURCES = tests/unit/xmpp/test_sasl.c tests/support/scram_server.c tests/support/scram_server.h
tests_unit_xmpp_test_sasl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_xmpp_test_sasl_LDADD = $(XMPP_LINE)
tests_unit_xmpp_test_scram_SOURCES = tests/unit/xmpp/test_scram.c tests/support/scram_server.c tests/support/scram_server.h
tests_unit_xmpp_test_scram_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_xmpp_test_scram_LDADD = $(XMPP_LINE)
