# SPDX-License-Identifier: GPL-3.0-or-later
# The manual pages, the schema of JSON, the completion of shells and the DOAP file are printed from the tables
# (src/mkdocs*.c) and committed; a lint compares them. After a change of a table: make docs.
dist_man_MANS += man/confab.1 man/confab-commands.7 man/confab-rpc.7 man/confab-settings.5
dist_pkgdata_DATA = man/confab.schema.json

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = completion/confab
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = completion/_confab
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_fishcompletion_DATA = completion/confab.fish

noinst_PROGRAMS += src/mkdocs
src_mkdocs_SOURCES = src/mkdocs.c src/mkdocs.h src/mkdocs_completion.c src/mkdocs_page.c src/mkdocs_rpc.c src/mkdocs_words.c \
	src/options.def src/words.def
src_mkdocs_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
src_mkdocs_LDADD = src/automation/libautomation.a src/rpc/librpc.a $(JSON_LIBS) $(TUI_LINE)
