/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/retention.h"

#include "base/log.h"
#include "base/when.h"
#include "core/core_private.h"

enum {
    AFTER_START = 10 * 1000,     /* ms */
    AFTER_CHANGE = 60 * 1000,
    DAILY = 24 * 60 * 60 * 1000,
    SLICE = 100,                 /* messages */
};

struct Retention {
    Client *client;
    guint subscription;
    guint timer;      /* of the next round; only while something is set */
    guint work;       /* idle source of the round under way */
    GPtrArray *queue; /* Place: conversations of this round */
};

/* A conversation and what of it goes. */
typedef struct Place {
    char *account, *with;
    ConversationKind kind;
    gint64 before;
} Place;

static void
place_free(gpointer data)
{
    Place *place = data;
    g_free(place->account);
    g_free(place->with);
    g_free(place);
}

/* Days of a value; 0: no limit. */
static int
days_of(const char *value)
{
    return value != NULL && g_ascii_isdigit(*value) ? (int) g_ascii_strtoll(value, NULL, 10) : 0;
}

/* Whether there is a number of days anywhere. */
typedef struct Look {
    const Settings *settings;
    bool set;
} Look;

static void
look_at_place(SettingPlace place, gpointer data)
{
    Look *look = data;
    look->set = look->set || days_of(settings_get_own(look->settings, SETTING_HISTORY_KEEP, place)) > 0;
}

static bool
is_set(const Client *client)
{
    Look look = { .settings = client_settings(client) };
    look.set = days_of(settings_get_text(look.settings, SETTING_HISTORY_KEEP, NULL, NULL)) > 0;
    settings_foreach_place(look.settings, look_at_place, &look);
    return look.set;
}

static const char *
name_of_account(const Client *client, const char *jid)
{
    const AccountConfig *account = accounts_find(client_accounts(client), jid);
    return account == NULL ? NULL : account->name;
}

static void
on_conversation(const HistoryConversation *conversation, gpointer data)
{
    Retention *retention = data;
    const HistoryPlace *place = &conversation->place;
    const int days = days_of(settings_get_text(client_settings(retention->client), SETTING_HISTORY_KEEP,
                                               name_of_account(retention->client, place->account), place->with));
    if (days == 0)
        return;
    Place *queued = g_new0(Place, 1);
    queued->account = g_strdup(place->account);
    queued->with = g_strdup(place->with);
    queued->kind = place->kind;
    queued->before = when_now() - days * G_TIME_SPAN_DAY;
    g_ptr_array_add(retention->queue, queued);
}

/* One slice of one conversation. */
static gboolean
on_work(gpointer data)
{
    Retention *retention = data;
    if (retention->queue->len == 0) {
        retention->work = 0;
        return G_SOURCE_REMOVE;
    }
    const Place *next = retention->queue->pdata[retention->queue->len - 1];
    const HistoryPlace place = { next->account, next->with, next->kind };
    g_autoptr(GError) error = NULL;
    const int gone = history_expire(client_db(retention->client), &place, next->before, SLICE, &error);
    if (gone < 0)
        log_warning("core", "old messages cannot be forgotten: %s", error->message);
    if (gone < SLICE)
        g_ptr_array_set_size(retention->queue, (gint) retention->queue->len - 1);
    return G_SOURCE_CONTINUE;
}

static void plan(Retention *retention, guint delay);

static gboolean
on_round(gpointer data)
{
    Retention *retention = data;
    g_autoptr(GError) error = NULL;
    retention->timer = 0;
    g_ptr_array_set_size(retention->queue, 0);
    if (!history_each_conversation(client_db(retention->client), NULL, false, on_conversation, retention, &error))
        log_warning("core", "old messages cannot be forgotten: %s", error->message);
    if (retention->work == 0 && retention->queue->len > 0)
        retention->work = g_idle_add_full(G_PRIORITY_LOW, on_work, retention, NULL);
    plan(retention, DAILY);
    return G_SOURCE_REMOVE;
}

/* The next round, if there is to be one. */
static void
plan(Retention *retention, guint delay)
{
    g_clear_handle_id(&retention->timer, g_source_remove);
    if (is_set(retention->client))
        retention->timer = g_timeout_add(client_delay(retention->client, delay), on_round, retention);
}

/* A round under way knows the old values. */
static void
on_setting(gconstpointer data, gpointer retention_data)
{
    const SettingsEvent *event = data;
    Retention *retention = retention_data;
    if (event->setting != SETTING_HISTORY_KEEP)
        return;
    g_ptr_array_set_size(retention->queue, 0);
    plan(retention, AFTER_CHANGE);
}

Retention *
retention_new(Client *client)
{
    Retention *retention = g_new0(Retention, 1);
    retention->client = client;
    retention->queue = g_ptr_array_new_with_free_func(place_free);
    retention->subscription = bus_subscribe(settings_bus(client_settings(client)), on_setting, retention);
    plan(retention, AFTER_START);
    return retention;
}

void
retention_free(Retention *retention)
{
    if (retention == NULL)
        return;
    bus_unsubscribe(settings_bus(client_settings(retention->client)), retention->subscription);
    g_clear_handle_id(&retention->timer, g_source_remove);
    g_clear_handle_id(&retention->work, g_source_remove);
    g_ptr_array_unref(retention->queue);
    g_free(retention);
}
