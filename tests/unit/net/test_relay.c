/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I9, I25: the local hop under load, under attack, and at rest. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certs.h"
#include "fake_server.h"
#include "net/relay.h"
#include "probe.h"

enum { FLOOD = 10 * 1000 * 1000 };

typedef struct Fixture {
    int server; /* the far end of the wire */
    int wire;
    int hop; /* our end of the hop */
    Relay *relay;
    int closed;
    RelayEnd end;
} Fixture;

static void
on_closed(Relay *relay, RelayEnd end, const char *detail, gpointer data)
{
    Fixture *fixture = data;
    fixture->closed++;
    fixture->end = end;
}

static int
connect_to(const Relay *relay, bool claim)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(relay_port(relay)) };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, relay_host(relay), &address.sin_addr);
    if (claim) {
        int no_delay = 0;
        socklen_t size = sizeof no_delay;
        g_assert_true(relay_claim_socket((Relay *)relay, fd));
        /* or every answer of ours would wait for an acknowledgement, up to 40 ms */
        g_assert_cmpint(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), ==, 0);
        g_assert_cmpint(no_delay, ==, 1);
    }
    g_assert_true(connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS);
    return fd;
}

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    int pair[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), ==, 0);
    fixture->server = pair[0];
    fixture->wire = pair[1];
    fixture->hop = -1;
    fixture->relay = relay_new(fixture->wire, NULL, 5000, 300, NULL);
    g_assert_nonnull(fixture->relay);
    relay_set_closed(fixture->relay, on_closed, fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    relay_free(fixture->relay);
    close(fixture->wire);
    if (fixture->server >= 0)
        close(fixture->server);
    if (fixture->hop >= 0)
        close(fixture->hop);
}

/* Runs the loop until it would sleep. */
static void
settle(void)
{
    for (int i = 0; g_main_context_iteration(NULL, FALSE); i++)
        g_assert_cmpint(i, <, 100000);
}

static void
connect_hop(Fixture *fixture)
{
    fixture->hop = connect_to(fixture->relay, true);
    settle();
}

/* Reads what is there; "" at its end and when nothing is there. */
static char *
read_some(int fd)
{
    char bytes[4096];
    const ssize_t count = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    return g_strndup(bytes, count > 0 ? (gsize)count : 0);
}

static bool
is_at_end(int fd)
{
    char byte;
    const ssize_t count = recv(fd, &byte, 1, MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != ENOTCONN);
}

static void
test_both_ways(Fixture *fixture, gconstpointer unused)
{
    g_assert_cmpint(send(fixture->server, "early", 5, 0), ==, 5); /* before anybody listens */
    connect_hop(fixture);
    g_assert_cmpint(send(fixture->hop, "ping", 4, 0), ==, 4);
    settle();
    g_autofree char *ping = read_some(fixture->server);
    g_autofree char *early = read_some(fixture->hop);
    g_assert_cmpstr(ping, ==, "ping");
    g_assert_cmpstr(early, ==, "early");
}

/* I25 */
static void
test_strangers(Fixture *fixture, gconstpointer unused)
{
    const int before = connect_to(fixture->relay, false); /* nobody is known yet: nobody is let in */
    settle();
    g_assert_true(is_at_end(before));
    const int first = connect_to(fixture->relay, false);
    const int second = connect_to(fixture->relay, false);
    connect_hop(fixture);
    g_assert_true(is_at_end(first));
    g_assert_true(is_at_end(second));
    g_assert_cmpint(send(fixture->hop, "ours", 4, 0), ==, 4);
    settle();
    g_autofree char *ours = read_some(fixture->server);
    g_assert_cmpstr(ours, ==, "ours");
    /* the listener is closed once ours is in, and a second socket cannot be claimed */
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(relay_port(fixture->relay)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_false(relay_claim_socket(fixture->relay, late));
    g_assert_cmpint(connect(late, (struct sockaddr *)&address, sizeof address), ==, -1);
    g_assert_cmpint(errno, ==, ECONNREFUSED);
    close(before);
    close(first);
    close(second);
    close(late);
}

static void
test_idle(Fixture *fixture, gconstpointer unused)
{
    connect_hop(fixture);
    g_assert_cmpint(send(fixture->hop, "x", 1, 0), ==, 1);
    settle();
    probe_assert_idle(NULL);
}

/* I9: a reader that does not read stops the writer; memory stays bounded, the loop sleeps, and nothing is lost. */
static void
test_back_pressure(Fixture *fixture, gconstpointer from_hop)
{
    connect_hop(fixture);
    const int writer = from_hop ? fixture->hop : fixture->server;
    const int reader = from_hop ? fixture->server : fixture->hop;
    g_autofree char *block = g_malloc(65536);
    gsize written = 0, read = 0, before = 1;
    while (before != written) {
        before = written;
        memset(block, (int)(written / 65536), 65536);
        const ssize_t count = send(writer, block, 65536 - written % 65536, MSG_DONTWAIT | MSG_NOSIGNAL);
        written += count > 0 ? (gsize)count : 0;
        settle();
        g_assert_cmpuint(written, <, 64 * 1024 * 1024);
    }
    g_test_message("stopped after %zu bytes", written);
    g_assert_false(g_main_context_pending(NULL));
    while (read < written) {
        const ssize_t count = recv(reader, block, 65536 - read % 65536, MSG_DONTWAIT);
        for (ssize_t i = 0; i < count; i++)
            g_assert_cmpint((guint8)block[i], ==, (guint8)((read + (gsize)i) / 65536));
        read += count > 0 ? (gsize)count : 0;
        settle();
        g_assert_true(count > 0 || errno == EAGAIN);
    }
}

/* The server is gone while nobody reads: no busy loop, and what it had sent is still delivered. */
static void
test_dead_wire(Fixture *fixture, gconstpointer unused)
{
    connect_hop(fixture);
    g_autofree char *block = g_malloc0(65536);
    gsize written = 0;
    ssize_t count;
    while ((count = send(fixture->server, block, 65536, MSG_DONTWAIT | MSG_NOSIGNAL)) > 0) {
        written += (gsize)count;
        settle();
    }
    close(fixture->server);
    fixture->server = -1;
    settle();
    g_assert_false(g_main_context_pending(NULL));
    gsize read = 0;
    while ((count = recv(fixture->hop, block, 65536, MSG_DONTWAIT)) != 0) {
        g_assert_true(count > 0 || errno == EAGAIN);
        read += count > 0 ? (gsize)count : 0;
        settle();
    }
    g_assert_cmpuint(read, ==, written);
    g_assert_cmpint(fixture->closed, ==, 0);
    close(fixture->hop);
    fixture->hop = -1;
    probe_wait(NULL, fixture->closed > 0);
    g_assert_cmpint(fixture->end, ==, RELAY_ENDED_BY_SERVER);
}

static void
test_silent_end(Fixture *fixture, gconstpointer unused)
{
    connect_hop(fixture);
    g_assert_cmpint(send(fixture->hop, "bye", 3, 0), ==, 3);
    close(fixture->hop);
    fixture->hop = -1;
    probe_wait(NULL, fixture->closed > 0); /* the server never closes its side: `close_timeout` ends it */
    g_assert_cmpint(fixture->end, ==, RELAY_ENDED);
    g_autofree char *bye = read_some(fixture->server);
    g_assert_cmpstr(bye, ==, "bye");
    g_assert_true(is_at_end(fixture->server));
}

static void
test_stubborn_reader(Fixture *fixture, gconstpointer unused)
{
    connect_hop(fixture);
    shutdown(fixture->server, SHUT_WR);
    settle();
    g_assert_true(is_at_end(fixture->hop)); /* and does not close */
    probe_wait(NULL, fixture->closed > 0);
    g_assert_cmpint(fixture->end, ==, RELAY_ENDED_BY_SERVER);
}

typedef struct Gate {
    GString *seen;
    gsize pass; /* bytes that may pass, all in all */
} Gate;

static gsize
on_bytes(const guint8 *bytes, gsize length, gpointer data)
{
    Gate *gate = data;
    const gsize count = MIN(length, gate->pass);
    g_string_append_len(gate->seen, (const char *)bytes, (gssize)count);
    gate->pass -= count;
    return count;
}

static gsize
pad_once(gpointer data)
{
    gsize *blanks = data;
    const gsize count = *blanks;
    *blanks = 0;
    return count;
}

/* Blanks follow what came when all of it is delivered, and stand before what comes next. */
static void
test_padded(Fixture *fixture, gconstpointer unused)
{
    gsize blanks = 100;
    relay_set_pad(fixture->relay, pad_once, &blanks);
    connect_hop(fixture);
    g_assert_cmpint(send(fixture->server, "<a/>", 4, 0), ==, 4);
    settle();
    g_assert_cmpint(send(fixture->server, "<b/>", 4, 0), ==, 4);
    settle();
    g_autofree char *read = read_some(fixture->hop);
    g_autofree char *expected = g_strdup_printf("<a/>%100s<b/>", "");
    g_assert_cmpstr(read, ==, expected);
}

/* Who inspects sees every byte before the local side does, and stops the flow where it likes. */
static void
test_inspected(Fixture *fixture, gconstpointer unused)
{
    Gate gate = { g_string_new(NULL), 5 };
    relay_set_inspect(fixture->relay, on_bytes, &gate);
    connect_hop(fixture);
    g_assert_cmpint(send(fixture->server, "<a/><b/>", 8, 0), ==, 8);
    settle();
    g_autofree char *first = read_some(fixture->hop);
    g_assert_cmpstr(first, ==, "<a/><");
    g_assert_cmpint(send(fixture->server, "<c/>", 4, 0), ==, 4);
    relay_resume(fixture->relay); /* without any right to pass */
    settle();
    g_autofree char *nothing = read_some(fixture->hop);
    g_assert_cmpstr(nothing, ==, "");
    probe_assert_idle(NULL);
    shutdown(fixture->server, SHUT_WR); /* the end waits behind what is held */
    settle();
    g_assert_false(is_at_end(fixture->hop));
    gate.pass = 1000;
    relay_resume(fixture->relay);
    settle();
    g_autofree char *rest = read_some(fixture->hop);
    g_assert_cmpstr(rest, ==, "b/><c/>");
    g_assert_cmpstr(gate.seen->str, ==, "<a/><b/><c/>");
    g_assert_true(is_at_end(fixture->hop));
    g_string_free(gate.seen, TRUE);
}

/* The same with more than the buffers hold, in odd bites: nothing twice, nothing lost. */
static void
test_inspected_flood(Fixture *fixture, gconstpointer unused)
{
    enum { TOTAL = 1000 * 1000 };
    Gate gate = { g_string_new(NULL), 0 };
    g_autoptr(GString) read = g_string_new(NULL);
    g_autofree char *data = g_malloc(TOTAL);
    char bytes[8192];
    gsize sent = 0;
    for (gsize i = 0; i < TOTAL; i++)
        data[i] = (char)(i * 7919 >> 5);
    relay_set_inspect(fixture->relay, on_bytes, &gate);
    connect_hop(fixture);
    while (read->len < TOTAL) {
        ssize_t count =
            sent < TOTAL ? send(fixture->server, data + sent, TOTAL - sent, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
        sent += count > 0 ? (gsize)count : 0;
        gate.pass = 7001;
        relay_resume(fixture->relay);
        settle();
        while ((count = recv(fixture->hop, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
            g_string_append_len(read, bytes, count);
        g_assert_cmpint(count, ==, -1);
    }
    g_assert_cmpmem(read->str, read->len, data, TOTAL);
    g_assert_cmpmem(gate.seen->str, gate.seen->len, data, TOTAL);
    g_string_free(gate.seen, TRUE);
}

static gboolean
count_turn(gpointer data)
{
    ++*(int *)data;
    return G_SOURCE_CONTINUE;
}

static void
serve_echo(FakeServer *server, int fd, gpointer data)
{
    SSL *ssl = fake_tls_accept(fd, data, 0, 0);
    if (!ssl)
        return;
    fake_tls_echo(ssl);
    fake_tls_free(ssl);
}

/* 10 MB there and back through TLS to a reader that takes small bites; other sources of the loop keep their turns. */
static void
test_flood(void)
{
    g_autoptr(Cert) cert = cert_new(&(CertSpec){ .names = "DNS:example.org" }, NULL);
    g_autofree char *pin = cert_fingerprint(cert);
    g_autoptr(FakeServer) server = fake_server_new("127.0.0.1", serve_echo, cert);
    const TransportConfig config = {
        .domain = "example.org", .host = "127.0.0.1", .port = fake_server_port(server), .tls = TLS_DIRECT, .pin = pin
    };
    g_autofree guint8 *data = g_malloc(FLOOD);
    g_autofree guint8 *back = g_malloc(FLOOD);
    gsize sent = 0, read = 0;
    int turns = 0;
    for (gsize i = 0; i < FLOOD; i++)
        data[i] = (guint8)((i * 2654435761u) >> 13);
    Probe probe;
    probe_init(&probe, NULL);
    probe_open(&probe, &config);
    const guint counter = g_idle_add_full(G_PRIORITY_DEFAULT, count_turn, &turns, NULL);
    const gint64 start = g_get_monotonic_time();
    probe_wait(&probe, ({
        const ssize_t out = sent < FLOOD ? send(probe.hop, data + sent, FLOOD - sent, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
        sent += out > 0 ? (gsize)out : 0;
        const ssize_t in = recv(probe.hop, back + read, MIN(FLOOD - read, 20000), MSG_DONTWAIT);
        g_assert_cmpint(in, !=, 0);
        read += in > 0 ? (gsize)in : 0;
        read == FLOOD;
    }));
    g_test_message("%d bytes both ways in %.0f ms, %d turns for others", FLOOD,
                   (double)(g_get_monotonic_time() - start) / 1000, turns);
    g_source_remove(counter);
    g_assert_cmpmem(back, FLOOD, data, FLOOD);
    g_assert_cmpint(turns, >, FLOOD / RELAY_TURN);
    probe_clear(&probe);
}

#define ADD(path, test, data) g_test_add("/net/relay/" path, Fixture, data, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
    ADD("both-ways", test_both_ways, NULL);
    ADD("strangers-are-dropped", test_strangers, NULL);
    ADD("idle", test_idle, NULL);
    ADD("back-pressure-from-the-server", test_back_pressure, NULL);
    ADD("back-pressure-from-the-hop", test_back_pressure, "hop");
    ADD("dead-wire", test_dead_wire, NULL);
    ADD("silent-end", test_silent_end, NULL);
    ADD("stubborn-reader", test_stubborn_reader, NULL);
    ADD("padded", test_padded, NULL);
    ADD("inspected", test_inspected, NULL);
    ADD("inspected-flood", test_inspected_flood, NULL);
    g_test_add_func("/net/relay/flood", test_flood);
    return g_test_run();
}
