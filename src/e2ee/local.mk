# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/e2ee/libe2ee.a
src_e2ee_libe2ee_a_SOURCES = \
	src/e2ee/e2ee.h \
	src/e2ee/e2ee_private.h \
	src/e2ee/envelope.c \
	src/e2ee/otr.c src/e2ee/otr.h \
	src/e2ee/otr_book.c src/e2ee/otr_book.h \
	src/e2ee/otr_files.c src/e2ee/otr_files.h \
	src/e2ee/otr_fragments.c src/e2ee/otr_fragments.h \
	src/e2ee/otr_import.c \
	src/e2ee/otr_incoming.c \
	src/e2ee/otr_ops.c \
	src/e2ee/otr_private.h \
	src/e2ee/otr_sessions.c \
	src/e2ee/otr_smp.c \
	src/e2ee/otr_text.c src/e2ee/otr_text.h \
	src/e2ee/providers.c
src_e2ee_libe2ee_a_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS) $(OTR_CFLAGS)
