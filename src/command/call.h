/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One execution of a line, from the inside. For this layer only. */
#pragma once

#include "command/caller.h"
#include "command/grammar.h"
#include "command/recorder.h"
#include "command/registry.h"

enum { CALL_DEPTH_MAX = 16 }; /* of /on, /source and aliases inside each other */

/* What calls inside each other print together; counted. */
typedef struct CommandOutput CommandOutput;

/* What a line takes over from the line or script that has it executed. */
typedef struct CallScope {
    const char *account;   /* picked by /on; NULL: none */
    bool expand;           /* $VARIABLES: lines of scripts only */
    guint depth;
    CommandOutput *output; /* NULL: a new one */
    Caller *caller;        /* who gives the line; NULL: the front-end */
    EventMark *mark;       /* from where /wait looks; NULL: from now on */
    const char *position;  /* "FILE:LINE" of the script's line; NULL: it is of none */
    const void *root;      /* the script that all began with, only to be compared; NULL: somebody typed it */
} CallScope;

/* A command of a table with its compiled grammar; the registry's. */
typedef struct Row {
    const Command *command;
    const CommandGroup *group;
    gpointer owner; /* of the group; NULL: none */
    Grammar *grammar;
} Row;

/* `line` as typed. The call has one reference, which call_end() drops. */
CommandCall *call_new(Registry *registry, const char *line, const CallScope *scope, CommandFinished done,
                      gpointer data);
CommandCall *call_ref(CommandCall *call);
void call_unref(CommandCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CommandCall, call_unref)

void call_set_row(CommandCall *call, const Row *row);
const Row *call_row(const CommandCall *call);
/* The line as it may be shown and kept. */
void call_set_shown_line(CommandCall *call, const char *line);
/* Whom the line is for; `conversation` may be NULL. */
void call_set_target(CommandCall *call, Session *session, Conversation *conversation);
const CallScope *call_scope(const CommandCall *call);

/* The variables a line sees: what its last /wait found, those of /let, those of the environment. A WordsLookup; `data` is
 * the call. */
const char *call_variable(const char *name, gpointer call);
/* The variable that the command asked for and may not have (caller_set_judge()); NULL: none. */
const char *call_denied(const CommandCall *call);
void call_set_variable(CommandCall *call, const char *name, const char *value);

bool call_is_deferred(const CommandCall *call);
/* Ends the call exactly once: flushes its output, tells who asked, drops the reference. A deferred call may still be
 * finished. */
void call_end(CommandCall *call, const GError *error);
