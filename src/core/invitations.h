/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invitations to rooms, received and sent (XEP-0045 §7.8.2, XEP-0249). What comes is a question to the user: nothing is
 * joined by itself (I15). They live in memory, until answered. */
#pragma once

#include "core/session.h"

enum {
    INVITATIONS_MAX = 100, /* of an account; further ones are not shown (I9) … */
    INVITATIONS_OF_STRANGERS_MAX = 20, /* … and of those whose inviter is not in the roster */
};

typedef struct Invitation {
    Jid *room;       /* bare */
    Jid *from;       /* who invites: of direct ones the sender, else as the room says; NULL: not told */
    char *reason;    /* cleaned; NULL */
    char *password;  /* NULL */
    bool is_direct;
    bool is_stranger; /* `from` is not in the roster */
    gint64 time;     /* µs UTC */
} Invitation;

/* One a room, the oldest first. Rooms we are in are none any more. Borrowed for one turn of the loop. */
guint invitations_count(Session *session);
const Invitation *invitations_at(Session *session, guint index);
/* `room` NULL: the only one there is. NULL: ERROR_NOT_FOUND. */
const Invitation *invitations_find(Session *session, const Jid *room, GError **error);
/* The password that came with one; NULL: none. */
const char *invitations_password(Session *session, const Jid *room);
/* Says no, and forgets it. Who invited directly, or through a room that does not say who, cannot be told. */
bool invitations_decline(Session *session, const Invitation *invitation, const char *reason, GError **error);

typedef struct InvitationWish {
    const Jid *invitee; /* bare */
    const char *reason; /* NULL: none */
    bool is_direct;     /* not through the room: then it lets nobody in who is not a member */
} InvitationWish;
/* Into a room we are in. Through the room: `done` comes when it has passed it on, or refused. Directly: when it is sent;
 * a refusal is a notice. */
void invitations_send(Session *session, const Room *room, const InvitationWish *wish, CoreDone done, gpointer data);
