# SPDX-License-Identifier: GPL-3.0-or-later
tui_tests = tests/tui/test_attention tests/tui/test_completion tests/tui/test_encryption tests/tui/test_past tests/tui/test_phases tests/tui/test_room_forms_screen tests/tui/test_rooms_screen tests/tui/test_terminal tests/tui/test_conversation
if HAVE_VTERM
check_PROGRAMS += $(tui_tests)
TESTS += $(tui_tests)
endif

tests_tui_test_attention_SOURCES = tests/tui/test_attention.c
tests_tui_test_attention_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tui_test_attention_LDADD = $(SUPPORT_LINE)

tests_tui_test_completion_SOURCES = tests/tui/test_completion.c
tests_tui_test_completion_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tui_test_completion_LDADD = $(SUPPORT_LINE)

tests_tui_test_encryption_SOURCES = tests/tui/test_encryption.c
tests_tui_test_encryption_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tui_test_encryption_LDADD = $(SUPPORT_LINE)

tests_tui_test_past_SOURCES = tests/tui/test_past.c
tests_tui_test_past_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tui_test_past_LDADD = $(SUPPORT_LINE)

tests_tui_test_phases_SOURCES = tests/tui/test_phases.c
tests_tui_test_phases_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -I$(top_srcdir)/tests/support $(OPENSSL_CFLAGS)
tests_tui_test_phases_LDADD = tests/support/libnetfakes.a $(SUPPORT_LINE) $(OPENSSL_LIBS)

tests_tui_test_room_forms_screen_SOURCES = tests/tui/test_room_forms_screen.c
tests_tui_test_room_forms_screen_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tui_test_room_forms_screen_LDADD = $(SUPPORT_LINE)
tests_tui_test_rooms_screen_SOURCES = tests/tui/test_rooms_screen.c
tests_tui_test_rooms_screen_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tui_test_rooms_screen_LDADD = $(SUPPORT_LINE)

tests_tui_test_terminal_SOURCES = tests/tui/test_terminal.c
tests_tui_test_terminal_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tui_test_terminal_LDADD = $(SUPPORT_LINE)

tests_tui_test_conversation_SOURCES = tests/tui/test_conversation.c
tests_tui_test_conversation_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_tui_test_conversation_LDADD = $(SUPPORT_LINE)
