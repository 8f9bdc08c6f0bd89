# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/command/libcommand.a
src_command_libcommand_a_SOURCES = \
	src/command/alias.c src/command/alias.h \
	src/command/arg_types.c src/command/arg_types.h \
	src/command/args.c src/command/args.h \
	src/command/attempts.c src/command/attempts.h \
	src/command/call.c src/command/call.h \
	src/command/caller.c src/command/caller.h src/command/caller_private.h \
	src/command/candidates.c src/command/candidates.h \
	src/command/cmd_account.c \
	src/command/cmd_annotate.c \
	src/command/cmd_archive.c \
	src/command/cmd_attention.c \
	src/command/cmd_bookmark.c \
	src/command/cmd_chat.c \
	src/command/cmd_connection.c \
	src/command/cmd_contacts.c \
	src/command/cmd_doctor.c \
	src/command/cmd_encryption.c \
	src/command/cmd_history.c \
	src/command/cmd_presence.c \
	src/command/cmd_program.c \
	src/command/cmd_room.c \
	src/command/cmd_room_admin.c \
	src/command/cmd_room_config.c \
	src/command/cmd_script.c \
	src/command/cmd_settings.c \
	src/command/cmd_tools.c \
	src/command/command.h \
	src/command/complete.c src/command/complete.h \
	src/command/condition.c src/command/condition.def src/command/condition.h src/command/condition_holds.c \
	src/command/execute.c src/command/execute.h \
	src/command/grammar.c src/command/grammar.h \
	src/command/help.c src/command/help.h \
	src/command/on_connect.c src/command/on_connect.h \
	src/command/recorder.c src/command/recorder.h \
	src/command/registry.c src/command/registry.h src/command/registry_private.h \
	src/command/room_call.h \
	src/command/say.c src/command/say.h \
	src/command/script.c src/command/script.h \
	src/command/script_check.c src/command/script_check.h \
	src/command/script_source.c src/command/script_source.h \
	src/command/suggest.c src/command/suggest.h \
	src/command/tables.h \
	src/command/timers.c src/command/timers.h \
	src/command/wait.c src/command/wait.h \
	src/command/words.c src/command/words.h
src_command_libcommand_a_CPPFLAGS = $(AM_CPPFLAGS)
