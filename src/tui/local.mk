# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/tui/libtui.a
src_tui_libtui_a_SOURCES = src/tui/tui.h \
	src/tui/canvas.c src/tui/canvas.h \
	src/tui/colour.c src/tui/colour.h \
	src/tui/encryption_mark.c src/tui/encryption_mark.h \
	src/tui/encryption_words.c src/tui/encryption_words.h \
	src/tui/input.c src/tui/input.h \
	src/tui/keys.c src/tui/keys.def src/tui/keys.h \
	src/tui/layout.c src/tui/layout.h \
	src/tui/lines.c src/tui/lines.h src/tui/lines_private.h \
	src/tui/lines_draw.c \
	src/tui/nick_colour.c src/tui/nick_colour.h \
	src/tui/painter.c src/tui/painter.h \
	src/tui/scene.c src/tui/scene.h \
	src/tui/screen.c src/tui/screen.h \
	src/tui/secret_line.c src/tui/secret_line.h \
	src/tui/styles.def \
	src/tui/styling.c src/tui/styling.h \
	src/tui/term.c src/tui/term.h \
	src/tui/theme.c src/tui/theme.h \
	src/tui/tui.c src/tui/tui_state.h \
	src/tui/tui_commands.c src/tui/tui_commands.h \
	src/tui/tui_encryption.c \
	src/tui/tui_events.c \
	src/tui/tui_notify.c \
	src/tui/tui_rooms.c \
	src/tui/tui_secrets.c \
	src/tui/tui_typing.c \
	src/tui/tui_windows.c \
	src/tui/view_input.c src/tui/view_input.h \
	src/tui/view_messages.c src/tui/view_messages.h \
	src/tui/view_occupants.c src/tui/view_occupants.h \
	src/tui/view_roster.c src/tui/view_roster.h \
	src/tui/view_status.c src/tui/view_status.h \
	src/tui/view_title.c src/tui/view_title.h \
	src/tui/window.c src/tui/window.h
src_tui_libtui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS) $(READLINE_CFLAGS)
