/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When servers are told that nobody looks (XEP-0352). */
#include "core/activity.h"

#include <string.h>

#include "flow.h"
#include "xmpp/stream_parts.h"

static guint
count_sent(Peer *peer, const char *part)
{
    guint count = 0;
    for (guint i = 0; i < peer->sent->len; i++)
        count += strstr(g_ptr_array_index(peer->sent, i), part) != NULL;
    g_ptr_array_set_size(peer->sent, 0);
    return count;
}

static Peer *
log_in(Flow *flow, const char *account)
{
    Peer *peer = flow_peer(flow, account);
    login(peer);
    stream_set_offers_client_state(peer->stream, true);
    return peer;
}

static void
test_focus(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_TWO_ACCOUNTS);
    Peer *work = log_in(flow, "work"), *home = log_in(flow, "home");
    client_set_active(flow->client, true);
    assert_nothing_sent(work);
    client_set_active(flow->client, false);
    client_set_active(flow->client, false);
    g_assert_cmpuint(count_sent(work, "<inactive "), ==, 1);
    g_assert_cmpuint(count_sent(home, "<inactive "), ==, 1);
    g_assert_false(client_is_active(flow->client));
    client_set_active(flow->client, true);
    g_assert_cmpuint(count_sent(work, "<active "), ==, 1);
    g_assert_cmpuint(count_sent(home, "<active "), ==, 1);
}

static bool
is_inactive(gpointer client)
{
    return !client_is_active(client);
}

/* Nobody has touched a key for five minutes, which last a thousandth of that here. */
static void
test_idle(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow, "work");
    client_note_activity(flow->client);
    assert_nothing_sent(me);
    flow_wait(is_inactive, flow->client);
    g_assert_cmpuint(count_sent(me, "<inactive "), ==, 1);
    client_note_activity(flow->client);
    acknowledge(me); /* who comes back wants to know whether the connection lives */
    g_assert_cmpuint(count_sent(me, "<active "), ==, 1);
    flow_wait(is_inactive, flow->client);
    client_set_active(flow->client, false);
    g_assert_cmpuint(count_sent(me, "<inactive "), ==, 1);
    client_note_activity(flow->client);
    g_assert_true(client_is_active(flow->client));
}

static void
test_never(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow, "work");
    g_autoptr(GError) error = NULL;
    g_assert_true(settings_set(client_settings(flow->client), SETTING_INACTIVE_AFTER, (SettingPlace) { 0 }, "0", &error));
    client_note_activity(flow->client);
    flow_turn();
    assert_nothing_sent(me);
    g_assert_true(client_is_active(flow->client));
}

/* A new connection begins as active, and is told how it is. */
static void
test_new_connection(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = log_in(flow, "work");
    client_set_active(flow->client, false);
    cut(me);
    wait_connecting(me);
    stream_set_offers_client_state(me->stream, true);
    g_autoptr(Jid) jid = make_jid("me@example.org/desk");
    g_ptr_array_set_size(me->sent, 0);
    stream_feed_bound(me->stream, jid);
    flow_turn();
    g_assert_cmpuint(count_sent(me, "<inactive "), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/activity/focus", test_focus);
    g_test_add_func("/flow/activity/idle", test_idle);
    g_test_add_func("/flow/activity/never", test_never);
    g_test_add_func("/flow/activity/new-connection", test_new_connection);
    return g_test_run();
}
