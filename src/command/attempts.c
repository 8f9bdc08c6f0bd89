/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/attempts.h"

#include <string.h>

#include "base/error.h"

struct Attempts {
    Client *client;
    guint subscription;
    guint idle;
    GHashTable *codes; /* name of an account → ErrorCode of its last bad news */
    GPtrArray *waiters;
};

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

int
attempts_code(const Attempts *attempts, const Account *account)
{
    const int code = GPOINTER_TO_INT(g_hash_table_lookup(attempts->codes, account_name(account)));
    return code != 0 ? code : ERROR_UNREACHABLE;
}

static bool
is_still_waiting(const Attempts *attempts, const Waiter *waiter)
{
    const Session *session = client_find_session(attempts->client, waiter->account);
    return session != NULL && attempts_is_pending(attempts, session_account(session));
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
        if (is_still_waiting(attempts, waiter))
            i++;
        else
            g_ptr_array_add(ready, g_ptr_array_steal_index(attempts->waiters, i));
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

static void
on_event(gconstpointer data, gpointer attempts_data)
{
    const ModelEvent *event = data;
    Attempts *attempts = attempts_data;
    if (event->account == NULL)
        return;
    if (event->type == NOTICE && event->notice.code != 0)
        g_hash_table_replace(attempts->codes, g_strdup(account_name(event->account)), GINT_TO_POINTER(event->notice.code));
    if (event->type == ACCOUNT_STATE_CHANGED && account_state(event->account) == ACCOUNT_ONLINE)
        g_hash_table_remove(attempts->codes, account_name(event->account));
    if (event->type == ACCOUNT_STATE_CHANGED || event->type == ACCOUNT_REMOVED)
        look_later(attempts);
}

Attempts *
attempts_new(Client *client)
{
    Attempts *attempts = g_new0(Attempts, 1);
    attempts->client = client;
    attempts->codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    attempts->waiters = g_ptr_array_new();
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
    g_clear_handle_id(&attempts->idle, g_source_remove);
    g_ptr_array_unref(attempts->waiters);
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
