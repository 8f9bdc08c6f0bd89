/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bad network of the fault runs loses nothing and changes nothing unless it breaks the connection. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gio.h>

#include "support/chaos_proxy.h"

enum { BYTES = 300000, PATIENCE = 20 };

typedef struct Fixture {
    int listener, server, client;
    ChaosProxy *proxy;
} Fixture;

static void
turn(void)
{
    for (int i = 0; i < 10; i++)
        g_main_context_iteration(NULL, FALSE);
    g_usleep(200);
}

static void
open_connection(Fixture *fixture, const ChaosOptions *options)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    fixture->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(fixture->listener, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(listen(fixture->listener, 1), ==, 0);
    g_assert_cmpint(getsockname(fixture->listener, (struct sockaddr *)&address, &size), ==, 0);
    ChaosOptions mine = *options;
    mine.server_port = ntohs(address.sin_port);
    fixture->proxy = chaos_proxy_new(&mine);
    address.sin_port = htons(chaos_proxy_port(fixture->proxy));
    fixture->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(fixture->client, (struct sockaddr *)&address, sizeof address), ==, 0);
    while (chaos_proxy_counts(fixture->proxy)->connections == 0)
        turn();
    fixture->server = accept4(fixture->listener, NULL, NULL, SOCK_CLOEXEC);
    g_assert_cmpint(fixture->server, >=, 0);
}

static void
close_connection(Fixture *fixture)
{
    chaos_proxy_free(fixture->proxy);
    close(fixture->listener);
    close(fixture->client);
    if (fixture->server >= 0)
        close(fixture->server);
}

/* Writes and reads `length` bytes from one end to the other; how many arrived as they were sent. */
static gsize
pass(int from, int to, const guint8 *bytes, gsize length)
{
    const gint64 deadline = g_get_monotonic_time() + PATIENCE * G_TIME_SPAN_SECOND;
    guint8 buffer[4096];
    gsize sent = 0, received = 0;
    while (received < length && g_get_monotonic_time() < deadline) {
        const gssize out = send(from, bytes + sent, length - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += out > 0 ? (gsize)out : 0;
        const gssize in = recv(to, buffer, sizeof buffer, MSG_DONTWAIT);
        if (in == 0 || (in < 0 && errno != EAGAIN))
            break;
        if (in > 0 && memcmp(buffer, bytes + received, (gsize)in) != 0)
            break;
        received += in > 0 ? (gsize)in : 0;
        turn();
    }
    return received;
}

static guint8 *
random_bytes(void)
{
    guint8 *bytes = g_malloc(BYTES);
    for (gsize i = 0; i < BYTES; i++)
        bytes[i] = (guint8)g_test_rand_int();
    return bytes;
}

static void
test_nothing_is_changed(void)
{
    Fixture fixture;
    g_autofree guint8 *bytes = random_bytes();
    open_connection(&fixture, &(ChaosOptions){ .seed = 1, .delay_ms = 1, .chunk = 4000 });
    g_assert_cmpuint(pass(fixture.client, fixture.server, bytes, BYTES), ==, BYTES);
    g_assert_cmpuint(pass(fixture.server, fixture.client, bytes, BYTES), ==, BYTES);
    chaos_proxy_break(fixture.proxy, CHAOS_STALL);
    g_assert_cmpuint(pass(fixture.client, fixture.server, bytes, BYTES), ==, BYTES);
    /* The end passes, too, and the other direction stays open. */
    shutdown(fixture.client, SHUT_WR);
    g_assert_cmpuint(pass(fixture.server, fixture.client, bytes, 1000), ==, 1000);
    guint8 byte;
    g_assert_cmpint(recv(fixture.server, &byte, 1, 0), ==, 0);
    close_connection(&fixture);
}

/* Waits for the end of a side: 0 or the error. */
static int
wait_end(int fd)
{
    const gint64 deadline = g_get_monotonic_time() + PATIENCE * G_TIME_SPAN_SECOND;
    guint8 buffer[4096];
    while (g_get_monotonic_time() < deadline) {
        const gssize in = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (in == 0)
            return 0;
        if (in < 0 && errno != EAGAIN)
            return errno;
        turn();
    }
    return ETIMEDOUT;
}

static void
test_every_fault_ends(gconstpointer data)
{
    const ChaosFault fault = GPOINTER_TO_UINT(data);
    Fixture fixture;
    g_autofree guint8 *bytes = random_bytes();
    open_connection(&fixture, &(ChaosOptions){ .seed = 2, .delay_ms = 1, .stall_ms = 20 });
    g_assert_cmpuint(pass(fixture.client, fixture.server, bytes, 1000), ==, 1000);
    chaos_proxy_break(fixture.proxy, fault);
    if (fault == CHAOS_HALF) { /* pass() sees the errors */
        g_assert_cmpuint(pass(fixture.client, fixture.server, bytes, 1000), <, 1000);
        g_assert_cmpint(wait_end(fixture.client), !=, ETIMEDOUT);
        g_assert_cmpint(wait_end(fixture.server), !=, ETIMEDOUT);
    } else {
        const int expected = fault == CHAOS_CLOSE ? 0 : ECONNRESET;
        g_assert_cmpint(wait_end(fixture.client), ==, expected);
        g_assert_cmpint(wait_end(fixture.server), ==, expected);
    }
    g_assert_cmpuint(chaos_proxy_counts(fixture.proxy)->faults[fault], ==, 1);
    close_connection(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/support/chaos/nothing-is-changed", test_nothing_is_changed);
    for (ChaosFault fault = 0; fault < CHAOS_FAULTS; fault++) {
        if (fault == CHAOS_STALL)
            continue;
        g_autofree char *path = g_strdup_printf("/support/chaos/%s-ends", chaos_fault_name(fault));
        g_test_add_data_func(path, GUINT_TO_POINTER(fault), test_every_fault_ends);
    }
    return g_test_run();
}
