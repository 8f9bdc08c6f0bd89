# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_SOURCES = src/net/changes.c src/net/changes.h src/net/dial.c src/net/dial.h src/net/preamble.c src/net/preamble.h src/net/relay.c src/net/relay.h \
	src/net/server_names.c src/net/server_names.h src/net/starttls.c src/net/starttls.h src/net/targets.c src/net/targets.h src/net/tls.c src/net/tls.h \
	src/net/tls_certificate.c src/net/tls_certificate.h src/net/transport.c src/net/transport.h \
	src/net/transport_plan.c src/net/transport_plan.h
src_net_libnet_a_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
