/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of OTR share.
 *
 * libotr's contexts are named by full JID, so that each of the peer's devices has a session of its own, also those that
 * speak version 2, which knows no instance tags. Below the name libotr keeps one context for each instance tag; the one
 * that became secure last is the session's. Keys are the peer's, not a device's: they are in the book by bare JID. */
#pragma once

#include <libotr/context.h>
#include <libotr/proto.h>
/* Wants the two above. */
#include <libotr/message.h>

#include "e2ee/e2ee_private.h"
#include "e2ee/otr_book.h"
#include "e2ee/otr_fragments.h"

enum {
    OTR_SESSIONS_MAX = 500, /* devices of an account's peers; what is not encrypted goes first (I9) */
    OTR_INSTANCES_MAX = 16, /* instance tags of one device (I22) */
    OTR_PEERS_MAX = 1000,
};

/* A device of somebody's. */
typedef struct OtrSession {
    Jid *jid;
    struct OtrPeer *peer;
    otrl_instag_t instance; /* whose context is secure; only then */
    bool secure;            /* … and was not ended by us */
    bool away;              /* the device is offline: it cannot read anything now */
    bool takes_markup;      /* what it sent was HTML */
    bool asked;             /* it waits for our secret */
    guint instances;        /* contexts libotr has */
    OtrFragments *fragments;
    gint64 used;
} OtrSession;

/* Somebody. */
typedef struct OtrPeer {
    Jid *bare;
    OtrSession *active; /* where messages go: the one that became secure, or wrote encrypted, last; NULL */
    bool wanted;        /* the user has asked for a session, so its answers count */
    bool starting;
    bool refused;       /* the user was told that this peer was not answered */
    enum { OTR_OFFER_OPEN, OTR_OFFER_MADE, OTR_OFFER_DECLINED } offer;
    Jid *start_later;   /* whom to ask as soon as there is a key */
    guint sessions;
} OtrPeer;

struct E2ee {
    E2eeHost host;
    Jid *own;
    OtrBook *book;
    GHashTable *sessions; /* text of the full JID (the session's) → OtrSession */
    GHashTable *peers;    /* bare Jid (the peer's) → OtrPeer */
    guint poll;           /* libotr wants otrl_message_poll() */
    const char *saying;   /* while libotr encrypts: what */
    /* While a message is being received: */
    OtrSession *receiving;
    bool mute;            /* it is an old one: nothing is answered */
    bool unreadable;
};

/* --- otr_sessions.c --- */
OtrPeer *otr_find_peer(const E2ee *e2ee, const Jid *peer);
OtrPeer *otr_ensure_peer(E2ee *e2ee, const Jid *peer);
OtrSession *otr_find_session(const E2ee *e2ee, const char *full);
/* NULL: there are too many. */
OtrSession *otr_ensure_session(E2ee *e2ee, const Jid *full);
/* The context that is secure now, or that the peer has ended; NULL. */
ConnContext *otr_secure_context(const E2ee *e2ee, const OtrSession *session);
ConnContext *otr_master_context(const E2ee *e2ee, const OtrSession *session);
/* Of the device messages to `peer` go to; a full JID: this one. NULL: none. */
OtrSession *otr_choose_session(const E2ee *e2ee, const Jid *peer);
E2eeState otr_session_state(const E2ee *e2ee, const OtrSession *session);
E2eeState otr_peer_state(const E2ee *e2ee, const Jid *peer);
E2eeTrust otr_session_trust(const E2ee *e2ee, const OtrSession *session);
/* The context is secure (again): with a key that may be new. */
void otr_session_secured(E2ee *e2ee, OtrSession *session, ConnContext *context);
/* Says how things are with the device. */
void otr_tell_session(E2ee *e2ee, OtrSession *session);
/* It is over: nothing is known of its keys any more. `error` (may be NULL) says why. */
void otr_session_over(E2ee *e2ee, OtrSession *session, const GError *error);
/* A start that did not lead anywhere. */
void otr_start_failed(E2ee *e2ee, OtrPeer *peer, const GError *error);
void otr_session_free(gpointer session);
void otr_peer_free(gpointer peer);
E2eeTrust otr_trust_of(const char *word);

/* --- otr_ops.c --- */
extern const OtrlMessageAppOps otr_ops;
/* A body of the protocol, to this full JID or bare one. */
bool otr_inject(E2ee *e2ee, const Jid *to, const char *body);

/* --- otr_smp.c --- */
/* What libotr made of the key's trust is ours, as far as it is good news. */
void otr_smp_settle_trust(E2ee *e2ee, OtrSession *session, ConnContext *context, E2eeVerification outcome);

/* --- otr_incoming.c --- */
E2eeOutcome otr_receive(E2ee *e2ee, XmppMessage *message, E2eeReceived *received);
bool otr_is_sealed(const char *body);
bool otr_concerns(E2ee *e2ee, const XmppMessage *message);
E2eeOutcome otr_judge(const char *body);

/* --- otr.c --- */
/* Asks a device, or whichever answers, for a session. */
bool otr_ask(E2ee *e2ee, OtrPeer *peer, const Jid *to, GError **error);
/* The same as soon as there is a key. */
void otr_ask_later(E2ee *e2ee, OtrPeer *peer, const Jid *to);
