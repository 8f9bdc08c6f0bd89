# SPDX-License-Identifier: GPL-3.0-or-later
system_tests = tests/system/test_archive tests/system/test_bookmarks tests/system/test_chat tests/system/test_control tests/system/test_devices tests/system/test_example_bots tests/system/test_exit_codes tests/system/test_hardening \
	tests/system/test_faults tests/system/test_hostile tests/system/test_instance tests/system/test_login tests/system/test_plugins tests/system/test_otr tests/system/test_otr_bot tests/system/test_otr_run \
	tests/system/test_records tests/system/test_room_admin tests/system/test_room_forms tests/system/test_rooms \
	tests/system/test_taken_back \
	tests/system/test_run tests/system/test_scripts tests/system/test_send tests/system/test_schema tests/system/test_service tests/system/test_suspend tests/system/test_tools
if HAVE_VTERM
system_tests += tests/system/test_idle tests/system/test_otr_peers tests/system/test_rooms_peers
endif
check_PROGRAMS += $(system_tests)
TESTS += $(system_tests)
system_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_system_test_archive_SOURCES = tests/system/test_archive.c
tests_system_test_archive_CPPFLAGS = $(system_cppflags) $(STROPHE_CFLAGS)
tests_system_test_archive_LDADD = $(SUPPORT_LINE) $(CORE_LINE)
tests_system_test_chat_SOURCES = tests/system/test_chat.c
tests_system_test_chat_CPPFLAGS = $(system_cppflags)
tests_system_test_chat_LDADD = $(SUPPORT_LINE)
tests_system_test_bookmarks_SOURCES = tests/system/test_bookmarks.c
tests_system_test_bookmarks_CPPFLAGS = $(system_cppflags)
tests_system_test_bookmarks_LDADD = $(SUPPORT_LINE)
tests_system_test_devices_SOURCES = tests/system/test_devices.c
tests_system_test_devices_CPPFLAGS = $(system_cppflags) $(STROPHE_CFLAGS)
tests_system_test_devices_LDADD = $(SUPPORT_LINE) $(CORE_LINE)
tests_system_test_example_bots_SOURCES = tests/system/test_example_bots.c
tests_system_test_example_bots_CPPFLAGS = $(system_cppflags)
tests_system_test_example_bots_LDADD = $(SUPPORT_LINE)
tests_system_test_exit_codes_SOURCES = tests/system/test_exit_codes.c
tests_system_test_exit_codes_CPPFLAGS = $(system_cppflags)
tests_system_test_exit_codes_LDADD = $(SUPPORT_LINE)
tests_system_test_hardening_SOURCES = tests/system/test_hardening.c
tests_system_test_hardening_CPPFLAGS = $(system_cppflags)
tests_system_test_hardening_LDADD = $(SUPPORT_LINE)
tests_system_test_hostile_SOURCES = tests/system/test_hostile.c
tests_system_test_hostile_CPPFLAGS = $(system_cppflags) -I$(top_srcdir)/tests/support $(OPENSSL_CFLAGS)
tests_system_test_hostile_LDADD = tests/support/libnetfakes.a $(SUPPORT_LINE) $(OPENSSL_LIBS)
tests_system_test_idle_SOURCES = tests/system/test_idle.c
tests_system_test_idle_CPPFLAGS = $(system_cppflags)
tests_system_test_idle_LDADD = $(SUPPORT_LINE)
tests_system_test_plugins_SOURCES = tests/system/test_plugins.c
tests_system_test_plugins_CPPFLAGS = $(system_cppflags)
tests_system_test_plugins_LDADD = $(SUPPORT_LINE)
tests_system_test_instance_SOURCES = tests/system/test_instance.c
tests_system_test_instance_CPPFLAGS = $(system_cppflags)
tests_system_test_instance_LDADD = $(SUPPORT_LINE)
tests_system_test_control_SOURCES = tests/system/test_control.c
tests_system_test_control_CPPFLAGS = $(system_cppflags)
tests_system_test_control_LDADD = $(SUPPORT_LINE)
tests_system_test_login_SOURCES = tests/system/test_login.c
tests_system_test_login_CPPFLAGS = $(system_cppflags)
tests_system_test_login_LDADD = $(SUPPORT_LINE)
tests_system_test_otr_SOURCES = tests/system/test_otr.c
tests_system_test_otr_CPPFLAGS = $(system_cppflags)
tests_system_test_otr_LDADD = $(SUPPORT_LINE)
tests_system_test_otr_bot_SOURCES = tests/system/test_otr_bot.c
tests_system_test_otr_bot_CPPFLAGS = $(system_cppflags)
tests_system_test_otr_bot_LDADD = $(SUPPORT_LINE)
tests_system_test_otr_peers_SOURCES = tests/system/test_otr_peers.c
tests_system_test_otr_peers_CPPFLAGS = $(system_cppflags)
tests_system_test_otr_peers_LDADD = $(SUPPORT_LINE)
tests_system_test_room_forms_SOURCES = tests/system/test_room_forms.c
tests_system_test_room_forms_CPPFLAGS = $(system_cppflags)
tests_system_test_room_forms_LDADD = $(SUPPORT_LINE)
tests_system_test_room_admin_SOURCES = tests/system/test_room_admin.c
tests_system_test_room_admin_CPPFLAGS = $(system_cppflags)
tests_system_test_room_admin_LDADD = $(SUPPORT_LINE)
tests_system_test_rooms_SOURCES = tests/system/test_rooms.c
tests_system_test_rooms_CPPFLAGS = $(system_cppflags)
tests_system_test_rooms_LDADD = $(SUPPORT_LINE)
tests_system_test_taken_back_SOURCES = tests/system/test_taken_back.c
tests_system_test_taken_back_CPPFLAGS = $(system_cppflags)
tests_system_test_taken_back_LDADD = $(SUPPORT_LINE)
tests_system_test_rooms_peers_SOURCES = tests/system/test_rooms_peers.c
tests_system_test_rooms_peers_CPPFLAGS = $(system_cppflags)
tests_system_test_rooms_peers_LDADD = $(SUPPORT_LINE)
tests_system_test_run_SOURCES = tests/system/test_run.c
tests_system_test_run_CPPFLAGS = $(system_cppflags)
tests_system_test_run_LDADD = $(SUPPORT_LINE)
tests_system_test_otr_run_SOURCES = tests/system/test_otr_run.c
tests_system_test_otr_run_CPPFLAGS = $(system_cppflags)
tests_system_test_otr_run_LDADD = $(SUPPORT_LINE)
tests_system_test_scripts_SOURCES = tests/system/test_scripts.c
tests_system_test_scripts_CPPFLAGS = $(system_cppflags)
tests_system_test_scripts_LDADD = $(SUPPORT_LINE)
tests_system_test_schema_SOURCES = tests/system/test_schema.c
tests_system_test_schema_CPPFLAGS = $(system_cppflags)
tests_system_test_schema_LDADD = $(SUPPORT_LINE)
tests_system_test_service_SOURCES = tests/system/test_service.c
tests_system_test_service_CPPFLAGS = $(system_cppflags)
tests_system_test_service_LDADD = $(SUPPORT_LINE)
tests_system_test_send_SOURCES = tests/system/test_send.c
tests_system_test_send_CPPFLAGS = $(system_cppflags)
tests_system_test_send_LDADD = $(SUPPORT_LINE)
tests_system_test_tools_SOURCES = tests/system/test_tools.c
tests_system_test_tools_CPPFLAGS = $(system_cppflags)
tests_system_test_tools_LDADD = $(SUPPORT_LINE)
tests_system_test_suspend_SOURCES = tests/system/test_suspend.c
tests_system_test_suspend_CPPFLAGS = $(system_cppflags)
tests_system_test_suspend_LDADD = $(SUPPORT_LINE)
tests_system_test_faults_SOURCES = tests/system/test_faults.c
tests_system_test_faults_CPPFLAGS = $(system_cppflags) $(JSON_CFLAGS)
tests_system_test_faults_LDADD = $(SUPPORT_LINE) $(STORE_LINE)

# For as long as you like: make fault-run SEED=7 MESSAGES=5000 SERVER=ejabberd
SEED = 1
MESSAGES = 5000
SERVER = prosody
fault-run: src/confab$(EXEEXT) tests/system/test_faults$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) FAULT_SEED=$(SEED) FAULT_MESSAGES=$(MESSAGES) FAULT_SERVER=$(SERVER) \
	  tests/system/test_faults$(EXEEXT) --tap
# A bot at the control socket, and its memory: make bot-run MESSAGES=100000
bot-run: src/confab$(EXEEXT) tests/system/test_control$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) CONFAB_BOT_MESSAGES=$(MESSAGES) tests/system/test_control$(EXEEXT) --tap -s /system/control/clients -s /system/control/hostile -s /system/control/slow-reader -s /system/control/processes
.PHONY: fault-run bot-run

tests_system_test_records_SOURCES = tests/system/test_records.c
tests_system_test_records_CPPFLAGS = $(system_cppflags) $(SQLITE_CFLAGS)
tests_system_test_records_LDADD = $(SUPPORT_LINE) $(SQLITE_LIBS)
