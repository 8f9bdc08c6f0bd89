/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files about forms of rooms need of each other. */
#pragma once

#include "core/room_forms.h"
#include "core/rooms_private.h"
#include "xmpp/form.h"
#include "xmpp/xep/register_iq.h"

/* A form as it was fetched, and filled in since. */
typedef struct OpenForm {
    RoomFormKind kind;
    bool is_new; /* of a room that nobody can enter before it is submitted */
    Registration *registration; /* of ROOM_FORM_REGISTRATION; has the form then */
    DataForm *form;             /* the registration's, or its own */
} OpenForm;

struct RoomForms {
    Session *session;
    GHashTable *open; /* bare Jid → OpenForm */
};

/* --- room_form_fields.c --- */
RoomFormView *room_form_view(const OpenForm *open);
bool room_form_set(OpenForm *open, const char *key, const char *const *words, GError **error);
/* "muc#roomconfig_roomname" → "roomname". Borrowed from `var`. */
const char *room_form_key(const char *var);

/* --- room_forms.c --- */
/* The open form belongs to a room that was just created. */
void room_forms_mark_new(Session *session, const Jid *room);
