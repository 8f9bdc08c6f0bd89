# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES =
src_base_libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(IDN2_CFLAGS)
