/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "companion.h"

#include "base/error.h"
#include "base/log.h"

/* Without the socket the program is as good as with it: no more than a line about it, and none when another instance
 * answers there. */
static void
start(Registry *registry, gpointer data)
{
    CompanionState *state = data;
    g_autoptr(GError) error = NULL;
    state->automation = automation_new(registry);
    state->server = rpc_server_new(registry, state->inherited, &error);
    if (state->server != NULL)
        return;
    log_warning("rpc", "%s", error->message);
    if (!g_error_matches(error, CONFAB_ERROR, ERROR_FAILED))
        client_notice(registry_client(registry), NULL, NOTICE_WARNING, error->code, "%s", error->message);
}

static void
stop(gpointer data)
{
    CompanionState *state = data;
    g_clear_pointer(&state->server, rpc_server_free);
    g_clear_pointer(&state->automation, automation_free);
}

Companion
companion_for(CompanionState *state)
{
    return (Companion){ .start = start, .stop = stop, .data = state };
}
