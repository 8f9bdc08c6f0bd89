/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "stream_fixture.h"
#include "xmpp/presence.h"

static void
test_bound(void)
{
    g_autoptr(Jid) bare = jid_new("romeo@montague.example", NULL);
    g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);
    const XmppStreamConfig config = { .jid = bare, .password = "x" };
    StreamFixture fixture;

    fixture_init(&fixture);
    g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_OFFLINE);
    stream_connect(fixture.stream, &config);
    assert_no_event(&fixture); /* never from inside */
    g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_OPENING);
    assert_has(fixture_sent(&fixture), "<stream:stream to='montague.example' version='1.0'");
    stream_feed_bound(fixture.stream, full);
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    g_assert_cmpstr(fixture_event(&fixture), ==, "bound romeo@montague.example/orchard");
    assert_has(fixture_sent(&fixture), "jabber:iq:roster");
    g_assert_cmpstr(jid_text(stream_jid(fixture.stream)), ==, "romeo@montague.example/orchard");
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/stream/bound", test_bound);
    return g_test_run();
}
