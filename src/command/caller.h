/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gives lines when it is not the user at the front-end: a program at the control socket, a hook, a timer, a plugin.
 * A caller has a current conversation of its own, so it neither moves the user's windows nor is moved by them; what
 * its lines print is in their calls and, unless it wants that, nowhere else. Its lines wait for a login under way, as those
 * of a script do. */
#pragma once

#include "command/registry.h"

typedef struct Caller Caller;

Caller *caller_new(Registry *registry);
/* Lines under way go on; how they end is told still. */
void caller_free(Caller *caller);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Caller, caller_free)

/* registry_execute() for this caller. `account` as of /on; NULL: as the line or the conversation says. */
void caller_execute(Caller *caller, const char *line, const char *account, CommandFinished done, gpointer data);

/* The current conversation; NULL: none. Commands that open one change it. */
Conversation *caller_conversation(const Caller *caller);
void caller_look_at(Caller *caller, const Conversation *conversation);
/* The output goes to the front-end, too: for what the user has planned. */
void caller_set_prints(Caller *caller, bool prints);
/* Its lines expand variables, as those of a script do, and find these first: name → value, both char*. Counted. */
void caller_set_values(Caller *caller, GHashTable *values);
/* Whether a command may have these values in its arguments: others have a say in them. */
typedef bool (*CallerJudge)(const CommandGroup *group, const Command *command);
/* Asked for each command that is executed in the end, also behind an alias or in a script. NULL: all may. */
void caller_set_judge(Caller *caller, CallerJudge judge);
/* From now on what happens is kept for its next /wait (wait.h), so that nothing is missed between two lines. */
void caller_keep_events(Caller *caller);
