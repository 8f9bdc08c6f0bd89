# SPDX-License-Identifier: GPL-3.0-or-later

# Certificates, DNS and servers made up for the tests of net/ and above.
check_LIBRARIES += tests/support/libnetfakes.a
tests_support_libnetfakes_a_SOURCES = tests/support/certs.c tests/support/certs.h tests/support/fake_resolver.c \
	tests/support/fake_resolver.h tests/support/fake_server.c tests/support/fake_server.h
tests_support_libnetfakes_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/support $(OPENSSL_CFLAGS)
