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

typedef enum {
    CONVERSATION_CHAT,
    CONVERSATION_ROOM,
} ConversationKind;
