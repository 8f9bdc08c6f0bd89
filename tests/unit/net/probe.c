/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

enum { BEAT = 5 }; /* ms */

static void
on_phase(Transport *transport, TransportPhase phase, const char *detail, gpointer data)
{
    Probe *probe = data;
    g_assert_cmpint(probe->closed, ==, 0);
    g_string_append_printf(probe->phases, "%s%s", probe->phases->len > 0 ? " " : "", transport_phase_name(phase));
    g_string_append_printf(probe->details, "%s|", detail ? detail : "");
    if (phase != TRANSPORT_IDLE && phase == probe->free_at) {
        probe->transport = NULL;
        transport_free(transport);
    }
}

static void
on_ready(Transport *transport, gpointer data)
{
    Probe *probe = data;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(transport_hop_port(transport)) };
    probe->ready++;
    if (probe->no_hop)
        return;
    g_assert_cmpint(inet_pton(AF_INET, transport_hop_host(transport), &address.sin_addr), ==, 1);
    probe->hop = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    g_assert_true(transport_claim_socket(transport, probe->hop));
    g_assert_true(connect(probe->hop, (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS);
}

static void
on_closed(Transport *transport, const GError *error, gpointer data)
{
    Probe *probe = data;
    probe->closed++;
    g_clear_error(&probe->error);
    probe->error = error ? g_error_copy(error) : NULL;
    if (error) {
        g_assert_true(error->domain == CONFAB_ERROR);
        g_assert_null(strchr(error->message, '\n'));
        g_test_message("%s", error->message);
    }
}

static gboolean
on_beat(gpointer data)
{
    Probe *probe = data;
    const gint64 now = g_get_monotonic_time();
    probe->worst_gap = MAX(probe->worst_gap, now - probe->last_beat - BEAT * 1000);
    probe->last_beat = now;
    return G_SOURCE_CONTINUE;
}

void
probe_init(Probe *probe, TlsContext *context)
{
    static const TransportEvents events = { on_phase, on_ready, on_closed };
    memset(probe, 0, sizeof *probe);
    probe->transport = transport_new(context, &events, probe);
    probe->phases = g_string_new(NULL);
    probe->details = g_string_new(NULL);
    probe->hop = -1;
    probe->last_beat = g_get_monotonic_time();
    probe->heartbeat = g_timeout_add_full(G_PRIORITY_HIGH, BEAT, on_beat, probe, NULL);
}

void
probe_clear(Probe *probe)
{
    transport_free(probe->transport);
    if (probe->hop >= 0)
        close(probe->hop);
    g_clear_handle_id(&probe->heartbeat, g_source_remove);
    g_string_free(probe->phases, TRUE);
    g_string_free(probe->details, TRUE);
    g_clear_error(&probe->error);
    g_test_message("the loop was busy for at most %.1f ms", (double)probe->worst_gap / 1000);
    g_assert_cmpint(probe->worst_gap, <, 200 * 1000);
    while (g_main_context_iteration(NULL, FALSE)) /* what was cancelled comes in, and finds nobody */
        continue;
}

static void
restart(Probe *probe, const TransportConfig *config)
{
    g_string_truncate(probe->phases, 0);
    g_string_truncate(probe->details, 0);
    g_clear_error(&probe->error);
    probe->ready = probe->closed = 0;
    probe->last_beat = g_get_monotonic_time(); /* what the test did before is no fault of the transport */
    transport_start(probe->transport, config);
    g_assert_cmpint(probe->closed, ==, 0);
    g_assert_cmpuint(probe->phases->len, ==, 0);
}

void
probe_run(Probe *probe, const TransportConfig *config)
{
    restart(probe, config);
    probe_wait(probe, probe->closed > 0);
    g_assert_cmpint(probe->closed, ==, 1);
}

void
probe_open(Probe *probe, const TransportConfig *config)
{
    restart(probe, config);
    probe_wait(probe, probe->ready > 0 || probe->closed > 0);
    if (probe->closed > 0)
        g_error("closed: %s", probe->error ? probe->error->message : "no error");
}

void
probe_echo(Probe *probe, const char *text)
{
    g_autoptr(GString) back = g_string_new(NULL);
    char bytes[256];
    gsize sent = 0;
    ssize_t count = 0;
    probe_wait(probe, ({
                   if (sent < strlen(text) &&
                       (count = send(probe->hop, text + sent, strlen(text) - sent, MSG_NOSIGNAL)) > 0)
                       sent += (gsize)count;
                   while ((count = recv(probe->hop, bytes, sizeof bytes, 0)) > 0)
                       g_string_append_len(back, bytes, count);
                   back->len >= strlen(text);
               }));
    g_assert_cmpstr(back->str, ==, text);
}

char *
probe_read_all(Probe *probe)
{
    GString *all = g_string_new(NULL);
    char bytes[4096];
    ssize_t count = -1;
    probe_wait(probe, ({
                   while ((count = recv(probe->hop, bytes, sizeof bytes, 0)) > 0)
                       g_string_append_len(all, bytes, count);
                   count == 0 || (errno != EAGAIN && errno != ENOTCONN);
               }));
    return g_string_free(all, FALSE);
}

void
probe_assert_idle(Probe *probe)
{
    GMainContext *context = g_main_context_default();
    GPollFD fds[32];
    int priority, timeout = 0;
    if (probe)
        g_clear_handle_id(&probe->heartbeat, g_source_remove);
    while (g_main_context_iteration(context, FALSE))
        continue;
    g_assert_true(g_main_context_acquire(context));
    g_assert_false(g_main_context_prepare(context, &priority));
    const int count = g_main_context_query(context, G_MAXINT, &timeout, fds, G_N_ELEMENTS(fds));
    g_assert_cmpint(count, <=, (int)G_N_ELEMENTS(fds));
    g_assert_cmpint(timeout, ==, -1);
    for (int i = 0; i < count; i++)
        fds[i].revents = 0;
    g_main_context_check(context, G_MAXINT, fds, count);
    g_main_context_release(context);
    g_assert_false(g_main_context_pending(context));
}
