/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <gio/gio.h>
#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "net/dial.h"
#include "net/relay.h"
#include "net/starttls.h"
#include "net/targets.h"
#include "net/transport_plan.h"

enum {
    KEEPALIVE_IDLE = 60,     /* s of silence before the kernel asks; no work for us */
    KEEPALIVE_INTERVAL = 15, /* s */
    KEEPALIVE_PROBES = 4,
    USER_TIMEOUT = 60 * 1000, /* ms until unanswered data breaks the connection */
    DRAIN_MAX = 1024 * 1024,  /* bytes thrown away at a border */
};

struct Transport {
    int references; /* callbacks on the stack hold one: events may free us */
    guint attempt;  /* changes with every start and close: what belongs to an older one stops */
    TlsContext *context;
    TransportEvents events;
    gpointer data;
    TransportPlan plan;
    TransportPhase phase;
    TransportOutcome outcome;
    TlsCertificate *certificate;
    char *tls_summary;
    GError *bad_config; /* found by start, told from the loop */
    guint idle;
    guint deadline;
    TargetsSearch *search;
    Dial *dial;
    Target *target; /* the one that was reached */
    bool clear_allowed;
    bool in_clear; /* TLS_IF_OFFERED: it was not, and this is the second connection */
    GSocketConnection *connection;
    int wire;
    guint wire_source;
    GIOCondition wire_wants;
    Starttls *starttls;
    TlsLoad *load;
    bool tls_loaded;
    TlsSession *tls;
    Relay *relay;
};

static void fail(Transport *transport, TransportOutcome outcome, ErrorCode code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
static void secure(Transport *transport);
static void open_hop(Transport *transport);
static void connect_targets(Transport *transport, GPtrArray *targets);

static void
transport_unref(Transport *transport)
{
    if (--transport->references > 0)
        return;
    transport_plan_clear(&transport->plan);
    tls_certificate_free(transport->certificate);
    tls_context_unref(transport->context);
    g_free(transport->tls_summary);
    g_free(transport);
}

typedef Transport HeldTransport;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeldTransport, transport_unref)

/* Keeps the transport in memory for the rest of the caller's block, whatever the events do. */
static HeldTransport *
hold(Transport *transport)
{
    transport->references++;
    return transport;
}

/* Throws away what the kernel has received. */
static void
drain(int fd)
{
    char waste[16384];
    gsize total = 0;
    ssize_t count;
    while (total < DRAIN_MAX && (count = recv(fd, waste, sizeof waste, MSG_DONTWAIT)) > 0)
        total += (gsize)count;
}

static void
watch_wire(Transport *transport, GIOCondition wants, GUnixFDSourceFunc handler)
{
    if (transport->wire_source != 0 && transport->wire_wants == wants)
        return;
    g_clear_handle_id(&transport->wire_source, g_source_remove);
    transport->wire_wants = wants;
    if (handler)
        transport->wire_source = g_unix_fd_add(transport->wire, wants, handler, transport);
}

/* Lets go of the connection and all that sits on it. */
static void
drop_connection(Transport *transport)
{
    g_clear_handle_id(&transport->deadline, g_source_remove);
    g_clear_handle_id(&transport->wire_source, g_source_remove);
    g_clear_pointer(&transport->relay, relay_free);
    g_clear_pointer(&transport->tls, tls_session_free);
    g_clear_pointer(&transport->starttls, starttls_free);
    if (transport->connection) {
        shutdown(transport->wire, SHUT_WR);
        drain(transport->wire); /* closing with unread bytes would reset the connection under what we sent last */
    }
    g_clear_object(&transport->connection);
    transport->wire = -1;
}

static void
drop_everything(Transport *transport)
{
    transport->attempt++;
    drop_connection(transport);
    g_clear_handle_id(&transport->idle, g_source_remove);
    g_clear_pointer(&transport->search, targets_search_free);
    g_clear_pointer(&transport->dial, dial_free);
    g_clear_pointer(&transport->target, target_free);
    g_clear_pointer(&transport->load, tls_load_free);
    g_clear_error(&transport->bad_config);
    transport->tls_loaded = false;
    transport->in_clear = false;
}

/* Begins a phase. False when the event ended this attempt: the caller returns at once. */
static bool
enter(Transport *transport, TransportPhase phase, const char *detail)
{
    const guint attempt = transport->attempt;
    transport->phase = phase;
    log_debug("net", "%s: %s%s%s", transport->plan.domain, transport_phase_name(phase), detail ? " " : "",
              detail ? detail : "");
    if (transport->events.on_phase)
        transport->events.on_phase(transport, phase, detail, transport->data);
    return attempt == transport->attempt;
}

/* The end of an attempt. Last call of every path: the events may start anew or free. */
static void
end(Transport *transport, TransportOutcome outcome, const GError *error)
{
    drop_everything(transport);
    transport->outcome = outcome;
    if (enter(transport, TRANSPORT_CLOSED, error ? error->message : NULL) && transport->events.on_closed)
        transport->events.on_closed(transport, error, transport->data);
}

static void
fail(Transport *transport, TransportOutcome outcome, ErrorCode code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autoptr(GError) error = g_error_new_valist(CONFAB_ERROR, (int)code, format, args);
    va_end(args);
    end(transport, outcome, error);
}

/* This server is of no use: tries the next one where that cannot weaken anything, or ends. */
static void
give_up_target(Transport *transport, TransportOutcome outcome, const GError *error)
{
    drop_connection(transport);
    if (transport_plan_is_strict(&transport->plan) && transport->dial && dial_next(transport->dial)) {
        log_info("net", "%s; trying the next server", error->message);
        return;
    }
    end(transport, outcome, error);
}

/* TLS_IF_OFFERED, and it is not: a fresh connection without a preamble. */
static void
reconnect_in_clear(Transport *transport)
{
    g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func((GDestroyNotify)target_free);
    g_ptr_array_add(again, g_steal_pointer(&transport->target));
    drop_connection(transport);
    transport->in_clear = true;
    connect_targets(transport, again);
}

static void
on_starttls(StarttlsOutcome outcome, const GError *error, gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    g_autoptr(GError) reason = error ? g_error_copy(error) : NULL;
    g_clear_pointer(&transport->starttls, starttls_free);
    switch (outcome) {
    case STARTTLS_PROCEED:
        drain(transport->wire); /* I2: nothing from before the handshake lives on */
        secure(transport);
        return;
    case STARTTLS_SILENT:
        give_up_target(transport, TRANSPORT_STARTTLS_SILENT, reason);
        return;
    case STARTTLS_NOT_OFFERED:
        if (transport->plan.tls == TLS_IF_OFFERED && transport->clear_allowed) {
            reconnect_in_clear(transport);
            return;
        }
        break;
    case STARTTLS_FAILED:
        break;
    }
    end(transport, TRANSPORT_STARTTLS_FAILED, reason);
}

static void
ask_for_tls(Transport *transport)
{
    const TransportPlan *plan = &transport->plan;
    transport->starttls =
        starttls_new(transport->wire, transport->target, plan->domain, plan->timeouts.starttls, on_starttls, transport);
    enter(transport, TRANSPORT_STARTTLS, NULL);
}

static gboolean
on_handshake_deadline(gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    g_autoptr(GError) error = g_error_new(
        CONFAB_ERROR, ERROR_UNREACHABLE,
        _("no answer from %s port %u to the TLS handshake within %g s: check “port” and “tls” of the account"),
        transport->target->host, transport->target->port, transport->plan.timeouts.secure / 1000.0);
    transport->deadline = 0;
    give_up_target(transport, TRANSPORT_HANDSHAKE_FAILED, error);
    return G_SOURCE_REMOVE;
}

/* The handshake failed: for the certificate's sake, which ends it all, or on the way. */
static void
refuse_handshake(Transport *transport)
{
    const TlsCertificate *certificate = transport->certificate;
    const char *domain = transport->plan.domain;
    if (certificate && (certificate->problems & TLS_PROBLEM_PIN)) {
        g_autofree char *shown = text_fingerprint(certificate->fingerprint);
        fail(transport, TRANSPORT_PIN_MISMATCH, ERROR_AUTH,
             _("the certificate of %s has CHANGED, it is not the pinned one (SHA-256 %s): somebody may be listening; "
               "ask whoever runs the server before you unpin"),
             domain, shown);
    } else if (certificate && (certificate->problems & TLS_PROBLEM_WEAK_KEY)) {
        fail(transport, TRANSPORT_CERTIFICATE_REFUSED, ERROR_AUTH,
             _("the certificate of %s is refused (%s): the server needs a new one"), domain, certificate->problem);
    } else if (certificate && !certificate->trusted) {
        fail(transport, TRANSPORT_CERTIFICATE_UNKNOWN, ERROR_AUTH,
             _("the certificate of %s is not accepted (%s): look at it with /tls show, then /tls trust or /tls pin"),
             domain, certificate->problem);
    } else {
        g_autoptr(GError) error =
            g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                        _("no TLS with %s port %u (%s): check “port” and “tls” of the account"),
                        transport->target->host, transport->target->port, tls_session_error(transport->tls));
        give_up_target(transport, TRANSPORT_HANDSHAKE_FAILED, error);
    }
}

static gboolean
on_handshake_wire(int fd, GIOCondition condition, gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    const TlsStep step = tls_session_handshake(transport->tls);
    if (step == TLS_WANT_READ || step == TLS_WANT_WRITE) {
        watch_wire(transport, step == TLS_WANT_READ ? G_IO_IN : G_IO_OUT, on_handshake_wire);
        return G_SOURCE_CONTINUE;
    }
    transport->certificate = tls_session_take_certificate(transport->tls);
    if (step == TLS_DONE && tls_session_is_trusted(transport->tls))
        open_hop(transport);
    else
        refuse_handshake(transport);
    return G_SOURCE_CONTINUE;
}

/* The store is there and so is the connection. */
static void
start_handshake(Transport *transport)
{
    const TlsSessionConfig config = transport_plan_tls(&transport->plan, transport->target);
    g_autoptr(GError) error = NULL;
    transport->tls = tls_session_new(transport->context, transport->wire, &config, &error);
    if (!transport->tls) {
        end(transport, TRANSPORT_BAD_CONFIG, error);
        return;
    }
    watch_wire(transport, G_IO_OUT, on_handshake_wire);
}

static void
on_tls_loaded(const GError *error, gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    g_clear_pointer(&transport->load, tls_load_free);
    if (error) {
        end(transport, TRANSPORT_BAD_CONFIG, error);
        return;
    }
    transport->tls_loaded = true;
    if (transport->phase == TRANSPORT_SECURING)
        start_handshake(transport);
}

static void
secure(Transport *transport)
{
    g_clear_pointer(&transport->certificate, tls_certificate_free);
    g_clear_handle_id(&transport->deadline, g_source_remove);
    transport->deadline = g_timeout_add(transport->plan.timeouts.secure, on_handshake_deadline, transport);
    if (enter(transport, TRANSPORT_SECURING, transport->plan.domain) && transport->tls_loaded)
        start_handshake(transport);
}

static void
on_relay_closed(Relay *relay, RelayEnd how, const char *detail, gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    const char *host = transport->target->host;
    switch (how) {
    case RELAY_ENDED:
        end(transport, TRANSPORT_ENDED, NULL);
        return;
    case RELAY_ENDED_BY_SERVER:
        fail(transport, TRANSPORT_ENDED_BY_SERVER, ERROR_UNREACHABLE, _("%s closed the connection: connect again"),
             host);
        return;
    case RELAY_LOST:
        fail(transport, TRANSPORT_LOST, ERROR_UNREACHABLE, _("the connection to %s was lost (%s): connect again"), host,
             detail ? detail : "");
        return;
    case RELAY_UNUSED:
        fail(transport, TRANSPORT_HOP_FAILED, ERROR_INTERNAL,
             _("the local connection was not taken up: connect again"));
        return;
    }
}

static gsize
on_relay_bytes(const guint8 *bytes, gsize length, gpointer data)
{
    Transport *transport = data;
    return transport->events.on_bytes(transport, bytes, length, transport->data);
}

static gsize
on_relay_pad(gpointer data)
{
    Transport *transport = data;
    return transport->events.on_pad(transport, transport->data);
}

static void
open_hop(Transport *transport)
{
    const TransportTimeouts *timeouts = &transport->plan.timeouts;
    g_autoptr(GError) error = NULL;
    g_clear_handle_id(&transport->deadline, g_source_remove);
    g_clear_handle_id(&transport->wire_source, g_source_remove);
    g_free(transport->tls_summary);
    transport->tls_summary = transport->tls ? g_strdup(tls_session_summary(transport->tls)) : NULL;
    transport->relay = relay_new(transport->wire, transport->tls, timeouts->hop, timeouts->close, &error);
    if (!transport->relay) {
        end(transport, TRANSPORT_HOP_FAILED, error);
        return;
    }
    relay_set_closed(transport->relay, on_relay_closed, transport);
    if (transport->events.on_bytes)
        relay_set_inspect(transport->relay, on_relay_bytes, transport);
    if (transport->events.on_pad)
        relay_set_pad(transport->relay, on_relay_pad, transport);
    if (enter(transport, TRANSPORT_OPEN, transport->tls_summary) && transport->events.on_ready)
        transport->events.on_ready(transport, transport->data);
}

/* Small packets at once, and a dead peer is noticed by the kernel, not by our polling. */
static void
tune_socket(int fd)
{
    const struct {
        int level, name, value;
    } options[] = {
        { IPPROTO_TCP, TCP_NODELAY, 1 },
        { SOL_SOCKET, SO_KEEPALIVE, 1 },
        { IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE },
        { IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL },
        { IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES },
        { IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof options[i].value);
}

static void
on_connected(GSocketConnection *connection, const Target *target, const GError *error, gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    if (!connection) {
        end(transport, transport->plan.proxy ? TRANSPORT_PROXY_FAILED : TRANSPORT_CONNECT_FAILED, error);
        return;
    }
    transport->connection = g_object_ref(connection);
    transport->wire = g_socket_get_fd(g_socket_connection_get_socket(connection));
    tune_socket(transport->wire);
    if (target->direct)
        secure(transport);
    else if (transport->plan.tls == TLS_OFF || transport->in_clear)
        open_hop(transport);
    else
        ask_for_tls(transport);
}

static char *
describe_target(const Target *target)
{
    return g_strdup_printf(strchr(target->host, ':') ? "[%s]:%u" : "%s:%u", target->host, target->port);
}

static void
on_target(const Target *target, gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    g_autofree char *detail = describe_target(target);
    g_clear_pointer(&transport->target, target_free);
    transport->target = target_new(target->host, target->port, target->direct);
    enter(transport, TRANSPORT_CONNECTING, detail);
}

static void
on_proxy(const Target *target, gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    g_autofree char *detail = describe_target(target);
    enter(transport, TRANSPORT_PROXY, detail);
}

static void
connect_targets(Transport *transport, GPtrArray *targets)
{
    const DialEvents events = { on_target, on_proxy, on_connected };
    const TransportTimeouts *timeouts = &transport->plan.timeouts;
    const DialLimits limits = {
        .target_ms = transport->plan.proxy ? timeouts->proxy : timeouts->target,
        .total_ms = transport->plan.proxy ? timeouts->proxy : timeouts->connect,
    };
    g_clear_pointer(&transport->dial, dial_free);
    transport->dial = dial_new(targets, transport->plan.proxy, limits, &events, transport);
    dial_next(transport->dial);
}

static void
on_targets(GPtrArray *targets, const GError *error, gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    if (!targets) {
        const bool none = g_error_matches(error, CONFAB_ERROR, ERROR_NOT_FOUND);
        g_autoptr(GError) copy = g_error_copy(error);
        copy->code = ERROR_UNREACHABLE;
        end(transport, none ? TRANSPORT_NO_SERVICE : TRANSPORT_DNS_FAILED, copy);
        return;
    }
    /* A domain that has direct TLS has TLS: then clear text is nobody's wish (I1). */
    transport->clear_allowed = true;
    for (guint i = 0; i < targets->len; i++)
        transport->clear_allowed &= !((const Target *)targets->pdata[i])->direct;
    g_autoptr(GPtrArray) held = g_ptr_array_ref(targets);
    g_clear_pointer(&transport->search, targets_search_free);
    connect_targets(transport, held);
}

static void
resolve(Transport *transport)
{
    const TransportPlan *plan = &transport->plan;
    if (plan->explicit_target) {
        g_autoptr(GPtrArray) targets = g_ptr_array_new_with_free_func((GDestroyNotify)target_free);
        g_ptr_array_add(targets, transport_plan_target(plan));
        on_targets(targets, NULL, transport);
        return;
    }
    if (enter(transport, TRANSPORT_RESOLVING, plan->host))
        transport->search = targets_search_new(plan->host, transport_plan_targets_kind(plan), plan->timeouts.resolve,
                                               on_targets, transport);
}

static gboolean
on_begin(gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    transport->idle = 0;
    if (transport->bad_config) {
        g_autoptr(GError) error = g_steal_pointer(&transport->bad_config);
        end(transport, TRANSPORT_BAD_CONFIG, error);
        return G_SOURCE_REMOVE;
    }
    if (transport->plan.tls != TLS_OFF) /* while DNS and TCP take their time */
        transport->load = tls_context_load(transport->context, transport->plan.ca_file, on_tls_loaded, transport);
    resolve(transport);
    return G_SOURCE_REMOVE;
}

static gboolean
on_finished(gpointer data)
{
    g_autoptr(HeldTransport) transport = hold(data);
    transport->idle = 0;
    end(transport, TRANSPORT_ENDED, NULL);
    return G_SOURCE_REMOVE;
}

Transport *
transport_new(TlsContext *tls, const TransportEvents *events, gpointer data)
{
    Transport *transport = g_new0(Transport, 1);
    transport->references = 1;
    transport->context = tls ? tls_context_ref(tls) : tls_context_new();
    transport->events = *events;
    transport->data = data;
    transport->wire = -1;
    return transport;
}

void
transport_free(Transport *transport)
{
    if (!transport)
        return;
    transport_close(transport);
    memset(&transport->events, 0, sizeof transport->events);
    transport_unref(transport);
}

void
transport_start(Transport *transport, const TransportConfig *config)
{
    g_return_if_fail(transport->phase == TRANSPORT_IDLE || transport->phase == TRANSPORT_CLOSED);
    drop_everything(transport);
    transport_plan_clear(&transport->plan);
    g_clear_pointer(&transport->certificate, tls_certificate_free);
    g_clear_pointer(&transport->tls_summary, g_free);
    transport->outcome = TRANSPORT_NOT_ENDED;
    transport->phase = TRANSPORT_RESOLVING;
    transport_plan_init(&transport->plan, config, &transport->bad_config);
    transport->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_begin, transport, NULL);
}

void
transport_close(Transport *transport)
{
    if (transport->phase == TRANSPORT_IDLE || transport->phase == TRANSPORT_CLOSED)
        return;
    drop_everything(transport);
    transport->outcome = TRANSPORT_ENDED;
    transport->phase = TRANSPORT_CLOSED;
}

void
transport_finish(Transport *transport)
{
    if (transport->phase == TRANSPORT_IDLE || transport->phase == TRANSPORT_CLOSED)
        return;
    if (transport->relay) {
        relay_finish(transport->relay);
        return;
    }
    drop_everything(transport);
    transport->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_finished, transport, NULL);
}

void
transport_resume(Transport *transport)
{
    if (transport->relay)
        relay_resume(transport->relay);
}

TransportPhase
transport_phase(const Transport *transport)
{
    return transport->phase;
}

const char *
transport_phase_name(TransportPhase phase)
{
    static const char *const names[] = {
        [TRANSPORT_IDLE] = "idle",   [TRANSPORT_RESOLVING] = "resolving", [TRANSPORT_CONNECTING] = "connecting",
        [TRANSPORT_PROXY] = "proxy", [TRANSPORT_STARTTLS] = "starttls",   [TRANSPORT_SECURING] = "securing",
        [TRANSPORT_OPEN] = "open",   [TRANSPORT_CLOSED] = "closed",
    };
    return names[phase];
}

TransportOutcome
transport_outcome(const Transport *transport)
{
    return transport->outcome;
}

const char *
transport_hop_host(const Transport *transport)
{
    return transport->relay ? relay_host(transport->relay) : NULL;
}

guint16
transport_hop_port(const Transport *transport)
{
    return transport->relay ? relay_port(transport->relay) : 0;
}

bool
transport_claim_socket(Transport *transport, int fd)
{
    return transport->relay && relay_claim_socket(transport->relay, fd);
}

bool
transport_is_secure(const Transport *transport)
{
    return transport->phase == TRANSPORT_OPEN && transport->tls && tls_session_is_trusted(transport->tls);
}

bool
transport_is_direct(const Transport *transport)
{
    return transport->phase == TRANSPORT_OPEN && transport->target && transport->target->direct;
}

const TlsCertificate *
transport_certificate(const Transport *transport)
{
    return transport->certificate;
}

const char *
transport_tls_summary(const Transport *transport)
{
    return transport->tls_summary;
}

GBytes *
transport_channel_binding(const Transport *transport, TlsBinding binding)
{
    return transport->tls ? tls_session_binding(transport->tls, binding) : NULL;
}
