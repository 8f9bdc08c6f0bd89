# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/cli/libcli.a
src_cli_libcli_a_SOURCES =
src_cli_libcli_a_CPPFLAGS = $(AM_CPPFLAGS) 
