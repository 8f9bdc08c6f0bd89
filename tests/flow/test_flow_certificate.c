/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I3: what a user meets when a certificate does not verify; with real TLS on loopback. */
#include "flow.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "certs.h"
#include "fake_server.h"

typedef struct Server {
    Flow *flow;
    Cert *certs[2];
    gint current; /* which of them is shown; atomic */
    FakeServer *server;
    gint accepted; /* handshakes the client completed; atomic */
    Peer *me;
} Server;

/* Direct TLS, and the end as soon as the client has said something: it has accepted the certificate then. */
static void
serve(FakeServer *fake, int fd, gpointer data)
{
    Server *server = data;
    SSL *ssl = fake_tls_accept(fd, server->certs[g_atomic_int_get(&server->current)], 0, 0);
    char byte;
    if (ssl == NULL)
        return;
    if (SSL_read(ssl, &byte, 1) == 1)
        g_atomic_int_inc(&server->accepted);
    fake_tls_free(ssl);
}

/* The account's session without a fake stream: it uses the network. */
static Peer *
real_peer(Flow *flow)
{
    Peer *me = flow_peer(flow, "work");
    stream_set_sink(me->stream, NULL, NULL);
    return me;
}

static void
set_up(Server *server, gconstpointer data)
{
    for (gsize i = 0; i < G_N_ELEMENTS(server->certs); i++)
        server->certs[i] = cert_new(data, NULL);
    server->server = fake_server_new("127.0.0.1", serve, server);
    g_autofree char *accounts = g_strdup_printf(FLOW_ONE_ACCOUNT "server = 127.0.0.1\nport = %u\ntls = direct\n",
                                                fake_server_port(server->server));
    server->flow = flow_new_with(accounts, "reconnect = off\n", NULL);
    server->me = real_peer(server->flow);
}

static void
tear_down(Server *server, gconstpointer data)
{
    flow_free(server->flow);
    g_clear_pointer(&server->server, fake_server_free);
    for (gsize i = 0; i < G_N_ELEMENTS(server->certs); i++)
        cert_free(server->certs[i]);
}

static bool
is_idle(gpointer data)
{
    return session_is_idle(((const Peer *) data)->session);
}

static void
connect_once(Server *server)
{
    g_autoptr(GError) error = NULL;
    session_connect(server->me->session, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    flow_wait(is_idle, server->me);
}

static const CertSpec self_signed = { .common_name = "example.org", .names = "DNS:example.org" };
static const CertSpec weak = { .common_name = "example.org", .names = "DNS:example.org", .rsa_bits = 1024 };

static void
test_refused(Server *server, gconstpointer data)
{
    g_autofree char *hex = cert_fingerprint(server->certs[0]);
    g_autofree char *fingerprint = text_fingerprint(hex);
    g_autofree char *line = g_strdup_printf("notice warning 77: SHA-256: %s", fingerprint);
    connect_once(server);
    assert_event(server->flow, "state resolving*");
    assert_event(server->flow, "notice warning 77: Certificate for: example.org");
    assert_event(server->flow, "notice warning 77: Issued by: *example.org*");
    assert_event(server->flow, "notice warning 77: Valid: from 2* until 2*");
    assert_event(server->flow, line);
    assert_event(server->flow, "notice warning 77: *work*/tls trust*/tls pin*");
    assert_event(server->flow, "state offline: *");
    assert_event(server->flow, "notice error 77: *");
    g_assert_cmpint(g_atomic_int_get(&server->accepted), ==, 0); /* not a byte was sent before the verdict */
}

static bool
is_opening(gpointer data)
{
    return stream_phase(((const Peer *) data)->stream) == XMPP_PHASE_OPENING;
}

/* To pin a certificate while the login is under way asks for no second one. */
static void
test_pin_while_connecting(Server *server, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    connect_once(server);
    g_assert_true(session_trust_once(server->me->session, &error));
    flow_wait(is_opening, server->me);
    g_assert_true(session_pin(server->me->session, &error));
    flow_wait(is_idle, server->me);
    g_assert_cmpint(g_atomic_int_get(&server->accepted), ==, 1);
    assert_event(server->flow, "state offline: *");
}

static void
test_trust(Server *server, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(session_trust_once(server->me->session, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_NOT_FOUND); /* there is nothing to trust yet */
    g_clear_error(&error);
    connect_once(server);
    g_assert_true(session_trust_once(server->me->session, &error));
    flow_wait(is_idle, server->me);
    g_assert_cmpint(g_atomic_int_get(&server->accepted), ==, 1);
    g_assert_true(session_certificate(server->me->session)->trusted);
    connect_once(server); /* for the life of the process */
    g_assert_cmpint(g_atomic_int_get(&server->accepted), ==, 2);
    flow_restart(server->flow);
    server->me = real_peer(server->flow);
    connect_once(server); /* and no longer */
    g_assert_cmpint(g_atomic_int_get(&server->accepted), ==, 2);
    assert_event(server->flow, "notice error 77: *");
}

static void
test_pin(Server *server, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    connect_once(server);
    g_assert_true(session_pin(server->me->session, &error));
    flow_wait(is_idle, server->me);
    g_assert_cmpint(g_atomic_int_get(&server->accepted), ==, 1);
    flow_restart(server->flow);
    server->me = real_peer(server->flow);
    connect_once(server); /* it is in the file */
    g_assert_cmpint(g_atomic_int_get(&server->accepted), ==, 2);
    /* Another certificate: an alarm, and no command but /tls unpin leads past it. */
    g_atomic_int_set(&server->current, 1);
    connect_once(server);
    assert_event(server->flow, "notice alarm 77: Pinned SHA-256: *");
    assert_event(server->flow, "notice alarm 77: */tls unpin*");
    assert_event(server->flow, "notice alarm 77: *");
    g_assert_false(session_trust_once(server->me->session, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
    g_clear_error(&error);
    g_assert_false(session_pin(server->me->session, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
    g_clear_error(&error);
    g_assert_cmpint(g_atomic_int_get(&server->accepted), ==, 2);
    g_assert_true(session_unpin(server->me->session, &error));
    g_assert_false(session_unpin(server->me->session, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_NOT_FOUND);
    g_clear_error(&error);
    connect_once(server);
    assert_event(server->flow, "notice error 77: *"); /* unknown again, so a question again */
    g_assert_true(session_trust_once(server->me->session, &error));
    flow_wait(is_idle, server->me);
    g_assert_cmpint(g_atomic_int_get(&server->accepted), ==, 3);
}

/* A key that protects nothing is nobody's choice. */
static void
test_weak(Server *server, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    connect_once(server);
    assert_no_event(server->flow, "*/tls trust*");
    g_assert_false(session_trust_once(server->me->session, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
    g_clear_error(&error);
    g_assert_false(session_pin(server->me->session, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
    g_assert_cmpint(g_atomic_int_get(&server->accepted), ==, 0);
}

/* The server is not there at all: a reason, a code, no certificate. */
static void
test_nobody(Server *server, gconstpointer data)
{
    g_clear_pointer(&server->server, fake_server_free);
    connect_once(server);
    assert_event(server->flow, "state connecting*");
    assert_event(server->flow, "notice warning 69: *");
    g_assert_null(session_certificate(server->me->session));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(path, spec, function) g_test_add("/flow/certificate/" path, Server, spec, set_up, function, tear_down)
    TEST("refused", &self_signed, test_refused);
    TEST("trust", &self_signed, test_trust);
    TEST("pin", &self_signed, test_pin);
    TEST("pin-while-connecting", &self_signed, test_pin_while_connecting);
    TEST("weak", &weak, test_weak);
    TEST("nobody", &self_signed, test_nobody);
    return g_test_run();
}
