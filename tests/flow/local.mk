# SPDX-License-Identifier: GPL-3.0-or-later
flow_tests = \
	tests/flow/test_flow_accounts \
	tests/flow/test_flow_activity \
	tests/flow/test_flow_annotations \
	tests/flow/test_flow_archive \
	tests/flow/test_flow_attention \
	tests/flow/test_flow_certificate \
	tests/flow/test_flow_chat \
	tests/flow/test_flow_contacts \
	tests/flow/test_flow_control \
	tests/flow/test_flow_discovery \
	tests/flow/test_flow_encryption_commands \
	tests/flow/test_flow_hooks \
	tests/flow/test_flow_hostile \
	tests/flow/test_flow_login \
	tests/flow/test_flow_otr \
	tests/flow/test_flow_otr_import \
	tests/flow/test_flow_otr_wire \
	tests/flow/test_flow_plugins \
	tests/flow/test_flow_reading \
	tests/flow/test_flow_reconnect \
	tests/flow/test_flow_resumption \
	tests/flow/test_flow_retention \
	tests/flow/test_flow_room_admin \
	tests/flow/test_flow_room_forms \
	tests/flow/test_flow_bookmarks \
	tests/flow/test_flow_rooms \
	tests/flow/test_flow_scripts \
	tests/flow/test_flow_store \
	tests/flow/test_flow_text_filter \
	tests/flow/test_flow_token \
	tests/flow/test_flow_tools
check_PROGRAMS += $(flow_tests)
TESTS += $(flow_tests)
check_LIBRARIES += tests/flow/libflow.a
tests_flow_libflow_a_SOURCES = tests/flow/flow.c tests/flow/flow.h
tests_flow_libflow_a_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
check_LIBRARIES += tests/flow/librooms.a
tests_flow_librooms_a_SOURCES = tests/flow/room_host.c tests/flow/room_host.h tests/flow/typist.c tests/flow/typist.h
tests_flow_librooms_a_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)
# A fake room, and somebody who types commands.
ROOM_FLOW_LINE = tests/flow/librooms.a tests/flow/libflow.a $(COMMAND_LINE)
FLOW_LINE = tests/flow/libflow.a $(CORE_LINE)
FLOW_CPPFLAGS = $(AM_CPPFLAGS) $(STROPHE_CFLAGS)

tests_flow_test_flow_accounts_SOURCES = tests/flow/test_flow_accounts.c
tests_flow_test_flow_accounts_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_accounts_LDADD = $(FLOW_LINE)
tests_flow_test_flow_activity_SOURCES = tests/flow/test_flow_activity.c
tests_flow_test_flow_activity_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_activity_LDADD = $(FLOW_LINE)
tests_flow_test_flow_archive_SOURCES = tests/flow/test_flow_archive.c
tests_flow_test_flow_archive_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_archive_LDADD = $(FLOW_LINE)
tests_flow_test_flow_certificate_SOURCES = tests/flow/test_flow_certificate.c
tests_flow_test_flow_certificate_CPPFLAGS = $(FLOW_CPPFLAGS) -I$(top_srcdir)/tests/support $(OPENSSL_CFLAGS)
tests_flow_test_flow_certificate_LDADD = tests/support/libnetfakes.a $(FLOW_LINE)
tests_flow_test_flow_chat_SOURCES = tests/flow/test_flow_chat.c
tests_flow_test_flow_chat_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_chat_LDADD = $(FLOW_LINE)
tests_flow_test_flow_contacts_SOURCES = tests/flow/test_flow_contacts.c
tests_flow_test_flow_contacts_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_contacts_LDADD = $(FLOW_LINE)
tests_flow_test_flow_control_SOURCES = tests/flow/test_flow_control.c
tests_flow_test_flow_control_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_control_LDADD = tests/flow/librooms.a tests/flow/libflow.a $(RPC_LINE)
tests_flow_test_flow_hooks_SOURCES = tests/flow/test_flow_hooks.c
tests_flow_test_flow_hooks_CPPFLAGS = $(FLOW_CPPFLAGS) $(JSON_CFLAGS)
tests_flow_test_flow_hooks_LDADD = tests/flow/librooms.a tests/flow/libflow.a $(AUTOMATION_LINE)
tests_flow_test_flow_plugins_SOURCES = tests/flow/test_flow_plugins.c
tests_flow_test_flow_plugins_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_plugins_LDADD = tests/flow/librooms.a tests/flow/libflow.a $(AUTOMATION_LINE)
tests_flow_test_flow_hostile_SOURCES = tests/flow/test_flow_hostile.c
tests_flow_test_flow_hostile_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_hostile_LDADD = $(FLOW_LINE)
tests_flow_test_flow_login_SOURCES = tests/flow/test_flow_login.c
tests_flow_test_flow_login_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_login_LDADD = $(FLOW_LINE)
tests_flow_test_flow_encryption_commands_SOURCES = \
	tests/flow/test_flow_encryption_commands.c tests/flow/otr_wire.c tests/flow/otr_wire.h
tests_flow_test_flow_encryption_commands_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_encryption_commands_LDADD = tests/flow/libflow.a $(COMMAND_LINE)
tests_flow_test_flow_text_filter_SOURCES = tests/flow/test_flow_text_filter.c tests/flow/otr_wire.c tests/flow/otr_wire.h
tests_flow_test_flow_text_filter_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_text_filter_LDADD = $(FLOW_LINE)
tests_flow_test_flow_otr_SOURCES = tests/flow/test_flow_otr.c tests/flow/otr_wire.c tests/flow/otr_wire.h
tests_flow_test_flow_otr_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_otr_LDADD = $(FLOW_LINE)
tests_flow_test_flow_otr_import_SOURCES = tests/flow/test_flow_otr_import.c tests/flow/otr_wire.c tests/flow/otr_wire.h
tests_flow_test_flow_otr_import_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_otr_import_LDADD = $(FLOW_LINE)
tests_flow_test_flow_otr_wire_SOURCES = tests/flow/test_flow_otr_wire.c tests/flow/otr_wire.c tests/flow/otr_wire.h \
	tests/support/otr_leak.c
tests_flow_test_flow_otr_wire_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_otr_wire_LDADD = $(FLOW_LINE)
tests_flow_test_flow_reading_SOURCES = tests/flow/test_flow_reading.c
tests_flow_test_flow_reading_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_reading_LDADD = $(FLOW_LINE)
tests_flow_test_flow_reconnect_SOURCES = tests/flow/test_flow_reconnect.c
tests_flow_test_flow_reconnect_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_reconnect_LDADD = $(FLOW_LINE)
tests_flow_test_flow_resumption_SOURCES = tests/flow/test_flow_resumption.c
tests_flow_test_flow_resumption_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_resumption_LDADD = $(FLOW_LINE)
tests_flow_test_flow_retention_SOURCES = tests/flow/test_flow_retention.c
tests_flow_test_flow_retention_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_retention_LDADD = $(FLOW_LINE)
tests_flow_test_flow_scripts_SOURCES = tests/flow/test_flow_scripts.c
tests_flow_test_flow_scripts_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_scripts_LDADD = $(ROOM_FLOW_LINE)
tests_flow_test_flow_store_SOURCES = tests/flow/test_flow_store.c
tests_flow_test_flow_store_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_store_LDADD = $(FLOW_LINE)
tests_flow_test_flow_tools_SOURCES = tests/flow/test_flow_tools.c
tests_flow_test_flow_tools_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_tools_LDADD = tests/support/libnetfakes.a $(ROOM_FLOW_LINE)
tests_flow_test_flow_token_SOURCES = tests/flow/test_flow_token.c
tests_flow_test_flow_token_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_token_LDADD = $(FLOW_LINE)
tests_flow_test_flow_room_admin_SOURCES = tests/flow/test_flow_room_admin.c
tests_flow_test_flow_room_admin_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_room_admin_LDADD = $(ROOM_FLOW_LINE)
tests_flow_test_flow_attention_SOURCES = tests/flow/test_flow_attention.c
tests_flow_test_flow_attention_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_attention_LDADD = $(ROOM_FLOW_LINE)
tests_flow_test_flow_rooms_SOURCES = tests/flow/test_flow_rooms.c
tests_flow_test_flow_rooms_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_rooms_LDADD = $(ROOM_FLOW_LINE)
tests_flow_test_flow_bookmarks_SOURCES = tests/flow/test_flow_bookmarks.c
tests_flow_test_flow_bookmarks_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_bookmarks_LDADD = $(ROOM_FLOW_LINE)
tests_flow_test_flow_annotations_SOURCES = tests/flow/test_flow_annotations.c
tests_flow_test_flow_annotations_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_annotations_LDADD = $(ROOM_FLOW_LINE)
tests_flow_test_flow_discovery_SOURCES = tests/flow/test_flow_discovery.c
tests_flow_test_flow_discovery_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_discovery_LDADD = $(ROOM_FLOW_LINE)
tests_flow_test_flow_room_forms_SOURCES = tests/flow/test_flow_room_forms.c
tests_flow_test_flow_room_forms_CPPFLAGS = $(FLOW_CPPFLAGS)
tests_flow_test_flow_room_forms_LDADD = $(ROOM_FLOW_LINE)
