/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream over a real socket, with a made-up server at the other end: what a sink cannot show. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "stream_fixture.h"
#include "support/fake_server.h"
#include "support/scram_server.h"

#define HEADER                                                                                                         \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='localhost' id='1' version='1.0'>"
#define LOGIN_FEATURES                                                                                                 \
    "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>"
#define BIND_FEATURES \
    "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"

/* What the server does, and what it saw. */
typedef struct Play {
    const char *then;    /* written once the session is bound */
    guint piece;         /* bytes a write; 0: all at once */
    bool cut;            /* closes without a word after that */
    const char *instead; /* written instead of the first header */
    const char *success; /* behind <success/>, at once */
    char *last_words;    /* what the client sent at the end */
} Play;

static void
write_pieces(int fd, const char *text, gsize length, guint piece)
{
    gsize step;

    for (gsize done = 0; done < length; done += step) {
        step = piece ? MIN(piece, length - done) : length - done;
        g_autofree char *part = g_strndup(text + done, step);
        fake_write(fd, part);
    }
}

/* Reads up to and with `end`; the caller frees. */
static char *
read_until(int fd, const char *end)
{
    GString *text = g_string_new(NULL);
    char c;

    while (!g_str_has_suffix(text->str, end) && read(fd, &c, 1) == 1)
        g_string_append_c(text, c);
    return g_string_free(text, FALSE);
}

static char *
content(const char *xml, const char *name)
{
    g_autofree char *open = g_strdup_printf("<%s ", name);
    const char *start = strstr(xml, open);

    if (!start)
        return g_strdup("");
    start = strchr(start, '>') + 1;
    return g_strndup(start, strcspn(start, "<"));
}

/* False: the client has gone. */
static bool
play_login(int fd, const Play *play)
{
    g_autoptr(ScramServer) scram = scram_server_new(G_CHECKSUM_SHA1, "secret");
    g_autofree char *hello = read_until(fd, "streams\">");
    write_pieces(fd, HEADER LOGIN_FEATURES, strlen(HEADER LOGIN_FEATURES), play->piece);
    g_autofree char *auth = read_until(fd, "</auth>");
    if (!g_str_has_suffix(auth, "</auth>"))
        return false;
    g_autofree char *first = content(auth, "auth");
    g_autofree char *challenge = scram_server_first_base64(scram, first);
    g_autofree char *asked =
        g_strdup_printf("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>%s</challenge>",
                        challenge);
    write_pieces(fd, asked, strlen(asked), play->piece);
    g_autofree char *response = read_until(fd, "</response>");
    if (!g_str_has_suffix(response, "</response>"))
        return false;
    g_autofree char *proof = content(response, "response");
    g_autofree char *final = scram_server_final_base64(scram, proof);
    g_autofree char *success =
        g_strdup_printf("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>%s</success>%s", final,
                        play->success ? play->success : "");
    write_pieces(fd, success, strlen(success), play->piece);
    return true;
}

static void
play_binding(int fd, const Play *play)
{
    g_autofree char *again = read_until(fd, "streams\">");
    write_pieces(fd, HEADER BIND_FEATURES, strlen(HEADER BIND_FEATURES), play->piece);
    g_autofree char *request = read_until(fd, "</iq>");
    g_autofree char *id = fixture_attribute(request, "id");
    g_autofree char *bound =
        g_strdup_printf("<iq type='result' id='%s'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                        "<jid>romeo@localhost/orchard</jid></bind></iq>",
                        id ? id : "");
    write_pieces(fd, bound, strlen(bound), play->piece);
    g_autofree char *roster = read_until(fd, "</iq>");
}

static void
serve(FakeServer *server, int fd, gpointer data)
{
    Play *play = data;

    if (play->instead) {
        g_autofree char *hello = read_until(fd, "streams\">");
        fake_write(fd, play->instead);
    } else if (play_login(fd, play) && !play->success) {
        play_binding(fd, play);
        write_pieces(fd, play->then ? play->then : "", play->then ? strlen(play->then) : 0,
                     play->piece > 1 ? play->piece : 0);
    }
    if (play->cut)
        return;
    g_free(play->last_words);
    play->last_words = read_until(fd, "</stream:stream>");
}

static void
start_with(StreamFixture *fixture, guint16 port, guint timeout)
{
    g_autoptr(Jid) jid = jid_new("romeo@localhost", NULL);
    const TransportConfig transport = { .host = "127.0.0.1", .port = port, .tls = TLS_OFF };
    const XmppStreamConfig config = {
        .jid = jid,
        .password = "secret",
        .transport = &transport,
        .stage_timeout = timeout,
        .stanza_limit = 1024 * 1024,
    };

    fixture_init(fixture);
    stream_set_sink(fixture->stream, NULL, NULL);
    stream_connect(fixture->stream, &config);
}

/* Waits until such an event comes, and returns it; those before it are forgotten. */
static const char *
wait_for(StreamFixture *fixture, const char *prefix)
{
    for (;;) {
        fixture_wait_events(fixture, 1);
        const char *event = fixture_event(fixture);
        if (g_str_has_prefix(event, prefix))
            return event;
        if (g_str_has_prefix(event, "closed "))
            g_error("“%s” came, “%s” was expected", event, prefix);
    }
}

static void
check_end(Play *play, const char *event, const char *last_words)
{
    StreamFixture fixture;
    FakeServer *server = fake_server_new("127.0.0.1", serve, play);

    start_with(&fixture, fake_server_port(server), 0);
    assert_has(wait_for(&fixture, "closed "), event);
    fixture_clear(&fixture);
    fake_server_free(server);
    if (last_words)
        assert_has(play->last_words, last_words);
    g_free(play->last_words);
}

static void
test_messages(gconstpointer piece)
{
    enum { MANY = 3000 };
    GString *then = g_string_new(NULL);
    StreamFixture fixture;

    for (guint i = 0; i < MANY; i++)
        g_string_append_printf(
            then,
            "<message from='j@c.example/b' type='chat' id='m%u'><body>number %u</body></message>\n",
            i, i);
    Play play = { .then = then->str, .piece = GPOINTER_TO_UINT(piece) };
    FakeServer *server = fake_server_new("127.0.0.1", serve, &play);
    start_with(&fixture, fake_server_port(server), 0);
    wait_for(&fixture, "bound romeo@localhost/orchard");
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *body = g_strdup_printf(" body=number %u", i);
        fixture_wait_events(&fixture, 1);
        assert_has(fixture_event(&fixture), body);
    }
    stream_disconnect(fixture.stream, "bye");
    wait_for(&fixture, "closed user");
    fixture_clear(&fixture);
    fake_server_free(server);
    assert_has(play.last_words,
               "<presence type=\"unavailable\"><status>bye</status></presence></stream:stream>");
    g_free(play.last_words);
    g_string_free(then, TRUE);
}

/* A server that says something in pieces, the next one when it is told to. */
typedef struct Pieces {
    char *text[3];
    GAsyncQueue *go;
} Pieces;

static void
serve_pieces(FakeServer *server, int fd, gpointer data)
{
    const Pieces *pieces = data;
    const Play play = { 0 };

    if (!play_login(fd, &play))
        return;
    play_binding(fd, &play);
    for (guint i = 0; i < G_N_ELEMENTS(pieces->text); i++) {
        if (i > 0)
            g_async_queue_pop(pieces->go);
        fake_write(fd, pieces->text[i]);
    }
    g_free(read_until(fd, "</stream:stream>"));
}

static void
check_pieces(const char *text, gsize first, gsize second)
{
    StreamFixture fixture;
    Pieces pieces = { { g_strndup(text, first), g_strndup(text + first, second), g_strdup(text + first + second) },
                      g_async_queue_new() };
    FakeServer *server = fake_server_new("127.0.0.1", serve_pieces, &pieces);

    start_with(&fixture, fake_server_port(server), 0);
    wait_for(&fixture, "bound romeo@localhost/orchard");
    fixture_wait_events(&fixture, 1);
    assert_has(fixture_event(&fixture), " body=one");
    const guint64 received = stream_bytes_received(fixture.stream);
    g_async_queue_push(pieces.go, &pieces);
    while (stream_bytes_received(fixture.stream) < received + second)
        g_main_context_iteration(NULL, TRUE);
    fixture_turn();
    g_async_queue_push(pieces.go, &pieces);
    fixture_wait_events(&fixture, 1);
    assert_has(fixture_event(&fixture), " body=two");
    stream_disconnect(fixture.stream, NULL);
    wait_for(&fixture, "closed user");
    fixture_clear(&fixture);
    fake_server_free(server);
    g_async_queue_unref(pieces.go);
    for (guint i = 0; i < G_N_ELEMENTS(pieces.text); i++)
        g_free(pieces.text[i]);
}

/* I5: a stanza is there when its last byte is, wherever the pieces end: nothing waits for what is said next. */
static void
test_pieces_of_a_tag(void)
{
    static const char text[] = "<message from='j@c.example/b' id='1'><body>one</body></message>"
                               "<message from='j@c.example/b' id='2'><body>two</body></message>";
    const gsize length = sizeof text - 1, tag = strlen("</message>");

    for (gsize first = length - tag; first < length - 1; first++) {
        for (gsize second = 1; first + second < length; second++)
            check_pieces(text, first, second);
    }
}

/* I7: the parser never sees it, nothing of it is shown, and the server is told. */
static void
test_restricted(void)
{
    Play play = {
        .then =
            "<!DOCTYPE x [<!ENTITY lol 'lol'>]><message from='a@b.example'><body>&lol;</body></message>"
    };

    check_end(&play, "closed network error=the server sent XML that XMPP forbids",
              "<restricted-xml ");
}

static void
test_malformed(void)
{
    Play broken = { .then = "<message from='a@b.example'><body>x</message>" };
    Play unknown = { .then = "<message from='a@b.example'><body>&lol;</body></message>" };
    Play prefix = { .then = "<message from='a@b.example'><x:body>x</x:body></message>" };

    check_end(&broken, "closed network error=the server sent malformed XML", NULL);
    check_end(&unknown, "closed network error=the server sent malformed XML", NULL);
    check_end(&prefix, "closed network error=the server sent malformed XML", NULL);
}

/* I9 */
static void
test_too_large(void)
{
    g_autofree char *word = g_strnfill(1100 * 1000, 'w');
    g_autofree char *then =
        g_strdup_printf("<message from='a@b.example'><body>%s</body></message>", word);
    Play play = { .then = then };

    check_end(&play, "too large", "<policy-violation ");
}

/* I7: an unfinished stanza is not shown. */
static void
test_cut(void)
{
    Play play = { .then = "<message from='a@b.example'><body>half of a sen", .cut = true };

    check_end(&play, "closed network error=", NULL);
}

static void
test_closed_by_server(void)
{
    Play play = { .then = "</stream:stream>" };
    Play error = {
        .then =
            "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
    };

    check_end(&play, "closed network error=the server has closed the session", NULL);
    check_end(&error, "closed server error=the server is shutting down", NULL);
}

/* I5: not XMPP at all, or nothing. */
static void
test_not_xmpp(void)
{
    Play http = { .instead = "HTTP/1.1 400 Bad Request\r\n\r\n" };
    Play other = { .instead = "<html><body>hello</body></html>" };
    Play garbage = { .instead = "\x80\x81\x82<<<>>>" };

    check_end(&http, "closed network error=", NULL);
    check_end(&other, "closed network error=", NULL);
    check_end(&garbage, "closed network error=", NULL);
}

/* I2: what comes together with <success/> belongs to nobody. */
static void
test_pipelined_after_success(void)
{
    static const char *const injected[] = {
        HEADER BIND_FEATURES "<message from='a@b.example'><body>injected</body></message>",
        "<message from='a@b.example'><body>injected</body></message>",
        BIND_FEATURES,
    };

    for (guint i = 0; i < G_N_ELEMENTS(injected); i++) {
        StreamFixture fixture;
        Play play = { .success = injected[i] };
        FakeServer *server = fake_server_new("127.0.0.1", serve, &play);
        start_with(&fixture, fake_server_port(server), 300);
        for (;;) {
            fixture_wait_events(&fixture, 1);
            const char *event = fixture_event(&fixture);
            g_assert_null(strstr(event, "injected"));
            g_assert_false(g_str_has_prefix(event, "bound"));
            if (g_str_has_prefix(event, "closed"))
                break;
        }
        fixture_clear(&fixture);
        fake_server_free(server);
        if (play.last_words)
            g_assert_null(strstr(play.last_words, "xmpp-bind"));
        g_free(play.last_words);
    }
}

static void
serve_nothing(FakeServer *server, int fd, gpointer data)
{
    fake_swallow(fd);
}

/* I5: silence has its own words. */
static void
test_silence(void)
{
    StreamFixture fixture;
    FakeServer *server = fake_server_new("127.0.0.1", serve_nothing, NULL);

    start_with(&fixture, fake_server_port(server), 50);
    assert_has(wait_for(&fixture, "closed "), "did not open the XML stream in time");
    fixture_clear(&fixture);
    fake_server_free(server);
}

/* At once in every phase, and then again. */
static void
test_disconnect_in_every_phase(void)
{
    static const char *const phases[] = { "phase connecting", "phase opening",
                                          "phase authenticating", "phase binding", "phase online" };

    for (guint i = 0; i < G_N_ELEMENTS(phases); i++) {
        StreamFixture fixture;
        Play play = { 0 };
        FakeServer *server = fake_server_new("127.0.0.1", serve, &play);
        start_with(&fixture, fake_server_port(server), 0);
        wait_for(&fixture, phases[i]);
        const gint64 start = g_get_monotonic_time();
        stream_disconnect(fixture.stream, NULL);
        wait_for(&fixture, "closed user");
        g_assert_cmpint(g_get_monotonic_time() - start, <, G_TIME_SPAN_SECOND);
        fixture_turn();
        assert_no_event(&fixture);
        fixture_clear(&fixture);
        fake_server_free(server);
        g_free(play.last_words);
    }
}

/* Never connects: nothing listens, or nothing answers. */
static void
test_unreachable(void)
{
    StreamFixture fixture;
    BlackHole *hole = black_hole_new();
    const guint16 port = black_hole_port(hole);

    start_with(&fixture, port, 0);
    wait_for(&fixture, "phase connecting");
    stream_disconnect(fixture.stream, NULL);
    wait_for(&fixture, "closed user");
    fixture_clear(&fixture);
    black_hole_free(hole);

    start_with(&fixture, port, 0); /* now nobody listens there */
    assert_has(wait_for(&fixture, "closed "), "closed network error=");
    fixture_clear(&fixture);
}

/* Several streams in one process share nothing: one ends, the other goes on. */
static void
test_two_streams(void)
{
    StreamFixture one, two;
    Play first = { .then = "<message from='a@b.example'><body>one</body></message>", .cut = true };
    Play second = { .then = "<message from='a@b.example'><body>two</body></message>" };
    FakeServer *left = fake_server_new("127.0.0.1", serve, &first);
    FakeServer *right = fake_server_new("127.0.0.1", serve, &second);

    start_with(&one, fake_server_port(left), 0);
    start_with(&two, fake_server_port(right), 0);
    assert_has(wait_for(&one, "message "), "body=one");
    wait_for(&one, "closed network");
    assert_has(wait_for(&two, "message "), "body=two");
    g_assert_cmpint(stream_phase(two.stream), ==, XMPP_PHASE_ONLINE);
    fixture_clear(&one);
    fixture_clear(&two);
    fake_server_free(left);
    fake_server_free(right);
    g_free(first.last_words);
    g_free(second.last_words);
}

/* Somebody else on the loop, like a person who types: how long it had to wait at most. */
typedef struct Beat {
    gint64 last;
    gint64 longest; /* microseconds */
} Beat;

static gboolean
on_beat(gpointer data)
{
    Beat *beat = data;
    const gint64 now = g_get_monotonic_time();

    if (beat->last)
        beat->longest = MAX(beat->longest, now - beat->last);
    beat->last = now;
    return G_SOURCE_CONTINUE;
}

/* I5, I9: a shape made to keep the parser busy arrives in slices: between them others have their
 * turn. */
static void
test_costly_shape(void)
{
    GString *then = g_string_new("<message from='a@b.example'><body>wide</body>");
    StreamFixture fixture;

    for (guint i = 0; i < 50000; i++)
        g_string_append(then, "<a/>");
    g_string_append(then, "</message>");
    Play play = { .then = then->str };
    FakeServer *server = fake_server_new("127.0.0.1", serve, &play);
    start_with(&fixture, fake_server_port(server), 0);
    wait_for(&fixture, "bound ");
    Beat beat = { 0 };
    const guint source = g_timeout_add(1, on_beat, &beat);
    fixture_wait_events(&fixture, 1);
    g_source_remove(source);
    g_test_message("somebody else waited %" G_GINT64_FORMAT " us at most", beat.longest);
    g_assert_cmpint(beat.longest, <,
                    500 * 1000); /* it is a few ms where nothing else runs; seconds without the slices */
    assert_has(fixture_event(&fixture), "body=wide");
    fixture_clear(&fixture);
    fake_server_free(server);
    g_free(play.last_words);
    g_string_free(then, TRUE);
}

int
main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/xmpp/connection/messages", GUINT_TO_POINTER(0), test_messages);
    g_test_add_data_func("/xmpp/connection/messages-in-pieces", GUINT_TO_POINTER(97),
                         test_messages);
    g_test_add_data_func("/xmpp/connection/messages-byte-by-byte", GUINT_TO_POINTER(1),
                         test_messages);
    g_test_add_func("/xmpp/connection/pieces-of-a-tag", test_pieces_of_a_tag);
    g_test_add_func("/xmpp/connection/restricted", test_restricted);
    g_test_add_func("/xmpp/connection/malformed", test_malformed);
    g_test_add_func("/xmpp/connection/too-large", test_too_large);
    g_test_add_func("/xmpp/connection/cut", test_cut);
    g_test_add_func("/xmpp/connection/closed-by-server", test_closed_by_server);
    g_test_add_func("/xmpp/connection/not-xmpp", test_not_xmpp);
    g_test_add_func("/xmpp/connection/pipelined-after-success", test_pipelined_after_success);
    g_test_add_func("/xmpp/connection/silence", test_silence);
    g_test_add_func("/xmpp/connection/disconnect-in-every-phase", test_disconnect_in_every_phase);
    g_test_add_func("/xmpp/connection/unreachable", test_unreachable);
    g_test_add_func("/xmpp/connection/two-streams", test_two_streams);
    g_test_add_func("/xmpp/connection/costly-shape", test_costly_shape);
    return g_test_run();
}
