/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/rpc_server.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "rpc/rpc_peer.h"

enum {
    PEERS_MAX = 256,
    BACKLOG = 64,
    FULL_PATIENCE = 1000, /* ms, when there are no descriptors left */
    INHERITED_FD = 3, /* SD_LISTEN_FDS_START of sd_listen_fds(3) */
};

struct RpcServer {
    Registry *registry;
    GPtrArray *peers; /* RpcPeer* */
    guint subscription;
    char *path; /* NULL: the socket is systemd's */
    int lock, socket;
    guint watch; /* or the timer of patience */
};

char *
rpc_server_path(const Paths *paths)
{
    return g_build_filename(paths->runtime, "control.sock", NULL);
}

guint
rpc_server_peer_count(const RpcServer *server)
{
    return server->peers->len;
}

/* --- peers --- */

static const char *
end_words(RpcLinkEnd why)
{
    static const char *const words[] = {
        [RPC_LINK_CLOSED] = "it hung up",
        [RPC_LINK_BROKEN] = "reading or writing failed",
        [RPC_LINK_TOO_LONG] = "it sent a line that is too long",
        [RPC_LINK_TOO_SLOW] = "it does not read",
    };
    return words[why];
}

static void
on_peer_ended(RpcPeer *peer, RpcLinkEnd why, gpointer data)
{
    RpcServer *server = data;
    if (why != RPC_LINK_CLOSED)
        log_warning("rpc", "a program at the control socket was dropped: %s", end_words(why));
    g_ptr_array_remove_fast(server->peers, peer);
    rpc_peer_free(peer);
}

/* I25: the directory keeps others out already; this is for a socket that was handed over, or moved. */
static bool
is_own_user(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

static void listen_again(RpcServer *server);

static gboolean
on_patience_ended(gpointer server)
{
    listen_again(server);
    return G_SOURCE_REMOVE;
}

static gboolean
on_connection(gint fd, GIOCondition condition, gpointer data)
{
    RpcServer *server = data;
    const int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (peer < 0 && (errno == EMFILE || errno == ENFILE)) {
        /* It would be asked for again at once, for ever. */
        log_warning("rpc", "a program waits at the control socket: %s", g_strerror(errno));
        server->watch = g_timeout_add(FULL_PATIENCE, on_patience_ended, server);
        return G_SOURCE_REMOVE;
    }
    if (peer < 0)
        return G_SOURCE_CONTINUE;
    if (!is_own_user(peer) || server->peers->len >= PEERS_MAX) {
        log_warning("rpc", "a program was turned away at the control socket: %s",
                    server->peers->len >= PEERS_MAX ? "too many are there" : "another user's");
        close(peer);
        return G_SOURCE_CONTINUE;
    }
    g_ptr_array_add(server->peers, rpc_peer_new(server->registry, peer, peer, NULL, on_peer_ended, server));
    return G_SOURCE_CONTINUE;
}

static void
listen_again(RpcServer *server)
{
    server->watch = g_unix_fd_add(server->socket, G_IO_IN, on_connection, server);
}

static void
on_event(gconstpointer event, gpointer data)
{
    const RpcServer *server = data;
    rpc_peers_tell(server->peers, event);
}

/* --- the socket --- */

int
rpc_server_inherit(void)
{
    const char *pid = g_getenv("LISTEN_PID");
    const char *count = g_getenv("LISTEN_FDS");
    const bool ours = pid != NULL && count != NULL && g_ascii_strtoll(pid, NULL, 10) == getpid() &&
                      g_ascii_strtoll(count, NULL, 10) == 1;
    g_unsetenv("LISTEN_PID");
    g_unsetenv("LISTEN_FDS");
    g_unsetenv("LISTEN_FDNAMES");
    int listens = 0;
    socklen_t size = sizeof listens;
    if (!ours || getsockopt(INHERITED_FD, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens)
        return -1;
    fcntl(INHERITED_FD, F_SETFD, FD_CLOEXEC);
    g_unix_set_fd_nonblocking(INHERITED_FD, TRUE, NULL);
    return INHERITED_FD;
}

/* Who has the lock has the socket; what lies there belongs to nobody any more. */
static bool
take_lock(RpcServer *server, const Paths *paths, GError **error)
{
    g_autofree char *path = g_build_filename(paths->runtime, "control.lock", NULL);
    server->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (server->lock < 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s: %s"), path, g_strerror(errno));
        return false;
    }
    if (flock(server->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_FAILED,
                _("another confab has the control socket of this profile: programs are answered there"));
    return false;
}

static bool
listen_at(RpcServer *server, const char *path, GError **error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof address.sun_path) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG, _("%s: the path is too long for a socket: use a shorter directory"),
                    path);
        return false;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    unlink(path);
    server->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* What is made from here on is ours alone, from its first moment. */
    const mode_t mask = umask(0177);
    const bool made = server->socket >= 0 && bind(server->socket, (struct sockaddr *) &address, sizeof address) == 0 &&
                      listen(server->socket, BACKLOG) == 0;
    const int cause = errno;
    umask(mask);
    if (!made)
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s: %s"), path, g_strerror(cause));
    return made;
}

RpcServer *
rpc_server_new(Registry *registry, int take_socket, GError **error)
{
    g_autoptr(RpcServer) server = g_new0(RpcServer, 1);
    const Paths *paths = client_paths(registry_client(registry));
    server->registry = registry;
    server->peers = g_ptr_array_new();
    server->lock = -1;
    server->socket = take_socket;
    if (!take_lock(server, paths, error))
        return NULL;
    if (server->socket < 0) {
        server->path = rpc_server_path(paths);
        if (!listen_at(server, server->path, error))
            return NULL;
    }
    listen_again(server);
    server->subscription = bus_subscribe(client_bus(registry_client(registry)), on_event, server);
    return g_steal_pointer(&server);
}

void
rpc_server_free(RpcServer *server)
{
    if (server == NULL)
        return;
    if (server->subscription != 0)
        bus_unsubscribe(client_bus(registry_client(server->registry)), server->subscription);
    g_clear_handle_id(&server->watch, g_source_remove);
    for (guint i = 0; i < server->peers->len; i++)
        rpc_peer_free(server->peers->pdata[i]);
    g_ptr_array_unref(server->peers);
    if (server->socket >= 0)
        close(server->socket);
    if (server->path != NULL)
        unlink(server->path);
    g_free(server->path);
    if (server->lock >= 0)
        close(server->lock);
    g_free(server);
}
