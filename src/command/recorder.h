/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened, kept for the next /wait, so that nothing is missed between two lines of a script (wait.h). For this
 * layer only. */
#pragma once

#include <stdbool.h>

#include "core/client.h"

enum {
    RECORDER_EVENTS_MAX = 10000,
    RECORDER_BYTES_MAX = 4 * 1024 * 1024, /* past these the oldest are forgotten (I9) */
};

typedef enum {
    RECORD_OFFLINE,
    RECORD_CONNECTION, /* state and reason */
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
    RECORD_NOTICE, /* words; the state is how grave it is */
    RECORD_ERROR,  /* the same, only of what went wrong */
} RecordKind;

typedef struct Record {
    RecordKind kind;
    char *account; /* name; NULL: of the program */
    Jid *jid;      /* whose event it is; NULL: nobody's */
    Jid *with;     /* the conversation it belongs to, else as `jid` */
    Jid *by;       /* who invites; NULL: nobody does */
    char *state;   /* what "state" looks at, the words JSON has; NULL: such events have none */
    char *text;    /* what "matching" looks at; never NULL. As it came: not cleaned */
} Record;

typedef struct Recorder Recorder;

/* A place in what happened: from there on everything is kept, within the bounds above. Somebody who looks back has one
 * (a script, a Caller, the front-end without a terminal); counted. While there is no mark nothing is kept. */
typedef struct EventMark EventMark;

/* Something was recorded. Called in the delivery of the event: only to make a note of it. */
typedef void (*RecorderNews)(gpointer data);

/* `client` NULL: nothing happens. */
Recorder *recorder_new(Client *client, RecorderNews news, gpointer data);
/* Marks may outlive it; nothing is behind them, then. */
void recorder_free(Recorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recorder, recorder_free)

/* Records are numbered from the start on: the oldest that is kept is recorder_first(), the newest recorder_end() - 1.
 * Borrowed until the loop goes on. */
guint64 recorder_first(const Recorder *recorder);
guint64 recorder_end(const Recorder *recorder);
const Record *recorder_at(const Recorder *recorder, guint64 number);

EventMark *event_mark_new(Recorder *recorder); /* behind all there is */
EventMark *event_mark_ref(EventMark *mark);
void event_mark_unref(EventMark *mark);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventMark, event_mark_unref)
/* The first record behind it that is kept. */
guint64 event_mark_position(const EventMark *mark);
/* Behind this one now, unless it is already. */
void event_mark_pass(EventMark *mark, guint64 number);
/* Variables of who has the mark: what its last /wait has found. `value` NULL: there is none. */
void event_mark_set_value(EventMark *mark, const char *name, const char *value);
const char *event_mark_value(const EventMark *mark, const char *name);
