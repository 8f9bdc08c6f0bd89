# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/tui/libtui.a
src_tui_libtui_a_SOURCES = src/tui/tui.h \
	src/tui/canvas.c src/tui/canvas.h \
	src/tui/colour.c src/tui/colour.h \
	src/tui/input.c src/tui/input.h \
	src/tui/keys.c src/tui/keys.def src/tui/keys.h \
	src/tui/painter.c src/tui/painter.h \
	src/tui/styles.def \
	src/tui/term.c src/tui/term.h \
	src/tui/theme.c src/tui/theme.h
src_tui_libtui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS) $(READLINE_CFLAGS)
