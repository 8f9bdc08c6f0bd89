/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/muc_parts.h"

#include <string.h>

static const char *const role_words[] = {
    [MUC_ROLE_NONE] = "none",
    [MUC_ROLE_VISITOR] = "visitor",
    [MUC_ROLE_PARTICIPANT] = "participant",
    [MUC_ROLE_MODERATOR] = "moderator",
};

static const char *const affiliation_words[] = {
    [MUC_AFFILIATION_OUTCAST] = "outcast", [MUC_AFFILIATION_NONE] = "none",   [MUC_AFFILIATION_MEMBER] = "member",
    [MUC_AFFILIATION_ADMIN] = "admin",     [MUC_AFFILIATION_OWNER] = "owner",
};

/* The index of a word in a table; -1: it is not there. */
static int
find_word(const char *const *words, guint count, const char *word)
{
    for (guint i = 0; word != NULL && i < count; i++) {
        if (strcmp(words[i], word) == 0)
            return (int) i;
    }
    return -1;
}

const char *
muc_role_word(MucRole role)
{
    g_return_val_if_fail((guint) role < G_N_ELEMENTS(role_words), "none");
    return role_words[role];
}

const char *
muc_affiliation_word(MucAffiliation affiliation)
{
    g_return_val_if_fail((guint) affiliation < G_N_ELEMENTS(affiliation_words), "none");
    return affiliation_words[affiliation];
}

bool
muc_role_parse(const char *word, MucRole *role)
{
    const int index = find_word(role_words, G_N_ELEMENTS(role_words), word);
    if (index >= 0)
        *role = (MucRole) index;
    return index >= 0;
}

bool
muc_affiliation_parse(const char *word, MucAffiliation *affiliation)
{
    const int index = find_word(affiliation_words, G_N_ELEMENTS(affiliation_words), word);
    if (index >= 0)
        *affiliation = (MucAffiliation) index;
    return index >= 0;
}

bool
muc_codes_have(const MucCodes *codes, MucCode code)
{
    for (guint i = 0; i < codes->count; i++) {
        if (codes->codes[i] == (guint16) code)
            return true;
    }
    return false;
}

void
muc_presence_free(MucPresence *presence)
{
    if (presence == NULL)
        return;
    g_clear_pointer(&presence->jid, jid_unref);
    g_free(presence->nick);
    g_free(presence->actor);
    g_free(presence->reason);
    g_clear_pointer(&presence->alternate, jid_unref);
    g_free(presence->alternate_password);
    g_free(presence);
}

void
muc_invite_free(MucInvite *invite)
{
    if (invite == NULL)
        return;
    g_clear_pointer(&invite->room, jid_unref);
    g_clear_pointer(&invite->from, jid_unref);
    g_free(invite->reason);
    g_free(invite->password);
    g_free(invite);
}

void
muc_voice_request_free(MucVoiceRequest *request)
{
    if (request == NULL)
        return;
    g_free(request->nick);
    g_clear_pointer(&request->jid, jid_unref);
    g_free(request);
}
