/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Occupants from the inside: for room.c and occupant.c only. */
#pragma once

#include "model/occupant.h"
#include "model/room.h"

struct Occupant {
    Room *room;
    char *nick, *label;
    char *key; /* the label, case-folded: what it is sorted by */
    Jid *jid;
    char *id;
    OccupantRole role;
    OccupantAffiliation affiliation;
    Availability availability;
    char *status;
    gint64 spoke, since;
    gint64 spoke_before; /* in an earlier presence, as far as that is remembered */
    bool is_self, is_lookalike;
    GSequenceIter *place;
    GList *id_link, *jid_link; /* among those of the same id, or real JID; NULL: has none */
};

Occupant *occupant_new(Room *room, const OccupantInit *init);
void occupant_free(Occupant *occupant);
/* True: something that is shown has changed; `*moved`: also its place. */
bool occupant_update(Occupant *occupant, const OccupantInit *init, bool *moved);
void occupant_set_nick(Occupant *occupant, const char *nick, const char *label);
/* The order of the panel. */
int occupant_compare(const Occupant *a, const Occupant *b);
