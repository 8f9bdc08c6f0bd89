# SPDX-License-Identifier: GPL-3.0-or-later
# The manual pages and the DOAP file are printed from the tables (src/mkdocs.c) and committed; a lint compares them.
# After a change of a table: make docs.
dist_man_MANS += man/confab.1 man/confab-commands.7 man/confab-settings.5

noinst_PROGRAMS += src/mkdocs
src_mkdocs_SOURCES = src/mkdocs.c src/options.def src/words.def
src_mkdocs_LDADD = $(TUI_LINE)
