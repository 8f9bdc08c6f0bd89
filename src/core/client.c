/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/client.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "core/core_private.h"
#include "e2ee/e2ee.h"
#include "core/retention.h"
#include "store/cache.h"

enum {
    CONFIRM_MS = 1000,  /* at the end: what was written may still be confirmed */
    FAREWELL_MS = 1000, /* … and streams may still close */
};

struct Client {
    const Paths *paths;
    Log *log;
    XmlConsole *xml_console;
    char **wanted; /* --account; NULL: all that are enabled */
    SecretSources *secrets;
    TlsContext *tls; /* the certificate authorities are loaded once for all accounts */
    Settings *settings;
    Accounts *accounts;
    Db *db;
    Retention *retention;
    Bus *bus;
    Alive *alive;
    Activity *activity;
    Attention *attention;
    TextFilters *text_filters;
    GPtrArray *deliveries; /* Delivery* */
    GPtrArray *doctors;    /* Doctor* */
    GPtrArray *sessions; /* Session, owned */
    GPtrArray *buried;   /* of removed accounts: they may still be on the stack, so they go from an idle source */
    guint burial;
    GPtrArray *warnings; /* from reading the files, told by client_start() */
    guint hurry;
    CoreDone farewell;   /* client_shutdown() under way */
    gpointer farewell_data;
    char *farewell_status;
    guint farewell_timer;
};

TlsContext *
client_tls(const Client *client)
{
    return client->tls;
}

Bus *
client_bus(const Client *client)
{
    return client->bus;
}

Settings *
client_settings(const Client *client)
{
    return client->settings;
}

Accounts *
client_accounts(const Client *client)
{
    return client->accounts;
}

const Paths *
client_paths(const Client *client)
{
    return client->paths;
}

Log *
client_log(const Client *client)
{
    return client->log;
}

Db *
client_db(const Client *client)
{
    return client->db;
}

Activity *
client_activity(const Client *client)
{
    return client->activity;
}

Alive *
client_alive(const Client *client)
{
    return client->alive;
}

GPtrArray *
client_deliveries(const Client *client)
{
    return client->deliveries;
}

GPtrArray *
client_doctors(const Client *client)
{
    return client->doctors;
}

TextFilters *
client_text_filters(const Client *client)
{
    return client->text_filters;
}

XmlConsole *
client_xml_console(const Client *client)
{
    return client->xml_console;
}

Attention *
client_attention(const Client *client)
{
    return client->attention;
}

SecretSources *
client_secrets(const Client *client)
{
    return client->secrets;
}

void
client_hurry(Client *client, guint factor)
{
    client->hurry = factor;
}

guint
client_delay(const Client *client, guint ms)
{
    return ms / client->hurry;
}

guint
client_session_count(const Client *client)
{
    return client->sessions->len;
}

Session *
client_session_at(const Client *client, guint index)
{
    g_return_val_if_fail(index < client->sessions->len, NULL);
    return g_ptr_array_index(client->sessions, index);
}

static Session *
find_named(const Client *client, const char *name)
{
    for (guint i = 0; i < client->sessions->len; i++) {
        Session *session = client_session_at(client, i);
        if (g_str_equal(account_name(session_account(session)), name))
            return session;
    }
    return NULL;
}

Session *
client_find_session(const Client *client, const char *name)
{
    const AccountConfig *config = accounts_find(client->accounts, name);
    return config != NULL ? find_named(client, config->name) : NULL;
}

Session *
client_session_of(const Client *client, const Account *account)
{
    for (guint i = 0; i < client->sessions->len; i++) {
        Session *session = client_session_at(client, i);
        if (session_account(session) == account)
            return session;
    }
    return NULL;
}

Conversation *
client_find_conversation(const Client *client, guint64 serial)
{
    Conversation *conversation = NULL;
    for (guint i = 0; i < client->sessions->len && conversation == NULL; i++)
        conversation = account_conversation_by_serial(session_account(client_session_at(client, i)), serial);
    return conversation;
}

void
client_notice(Client *client, Account *account, NoticeLevel level, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *cleaned = text_clean(text, -1, TEXT_LINE);
    log_info("core", "%s: %s", account != NULL ? account_name(account) : "confab", cleaned);
    const ModelEvent event = { .type = NOTICE, .account = account, .notice = { level, cleaned, code } };
    bus_publish(client->bus, &event);
}

/* The exit code that belongs to an error of any kind. */
static int
error_code(const GError *error)
{
    return error->domain == CONFAB_ERROR ? error->code : ERROR_INTERNAL;
}

static void
on_store_failed(const GError *error, gpointer data)
{
    const Client *client = data;
    for (guint i = 0; i < client->sessions->len; i++)
        history_sync_store_failed(session_history_sync(client_session_at(client, i)));
    client_notice(data, NULL, NOTICE_ERROR, ERROR_LOCAL_IO, "%s", error->message);
}

/* --- sessions follow the accounts --- */

static void
publish_account(const Client *client, ModelEventType type, Account *account)
{
    const ModelEvent event = { .type = type, .account = account };
    bus_publish(client->bus, &event);
}

static void
add_session(Client *client, const AccountConfig *config)
{
    Session *session = session_new(client, config);
    g_ptr_array_add(client->sessions, session);
    xml_console_follow(client->xml_console, session);
    publish_account(client, ACCOUNT_ADDED, session_account(session));
}

static gboolean
on_burial(gpointer data)
{
    Client *client = data;
    client->burial = 0;
    g_ptr_array_set_size(client->buried, 0);
    return G_SOURCE_REMOVE;
}

static void
remove_session(Client *client, Session *session)
{
    session_disconnect(session, NULL);
    roster_keeper_clear(session_roster_keeper(session));
    publish_account(client, ACCOUNT_REMOVED, session_account(session));
    guint index;
    if (g_ptr_array_find(client->sessions, session, &index))
        g_ptr_array_add(client->buried, g_ptr_array_steal_index(client->sessions, index));
    if (client->burial == 0)
        client->burial = g_idle_add(on_burial, client);
}

/* What was remembered goes with the account, unless another one is for the same address. */
static void
forget_account(const Client *client, const AccountConfig *config)
{
    const GPtrArray *list = accounts_list(client->accounts);
    for (guint i = 0; i < list->len; i++) {
        const AccountConfig *other = g_ptr_array_index(list, i);
        if (jid_equal(other->jid, config->jid))
            return;
    }
    g_autoptr(GError) error = NULL;
    if (!cache_forget_account(client->db, jid_text(config->jid), &error))
        log_warning("core", "%s", error->message);
}

static void
on_accounts_event(gconstpointer data, gpointer user)
{
    const AccountsEvent *event = data;
    Client *client = user;
    const AccountConfig *config = event->account;
    Session *session = find_named(client, config->name);
    const bool moved = session != NULL && !jid_equal(account_jid(session_account(session)), config->jid);
    if (session != NULL && (event->type == ACCOUNT_CONFIG_REMOVED || moved)) {
        remove_session(client, session);
        session = NULL;
    }
    if (event->type == ACCOUNT_CONFIG_REMOVED) {
        forget_account(client, config);
        return;
    }
    if (session != NULL)
        session_set_account_config(session, config);
    else
        add_session(client, config);
}

/* --- life --- */

static bool
read_files(Client *client, GError **error)
{
    g_autofree char *settings = g_build_filename(client->paths->config, "config", NULL);
    g_autofree char *accounts = g_build_filename(client->paths->config, "accounts", NULL);
    g_autofree char *store = g_build_filename(client->paths->data, "confab.db", NULL);
    client->settings = settings_new(settings, client->warnings, error);
    if (client->settings == NULL)
        return false;
    client->accounts = accounts_new(accounts, client->warnings, error);
    if (client->accounts == NULL)
        return false;
    client->db = db_open(store, client->warnings, error);
    return client->db != NULL;
}

Client *
client_new(const ClientOptions *options, GError **error)
{
    g_autoptr(Client) client = g_new0(Client, 1);
    e2ee_start_up();
    client->paths = options->paths;
    client->log = options->log;
    client->wanted = g_strdupv((char **) options->accounts);
    client->secrets = options->secrets;
    client->bus = bus_new();
    client->xml_console = xml_console_new(client);
    client->tls = tls_context_new();
    client->sessions = g_ptr_array_new_with_free_func((GDestroyNotify) session_free);
    client->buried = g_ptr_array_new_with_free_func((GDestroyNotify) session_free);
    client->warnings = g_ptr_array_new_with_free_func(g_free);
    client->deliveries = g_ptr_array_new();
    client->doctors = g_ptr_array_new();
    client->hurry = 1;
    if (!read_files(client, error))
        return NULL;
    db_set_on_failed(client->db, on_store_failed, client);
    client->activity = activity_new(client);
    client->alive = alive_new(client);
    client->attention = attention_new(client);
    client->text_filters = text_filters_new(client);
    bus_subscribe(accounts_bus(client->accounts), on_accounts_event, client);
    const GPtrArray *list = accounts_list(client->accounts);
    for (guint i = 0; i < list->len; i++)
        add_session(client, g_ptr_array_index(list, i));
    client->retention = retention_new(client);
    return g_steal_pointer(&client);
}

void
client_free(Client *client)
{
    if (client == NULL)
        return;
    g_clear_handle_id(&client->burial, g_source_remove);
    g_clear_handle_id(&client->farewell_timer, g_source_remove);
    deliveries_end(client->deliveries);
    doctors_end(client->doctors);
    retention_free(client->retention);
    g_ptr_array_unref(client->sessions);
    g_ptr_array_unref(client->buried);
    alive_free(client->alive);
    activity_free(client->activity);
    attention_free(client->attention);
    text_filters_free(client->text_filters);
    xml_console_free(client->xml_console);
    if (client->db != NULL) {
        db_set_on_failed(client->db, NULL, NULL);
        db_close(client->db);
    }
    accounts_free(client->accounts);
    settings_free(client->settings);
    bus_free(client->bus);
    tls_context_unref(client->tls);
    g_ptr_array_unref(client->warnings);
    g_ptr_array_unref(client->deliveries);
    g_ptr_array_unref(client->doctors);
    g_strfreev(client->wanted);
    g_free(client->farewell_status);
    g_free(client);
}

static void
start_session(Client *client, Session *session)
{
    g_autoptr(GError) error = NULL;
    if (session != NULL && session_is_idle(session) && !session_connect(session, NULL, NULL, NULL, &error))
        client_notice(client, session_account(session), NOTICE_ERROR, error_code(error), "%s", error->message);
}

/* The accounts of --account, whether enabled or not. */
static void
start_wanted(Client *client)
{
    for (char **name = client->wanted; *name != NULL; name++) {
        g_autoptr(GError) error = NULL;
        if (accounts_require(client->accounts, *name, &error) != NULL)
            start_session(client, client_find_session(client, *name));
        else
            client_notice(client, NULL, NOTICE_ERROR, error_code(error), "%s", error->message);
    }
}

void
client_tell_warnings(Client *client)
{
    for (guint i = 0; i < client->warnings->len; i++)
        client_notice(client, NULL, NOTICE_WARNING, 0, "%s", (const char *) g_ptr_array_index(client->warnings, i));
    g_ptr_array_set_size(client->warnings, 0);
}

void
client_start(Client *client)
{
    client_tell_warnings(client);
    for (guint i = 0; i < client->sessions->len; i++)
        conversations_restore(client_session_at(client, i));
    if (client->wanted != NULL) {
        start_wanted(client);
        return;
    }
    for (guint i = 0; i < client->sessions->len; i++) {
        Session *session = client_session_at(client, i);
        if (session_account_config(session)->enabled)
            start_session(client, session);
    }
}

/* --- the end --- */

static void
finish_shutdown(Client *client)
{
    const CoreDone done = client->farewell;
    client->farewell = NULL;
    g_clear_handle_id(&client->farewell_timer, g_source_remove);
    done(NULL, client->farewell_data);
}

static gboolean
on_farewell_over(gpointer data)
{
    Client *client = data;
    client->farewell_timer = 0;
    finish_shutdown(client);
    return G_SOURCE_REMOVE;
}

static void
disconnect_all(Client *client, bool also_unconfirmed)
{
    for (guint i = 0; i < client->sessions->len; i++) {
        Session *session = client_session_at(client, i);
        if (!session_is_idle(session) && (also_unconfirmed || outgoing_unsent(session) == 0))
            session_disconnect(session, client->farewell_status);
    }
}

static gboolean
on_confirmation_over(gpointer data)
{
    Client *client = data;
    client->farewell_timer = g_timeout_add(client_delay(client, FAREWELL_MS), on_farewell_over, client);
    disconnect_all(client, true);
    return G_SOURCE_REMOVE;
}

/* Nothing is left to wait for: the end comes from the loop nevertheless, never from inside a call. */
static void
finish_later(Client *client)
{
    g_clear_handle_id(&client->farewell_timer, g_source_remove);
    client->farewell_timer = g_idle_add_full(G_PRIORITY_DEFAULT, on_farewell_over, client, NULL);
}

void
client_check_shutdown(Client *client)
{
    if (client->farewell == NULL)
        return;
    disconnect_all(client, false);
    for (guint i = 0; i < client->sessions->len; i++) {
        if (!session_is_idle(client_session_at(client, i)))
            return;
    }
    finish_later(client);
}

void
client_shutdown(Client *client, const char *status, CoreDone done, gpointer data)
{
    g_return_if_fail(done != NULL && client->farewell == NULL);
    client->farewell = done;
    client->farewell_data = data;
    client->farewell_status = g_strdup(status);
    client->farewell_timer = g_timeout_add(client_delay(client, CONFIRM_MS), on_confirmation_over, client);
    client_check_shutdown(client);
}
