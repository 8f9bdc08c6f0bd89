# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/automation/libautomation.a
src_automation_libautomation_a_SOURCES = \
	src/automation/automation.c src/automation/automation.h
src_automation_libautomation_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
