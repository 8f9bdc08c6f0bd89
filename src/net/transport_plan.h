/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a transport was told to do: a checked copy of its configuration. For net/transport.c only. */
#pragma once

#include "net/targets.h"
#include "net/transport.h"

typedef struct TransportPlan {
    char *domain;
    char *host; /* to connect to, as DNS wants it */
    char *ca_file;
    char *client_certificate;
    char *client_key;
    char *key_passphrase;
    char *pin;          /* of tls_fingerprint_parse(); NULL: any that verifies */
    char *trusted_once; /* … */
    char *proxy;        /* NULL: none */
    guint16 port;       /* 0: not told */
    bool explicit_target; /* no SRV */
    TransportTls tls;
    TransportTimeouts timeouts; /* none is 0 */
} TransportPlan;

/* Into zeroed memory. False: the configuration is wrong (ERROR_CONFIG); what is there is still to be cleared. */
bool transport_plan_init(TransportPlan *plan, const TransportConfig *config, GError **error);
/* Passwords are overwritten. */
void transport_plan_clear(TransportPlan *plan);
/* The only server where `explicit_target`. The caller frees. */
Target *transport_plan_target(const TransportPlan *plan);
/* What to ask DNS for otherwise. */
TargetsKind transport_plan_targets_kind(const TransportPlan *plan);
/* Clear text is never used where TLS could not be had: so the next server may be tried. */
bool transport_plan_is_strict(const TransportPlan *plan);
/* The words are borrowed from the plan. */
TlsSessionConfig transport_plan_tls(const TransportPlan *plan, const Target *target);
