/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/types.h"

#include <glib.h>

#include "base/i18n.h"

static const struct {
    const char *word, *label;
} availabilities[] = {
    [AVAILABILITY_OFFLINE] = { "offline", N_("offline") },
    [AVAILABILITY_DND] = { "dnd", N_("do not disturb") },
    [AVAILABILITY_XA] = { "xa", N_("not available") },
    [AVAILABILITY_AWAY] = { "away", N_("away") },
    [AVAILABILITY_ONLINE] = { "online", N_("online") },
    [AVAILABILITY_CHAT] = { "chat", N_("free for chat") },
};

const char *
availability_word(Availability availability)
{
    g_return_val_if_fail(availability < G_N_ELEMENTS(availabilities), "offline");
    return availabilities[availability].word;
}

const char *
availability_label(Availability availability)
{
    g_return_val_if_fail(availability < G_N_ELEMENTS(availabilities), "");
    return _(availabilities[availability].label);
}

const char *
encryption_state_word(EncryptionState state)
{
    static const char *const words[] = { "none", "starting", "encrypted", "ended" };
    g_return_val_if_fail(state < G_N_ELEMENTS(words), "none");
    return words[state];
}

const char *
verification_state_word(VerificationState state)
{
    static const char *const words[] = { "asked", "under-way", "succeeded", "failed", "aborted" };
    g_return_val_if_fail(state < G_N_ELEMENTS(words), "aborted");
    return words[state];
}

/* --- rooms --- */

static const struct {
    const char *word, *label;
} roles[] = {
    [ROLE_NONE] = { "none", N_("nobody") },
    [ROLE_VISITOR] = { "visitor", N_("visitor") },
    [ROLE_PARTICIPANT] = { "participant", N_("participant") },
    [ROLE_MODERATOR] = { "moderator", N_("moderator") },
};

static const struct {
    const char *word, *label;
} affiliations[] = {
    [AFFILIATION_OUTCAST] = { "outcast", N_("banned") }, [AFFILIATION_NONE] = { "none", N_("no member") },
    [AFFILIATION_MEMBER] = { "member", N_("member") },   [AFFILIATION_ADMIN] = { "admin", N_("admin") },
    [AFFILIATION_OWNER] = { "owner", N_("owner") },
};

const char *
occupant_role_word(OccupantRole role)
{
    g_return_val_if_fail((guint) role < G_N_ELEMENTS(roles), "none");
    return roles[role].word;
}

const char *
occupant_role_label(OccupantRole role)
{
    g_return_val_if_fail((guint) role < G_N_ELEMENTS(roles), "");
    return _(roles[role].label);
}

const char *
occupant_affiliation_word(OccupantAffiliation affiliation)
{
    g_return_val_if_fail((guint) affiliation < G_N_ELEMENTS(affiliations), "none");
    return affiliations[affiliation].word;
}

const char *
occupant_affiliation_label(OccupantAffiliation affiliation)
{
    g_return_val_if_fail((guint) affiliation < G_N_ELEMENTS(affiliations), "");
    return _(affiliations[affiliation].label);
}

const char *
leave_cause_word(LeaveCause cause)
{
    static const char *const words[] = {
        [LEFT_BY_ITSELF] = "left",       [LEFT_KICKED] = "kicked",
        [LEFT_BANNED] = "banned",        [LEFT_AFFILIATION] = "affiliation",
        [LEFT_MEMBERS_ONLY] = "members-only", [LEFT_SHUTDOWN] = "shutdown",
        [LEFT_ERROR] = "error",          [LEFT_DESTROYED] = "destroyed",
    };
    g_return_val_if_fail((guint) cause < G_N_ELEMENTS(words), "left");
    return words[cause];
}
