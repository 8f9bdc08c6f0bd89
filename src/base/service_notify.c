/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/service_notify.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/log.h"
#include "base/text.h"

enum { WATCHDOG_MIN = 1 /* ms */ };

/* What is to be told and was not yet. */
typedef enum {
    TELL_READY = 1 << 0,
    TELL_STOPPING = 1 << 1,
    TELL_WATCHDOG = 1 << 2,
} Tell;

struct ServiceNotify {
    struct sockaddr_un address;
    socklen_t length;
    int socket;
    guint tell;      /* Tell, bits */
    char *status;    /* the same; NULL: none */
    guint writable;  /* source of the loop: the supervisor's queue was full */
    guint watchdog;  /* source of the loop */
};

/* --- the supervisor --- */

/* An absolute path, or a name that begins with @ in the abstract namespace, whose address is as long as it. */
static bool
read_address(ServiceNotify *notify, const char *name)
{
    const gsize length = strlen(name);
    if ((*name != '/' && *name != '@') || length < 2 || length >= sizeof notify->address.sun_path)
        return false;
    notify->address.sun_family = AF_UNIX;
    memcpy(notify->address.sun_path, name, length);
    notify->length = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + length + (*name == '/'));
    if (*name == '@')
        notify->address.sun_path[0] = '\0';
    return true;
}

static bool
connect_supervisor(const ServiceNotify *notify)
{
    return connect(notify->socket, (const struct sockaddr *) &notify->address, notify->length) == 0;
}

/* --- what is told --- */

/* READY and STOPPING in one message would be read in any order. */
static char *
compose(const ServiceNotify *notify)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (notify->tell & TELL_READY)
        g_string_append(text, "READY=1\n");
    else if (notify->tell & TELL_STOPPING)
        g_string_append(text, "STOPPING=1\n");
    if (notify->tell & TELL_WATCHDOG)
        g_string_append(text, "WATCHDOG=1\n");
    if (notify->status != NULL)
        g_string_append_printf(text, "STATUS=%s\n", notify->status);
    return text->len == 0 ? NULL : g_string_free(g_steal_pointer(&text), FALSE);
}

static void
forget_told(ServiceNotify *notify)
{
    const guint told = notify->tell & TELL_READY ? TELL_READY : TELL_STOPPING;
    notify->tell &= ~(told | TELL_WATCHDOG);
    g_clear_pointer(&notify->status, g_free);
}

static gboolean on_writable(gint fd, GIOCondition condition, gpointer data);

/* Datagrams come whole or not at all. A supervisor that was started again has another socket at the same place. */
static void
flush(ServiceNotify *notify)
{
    char *text = NULL;
    while (notify->writable == 0 && (text = compose(notify)) != NULL) {
        const gsize length = strlen(text);
        ssize_t sent = send(notify->socket, text, length, MSG_NOSIGNAL);
        if (sent < 0 && (errno == ECONNREFUSED || errno == ENOTCONN || errno == ECONNRESET) && connect_supervisor(notify))
            sent = send(notify->socket, text, length, MSG_NOSIGNAL);
        g_free(text);
        if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
            notify->writable = g_unix_fd_add(notify->socket, G_IO_OUT, on_writable, notify);
            return;
        }
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            log_warning("service", "the supervisor cannot be told how it is: %s", g_strerror(errno));
        forget_told(notify);
    }
}

static gboolean
on_writable(gint fd, GIOCondition condition, gpointer data)
{
    ServiceNotify *notify = data;
    notify->writable = 0;
    flush(notify);
    return G_SOURCE_REMOVE;
}

static gboolean
on_watchdog(gpointer data)
{
    ServiceNotify *notify = data;
    notify->tell |= TELL_WATCHDOG;
    flush(notify);
    return G_SOURCE_CONTINUE;
}

void
service_notify_ready(ServiceNotify *notify)
{
    if (notify == NULL)
        return;
    notify->tell |= TELL_READY;
    flush(notify);
}

void
service_notify_stopping(ServiceNotify *notify)
{
    if (notify == NULL)
        return;
    notify->tell |= TELL_STOPPING;
    flush(notify);
}

void
service_notify_status(ServiceNotify *notify, const char *status)
{
    if (notify == NULL)
        return;
    g_free(notify->status);
    notify->status = text_clean(status, -1, TEXT_LINE);
    flush(notify);
}

/* --- life --- */

/* Half the time of the watchdog in ms; 0: there is none, or it watches another process. */
static guint
watchdog_interval(const char *usec, const char *pid)
{
    guint64 time = 0, process = 0;
    if (usec == NULL || !g_ascii_string_to_unsigned(usec, 10, 1, G_MAXUINT64, &time, NULL))
        return 0;
    if (pid != NULL && (!g_ascii_string_to_unsigned(pid, 10, 1, G_MAXINT, &process, NULL) || (pid_t) process != getpid()))
        return 0;
    return (guint) CLAMP(time / 2000, WATCHDOG_MIN, G_MAXINT);
}

static ServiceNotify *
open_supervisor(const char *name)
{
    g_autoptr(ServiceNotify) notify = g_new0(ServiceNotify, 1);
    notify->socket = -1;
    if (!read_address(notify, name)) {
        log_warning("service", "$NOTIFY_SOCKET is no address of a local socket: nobody is told");
        return NULL;
    }
    notify->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (notify->socket < 0 || !connect_supervisor(notify)) {
        log_warning("service", "the supervisor cannot be reached: %s", g_strerror(errno));
        return NULL;
    }
    return g_steal_pointer(&notify);
}

ServiceNotify *
service_notify_new(void)
{
    const char *name = g_getenv("NOTIFY_SOCKET");
    const guint interval = watchdog_interval(g_getenv("WATCHDOG_USEC"), g_getenv("WATCHDOG_PID"));
    ServiceNotify *notify = name == NULL || *name == '\0' ? NULL : open_supervisor(name);
    g_unsetenv("NOTIFY_SOCKET");
    g_unsetenv("WATCHDOG_USEC");
    g_unsetenv("WATCHDOG_PID");
    if (notify != NULL && interval > 0)
        notify->watchdog = g_timeout_add(interval, on_watchdog, notify);
    return notify;
}

void
service_notify_free(ServiceNotify *notify)
{
    if (notify == NULL)
        return;
    g_clear_handle_id(&notify->writable, g_source_remove);
    g_clear_handle_id(&notify->watchdog, g_source_remove);
    if (notify->socket >= 0)
        flush(notify);
    g_clear_handle_id(&notify->writable, g_source_remove);
    if (notify->socket >= 0)
        close(notify->socket);
    g_free(notify->status);
    g_free(notify);
}
