# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += tests/golden/test_golden
TESTS += tests/golden/test_golden
tests_golden_test_golden_SOURCES = tests/golden/test_golden.c
tests_golden_test_golden_LDADD = $(TUI_LINE)
EXTRA_DIST += tests/golden/bare-20x5.txt \
	tests/golden/bare-40x10.txt \
	tests/golden/bare-80x24.txt \
	tests/golden/chat-20x5.txt \
	tests/golden/chat-40x10.txt \
	tests/golden/chat-80x24.txt \
	tests/golden/completion-20x5.txt \
	tests/golden/completion-40x10.txt \
	tests/golden/completion-80x24.txt \
	tests/golden/console-20x5.txt \
	tests/golden/console-40x10.txt \
	tests/golden/console-80x24.txt \
	tests/golden/encrypted-20x5.txt \
	tests/golden/encrypted-40x10.txt \
	tests/golden/encrypted-80x24.txt \
	tests/golden/locked-20x5.txt \
	tests/golden/locked-40x10.txt \
	tests/golden/locked-80x24.txt \
	tests/golden/panel-20x5.txt \
	tests/golden/panel-40x10.txt \
	tests/golden/panel-80x24.txt \
	tests/golden/past-20x5.txt \
	tests/golden/past-40x10.txt \
	tests/golden/past-80x24.txt \
	tests/golden/question-20x5.txt \
	tests/golden/question-40x10.txt \
	tests/golden/question-80x24.txt \
	tests/golden/room-20x5.txt \
	tests/golden/room-40x10.txt \
	tests/golden/room-80x24.txt \
	tests/golden/room-out-20x5.txt \
	tests/golden/room-out-40x10.txt \
	tests/golden/room-out-80x24.txt \
	tests/golden/scripts-20x5.txt \
	tests/golden/scripts-40x10.txt \
	tests/golden/scripts-80x24.txt \
	tests/golden/scripts-bytes.txt \
	tests/golden/scrolled-20x5.txt \
	tests/golden/scrolled-40x10.txt \
	tests/golden/scrolled-80x24.txt \
	tests/golden/starting-20x5.txt \
	tests/golden/starting-40x10.txt \
	tests/golden/starting-80x24.txt \
	tests/golden/unverified-20x5.txt \
	tests/golden/unverified-40x10.txt \
	tests/golden/unverified-80x24.txt \
	tests/golden/waiting-20x5.txt \
	tests/golden/waiting-40x10.txt \
	tests/golden/waiting-80x24.txt \
	tests/golden/writing-20x5.txt \
	tests/golden/writing-40x10.txt \
	tests/golden/writing-80x24.txt
