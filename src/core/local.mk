# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/core/libcore.a
src_core_libcore_a_SOURCES =
src_core_libcore_a_CPPFLAGS = $(AM_CPPFLAGS) 
