/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Somebody in a room (XEP-0045 §5). The nick is an opaque string, compared byte by byte, also when it is empty on the
 * screen; `label` is what may be shown (I12, I20). Borrowed from here; gone when the occupant leaves. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"
#include "model/types.h"

const char *occupant_nick(const Occupant *occupant);  /* as the room says it: for stanzas and comparing only */
const char *occupant_label(const Occupant *occupant); /* cleaned, invisible characters shown, never empty */
Room *occupant_room(const Occupant *occupant);
const Jid *occupant_jid(const Occupant *occupant);      /* the real one, where the room tells; NULL */
const char *occupant_id(const Occupant *occupant);      /* XEP-0421; NULL */
OccupantRole occupant_role(const Occupant *occupant);
OccupantAffiliation occupant_affiliation(const Occupant *occupant);
Availability occupant_availability(const Occupant *occupant);
const char *occupant_status(const Occupant *occupant); /* cleaned; NULL */
gint64 occupant_spoke(const Occupant *occupant);        /* when last, in this presence; µs UTC; 0: not yet */
/* The same, or before it left and came back lately; µs UTC; 0: not known. */
gint64 occupant_spoke_ever(const Occupant *occupant);
gint64 occupant_since(const Occupant *occupant);        /* when we saw it come; µs UTC */
/* Called like the user, or like a contact, without being known to be that one (I20): the label says so by a "≈" behind
 * it. */
bool occupant_is_lookalike(const Occupant *occupant);
bool occupant_is_self(const Occupant *occupant);
