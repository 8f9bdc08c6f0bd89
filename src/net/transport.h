/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a domain name to a plain local socket: resolving (SRV, XEP-0368), connecting (happy eyeballs, proxy), STARTTLS
 * and TLS, each phase with a deadline, nothing blocking, cancellable at any instant. When it is open, the XML stream's
 * library connects to transport_hop_host():transport_hop_port() and sees an XMPP server without TLS.
 *
 *     transport = transport_new(tls_context, &events, stream);
 *     transport_start(transport, &config);              // returns at once; nothing is called from inside
 *     on_ready:  in the library's "socket made, not yet connected" hook: transport_claim_socket(transport, fd);
 *     on_closed: switch (transport_outcome(transport)) …  then transport_start() again, or transport_free()
 *
 * The process must ignore SIGPIPE. All strings of certificates and servers given out here are cleaned (I12). */
#pragma once

#include "net/tls.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Transport Transport;

typedef enum {
    TRANSPORT_IDLE,       /* never started */
    TRANSPORT_RESOLVING,  /* SRV */
    TRANSPORT_CONNECTING, /* addresses and TCP */
    TRANSPORT_PROXY,      /* the proxy has answered and is asked to connect */
    TRANSPORT_STARTTLS,   /* stream header, features, <starttls/> */
    TRANSPORT_SECURING,   /* TLS handshake and certificate */
    TRANSPORT_OPEN,
    TRANSPORT_CLOSED,
} TransportPhase;

typedef enum {
    TLS_REQUIRE,    /* STARTTLS or direct TLS, as DNS says; never clear text. The default */
    TLS_DIRECT,     /* direct TLS only; port 5223 when nothing else is known */
    TLS_IF_OFFERED, /* clear text when the server does not offer STARTTLS; never after it was offered and failed */
    TLS_OFF,        /* clear text */
} TransportTls;

/* How it ended. The first ones are no failure of the network. */
typedef enum {
    TRANSPORT_NOT_ENDED,
    TRANSPORT_ENDED,           /* by us: the local side closed and everything was delivered */
    TRANSPORT_ENDED_BY_SERVER, /* the server closed properly */
    TRANSPORT_LOST,            /* cut while open */
    TRANSPORT_BAD_CONFIG,      /* CA file, client certificate, proxy address … (ERROR_CONFIG) */
    TRANSPORT_DNS_FAILED,      /* no answer, or no such domain */
    TRANSPORT_NO_SERVICE,      /* the domain says it has no XMPP service */
    TRANSPORT_CONNECT_FAILED,  /* refused, unreachable, no answer */
    TRANSPORT_PROXY_FAILED,
    TRANSPORT_STARTTLS_SILENT,     /* no answer to the stream header or <starttls/>, or cut meanwhile */
    TRANSPORT_STARTTLS_FAILED,     /* not offered, refused, or not XMPP at all (ERROR_PROTOCOL) */
    TRANSPORT_HANDSHAKE_FAILED,    /* TLS failed, was cut or not answered */
    TRANSPORT_CERTIFICATE_UNKNOWN, /* see transport_certificate(); may be trusted once or pinned (ERROR_AUTH) */
    TRANSPORT_CERTIFICATE_REFUSED, /* refused and no user may overrule it: key too weak (ERROR_AUTH) */
    TRANSPORT_PIN_MISMATCH,        /* not the pinned certificate: an alarm, never a question (ERROR_AUTH) */
    TRANSPORT_HOP_FAILED,          /* the local hop could not be made or was not used in time (ERROR_INTERNAL) */
} TransportOutcome;

/* Milliseconds; 0 means the default. */
typedef struct TransportTimeouts {
    guint resolve;  /* 10 s: SRV answers */
    guint target;   /* 5 s: one target, its addresses and TCP, before the next is tried */
    guint connect;  /* 20 s: all targets together */
    guint proxy;    /* 60 s: all targets together when a proxy is used (Tor is slow) */
    guint starttls; /* 15 s: to the stream header, and again to <starttls/> */
    guint secure;   /* 15 s: the TLS handshake */
    guint hop;      /* 10 s: until the library has connected to the hop */
    guint close;    /* 1 s: waiting for the server's end of a polite close */
} TransportTimeouts;

/* Borrowed for the call of transport_start(), which copies it. Everything but `domain` may be zero. */
typedef struct TransportConfig {
    const char *domain; /* of the account's JID, prepared (jid_domain()); what the certificate must be for */
    const char *host;   /* instead of SRV: name or IP literal; the certificate is still judged against `domain` */
    guint16 port; /* 0: 5222, or 5223 with direct TLS. With `host` or alone. 5223 under TLS_REQUIRE means direct TLS */
    TransportTls tls;
    const char *ca_file;            /* PEM, instead of the system's store */
    const char *client_certificate; /* PEM chain */
    const char *client_key;         /* PEM; NULL: in the certificate's file */
    const char *key_passphrase;     /* NULL: the key is not encrypted */
    const char *pin;                /* SHA-256 of the certificate in hex (colons allowed): the only one accepted */
    const char *trusted_once;       /* SHA-256: accepted although it does not verify */
    const char *proxy; /* "socks5://[user:password@]host:port", socks4a:// or http://; it resolves the names */
    TransportTimeouts timeouts;
} TransportConfig;

/* Each may be NULL. Any of them, but on_bytes, may call transport_close(), transport_start() (in on_closed) and
 * transport_free(). */
typedef struct TransportEvents {
    /* A phase begins. `detail` is for people and may be NULL: "xmpp1.example.org:5222", "TLSv1.3
     * TLS_AES_128_GCM_SHA256" … */
    void (*on_phase)(Transport *transport, TransportPhase phase, const char *detail, gpointer data);
    /* The hop listens: connect to it now. Follows on_phase(TRANSPORT_OPEN). */
    void (*on_ready)(Transport *transport, gpointer data);
    /* Exactly once per start unless transport_close() came first; `error` is NULL for TRANSPORT_ENDED only. When
     * the server ended it, all that it sent is given to the hop first, and this comes when the library has closed
     * its side (or 2 s later). */
    void (*on_closed)(Transport *transport, const GError *error, gpointer data);
    /* What the server sent over the open transport, before the hop gets it, each byte once and in order. Returns how
     * many bytes may pass; the rest is held until transport_resume(). This one may not close or free the transport. */
    gsize (*on_bytes)(Transport *transport, const guint8 *bytes, gsize length, gpointer data);
    /* All of them are with the local side: how many blanks are to follow. Like on_bytes. */
    gsize (*on_pad)(Transport *transport, gpointer data);
} TransportEvents;

/* `tls` is shared between accounts (it caches the CA store) and referenced; NULL makes an own one. `events` is
 * copied. */
Transport *transport_new(TlsContext *tls, const TransportEvents *events, gpointer data);
/* Closes first. */
void transport_free(Transport *transport);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transport, transport_free)

/* Idle or closed transports only. Every failure, also of the configuration, is reported through on_closed later. */
void transport_start(Transport *transport, const TransportConfig *config);
/* At once and without any further callback, in every phase. What the hop holds and the kernel takes is still sent,
 * with close_notify. */
void transport_close(Transport *transport);
/* Politely, when open: flushes the hop, ends TLS, waits `close` ms at most, then on_closed(NULL). The same happens
 * by itself when the library closes its socket. In earlier phases on_closed(NULL) follows from the loop. */
void transport_finish(Transport *transport);

/* Offers to on_bytes() again what it held. */
void transport_resume(Transport *transport);

TransportPhase transport_phase(const Transport *transport);
/* A stable English word: "resolving", "connecting", "proxy", "starttls", "securing", "open", "closed". */
const char *transport_phase_name(TransportPhase phase);
TransportOutcome transport_outcome(const Transport *transport);

/* The hop, from on_ready on. The address is numeric. */
const char *transport_hop_host(const Transport *transport);
guint16 transport_hop_port(const Transport *transport);
/* Says which socket is ours: call it with the socket that will connect to the hop, before it connects (it is then
 * bound to a port of its own) or right after. Every other connection is dropped (I25). False when the socket
 * cannot be used. */
bool transport_claim_socket(Transport *transport, int fd);

/* True when open, over TLS, with a certificate that verified, was pinned, or was trusted once. */
bool transport_is_secure(const Transport *transport);
/* True when open over direct TLS (XEP-0368). */
bool transport_is_direct(const Transport *transport);
/* The server's certificate from the handshake on, also after it was refused; NULL without TLS. Until the next
 * start. */
const TlsCertificate *transport_certificate(const Transport *transport);
/* "TLSv1.3 TLS_AES_256_GCM_SHA384"; NULL without TLS. */
const char *transport_tls_summary(const Transport *transport);
/* NULL when there is no such binding here: clear text; TLS_BINDING_EXPORTER before TLS 1.3 without extended master
 * secret; or TLS_BINDING_SERVER_END_POINT with a signature whose hash is undefined. */
GBytes *transport_channel_binding(const Transport *transport, TlsBinding binding);
