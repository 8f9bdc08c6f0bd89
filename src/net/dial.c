/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/dial.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

/* What a connect in flight knows; it outlives a cancelled dial. */
typedef struct Call {
    Dial *dial; /* NULL when nobody waits any more */
} Call;

struct Dial {
    GPtrArray *targets;
    guint next; /* index of the target to try next */
    char *proxy;
    DialLimits limits;
    DialEvents events;
    gpointer data;
    GSocketClient *client;
    GCancellable *cancel;
    Call *call; /* the connect in flight */
    GSocketClientEvent stage;
    guint target_deadline;
    guint total_deadline;
    GError *error; /* of the last target that failed */
};

static void try_target(Dial *dial);

static const Target *
current_target(const Dial *dial)
{
    return dial->targets->pdata[dial->next - 1];
}

bool
dial_check_proxy(const char *uri, GError **error)
{
    static const char *const schemes[] = { "socks5", "socks4a", "socks4", "http" };
    g_autoptr(GUri) parsed = g_uri_parse(uri, G_URI_FLAGS_HAS_PASSWORD, NULL);
    bool known = false;
    for (gsize i = 0; parsed && i < G_N_ELEMENTS(schemes); i++)
        known |= strcmp(g_uri_get_scheme(parsed), schemes[i]) == 0;
    const char *host = known ? g_uri_get_host(parsed) : NULL;
    if (host && host[0] != '\0' && g_uri_get_port(parsed) > 0)
        return true;
    /* The address may hold a password: it is not repeated. */
    g_set_error_literal(error, CONFAB_ERROR, ERROR_CONFIG,
                        _("this proxy cannot be used: write it like “socks5://127.0.0.1:9050” or “http://proxy:3128”"));
    return false;
}

static void
stop_connect(Dial *dial)
{
    g_clear_handle_id(&dial->target_deadline, g_source_remove);
    if (!dial->call)
        return;
    dial->call->dial = NULL;
    dial->call = NULL;
    g_cancellable_cancel(dial->cancel);
}

/* Ends the attempt; the dial may be gone afterwards. */
static void
finish(Dial *dial, GSocketConnection *connection)
{
    stop_connect(dial);
    g_clear_handle_id(&dial->total_deadline, g_source_remove);
    g_autoptr(GError) error = g_steal_pointer(&dial->error);
    dial->events.on_connected(connection, current_target(dial), connection ? NULL : error, dial->data);
}

/* The time is over: says who did not answer. */
static void
set_silence(Dial *dial, guint ms)
{
    const Target *target = current_target(dial);
    const double seconds = ms / 1000.0;
    g_clear_error(&dial->error);
    if (dial->proxy && dial->stage >= G_SOCKET_CLIENT_PROXY_NEGOTIATING)
        dial->error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                                  _("the proxy did not reach %s port %u within %g s: check the proxy"), target->host,
                                  target->port, seconds);
    else if (dial->proxy)
        dial->error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                                  _("no answer from the proxy within %g s: check “proxy” of the account"), seconds);
    else if (dial->stage <= G_SOCKET_CLIENT_RESOLVING && !target_is_local_name(target->host))
        dial->error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                                  _("no answer from DNS for the address of %s within %g s: check the network"),
                                  target->host, seconds);
    else
        dial->error = g_error_new(
            CONFAB_ERROR, ERROR_UNREACHABLE,
            _("no answer from %s port %u within %g s: check the network, or “server” and “port” of the account"),
            target->host, target->port, seconds);
}

/* GIO's failure in our words. */
static void
set_failure(Dial *dial, const GError *cause)
{
    const Target *target = current_target(dial);
    g_clear_error(&dial->error);
    g_autofree char *words = text_clean(cause->message, -1, TEXT_LINE);
    const bool proxy_itself = dial->proxy && dial->stage < G_SOCKET_CLIENT_PROXY_NEGOTIATING;
    const bool proxy_error = dial->proxy && (proxy_itself || cause->domain == G_IO_ERROR);
    if (proxy_error)
        dial->error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                                  _("the proxy did not connect to %s port %u (%s): check “proxy” of the account"),
                                  target->host, target->port, words);
    else if (g_error_matches(cause, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
        dial->error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                                  _("there is no host named %s: check the address, or set “server” on the account"),
                                  target->host);
    else if (cause->domain == G_RESOLVER_ERROR)
        dial->error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE, _("DNS failed for %s (%s): check the network"),
                                  target->host, words);
    else if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        dial->error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                                  _("%s refused the connection on port %u: check “server” and “port” of the account"),
                                  target->host, target->port);
    else
        dial->error =
            g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE, _("cannot connect to %s port %u (%s): check the network"),
                        target->host, target->port, words);
}

static gboolean
on_target_deadline(gpointer data)
{
    Dial *dial = data;
    dial->target_deadline = 0;
    set_silence(dial, dial->limits.target_ms);
    stop_connect(dial);
    try_target(dial);
    return G_SOURCE_REMOVE;
}

static gboolean
on_total_deadline(gpointer data)
{
    Dial *dial = data;
    dial->total_deadline = 0;
    set_silence(dial, dial->limits.total_ms);
    finish(dial, NULL);
    return G_SOURCE_REMOVE;
}

/* Follows what GSocketClient is at, for the phases and for the words of a time-out. */
static void
on_stage(GSocketClient *client, GSocketClientEvent stage, GSocketConnectable *connectable, GIOStream *connection,
         Dial *dial)
{
    if (!dial->call)
        return;
    dial->stage = stage;
    if (stage == G_SOCKET_CLIENT_PROXY_NEGOTIATING)
        dial->events.on_proxy(current_target(dial), dial->data);
}

static void
on_connect(GObject *client, GAsyncResult *result, gpointer data)
{
    g_autofree Call *call = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketConnection) connection = g_socket_client_connect_finish(G_SOCKET_CLIENT(client), result, &error);
    Dial *dial = call->dial;
    if (!dial)
        return;
    dial->call = NULL;
    if (connection) {
        finish(dial, connection);
        return;
    }
    set_failure(dial, error);
    try_target(dial);
}

static GSocketClient *
new_client(Dial *dial)
{
    GSocketClient *client = g_socket_client_new();
    g_socket_client_set_enable_proxy(client, dial->proxy != NULL);
    if (dial->proxy) {
        g_autoptr(GProxyResolver) resolver = g_simple_proxy_resolver_new(dial->proxy, NULL);
        g_socket_client_set_proxy_resolver(client, resolver);
    }
    g_signal_connect(client, "event", G_CALLBACK(on_stage), dial);
    return client;
}

static void
drop_client(Dial *dial)
{
    if (dial->client)
        g_signal_handlers_disconnect_by_data(dial->client, dial);
    g_clear_object(&dial->client);
    g_clear_object(&dial->cancel);
}

/* Goes on to the next target, or ends the attempt when none is left. */
static void
try_target(Dial *dial)
{
    g_clear_handle_id(&dial->target_deadline, g_source_remove);
    drop_client(dial);
    if (dial->next == dial->targets->len) {
        finish(dial, NULL);
        return;
    }
    dial->next++;
    const Target *target = current_target(dial);
    dial->client = new_client(dial);
    dial->cancel = g_cancellable_new();
    dial->stage = G_SOCKET_CLIENT_RESOLVING;
    dial->call = g_new0(Call, 1);
    dial->call->dial = dial;
    dial->target_deadline = g_timeout_add(dial->limits.target_ms, on_target_deadline, dial);
    g_autoptr(GSocketConnectable) address = g_network_address_new(target->host, target->port);
    /* GIO may not call back from inside, but it may report stages. */
    g_socket_client_connect_async(dial->client, address, dial->cancel, on_connect, dial->call);
    dial->events.on_target(target, dial->data);
}

Dial *
dial_new(GPtrArray *targets, const char *proxy, DialLimits limits, const DialEvents *events, gpointer data)
{
    Dial *dial = g_new0(Dial, 1);
    dial->targets = g_ptr_array_ref(targets);
    dial->proxy = g_strdup(proxy);
    dial->limits = limits;
    dial->events = *events;
    dial->data = data;
    return dial;
}

bool
dial_next(Dial *dial)
{
    if (dial->next == dial->targets->len)
        return false;
    dial->total_deadline = g_timeout_add(dial->limits.total_ms, on_total_deadline, dial);
    try_target(dial);
    return true;
}

void
dial_free(Dial *dial)
{
    if (!dial)
        return;
    stop_connect(dial);
    g_clear_handle_id(&dial->total_deadline, g_source_remove);
    drop_client(dial);
    g_clear_error(&dial->error);
    g_ptr_array_unref(dial->targets);
    g_free(dial->proxy);
    g_free(dial);
}
