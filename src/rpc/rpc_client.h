/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other end of the control socket: how the commands of the shell talk to a running confab (confab-rpc(7)). */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/paths.h"

typedef struct RpcClient RpcClient;
/* The object an answer or an event brings; borrowed. */
typedef struct RpcResult RpcResult;

/* NULL: nobody asked for it. */
typedef struct RpcClientHandler {
    /* Every line as it came, for who asks by rpc_client_send(). `code`: of a failure it tells of; 0: none. */
    void (*line)(const char *line, int code, gpointer data);
    /* An event that was subscribed to. */
    void (*event)(const RpcResult *event, gpointer data);
    /* The instance is gone; questions were ended before. */
    void (*ended)(gpointer data);
} RpcClientHandler;

/* The answer, once: `result` or an error with its ErrorCode: ERROR_UNREACHABLE when the instance
 * went away. */
typedef void (*RpcClientAnswer)(const RpcResult *result, const GError *error, gpointer data);

/* NULL: ERROR_UNREACHABLE: no instance runs on this profile; ERROR_LOCAL_IO: the socket is not one to trust (I25). */
RpcClient *rpc_client_new(const Paths *paths, const RpcClientHandler *handler, gpointer data, GError **error);
/* Questions under way are forgotten. */
void rpc_client_free(RpcClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RpcClient, rpc_client_free)

/* A question: pairs of name and text, ended by NULL; a text NULL leaves its name out. Names that begin with a dot (which is
 * left out) have JSON as it is: ".timeout", "60". */
void rpc_client_call(RpcClient *client, RpcClientAnswer answer, gpointer data, const char *method, ...)
    G_GNUC_NULL_TERMINATED;
/* A line as it is. */
void rpc_client_send(RpcClient *client, const char *line);
/* Nothing more is asked: when all is answered the instance hangs up, and ended() comes. */
void rpc_client_close(RpcClient *client);

/* Members of a result; NULL, 0, "": they are missing. */
const char *rpc_result_text(const RpcResult *result, const char *name);
int rpc_result_int(const RpcResult *result, const char *name);
/* Texts; the caller frees. */
GStrv rpc_result_texts(const RpcResult *result, const char *name);
/* All of it, one line; the caller frees. */
char *rpc_result_to_json(const RpcResult *result);
