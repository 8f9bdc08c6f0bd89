/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files about running rooms and about invitations need of each other. */
#pragma once

#include "core/core_private.h"
#include "core/invitations.h"
#include "core/room_admin.h"
#include "core/rooms.h"

/* What was wanted: the same condition means something else for each. Bits. */
typedef enum {
    ROOM_ACT_ROLE = 1 << 0,
    ROOM_ACT_AFFILIATION = 1 << 1,
    ROOM_ACT_LIST = 1 << 2,
    ROOM_ACT_DESTROY = 1 << 3,
    ROOM_ACT_INVITE = 1 << 4,
    ROOM_ACT_VOICE = 1 << 5,
} RoomAct;
/* A refusal in words. Caller frees. */
GError *room_admin_error(RoomAct act, const XmppStanzaError *detail, const GError *error);

/* A message to a room that has no answer but an error. The room does one thing after the other: once it answers a
 * question that was asked behind the message, it has not refused it. */
typedef struct Errand {
    RoomAdmin *admin;
    char *id;       /* of the message */
    RoomAct act;
    Jid *room;      /* bare */
    Jid *invitee;   /* of invitations: bare; NULL */
    bool is_direct; /* it went to the invitee, not to the room */
    CoreDone done;  /* NULL: was told */
    gpointer data;
} Errand;

struct RoomAdmin {
    Session *session;
    GPtrArray *invitations;    /* Invitation*: received */
    bool has_warned;           /* that there are too many */
    GPtrArray *errands;        /* Errand*: sent, the oldest first; invitations stay to be declined */
    GPtrArray *voice_requests; /* VoiceRequest*, of room_voice.c */
};

/* --- room_errands.c --- */
/* The new one, whose id the message has to have; at most a hundred are remembered. */
Errand *errands_begin(RoomAdmin *admin, RoomAct act, const Jid *room, CoreDone done, gpointer data);
/* The message is on its way: asks the room behind it. */
void errands_follow(Errand *errand);
/* Tells the outcome; it stays to be remembered. */
void errands_tell(Errand *errand, const GError *error);
/* The invitation of this person to this room; NULL: there was none. */
Errand *errands_find_invitation(const RoomAdmin *admin, const Jid *room, const Jid *invitee);
void errands_remove(Errand *errand);

/* --- invitations.c, room_voice.c --- */
void invitations_free_one(gpointer invitation);
/* True: the message is nothing else. `is_news`: not of a past that was known before. */
bool invitations_receive(RoomAdmin *admin, const XmppMessage *message, bool is_news);
void room_voice_free_one(gpointer request);
void room_voice_receive(RoomAdmin *admin, const XmppMessage *message);
