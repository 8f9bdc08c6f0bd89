/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/relay.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"

enum {
    HOP_END_TIMEOUT = 2000, /* ms for the local side to close after the server has */
    HASTY_BYTES = 32 * 1024,
};

/* Bytes on their way: a ring, so that nothing is ever moved. */
typedef struct Ring {
    guint8 *bytes; /* RELAY_BUFFER of them */
    gsize start;
    gsize length;
} Ring;

/* One of the two sockets in the pump's source. */
typedef struct Side {
    int fd;
    gpointer tag;       /* NULL while nothing is waited for: a dead socket with no reader must not wake us */
    GIOCondition wants; /* what `tag` waits for */
} Side;

typedef struct PumpSource {
    GSource source;
    Relay *relay;
} PumpSource;

struct Relay {
    TlsSession *tls; /* NULL: plain bytes */
    Side wire;
    Side hop;
    Ring in;         /* wire → hop */
    Ring out;        /* hop → wire */
    bool wire_ended; /* nothing more will come from the server */
    bool hop_ended;  /* … from the local side */
    bool hop_shut;   /* we said so to the local side */
    bool wire_shut;  /* … to the server */
    bool read_wants_write;
    bool write_wants_read;
    bool wire_broken; /* writing to it is pointless */
    bool draining;    /* relay_finish(): the local side counts as ended once it is read empty */
    bool discarding;  /* what still comes from the server is for nobody */
    bool closed;      /* `on_closed` was called */
    bool held;        /* the inspector lets no more pass for now */
    bool turn_over;   /* more to do, after the others on the main loop */
    RelayEnd end;
    char *detail;
    GSource *pump;
    int listener;
    guint listener_source;
    guint timer; /* hop_timeout, then the waits of the end */
    guint hop_timeout;
    guint close_timeout;
    char host[16];
    guint16 port;
    guint16 claimed; /* the local port of the only connection that is let in */
    RelayClosed on_closed;
    gpointer data;
    RelayInspect inspect;
    gpointer inspect_data;
    gsize passed; /* bytes at the start of `in` that may go on */
    RelayPad pad;
    gpointer pad_data;
    gsize padding; /* blanks still to be written to the local side */
    gsize hasty;  /* bytes of the server that are still acknowledged at once */
};

static gsize
ring_free_span(const Ring *ring, guint8 **at)
{
    const gsize tail = (ring->start + ring->length) % RELAY_BUFFER;
    *at = ring->bytes + tail;
    return MIN(RELAY_BUFFER - ring->length, RELAY_BUFFER - tail);
}

static gsize
ring_used_span(const Ring *ring, const guint8 **at)
{
    *at = ring->bytes + ring->start;
    return MIN(ring->length, RELAY_BUFFER - ring->start);
}

static void
ring_consume(Ring *ring, gsize count)
{
    ring->length -= count;
    ring->start = ring->length == 0 ? 0 : (ring->start + count) % RELAY_BUFFER;
}

static bool
ring_is_full(const Ring *ring)
{
    return ring->length == RELAY_BUFFER;
}

/* A plain socket call in the words of TLS. */
static TlsStep
step_of_call(ssize_t result, TlsStep want, gsize *done)
{
    *done = result > 0 ? (gsize)result : 0;
    if (result > 0)
        return TLS_DONE;
    if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return want;
    return result == 0 ? TLS_EOF : TLS_CUT;
}

static TlsStep
plain_read(int fd, guint8 *data, gsize size, gsize *done)
{
    return step_of_call(recv(fd, data, size, MSG_DONTWAIT), TLS_WANT_READ, done);
}

static TlsStep
plain_write(int fd, const guint8 *data, gsize size, gsize *done)
{
    return step_of_call(send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL), TLS_WANT_WRITE, done);
}

/* The server's side has ended; the first reason counts. */
static void
end_wire(Relay *relay, RelayEnd end, const char *detail)
{
    if (relay->wire_ended)
        return;
    relay->wire_ended = true;
    if (relay->hop_ended)
        return; /* we ended first */
    relay->end = end;
    relay->detail = g_strdup(detail);
}

/* Nothing can be delivered to the server any more. */
static void
break_wire(Relay *relay, const char *detail)
{
    relay->wire_broken = true;
    relay->out.length = relay->out.start = 0;
    end_wire(relay, RELAY_LOST, detail);
}

static const char *
wire_error(const Relay *relay)
{
    return relay->tls ? tls_session_error(relay->tls) : g_strerror(errno);
}

/* As long as a login goes to and fro, what the server says next may wait until the last thing is acknowledged (Nagle's
 * algorithm), and the system acknowledges late: 40 ms, for nothing. It forgets this option after a while. */
static void
acknowledge_at_once(Relay *relay, gsize count)
{
    const int one = 1;
    if (relay->hasty == 0)
        return;
    setsockopt(relay->wire.fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
    relay->hasty -= MIN(relay->hasty, count);
}

/* Server → `in`. Returns the bytes moved. */
static gsize
read_wire(Relay *relay)
{
    guint8 *at;
    gsize done = 0;
    const gsize space = ring_free_span(&relay->in, &at);
    if (space == 0 || relay->wire_ended)
        return 0;
    const TlsStep step =
        relay->tls ? tls_session_read(relay->tls, at, space, &done) : plain_read(relay->wire.fd, at, space, &done);
    relay->read_wants_write = step == TLS_WANT_WRITE;
    if (step == TLS_EOF)
        end_wire(relay, RELAY_ENDED_BY_SERVER, NULL);
    else if (step == TLS_CUT || step == TLS_FAILED)
        break_wire(relay, wire_error(relay));
    else
        acknowledge_at_once(relay, done);
    if (!relay->discarding)
        relay->in.length += done;
    return done;
}

/* `out` → server. */
static gsize
write_wire(Relay *relay)
{
    const guint8 *at;
    gsize done = 0;
    const gsize length = ring_used_span(&relay->out, &at);
    if (length == 0)
        return 0;
    const TlsStep step =
        relay->tls ? tls_session_write(relay->tls, at, length, &done) : plain_write(relay->wire.fd, at, length, &done);
    relay->write_wants_read = step == TLS_WANT_READ;
    if (step == TLS_DONE)
        ring_consume(&relay->out, done);
    else if (step != TLS_WANT_READ && step != TLS_WANT_WRITE)
        break_wire(relay, wire_error(relay));
    return done;
}

/* Local side → `out`. */
static gsize
read_hop(Relay *relay)
{
    guint8 *at;
    gsize done = 0;
    const gsize space = ring_free_span(&relay->out, &at);
    if (relay->hop.fd < 0 || space == 0 || relay->hop_ended)
        return 0;
    const TlsStep step = plain_read(relay->hop.fd, at, space, &done);
    relay->hop_ended = step == TLS_EOF || step == TLS_CUT || (step == TLS_WANT_READ && relay->draining);
    if (!relay->wire_broken)
        relay->out.length += done;
    return done;
}

/* How much of the next `length` bytes may go to the local side. */
static gsize
inspect(Relay *relay, const guint8 *at, gsize length)
{
    if (!relay->inspect)
        return length;
    if (relay->passed == 0 && !relay->held) {
        relay->passed = relay->inspect(at, length, relay->inspect_data);
        relay->held = relay->passed < length;
    }
    return MIN(length, relay->passed);
}

/* The local side is gone: what it does not read any more is dropped. */
static void
end_hop(Relay *relay)
{
    relay->hop_ended = true;
    relay->in.length = relay->in.start = relay->passed = relay->padding = 0;
}

/* Blanks behind what the local side has been given. */
static gsize
write_padding(Relay *relay)
{
    static const guint8 blanks[] = "                                                                ";
    gsize done = 0;
    const gsize length = MIN(relay->padding, sizeof blanks - 1);
    const TlsStep step = plain_write(relay->hop.fd, blanks, length, &done);
    relay->padding -= done;
    if (step == TLS_EOF || step == TLS_CUT)
        end_hop(relay);
    return done;
}

/* `in` → local side. */
static gsize
write_hop(Relay *relay)
{
    const guint8 *at;
    gsize done = 0;
    const gsize used = ring_used_span(&relay->in, &at);
    if (relay->hop.fd >= 0 && relay->padding > 0)
        return write_padding(relay);
    if (relay->hop.fd < 0 || used == 0)
        return 0;
    const gsize length = inspect(relay, at, used);
    if (length == 0)
        return 0;
    const TlsStep step = plain_write(relay->hop.fd, at, length, &done);
    ring_consume(&relay->in, done);
    if (relay->inspect)
        relay->passed -= done;
    if (step == TLS_EOF || step == TLS_CUT)
        end_hop(relay);
    else if (relay->in.length == 0 && relay->pad)
        relay->padding = relay->pad(relay->pad_data);
    return done;
}

static void
watch(Relay *relay, Side *side, GIOCondition wants)
{
    if (side->wants == wants)
        return;
    side->wants = wants;
    if (side->tag && wants != 0) {
        g_source_modify_unix_fd(relay->pump, side->tag, wants);
        return;
    }
    if (side->tag)
        g_source_remove_unix_fd(relay->pump, side->tag);
    side->tag = wants != 0 ? g_source_add_unix_fd(relay->pump, side->fd, wants) : NULL;
}

/* Waits for exactly what can move something. */
static void
update_watches(Relay *relay)
{
    GIOCondition wire = 0, hop = 0;
    const bool wire_readable = !relay->wire_ended && !ring_is_full(&relay->in) && relay->hop.fd >= 0;
    const bool wire_writable = relay->out.length > 0 || (relay->hop_ended && !relay->wire_shut);
    if (wire_readable)
        wire |= relay->read_wants_write ? G_IO_OUT : G_IO_IN;
    if (wire_writable && !relay->wire_broken)
        wire |= relay->write_wants_read ? G_IO_IN : G_IO_OUT;
    if (relay->hop.fd >= 0 && !relay->hop_ended && !ring_is_full(&relay->out))
        hop |= G_IO_IN;
    const bool may_write = relay->in.length > 0 && (relay->passed > 0 || !relay->held);
    if (relay->hop.fd >= 0 && (may_write || relay->padding > 0))
        hop |= G_IO_OUT;
    watch(relay, &relay->wire, wire);
    watch(relay, &relay->hop, hop);
}

static void
close_listener(Relay *relay)
{
    g_clear_handle_id(&relay->listener_source, g_source_remove);
    if (relay->listener >= 0)
        close(relay->listener);
    relay->listener = -1;
}

/* Stops everything and tells why; the relay may be gone afterwards. */
static void
finish(Relay *relay)
{
    if (relay->closed)
        return;
    relay->closed = true;
    watch(relay, &relay->wire, 0);
    watch(relay, &relay->hop, 0);
    relay->turn_over = false;
    g_clear_handle_id(&relay->timer, g_source_remove);
    close_listener(relay);
    if (relay->hop.fd >= 0)
        close(relay->hop.fd);
    relay->hop.fd = -1;
    if (relay->on_closed)
        relay->on_closed(relay, relay->end, relay->detail, relay->data);
}

static gboolean
on_end_timeout(gpointer data)
{
    Relay *relay = data;
    relay->timer = 0;
    finish(relay);
    return G_SOURCE_REMOVE;
}

static void
start_timer(Relay *relay, guint ms)
{
    g_clear_handle_id(&relay->timer, g_source_remove);
    relay->timer = g_timeout_add(ms, on_end_timeout, relay);
}

/* The local side is done and all of it is sent: says so to the server, and waits for its end for a moment.
 * (Closing at once could destroy what is still on its way: a socket closed with unread bytes sends a reset.) */
static void
shut_wire(Relay *relay)
{
    if (relay->wire_shut || relay->out.length > 0 || !relay->hop_ended)
        return;
    if (relay->tls && !relay->wire_broken && tls_session_end(relay->tls) == TLS_WANT_WRITE)
        return;
    relay->wire_shut = true;
    relay->discarding = true;
    relay->in.length = relay->in.start = relay->passed = 0;
    shutdown(relay->wire.fd, SHUT_WR);
}

/* Moves the end of one side to the other. True when both have ended. */
static bool
pass_ends_on(Relay *relay)
{
    if (relay->wire_ended && relay->in.length == 0 && relay->hop.fd >= 0 && !relay->hop_shut) {
        relay->hop_shut = true;
        shutdown(relay->hop.fd, SHUT_WR);
    }
    shut_wire(relay);
    const bool hop_done = relay->hop_ended && (relay->wire_shut || relay->wire_broken);
    if (relay->wire_ended && hop_done)
        return true;
    if (!relay->timer && relay->hop.fd >= 0 && (relay->wire_ended || relay->hop_ended))
        start_timer(relay, relay->wire_ended ? HOP_END_TIMEOUT : relay->close_timeout);
    return false;
}

/* Moves what can be moved, at most RELAY_TURN bytes. */
static void
pump(Relay *relay)
{
    gsize moved = 0, step;
    do {
        step = read_wire(relay) + write_hop(relay) + read_hop(relay) + write_wire(relay);
        moved += step;
    } while (step > 0 && moved < RELAY_TURN);
    relay->turn_over = step > 0;
    if (moved > 0 && relay->wire_ended && !relay->hop_ended)
        g_clear_handle_id(&relay->timer, g_source_remove); /* who is still reading is given time */
    if (!relay->turn_over && pass_ends_on(relay)) {
        finish(relay);
        return;
    }
    update_watches(relay);
}

static gboolean
pump_prepare(GSource *source, int *timeout)
{
    *timeout = -1;
    return ((PumpSource *)source)->relay->turn_over;
}

static gboolean
pump_check(GSource *source)
{
    const Relay *relay = ((PumpSource *)source)->relay;
    return relay->turn_over || (relay->wire.tag && g_source_query_unix_fd(source, relay->wire.tag) != 0) ||
           (relay->hop.tag && g_source_query_unix_fd(source, relay->hop.tag) != 0);
}

static gboolean
pump_dispatch(GSource *source, GSourceFunc unused, gpointer data)
{
    pump(((PumpSource *)source)->relay);
    return G_SOURCE_CONTINUE;
}

static const GSourceFuncs pump_funcs = { pump_prepare, pump_check, pump_dispatch, NULL, NULL, NULL };

static guint16
port_of(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)address)->sin_port);
    return address->ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)address)->sin6_port) : 0;
}

static socklen_t
loopback_address(int family, struct sockaddr_storage *address)
{
    memset(address, 0, sizeof *address);
    address->ss_family = (sa_family_t)family;
    if (family == AF_INET6) {
        ((struct sockaddr_in6 *)address)->sin6_addr = in6addr_loopback;
        return sizeof(struct sockaddr_in6);
    }
    ((struct sockaddr_in *)address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof(struct sockaddr_in);
}

static void
take_hop(Relay *relay, int fd)
{
    const int one = 1;
    close_listener(relay);
    g_clear_handle_id(&relay->timer, g_source_remove);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    relay->hop.fd = fd;
    relay->end = RELAY_ENDED;
    relay->in.bytes = g_malloc(RELAY_BUFFER);
    relay->out.bytes = g_malloc(RELAY_BUFFER);
    relay->turn_over = true; /* TLS may hold bytes that came with the handshake */
}

/* Somebody connects: ours is taken, everybody else is shown out (I25). Until ours is known nobody is. */
static gboolean
on_connection(int listener, GIOCondition condition, gpointer data)
{
    Relay *relay = data;
    struct sockaddr_storage peer = { 0 };
    socklen_t size = sizeof peer;
    const int fd = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return G_SOURCE_CONTINUE;
    if (relay->claimed != 0 && port_of(&peer) == relay->claimed) {
        relay->listener_source = 0;
        take_hop(relay, fd);
        return G_SOURCE_REMOVE;
    }
    log_warning("net", "a connection to the local hop from port %u was dropped", port_of(&peer));
    close(fd);
    return G_SOURCE_CONTINUE;
}

/* An address of loopback that the program's other libraries, which look with AI_ADDRCONFIG, will accept as well. */
static int
hop_family(void)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC,
                                    .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_ADDRCONFIG | AI_NUMERICHOST };
    struct addrinfo *found = NULL;
    if (getaddrinfo("127.0.0.1", NULL, &hints, &found) != 0)
        return AF_INET6;
    freeaddrinfo(found);
    return AF_INET;
}

static bool
listen_on_loopback(Relay *relay, int family)
{
    struct sockaddr_storage address;
    socklen_t size = loopback_address(family, &address);
    relay->listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (relay->listener < 0)
        return false;
    if (bind(relay->listener, (struct sockaddr *)&address, size) != 0 || listen(relay->listener, 8) != 0 ||
        getsockname(relay->listener, (struct sockaddr *)&address, &size) != 0)
        return false;
    g_strlcpy(relay->host, family == AF_INET ? "127.0.0.1" : "::1", sizeof relay->host);
    relay->port = port_of(&address);
    relay->listener_source = g_unix_fd_add(relay->listener, G_IO_IN, on_connection, relay);
    return true;
}

Relay *
relay_new(int wire, TlsSession *tls, guint hop_timeout, guint close_timeout, GError **error)
{
    g_autoptr(Relay) relay = g_new0(Relay, 1);
    relay->wire.fd = wire;
    relay->hasty = HASTY_BYTES;
    relay->tls = tls;
    relay->hop.fd = -1;
    relay->end = RELAY_UNUSED;
    relay->listener = -1;
    relay->hop_timeout = hop_timeout;
    relay->close_timeout = close_timeout;
    relay->pump = g_source_new((GSourceFuncs *)&pump_funcs, sizeof(PumpSource));
    ((PumpSource *)relay->pump)->relay = relay;
    g_source_attach(relay->pump, NULL);
    if (!listen_on_loopback(relay, hop_family())) {
        const int cause = errno;
        relay->tls = NULL;
        g_set_error(error, CONFAB_ERROR, ERROR_INTERNAL,
                    _("no local socket can be made (%s): check the limits of open files"), g_strerror(cause));
        return NULL;
    }
    start_timer(relay, hop_timeout);
    return g_steal_pointer(&relay);
}

void
relay_set_closed(Relay *relay, RelayClosed closed, gpointer data)
{
    relay->on_closed = closed;
    relay->data = data;
}

void
relay_set_pad(Relay *relay, RelayPad pad, gpointer data)
{
    relay->pad = pad;
    relay->pad_data = data;
}

void
relay_set_inspect(Relay *relay, RelayInspect inspector, gpointer data)
{
    relay->inspect = inspector;
    relay->inspect_data = data;
}

void
relay_resume(Relay *relay)
{
    if (relay->closed || !relay->held)
        return;
    relay->held = false;
    relay->turn_over = true;
}

void
relay_free(Relay *relay)
{
    if (!relay)
        return;
    if (relay->hop.fd >= 0) {
        while (read_hop(relay) + write_wire(relay) > 0)
            continue;
        if (relay->tls && relay->out.length == 0)
            tls_session_end(relay->tls);
        close(relay->hop.fd);
    }
    close_listener(relay);
    g_clear_handle_id(&relay->timer, g_source_remove);
    g_source_destroy(relay->pump);
    g_source_unref(relay->pump);
    g_free(relay->in.bytes);
    g_free(relay->out.bytes);
    g_free(relay->detail);
    g_free(relay);
}

const char *
relay_host(const Relay *relay)
{
    return relay->host;
}

guint16
relay_port(const Relay *relay)
{
    return relay->port;
}

bool
relay_claim_socket(Relay *relay, int fd)
{
    struct sockaddr_storage address = { 0 };
    socklen_t size = sizeof address;
    const int one = 1;
    /* What little is written there need not wait 40 ms for an acknowledgement. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (relay->claimed != 0 || getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return false;
    if (port_of(&address) == 0) {
        /* Not connected yet: binding it now makes its port known before anybody can connect. */
        size = loopback_address(address.ss_family, &address);
        if (bind(fd, (struct sockaddr *)&address, size) != 0)
            return false;
        size = sizeof address;
        if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
            return false;
    }
    relay->claimed = port_of(&address);
    return relay->claimed != 0;
}

void
relay_finish(Relay *relay)
{
    if (relay->closed)
        return;
    relay->draining = true;
    if (relay->hop.fd >= 0) {
        relay->turn_over = true;
        return;
    }
    /* Our connection may be waiting to be accepted, with last words in it. */
    relay->end = RELAY_ENDED;
    start_timer(relay, relay->claimed != 0 ? relay->close_timeout : 0);
}
