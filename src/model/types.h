/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names shared by the files of the model, so that no header needs another's body. */
#pragma once

typedef struct Account Account;
typedef struct Roster Roster;
typedef struct Contact Contact;
typedef struct Resource Resource;
typedef struct Conversation Conversation;
typedef struct Message Message;

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

typedef enum {
    CONVERSATION_CHAT,
    CONVERSATION_ROOM,
} ConversationKind;
