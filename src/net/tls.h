/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS on a non-blocking socket, and the judgement of certificates (I3). The only file of this layer that knows
 * OpenSSL. The verdict falls inside the handshake, at the moment the server's certificate is there: before a
 * client certificate or any other byte of ours is sent under it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Caches trust stores; shared by all sessions of the program. Counted. */
typedef struct TlsContext TlsContext;
typedef struct TlsSession TlsSession;

typedef enum {
    TLS_PROBLEM_NONE = 0,
    TLS_PROBLEM_UNTRUSTED = 1 << 0, /* no chain to a known authority */
    TLS_PROBLEM_SELF_SIGNED = 1 << 1,
    TLS_PROBLEM_EXPIRED = 1 << 2,
    TLS_PROBLEM_NOT_YET_VALID = 1 << 3,
    TLS_PROBLEM_WRONG_NAME = 1 << 4,     /* not for the account's domain */
    TLS_PROBLEM_AUTHORITY = 1 << 5,      /* a CA's own certificate */
    TLS_PROBLEM_WRONG_PURPOSE = 1 << 6,  /* not for servers */
    TLS_PROBLEM_WEAK_KEY = 1 << 7,       /* RSA below 2048, EC below 224 bits; cannot be overruled */
    TLS_PROBLEM_WEAK_SIGNATURE = 1 << 8, /* SHA-1 and older, weak keys higher up in the chain */
    TLS_PROBLEM_OTHER = 1 << 9,
    TLS_PROBLEM_PIN = 1 << 10, /* another certificate is pinned */
} TlsProblems;

/* What people are shown of a certificate. All text is cleaned. */
typedef struct TlsCertificate {
    char **names;  /* subject alternative names: "*.example.org", "_xmpp-client.example.org", "192.0.2.1" … */
    char *subject; /* one line, for display only: never compared */
    char *issuer;
    gint64 not_before; /* microseconds since the epoch, UTC */
    gint64 not_after;
    char *fingerprint; /* SHA-256, 64 lower-case hex digits: what `pin` and `trusted_once` take */
    char *key;         /* "RSA 2048", "EC 256", "ED25519" … */
    TlsProblems problems;
    char *problem; /* the same in words, one line; NULL when there is none */
    bool trusted;  /* accepted: verified, pinned, or trusted once */
} TlsCertificate;

/* A SHA-256 fingerprint as people write it, in lower-case hex without colons or spaces; NULL when it is none. */
char *tls_fingerprint_parse(const char *text);

typedef enum {
    TLS_BINDING_EXPORTER,         /* "tls-exporter", RFC 9266 */
    TLS_BINDING_SERVER_END_POINT, /* "tls-server-end-point", RFC 5929 */
} TlsBinding;

/* The IANA name: "tls-exporter", "tls-server-end-point". */
const char *tls_binding_name(TlsBinding binding);

TlsContext *tls_context_new(void);
TlsContext *tls_context_ref(TlsContext *context);
void tls_context_unref(TlsContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsContext, tls_context_unref)
/* Makes sure that the store of `ca_file` (NULL: the system's) is loaded: reads it in a thread, the first time and
 * when it has changed since. Called once from the loop, with ERROR_CONFIG when the file cannot be read or holds no
 * certificate. */
typedef void (*TlsLoaded)(const GError *error, gpointer data);
typedef struct TlsLoad TlsLoad;
TlsLoad *tls_context_load(TlsContext *context, const char *ca_file, TlsLoaded loaded, gpointer data);
/* Forgets the call when it is still out; needed in any case, also from inside the callback. */
void tls_load_free(TlsLoad *load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsLoad, tls_load_free)

typedef struct TlsSessionConfig {
    const char *domain;             /* prepared, U-labels */
    const char *ca_file;            /* loaded before by tls_context_load() */
    const char *client_certificate; /* as in TransportConfig */
    const char *client_key;
    const char *key_passphrase;
    const char *pin; /* parsed fingerprints */
    const char *trusted_once;
    bool direct; /* offer ALPN "xmpp-client" (XEP-0368) */
} TlsSessionConfig;

/* What a call wants before it can go on; read and write may want either. */
typedef enum {
    TLS_DONE, /* handshake finished, or bytes moved */
    TLS_WANT_READ,
    TLS_WANT_WRITE,
    TLS_EOF,    /* the peer ended TLS properly */
    TLS_CUT,    /* the connection ended without that */
    TLS_FAILED, /* see tls_session_error() */
} TlsStep;

/* `fd` is borrowed and non-blocking. NULL and ERROR_CONFIG when the client certificate cannot be used. */
TlsSession *tls_session_new(TlsContext *context, int fd, const TlsSessionConfig *config, GError **error);
void tls_session_free(TlsSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsSession, tls_session_free)

/* TLS_FAILED when the certificate was refused too: then the certificate says so. */
TlsStep tls_session_handshake(TlsSession *session);
TlsStep tls_session_read(TlsSession *session, guint8 *data, gsize size, gsize *done);
/* After a want the same bytes (or more, at any address) must be offered again. */
TlsStep tls_session_write(TlsSession *session, const guint8 *data, gsize size, gsize *done);
/* Sends close_notify once: TLS_DONE, or a want. */
TlsStep tls_session_end(TlsSession *session);

/* Why it failed, in words, cleaned; borrowed. */
const char *tls_session_error(const TlsSession *session);
/* The caller's from now on; NULL before the server has shown one. */
TlsCertificate *tls_session_take_certificate(TlsSession *session);
void tls_certificate_free(TlsCertificate *certificate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsCertificate, tls_certificate_free)
/* The handshake is complete and the certificate was accepted. */
bool tls_session_is_trusted(const TlsSession *session);
const char *tls_session_summary(const TlsSession *session);
GBytes *tls_session_binding(const TlsSession *session, TlsBinding binding);
