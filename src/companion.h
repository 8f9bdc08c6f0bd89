/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands beside either front-end: the control socket, and what is driven by events. */
#pragma once

#include "automation/automation.h"
#include "rpc/rpc_server.h"

/* Plain data. It lives as long as the front-end runs. */
typedef struct CompanionState {
    int inherited; /* rpc_server_inherit() */
    Automation *automation;
    RpcServer *server; /* NULL: another instance has the socket */
} CompanionState;

Companion companion_for(CompanionState *state);
