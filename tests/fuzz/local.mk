# SPDX-License-Identifier: GPL-3.0-or-later
# A fuzzer tests/fuzz/fuzz_NAME.c is two lines here: its name, and what it links. Its corpus is tests/fuzz/corpus/NAME.
# With --enable-fuzzers (clang) run one like this: tests/fuzz/fuzz_text SRCDIR/tests/fuzz/corpus/text
fuzzers =

fuzzers += tests/fuzz/fuzz_form
tests_fuzz_fuzz_form_LDADD = $(fuzz_engine) $(XMPP_LINE)

fuzzers += tests/fuzz/fuzz_grammar
tests_fuzz_fuzz_grammar_LDADD = $(fuzz_engine) $(COMMAND_LINE)

fuzzers += tests/fuzz/fuzz_import
tests_fuzz_fuzz_import_LDADD = $(fuzz_engine) $(CLI_LINE)

fuzzers += tests/fuzz/fuzz_jid
tests_fuzz_fuzz_jid_LDADD = $(fuzz_engine) $(BASE_LINE)

fuzzers += tests/fuzz/fuzz_otr
tests_fuzz_fuzz_otr_SOURCES = tests/fuzz/fuzz_otr.c tests/support/otr_leak.c
tests_fuzz_fuzz_otr_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
tests_fuzz_fuzz_otr_LDADD = $(fuzz_engine) $(E2EE_LINE)

fuzzers += tests/fuzz/fuzz_otr_fragments
tests_fuzz_fuzz_otr_fragments_LDADD = $(fuzz_engine) $(E2EE_LINE)

fuzzers += tests/fuzz/fuzz_otr_text
tests_fuzz_fuzz_otr_text_LDADD = $(fuzz_engine) $(E2EE_LINE)

fuzzers += tests/fuzz/fuzz_search
tests_fuzz_fuzz_search_LDADD = $(fuzz_engine) $(STORE_LINE)

fuzzers += tests/fuzz/fuzz_settings
tests_fuzz_fuzz_settings_LDADD = $(fuzz_engine) $(CONFIG_LINE)

fuzzers += tests/fuzz/fuzz_text
tests_fuzz_fuzz_text_LDADD = $(fuzz_engine) $(BASE_LINE)

fuzzers += tests/fuzz/fuzz_stanza
tests_fuzz_fuzz_stanza_LDADD = $(fuzz_engine) $(XMPP_LINE)

EXTRA_DIST += tests/fuzz/corpus
if FUZZERS
fuzz_engine = $(FUZZ_ENGINE)
noinst_PROGRAMS += $(fuzzers)
else
fuzz_engine = tests/support/libreplay.a
check_LIBRARIES += tests/support/libreplay.a
tests_support_libreplay_a_SOURCES = tests/support/fuzz_replay.c tests/support/fuzz.h
check_PROGRAMS += $(fuzzers)
TESTS += $(fuzzers)
endif
