# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/automation/libautomation.a
src_automation_libautomation_a_SOURCES = \
	src/automation/automation.c src/automation/automation.h \
	src/automation/event_data.c src/automation/event_data.h \
	src/automation/exec.c src/automation/exec.h \
	src/automation/hook.c src/automation/hook.h \
	src/automation/hooks.c src/automation/hooks.h \
	src/automation/notify.c src/automation/notify.h \
	src/automation/plugin.c src/automation/plugin.h \
	src/automation/plugin_commands.c src/automation/plugin_commands.h \
	src/automation/plugin_questions.c src/automation/plugin_questions.h \
	src/automation/plugins.c src/automation/plugins.h \
	src/automation/runner.c src/automation/runner.h
src_automation_libautomation_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
