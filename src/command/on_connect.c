/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/on_connect.h"

#include "base/error.h"
#include "command/caller.h"
#include "command/script.h"

struct OnConnect {
    Registry *registry;
    Client *client;
    guint subscription;
    GHashTable *runs; /* name of an account that is online → Run */
};

/* An account that is online, and its script. */
typedef struct Run {
    OnConnect *on_connect;
    char *account;
    guint start;    /* source of the loop: the script is not begun in the delivery of an event */
    Script *script; /* NULL: there is none, or it is over */
} Run;

static void
run_free(gpointer data)
{
    Run *run = data;
    g_clear_handle_id(&run->start, g_source_remove);
    if (run->script != NULL)
        script_cancel(run->script);
    g_free(run->account);
    g_free(run);
}

char *
on_connect_path(const Paths *paths, const char *value)
{
    if (g_path_is_absolute(value))
        return g_strdup(value);
    if (g_str_has_prefix(value, "~/"))
        return g_build_filename(g_get_home_dir(), value + 2, NULL);
    return g_build_filename(paths->config, value, NULL);
}

static void
tell(const Run *run, const GError *error)
{
    Client *client = run->on_connect->client;
    const Session *session = client_find_session(client, run->account);
    client_notice(client, session == NULL ? NULL : session_account(session), NOTICE_ERROR, error->code, "%s",
                  error->message);
}

static void
on_done(const GError *error, gpointer data)
{
    Run *run = data;
    run->script = NULL;
    if (error != NULL)
        tell(run, error);
}

static void
begin(Run *run, const char *file)
{
    OnConnect *on_connect = run->on_connect;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = on_connect_path(client_paths(on_connect->client), file);
    g_autoptr(Caller) caller = caller_new(on_connect->registry);
    caller_keep_events(caller);
    caller_set_prints(caller, true);
    run->script = script_new(on_connect->registry, NULL, on_done, run);
    script_set_caller(run->script, caller, run->account);
    if (script_add_file(run->script, path, &error)) {
        script_start(run->script);
        return;
    }
    script_cancel(g_steal_pointer(&run->script));
    tell(run, error);
}

static gboolean
on_start(gpointer data)
{
    Run *run = data;
    run->start = 0;
    const AccountConfig *config = accounts_find(client_accounts(run->on_connect->client), run->account);
    if (config != NULL && config->on_connect != NULL)
        begin(run, config->on_connect);
    return G_SOURCE_REMOVE;
}

static void
on_online(OnConnect *on_connect, const Account *account)
{
    const char *name = account_name(account);
    const Session *session = client_find_session(on_connect->client, name);
    if (session == NULL || g_hash_table_contains(on_connect->runs, name))
        return;
    Run *run = g_new0(Run, 1);
    run->on_connect = on_connect;
    run->account = g_strdup(name);
    g_hash_table_replace(on_connect->runs, run->account, run);
    if (!session_is_resumed(session))
        run->start = g_idle_add_full(G_PRIORITY_DEFAULT, on_start, run, NULL);
}

static void
on_event(gconstpointer data, gpointer on_connect_data)
{
    const ModelEvent *event = data;
    OnConnect *on_connect = on_connect_data;
    if (event->type == ACCOUNT_STATE_CHANGED && account_state(event->account) == ACCOUNT_ONLINE)
        on_online(on_connect, event->account);
    else if (event->type == ACCOUNT_STATE_CHANGED || event->type == ACCOUNT_REMOVED)
        g_hash_table_remove(on_connect->runs, account_name(event->account));
}

OnConnect *
on_connect_new(Registry *registry, Client *client)
{
    OnConnect *on_connect = g_new0(OnConnect, 1);
    on_connect->registry = registry;
    on_connect->client = client;
    on_connect->runs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, run_free);
    if (client != NULL)
        on_connect->subscription = bus_subscribe(client_bus(client), on_event, on_connect);
    return on_connect;
}

void
on_connect_free(OnConnect *on_connect)
{
    if (on_connect == NULL)
        return;
    if (on_connect->client != NULL)
        bus_unsubscribe(client_bus(on_connect->client), on_connect->subscription);
    g_hash_table_unref(on_connect->runs);
    g_free(on_connect);
}
