/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plugin is asked: rows for the JSON Schema and the manual. Who changes what plugin.c sends or takes changes them. */
#pragma once

#include "rpc/rpc_methods.h"

/* Ended by name NULL; `run` is NULL in all of them: it is the plugin that does it. */
extern const RpcMethod plugin_questions[];
