/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program that speaks JSON-RPC 2.0 with us, either way: a client of the control socket, or a plugin. */
#pragma once

#include "rpc/event_filter.h"
#include "rpc/rpc_link.h"
#include "rpc/rpc_methods.h"

enum {
    RPC_PEER_REQUESTS_MAX = 1000,         /* not yet answered; then the peer is not read */
};

/* It is gone, or was dropped: `why` says so, for the log. The peer is to be freed. From the loop. */
typedef void (*RpcPeerEnded)(RpcPeer *peer, RpcLinkEnd why, gpointer data);
/* The answer to a request of ours, exactly once: NULL and an error: refused, timed out or gone. Borrowed. */
typedef void (*RpcAnswer)(JsonNode *result, const GError *error, gpointer data);

/* Both descriptors are closed with the peer. `more`: a table of further methods (NULL: none), borrowed; rpc_methods are
 * there always. */
RpcPeer *rpc_peer_new(Registry *registry, int take_in, int take_out, const RpcMethod *more, RpcPeerEnded ended,
                      gpointer data);
/* Requests of ours end with an error now; what the peer asked is still done, unheard. Answers queued still go. */
void rpc_peer_free(RpcPeer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RpcPeer, rpc_peer_free)

gpointer rpc_peer_data(const RpcPeer *peer); /* as given to rpc_peer_new() */
/* Who its commands are for. */
Caller *rpc_peer_caller(const RpcPeer *peer);

/* Asks the peer. `params` may be NULL. `timeout` in ms. */
void rpc_peer_call(RpcPeer *peer, const char *method, JsonNode *take_params, guint timeout, RpcAnswer answer,
                   gpointer data);
void rpc_peer_notify(RpcPeer *peer, const char *method, JsonNode *take_params);

/* Which events it is sent; NULL: none. Replaces what it wanted before. `line`: with the line people read. */
void rpc_peer_subscribe(RpcPeer *peer, EventFilter *take_filter, bool line);
/* Sends an event to those of the peers (RpcPeer*) that want it; one that does not read is dropped. */
void rpc_peers_tell(const GPtrArray *peers, const ModelEvent *event);
