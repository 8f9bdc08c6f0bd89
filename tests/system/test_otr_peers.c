/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OTR with clients of other people on a real server. */
#include <string.h>

#include "support/bot.h"
#include "support/chat_peer.h"
#include "support/run_confab.h"
#include "support/server.h"

static const char *const contacts_of_alice[] = { "pam@localhost", "mac@localhost", NULL };
static const char *const contacts_of_pam[] = { "alice@localhost", "mac@localhost", NULL };
static const char *const contacts_of_mac[] = { "alice@localhost", "pam@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "pam", "secret of pam", contacts_of_pam },
    { "mac", "secret of mac", contacts_of_mac },
    { 0 },
};
#define ALICE (&accounts[0])
#define PAM (&accounts[1])
#define MAC (&accounts[2])

static const char MARKUP[] = "a <b>x</b> & \"q\" 'p' &amp; &lt;i&gt; <br/>z";

/* Both peers with each other: what this program takes for granted when confab talks to one of them. */
static void
test_each_other(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autoptr(ChatPeer) pam = chat_peer_start(CHAT_PEER_PROFANITY, server, PAM, "mac@localhost");
    if (pam == NULL)
        return;
    g_autoptr(ChatPeer) mac = chat_peer_start(CHAT_PEER_MCABBER, server, MAC, "pam@localhost");
    if (mac == NULL)
        return;
    ChatPeer *const peers[] = { pam, mac };

    chat_peer_otr_start(pam);
    chat_peer_wait_encrypted(pam);
    chat_peer_wait_encrypted(mac);
    g_autofree char *key_of_pam = chat_peer_own_fingerprint(pam);
    g_autofree char *seen_by_mac = chat_peer_fingerprint(mac);
    g_assert_cmpstr(key_of_pam, ==, seen_by_mac);
    g_autofree char *key_of_mac = chat_peer_own_fingerprint(mac);
    g_autofree char *seen_by_pam = chat_peer_fingerprint(pam);
    g_assert_cmpstr(key_of_mac, ==, seen_by_pam);

    for (guint i = 0; i < G_N_ELEMENTS(peers); i++) {
        ChatPeer *from = peers[i], *to = peers[1 - i];
        chat_peer_clear(from);
        chat_peer_clear(to);
        chat_peer_say(from, "grüße, 日本");
        chat_peer_wait_sealed(to, "grüße, 日本");
        chat_peer_say(from, MARKUP);
        chat_peer_wait_received(to, to == pam ? MARKUP : "a <b>x</b> & \"q\" 'p' & <i> \nz");

        const bool same = i == 0;
        g_assert_cmpint(chat_peer_trusts(to), ==, !same);
        chat_peer_otr_ask(from, NULL, "squid");
        chat_peer_wait_asked(to, NULL);
        chat_peer_otr_answer(to, same ? "squid" : "octopus");
        chat_peer_wait_compared(from, same);
        chat_peer_wait_compared(to, same);
        if (same)
            g_assert_true(chat_peer_trusts(from) && chat_peer_trusts(to));

        chat_peer_otr_end(from);
        chat_peer_wait_ended(to);
        chat_peer_clear(from);
        chat_peer_clear(to);
        chat_peer_otr_start(to);
        chat_peer_wait_encrypted(from);
        chat_peer_wait_encrypted(to);
    }
}

/* --- confab with one of them --- */

enum { LARGE = 65536 };

typedef struct World {
    Server *server;
    ChatPeer *peer;
    char *home; /* of alice's confab */
    Run *me;    /* she is in the conversation with the peer */
    const char *jid;
} World;

/* The next line that has all of these, in any order; NULL-terminated. The caller frees. */
static char *
wait_line(Run *run, ...) G_GNUC_NULL_TERMINATED;
static char *
wait_line(Run *run, ...)
{
    g_autoptr(GString) regex = g_string_new("^");
    va_list words;
    va_start(words, run);
    for (const char *word; (word = va_arg(words, const char *)) != NULL;) {
        g_autofree char *escaped = g_regex_escape_string(word, -1);
        g_string_append_printf(regex, "(?=.*%s)", escaped);
    }
    va_end(words);
    return run_wait_line(run, regex->str);
}
#define expect(...) g_free(wait_line(__VA_ARGS__, NULL))

/* Everything but confab. False: skipped. */
static bool
world_prepare(World *world, ChatPeerKind kind)
{
    const TestAccount *account = kind == CHAT_PEER_PROFANITY ? PAM : MAC;

    *world = (World){ .jid = kind == CHAT_PEER_PROFANITY ? "pam@localhost" : "mac@localhost" };
    /* A program that died is offline at once. */
    world->server = server_start(&(ServerOptions){
        .kind = SERVER_PROSODY, .accounts = accounts, .extra = "smacks_hibernation_time = 0" });
    if (world->server == NULL)
        return false;
    world->peer = chat_peer_start(kind, world->server, account, "alice@localhost");
    if (world->peer == NULL) {
        server_stop(world->server);
        return false;
    }
    g_autofree char *section = confab_account("alice", server_port(world->server), server_ca_file(world->server),
                                              ALICE->password, NULL);
    world->home = test_directory_new();
    confab_write_accounts(world->home, section);
    return true;
}

static bool
world_open(World *world, ChatPeerKind kind)
{
    const char *const argv[] = { "run", "--json", NULL };

    if (!world_prepare(world, kind))
        return false;
    g_autofree char *open = g_strconcat("/msg ", world->jid, NULL);
    world->me = run_start(world->home, argv, NULL);
    expect(world->me, "\"event\":\"presence\"", world->jid, "\"online\"");
    run_type(world->me, "/ping"); /* so the own presence is out */
    expect(world->me, "\"command\":\"/ping\"", "\"ok\":true");
    run_type(world->me, open);
    return true;
}

static void
world_clear(World *world)
{
    chat_peer_free(world->peer);
    server_stop(world->server);
    test_directory_remove(world->home);
    g_free(world->home);
}

static void
world_close(World *world)
{
    run_type(world->me, "/quit");
    const int code = run_wait_exit(world->me);
    if (code != 0 || *run_errors(world->me) != '\0')
        g_error("confab ended with %d: %s\n%s", code, run_errors(world->me), run_output(world->me));
    run_free(world->me);
    world_clear(world);
}

static void
expect_state(World *world, const char *state, const char *trust)
{
    g_autofree char *is = g_strdup_printf("\"state\":\"%s\"", state);
    g_autofree char *trusted = trust != NULL ? g_strdup_printf("\"trust\":\"%s\"", trust) : g_strdup("\"trust\":null");
    expect(world->me, "\"event\":\"encryption\"", world->jid, is, trusted);
}

static void
expect_smp(World *world, const char *state)
{
    g_autofree char *is = g_strdup_printf("\"state\":\"%s\"", state);
    expect(world->me, "\"event\":\"smp\"", world->jid, is);
}

static void
start_by_me(World *world)
{
    chat_peer_clear(world->peer);
    run_type(world->me, "/otr start");
    expect_state(world, "encrypted", "untrusted");
    chat_peer_wait_encrypted(world->peer);
}

/* The next message that comes in is just this; 64 KB are too much for a regular expression. */
static void
peer_says(World *world, const char *text, const char *encryption)
{
    g_autofree char *quoted = bot_quote(text);
    g_autofree char *end = g_strdup_printf("\"body\":\"%s\",\"encryption\":\"%s\"", quoted, encryption);
    chat_peer_say(world->peer, text);
    g_autofree char *line = wait_line(world->me, "\"event\":\"message\"", "\"direction\":\"in\"", NULL);
    if (strstr(line, end) == NULL)
        g_error("%s said “%.200s” (%s), what came is %.1000s", chat_peer_name(world->peer), text, encryption, line);
}

static const char *const texts[] = {
    "x",
    "grüße, 日本語, 🐙, e\xcc\x81",
    "if (a < b && c > d) return \"<3\"; // 'AT&T'",
};

static void
talk(World *world)
{
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        run_type(world->me, texts[i]);
        chat_peer_wait_received(world->peer, texts[i]);
        peer_says(world, texts[i], "otr");
    }
}

/* I21: started by either, talked both ways, ended by either. What is said after the peer's end does not leave. */
static void
test_talk(gconstpointer kind)
{
    World world;
    if (!world_open(&world, GPOINTER_TO_INT(kind)))
        return;
    start_by_me(&world);
    talk(&world);
    run_type(world.me, MARKUP);
    chat_peer_wait_received(world.peer, MARKUP);
    peer_says(&world, MARKUP, "otr");
    peer_says(&world, "&lt;i&gt; &amp; co", "otr");
    chat_peer_clear(world.peer);
    run_type(world.me, "is it sealed");
    chat_peer_wait_sealed(world.peer, "is it sealed"); /* profanity marks pieces as if they were not */

    chat_peer_otr_end(world.peer);
    expect_state(&world, "ended", NULL);
    run_type(world.me, "must not leave");
    run_type(world.me, "|| /otr end"); /* so that failed */
    expect_state(&world, "none", NULL);
    run_type(world.me, "in the clear again");
    chat_peer_wait_received(world.peer, "in the clear again");
    g_assert_false(chat_peer_has_received(world.peer, "must not leave"));
    peer_says(&world, "clear, too", "none");

    chat_peer_clear(world.peer);
    chat_peer_otr_start(world.peer);
    expect_state(&world, "encrypted", "untrusted");
    chat_peer_wait_encrypted(world.peer);
    talk(&world);
    run_type(world.me, "/otr end");
    expect_state(&world, "none", NULL);
    chat_peer_wait_ended(world.peer);
    peer_says(&world, "clear once more", "none");
    world_close(&world);
}

/* `size` bytes that are nowhere the same. The caller frees. */
static char *
long_text(gsize size, char first)
{
    GString *text = g_string_new(NULL);
    g_string_append_c(text, first);
    while (text->len < size)
        g_string_append_printf(text, " %zu", text->len);
    g_string_truncate(text, size);
    text->str[size - 1] = '.';
    return g_string_free(text, FALSE);
}

static void
say_long(World *world, gsize size, char first)
{
    g_autofree char *text = long_text(size, first);
    run_type(world->me, text);
    chat_peer_wait_received(world->peer, text);
}

/* 64 KB in one piece and in many; and what the peer lets its user type at once. */
static void
test_long(gconstpointer kind)
{
    World world;
    if (!world_open(&world, GPOINTER_TO_INT(kind)))
        return;
    start_by_me(&world);
    run_type(world.me, "/set otr.fragment 200");
    talk(&world);
    say_long(&world, 4096, 'a');
    if (GPOINTER_TO_INT(kind) == CHAT_PEER_PROFANITY) /* takes about thirty stanzas a second */
        run_type(world.me, "/set otr.fragment 2000");
    say_long(&world, LARGE, 'b');
    run_type(world.me, "/set otr.fragment 0");
    say_long(&world, LARGE, 'c');

    g_autofree char *typed = long_text(MIN(LARGE, chat_peer_longest(world.peer)), 'd');
    peer_says(&world, typed, "otr");
    world_close(&world);
}

static void
me_asks(World *world, const char *command, const char *question, const char *answer, bool same)
{
    chat_peer_clear(world->peer);
    run_type(world->me, command);
    chat_peer_wait_asked(world->peer, question);
    chat_peer_otr_answer(world->peer, answer);
    chat_peer_wait_compared(world->peer, same);
    expect_smp(world, same ? "succeeded" : "failed");
}

static void
peer_asks(World *world, const char *question, const char *secret, const char *command, bool same)
{
    g_autofree char *asked = question != NULL ? g_strdup_printf("\"question\":\"%s\"", question) : g_strdup("\"question\":null");
    chat_peer_clear(world->peer);
    chat_peer_otr_ask(world->peer, question, secret);
    expect(world->me, "\"event\":\"smp\"", "\"state\":\"asked\"", asked);
    run_type(world->me, command);
    expect_smp(world, same ? "succeeded" : "failed");
    chat_peer_wait_compared(world->peer, same);
}

/* By a secret and by a question, asked by either, right, wrong and given up. */
static void
test_verify(gconstpointer kind)
{
    World world;
    if (!world_open(&world, GPOINTER_TO_INT(kind)))
        return;
    start_by_me(&world);
    me_asks(&world, "/otr secret squid", NULL, "octopus", false);
    peer_asks(&world, NULL, "squid", "/otr answer octopus", false);
    g_assert_false(chat_peer_trusts(world.peer));
    peer_says(&world, "who are you?", "otr");

    chat_peer_clear(world.peer);
    chat_peer_otr_ask(world.peer, NULL, "squid");
    expect(world.me, "\"event\":\"smp\"", "\"state\":\"asked\"");
    run_type(world.me, "/otr abort");
    chat_peer_wait_aborted(world.peer);
    if (chat_peer_can_abort(world.peer)) {
        chat_peer_clear(world.peer);
        run_type(world.me, "/otr secret squid");
        chat_peer_wait_asked(world.peer, NULL);
        chat_peer_otr_abort(world.peer);
        expect_smp(&world, "aborted");
    }

    me_asks(&world, "/otr secret Krakenfüße", NULL, "Krakenfüße", true);
    g_assert_true(chat_peer_trusts(world.peer));
    chat_peer_say(world.peer, "it is you");
    expect(world.me, "\"event\":\"message\"", "\"direction\":\"in\"", "\"trust\":\"verified\"");
    me_asks(&world, "/otr question \"What swims & squirts?\" squid", "What swims & squirts?", "squid", true);
    peer_asks(&world, NULL, "squid", "/otr answer squid", true);
    if (chat_peer_can_question(world.peer))
        peer_asks(&world, "What has eight arms?", "octopus", "/otr answer octopus", true);
    g_assert_true(chat_peer_trusts(world.peer));
    world_close(&world);
}

static char *
without_spaces(char *digits)
{
    char *to = digits;
    for (const char *from = digits; *from != '\0'; from++) {
        if (*from != ' ')
            *to++ = g_ascii_toupper(*from);
    }
    *to = '\0';
    return digits;
}

/* Both sides show the same keys, and trust is kept over sessions. */
static void
test_keys(gconstpointer kind)
{
    World world;
    if (!world_open(&world, GPOINTER_TO_INT(kind)))
        return;
    g_autofree char *theirs = without_spaces(chat_peer_own_fingerprint(world.peer));
    chat_peer_clear(world.peer);
    run_type(world.me, "/otr start");
    g_autofree char *event = wait_line(world.me, "\"event\":\"trust\"", world.jid, "\"alarm\":false", NULL);
    g_autofree char *upper = g_ascii_strup(event, -1);
    g_assert_nonnull(strstr(upper, theirs));
    chat_peer_wait_encrypted(world.peer);

    g_autofree char *mine = chat_peer_fingerprint(world.peer);
    run_type(world.me, "/otr status");
    g_autofree char *status = wait_line(world.me, "\"command\":\"/otr status\"", "\"ok\":true", NULL);
    g_autofree char *digits = without_spaces(g_strdup(status));
    g_assert_nonnull(strstr(digits, without_spaces(mine)));
    g_assert_nonnull(strstr(digits, theirs));

    run_type(world.me, "/otr trust");
    expect(world.me, "\"event\":\"trust\"", "\"trust\":\"verified\"", "\"before\":\"untrusted\"");
    run_type(world.me, "/otr end");
    expect_state(&world, "none", NULL);
    chat_peer_wait_ended(world.peer);
    chat_peer_clear(world.peer);
    chat_peer_otr_start(world.peer);
    expect_state(&world, "encrypted", "verified");
    run_type(world.me, "/otr untrust");
    expect(world.me, "\"event\":\"trust\"", "\"trust\":\"untrusted\"", "\"before\":\"verified\"");
    world_close(&world);
}

/* Both are ready when the other is: what is said in the clear carries an offer nobody sees, and the other begins. */
/* A command that has been done before the peer says anything. */
static void
command(const World *world, const char *line)
{
    g_autofree char *name = g_strdup_printf("\"command\":\"%s\"", line);
    run_type(world->me, line);
    expect(world->me, name, "\"ok\":true");
}

static void
test_offer(gconstpointer kind)
{
    World world;
    if (!world_open(&world, GPOINTER_TO_INT(kind)))
        return;
    command(&world, "/otr policy opportunistic");
    chat_peer_policy(world.peer, "opportunistic");
    peer_says(&world, "shall we", "none");
    expect_state(&world, "encrypted", "untrusted");
    chat_peer_wait_encrypted(world.peer);
    talk(&world);
    world_close(&world);

    if (!world_open(&world, GPOINTER_TO_INT(kind)))
        return;
    command(&world, "/otr policy opportunistic");
    chat_peer_policy(world.peer, "opportunistic");
    run_type(world.me, "shall we");
    chat_peer_wait_shown(world.peer, "shall we");
    expect_state(&world, "encrypted", "untrusted");
    chat_peer_wait_encrypted(world.peer);
    talk(&world);
    world_close(&world);
}

/* Says it, and waits for the receipt: the server bounces what a dying program did not acknowledge. */
static void
say_and_be_heard(World *world, const char *text)
{
    g_autofree char *body = g_strdup_printf("\"body\":\"%s\"", text);
    run_type(world->me, text);
    g_autofree char *said = wait_line(world->me, "\"event\":\"message\"", "\"direction\":\"out\"", body, NULL);
    const char *id = strstr(said, "\"id\":\"");
    g_assert_nonnull(id);
    g_autofree char *same_id = g_strndup(id, strcspn(id, ","));
    expect(world->me, "\"event\":\"delivery\"", "\"state\":\"received\"", same_id);
}

/* The peer's program dies with its session, and is back: what is said then is encrypted anew. When it has another key
 * then, that is an alarm which names both. */
static void
test_restart(gconstpointer kind)
{
    World world;
    if (!world_open(&world, GPOINTER_TO_INT(kind)))
        return;
    start_by_me(&world);
    say_and_be_heard(&world, "go");
    g_autofree char *before = without_spaces(chat_peer_own_fingerprint(world.peer));

    chat_peer_restart(world.peer, false);
    expect_state(&world, "none", NULL);
    run_type(world.me, "are you back");
    chat_peer_wait_sealed(world.peer, "are you back");
    expect_state(&world, "encrypted", "untrusted");
    talk(&world);
    say_and_be_heard(&world, "and go");

    chat_peer_restart(world.peer, true);
    expect_state(&world, "none", NULL);
    g_autofree char *now = without_spaces(chat_peer_own_fingerprint(world.peer));
    g_assert_cmpstr(now, !=, before);
    chat_peer_clear(world.peer);
    run_type(world.me, "is it you");
    g_autofree char *alarm = wait_line(world.me, "\"event\":\"trust\"", world.jid, "\"alarm\":true", NULL);
    g_assert_nonnull(strstr(alarm, now));
    chat_peer_wait_sealed(world.peer, "is it you");
    talk(&world);
    world_close(&world);
}

/* The peer's user takes confab instead, and her keys with her: nobody is alarmed, and nobody compares anew. */
static void
test_import(gconstpointer kind)
{
    World world;
    const char *const argv[] = { "run", "--json", NULL };
    if (!world_open(&world, GPOINTER_TO_INT(kind)))
        return;
    start_by_me(&world);
    me_asks(&world, "/otr secret squid", NULL, "squid", true);
    chat_peer_kill(world.peer);
    expect_state(&world, "none", NULL);

    const TestAccount *account = GPOINTER_TO_INT(kind) == CHAT_PEER_PROFANITY ? PAM : MAC;
    g_autofree char *section = confab_account(account->user, server_port(world.server), server_ca_file(world.server),
                                              account->password, NULL);
    g_autofree char *import = g_strconcat("/otr import ", chat_peer_name(world.peer), NULL);
    confab_write_accounts(chat_peer_home(world.peer), section);
    Run *her = run_start(chat_peer_home(world.peer), argv, NULL);
    expect(her, "\"event\":\"connection\"", "\"online\"");
    run_type(her, import);
    expect(her, "\"command\":\"/otr import", "\"ok\":true");
    run_type(her, "/msg alice@localhost");
    run_type(her, "/otr start");
    expect(her, "\"event\":\"encryption\"", "\"state\":\"encrypted\"", "\"trust\":\"verified\"");
    expect_state(&world, "encrypted", "verified");
    run_type(her, "it is me");
    expect(world.me, "\"event\":\"message\"", "\"it is me\"", "\"encryption\":\"otr\"", "\"trust\":\"verified\"");
    run_type(her, "/quit");
    g_assert_cmpint(run_wait_exit(her), ==, 0);
    run_free(her);
    world_close(&world);
}

/* `confab send --encrypt=otr`: its exit code. */
static int
send_sealed(const World *world, const char *text, const char *seconds)
{
    const char *const argv[] = { "send",  "--encrypt", "otr", "--wait",   "received", "--timeout",
                                 seconds, "--body",    text,  world->jid, NULL };
    g_autoptr(Run) run = run_start(world->home, argv, NULL);
    run_type_end(run);
    const int code = run_wait_exit(run);
    g_test_message("%d: %s", code, run_errors(run));
    return code;
}

/* I21: from the command line, too, it is encrypted or not sent. */
static void
test_send(gconstpointer kind)
{
    enum { NOT_ENCRYPTED = 79 };
    World world;
    if (!world_prepare(&world, GPOINTER_TO_INT(kind)))
        return;
    g_assert_cmpint(send_sealed(&world, "from the shell", "30"), ==, 0);
    chat_peer_wait_sealed(world.peer, "from the shell");
    chat_peer_wait_ended(world.peer);
    if (GPOINTER_TO_INT(kind) == CHAT_PEER_MCABBER) {
        chat_peer_policy(world.peer, "plain"); /* answers no request */
        g_assert_cmpint(send_sealed(&world, "must not leave", "10"), ==, NOT_ENCRYPTED);
        g_assert_false(chat_peer_has_received(world.peer, "must not leave"));
    }
    world_clear(&world);
}

static void
add(const char *name, GTestDataFunc test)
{
    static const char *const peers[] = { [CHAT_PEER_PROFANITY] = "profanity", [CHAT_PEER_MCABBER] = "mcabber" };
    for (guint i = 0; i < G_N_ELEMENTS(peers); i++) {
        g_autofree char *path = g_strdup_printf("/system/otr-peers/%s/%s", peers[i], name);
        g_test_add_data_func(path, GINT_TO_POINTER(i), test);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/otr-peers/each-other", test_each_other);
    add("talks", test_talk);
    add("takes-long-messages-and-fragments", test_long);
    add("compares-secrets", test_verify);
    add("takes-and-makes-offers", test_offer);
    add("is-back-after-its-end", test_restart);
    add("leaves-its-keys-to-confab", test_import);
    add("is-sent-to-from-the-shell", test_send);
    add("shows-the-same-keys", test_keys);
    return g_test_run();
}
