/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab import FORMAT PATH…`: histories of other programs, and what `confab export` wrote, into the store. Nothing
 * twice, safe to repeat; lines that make no sense are reported and skipped; a file that is not of the format is
 * refused. */
#pragma once

#include "cli/query.h"

/* The operands are the format and the paths. */
int cli_import(const CliQuery *query);
