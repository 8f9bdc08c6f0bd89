/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look at servers that are as they should be, and at others. */
#include "core/server_probe.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "certs.h"
#include "fake_server.h"

#define STREAM \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' " \
    "version='1.0'>"
#define SASL "urn:ietf:params:xml:ns:xmpp-sasl"

enum { PATIENCE_MS = 60000, PIECE = 7 };

typedef struct Fixture {
    Cert *authority, *cert;
    char *ca_file;
    TlsContext *tls;
    const char *says; /* the server, when the header has come; in small pieces */
    char *told;       /* what was found, in words */
    ServerProbe *probe;
    bool over;
} Fixture;

static void
serve(FakeServer *server, int fd, gpointer data)
{
    const Fixture *fixture = data;
    char bytes[1024];
    SSL *ssl = fake_tls_accept(fd, fixture->cert, 0, 0);
    if (!ssl)
        return;
    if (SSL_read(ssl, bytes, sizeof bytes) > 0) {
        const int length = (int) strlen(fixture->says);
        const int piece = length < 4096 ? PIECE : 4096;
        for (int sent = 0; sent < length; sent += piece) {
            if (SSL_write(ssl, fixture->says + sent, MIN(piece, length - sent)) <= 0)
                break;
        }
    }
    fake_tls_free(ssl);
}

static void
on_done(ServerProbe *probe, const ProbeFindings *findings, gpointer data)
{
    Fixture *fixture = data;
    g_autofree char *mechanisms = g_strjoinv(" ", (char **) findings->mechanisms);
    g_autofree char *bindings = g_strjoinv(" ", (char **) findings->bindings);
    g_assert_false(fixture->over); /* once */
    fixture->over = true;
    if (findings->error != NULL)
        fixture->told = g_strdup_printf("%s %d%s", transport_phase_name(findings->phase), findings->error->code,
                                        findings->certificate != NULL && !findings->certificate->trusted ? " refused" : "");
    else
        fixture->told = g_strdup_printf("%s%s%s [%s] [%s]", findings->is_direct ? "direct" : "starttls",
                                        findings->has_exporter ? " exporter" : "", findings->offers_sasl2 ? " sasl2" : "",
                                        mechanisms, bindings);
    g_clear_pointer(&fixture->probe, server_probe_free); /* inside */
}

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->authority = cert_new_authority("Test Authority");
    fixture->cert = cert_new(&(CertSpec){ .names = "DNS:example.org" }, fixture->authority);
    g_close(g_file_open_tmp("confab-ca-XXXXXX", &fixture->ca_file, NULL), NULL);
    cert_write(fixture->authority, fixture->ca_file, NULL, NULL);
    fixture->tls = tls_context_new();
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    tls_context_unref(fixture->tls);
    cert_free(fixture->cert);
    cert_free(fixture->authority);
    g_remove(fixture->ca_file);
    g_free(fixture->ca_file);
    g_free(fixture->told);
}

static void
start(Fixture *fixture, const FakeServer *server, const char *domain)
{
    const TransportConfig config = { .domain = domain,
                                     .host = "127.0.0.1",
                                     .port = fake_server_port(server),
                                     .tls = TLS_DIRECT,
                                     .ca_file = fixture->ca_file };
    g_clear_pointer(&fixture->told, g_free);
    fixture->over = false;
    fixture->probe = server_probe_new(fixture->tls, &config, on_done, fixture);
}

static gboolean
on_impatience(gpointer data)
{
    g_error("the probe does not end");
    return G_SOURCE_REMOVE;
}

/* What is found of a server that says this, of this domain. */
static void
assert_found(Fixture *fixture, const char *says, const char *domain, const char *expected)
{
    fixture->says = says;
    g_autoptr(FakeServer) server = fake_server_new("127.0.0.1", serve, fixture);
    const guint deadline = g_timeout_add(PATIENCE_MS, on_impatience, NULL);
    start(fixture, server, domain);
    while (!fixture->over)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
    g_assert_cmpstr(fixture->told, ==, expected);
}

static void
test_good(Fixture *fixture, gconstpointer unused)
{
    assert_found(fixture,
                 STREAM "<stream:features><mechanisms xmlns='" SASL "'><mechanism>SCRAM-SHA-256-PLUS</mechanism>"
                        "<mechanism>PLAIN</mechanism></mechanisms><sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>"
                        "<channel-binding type='tls-exporter'/></sasl-channel-binding>"
                        "<authentication xmlns='urn:xmpp:sasl:2'/></stream:features>",
                 "example.org", "direct exporter sasl2 [SCRAM-SHA-256-PLUS PLAIN] [tls-exporter]");
    assert_found(fixture, STREAM "<stream:features><x xmlns='urn:x'/></stream:features>", "example.org",
                 "direct exporter [] []");
}

/* Another name than that of its certificate. */
static void
test_certificate(Fixture *fixture, gconstpointer unused) /* I3 */
{
    assert_found(fixture, STREAM, "example.net", "securing 77 refused");
}

static void
test_hostile(Fixture *fixture, gconstpointer unused) /* I7, I9, I12 */
{
    g_autofree char *flood = g_strnfill(300 * 1024, ' ');
    g_autofree char *late = g_strconcat(STREAM, flood, "<stream:features/></stream:features>", NULL);
    g_autoptr(GString) many = g_string_new(STREAM "<stream:features><mechanisms xmlns='" SASL "'>");
    for (guint i = 0; i < 60; i++)
        g_string_append(many, "<mechanism>X\u202E</mechanism>");
    g_string_append(many, "</mechanisms></stream:features>");
    assert_found(fixture, STREAM "<stream:features><a></stream:features>", "example.org", "open 76");
    assert_found(fixture, STREAM "<stream:features><!DOCTYPE x></stream:features>", "example.org", "open 76");
    assert_found(fixture, STREAM "<stream:features/>", "example.org", "open 76");
    assert_found(fixture, "</stream:features>", "example.org", "open 76");
    assert_found(fixture, "HTTP/1.1 400 Bad Request\r\n\r\n", "example.org", "open 69");
    assert_found(fixture, STREAM, "example.org", "open 69");
    assert_found(fixture, late, "example.org", "open 69");
    fixture->says = many->str;
    g_autoptr(FakeServer) server = fake_server_new("127.0.0.1", serve, fixture);
    start(fixture, server, "example.org");
    while (!fixture->over)
        g_main_context_iteration(NULL, TRUE);
    g_assert_null(strstr(fixture->told, "\u202E"));
    g_assert_cmpuint(strlen(fixture->told), <, 1000);
}

/* Nobody wants to know any more, however far it has got. */
static void
test_given_up(Fixture *fixture, gconstpointer unused)
{
    fixture->says = STREAM "<stream:features/>";
    for (guint turns = 0; turns < 12; turns++) {
        g_autoptr(FakeServer) server = fake_server_new("127.0.0.1", serve, fixture);
        start(fixture, server, "example.org");
        for (guint i = 0; i < turns && !fixture->over; i++)
            g_main_context_iteration(NULL, i < 3);
        g_clear_pointer(&fixture->probe, server_probe_free);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/core/server-probe/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("good", test_good);
    ADD("certificate", test_certificate);
    ADD("hostile", test_hostile);
    ADD("given-up", test_given_up);
    return g_test_run();
}
