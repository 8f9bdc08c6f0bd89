/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/when.h"
#include "core/core_private.h"

/* RFC 6121 §5.1: whatever a peer's presence says, where the last message came from is no longer the place to write
 * to. */
static void
unlock(const Session *session, const Jid *from, bool left)
{
    Conversation *conversation = account_find_conversation(session_account(session), from);
    if (conversation == NULL)
        return;
    const Jid *locked_to = conversation_locked_to(conversation);
    const bool typing_here = locked_to == NULL || jid_is_bare(from) || jid_equal(locked_to, from);
    conversation_lock_to(conversation, NULL);
    if (left && typing_here)
        conversation_set_peer_typing(conversation, false);
}

void
incoming_presence(Session *session, const XmppPresence *presence)
{
    const Account *account = session_account(session);
    Contact *contact = roster_find(account_roster(account), presence->from);
    /* Presence of strangers is not kept: they could fill the memory (I9). Other sessions of the account are no
     * contacts. */
    if (contact == NULL || jid_equal_bare(presence->from, account_jid(account)))
        return;
    g_autofree char *status = presence->error != NULL ? stanza_error_words(presence->error)
                                                      : core_clean_words(presence->status);
    const gint64 now = when_now();
    const gint64 since = presence->delay > 0 && presence->delay < now ? presence->delay : now;
    unlock(session, presence->from, presence->show == PRESENCE_OFFLINE);
    if (presence->show == PRESENCE_OFFLINE)
        encryption_gone(session, presence->from);
    if (presence->show == PRESENCE_OFFLINE && jid_is_bare(presence->from))
        contact_clear_resources(contact); /* the account as a whole: it is gone, or not reachable */
    else
        contact_set_resource(contact, presence->from, (Availability) presence->show, presence->priority, status, since);
}

static void
publish_change(Account *account, const Jid *jid, const char *act, const char *words)
{
    const ModelEvent event = {
        .type = SUBSCRIPTION_CHANGED,
        .account = account,
        .subscription = { jid, act, words },
    };
    bus_publish(account_bus(account), &event);
}

/* Nothing is ever approved or answered from here (I15). */
void
incoming_subscription(Session *session, const Jid *from, SubscriptionAct act, const char *words)
{
    static const char *const names[] = {
        [SUBSCRIPTION_SUBSCRIBE] = "subscribe",
        [SUBSCRIPTION_SUBSCRIBED] = "subscribed",
        [SUBSCRIPTION_UNSUBSCRIBE] = "unsubscribe",
        [SUBSCRIPTION_UNSUBSCRIBED] = "unsubscribed",
    };
    Account *account = session_account(session);
    Roster *roster = account_roster(account);
    const Contact *contact = roster_find(roster, from);
    if (jid_equal_bare(from, account_jid(account)))
        return;
    g_autofree char *cleaned = core_clean_words(words);
    if (act == SUBSCRIPTION_SUBSCRIBE) {
        if (contact == NULL || (contact_subscription(contact) & CONTACT_FROM) == 0)
            roster_add_request(roster, from, cleaned);
        return;
    }
    /* Who takes the question back needs no answer any more. */
    const bool asked = act == SUBSCRIPTION_UNSUBSCRIBE && roster_remove_request(roster, from);
    if (contact != NULL || asked) /* of strangers nobody asked anything (I13) */
        publish_change(account, from, names[act], cleaned);
}

void
incoming_presence_forget(Session *session)
{
    const Account *account = session_account(session);
    Roster *roster = account_roster(account);
    roster_begin(roster);
    for (guint i = 0; i < roster_size(roster); i++)
        contact_clear_resources(roster_at(roster, i));
    roster_end(roster);
    for (guint i = 0; i < account_conversation_count(account); i++) {
        Conversation *conversation = account_conversation_at(account, i);
        conversation_lock_to(conversation, NULL);
        conversation_set_peer_typing(conversation, false);
    }
}
