/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms of rooms: configuration by its owners (XEP-0045 §10.2), registration (§7.10), and creating rooms (§10.1). A form
 * that was fetched stays open, is filled in field by field, and is submitted or cancelled; one per room. All requests
 * end exactly once, from the loop, a refusal in words. Texts are cleaned (I12), secrets are never given out (I23). */
#pragma once

#include "core/rooms.h"

typedef enum { ROOM_FORM_CONFIGURATION, ROOM_FORM_REGISTRATION } RoomFormKind;

/* --- a field, for people --- */
typedef struct RoomFormField {
    guint number;    /* from 1; 0: words to be read, all in `label` */
    char *var;       /* the name on the wire */
    char *key;       /* … without the part that all have: what is typed; "" for words */
    char *label;
    char *description; /* NULL */
    const char *type;  /* "text-single" …; borrowed */
    char *value;     /* booleans as "yes" or "no", several ones joined; a secret as "••••"; "" when empty */
    char *takes;     /* "yes or no", "a | b"; "" for any text */
    GPtrArray *options; /* char*: "value  label" */
    bool required, is_changed, is_secret;
} RoomFormField;

typedef struct RoomFormView {
    RoomFormKind kind;
    bool is_registered;  /* already */
    char *title;         /* NULL */
    char *instructions;  /* NULL; line feeds stay */
    GPtrArray *fields;   /* RoomFormField*; hidden ones are left out */
} RoomFormView;

/* How the open form of a room stands; NULL: none is open. */
RoomFormView *room_forms_view(Session *session, const Jid *room);
void room_forms_view_free(RoomFormView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RoomFormView, room_forms_view_free)
/* By number, var, key, label or a part of it, as somebody types it. NULL and an error: none, or more than one. */
const RoomFormField *room_forms_find_field(const RoomFormView *view, const char *typed, GError **error);

/* --- what can be done --- */
/* Fetches and opens it, instead of one that was opened before and has no changes. */
void room_forms_open(Session *session, const Jid *room, RoomFormKind kind, CoreDone done, gpointer data);
/* Several words are the values of a field that takes several, and one text for all others; one that is "" empties it. */
bool room_forms_set(Session *session, const Jid *room, const char *key, const char *const *words, GError **error);
/* It is closed when the room has taken it. */
void room_forms_submit(Session *session, const Jid *room, CoreDone done, gpointer data);
/* Closes it; a room that was created to be configured is destroyed by it (§10.1.3). */
void room_forms_cancel(Session *session, const Jid *room, CoreDone done, gpointer data);

/* Fetches the configuration, sets one field, submits it: the open form is left alone. `field` is as it is now; NULL on
 * failure. */
typedef void (*RoomFormChanged)(const RoomFormField *field, const GError *error, gpointer data);
void room_forms_change(Session *session, const Jid *room, const char *key, const char *const *words,
                       RoomFormChanged done, gpointer data);

/* Opens the form of registration and fills in the nick; `nick` NULL: the one we have there. With a nick it is also
 * submitted, when nothing else is wanted: then no form is open at the end. */
void room_forms_register(Session *session, const Jid *room, const char *nick, CoreDone done, gpointer data);
void room_forms_unregister(Session *session, const Jid *room, CoreDone done, gpointer data);

/* --- room_create.c --- */
/* Creates and enters it; one that is there already is an error. `is_reserved`: nobody else can come before its form,
 * which is then open, was submitted. Else it opens as the service thinks right (§10.1.2). */
void room_forms_create(Session *session, const RoomsJoin *join, CoreDone done, gpointer data);
