/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The provider interface (HACKING.md). An Envelope is a message that may leave: only envelope_plain() — refused when
 * the conversation insists on a provider — or a provider can make one, and the core sends nothing else.
 *
 * A provider keeps an E2ee for each account and knows nothing of conversations: it is asked by JID and tells what
 * happens through its host. Full JIDs name one device, bare ones whoever of the peer's devices a message goes to. */
#pragma once

#include "xmpp/message_stanza.h"
#include "xmpp/module.h"

typedef struct Envelope Envelope; /* owns the XmppMessage to send */
typedef struct E2ee E2ee;         /* a provider's state for one account */
typedef struct E2eeProvider E2eeProvider;

typedef enum {
    E2EE_CAN_ROOMS = 1,
    E2EE_CAN_OFFLINE = 2,
    E2EE_CAN_FILES = 4,
    E2EE_CAN_MANY_DEVICES = 8,
    E2EE_NEEDS_START = 16, /* nothing can be encrypted before start() and an answer of the peer */
} E2eeCan;

typedef enum {
    E2EE_OFF,      /* nothing is encrypted */
    E2EE_STARTING, /* asked for, by either side */
    E2EE_ON,
    E2EE_ENDED,    /* the peer has ended it: nothing can be sent before start() or stop() */
} E2eeState;

typedef enum {
    E2EE_UNTRUSTED, /* nobody has compared the key */
    E2EE_TRUSTED,   /* taken on first use */
    E2EE_VERIFIED,
} E2eeTrust;

/* What may begin by itself. */
typedef enum {
    E2EE_NEVER,
    E2EE_MANUAL,        /* when the user or the peer says so */
    E2EE_OPPORTUNISTIC, /* the peer is told that it could, and may begin */
    E2EE_ALWAYS,
} E2eePolicy;

/* Where the two users are in comparing a secret (OTR: SMP). */
typedef enum {
    E2EE_VERIFY_ASKED,     /* the peer asks for the secret, or with .question for its answer */
    E2EE_VERIFY_UNDER_WAY, /* the answer is being compared */
    E2EE_VERIFY_SUCCEEDED,
    E2EE_VERIFY_FAILED,    /* the secrets differ */
    E2EE_VERIFY_ABORTED,   /* by the peer, or since what came made no sense */
} E2eeVerification;

typedef enum {
    E2EE_EVENT_SESSION,      /* .session: state or trust changed; error says why it could not begin or was lost */
    E2EE_EVENT_NEW_KEY,      /* .new_key: a key that was never seen with this peer */
    E2EE_EVENT_TRUST,        /* .new_key.fingerprint: its trust changed */
    E2EE_EVENT_VERIFICATION, /* .verification */
    E2EE_EVENT_COMPLAINT,    /* .words: the peer's program says that it could not read something; not cleaned */
    E2EE_EVENT_REFUSED,      /* .words: why a peer that wants to begin got no answer */
    E2EE_EVENT_OWN_KEY,      /* .own_key: making it began (fingerprint and error NULL), succeeded or failed */
    E2EE_EVENT_EXTRA_KEY,    /* .extra_key: for whoever exchanges files (OTR's extra symmetric key) */
} E2eeEventType;

/* Borrowed for the call. Fingerprints are written as hexadecimal digits. */
typedef struct E2eeEvent {
    E2eeEventType type;
    const Jid *peer; /* full where known; NULL for OWN_KEY */
    union {
        struct {
            E2eeState state;
            E2eeTrust trust;         /* ON only */
            const char *fingerprint; /* ON only */
            const GError *error;     /* OFF only, may be NULL */
        } session;
        struct {
            const char *fingerprint;
            const char *const *known; /* the others of this peer, NULL-terminated: when there are some, it is an alarm */
            E2eeTrust trust;
        } new_key;
        struct { E2eeVerification state; const char *question; } verification; /* question: not cleaned, may be NULL */
        const char *words;
        struct { const char *fingerprint; const GError *error; } own_key;
        struct { guint use; const guint8 *data; gsize length; const guint8 *key; gsize key_length; } extra_key;
    };
} E2eeEvent;

/* How a peer's program understands what is inside: as text, or as HTML. */
typedef enum {
    E2EE_MARKUP_READ = 1,    /* "<" must be sent as "&lt;" */
    E2EE_MARKUP_WRITTEN = 2, /* what it sends is HTML */
    E2EE_MARKUP_UNKNOWN = 4, /* nobody knows the program */
} E2eeMarkup;

/* What a provider needs of the account. Called on the main loop, also from within the provider's functions; none of
 * these may call the provider, but `event` may ask for state, trust and keys. */
typedef struct E2eeHost {
    gpointer data;
    /* Now or never: messages of the protocol itself. False: not online. */
    bool (*send)(gpointer data, Envelope *take_envelope);
    E2eePolicy (*policy)(gpointer data, const Jid *peer);
    /* The peer may learn that this account is online: only then is anything answered that the user did not begin
     * (I15, I22). */
    bool (*may_answer)(gpointer data, const Jid *peer);
    E2eeMarkup (*markup)(gpointer data, const Jid *peer);
    /* The largest body the provider may send, in bytes; 0: any. */
    guint (*body_limit)(gpointer data, const Jid *peer);
    void (*event)(gpointer data, const E2eeEvent *event);
} E2eeHost;

/* Exactly once, also before encrypt() returns: an envelope (taken over by the callee), or NULL and why. */
typedef void (*E2eeDone)(Envelope *take_envelope, const GError *error, gpointer data);

typedef enum {
    E2EE_NOT_MINE,   /* as it was */
    E2EE_DECRYPTED,  /* `body` is what was said */
    E2EE_SILENT,     /* of the protocol: there is nothing to show */
    E2EE_UNREADABLE, /* `body` is gone */
} E2eeOutcome;

typedef struct E2eeReceived {
    E2eeTrust trust; /* DECRYPTED */
    char *words;     /* UNREADABLE: why, and what to do; the caller frees */
} E2eeReceived;

typedef struct E2eeKey {
    Jid *peer;         /* bare; NULL: the own one */
    char *fingerprint; /* hexadecimal digits */
    E2eeTrust trust;
    bool in_use;       /* by a session that is ON */
} E2eeKey;

struct E2eeProvider {
    const char *name;  /* "otr": /encrypt, setting, history column; stable */
    const char *label; /* "OTR" */
    const char *ns;    /* XEP-0380 §3 */
    const XmppModule *module; /* NULL: it has no stanzas of its own */
    E2eeCan can;
    /* Reads what is in `directory` (made when missing); `host` is copied. NULL: the files cannot be used. */
    E2ee *(*new)(const E2eeHost *host, const char *directory, const Jid *own, GError **error);
    /* Says no good-bye. */
    void (*free)(E2ee *e2ee);
    E2eeState (*state)(E2ee *e2ee, const Jid *peer);
    /* The device a message to this peer goes to; NULL: none is known. Borrowed. */
    const Jid *(*device)(E2ee *e2ee, const Jid *peer);
    bool (*start)(E2ee *e2ee, const Jid *peer, GError **error);
    /* Ends it, and tells the peer; nothing happens when there is none. */
    void (*stop)(E2ee *e2ee, const Jid *peer);
    /* The device is offline, or all of this bare JID: nothing can be sent there. */
    void (*gone)(E2ee *e2ee, const Jid *jid);
    /* The account is offline for good, or its session is a new one. */
    void (*closed)(E2ee *e2ee);
    /* Takes the message; its body is what is to be said. */
    void (*encrypt)(E2ee *e2ee, XmppMessage *take_message, E2eeDone done, gpointer data);
    /* A message in the clear is about to leave, and may carry an offer. */
    void (*offer)(E2ee *e2ee, XmppMessage *message);
    /* Of the peer itself, live: no copies, no archive. Changes the message as the outcome says. */
    E2eeOutcome (*receive)(E2ee *e2ee, XmppMessage *message, E2eeReceived *received);
    /* Whether receive() is to see it: cheap, for every message. */
    bool (*concerns)(E2ee *e2ee, const XmppMessage *message);
    /* What a body from a copy or an archive is, which cannot be read here: NOT_MINE, SILENT or UNREADABLE. */
    E2eeOutcome (*judge)(const char *body);
    GPtrArray *(*keys)(E2ee *e2ee, const Jid *peer); /* E2eeKey*, with free function; peer NULL: all, the own one first */
    bool (*set_trust)(E2ee *e2ee, const Jid *peer, const char *fingerprint, E2eeTrust trust, GError **error);
};

void e2ee_key_free(E2eeKey *key);
const char *e2ee_trust_word(E2eeTrust trust); /* "untrusted", "trusted", "verified": stable */

/* `intent` is what the conversation insists on; anything but "none" is refused with ERROR_ENCRYPTION (I21). Takes the
 * message. */
Envelope *envelope_plain(XmppMessage *take_message, const char *intent, GError **error);
/* Of a message that says nothing itself, whatever the conversation insists on: chat states, receipts, markers. Refused
 * with ERROR_ENCRYPTION when it has a body or a subject. */
Envelope *envelope_bare(XmppMessage *take_message, GError **error);
const XmppMessage *envelope_message(const Envelope *envelope);
const char *envelope_encryption(const Envelope *envelope); /* "none" or the provider */
const char *envelope_trust(const Envelope *envelope);      /* e2ee_trust_word(); NULL for "none" */
void envelope_free(Envelope *envelope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Envelope, envelope_free)

/* providers.c: the only list; NULL-terminated. */
const E2eeProvider *const *e2ee_providers(void);
const E2eeProvider *e2ee_find_provider(const char *name);
/* Before everything else here: what the libraries want, once in the process. */
void e2ee_start_up(void);
