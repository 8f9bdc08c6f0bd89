/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripted peers of other make, on pipes: lines of JSON in and out, which are described in their scripts. run_wait_line(),
 * run_wait_exit() and run_free() of support/run_confab.h are for them, too. */
#pragma once

#include "support/run_confab.h"
#include "support/server.h"

/* otr_bot.py speaks OTR without libotr, with Debian's python3-potr. room_bot.py does what people do in rooms, with Debian's
 * python3-slixmpp. Logged in as this account, and online, with more options (NULL-terminated, or NULL). NULL after
 * g_test_skip(): the package is not installed; with CONFAB_REQUIRE_SERVERS=1 in the environment that fails the test
 * instead. */
Run *otr_bot_start(const Server *server, const TestAccount *account, const char *const *options);
Run *room_bot_start(const Server *server, const TestAccount *account, const char *const *options);
/* Says a command; then pairs of key and value, ended by NULL. */
void bot_do(Run *bot, const char *command, ...) G_GNUC_NULL_TERMINATED;
/* The same with room_bot.py, and waits until the server has said yes. */
void room_bot_do(Run *bot, const char *command, ...) G_GNUC_NULL_TERMINATED;
/* `text` as JSON writes it inside of quotes, by the bots and by confab. The caller frees. */
char *bot_quote(const char *text);
