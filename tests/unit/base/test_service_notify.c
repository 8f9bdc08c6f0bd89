/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/service_notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

enum { PATIENCE = 60000 /* ms */ };

/* The supervisor's end. */
typedef struct Fixture {
    char *directory, *path;
    int socket;
} Fixture;

static int
listen_at(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const gsize length = strlen(name);
    memcpy(address.sun_path, name, length);
    if (*name == '@')
        address.sun_path[0] = '\0';
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *) &address, (socklen_t) (offsetof(struct sockaddr_un, sun_path) + length)), ==, 0);
    return fd;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->directory = g_dir_make_tmp("confab-test-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->directory, "notify", NULL);
    fixture->socket = listen_at(fixture->path);
    g_setenv("NOTIFY_SOCKET", fixture->path, TRUE);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    close(fixture->socket);
    g_unlink(fixture->path);
    g_rmdir(fixture->directory);
    g_free(fixture->path);
    g_free(fixture->directory);
}

static gboolean
on_deadline(gpointer data)
{
    *(bool *) data = true;
    return G_SOURCE_REMOVE;
}

/* The next message; the loop turns until it is there. */
static char *
receive(int socket)
{
    char text[4096];
    bool late = false;
    const guint deadline = g_timeout_add(PATIENCE, on_deadline, &late);
    ssize_t got;
    while ((got = recv(socket, text, sizeof text - 1, MSG_DONTWAIT)) < 0 && errno == EAGAIN && !late)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(got, >=, 0);
    g_source_remove(deadline);
    text[got] = '\0';
    return g_strdup(text);
}

static void
expect(const Fixture *fixture, const char *expected)
{
    g_autofree char *text = receive(fixture->socket);
    g_assert_cmpstr(text, ==, expected);
}

static void
expect_silence(const Fixture *fixture)
{
    char text[16];
    g_assert_cmpint(recv(fixture->socket, text, sizeof text, MSG_DONTWAIT), ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN);
}

static void
test_tells(Fixture *fixture, gconstpointer data)
{
    ServiceNotify *notify = service_notify_new();
    g_assert_nonnull(notify);
    service_notify_status(notify, "work: connecting\nREADY=1\x1b[31m");
    service_notify_ready(notify);
    service_notify_stopping(notify);
    g_autofree char *status = receive(fixture->socket);
    /* A text stays one line of the status, whatever is in it. I12 */
    g_assert_true(g_str_has_prefix(status, "STATUS=work: connecting"));
    g_assert_cmpint(strchr(status, '\n') - status, ==, (gssize) strlen(status) - 1);
    g_assert_null(strchr(status, '\x1b'));
    expect(fixture, "READY=1\n");
    expect(fixture, "STOPPING=1\n");
    service_notify_free(notify);
    expect_silence(fixture);
}

/* Children cannot speak for us. I23 */
static void
test_environment(Fixture *fixture, gconstpointer data)
{
    g_setenv("WATCHDOG_USEC", "1000000", TRUE);
    g_setenv("WATCHDOG_PID", "1", TRUE);
    g_autoptr(ServiceNotify) notify = service_notify_new();
    g_assert_nonnull(notify);
    g_assert_null(g_getenv("NOTIFY_SOCKET"));
    g_assert_null(g_getenv("WATCHDOG_USEC"));
    g_assert_null(g_getenv("WATCHDOG_PID"));
}

static void
test_abstract(Fixture *fixture, gconstpointer data)
{
    g_autofree char *name = g_strdup_printf("@confab-test-%d", getpid());
    const int socket = listen_at(name);
    g_setenv("NOTIFY_SOCKET", name, TRUE);
    g_autoptr(ServiceNotify) notify = service_notify_new();
    service_notify_ready(notify);
    g_autofree char *text = receive(socket);
    g_assert_cmpstr(text, ==, "READY=1\n");
    close(socket);
}

/* A supervisor that does not read is not waited for; what is told late is the newest, and once. */
static void
test_full_queue(Fixture *fixture, gconstpointer data)
{
    g_autoptr(ServiceNotify) notify = service_notify_new();
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *status = g_strdup_printf("%u", i);
        service_notify_status(notify, status);
    }
    service_notify_ready(notify);
    g_autofree char *last = NULL;
    guint count = 0;
    do {
        g_free(last);
        last = receive(fixture->socket);
        count++;
    } while (strstr(last, "READY=1") == NULL);
    g_assert_cmpuint(count, <, 1000);
    g_assert_cmpstr(last, ==, "READY=1\nSTATUS=999\n");
    expect_silence(fixture);
}

static void
test_started_again(Fixture *fixture, gconstpointer data)
{
    g_autoptr(ServiceNotify) notify = service_notify_new();
    close(fixture->socket);
    g_unlink(fixture->path);
    fixture->socket = listen_at(fixture->path);
    service_notify_ready(notify);
    expect(fixture, "READY=1\n");
}

static void
test_watchdog(Fixture *fixture, gconstpointer data)
{
    g_autofree char *own = g_strdup_printf("%d", getpid());
    g_setenv("WATCHDOG_USEC", "20000", TRUE);
    g_setenv("WATCHDOG_PID", own, TRUE);
    g_autoptr(ServiceNotify) notify = service_notify_new();
    expect(fixture, "WATCHDOG=1\n");
    expect(fixture, "WATCHDOG=1\n");
}

/* Nobody asked, or nobody is there: nothing is done, quietly. */
static void
test_nobody(Fixture *fixture, gconstpointer data)
{
    g_autofree char *gone = g_strconcat(fixture->path, ".gone", NULL);
    g_autofree char *endless = g_strnfill(200, '/');
    const char *const names[] = { "", "relative", "/", "@", "vsock:2:1234", gone, endless };
    g_unsetenv("NOTIFY_SOCKET");
    g_assert_null(service_notify_new());
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_setenv("NOTIFY_SOCKET", names[i], TRUE);
        g_assert_null(service_notify_new());
        g_assert_null(g_getenv("NOTIFY_SOCKET"));
    }
    service_notify_ready(NULL);
    service_notify_status(NULL, "x");
    service_notify_stopping(NULL);
    service_notify_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/base/service_notify/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("tells", test_tells);
    ADD("environment", test_environment);
    ADD("abstract", test_abstract);
    ADD("full-queue", test_full_queue);
    ADD("started-again", test_started_again);
    ADD("watchdog", test_watchdog);
    ADD("nobody", test_nobody);
    return g_test_run();
}
