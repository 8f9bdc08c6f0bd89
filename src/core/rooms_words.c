/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rooms say in codes and conditions, in words. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "core/rooms_private.h"

static const struct {
    guint code;
    const char *words;
} code_words[] = {
    { MUC_CODE_NOT_ANONYMOUS, N_("Everybody in this room sees your address.") },
    { MUC_CODE_AFFILIATION_CHANGED, N_("Your standing in the room was changed while you were away.") },
    { MUC_CODE_SHOWS_UNAVAILABLE, N_("The room lists members who are not there now.") },
    { MUC_CODE_HIDES_UNAVAILABLE, N_("The room does not list members who are not there any more.") },
    { MUC_CODE_CONFIGURATION_CHANGED, N_("The room was configured anew: /room info shows it.") },
    { MUC_CODE_LOGGED, N_("What is said here is recorded.") },
    { MUC_CODE_NOT_LOGGED, N_("What is said here is not recorded any more.") },
    { MUC_CODE_NOW_NOT_ANONYMOUS, N_("From now on everybody in this room sees your address.") },
    { MUC_CODE_NOW_SEMI_ANONYMOUS, N_("From now on only moderators see your address.") },
    { MUC_CODE_NOW_FULLY_ANONYMOUS, N_("From now on nobody sees your address.") },
    { MUC_CODE_CREATED, N_("The room is new, and you are its owner.") },
    { MUC_CODE_NICK_ASSIGNED, N_("The room gave you another nick than the one you asked for.") },
};

const char *
rooms_code_words(guint code)
{
    for (guint i = 0; i < G_N_ELEMENTS(code_words); i++) {
        if (code_words[i].code == code)
            return _(code_words[i].words);
    }
    return NULL;
}

/* XEP-0045 §7.2, §8, §9, §10: conditions mean the same whatever was asked. */
static const struct {
    const char *condition;
    int code;
    const char *words;
} conditions[] = {
    { "not-authorized", ERROR_AUTH, N_("the room wants a password, or another one: /join ROOM password P") },
    { "forbidden", ERROR_AUTH, N_("the room does not allow you that: you are banned, or not powerful enough") },
    { "registration-required", ERROR_AUTH,
      N_("the room is for members only: ask an owner, or try /room register") },
    { "conflict", ERROR_FAILED, N_("that is taken by somebody else: choose another one") },
    { "item-not-found", ERROR_NOT_FOUND, N_("there is no such room, or it is not open yet: check the address") },
    { "not-allowed", ERROR_AUTH, N_("the room does not allow that to anybody, or only to its owners") },
    { "service-unavailable", ERROR_FAILED, N_("the room is full, or its server does not answer: try again later") },
    { "not-acceptable", ERROR_FAILED, N_("the room does not accept that: it may insist on the nick you registered") },
    { "jid-malformed", ERROR_BAD_INPUT, N_("the room does not accept that nick or address: choose another one") },
    { "remote-server-not-found", ERROR_NOT_FOUND, N_("the room's server cannot be found: check the address") },
    { "remote-server-timeout", ERROR_UNREACHABLE, N_("the room's server does not answer: try again later") },
    { "gone", ERROR_NOT_FOUND, N_("the room is gone for good") },
    { "resource-constraint", ERROR_FAILED, N_("the room's server is too busy: try again later") },
    { "policy-violation", ERROR_FAILED, N_("that is against the rules of the room's server: less, or more slowly") },
};

GError *
rooms_error(const XmppStanzaError *detail, const GError *error)
{
    if (detail == NULL)
        return g_error_copy(error);
    g_autofree char *said = core_clean_words(detail->text);
    for (guint i = 0; i < G_N_ELEMENTS(conditions); i++) {
        if (strcmp(conditions[i].condition, detail->condition) != 0)
            continue;
        return said != NULL ? g_error_new(CONFAB_ERROR, conditions[i].code, _("%s (the room says: %s)"),
                                          _(conditions[i].words), said)
                            : g_error_new_literal(CONFAB_ERROR, conditions[i].code, _(conditions[i].words));
    }
    g_autofree char *words = stanza_error_words(detail);
    return g_error_new(CONFAB_ERROR, ERROR_FAILED, _("the room refuses: %s"), words);
}
