/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A login with a token over a real TLS 1.3 connection: the server says nothing before it has heard everything, and
 * everything is said with one answer. It checks the token against the channel by itself. */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "stream_fixture.h"
#include "support/fake_server.h"
#include "xmpp/sasl2.h"

#define TOKEN "secret-token:fast-0123456789"
#define HEADER \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " \
    "from='example.org' id='1' version='1.0'>"
#define FEATURES \
    "<stream:features><authentication xmlns='" NS_SASL2 "'><mechanism>SCRAM-SHA-1</mechanism><inline>" \
    "<bind xmlns='urn:xmpp:bind:0'/><fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-EXPR</mechanism></fast>" \
    "</inline></authentication></stream:features>"

typedef struct Play {
    const Cert *cert;
    const char *answer;  /* between the proof and the end of <success/> */
    bool other_channel;  /* somebody in between: the proof is of the channel on his other side */
    bool token_was_right;
} Play;

static char *
read_until(SSL *ssl, const char *end)
{
    GString *text = g_string_new(NULL);
    char c;

    while (!g_str_has_suffix(text->str, end) && SSL_read(ssl, &c, 1) == 1)
        g_string_append_c(text, c);
    return g_string_free(text, FALSE);
}

/* RFC 9266 */
static void
prove(SSL *ssl, const char *who, bool other_channel, guint8 proof[32])
{
    guint8 channel[32];
    gsize size = 32;
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *) TOKEN, strlen(TOKEN));

    g_assert_cmpint(SSL_export_keying_material(ssl, channel, sizeof channel, "EXPORTER-Channel-Binding", 24,
                                               (const guchar *) "", 0, 1),
                    ==, 1);
    if (other_channel)
        channel[0] ^= 1;
    g_hmac_update(hmac, (const guchar *) who, -1);
    g_hmac_update(hmac, channel, sizeof channel);
    g_hmac_get_digest(hmac, proof, &size);
}

static bool
check_token(SSL *ssl, const char *heard)
{
    const char *start = strstr(heard, "<initial-response>");
    guint8 expected[32];
    gsize length = 0;

    if (!start || !strstr(heard, "mechanism=\"HT-SHA-256-EXPR\""))
        return false;
    start += strlen("<initial-response>");
    g_autofree char *text = g_strndup(start, strcspn(start, "<"));
    g_autofree guchar *message = g_base64_decode(text, &length);
    prove(ssl, "Initiator", false, expected);
    return length == 6 + 32 && memcmp(message, "romeo", 6) == 0 && memcmp(message + 6, expected, 32) == 0;
}

static void
serve(FakeServer *server, int fd, gpointer data)
{
    Play *play = data;
    guint8 proof[32];
    SSL *ssl = fake_tls_accept(fd, play->cert, 0, 0);

    g_assert_nonnull(ssl);
    g_autofree char *heard = read_until(ssl, "</authenticate>"); /* and not a word before */
    play->token_was_right = strstr(heard, "<stream:stream ") && check_token(ssl, heard);
    prove(ssl, "Responder", play->other_channel, proof);
    g_autofree char *encoded = g_base64_encode(proof, sizeof proof);
    g_autofree char *answer = g_strdup_printf(
        HEADER FEATURES "<success xmlns='" NS_SASL2 "'><additional-data>%s</additional-data>"
                        "<authorization-identifier>romeo@example.org/x</authorization-identifier>%s</success>"
                        "<stream:features/>",
        encoded, play->answer);
    SSL_write(ssl, answer, (int) strlen(answer));
    g_autofree char *rest = read_until(ssl, "</stream:stream>");
    fake_tls_free(ssl);
}

static void
run(Play *play, const char *const *events)
{
    StreamFixture fixture;
    g_autoptr(Cert) authority = cert_new_authority("Test Authority");
    g_autoptr(Cert) cert = cert_new(&(CertSpec){ .names = "DNS:example.org" }, authority);
    g_autoptr(Jid) jid = jid_new("romeo@example.org", NULL);
    g_autofree char *ca_file = NULL;
    const int fd = g_file_open_tmp("confab-ca-XXXXXX", &ca_file, NULL);

    close(fd);
    cert_write(authority, ca_file, NULL, NULL);
    play->cert = cert;
    FakeServer *server = fake_server_new("127.0.0.1", serve, play);
    const TransportConfig transport = {
        .host = "127.0.0.1", .port = fake_server_port(server), .tls = TLS_DIRECT, .ca_file = ca_file
    };
    const XmppStreamConfig config = {
        .jid = jid,
        .password = "secret",
        .transport = &transport,
        .sasl_pinned = "SCRAM-SHA-256",
        .sasl_pinned_binding = true,
        .fast_token = TOKEN,
        .fast_mechanism = "HT-SHA-256-EXPR",
        .fast_offer = "1 bind HT-SHA-256-EXPR",
        .user_agent_id = "d4565fa7-4d72-4749-b3d3-740edbf87770",
    };
    fixture_init(&fixture);
    stream_set_sink(fixture.stream, NULL, NULL);
    stream_connect(fixture.stream, &config);
    for (; *events; events++) {
        const char *event;
        do {
            fixture_wait_events(&fixture, 1);
            event = fixture_event(&fixture);
        } while (g_str_has_prefix(event, "phase "));
        assert_has(event, *events);
    }
    fixture_clear(&fixture);
    fake_server_free(server);
    g_remove(ca_file);
    g_assert_true(play->token_was_right);
}

static void
test_bound(void)
{
    static const char *const events[] = { "bound romeo@example.org/x", NULL };
    Play play = { .answer = "<bound xmlns='urn:xmpp:bind:0'/>" };

    run(&play, events);
}

/* I4: it knows the token, and is not where we are connected to. */
static void
test_in_between(void)
{
    static const char *const events[] = { "fast-token", "closed downgrade fatal", NULL };
    Play play = { .answer = "<bound xmlns='urn:xmpp:bind:0'/>", .other_channel = true };

    run(&play, events);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/one-round-trip/bound", test_bound);
    g_test_add_func("/xmpp/one-round-trip/in-between", test_in_between);
    return g_test_run();
}
