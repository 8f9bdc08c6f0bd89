/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened, kept for the next /wait, so that nothing is missed between two lines of a script (wait.h). For this
 * layer only. */
#pragma once

#include <stdbool.h>

#include "core/client.h"

enum {
    RECORDER_EVENTS_MAX = 100000,
    RECORDER_BYTES_MAX = 64 * 1024 * 1024, /* of the texts; past these the oldest are forgotten (I9) */
};

typedef enum {
    RECORD_OFFLINE,
    RECORD_MESSAGE,
    RECORD_FAILED, /* a message of ours was refused */
    RECORD_DELIVERY,   /* the state of a message of ours: its word */
    RECORD_CORRECTION, /* the new text */
    RECORD_UNREAD,     /* how many, as a number */
    RECORD_PRESENCE,
    RECORD_SUBSCRIPTION,
    RECORD_ROSTER,
    RECORD_TYPING,
    RECORD_ENCRYPTION, /* state and trust */
    RECORD_TRUST,      /* fingerprint and trust */
    RECORD_SMP,        /* state and question */
    RECORD_REACTION,   /* all the message has now */
    RECORD_RETRACTION, /* its reason */
    RECORD_ROOM,       /* what happened, and words: "joined", "topic …", "occupant Bob left" */
    RECORD_INVITATION, /* words of whom it comes from */
    RECORD_NOTICE,
} RecordKind;

typedef struct Record {
    RecordKind kind;
    char *account; /* name; NULL: of the program */
    Jid *jid;      /* whose event it is; NULL: nobody's */
    char *text;    /* what "matching" looks at; never NULL. As it came: not cleaned */
} Record;

typedef struct Recorder Recorder;

/* Something was recorded, or an account or a message changed. Called in the delivery of the event: only to make a
 * note of it. */
typedef void (*RecorderNews)(gpointer data);

/* `client` NULL: nothing happens. `always`: keeps from now on; else only between recorder_hold() and
 * recorder_release(). */
Recorder *recorder_new(Client *client, bool always, RecorderNews news, gpointer data);
void recorder_free(Recorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recorder, recorder_free)
void recorder_hold(Recorder *recorder);
void recorder_release(Recorder *recorder);

/* Records are numbered from the start on: the oldest that is kept is recorder_first(), the newest recorder_end() - 1.
 * Borrowed until the loop goes on. */
guint64 recorder_first(const Recorder *recorder);
guint64 recorder_end(const Recorder *recorder);
const Record *recorder_at(const Recorder *recorder, guint64 number);
/* Forgets this one and all before it. */
void recorder_take(Recorder *recorder, guint64 number);
