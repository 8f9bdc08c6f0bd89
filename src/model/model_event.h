/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changed in the model; the only way front-ends learn of anything. Borrowed for the call; subscribers never change
 * the model (HACKING.md). Across a turn of the loop keep names and serials, not these pointers. */
#pragma once

#include "model/account.h"
#include "model/contact.h"
#include "model/conversation.h"
#include "model/message.h"
#include "model/room.h"
#include "model/roster.h"

typedef enum {
    ACCOUNT_ADDED,
    ACCOUNT_REMOVED,         /* published before it goes */
    ACCOUNT_STATE_CHANGED,   /* account_state(), account_reason() */
    ACCOUNT_PRESENCE_CHANGED,
    ROSTER_CHANGED,          /* many contacts at once: look at the roster again */
    CONTACT_ADDED,           /* .contact */
    CONTACT_CHANGED,         /* .contact */
    CONTACT_REMOVED,         /* .contact, published before it goes */
    PRESENCE_CHANGED,        /* .presence */
    SUBSCRIPTION_REQUESTED,  /* .subscription */
    SUBSCRIPTION_CHANGED,    /* .subscription: act tells */
    CONVERSATION_ADDED,      /* .conversation */
    CONVERSATION_REMOVED,    /* .conversation, published before it goes */
    MESSAGE_ADDED,           /* .message; its serial is 0 when it belongs before what is loaded */
    MESSAGE_CHANGED,         /* .message */
    MESSAGE_EDITED,          /* .message: its text was corrected */
    MESSAGE_ANNOTATED,       /* .annotation: reactions or a retraction */
    MESSAGE_SHOWN,           /* .message: it is shown otherwise now (message->shown) */
    ROOM_CHANGED,            /* .room */
    OCCUPANT_JOINED,         /* .occupant */
    OCCUPANT_CHANGED,        /* .occupant: role, affiliation, availability, status … */
    OCCUPANT_RENAMED,        /* .occupant: `before` is the old nick's label */
    OCCUPANT_LEFT,           /* .occupant, published before it goes: `how` tells why */
    INVITATION,              /* .invitation: somebody invites, or declines ours */
    HISTORY_LOADED,          /* .conversation: older messages, gaps or the past's state: look again */
    UNREAD_CHANGED,          /* .conversation */
    TYPING_CHANGED,          /* .conversation */
    ENCRYPTION_CHANGED,      /* .conversation: intent, state, trust or reason */
    VERIFICATION_CHANGED,    /* .verification */
    KEY_CHANGED,             /* .key: a key of somebody is new, or is trusted more or less */
    XML_SEEN,                 /* .xml: something crossed a stream that is looked into */
    NOTICE,                  /* .notice: one line for the user */
} ModelEventType;

typedef enum {
    NOTICE_INFO,
    NOTICE_WARNING,
    NOTICE_ERROR,
    NOTICE_ALARM, /* security: a changed pin, a downgrade; never only in the log */
} NoticeLevel;

typedef enum {
    ROOM_STATE,     /* room_state() */
    ROOM_SUBJECT,
    ROOM_INFO,      /* name or flags */
    ROOM_OCCUPANTS, /* many at once: look again */
    ROOM_CODES,     /* .codes: something to know about the room (XEP-0045 §15.6) */
} RoomChange;

typedef struct ModelEvent {
    ModelEventType type;
    Account *account; /* NULL for notices of the program itself */
    union {
        struct { Contact *contact; } contact;
        struct {
            Contact *contact;
            const Resource *resource;
            Availability before;
        } presence; /* resource: after the change, NULL when it left */
        struct {
            const Jid *jid;
            const char *act;
            const char *text;
        } subscription; /* act: "subscribe", "subscribed", "unsubscribe", "unsubscribed" */
        struct { Conversation *conversation; } conversation;
        struct { Conversation *conversation; Message *message; } message;
        struct {
            Conversation *conversation;
            Message *message;  /* as it is now */
            const char *what;  /* "reaction", "retraction" */
            const char *by;    /* label of who did it */
            const char *by_id; /* occupant id, or NULL */
        } annotation;
        struct {
            Conversation *conversation; /* conversation_room() is the room */
            RoomChange what;
            const OccupantLeave *how;   /* of ourselves, when STATE says that we are out of it; NULL: by our own will, or
                                           never in */
            const guint16 *codes;       /* CODES only */
            guint code_count;
        } room;
        struct {
            Conversation *conversation;
            Occupant *occupant;
            const OccupantLeave *how; /* LEFT only */
            const char *before;       /* RENAMED: the old label */
            OccupantRole role_before; /* CHANGED */
            OccupantAffiliation affiliation_before;
        } occupant;
        struct {
            const Jid *room;
            const Jid *from;          /* NULL: not told */
            const char *reason;       /* cleaned; NULL */
            bool is_declined;         /* ours was declined */
            bool is_direct;
        } invitation;
        struct { Conversation *conversation; VerificationState state; const char *question; } verification; /* question:
                                                                                   cleaned, NULL: a secret both know */
        struct {
            const Jid *peer;         /* bare */
            const char *provider, *fingerprint;
            const char *trust;       /* "untrusted", "trusted", "verified" */
            const char *before;      /* NULL: it is new */
            bool is_alarm;           /* new, though others of this peer were known */
        } key;
        struct { bool outgoing; const char *xml; gint64 time; } xml; /* valid UTF-8 without secrets, not cleaned */
        struct { NoticeLevel level; const char *text; int code; } notice; /* cleaned; code: an ErrorCode or 0 */
    };
} ModelEvent;
