/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scripts of accounts (key on-connect): run each time an account has got online in a new session, as if under
 * /on ACCOUNT. One that still runs when the account goes offline is ended. What goes wrong is a notice with file and
 * line. For this layer only. */
#pragma once

#include "command/registry.h"

typedef struct OnConnect OnConnect;

/* `client` NULL: nobody connects. */
OnConnect *on_connect_new(Registry *registry, Client *client);
void on_connect_free(OnConnect *on_connect);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OnConnect, on_connect_free)

/* The file a value of the key means. The caller frees. */
char *on_connect_path(const Paths *paths, const char *value);
