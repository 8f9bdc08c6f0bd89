/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I3: which certificates are accepted, through the whole transport against a real TLS server. */
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "certs.h"
#include "fake_server.h"
#include "net/transport.h"
#include "probe.h"

#define EXPORTER_LABEL "EXPORTER-Channel-Binding"

typedef struct Fixture {
    char *directory;
    char *ca_file;
    Cert *authority;
    TlsContext *context;
} Fixture;

/* One server: what it shows, and what it saw. Read after fake_server_free() only. */
typedef struct Host {
    const Cert *cert;
    int max_version;
    guint64 options;
    gsize received;
    char *sni;
    guint8 exporter[32];
    int accepted;
    char client[32]; /* common name of the client certificate */
} Host;

static void
serve_tls(FakeServer *server, int fd, gpointer data)
{
    Host *host = data;
    SSL *ssl = fake_tls_accept(fd, host->cert, host->max_version, host->options);
    if (!ssl)
        return;
    host->accepted++;
    g_free(host->sni);
    host->sni = g_strdup(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
    X509 *client = SSL_get1_peer_certificate(ssl);
    if (client)
        X509_NAME_get_text_by_NID(X509_get_subject_name(client), NID_commonName, host->client, sizeof host->client);
    X509_free(client);
    SSL_export_keying_material(ssl, host->exporter, 32, EXPORTER_LABEL, strlen(EXPORTER_LABEL), (const guint8 *)"", 0,
                               1);
    host->received += fake_tls_echo(ssl);
    fake_tls_free(ssl);
}

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->directory = g_dir_make_tmp("confab-tls-XXXXXX", NULL);
    fixture->ca_file = g_build_filename(fixture->directory, "ca.pem", NULL);
    fixture->authority = cert_new_authority("Test Authority");
    cert_write(fixture->authority, fixture->ca_file, NULL, NULL);
    fixture->context = tls_context_new();
}

static void
remove_file(Fixture *fixture, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
    g_remove(path);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    static const char *const names[] = { "ca.pem", "client.pem", "client.key", "empty.pem" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        remove_file(fixture, names[i]);
    g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
    tls_context_unref(fixture->context);
    cert_free(fixture->authority);
    g_free(fixture->ca_file);
    g_free(fixture->directory);
}

static TransportConfig
config_for(const Fixture *fixture, const FakeServer *server, const char *domain)
{
    return (TransportConfig){
        .domain = domain,
        .host = "127.0.0.1",
        .port = fake_server_port(server),
        .tls = TLS_DIRECT,
        .ca_file = fixture->ca_file,
    };
}

/* A certificate that must be accepted: bytes go both ways. */
static void
accept_certificate(Fixture *fixture, const CertSpec *spec, const char *domain)
{
    g_autoptr(Cert) cert = cert_new(spec, fixture->authority);
    Host host = { .cert = cert };
    FakeServer *server = fake_server_new("127.0.0.1", serve_tls, &host);
    const TransportConfig config = config_for(fixture, server, domain);
    Probe probe;
    probe_init(&probe, fixture->context);
    probe_open(&probe, &config);
    probe_echo(&probe, "<hello/>");
    g_assert_true(transport_is_secure(probe.transport));
    g_assert_true(transport_is_direct(probe.transport));
    g_assert_true(transport_certificate(probe.transport)->trusted);
    g_assert_null(transport_certificate(probe.transport)->problem);
    probe_clear(&probe);
    fake_server_free(server);
    g_assert_cmpuint(host.received, ==, strlen("<hello/>"));
    g_free(host.sni);
}

/* A certificate that must not be: no byte of ours arrives, and people are told why. */
static void
refuse_certificate(Fixture *fixture, const Cert *cert, const char *domain, TlsProblems problems,
                   TransportOutcome outcome)
{
    Host host = { .cert = cert };
    FakeServer *server = fake_server_new("127.0.0.1", serve_tls, &host);
    const TransportConfig config = config_for(fixture, server, domain);
    Probe probe;
    probe_init(&probe, fixture->context);
    probe_run(&probe, &config);
    probe_assert_error(&probe, ERROR_AUTH, domain);
    g_assert_cmpint(transport_outcome(probe.transport), ==, outcome);
    g_assert_cmpint(probe.ready, ==, 0);
    g_assert_false(transport_is_secure(probe.transport));
    const TlsCertificate *shown = transport_certificate(probe.transport);
    g_assert_nonnull(shown);
    g_assert_false(shown->trusted);
    g_assert_cmphex(shown->problems, ==, problems);
    g_assert_nonnull(shown->problem);
    g_assert_nonnull(strstr(probe.error->message, shown->problem));
    g_autofree char *fingerprint = cert_fingerprint(cert);
    g_assert_cmpstr(shown->fingerprint, ==, fingerprint);
    probe_clear(&probe);
    fake_server_free(server);
    g_assert_cmpuint(host.received, ==, 0);
    g_free(host.sni);
}

static void
refuse(Fixture *fixture, const CertSpec *spec, const char *domain, TlsProblems problems, TransportOutcome outcome)
{
    g_autoptr(Cert) cert = cert_new(spec, fixture->authority);
    refuse_certificate(fixture, cert, domain, problems, outcome);
}

static void
test_accepted(Fixture *fixture, gconstpointer unused)
{
    static const char *const names[] = {
        "DNS:example.org",
        "DNS:other.example,DNS:EXAMPLE.org",
        "otherName:1.3.6.1.5.5.7.8.5;UTF8:example.org",
        "otherName:1.3.6.1.5.5.7.8.7;IA5:_xmpp-client.example.org",
        "otherName:1.3.6.1.5.5.7.8.7;IA5:_xmpps-client.example.org",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        accept_certificate(fixture, &(CertSpec){ .names = names[i] }, "example.org");
    accept_certificate(fixture, &(CertSpec){ .names = "DNS:*.example.org" }, "chat.example.org");
    accept_certificate(fixture, &(CertSpec){ .names = "DNS:xn--bcher-kva.example" }, "bücher.example");
    accept_certificate(fixture, &(CertSpec){ .xmpp_name = "bücher.example" }, "bücher.example");
    accept_certificate(fixture, &(CertSpec){ .names = "IP:127.0.0.1" }, "127.0.0.1");
    accept_certificate(fixture, &(CertSpec){ .names = "DNS:localhost" }, "localhost");
    accept_certificate(fixture, &(CertSpec){ .names = "DNS:example.org", .purpose = "" }, "example.org");
    accept_certificate(fixture, &(CertSpec){ .names = "DNS:example.org", .rsa_bits = 2048 }, "example.org");
}

static void
test_names(Fixture *fixture, gconstpointer unused)
{
    static const struct {
        CertSpec spec;
        const char *domain;
    } cases[] = {
        { { .names = "DNS:other.example" }, "example.org" },
        { { .common_name = "example.org" }, "example.org" }, /* CN never */
        { { .common_name = "example.org", .names = "DNS:other.example" }, "example.org" },
        { { .names = "DNS:127.0.0.1,IP:127.0.0.1" }, "example.org" }, /* never the connected host */
        { { .names = "DNS:c*.example.org" }, "chat.example.org" },
        { { .names = "DNS:*.org" }, "example.org" },
        { { .names = "DNS:*" }, "example.org" },
        { { .names = "DNS:*.example.org" }, "a.chat.example.org" },
        { { .names = "DNS:*.example.org" }, "example.org" },
        { { .names = "otherName:1.3.6.1.5.5.7.8.7;IA5:_xmpp-server.example.org" }, "example.org" },
        { { .names = "otherName:1.3.6.1.5.5.7.8.5;UTF8:alice@example.org" }, "example.org" },
        { { .names = "URI:xmpp:example.org,email:x@example.org" }, "example.org" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        refuse(fixture, &cases[i].spec, cases[i].domain, TLS_PROBLEM_WRONG_NAME, TRANSPORT_CERTIFICATE_UNKNOWN);
}

static void
test_faults(Fixture *fixture, gconstpointer unused)
{
    const char *name = "DNS:example.org";
    const char *domain = "example.org";
    const TransportOutcome unknown = TRANSPORT_CERTIFICATE_UNKNOWN;
    refuse(fixture, &(CertSpec){ .names = name, .first_day = -30, .last_day = -1 }, domain, TLS_PROBLEM_EXPIRED,
           unknown);
    refuse(fixture, &(CertSpec){ .names = name, .first_day = 1, .last_day = 30 }, domain, TLS_PROBLEM_NOT_YET_VALID,
           unknown);
    refuse(fixture, &(CertSpec){ .names = name, .authority = true }, domain, TLS_PROBLEM_AUTHORITY, unknown);
    refuse(fixture, &(CertSpec){ .names = name, .purpose = "clientAuth" }, domain, TLS_PROBLEM_WRONG_PURPOSE, unknown);
    refuse(fixture, &(CertSpec){ .names = name, .sha1 = true }, domain, TLS_PROBLEM_WEAK_SIGNATURE, unknown);
    refuse(fixture, &(CertSpec){ .names = name, .rsa_bits = 1024 }, domain, TLS_PROBLEM_WEAK_KEY,
           TRANSPORT_CERTIFICATE_REFUSED);
    refuse(fixture, &(CertSpec){ .names = "DNS:other.example", .first_day = -30, .last_day = -1 }, domain,
           TLS_PROBLEM_EXPIRED | TLS_PROBLEM_WRONG_NAME, unknown);
    g_autoptr(Cert) alone = cert_new(&(CertSpec){ .names = name }, NULL);
    refuse_certificate(fixture, alone, domain, TLS_PROBLEM_SELF_SIGNED, unknown);
    g_autoptr(Cert) stranger = cert_new_authority("Stranger");
    g_autoptr(Cert) strange = cert_new(&(CertSpec){ .names = name }, stranger);
    refuse_certificate(fixture, strange, domain, TLS_PROBLEM_UNTRUSTED, unknown);
}

/* What `openssl req -x509` makes is marked as an authority: accepted when the CA file holds just it, and only for its own name and
 * time; another authority's certificate in the file does not become a server's by that. */
static void
test_self_signed_in_ca_file(Fixture *fixture, gconstpointer unused)
{
    const CertSpec specs[] = {
        { .common_name = "localhost", .names = "DNS:example.org", .purpose = "", .authority = true },
        { .common_name = "localhost", .names = "DNS:other.example", .purpose = "", .authority = true },
        { .names = "DNS:example.org", .purpose = "", .first_day = -9, .last_day = -1, .authority = true },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(specs); i++) {
        g_autoptr(Cert) cert = cert_new(&specs[i], NULL);
        cert_write(cert, fixture->ca_file, NULL, NULL);
        Host host = { .cert = cert };
        FakeServer *server = fake_server_new("127.0.0.1", serve_tls, &host);
        const TransportConfig config = config_for(fixture, server, "example.org");
        Probe probe;
        probe_init(&probe, fixture->context);
        if (i == 0) {
            probe_open(&probe, &config);
            probe_echo(&probe, "<hello/>");
        } else {
            probe_run(&probe, &config);
            g_assert_cmpint(transport_outcome(probe.transport), ==, TRANSPORT_CERTIFICATE_UNKNOWN);
        }
        probe_clear(&probe);
        fake_server_free(server);
        g_assert_cmpuint(host.received, ==, i == 0 ? strlen("<hello/>") : 0);
        g_free(host.sni);
    }
}

/* A leaf must not act as an authority. */
static void
test_leaf_as_issuer(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(Cert) leaf =
        cert_new(&(CertSpec){ .common_name = "leaf", .names = "DNS:leaf.example" }, fixture->authority);
    g_autoptr(Cert) cert = cert_new(&(CertSpec){ .names = "DNS:example.org" }, leaf);
    refuse_certificate(fixture, cert, "example.org", TLS_PROBLEM_UNTRUSTED, TRANSPORT_CERTIFICATE_UNKNOWN);
}

/* I12: what a stranger wrote into a certificate is harmless when it is shown. */
static void
test_hostile_text(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(Cert) cert = cert_new(&(CertSpec){ .common_name = "\033]0;owned\007%s%n\u202e",
                                                 .names = "DNS:\033[2Jx,otherName:1.3.6.1.5.5.7.8.5;UTF8:a\033b" },
                                    NULL);
    Host host = { .cert = cert };
    FakeServer *server = fake_server_new("127.0.0.1", serve_tls, &host);
    const TransportConfig config = config_for(fixture, server, "example.org");
    Probe probe;
    probe_init(&probe, fixture->context);
    probe_run(&probe, &config);
    const TlsCertificate *shown = transport_certificate(probe.transport);
    g_autofree char *names = g_strjoinv(" ", shown->names);
    g_autofree char *all =
        g_strconcat(shown->subject, shown->issuer, names, shown->problem, probe.error->message, NULL);
    g_test_message("%s", all);
    for (const char *c = all; *c != '\0'; c++)
        g_assert_true((guchar)*c >= 0x20 && *c != 0x7f);
    g_assert_null(strstr(all, "\u202e"));
    g_assert_nonnull(strstr(all, "%s%n"));
    probe_clear(&probe);
    fake_server_free(server);
}

static void
test_description(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(Cert) cert =
        cert_new(&(CertSpec){ .common_name = "Some Server",
                              .names = "DNS:example.org,IP:127.0.0.1,otherName:1.3.6.1.5.5.7.8.5;UTF8:example.org",
                              .rsa_bits = 2048 },
                 fixture->authority);
    Host host = { .cert = cert };
    g_autoptr(FakeServer) server = fake_server_new("127.0.0.1", serve_tls, &host);
    const TransportConfig config = config_for(fixture, server, "example.org");
    Probe probe;
    probe_init(&probe, fixture->context);
    probe_open(&probe, &config);
    const TlsCertificate *shown = transport_certificate(probe.transport);
    g_autofree char *names = g_strjoinv(" ", shown->names);
    g_assert_cmpstr(names, ==, "example.org 127.0.0.1 example.org");
    g_assert_cmpstr(shown->subject, ==, "CN = Some Server");
    g_assert_cmpstr(shown->issuer, ==, "CN = Test Authority");
    g_assert_cmpstr(shown->key, ==, "RSA 2048");
    g_assert_cmpint((shown->not_after - shown->not_before) / G_USEC_PER_SEC, ==, 31 * 24 * 3600);
    g_assert_cmpint(shown->not_before, <, g_get_real_time());
    g_assert_true(g_str_has_prefix(transport_tls_summary(probe.transport), "TLSv1.3 TLS_"));
    probe_assert_phases(&probe, "connecting securing open");
    probe_clear(&probe);
    fake_server_free(g_steal_pointer(&server));
    g_assert_cmpstr(host.sni, ==, "example.org"); /* the account's domain, not 127.0.0.1 */
    g_free(host.sni);
}

static void
test_trust_then_pin(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(Cert) first =
        cert_new(&(CertSpec){ .names = "DNS:elsewhere", .first_day = -9, .last_day = -1, .authority = true }, NULL);
    g_autoptr(Cert) other = cert_new(&(CertSpec){ .names = "DNS:example.org" }, fixture->authority);
    g_autofree char *fingerprint = cert_fingerprint(first);
    g_autofree char *pretty = text_fingerprint(fingerprint);
    g_autofree char *another = cert_fingerprint(other);
    Host host = { .cert = first };
    FakeServer *server = fake_server_new("127.0.0.1", serve_tls, &host);
    TransportConfig config = config_for(fixture, server, "example.org");
    Probe probe;
    probe_init(&probe, fixture->context);
    probe_run(&probe, &config);
    g_assert_cmpint(transport_outcome(probe.transport), ==, TRANSPORT_CERTIFICATE_UNKNOWN);
    g_assert_cmpstr(transport_certificate(probe.transport)->fingerprint, ==, fingerprint);
    config.trusted_once = another;
    probe_run(&probe, &config);
    g_assert_cmpint(transport_outcome(probe.transport), ==, TRANSPORT_CERTIFICATE_UNKNOWN);
    config.trusted_once = fingerprint;
    probe_open(&probe, &config);
    g_assert_true(transport_is_secure(probe.transport));
    g_assert_nonnull(transport_certificate(probe.transport)->problem); /* people still see what is wrong with it */
    probe_echo(&probe, "once");
    transport_close(probe.transport);
    config.trusted_once = NULL;
    config.pin = pretty; /* colons and capitals are fine */
    probe_open(&probe, &config);
    probe_echo(&probe, "pinned");
    transport_close(probe.transport);
    fake_server_free(server);

    /* Another certificate, and a perfect one at that: an alarm. Trusting it once does not help. */
    host.cert = other;
    server = fake_server_new("127.0.0.1", serve_tls, &host);
    config.port = fake_server_port(server);
    for (int i = 0; i < 2; i++) {
        probe_run(&probe, &config);
        g_assert_cmpint(transport_outcome(probe.transport), ==, TRANSPORT_PIN_MISMATCH);
        probe_assert_error(&probe, ERROR_AUTH, "CHANGED");
        g_assert_true(transport_certificate(probe.transport)->problems & TLS_PROBLEM_PIN);
        config.trusted_once = another;
    }
    config.pin = "no fingerprint";
    probe_run(&probe, &config);
    probe_assert_error(&probe, ERROR_CONFIG, "pin");
    probe_clear(&probe);
    fake_server_free(server);
    g_free(host.sni);
}

static void
test_weak_key_is_never_pinned(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(Cert) cert = cert_new(&(CertSpec){ .names = "DNS:example.org", .rsa_bits = 1024 }, NULL);
    g_autofree char *fingerprint = cert_fingerprint(cert);
    Host host = { .cert = cert };
    g_autoptr(FakeServer) server = fake_server_new("127.0.0.1", serve_tls, &host);
    TransportConfig config = config_for(fixture, server, "example.org");
    Probe probe;
    probe_init(&probe, fixture->context);
    config.pin = config.trusted_once = fingerprint;
    probe_run(&probe, &config);
    g_assert_cmpint(transport_outcome(probe.transport), ==, TRANSPORT_CERTIFICATE_REFUSED);
    probe_clear(&probe);
}

/* What OpenSSL already refuses to shake hands with. */
static void
check_no_handshake(Fixture *fixture, const CertSpec *spec, int version, const char *says)
{
    g_autoptr(Cert) cert = cert_new(spec, fixture->authority);
    Host host = { .cert = cert, .max_version = version };
    FakeServer *server = fake_server_new("127.0.0.1", serve_tls, &host);
    const TransportConfig config = config_for(fixture, server, "example.org");
    Probe probe;
    probe_init(&probe, fixture->context);
    probe_run(&probe, &config);
    g_assert_cmpint(transport_outcome(probe.transport), ==, TRANSPORT_HANDSHAKE_FAILED);
    probe_assert_error(&probe, ERROR_UNREACHABLE, says);
    probe_clear(&probe);
    fake_server_free(server);
    g_assert_cmpint(host.accepted, ==, 0);
}

static void
test_no_handshake(Fixture *fixture, gconstpointer unused)
{
    const CertSpec good = { .names = "DNS:example.org" };
    const CertSpec weak_curve = { .names = "DNS:example.org", .curve = NID_X9_62_prime192v1 };
    check_no_handshake(fixture, &good, TLS1_1_VERSION, "no TLS 1.2 or newer");
    check_no_handshake(fixture, &good, TLS1_VERSION, "no TLS 1.2 or newer");
    check_no_handshake(fixture, &weak_curve, 0, "no TLS with");
}

static void
check_bindings(Fixture *fixture, int version, const CertSpec *spec, GChecksumType hash)
{
    g_autoptr(Cert) cert = cert_new(spec, fixture->authority);
    Host host = { .cert = cert, .max_version = version };
    FakeServer *server = fake_server_new("127.0.0.1", serve_tls, &host);
    const TransportConfig config = config_for(fixture, server, "example.org");
    Probe probe;
    probe_init(&probe, fixture->context);
    g_assert_null(transport_channel_binding(probe.transport, TLS_BINDING_EXPORTER));
    probe_open(&probe, &config);
    probe_echo(&probe, "x");
    g_autoptr(GBytes) exporter = transport_channel_binding(probe.transport, TLS_BINDING_EXPORTER);
    g_autoptr(GBytes) end_point = transport_channel_binding(probe.transport, TLS_BINDING_SERVER_END_POINT);
    probe_clear(&probe);
    fake_server_free(server);
    g_assert_nonnull(exporter);
    g_assert_cmpmem(g_bytes_get_data(exporter, NULL), g_bytes_get_size(exporter), host.exporter, sizeof host.exporter);
    unsigned char *der = NULL;
    const int length = i2d_X509(cert->x509, &der);
    g_autoptr(GChecksum) checksum = g_checksum_new(hash);
    guint8 digest[64];
    gsize size = sizeof digest;
    g_checksum_update(checksum, der, length);
    g_checksum_get_digest(checksum, digest, &size);
    OPENSSL_free(der);
    g_assert_cmpmem(g_bytes_get_data(end_point, NULL), g_bytes_get_size(end_point), digest, size);
    g_free(host.sni);
}

static void
test_bindings(Fixture *fixture, gconstpointer unused)
{
    g_assert_cmpstr(tls_binding_name(TLS_BINDING_EXPORTER), ==, "tls-exporter");
    check_bindings(fixture, TLS1_3_VERSION, &(CertSpec){ .names = "DNS:example.org" }, G_CHECKSUM_SHA256);
    check_bindings(fixture, TLS1_2_VERSION, &(CertSpec){ .names = "DNS:example.org", .rsa_bits = 2048 },
                   G_CHECKSUM_SHA256);
}

/* Before TLS 1.3 the exporter binds nothing without the extended master secret. */
static void
test_no_bindings(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(Cert) cert = cert_new(&(CertSpec){ .names = "DNS:example.org" }, fixture->authority);
    Host host = { .cert = cert, .max_version = TLS1_2_VERSION, .options = SSL_OP_NO_EXTENDED_MASTER_SECRET };
    FakeServer *server = fake_server_new("127.0.0.1", serve_tls, &host);
    const TransportConfig config = config_for(fixture, server, "example.org");
    Probe probe;
    probe_init(&probe, fixture->context);
    probe_open(&probe, &config);
    g_assert_null(transport_channel_binding(probe.transport, TLS_BINDING_EXPORTER));
    g_autoptr(GBytes) end_point = transport_channel_binding(probe.transport, TLS_BINDING_SERVER_END_POINT);
    g_assert_nonnull(end_point);
    g_assert_true(g_str_has_prefix(transport_tls_summary(probe.transport), "TLSv1.2 "));
    probe_clear(&probe);
    fake_server_free(server);
    g_free(host.sni);
}

/* Without a server certificate's trust no client certificate is shown, and a bad file is said at once. */
static void
test_client_certificate(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(Cert) client =
        cert_new(&(CertSpec){ .common_name = "alice", .purpose = "clientAuth" }, fixture->authority);
    g_autoptr(Cert) cert = cert_new(&(CertSpec){ .names = "DNS:example.org" }, fixture->authority);
    g_autofree char *file = g_build_filename(fixture->directory, "client.pem", NULL);
    g_autofree char *key = g_build_filename(fixture->directory, "client.key", NULL);
    g_autofree char *empty = g_build_filename(fixture->directory, "empty.pem", NULL);
    cert_write(client, file, key, "sesame");
    g_assert_true(g_file_set_contents(empty, "nothing\n", -1, NULL));
    Host host = { .cert = cert };
    g_autoptr(FakeServer) server = fake_server_new("127.0.0.1", serve_tls, &host);
    TransportConfig config = config_for(fixture, server, "example.org");
    Probe probe;
    probe_init(&probe, fixture->context);
    config.client_certificate = file;
    config.client_key = key;
    config.key_passphrase = "sesame";
    probe_open(&probe, &config);
    probe_echo(&probe, "x");
    transport_close(probe.transport);
    config.key_passphrase = "wrong";
    probe_run(&probe, &config);
    probe_assert_error(&probe, ERROR_CONFIG, "passphrase");
    config.key_passphrase = NULL; /* never asked for on the terminal */
    probe_run(&probe, &config);
    probe_assert_error(&probe, ERROR_CONFIG, "passphrase");
    config.client_certificate = empty;
    probe_run(&probe, &config);
    probe_assert_error(&probe, ERROR_CONFIG, "client-certificate");
    config.client_certificate = NULL;
    config.ca_file = empty;
    probe_run(&probe, &config);
    g_assert_cmpint(transport_outcome(probe.transport), ==, TRANSPORT_BAD_CONFIG);
    probe_assert_error(&probe, ERROR_CONFIG, "ca-file");
    probe_clear(&probe);
    fake_server_free(g_steal_pointer(&server));
    g_assert_cmpstr(host.client, ==, "alice");
    g_free(host.sni);
}

/* The store is read once, and again when the file has changed. */
static void
test_changed_ca_file(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(Cert) stranger = cert_new_authority("Stranger");
    g_autoptr(Cert) cert = cert_new(&(CertSpec){ .names = "DNS:example.org" }, stranger);
    Host host = { .cert = cert };
    FakeServer *server = fake_server_new("127.0.0.1", serve_tls, &host);
    const TransportConfig config = config_for(fixture, server, "example.org");
    Probe probe;
    probe_init(&probe, fixture->context);
    probe_run(&probe, &config);
    g_assert_cmpint(transport_outcome(probe.transport), ==, TRANSPORT_CERTIFICATE_UNKNOWN);
    g_remove(fixture->ca_file);
    cert_write(stranger, fixture->ca_file, NULL, NULL);
    probe_open(&probe, &config);
    probe_echo(&probe, "x");
    probe_clear(&probe);
    fake_server_free(server);
    g_free(host.sni);
}

static void
test_fingerprints(void)
{
    static const char hex[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    g_autofree char *shown = text_fingerprint(hex);
    g_assert_true(g_str_has_prefix(shown, "00:11:22:"));
    g_autofree char *parsed = tls_fingerprint_parse(shown);
    g_assert_cmpstr(parsed, ==, hex);
    g_assert_null(tls_fingerprint_parse(""));
    g_assert_null(tls_fingerprint_parse("00"));
    g_assert_null(tls_fingerprint_parse("zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
    g_autofree char *longer = g_strconcat(hex, "0", NULL);
    g_assert_null(tls_fingerprint_parse(longer));
}

#define ADD(path, test) g_test_add("/net/tls/" path, Fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/tls/fingerprints", test_fingerprints);
    ADD("accepted", test_accepted);
    ADD("self-signed-in-ca-file", test_self_signed_in_ca_file);
    ADD("wrong-names", test_names);
    ADD("faults", test_faults);
    ADD("leaf-as-issuer", test_leaf_as_issuer);
    ADD("hostile-text", test_hostile_text);
    ADD("description", test_description);
    ADD("trust-once-then-pin-then-changed", test_trust_then_pin);
    ADD("weak-key-is-never-pinned", test_weak_key_is_never_pinned);
    ADD("old-tls-and-weak-curves", test_no_handshake);
    ADD("channel-bindings", test_bindings);
    ADD("no-exporter-without-extended-master-secret", test_no_bindings);
    ADD("client-certificate", test_client_certificate);
    ADD("changed-ca-file", test_changed_ca_file);
    return g_test_run();
}
