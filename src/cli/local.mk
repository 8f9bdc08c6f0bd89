# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/cli/libcli.a
src_cli_libcli_a_SOURCES = \
	src/cli/asking.c src/cli/asking.h \
	src/cli/continued.c src/cli/continued.h \
	src/cli/ctl.c src/cli/ctl.h \
	src/cli/dry_run.c src/cli/dry_run.h \
	src/cli/front.c src/cli/front.h \
	src/cli/import.c src/cli/import.h src/cli/import_private.h \
	src/cli/import_jsonl.c \
	src/cli/import_mcabber.c \
	src/cli/import_poezio.c \
	src/cli/import_profanity.c \
	src/cli/import_text.c \
	src/cli/line_writer.c src/cli/line_writer.h \
	src/cli/listen.c src/cli/listen.h \
	src/cli/offers.c src/cli/offers.h \
	src/cli/query.c src/cli/query.h \
	src/cli/run.c src/cli/run.h \
	src/cli/send.c src/cli/send.h
src_cli_libcli_a_CPPFLAGS = $(AM_CPPFLAGS)
