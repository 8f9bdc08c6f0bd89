/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be asked over JSON-RPC 2.0 (confab-rpc(7)): a row a method. The checks of parameters, the JSON Schema and the
 * manual are derived from the rows. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "rpc/rpc_request.h"

typedef enum {
    RPC_TEXT,
    RPC_INTEGER,
    RPC_NUMBER,
    RPC_BOOLEAN,
    RPC_TEXTS,   /* an array of texts */
    RPC_OBJECT,
    RPC_OBJECTS,  /* an array of objects */
    RPC_TIME,     /* a text: UTC, ISO 8601 */
    RPC_INTEGERS, /* an array of whole numbers */
    RPC_PAIRS,    /* an array of arrays of two whole numbers */
} RpcType;

/* A member of an object: of parameters, of a result. */
typedef struct RpcField {
    const char *name;
    RpcType type;
    bool required;    /* results: never missing */
    bool may_be_null; /* results */
    const char *help; /* N_() */
    const char *of;   /* what an array or object holds: "message" (that event), "row" (texts), a shape of event_shapes.h;
                         what a text is one of: "in|out"; NULL */
} RpcField;

/* The request is answered or kept (true), or refused with the error. `params` is never NULL and has what the rows
 * demand. */
typedef bool (*RpcRun)(RpcRequest *request, JsonObject *params, GError **error);

typedef struct RpcMethod {
    const char *name;
    const char *help;       /* N_(): one sentence */
    const RpcField *params; /* ended by name NULL; never NULL */
    const RpcField *result; /* the same: the members of the result object */
    RpcRun run;
} RpcMethod;

/* Ended by name NULL. */
extern const RpcMethod rpc_methods[];

/* The row in a table; NULL. */
const RpcMethod *rpc_method_find(const RpcMethod *table, const char *name);
/* ERROR_USAGE, with the way out: a parameter is missing, is of another type, or is none of these. */
bool rpc_method_check(const RpcMethod *method, JsonObject *params, GError **error);
