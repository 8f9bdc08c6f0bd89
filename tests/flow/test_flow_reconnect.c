/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I8: when to try again, and when not. */
#include "flow.h"

#include <string.h>

#include "base/error.h"
#include "base/when.h"
#include "core/alive.h"

static void
test_lost(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    feed(me, "<presence from='bob@example.org/a'/>");
    cut(me);
    assert_event(flow, "state offline: *");
    assert_event(flow, "notice warning 69: *(next attempt in*");
    g_assert_false(contact_is_online(find_contact(me, "bob@example.org")));
    g_assert_cmpuint(roster_online_count(me->roster), ==, 0);
    g_assert_cmpuint(roster_size(me->roster), ==, 2); /* still shown */
    login(me); /* by itself: login() only binds what connects */
}

/* Drops the connection; returns the pause that is planned, in microseconds. */
static gint64
measure_pause(Peer *me)
{
    const gint64 before = when_now();
    stream_feed_close(me->stream, NULL);
    g_assert_cmpint(account_retry_at(me->account), !=, 0);
    /* What passed meanwhile is not part of it: the pause may only seem longer by that. */
    return account_retry_at(me->account) - before;
}

/* The pauses grow up to the ceiling; a server that throws the client out as soon as it is in does not start them
 * anew. */
static void
test_back_off(void)
{
    enum { FACTOR = 50 };
    static const gint64 seconds[] = { 1, 2, 4, 8, 8, 8 };
    g_autoptr(Flow) flow = flow_new_with(FLOW_ONE_ACCOUNT, "reconnect.ceiling = 8\n", NULL);
    Peer *me = flow_peer(flow, "work");
    client_hurry(flow->client, FACTOR);
    login(me);
    for (gsize i = 0; i < G_N_ELEMENTS(seconds); i++) {
        const gint64 longest = seconds[i] * G_TIME_SPAN_SECOND / FACTOR;
        const gint64 before = when_now();
        const gint64 pause = measure_pause(me);
        g_assert_cmpint(pause, >=, longest / 2);
        g_assert_cmpint(pause, <=, longest + when_now() - before);
        login(me);
        g_assert_cmpint(account_retry_at(me->account), ==, 0);
    }
    /* The user's own /connect starts with short pauses again. */
    session_disconnect(me->session, NULL);
    wait_offline(me);
    login(me);
    client_hurry(flow->client, 1);
    g_assert_cmpint(measure_pause(me), <, 2 * G_TIME_SPAN_SECOND);
}

static void
test_setting(void)
{
    g_autoptr(Flow) flow = flow_new_with(FLOW_ONE_ACCOUNT, "reconnect = off\n", NULL);
    Peer *me = flow_peer(flow, "work");
    login(me);
    cut(me);
    g_assert_true(session_is_idle(me->session));
    g_assert_cmpint(account_retry_at(me->account), ==, 0);
    assert_event(flow, "notice warning 69: *");
}

static void
stream_error(Peer *me, const char *condition)
{
    feed(me, "<stream:error><%s xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", condition);
    flow_turn();
}

static void
test_stream_errors(void)
{
    static const char *const fatal[] = { "conflict", "host-unknown", "host-gone", "not-authorized", "see-other-host" };
    static const char *const passing[] = { "system-shutdown", "reset", "connection-timeout", "internal-server-error" };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    for (gsize i = 0; i < G_N_ELEMENTS(fatal); i++) {
        login(me);
        stream_error(me, fatal[i]);
        assert_event(flow, "notice error 76: *");
        g_assert_true(session_is_idle(me->session)); /* until the user acts */
        g_assert_nonnull(account_reason(me->account));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(passing); i++) {
        login(me);
        stream_error(me, passing[i]);
        assert_event(flow, "notice warning 76: *next attempt*");
        wait_connecting(me);
    }
}

/* I5, I7: broken XML ends the stream, not the client. */
static void
test_malformed(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    g_assert_false(stream_feed(me->stream, "<message from='bob@example.org/a'><body>half"));
    flow_turn();
    assert_event(flow, "state offline: *");
    g_assert_cmpuint(account_conversation_count(me->account), ==, 0);
    login(me);
}

static void
test_first_attempt(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autofree char *outcome = NULL;
    g_autoptr(GError) error = NULL;
    session_connect(me->session, NULL, keep_outcome, &outcome, &error);
    wait_connecting(me);
    g_autoptr(GError) reason = g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, "no route: mend it");
    stream_feed_close(me->stream, reason);
    wait_outcome(&outcome);
    g_assert_cmpstr(outcome, ==, "no route: mend it");
    assert_event(flow, "state offline: no route: mend it");
    wait_connecting(me); /* goes on nevertheless, and tells nobody twice */
    login(me);
}

static void
test_disconnect(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autofree char *early = NULL;
    g_autofree char *again = NULL;
    g_autoptr(GError) error = NULL;
    /* While connecting. */
    session_connect(me->session, NULL, keep_outcome, &early, &error);
    wait_connecting(me);
    session_disconnect(me->session, NULL);
    wait_outcome(&early);
    g_assert_cmpstr(early, !=, "ok");
    g_assert_true(session_is_idle(me->session));
    /* While online, with words. */
    login(me);
    session_disconnect(me->session, "good night");
    assert_sent(me, "<presence type=\"unavailable\"><status>good night</status></presence>");
    wait_offline(me);
    assert_event(flow, "state offline");
    assert_no_event(flow, "notice *");
    g_assert_true(session_is_idle(me->session));
    /* While waiting for the next attempt. */
    login(me);
    client_hurry(flow->client, 1);
    cut(me);
    session_disconnect(me->session, NULL);
    client_hurry(flow->client, 1000);
    g_assert_true(session_is_idle(me->session));
    g_assert_cmpint(account_retry_at(me->account), ==, 0);
    session_disconnect(me->session, NULL);
    /* And at once back again. */
    login(me);
    session_disconnect(me->session, NULL);
    g_assert_true(session_connect(me->session, NULL, keep_outcome, &again, &error));
    g_free(bind_session(me));
    wait_outcome(&again);
    g_assert_cmpstr(again, ==, "ok");
}

static void
test_reconnect(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(GError) error = NULL;
    g_assert_true(session_reconnect(me->session, &error)); /* from offline */
    login(me);
    g_assert_true(session_reconnect(me->session, &error)); /* from online */
    assert_sent(me, "<presence type=\"unavailable\"*");
    login(me);
    client_hurry(flow->client, 1);
    cut(me);
    g_assert_cmpint(account_retry_at(me->account), !=, 0);
    g_assert_true(session_reconnect(me->session, &error)); /* from waiting: at once */
    g_assert_cmpint(account_retry_at(me->account), ==, 0);
    login(me);
    g_assert_false(session_connect(me->session, NULL, NULL, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_FAILED);
}

/* A server in doubt is asked once; silence is a lost connection like any other (I8). */
static void
test_doubt(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    client_check_alive(flow->client); /* offline, and nothing planned: nothing to do */
    login(me);
    acknowledge(me);
    client_hurry(flow->client, 1);
    const guint before = me->sent->len;
    client_check_alive(flow->client);
    session_check_alive(me->session);
    g_assert_cmpuint(me->sent->len, ==, before + 1);
    acknowledge(me);
    g_assert_true(session_is_online(me->session));
    client_hurry(flow->client, 1000);
    session_check_alive(me->session);
    wait_offline(me);
    assert_event(flow, "state offline: the server did not answer within 5 seconds*");
    login(me); /* by itself */
    session_check_alive(me->session);
    cut(me);
    login(me);
    session_check_alive(me->session); /* the account goes while the question is open */
}

/* A planned attempt is made soon when there is reason to hope; a network that comes and goes makes no storm (I8). */
static void
test_hope(void)
{
    enum { LOSSES = 6 };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    for (int i = 0; i < LOSSES; i++) {
        login(me);
        cut(me);
    }
    login(me);
    client_hurry(flow->client, 1);
    g_assert_cmpint(measure_pause(me), >, 10 * G_TIME_SPAN_SECOND);
    const gint64 before = when_now();
    client_check_alive(flow->client);
    const gint64 planned = account_retry_at(me->account);
    g_assert_cmpint(planned, >=, before + G_TIME_SPAN_SECOND / 2);
    g_assert_cmpint(planned, <=, when_now() + G_TIME_SPAN_SECOND);
    client_check_alive(flow->client);
    client_check_alive(flow->client);
    g_assert_cmpint(account_retry_at(me->account), ==, planned);
    wait_connecting(me);
}

/* Whatever the account's presence is, it comes back by itself, and with that presence. */
static void
test_every_presence_comes_back(void)
{
    static const struct {
        Availability availability;
        const char *sent;
    } presences[] = {
        { AVAILABILITY_DND, "<presence>*<show>dnd</show>*" },
        { AVAILABILITY_XA, "<presence>*<show>xa</show>*" },
        { AVAILABILITY_AWAY, "<presence>*<show>away</show>*" },
    };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    for (gsize i = 0; i < G_N_ELEMENTS(presences); i++) {
        own_presence_set(flow->client, me->account, presences[i].availability, "busy offline");
        cut(me);
        g_free(bind_session(me));
        assert_sent(me, presences[i].sent);
    }
}

/* The words of the phases are those of scripts. */
static void
test_phases(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    g_autoptr(GError) error = NULL;
    session_connect(me->session, NULL, NULL, NULL, &error);
    wait_connecting(me);
    flow_turn();
    assert_event(flow, "state securing");
    feed(me, "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>"
             "</mechanisms></stream:features>");
    assert_event(flow, "state authenticating");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/reconnect/lost", test_lost);
    g_test_add_func("/flow/reconnect/back-off", test_back_off);
    g_test_add_func("/flow/reconnect/setting", test_setting);
    g_test_add_func("/flow/reconnect/stream-errors", test_stream_errors);
    g_test_add_func("/flow/reconnect/malformed", test_malformed);
    g_test_add_func("/flow/reconnect/first-attempt", test_first_attempt);
    g_test_add_func("/flow/reconnect/disconnect", test_disconnect);
    g_test_add_func("/flow/reconnect/reconnect", test_reconnect);
    g_test_add_func("/flow/reconnect/doubt", test_doubt);
    g_test_add_func("/flow/reconnect/hope", test_hope);
    g_test_add_func("/flow/reconnect/every-presence-comes-back", test_every_presence_comes_back);
    g_test_add_func("/flow/reconnect/phases", test_phases);
    return g_test_run();
}
