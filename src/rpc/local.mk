# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/rpc/librpc.a
src_rpc_librpc_a_SOURCES =
src_rpc_librpc_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
