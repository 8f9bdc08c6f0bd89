/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A XEP is a row (HACKING.md). The only list is xep/modules.c; features, DOAP and dispatch are derived from it. */
#pragma once

#include <stdbool.h>
#include <strophe.h>

#include "xmpp/event.h"

/* Where in the life of an incoming message a module's decode runs; a name, not a number. */
typedef enum {
    XMPP_STAGE_UNWRAP,   /* carbons, archive results: decode's true = it was a wrapper, nothing else is to be done */
    XMPP_STAGE_ENVELOPE, /* delay, ids, occupant */
    XMPP_STAGE_DECRYPT,
    XMPP_STAGE_PAYLOAD,  /* body, chat state, reply … */
    XMPP_STAGE_COUNT,
} XmppStage;

/* Answers one get or set in a namespace: sends the result or an error itself, exactly once (I6). */
typedef void (*IqAnswer)(XmppStream *stream, xmpp_stanza_t *iq);
typedef struct IqRoute {
    const char *ns; /* of the payload */
    const char *name; /* of the payload */
    enum { IQ_GET = 1, IQ_SET = 2 } type;
    IqAnswer answer;
} IqRoute;

typedef struct XmppModule {
    const char *name;            /* "receipts" */
    const char *xep;             /* "0184"; NULL for RFC 6120/6121 */
    const char *version;         /* of the XEP implemented, for the DOAP file */
    const char *const *features; /* disco#info and caps; NULL-terminated */
    bool (*is_offered)(XmppStream *); /* whether the features are announced in this connection; NULL: always */
    const IqRoute *iqs;          /* ends with ns NULL */
    XmppStage stage;
    bool (*decode)(XmppStream *, xmpp_stanza_t *, XmppMessage *); /* fill your part; false = not mine */
    void (*encode)(XmppStream *, const XmppMessage *, xmpp_stanza_t *);
    void (*decode_presence)(XmppStream *, xmpp_stanza_t *, XmppPresence *);
    void (*encode_presence)(XmppStream *, xmpp_stanza_t *);
    void (*presence_received)(XmppStream *, const XmppPresence *); /* after XMPP_EVENT_PRESENCE */
    void (*bound)(XmppStream *); /* new session, not a resumed one; before XMPP_EVENT_BOUND */
    void (*closed)(XmppStream *);
    size_t state_size;           /* per stream, never static */
    void (*state_clear)(gpointer state);
    void (*state_reset)(gpointer state); /* a new session begins, instead of state_clear: what may stay stays */
} XmppModule;
