/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/rpc_link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

enum {
    READ_MAX = 64 * 1024,
    LINES_A_TURN = 64, /* others want their turn, too */
};

struct RpcLink {
    guint references; /* its owner's, and those of calls under way */
    int in, out;
    const RpcLinkHandler *handler; /* NULL: nobody listens any more */
    gpointer data;
    GString *read;
    gsize at; /* of what was read: where the next line begins */
    GString *written;
    gsize sent; /* of what is to be written */
    guint watch_in, watch_out;
    guint watch_gone; /* after the last byte came in: whether anybody reads still */
    guint step;     /* source of the loop: lines that were read wait */
    guint end;      /* source of the loop: ended() is due */
    guint patience; /* source of the loop: flushing */
    bool paused, closed, ended;
    bool closing; /* our half, once all is written */
    RpcLinkEnd why;
};

static void wait_for_input(RpcLink *link);

static void
stop_sources(RpcLink *link)
{
    g_clear_handle_id(&link->watch_in, g_source_remove);
    g_clear_handle_id(&link->watch_out, g_source_remove);
    g_clear_handle_id(&link->watch_gone, g_source_remove);
    g_clear_handle_id(&link->step, g_source_remove);
    g_clear_handle_id(&link->end, g_source_remove);
    g_clear_handle_id(&link->patience, g_source_remove);
}

static void
link_unref(RpcLink *link)
{
    if (--link->references > 0)
        return;
    g_string_free(link->read, TRUE);
    g_string_free(link->written, TRUE);
    g_free(link);
}

void
rpc_link_free(RpcLink *link)
{
    if (link == NULL)
        return;
    stop_sources(link);
    link->handler = NULL;
    link->ended = true;
    if (link->out != link->in)
        close(link->out);
    close(link->in);
    link_unref(link);
}

/* --- the end --- */

static gboolean
on_end(gpointer data)
{
    RpcLink *link = data;
    link->end = 0;
    if (link->handler != NULL)
        link->handler->ended(link->why, link->data);
    return G_SOURCE_REMOVE;
}

/* The owner hears of it from the loop: it may be in the middle of sending. */
static void
end(RpcLink *link, RpcLinkEnd why)
{
    if (link->ended)
        return;
    stop_sources(link);
    link->ended = true;
    link->why = why;
    if (link->handler == NULL)
        rpc_link_free(link); /* nothing more can be flushed */
    else
        link->end = g_idle_add_full(G_PRIORITY_DEFAULT, on_end, link, NULL);
}

/* --- in --- */

static gboolean
on_step(gpointer data)
{
    RpcLink *link = data;
    link->step = 0;
    link->references++;
    for (guint lines = 0; lines < LINES_A_TURN && !link->ended && !link->paused; lines++) {
        const char *start = link->read->str + link->at;
        const char *feed = memchr(start, '\n', link->read->len - link->at);
        if (feed == NULL)
            break;
        gsize length = (gsize) (feed - start);
        link->at += length + 1;
        if (length > 0 && start[length - 1] == '\r')
            length--;
        link->handler->line(start, length, link->data);
    }
    if (!link->ended)
        wait_for_input(link);
    link_unref(link);
    return G_SOURCE_REMOVE;
}

static gboolean
on_gone(gint fd, GIOCondition condition, gpointer data)
{
    RpcLink *link = data;
    link->watch_gone = 0;
    end(link, RPC_LINK_CLOSED);
    return G_SOURCE_REMOVE;
}

/* Whoever has shut down only its own half waits for answers. */
static void
end_input(RpcLink *link)
{
    link->closed = true;
    if (link->handler->closed == NULL) {
        end(link, RPC_LINK_CLOSED);
        return;
    }
    link->watch_gone = g_unix_fd_add(link->out, G_IO_HUP | G_IO_ERR, on_gone, link);
    link->handler->closed(link->data);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    RpcLink *link = data;
    char bytes[READ_MAX];
    const gssize count = read(fd, bytes, sizeof bytes);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    link->watch_in = 0;
    if (count == 0)
        end_input(link);
    else if (count < 0)
        end(link, RPC_LINK_BROKEN);
    if (count <= 0)
        return G_SOURCE_REMOVE;
    g_string_erase(link->read, 0, (gssize) link->at);
    link->at = 0;
    const bool goes_on = memchr(bytes, '\n', (gsize) count) == NULL;
    g_string_append_len(link->read, bytes, count);
    if (goes_on && link->read->len > RPC_LINK_LINE_MAX)
        end(link, RPC_LINK_TOO_LONG);
    else
        wait_for_input(link);
    return G_SOURCE_REMOVE;
}

/* Lines that are there already go first. */
static void
wait_for_input(RpcLink *link)
{
    if (link->ended || link->closed || link->paused || link->handler == NULL || link->step != 0 || link->watch_in != 0)
        return;
    if (memchr(link->read->str + link->at, '\n', link->read->len - link->at) != NULL)
        link->step = g_idle_add_full(G_PRIORITY_DEFAULT, on_step, link, NULL);
    else
        link->watch_in = g_unix_fd_add(link->in, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, link);
}

void
rpc_link_pause(RpcLink *link, bool paused)
{
    link->paused = paused;
    if (!paused) {
        wait_for_input(link);
        return;
    }
    g_clear_handle_id(&link->watch_in, g_source_remove);
    g_clear_handle_id(&link->step, g_source_remove);
}

/* --- out --- */

/* A socket must not raise SIGPIPE, whatever the program does with it; a pipe has no such flag. */
static gssize
write_some(const RpcLink *link)
{
    const char *start = link->written->str + link->sent;
    const gsize length = link->written->len - link->sent;
    const gssize count = send(link->out, start, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    return count < 0 && errno == ENOTSOCK ? write(link->out, start, length) : count;
}

/* False: it ended. */
static bool
push(RpcLink *link)
{
    while (link->sent < link->written->len) {
        const gssize count = write_some(link);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            break;
        if (count < 0) {
            end(link, RPC_LINK_BROKEN);
            return false;
        }
        link->sent += (gsize) count;
    }
    if (link->sent == link->written->len || link->sent > RPC_LINK_QUEUE_MAX / 4) {
        g_string_erase(link->written, 0, (gssize) link->sent);
        link->sent = 0;
    }
    return true;
}

static gboolean
on_writable(gint fd, GIOCondition condition, gpointer data)
{
    RpcLink *link = data;
    if (!push(link))
        return G_SOURCE_REMOVE;
    if (rpc_link_queued(link) > 0)
        return G_SOURCE_CONTINUE;
    link->watch_out = 0;
    if (link->closing)
        shutdown(link->out, SHUT_WR);
    if (link->handler == NULL)
        rpc_link_free(link);
    return G_SOURCE_REMOVE;
}

void
rpc_link_send(RpcLink *link, const char *line, gssize length)
{
    if (link->ended)
        return;
    const bool waits = rpc_link_queued(link) > 0;
    g_string_append_len(link->written, line, length);
    g_string_append_c(link->written, '\n');
    if (rpc_link_queued(link) > RPC_LINK_QUEUE_MAX) {
        end(link, RPC_LINK_TOO_SLOW);
        return;
    }
    if (waits || !push(link))
        return;
    if (rpc_link_queued(link) > 0)
        link->watch_out = g_unix_fd_add(link->out, G_IO_OUT | G_IO_HUP | G_IO_ERR, on_writable, link);
}

void
rpc_link_close_output(RpcLink *link)
{
    link->closing = true;
    if (!link->ended && rpc_link_queued(link) == 0)
        shutdown(link->out, SHUT_WR);
}

gsize
rpc_link_queued(const RpcLink *link)
{
    return link->written->len - link->sent;
}

static gboolean
on_patience_ended(gpointer data)
{
    RpcLink *link = data;
    link->patience = 0;
    rpc_link_free(link);
    return G_SOURCE_REMOVE;
}

void
rpc_link_flush(RpcLink *take_link, guint patience)
{
    RpcLink *link = take_link;
    link->handler = NULL;
    if (link->ended || rpc_link_queued(link) == 0) {
        rpc_link_free(link);
        return;
    }
    g_clear_handle_id(&link->watch_in, g_source_remove);
    g_clear_handle_id(&link->step, g_source_remove);
    link->patience = g_timeout_add(patience, on_patience_ended, link);
}

RpcLink *
rpc_link_new(int take_in, int take_out, const RpcLinkHandler *handler, gpointer data)
{
    RpcLink *link = g_new0(RpcLink, 1);
    link->references = 1;
    link->in = take_in;
    link->out = take_out;
    link->handler = handler;
    link->data = data;
    link->read = g_string_new(NULL);
    link->written = g_string_new(NULL);
    g_unix_set_fd_nonblocking(take_in, TRUE, NULL);
    g_unix_set_fd_nonblocking(take_out, TRUE, NULL);
    wait_for_input(link);
    return link;
}
