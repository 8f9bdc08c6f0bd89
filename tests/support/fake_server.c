/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct FakeServer {
    int listener;
    guint16 port;
    FakeServe serve;
    gpointer data;
    GThread *thread;
    GMutex lock;
    int current; /* the connection being served, -1 */
    bool stopping;
    int connections;
};

struct BlackHole {
    int listener;
    guint16 port;
    GArray *fill;
};

static bool
make_address(const char *text, struct sockaddr_storage *address, socklen_t *size)
{
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        *size = sizeof *four;
        return true;
    }
    six->sin6_family = AF_INET6;
    *size = sizeof *six;
    return inet_pton(AF_INET6, text, &six->sin6_addr) == 1;
}

static int
listen_at(const char *text, int backlog, guint16 *port)
{
    struct sockaddr_storage address;
    socklen_t size;
    g_assert_true(make_address(text, &address, &size));
    ((struct sockaddr_in *)&address)->sin_port = htons(*port); /* at the same place in both families */
    const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    g_assert_cmpint(listen(fd, backlog), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &size), ==, 0);
    *port = ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
                                               : ((struct sockaddr_in6 *)&address)->sin6_port);
    return fd;
}

static gpointer
run(gpointer data)
{
    FakeServer *server = data;
    for (;;) {
        const int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        g_mutex_lock(&server->lock);
        const bool stopping = server->stopping || fd < 0;
        server->current = stopping ? -1 : fd;
        server->connections += !stopping;
        g_mutex_unlock(&server->lock);
        if (!stopping)
            server->serve(server, fd, server->data);
        g_mutex_lock(&server->lock);
        server->current = -1;
        g_mutex_unlock(&server->lock);
        if (fd >= 0)
            close(fd);
        if (stopping)
            return NULL;
    }
}

FakeServer *
fake_server_new(const char *address, FakeServe serve, gpointer data)
{
    return fake_server_new_at(address, 0, serve, data);
}

FakeServer *
fake_server_new_at(const char *address, guint16 port, FakeServe serve, gpointer data)
{
    const int listener = listen_at(address, 16, &port);
    if (listener < 0)
        return NULL;
    FakeServer *server = g_new0(FakeServer, 1);
    server->listener = listener;
    server->port = port;
    server->serve = serve;
    server->data = data;
    server->current = -1;
    g_mutex_init(&server->lock);
    server->thread = g_thread_new("fake server", run, server);
    return server;
}

void
fake_server_free(FakeServer *server)
{
    if (!server)
        return;
    g_mutex_lock(&server->lock);
    server->stopping = true;
    if (server->current >= 0)
        shutdown(server->current, SHUT_RDWR);
    g_mutex_unlock(&server->lock);
    shutdown(server->listener, SHUT_RDWR); /* wakes accept() */
    g_thread_join(server->thread);
    close(server->listener);
    g_mutex_clear(&server->lock);
    g_free(server);
}

guint16
fake_server_port(const FakeServer *server)
{
    return server->port;
}

int
fake_server_connections(FakeServer *server)
{
    g_mutex_lock(&server->lock);
    const int connections = server->connections;
    g_mutex_unlock(&server->lock);
    return connections;
}

BlackHole *
black_hole_new(void)
{
    BlackHole *hole = g_new0(BlackHole, 1);
    hole->listener = listen_at("127.0.0.1", 0, &hole->port);
    g_assert_cmpint(hole->listener, >=, 0);
    hole->fill = g_array_new(FALSE, FALSE, sizeof(int));
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(hole->port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    for (int i = 0; i < 16; i++) {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(fd, (struct sockaddr *)&address, sizeof address);
        g_array_append_val(hole->fill, fd);
        struct pollfd connected = { fd, POLLOUT, 0 };
        if (poll(&connected, 1, 20) == 0) /* a handshake on loopback takes microseconds: the queue is full */
            return hole;
    }
    g_assert_not_reached();
}

void
black_hole_free(BlackHole *hole)
{
    for (guint i = 0; i < hole->fill->len; i++)
        close(g_array_index(hole->fill, int, i));
    g_array_unref(hole->fill);
    close(hole->listener);
    g_free(hole);
}

guint16
black_hole_port(const BlackHole *hole)
{
    return hole->port;
}

bool
fake_read_until(int fd, const char *end)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    char byte;
    while (recv(fd, &byte, 1, 0) == 1) {
        g_string_append_c(seen, byte);
        if (g_str_has_suffix(seen->str, end))
            return true;
    }
    return false;
}

void
fake_write(int fd, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        const ssize_t count = send(fd, text, left, MSG_NOSIGNAL);
        if (count <= 0)
            return;
        text += count;
        left -= (size_t)count;
    }
}

void
fake_swallow(int fd)
{
    char bytes[4096];
    while (recv(fd, bytes, sizeof bytes, 0) > 0)
        continue;
}

static int
on_client_certificate(int ok, X509_STORE_CTX *chain)
{
    return 1;
}

SSL *
fake_tls_accept(int fd, const Cert *cert, int max_version, guint64 options)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(ctx, 0); /* bad certificates are the point */
    SSL_CTX_set_min_proto_version(ctx, 0);
    SSL_CTX_set_options(ctx, options);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, on_client_certificate); /* asks; everybody may come */
    if (max_version != 0)
        SSL_CTX_set_max_proto_version(ctx, max_version);
    if (max_version != 0 && max_version < TLS1_2_VERSION)
        SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
    g_assert_cmpint(SSL_CTX_use_certificate(ctx, cert->x509), ==, 1);
    g_assert_cmpint(SSL_CTX_use_PrivateKey(ctx, cert->key), ==, 1);
    SSL *ssl = SSL_new(ctx);
    SSL_CTX_free(ctx);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1)
        return ssl;
    ERR_clear_error();
    SSL_free(ssl);
    return NULL;
}

gsize
fake_tls_echo(SSL *ssl)
{
    static const int size = 16384;
    g_autofree char *bytes = g_malloc((gsize)size);
    gsize total = 0;
    int count;
    while ((count = SSL_read(ssl, bytes, size)) > 0) {
        total += (gsize)count;
        if (SSL_write(ssl, bytes, count) <= 0)
            break;
    }
    ERR_clear_error();
    return total;
}

void
fake_tls_free(SSL *ssl)
{
    SSL_shutdown(ssl);
    ERR_clear_error();
    SSL_free(ssl);
}
