/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab run --dry-run`: says what is wrong with the scripts, executes nothing, connects nowhere, opens no store. */
#pragma once

#include "cli/run.h"

/* Every fault is a line on standard error, "confab: FILE:LINE: CAUSE: what to do next", or with --json an error event on
 * standard output. Returns 0, or the code that the first of them would end the script with. The file rc counts as the
 * beginning of the script. */
int cli_dry_run(const CliOptions *options);
