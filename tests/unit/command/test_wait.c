/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/wait.h"

#include <string.h>

#include "base/error.h"
#include "command/caller.h"
#include "command/recorder.h"
#include "command_fixture.h"

typedef CommandFixture Fixture;

static const char roster[] = "<item jid='alice@example.org' name='Alice' subscription='both'/>";

static void
set_up(Fixture *fixture, gconstpointer data)
{
    command_fixture_set_up(fixture, NULL, false);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    command_fixture_tear_down(fixture);
}

static void
feed_message(Fixture *fixture, const char *account, const char *from, const char *body)
{
    g_autofree char *escaped = g_markup_escape_text(body, -1);
    g_autofree char *xml = g_strdup_printf("<message type='chat' from='%s'><body>%s</body></message>", from, escaped);
    command_fixture_feed(fixture, account, xml);
}

/* What was found, by the variables that tell it. */
static void
assert_found(Fixture *fixture, const char *from, const char *text)
{
    g_autofree char *expected = g_strdup_printf("%s|%s\n", from, text);
    g_autofree char *path = g_build_filename(fixture->directory, "show", NULL);
    g_assert_true(g_file_set_contents(path, "/print $WAIT_FROM|$WAIT_TEXT\n", -1, NULL));
    g_autofree char *line = g_strdup_printf("/source %s", path);
    g_assert_null(command_fixture_run(fixture, line));
    g_assert_cmpstr(fixture->printed->str, ==, expected);
}

/* What happened between two lines is not missed, and is found in the order it happened. */
static void
test_looks_back(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    feed_message(fixture, "work", "alice@example.org/phone", "one");
    feed_message(fixture, "work", "bob@example.org/x", "two");
    feed_message(fixture, "work", "alice@example.org/phone", "three");
    g_assert_null(command_fixture_run(fixture, "/on work /wait message timeout 0"));
    assert_found(fixture, "alice@example.org/phone", "one");
    g_assert_null(command_fixture_run(fixture, "/on work /wait message from Alice timeout 0"));
    assert_found(fixture, "alice@example.org/phone", "three");
    /* "two" is before what was found: behind us. */
    g_assert_cmpstr(command_fixture_run(fixture, "/on work /wait message from bob@example.org timeout 0"), ==,
                    "1 /wait: “message” did not happen within 0 s: give a longer timeout");
    feed_message(fixture, "work", "bob@example.org/x", "four");
    g_assert_null(command_fixture_run(fixture, "/wait message from bob@example.org/x timeout 0"));
    assert_found(fixture, "bob@example.org/x", "four");
}

static void
test_waits_for_what_comes(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    command_fixture_start(fixture, "/on work /wait message from alice@example.org matching \"^ok\"");
    command_fixture_settle();
    feed_message(fixture, "work", "bob@example.org/x", "ok");
    feed_message(fixture, "work", "alice@example.org/phone", "not ok");
    command_fixture_settle();
    g_assert_cmpuint(fixture->calls, ==, 0);
    feed_message(fixture, "work", "alice@example.org/phone", "ok then");
    command_fixture_until(fixture->calls == 1);
    g_assert_no_error(fixture->error);
}

static void
test_times_out(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    const gint64 start = g_get_monotonic_time();
    g_assert_cmpstr(command_fixture_run(fixture, "/wait message timeout 0.05"), ==,
                    "1 /wait: “message” did not happen within 0.05 s: give a longer timeout");
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 50000);
}

/* The other account's events do not count under /on, and do without it. */
static void
test_keeps_accounts_apart(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    command_fixture_connect(fixture, "home", NULL);
    feed_message(fixture, "home", "carol@example.net/x", "from home");
    g_assert_nonnull(command_fixture_run(fixture, "/on work /wait message timeout 0"));
    g_assert_null(command_fixture_run(fixture, "/wait message timeout 0"));
    assert_found(fixture, "carol@example.net/x", "from home");
}

static void
test_other_events(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    g_assert_null(command_fixture_run(fixture, "/wait roster timeout 0"));
    command_fixture_feed(
        fixture, "work",
        "<presence from='alice@example.org/phone'><show>dnd</show><status>deep work</status></presence>");
    g_assert_null(command_fixture_run(fixture, "/on work /wait presence from Alice matching ^dnd timeout 0"));
    assert_found(fixture, "alice@example.org/phone", "dnd deep work");
    command_fixture_feed(fixture, "work",
                         "<presence type='subscribe' from='dave@example.org'><status>hello</status></presence>");
    g_assert_null(command_fixture_run(fixture, "/wait subscription timeout 0"));
    assert_found(fixture, "dave@example.org", "subscribe hello");
    feed_message(fixture, "work", "alice@example.org/phone", "hi");
    command_fixture_feed(fixture, "work",
                         "<message type='chat' from='alice@example.org/phone'>"
                         "<composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
    g_assert_null(command_fixture_run(fixture, "/wait typing timeout 0"));
    client_notice(fixture->client, NULL, NOTICE_INFO, 0, "something %s", "odd");
    g_assert_nonnull(command_fixture_run(fixture, "/wait error timeout 0"));
    g_assert_null(command_fixture_run(fixture, "/wait notice matching odd state info timeout 0"));
    client_notice(fixture->client, NULL, NOTICE_ALARM, 0, "something bad");
    g_assert_null(command_fixture_run(fixture, "/wait error matching bad state alarm timeout 0"));
    session_disconnect(client_find_session(fixture->client, "work"), NULL);
    g_assert_null(command_fixture_run(fixture, "/on work /wait offline timeout 5"));
}

static void
test_connected_is_a_condition(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpstr(command_fixture_run(fixture, "/wait connected timeout 0"), ==,
                    "69 /wait: no account is online or connecting: write /connect first");
    command_fixture_begin(fixture, "work");
    command_fixture_start(fixture, "/wait connected");
    command_fixture_settle();
    g_assert_cmpuint(fixture->calls, ==, 1);
    command_fixture_bind(fixture, "work", NULL);
    command_fixture_until(fixture->calls == 2);
    g_assert_no_error(fixture->error);
    g_assert_null(command_fixture_run(fixture, "/wait connected timeout 0"));
    g_assert_null(command_fixture_run(fixture, "/wait connected timeout 0"));
}

/* A login that is refused ends all waiting, with the cause and its code. */
static void
test_refusal_ends_waiting(Fixture *fixture, gconstpointer data)
{
    command_fixture_begin(fixture, "work");
    command_fixture_start(fixture, "/wait message");
    command_fixture_start(fixture, "/wait presence from Alice@example.org");
    command_fixture_start(fixture, "/wait connected");
    command_fixture_settle();
    g_assert_cmpuint(fixture->calls, ==, 0);
    command_fixture_feed(
        fixture, "work",
        "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>"
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>X-NONSENSE</mechanism></mechanisms>"
        "</stream:features>");
    command_fixture_until(fixture->calls == 3);
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_AUTH);
    g_assert_true(g_str_has_prefix(fixture->error->message, "work: "));
    g_assert_cmpint(account_retry_at(session_account(client_find_session(fixture->client, "work"))), ==, 0);
    g_assert_true(g_str_has_prefix(command_fixture_run(fixture, "/wait connected"), "77 work: "));
}

/* A loss of the network is waited out: another attempt is planned. */
static void
test_loss_is_waited_out(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) loss = g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, "cut: wait");
    command_fixture_connect(fixture, "work", NULL);
    command_fixture_start(fixture, "/wait message timeout 100");
    stream_feed_close(session_stream(client_find_session(fixture->client, "work")), loss);
    command_fixture_settle();
    g_assert_cmpuint(fixture->calls, ==, 0);
    g_assert_cmpint(account_retry_at(session_account(client_find_session(fixture->client, "work"))), !=, 0);
}

static void
test_delivered(Fixture *fixture, gconstpointer data)
{
    g_assert_null(command_fixture_run(fixture, "/wait delivered timeout 0"));
    g_assert_null(command_fixture_run(fixture, "/on work /msg alice@example.org hi"));
    /* Offline, with no attempt planned: it cannot be delivered. */
    g_assert_cmpstr(command_fixture_run(fixture, "/wait delivered"), ==,
                    "75 /wait: 1 message is not delivered yet: it goes when the account is online, while confab runs");
    command_fixture_begin(fixture, "work");
    g_assert_cmpstr(command_fixture_run(fixture, "/wait delivered timeout 0.01"), ==,
                    "75 /wait: 1 message is not delivered yet: it goes when the account is online, while confab runs");
    g_assert_null(command_fixture_run(fixture, "/wait delivered from bob@example.org timeout 0"));
}

/* The sender of a regular expression is trusted, the sender of the text is not. */
static void
test_hostile_bodies(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GString) hard = g_string_new(NULL);
    for (int i = 0; i < 10000; i++)
        g_string_append_c(hard, 'a');
    g_string_append(hard, "!");
    command_fixture_connect(fixture, "work", NULL);
    feed_message(fixture, "work", "eve@evil.example/x", hard->str);
    feed_message(fixture, "work", "eve@evil.example/x", "/quit\n|| /quit\n$HOME \"'\\ %s%n");
    const gint64 start = g_get_monotonic_time();
    g_assert_nonnull(command_fixture_run(fixture, "/wait message matching ^(a+)+$ timeout 0"));
    g_assert_cmpint(g_get_monotonic_time() - start, <, 5 * G_USEC_PER_SEC);
    g_assert_null(command_fixture_run(fixture, "/wait message matching quit timeout 0"));
    assert_found(fixture, "eve@evil.example/x", "/quit\n|| /quit\n$HOME \"'\\ %s%n");
    g_assert_null(fixture->quit);
}

static void
test_memory_is_bounded(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Recorder) recorder = recorder_new(fixture->client, NULL, NULL);
    g_autoptr(EventMark) mark = event_mark_new(recorder);
    g_autofree char *text = g_strnfill(1024 * 1024, 'x');
    for (int i = 0; i < 100; i++)
        client_notice(fixture->client, NULL, NOTICE_INFO, 0, "%d %s", i, text);
    g_assert_cmpuint(recorder_end(recorder), ==, 100);
    g_assert_cmpuint(recorder_end(recorder) - recorder_first(recorder), <=, RECORDER_BYTES_MAX / (1024 * 1024));
    g_assert_true(g_str_has_prefix(recorder_at(recorder, 99)->text, "99 "));
    for (int i = 0; i < RECORDER_EVENTS_MAX + 10; i++)
        client_notice(fixture->client, NULL, NOTICE_INFO, 0, "%d", i);
    g_assert_cmpuint(recorder_end(recorder) - recorder_first(recorder), ==, RECORDER_EVENTS_MAX);
    event_mark_pass(mark, recorder_end(recorder) - 2);
    g_assert_cmpuint(recorder_end(recorder) - recorder_first(recorder), ==, 1);
}

/* Filters beside "from": each of them, and all together. */
static void
test_filters(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    command_fixture_feed(
        fixture, "work",
        "<presence from='alice@example.org/phone'><show>dnd</show><status>deep work</status></presence>");
    command_fixture_feed(fixture, "work",
                         "<presence from='alice@example.org/desk'><show>away</show><status>out</status></presence>");
    g_assert_nonnull(command_fixture_run(fixture, "/on work /wait presence state xa timeout 0"));
    g_assert_nonnull(
        command_fixture_run(fixture, "/on work /wait presence with alice@example.org/desk timeout 0"));
    g_assert_null(
        command_fixture_run(fixture, "/on work /wait presence with Alice from alice@example.org/desk state away timeout 0"));
    assert_found(fixture, "alice@example.org/desk", "away out");
    feed_message(fixture, "work", "bob@example.org/x", "two");
    feed_message(fixture, "work", "alice@example.org/phone", "three");
    g_assert_null(
        command_fixture_run(fixture, "/wait message with alice@example.org from alice@example.org/phone timeout 0"));
    session_disconnect(client_find_session(fixture->client, "work"), NULL);
    g_assert_null(command_fixture_run(fixture, "/wait connection state offline timeout 5"));
    g_assert_nonnull(command_fixture_run(fixture, "/wait connection state online timeout 0"));
}

static void
test_found_values(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    command_fixture_feed(fixture, "work", "<presence from='alice@example.org/phone'><show>dnd</show></presence>");
    g_assert_null(command_fixture_run(fixture, "/wait presence state dnd timeout 0"));
    g_autofree char *path = g_build_filename(fixture->directory, "show", NULL);
    g_autofree char *line = g_strdup_printf("/source %s", path);
    g_assert_true(g_file_set_contents(path, "/print $WAIT_ACCOUNT|$WAIT_FROM|$WAIT_WITH|$WAIT_STATE|$WAIT_TEXT\n"
                                            "/let WAIT_STATE mine\n/print $WAIT_STATE\n", -1, NULL));
    g_assert_null(command_fixture_run(fixture, line));
    g_assert_cmpstr(fixture->printed->str, ==,
                    "work|alice@example.org/phone|alice@example.org|dnd|dnd\nmine\n");
}

/* What makes no sense is said before anything is waited for. */
static void
test_senseless_filters(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpstr(command_fixture_run(fixture, "/wait message state sent"), ==,
                    "64 /wait: “message” has no states: leave “state” out");
    g_assert_cmpstr(command_fixture_run(fixture, "/wait connected matching x"), ==,
                    "64 /wait: “connected” has no words: leave “matching” out");
    g_assert_cmpstr(command_fixture_run(fixture, "/wait delivery state gone"), ==,
                    "64 /wait: “gone” is no state of “delivery”: write one of sent, received, displayed, failed");
}

/* The states that may be asked for are those the model has. */
static void
assert_states(Fixture *fixture, const char *event, const char *const *words)
{
    for (; *words != NULL; words++) {
        g_autofree char *line = g_strdup_printf("/wait %s state %s timeout 0", event, *words);
        const char *answer = command_fixture_run(fixture, line);
        g_assert_true(answer == NULL || g_str_has_prefix(answer, "1 ") || g_str_has_prefix(answer, "69 "));
    }
}

static void
test_states_are_the_model_s(Fixture *fixture, gconstpointer data)
{
    const char *words[8] = { NULL };
    for (int i = 0; i <= ACCOUNT_ONLINE; i++)
        words[i] = account_state_word((AccountState) i);
    words[ACCOUNT_ONLINE + 1] = NULL;
    assert_states(fixture, "connection", words);
    for (int i = AVAILABILITY_OFFLINE; i <= AVAILABILITY_CHAT; i++)
        words[i] = availability_word((Availability) i);
    words[AVAILABILITY_CHAT + 1] = NULL;
    assert_states(fixture, "presence", words);
    for (int i = ENCRYPTION_OFF; i <= ENCRYPTION_ENDED; i++)
        words[i] = encryption_state_word((EncryptionState) i);
    words[ENCRYPTION_ENDED + 1] = NULL;
    assert_states(fixture, "encryption", words);
    for (int i = VERIFICATION_ASKED; i <= VERIFICATION_ABORTED; i++)
        words[i] = verification_state_word((VerificationState) i);
    words[VERIFICATION_ABORTED + 1] = NULL;
    assert_states(fixture, "smp", words);
}

static void
on_caller_done(const CommandCall *call, const GError *error, gpointer data)
{
    *(int *) data = error == NULL ? 0 : error->code;
}

/* Runs a line of a caller to its end; returns its code. */
static int
run_as(Caller *caller, const char *line)
{
    int code = -1;
    caller_execute(caller, line, NULL, on_caller_done, &code);
    command_fixture_until(code >= 0);
    return code;
}

/* What one has found the others find, too; and who keeps nothing looks from now on. */
static void
test_everybody_has_a_place_of_their_own(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Caller) one = caller_new(fixture->registry);
    g_autoptr(Caller) two = caller_new(fixture->registry);
    g_autoptr(Caller) hasty = caller_new(fixture->registry);
    command_fixture_connect(fixture, "work", roster);
    caller_keep_events(one);
    caller_keep_events(one);
    feed_message(fixture, "work", "alice@example.org/phone", "first");
    caller_keep_events(two);
    feed_message(fixture, "work", "alice@example.org/phone", "second");
    g_assert_cmpint(run_as(one, "/wait message matching first timeout 0"), ==, 0);
    g_assert_cmpint(run_as(one, "/wait message matching first timeout 0"), ==, ERROR_FAILED);
    g_assert_cmpint(run_as(two, "/wait message matching first timeout 0"), ==, ERROR_FAILED);
    g_assert_cmpint(run_as(two, "/wait message matching second timeout 0"), ==, 0);
    g_assert_cmpint(run_as(one, "/wait message matching second timeout 0"), ==, 0);
    g_assert_cmpint(run_as(hasty, "/wait message timeout 0"), ==, ERROR_FAILED);
    /* The front-end's own place is where it was. */
    g_assert_null(command_fixture_run(fixture, "/wait message matching first timeout 0"));
}

/* Records before every mark are forgotten; without a mark nothing is kept (I9). */
static void
test_nothing_is_kept_for_nobody(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Recorder) recorder = recorder_new(fixture->client, NULL, NULL);
    client_notice(fixture->client, NULL, NOTICE_INFO, 0, "before");
    g_assert_cmpuint(recorder_end(recorder), ==, 0);
    EventMark *slow = event_mark_new(recorder);
    for (int i = 0; i < 100; i++)
        client_notice(fixture->client, NULL, NOTICE_INFO, 0, "%d", i);
    EventMark *fast = event_mark_new(recorder);
    client_notice(fixture->client, NULL, NOTICE_INFO, 0, "100");
    g_assert_cmpuint(event_mark_position(slow), ==, 0);
    g_assert_cmpuint(event_mark_position(fast), ==, 100);
    event_mark_pass(fast, 100);
    g_assert_cmpuint(recorder_first(recorder), ==, 0);
    event_mark_pass(slow, 50);
    event_mark_pass(slow, 20);
    g_assert_cmpuint(recorder_first(recorder), ==, 51);
    event_mark_unref(slow);
    g_assert_cmpuint(recorder_first(recorder), ==, 101);
    event_mark_unref(event_mark_ref(fast));
    client_notice(fixture->client, NULL, NOTICE_INFO, 0, "101");
    g_assert_cmpuint(recorder_end(recorder), ==, 102);
    recorder_free(g_steal_pointer(&recorder));
    g_assert_cmpuint(event_mark_position(fast), ==, 101);
    event_mark_pass(fast, 200);
    event_mark_unref(fast);
}

/* In the terminal nothing is kept while no script runs. */
static void
test_terminal_keeps_nothing(void)
{
    Fixture fixture;
    command_fixture_set_up(&fixture, NULL, true);
    command_fixture_connect(&fixture, "work", NULL);
    feed_message(&fixture, "work", "alice@example.org/x", "before");
    g_assert_nonnull(command_fixture_run(&fixture, "/wait message timeout 0"));
    command_fixture_start(&fixture, "/wait message");
    feed_message(&fixture, "work", "alice@example.org/x", "after");
    command_fixture_until(fixture.calls == 2);
    g_assert_no_error(fixture.error);
    command_fixture_tear_down(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/command/wait/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("looks-back", test_looks_back);
    ADD("waits-for-what-comes", test_waits_for_what_comes);
    ADD("times-out", test_times_out);
    ADD("keeps-accounts-apart", test_keeps_accounts_apart);
    ADD("other-events", test_other_events);
    ADD("connected-is-a-condition", test_connected_is_a_condition);
    ADD("refusal-ends-waiting", test_refusal_ends_waiting);
    ADD("loss-is-waited-out", test_loss_is_waited_out);
    ADD("delivered", test_delivered);
    ADD("hostile-bodies", test_hostile_bodies);
    ADD("memory-is-bounded", test_memory_is_bounded);
    ADD("filters", test_filters);
    ADD("found-values", test_found_values);
    ADD("senseless-filters", test_senseless_filters);
    ADD("states-are-the-model-s", test_states_are_the_model_s);
    ADD("everybody-has-a-place-of-their-own", test_everybody_has_a_place_of_their_own);
    ADD("nothing-is-kept-for-nobody", test_nothing_is_kept_for_nobody);
    g_test_add_func("/command/wait/terminal-keeps-nothing", test_terminal_keeps_nothing);
    return g_test_run();
}
