# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	src/store/annotations.c src/store/annotations.h \
	src/store/cache.c src/store/cache.h \
	src/store/db.c src/store/db.h \
	src/store/db_file.c src/store/db_file.h \
	src/store/early.c src/store/early.h \
	src/store/foreign_db.c src/store/foreign_db.h \
	src/store/history.c src/store/history.h \
	src/store/history_archive.c \
	src/store/history_copies.c src/store/history_copies.h \
	src/store/history_edits.c \
	src/store/history_order.c src/store/history_order.h \
	src/store/history_pages.c \
	src/store/history_places.c src/store/history_places.h \
	src/store/history_retention.c \
	src/store/history_rows.c src/store/history_rows.h \
	src/store/history_walk.c \
	src/store/housekeeping.c src/store/housekeeping.h \
	src/store/key_uses.c src/store/key_uses.h \
	src/store/migrations.c src/store/migrations.h \
	src/store/outbox.c src/store/outbox.h \
	src/store/search.c src/store/search.h \
	src/store/search_index.c src/store/search_index.h \
	src/store/search_text.c src/store/search_text.h \
	src/store/sql.c src/store/sql.h \
	src/store/sync.c src/store/sync.h
src_store_libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
