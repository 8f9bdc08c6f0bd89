/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/own_presence.h"

#include "core/core_private.h"
#include "xmpp/presence.h"

G_STATIC_ASSERT((int) AVAILABILITY_OFFLINE == PRESENCE_OFFLINE && (int) AVAILABILITY_DND == PRESENCE_DND
                && (int) AVAILABILITY_XA == PRESENCE_XA && (int) AVAILABILITY_AWAY == PRESENCE_AWAY
                && (int) AVAILABILITY_ONLINE == PRESENCE_ONLINE && (int) AVAILABILITY_CHAT == PRESENCE_CHAT);

/* To tell whether it has changed. */
static char *
describe(const Account *account)
{
    const char *status = account_status(account);
    return g_strdup_printf("%d %d %s", (int) account_availability(account), account_priority(account),
                           status != NULL ? status : "");
}

void
own_presence_restore(Session *session)
{
    const Account *account = session_account(session);
    if (!session_is_online(session))
        return;
    presence_send(session_stream(session), NULL, (PresenceShow) account_availability(account), account_status(account),
                  account_priority(account));
    rooms_tell_presence(session_rooms(session));
    g_autofree char *words = describe(account);
    session_set_told_presence(session, words);
}

void
own_presence_resume(Session *session)
{
    g_autofree char *words = describe(session_account(session));
    if (g_strcmp0(words, session_told_presence(session)) != 0)
        own_presence_restore(session);
}

/* The server tells the presence of all contacts to those only who were unavailable before (RFC 6121 §4.2.2). */
void
own_presence_renew(Session *session)
{
    if (session_is_online(session))
        presence_send(session_stream(session), NULL, PRESENCE_OFFLINE, NULL, 0);
    own_presence_restore(session);
}

/* The words of the setting are those of availability_word(). */
static Availability
default_availability(const Settings *settings, const char *account)
{
    const char *word = settings_get_text(settings, SETTING_PRESENCE_STATUS, account, NULL);
    for (int i = AVAILABILITY_DND; i <= AVAILABILITY_CHAT; i++) {
        if (g_str_equal(word, availability_word((Availability) i)))
            return (Availability) i;
    }
    return AVAILABILITY_ONLINE;
}

void
own_presence_prepare(Session *session)
{
    Account *account = session_account(session);
    const Settings *settings = client_settings(session_client(session));
    if (account_availability(account) != AVAILABILITY_OFFLINE)
        return;
    g_autofree char *status =
        core_clean_words(settings_get_text(settings, SETTING_PRESENCE_TEXT, account_name(account), NULL));
    account_set_presence(account, default_availability(settings, account_name(account)), status,
                         session_account_config(session)->priority);
}

static void
set_presence(Session *session, Availability availability, const char *status, int priority)
{
    account_set_presence(session_account(session), availability, status, priority);
    if (availability == AVAILABILITY_OFFLINE)
        session_disconnect(session, status);
    else
        own_presence_restore(session);
}

void
own_presence_set(Client *client, Account *account, Availability availability, const char *status)
{
    g_autofree char *words = core_clean_words(status);
    for (guint i = 0; i < client_session_count(client); i++) {
        Session *session = client_session_at(client, i);
        if (account == NULL || session_account(session) == account)
            set_presence(session, availability, words, account_priority(session_account(session)));
    }
}

void
own_presence_set_priority(Client *client, Account *account, int priority)
{
    for (guint i = 0; i < client_session_count(client); i++) {
        Session *session = client_session_at(client, i);
        const Account *own = session_account(session);
        if ((account == NULL || own == account) && account_priority(own) != priority)
            set_presence(session, account_availability(own), account_status(own), priority);
    }
}
