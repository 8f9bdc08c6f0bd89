/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "stream_fixture.h"
#include "xmpp/stream_parts.h"
#include "xmpp/xep/csi.h"

static void
bind_again(StreamFixture *fixture)
{
    g_autoptr(Jid) bare = jid_new("romeo@montague.example", NULL);
    g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);
    const XmppStreamConfig config = { .jid = bare, .password = "r0m30myr0m30" };

    stream_feed_close(fixture->stream, NULL);
    fixture_turn();
    stream_connect(fixture->stream, &config);
    stream_set_offers_client_state(fixture->stream, true);
    fixture_forget(fixture);
    stream_feed_bound(fixture->stream, full);
}

/* How many of what was sent hold this; forgets them all. */
static guint
count_sent(StreamFixture *fixture, const char *part)
{
    guint count = 0;

    for (guint i = 0; i < fixture->sent->len; i++)
        count += strstr(fixture->sent->pdata[i], part) != NULL;
    fixture_forget(fixture);
    return count;
}

static void
test_told_once(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    stream_set_offers_client_state(fixture.stream, true);
    csi_set_active(fixture.stream, true);
    assert_nothing_sent(&fixture); /* every stream begins so */
    csi_set_active(fixture.stream, false);
    csi_set_active(fixture.stream, false);
    g_assert_cmpuint(count_sent(&fixture, "<inactive xmlns=\"urn:xmpp:csi:0\"/>"), ==, 1);
    csi_set_active(fixture.stream, true);
    g_assert_cmpuint(count_sent(&fixture, "<active xmlns=\"urn:xmpp:csi:0\"/>"), ==, 1);
    fixture_clear(&fixture);
}

static void
test_not_offered(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    csi_set_active(fixture.stream, false);
    csi_set_active(fixture.stream, true);
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* §5: each connection begins as active, resumed or not. */
static void
test_again(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    stream_set_offers_client_state(fixture.stream, true);
    csi_set_active(fixture.stream, false);
    bind_again(&fixture);
    g_assert_cmpuint(count_sent(&fixture, "<inactive"), ==, 1);
    csi_repeat(fixture.stream);
    g_assert_cmpuint(count_sent(&fixture, "<inactive"), ==, 1);
    csi_set_active(fixture.stream, true);
    fixture_forget(&fixture);
    bind_again(&fixture);
    g_assert_cmpuint(count_sent(&fixture, "active"), ==, 0);
    fixture_clear(&fixture);
}

/* What changes while there is no connection is told when there is one. */
static void
test_offline(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    stream_feed_close(fixture.stream, NULL);
    fixture_turn();
    fixture_forget(&fixture);
    csi_set_active(fixture.stream, false);
    assert_nothing_sent(&fixture);
    bind_again(&fixture);
    g_assert_cmpuint(count_sent(&fixture, "<inactive"), ==, 1);
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/csi/told-once", test_told_once);
    g_test_add_func("/xmpp/csi/not-offered", test_not_offered);
    g_test_add_func("/xmpp/csi/again", test_again);
    g_test_add_func("/xmpp/csi/offline", test_offline);
    return g_test_run();
}
