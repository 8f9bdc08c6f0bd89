# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/config/libconfig.a
src_config_libconfig_a_SOURCES = \
	src/config/account_keys.c src/config/accounts.c src/config/accounts.h \
	src/config/secret.c src/config/secret.h \
	src/config/settings.c src/config/settings.def src/config/settings.h \
	src/config/settings_file.c src/config/settings_file.h \
	src/config/value.c src/config/value.h
src_config_libconfig_a_CPPFLAGS = $(AM_CPPFLAGS) 
