/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transport under observation: what it said, in which order, and how long it kept the loop busy. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "net/transport.h"

typedef struct Probe {
    Transport *transport;
    GString *phases;  /* "resolving connecting …" */
    GString *details; /* "example.org|127.0.0.1:5222|…" */
    int ready;
    int closed;
    GError *error;
    TransportPhase free_at; /* frees the transport inside on_phase; TRANSPORT_IDLE: never */
    int hop;                /* our end of the hop, -1 */
    bool no_hop;            /* do not connect to it */
    gint64 last_beat;
    gint64 worst_gap; /* microseconds beyond the 5 ms of the heartbeat */
    guint heartbeat;
} Probe;

void probe_init(Probe *probe, TlsContext *context);
void probe_clear(Probe *probe);
/* Runs the loop until then; a test that waits longer than 10 s has failed. */
#define probe_wait(probe, condition)                                                                                   \
    do {                                                                                                               \
        const gint64 give_up_ = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;                                          \
        while (!(condition)) {                                                                                         \
            g_assert_cmpint(g_get_monotonic_time(), <, give_up_);                                                      \
            g_main_context_iteration(NULL, TRUE);                                                                      \
        }                                                                                                              \
    } while (0)
/* Starts and waits for the end. */
void probe_run(Probe *probe, const TransportConfig *config);
/* Starts and waits until it is open and the hop connected. */
void probe_open(Probe *probe, const TransportConfig *config);
/* Sends through the hop and waits for the same bytes to come back. */
void probe_echo(Probe *probe, const char *text);
/* The loop has nothing to do and no time-out to wait for: no system call happens until bytes come. The heartbeat is
 * stopped. NULL: there is none. */
void probe_assert_idle(Probe *probe);
/* Reads the hop until its end. */
char *probe_read_all(Probe *probe);
#define probe_assert_phases(probe, expected) g_assert_cmpstr((probe)->phases->str, ==, expected)
#define probe_assert_error(probe, error_code, text)                                                                    \
    do {                                                                                                               \
        g_assert_nonnull((probe)->error);                                                                              \
        g_assert_cmpint((probe)->error->code, ==, error_code);                                                         \
        if (!strstr((probe)->error->message, text))                                                                    \
            g_error("“%s” does not say “%s”", (probe)->error->message, text);                                          \
    } while (0)
