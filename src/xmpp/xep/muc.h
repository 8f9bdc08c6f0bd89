/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms (XEP-0045): being in one. What comes is decoded into XmppPresence.muc and the fields of XmppMessage. Nothing here
 * keeps state: core/rooms.h does. `room` is a bare JID, `occupant` room/nick. */
#pragma once

#include "xmpp/iq.h"
#include "xmpp/module.h"
#include "xmpp/muc_parts.h"

#define NS_MUC "http://jabber.org/protocol/muc"
#define NS_MUC_USER "http://jabber.org/protocol/muc#user"
#define NS_MUC_ADMIN "http://jabber.org/protocol/muc#admin"
#define NS_MUC_OWNER "http://jabber.org/protocol/muc#owner"

extern const XmppModule muc_module;

/* §7.2.14: how much of its past a room is to send. */
typedef struct MucHistory {
    int max_stanzas; /* -1: as much as the room likes; 0: nothing */
    gint64 since;    /* µs UTC; 0: not said */
} MucHistory;

typedef struct MucJoin {
    const Jid *occupant;  /* room/nick */
    const char *password; /* NULL: none */
    MucHistory history;
    PresenceShow show;    /* of the own presence */
    const char *status;   /* NULL: none */
} MucJoin;

/* Each: false: not online, nothing was sent. The outcome comes as presence from the room. */
bool muc_join(XmppStream *stream, const MucJoin *join);
/* Also tells the room a new nick (§7.6) or availability (§7.7). */
bool muc_send_presence(XmppStream *stream, const Jid *occupant, PresenceShow show, const char *status);
bool muc_leave(XmppStream *stream, const Jid *occupant, const char *status);
/* §8.1; "" removes it. */
bool muc_set_subject(XmppStream *stream, const Jid *room, const char *subject, const char *id);
