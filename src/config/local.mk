# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/config/libconfig.a
src_config_libconfig_a_SOURCES =
src_config_libconfig_a_CPPFLAGS = $(AM_CPPFLAGS) 
