/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/activity.h"

#include "core/alive.h"
#include "core/core_private.h"
#include "xmpp/xep/csi.h"

struct Activity {
    Client *client;
    bool away;      /* the terminal is gone, or has not the focus */
    bool idle;      /* no key for a long time */
    gint64 last;    /* monotonic time of the last key */
    guint timer;    /* until `idle`; exists only while somebody is there who may fall asleep */
};

Activity *
activity_new(Client *client)
{
    Activity *activity = g_new0(Activity, 1);
    activity->client = client;
    return activity;
}

void
activity_free(Activity *activity)
{
    if (activity == NULL)
        return;
    g_clear_handle_id(&activity->timer, g_source_remove);
    g_free(activity);
}

bool
client_is_active(const Client *client)
{
    const Activity *activity = client_activity(client);
    return !activity->away && !activity->idle;
}

void
activity_online(const Activity *activity, Session *session, bool resumed)
{
    csi_set_active(session_stream(session), client_is_active(activity->client));
    if (resumed)
        csi_repeat(session_stream(session));
}

/* Tells all servers when that makes a difference. */
static void
set_state(Activity *activity, bool away, bool idle)
{
    const bool was_active = client_is_active(activity->client);
    activity->away = away;
    activity->idle = idle;
    const bool is_active = client_is_active(activity->client);
    if (was_active == is_active)
        return;
    for (guint i = 0; i < client_session_count(activity->client); i++)
        csi_set_active(session_stream(client_session_at(activity->client, i)), is_active);
}

static guint
patience(const Activity *activity)
{
    const gint64 minutes = settings_get_int(client_settings(activity->client), SETTING_INACTIVE_AFTER, NULL, NULL);
    return client_delay(activity->client, (guint) minutes * 60 * 1000);
}

static void start_timer(Activity *activity, guint ms);

/* Keys only note their time: one timer serves them all. */
static gboolean
on_timer(gpointer data)
{
    Activity *activity = data;
    const gint64 passed = (g_get_monotonic_time() - activity->last) / 1000;
    const guint ms = patience(activity);
    activity->timer = 0;
    if (ms == 0)
        return G_SOURCE_REMOVE;
    if (passed < ms)
        start_timer(activity, ms - (guint) passed);
    else
        set_state(activity, activity->away, true);
    return G_SOURCE_REMOVE;
}

static void
start_timer(Activity *activity, guint ms)
{
    activity->timer = g_timeout_add(ms, on_timer, activity);
}

void
client_note_activity(Client *client)
{
    Activity *activity = client_activity(client);
    const bool was_active = client_is_active(client);
    activity->last = g_get_monotonic_time();
    if (!was_active) {
        set_state(activity, false, false);
        client_check_alive(client); /* whoever comes back wants to know whether all is well */
    }
    if (activity->timer == 0 && patience(activity) > 0)
        start_timer(activity, patience(activity));
}

void
client_set_active(Client *client, bool active)
{
    if (active)
        client_note_activity(client);
    else
        set_state(client_activity(client), true, client_activity(client)->idle);
}
