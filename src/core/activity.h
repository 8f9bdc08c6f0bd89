/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether somebody looks: the servers may hold back what can wait while nobody does (XEP-0352). A front-end that nobody
 * ever looks at, such as a script, says nothing and counts as active. */
#pragma once

#include "core/client.h"

/* The terminal is there and has the focus, or not (any more). */
void client_set_active(Client *client, bool active);
/* The user did something, which is a sign of presence by itself. After a while without one (setting inactive.after)
 * nobody looks. Cheap. */
void client_note_activity(Client *client);
bool client_is_active(const Client *client);
