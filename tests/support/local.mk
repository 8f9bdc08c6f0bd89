# SPDX-License-Identifier: GPL-3.0-or-later

# Certificates, DNS and servers made up for the tests of net/ and above.
check_LIBRARIES += tests/support/libnetfakes.a
tests_support_libnetfakes_a_SOURCES = tests/support/certs.c tests/support/certs.h tests/support/fake_resolver.c \
	tests/support/fake_resolver.h tests/support/fake_server.c tests/support/fake_server.h \
	tests/support/evil_server.c tests/support/evil_server.h tests/support/scram_server.c \
	tests/support/scram_server.h
tests_support_libnetfakes_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -I$(top_srcdir)/tests/support $(OPENSSL_CFLAGS)

# Real servers, the real binary in a pseudo-terminal or on pipes, whose JSON is held against the tables.
check_LIBRARIES += tests/support/libsupport.a
tests_support_libsupport_a_SOURCES = tests/support/server.c tests/support/server.h \
	tests/support/run_confab.c tests/support/run_confab.h tests/support/bot.c tests/support/bot.h \
	tests/support/chaos_proxy.c tests/support/chaos_proxy.h \
	tests/support/shape_check.c tests/support/shape_check.h
tests_support_libsupport_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(VTERM_CFLAGS) $(JSON_CFLAGS)
SUPPORT_LINE = tests/support/libsupport.a $(VTERM_LIBS) -lutil $(RPC_LINE)

check_PROGRAMS += tests/support/test_chaos_proxy tests/support/test_room_bot tests/support/test_server
TESTS += tests/support/test_chaos_proxy tests/support/test_room_bot tests/support/test_server
tests_support_test_chaos_proxy_SOURCES = tests/support/test_chaos_proxy.c
tests_support_test_chaos_proxy_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_support_test_chaos_proxy_LDADD = $(SUPPORT_LINE)
tests_support_test_room_bot_SOURCES = tests/support/test_room_bot.c
tests_support_test_room_bot_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_support_test_room_bot_LDADD = $(SUPPORT_LINE)
tests_support_test_server_SOURCES = tests/support/test_server.c
tests_support_test_server_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_support_test_server_LDADD = $(SUPPORT_LINE)

# What needs a pseudo-terminal is one visible skip without libvterm.
EXTRA_DIST += tests/support/no_vterm
if HAVE_VTERM
tests_support_libsupport_a_SOURCES += tests/support/pty.c tests/support/pty.h tests/support/chat_peer.c \
	tests/support/chat_peer.h
check_PROGRAMS += tests/support/test_pty
TESTS += tests/support/test_pty
else
TESTS += tests/support/no_vterm
endif
tests_support_test_pty_SOURCES = tests/support/test_pty.c
tests_support_test_pty_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_support_test_pty_LDADD = $(SUPPORT_LINE)
EXTRA_DIST += tests/support/prosody/mod_compat13.lua tests/support/prosody/mod_crowded.lua tests/support/prosody/mod_forgetful.lua tests/support/prosody/mod_online_contacts.lua
EXTRA_DIST += tests/support/check_schema.py tests/support/otr_bot.py tests/support/room_bot.py
