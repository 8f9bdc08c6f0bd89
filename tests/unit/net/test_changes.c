/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of the network are told once they are over, and nothing is told while nothing happens. */
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

#include "net/changes.h"

static void
on_change(Change change, gpointer data)
{
    guint *counts = data;
    counts[change]++;
}

static gboolean
on_timeout(gpointer over)
{
    *(bool *)over = true;
    return G_SOURCE_REMOVE;
}

/* Until something is told, or for so long. */
static void
run_loop(const guint *counts, guint ms)
{
    bool over = false;
    const guint timer = g_timeout_add(ms, on_timeout, &over);
    while (!over && counts[CHANGE_CLOCK] + counts[CHANGE_NETWORK] == 0)
        g_main_context_iteration(NULL, TRUE);
    if (!over)
        g_source_remove(timer);
}

/* A network of this process's own, with a loopback that is down. */
static bool
enter_own_network(void)
{
    return unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

static void
switch_loopback(bool up)
{
    struct ifreq request = { .ifr_flags = (short)(up ? IFF_UP : 0) };
    memcpy(request.ifr_name, "lo", sizeof "lo");
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(ioctl(fd, SIOCSIFFLAGS, &request), ==, 0);
    close(fd);
}

static void
test_network(void)
{
    guint counts[2] = { 0 };
    if (!enter_own_network()) {
        g_test_skip("no network of its own can be made here");
        return;
    }
    g_autoptr(Changes) changes = changes_new(on_change, counts);
    run_loop(counts, 1500);
    g_assert_cmpuint(counts[CHANGE_NETWORK], ==, 0);
    switch_loopback(true);
    switch_loopback(false);
    switch_loopback(true);
    run_loop(counts, 10000);
    g_assert_cmpuint(counts[CHANGE_NETWORK], ==, 1);
    g_assert_cmpuint(counts[CHANGE_CLOCK], ==, 0);
}

static void
test_ends_quietly(void)
{
    guint counts[2] = { 0 };
    Changes *changes = changes_new(on_change, counts);
    changes_free(changes);
    changes_free(NULL);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(counts[CHANGE_NETWORK] + counts[CHANGE_CLOCK], ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/changes/network", test_network);
    g_test_add_func("/net/changes/ends-quietly", test_ends_quietly);
    return g_test_run();
}
