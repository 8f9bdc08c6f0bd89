/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OTR on a real server, with a peer that owes nothing to libotr and tells what was on the wire. */
#include <signal.h>
#include <string.h>

#include "support/bot.h"

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "bob", "secret of bob", contacts_of_bob },
    { "carol", "secret of carol", NULL },
    { 0 },
};
#define ALICE (&accounts[0])
#define BOB (&accounts[1])
#define CAROL (&accounts[2])

/* In each text that is said inside of OTR: it must never be seen on the wire. */
#define MARKER "MARKER"

/* confab as alice, the bot as bob; both online and known to each other. */
typedef struct Scene {
    Server *server;
    char *home;
    Run *me, *bot;
    int code;     /* confab's, at the end */
    bool carbons; /* the server makes them, and takes "private" off on the way */
} Scene;

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

/* Online, the roster is there, and the bot's presence, too. */
static Run *
start_device(Scene *scene, const char *home)
{
    const char *const argv[] = { "run", "--json", "--no-autoconnect", NULL };
    Run *device = run_start(home, argv, NULL);
    /* Open before anything comes: what a new device finds in the archive is no news where nobody looks. */
    run_type(device, "/msg bob@localhost");
    expect(device, "\"event\":\"result\".*\"command\":\"/msg bob@localhost\",\"ok\":true");
    run_type(device, "/connect alice");
    expect(device, "\"event\":\"connection\".*\"state\":\"online\"");
    expect(device, "\"event\":\"presence\".*bob@localhost");
    expect(scene->bot, "\"event\":\"presence\",\"from\":\"alice@localhost/[^\"]*\",\"type\":\"available\"");
    return device;
}

static char *
new_home(const Server *server)
{
    char *home = test_directory_new();
    g_autofree char *section =
        confab_account(ALICE->user, server_port(server), server_ca_file(server), ALICE->password, NULL);
    confab_write_accounts(home, section);
    return home;
}

/* `versions`, `fragment`: of the bot; `extra`: of the server. False: this test is skipped. */
static bool
scene_begin_on(Scene *scene, const char *extra, const char *versions, const char *fragment)
{
    const char *const options[] = { "--stanzas", "--versions", versions, "--fragment", fragment, NULL };
    scene->server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts, .extra = extra });
    if (scene->server == NULL)
        return false;
    scene->bot = otr_bot_start(scene->server, BOB, options);
    if (scene->bot == NULL)
        return false;
    scene->home = new_home(scene->server);
    scene->me = start_device(scene, scene->home);
    return true;
}

static bool
scene_begin(Scene *scene, const char *versions, const char *fragment)
{
    return scene_begin_on(scene, NULL, versions, fragment);
}

/* I21: of all that reached the bot, no body holds what was said; I22: what is OTR's says so to servers and clients. */
static void
assert_wire(const Run *bot, bool carbons)
{
    const char *const marks[] = { "{urn:xmpp:hints}no-copy", "{urn:xmpp:hints}no-permanent-store",
                                  "{urn:xmpp:eme:0}encryption", "{urn:xmpp:carbons:2}private" };
    g_auto(GStrv) lines = g_strsplit(run_output(bot), "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (strstr(*line, "\"event\":\"stanza\"") == NULL)
            continue;
        g_assert_null(strstr(*line, MARKER));
        g_assert_null(strstr(*line, "\"body\":\"\""));
        if (strstr(*line, "\"from\":\"alice@localhost/") == NULL || strstr(*line, "\"body\":\"?OTR") == NULL)
            continue;
        for (guint i = 0; i < G_N_ELEMENTS(marks) - carbons; i++) {
            if (strstr(*line, marks[i]) == NULL)
                g_error("no %s: %s", marks[i], *line);
        }
    }
}

/* The default of otr.log, "redact": no file holds what was said (I23), not even where something was deleted. */
static void
assert_no_marker(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (directory != NULL) {
        for (const char *name; (name = g_dir_read_name(directory)) != NULL;) {
            g_autofree char *inner = g_build_filename(path, name, NULL);
            assert_no_marker(inner);
        }
    } else if (g_file_get_contents(path, &bytes, &length, NULL) && memmem(bytes, length, MARKER, strlen(MARKER)) != NULL)
        g_error("%s holds what was said", path);
}

/* The wire and the disk are looked at, and both end properly. */
static void
scene_end(Scene *scene)
{
    if (scene->me != NULL) {
        run_type(scene->me, "/quit");
        const int code = run_wait_exit(scene->me);
        if (scene->code == 0)
            g_assert_cmpstr(run_errors(scene->me), ==, "");
        g_assert_cmpint(code, ==, scene->code);
        bot_do(scene->bot, "quit", NULL);
        g_assert_cmpint(run_wait_exit(scene->bot), ==, 0);
        g_assert_cmpstr(run_errors(scene->bot), ==, "");
        assert_wire(scene->bot, scene->carbons);
        assert_no_marker(scene->home);
    }
    g_clear_pointer(&scene->me, run_free);
    g_clear_pointer(&scene->bot, run_free);
    g_clear_pointer(&scene->server, server_stop);
    if (scene->home != NULL)
        test_directory_remove(scene->home);
    g_free(scene->home);
}

static void
wait_session(Scene *scene, const char *version)
{
    g_autofree char *state = g_strdup_printf("\"event\":\"state\".*\"state\":\"encrypted\",\"version\":%s", version);
    expect(scene->bot, state);
    expect(scene->me, "\"event\":\"encryption\".*\"provider\":\"otr\",\"state\":\"encrypted\"");
}

static void
start_session(Scene *scene, bool by_bot, const char *version)
{
    if (by_bot)
        bot_do(scene->bot, "start", "to", "alice@localhost", NULL);
    else
        run_type(scene->me, "/otr start bob@localhost");
    wait_session(scene, version);
}

static void
assert_holds(const char *line, const char *key, const char *value)
{
    g_autofree char *quoted = bot_quote(value);
    g_autofree char *pair = g_strdup_printf("\"%s\":\"%s\"", key, quoted);
    if (strstr(line, pair) == NULL)
        g_error("no %.500s in %.1000s", pair, line);
}

/* confab says it, encrypted; the bot gets it as it was typed. */
static void
say(Scene *scene, const char *text)
{
    g_autofree char *typed = g_strconcat("/msg bob@localhost ", text, NULL);
    run_type(scene->me, typed);
    g_autofree char *got = run_wait_line(scene->bot, "\"event\":\"(text|received|error)\"");
    assert_holds(got, "event", "text");
    assert_holds(got, "text", text);
    g_autofree char *shown = run_wait_line(scene->me, "\"event\":\"message\".*\"direction\":\"out\"");
    assert_holds(shown, "body", text);
    expect(scene->me, "\"event\":\"delivery\".*\"state\":\"sent\"");
}

/* The bot says it, encrypted, and confab shows `shown`. */
static void
hear(Scene *scene, const char *text, const char *shown, const char *trust)
{
    bot_do(scene->bot, "send", "to", "alice@localhost", "text", text, NULL);
    g_autofree char *got = run_wait_line(scene->me, "\"event\":\"message\".*\"direction\":\"in\"");
    assert_holds(got, "body", shown);
    assert_holds(got, "encryption", "otr");
    assert_holds(got, "trust", trust);
}

/* Behind all that was sent to the bot so far. */
static void
settle_bot(Run *bot)
{
    bot_do(bot, "raw", "text", "all there", NULL);
    expect(bot, "\"event\":\"received\".*\"text\":\"all there\"");
}

/* Behind all that confab has sent so far: what the bot was to get it has got. */
static void
settle(Scene *scene)
{
    run_type(scene->me, "/ping");
    expect(scene->me, "\"event\":\"result\".*\"command\":\"/ping\",\"ok\":true");
    settle_bot(scene->bot);
}

/* How many messages of confab the bot has seen. */
static guint
seen_by(const Run *bot)
{
    guint n = 0;
    for (const char *at = run_output(bot);
         (at = strstr(at, "\"event\":\"stanza\",\"from\":\"alice@localhost/")) != NULL; at++)
        n++;
    return n;
}

static void
converse(const char *versions, const char *version, bool by_bot, const char *fragment)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, versions, fragment)) {
        g_autofree char *set = g_strdup_printf("/set otr.fragment %s", fragment);
        run_type(scene.me, set);
        start_session(&scene, by_bot, version);
        const char *const texts[] = { "x", MARKER " grüße 日本 \U0001f600", MARKER " a < b && c > d", MARKER " ?OTRv23? ?OTR:" };
        for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
            say(&scene, texts[i]);
            hear(&scene, texts[i], texts[i], "untrusted");
        }
        /* Its program is not known: what may be about HTML is left alone, what cannot but be HTML is read as text. */
        say(&scene, MARKER " <b>x</b> &amp; \"q\"");
        hear(&scene, MARKER " <b>x</b> &amp; \"q\"", MARKER " <b>x</b> &amp; \"q\"", "untrusted");
        g_autofree char *large = g_strnfill(64 * 1024, 'x');
        memcpy(large, MARKER, strlen(MARKER));
        say(&scene, large);
        hear(&scene, large, large, "untrusted");
        hear(&scene, MARKER " fish &amp; chips &lt;3", MARKER " fish & chips <3", "untrusted");
        run_type(scene.me, "/otr end");
        expect(scene.bot, "\"event\":\"state\".*\"state\":\"finished\"");
    }
    scene_end(&scene);
}

static void
test_version3(void)
{
    converse("23", "3", false, "0");
}

static void
test_version2(void)
{
    converse("2", "2", true, "0");
}

static void
test_small_fragments3(void)
{
    converse("3", "3", true, "400");
}

static void
test_small_fragments2(void)
{
    converse("2", "2", false, "400");
}

/* Nothing but version 1 on offer: it gets no answer, and what OTR was wanted for stays here. */
static void
test_version1(void) /* I21, I22 */
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "1", "0")) {
        bot_do(scene.bot, "start", "to", "alice@localhost", NULL);
        settle(&scene);
        g_assert_cmpuint(seen_by(scene.bot), ==, 0);
        run_type(scene.me, "/encrypt otr");
        run_type(scene.me, "/msg bob@localhost " MARKER " for nobody");
        expect(scene.me, "\"event\":\"message\".*\"direction\":\"out\"");
        bot_do(scene.bot, "start", "to", "alice@localhost", NULL);
        settle(&scene);
        g_assert_null(strstr(run_output(scene.me), "\"state\":\"sent\""));
        run_type(scene.me, "/encrypt none");
        expect(scene.me, "\"event\":\"delivery\".*\"state\":\"failed\"");
        scene.code = 76;
    }
    scene_end(&scene);
}

/* With OTR wanted, the first thing said waits for the session that it begins; what the peer says in the clear meanwhile is
 * shown as such. */
static void
hold_with(const char *command)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        run_type(scene.me, command);
        g_autofree char *done = run_wait_line(scene.me, "\"event\":\"result\"");
        assert_holds(done, "command", command);
        bot_do(scene.bot, "send", "to", "alice@localhost", "text", "in the clear", NULL);
        g_autofree char *clear = run_wait_line(scene.me, "\"event\":\"message\".*\"direction\":\"in\"");
        assert_holds(clear, "encryption", "none");
        say(&scene, MARKER " at once");
        hear(&scene, "and back", "and back", "untrusted");
    }
    scene_end(&scene);
}

static void
test_held(void)
{
    hold_with("/encrypt otr");
}

static void
test_always(void)
{
    hold_with("/set otr.policy always");
}

/* The field of a line of JSON that has it. */
static char *
value_of(const char *line, const char *key)
{
    g_autofree char *begin = g_strdup_printf("\"%s\":\"", key);
    const char *value = strstr(line, begin);
    g_assert_nonnull(value);
    value += strlen(begin);
    return g_strndup(value, strcspn(value, "\""));
}

/* I21: everything that can be said is said inside; and what was said inside is changed from inside only. */
static void
test_corrections(void)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        Run *me = scene.me, *bot = scene.bot;
        start_session(&scene, false, "3");
        run_type(me, "/me " MARKER " waves");
        expect(bot, "\"event\":\"text\".*\"text\":\"/me " MARKER " waves\"");
        expect(me, "\"event\":\"message\".*\"direction\":\"out\"");
        say(&scene, MARKER " wrng");
        run_type(me, "/correct " MARKER " right");
        expect(bot, "\"event\":\"stanza\".*\"body\":\"\\?OTR:.*\\{urn:xmpp:message-correct:0\\}replace");
        expect(bot, "\"event\":\"text\".*\"text\":\"" MARKER " right\"");

        bot_do(bot, "send", "to", "alice@localhost", "text", MARKER " frist", NULL);
        g_autofree char *first = run_wait_line(me, "\"event\":\"message\".*\"direction\":\"in\"");
        g_autofree char *id = value_of(first, "id");
        g_autofree char *replace = g_strdup_printf("<replace xmlns='urn:xmpp:message-correct:0' id='%s'/>", id);
        bot_do(bot, "raw", "to", "alice@localhost", "text", "said by the server", "extra", replace, NULL);
        g_autofree char *forged = run_wait_line(me, "said by the server");
        assert_holds(forged, "event", "message");
        assert_holds(forged, "encryption", "none");
        bot_do(bot, "send", "to", "alice@localhost", "text", MARKER " first", "extra", replace, NULL);
        g_autofree char *corrected = run_wait_line(me, MARKER " first");
        assert_holds(corrected, "event", "correction");
        assert_holds(corrected, "id", id);
        bot_do(bot, "raw", "to", "alice@localhost", "text", "not sealed at all", "extra",
                   "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:otr:0' name='OTR'/>", NULL);
        g_autofree char *claimed = run_wait_line(me, "not sealed at all");
        assert_holds(claimed, "encryption", "none");
    }
    scene_end(&scene);
}

/* Inside there can be what XML could not carry: it is neither obeyed nor printed (I12), nor is the question of a peer. */
static void
test_controls(void)
{
    static const char text[] = "\033[2J\a\033]0;title\a\r\v" MARKER "\x7f\u202e\b\bend";
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        start_session(&scene, true, "3");
        bot_do(scene.bot, "send", "to", "alice@localhost", "text", text, NULL);
        g_autofree char *got = run_wait_line(scene.me, "\"event\":\"message\".*\"direction\":\"in\"");
        assert_holds(got, "encryption", "otr");
        g_assert_nonnull(strstr(got, "\"body\":\"\ufffd[2J\ufffd\ufffd]0;title\ufffd\\n\ufffd" MARKER "\\u007f"));
        bot_do(scene.bot, "smp-question", "to", "alice@localhost", "question", text, "secret", "x", NULL);
        expect(scene.me, "\"event\":\"smp\".*\"state\":\"asked\"");
        run_type(scene.me, "/otr answer x");
        expect(scene.bot, "\"event\":\"smp\".*\"state\":\"succeeded\"");
        bot_do(scene.bot, "raw", "to", "alice@localhost", "text", "?OTR Error: \u202e\xc2\x9b" "2J", NULL);
        expect(scene.me, "\"event\":\"notice\".*2J");
        say(&scene, MARKER " unmoved");
        for (const char *c = run_output(scene.me); *c != '\0'; c++)
            g_assert_true(((guchar)*c >= ' ' && *c != '\x7f') || *c == '\n');
        g_assert_null(strstr(run_output(scene.me), "\xc2\x9b"));
    }
    scene_end(&scene);
}

static void
expect_smp(Run *run, const char *state, const char *question)
{
    g_autofree char *quoted = question == NULL ? g_strdup("null") : g_strdup_printf("\"%s\"", question);
    g_autofree char *regex = g_strdup_printf("\"event\":\"smp\".*\"state\":\"(%s)\",\"question\":%s", state, quoted);
    expect(run, regex);
}

/* By both sides, with and without a question, right, wrong and given up. potr aborts when it finds the secrets to differ
 * before the other side could. */
static void
test_verification(void)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        Run *me = scene.me, *bot = scene.bot;
        start_session(&scene, false, "3");

        /* Whoever answers a question has shown something, and learnt nothing. */
        bot_do(bot, "smp-question", "to", "alice@localhost", "question", "2 + 2?", "secret", "4", NULL);
        expect_smp(me, "asked", "2 \\+ 2\\?");
        run_type(me, "/otr answer 4");
        expect_smp(bot, "succeeded", NULL);
        hear(&scene, "right", "right", "untrusted");

        run_type(me, "/otr secret " MARKER " squid");
        expect_smp(bot, "asked", NULL);
        bot_do(bot, "smp-answer", "to", "alice@localhost", "secret", MARKER " squid", NULL);
        expect_smp(bot, "succeeded", NULL);
        expect_smp(me, "succeeded", NULL);
        hear(&scene, "now it is sure", "now it is sure", "verified");

        bot_do(bot, "smp", "to", "alice@localhost", "secret", "grün", NULL);
        expect_smp(me, "asked", NULL);
        run_type(me, "/otr answer grün");
        expect_smp(bot, "succeeded", NULL);
        expect_smp(me, "succeeded", NULL);

        run_type(me, "/otr question \"Who?\" me");
        expect_smp(bot, "asked", "Who\\?");
        bot_do(bot, "smp-answer", "to", "alice@localhost", "secret", "me", NULL);
        expect_smp(me, "succeeded", NULL);

        bot_do(bot, "smp-question", "to", "alice@localhost", "question", "Wer war's?", "secret", "ich", NULL);
        expect_smp(me, "asked", "Wer war's\\?");
        run_type(me, "/otr answer du");
        expect_smp(me, "failed", NULL);
        expect_smp(bot, "failed", NULL);
        hear(&scene, "that was wrong", "that was wrong", "verified");

        run_type(me, "/otr secret this");
        expect_smp(bot, "asked", NULL);
        bot_do(bot, "smp-answer", "to", "alice@localhost", "secret", "that", NULL);
        expect_smp(bot, "failed", NULL);
        expect_smp(me, "failed|aborted", NULL);
        hear(&scene, "and that, too", "and that, too", "verified");

        run_type(me, "/otr secret never");
        expect_smp(bot, "asked", NULL);
        run_type(me, "/otr abort");
        expect_smp(bot, "aborted", NULL);
        bot_do(bot, "smp", "to", "alice@localhost", "secret", "never", NULL);
        expect_smp(me, "asked", NULL);
        bot_do(bot, "smp-abort", "to", "alice@localhost", NULL);
        expect_smp(me, "aborted", NULL);
        say(&scene, MARKER " still here");
    }
    scene_end(&scene);
}

/* A question dies with its session: libotr would fall over an answer in the next one. */
static void
test_late_answer(void)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        start_session(&scene, true, "3");
        bot_do(scene.bot, "smp", "to", "alice@localhost", "secret", "early", NULL);
        expect_smp(scene.me, "asked", NULL);
        bot_do(scene.bot, "end", "to", "alice@localhost", NULL);
        expect(scene.me, "\"event\":\"encryption\".*\"state\":\"ended\"");
        start_session(&scene, true, "3");
        run_type(scene.me, "/otr answer late");
        expect(scene.me, "\"event\":\"result\",.*\"command\":\"/otr answer.*\"ok\":false,\"code\":1,");
        run_type(scene.me, "|| /ping");

        bot_do(scene.bot, "smp", "to", "alice@localhost", "secret", "given up", NULL);
        expect_smp(scene.me, "asked", NULL);
        run_type(scene.me, "/otr abort");
        expect_smp(scene.bot, "aborted", NULL);
        run_type(scene.me, "/otr answer given up");
        expect(scene.me, "\"event\":\"result\",.*\"command\":\"/otr answer.*\"ok\":false,\"code\":1,");
        run_type(scene.me, "|| /ping");
        say(&scene, MARKER " alive");
    }
    scene_end(&scene);
}

/* I21: after the bot has ended it, nothing leaves until the user decides: first for OTR again, then for none. A program
 * that starts meanwhile still insists on it. */
static void
test_end(void)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        start_session(&scene, true, "3");
        bot_do(scene.bot, "end", "to", "alice@localhost", NULL);
        expect(scene.me, "\"event\":\"encryption\".*\"state\":\"ended\"");
        settle(&scene);
        const guint before = seen_by(scene.bot);
        run_type(scene.me, "/msg bob@localhost " MARKER " locked");
        expect(scene.me, "\"event\":\"result\".*\"ok\":false,\"code\":79");
        run_type_end(scene.me);
        g_assert_cmpint(run_wait_exit(scene.me), ==, 79);
        g_clear_pointer(&scene.me, run_free);

        scene.me = start_device(&scene, scene.home);
        settle(&scene);
        g_assert_cmpuint(seen_by(scene.bot), ==, before);
        say(&scene, MARKER " begins anew");
        bot_do(scene.bot, "end", "to", "alice@localhost", NULL);
        expect(scene.me, "\"event\":\"encryption\".*\"state\":\"ended\"");
        run_type(scene.me, "/otr start");
        wait_session(&scene, "3");
        say(&scene, MARKER " once more");
        bot_do(scene.bot, "end", "to", "alice@localhost", NULL);
        expect(scene.me, "\"event\":\"encryption\".*\"state\":\"ended\"");
        run_type(scene.me, "/otr end");
        expect(scene.me, "\"event\":\"encryption\".*\"intent\":\"none\".*\"state\":\"none\"");
        run_type(scene.me, "/msg bob@localhost in the clear, as was decided");
        expect(scene.bot, "\"event\":\"received\".*\"text\":\"in the clear, as was decided\"");
    }
    scene_end(&scene);
}

/* Whoever forgets: the other side says so in words, a refresh mends it, and nothing leaves in the clear meanwhile. */
static void
test_forgotten(void)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        start_session(&scene, false, "3");
        say(&scene, MARKER " one");
        bot_do(scene.bot, "restart", NULL);
        expect(scene.bot, "\"event\":\"restarted\"");
        run_type(scene.me, "/msg bob@localhost " MARKER " two");
        expect(scene.bot, "\"event\":\"error\".*NotEncrypted");
        expect(scene.me, "\"event\":\"notice\",.*\"level\":\"warning\".*OTR.*/otr refresh");
        run_type(scene.me, "/otr refresh");
        wait_session(&scene, "3");
        run_type(scene.me, "/resend");
        expect(scene.bot, "\"event\":\"text\".*\"text\":\"" MARKER " two\"");
        say(&scene, MARKER " three");

        kill(run_pid(scene.me), SIGKILL);
        g_clear_pointer(&scene.me, run_free);
        scene.me = start_device(&scene, scene.home);
        bot_do(scene.bot, "send", "to", "alice@localhost", "text", MARKER " four", NULL);
        g_autofree char *unreadable = run_wait_line(scene.me, "\"event\":\"message\".*\"direction\":\"in\"");
        assert_holds(unreadable, "trust", "unreadable");
        g_assert_null(strstr(unreadable, "?OTR"));
        run_type(scene.me, "/otr refresh");
        wait_session(&scene, "3");
        say(&scene, MARKER " five");
        hear(&scene, MARKER " six", MARKER " six", "untrusted");
    }
    scene_end(&scene);
}

/* Its fingerprint, as confab shows it. */
static char *
key_of(const Run *bot)
{
    g_autoptr(GRegex) regex = g_regex_new("\"fingerprint\":\"([0-9a-f]{40})\"", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_assert_true(g_regex_match(regex, run_output(bot), 0, &match)); /* the event "online" comes first */
    g_autofree char *digits = g_match_info_fetch(match, 1);
    g_autofree char *upper = g_ascii_strup(digits, -1);
    GString *groups = g_string_new(upper);
    for (gssize at = 32; at > 0; at -= 8)
        g_string_insert_c(groups, at, ' ');
    return g_string_free(groups, FALSE);
}

/* The bot comes back with another key, as somebody else in its place would: an alarm that names both. */
static void
test_other_key(void)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        const char *const options[] = { "--stanzas", NULL };
        g_autofree char *before = key_of(scene.bot);
        start_session(&scene, true, "3");
        say(&scene, MARKER " to the first");
        bot_do(scene.bot, "quit", NULL);
        g_assert_cmpint(run_wait_exit(scene.bot), ==, 0);
        assert_wire(scene.bot, false);
        g_clear_pointer(&scene.bot, run_free);
        expect(scene.me, "\"event\":\"presence\".*bob@localhost.*offline");

        scene.bot = otr_bot_start(scene.server, BOB, options);
        expect(scene.me, "\"event\":\"presence\".*bob@localhost.*online");
        g_autofree char *after = key_of(scene.bot);
        bot_do(scene.bot, "start", "to", "alice@localhost", NULL);
        expect(scene.me, "\"event\":\"trust\".*\"trust\":\"untrusted\".*\"alarm\":true");
        g_autofree char *alarm = run_wait_line(scene.me, "\"level\":\"alarm\"");
        g_assert_nonnull(strstr(alarm, before));
        g_assert_nonnull(strstr(alarm, after));
        wait_session(&scene, "3");
        hear(&scene, MARKER " from the second", MARKER " from the second", "untrusted");
    }
    scene_end(&scene);
}

/* A session for each device; what is said goes to the one that was heard last, and only there. */
static void
test_two_devices(void)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        const char *const options[] = { "--stanzas", "--versions", "2", "--resource", "desk", NULL };
        Run *desk = otr_bot_start(scene.server, BOB, options), *bot = scene.bot;
        expect(scene.me, "\"event\":\"presence\".*bob@localhost/desk");
        run_type(scene.me, "/otr start bob@localhost/bot");
        wait_session(&scene, "3");
        run_type(scene.me, "/otr start bob@localhost/desk");
        expect(desk, "\"event\":\"state\".*\"state\":\"encrypted\",\"version\":2");
        for (int round = 0; round < 2; round++) {
            Run *other = round == 0 ? bot : desk;
            scene.bot = round == 0 ? desk : bot;
            hear(&scene, MARKER " here I am", MARKER " here I am", "untrusted");
            const guint seen_before = seen_by(other);
            say(&scene, MARKER " there you are");
            settle(&scene);
            settle_bot(other);
            g_assert_cmpuint(seen_by(other), ==, seen_before);
        }
        bot_do(desk, "quit", NULL);
        g_assert_cmpint(run_wait_exit(desk), ==, 0);
        assert_wire(desk, false);
        run_free(desk);
        say(&scene, MARKER " you are still here");
    }
    scene_end(&scene);
}

/* Another device of the user's gets copies of what the bot says: it says that it cannot read them, and keeps still. */
static void
test_copies(void)
{
    Scene scene = { .carbons = true };
    if (scene_begin_on(&scene, "modules_enabled = { \"carbons\", \"mam\", \"pep\" }", "23", "0")) {
        g_autofree char *home = new_home(scene.server);
        Run *other = start_device(&scene, home);
        start_session(&scene, false, "3");
        say(&scene, MARKER " to you");
        hear(&scene, MARKER " to me", MARKER " to me", "untrusted");
        g_autofree char *copy = run_wait_line(other, "\"event\":\"message\".*\"direction\":\"in\"");
        assert_holds(copy, "encryption", "otr");
        assert_holds(copy, "trust", "unreadable");
        run_type(scene.me, "/otr end");
        expect(scene.bot, "\"event\":\"state\".*\"state\":\"finished\"");
        run_type(other, "/quit");
        g_assert_cmpint(run_wait_exit(other), ==, 0);
        g_assert_null(strstr(run_output(other), "?OTR"));
        g_assert_null(strstr(run_output(other), MARKER));
        g_assert_null(strstr(run_output(other), "\"direction\":\"out\""));
        g_assert_null(strstr(run_output(other), "\"event\":\"encryption\""));
        run_free(other);

        /* What the archive has of it is the same for who comes later. */
        g_autofree char *late_home = new_home(scene.server);
        other = start_device(&scene, late_home);
        g_autofree char *late = run_wait_line(other, "\"event\":\"message\".*\"direction\":\"in\"");
        assert_holds(late, "trust", "unreadable");
        run_free(other);
        test_directory_remove(home);
        test_directory_remove(late_home);
    }
    scene_end(&scene);
}

/* Queries within other text, queries of a stranger, garbage and half of things: nothing begins, nothing is answered, and
 * OTR works afterwards. */
static void
test_rough(void) /* I15, I22 */
{
    static const char *const bodies[] = {
        "> ?OTRv23?\nthat is how it begins",
        "they wrote ?OTRv23? to me",
        " ?OTRv23?",
        "?OTR:AAMD",
        "?OTR:AAMC broken",
        "?OTR:AAMDAAAAAQAAAAEAAAAA.",
        "?OTR|00000100|00000100,00001,00002,AAMD,",
        "?OTR|00000100|00000100,65535,65535,AAMD,",
        "?OTR,1,65535,x,",
        "?OTR,2,1,x,",
        "?OTR,0,0,,",
        "?OTR|",
        "?OTR",
        "?OTR Error: <b>click</b> here",
        "?OTRv?",
        "?OTRv4?",
    };
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        const char *const stanzas[] = { "--stanzas", NULL };
        g_autoptr(Run) carol = otr_bot_start(scene.server, CAROL, stanzas);
        bot_do(carol, "start", "to", "alice@localhost", NULL);
        bot_do(carol, "raw", "to", "alice@localhost", "text", "?OTR:AAMDAAAAAQAAAAEAAAAA.", NULL);
        settle_bot(carol);
        for (guint i = 0; i < G_N_ELEMENTS(bodies); i++)
            bot_do(scene.bot, "raw", "to", "alice@localhost", "text", bodies[i], NULL);
        bot_do(scene.bot, "raw", "to", "alice@localhost", "text", "?OTRv23? from yesterday", "extra",
                   "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>", NULL);
        bot_do(scene.bot, "raw", "to", "alice@localhost", "text", "the last", NULL);
        expect(scene.me, "\"event\":\"message\".*\"body\":\"the last\"");
        settle(&scene);
        g_assert_cmpuint(seen_by(scene.bot), ==, 0);
        settle_bot(carol);
        g_assert_cmpuint(seen_by(carol), ==, 0);
        g_assert_null(strstr(run_output(scene.me), "\"state\":\"starting\""));
        g_assert_null(strstr(run_output(scene.me), "\"state\":\"encrypted\""));

        start_session(&scene, true, "3");
        for (guint i = 3; i < G_N_ELEMENTS(bodies); i++)
            bot_do(scene.bot, "raw", "to", "alice@localhost", "text", bodies[i], NULL);
        bot_do(scene.bot, "raw", "to", "alice@localhost", "text", "in the clear",
                   "extra", "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>"
                            "forged</body></html>", NULL);
        g_autofree char *clear = run_wait_line(scene.me, "\"event\":\"message\".*\"body\":\"[^\"]*in the clear");
        assert_holds(clear, "encryption", "none");
        g_assert_null(strstr(run_output(scene.me), "forged"));
        say(&scene, MARKER " unmoved");
        hear(&scene, MARKER " unmoved, too", MARKER " unmoved, too", "untrusted");
    }
    scene_end(&scene);
}

/* With the policy "opportunistic" what is said in the clear carries an offer, and one that comes is taken. */
static void
test_opportunistic(void)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        run_type(scene.me, "/set otr.policy opportunistic");
        run_type(scene.me, "/msg bob@localhost hello in the clear");
        expect(scene.bot, "\"event\":\"stanza\".*\"body\":\"hello in the clear[ \\\\t]+\"");
        wait_session(&scene, "3");
        say(&scene, MARKER " of its own accord");
    }
    scene_end(&scene);
}

static int
send_with_otr(const char *home, const char *body)
{
    const char *const argv[] = { "send", "--encrypt=otr", "--timeout=3", "--body", body, "bob@localhost", NULL };
    g_autoptr(Run) send = run_start(home, argv, NULL);
    return run_wait_exit(send);
}

/* "confab send": encrypted and ended, or not at all. */
static void
test_send(void)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "1", "0")) {
        g_autofree char *home = new_home(scene.server);
        g_assert_cmpint(send_with_otr(home, MARKER " for nobody"), ==, 79);
        bot_do(scene.bot, "policy", "versions", "23", NULL);
        settle_bot(scene.bot);
        g_assert_cmpint(send_with_otr(home, MARKER " for you"), ==, 0);
        expect(scene.bot, "\"event\":\"state\".*\"state\":\"encrypted\",\"version\":3");
        expect(scene.bot, "\"event\":\"text\".*\"text\":\"" MARKER " for you\"");
        expect(scene.bot, "\"event\":\"state\".*\"state\":\"finished\"");
        g_assert_null(strstr(run_output(scene.bot), "for nobody"));
        assert_no_marker(home);
        test_directory_remove(home);
    }
    scene_end(&scene);
}

/* With the policy "never" neither side begins. */
static void
test_never(void)
{
    Scene scene = { 0 };
    if (scene_begin(&scene, "23", "0")) {
        run_type(scene.me, "/set otr.policy never");
        expect(scene.me, "\"event\":\"result\".*\"command\":\"/set otr.policy never\",\"ok\":true");
        bot_do(scene.bot, "start", "to", "alice@localhost", NULL);
        expect(scene.me, "\"event\":\"notice\".*bob@localhost.*otr.policy");
        run_type(scene.me, "/otr start");
        expect(scene.me, "\"event\":\"result\".*\"command\":\"/otr start\",\"ok\":false,\"code\":79");
        run_type(scene.me, "|| /encrypt otr");
        expect(scene.me, "\"event\":\"result\".*\"command\":\".*/encrypt otr\",\"ok\":false,\"code\":79");
        run_type(scene.me, "|| /ping");
        expect(scene.me, "\"event\":\"result\".*\"command\":\".*/ping\",\"ok\":true");
        settle(&scene);
        g_assert_cmpuint(seen_by(scene.bot), ==, 0);
        run_type(scene.me, "/otr policy manual");
        run_type(scene.me, "/otr start");
        run_type(scene.me, "/wait encrypted from bob@localhost");
        wait_session(&scene, "3");
        expect(scene.me, "\"event\":\"result\".*\"command\":\"/wait encrypted from bob@localhost\",\"ok\":true");
    }
    scene_end(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/otr/version-3", test_version3);
    g_test_add_func("/system/otr/version-2", test_version2);
    g_test_add_func("/system/otr/version-1", test_version1);
    g_test_add_func("/system/otr/fragments-3", test_small_fragments3);
    g_test_add_func("/system/otr/fragments-2", test_small_fragments2);
    g_test_add_func("/system/otr/held", test_held);
    g_test_add_func("/system/otr/always", test_always);
    g_test_add_func("/system/otr/corrections", test_corrections);
    g_test_add_func("/system/otr/controls", test_controls);
    g_test_add_func("/system/otr/verification", test_verification);
    g_test_add_func("/system/otr/late-answer", test_late_answer);
    g_test_add_func("/system/otr/end", test_end);
    g_test_add_func("/system/otr/forgotten", test_forgotten);
    g_test_add_func("/system/otr/other-key", test_other_key);
    g_test_add_func("/system/otr/two-devices", test_two_devices);
    g_test_add_func("/system/otr/copies", test_copies);
    g_test_add_func("/system/otr/rough", test_rough);
    g_test_add_func("/system/otr/opportunistic", test_opportunistic);
    g_test_add_func("/system/otr/never", test_never);
    g_test_add_func("/system/otr/send", test_send);
    return g_test_run();
}
