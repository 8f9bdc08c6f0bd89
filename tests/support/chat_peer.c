/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/chat_peer.h"

#include <string.h>

#include <glib/gstdio.h>

#include "support/pty.h"

enum {
    ROWS = 60,
    COLUMNS = 200,
    LOG_ROWS = 10, /* of mcabber's window for everything that is said by nobody */
    LOOK_MS = 50,
};

/* What is typed (an argument comes behind it), and what is shown then. */
typedef struct Kind {
    const char *name;
    const char *keys; /* directory of its OTR files, below its home */
    int first_row, last_row; /* of the conversation */
    gsize longest;           /* line it lets its user type */
    const char *say, *clear, *policy;
    const char *join, *join_nick, *joined, *topic, *correct; /* the room comes behind `join` */
    const char *start, *end, *started, *ended;
    const char *ask, *question, *answer, *answer_question, *abort; /* NULL: it cannot */
    const char *asked, *asked_question, *same, *same_answer, *different, *aborted;
    const char *own_fingerprint, *fingerprint;            /* commands */
    const char *own_fingerprint_is, *fingerprint_is;      /* regular expressions; the first group is it */
    const char *sealed;                                   /* the mark of what came encrypted */
} Kind;

#define DIGITS "((?:[0-9A-F]{8} ?){5})"

static const Kind kinds[] = {
    [CHAT_PEER_PROFANITY] = {
        .name = "profanity",
        .keys = ".local/share/profanity/otr",
        .first_row = 1, /* below the title */
        .last_row = ROWS - 3,
        .longest = G_MAXSIZE,
        .say = "",
        .clear = "/clear",
        .policy = "/otr policy ",
        .join = "/join ",
        .join_nick = " nick ",
        .joined = "-> You have joined the room as ",
        .topic = "/subject set ",
        .correct = "/correct ",
        .start = "/otr start",
        .end = "/otr end",
        .started = "OTR session started",
        .ended = "OTR session ended.",
        .ask = "/otr secret ",
        .question = "/otr question ",
        .answer = "/otr secret ",
        .answer_question = "/otr answer ",
        .asked = "use '/otr secret <secret>'",
        .asked_question = "use '/otr answer <answer>'",
        .same = "Authentication successful.",
        .same_answer = "successfully authenticated you.",
        .different = "Authentication failed",
        .aborted = "SMP session aborted.",
        .own_fingerprint = "/otr myfp",
        .fingerprint = "/otr theirfp",
        .own_fingerprint_is = "Your OTR fingerprint: " DIGITS,
        .fingerprint_is = "'s OTR fingerprint: " DIGITS,
        .sealed = " ~ ",
    },
    [CHAT_PEER_MCABBER] = {
        .name = "mcabber",
        .keys = ".mcabber/otr",
        .last_row = ROWS - LOG_ROWS - 4,
        .longest = 900, /* its buffer has 1024 bytes, which are characters and more */
        .say = "/say ",
        .clear = "/buffer clear",
        .policy = "/otrpolicy default ",
        .join = "/room join ",
        .join_nick = " ",
        .joined = "You have joined",
        .topic = "/room topic ",
        .start = "/otr start",
        .end = "/otr stop",
        .started = "established", /* "re" when it was there already */
        .ended = "OTR: channel closed",
        .ask = "/otr smpq . ",
        .answer = "/otr smpr . ",
        .answer_question = "/otr smpr . ",
        .abort = "/otr smpa .",
        .asked = "Received SMP Initiation",
        .asked_question = "Question: ",
        .same = "Socialist Millionaires' Protocol: Success!",
        .same_answer = "Socialist Millionaires' Protocol: Success!",
        .different = "Socialist Millionaires' Protocol: Failure.",
        .aborted = "Socialist Millionaires' Protocol: Aborted.",
        .own_fingerprint = "/otr key",
        .fingerprint = "/otr fingerprint .",
        .own_fingerprint_is = "^\\[[^]]*\\] \\S+: " DIGITS,
        .fingerprint_is = " \\[" DIGITS "\\]: ",
        .sealed = "<O= ",
    },
};

struct ChatPeer {
    const Kind *kind;
    const Server *server;
    const TestAccount *account;
    Pty *pty;
    char *home, *with;
    bool asked_question;
};

static void
write_file(const ChatPeer *peer, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(peer->home, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
    g_assert_no_error(error);
}

static char *
read_file(const ChatPeer *peer, const char *name)
{
    g_autofree char *path = g_build_filename(peer->home, name, NULL);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

/* A line and Enter; `argument` NULL: none. */
static void
type(ChatPeer *peer, const char *command, const char *argument)
{
    g_autofree char *keys = g_strconcat(command, argument != NULL ? argument : "", "\r", NULL);
    pty_send(peer->pty, keys);
}

typedef bool (*Condition)(ChatPeer *peer, const char *text);

static void
wait_until(ChatPeer *peer, Condition is_met, const char *text)
{
    const gint64 deadline = g_get_monotonic_time() + PTY_TIMEOUT * G_TIME_SPAN_MILLISECOND;
    while (!is_met(peer, text)) {
        const bool had_ended = pty_has_ended(peer->pty);
        pty_pump(peer->pty, LOOK_MS);
        if (g_get_monotonic_time() < deadline && !had_ended)
            continue;
        g_autofree char *screen = pty_screen(peer->pty);
        g_error("%s: no “%.200s”; the screen:\n%s", peer->kind->name, text, screen);
    }
}

/* The first row of the conversation with it; NULL: none. The caller frees. */
static char *
find_row(const ChatPeer *peer, const char *text)
{
    for (int row = peer->kind->first_row; row <= peer->kind->last_row; row++) {
        char *line = pty_row(peer->pty, row);
        if (strstr(line, text) != NULL)
            return line;
        g_free(line);
    }
    return NULL;
}

static bool
shows(ChatPeer *peer, const char *text)
{
    g_autofree char *row = find_row(peer, text);
    return row != NULL;
}

static bool
shows_nothing(ChatPeer *peer, const char *text)
{
    for (int row = peer->kind->first_row; row <= peer->kind->last_row; row++) {
        g_autofree char *line = pty_row(peer->pty, row);
        if (*line != '\0')
            return false;
    }
    return true;
}

/* It has a file of its own for accounts. */
static void
configure_profanity(const ChatPeer *peer)
{
    g_autofree char *section =
        g_strdup_printf("[me]\nenabled=true\njid=%s@localhost\nserver=127.0.0.1\nport=%u\npassword=%s\n",
                        peer->account->user, server_port(peer->server), peer->account->password);
    write_file(peer, ".config/profanity/profrc",
               "[ui]\nsplash=false\n[otr]\npolicy=manual\nlog=on\n[omemo]\npolicy=manual\n[logging]\nchlog=true\n"
               "[connection]\nautoping=0\n");
    write_file(peer, ".local/share/profanity/accounts", section);
}

/* Its policy is not to know OTR. */
static void
configure_mcabber(const ChatPeer *peer)
{
    g_autofree char *rc =
        g_strdup_printf("set jid = %s@localhost\nset password = %s\nset server = 127.0.0.1\nset port = %u\n"
                        "set tls = 1\nset ssl_ignore_checks = 1\nset log_win_height = %d\n"
                        "set logging = 1\nset logging_dir = %s/history\n"
                        "set tracelog_level = 1\nset tracelog_file = %s/trace\n"
                        "set otr = 1\notrpolicy default manual\n",
                        peer->account->user, peer->account->password, server_port(peer->server), LOG_ROWS, peer->home,
                        peer->home);
    g_autofree char *keys = g_build_filename(peer->home, peer->kind->keys, NULL);
    write_file(peer, ".mcabber/mcabberrc", rc);
    g_assert_cmpint(g_mkdir(keys, 0700), ==, 0);
}

static void
start_profanity(ChatPeer *peer)
{
    g_autofree char *authority = g_strdup_printf("SSL_CERT_FILE=%s", server_ca_file(peer->server));
    const char *const argv[] = { "profanity", "--account", "me", NULL };
    const char *const environment[] = { authority, NULL };
    g_autofree char *key = g_strdup_printf("%s/%s/%s_at_localhost/keys.txt", peer->home, peer->kind->keys, peer->account->user);
    const bool has_key = g_file_test(key, G_FILE_TEST_EXISTS);

    peer->pty = pty_start(&(PtyOptions){ argv, environment, peer->home, ROWS, COLUMNS });
    pty_wait_text(peer->pty, "logged in successfully");
    if (!has_key) {
        type(peer, "/otr gen", NULL);
        pty_wait_text(peer->pty, "Private key generation complete.");
    }
    type(peer, "/msg ", peer->with);
    pty_wait_match(peer->pty, "^ [^ ]* \\[[a-z]+\\] \\[unencrypted\\]"); /* the title */
}

/* It makes its key when there is none. */
static void
start_mcabber(ChatPeer *peer)
{
    const char *const argv[] = { "mcabber", NULL };

    peer->pty = pty_start(&(PtyOptions){ argv, NULL, peer->home, ROWS, COLUMNS });
    pty_wait_text(peer->pty, "Your status has been set");
    pty_wait_text(peer->pty, peer->with); /* the roster is there */
    type(peer, "", NULL);                 /* into a conversation */
    type(peer, "/roster search ", peer->with);
    pty_wait_text(peer->pty, " Buddy: ");
    type(peer, "/roster hide", NULL);
    wait_until(peer, shows_nothing, "empty conversation");
}

static void
start(ChatPeer *peer)
{
    if (peer->kind == &kinds[CHAT_PEER_PROFANITY])
        start_profanity(peer);
    else
        start_mcabber(peer);
}

ChatPeer *
chat_peer_start(ChatPeerKind kind, const Server *server, const TestAccount *account, const char *with)
{
    g_autofree char *program = g_find_program_in_path(kinds[kind].name);
    if (!test_has(program != NULL, kinds[kind].name))
        return NULL;
    ChatPeer *peer = g_new0(ChatPeer, 1);
    peer->kind = &kinds[kind];
    peer->server = server;
    peer->account = account;
    peer->home = test_directory_new();
    peer->with = g_strdup(with);
    if (kind == CHAT_PEER_PROFANITY)
        configure_profanity(peer);
    else
        configure_mcabber(peer);
    start(peer);
    return peer;
}

const char *
chat_peer_home(const ChatPeer *peer)
{
    return peer->home;
}

void
chat_peer_kill(ChatPeer *peer)
{
    g_clear_pointer(&peer->pty, pty_free);
}

void
chat_peer_restart(ChatPeer *peer, bool forgets_keys)
{
    chat_peer_kill(peer);
    if (forgets_keys) {
        g_autofree char *keys = g_build_filename(peer->home, peer->kind->keys, NULL);
        test_directory_remove(keys);
        g_assert_cmpint(g_mkdir(keys, 0700), ==, 0);
    }
    start(peer);
}

void
chat_peer_free(ChatPeer *peer)
{
    chat_peer_kill(peer);
    test_directory_remove(peer->home);
    g_free(peer->home);
    g_free(peer->with);
    g_free(peer);
}

const char *
chat_peer_name(const ChatPeer *peer)
{
    return peer->kind->name;
}

gsize
chat_peer_longest(const ChatPeer *peer)
{
    return peer->kind->longest;
}

void
chat_peer_clear(ChatPeer *peer)
{
    type(peer, peer->kind->clear, NULL);
    wait_until(peer, shows_nothing, "empty conversation");
}

bool
chat_peer_shows(ChatPeer *peer, const char *text)
{
    pty_pump(peer->pty, 0);
    return shows(peer, text);
}

void
chat_peer_wait_shown(ChatPeer *peer, const char *text)
{
    wait_until(peer, shows, text);
}

static bool
shows_sealed(ChatPeer *peer, const char *text)
{
    g_autofree char *row = find_row(peer, text);
    return row != NULL && strstr(row, peer->kind->sealed) != NULL;
}

void
chat_peer_wait_sealed(ChatPeer *peer, const char *text)
{
    wait_until(peer, shows_sealed, text);
}

void
chat_peer_otr_start(ChatPeer *peer)
{
    type(peer, peer->kind->start, NULL);
}

void
chat_peer_otr_end(ChatPeer *peer)
{
    type(peer, peer->kind->end, NULL);
}

void
chat_peer_wait_encrypted(ChatPeer *peer)
{
    wait_until(peer, shows, peer->kind->started);
}

void
chat_peer_wait_ended(ChatPeer *peer)
{
    wait_until(peer, shows, peer->kind->ended);
}

bool
chat_peer_can_question(const ChatPeer *peer)
{
    return peer->kind->question != NULL;
}

void
chat_peer_otr_ask(ChatPeer *peer, const char *question, const char *secret)
{
    peer->asked_question = false;
    if (question == NULL) {
        type(peer, peer->kind->ask, secret);
        return;
    }
    g_assert_nonnull(peer->kind->question);
    g_autofree char *words = g_strdup_printf("\"%s\" %s", question, secret);
    type(peer, peer->kind->question, words);
}

void
chat_peer_wait_asked(ChatPeer *peer, const char *question)
{
    wait_until(peer, shows, question != NULL ? peer->kind->asked_question : peer->kind->asked);
    if (question != NULL)
        wait_until(peer, shows, question);
    peer->asked_question = question != NULL;
}

void
chat_peer_otr_answer(ChatPeer *peer, const char *secret)
{
    type(peer, peer->asked_question ? peer->kind->answer_question : peer->kind->answer, secret);
}

bool
chat_peer_can_abort(const ChatPeer *peer)
{
    return peer->kind->abort != NULL;
}

void
chat_peer_otr_abort(ChatPeer *peer)
{
    g_assert_nonnull(peer->kind->abort);
    type(peer, peer->kind->abort, NULL);
}

void
chat_peer_wait_compared(ChatPeer *peer, bool same)
{
    const Kind *kind = peer->kind;
    wait_until(peer, shows, !same ? kind->different : peer->asked_question ? kind->same_answer : kind->same);
}

void
chat_peer_wait_aborted(ChatPeer *peer)
{
    wait_until(peer, shows, peer->kind->aborted);
}

/* All it has written about the conversation; profanity begins a new file every day. The caller frees. */
static char *
read_history(const ChatPeer *peer)
{
    if (peer->kind == &kinds[CHAT_PEER_MCABBER]) {
        g_autofree char *name = g_build_filename("history", peer->with, NULL);
        return read_file(peer, name);
    }
    g_auto(GStrv) names = g_strsplit(peer->with, "@", 2);
    g_autofree char *folder = g_strdup_printf(".local/share/profanity/chatlogs/%s_at_localhost/%s_at_%s", peer->account->user, names[0],
                                              names[1]);
    g_autofree char *path = g_build_filename(peer->home, folder, NULL);
    g_autoptr(GString) all = g_string_new(NULL);
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    for (const char *name; directory != NULL && (name = g_dir_read_name(directory)) != NULL;) {
        g_autofree char *file = g_build_filename(folder, name, NULL);
        g_autofree char *text = read_file(peer, file);
        g_string_append(all, text);
    }
    return g_string_free(g_steal_pointer(&all), FALSE);
}

/* Whether `beginning` is how its history begins a message of the other side, or of its own user. */
static bool
begins_message(const ChatPeer *peer, const char *beginning, bool is_own)
{
    if (peer->kind == &kinds[CHAT_PEER_MCABBER]) /* MR 20260131T12:00:00Z 000 text */
        return g_regex_match_simple(is_own ? "^MS \\S+ [0-9]{3} $" : "^MR \\S+ [0-9]{3} $", beginning, 0, 0);
    g_autofree char *words = g_strdup_printf(" - %s: ", is_own ? "me" : peer->with); /* behind the time */
    const char *space = strchr(beginning, ' ');
    return space != NULL && g_str_equal(space, words);
}

static bool
has_message(const ChatPeer *peer, const char *text, bool is_own)
{
    g_autofree char *history = read_history(peer);
    const gsize length = strlen(text);
    for (const char *hit = history; (hit = strstr(hit, text)) != NULL; hit++) {
        const char *line = hit;
        while (line > history && line[-1] != '\n')
            line--;
        g_autofree char *beginning = g_strndup(line, hit - line);
        if ((hit[length] == '\n' || hit[length] == '\0') && begins_message(peer, beginning, is_own))
            return true;
    }
    return false;
}

bool
chat_peer_has_received(ChatPeer *peer, const char *text)
{
    return has_message(peer, text, false);
}

static bool
has_said(ChatPeer *peer, const char *text)
{
    return has_message(peer, text, true);
}

void
chat_peer_say(ChatPeer *peer, const char *text)
{
    type(peer, peer->kind->say, text);
    wait_until(peer, has_said, text); /* while it draws, it does not read; and it draws only when we look */
}

void
chat_peer_wait_received(ChatPeer *peer, const char *text)
{
    wait_until(peer, chat_peer_has_received, text);
}

void
chat_peer_join(ChatPeer *peer, const char *room, const char *nick)
{
    g_autofree char *words = g_strconcat(room, peer->kind->join_nick, nick, NULL);
    type(peer, peer->kind->join, words);
    pty_wait_text(peer->pty, peer->kind->joined);
    if (peer->kind == &kinds[CHAT_PEER_MCABBER]) { /* which leaves the user where he was */
        type(peer, "/roster search ", room);
        pty_wait_text(peer->pty, " Room: ");
    }
}

void
chat_peer_say_to_room(ChatPeer *peer, const char *text)
{
    type(peer, peer->kind->say, text);
    wait_until(peer, shows, text);
}

void
chat_peer_topic(ChatPeer *peer, const char *text)
{
    type(peer, peer->kind->topic, text);
}

bool
chat_peer_can_correct(const ChatPeer *peer)
{
    return peer->kind->correct != NULL;
}

void
chat_peer_correct(ChatPeer *peer, const char *text)
{
    g_assert_nonnull(peer->kind->correct);
    type(peer, peer->kind->correct, text);
}

/* What the command says: mcabber says it in its trace, profanity in the conversation. The caller frees. */
static char *
ask(ChatPeer *peer, const char *command, const char *pattern)
{
    const bool in_trace = peer->kind == &kinds[CHAT_PEER_MCABBER];
    g_autofree char *before = in_trace ? read_file(peer, "trace") : g_strdup("");
    const gint64 deadline = g_get_monotonic_time() + PTY_TIMEOUT * G_TIME_SPAN_MILLISECOND;
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);

    g_assert_nonnull(regex);
    if (!in_trace)
        chat_peer_clear(peer);
    type(peer, command, NULL);
    while (g_get_monotonic_time() < deadline) {
        pty_pump(peer->pty, LOOK_MS);
        g_autofree char *text = in_trace ? read_file(peer, "trace") : pty_screen(peer->pty);
        g_autoptr(GMatchInfo) match = NULL;
        if (g_regex_match(regex, text + strlen(before), 0, &match))
            return g_match_info_fetch(match, 1);
    }
    g_autofree char *screen = pty_screen(peer->pty);
    g_error("%s: no answer to %s; the screen:\n%s", peer->kind->name, command, screen);
}

char *
chat_peer_own_fingerprint(ChatPeer *peer)
{
    return ask(peer, peer->kind->own_fingerprint, peer->kind->own_fingerprint_is);
}

void
chat_peer_policy(ChatPeer *peer, const char *policy)
{
    type(peer, peer->kind->policy, policy);
    g_free(chat_peer_own_fingerprint(peer)); /* it says nothing about the policy; what is typed next, it answers after it */
}

char *
chat_peer_fingerprint(ChatPeer *peer)
{
    return ask(peer, peer->kind->fingerprint, peer->kind->fingerprint_is);
}

bool
chat_peer_trusts(ChatPeer *peer)
{
    if (peer->kind == &kinds[CHAT_PEER_PROFANITY]) {
        g_autofree char *title = pty_row(peer->pty, 0);
        return strstr(title, " [OTR] [trusted]") != NULL;
    }
    g_autofree char *word = ask(peer, peer->kind->fingerprint, "\\]: ([a-z]+)$");
    return g_str_equal(word, "trusted");
}
