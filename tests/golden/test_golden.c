/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Screens from a fixture of the model, as text, at three sizes. To accept what is drawn now, after looking at it:
 * CONFAB_GOLDEN=write make check TESTS=tests/golden/test_golden */
#include <locale.h>
#include <string.h>

#include "tui/layout.h"
#include "tui/screen.h"

#define AT(day, hour, minute)                                                                                          \
    ((((gint64) 20779 + (day)) * 86400 + (hour) *3600 + (minute) *60) * G_USEC_PER_SEC) /* 22 Nov 2026 */

typedef struct Fixture {
    Bus *bus;
    GPtrArray *accounts;
    Account *work;
    Windows *windows;
    GPtrArray *candidates;
    Scene scene;
} Fixture;

static Jid *
jid(const char *text)
{
    g_autoptr(GError) error = NULL;
    Jid *parsed = jid_new(text, &error);
    g_assert_no_error(error);
    return parsed;
}

static Contact *
add_contact(Account *account, const char *address, const char *name, Availability availability, const char *status)
{
    g_autoptr(Jid) bare = jid(address);
    g_autoptr(Jid) full = jid_with_resource(bare, "phone", NULL);
    Contact *contact = roster_ensure(account_roster(account), bare);
    const char *const groups[] = { NULL };
    contact_set_item(contact, name, groups, CONTACT_BOTH, false);
    if (availability != AVAILABILITY_OFFLINE)
        contact_set_resource(contact, full, availability, 0, status, AT(0, 9, 0));
    return contact;
}

static Account *
add_account(Fixture *fixture, const char *name, const char *address)
{
    g_autoptr(Jid) bare = jid(address);
    Account *account = account_new(name, bare, fixture->bus);
    g_ptr_array_add(fixture->accounts, account);
    return account;
}

static void
set_up(Fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->bus = bus_new();
    fixture->accounts = g_ptr_array_new_with_free_func((GDestroyNotify) account_free);
    fixture->windows = windows_new();
    fixture->work = add_account(fixture, "work", "me@example.org");
    g_autoptr(Jid) full = jid("me@example.org/desk");
    account_set_state(fixture->work, ACCOUNT_ONLINE, full, NULL, 0);
    account_set_presence(fixture->work, AVAILABILITY_ONLINE, NULL, 0);
    add_contact(fixture->work, "alice@example.org", "alice", AVAILABILITY_ONLINE, "at the office");
    add_contact(fixture->work, "bob@example.org", NULL, AVAILABILITY_AWAY, NULL);
    add_contact(fixture->work, "carol@example.org", "Carol Danvers of Accounting", AVAILABILITY_DND, NULL);
    add_contact(fixture->work, "zoe@example.org", "Zoë", AVAILABILITY_OFFLINE, NULL);
    fixture->scene = (Scene) {
        .accounts = fixture->accounts,
        .windows = fixture->windows,
        .input = "",
        .time_format = "%H:%M",
        .now = AT(0, 10, 4),
        .roster_columns = 24,
        .occupants_columns = 18,
        .roster_offline = true,
    };
}

static void
tear_down(Fixture *fixture)
{
    windows_free(fixture->windows);
    g_ptr_array_unref(fixture->accounts);
    g_clear_pointer(&fixture->candidates, g_ptr_array_unref);
    bus_free(fixture->bus);
}

/* --- the screens --- */

static Conversation *
open_chat(Fixture *fixture, const char *address)
{
    g_autoptr(Jid) bare = jid(address);
    Conversation *conversation = account_ensure_conversation(fixture->work, bare, CONVERSATION_CHAT);
    windows_open(fixture->windows, conversation_serial(conversation));
    return conversation;
}

static Message *
say(Fixture *fixture, Conversation *conversation, MessageDirection direction, gint64 time, const char *body)
{
    const MessageInit init = {
        .direction = direction,
        .from = direction == MESSAGE_IN ? conversation_jid(conversation) : account_full_jid(fixture->work),
        .body = body,
        .time = time,
    };
    g_autoptr(Message) message = message_new(&init);
    conversation_append(conversation, message);
    lines_add_message(windows_by_serial(fixture->windows, conversation_serial(conversation))->lines, message, NULL);
    return message;
}

static void
say_out(Fixture *fixture, Conversation *conversation, gint64 time, const char *body, MessageState state,
        const char *reason)
{
    Message *message = say(fixture, conversation, MESSAGE_OUT, time, body);
    message->state = state;
    message->reason = g_strdup(reason);
}

static void
show(Fixture *fixture, Conversation *conversation)
{
    windows_select(fixture->windows, windows_by_serial(fixture->windows, conversation_serial(conversation)));
    conversation_mark_read(conversation);
}

static void
fill_console(Fixture *fixture)
{
    Lines *lines = windows_console(fixture->windows)->lines;
    Account *home = add_account(fixture, "home", "me@home.example");
    account_set_state(home, ACCOUNT_OFFLINE, NULL, "the server does not answer", AT(0, 10, 5));
    add_contact(home, "mother@home.example", "Mum", AVAILABILITY_OFFLINE, NULL);
    lines_add_text(lines, LINE_OUTPUT, AT(0, 10, 0),
                   "Welcome to confab. /help explains, /keys lists the keys, Tab completes, /quit leaves.");
    lines_add_text(lines, LINE_NOTICE, AT(0, 10, 0), "work: online as me@example.org/desk");
    lines_add_text(lines, LINE_WARNING, AT(0, 10, 3), "home: offline: the server does not answer");
    lines_add_text(lines, LINE_OUTPUT, AT(0, 10, 3), "window  name     unread\n1       console  0");
    lines_add_text(lines, LINE_ERROR, AT(0, 10, 4), "there is no command /nonsense: see /help, or write //… to say it");
    lines_add_text(lines, LINE_ALARM, AT(0, 10, 4), "home: the certificate of home.example is not the pinned one");
    fixture->scene.input = "/nonsense";
    fixture->scene.input_cursor = 9;
}

static void
fill_chat(Fixture *fixture)
{
    Conversation *chat = open_chat(fixture, "alice@example.org");
    say(fixture, chat, MESSAGE_IN, AT(-1, 23, 58), "see you tomorrow");
    say_out(fixture, chat, AT(0, 9, 30), "good morning", MESSAGE_DISPLAYED, NULL);
    say(fixture, chat, MESSAGE_IN, AT(0, 9, 31), "hello");
    say(fixture, chat, MESSAGE_IN, AT(0, 9, 31),
        "this one belongs to the same minute, and it is long enough that it must be wrapped somewhere");
    say(fixture, chat, MESSAGE_IN, AT(0, 9, 32), "/me waves");
    say_out(fixture, chat, AT(0, 9, 32), "/me waves back", MESSAGE_RECEIVED, NULL);
    say_out(fixture, chat, AT(0, 9, 33), "two\nlines", MESSAGE_RECEIVED, NULL);
    say_out(fixture, chat, AT(0, 9, 33), "not for you", MESSAGE_FAILED, "the recipient refuses messages");
    say_out(fixture, chat, AT(0, 9, 34), "at the server", MESSAGE_SENT, NULL);
    lines_add_text(windows_by_serial(fixture->windows, conversation_serial(chat))->lines, LINE_ERROR, AT(0, 9, 34),
                   "that did not work: try again");
    say_out(fixture, chat, AT(0, 9, 35), "on its way", MESSAGE_QUEUED, NULL);
    conversation_set_peer_typing(chat, true);
    Conversation *other = open_chat(fixture, "bob@example.org");
    say(fixture, other, MESSAGE_IN, AT(0, 9, 50), "one");
    say(fixture, other, MESSAGE_IN, AT(0, 9, 50), "two");
    windows_by_serial(fixture->windows, conversation_serial(other))->activity = ACTIVITY_MESSAGE;
    show(fixture, chat);
    fixture->scene.input = "and this";
    fixture->scene.input_cursor = 3;
}

/* Everything that makes cells hard, and all that must not get through (I12, I20). */
static void
fill_scripts(Fixture *fixture)
{
    Conversation *chat = open_chat(fixture, "stranger@example.net");
    static const char *const texts[] = {
        "日本語のテキストと ｆｕｌｌ width",
        "e\xcc\x81 o\xcc\x88\xcc\xa3 g\xcc\x83: marks stay with their letter",
        "family 👨‍👩‍👧‍👦, flags 🇩🇪🇫🇷, thumb 👍🏽, heart ❤️, key 1️⃣ end",
        "مرحبا بالعالم and שלום עולם",
        "\033]0;owned\007\033[2J\033[31mred\033[m",
        "c1 \xc2\x9b"
        "31m, bidi \xe2\x80\xae"
        "gpj.exe\xe2\x80\xac, isolate \xe2\x81\xa6x\xe2\x81\xa9",
        "back\x08\x08\x7f tab\there\rcarriage\vvertical %s %n",
        "नमस्ते ไทย 한국어",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        say(fixture, chat, MESSAGE_IN, AT(0, 10, (int) i), texts[i]);
    show(fixture, chat);
    fixture->scene.input = "żółw 👨‍👩‍👧 日本 \t\x01.";
    fixture->scene.input_cursor = strlen(fixture->scene.input);
}

static bool
is_second(const Message *message, gpointer data)
{
    return g_str_equal(message->body, "the second");
}

/* A page from the store came in front; something is missing, something was corrected. */
static void
fill_past(Fixture *fixture)
{
    Conversation *chat = open_chat(fixture, "alice@example.org");
    Lines *lines = windows_by_serial(fixture->windows, conversation_serial(chat))->lines;
    Message *corrected = say(fixture, chat, MESSAGE_IN, AT(0, 9, 0), "the thrid");
    say_out(fixture, chat, AT(0, 9, 1), "was lost", MESSAGE_FAILED, "the server is gone: /resend sends it");
    say(fixture, chat, MESSAGE_IN, AT(0, 9, 2), "not read yet");
    g_autoptr(Message) first = message_new(
        &(MessageInit) { .direction = MESSAGE_IN, .from = conversation_jid(chat), .body = "the first", .time = AT(-2, 9, 0) });
    g_autoptr(Message) second = message_new(&(MessageInit) {
        .direction = MESSAGE_OUT, .state = MESSAGE_DISPLAYED, .body = "the second", .time = AT(-1, 9, 0) });
    lines_prepend(lines, (Message *const[]) { first, second }, 2);
    lines_set_past(lines, "older messages are being fetched");
    lines_set_gaps(lines, is_second, NULL);
    message_edit(corrected, "the third", AT(0, 9, 5), "e");
    lines_message_edited(lines, corrected);
    show(fixture, chat);
    guint64 number = 0;
    lines_find(lines, conversation_message_at(chat, 2), &number);
    lines_set_unread_mark(lines, number);
}

/* --- encryption --- */

static Message *
say_otr(Fixture *fixture, Conversation *conversation, MessageDirection direction, gint64 time, const char *body,
        const char *trust)
{
    const MessageInit init = {
        .direction = direction,
        .from = direction == MESSAGE_IN ? conversation_jid(conversation) : account_full_jid(fixture->work),
        .body = body,
        .time = time,
        .encryption = "otr",
        .trust = trust,
        .state = trust ? MESSAGE_RECEIVED : MESSAGE_QUEUED,
    };
    g_autoptr(Message) message = message_new(&init);
    conversation_append(conversation, message);
    lines_add_message(windows_by_serial(fixture->windows, conversation_serial(conversation))->lines, message, NULL);
    return message;
}

static void
set_encryption(Conversation *conversation, const char *intent, EncryptionState state, const char *trust)
{
    conversation_set_intent(conversation, intent);
    conversation_set_encryption(conversation, &(ConversationEncryption) {
        .state = state, .provider = state == ENCRYPTION_OFF ? NULL : "otr", .trust = trust });
}

/* What the window says about the change. */
static void
tell(Fixture *fixture, Conversation *conversation, gint64 time)
{
    Window *window = windows_by_serial(fixture->windows, conversation_serial(conversation));
    LineKind kind = LINE_NOTICE;
    g_autofree char *words = encryption_words_changed(&window->told, conversation, &kind);
    if (words)
        lines_add_text(window->lines, kind, time, words);
}

static void
tell_verification(Fixture *fixture, Conversation *conversation, gint64 time, VerificationState state,
                  const char *question)
{
    LineKind kind = LINE_NOTICE;
    g_autofree char *words = encryption_words_verification(conversation, state, question, &kind);
    lines_add_text(windows_by_serial(fixture->windows, conversation_serial(conversation))->lines, kind, time, words);
}

/* Every mark, in the order in which they come about. */
static void
fill_encrypted(Fixture *fixture)
{
    Conversation *chat = open_chat(fixture, "alice@example.org");
    Lines *lines = windows_by_serial(fixture->windows, conversation_serial(chat))->lines;
    say(fixture, chat, MESSAGE_IN, AT(0, 9, 29), "is this safe?");
    say_out(fixture, chat, AT(0, 9, 30), "no: in the clear, as it always was", MESSAGE_DISPLAYED, NULL);
    set_encryption(chat, "otr", ENCRYPTION_ON, "untrusted");
    tell(fixture, chat, AT(0, 9, 31));
    say_otr(fixture, chat, MESSAGE_OUT, AT(0, 9, 31), "now nobody reads along", "untrusted");
    say_otr(fixture, chat, MESSAGE_IN, AT(0, 9, 31), "but who are you?", "untrusted");
    tell_verification(fixture, chat, AT(0, 9, 32), VERIFICATION_ASKED, "where did we meet?");
    tell_verification(fixture, chat, AT(0, 9, 33), VERIFICATION_SUCCEEDED, NULL);
    set_encryption(chat, "otr", ENCRYPTION_ON, "verified");
    tell(fixture, chat, AT(0, 9, 33));
    say_otr(fixture, chat, MESSAGE_IN, AT(0, 9, 34), "it is you, and this is long enough to be wrapped on any terminal at all",
            "verified");
    say_otr(fixture, chat, MESSAGE_OUT, AT(0, 9, 34), "/me nods", "verified");
    say_otr(fixture, chat, MESSAGE_IN, AT(0, 9, 35), "A message could not be read: it was meant for another session. /otr refresh",
            "unreadable");
    say(fixture, chat, MESSAGE_IN, AT(0, 9, 36), "= in the clear, with a forged mark\n= and one more");
    lines_set_wanted(lines, lines_end(lines) - 1, true);
    say_otr(fixture, chat, MESSAGE_OUT, AT(0, 9, 36), "not encrypted yet", NULL);
    show(fixture, chat);
    fixture->scene.input = "and this";
    fixture->scene.input_cursor = 8;
}

/* A key that nobody knows, a comparison that fails, and an end: nothing leaves any more. */
static void
fill_locked(Fixture *fixture)
{
    Conversation *chat = open_chat(fixture, "alice@example.org");
    Window *window = windows_by_serial(fixture->windows, conversation_serial(chat));
    set_encryption(chat, "otr", ENCRYPTION_ON, "verified");
    tell(fixture, chat, AT(0, 9, 30));
    say_otr(fixture, chat, MESSAGE_IN, AT(0, 9, 30), "hello", "verified");
    g_autofree char *words = encryption_words_new_key(chat, "0123456789abcdef0123456789abcdef01234567");
    lines_add_text(window->lines, LINE_ALARM, AT(0, 9, 31), words);
    set_encryption(chat, "otr", ENCRYPTION_ON, "untrusted");
    tell(fixture, chat, AT(0, 9, 31));
    tell_verification(fixture, chat, AT(0, 9, 32), VERIFICATION_FAILED, NULL);
    set_encryption(chat, "otr", ENCRYPTION_ENDED, NULL);
    tell(fixture, chat, AT(0, 9, 33));
    Message *lost = say_otr(fixture, chat, MESSAGE_OUT, AT(0, 9, 34), "wait!", NULL);
    message_advance(lost, MESSAGE_FAILED, "alice has ended OTR: /otr start or /otr end, then say it again");
    show(fixture, chat);
    fixture->scene.input = "wait!";
    fixture->scene.input_cursor = 5;
}

/* Encryption is wanted, but there is none yet. */
static void
fill_waiting(Fixture *fixture)
{
    Conversation *chat = open_chat(fixture, "alice@example.org");
    set_encryption(chat, "otr", ENCRYPTION_OFF, NULL);
    say_otr(fixture, chat, MESSAGE_OUT, AT(0, 9, 30), "as soon as it can be", NULL);
    show(fixture, chat);
}

static void
fill_starting(Fixture *fixture)
{
    fill_waiting(fixture);
    set_encryption(scene_conversation(&fixture->scene), "otr", ENCRYPTION_STARTING, NULL);
}

static void
fill_unverified(Fixture *fixture)
{
    fill_waiting(fixture);
    Conversation *chat = scene_conversation(&fixture->scene);
    set_encryption(chat, "otr", ENCRYPTION_ON, "untrusted");
    tell(fixture, chat, AT(0, 9, 31));
    fixture->scene.input_mode = "insert";
}

static void
fill_scrolled(Fixture *fixture)
{
    Conversation *chat = open_chat(fixture, "alice@example.org");
    for (int i = 0; i < 60; i++) {
        g_autofree char *body = g_strdup_printf("message %d", i);
        say(fixture, chat, MESSAGE_IN, AT(0, 8, i), body);
    }
    show(fixture, chat);
    Window *window = windows_current(fixture->windows);
    g_autofree char *label = NULL;
    const LinesLook look = scene_look(&fixture->scene, 80, &label);
    window_scroll(window, -30, &look, 5);
    say(fixture, chat, MESSAGE_IN, AT(0, 10, 0), "this came later");
    for (int i = 0; i < 9; i++) {
        g_autofree char *address = g_strdup_printf("friend%d@example.org", i);
        open_chat(fixture, address);
    }
}

static void
fill_completion(Fixture *fixture)
{
    static const char *const words[] = {
        "/account", "/alias", "/approve", "/all", "/afar", "/an\033[31mod", "/a-rather-long-word-that-takes-room"
    };
    fill_chat(fixture);
    fixture->candidates = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(fixture->candidates, (gpointer) words[i]);
    fixture->scene.candidates = fixture->candidates;
    fixture->scene.input = "/a";
    fixture->scene.input_cursor = 2;
}

static void
fill_writing(Fixture *fixture)
{
    fill_chat(fixture);
    fixture->scene.input =
        "The first line, which is long enough to need a second row even on a wide terminal.\nanother\n\nand the last";
    fixture->scene.input_cursor = strlen(fixture->scene.input);
}

static void
fill_question(Fixture *fixture)
{
    fill_chat(fixture);
    fixture->scene.secret_prompt = "Password of me@example.org (not shown; Ctrl-c: none): ";
}

static void
fill_panel(Fixture *fixture)
{
    fill_chat(fixture);
    fixture->scene.roster_mode = PANEL_SHOWN;
    for (int i = 0; i < 40; i++) {
        g_autofree char *address = g_strdup_printf("colleague%02d@example.org", i);
        add_contact(fixture->work, address, NULL, i % 3 ? AVAILABILITY_OFFLINE : AVAILABILITY_CHAT, NULL);
    }
}

static void
fill_bare(Fixture *fixture)
{
    fill_chat(fixture);
    fixture->scene.bare = true;
}

/* --- rooms --- */

static Conversation *
open_room(Fixture *fixture)
{
    g_autoptr(Jid) bare = jid("garden@rooms.example.org");
    Conversation *conversation = account_ensure_conversation(fixture->work, bare, CONVERSATION_ROOM);
    Room *room = conversation_room(conversation);
    windows_open(fixture->windows, conversation_serial(conversation));
    room_set_state(room, ROOM_JOINED, "me", NULL, 0);
    room_set_subject(room, "Roses, and what eats them", "Bob");
    return conversation;
}

static void
add_occupant(Conversation *conversation, const char *nick, OccupantRole role, OccupantAffiliation affiliation,
             Availability availability)
{
    room_put(conversation_room(conversation), &(OccupantInit) {
                                                  .nick = nick,
                                                  .role = role,
                                                  .affiliation = affiliation,
                                                  .availability = availability,
                                                  .is_self = strcmp(nick, "me") == 0,
                                                  .since = AT(0, 9, 0),
                                              });
}

static Message *
say_as(Fixture *fixture, Conversation *conversation, const char *nick, gint64 time, const char *body)
{
    g_autoptr(Jid) from = jid_with_resource(conversation_jid(conversation), nick, NULL);
    const bool mine = strcmp(nick, "me") == 0;
    const MessageInit init = {
        .direction = mine ? MESSAGE_OUT : MESSAGE_IN,
        .from = from,
        .body = body,
        .time = time,
        .state = MESSAGE_RECEIVED,
    };
    g_autoptr(Message) message = message_new(&init);
    conversation_append(conversation, message);
    lines_add_message(windows_by_serial(fixture->windows, conversation_serial(conversation))->lines, message, NULL);
    return message;
}

/* Nicks are opaque; what is said about messages stands with them. */
static void
fill_room(Fixture *fixture)
{
    Conversation *room = open_room(fixture);
    add_occupant(room, "Bob", ROLE_MODERATOR, AFFILIATION_OWNER, AVAILABILITY_ONLINE);
    add_occupant(room, "me", ROLE_PARTICIPANT, AFFILIATION_MEMBER, AVAILABILITY_ONLINE);
    add_occupant(room, "Carl the Great of Aachen", ROLE_PARTICIPANT, AFFILIATION_NONE, AVAILABILITY_AWAY);
    add_occupant(room, "דנה", ROLE_PARTICIPANT, AFFILIATION_NONE, AVAILABILITY_ONLINE);
    add_occupant(room, "😀", ROLE_VISITOR, AFFILIATION_NONE, AVAILABILITY_DND);
    say_as(fixture, room, "Bob", AT(0, 9, 58), "good morning");
    say_as(fixture, room, "Bob", AT(0, 9, 58), "who has watered the roses?");
    say_as(fixture, room, "Carl the Great of Aachen", AT(0, 9, 59), "/me has");
    say_as(fixture, room, "😀", AT(0, 9, 59), "me, too");
    Message *answer = say_as(fixture, room, "me", AT(0, 10, 0), "thank you both");
    message_set_reply(answer, "a1", "Bob", "who has watered the roses?");
    message_add_reaction(answer, "👍", "Bob", false);
    message_add_reaction(answer, "👍", "דנה", false);
    message_add_reaction(answer, "🌹", "😀", false);
    Message *gone = say_as(fixture, room, "דנה", AT(0, 10, 1), "");
    message_retract(gone, AT(0, 10, 2), "Bob", "rude");
    show(fixture, room);
}

/* What was typed stays; nothing can be said. */
static void
fill_room_out(Fixture *fixture)
{
    const OccupantLeave how = { LEFT_KICKED, "Bob", "enough" };
    Conversation *room = open_room(fixture);
    say_as(fixture, room, "Bob", AT(0, 9, 58), "good morning");
    room_expel(conversation_room(room), &how, ROOM_OUT, "you were kicked by Bob: enough", 0);
    fixture->scene.input = "half a sentence";
    fixture->scene.input_cursor = 15;
    show(fixture, room);
}

static const struct {
    const char *name;
    void (*fill)(Fixture *fixture);
} screens[] = {
    { "bare", fill_bare },       { "chat", fill_chat },         { "completion", fill_completion },
    { "console", fill_console }, { "encrypted", fill_encrypted },
    { "locked", fill_locked },   { "panel", fill_panel },       { "past", fill_past },
    { "question", fill_question },
    { "room", fill_room },       { "room-out", fill_room_out },
    { "scripts", fill_scripts }, { "scrolled", fill_scrolled }, { "starting", fill_starting },
    { "unverified", fill_unverified }, { "waiting", fill_waiting }, { "writing", fill_writing },
};

/* --- comparing --- */

static void
compare(const char *name, const char *text)
{
    g_autofree char *file = g_strconcat(name, ".txt", NULL);
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "golden", file, NULL);
    g_autofree char *expected = NULL;
    g_autoptr(GError) error = NULL;
    if (g_strcmp0(g_getenv("CONFAB_GOLDEN"), "write") == 0) {
        g_assert_true(g_file_set_contents(path, text, -1, &error));
        return;
    }
    g_assert_true(g_file_get_contents(path, &expected, NULL, &error));
    if (strcmp(expected, text) != 0)
        g_test_message("%s is drawn as\n%s", file, text);
    g_assert_cmpstr(text, ==, expected);
}

static Canvas *
draw(Fixture *fixture, int rows, int columns)
{
    Canvas *canvas = canvas_new(rows, columns);
    Layout layout = { 0 };
    screen_draw(&fixture->scene, canvas, &layout, DAMAGE_ALL);
    return canvas;
}

/* The rows between bars, and where the cursor is. */
static char *
dump(const Canvas *canvas)
{
    GString *text = g_string_new(NULL);
    int row = 0, column = 0;
    for (int i = 0; i < canvas_rows(canvas); i++) {
        g_autofree char *line = canvas_row_text(canvas, i);
        g_string_append_printf(text, "|%s\n", line);
    }
    canvas_cursor(canvas, &row, &column);
    g_string_append_printf(text, "cursor %d,%d\n", row, column);
    return g_string_free(text, FALSE);
}

static void
test_screen(gconstpointer data)
{
    static const int sizes[][2] = { { 24, 80 }, { 10, 40 }, { 5, 20 } };
    const guint index = GPOINTER_TO_UINT(data);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        Fixture fixture;
        set_up(&fixture);
        screens[index].fill(&fixture);
        g_autoptr(Canvas) canvas = draw(&fixture, sizes[i][0], sizes[i][1]);
        g_autofree char *text = dump(canvas);
        g_autofree char *name = g_strdup_printf("%s-%dx%d", screens[index].name, sizes[i][1], sizes[i][0]);
        compare(name, text);
        tear_down(&fixture);
    }
}

/* I5, I9: no size is too small or too large. */
static void
test_every_size(void)
{
    static const int rows[] = { 1, 2, 3, 4, 5, 6, 9, 60 }, columns[] = { 1, 2, 3, 5, 8, 13, 21, 34, 55, 300 };
    for (guint screen = 0; screen < G_N_ELEMENTS(screens); screen++) {
        Fixture fixture;
        set_up(&fixture);
        screens[screen].fill(&fixture);
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
            for (guint j = 0; j < G_N_ELEMENTS(columns); j++) {
                g_autoptr(Canvas) canvas = draw(&fixture, rows[i], columns[j]);
                g_autofree char *text = dump(canvas);
                g_assert_true(g_utf8_validate(text, -1, NULL));
            }
        }
        tear_down(&fixture);
    }
}

/* The very bytes for a terminal, escaped: item 6. That they give these cells is shown by /tui/painter. */
static void
test_bytes(void)
{
    static const TermCaps caps = { .erase_line = true,
                                   .erase_characters = true,
                                   .scroll_region = true,
                                   .save_cursor = true,
                                   .colour_erase = true,
                                   .no_wrap = true,
                                   .dim = true,
                                   .italic = true,
                                   .colours = COLOURS_256 };
    Fixture fixture;
    set_up(&fixture);
    fill_scripts(&fixture);
    g_autoptr(Canvas) canvas = draw(&fixture, 24, 80);
    g_autoptr(Painter) painter = painter_new(&caps);
    g_autoptr(Theme) theme = theme_new_builtin(COLOURS_256);
    g_autoptr(GString) out = g_string_new(NULL);
    painter_paint(painter, canvas, theme, out);
    g_autofree char *escaped = g_strescape(out->str, NULL);
    g_autoptr(GString) lines = g_string_new(NULL);
    for (const char *at = escaped; *at; at++) {
        if (g_str_has_prefix(at, "\\033") && lines->len > 0)
            g_string_append_c(lines, '\n');
        g_string_append_c(lines, *at);
    }
    g_string_append_c(lines, '\n');
    compare("scripts-bytes", lines->str);
    tear_down(&fixture);
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(screens); i++) {
        g_autofree char *path = g_strconcat("/golden/", screens[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_screen);
    }
    g_test_add_func("/golden/every-size", test_every_size);
    g_test_add_func("/golden/bytes", test_bytes);
    return g_test_run();
}
