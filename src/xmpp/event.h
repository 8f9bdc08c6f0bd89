/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the network tells the core: payload by type, everything borrowed for the call. Published on the bus given to
 * stream_new(); `owner` is the pointer given there (the core's Session). Strings are valid UTF-8, not yet cleaned. */
#pragma once

#include "base/jid.h"
#include "net/transport.h"
#include "xmpp/message_stanza.h"
#include "xmpp/muc_parts.h"

typedef struct XmppStream XmppStream;
typedef struct XmppBookmark XmppBookmark; /* xep/bookmark_xml.h */

typedef enum {
    XMPP_EVENT_PHASE,         /* .phase: what connecting is at; for the status line. Never OFFLINE: that is CLOSED */
    XMPP_EVENT_BOUND,         /* .bound: online; a new session: what an older one sent and was not acknowledged (events
                                 before this one) has to be sent again */
    XMPP_EVENT_RESUMED,       /* .resumed: online; the old session goes on (XEP-0198 §5). ACKNOWLEDGED events for what the
                                 server has come first */
    XMPP_EVENT_RESUME_STATE,  /* stream_resume_state() has changed in more than its counters: to be stored */
    XMPP_EVENT_ACK_WANTED,    /* .ack_wanted: the server asks; stream_acknowledge() once that much is safe (I24) */
    XMPP_EVENT_CLOSED,        /* .closed: the stream ended, for whatever reason; exactly once per stream_connect() */
    XMPP_EVENT_MESSAGE,       /* .message */
    XMPP_EVENT_ACKNOWLEDGED,  /* .acknowledged: the server has the message with this stanza id */
    XMPP_EVENT_PRESENCE,      /* .presence: available, unavailable or error of a contact's or the own resource */
    XMPP_EVENT_SUBSCRIPTION,  /* .subscription: subscribe, subscribed, unsubscribe, unsubscribed */
    XMPP_EVENT_ROSTER,        /* .roster: the whole roster, replaces what was known */
    XMPP_EVENT_ROSTER_CURRENT,/* the cached roster is the current one (RFC 6121 §2.6.3) */
    XMPP_EVENT_ROSTER_ITEM,   /* .roster_item: a push */
    XMPP_EVENT_FEATURES,      /* .features: disco#info of an entity is known (caps verified or asked for) */
    XMPP_EVENT_FAST_TOKEN,    /* .fast_token: a new token for the next login (XEP-0484): to be stored; token NULL: the old
                                 one is used up */
    XMPP_EVENT_FAST_OFFER,    /* .fast_offer: what the next login with a token need not wait for; offer NULL: it must
                                 wait. To be stored */
    XMPP_EVENT_READ,          /* .read: another device of the account has read up to there (XEP-0490) */
    XMPP_EVENT_BOOKMARKS,     /* .bookmarks: the bookmarked rooms of the account, all of them */
    XMPP_EVENT_BOOKMARK,      /* .bookmark: one was added, changed or removed, by this device or another one */
    XMPP_EVENT_SASL,          /* .sasl: what the login used: for the memory that refuses downgrades (I4) */
} XmppEventType;

/* Phases of a connection in order; net's phases come first. */
typedef enum {
    XMPP_PHASE_OFFLINE,
    XMPP_PHASE_RESOLVING,
    XMPP_PHASE_CONNECTING,
    XMPP_PHASE_SECURING,       /* proxy, STARTTLS and TLS handshake */
    XMPP_PHASE_OPENING,        /* waiting for the stream header and features */
    XMPP_PHASE_AUTHENTICATING,
    XMPP_PHASE_BINDING,
    XMPP_PHASE_ONLINE,
} XmppPhase;

typedef enum {
    XMPP_CLOSE_USER,        /* stream_disconnect() was called */
    XMPP_CLOSE_NETWORK,     /* lost, refused, timed out: try again later */
    XMPP_CLOSE_SERVER,      /* stream error from the server; may be tried again unless `fatal` */
    XMPP_CLOSE_CERTIFICATE, /* unknown or changed certificate: see stream_certificate() */
    XMPP_CLOSE_AUTH,        /* refused: do not try again with the same secret (I8) */
    XMPP_CLOSE_DOWNGRADE,   /* alarm: weaker mechanism than once used (I4) */
} XmppCloseReason;

/* Presence show values (RFC 6121 §4.7.2.1), ordered by availability. */
typedef enum {
    PRESENCE_OFFLINE,
    PRESENCE_DND,
    PRESENCE_XA,
    PRESENCE_AWAY,
    PRESENCE_ONLINE,
    PRESENCE_CHAT,
} PresenceShow;

/* RFC 6121 §2.1.2.5 */
typedef enum {
    SUBSCRIPTION_NONE = 0,
    SUBSCRIPTION_TO = 1,
    SUBSCRIPTION_FROM = 2,
    SUBSCRIPTION_BOTH = 3,
} RosterSubscription;

typedef struct XmppRosterItem {
    Jid *jid;    /* bare */
    char *name;  /* NULL when none */
    char **groups; /* NULL-terminated, may be NULL */
    RosterSubscription subscription;
    bool ask;      /* a request of ours is pending */
    bool approved; /* pre-approved */
    bool remove;   /* pushes only */
} XmppRosterItem;

void roster_item_free(XmppRosterItem *item);
XmppRosterItem *roster_item_copy(const XmppRosterItem *item);

typedef struct XmppPresence {
    Jid *from;
    PresenceShow show;   /* PRESENCE_OFFLINE for type='unavailable' and errors */
    char *status;        /* NULL when none */
    int priority;        /* -128…127 */
    gint64 delay;        /* 0 when none */
    char *caps_node, *caps_ver, *caps_hash; /* XEP-0115; NULL when none */
    XmppStanzaError *error; /* type='error' only */
    MucPresence *muc;       /* XEP-0045; NULL: none. Anybody can send one: it counts from rooms only */
    char *occupant_id;      /* XEP-0421; NULL: none. Counts from rooms that offer it */
} XmppPresence;

typedef enum {
    SUBSCRIPTION_SUBSCRIBE,
    SUBSCRIPTION_SUBSCRIBED,
    SUBSCRIPTION_UNSUBSCRIBE,
    SUBSCRIPTION_UNSUBSCRIBED
} SubscriptionAct;

typedef struct XmppEvent {
    XmppEventType type;
    gpointer owner;
    XmppStream *stream;
    union {
        struct { XmppPhase phase; const char *detail; } phase; /* detail: host, address …, may be NULL */
        struct {
            const Jid *jid;       /* the full JID the server gave */
            guint32 acknowledged; /* of the session that could not be resumed: how many stanzas the server had, as far
                                     as anybody knows */
        } bound;
        struct {
            const Jid *jid;
            guint32 acknowledged; /* how many stanzas of ours the server has in all */
            bool restored;        /* from XmppStreamConfig.resume: this process knows nothing of the session yet */
        } resumed;
        struct { guint32 number; } ack_wanted; /* stanzas of the server received so far */
        struct {
            XmppCloseReason reason;
            bool fatal;
            bool resumable; /* the server keeps the session for a while: the next connect may go on with it */
            const GError *error;
        } closed; /* error NULL for USER */
        const XmppMessage *message;
        struct { const char *id; } acknowledged;
        const XmppPresence *presence;
        struct { const Jid *from; SubscriptionAct act; const char *status; const char *nick; } subscription;
        struct {
            const GPtrArray *items;
            const char *ver;
        } roster; /* XmppRosterItem*; ver NULL when the server has none */
        struct { const XmppRosterItem *item; const char *ver; } roster_item;
        struct { const Jid *jid; const char *const *features; const char *identity; } features;
        struct { const char *mechanism; bool channel_binding; } sasl;
        struct { const char *token, *mechanism; gint64 expiry; } fast_token; /* µs UTC; 0: not said */
        struct { const char *offer; } fast_offer;
        struct { const Jid *with; const char *archive_id; const Jid *archive; } read;
        struct { const GPtrArray *list; } bookmarks; /* XmppBookmark*; NULL: they cannot be learned */
        struct { const Jid *room; const XmppBookmark *bookmark; } bookmark; /* bookmark NULL: removed */
    };
} XmppEvent;
