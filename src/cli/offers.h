/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab complete KIND`: what the completion of shells offers, a line each. */
#pragma once

#include "cli/query.h"

/* KIND: accounts, contacts, rooms. Names nobody can type (control characters, spaces) are left out; shells must quote the
 * rest: a JID may hold $( and quotation marks. */
int cli_complete(const CliQuery *query);
