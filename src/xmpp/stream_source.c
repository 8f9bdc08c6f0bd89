/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/stream_source.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>

#include <glib-unix.h>

#include "base/log.h"

enum {
    TURN_US = 6000, /* longest work in one turn of the loop; keys are read in between */
};

struct StreamContext {
    xmpp_log_t log; /* libstrophe borrows it */
    xmpp_ctx_t *ctx;
    StreamSource *source; /* the one that is connected */
};

struct StreamSource {
    StreamContext *context;
    xmpp_conn_t *conn;
    StreamSourceEvents events;
    gpointer data;
    int fd;
    gint queued;   /* items in libstrophe's send queue */
    bool sending;  /* what is being queued is ours */
    bool refused;  /* libstrophe could not parse what came */
    guint reading; /* watch */
    guint writing; /* one-shot watch, only while items are queued */
    guint turn;    /* idle source: the next turn */
    bool running; /* inside libstrophe: it must not be entered again, nor its connection released */
    bool stopped;
    bool ended;
};

static void pump(StreamSource *source);

/* There is no call that tells whether all is written (the length of the queue hides an item that
 * was begun), but libstrophe logs each item that is queued and each that is done. What it queues by
 * itself in raw mode is one thing only: the stream error about XML that it cannot parse, after
 * which it just reads on. */
static void
on_log(void *data, xmpp_log_level_t level, const char *area, const char *text)
{
    StreamContext *context = data;

    if (context->source && g_str_has_prefix(text, "Q_ADD:")) {
        context->source->queued++;
        context->source->refused |= !context->source->sending;
    } else if (context->source && g_str_has_prefix(text, "Q_SENT:")) {
        context->source->queued--;
    } else if (level >= XMPP_LEVEL_WARN) {
        log_debug("xmpp", "libstrophe: %s: %s", area, text);
    }
}

StreamContext *
stream_context_new(void)
{
    StreamContext *context = g_new0(StreamContext, 1);

    xmpp_initialize();
    context->log = (xmpp_log_t){ .handler = on_log, .userdata = context };
    context->ctx = xmpp_ctx_new(NULL, &context->log);
    xmpp_ctx_set_verbosity(context->ctx, 1);
    return context;
}

void
stream_context_free(StreamContext *context)
{
    xmpp_ctx_free(context->ctx);
    g_free(context);
}

xmpp_ctx_t *
stream_context_strophe(const StreamContext *context)
{
    return context->ctx;
}

static void
drop_watches(StreamSource *source)
{
    g_clear_handle_id(&source->reading, g_source_remove);
    g_clear_handle_id(&source->writing, g_source_remove);
    g_clear_handle_id(&source->turn, g_source_remove);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    StreamSource *source = data;

    /* the turn decides anew what to wait for */
    source->reading = 0;
    pump(source);
    return G_SOURCE_REMOVE;
}

static gboolean
on_writable(gint fd, GIOCondition condition, gpointer data)
{
    StreamSource *source = data;

    source->writing = 0;
    pump(source);
    return G_SOURCE_REMOVE;
}

static gboolean
on_turn(gpointer data)
{
    StreamSource *source = data;

    source->turn = 0;
    pump(source);
    return G_SOURCE_REMOVE;
}

static void
run_once(StreamSource *source)
{
    source->running = true;
    xmpp_run_once(source->context->ctx, 0);
    source->running = false;
}

/* Whether the socket has something for libstrophe at this very moment. */
static bool
has_work(const StreamSource *source)
{
    struct pollfd ready = { .fd = source->fd,
                            .events = (short) (POLLIN | (source->queued > 0 ? POLLOUT : 0)) };

    return poll(&ready, 1, 0) > 0;
}

static void
watch(StreamSource *source, bool more)
{
    if (more) { /* others first: whoever is ready, and the screen */
        if (!source->turn)
            source->turn = g_idle_add_full(G_PRIORITY_LOW, on_turn, source, NULL);
        return;
    }
    if (!source->reading)
        source->reading =
            g_unix_fd_add(source->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, source);
    if (source->queued > 0 && !source->writing)
        source->writing = g_unix_fd_add(source->fd, G_IO_OUT, on_writable, source);
}

/* One turn: lets libstrophe read and write as long as the socket is ready, but not for longer than
 * others can wait. */
static void
pump(StreamSource *source)
{
    const gint64 until = g_get_monotonic_time() + TURN_US;
    bool more = true;

    if (source->ended || source->stopped)
        return;
    source->events.on_enter(source->data);
    do {
        run_once(source);
        if (source->refused && !source->ended && !source->stopped)
            source->events.on_ended(false, source->data);
        more = !source->ended && !source->stopped && has_work(source);
    } while (more && g_get_monotonic_time() < until);

    if (source->ended || source->stopped)
        drop_watches(source);
    else
        watch(source, more);
    source->events.on_leave(source->data);
}

/* After anything was queued: write it in the next turn, together with what else is queued until
 * then. */
static void
kick(StreamSource *source)
{
    if (!source->turn && !source->running && !source->ended && !source->stopped)
        source->turn = g_idle_add_full(G_PRIORITY_DEFAULT, on_turn, source, NULL);
}

static int
on_element(xmpp_conn_t *conn, xmpp_stanza_t *element, void *data)
{
    StreamSource *source = data;

    if (!source->stopped)
        source->events.on_element(element, source->data);
    return 1; /* stay */
}

static void
on_connection(xmpp_conn_t *conn, xmpp_conn_event_t event, int error,
              xmpp_stream_error_t *stream_error, void *data)
{
    StreamSource *source = data;

    if (event == XMPP_CONN_DISCONNECT) {
        const bool first = !source->ended;
        source->ended = true; /* the descriptor is closed already */
        if (first && !source->stopped)
            source->events.on_ended(error != 0, source->data);
        return;
    }
    if (source->stopped)
        return;
    if (event == XMPP_CONN_RAW_CONNECT)
        source->events.on_connected(source->data);
    else if (event == XMPP_CONN_CONNECT)
        source->events.on_opened(source->data);
}

/* The hook has no user data. In raw mode libstrophe never uses its password: that slot carries the
 * source's address. */
static StreamSource *
find_source(xmpp_conn_t *conn)
{
    return (StreamSource *) (guintptr) g_ascii_strtoull(xmpp_conn_get_pass(conn), NULL, 16);
}

static int
on_socket(xmpp_conn_t *conn, void *socket)
{
    StreamSource *source = find_source(conn);

    source->fd = *(const int *) socket;
    /* libstrophe uses select(): a higher number would write outside its set */
    if (source->fd >= FD_SETSIZE || !source->events.on_socket(source->fd, source->data)) {
        source->stopped = true;
        return -1;
    }
    return 0;
}

StreamSource *
stream_source_new(StreamContext *context, const char *domain, const char *host, guint16 port,
                  const StreamSourceEvents *events, gpointer data)
{
    StreamSource *source = g_new0(StreamSource, 1);
    g_autofree char *address = g_strdup_printf("%" G_GINTPTR_MODIFIER "x", (guintptr) source);

    g_assert(!context->source);
    context->source = source;
    source->context = context;
    source->events = *events;
    source->data = data;
    source->fd = -1;
    source->conn = xmpp_conn_new(context->ctx);
    xmpp_conn_set_flags(source->conn, XMPP_CONN_FLAG_DISABLE_TLS | XMPP_CONN_FLAG_DISABLE_SM);
    xmpp_conn_set_jid(source->conn, domain);
    xmpp_conn_set_pass(source->conn, address);
    xmpp_conn_set_sockopt_callback(source->conn, on_socket);
    xmpp_handler_add(source->conn, on_element, NULL, NULL, NULL, source);

    if (xmpp_connect_raw(source->conn, host, port, on_connection, source) != XMPP_EOK
        || source->stopped) {
        stream_source_free(source);
        return NULL;
    }
    source->writing =
        g_unix_fd_add(source->fd, G_IO_OUT | G_IO_HUP | G_IO_ERR, on_writable, source);
    return source;
}

void
stream_source_free(StreamSource *source)
{
    g_assert(!source->running);
    drop_watches(source);
    source->stopped = true;
    if (!source->ended && source->queued > 0)
        run_once(source); /* the last words: they are few, and the hop is there to take them */
    source->ended = true;
    xmpp_conn_release(source->conn);
    source->context->source = NULL;
    g_free(source);
}

void
stream_source_open(StreamSource *source, const char *const *attributes, gsize count)
{
    source->sending = true;
    xmpp_conn_open_stream(source->conn, (char **) attributes, count);
    source->sending = false;
    kick(source);
}

void
stream_source_send(StreamSource *source, xmpp_stanza_t *element)
{
    source->sending = true;
    xmpp_send(source->conn, element);
    source->sending = false;
    kick(source);
}

void
stream_source_send_text(StreamSource *source, const char *xml)
{
    source->sending = true;
    xmpp_send_raw(source->conn, xml, strlen(xml));
    source->sending = false;
    kick(source);
}

void
stream_source_stop(StreamSource *source)
{
    source->stopped = true;
}
