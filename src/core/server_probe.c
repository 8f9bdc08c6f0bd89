/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/server_probe.h"

#include <string.h>

#include <gio/gio.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "net/preamble.h"
#include "xmpp/stanza.h"
#include "xmpp/stanza_text.h"

enum {
    FEATURES_BYTES = 64 * 1024, /* I9 */
    FEATURES_MS = 10000,        /* until they are there */
    WORDS_MAX = 50,             /* of one list */
};

#define FEATURES_START "<stream:features"
#define FEATURES_END "</stream:features>"
#define FEATURES_NONE "<stream:features/>"
#define NS_SASL2 "urn:xmpp:sasl:2"

struct ServerProbe {
    Transport *transport;
    char *domain;
    ProbeDone done;
    gpointer data;
    gint64 started; /* monotonic */
    GSocket *hop;
    GSource *writable;
    GString *heard;
    TransportPhase phase;
    guint source; /* the deadline of the features, or the end from the loop */
    bool over;
};

static void
add_words(GPtrArray *words, xmpp_stanza_t *parent, const char *name, const char *ns, const char *attribute)
{
    xmpp_stanza_t *child = parent != NULL ? stanza_child(parent, name, ns) : NULL;
    for (; child != NULL && words->len < WORDS_MAX; child = stanza_next(child, name, ns)) {
        const char *value = attribute != NULL ? stanza_attribute(child, attribute) : NULL;
        g_autofree char *text = attribute != NULL ? g_strdup(value != NULL ? value : "") : stanza_text(child);
        g_ptr_array_add(words, text_clean(text, -1, TEXT_STRICT));
    }
}

/* The element among what was heard; NULL: it is not, or is not XML. */
static xmpp_stanza_t *
find_features(const ServerProbe *probe, xmpp_ctx_t *ctx)
{
    const char *start = strstr(probe->heard->str, FEATURES_START);
    const char *end = start != NULL ? strstr(start, FEATURES_END) : NULL;
    if (end == NULL)
        return NULL;
    g_autofree char *xml = g_strndup(start, (gsize) (end - start) + strlen(FEATURES_END));
    return stanza_from_text(ctx, xml, NULL);
}

/* Tells what was found. */
static void
end(ServerProbe *probe, const GError *error)
{
    if (probe->over)
        return;
    probe->over = true;
    g_autoptr(GPtrArray) mechanisms = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) bindings = g_ptr_array_new_with_free_func(g_free);
    xmpp_ctx_t *ctx = xmpp_ctx_new(NULL, NULL);
    xmpp_stanza_t *features = error == NULL ? find_features(probe, ctx) : NULL;
    g_autoptr(GBytes) exporter = transport_channel_binding(probe->transport, TLS_BINDING_EXPORTER);
    g_autoptr(GBytes) end_point = transport_channel_binding(probe->transport, TLS_BINDING_SERVER_END_POINT);
    g_autoptr(GError) no_xml = NULL;
    bool sasl2 = false;
    if (features != NULL) {
        add_words(mechanisms, stanza_child(features, "mechanisms", NS_SASL), "mechanism", NS_SASL, NULL);
        add_words(bindings, stanza_child(features, "sasl-channel-binding", NS_SASL_BINDINGS), "channel-binding",
                  NS_SASL_BINDINGS, "type");
        sasl2 = stanza_child(features, "authentication", NS_SASL2) != NULL;
        xmpp_stanza_release(features);
    } else if (error == NULL) {
        no_xml = g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, _("the server does not say what it offers"));
        error = no_xml;
    }
    xmpp_ctx_free(ctx);
    g_ptr_array_add(mechanisms, NULL);
    g_ptr_array_add(bindings, NULL);
    const ProbeFindings findings = {
        .error = error,
        .phase = probe->phase,
        .milliseconds = (g_get_monotonic_time() - probe->started) / 1000,
        .is_direct = transport_is_direct(probe->transport),
        .tls = transport_tls_summary(probe->transport),
        .certificate = transport_certificate(probe->transport),
        .has_exporter = exporter != NULL,
        .has_end_point = end_point != NULL,
        .mechanisms = (const char *const *) mechanisms->pdata,
        .bindings = (const char *const *) bindings->pdata,
        .offers_sasl2 = sasl2,
    };
    probe->done(probe, &findings, probe->data);
}

static gboolean
on_all_heard(gpointer data)
{
    ServerProbe *probe = data;
    probe->source = 0;
    end(probe, NULL);
    return G_SOURCE_REMOVE;
}

static gboolean
on_silence(gpointer data)
{
    ServerProbe *probe = data;
    probe->source = 0;
    g_autoptr(GError) error =
        g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the server says nothing on the secured connection"));
    end(probe, error);
    return G_SOURCE_REMOVE;
}

/* The hop is connected: the stream's header goes out. */
static gboolean
on_writable(GSocket *socket, GIOCondition condition, gpointer data)
{
    ServerProbe *probe = data;
    g_autoptr(Preamble) preamble = preamble_new(probe->domain);
    const char *header = preamble_header(preamble);
    /* It fits the empty buffer of a fresh socket; if it does not, the deadline tells. */
    (void) !g_socket_send(socket, header, strlen(header), NULL, NULL);
    g_clear_pointer(&probe->writable, g_source_unref);
    return G_SOURCE_REMOVE;
}

static void
on_phase(Transport *transport, TransportPhase phase, const char *detail, gpointer data)
{
    ServerProbe *probe = data;
    if (phase != TRANSPORT_CLOSED)
        probe->phase = phase;
}

static void
on_ready(Transport *transport, gpointer data)
{
    ServerProbe *probe = data;
    g_autoptr(GInetAddress) host = g_inet_address_new_from_string(transport_hop_host(transport));
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(host, transport_hop_port(transport));
    probe->hop = g_socket_new(g_socket_address_get_family(address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr(GError) error = NULL;
    if (probe->hop != NULL && transport_claim_socket(transport, g_socket_get_fd(probe->hop))) {
        g_socket_set_blocking(probe->hop, FALSE);
        if (!g_socket_connect(probe->hop, address, NULL, &error) &&
            !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PENDING))
            return; /* the transport gives an unused hop up, and tells */
        probe->writable = g_socket_create_source(probe->hop, G_IO_OUT, NULL);
        g_source_set_callback(probe->writable, G_SOURCE_FUNC(on_writable), probe, NULL);
        g_source_attach(probe->writable, NULL);
    }
    probe->source = g_timeout_add(FEATURES_MS, on_silence, probe);
}

static void
on_closed(Transport *transport, const GError *error, gpointer data)
{
    g_autoptr(GError) ended = NULL;
    if (error == NULL)
        ended = g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the server has closed the connection"));
    end(data, error != NULL ? error : ended);
}

/* The transport is busy here. */
static gsize
on_bytes(Transport *transport, const guint8 *bytes, gsize length, gpointer data)
{
    ServerProbe *probe = data;
    if (probe->heard->len + length > FEATURES_BYTES)
        return length;
    g_string_append_len(probe->heard, (const char *) bytes, (gssize) length);
    if (strstr(probe->heard->str, FEATURES_END) != NULL || strstr(probe->heard->str, FEATURES_NONE) != NULL) {
        g_clear_handle_id(&probe->source, g_source_remove);
        probe->source = g_idle_add_full(G_PRIORITY_DEFAULT, on_all_heard, probe, NULL);
    }
    return length;
}

static const TransportEvents events = {
    .on_phase = on_phase,
    .on_ready = on_ready,
    .on_closed = on_closed,
    .on_bytes = on_bytes,
};

ServerProbe *
server_probe_new(TlsContext *tls, const TransportConfig *config, ProbeDone done, gpointer data)
{
    ServerProbe *probe = g_new0(ServerProbe, 1);
    probe->domain = g_strdup(config->domain);
    probe->done = done;
    probe->data = data;
    probe->heard = g_string_new(NULL);
    probe->started = g_get_monotonic_time();
    probe->transport = transport_new(tls, &events, probe);
    transport_start(probe->transport, config);
    return probe;
}

void
server_probe_free(ServerProbe *probe)
{
    if (probe == NULL)
        return;
    g_clear_handle_id(&probe->source, g_source_remove);
    if (probe->writable != NULL) {
        g_source_destroy(probe->writable);
        g_source_unref(probe->writable);
    }
    transport_free(probe->transport);
    g_clear_object(&probe->hop);
    g_string_free(probe->heard, TRUE);
    g_free(probe->domain);
    g_free(probe);
}
