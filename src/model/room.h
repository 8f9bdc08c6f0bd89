/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A room as the screen and the scripts see it (XEP-0045); conversation_room() of a conversation of kind ROOM. Changes
 * are published as ROOM_CHANGED and OCCUPANT_*. Strings are cleaned (I12) unless it says otherwise.
 *
 * Occupants are found by nick in O(1) and kept in the order of the panel in O(log n) per change: by role, moderators
 * first, then by case-folded label, then by nick. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/occupant.h"

enum { ROOM_OCCUPANTS_MAX = 50000 }; /* further ones are counted, not kept (I9) */

typedef enum {
    ROOM_OUT,     /* not joined, and not about to be: room_reason() may say why */
    ROOM_WAITING, /* will be joined: when online, when its turn comes, or at room_retry_at() */
    ROOM_JOINING,
    ROOM_JOINED,
} RoomState;

/* What is known of a room (disco#info, §15.6 codes), bits. */
typedef enum {
    ROOM_ANONYMOUS_NOT = 1 << 0, /* everybody sees real JIDs */
    ROOM_MEMBERS_ONLY = 1 << 1,
    ROOM_MODERATED = 1 << 2,
    ROOM_PASSWORD = 1 << 3,
    ROOM_PERSISTENT = 1 << 4,
    ROOM_HIDDEN = 1 << 5,
    ROOM_LOGGED = 1 << 6,
    ROOM_HAS_ARCHIVE = 1 << 7,      /* XEP-0313 */
    ROOM_HAS_OCCUPANT_IDS = 1 << 8, /* XEP-0421: only then they count */
    ROOM_HAS_STABLE_IDS = 1 << 9,   /* what we send comes back with our id */
    ROOM_HAS_MODERATION = 1 << 10,  /* XEP-0425 */
    ROOM_CREATED = 1 << 11,         /* by us, just now */
    ROOM_HAS_NEW_MODERATION = 1 << 12, /* … in its present form */
} RoomFlags;

const Jid *room_jid(const Room *room); /* bare */
Conversation *room_conversation(const Room *room);
RoomState room_state(const Room *room);
const char *room_state_word(RoomState state); /* "out", "waiting", "joining", "joined": stable */
const char *room_reason(const Room *room);    /* why it is not joined, in words; NULL */
gint64 room_retry_at(const Room *room);       /* µs UTC; 0: no attempt is planned */
const char *room_nick(const Room *room);      /* ours, as is (not cleaned); what we want to be called while not joined;
                                                 NULL: never joined */
const char *room_name(const Room *room);      /* as the room says; NULL */
const char *room_subject(const Room *room);   /* may hold line feeds; NULL or "": none */
const char *room_subject_by(const Room *room); /* label of who set it; NULL: not known */
guint room_flags(const Room *room);
Occupant *room_self(const Room *room); /* NULL unless joined */
OccupantRole room_own_role(const Room *room);               /* NONE unless joined */
OccupantAffiliation room_own_affiliation(const Room *room);

/* --- occupants --- */
Occupant *room_find(const Room *room, const char *nick);         /* exactly */
/* As somebody types it: the nick exactly, else the label, else case-folded; `ambiguous` (may be NULL) tells why NULL. */
Occupant *room_find_typed(const Room *room, const char *text, bool *ambiguous);
Occupant *room_find_id(const Room *room, const char *occupant_id);
Occupant *room_find_jid(const Room *room, const Jid *jid);       /* by the real bare JID; the first of several */
guint room_occupant_count(const Room *room);
guint room_role_count(const Room *room, OccupantRole role);
Occupant *room_at(const Room *room, guint index);                /* order of the panel; O(log n) */
guint room_index(const Room *room, const Occupant *occupant);
/* Who spoke, the last one first, of those who are still there; at most ROOM_SPEAKERS_MAX. Not ourselves. */
enum { ROOM_SPEAKERS_MAX = 100 };
guint room_speaker_count(const Room *room);
Occupant *room_speaker_at(const Room *room, guint index);

/* --- for the core --- */
/* Copied, cleaned by who calls (`nick`: as is). Publishes ROOM_CHANGED (ROOM_STATE). Not JOINED: occupants go, without
 * single events. */
void room_set_state(Room *room, RoomState state, const char *nick, const char *reason, gint64 retry_at);
/* The same, when the room has put us out, or we are lost to it: the event says `how`. */
void room_expel(Room *room, const OccupantLeave *how, RoomState state, const char *reason, gint64 retry_at);
/* Status codes of XEP-0045 that came with something: ROOM_CODES. Nothing when there are none. */
void room_tell_codes(Room *room, const guint16 *codes, guint count);
void room_set_subject(Room *room, const char *subject, const char *by);                 /* ROOM_SUBJECT */
void room_set_info(Room *room, const char *name, guint flags);                          /* ROOM_INFO */

typedef struct OccupantInit {
    const char *nick;  /* as is */
    const char *label; /* cleaned; NULL: made of the nick */
    const Jid *jid;
    const char *occupant_id;
    OccupantRole role;
    OccupantAffiliation affiliation;
    Availability availability;
    const char *status;
    bool is_self;
    bool is_lookalike; /* counts when it is new */
    gint64 since; /* 0: now */
} OccupantInit;
/* New: OCCUPANT_JOINED; known: OCCUPANT_CHANGED when something changed. NULL: there are too many. */
Occupant *room_put(Room *room, const OccupantInit *init);
/* Publishes OCCUPANT_LEFT, then frees. `how` is borrowed for the event. */
void room_remove(Room *room, Occupant *occupant, const OccupantLeave *how);
/* OCCUPANT_RENAMED. Somebody else of that nick, who should not exist, goes without an event. */
void room_rename(Room *room, Occupant *occupant, const char *nick, bool is_lookalike);
void room_spoke(Room *room, Occupant *occupant, gint64 time);
/* Many at once (joining): no events of single occupants, one ROOM_CHANGED (ROOM_OCCUPANTS) at the end. */
void room_begin(Room *room);
void room_end(Room *room);
