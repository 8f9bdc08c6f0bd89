/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A room that forgot us does not say so: after a silence we ask it by pinging ourselves through it (XEP-0410). One timer
 * for all rooms, and none while none is joined. */
#include "base/i18n.h"
#include "core/rooms_private.h"
#include "xmpp/xep/ping.h"

/* After which it is asked, in microseconds; 0: never. */
static gint64
silence_of(const Stay *stay)
{
    const Session *session = stay->rooms->session;
    const Client *client = session_client(session);
    const gint64 seconds = settings_get_int(client_settings(client), SETTING_ROOM_PING,
                                            account_name(session_account(session)), jid_text(stay->jid));
    return client_delay(client, (guint) seconds * 1000) * G_TIME_SPAN_MILLISECOND;
}

/* XEP-0410 §3: what an answer says. */
static bool
says_out(const XmppStanzaError *detail)
{
    static const char *const in[] = { "service-unavailable", "feature-not-implemented", "item-not-found", NULL };
    static const char *const unknown[] = { "remote-server-not-found", "remote-server-timeout", "recipient-unavailable",
                                           "resource-constraint", NULL };
    return !g_strv_contains(in, detail->condition) && !g_strv_contains(unknown, detail->condition);
}

static void
on_answer(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Stay *stay = data;
    stay->ping = 0;
    if (stay->stage != STAY_IN || !session_is_online(stay->rooms->session))
        return;
    stay->heard = g_get_monotonic_time(); /* no answer: it is asked again after the next silence */
    if (detail != NULL && says_out(detail))
        rooms_lost(stay, _("the room has lost us"));
    rooms_ping_plan(stay->rooms);
}

static void
ask(Stay *stay)
{
    g_autoptr(Jid) occupant = jid_with_resource(stay->jid, stay->nick, NULL);
    if (occupant != NULL && stay->ping == 0)
        stay->ping = ping_request(session_stream(stay->rooms->session), occupant, on_answer, stay);
}

static gboolean
on_silence(gpointer data)
{
    Rooms *rooms = data;
    const gint64 now = g_get_monotonic_time();
    GHashTableIter iter;
    gpointer value;
    rooms->ping_timer = 0;
    g_hash_table_iter_init(&iter, rooms->stays);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Stay *stay = value;
        const gint64 silence = silence_of(stay);
        if (stay->stage == STAY_IN && silence > 0 && now - stay->heard >= silence)
            ask(stay);
    }
    rooms_ping_plan(rooms);
    return G_SOURCE_REMOVE;
}

void
rooms_ping_plan(Rooms *rooms)
{
    const gint64 now = g_get_monotonic_time();
    gint64 due = G_MAXINT64;
    GHashTableIter iter;
    gpointer value;
    g_clear_handle_id(&rooms->ping_timer, g_source_remove);
    if (!session_is_online(rooms->session))
        return;
    g_hash_table_iter_init(&iter, rooms->stays);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Stay *stay = value;
        const gint64 silence = silence_of(stay);
        if (stay->stage == STAY_IN && stay->ping == 0 && silence > 0)
            due = MIN(due, stay->heard + silence);
    }
    if (due == G_MAXINT64)
        return;
    const gint64 left = CLAMP((due - now) / G_TIME_SPAN_MILLISECOND, 0, G_MAXINT32) + 1;
    rooms->ping_timer = g_timeout_add((guint) left, on_silence, rooms);
}

void
rooms_ping_all(Rooms *rooms)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rooms->stays);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Stay *stay = value;
        if (stay->stage == STAY_IN)
            ask(stay);
    }
    rooms_ping_plan(rooms);
}

void
rooms_ask_whether_in(Stay *stay)
{
    ask(stay);
}

void
rooms_ping_stop(Rooms *rooms)
{
    g_clear_handle_id(&rooms->ping_timer, g_source_remove);
}
