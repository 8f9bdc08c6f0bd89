/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which SASL mechanism a login uses, and the exchange (RFC 6120 §6; I1, I4). A state machine without I/O: the stream
 * gives what the server sent and sends what comes out.
 *
 *     outcome = sasl_begin(sasl, mechanisms, bindings, &error);
 *     SASL_SEND:       <auth mechanism='sasl_mechanism()'>sasl_payload()</auth>
 *       <challenge/>:  sasl_challenge(); its callback gets SASL_SEND: <response>sasl_payload()</response>
 *       <success/>:    sasl_success(): SASL_DONE, or the server has not proved itself
 *       <failure/>:    sasl_failure(): SASL_SEND means another <auth/> on the same stream
 *     others:          close the stream with the error (after <abort/> while an exchange is under way)
 *
 * In order of preference: EXTERNAL with a client certificate (XEP-0178), SCRAM with channel binding, SCRAM by strength
 * of the hash, PLAIN. PLAIN goes over verified TLS only. DIGEST-MD5, CRAM-MD5 and everything else: never. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "xmpp/scram.h"

typedef struct Sasl Sasl;

/* Copied by sasl_new(); the password into memory that is wiped. */
typedef struct SaslConfig {
    const char *username;    /* the local part of the account's JID */
    const char *password;    /* NULL: only EXTERNAL is possible */
    const char *authzid; /* the bare JID: EXTERNAL names it when the certificate alone does not say who; may be NULL */
    bool tls;                /* the stream is encrypted and the certificate was accepted */
    bool client_certificate; /* TLS has shown one */
    GBytes *exporter;        /* bytes of tls-exporter (TLS 1.3, or with extended master secret); NULL: not available */
    GBytes *end_point;       /* bytes of tls-server-end-point; NULL without TLS */
    const char *pinned;      /* sasl_family() of the strongest login so far (also with -PLUS); NULL: none */
    bool pinned_binding;     /* a login with channel binding has succeeded */
    ScramKeys *keys;         /* sasl_keys() of the last login in this process; NULL: none */
} SaslConfig;

typedef enum {
    SASL_SEND,      /* send sasl_payload() */
    SASL_DONE,      /* authenticated, and the server too: restart the stream */
    SASL_FAILED,    /* refused: not again with the same secret (I8) */
    SASL_TEMPORARY, /* the server cannot just now: try again later */
    SASL_ALARM,     /* a downgrade: weaker than once used, binding lost, or offers that were tampered with (I4) */
} SaslOutcome;

/* `error` is set for all outcomes but SASL_SEND and SASL_DONE (CONFAB_ERROR; ERROR_AUTH for all that the server
 * did). */
typedef void (*SaslDone)(Sasl *sasl, SaslOutcome outcome, const GError *error, gpointer data);

Sasl *sasl_new(const SaslConfig *config);
/* A callback that is due is not called any more. */
void sasl_free(Sasl *sasl);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sasl, sasl_free)

/* `mechanisms`: NULL-terminated. `bindings`: the types of XEP-0440, NULL when the server lists none. Once. */
SaslOutcome sasl_begin(Sasl *sasl, const char *const *mechanisms, const char *const *bindings, GError **error);
/* `base64`: the content of <challenge/>. `done` is called once, from the main loop, never from inside (PBKDF2
 * takes its time, in a thread); it may free the exchange. A second challenge before that ends the exchange:
 * only the later callback is called then, with the error. */
void sasl_challenge(Sasl *sasl, const char *base64, SaslDone done, gpointer data);
/* `base64`: the content of <success/>, NULL or "" when it is empty. */
SaslOutcome sasl_success(Sasl *sasl, const char *base64, GError **error);
/* `condition`: the name of the child element, NULL when there is none; `text`: the server's own words or NULL.
 * The error has both, in the user's language and cleaned. */
SaslOutcome sasl_failure(Sasl *sasl, const char *condition, const char *text, GError **error);

/* Of the attempt under way: "SCRAM-SHA-256-PLUS". NULL before sasl_begin() has chosen. */
const char *sasl_mechanism(const Sasl *sasl);
/* The same without -PLUS: what to remember as `pinned` after SASL_DONE. */
const char *sasl_family(const Sasl *sasl);
/* Channel binding is used: to remember as `pinned_binding` after SASL_DONE. */
bool sasl_has_binding(const Sasl *sasl);
/* base64 as it goes on the wire: "=" is an empty initial response, "" an empty response. Borrowed until the
 * next call. */
const char *sasl_payload(const Sasl *sasl);
/* To be kept for the next login with the same password; NULL unless SCRAM has succeeded. Borrowed. */
ScramKeys *sasl_keys(const Sasl *sasl);
/* scram_salt() with the password as the server must see it; not when the login has no password. */
ScramSalting *sasl_salt(const Sasl *sasl, ScramHash hash, const char *salt, const char *iterations,
                        ScramSaltingDone done, gpointer data);
