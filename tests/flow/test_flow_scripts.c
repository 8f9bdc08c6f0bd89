/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What scripts see of an account that is online. */
#include <string.h>

#include "base/error.h"
#include "command/caller.h"
#include "typist.h"

typedef struct Fixture {
    Flow *flow;
    Peer *me;
    Typist *typist;
    Caller *caller; /* looks back */
    int code;       /* of its last line; -1: under way */
    guint planned;  /* rows of its last line */
    char *source;   /* a line that runs a file */
} Fixture;

static void
setup(Fixture *fixture, gconstpointer data)
{
    fixture->flow = flow_new(FLOW_ONE_ACCOUNT);
    fixture->me = flow_peer(fixture->flow, "work");
    fixture->typist = typist_new(fixture->flow);
    fixture->caller = caller_new(typist_registry(fixture->typist));
    caller_keep_events(fixture->caller);
    login_with_roster(fixture->me, "<item jid='bob@example.org' name='Bob' subscription='both'/>", "1");
    flow_turn();
}

static void
teardown(Fixture *fixture, gconstpointer data)
{
    caller_free(fixture->caller);
    typist_free(fixture->typist);
    flow_free(fixture->flow);
}

static void
on_finished(const CommandCall *call, const GError *error, gpointer data)
{
    Fixture *fixture = data;
    fixture->code = error == NULL ? 0 : error->code;
    fixture->planned = command_call_row_count(call);
}

static bool
is_finished(gpointer data)
{
    return ((const Fixture *) data)->code >= 0;
}

/* A line of the caller, to its end; returns its code. */
static int
give(Fixture *fixture, const char *line)
{
    fixture->code = -1;
    caller_execute(fixture->caller, line, NULL, on_finished, fixture);
    flow_wait(is_finished, fixture);
    return fixture->code;
}

/* The way of a message, state by state. */
static void
test_waits_for_delivery(Fixture *fixture, gconstpointer data)
{
    g_autofree char *id = g_strdup(say(fixture->me, "bob@example.org", "hi")->id);
    g_assert_cmpint(give(fixture, "/wait delivery state received with bob@example.org timeout 0"), ==, ERROR_FAILED);
    acknowledge(fixture->me);
    feed(fixture->me,
         "<message from='bob@example.org/a' type='chat'><received xmlns='urn:xmpp:receipts' id='%s'/></message>", id);
    flow_settle(fixture->flow);
    g_assert_cmpint(give(fixture, "/wait delivery state received with carol@example.org timeout 0"), ==, ERROR_FAILED);
    g_assert_cmpint(give(fixture, "/wait delivery state received with bob@example.org timeout 0"), ==, 0);
}

/* An invitation is from who invites, with the room; both can be asked for. */
static void
test_waits_for_invitations(Fixture *fixture, gconstpointer data)
{
    feed(fixture->me, "<message from='dev@rooms.example.org'><x xmlns='http://jabber.org/protocol/muc#user'>"
                      "<invite from='bob@example.org/a'><reason>come in</reason></invite></x></message>");
    flow_settle(fixture->flow);
    g_assert_cmpint(give(fixture, "/wait invitation state declined timeout 0"), ==, ERROR_FAILED);
    g_assert_cmpint(give(fixture, "/wait invitation from carol@example.org timeout 0"), ==, ERROR_FAILED);
    g_assert_cmpint(give(fixture, "/wait invitation from bob@example.org with dev@rooms.example.org state invited "
                                  "matching \"come in\" timeout 0"),
                    ==, 0);
}

/* The states of a connection come one after the other. */
static void
test_waits_for_states(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpint(give(fixture, "/on work /wait connection state online timeout 0"), ==, 0);
    cut(fixture->me);
    g_assert_cmpint(give(fixture, "/on work /wait connection state offline timeout 5"), ==, 0);
}

/* --- what others say --- */

/* The newest messages of ours, from the last one on, are exactly this text. */
static void
assert_said(Fixture *fixture, guint count, const char *text)
{
    const Conversation *conversation = find_conversation(fixture->me, "bob@example.org");
    for (guint i = conversation_message_count(conversation); i > 0 && count > 0; i--) {
        const Message *message = conversation_message_at(conversation, i - 1);
        if (message->direction != MESSAGE_OUT)
            break;
        g_assert_cmpstr(message->body, ==, text);
        count--;
    }
    g_assert_cmpuint(count, ==, 0);
}

static bool
nothing_is_planned(gpointer data)
{
    Fixture *fixture = data;
    give(fixture, "/after list");
    return fixture->planned == 0;
}

/* A message that a script passes on in every way there is: through a variable, a comparison, a timer, an account. */
static void
pass_on(Fixture *fixture, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    feed(fixture->me, "<message from='bob@example.org/a' type='chat'><body>%s</body></message>", escaped);
    flow_turn();
    g_assert_cmpint(give(fixture, fixture->source), ==, 0);
    flow_wait(nothing_is_planned, fixture);
    assert_said(fixture, 3, text);
}

/* Whatever somebody says stays a text: it is no command, no word of the language, no second word, and it is passed on as it
 * came. */
static void
test_remote_text_stays_text(Fixture *fixture, gconstpointer data)
{
    static const char *const evil[] = {
        "\" /quit '\n/quit\n|| /quit", "$(touch evil)", "`id`; id | id && id", "$HOME ${HOME} \\$HOME $1 $*",
        "/quit", "//quit", "|| /quit", "= x /quit", "not online /quit", "$WAIT_TEXT", "\\", "'", "\"", "-e", "  two  ends  ",
        "{\"jsonrpc\":\"2.0\"}", "%s%n%d", "\xe2\x80\xae reversed", "a\tb\n\nc",
    };
    static const char alphabet[] = "\"'\\$`|&;<>(){}[]=!~*?# \n\t/ax1";
    static const char script[] = "/wait message from bob@example.org timeout 0\n"
                                 "/let COPY $WAIT_TEXT\n"
                                 "/if $COPY = \"$WAIT_TEXT\" /msg bob@example.org $COPY\n"
                                 "/if not $COPY matches ^$ /after 0 /if $COPY != \"\" /msg bob@example.org $COPY\n"
                                 "/on work /if terminal /msg bob@example.org $WAIT_TEXT\n";
    g_autofree char *path = g_build_filename(client_paths(fixture->flow->client)->config, "script", NULL);
    g_assert_true(g_file_set_contents(path, script, -1, NULL));
    fixture->source = g_strdup_printf("/source %s", path);
    for (gsize i = 0; i < G_N_ELEMENTS(evil); i++)
        pass_on(fixture, evil[i]);
    for (int round = 0; round < 200; round++) {
        g_autoptr(GString) text = g_string_new("x");
        for (int i = g_test_rand_int_range(1, 30); i > 0; i--)
            g_string_append_c(text, alphabet[g_test_rand_int_range(0, (gint32) sizeof alphabet - 1)]);
        pass_on(fixture, text->str);
    }
    g_free(fixture->source);
}

/* --- on-connect --- */

typedef struct Connecting {
    Flow *flow;
    Peer *me;
    Typist *typist;
} Connecting;

/* An account whose key on-connect names a file with this text (NULL: there is no file). */
static Connecting
connecting_new(const char *text)
{
    Connecting scene = { .flow = flow_new(FLOW_ONE_ACCOUNT "on-connect = hello\n") };
    scene.me = flow_peer(scene.flow, "work");
    scene.typist = typist_new(scene.flow);
    g_autofree char *path = g_build_filename(client_paths(scene.flow->client)->config, "hello", NULL);
    g_assert_true(text == NULL || g_file_set_contents(path, text, -1, NULL));
    return scene;
}

static void
connecting_clear(Connecting *scene)
{
    typist_free(scene->typist);
    flow_free(scene->flow);
}

/* The server answers what asks whether it is there, whoever does. */
static void
answer_pings(Peer *me)
{
    for (guint i = me->sent->len; i > 0; i--) {
        const char *xml = g_ptr_array_index(me->sent, i - 1);
        if (!g_pattern_match_simple("<iq id=\"*urn:xmpp:ping*", xml))
            continue;
        const char *id = xml + strlen("<iq id=\"");
        g_autofree char *answer = g_strndup(id, strcspn(id, "\""));
        g_ptr_array_remove_index(me->sent, i - 1);
        feed(me, "<iq type='result' from='example.org' id='%s'/>", answer);
    }
}

static bool
has_sent(gpointer data)
{
    Peer *me = data;
    answer_pings(me);
    for (guint i = 0; i < me->sent->len; i++) {
        if (g_pattern_match_simple("<message *<body>I am *", g_ptr_array_index(me->sent, i)))
            return true;
    }
    return false;
}

/* login() wants nobody to say anything by itself. */
static void
log_in(Peer *peer)
{
    login_with_roster(peer, "<item jid='bob@example.org' name='Bob' subscription='both'/>", NULL);
}

/* In every new session of the account, and not when the old one goes on. */
static void
test_on_connect_is_run(void)
{
    Connecting scene = connecting_new("/let WHO I am $WAIT_ACCOUNT\n|| /let WHO I am back\n"
                                      "/msg bob@example.org $WHO\n");
    log_in(scene.me);
    stream_feed_enabled(scene.me->stream, "<enabled xmlns='urn:xmpp:sm:3' id='some-id' resume='true' max='600'/>");
    flow_wait(has_sent, scene.me);
    const guint32 sent = stream_sent_number(scene.me->stream);
    g_ptr_array_set_size(scene.me->sent, 0);
    cut(scene.me);
    wait_connecting(scene.me);
    g_assert_true(stream_feed_resumed(scene.me->stream, sent));
    flow_settle(scene.flow);
    g_assert_false(has_sent(scene.me));
    assert_typed(scene.typist, "/disconnect", "ok");
    wait_offline(scene.me);
    log_in(scene.me);
    flow_wait(has_sent, scene.me);
    connecting_clear(&scene);
}

/* What goes wrong is told with file and line, and ends nothing but the script. */
static void
test_on_connect_tells_what_is_wrong(void)
{
    Connecting scene = connecting_new("# hello\n/priority 300\n/msg bob@example.org I am never said\n");
    log_in(scene.me);
    flow_settle(scene.flow);
    assert_event(scene.flow, "*notice error 65: */hello:2: /priority: “300” does not fit*");
    g_assert_false(has_sent(scene.me));
    connecting_clear(&scene);
    scene = connecting_new(NULL);
    log_in(scene.me);
    flow_settle(scene.flow);
    assert_event(scene.flow, "*notice error 66: */hello*");
    connecting_clear(&scene);
}

/* One that waits ends with the connection: it does not go on in the next one, where it is run anew. */
static void
test_on_connect_ends_with_the_session(void)
{
    Connecting scene = connecting_new("/wait message timeout 1000\n/msg bob@example.org I am $WAIT_TEXT\n");
    log_in(scene.me);
    flow_settle(scene.flow);
    cut(scene.me);
    log_in(scene.me);
    flow_settle(scene.flow);
    g_ptr_array_set_size(scene.me->sent, 0);
    feed(scene.me, "<message from='bob@example.org/a' type='chat'><body>once</body></message>");
    flow_wait(has_sent, scene.me);
    guint count = 0;
    flow_settle(scene.flow);
    for (guint i = 0; i < scene.me->sent->len; i++)
        count += g_pattern_match_simple("*<body>I am once</body>*", g_ptr_array_index(scene.me->sent, i)) ? 1 : 0;
    g_assert_cmpuint(count, ==, 1);
    connecting_clear(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/flow/scripts/" path, Fixture, NULL, setup, test, teardown)
    ADD("waits-for-delivery", test_waits_for_delivery);
    ADD("waits-for-invitations", test_waits_for_invitations);
    ADD("waits-for-states", test_waits_for_states);
    ADD("remote-text-stays-text", test_remote_text_stays_text);
    g_test_add_func("/flow/scripts/on-connect-is-run", test_on_connect_is_run);
    g_test_add_func("/flow/scripts/on-connect-tells-what-is-wrong", test_on_connect_tells_what_is_wrong);
    g_test_add_func("/flow/scripts/on-connect-ends-with-the-session", test_on_connect_ends_with_the_session);
    return g_test_run();
}
