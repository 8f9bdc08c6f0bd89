/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab history`, `search`, `unread`, `roster`, `export` and `import`: on the store of the profile, without a
 * connection, also while an instance runs. */
#pragma once

#include <stdbool.h>

#include "base/paths.h"

/* What the command line says; main.c fills it in. Texts NULL: not given. */
typedef struct CliQuery {
    const Paths *paths;
    const char *const *operands; /* behind the word; NULL: none */
    const char *const *accounts; /* -a */
    bool json;
    int limit; /* 0: none */
    const char *before, *after;
    const char *with, *from;
    const char *format; /* of export: "jsonl", "text" */
    const char *const *nicks; /* of import: what the user is called in logs without JIDs */
} CliQuery;

/* Each prints on standard output and returns the exit code (confab(1)), with the reason in one line on standard
 * error. That nobody reads on is no failure. */
int cli_history(const CliQuery *query);
int cli_search(const CliQuery *query);
int cli_unread(const CliQuery *query);
int cli_roster(const CliQuery *query);
int cli_export(const CliQuery *query);
