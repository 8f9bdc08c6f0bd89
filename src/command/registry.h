/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All commands of a front-end, and the execution of lines. The terminal, files, -e, the control socket and keys all
 * come through registry_execute(). */
#pragma once

#include "command/command.h"

typedef enum { OUTPUT_LINE, OUTPUT_ERROR } OutputKind;

/* Something that calls the user at the terminal. */
typedef struct Notification {
    bool bell;
    bool osc_9, osc_777;      /* the terminal's own notifications */
    const char *title, *text; /* for these: cleaned, one line each */
} Notification;

/* What a front-end lends to commands; every function may be NULL. `front` is the pointer given to registry_new(). */
typedef struct Frontend {
    bool is_terminal;
    Session *(*session)(gpointer front);               /* of the current window; NULL: none */
    Conversation *(*conversation)(gpointer front);     /* the current one */
    void (*show)(gpointer front, Conversation *conversation);
    /* Text output, line by line. Errors are the business of CommandFinished; OUTPUT_ERROR is for lines that nobody
     * asked about (`done` was NULL). `hang`: the column where the last cell of a table's row begins, for who must fold the line;
     * else 0. */
    void (*print)(gpointer front, const CommandCall *call, OutputKind kind, const char *line, int hang);
    void (*quit)(gpointer front, const char *status);
    /* The terminal's ways to call the user. */
    void (*notify)(gpointer front, const Notification *notification);
    bool (*looks_at)(gpointer front, const Conversation *conversation); /* the user does so now */
} Frontend;

/* What stands beside a front-end (the control socket, hooks, plugins), as who starts the program wants it. The front-end
 * calls `start` when its registry is complete, before its first line, and `stop` before the registry goes. */
typedef struct Companion {
    void (*start)(Registry *registry, gpointer data);
    void (*stop)(gpointer data);
    gpointer data;
} Companion;
/* NULL: there is none. */
void companion_start(const Companion *companion, Registry *registry);
void companion_stop(const Companion *companion);

/* How a line ended: `error` NULL when it worked. Called exactly once; may be called before registry_execute()
 * returns. Output is complete by then. */
typedef void (*CommandFinished)(const CommandCall *call, const GError *error, gpointer data);

/* Calls that are still kept when the registry goes are finished with ERROR_FAILED. `frontend` is copied. */
Registry *registry_new(Client *client, const Frontend *frontend, gpointer front);
void registry_free(Registry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Registry, registry_free)
/* The tables of this layer are in already; a front-end adds its own (borrowed, static). */
void registry_add_group(Registry *registry, const CommandGroup *group);
/* … whose handlers find `owner` by command_call_owner(); it must outlive their calls. */
void registry_add_owned_group(Registry *registry, const CommandGroup *group, gpointer owner);
/* Its commands are gone; lines that run one end as they would. The table must stay until the registry goes: `free` (NULL:
 * nothing) is called with `owner` then. */
void registry_remove_group(Registry *registry, const CommandGroup *group, GDestroyNotify free_owner);
/* Whether a grammar makes sense (args.h): for tables that are made at run time. */
bool registry_check_grammar(const char *grammar, GError **error);
Client *registry_client(const Registry *registry);
/* What was given to registry_new(): for the commands a front-end adds, and for who acts on its behalf. */
gpointer registry_front(const Registry *registry);
const Frontend *registry_frontend(const Registry *registry); /* borrowed, never NULL */

/* Executes one line as typed: "/words args", "//text" says "/text", anything else is said to the current
 * conversation. An unknown command is an error and never sent. Aliases are expanded here. `done` may be NULL. */
void registry_execute(Registry *registry, const char *line, CommandFinished done, gpointer data);

/* For help, completion and manuals. */
guint registry_group_count(const Registry *registry);
const CommandGroup *registry_group_at(const Registry *registry, guint index);
/* The longest match from the start, without the slash; NULL. */
const Command *registry_find(const Registry *registry, const char *words);
/* The groups of this layer, NULL-terminated, for mkdocs. */
const CommandGroup *const *registry_builtin_groups(void);

/* The line being executed, as typed (secrets of /password … are redacted); and what it printed as rows, for JSON. */
const char *command_call_line(const CommandCall *call);
gpointer command_call_owner(const CommandCall *call);
typedef struct CommandCell { const char *key; char *value; } CommandCell; /* value NULL: absent */
guint command_call_row_count(const CommandCall *call);
/* Cells of a row, ended by key NULL. */
const CommandCell *command_call_row_at(const CommandCall *call, guint index);
const GPtrArray *command_call_lines(const CommandCall *call); /* char*: what command_call_print() printed */
/* char*: both, as people read it, the rows aligned; of lines of a Caller only. */
const GPtrArray *command_call_text(const CommandCall *call);
