/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/changes.h"

#include <errno.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib-unix.h>

#ifdef HAVE_SYS_TIMERFD_H
#include <sys/timerfd.h>
#endif

#include "base/log.h"

enum {
    CALM_MS = 1000, /* a change of the network comes as many: link, addresses, routes */
};

struct Changes {
    ChangesFunc func;
    gpointer data;
    GNetworkMonitor *monitor; /* NULL: none */
    gulong handler;
    guint calm;
    int clock; /* -1: none */
    guint clock_source;
};

/* --- the clock --- */

#ifdef HAVE_SYS_TIMERFD_H
/* A timer for a day that does not come: it is cancelled, and that is told, when the clock jumps; waking up sets it, too
 * (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). */
static bool
arm_clock(int fd)
{
    enum { ONE_YEAR = 365 * 24 * 3600 };
    struct itimerspec never = { .it_value = { .tv_sec = g_get_real_time() / G_TIME_SPAN_SECOND + ONE_YEAR } };
    return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) == 0;
}

static gboolean
on_clock(int fd, GIOCondition condition, gpointer data)
{
    Changes *changes = data;
    guint64 expirations;
    const bool jumped = read(fd, &expirations, sizeof expirations) < 0 && errno == ECANCELED;
    if (!arm_clock(fd) && errno != ECANCELED) {
        changes->clock_source = 0;
        return G_SOURCE_REMOVE;
    }
    if (jumped)
        changes->func(CHANGE_CLOCK, changes->data);
    return G_SOURCE_CONTINUE;
}

static void
watch_clock(Changes *changes)
{
    changes->clock = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (changes->clock >= 0 && arm_clock(changes->clock))
        changes->clock_source = g_unix_fd_add(changes->clock, G_IO_IN, on_clock, changes);
}
#else
static void
watch_clock(Changes *changes)
{
    changes->clock = -1;
}
#endif

/* --- the network --- */

static gboolean
on_calm(gpointer data)
{
    Changes *changes = data;
    changes->calm = 0;
    changes->func(CHANGE_NETWORK, changes->data);
    return G_SOURCE_REMOVE;
}

static void
on_network_changed(GNetworkMonitor *monitor, gboolean available, gpointer data)
{
    Changes *changes = data;
    log_debug("net", "the network has changed (%s)", available ? "there is one" : "there is none");
    g_clear_handle_id(&changes->calm, g_source_remove);
    changes->calm = g_timeout_add(CALM_MS, on_calm, changes);
}

/* The monitor that listens to the kernel. GLib's choice could be the one of NetworkManager, and making that waits for
 * D-Bus, which we do not. */
static GNetworkMonitor *
new_monitor(void)
{
    g_proxy_resolver_get_default(); /* makes GIO register what it has */
    GIOExtensionPoint *point = g_io_extension_point_lookup(G_NETWORK_MONITOR_EXTENSION_POINT_NAME);
    GIOExtension *netlink = point != NULL ? g_io_extension_point_get_extension_by_name(point, "netlink") : NULL;
    return netlink != NULL ? g_initable_new(g_io_extension_get_type(netlink), NULL, NULL, NULL) : NULL;
}

/* --- life --- */

Changes *
changes_new(ChangesFunc func, gpointer data)
{
    Changes *changes = g_new0(Changes, 1);
    changes->func = func;
    changes->data = data;
    changes->monitor = new_monitor();
    if (changes->monitor != NULL)
        changes->handler = g_signal_connect(changes->monitor, "network-changed", G_CALLBACK(on_network_changed), changes);
    else
        log_info("net", "changes of the network cannot be noticed here");
    watch_clock(changes);
    return changes;
}

void
changes_free(Changes *changes)
{
    if (changes == NULL)
        return;
    g_clear_handle_id(&changes->calm, g_source_remove);
    g_clear_handle_id(&changes->clock_source, g_source_remove);
    if (changes->clock >= 0)
        close(changes->clock);
    if (changes->monitor != NULL)
        g_signal_handler_disconnect(changes->monitor, changes->handler);
    g_clear_object(&changes->monitor);
    g_free(changes);
}
