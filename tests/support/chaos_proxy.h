/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bad network: a TCP proxy on loopback, in the caller's main loop, in front of a server on 127.0.0.1. It delays the
 * bytes, cuts them up anew, stalls and breaks connections. What it does follows from the seed; when it does it, from the
 * bytes that pass. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
    CHAOS_RESET, /* both sides at once (RST) */
    CHAOS_CLOSE, /* both sides at once (FIN) */
    CHAOS_HALF,  /* some bytes of a segment still arrive, the rest never does (RST) */
    CHAOS_LONE,  /* one side is cut (RST), the other one hears nothing for a while */
    CHAOS_STALL, /* one direction or both stand still for a while */
    CHAOS_HOLE,  /* both directions stand still, and then it is cut (RST) */
    CHAOS_FAULTS,
} ChaosFault;

typedef struct ChaosOptions {
    guint16 server_port;
    guint32 seed;
    guint fault_ms; /* a connection meets its next fault after about so long, at least half and at most twice; 0: none */
    guint delay_ms; /* a chunk waits up to so long */
    guint chunk;    /* and is at most so long (bytes); 0: as it comes */
    guint stall_ms; /* stalls last up to so long */
} ChaosOptions;

typedef struct ChaosCounts {
    guint connections, refused; /* refused: the server did not accept it */
    guint faults[CHAOS_FAULTS];
    gsize bytes;
} ChaosCounts;

typedef struct ChaosProxy ChaosProxy;

ChaosProxy *chaos_proxy_new(const ChaosOptions *options);
void chaos_proxy_free(ChaosProxy *proxy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChaosProxy, chaos_proxy_free)
guint16 chaos_proxy_port(const ChaosProxy *proxy);
/* No further fault begins; stalls end in their time. */
void chaos_proxy_calm(ChaosProxy *proxy);
/* While it is shut, nobody gets through: what is connected is cut (RST), new connections are refused. */
void chaos_proxy_shut(ChaosProxy *proxy, bool shut);
/* Breaks every connection there is in this way, now. */
void chaos_proxy_break(ChaosProxy *proxy, ChaosFault fault);
const ChaosCounts *chaos_proxy_counts(const ChaosProxy *proxy);
const char *chaos_fault_name(ChaosFault fault);
