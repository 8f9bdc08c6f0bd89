/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords and where they come from (confab(1)): --password-fd, password-command, systemd credentials, the accounts
 * file, a prompt, in this order. The first source that is there decides; when it fails that is the answer. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#include "config/accounts.h"

enum { SECRET_MAX = 64 * 1024 };

/* A text that is wiped when freed (I23). */
typedef struct Secret Secret;

/* Copies `text` (-1: NUL-terminated); the caller wipes its own. */
Secret *secret_new(const char *text, gssize length);
Secret *secret_copy(const Secret *secret);
void secret_free(Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secret, secret_free)
const char *secret_text(const Secret *secret);
gsize secret_length(const Secret *secret);

/* The first line of a descriptor, which stays open after it; blocks, so before the loop only. */
Secret *secret_read_fd(int fd, GError **error);

/* Called once from the main loop, never from inside the call that asked; `take_secret` is NULL exactly when `error` is
 * set. After a cancel the error is G_IO_ERROR_CANCELLED. */
typedef void (*SecretDone)(Secret *take_secret, const GError *error, gpointer data);

/* A question a front-end puts to the user; it ends with exactly one secret_prompt_answer(), possibly at once. */
typedef struct SecretPrompt SecretPrompt;
typedef void (*SecretAsk)(SecretPrompt *prompt, gpointer data);
const AccountConfig *secret_prompt_account(const SecretPrompt *prompt);
/* Why it is asked again ("the server refused the password"); NULL the first time. */
const char *secret_prompt_reason(const SecretPrompt *prompt);
/* Cancelled when the answer is no longer wanted: take the question away and answer NULL. */
GCancellable *secret_prompt_cancellable(const SecretPrompt *prompt);
/* NULL: the user gave none. */
void secret_prompt_answer(SecretPrompt *prompt, Secret *take_secret);

/* Gives the terminal to password-command and takes it back: a screen is suspended meanwhile. */
typedef void (*SecretLend)(bool lend, gpointer data);

/* The sources of one process, set up by its front-end. Commands and prompts that need the terminal run one after the
 * other. */
typedef struct SecretSources SecretSources;

/* Takes $CREDENTIALS_DIRECTORY from the environment. */
SecretSources *secret_sources_new(void);
void secret_sources_free(SecretSources *sources);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SecretSources, secret_sources_free)
/* --password-fd: used for every account. */
void secret_sources_give(SecretSources *sources, Secret *take_secret);
void secret_sources_set_credentials(SecretSources *sources, const char *directory);
/* Without it commands get no terminal. */
void secret_sources_set_terminal(SecretSources *sources, SecretLend lend, gpointer data);
/* Without it nothing is asked: headless. */
void secret_sources_set_prompt(SecretSources *sources, SecretAsk ask, gpointer data);

/* `cancel` may be NULL. `sources` must outlive the request. */
void secret_find(SecretSources *sources, const AccountConfig *account, GCancellable *cancel, SecretDone done,
                 gpointer data);
/* Asks even when there are other sources, after the server refused what they gave; ERROR_AUTH with `reason` when
 * headless. */
void secret_ask_again(SecretSources *sources, const AccountConfig *account, const char *reason, GCancellable *cancel,
                      SecretDone done, gpointer data);
