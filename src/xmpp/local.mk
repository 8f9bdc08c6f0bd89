# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/xmpp/libxmpp.a
src_xmpp_libxmpp_a_SOURCES = \
	src/xmpp/sasl.c src/xmpp/sasl.h \
	src/xmpp/scram.c src/xmpp/scram.h
src_xmpp_libxmpp_a_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS) $(OPENSSL_CFLAGS)
