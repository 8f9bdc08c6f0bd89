/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What events and the objects in answers are made of: a row a shape. The JSON Schema and confab-rpc(7) are printed from
 * them, and tests hold everything that is emitted against them. Who adds a field to an event adds its row here. */
#pragma once

#include "rpc/rpc_methods.h"

typedef struct RpcShape {
    const char *name;       /* of the event, or what RpcField.of calls the object */
    const char *variant;    /* several shapes have one name: which of them; else NULL */
    const char *help;       /* one sentence */
    const RpcField *fields; /* ended by name NULL; of events: beside event_common */
} RpcShape;

/* Every event begins with these. */
extern const RpcField event_common[];
/* Ended by name NULL; sorted by name. The other event "result" is what the method "command" answers. */
extern const RpcShape event_shapes[];
/* Objects inside of others. Ended by name NULL. */
extern const RpcShape object_shapes[];
