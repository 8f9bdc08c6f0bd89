/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message stanza as one typed value. Modules fill their part on the way in (XmppStage) and write it on the way out.
 * Plain data owned by whoever made it; strings are owned by the value, valid UTF-8 but NOT cleaned for the screen. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"
#include "xmpp/muc_parts.h"

typedef enum {
    XMPP_MESSAGE_NORMAL,
    XMPP_MESSAGE_CHAT,
    XMPP_MESSAGE_GROUPCHAT,
    XMPP_MESSAGE_HEADLINE,
    XMPP_MESSAGE_ERROR,
} XmppMessageType;

/* XEP-0085 §2 */
typedef enum {
    CHAT_STATE_NONE, /* no state in the message */
    CHAT_STATE_ACTIVE,
    CHAT_STATE_COMPOSING,
    CHAT_STATE_PAUSED,
    CHAT_STATE_INACTIVE,
    CHAT_STATE_GONE,
} ChatState;

/* A stanza or stream error in typed form (RFC 6120 §8.3). */
typedef struct XmppStanzaError {
    char *type;      /* "cancel", "wait" …, NULL when missing */
    char *condition; /* "item-not-found" …, "undefined-condition" when missing */
    char *text;      /* the other side's words, NULL when none */
} XmppStanzaError;

/* XEP-0359 §3.1: an id and the entity that gave it. */
typedef struct XmppStanzaId {
    char *id;
    Jid *by;
} XmppStanzaId;

/* XEP-0280: a copy of what another device of the account received or sent. `from`, `to` and the rest are those of the
 * message inside. Only from the account itself (I10). */
typedef enum { CARBON_NONE, CARBON_RECEIVED, CARBON_SENT } CarbonKind;

/* XEP-0333 §4 (and the receipt of XEP-0184 in `receipt_for`). */
typedef enum { MARKER_NONE, MARKER_RECEIVED, MARKER_DISPLAYED } MarkerKind;

/* XEP-0334 §4, bits. */
typedef enum {
    HINT_NO_PERMANENT_STORE = 1 << 0,
    HINT_NO_STORE = 1 << 1,
    HINT_NO_COPY = 1 << 2,
    HINT_STORE = 1 << 3,
} MessageHints;

/* XEP-0428: a part of the body (subject: is_subject) that stands in for what another element says. Counted in Unicode
 * code points, [start, end); the whole of it: start 0, end G_MAXUINT. */
typedef struct XmppFallback {
    char *ns; /* for which feature */
    guint start, end;
    bool is_subject;
} XmppFallback;

/* XEP-0372: "mention" of somebody, in code points of the body; end 0: not said where. */
typedef struct XmppMention {
    Jid *jid; /* of a person, or room/nick */
    guint start, end;
} XmppMention;

/* XEP-0425: a moderator took back somebody's message. Counts from the room itself only (I14). */
typedef struct XmppModeration {
    char *id;     /* that the room's archive gave the message */
    Jid *by;      /* who did it, room/nick; NULL: not said */
    char *occupant_id; /* … XEP-0421; NULL */
    char *reason; /* NULL: none */
} XmppModeration;

typedef struct XmppMessage {
    Jid *from, *to; /* from is NULL only for messages of the account's own server without one */
    char *id;
    XmppMessageType type;
    char *body;    /* first <body/> in its namespace (I6); NULL when none */
    char *subject; /* NULL when none */
    char *thread;
    ChatState chat_state;
    char *origin_id;       /* XEP-0359 */
    GPtrArray *stanza_ids; /* XmppStanzaId*, NULL when none */
    gint64 delay;          /* XEP-0203 stamp, 0 when none; only of the own server, account or the sender's (I14) */
    Jid *delay_from;
    XmppStanzaError *error; /* type ERROR only */
    CarbonKind carbon;
    char *archive_id;      /* of a result of an archive (XEP-0313 §4.1), and who keeps it; NULL: it is live */
    Jid *archive;
    bool wants_receipt;    /* XEP-0184 */
    char *receipt_for;     /* id this is the receipt of; NULL */
    bool markable;         /* XEP-0333 */
    MarkerKind marker;
    char *marker_for;      /* id the marker is about; NULL */
    char *corrects;        /* XEP-0308: id this replaces; NULL */
    guint hints;           /* MessageHints */
    bool unstyled;         /* XEP-0393 §8: its marks mean nothing */
    bool is_private;       /* XEP-0280 §6: out only, no copies for other devices */
    char *encrypted_ns;    /* XEP-0380: what the body is encrypted with, and how people call it; NULL: not said */
    char *encrypted_name;
    const char *encryption; /* what it was encrypted with when it came: a provider's name; NULL: nothing, or not known */
    const char *trust;      /* … and what is thought of its key; both static */
    char *occupant_id;      /* XEP-0421; NULL: none. Counts from rooms that offer it */
    MucCodes muc_codes;     /* XEP-0045 §10.2.1: what has changed in the room */
    bool is_from_occupant;  /* §7.5: <x xmlns='…muc#user'/>: a private message; out: it becomes one */
    MucInvite *invite;      /* NULL: none */
    MucVoiceRequest *voice_request;
    char *reply_id;         /* XEP-0461: id of what this answers, and who wrote that (may be NULL); NULL: no answer */
    Jid *reply_to;
    char *reply_quote;      /* what was cut out of the body, since it stood for that (XEP-0428); NULL: nothing */
    char *reacts_to;        /* XEP-0444: id of what the reactions are to; NULL: none */
    GPtrArray *reactions;   /* char*, each once; empty: all are taken back; NULL: none */
    char *retracts;         /* XEP-0424: id of the message its author takes back; NULL */
    XmppModeration *moderation; /* NULL: none */
    GPtrArray *mentions;    /* XmppMention*; NULL: none */
    GPtrArray *fallbacks;   /* XmppFallback*; NULL: none */
} XmppMessage;

XmppMessage *message_stanza_new(void);
/* Without its error, invitation, voice request and moderation; lists are shared. */
XmppMessage *message_stanza_copy(const XmppMessage *message);
void message_stanza_free(XmppMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmppMessage, message_stanza_free)
void stanza_error_free(XmppStanzaError *error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmppStanzaError, stanza_error_free)
/* One line in the user's language: the server's own text, else the condition in words; cleaned for the screen. */
char *stanza_error_words(const XmppStanzaError *error);

typedef struct XmppStream XmppStream;

/* Encodes through the module rows and sends. The server's acknowledgement (XEP-0198 <r/>, or a ping where there is no
 * stream management) arrives as XMPP_EVENT_ACKNOWLEDGED with message->id, in order. False: not online, nothing was
 * sent. Only core/outgoing.c calls this for messages with a body (HACKING.md, idea 4). */
bool message_stanza_send(XmppStream *stream, const XmppMessage *message);
