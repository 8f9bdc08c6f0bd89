/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON Schema (draft 2020-12) of all that confab writes as JSON and takes over JSON-RPC, from the tables. */
#pragma once

#include "rpc/event_shapes.h"

/* What a field is, in words for the manual: "text or null, one of in, out". The caller frees. */
char *rpc_field_words(const RpcField *field);
/* The schema for these tables of methods (ended by NULL), and for what plugins are asked, with its line feed. The caller
 * frees. */
char *rpc_schema_to_json(const RpcMethod *const *tables, const RpcMethod *asked);
