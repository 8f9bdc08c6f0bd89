# SPDX-License-Identifier: GPL-3.0-or-later
TESTS += tests/lint/run
EXTRA_DIST += tests/lint/run tests/lint/layers tests/lint/doors tests/lint/fixtures \
	tests/lint/check-layers tests/lint/check-links tests/lint/check-licence tests/lint/check-doors tests/lint/check-globals \
	tests/lint/check-headers tests/lint/check-names tests/lint/check-banned tests/lint/check-potfiles \
	tests/lint/check-translations tests/lint/check-docs tests/lint/check-commands tests/lint/check-invariants \
	tests/lint/check-hardening
AM_TESTS_ENVIRONMENT += TOP_SRCDIR='$(abs_top_srcdir)'; TOP_BUILDDIR='$(abs_top_builddir)'; CC='$(CC)'; HARDENING='$(HARDENING)'; \
	LINT_CPPFLAGS='$(GLIB_CFLAGS) $(JSON_CFLAGS) $(STROPHE_CFLAGS) $(IDN2_CFLAGS)'; \
	export TOP_SRCDIR TOP_BUILDDIR CC HARDENING LINT_CPPFLAGS;
