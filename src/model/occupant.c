/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/occupant.h"

#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "model/occupant_private.h"

/* A nick may hold anything (I12, I20); something is always to be seen. */
static char *
make_label(const char *nick)
{
    g_autofree char *label = g_strstrip(text_clean(nick, -1, TEXT_LINE | TEXT_STRICT));
    return *label != '\0' ? g_steal_pointer(&label) : g_strdup("␣");
}

/* The mark is not a part of what it is sorted and found by. */
void
occupant_set_nick(Occupant *occupant, const char *nick, const char *label)
{
    char *own_nick = g_strdup(nick);
    g_autofree char *plain = label != NULL ? g_strdup(label) : make_label(nick);
    g_free(occupant->nick);
    g_free(occupant->label);
    g_free(occupant->key);
    occupant->nick = own_nick;
    occupant->label = g_strconcat(plain, occupant->is_lookalike ? "≈" : "", NULL);
    occupant->key = g_utf8_casefold(plain, -1);
}

Occupant *
occupant_new(Room *room, const OccupantInit *init)
{
    Occupant *occupant = g_new0(Occupant, 1);
    occupant->room = room;
    occupant->is_lookalike = init->is_lookalike;
    occupant_set_nick(occupant, init->nick, init->label);
    occupant->jid = init->jid != NULL ? jid_ref(init->jid) : NULL;
    occupant->id = g_strdup(init->occupant_id);
    occupant->role = init->role;
    occupant->affiliation = init->affiliation;
    occupant->availability = init->availability;
    occupant->status = g_strdup(init->status);
    occupant->is_self = init->is_self;
    occupant->since = init->since != 0 ? init->since : when_now();
    return occupant;
}

void
occupant_free(Occupant *occupant)
{
    g_free(occupant->nick);
    g_free(occupant->label);
    g_free(occupant->key);
    g_clear_pointer(&occupant->jid, jid_unref);
    g_free(occupant->id);
    g_free(occupant->status);
    g_free(occupant);
}

bool
occupant_update(Occupant *occupant, const OccupantInit *init, bool *moved)
{
    const bool same = occupant->role == init->role && occupant->affiliation == init->affiliation
                      && occupant->availability == init->availability
                      && g_strcmp0(occupant->status, init->status) == 0 && jid_equal(occupant->jid, init->jid);
    *moved = occupant->role != init->role;
    if (g_strcmp0(occupant->id, init->occupant_id) != 0) {
        g_free(occupant->id);
        occupant->id = g_strdup(init->occupant_id);
    }
    occupant->is_self = init->is_self;
    if (same)
        return false;
    Jid *jid = init->jid != NULL ? jid_ref(init->jid) : NULL;
    g_clear_pointer(&occupant->jid, jid_unref);
    occupant->jid = jid;
    char *status = g_strdup(init->status);
    g_free(occupant->status);
    occupant->status = status;
    occupant->role = init->role;
    occupant->affiliation = init->affiliation;
    occupant->availability = init->availability;
    return true;
}

int
occupant_compare(const Occupant *a, const Occupant *b)
{
    if (a->role != b->role)
        return a->role > b->role ? -1 : 1;
    const int by_key = strcmp(a->key, b->key);
    return by_key != 0 ? by_key : strcmp(a->nick, b->nick);
}

const char *
occupant_nick(const Occupant *occupant)
{
    return occupant->nick;
}

const char *
occupant_label(const Occupant *occupant)
{
    return occupant->label;
}

Room *
occupant_room(const Occupant *occupant)
{
    return occupant->room;
}

const Jid *
occupant_jid(const Occupant *occupant)
{
    return occupant->jid;
}

const char *
occupant_id(const Occupant *occupant)
{
    return occupant->id;
}

OccupantRole
occupant_role(const Occupant *occupant)
{
    return occupant->role;
}

OccupantAffiliation
occupant_affiliation(const Occupant *occupant)
{
    return occupant->affiliation;
}

Availability
occupant_availability(const Occupant *occupant)
{
    return occupant->availability;
}

const char *
occupant_status(const Occupant *occupant)
{
    return occupant->status;
}

gint64
occupant_spoke(const Occupant *occupant)
{
    return occupant->spoke;
}

gint64
occupant_spoke_ever(const Occupant *occupant)
{
    return MAX(occupant->spoke, occupant->spoke_before);
}

gint64
occupant_since(const Occupant *occupant)
{
    return occupant->since;
}

bool
occupant_is_lookalike(const Occupant *occupant)
{
    return occupant->is_lookalike;
}

bool
occupant_is_self(const Occupant *occupant)
{
    return occupant->is_self;
}
