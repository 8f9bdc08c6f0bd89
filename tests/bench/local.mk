# SPDX-License-Identifier: GPL-3.0-or-later
# Not a part of the checks: they take minutes, and their figures are for people.
EXTRA_PROGRAMS += tests/bench/bench_history
tests_bench_bench_history_SOURCES = tests/bench/bench_history.c
tests_bench_bench_history_LDADD = $(STORE_LINE)

bench-history: tests/bench/bench_history$(EXEEXT)
	tests/bench/bench_history$(EXEEXT)
.PHONY: bench-history
