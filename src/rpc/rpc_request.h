/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request on its way to its answer, which comes exactly once. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "command/caller.h"

typedef struct RpcRequest RpcRequest;
typedef struct RpcPeer RpcPeer;

/* NULL: whoever asked is gone; the request is still to be answered (or failed), which frees it. */
RpcPeer *rpc_request_peer(const RpcRequest *request);
Registry *rpc_request_registry(const RpcRequest *request);
Client *rpc_request_client(const RpcRequest *request);

/* Each ends the request and frees it. The result is JSON text, an object. */
void rpc_request_answer_text(RpcRequest *take_request, const char *json);
void rpc_request_answer(RpcRequest *take_request, JsonBuilder *take_result);
/* The error's code, an ErrorCode, becomes the one of the JSON-RPC error. */
void rpc_request_fail(RpcRequest *take_request, const GError *error);
