/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket of a running confab: RUNTIME/control.sock, 0600 in a 0700 directory, for programs of the same user
 * only (I25). JSON-RPC 2.0, a message a line (confab-rpc(7)). */
#pragma once

#include "command/registry.h"

typedef struct RpcServer RpcServer;

/* The listening socket that systemd has opened for this process (sd_listen_fds(3)); -1: none. The variables that tell of it
 * are taken away: once, before there are threads. */
int rpc_server_inherit(void);

/* Listens at the path, or at `take_socket` (-1: none). NULL: ERROR_FAILED when another instance has it,
 * ERROR_LOCAL_IO when it cannot be made. A socket left by an instance that died is replaced. */
RpcServer *rpc_server_new(Registry *registry, int take_socket, GError **error);
/* Answers that are ready still go out; then everybody is hung up on, and the socket is removed. */
void rpc_server_free(RpcServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RpcServer, rpc_server_free)

/* The path of the socket of a profile; the caller frees. */
char *rpc_server_path(const Paths *paths);
guint rpc_server_peer_count(const RpcServer *server);
