# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += tests/unit/tui/test_canvas tests/unit/tui/test_encryption_words tests/unit/tui/test_input tests/unit/tui/test_lines tests/unit/tui/test_nick_colour tests/unit/tui/test_styling tests/unit/tui/test_theme
TESTS += tests/unit/tui/test_canvas tests/unit/tui/test_encryption_words tests/unit/tui/test_input tests/unit/tui/test_lines tests/unit/tui/test_nick_colour tests/unit/tui/test_styling tests/unit/tui/test_theme
tests_unit_tui_test_canvas_SOURCES = tests/unit/tui/test_canvas.c
tests_unit_tui_test_canvas_LDADD = $(TUI_LINE)
tests_unit_tui_test_encryption_words_SOURCES = tests/unit/tui/test_encryption_words.c
tests_unit_tui_test_encryption_words_LDADD = $(TUI_LINE)
tests_unit_tui_test_input_SOURCES = tests/unit/tui/test_input.c
tests_unit_tui_test_input_LDADD = $(TUI_LINE)
tests_unit_tui_test_lines_SOURCES = tests/unit/tui/test_lines.c
tests_unit_tui_test_lines_LDADD = $(TUI_LINE)
tests_unit_tui_test_theme_SOURCES = tests/unit/tui/test_theme.c
tests_unit_tui_test_theme_LDADD = $(TUI_LINE)

# The painter is held against a terminal.
if HAVE_VTERM
check_PROGRAMS += tests/unit/tui/test_painter
TESTS += tests/unit/tui/test_painter
tests_unit_tui_test_painter_SOURCES = tests/unit/tui/test_painter.c
tests_unit_tui_test_painter_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_unit_tui_test_painter_LDADD = $(TUI_LINE) $(VTERM_LIBS)
endif
tests_unit_tui_test_nick_colour_SOURCES = tests/unit/tui/test_nick_colour.c
tests_unit_tui_test_nick_colour_LDADD = $(TUI_LINE)
tests_unit_tui_test_styling_SOURCES = tests/unit/tui/test_styling.c
tests_unit_tui_test_styling_LDADD = $(TUI_LINE)
