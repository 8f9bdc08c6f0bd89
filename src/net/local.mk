# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_SOURCES =
src_net_libnet_a_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
