/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/attempts.h"

#include <string.h>

#include "base/error.h"

struct Attempts {
    Client *client;
    guint subscription;
    guint idle;
    GHashTable *codes;   /* name of an account → ErrorCode of its last bad news */
    GHashTable *reasons; /* name of an account → the words for it */
    GHashTable *rosters; /* names of accounts whose roster has come since they are online */
    GPtrArray *waiters;
    GPtrArray *barriers; /* Barrier */
};

/* A question whose answer cannot come before the roster that was asked for earlier: servers answer in order. */
typedef struct Barrier {
    Attempts *attempts; /* NULL: gone */
    char *account;
} Barrier;

typedef struct Waiter {
    char *account;
    AttemptFunc ended, forgotten;
    gpointer data;
} Waiter;

static void
waiter_free(Waiter *waiter)
{
    g_free(waiter->account);
    g_free(waiter);
}

bool
attempts_is_pending(const Attempts *attempts, const Account *account)
{
    const AccountState state = account_state(account);
    return state != ACCOUNT_OFFLINE && state != ACCOUNT_ONLINE;
}

GError *
attempts_copy_failure(const Attempts *attempts, const Account *account)
{
    const char *name = account_name(account);
    const char *reason = g_hash_table_lookup(attempts->reasons, name);
    const int code = GPOINTER_TO_INT(g_hash_table_lookup(attempts->codes, name));
    if (reason == NULL)
        return NULL;
    return g_error_new(CONFAB_ERROR, code != 0 ? code : ERROR_UNREACHABLE, "%s: %s", name, reason);
}

bool
attempts_is_settled(const Attempts *attempts, const Account *account)
{
    if (attempts_is_pending(attempts, account))
        return false;
    return account_state(account) == ACCOUNT_OFFLINE || g_hash_table_contains(attempts->rosters, account_name(account));
}

static bool
is_still_waiting(const Attempts *attempts, const Waiter *waiter)
{
    const Session *session = client_find_session(attempts->client, waiter->account);
    return session != NULL && !attempts_is_settled(attempts, session_account(session));
}

static void look_later(Attempts *attempts);

static void
barrier_free(Barrier *barrier)
{
    g_free(barrier->account);
    g_free(barrier);
}

static void
on_barrier(gint64 microseconds, const GError *error, gpointer data)
{
    Barrier *barrier = data;
    Attempts *attempts = barrier->attempts;
    if (attempts != NULL) {
        g_ptr_array_remove(attempts->barriers, barrier);
        g_hash_table_add(attempts->rosters, g_strdup(barrier->account));
        look_later(attempts);
    }
    barrier_free(barrier);
}

/* A roster that the server says is still the cached one brings no event: the barrier tells that it has been asked. */
static void
ask_for_barrier(Attempts *attempts, const char *account)
{
    Session *session = client_find_session(attempts->client, account);
    for (guint i = 0; i < attempts->barriers->len; i++) {
        if (strcmp(((const Barrier *) attempts->barriers->pdata[i])->account, account) == 0)
            return;
    }
    if (session == NULL || !session_is_online(session))
        return;
    Barrier *barrier = g_new0(Barrier, 1);
    barrier->attempts = attempts;
    barrier->account = g_strdup(account);
    g_ptr_array_add(attempts->barriers, barrier);
    session_ping(session, NULL, on_barrier, barrier);
}

static gboolean
on_idle(gpointer data)
{
    Attempts *attempts = data;
    attempts->idle = 0;
    /* Those who go on may start new attempts and wait again: only who waits now is asked. */
    g_autoptr(GPtrArray) ready = g_ptr_array_new();
    for (guint i = 0; i < attempts->waiters->len;) {
        Waiter *waiter = attempts->waiters->pdata[i];
        if (!is_still_waiting(attempts, waiter)) {
            g_ptr_array_add(ready, g_ptr_array_steal_index(attempts->waiters, i));
            continue;
        }
        ask_for_barrier(attempts, waiter->account);
        i++;
    }
    for (guint i = 0; i < ready->len; i++) {
        Waiter *waiter = ready->pdata[i];
        waiter->ended(waiter->data);
        waiter_free(waiter);
    }
    return G_SOURCE_REMOVE;
}

static void
look_later(Attempts *attempts)
{
    if (attempts->idle == 0 && attempts->waiters->len > 0)
        attempts->idle = g_idle_add(on_idle, attempts);
}

/* An attempt under way leaves the reason of the one before as it is; going offline without one is what the user
 * wanted. */
static void
note_state(Attempts *attempts, const Account *account)
{
    const char *name = account_name(account);
    const AccountState state = account_state(account);
    g_hash_table_remove(attempts->rosters, name);
    if (state == ACCOUNT_ONLINE || (state == ACCOUNT_OFFLINE && account_reason(account) == NULL)) {
        g_hash_table_remove(attempts->codes, name);
        g_hash_table_remove(attempts->reasons, name);
    } else if (state == ACCOUNT_OFFLINE) {
        g_hash_table_replace(attempts->reasons, g_strdup(name), g_strdup(account_reason(account)));
    }
}

static void
on_event(gconstpointer data, gpointer attempts_data)
{
    const ModelEvent *event = data;
    Attempts *attempts = attempts_data;
    if (event->account == NULL)
        return;
    if (event->type == NOTICE && event->notice.code != 0)
        g_hash_table_replace(attempts->codes, g_strdup(account_name(event->account)),
                             GINT_TO_POINTER(event->notice.code));
    if (event->type == ACCOUNT_STATE_CHANGED)
        note_state(attempts, event->account);
    if (event->type == ROSTER_CHANGED && account_state(event->account) == ACCOUNT_ONLINE)
        g_hash_table_add(attempts->rosters, g_strdup(account_name(event->account)));
    if (event->type == ACCOUNT_STATE_CHANGED || event->type == ROSTER_CHANGED || event->type == ACCOUNT_REMOVED)
        look_later(attempts);
}

Attempts *
attempts_new(Client *client)
{
    Attempts *attempts = g_new0(Attempts, 1);
    attempts->client = client;
    attempts->codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    attempts->reasons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    attempts->rosters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    attempts->waiters = g_ptr_array_new();
    attempts->barriers = g_ptr_array_new();
    if (client != NULL)
        attempts->subscription = bus_subscribe(client_bus(client), on_event, attempts);
    return attempts;
}

void
attempts_free(Attempts *attempts)
{
    if (attempts == NULL)
        return;
    for (guint i = 0; i < attempts->waiters->len; i++) {
        Waiter *waiter = attempts->waiters->pdata[i];
        waiter->forgotten(waiter->data);
        waiter_free(waiter);
    }
    if (attempts->client != NULL)
        bus_unsubscribe(client_bus(attempts->client), attempts->subscription);
    for (guint i = 0; i < attempts->barriers->len; i++)
        ((Barrier *) attempts->barriers->pdata[i])->attempts = NULL;
    g_clear_handle_id(&attempts->idle, g_source_remove);
    g_ptr_array_unref(attempts->barriers);
    g_ptr_array_unref(attempts->waiters);
    g_hash_table_unref(attempts->rosters);
    g_hash_table_unref(attempts->reasons);
    g_hash_table_unref(attempts->codes);
    g_free(attempts);
}

void
attempts_wait(Attempts *attempts, const Account *account, AttemptFunc ended, AttemptFunc forgotten, gpointer data)
{
    Waiter *waiter = g_new0(Waiter, 1);
    waiter->account = g_strdup(account_name(account));
    waiter->ended = ended;
    waiter->forgotten = forgotten;
    waiter->data = data;
    g_ptr_array_add(attempts->waiters, waiter);
    look_later(attempts);
}
