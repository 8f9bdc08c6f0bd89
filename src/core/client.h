/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client: everything below, wired together, without a face. A front-end makes one, subscribes to the model's bus,
 * and runs the GLib main loop. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/bus.h"
#include "base/log.h"
#include "base/paths.h"
#include "config/accounts.h"
#include "config/secret.h"
#include "config/settings.h"
#include "model/model_event.h"

typedef struct Client Client;
typedef struct Session Session;

typedef struct ClientOptions {
    const Paths *paths;     /* borrowed for the client's life */
    /* Names or bare JIDs of --account: only these connect by themselves; NULL: all enabled. */
    const char *const *accounts;
    SecretSources *secrets; /* borrowed; where passwords come from (password-fd, prompt) */
    Log *log;               /* borrowed; NULL: nobody may look at it from inside */
} ClientOptions;

/* Outcome of something that takes a while: NULL when it worked. Called exactly once, from the loop. */
typedef void (*CoreDone)(const GError *error, gpointer data);

/* Reads settings and accounts, opens the store. NULL: the files cannot be used (ERROR_CONFIG, ERROR_LOCAL_IO); nothing
 * was changed. */
Client *client_new(const ClientOptions *options, GError **error);
/* Ends at once; for a proper good-bye call client_shutdown() first. */
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

/* Tells, once, what was wrong with the files (I23): notices on the bus. For front-ends that do not start. */
void client_tell_warnings(Client *client);
/* The same, and connects the enabled accounts (or those of --account). */
void client_start(Client *client);
/* Says unavailable and closes every stream; `done` comes when all are closed, after 2 s at the latest. */
void client_shutdown(Client *client, const char *status, CoreDone done, gpointer data);

Bus *client_bus(const Client *client); /* ModelEvent */
Settings *client_settings(const Client *client);
Accounts *client_accounts(const Client *client);
const Paths *client_paths(const Client *client);
Log *client_log(const Client *client); /* NULL: see ClientOptions */

/* A session for every configured account, in the order of the file; follows /account add, remove, set. */
guint client_session_count(const Client *client);
Session *client_session_at(const Client *client, guint index);
/* By account name or bare JID; NULL when there is none. */
Session *client_find_session(const Client *client, const char *name);
Session *client_session_of(const Client *client, const Account *account);
/* The conversation with this serial in any account; NULL when it is gone. */
Conversation *client_find_conversation(const Client *client, guint64 serial);

/* One line for the user through the model's bus; `text` is cleaned here. */
void client_notice(Client *client, Account *account, NoticeLevel level, int code, const char *format, ...)
    G_GNUC_PRINTF(5, 6);
