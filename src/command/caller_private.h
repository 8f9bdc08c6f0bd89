/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this layer need of a caller. */
#pragma once

#include "command/caller.h"
#include "command/recorder.h"

Caller *caller_ref(Caller *caller);
void caller_unref(Caller *caller);
bool caller_prints(const Caller *caller);
/* NULL: it has none of this name. */
const char *caller_value(const Caller *caller, const char *name);
bool caller_may_have_values(const Caller *caller, const CommandGroup *group, const Command *command);
/* NULL: it keeps no events. */
EventMark *caller_mark(const Caller *caller);
