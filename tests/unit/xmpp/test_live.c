/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams against real servers: what they really say. Skipped where no server is installed. */
#include <signal.h>
#include <string.h>

#include "stream_fixture.h"
#include "support/server.h"
#include "xmpp/presence.h"
#include "xmpp/xep/disco.h"
#include "xmpp/xep/ping.h"
#include "xmpp/xep/roster_iq.h"

static const char *const contacts[] = { "bob@localhost", "carol@localhost", NULL };
static const TestAccount accounts[] = { { "alice", "alice's secret", contacts },
                                        { "bob", "b0b", NULL },
                                        { 0 } };

/* One server of each kind serves all tests; it is started by the first that needs it. */
static Server *servers[2];
static bool missing[2];

static const Server *
get_server(ServerKind kind)
{
    const ServerOptions options = { .kind = kind, .accounts = accounts };

    if (!servers[kind] && !missing[kind]) {
        servers[kind] = server_start(&options);
        missing[kind] = !servers[kind];
    } else if (missing[kind]) {
        g_test_skip("no such server");
    }
    return servers[kind];
}

typedef struct Options {
    const char *jid, *password, *roster_ver;
    bool direct;
} Options;

static void
connect_to(StreamFixture *fixture, const Server *server, const Options *options)
{
    g_autoptr(Jid) jid = jid_new(options->jid, NULL);
    const TransportConfig transport = {
        .host = "127.0.0.1",
        .port = options->direct ? server_direct_port(server) : server_port(server),
        .ca_file = server_ca_file(server),
        .tls = options->direct ? TLS_DIRECT : TLS_REQUIRE,
    };
    const XmppStreamConfig config = {
        .jid = jid,
        .password = options->password,
        .transport = &transport,
        .roster_ver = options->roster_ver,
    };

    stream_connect(fixture->stream, &config);
}

static void
start(StreamFixture *fixture, const Server *server, const Options *options)
{
    fixture_init(fixture);
    stream_set_sink(fixture->stream, NULL, NULL);
    connect_to(fixture, server, options);
}

/* Waits for an event that begins so; others are passed over, but the stream must not end. */
static const char *
wait_for(StreamFixture *fixture, const char *prefix)
{
    for (;;) {
        fixture_wait_events(fixture, 1);
        const char *event = fixture_event(fixture);
        if (g_str_has_prefix(event, prefix))
            return event;
        if (g_str_has_prefix(event, "closed "))
            g_error("waiting for \"%s\": %s", prefix, event);
    }
}

static void
say(StreamFixture *fixture, const char *to, guint number)
{
    g_autoptr(Jid) jid = jid_new(to, NULL);
    g_autofree char *id = g_strdup_printf("m%u", number);
    g_autofree char *body = g_strdup_printf("number %u äöü 🎉 <&>", number);
    const XmppMessage message = {
        .to = jid, .id = id, .origin_id = id, .type = XMPP_MESSAGE_CHAT, .body = body
    };

    g_assert_true(message_stanza_send(fixture->stream, &message));
}

/* Both accounts chat; each message arrives once, in order, and is acknowledged in order. */
static void
test_chat(gconstpointer kind)
{
    enum { MANY = 200 };
    const Server *server = get_server(GPOINTER_TO_INT(kind));
    StreamFixture alice, bob;

    if (!server)
        return;
    start(&alice, server,
          &(Options){
              .jid = "alice@localhost/one", .password = "alice's secret", .direct = true });
    start(&bob, server, &(Options){ .jid = "bob@localhost/two", .password = "b0b" });
    assert_has(wait_for(&alice, "sasl "), "SCRAM-SHA-");
    wait_for(&alice, "bound alice@localhost/one");
    wait_for(&bob, "bound bob@localhost/two");
    assert_has(stream_tls_description(alice.stream), "TLSv1.");
    g_assert_nonnull(stream_certificate(alice.stream));
    wait_for(&alice, "roster ");
    wait_for(&bob, "roster ");
    presence_send(alice.stream, NULL, PRESENCE_ONLINE, NULL, 0);
    presence_send(bob.stream, NULL, PRESENCE_ONLINE, NULL, 0);
    assert_has(wait_for(&bob, "presence from=bob@localhost/two"), "show=online");

    for (guint i = 0; i < MANY; i++)
        say(&alice, "bob@localhost/two", i);
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *body = g_strdup_printf("body=number %u äöü 🎉 <&>", i);
        assert_has(wait_for(&bob, "message from=alice@localhost/one"), body);
    }
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *acknowledged = g_strdup_printf("acknowledged m%u", i);
        g_assert_cmpstr(wait_for(&alice, "acknowledged "), ==, acknowledged);
    }
    stream_acknowledge(bob.stream, stream_received_number(bob.stream));
    stream_disconnect(bob.stream, "good night");
    wait_for(&bob, "closed user");

    /* what was acknowledged to the server at the end does not come again */
    connect_to(&bob, server, &(Options){ .jid = "bob@localhost/two", .password = "b0b" });
    wait_for(&bob, "bound ");
    presence_send(bob.stream, NULL, PRESENCE_ONLINE, NULL, 0);
    wait_for(&bob, "presence from=bob@localhost/two");
    say(&alice, "bob@localhost", 777);
    assert_has(wait_for(&bob, "message "), "body=number 777 ");
    fixture_clear(&alice);
    fixture_clear(&bob);
}

static void
test_wrong_password(gconstpointer kind)
{
    const Server *server = get_server(GPOINTER_TO_INT(kind));
    StreamFixture fixture;

    if (!server)
        return;
    start(&fixture, server, &(Options){ .jid = "alice@localhost", .password = "guessed" });
    for (;;) {
        fixture_wait_events(&fixture, 1);
        const char *event = fixture_event(&fixture);
        g_assert_false(g_str_has_prefix(event, "bound"));
        if (g_str_has_prefix(event, "closed ")) {
            assert_has(event, "closed auth fatal error=");
            break;
        }
    }
    fixture_clear(&fixture);
}

static void
test_roster_versions(void)
{
    const Server *server = get_server(SERVER_PROSODY);
    StreamFixture fixture;

    if (!server)
        return;
    start(&fixture, server, &(Options){ .jid = "alice@localhost", .password = "alice's secret" });
    g_autofree char *roster = g_strdup(wait_for(&fixture, "roster "));
    assert_has(roster, "roster 2 ");
    assert_has(roster, "bob@localhost/3");
    g_autofree char *ver =
        g_strndup(strstr(roster, "ver=") + 4, strcspn(strstr(roster, "ver=") + 4, " "));
    stream_disconnect(fixture.stream, NULL);
    wait_for(&fixture, "closed user");

    connect_to(&fixture, server,
               &(Options){
                   .jid = "alice@localhost", .password = "alice's secret", .roster_ver = ver });
    wait_for(&fixture, "roster-current");
    g_autoptr(Jid) jid = jid_new("dave@localhost", NULL);
    char *groups[] = { (char *) "New & <nice>", NULL };
    const XmppRosterItem item = { .jid = jid, .name = (char *) "Dave", .groups = groups };
    roster_request_set(fixture.stream, &item, NULL, NULL);
    assert_has(wait_for(&fixture, "roster-item "), "dave@localhost/0 name=Dave group=New & <nice>");
    roster_request_remove(fixture.stream, jid, NULL, NULL);
    assert_has(wait_for(&fixture, "roster-item "), "dave@localhost/0/remove");
    fixture_clear(&fixture);
}

/* The server goes with a word, and without one; both times the stream ends, once, and can be
 * connected again. */
static void
test_server_dies(void)
{
    static const int signals[] = { SIGTERM, SIGKILL };
    const Server *server = get_server(SERVER_PROSODY);
    const Options login = { .jid = "alice@localhost", .password = "alice's secret" };
    StreamFixture fixture;

    if (!server)
        return;
    start(&fixture, server, &login);
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++) {
        wait_for(&fixture, "bound ");
        wait_for(&fixture, "roster ");
        server_kill(servers[SERVER_PROSODY], signals[i]);
        for (;;) {
            fixture_wait_events(&fixture, 1);
            const char *event = fixture_event(&fixture);
            if (g_str_has_prefix(event, "closed ")) {
                /* a server in a hurry may not manage to say good-bye */
                const bool told =
                    strstr(event, "closed server error=the server is shutting down") != NULL;
                g_assert_true((told && signals[i] == SIGTERM)
                              || strstr(event, "closed network error="));
                break;
            }
        }
        fixture_turn();
        assert_no_event(&fixture);
        server_resume(servers[SERVER_PROSODY]);
        connect_to(&fixture, server, &login);
    }
    wait_for(&fixture, "bound ");
    fixture_clear(&fixture);
}

/* The second one with the same resource ends the first; it does not fight back (I8). */
static void
test_conflict(void)
{
    const Server *server = get_server(SERVER_EJABBERD);
    const Options login = { .jid = "alice@localhost/same", .password = "alice's secret" };
    StreamFixture one, two;

    if (!server)
        return;
    start(&one, server, &login);
    wait_for(&one, "bound ");
    start(&two, server, &login);
    wait_for(&two, "bound alice@localhost/same");
    for (;;) {
        fixture_wait_events(&one, 1);
        const char *event = fixture_event(&one);
        if (g_str_has_prefix(event, "closed ")) {
            assert_has(event, "closed server fatal error=another client took over this session");
            break;
        }
    }
    g_assert_cmpint(stream_phase(two.stream), ==, XMPP_PHASE_ONLINE);
    fixture_clear(&one);
    fixture_clear(&two);
}

static void
on_info(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error,
        gpointer data)
{
    g_assert_no_error(error);
    g_assert_true(disco_info_has(info, NS_DISCO_INFO));
    *(bool *) data = true;
}

static void
on_pong(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
        const GError *error, gpointer data)
{
    g_assert_no_error(error);
    *(bool *) data = true;
}

static void
test_discovery(gconstpointer kind)
{
    const Server *server = get_server(GPOINTER_TO_INT(kind));
    StreamFixture fixture;
    g_autoptr(Jid) jid = jid_new("localhost", NULL);
    bool told = false, alive = false;

    if (!server)
        return;
    start(&fixture, server, &(Options){ .jid = "alice@localhost", .password = "alice's secret" });
    wait_for(&fixture, "bound ");
    disco_request_info(fixture.stream, jid, NULL, on_info, &told);
    ping_request(fixture.stream, NULL, on_pong, &alive);
    while (!told || !alive)
        g_main_context_iteration(NULL, TRUE);
    fixture_clear(&fixture);
}

/* Close to the server's own limit. */
static void
test_large_message(void)
{
    const Server *server = get_server(SERVER_PROSODY);
    StreamFixture fixture;
    g_autoptr(Jid) jid = jid_new("alice@localhost", NULL);
    g_autofree char *body = g_strnfill(200 * 1024, 'w');
    const XmppMessage message = {
        .to = jid, .id = (char *) "large", .type = XMPP_MESSAGE_CHAT, .body = body
    };

    if (!server)
        return;
    start(&fixture, server, &(Options){ .jid = "alice@localhost", .password = "alice's secret" });
    wait_for(&fixture, "bound ");
    presence_send(fixture.stream, NULL, PRESENCE_ONLINE, NULL, 0);
    wait_for(&fixture, "presence ");
    g_assert_true(message_stanza_send(fixture.stream, &message));
    g_assert_cmpuint(strlen(wait_for(&fixture, "message ")), >, 200 * 1024);
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/xmpp/live/chat/prosody", GINT_TO_POINTER(SERVER_PROSODY), test_chat);
    g_test_add_data_func("/xmpp/live/chat/ejabberd", GINT_TO_POINTER(SERVER_EJABBERD), test_chat);
    g_test_add_data_func("/xmpp/live/wrong-password/prosody", GINT_TO_POINTER(SERVER_PROSODY),
                         test_wrong_password);
    g_test_add_data_func("/xmpp/live/wrong-password/ejabberd", GINT_TO_POINTER(SERVER_EJABBERD),
                         test_wrong_password);
    g_test_add_func("/xmpp/live/roster-versions", test_roster_versions);
    g_test_add_func("/xmpp/live/server-dies", test_server_dies);
    g_test_add_func("/xmpp/live/conflict", test_conflict);
    g_test_add_data_func("/xmpp/live/discovery/prosody", GINT_TO_POINTER(SERVER_PROSODY),
                         test_discovery);
    g_test_add_data_func("/xmpp/live/discovery/ejabberd", GINT_TO_POINTER(SERVER_EJABBERD),
                         test_discovery);
    g_test_add_func("/xmpp/live/large-message", test_large_message);
    const int result = g_test_run();
    for (guint kind = 0; kind < G_N_ELEMENTS(servers); kind++)
        g_clear_pointer(&servers[kind], server_stop);
    return result;
}
