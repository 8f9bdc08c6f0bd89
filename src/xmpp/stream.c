/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/stream.h"

#include <string.h>
#include <sys/random.h>

#include <gio/gio.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "xmpp/login_memory.h"
#include "xmpp/negotiation.h"
#include "xmpp/resumption.h"
#include "xmpp/stanza_error.h"
#include "xmpp/stream_config.h"
#include "xmpp/stream_link.h"
#include "xmpp/stream_parts.h"
#include "xmpp/stream_session.h"

/* Why and how the stream ends; decided once, told from the loop. */
typedef struct StreamEnd {
    bool decided;
    XmppCloseReason reason;
    bool fatal;
    bool over; /* the server's session has ended, too */
    GError *error;
} StreamEnd;

struct XmppStream {
    Bus *bus;
    gpointer owner;
    StreamLink *link;

    XmppStreamConfig config; /* see stream_config.h */
    LoginMemory *memory; /* outlives the connections */
    XmppPhase phase;
    XmppPhase phase_told;
    char *phase_detail;
    Jid *own_bare;
    char *sasl_mechanism;
    Negotiation *negotiation; /* until the session is bound */
    StreamSession *session;

    StreamEnd end;
    guint later; /* idle source: tell the end, or a phase */
    guint entered;
    bool at_location; /* connecting where the session wants to be resumed */
    bool starting; /* inside stream_connect(), which tells nothing */
    bool freed;
};

static void stream_finalize(XmppStream *stream);
static void schedule_later(XmppStream *stream);

/* --- what the parts ask for --- */

const XmppStreamConfig *
stream_config(const XmppStream *stream)
{
    return &stream->config;
}

XmppPhase
stream_phase(const XmppStream *stream)
{
    return stream->phase;
}

void
stream_set_own(XmppStream *stream, const Jid *jid)
{
    g_clear_pointer(&stream->own_bare, jid_unref);
    stream->own_bare = jid_to_bare(jid);
}

StreamSession *
stream_session(const XmppStream *stream)
{
    return stream->session;
}

StreamLink *
stream_link(const XmppStream *stream)
{
    return stream->link;
}

const Jid *
stream_own_bare(const XmppStream *stream)
{
    return stream->own_bare;
}

gpointer
stream_owner(const XmppStream *stream)
{
    return stream->owner;
}

const TlsCertificate *
stream_certificate(const XmppStream *stream)
{
    return stream_link_certificate(stream->link);
}

const char *
stream_tls_description(const XmppStream *stream)
{
    return stream_link_tls_summary(stream->link);
}

const char *
stream_sasl_mechanism(const XmppStream *stream)
{
    return stream->sasl_mechanism;
}

void
stream_set_sasl_mechanism(XmppStream *stream, const char *mechanism)
{
    g_free(stream->sasl_mechanism);
    stream->sasl_mechanism = g_strdup(mechanism);
}

xmpp_ctx_t *
stream_ctx(const XmppStream *stream)
{
    return stream_link_ctx(stream->link);
}

bool
stream_has_client_certificate(const XmppStream *stream)
{
    return stream_link_has_client_certificate(stream->link);
}

LoginMemory *
stream_login_memory(const XmppStream *stream)
{
    return stream->memory;
}

guint64
stream_bytes_received(const XmppStream *stream)
{
    return stream_link_bytes_received(stream->link);
}

bool
stream_is_secure(const XmppStream *stream)
{
    return stream_link_is_secure(stream->link);
}

GBytes *
stream_channel_binding(const XmppStream *stream, TlsBinding binding)
{
    return stream_link_channel_binding(stream->link, binding);
}

void
stream_fill_random(guint8 *bytes, gsize length)
{
    if (getrandom(bytes, length, 0) != (gssize) length)
        g_error("no random numbers"); /* guessable ones would be worse than none (I13) */
}

char *
stream_new_id(void)
{
    static const char digits[] = "0123456789abcdef";
    guint8 random[16];
    char *id = g_malloc(2 * sizeof random + 1);

    stream_fill_random(random, sizeof random);
    for (gsize i = 0; i < sizeof random; i++) {
        id[2 * i] = digits[random[i] >> 4];
        id[2 * i + 1] = digits[random[i] & 15];
    }
    id[2 * sizeof random] = '\0';
    return id;
}

/* --- telling --- */

/* Tells the phase that was set while nobody could be told (from inside stream_connect()). */
static void
tell_phase(XmppStream *stream)
{
    if (stream->phase_told == stream->phase)
        return;
    stream->phase_told = stream->phase;
    const XmppEvent event = {
        .type = XMPP_EVENT_PHASE,
        .owner = stream->owner,
        .stream = stream,
        .phase = { .phase = stream->phase, .detail = stream->phase_detail },
    };
    bus_publish(stream->bus, &event);
}

void
stream_publish(XmppStream *stream, const XmppEvent *event)
{
    XmppEvent full = *event;

    if (stream->freed)
        return;
    full.owner = stream->owner;
    full.stream = stream;
    if (stream->phase != XMPP_PHASE_OFFLINE)
        tell_phase(stream);
    bus_publish(stream->bus, &full);
}

void
stream_negotiated(XmppStream *stream)
{
    g_clear_pointer(&stream->negotiation, negotiation_free);
}

void
stream_set_phase(XmppStream *stream, XmppPhase phase, const char *detail)
{
    stream->phase = phase;
    g_free(stream->phase_detail);
    stream->phase_detail = g_strdup(detail);
    stream->phase_told = XMPP_PHASE_OFFLINE;
    if (stream->entered && !stream->starting)
        tell_phase(stream);
    else
        schedule_later(stream);
}

/* --- the end --- */

void
stream_forget_token(XmppStream *stream)
{
    stream_config_wipe_token(&stream->config);
}

static void
forget_connection(XmppStream *stream)
{
    g_clear_pointer(&stream->negotiation, negotiation_free);
    stream_link_close(stream->link);
}

/* Tells everybody that the stream has ended: requests and modules, unless the session may go on,
 * then the bus. Not inside libstrophe. */
static void
carry_out_end(XmppStream *stream)
{
    StreamEnd end = stream->end;
    g_autoptr(GError) lost =
        g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the connection has ended"));

    if (stream->at_location && stream_bytes_received(stream) == 0)
        resumption_avoid_location(stream_resumption(stream));
    forget_connection(stream);
    stream_config_wipe(&stream->config);
    stream->end = (StreamEnd){ 0 };
    const bool resumable =
        resumption_disconnected(stream_resumption(stream), !end.over, end.error ? end.error : lost);
    const XmppEvent event = {
        .type = XMPP_EVENT_CLOSED,
        .closed = { .reason = end.reason,
                    .fatal = end.fatal,
                    .resumable = resumable,
                    .error = end.error },
    };
    stream_publish(stream, &event);
    g_clear_error(&end.error);
}

static gboolean
on_later(gpointer data)
{
    XmppStream *stream = data;

    stream->later = 0;
    stream_enter(stream);
    if (stream->phase != XMPP_PHASE_OFFLINE)
        tell_phase(stream);
    stream_leave(stream);
    return G_SOURCE_REMOVE;
}

static void
schedule_later(XmppStream *stream)
{
    if (!stream->later)
        stream->later = g_idle_add_full(G_PRIORITY_DEFAULT, on_later, stream, NULL);
}

void
stream_enter(XmppStream *stream)
{
    stream->entered++;
}

void
stream_leave(XmppStream *stream)
{
    if (stream->entered == 1 && stream->end.decided && !stream->freed)
        carry_out_end(stream);
    if (--stream->entered == 0 && stream->freed)
        stream_finalize(stream);
}

/* A session that was in use is over for the server, too, when a side has said so, or one has broken
 * the rules: what led to that must not be sent again. One that waits to be resumed is over when the
 * user wants it. */
static bool
is_over(const XmppStream *stream, XmppCloseReason reason, const GError *error)
{
    if (stream->phase != XMPP_PHASE_ONLINE || reason == XMPP_CLOSE_USER)
        return reason == XMPP_CLOSE_USER;
    return g_error_matches(error, CONFAB_ERROR, ERROR_PROTOCOL);
}

void
stream_end(XmppStream *stream, XmppCloseReason reason, bool fatal, GError *take_error)
{
    if (stream->phase == XMPP_PHASE_OFFLINE) {
        g_clear_error(&take_error);
        return;
    }
    stream->end = (StreamEnd){
        .decided = true,
        .reason = reason,
        .fatal = fatal,
        .over = is_over(stream, reason, take_error),
        .error = take_error,
    };
    stream->phase = XMPP_PHASE_OFFLINE;
    stream_link_stop(stream->link);
    if (stream->entered == 0)
        schedule_later(stream);
}

void
stream_end_politely(XmppStream *stream, XmppCloseReason reason, bool fatal, GError *take_error)
{
    if (stream->phase >= XMPP_PHASE_OPENING)
        stream_link_send_text(stream->link, "</stream:stream>");
    stream_end(stream, reason, fatal, take_error);
}

void
stream_end_with(XmppStream *stream, const char *condition, GError *take_error)
{
    stream_end_with_detail(stream, condition, NULL, take_error);
}

void
stream_end_with_detail(XmppStream *stream, const char *condition, const char *detail,
                       GError *take_error)
{
    g_autofree char *text = g_strdup_printf("<stream:error><%s xmlns='" NS_STREAM_ERRORS
                                            "'/>%s</stream:error></stream:stream>",
                                            condition, detail ? detail : "");

    if (stream->phase >= XMPP_PHASE_OPENING)
        stream_link_send_text(stream->link, text);
    stream_end(stream, XMPP_CLOSE_NETWORK, false, take_error);
}

void
stream_give_up(XmppStream *stream, GError *take_error)
{
    stream_enter(stream);
    stream_end(stream, XMPP_CLOSE_NETWORK, false, take_error);
    stream_leave(stream);
}

/* <stream:error/>: what the server says in words; see-other-host is told, never followed (I3). */
static void
receive_stream_error(XmppStream *stream, xmpp_stanza_t *element)
{
    g_autoptr(XmppStanzaError) detail = stanza_error_parse_conditions(element, NS_STREAM_ERRORS);
    g_autofree char *words = stream_error_words(detail);
    g_autofree char *host = stanza_child_text(element, "see-other-host", NS_STREAM_ERRORS);
    g_autofree char *clean = host ? text_clean(host, -1, TEXT_LINE | TEXT_STRICT) : NULL;
    GError *error;

    if (clean && *clean)
        error = g_error_new(
            CONFAB_ERROR, ERROR_PROTOCOL,
            _("the server sends you to %s: if you trust it, set it as the account's `server`"),
            clean);
    else
        error = g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, words);
    stream_end(stream, XMPP_CLOSE_SERVER, stream_error_is_fatal(detail->condition), error);
    if (stream_error_spares_session(detail->condition))
        stream->end.over = false;
}

/* --- what arrives --- */

static void
receive_stanza(XmppStream *stream, xmpp_stanza_t *stanza)
{
    const char *name = xmpp_stanza_get_name(stanza);

    if (strcmp(name, "message") == 0) {
        resumption_note_received(stream_resumption(stream));
        message_receive(stream, stanza);
    } else if (strcmp(name, "presence") == 0) {
        resumption_note_received(stream_resumption(stream));
        presence_receive(stream, stanza);
    } else if (strcmp(name, "iq") == 0) {
        resumption_note_received(stream_resumption(stream));
        iq_receive(stream, stanza);
    }
}

/* Every element right below the stream comes through here, from libstrophe and from stream_feed()
 * alike. */
static void
on_element(xmpp_stanza_t *element, gpointer data)
{
    XmppStream *stream = data;
    const char *ns = xmpp_stanza_get_ns(element);

    if (!ns || stream->phase == XMPP_PHASE_OFFLINE)
        return;
    if (stanza_is(element, "error", NS_STREAM))
        receive_stream_error(stream, element);
    else if (stream->negotiation)
        negotiation_receive(stream->negotiation, element);
    else if (strcmp(ns, NS_CLIENT) == 0)
        receive_stanza(stream, element);
    else if (strcmp(ns, NS_ACKS) == 0)
        resumption_receive(stream_resumption(stream), element);
}

static void
on_opened(gpointer data)
{
    XmppStream *stream = data;

    if (stream->negotiation)
        negotiation_stream_opened(stream->negotiation);
}

static void
on_connected(gpointer data)
{
    XmppStream *stream = data;

    stream->negotiation = negotiation_new(stream);
    negotiation_start(stream->negotiation);
}

static void
on_phase(XmppPhase phase, const char *detail, gpointer data)
{
    XmppStream *stream = data;

    if (stream->phase != XMPP_PHASE_OFFLINE)
        stream_set_phase(stream, phase, detail);
}

static void
on_ended(XmppCloseReason reason, bool fatal, GError *take_error, gpointer data)
{
    stream_end(data, reason, fatal, take_error);
}

static void
on_enter(gpointer data)
{
    stream_enter(data);
}

static void
on_leave(gpointer data)
{
    stream_leave(data);
}

static const StreamLinkEvents link_events = {
    .on_phase = on_phase,
    .on_connected = on_connected,
    .on_opened = on_opened,
    .on_element = on_element,
    .on_ended = on_ended,
    .on_enter = on_enter,
    .on_leave = on_leave,
};

/* --- connecting --- */

/* XEP-0198 §5: the server's wish where to resume comes before DNS, but not before the user's. */
static void
prefer_location(XmppStream *stream, TransportConfig *transport, char **host)
{
    const char *location = resumption_location(stream_resumption(stream));
    const bool free_choice = !transport->host && !transport->port && transport->tls <= TLS_DIRECT;

    stream->at_location = false;
    if (!location || !*location || !free_choice)
        return;
    g_autoptr(GSocketConnectable) address = g_network_address_parse(location, 5222, NULL);
    if (!address)
        return;
    *host = g_strdup(g_network_address_get_hostname(G_NETWORK_ADDRESS(address)));
    transport->host = *host;
    transport->port = g_network_address_get_port(G_NETWORK_ADDRESS(address));
    stream->at_location = true;
}

void
stream_connect(XmppStream *stream, const XmppStreamConfig *config)
{
    g_return_if_fail(stream->phase == XMPP_PHASE_OFFLINE && !stream->end.decided);

    stream_config_set(&stream->config, config);
    stream_set_own(stream, config->jid);
    g_clear_pointer(&stream->sasl_mechanism, g_free);
    TransportConfig transport = config->transport ? *config->transport : (TransportConfig){ 0 };
    transport.domain = jid_domain(stream->own_bare); /* I3: whatever the caller thinks */
    g_autofree char *host = NULL;
    prefer_location(stream, &transport, &host);
    const bool direct = stream_link_has_sink(stream->link);
    stream->starting = true;
    stream_set_phase(stream, direct ? XMPP_PHASE_OPENING : XMPP_PHASE_RESOLVING,
                     direct ? NULL : transport.domain);
    stream_link_connect(stream->link, &transport, config->stanza_limit);
    stream->starting = false;
}

void
stream_disconnect(XmppStream *stream, const char *status)
{
    if (stream->phase == XMPP_PHASE_ONLINE) {
        xmpp_stanza_t *presence = stanza_new(stream_ctx(stream), "presence", NULL);
        stanza_set(presence, "type", "unavailable");
        if (status && *status)
            stanza_add_text(presence, "status", NULL, status);
        stream_send(stream, presence);
        resumption_close(stream_resumption(stream));
    } else if (stream->phase == XMPP_PHASE_OFFLINE && !stream->end.decided) {
        resumption_give_up(stream_resumption(stream));
    }
    stream_end_politely(stream, XMPP_CLOSE_USER, false, NULL);
}

void
stream_open(XmppStream *stream)
{
    const bool named =
        stream_is_secure(stream); /* RFC 6120 §4.7.1: `from` is for the server's eyes only */

    stream_link_open(stream->link, jid_domain(stream->own_bare),
                     named ? jid_text(stream->own_bare) : NULL);
}

/* --- sending --- */

bool
stream_send_nonza(XmppStream *stream, xmpp_stanza_t *take_element)
{
    const bool sent =
        stream->phase >= XMPP_PHASE_OPENING && stream_link_send(stream->link, take_element);

    xmpp_stanza_release(take_element);
    return sent;
}

void
stream_send_text(XmppStream *stream, const char *xml)
{
    stream_link_send_text(stream->link, xml);
}

bool
stream_send(XmppStream *stream, xmpp_stanza_t *take_stanza)
{
    if (stream->phase != XMPP_PHASE_ONLINE) {
        xmpp_stanza_release(take_stanza);
        return false;
    }
    if (!resumption_is_managed(stream_resumption(stream))) {
        resumption_note_sent(stream_resumption(stream), NULL);
        return stream_send_nonza(stream, take_stanza);
    }
    char *xml = stanza_to_xml(take_stanza);
    xmpp_stanza_release(take_stanza);
    stream_link_send_text(stream->link, xml);
    resumption_note_sent(stream_resumption(stream), xml);
    return true;
}

XmppStream *
stream_new(Bus *bus, gpointer owner)
{
    XmppStream *stream = g_new0(XmppStream, 1);

    stream->bus = bus;
    stream->owner = owner;
    stream->memory = login_memory_new();
    stream->link = stream_link_new(&link_events, stream);
    stream->session = stream_session_new(stream);
    return stream;
}

/* Requests still end, each with an error, but no event is told any more. */
static void
stream_finalize(XmppStream *stream)
{
    g_autoptr(GError) gone =
        g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the connection has ended"));

    stream->entered++; /* callbacks of requests must not bring us here again */
    g_clear_handle_id(&stream->later, g_source_remove);
    forget_connection(stream);
    stream->phase = XMPP_PHASE_OFFLINE;
    resumption_disconnected(stream_resumption(stream), false, gone);
    iq_table_fail_unsent(stream_iqs(stream), gone);
    g_clear_handle_id(&stream->later, g_source_remove);
    stream_session_free(stream->session);
    stream_link_free(stream->link);
    stream_config_clear(&stream->config);
    g_clear_error(&stream->end.error);
    g_clear_pointer(&stream->own_bare, jid_unref);
    login_memory_free(stream->memory);
    g_free(stream->sasl_mechanism);
    g_free(stream->phase_detail);
    g_free(stream);
}

void
stream_share_tls(XmppStream *stream, TlsContext *tls)
{
    stream_link_share_tls(stream->link, tls);
}

void
stream_set_tap(XmppStream *stream, StreamTap tap, gpointer data)
{
    stream_link_set_tap(stream->link, tap, stream, data);
}

void
stream_free(XmppStream *stream)
{
    if (!stream || stream->freed)
        return;
    stream_disconnect(stream, NULL);
    stream->freed = true;
    if (stream->entered == 0)
        stream_finalize(stream);
}
