# SPDX-License-Identifier: GPL-3.0-or-later
config_tests = \
	tests/unit/config/test_accounts \
	tests/unit/config/test_secret \
	tests/unit/config/test_settings \
	tests/unit/config/test_settings_file
check_PROGRAMS += $(config_tests)
TESTS += $(config_tests)

tests_unit_config_test_accounts_SOURCES = tests/unit/config/test_accounts.c
tests_unit_config_test_accounts_LDADD = $(CONFIG_LINE)
tests_unit_config_test_secret_SOURCES = tests/unit/config/test_secret.c
tests_unit_config_test_secret_LDADD = $(CONFIG_LINE)
tests_unit_config_test_settings_SOURCES = tests/unit/config/test_settings.c
tests_unit_config_test_settings_LDADD = $(CONFIG_LINE)
tests_unit_config_test_settings_file_SOURCES = tests/unit/config/test_settings_file.c
tests_unit_config_test_settings_file_LDADD = $(CONFIG_LINE)
