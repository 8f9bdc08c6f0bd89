/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions that are cut off real servers and go on: nothing is lost, nothing comes twice, nothing out of order. */
#include <signal.h>
#include <string.h>

#include "stream_fixture.h"
#include "support/chaos_proxy.h"
#include "support/server.h"
#include "xmpp/presence.h"

enum { DEADLINE_SECONDS = 60 };

static const char *const contacts[] = { "bob@localhost", NULL };
static const TestAccount accounts[] = { { "alice", "alice's secret", contacts }, { "bob", "b0b", NULL }, { 0 } };

/* Alice talks to Bob over a connection that breaks. */
typedef struct World {
    Server *server;
    ChaosProxy *proxy;
    StreamFixture alice, bob;
    guint said, heard;         /* by Alice; by Bob of that */
    guint bob_said, bob_heard; /* the other way round */
    GHashTable *alice_has, *bob_has; /* the numbers heard */
    guint acknowledged, bound, resumed, lost;
    bool online;
    bool keeps_order;
    bool follows; /* the server lives, so Alice connects again when she is cut off */
} World;

/* What the core does, without a disk. */
static void
answer_question(const XmppEvent *event, gpointer data)
{
    if (event->type == XMPP_EVENT_ACK_WANTED)
        stream_acknowledge(event->stream, event->ack_wanted.number);
}

static void
connect_to(StreamFixture *fixture, const World *world, const char *user, guint16 port, const XmppResumeState *state)
{
    g_autofree char *text = g_strdup_printf("%s@localhost/here", user);
    g_autoptr(Jid) jid = jid_new(text, NULL);
    const TransportConfig transport = { .host = "127.0.0.1", .port = port, .ca_file = server_ca_file(world->server) };
    const XmppStreamConfig config = {
        .jid = jid,
        .password = strcmp(user, "bob") == 0 ? "b0b" : "alice's secret",
        .transport = &transport,
        .resume = state,
    };

    stream_connect(fixture->stream, &config);
}

static void
connect_alice(World *world, const XmppResumeState *state)
{
    connect_to(&world->alice, world, "alice", chaos_proxy_port(world->proxy), state);
}

static void
say(StreamFixture *fixture, const char *to, guint number)
{
    g_autoptr(Jid) jid = jid_new(to, NULL);
    g_autofree char *id = g_strdup_printf("m%u", number);
    g_autofree char *body = g_strdup_printf("number %u.", number);
    const XmppMessage message = { .to = jid, .id = id, .origin_id = id, .type = XMPP_MESSAGE_CHAT, .body = body };

    g_assert_true(message_stanza_send(fixture->stream, &message));
}

/* A message of the other side: a new one, and where the server keeps the order exactly the next one. */
static void
hear(const World *world, const char *event, GHashTable *heard, guint *count)
{
    const char *body = strstr(event, "body=number ");

    g_assert_nonnull(body);
    const guint number = (guint)g_ascii_strtoull(body + strlen("body=number "), NULL, 10);
    if (!g_hash_table_add(heard, GUINT_TO_POINTER(number)) || (world->keeps_order && number != *count))
        g_error("number %u was to come: %s", *count, event);
    (*count)++;
}

static void
look_at_alice(World *world, const char *event)
{
    if (g_str_has_prefix(event, "message from=bob@localhost")) {
        hear(world, event, world->alice_has, &world->bob_heard);
    } else if (g_str_has_prefix(event, "acknowledged m")) {
        g_autofree char *expected = g_strdup_printf("acknowledged m%u", world->acknowledged++);
        g_assert_cmpstr(event, ==, expected);
    } else if (g_str_has_prefix(event, "bound ")) {
        world->bound++;
        world->online = true;
    } else if (g_str_has_prefix(event, "resumed ")) {
        world->resumed++;
        world->online = true;
    } else if (g_str_has_prefix(event, "closed ")) {
        world->online = false;
        world->lost++;
        if (world->follows)
            connect_alice(world, NULL);
    }
}

static void
look(World *world)
{
    while (world->alice.events->len)
        look_at_alice(world, fixture_event(&world->alice));
    while (world->bob.events->len) {
        const char *event = fixture_event(&world->bob);
        g_assert_false(g_str_has_prefix(event, "closed ") && world->follows);
        if (g_str_has_prefix(event, "message from=alice@localhost"))
            hear(world, event, world->bob_has, &world->heard);
    }
}

static gboolean
on_too_late(gpointer data)
{
    const World *world = data;
    g_autofree char *log = server_log_tail(world->server);

    g_error("waited too long: said %u heard %u, Bob said %u heard %u, lost %u resumed %u\n%s", world->said,
            world->heard, world->bob_said, world->bob_heard, world->lost, world->resumed, log);
    return G_SOURCE_REMOVE;
}

#define wait_until(world, condition)                                                                                   \
    do {                                                                                                               \
        const guint too_late_ = g_timeout_add_seconds(DEADLINE_SECONDS, on_too_late, (world));                         \
        look(world);                                                                                                   \
        while (!(condition)) {                                                                                         \
            g_main_context_iteration(NULL, TRUE);                                                                      \
            look(world);                                                                                               \
        }                                                                                                              \
        g_source_remove(too_late_);                                                                                    \
    } while (0)

/* One of each kind serves all tests. */
static Server *servers[2];
static bool missing[2];

static Server *
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

static bool
world_init(World *world, ServerKind kind)
{
    memset(world, 0, sizeof *world);
    world->server = get_server(kind);
    if (!world->server)
        return false;
    world->keeps_order = kind == SERVER_PROSODY;
    world->alice_has = g_hash_table_new(NULL, NULL);
    world->bob_has = g_hash_table_new(NULL, NULL);
    world->proxy = chaos_proxy_new(&(ChaosOptions) { .server_port = server_port(world->server), .seed = 198 });
    fixture_init(&world->alice);
    fixture_init(&world->bob);
    world->alice.on_event = world->bob.on_event = answer_question;
    stream_set_sink(world->alice.stream, NULL, NULL);
    stream_set_sink(world->bob.stream, NULL, NULL);
    world->follows = true;
    connect_alice(world, NULL);
    connect_to(&world->bob, world, "bob", server_port(world->server), NULL);
    wait_until(world, world->bound == 1 && stream_phase(world->bob.stream) == XMPP_PHASE_ONLINE);
    presence_send(world->alice.stream, NULL, PRESENCE_ONLINE, NULL, 0);
    presence_send(world->bob.stream, NULL, PRESENCE_ONLINE, NULL, 0);
    XmppResumeState state;
    wait_until(world, stream_resume_state(world->alice.stream, &state)); /* <enabled/> has come */
    return true;
}

/* What has arrived must not come again in the next test. */
static void
leave(StreamFixture *fixture)
{
    stream_acknowledge(fixture->stream, stream_received_number(fixture->stream));
    fixture_clear(fixture);
}

static void
world_clear(World *world)
{
    leave(&world->alice);
    leave(&world->bob);
    chaos_proxy_free(world->proxy);
    g_hash_table_unref(world->alice_has);
    g_hash_table_unref(world->bob_has);
}

static void
say_some(World *world, guint count)
{
    for (guint i = 0; i < count; i++) {
        say(&world->alice, "bob@localhost/here", world->said++);
        say(&world->bob, "alice@localhost/here", world->bob_said++);
    }
}

/* Both talk all the time while the connection breaks again and again, in every way there is, before,
 * while and after things are sent.
 *
 * Prosody 0.12 feeds what comes over the new connection to the parser of the old one: half a stanza in
 * there ends the session at the first byte of the next (mod_c2s, session.data()). So it is cut off only
 * between two stanzas of Alice's; what she says before she notices still gets lost on the way.
 *
 * ejabberd 23.01 takes what it kept from the old session to the new one while more arrives: under load a
 * message may come behind one that was said later. That nothing is lost or comes twice holds there, too. */
static void
test_exactly_once(gconstpointer kind)
{
    enum { ROUNDS = 12 };
    static const ChaosFault faults[] = { CHAOS_RESET, CHAOS_CLOSE, CHAOS_HALF, CHAOS_LONE };
    World world;

    if (!world_init(&world, GPOINTER_TO_INT(kind)))
        return;
    for (guint round = 0; round < ROUNDS; round++) {
        wait_until(&world, world.online);
        say_some(&world, 10 + round);
        for (guint i = 0; i < round * 3; i++) { /* some of it is under way, in both directions */
            g_main_context_iteration(NULL, FALSE);
            look(&world);
        }
        if (GPOINTER_TO_INT(kind) == SERVER_PROSODY)
            wait_until(&world, world.heard == world.said && world.acknowledged == world.said);
        const guint lost = world.lost;
        chaos_proxy_break(world.proxy, faults[round % G_N_ELEMENTS(faults)]);
        say_some(&world, world.online ? 3 : 0); /* nobody has noticed yet */
        wait_until(&world, world.lost > lost);
        for (guint i = 0; i < 5; i++)
            say(&world.bob, "alice@localhost/here", world.bob_said++); /* Alice is away */
    }
    wait_until(&world, world.online && world.heard == world.said && world.bob_heard == world.bob_said
                           && world.acknowledged == world.said);
    g_assert_cmpuint(world.bound, ==, 1);
    g_assert_cmpuint(world.resumed, ==, ROUNDS);
    g_assert_cmpuint(world.lost, ==, ROUNDS);
    world_clear(&world);
}

/* The process is gone; the next one goes on with what was stored. */
static void
test_next_process(gconstpointer kind)
{
    World world;
    XmppResumeState state = { 0 };

    if (!world_init(&world, GPOINTER_TO_INT(kind)))
        return;
    say_some(&world, 5);
    wait_until(&world, world.bob_heard == 5 && world.acknowledged == 5);
    world.follows = false;
    chaos_proxy_break(world.proxy, CHAOS_RESET);
    wait_until(&world, world.lost == 1);
    for (guint i = 0; i < 3; i++)
        say(&world.bob, "alice@localhost/here", world.bob_said++);
    g_assert_true(stream_resume_state(world.alice.stream, &state));
    g_autofree char *id = g_strdup(state.id);
    g_autofree char *jid = g_strdup(state.jid);
    state.id = id;
    state.jid = jid;
    state.location = NULL;
    fixture_clear(&world.alice);

    fixture_init(&world.alice);
    world.alice.on_event = answer_question;
    stream_set_sink(world.alice.stream, NULL, NULL);
    connect_alice(&world, &state);
    wait_until(&world, world.resumed == 1);
    g_assert_cmpuint(world.bound, ==, 1);
    say_some(&world, 5);
    wait_until(&world, world.heard == 10 && world.bob_heard == 13 && world.acknowledged == 10);
    world_clear(&world);
}

/* The server has forgotten everything: a new session, in which nothing of the old one is sent. */
static void
test_server_forgets(void)
{
    World world;

    if (!world_init(&world, SERVER_PROSODY))
        return;
    world.follows = false;
    server_kill(world.server, SIGKILL);
    wait_until(&world, world.lost == 1);
    fixture_clear(&world.bob);
    fixture_init(&world.bob);
    world.bob.on_event = answer_question;
    stream_set_sink(world.bob.stream, NULL, NULL);
    server_resume(world.server);
    connect_to(&world.bob, &world, "bob", server_port(world.server), NULL);
    connect_alice(&world, NULL);
    wait_until(&world, world.online && stream_phase(world.bob.stream) == XMPP_PHASE_ONLINE);
    g_assert_cmpuint(world.bound, ==, 2);
    g_assert_cmpuint(world.resumed, ==, 0);
    presence_send(world.bob.stream, NULL, PRESENCE_ONLINE, NULL, 0);
    say_some(&world, 5);
    wait_until(&world, world.heard == 5 && world.acknowledged == 5);
    world_clear(&world);
}

int
main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
    for (int kind = SERVER_PROSODY; kind <= SERVER_EJABBERD; kind++) {
        static const char *const names[] = { "prosody", "ejabberd" };
        g_autofree char *once = g_strdup_printf("/xmpp/live-resumption/exactly-once/%s", names[kind]);
        g_autofree char *next = g_strdup_printf("/xmpp/live-resumption/next-process/%s", names[kind]);
        g_test_add_data_func(once, GINT_TO_POINTER(kind), test_exactly_once);
        g_test_add_data_func(next, GINT_TO_POINTER(kind), test_next_process);
    }
    g_test_add_func("/xmpp/live-resumption/server-forgets", test_server_forgets);
    const int result = g_test_run();
    for (int kind = SERVER_PROSODY; kind <= SERVER_EJABBERD; kind++)
        g_clear_pointer(&servers[kind], server_stop);
    return result;
}
