/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The local hop: a loopback listener that takes one connection, our own, and pumps bytes between it and the wire
 * (TLS or plain) with bounded buffers and back-pressure. No system call while nothing moves; never more than
 * RELAY_TURN bytes before the main loop gets its turn. */
#pragma once

#include "net/tls.h"

#include <glib.h>
#include <stdbool.h>

enum {
    RELAY_BUFFER = 64 * 1024, /* each way */
    RELAY_TURN = 256 * 1024,
};

typedef struct Relay Relay;

typedef enum {
    RELAY_ENDED, /* the local side closed; all was sent */
    RELAY_ENDED_BY_SERVER,
    RELAY_LOST,   /* the wire was cut */
    RELAY_UNUSED, /* nobody connected in time */
} RelayEnd;

/* Called once from the loop; `detail` is for people, may be NULL. The relay may be freed inside. */
typedef void (*RelayClosed)(Relay *relay, RelayEnd end, const char *detail, gpointer data);

/* The wire side is borrowed and must outlive the relay: a connected non-blocking socket, and `tls` or NULL for
 * plain bytes. Times in ms. NULL and ERROR_INTERNAL when no loopback socket can be had. */
Relay *relay_new(int wire, TlsSession *tls, guint hop_timeout, guint close_timeout, GError **error);
void relay_set_closed(Relay *relay, RelayClosed closed, gpointer data);
/* Sees what the server sent before the local side does, each byte once and in order; returns how many bytes may pass.
 * The rest is held until relay_resume(). It must neither end nor free the relay. */
typedef gsize (*RelayInspect)(const guint8 *bytes, gsize length, gpointer data);
void relay_set_inspect(Relay *relay, RelayInspect inspect, gpointer data);
/* Asked when the local side has been given all there is: how many blanks are to follow it. */
typedef gsize (*RelayPad)(gpointer data);
void relay_set_pad(Relay *relay, RelayPad pad, gpointer data);
/* Offers what is held again, soon. Nothing happens when nothing is held. */
void relay_resume(Relay *relay);
/* At once: sends what is there and fits the kernel's buffers, close_notify included, and calls nothing. */
void relay_free(Relay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Relay, relay_free)

const char *relay_host(const Relay *relay);
guint16 relay_port(const Relay *relay);
/* See transport_claim_socket(). */
bool relay_claim_socket(Relay *relay, int fd);
/* Ends politely as if the local side had closed. */
void relay_finish(Relay *relay);
