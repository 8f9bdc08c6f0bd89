/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I1, I2, I5: every phase, with servers that do it well, badly, and not at all. */
#include <glib.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "certs.h"
#include "fake_resolver.h"
#include "fake_server.h"
#include "net/transport.h"
#include "probe.h"

#define STREAM                                                                                                         \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "       \
    "id='1' "                                                                                                          \
    "version='1.0'>"
#define NS_TLS  "urn:ietf:params:xml:ns:xmpp-tls"
#define OFFER   "<stream:features><starttls xmlns='" NS_TLS "'/></stream:features>"
#define PROCEED "<proceed xmlns='" NS_TLS "'/>"

enum { SHORT = 60, LONG = 8000 }; /* ms */

typedef enum {
    GOOD,   /* STARTTLS, then echo */
    DIRECT, /* direct TLS, then echo */
    SILENT,
    SHUT,         /* closes at once */
    STRIPPED,     /* offers no STARTTLS; echoes a connection that does not open a stream */
    REFUSING,     /* <failure/> */
    SILENT_ASKED, /* no answer to <starttls/> */
    SILENT_TLS,   /* no answer to the ClientHello */
    INJECTING,    /* clear text along with <proceed/> */
    HANGING_UP,   /* TLS, a greeting, close_notify */
    DRIPPING,     /* a space now and then, for ever */
    DRIPPING_TLS, /* the same in answer to the ClientHello: TLS headers that never end */
    CUTTING,      /* TLS, a greeting, and the connection is gone */
} Behaviour;

typedef struct Host {
    Behaviour behaviour;
    const Cert *cert;
    GString *heard; /* what came through TLS, or in clear after the stream header */
    char *proxied;  /* what a SOCKS5 client asked for */
    bool silent_proxy;
} Host;

typedef struct Fixture {
    char *ca_file;
    Cert *authority;
    Cert *cert;
    TlsContext *context;
    FakeResolver *dns;
    Host host;
    FakeServer *server;
    Probe probe;
    TransportConfig config;
} Fixture;

static void
hear(Host *host, const char *bytes, ssize_t count)
{
    if (count > 0)
        g_string_append_len(host->heard, bytes, count);
}

static void
serve_over_tls(Host *host, int fd)
{
    SSL *ssl = fake_tls_accept(fd, host->cert, 0, 0);
    char bytes[4096];
    int count;
    if (!ssl)
        return;
    if (host->behaviour == HANGING_UP || host->behaviour == CUTTING)
        SSL_write(ssl, "<bye/>", 6);
    if (host->behaviour == CUTTING) {
        SSL_free(ssl);
        return;
    }
    while (host->behaviour != HANGING_UP && (count = SSL_read(ssl, bytes, sizeof bytes)) > 0) {
        hear(host, bytes, count);
        SSL_write(ssl, bytes, count);
    }
    fake_tls_free(ssl);
}

/* A byte every 5 ms until the peer goes. */
static void
drip(int fd, const char *text)
{
    struct pollfd peer = { fd, POLLIN, 0 };
    char bytes[4096];
    for (gsize i = 0;; i++) {
        if (poll(&peer, 1, 5) > 0 && recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) <= 0)
            return;
        if (send(fd, text + MIN(i, strlen(text) - 1), 1, MSG_NOSIGNAL) != 1)
            return;
    }
}

/* A first byte of '<' is answered with the same bytes: the clear-text server. */
static void
echo_in_clear(Host *host, int fd)
{
    char bytes[4096];
    ssize_t count;
    while ((count = recv(fd, bytes, sizeof bytes, 0)) > 0) {
        hear(host, bytes, count);
        send(fd, bytes, (size_t)count, MSG_NOSIGNAL);
    }
}

static void
serve(FakeServer *server, int fd, gpointer data)
{
    Host *host = data;
    char first[5] = { 0 };
    if (host->behaviour == SHUT)
        return;
    if (host->behaviour == SILENT) {
        fake_swallow(fd);
        return;
    }
    if (host->behaviour == DRIPPING || host->behaviour == DRIPPING_TLS) {
        drip(fd, host->behaviour == DRIPPING ? STREAM " " : "\x16\x03\x03\x3f\x3f\x02");
        return;
    }
    if (host->behaviour == DIRECT || host->behaviour == HANGING_UP || host->behaviour == CUTTING) {
        serve_over_tls(host, fd);
        return;
    }
    if (recv(fd, first, 5, MSG_PEEK | MSG_WAITALL) != 5 || strncmp(first, "<?xml", 5) != 0) {
        echo_in_clear(host, fd);
        return;
    }
    if (!fake_read_until(fd, "jabber.org/streams'>"))
        return;
    fake_write(fd, host->behaviour == STRIPPED ? STREAM "<stream:features/>" : STREAM OFFER);
    if (host->behaviour == STRIPPED) {
        char bytes[4096];
        ssize_t count;
        while ((count = recv(fd, bytes, sizeof bytes, 0)) > 0)
            hear(host, bytes, count);
        return;
    }
    if (!fake_read_until(fd, "<starttls xmlns='" NS_TLS "'/>"))
        return;
    if (host->behaviour == REFUSING)
        fake_write(fd, "<failure xmlns='" NS_TLS "'/></stream:stream>");
    else if (host->behaviour == INJECTING)
        fake_write(fd, PROCEED STREAM "<stream:features><evil/></stream:features>");
    else if (host->behaviour != SILENT_ASKED)
        fake_write(fd, PROCEED);
    if (host->behaviour == GOOD || host->behaviour == INJECTING)
        serve_over_tls(host, fd);
    else
        fake_swallow(fd);
}

/* A SOCKS5 proxy and the server behind it in one. */
static void
serve_proxy(FakeServer *server, int fd, gpointer data)
{
    Host *host = data;
    guint8 bytes[256] = { 0 }, name[257] = { 0 };
    if (host->silent_proxy) {
        fake_swallow(fd);
        return;
    }
    g_assert_cmpint(recv(fd, bytes, 2, MSG_WAITALL), ==, 2);
    g_assert_cmpint(recv(fd, bytes + 2, bytes[1], MSG_WAITALL), ==, bytes[1]);
    send(fd, "\x05\x00", 2, MSG_NOSIGNAL);
    g_assert_cmpint(recv(fd, bytes, 5, MSG_WAITALL), ==, 5);
    g_assert_cmpint(bytes[3], ==, 3); /* a name, not an address */
    g_assert_cmpint(recv(fd, name, bytes[4] + 2u, MSG_WAITALL), ==, bytes[4] + 2);
    host->proxied = g_strdup_printf("%.*s:%u", bytes[4], name, name[bytes[4]] * 256u + name[bytes[4] + 1]);
    send(fd, "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00", 10, MSG_NOSIGNAL);
    serve(server, fd, data);
}

/* An HTTP proxy of that kind. */
static void
serve_http_proxy(FakeServer *server, int fd, gpointer data)
{
    Host *host = data;
    char line[64] = { 0 };
    for (gsize i = 0; i + 1 < sizeof line && (i == 0 || line[i - 1] != '\n'); i++)
        g_assert_cmpint(recv(fd, line + i, 1, 0), ==, 1);
    host->proxied = g_strdup(g_strchomp(line));
    g_assert_true(fake_read_until(fd, "\r\n\r\n"));
    fake_write(fd, "HTTP/1.0 200 OK\r\nX: y\r\n\r\n");
    serve(server, fd, data);
}

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->authority = cert_new_authority("Test Authority");
    fixture->cert = cert_new(&(CertSpec){ .names = "DNS:example.org,DNS:xn--bcher-kva.example" }, fixture->authority);
    const int fd = g_file_open_tmp("confab-ca-XXXXXX", &fixture->ca_file, NULL);
    g_close(fd, NULL);
    cert_write(fixture->authority, fixture->ca_file, NULL, NULL);
    fixture->context = tls_context_new();
    fixture->dns = fake_resolver_new();
    fixture->host.cert = fixture->cert;
    fixture->host.heard = g_string_new(NULL);
    fixture->config = (TransportConfig){ .domain = "example.org", .ca_file = fixture->ca_file };
    fixture->config.timeouts = (TransportTimeouts){ LONG, LONG, LONG, LONG, LONG, LONG, LONG, 500 };
    probe_init(&fixture->probe, fixture->context);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    probe_clear(&fixture->probe);
    fake_server_free(fixture->server);
    fake_resolver_free(fixture->dns);
    tls_context_unref(fixture->context);
    cert_free(fixture->cert);
    cert_free(fixture->authority);
    g_string_free(fixture->host.heard, TRUE);
    g_free(fixture->host.proxied);
    g_remove(fixture->ca_file);
    g_free(fixture->ca_file);
}

/* The server of the fixture, known to DNS as example.org's. */
static void
start_server(Fixture *fixture, Behaviour behaviour)
{
    const bool direct = behaviour == DIRECT || behaviour == HANGING_UP || behaviour == CUTTING;
    fixture->host.behaviour = behaviour;
    fixture->server = fake_server_new("127.0.0.1", serve, &fixture->host);
    fake_resolver_add_service(fixture->dns, direct ? "_xmpps-client._tcp.example.org" : "_xmpp-client._tcp.example.org",
                              "xmpp.example.org", fake_server_port(fixture->server), 10, 0);
    fake_resolver_add_address(fixture->dns, "xmpp.example.org", "127.0.0.1");
}

/* What the server heard, after its end. */
static const char *
heard(Fixture *fixture)
{
    g_clear_pointer(&fixture->server, fake_server_free);
    return fixture->host.heard->str;
}

static void
test_starttls(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, GOOD);
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "<stream:stream>");
    probe_assert_phases(&fixture->probe, "resolving connecting starttls securing open");
    g_assert_true(transport_is_secure(fixture->probe.transport));
    g_assert_false(transport_is_direct(fixture->probe.transport));
    g_assert_true(g_str_has_prefix(fixture->probe.details->str, "example.org|xmpp.example.org:"));
}

static void
test_direct(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, DIRECT);
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "<stream:stream>");
    probe_assert_phases(&fixture->probe, "resolving connecting securing open");
}

/* Open and at rest: the loop has nothing to do and no time to wait for. */
static void
test_idle(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, GOOD);
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "<hello/>");
    probe_assert_idle(&fixture->probe);
}

static void
test_clear(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, STRIPPED);
    fixture->config.tls = TLS_OFF;
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "<hello in clear/>");
    probe_assert_phases(&fixture->probe, "resolving connecting open");
    g_assert_false(transport_is_secure(fixture->probe.transport));
    g_assert_null(transport_tls_summary(fixture->probe.transport));
    g_assert_null(transport_channel_binding(fixture->probe.transport, TLS_BINDING_EXPORTER));
}

static void
test_idn(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, GOOD);
    fake_resolver_add_service(fixture->dns, "_xmpp-client._tcp.xn--bcher-kva.example", "xmpp.example.org",
                              fake_server_port(fixture->server), 0, 0);
    fixture->config.domain = "bücher.example";
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "x");
}

static void
test_ipv6(Fixture *fixture, gconstpointer unused)
{
    fixture->host.behaviour = GOOD;
    fixture->server = fake_server_new("::1", serve, &fixture->host);
    if (!fixture->server) {
        g_test_skip("no IPv6 here");
        return;
    }
    fixture->config.host = "::1";
    fixture->config.port = fake_server_port(fixture->server);
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "x");
    g_assert_true(g_str_has_prefix(fixture->probe.details->str, "[::1]:"));
    transport_close(fixture->probe.transport);
    /* by name, next to an IPv4 address where nobody listens */
    fake_resolver_add_address(fixture->dns, "six.example.org", "127.0.0.1");
    fake_resolver_add_address(fixture->dns, "six.example.org", "::1");
    fixture->config.host = "six.example.org";
    probe_open(&fixture->probe, &fixture->config);
}

/* Happy eyeballs: the first address of a host swallows everything, the second answers. */
static void
test_black_hole_address(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(BlackHole) hole = black_hole_new();
    fixture->host.behaviour = GOOD;
    fixture->server = fake_server_new_at("127.0.0.2", black_hole_port(hole), serve, &fixture->host);
    g_assert_nonnull(fixture->server);
    fake_resolver_add_address(fixture->dns, "two.example.org", "127.0.0.1");
    fake_resolver_add_address(fixture->dns, "two.example.org", "127.0.0.2");
    fixture->config.host = "two.example.org";
    fixture->config.port = black_hole_port(hole);
    const gint64 start = g_get_monotonic_time();
    probe_open(&fixture->probe, &fixture->config);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 3 * G_USEC_PER_SEC);
}

/* A target that swallows everything, and one that is silent after TCP, give way to the next. */
static void
test_next_target(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(BlackHole) hole = black_hole_new();
    Host mute = { .behaviour = SILENT };
    g_autoptr(FakeServer) silent = fake_server_new("127.0.0.1", serve, &mute);
    start_server(fixture, GOOD);
    fake_resolver_add_service(fixture->dns, "_xmpp-client._tcp.example.org", "xmpp.example.org", black_hole_port(hole),
                              0, 0);
    fake_resolver_add_service(fixture->dns, "_xmpps-client._tcp.example.org", "xmpp.example.org",
                              fake_server_port(silent), 1, 0);
    fake_resolver_add_service(fixture->dns, "_xmpp-client._tcp.example.org", "gone.example.org", 5222, 2, 0);
    fixture->config.timeouts.target = fixture->config.timeouts.secure = 300;
    probe_open(&fixture->probe, &fixture->config);
    probe_assert_phases(&fixture->probe,
                        "resolving connecting connecting securing connecting connecting starttls securing open");
    probe_echo(&fixture->probe, "x");
}

static void
fail_with(Fixture *fixture, TransportOutcome outcome, ErrorCode code, const char *says)
{
    probe_run(&fixture->probe, &fixture->config);
    g_assert_cmpint(fixture->probe.ready, ==, 0);
    g_assert_cmpint(transport_outcome(fixture->probe.transport), ==, outcome);
    g_assert_cmpint(transport_phase(fixture->probe.transport), ==, TRANSPORT_CLOSED);
    probe_assert_error(&fixture->probe, code, says);
}

/* I5: each phase says by itself what did not answer. */
static void
test_silence(Fixture *fixture, gconstpointer unused)
{
    static const struct {
        Behaviour behaviour;
        TransportOutcome outcome;
        const char *says, *phases;
    } cases[] = {
        { SILENT, TRANSPORT_STARTTLS_SILENT, "to the start of the stream within 0.06 s", "connecting starttls closed" },
        { SILENT_ASKED, TRANSPORT_STARTTLS_SILENT, "to the request for TLS within 0.06 s",
          "connecting starttls closed" },
        { SILENT_TLS, TRANSPORT_HANDSHAKE_FAILED, "to the TLS handshake within 0.06 s",
          "connecting starttls securing closed" },
        { DRIPPING, TRANSPORT_STARTTLS_SILENT, "to the start of the stream", "connecting starttls closed" },
        { SHUT, TRANSPORT_STARTTLS_SILENT, "closed the connection before TLS", "connecting starttls closed" },
    };
    fixture->config.timeouts.starttls = fixture->config.timeouts.secure = SHORT;
    fixture->config.host = "127.0.0.1";
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Host host = { .behaviour = cases[i].behaviour, .cert = fixture->cert, .heard = fixture->host.heard };
        g_autoptr(FakeServer) server = fake_server_new("127.0.0.1", serve, &host);
        fixture->config.port = fake_server_port(server);
        fail_with(fixture, cases[i].outcome, ERROR_UNREACHABLE, cases[i].says);
        probe_assert_phases(&fixture->probe, cases[i].phases);
    }
    static const Behaviour mute[] = { SILENT, DRIPPING_TLS };
    fixture->config.tls = TLS_DIRECT;
    for (gsize i = 0; i < G_N_ELEMENTS(mute); i++) {
        Host host = { .behaviour = mute[i] };
        g_autoptr(FakeServer) server = fake_server_new("127.0.0.1", serve, &host);
        fixture->config.port = fake_server_port(server);
        fail_with(fixture, TRANSPORT_HANDSHAKE_FAILED, ERROR_UNREACHABLE, "to the TLS handshake within 0.06 s");
    }
}

static void
test_no_dns(Fixture *fixture, gconstpointer unused)
{
    fake_resolver_silence(fixture->dns, "_xmpp-client._tcp.example.org");
    fake_resolver_silence(fixture->dns, "_xmpps-client._tcp.example.org");
    fake_resolver_silence(fixture->dns, "mute.example.org");
    fake_resolver_break(fixture->dns, "broken.example.org");
    fixture->config.timeouts.resolve = fixture->config.timeouts.target = SHORT;
    fail_with(fixture, TRANSPORT_DNS_FAILED, ERROR_UNREACHABLE, "no answer from DNS for example.org within 0.06 s");
    probe_assert_phases(&fixture->probe, "resolving closed");
    fixture->config.host = "mute.example.org";
    fail_with(fixture, TRANSPORT_CONNECT_FAILED, ERROR_UNREACHABLE,
              "no answer from DNS for the address of mute.example.org");
    fixture->config.timeouts.target = LONG;
    fixture->config.host = "unknown.example.org";
    fail_with(fixture, TRANSPORT_CONNECT_FAILED, ERROR_UNREACHABLE, "there is no host named unknown.example.org");
    fixture->config.host = "broken.example.org";
    fail_with(fixture, TRANSPORT_CONNECT_FAILED, ERROR_UNREACHABLE, "DNS failed for broken.example.org");
    fixture->config.host = NULL;
    fixture->config.domain = "none.example.org";
    fake_resolver_add_service(fixture->dns, "_xmpp-client._tcp.none.example.org", ".", 0, 0, 0);
    fail_with(fixture, TRANSPORT_NO_SERVICE, ERROR_UNREACHABLE, "no XMPP service");
    fixture->config.host = "not a name\033[2J";
    fail_with(fixture, TRANSPORT_BAD_CONFIG, ERROR_BAD_INPUT, "");
    g_assert_null(strchr(fixture->probe.error->message, '\033'));
}

static void
test_no_tcp(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(BlackHole) hole = black_hole_new();
    g_autofree char *expected =
        g_strdup_printf("no answer from 127.0.0.1 port %u within 0.06 s", black_hole_port(hole));
    fixture->config.host = "127.0.0.1";
    fixture->config.port = black_hole_port(hole);
    fixture->config.timeouts.target = SHORT;
    fail_with(fixture, TRANSPORT_CONNECT_FAILED, ERROR_UNREACHABLE, expected);
    fixture->config.timeouts.target = LONG;
    fixture->config.timeouts.connect = SHORT;
    fail_with(fixture, TRANSPORT_CONNECT_FAILED, ERROR_UNREACHABLE, expected);
    probe_assert_phases(&fixture->probe, "connecting closed");
    /* a port that was just free */
    FakeServer *gone = fake_server_new("127.0.0.1", serve, &fixture->host);
    fixture->config.port = fake_server_port(gone);
    fake_server_free(gone);
    fail_with(fixture, TRANSPORT_CONNECT_FAILED, ERROR_UNREACHABLE, "refused the connection");
}

/* I1: STARTTLS that is not offered or refused never leads on in the clear. */
static void
test_stripped(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, STRIPPED);
    fail_with(fixture, TRANSPORT_STARTTLS_FAILED, ERROR_PROTOCOL, "does not offer TLS");
    probe_assert_phases(&fixture->probe, "resolving connecting starttls closed");
    g_assert_cmpint(fake_server_connections(fixture->server), ==, 1);
    g_assert_cmpstr(heard(fixture), ==, "");
}

static void
test_refused(Fixture *fixture, gconstpointer unused)
{
    static const TransportTls policies[] = { TLS_REQUIRE, TLS_IF_OFFERED };
    start_server(fixture, REFUSING);
    for (gsize i = 0; i < G_N_ELEMENTS(policies); i++) {
        fixture->config.tls = policies[i];
        fail_with(fixture, TRANSPORT_STARTTLS_FAILED, ERROR_PROTOCOL, "refused to start TLS");
    }
    g_assert_cmpint(fake_server_connections(fixture->server), ==, 2);
    g_assert_cmpstr(heard(fixture), ==, "");
}

static void
test_if_offered(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, STRIPPED);
    fixture->config.tls = TLS_IF_OFFERED;
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "<hello in clear/>");
    probe_assert_phases(&fixture->probe, "resolving connecting starttls connecting open");
    g_assert_false(transport_is_secure(fixture->probe.transport));
    transport_close(fixture->probe.transport);
    /* A domain with direct TLS does have TLS: whoever strips STARTTLS there lies. */
    fake_resolver_add_service(fixture->dns, "_xmpps-client._tcp.example.org", "gone.example.org", 443, 50, 0);
    fail_with(fixture, TRANSPORT_STARTTLS_FAILED, ERROR_PROTOCOL, "does not offer TLS");
}

static void
test_if_offered_and_it_is(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, GOOD);
    fixture->config.tls = TLS_IF_OFFERED;
    probe_open(&fixture->probe, &fixture->config);
    g_assert_true(transport_is_secure(fixture->probe.transport));
    transport_close(fixture->probe.transport);
    fixture->config.ca_file = NULL; /* the test's authority is unknown to the system */
    fail_with(fixture, TRANSPORT_CERTIFICATE_UNKNOWN, ERROR_AUTH, "not accepted");
    g_assert_cmpint(fake_server_connections(fixture->server), ==, 2);
}

/* I2: what came in the clear along with <proceed/> is not seen by anybody. */
static void
test_injection(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, INJECTING);
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "<only this/>"); /* compares everything that came */
    g_assert_cmpstr(heard(fixture), ==, "<only this/>");
}

static void
test_not_xmpp(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, DIRECT); /* direct TLS where STARTTLS is expected: it gives up on our header */
    fixture->config.host = "127.0.0.1";
    fixture->config.port = fake_server_port(fixture->server);
    probe_run(&fixture->probe, &fixture->config);
    g_assert_cmpint(fixture->probe.ready, ==, 0);
    g_assert_cmpstr(heard(fixture), ==, "");
}

static void
test_server_ends(Fixture *fixture, gconstpointer unused)
{
    static const struct {
        Behaviour behaviour;
        TransportOutcome outcome;
        const char *says;
    } cases[] = {
        { HANGING_UP, TRANSPORT_ENDED_BY_SERVER, "closed the connection" },
        { CUTTING, TRANSPORT_LOST, "was lost" },
    };
    fixture->config.host = "127.0.0.1";
    fixture->config.tls = TLS_DIRECT;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Host host = { .behaviour = cases[i].behaviour, .cert = fixture->cert, .heard = fixture->host.heard };
        g_autoptr(FakeServer) server = fake_server_new("127.0.0.1", serve, &host);
        fixture->config.port = fake_server_port(server);
        probe_open(&fixture->probe, &fixture->config);
        g_autofree char *all = probe_read_all(&fixture->probe); /* first everything that was sent */
        g_assert_cmpstr(all, ==, "<bye/>");
        g_assert_cmpint(fixture->probe.closed, ==, 0);
        close(fixture->probe.hop);
        fixture->probe.hop = -1;
        probe_wait(&fixture->probe, fixture->probe.closed > 0);
        g_assert_cmpint(transport_outcome(fixture->probe.transport), ==, cases[i].outcome);
        probe_assert_error(&fixture->probe, ERROR_UNREACHABLE, cases[i].says);
    }
}

/* The library closes its socket: what it wrote arrives, and it is no error. */
static void
test_we_end(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, GOOD);
    probe_open(&fixture->probe, &fixture->config);
    g_assert_cmpint(send(fixture->probe.hop, "</stream:stream>", 16, MSG_NOSIGNAL), ==, 16);
    close(fixture->probe.hop);
    fixture->probe.hop = -1;
    probe_wait(&fixture->probe, fixture->probe.closed > 0);
    g_assert_no_error(fixture->probe.error);
    g_assert_cmpint(transport_outcome(fixture->probe.transport), ==, TRANSPORT_ENDED);
    g_assert_cmpstr(heard(fixture), ==, "</stream:stream>");
}

static void
test_finish(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, GOOD);
    probe_open(&fixture->probe, &fixture->config);
    g_assert_cmpint(send(fixture->probe.hop, "</stream:stream>", 16, MSG_NOSIGNAL), ==, 16);
    transport_finish(fixture->probe.transport);
    g_assert_cmpint(fixture->probe.closed, ==, 0);
    probe_wait(&fixture->probe, fixture->probe.closed > 0);
    g_assert_no_error(fixture->probe.error);
    /* and at a moment when nothing is open yet */
    fake_resolver_silence(fixture->dns, "_xmpp-client._tcp.mute.example");
    fixture->config.domain = "mute.example";
    transport_start(fixture->probe.transport, &fixture->config);
    transport_finish(fixture->probe.transport);
    fixture->probe.closed = 0;
    probe_wait(&fixture->probe, fixture->probe.closed > 0);
    g_assert_no_error(fixture->probe.error);
    g_assert_cmpstr(heard(fixture), ==, "</stream:stream>");
}

/* transport_close() is immediate, and the last words are not lost. */
static void
test_close_sends_last_words(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, GOOD);
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "<hello/>");
    g_assert_cmpint(send(fixture->probe.hop, "</stream:stream>", 16, MSG_NOSIGNAL), ==, 16);
    transport_close(fixture->probe.transport);
    g_assert_cmpint(transport_phase(fixture->probe.transport), ==, TRANSPORT_CLOSED);
    g_autofree char *all = probe_read_all(&fixture->probe);
    g_assert_cmpstr(all, ==, "");
    g_assert_cmpint(fixture->probe.closed, ==, 0);
    g_assert_cmpstr(heard(fixture), ==, "<hello/></stream:stream>");
}

static void
test_hop_unused(Fixture *fixture, gconstpointer unused)
{
    start_server(fixture, GOOD);
    fixture->probe.no_hop = true;
    fixture->config.timeouts.hop = SHORT;
    probe_run(&fixture->probe, &fixture->config);
    g_assert_cmpint(transport_outcome(fixture->probe.transport), ==, TRANSPORT_HOP_FAILED);
    probe_assert_error(&fixture->probe, ERROR_INTERNAL, "not taken up");
}

static bool
phase_was_seen(const Probe *probe, TransportPhase phase)
{
    return g_str_has_suffix(probe->phases->str, transport_phase_name(phase));
}

/* In every phase: closing ends it at once, nothing is called any more, and the same object starts again. */
static void
test_cancel(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(BlackHole) hole = black_hole_new();
    Host hosts[] = { { .behaviour = SILENT }, { .behaviour = SILENT_TLS }, { .silent_proxy = true } };
    g_autoptr(FakeServer) silent = fake_server_new("127.0.0.1", serve, &hosts[0]);
    g_autoptr(FakeServer) silent_tls = fake_server_new("127.0.0.1", serve, &hosts[1]);
    g_autoptr(FakeServer) silent_proxy = fake_server_new("127.0.0.1", serve_proxy, &hosts[2]);
    g_autofree char *proxy = g_strdup_printf("socks5://127.0.0.1:%u", fake_server_port(silent_proxy));
    start_server(fixture, GOOD);
    fake_resolver_silence(fixture->dns, "_xmpp-client._tcp.mute.example");
    const struct {
        TransportPhase phase;
        const char *domain, *host, *proxy;
        guint16 port;
    } cases[] = {
        { TRANSPORT_RESOLVING, .domain = "mute.example" },
        { TRANSPORT_CONNECTING, .host = "127.0.0.1", .port = black_hole_port(hole) },
        { TRANSPORT_PROXY, .host = "x.example.org", .proxy = proxy },
        { TRANSPORT_STARTTLS, .host = "127.0.0.1", .port = fake_server_port(silent) },
        { TRANSPORT_SECURING, .host = "127.0.0.1", .port = fake_server_port(silent_tls) },
        { TRANSPORT_OPEN, .host = "127.0.0.1", .port = fake_server_port(fixture->server) },
    };
    Probe *probe = &fixture->probe;
    probe->no_hop = true;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        TransportConfig config = fixture->config;
        config.domain = cases[i].domain ? cases[i].domain : "example.org";
        config.host = cases[i].host;
        config.port = cases[i].port;
        config.proxy = cases[i].proxy;
        g_string_truncate(probe->phases, 0);
        transport_start(probe->transport, &config);
        probe_wait(probe, phase_was_seen(probe, cases[i].phase));
        const gint64 start = g_get_monotonic_time();
        transport_close(probe->transport);
        g_assert_cmpint(g_get_monotonic_time() - start, <, 100 * 1000);
        const gsize said = probe->phases->len;
        for (int k = 0; k < 20; k++)
            g_main_context_iteration(NULL, TRUE); /* the heartbeat lets it return */
        g_assert_cmpuint(probe->phases->len, ==, said);
        g_assert_cmpint(probe->closed, ==, 0);
    }
    /* and freed from inside the event that announces the phase */
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        TransportConfig config = fixture->config;
        Probe doomed;
        config.domain = cases[i].domain ? cases[i].domain : "example.org";
        config.host = cases[i].host;
        config.port = cases[i].port;
        config.proxy = cases[i].proxy;
        probe_init(&doomed, fixture->context);
        doomed.free_at = cases[i].phase;
        transport_start(doomed.transport, &config);
        probe_wait(&doomed, !doomed.transport);
        g_assert_cmpint(doomed.ready + doomed.closed, ==, 0);
        probe_clear(&doomed);
    }
    /* never even begun */
    transport_start(probe->transport, &fixture->config);
    transport_close(probe->transport);
    g_assert_cmpint(transport_outcome(probe->transport), ==, TRANSPORT_ENDED);
}

/* SOCKS5: the proxy gets the name, DNS here gets nothing (Tor). */
static void
test_proxy(Fixture *fixture, gconstpointer unused)
{
    fixture->host.behaviour = GOOD;
    fixture->server = fake_server_new("127.0.0.1", serve_proxy, &fixture->host);
    g_autofree char *uri = g_strdup_printf("socks5://127.0.0.1:%u", fake_server_port(fixture->server));
    fixture->config.proxy = uri;
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "<through/>");
    probe_assert_phases(&fixture->probe, "connecting proxy starttls securing open");
    g_assert_cmpint(fake_resolver_questions(fixture->dns, "example.org"), ==, 0);
    g_assert_cmpint(fake_resolver_questions(fixture->dns, "_xmpp-client._tcp.example.org"), ==, 0);
    g_assert_cmpstr(heard(fixture), ==, "<through/>");
    g_assert_cmpstr(fixture->host.proxied, ==, "example.org:5222");
}

static void
test_http_proxy(Fixture *fixture, gconstpointer unused)
{
    fixture->host.behaviour = DIRECT;
    fixture->server = fake_server_new("127.0.0.1", serve_http_proxy, &fixture->host);
    g_autofree char *uri = g_strdup_printf("http://127.0.0.1:%u", fake_server_port(fixture->server));
    fixture->config.proxy = uri;
    fixture->config.tls = TLS_DIRECT;
    probe_open(&fixture->probe, &fixture->config);
    probe_echo(&fixture->probe, "<through/>");
    g_assert_cmpint(fake_resolver_questions(fixture->dns, "example.org"), ==, 0);
    g_assert_cmpstr(heard(fixture), ==, "<through/>");
    g_assert_true(g_str_has_prefix(fixture->host.proxied, "CONNECT example.org:5223 HTTP/1."));
}

static void
test_bad_proxy(Fixture *fixture, gconstpointer unused)
{
    static const char *const wrong[] = { "127.0.0.1:9050", "ftp://x:1",   "socks5://",
                                         "socks5://host",  "https://x:1", "::" };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        fixture->config.proxy = wrong[i];
        fail_with(fixture, TRANSPORT_BAD_CONFIG, ERROR_CONFIG, "proxy cannot be used");
    }
    fixture->host.silent_proxy = true;
    fixture->server = fake_server_new("127.0.0.1", serve_proxy, &fixture->host);
    g_autofree char *uri = g_strdup_printf("socks5://u:secret@127.0.0.1:%u", fake_server_port(fixture->server));
    fixture->config.proxy = uri;
    fixture->config.timeouts.proxy = SHORT;
    fail_with(fixture, TRANSPORT_PROXY_FAILED, ERROR_UNREACHABLE,
              "the proxy did not reach example.org port 5222 within");
    g_autoptr(BlackHole) hole = black_hole_new();
    g_autofree char *dead = g_strdup_printf("socks5://u:secret@127.0.0.1:%u", black_hole_port(hole));
    fixture->config.proxy = dead;
    fail_with(fixture, TRANSPORT_PROXY_FAILED, ERROR_UNREACHABLE, "no answer from the proxy within");
    g_assert_null(strstr(fixture->probe.error->message, "secret"));
}

#define ADD(path, test) g_test_add("/net/transport/" path, Fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
    ADD("starttls", test_starttls);
    ADD("direct", test_direct);
    ADD("idle", test_idle);
    ADD("clear", test_clear);
    ADD("idn", test_idn);
    ADD("ipv6", test_ipv6);
    ADD("black-hole-address", test_black_hole_address);
    ADD("next-target", test_next_target);
    ADD("silence", test_silence);
    ADD("no-dns", test_no_dns);
    ADD("no-tcp", test_no_tcp);
    ADD("starttls-stripped", test_stripped);
    ADD("starttls-refused", test_refused);
    ADD("if-offered", test_if_offered);
    ADD("if-offered-and-it-is", test_if_offered_and_it_is);
    ADD("injection-with-proceed", test_injection);
    ADD("not-xmpp", test_not_xmpp);
    ADD("server-ends", test_server_ends);
    ADD("we-end", test_we_end);
    ADD("finish", test_finish);
    ADD("close-sends-last-words", test_close_sends_last_words);
    ADD("hop-unused", test_hop_unused);
    ADD("cancel-in-every-phase", test_cancel);
    ADD("proxy", test_proxy);
    ADD("http-proxy", test_http_proxy);
    ADD("bad-proxy", test_bad_proxy);
    return g_test_run();
}
