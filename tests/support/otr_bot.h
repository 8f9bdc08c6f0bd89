/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scripted peer that speaks OTR without libotr: otr_bot.py, with Debian's python3-potr, on pipes. Its commands and
 * events are described there; run_wait_line(), run_wait_exit() and run_free() of support/run_confab.h are for it, too. */
#pragma once

#include "support/run_confab.h"
#include "support/server.h"

/* Logged in as this account, and online, with more options (NULL-terminated, or NULL). NULL after g_test_skip(): potr is
 * not installed; with CONFAB_REQUIRE_SERVERS=1 in the environment that fails the test instead. */
Run *otr_bot_start(const Server *server, const TestAccount *account, const char *const *options);
/* Says a command; then pairs of key and value, ended by NULL. */
void otr_bot_do(Run *bot, const char *command, ...) G_GNUC_NULL_TERMINATED;
/* `text` as JSON writes it inside of quotes, by this bot and by confab. The caller frees. */
char *otr_bot_quote(const char *text);
