/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the stanzas of rooms carry (XEP-0045), as plain data. Strings are valid UTF-8 and NOT cleaned for the screen; a
 * nick is the resource of the occupant's JID as it came: an opaque string. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"

enum { MUC_CODES_MAX = 16 }; /* further status codes of one stanza are not kept (I9) */

/* XEP-0045 §5.1, from the least to the most powerful. */
typedef enum { MUC_ROLE_NONE, MUC_ROLE_VISITOR, MUC_ROLE_PARTICIPANT, MUC_ROLE_MODERATOR } MucRole;
/* XEP-0045 §5.2 */
typedef enum {
    MUC_AFFILIATION_OUTCAST,
    MUC_AFFILIATION_NONE,
    MUC_AFFILIATION_MEMBER,
    MUC_AFFILIATION_ADMIN,
    MUC_AFFILIATION_OWNER,
} MucAffiliation;

const char *muc_role_word(MucRole role); /* "moderator" …, as on the wire */
const char *muc_affiliation_word(MucAffiliation affiliation);
bool muc_role_parse(const char *word, MucRole *role); /* NULL, or an unknown word: false */
bool muc_affiliation_parse(const char *word, MucAffiliation *affiliation);

/* XEP-0045 §15.6; the number is the code of the wire. */
typedef enum {
    MUC_CODE_NOT_ANONYMOUS = 100,      /* everybody sees real JIDs */
    MUC_CODE_AFFILIATION_CHANGED = 101,
    MUC_CODE_SHOWS_UNAVAILABLE = 102,
    MUC_CODE_HIDES_UNAVAILABLE = 103,
    MUC_CODE_CONFIGURATION_CHANGED = 104,
    MUC_CODE_SELF = 110,
    MUC_CODE_LOGGED = 170,
    MUC_CODE_NOT_LOGGED = 171,
    MUC_CODE_NOW_NOT_ANONYMOUS = 172,
    MUC_CODE_NOW_SEMI_ANONYMOUS = 173,
    MUC_CODE_NOW_FULLY_ANONYMOUS = 174,
    MUC_CODE_CREATED = 201,
    MUC_CODE_NICK_ASSIGNED = 210,
    MUC_CODE_BANNED = 301,
    MUC_CODE_NICK_CHANGED = 303,
    MUC_CODE_KICKED = 307,
    MUC_CODE_AFFILIATION_LOST = 321,   /* removed: the affiliation changed */
    MUC_CODE_MEMBERS_ONLY = 322,       /* removed: the room became members-only */
    MUC_CODE_SHUTDOWN = 332,           /* removed: the service goes down */
    MUC_CODE_TECHNICAL = 333,          /* removed: an error, such as a lost link between servers */
} MucCode;

typedef struct MucCodes {
    guint16 codes[MUC_CODES_MAX]; /* each once, in the order of the stanza */
    guint count;
} MucCodes;
bool muc_codes_have(const MucCodes *codes, MucCode code);

/* <x xmlns='http://jabber.org/protocol/muc#user'/> of a presence. */
typedef struct MucPresence {
    MucCodes codes;
    bool has_item;       /* without it role NONE, affiliation NONE */
    MucRole role;
    MucAffiliation affiliation;
    Jid *jid;            /* the real one; NULL: not told */
    char *nick;          /* the new one, with MUC_CODE_NICK_CHANGED; else NULL */
    char *actor;         /* nick or, without one, bare JID of who did it; NULL */
    char *reason;        /* of the kick, ban …; NULL */
    bool is_destroyed;   /* §10.9; its words are `reason` */
    Jid *alternate;      /* where the room went on; NULL */
    char *alternate_password;
} MucPresence;

typedef enum {
    MUC_INVITE_MEDIATED, /* §7.8.2: the room passes it on */
    MUC_INVITE_DIRECT,   /* XEP-0249 */
    MUC_INVITE_DECLINED, /* our invitation was declined */
} MucInviteKind;

typedef struct MucInvite {
    MucInviteKind kind;
    Jid *room;      /* bare */
    Jid *from;      /* who invites, or declines; NULL: the room did not say */
    char *reason;   /* NULL when none */
    char *password; /* NULL when none */
} MucInvite;

/* §8.6: somebody without voice asks the moderators for it. */
typedef struct MucVoiceRequest {
    char *nick;
    Jid *jid; /* NULL: not told */
} MucVoiceRequest;

void muc_presence_free(MucPresence *presence);
void muc_invite_free(MucInvite *invite);
void muc_voice_request_free(MucVoiceRequest *request);
