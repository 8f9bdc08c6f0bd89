/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Somebody who types commands at a Flow's client. */
#pragma once

#include "command/registry.h"
#include "flow.h"

typedef struct Typist Typist;

Typist *typist_new(Flow *flow);
void typist_free(Typist *typist);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Typist, typist_free)

/* The conversation commands are for; NULL: none. Commands that open one change it. */
void typist_look_at(Typist *typist, Conversation *conversation);
Conversation *typist_conversation(const Typist *typist);
/* Begins a line; what the server has to answer is up to the test. */
void type(Typist *typist, const char *line);
/* Waits until the line is over: "ok", or "CODE MESSAGE", matches the glob. */
void assert_outcome(Typist *typist, const char *pattern);
/* It is not over. */
void assert_unfinished(const Typist *typist);
/* type() and assert_outcome(). */
void assert_typed(Typist *typist, const char *line, const char *pattern);
/* What the last line printed matches the glob: lines end with a line feed, rows are aligned text. */
void assert_printed(const Typist *typist, const char *pattern);
const char *typist_printed(const Typist *typist);
Registry *typist_registry(const Typist *typist);
/* The last line as it is kept. */
const char *typist_line(const Typist *typist);
