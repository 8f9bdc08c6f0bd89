/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a user can say: a row per command (HACKING.md). Help, completion, manual pages and errors are derived from the
 * rows. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "command/args.h"
#include "core/client.h"
#include "core/session.h"

typedef struct CommandCall CommandCall; /* one execution of a line; counted */
typedef struct Registry Registry;

typedef enum {
    NEEDS_NOTHING = 0,
    NEEDS_ACCOUNT = 1 << 0,      /* command_call_session() is not NULL */
    NEEDS_SESSION = 1 << 1,      /* … and it is online */
    NEEDS_CONVERSATION = 1 << 2, /* command_call_conversation() is not NULL */
    NEEDS_TERMINAL = 1 << 3,     /* only in the terminal interface */
    /* Without a terminal the line starts only when a first attempt to connect has ended, so that a script needs no
     * /wait in front of it. Follows from NEEDS_SESSION. */
    WAITS_FOR_SESSION = 1 << 4,
} CommandNeeds;

/* True: done, or the call was kept with command_call_defer(). False and an error: the line is shown with it and stays
 * in the input. */
typedef bool (*CommandHandler)(CommandCall *call, const Args *args, GError **error);

/* Rows of one group end with name NULL. `name` may have several words ("roster add"); `grammar` per args.h. */
typedef struct Command {
    const char *name;
    const char *grammar;
    const char *help; /* N_(): one sentence */
    CommandHandler run;
    CommandNeeds needs;
    const char *details; /* N_(): further lines for /help NAME and the manual; may be NULL */
    const char *example; /* "/roster add alice@example.org \"Alice B.\""; may be NULL */
    /* How many of these words behind the command may be kept and shown, the rest being a secret; -1: all. NULL:
     * always all. */
    int (*shows)(const char *const *words);
    /* What the grammar cannot say: whether the arguments make sense together. Called before run(), and when a script is
     * checked without being run. NULL: they always do. */
    bool (*check)(const Args *args, GError **error);
} Command;

typedef struct CommandGroup {
    const char *name;  /* "contacts": stable, the headings of confab-commands(7) */
    const char *title; /* N_() */
    const Command *commands;
    const char *const *topic; /* N_(): paragraphs for /help NAME and the manual, ended by NULL; may be NULL */
} CommandGroup;

/* --- for handlers --- */
Client *command_call_client(const CommandCall *call);
Registry *command_call_registry(const CommandCall *call);
const Command *command_call_command(const CommandCall *call);
/* The account the line is for (of /on, else the current window's, else the only connected one); NULL when there is
 * none. */
Session *command_call_session(const CommandCall *call);
/* The current conversation; NULL in the console. */
Conversation *command_call_conversation(const CommandCall *call);
/* The account was picked by /on: the line is meant for it alone. */
bool command_call_is_for_one_account(const CommandCall *call);
/* Makes a conversation the current one (the terminal opens its window). */
void command_call_show(CommandCall *call, Conversation *conversation);

/* One line of result; what came from elsewhere must be cleaned by the caller (text_clean()). */
void command_call_print(CommandCall *call, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A table: one row, as alternating column keys (stable, for JSON) and values (NULL allowed), ended by NULL. Rows with
 * the same keys in a row are aligned in text and become objects in JSON. A key that begins with a dot is for JSON only
 * (there without the dot) and must not be the last one. */
void command_call_row(CommandCall *call, const char *key, ...) G_GNUC_NULL_TERMINATED;

/* Keeps the call beyond the handler; command_call_finish() must follow exactly once. */
CommandCall *command_call_defer(CommandCall *call);
void command_call_finish(CommandCall *take_call, const GError *error);
/* Ready-made CoreDone that finishes the deferred call given as data. */
void command_call_done(const GError *error, gpointer deferred_call);
/* Executes a line inside this one: its output is this call's. Defers the call and finishes it as the line finishes.
 * `account` NULL: the call's own choice. Nested too deeply (a loop): false and an error. */
bool command_call_execute(CommandCall *call, const char *line, const char *account, GError **error);
