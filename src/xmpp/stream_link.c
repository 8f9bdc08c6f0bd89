/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/stream_link.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "xmpp/stanza.h"
#include "xmpp/stanza_text.h"
#include "xmpp/stream_source.h"
#include "xmpp/xml_guard.h"
#include "xmpp/xml_redact.h"

struct StreamLink {
    StreamLinkEvents events;
    gpointer data;
    TlsContext *tls; /* keeps the authorities from one connection to the next */
    StreamContext *context;
    Transport *transport; /* kept after the end: it knows the certificate */
    StreamSource *source; /* while the hop is connected */
    XmlGuard guard;
    guint throttled; /* idle source: the guard holds bytes back until the parser has caught up */
    guint64 bytes_received;
    gsize tag; /* bytes since the last tag began */
    guint stanza_limit;
    char *domain;
    bool clear_text; /* the user allowed it */
    bool client_certificate;

    StreamSink sink;
    XmppStream *sink_stream;
    gpointer sink_data;
    GBytes *sink_binding;

    StreamTap tap;
    XmppStream *tap_stream;
    gpointer tap_data;
};

/* --- the tap --- */

static void
tap_element(const StreamLink *link, bool outgoing, xmpp_stanza_t *element)
{
    if (!link->tap)
        return;
    xmpp_stanza_t *shown = xml_redact(element);
    g_autofree char *xml = stanza_to_xml(shown);
    link->tap(link->tap_stream, outgoing, shown, xml, link->tap_data);
    xmpp_stanza_release(shown);
}

static void
tap_text(const StreamLink *link, const char *sent)
{
    if (!link->tap)
        return;
    xmpp_stanza_t *element = stanza_from_text(stream_link_ctx(link), sent, NULL);
    if (element) {
        tap_element(link, true, element);
        xmpp_stanza_release(element);
        return;
    }
    g_autofree char *shown = log_redact(sent);
    link->tap(link->tap_stream, true, NULL, shown, link->tap_data);
}

static void
take_element(StreamLink *link, xmpp_stanza_t *element)
{
    tap_element(link, false, element);
    link->events.on_element(element, link->data);
}

static void
end_with(StreamLink *link, ErrorCode code, const char *words)
{
    link->events.on_ended(XMPP_CLOSE_NETWORK, false, g_error_new_literal(CONFAB_ERROR, code, words),
                          link->data);
}

/* What the guard refuses ends the stream before the parser or anybody else has seen it (I7, I9). */
static void
refuse(StreamLink *link, XmlGuardVerdict verdict)
{
    g_autofree char *text = g_strdup_printf("<stream:error><%s xmlns='" NS_STREAM_ERRORS
                                            "'/></stream:error></stream:stream>",
                                            xml_guard_condition(verdict));

    stream_link_send_text(link, text);
    end_with(link, ERROR_PROTOCOL, xml_guard_words(verdict));
}

/* --- libstrophe above --- */

static bool
on_source_socket(int fd, gpointer data)
{
    StreamLink *link = data;

    return transport_claim_socket(link->transport, fd);
}

static void
on_source_connected(gpointer data)
{
    StreamLink *link = data;

    link->events.on_connected(link->data);
}

static void
on_source_opened(gpointer data)
{
    StreamLink *link = data;

    link->events.on_opened(link->data);
}

static void
on_source_element(xmpp_stanza_t *element, gpointer data)
{
    take_element(data, element);
}

static void
on_source_ended(bool cut, gpointer data)
{
    StreamLink *link = data;

    if (cut)
        return; /* the transport knows more, and tells it next */
    if (xml_guard_is_closed(&link->guard)) {
        end_with(link, ERROR_UNREACHABLE, _("the server has closed the session"));
        return;
    }
    stream_link_send_text(link, "</stream:stream>");
    end_with(link, ERROR_PROTOCOL,
             _("the server sent malformed XML: the connection was ended")); /* I7 */
}

static void
on_source_enter(gpointer data)
{
    StreamLink *link = data;

    link->events.on_enter(link->data);
}

static void
on_source_leave(gpointer data)
{
    StreamLink *link = data;

    link->events.on_leave(link->data);
}

static const StreamSourceEvents source_events = {
    .on_socket = on_source_socket,
    .on_connected = on_source_connected,
    .on_opened = on_source_opened,
    .on_element = on_source_element,
    .on_ended = on_source_ended,
    .on_enter = on_source_enter,
    .on_leave = on_source_leave,
};

/* --- the transport below --- */

static void
on_transport_phase(Transport *transport, TransportPhase phase, const char *detail, gpointer data)
{
    StreamLink *link = data;
    XmppPhase now = XMPP_PHASE_SECURING;

    if (phase == TRANSPORT_OPEN || phase == TRANSPORT_CLOSED)
        return;
    if (phase == TRANSPORT_RESOLVING)
        now = XMPP_PHASE_RESOLVING;
    else if (phase == TRANSPORT_CONNECTING)
        now = XMPP_PHASE_CONNECTING;
    link->events.on_enter(link->data);
    link->events.on_phase(now, detail, link->data);
    link->events.on_leave(link->data);
}

static void
on_transport_ready(Transport *transport, gpointer data)
{
    StreamLink *link = data;

    link->events.on_enter(link->data);
    xml_guard_init(&link->guard, link->stanza_limit);
    link->source = stream_source_new(link->context, link->domain, transport_hop_host(transport),
                                     transport_hop_port(transport), &source_events, link);
    if (link->source)
        link->events.on_phase(XMPP_PHASE_OPENING, NULL, link->data);
    else
        end_with(link, ERROR_INTERNAL,
                 _("the local connection failed: close some files or programs and try again"));
    link->events.on_leave(link->data);
}

static void
on_transport_closed(Transport *transport, const GError *error, gpointer data)
{
    StreamLink *link = data;
    XmppCloseReason reason = XMPP_CLOSE_NETWORK;
    bool fatal = false;

    switch (transport_outcome(transport)) {
    case TRANSPORT_CERTIFICATE_UNKNOWN:
    case TRANSPORT_CERTIFICATE_REFUSED:
    case TRANSPORT_PIN_MISMATCH:
        reason = XMPP_CLOSE_CERTIFICATE;
        fatal = true;
        break;
    case TRANSPORT_BAD_CONFIG:
        fatal = true;
        break;
    default:
        break;
    }
    link->events.on_enter(link->data);
    if (error)
        link->events.on_ended(reason, fatal, g_error_copy(error), link->data);
    else
        end_with(link, ERROR_UNREACHABLE, _("the server has closed the session"));
    link->events.on_leave(link->data);
}

/* The parser and everybody else had their turn. */
static gboolean
on_caught_up(gpointer data)
{
    StreamLink *link = data;

    link->throttled = 0;
    xml_guard_next_turn(&link->guard);
    transport_resume(link->transport);
    return G_SOURCE_REMOVE;
}

/* The server's bytes on their way to the parser. The transport is busy here: an end is carried out
 * from the loop. */
static gsize
on_transport_bytes(Transport *transport, const guint8 *bytes, gsize length, gpointer data)
{
    StreamLink *link = data;
    const bool refused_before = link->guard.verdict != XML_GUARD_OK;
    const gsize passed = xml_guard_feed(&link->guard, (const char *) bytes, length);

    const guint8 *last = memrchr(bytes, '<', passed);
    link->tag = last ? (gsize) (bytes + passed - last) : link->tag + passed;
    link->bytes_received += passed;
    if (passed < length && !link->throttled)
        link->throttled = g_idle_add_full(G_PRIORITY_LOW, on_caught_up, link, NULL);
    if (link->guard.verdict != XML_GUARD_OK && !refused_before)
        refuse(link, link->guard.verdict);
    return passed;
}

/* Since 2.6 (and in the security updates of Debian 12) expat looks at an unfinished tag again only when twice as much is
 * there (XML_SetReparseDeferralEnabled(), which libstrophe does not call): a stanza whose last tag drips would wait
 * for whatever is said next. Blanks between stanzas mean nothing (RFC 6120 §4.6.1), and are something. */
static gsize
on_transport_pad(Transport *transport, gpointer data)
{
    const StreamLink *link = data;

    return xml_guard_is_between(&link->guard) || xml_guard_is_closed(&link->guard) ? link->tag : 0;
}

static const TransportEvents transport_events = {
    .on_phase = on_transport_phase,
    .on_ready = on_transport_ready,
    .on_closed = on_transport_closed,
    .on_bytes = on_transport_bytes,
    .on_pad = on_transport_pad,
};

/* --- life --- */

StreamLink *
stream_link_new(const StreamLinkEvents *events, gpointer data)
{
    StreamLink *link = g_new0(StreamLink, 1);

    link->events = *events;
    link->data = data;
    /* Before libstrophe, which would set OpenSSL up in its own way: see tls_context_new(). */
    link->tls = tls_context_new();
    link->context = stream_context_new();
    return link;
}

void
stream_link_free(StreamLink *link)
{
    stream_link_close(link);
    g_clear_pointer(&link->transport, transport_free);
    stream_context_free(link->context);
    tls_context_unref(link->tls);
    g_clear_pointer(&link->sink_binding, g_bytes_unref);
    g_free(link->domain);
    g_free(link);
}

void
stream_link_set_sink(StreamLink *link, StreamSink sink, XmppStream *owner, gpointer data)
{
    link->sink = sink;
    link->sink_stream = owner;
    link->sink_data = data;
}

void
stream_link_set_sink_binding(StreamLink *link, GBytes *exporter)
{
    g_clear_pointer(&link->sink_binding, g_bytes_unref);
    link->sink_binding = exporter ? g_bytes_ref(exporter) : NULL;
}

void
stream_link_set_tap(StreamLink *link, StreamTap tap, XmppStream *owner, gpointer data)
{
    link->tap = tap;
    link->tap_stream = owner;
    link->tap_data = data;
}

bool
stream_link_has_sink(const StreamLink *link)
{
    return link->sink != NULL;
}

xmpp_ctx_t *
stream_link_ctx(const StreamLink *link)
{
    return stream_context_strophe(link->context);
}

void
stream_link_connect(StreamLink *link, const TransportConfig *config, guint stanza_limit)
{
    link->stanza_limit = stanza_limit;
    link->bytes_received = 0;
    link->clear_text = config && config->tls == TLS_OFF;
    link->client_certificate = config && config->client_certificate;
    g_free(link->domain);
    link->domain = config ? g_strdup(config->domain) : NULL;
    if (link->sink) {
        link->events.on_connected(link->data);
        return;
    }
    if (!link->transport)
        link->transport = transport_new(link->tls, &transport_events, link);
    transport_start(link->transport, config);
}

void
stream_link_open(StreamLink *link, const char *to, const char *from)
{
    const char *const attributes[] = {
        "to", to, "version", "1.0", "xmlns", NS_CLIENT, "xmlns:stream", NS_STREAM, "from", from,
    };
    const gsize count = G_N_ELEMENTS(attributes) - (from ? 0 : 2);

    xml_guard_restart(&link->guard);
    if (link->source) {
        stream_source_open(link->source, attributes, count);
        return;
    }
    g_autoptr(GString) tag = g_string_new("<stream:stream");
    for (gsize i = 0; i < count; i += 2)
        g_string_append_printf(tag, " %s='%s'", attributes[i], attributes[i + 1]);
    g_string_append_c(tag, '>');
    stream_link_send_text(link, tag->str);
    link->events.on_opened(link->data); /* a sink is given no start tag of the server */
}

bool
stream_link_send(StreamLink *link, xmpp_stanza_t *element)
{
    tap_element(link, true, element);
    if (link->sink) {
        g_autofree char *xml = stanza_to_xml(element);
        link->sink(link->sink_stream, xml, link->sink_data);
    } else if (link->source) {
        stream_source_send(link->source, element);
    }
    return link->sink || link->source;
}

void
stream_link_send_text(StreamLink *link, const char *xml)
{
    tap_text(link, xml);
    if (link->sink)
        link->sink(link->sink_stream, xml, link->sink_data);
    else if (link->source)
        stream_source_send_text(link->source, xml);
}

void
stream_link_stop(StreamLink *link)
{
    if (link->source)
        stream_source_stop(link->source);
}

void
stream_link_close(StreamLink *link)
{
    g_clear_handle_id(&link->throttled, g_source_remove);
    g_clear_pointer(&link->source, stream_source_free);
    if (link->transport)
        transport_close(link->transport);
}

bool
stream_link_is_secure(const StreamLink *link)
{
    return link->sink ? !link->clear_text : transport_is_secure(link->transport);
}

bool
stream_link_has_client_certificate(const StreamLink *link)
{
    return link->client_certificate;
}

GBytes *
stream_link_channel_binding(const StreamLink *link, TlsBinding binding)
{
    if (!link->sink)
        return transport_channel_binding(link->transport, binding);
    return link->sink_binding && binding == TLS_BINDING_EXPORTER ? g_bytes_ref(link->sink_binding)
                                                                 : NULL;
}

const TlsCertificate *
stream_link_certificate(const StreamLink *link)
{
    return link->transport ? transport_certificate(link->transport) : NULL;
}

void
stream_link_share_tls(StreamLink *link, TlsContext *tls)
{
    g_return_if_fail(link->transport == NULL);
    tls_context_ref(tls);
    tls_context_unref(link->tls);
    link->tls = tls;
}

const char *
stream_link_tls_summary(const StreamLink *link)
{
    return link->transport ? transport_tls_summary(link->transport) : NULL;
}

guint64
stream_link_bytes_received(const StreamLink *link)
{
    return link->bytes_received;
}

/* --- the seam of the tests --- */

/* Nothing but this one element, as the guard sees it. */
static XmlGuardVerdict
guard_element(const StreamLink *link, const char *xml, bool *whole)
{
    XmlGuard guard;
    const gsize length = strlen(xml);

    xml_guard_init(&guard, link->stanza_limit);
    xml_guard_enter_stream(&guard);
    for (gsize done = 0; done < length && guard.verdict == XML_GUARD_OK;) {
        xml_guard_next_turn(&guard);
        done += xml_guard_feed(&guard, xml + done, length - done);
    }
    *whole = xml_guard_is_between(&guard);
    return guard.verdict;
}

/* The element alone has no stream around it to declare its namespaces: a wrapper does. Its child
 * borrows from it while it is dispatched, exactly as libstrophe's own stanzas live for the call
 * only. */
bool
stream_link_feed(StreamLink *link, const char *xml)
{
    bool whole = false;
    const XmlGuardVerdict verdict = guard_element(link, xml, &whole);
    xmpp_stanza_t *wrapper = NULL;

    link->bytes_received += strlen(xml);
    if (verdict != XML_GUARD_OK) {
        refuse(link, verdict);
        return false;
    }
    if (whole) {
        g_autofree char *text =
            g_strconcat("<stream xmlns='" NS_CLIENT "' xmlns:stream='" NS_STREAM "'>", xml,
                        "</stream>", NULL);
        wrapper = xmpp_stanza_new_from_string(stream_link_ctx(link), text);
    }
    xmpp_stanza_t *element = wrapper ? stanza_payload(wrapper) : NULL;
    if (element)
        take_element(link, element);
    else
        on_source_ended(false, link);
    if (wrapper)
        xmpp_stanza_release(wrapper);
    return element != NULL;
}
