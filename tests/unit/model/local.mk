# SPDX-License-Identifier: GPL-3.0-or-later
model_tests = \
	tests/unit/model/test_account \
	tests/unit/model/test_contact \
	tests/unit/model/test_conversation \
	tests/unit/model/test_message \
	tests/unit/model/test_room \
	tests/unit/model/test_roster
check_PROGRAMS += $(model_tests)
TESTS += $(model_tests)
model_fixture = tests/unit/model/model_fixture.c tests/unit/model/model_fixture.h

tests_unit_model_test_account_SOURCES = tests/unit/model/test_account.c $(model_fixture)
tests_unit_model_test_account_LDADD = $(MODEL_LINE)
tests_unit_model_test_contact_SOURCES = tests/unit/model/test_contact.c $(model_fixture)
tests_unit_model_test_contact_LDADD = $(MODEL_LINE)
tests_unit_model_test_conversation_SOURCES = tests/unit/model/test_conversation.c $(model_fixture)
tests_unit_model_test_conversation_LDADD = $(MODEL_LINE)
tests_unit_model_test_message_SOURCES = tests/unit/model/test_message.c
tests_unit_model_test_message_LDADD = $(MODEL_LINE)
tests_unit_model_test_room_SOURCES = tests/unit/model/test_room.c $(model_fixture)
tests_unit_model_test_room_LDADD = $(MODEL_LINE)
tests_unit_model_test_roster_SOURCES = tests/unit/model/test_roster.c $(model_fixture)
tests_unit_model_test_roster_LDADD = $(MODEL_LINE)
