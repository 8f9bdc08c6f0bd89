/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The roster on its way into the model (cleaned) and into the store (as it came). */
#include "base/log.h"
#include "core/core_private.h"
#include "store/cache.h"

G_STATIC_ASSERT((int) CONTACT_TO == SUBSCRIPTION_TO && (int) CONTACT_FROM == SUBSCRIPTION_FROM
                && (int) CONTACT_BOTH == SUBSCRIPTION_BOTH);

static char **
clean_groups(const char *const *groups)
{
    GPtrArray *cleaned = g_ptr_array_new();
    for (; groups != NULL && *groups != NULL; groups++) {
        char *group = core_clean_name(*groups);
        if (group != NULL)
            g_ptr_array_add(cleaned, group);
    }
    g_ptr_array_add(cleaned, NULL);
    return (char **) g_ptr_array_free(cleaned, FALSE);
}

static void
put_item(Roster *roster, const XmppRosterItem *item)
{
    g_autofree char *name = core_clean_name(item->name);
    g_auto(GStrv) groups = clean_groups((const char *const *) item->groups);
    contact_set_item(roster_ensure(roster, item->jid), name, (const char *const *) groups,
                     (ContactSubscription) item->subscription, item->ask);
}

/* Who is not on the list any more is no contact any more. */
static void
remove_others(Session *session, GHashTable *present)
{
    Roster *roster = account_roster(session_account(session));
    g_autoptr(GPtrArray) gone = g_ptr_array_new();
    for (guint i = 0; i < roster_size(roster); i++) {
        Contact *contact = roster_at(roster, i);
        if (!g_hash_table_contains(present, contact_jid(contact)))
            g_ptr_array_add(gone, contact);
    }
    for (guint i = 0; i < gone->len; i++) {
        Contact *contact = g_ptr_array_index(gone, i);
        const XmppRosterItem item = { .jid = (Jid *) contact_jid(contact), .remove = true };
        roster_keeper_add(session_roster_keeper(session), &item);
        roster_remove(roster, contact);
    }
}

/* Without a version there is nothing to compare with at the next login, so nothing need be kept. */
static void
note_version(Session *session, const char *version)
{
    session_set_roster_version(session, version);
    if (version != NULL)
        roster_keeper_set_version(session_roster_keeper(session), version);
    else
        roster_keeper_clear(session_roster_keeper(session));
}

void
incoming_roster(Session *session, const GPtrArray *items, const char *version)
{
    Roster *roster = account_roster(session_account(session));
    RosterKeeper *keeper = session_roster_keeper(session);
    g_autoptr(GHashTable) present = g_hash_table_new(jid_bare_hash, jid_bare_hash_equal);
    if (session_roster_version(session) == NULL)
        roster_keeper_clear(keeper); /* the store may hold what the model does not know */
    roster_begin(roster);
    for (guint i = 0; i < items->len; i++) {
        const XmppRosterItem *item = g_ptr_array_index(items, i);
        if (!g_hash_table_add(present, item->jid))
            continue; /* twice in one roster: the first counts */
        put_item(roster, item);
        roster_keeper_add(keeper, item);
    }
    remove_others(session, present);
    roster_end(roster);
    note_version(session, version);
}

void
incoming_roster_item(Session *session, const XmppRosterItem *item, const char *version)
{
    Roster *roster = account_roster(session_account(session));
    Contact *contact = roster_find(roster, item->jid);
    if (!item->remove)
        put_item(roster, item);
    else if (contact != NULL)
        roster_remove(roster, contact);
    roster_keeper_add(session_roster_keeper(session), item);
    note_version(session, version);
}

static RosterSubscription
parse_subscription(const char *word)
{
    if (g_strcmp0(word, "both") == 0)
        return SUBSCRIPTION_BOTH;
    if (g_strcmp0(word, "to") == 0)
        return SUBSCRIPTION_TO;
    return g_strcmp0(word, "from") == 0 ? SUBSCRIPTION_FROM : SUBSCRIPTION_NONE;
}

static void
on_cached_contact(const CachedContact *cached, gpointer data)
{
    g_autoptr(Jid) jid = jid_new(cached->jid, NULL);
    const XmppRosterItem item = {
        .jid = jid,
        .name = (char *) cached->name,
        .groups = (char **) cached->groups,
        .subscription = parse_subscription(cached->subscription),
        .ask = cached->ask,
        .approved = cached->approved,
    };
    if (jid != NULL)
        put_item(data, &item);
}

void
incoming_roster_load(Session *session)
{
    Roster *roster = account_roster(session_account(session));
    g_autoptr(GError) error = NULL;
    g_autofree char *version = NULL;
    roster_begin(roster);
    const bool loaded = cache_load_roster(client_db(session_client(session)), session_store_key(session),
                                          on_cached_contact, roster, &version, &error);
    roster_end(roster);
    if (!loaded)
        log_warning("core", "%s: the roster kept is not used: %s", session_store_key(session), error->message);
    session_set_roster_version(session, loaded ? version : NULL);
}
