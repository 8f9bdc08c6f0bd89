# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += tests/unit/e2ee/test_envelope
TESTS += tests/unit/e2ee/test_envelope
tests_unit_e2ee_test_envelope_SOURCES = tests/unit/e2ee/test_envelope.c
tests_unit_e2ee_test_envelope_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
tests_unit_e2ee_test_envelope_LDADD = $(E2EE_LINE)

# What profanity 0.13.1 and mcabber 1.1.2 have written, of accounts that were made for it.
EXTRA_DIST += tests/unit/e2ee/otr-files
otr_files_kit = tests/unit/e2ee/otr_files_kit.c tests/unit/e2ee/otr_files_kit.h
check_PROGRAMS += tests/unit/e2ee/test_otr_book tests/unit/e2ee/test_otr_import
TESTS += tests/unit/e2ee/test_otr_book tests/unit/e2ee/test_otr_import
tests_unit_e2ee_test_otr_book_SOURCES = tests/unit/e2ee/test_otr_book.c $(otr_files_kit)
tests_unit_e2ee_test_otr_book_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS) $(OTR_CFLAGS)
tests_unit_e2ee_test_otr_book_LDADD = $(E2EE_LINE)
tests_unit_e2ee_test_otr_import_SOURCES = tests/unit/e2ee/test_otr_import.c $(otr_files_kit)
tests_unit_e2ee_test_otr_import_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS) $(OTR_CFLAGS)
tests_unit_e2ee_test_otr_import_LDADD = $(E2EE_LINE)
check_PROGRAMS += tests/unit/e2ee/test_otr_fragments tests/unit/e2ee/test_otr_text
TESTS += tests/unit/e2ee/test_otr_fragments tests/unit/e2ee/test_otr_text
tests_unit_e2ee_test_otr_fragments_SOURCES = tests/unit/e2ee/test_otr_fragments.c
tests_unit_e2ee_test_otr_fragments_LDADD = $(E2EE_LINE)
tests_unit_e2ee_test_otr_text_SOURCES = tests/unit/e2ee/test_otr_text.c
tests_unit_e2ee_test_otr_text_LDADD = $(E2EE_LINE)
check_PROGRAMS += tests/unit/e2ee/test_otr
TESTS += tests/unit/e2ee/test_otr
tests_unit_e2ee_test_otr_SOURCES = tests/unit/e2ee/test_otr.c tests/support/otr_leak.c
tests_unit_e2ee_test_otr_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS) $(OTR_CFLAGS)
tests_unit_e2ee_test_otr_LDADD = $(E2EE_LINE)
