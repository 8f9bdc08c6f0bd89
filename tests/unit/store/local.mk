# SPDX-License-Identifier: GPL-3.0-or-later
store_tests = \
	tests/unit/store/test_annotations_store \
	tests/unit/store/test_archive_pages \
	tests/unit/store/test_cache \
	tests/unit/store/test_copies \
	tests/unit/store/test_db \
	tests/unit/store/test_history \
	tests/unit/store/test_history_cost \
	tests/unit/store/test_history_file \
	tests/unit/store/test_key_uses \
	tests/unit/store/test_killed \
	tests/unit/store/test_migrations \
	tests/unit/store/test_outbox \
	tests/unit/store/test_search \
	tests/unit/store/test_sync
check_PROGRAMS += $(store_tests)
TESTS += $(store_tests)

history_kit = tests/unit/store/history_kit.c tests/unit/store/history_kit.h

tests_unit_store_test_archive_pages_SOURCES = tests/unit/store/test_archive_pages.c $(history_kit)
tests_unit_store_test_archive_pages_LDADD = $(STORE_LINE)
tests_unit_store_test_cache_SOURCES = tests/unit/store/test_cache.c
tests_unit_store_test_cache_LDADD = $(STORE_LINE)
tests_unit_store_test_copies_SOURCES = tests/unit/store/test_copies.c $(history_kit)
tests_unit_store_test_copies_LDADD = $(STORE_LINE)
tests_unit_store_test_db_SOURCES = tests/unit/store/test_db.c
tests_unit_store_test_db_LDADD = $(STORE_LINE)
tests_unit_store_test_history_SOURCES = tests/unit/store/test_history.c $(history_kit)
tests_unit_store_test_history_LDADD = $(STORE_LINE)
tests_unit_store_test_history_cost_SOURCES = tests/unit/store/test_history_cost.c $(history_kit)
tests_unit_store_test_history_cost_LDADD = $(STORE_LINE)
tests_unit_store_test_history_file_SOURCES = tests/unit/store/test_history_file.c $(history_kit)
tests_unit_store_test_history_file_LDADD = $(STORE_LINE)
tests_unit_store_test_key_uses_SOURCES = tests/unit/store/test_key_uses.c
tests_unit_store_test_key_uses_LDADD = $(STORE_LINE)
tests_unit_store_test_killed_SOURCES = tests/unit/store/test_killed.c $(history_kit)
tests_unit_store_test_killed_LDADD = $(STORE_LINE)
tests_unit_store_test_migrations_SOURCES = tests/unit/store/test_migrations.c
tests_unit_store_test_migrations_LDADD = $(STORE_LINE)
tests_unit_store_test_outbox_SOURCES = tests/unit/store/test_outbox.c $(history_kit)
tests_unit_store_test_outbox_LDADD = $(STORE_LINE)
tests_unit_store_test_search_SOURCES = tests/unit/store/test_search.c $(history_kit)
tests_unit_store_test_search_LDADD = $(STORE_LINE)
tests_unit_store_test_sync_SOURCES = tests/unit/store/test_sync.c $(history_kit)
tests_unit_store_test_sync_LDADD = $(STORE_LINE)
tests_unit_store_test_annotations_store_SOURCES = tests/unit/store/test_annotations_store.c $(history_kit)
tests_unit_store_test_annotations_store_LDADD = $(STORE_LINE)
