/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One look at a server from outside: connects, secures the connection, reads what it offers before a login, and goes. No
 * account takes part in it. */
#pragma once

#include "net/transport.h"

typedef struct ProbeFindings {
    const GError *error; /* how far it came says `phase`; NULL: everything is known */
    TransportPhase phase;
    gint64 milliseconds;
    bool is_direct;
    const char *tls;                   /* "TLSv1.3 …"; NULL: it did not come so far */
    const TlsCertificate *certificate; /* also a refused one; NULL */
    bool has_exporter, has_end_point;  /* what a login could be bound to here */
    const char *const *mechanisms;     /* of SASL, cleaned; never NULL */
    const char *const *bindings;       /* the server's words (XEP-0440) */
    bool offers_sasl2;
} ProbeFindings;

typedef struct ServerProbe ServerProbe;
/* Once, from the loop; the probe may be freed inside. */
typedef void (*ProbeDone)(ServerProbe *probe, const ProbeFindings *findings, gpointer data);

/* `config` is copied; its `tls` is never to be without. */
ServerProbe *server_probe_new(TlsContext *tls, const TransportConfig *config, ProbeDone done, gpointer data);
/* Nobody is called any more. */
void server_probe_free(ServerProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServerProbe, server_probe_free)
