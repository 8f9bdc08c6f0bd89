# SPDX-License-Identifier: GPL-3.0-or-later
# Not a part of the checks: they take minutes, and their figures are for people.
EXTRA_PROGRAMS += tests/bench/bench_history tests/bench/bench_send
tests_bench_bench_history_SOURCES = tests/bench/bench_history.c
tests_bench_bench_history_LDADD = $(STORE_LINE)

bench-history: tests/bench/bench_history$(EXEEXT)
	tests/bench/bench_history$(EXEEXT)

tests_bench_bench_send_SOURCES = tests/bench/bench_send.c
tests_bench_bench_send_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_bench_bench_send_LDADD = $(SUPPORT_LINE)
# Needs the packages go-sendxmpp and sendxmpp, too.
bench-send: src/confab$(EXEEXT) tests/bench/bench_send$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) tests/bench/bench_send$(EXEEXT)
.PHONY: bench-history bench-send
