/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invitations to rooms: through the room (XEP-0045 §7.8.2), directly (XEP-0249), and their answer "no". What comes is
 * XmppMessage.invite. Only a room, whose address is bare, can pass on invitations and refusals; who claims so from
 * elsewhere is not believed (I14). What comes back as an error invites nobody. */
#pragma once

#include "xmpp/xep/muc.h"

#define NS_CONFERENCE "jabber:x:conference"

extern const XmppModule muc_invite_module;

typedef struct MucInvitation {
    const Jid *room;      /* bare */
    const Jid *invitee;
    const char *reason;   /* NULL: none */
    const char *password; /* NULL: none. Only direct ones have it: a room adds its own */
    const char *id;       /* of the stanza: an error has it, too */
} MucInvitation;

/* Each: false: not online, nothing was sent. There is no answer but an error. */
bool muc_invite(XmppStream *stream, const MucInvitation *invitation);
bool muc_invite_directly(XmppStream *stream, const MucInvitation *invitation);
/* No, to an invitation through the room. `reason` NULL: none. */
bool muc_decline(XmppStream *stream, const Jid *room, const Jid *inviter, const char *reason);
