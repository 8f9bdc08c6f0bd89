/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of text over descriptors, without ever blocking: the frame under JSON-RPC on the control socket and on the pipes
 * of plugins. One line, one message; a line feed ends it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    RPC_LINK_LINE_MAX = 4 * 1024 * 1024,   /* bytes of a line that comes in */
    RPC_LINK_QUEUE_MAX = 16 * 1024 * 1024, /* bytes not yet taken by the other side */
};

typedef enum {
    RPC_LINK_CLOSED,   /* the other side is gone */
    RPC_LINK_BROKEN,   /* reading or writing failed */
    RPC_LINK_TOO_LONG, /* a line over RPC_LINK_LINE_MAX */
    RPC_LINK_TOO_SLOW, /* the queue is full: the other side does not read */
} RpcLinkEnd;

typedef struct RpcLinkHandler {
    /* A line without its end, borrowed; it may hold anything but a line feed. */
    void (*line)(const char *line, gsize length, gpointer data);
    /* At most once: the other side says nothing more, but may still read. NULL: that is the end. */
    void (*closed)(gpointer data);
    /* Once, from the loop: nothing more comes or goes. The link is to be freed, then or later. */
    void (*ended)(RpcLinkEnd why, gpointer data);
} RpcLinkHandler;

typedef struct RpcLink RpcLink;

/* Both descriptors are closed with the link; they may be the same one. `handler` is borrowed and static. */
RpcLink *rpc_link_new(int take_in, int take_out, const RpcLinkHandler *handler, gpointer data);
/* May be called inside the handler. What waits to be written is lost; see rpc_link_flush(). */
void rpc_link_free(RpcLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RpcLink, rpc_link_free)

/* Queues a line; `length` -1: up to its NUL. Whoever does not read until the queue is full is given up: ended() comes. */
void rpc_link_send(RpcLink *link, const char *line, gssize length);
/* Nothing more will be sent: when the queue is out, the other side sees the end (a socket's own half is shut down). */
void rpc_link_close_output(RpcLink *link);
/* Bytes that the other side has not taken yet. */
gsize rpc_link_queued(const RpcLink *link);
/* While paused nothing is read; the other side's writes wait in its own pipe. */
void rpc_link_pause(RpcLink *link, bool paused);
/* What is queued still goes, for at most as long (ms) as given; then the descriptors are closed and the link is freed. Nobody
 * is called any more. */
void rpc_link_flush(RpcLink *take_link, guint patience);
