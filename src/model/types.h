/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names shared by the files of the model, so that no header needs another's body. */
#pragma once

typedef struct Account Account;
typedef struct Roster Roster;
typedef struct Contact Contact;
typedef struct Resource Resource;
typedef struct Conversation Conversation;
typedef struct Message Message;
typedef struct Room Room;
typedef struct Occupant Occupant;

/* Presence of people, from least to most available; the words of /status: offline dnd xa away online chat. */
typedef enum {
    AVAILABILITY_OFFLINE,
    AVAILABILITY_DND,
    AVAILABILITY_XA,
    AVAILABILITY_AWAY,
    AVAILABILITY_ONLINE,
    AVAILABILITY_CHAT,
} Availability;

const char *availability_word(Availability availability); /* stable, not translated */
const char *availability_label(Availability availability); /* translated: "do not disturb" … */

/* Of end-to-end encryption with somebody. */
typedef enum {
    ENCRYPTION_OFF,
    ENCRYPTION_STARTING, /* what is said waits */
    ENCRYPTION_ON,
    ENCRYPTION_ENDED,    /* by the peer: nothing leaves until the user decides */
} EncryptionState;

const char *encryption_state_word(EncryptionState state); /* stable: "none", "starting", "encrypted", "ended" */

/* Where two users are in comparing a secret. */
typedef enum {
    VERIFICATION_ASKED,
    VERIFICATION_UNDER_WAY,
    VERIFICATION_SUCCEEDED,
    VERIFICATION_FAILED,
    VERIFICATION_ABORTED,
} VerificationState;

const char *verification_state_word(VerificationState state); /* "asked", "under-way", "succeeded", "failed", "aborted" */

/* The numbers are those of the store. */
typedef enum {
    CONVERSATION_CHAT,
    CONVERSATION_ROOM,
    CONVERSATION_OCCUPANT, /* private messages with an occupant: the JID is room/nick (XEP-0045 §7.5) */
} ConversationKind;

/* In a room (XEP-0045 §5.1, §5.2), from the least to the most powerful. */
typedef enum { ROLE_NONE, ROLE_VISITOR, ROLE_PARTICIPANT, ROLE_MODERATOR } OccupantRole;
typedef enum {
    AFFILIATION_OUTCAST,
    AFFILIATION_NONE,
    AFFILIATION_MEMBER,
    AFFILIATION_ADMIN,
    AFFILIATION_OWNER,
} OccupantAffiliation;

const char *occupant_role_word(OccupantRole role); /* "moderator" …: stable, as on the wire */
const char *occupant_role_label(OccupantRole role); /* translated */
const char *occupant_affiliation_word(OccupantAffiliation affiliation);
const char *occupant_affiliation_label(OccupantAffiliation affiliation);

/* Why somebody is not in a room any more. */
typedef enum {
    LEFT_BY_ITSELF,
    LEFT_KICKED,
    LEFT_BANNED,
    LEFT_AFFILIATION,  /* lost the affiliation it took to be there */
    LEFT_MEMBERS_ONLY, /* the room became members-only */
    LEFT_SHUTDOWN,     /* the service went down */
    LEFT_ERROR,        /* a technical problem, such as a lost link between servers */
    LEFT_DESTROYED,    /* the room is gone */
} LeaveCause;

const char *leave_cause_word(LeaveCause cause); /* "left", "kicked", "banned", "affiliation", "members-only", "shutdown",
                                                   "error", "destroyed": stable */
typedef struct OccupantLeave {
    LeaveCause cause;
    const char *actor;  /* label of who did it; NULL: not told */
    const char *reason; /* cleaned; NULL: none */
} OccupantLeave;
