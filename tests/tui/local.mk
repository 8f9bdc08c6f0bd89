# SPDX-License-Identifier: GPL-3.0-or-later

check_PROGRAMS += tests/tui/test_phases
TESTS += tests/tui/test_phases
tests_tui_test_phases_SOURCES = tests/tui/test_phases.c
tests_tui_test_phases_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -I$(top_srcdir)/tests/support $(OPENSSL_CFLAGS)
tests_tui_test_phases_LDADD = tests/support/libnetfakes.a $(SUPPORT_LINE) $(OPENSSL_LIBS)

check_PROGRAMS += tests/tui/test_terminal
TESTS += tests/tui/test_terminal
tests_tui_test_terminal_SOURCES = tests/tui/test_terminal.c
tests_tui_test_terminal_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tui_test_terminal_LDADD = $(SUPPORT_LINE)

check_PROGRAMS += tests/tui/test_conversation
TESTS += tests/tui/test_conversation
tests_tui_test_conversation_SOURCES = tests/tui/test_conversation.c
tests_tui_test_conversation_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tui_test_conversation_LDADD = $(SUPPORT_LINE)
