/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/contacts.h"

#include "base/error.h"
#include "base/i18n.h"
#include "core/core_private.h"
#include "xmpp/presence.h"
#include "xmpp/xep/roster_iq.h"

static Roster *
roster_of(const Session *session)
{
    return account_roster(session_account(session));
}

/* NULL, told through `done`, when the JID is not in the roster. */
static const Contact *
require_contact(const Session *session, const Jid *jid, CoreDone done, gpointer data)
{
    const Contact *contact = roster_find(roster_of(session), jid);
    if (contact != NULL && contact_is_in_roster(contact))
        return contact;
    g_autoptr(GError) error = g_error_new(CONFAB_ERROR, ERROR_NOT_FOUND,
                                          _("%s is not in your roster: /roster add %s"), jid_bare(jid), jid_bare(jid));
    core_done_later(done, data, error);
    return NULL;
}

/* Without a connection the request itself says so, later, with the stream's words; these are better. */
static bool
require_online(const Session *session, CoreDone done, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (session_require_online(session, &error))
        return true;
    core_done_later(done, data, error);
    return false;
}

static void
request_set(Session *session, const Jid *jid, const char *name, const char *const *groups, CoreRequest *request)
{
    g_autoptr(Jid) bare = jid_to_bare(jid);
    const XmppRosterItem item = { .jid = bare, .name = (char *) name, .groups = (char **) groups };
    roster_request_set(session_stream(session), &item, core_request_done, request);
}

void
contacts_add(Session *session, const Jid *jid, const char *name, CoreDone done, gpointer data)
{
    if (!require_online(session, done, data))
        return;
    if (jid_equal_bare(jid, account_jid(session_account(session)))) {
        g_autoptr(GError) error =
            g_error_new(CONFAB_ERROR, ERROR_BAD_INPUT, _("%s is your own address: give another one"), jid_bare(jid));
        core_done_later(done, data, error);
        return;
    }
    /* One who is there already keeps groups, and the name unless there is a new one. */
    const Contact *contact = roster_find(roster_of(session), jid);
    if (name == NULL && contact != NULL)
        name = contact_name(contact);
    request_set(session, jid, name, contact != NULL ? contact_groups(contact) : NULL, core_request_new(done, data));
    if (contact == NULL || (contact_subscription(contact) & CONTACT_TO) == 0)
        presence_send_subscription(session_stream(session), jid, SUBSCRIPTION_SUBSCRIBE, NULL);
}

void
contacts_remove(Session *session, const Jid *jid, CoreDone done, gpointer data)
{
    if (require_online(session, done, data) && require_contact(session, jid, done, data) != NULL)
        roster_request_remove(session_stream(session), jid, core_request_done, core_request_new(done, data));
}

void
contacts_rename(Session *session, const Jid *jid, const char *name, CoreDone done, gpointer data)
{
    if (!require_online(session, done, data))
        return;
    const Contact *contact = require_contact(session, jid, done, data);
    if (contact != NULL)
        request_set(session, jid, name, contact_groups(contact), core_request_new(done, data));
}

void
contacts_set_groups(Session *session, const Jid *jid, const char *const *groups, CoreDone done, gpointer data)
{
    if (!require_online(session, done, data))
        return;
    const Contact *contact = require_contact(session, jid, done, data);
    if (contact != NULL)
        request_set(session, jid, contact_name(contact), groups, core_request_new(done, data));
}

static bool
send_act(Session *session, const Jid *jid, SubscriptionAct act, const char *words, GError **error)
{
    if (!session_require_online(session, error))
        return false;
    presence_send_subscription(session_stream(session), jid, act, words);
    return true;
}

bool
contacts_subscribe(Session *session, const Jid *jid, const char *words, GError **error)
{
    return send_act(session, jid, SUBSCRIPTION_SUBSCRIBE, words, error);
}

bool
contacts_unsubscribe(Session *session, const Jid *jid, GError **error)
{
    return send_act(session, jid, SUBSCRIPTION_UNSUBSCRIBE, NULL, error);
}

static bool
has_asked(const Session *session, const Jid *jid)
{
    for (guint i = 0; i < roster_request_count(roster_of(session)); i++) {
        if (jid_equal_bare(roster_request_at(roster_of(session), i, NULL), jid))
            return true;
    }
    return false;
}

static bool
refuse_unasked(const Jid *jid, GError **error)
{
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("%s has not asked to see your presence: see /requests"),
                jid_bare(jid));
    return false;
}

bool
contacts_approve(Session *session, const Jid *jid, GError **error)
{
    if (!session_require_online(session, error))
        return false;
    if (!has_asked(session, jid))
        return refuse_unasked(jid, error);
    g_autoptr(Jid) kept = jid_ref(jid); /* it may be the request's own */
    roster_remove_request(roster_of(session), kept);
    return send_act(session, kept, SUBSCRIPTION_SUBSCRIBED, NULL, error);
}

bool
contacts_deny(Session *session, const Jid *jid, GError **error)
{
    if (!session_require_online(session, error))
        return false;
    const Contact *contact = roster_find(roster_of(session), jid);
    const bool sees_us = contact != NULL && (contact_subscription(contact) & CONTACT_FROM) != 0;
    g_autoptr(Jid) kept = jid_ref(jid);
    if (!roster_remove_request(roster_of(session), kept) && !sees_us)
        return refuse_unasked(kept, error);
    return send_act(session, kept, SUBSCRIPTION_UNSUBSCRIBED, NULL, error);
}
