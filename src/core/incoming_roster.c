/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The roster on its way into the model (cleaned) and into the store (as it came). */
#include "base/error.h"
#include "base/log.h"
#include "core/core_private.h"
#include "store/cache.h"

static const char *const subscription_words[] = {
    [SUBSCRIPTION_NONE] = "none",
    [SUBSCRIPTION_TO] = "to",
    [SUBSCRIPTION_FROM] = "from",
    [SUBSCRIPTION_BOTH] = "both",
};
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

static CachedContact
to_cache(const XmppRosterItem *item)
{
    return (CachedContact) {
        .jid = jid_text(item->jid),
        .name = item->name,
        .subscription = subscription_words[item->subscription],
        .ask = item->ask,
        .approved = item->approved,
        .groups = (const char *const *) item->groups,
    };
}

/* A roster that could not be kept is asked for as a whole the next time. */
static void
note_kept(Session *session, bool kept, const char *version, const GError *error)
{
    if (!kept)
        log_warning("core", "%s: the roster is not kept: %s", session_store_key(session), error->message);
    session_set_roster_version(session, version);
}

/* Who is not on the list any more is no contact any more. */
static void
remove_others(Roster *roster, GHashTable *present)
{
    g_autoptr(GPtrArray) gone = g_ptr_array_new();
    for (guint i = 0; i < roster_size(roster); i++) {
        Contact *contact = roster_at(roster, i);
        if (!g_hash_table_contains(present, contact_jid(contact)))
            g_ptr_array_add(gone, contact);
    }
    for (guint i = 0; i < gone->len; i++)
        roster_remove(roster, g_ptr_array_index(gone, i));
}

void
incoming_roster(Session *session, const GPtrArray *items, const char *version)
{
    Roster *roster = account_roster(session_account(session));
    g_autoptr(GHashTable) present = g_hash_table_new(jid_bare_hash, jid_bare_hash_equal);
    g_autoptr(GArray) cached = g_array_sized_new(FALSE, FALSE, sizeof(CachedContact), items->len);
    roster_begin(roster);
    for (guint i = 0; i < items->len; i++) {
        const XmppRosterItem *item = g_ptr_array_index(items, i);
        if (!g_hash_table_add(present, item->jid))
            continue; /* twice in one roster: the first counts */
        put_item(roster, item);
        const CachedContact contact = to_cache(item);
        g_array_append_val(cached, contact);
    }
    remove_others(roster, present);
    roster_end(roster);
    g_autoptr(GError) error = NULL;
    const bool kept = cache_replace_roster(client_db(session_client(session)), session_store_key(session),
                                           (const CachedContact *) cached->data, cached->len, version, &error);
    note_kept(session, kept, version, error);
}

void
incoming_roster_item(Session *session, const XmppRosterItem *item, const char *version)
{
    Roster *roster = account_roster(session_account(session));
    Db *db = client_db(session_client(session));
    const char *key = session_store_key(session);
    g_autoptr(GError) error = NULL;
    bool kept;
    if (item->remove) {
        Contact *contact = roster_find(roster, item->jid);
        if (contact != NULL)
            roster_remove(roster, contact);
        kept = cache_remove_contact(db, key, jid_text(item->jid), version, &error);
    } else {
        const CachedContact contact = to_cache(item);
        put_item(roster, item);
        kept = cache_put_contact(db, key, &contact, version, &error);
    }
    note_kept(session, kept, version, error);
}

static void
on_cached_contact(const CachedContact *cached, gpointer data)
{
    g_autoptr(Jid) jid = jid_new(cached->jid, NULL);
    XmppRosterItem item = {
        .jid = jid,
        .name = (char *) cached->name,
        .groups = (char **) cached->groups,
        .ask = cached->ask,
        .approved = cached->approved,
    };
    for (guint i = 0; i < G_N_ELEMENTS(subscription_words); i++) {
        if (g_strcmp0(cached->subscription, subscription_words[i]) == 0)
            item.subscription = (RosterSubscription) i;
    }
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
