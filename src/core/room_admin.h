/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What those who run a room do in it (XEP-0045 §8 to §10.9), and asking for voice (§7.13). Every request ends exactly
 * once: `done` tells the outcome from the loop, a refusal in words that say who may do it. */
#pragma once

#include "core/session.h"

typedef struct RoomRole {
    const char *nick; /* as is */
    OccupantRole role; /* NONE: kicked (§8.2) */
    const char *reason; /* NULL: none */
} RoomRole;
void room_admin_set_role(Session *session, const Room *room, const RoomRole *wish, CoreDone done, gpointer data);

typedef struct RoomAffiliation {
    const Jid *jid; /* only the bare one counts; a server bans all its users */
    OccupantAffiliation affiliation; /* OUTCAST: banned (§9.1) */
    const char *reason;
} RoomAffiliation;
void room_admin_set_affiliation(Session *session, const Room *room, const RoomAffiliation *wish, CoreDone done,
                                gpointer data);
/* Only who is banned loses anything by it: ERROR_NOT_FOUND for all others. */
void room_admin_unban(Session *session, const Room *room, const Jid *jid, CoreDone done, gpointer data);
/* §10.9; `reason` and `alternate`, where it goes on, may be NULL. */
typedef struct RoomEnd {
    const char *reason;
    const Jid *alternate;
} RoomEnd;
void room_admin_destroy(Session *session, const Room *room, const RoomEnd *end, CoreDone done, gpointer data);

/* --- lists (§8.5, §9.5 …) --- */
typedef enum {
    ROOM_LIST_OWNERS,
    ROOM_LIST_ADMINS,
    ROOM_LIST_MEMBERS,
    ROOM_LIST_OUTCASTS,
    ROOM_LIST_MODERATORS,
    ROOM_LIST_PARTICIPANTS,
    ROOM_LIST_VISITORS,
} RoomList;

typedef struct RoomListEntry {
    const Jid *jid;     /* NULL: not told */
    const char *nick;   /* cleaned; NULL: not there, or not told */
    const char *reason; /* cleaned; NULL */
    OccupantAffiliation affiliation;
    OccupantRole role;  /* NONE: not there, or not told */
} RoomListEntry;
/* RoomListEntry, by address, then nick; borrowed. NULL on failure. */
typedef void (*RoomListDone)(const GArray *entries, const GError *error, gpointer data);
void room_admin_list(Session *session, const Room *room, RoomList list, RoomListDone done, gpointer data);

/* --- voice --- */
/* Asks the moderators; `done` comes when the room has taken the question, not when they answer. */
void room_voice_request(Session *session, const Room *room, CoreDone done, gpointer data);
/* By nick as is. Refusing somebody who asks and has none tells that somebody so. */
void room_voice_set(Session *session, const Room *room, const char *nick, bool granted, CoreDone done, gpointer data);
/* Who has asked for it and is still there: nicks as they are, NULL at the end. Caller frees the array only. */
const char **room_voice_asking(Session *session, const Room *room);
