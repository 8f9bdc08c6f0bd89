/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One hook as the user writes it: EVENT [FILTER…] COMMAND. For this layer only.
 *
 *   message from alice@example.org matching "(?i)urgent" /usr/local/bin/ring --loud
 *   invitation /print $EVENT_FROM invites to $EVENT_WITH
 *
 * A program is its argv, never a line for a shell, and no word of it comes from an event: it finds the event in its environment
 * and as JSON on its standard input. In a slash command $EVENT_BODY and so on are a part of one argument whatever is in
 * them, and only commands that say, answer or show something may have them (I17). */
#pragma once

#include "automation/event_data.h"
#include "command/registry.h"
#include "rpc/event_filter.h"

/* A message that calls the user (core/attention.h): an event of hooks only, else like "message". */
#define HOOK_ATTENTION "attention"

typedef struct Hook {
    char *line;          /* as written */
    EventFilter *filter; /* its one name may be HOOK_ATTENTION */
    char *kind, *state;  /* what these members must be; NULL: anything */
    GRegex *pattern;     /* of what is said or told; NULL: anything */
    GStrv argv;          /* of a program; NULL: it is a command */
    char *command;       /* with its slash; NULL: it is a program */
} Hook;

/* NULL: ERROR_USAGE, ERROR_BAD_INPUT: one line that says what to write. */
Hook *hook_new(Registry *registry, const char *line, GError **error);
void hook_free(Hook *hook);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hook, hook_free)
const char *hook_event(const Hook *hook);
/* What event_filter_wants() leaves open. */
/* Whether a command may have what others say in its arguments: a CallerJudge. */
bool hook_may_have_remote_text(const CommandGroup *group, const Command *command);
bool hook_wants(const Hook *hook, const EventData *data);
