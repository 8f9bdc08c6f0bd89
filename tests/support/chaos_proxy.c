/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each connection (Link) is two lanes, one per direction. A lane reads when its buffer is empty, and writes what it has
 * in chunks, each after a delay of its own; so the buffers of the kernel give the back-pressure. */
#include "support/chaos_proxy.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

enum {
    BUFFER = 65536,
    DEFAULT_CHUNK = 16384,
};

typedef struct Link Link;

typedef struct Lane {
    Link *link;
    int from, to; /* the link's */
    guint8 bytes[BUFFER];
    gsize start, end;
    bool ended;     /* nothing more is read */
    bool stalled;
    bool half;      /* the next chunk is the last one, and not whole */
    guint watch;    /* waits for bytes, or for room */
    guint pause;    /* the delay of the next chunk */
} Lane;

struct Link {
    ChaosProxy *proxy;
    int client, server; /* -1: cut */
    Lane up, down;
    guint fault;    /* timer of the next one */
    guint recovery; /* timer of the end of a stall */
    bool doomed;    /* its recovery is its end */
};

struct ChaosProxy {
    ChaosOptions options;
    GRand *rand;
    int listener;
    guint16 port;
    guint accept;
    GPtrArray *links;
    ChaosCounts counts;
    bool calm, shut;
};

static bool lane_next(Lane *lane);

const char *
chaos_fault_name(ChaosFault fault)
{
    static const char *const names[] = { "reset", "close", "half", "lone", "stall", "hole" };
    G_STATIC_ASSERT(G_N_ELEMENTS(names) == CHAOS_FAULTS);
    return names[fault];
}

/* --- ends --- */

/* With `reset` the other side loses what it has not read yet, as when a machine goes away and comes back. */
static void
cut(int *fd, bool reset)
{
    const struct linger linger = { .l_onoff = 1, .l_linger = 0 };
    if (*fd < 0)
        return;
    if (reset)
        setsockopt(*fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(*fd);
    *fd = -1;
}

static void
lane_stop(Lane *lane)
{
    g_clear_handle_id(&lane->watch, g_source_remove);
    g_clear_handle_id(&lane->pause, g_source_remove);
}

static void
link_free(gpointer data)
{
    Link *link = data;
    lane_stop(&link->up);
    lane_stop(&link->down);
    g_clear_handle_id(&link->fault, g_source_remove);
    g_clear_handle_id(&link->recovery, g_source_remove);
    cut(&link->client, false);
    cut(&link->server, false);
    g_free(link);
}

static void
link_end(Link *link, bool reset)
{
    lane_stop(&link->up);
    lane_stop(&link->down);
    if (reset) {
        cut(&link->client, true);
        cut(&link->server, true);
    }
    g_ptr_array_remove_fast(link->proxy->links, link);
}

/* --- a lane --- */

static gboolean
on_readable(int fd, GIOCondition condition, gpointer data)
{
    Lane *lane = data;
    lane->watch = 0;
    const gssize count = read(fd, lane->bytes, sizeof lane->bytes);
    if (count < 0) {
        link_end(lane->link, true);
        return G_SOURCE_REMOVE;
    }
    lane->ended = count == 0;
    lane->start = 0;
    lane->end = (gsize)count;
    lane_next(lane);
    return G_SOURCE_REMOVE;
}

static gboolean
on_writable(int fd, GIOCondition condition, gpointer data)
{
    Lane *lane = data;
    ChaosProxy *proxy = lane->link->proxy;
    const guint limit = proxy->options.chunk != 0 ? proxy->options.chunk : DEFAULT_CHUNK;
    const gsize chunk = (gsize)g_rand_int_range(proxy->rand, 1, (gint32)limit + 1);
    gsize size = MIN(lane->end - lane->start, chunk);
    lane->watch = 0;
    if (lane->half)
        size = (size + 1) / 2;
    const gssize count = send(fd, lane->bytes + lane->start, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (lane->half || (count < 0 && errno != EAGAIN)) {
        link_end(lane->link, true);
        return G_SOURCE_REMOVE;
    }
    lane->start += count > 0 ? (gsize)count : 0;
    proxy->counts.bytes += count > 0 ? (gsize)count : 0;
    lane_next(lane);
    return G_SOURCE_REMOVE;
}

static gboolean
on_pause_over(gpointer data)
{
    Lane *lane = data;
    lane->pause = 0;
    lane->watch = g_unix_fd_add(lane->to, G_IO_OUT, on_writable, lane);
    return G_SOURCE_REMOVE;
}

static bool
lane_is_done(const Lane *lane)
{
    return lane->ended && lane->start == lane->end;
}

/* Waits for what this lane needs now. False: both lanes are done and the link is gone. */
static bool
lane_next(Lane *lane)
{
    Link *link = lane->link;
    ChaosProxy *proxy = link->proxy;
    if (lane->stalled || lane->watch != 0 || lane->pause != 0)
        return true;
    if (lane->start < lane->end) {
        lane->pause = g_timeout_add((guint)g_rand_int_range(proxy->rand, 0, (gint32)proxy->options.delay_ms + 1),
                                    on_pause_over, lane);
        return true;
    }
    if (!lane->ended) {
        lane->watch = g_unix_fd_add(lane->from, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, lane);
        return true;
    }
    shutdown(lane->to, SHUT_WR);
    if (!lane_is_done(&link->up) || !lane_is_done(&link->down))
        return true;
    link_end(link, false);
    return false;
}

/* --- faults --- */

static gboolean on_fault(gpointer data);

static void
plan_fault(Link *link)
{
    ChaosProxy *proxy = link->proxy;
    const gint32 mean = (gint32)proxy->options.fault_ms;
    if (mean > 0 && !proxy->calm)
        link->fault = g_timeout_add((guint)g_rand_int_range(proxy->rand, mean / 2, mean * 2), on_fault, link);
}

static gboolean
on_recovery(gpointer data)
{
    Link *link = data;
    link->recovery = 0;
    if (link->doomed) {
        link_end(link, true);
        return G_SOURCE_REMOVE;
    }
    link->up.stalled = link->down.stalled = false;
    plan_fault(link);
    if (lane_next(&link->up))
        lane_next(&link->down);
    return G_SOURCE_REMOVE;
}

static void
stall(Link *link, bool up, bool down)
{
    ChaosProxy *proxy = link->proxy;
    const gint32 longest = MAX((gint32)proxy->options.stall_ms, 2);
    if (up) {
        link->up.stalled = true;
        lane_stop(&link->up);
    }
    if (down) {
        link->down.stalled = true;
        lane_stop(&link->down);
    }
    g_clear_handle_id(&link->recovery, g_source_remove);
    link->recovery = g_timeout_add((guint)g_rand_int_range(proxy->rand, longest / 2, longest), on_recovery, link);
}

/* May free the link. */
static void
link_break(Link *link, ChaosFault fault)
{
    ChaosProxy *proxy = link->proxy;
    const guint32 dice = g_rand_int(proxy->rand);
    proxy->counts.faults[fault]++;
    g_clear_handle_id(&link->fault, g_source_remove);
    switch (fault) {
    case CHAOS_RESET:
    case CHAOS_CLOSE:
        link_end(link, fault == CHAOS_RESET);
        break;
    case CHAOS_HALF:
        link->up.half = link->down.half = true;
        break;
    case CHAOS_LONE:
        stall(link, true, true);
        link->doomed = true;
        cut(dice & 1 ? &link->client : &link->server, true);
        break;
    case CHAOS_STALL:
        stall(link, dice % 3 != 0, dice % 3 != 1);
        break;
    case CHAOS_HOLE:
        stall(link, true, true);
        link->doomed = true;
        break;
    case CHAOS_FAULTS:
        g_assert_not_reached();
    }
}

static gboolean
on_fault(gpointer data)
{
    Link *link = data;
    link->fault = 0;
    if (!link->proxy->calm)
        link_break(link, (ChaosFault)g_rand_int_range(link->proxy->rand, 0, CHAOS_FAULTS));
    return G_SOURCE_REMOVE;
}

/* --- connections --- */

static struct sockaddr_in
loopback(guint16 port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons(port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* -1: it does not listen. On loopback this does not wait. */
static int
connect_to(guint16 port)
{
    const struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(fd, >=, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        cut(&fd, false);
    return fd;
}

static gboolean
on_connection(int listener, GIOCondition condition, gpointer data)
{
    ChaosProxy *proxy = data;
    const int on = 1;
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0)
        return G_SOURCE_CONTINUE;
    const int server = proxy->shut ? -1 : connect_to(proxy->options.server_port);
    if (server < 0) {
        proxy->counts.refused++;
        cut(&client, true);
        return G_SOURCE_CONTINUE;
    }
    proxy->counts.connections++;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Link *link = g_new0(Link, 1);
    link->proxy = proxy;
    link->client = client;
    link->server = server;
    link->up.link = link->down.link = link;
    link->up.from = link->down.to = client;
    link->up.to = link->down.from = server;
    g_ptr_array_add(proxy->links, link);
    plan_fault(link);
    lane_next(&link->up);
    lane_next(&link->down);
    return G_SOURCE_CONTINUE;
}

ChaosProxy *
chaos_proxy_new(const ChaosOptions *options)
{
    ChaosProxy *proxy = g_new0(ChaosProxy, 1);
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    proxy->options = *options;
    proxy->rand = g_rand_new_with_seed(options->seed);
    proxy->links = g_ptr_array_new_with_free_func(link_free);
    proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    g_assert_cmpint(proxy->listener, >=, 0);
    g_assert_cmpint(bind(proxy->listener, (const struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(proxy->listener, SOMAXCONN), ==, 0);
    g_assert_cmpint(getsockname(proxy->listener, (struct sockaddr *)&address, &size), ==, 0);
    proxy->port = ntohs(address.sin_port);
    proxy->accept = g_unix_fd_add(proxy->listener, G_IO_IN, on_connection, proxy);
    return proxy;
}

void
chaos_proxy_free(ChaosProxy *proxy)
{
    g_source_remove(proxy->accept);
    close(proxy->listener);
    g_ptr_array_unref(proxy->links);
    g_rand_free(proxy->rand);
    g_free(proxy);
}

guint16
chaos_proxy_port(const ChaosProxy *proxy)
{
    return proxy->port;
}

void
chaos_proxy_calm(ChaosProxy *proxy)
{
    proxy->calm = true;
}

void
chaos_proxy_break(ChaosProxy *proxy, ChaosFault fault)
{
    g_autoptr(GPtrArray) links = g_ptr_array_new();
    for (guint i = 0; i < proxy->links->len; i++)
        g_ptr_array_add(links, proxy->links->pdata[i]);
    for (guint i = 0; i < links->len; i++)
        link_break(links->pdata[i], fault);
}

void
chaos_proxy_shut(ChaosProxy *proxy, bool shut)
{
    proxy->shut = shut;
    while (shut && proxy->links->len > 0)
        link_end(proxy->links->pdata[0], true);
}

const ChaosCounts *
chaos_proxy_counts(const ChaosProxy *proxy)
{
    return &proxy->counts;
}
