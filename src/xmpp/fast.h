/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A login with a token instead of the password (XEP-0484), by the mechanisms HT-SHA-256-* (draft-schmaus-kitten-sasl-ht):
 * one message there, one back. A state machine without I/O, like sasl.h.
 *
 * What it proves, and when it may stand in for the mechanism that is pinned (I4). The server gave the token inside a
 * login that kept to the pin, and bound it to one mechanism; both sides prove that they know it. It has so much entropy
 * that nothing can be guessed from the proofs, whatever the hash of the pinned SCRAM. What it lacks is a challenge:
 *
 * - HT-*-EXPR, HT-*-ENDP: the proofs are of this TLS channel. Somebody in between can neither pass them on nor use them
 *   again, exactly as with SCRAM-*-PLUS: they count as at least as strong as everything.
 * - HT-*-NONE: the proofs are always the same, and whoever saw them once has them. Only a TLS connection with a verified
 *   certificate keeps them secret; it is as strong as that, like PLAIN, and gives away a token instead of a password. So
 *   it is neither used nor asked for once a login of the account was bound to its channel.
 * - HT-*-UNIQ: tls-unique does not exist in TLS 1.3 and is unsafe before; never, as with SCRAM.
 *
 * Without TLS: never (I1). A token that fails is not tried again; the password follows on the same stream, with all that
 * is pinned, so nobody gains anything by refusing tokens. A login with a token does not change what is pinned. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    FAST_TOKEN_MAX = 4096, /* bytes */
};

/* Copied; the token into memory that is wiped. */
typedef struct FastConfig {
    const char *username;  /* the local part of the account's JID */
    const char *token;     /* NULL: there is none */
    const char *mechanism; /* that the token is of */
    bool tls;              /* encrypted, and the certificate was accepted */
    GBytes *exporter;      /* bytes of tls-exporter; NULL: not available */
    GBytes *end_point;     /* bytes of tls-server-end-point */
    bool pinned_binding;   /* a login with channel binding has succeeded */
} FastConfig;

typedef struct Fast Fast;

/* NULL: the token cannot or must not be used on this connection. */
Fast *fast_new(const FastConfig *config);
void fast_free(Fast *fast);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fast, fast_free)
const char *fast_mechanism(const Fast *fast);
/* The only message, in base64. */
const char *fast_payload(const Fast *fast);
/* `base64`: what came with the success; NULL: nothing. False and ERROR_AUTH: the server does not know the token. */
bool fast_verify(const Fast *fast, const char *base64, GError **error);

/* The mechanism to ask a token for: the strongest of those offered that this connection can use; NULL: none. `bindings`:
 * the types of XEP-0440, NULL when the server lists none. The token of `config` does not matter. */
const char *fast_choose(const FastConfig *config, const char *const *offered, const char *const *bindings);
/* Whether `mechanism` is stronger than `other`, which may be NULL. */
bool fast_is_stronger(const char *mechanism, const char *other);
