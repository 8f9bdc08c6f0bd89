/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A roster of many thousands takes the store longer than a key may wait for its echo, so it is written in slices from
 * an idle source. The version comes with the last one: until then the store has no roster that counts, and what a crash
 * leaves behind is asked for again. */
#include "base/log.h"
#include "core/core_private.h"
#include "store/cache.h"

enum { SLICE = 250 };

struct RosterKeeper {
    Db *db;
    char *account;
    GQueue changes; /* XmppRosterItem*, in the order they came */
    char *version;  /* of the roster after all of them */
    guint idle;
};

static const char *const subscription_words[] = {
    [SUBSCRIPTION_NONE] = "none",
    [SUBSCRIPTION_TO] = "to",
    [SUBSCRIPTION_FROM] = "from",
    [SUBSCRIPTION_BOTH] = "both",
};

static void
free_item(gpointer item)
{
    roster_item_free(item);
}

RosterKeeper *
roster_keeper_new(Db *db, const char *account_jid)
{
    RosterKeeper *keeper = g_new0(RosterKeeper, 1);
    keeper->db = db;
    keeper->account = g_strdup(account_jid);
    g_queue_init(&keeper->changes);
    return keeper;
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

/* What counts when `written` changes more are in the store: nothing, or the roster of the version. */
static const char *
version_after(const RosterKeeper *keeper, guint written)
{
    return written == keeper->changes.length ? keeper->version : NULL;
}

/* The first changes, as many as are no removals. Returns how many that were; 0: it failed. */
static guint
put_some(RosterKeeper *keeper, GError **error)
{
    CachedContact contacts[SLICE];
    guint count = 0;
    for (const GList *link = keeper->changes.head; link != NULL && count < SLICE; link = link->next) {
        const XmppRosterItem *item = link->data;
        if (item->remove)
            break;
        contacts[count++] = to_cache(item);
    }
    const char *version = version_after(keeper, count);
    return cache_put_contacts(keeper->db, keeper->account, contacts, count, version, error) ? count : 0;
}

static guint
remove_one(RosterKeeper *keeper, const XmppRosterItem *item, GError **error)
{
    const char *version = version_after(keeper, 1);
    return cache_remove_contact(keeper->db, keeper->account, jid_text(item->jid), version, error) ? 1 : 0;
}

static void
drop(RosterKeeper *keeper, guint count)
{
    for (guint i = 0; i < count; i++)
        roster_item_free(g_queue_pop_head(&keeper->changes));
}

/* Writes one slice. What cannot be written is given up: the next login asks for everything. */
static void
write_slice(RosterKeeper *keeper)
{
    g_autoptr(GError) error = NULL;
    guint written = 0;
    while (written < SLICE && keeper->changes.length > 0) {
        const XmppRosterItem *next = g_queue_peek_head(&keeper->changes);
        const guint count = next->remove ? remove_one(keeper, next, &error) : put_some(keeper, &error);
        drop(keeper, count > 0 ? count : keeper->changes.length);
        written += count;
    }
    if (error != NULL)
        log_warning("core", "%s: the roster is not kept: %s", keeper->account, error->message);
}

static gboolean
on_idle(gpointer data)
{
    RosterKeeper *keeper = data;
    write_slice(keeper);
    if (keeper->changes.length > 0)
        return G_SOURCE_CONTINUE;
    keeper->idle = 0;
    return G_SOURCE_REMOVE;
}

void
roster_keeper_add(RosterKeeper *keeper, const XmppRosterItem *item)
{
    g_queue_push_tail(&keeper->changes, roster_item_copy(item));
}

void
roster_keeper_set_version(RosterKeeper *keeper, const char *version)
{
    g_free(keeper->version);
    keeper->version = g_strdup(version);
    if (keeper->changes.length == 0) { /* only the version is new: an empty roster */
        g_autoptr(GError) error = NULL;
        if (!cache_put_contacts(keeper->db, keeper->account, NULL, 0, version, &error))
            log_warning("core", "%s: the roster is not kept: %s", keeper->account, error->message);
    } else if (keeper->idle == 0) {
        keeper->idle = g_idle_add(on_idle, keeper);
    }
}

void
roster_keeper_clear(RosterKeeper *keeper)
{
    g_autoptr(GError) error = NULL;
    g_clear_handle_id(&keeper->idle, g_source_remove);
    g_queue_clear_full(&keeper->changes, free_item);
    g_clear_pointer(&keeper->version, g_free);
    if (!cache_replace_roster(keeper->db, keeper->account, NULL, 0, NULL, &error))
        log_warning("core", "%s: the roster kept before is not removed: %s", keeper->account, error->message);
}

void
roster_keeper_free(RosterKeeper *keeper)
{
    g_clear_handle_id(&keeper->idle, g_source_remove);
    while (keeper->changes.length > 0)
        write_slice(keeper);
    g_queue_clear_full(&keeper->changes, free_item);
    g_free(keeper->version);
    g_free(keeper->account);
    g_free(keeper);
}
