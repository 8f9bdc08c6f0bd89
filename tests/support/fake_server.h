/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server on loopback whose behaviour is a plain blocking function in a thread of its own, a connection after the
 * other. */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>
#include <stdbool.h>

#include "certs.h"

typedef struct FakeServer FakeServer;
typedef void (*FakeServe)(FakeServer *server, int fd, gpointer data);

/* `address`: "127.0.0.1", "::1" … NULL when the machine has no such address. */
FakeServer *fake_server_new(const char *address, FakeServe serve, gpointer data);
/* The same at a port of the caller's choice. */
FakeServer *fake_server_new_at(const char *address, guint16 port, FakeServe serve, gpointer data);
/* Cuts the connection it is at, and joins the thread: after that, what `serve` wrote to `data` may be read. */
void fake_server_free(FakeServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeServer, fake_server_free)
guint16 fake_server_port(const FakeServer *server);
/* Connections accepted so far. */
int fake_server_connections(FakeServer *server);

/* A listener whose queue is full: connecting to it is answered by nothing. */
typedef struct BlackHole BlackHole;
BlackHole *black_hole_new(void);
void black_hole_free(BlackHole *hole);
guint16 black_hole_port(const BlackHole *hole);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BlackHole, black_hole_free)

/* For `serve`. Reads until `end` was read, false when the peer ended before. */
bool fake_read_until(int fd, const char *end);
void fake_write(int fd, const char *text);
/* Reads to the end. */
void fake_swallow(int fd);
/* Server side of TLS; NULL when the handshake failed. `max_version` 0: any; `options`: SSL_OP_…. */
SSL *fake_tls_accept(int fd, const Cert *cert, int max_version, guint64 options);
/* Sends back what comes, until the end; returns the bytes seen. */
gsize fake_tls_echo(SSL *ssl);
void fake_tls_free(SSL *ssl);
