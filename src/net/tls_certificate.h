/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in a server's certificate, and whether it is good enough (I3). Inside net/tls only: everybody else sees
 * TlsCertificate. */
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>

#include "net/server_names.h"
#include "net/tls.h"

/* Describes it and notes every fault that can be seen without its chain. */
TlsCertificate *tls_certificate_new(X509 *peer, const ServerName *server);
/* What an X509_V_ERR_… at this depth of the chain means for people. */
TlsProblems tls_certificate_problem(int error, int depth);
/* The verdict on all faults noted. A pin is the whole trust, trusted_once overrules faults, and no key that can be
 * broken is ever accepted. Both are parsed fingerprints or NULL. Fills in `trusted` and `problem`. */
bool tls_certificate_judge(TlsCertificate *certificate, const ServerName *server, const char *pin,
                           const char *trusted_once);
