/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include "tui/window.h"

#define MINUTE (60 * (gint64) G_USEC_PER_SEC)
#define NOON (G_GINT64_CONSTANT(20779) * 86400 * G_USEC_PER_SEC + 12 * 60 * MINUTE)

#define AT(number) (LINES_FIRST_NUMBER + (guint64) (number))

static const LinesLook wide = {
    .columns = 60, .me = "me", .self = "juliet", .peer = "alice", .time_format = "%H:%M", .time_columns = 5
};
static const LinesLook narrow = {
    .columns = 20, .me = "me", .self = "juliet", .peer = "alice", .time_format = "%H:%M", .time_columns = 5
};

static Message *
make(MessageDirection direction, gint64 time, const char *body)
{
    g_autoptr(Jid) from = jid_new(direction == MESSAGE_IN ? "alice@example.org" : "me@example.org", NULL);
    return message_new(&(MessageInit) { .direction = direction, .from = from, .body = body, .time = time });
}

static guint64
add(Lines *lines, MessageDirection direction, gint64 time, const char *body)
{
    g_autoptr(Message) message = make(direction, time, body);
    return lines_add_message(lines, message, NULL);
}

static void
add_numbered(Lines *lines, int from, int to)
{
    for (int i = from; i < to; i++) {
        g_autofree char *body = g_strdup_printf("message %d", i);
        add(lines, MESSAGE_IN, NOON + i * MINUTE, body);
    }
}

/* All rows of an entry, joined by line feeds. */
static char *
draw(Lines *lines, guint64 number, const LinesLook *look)
{
    const int rows = lines_rows(lines, number, look);
    g_autoptr(Canvas) canvas = canvas_new(rows, look->columns);
    GString *text = g_string_new(NULL);
    for (int row = 0; row < rows; row++) {
        lines_draw(lines, number, row, look, canvas, (Area) { row, 0, 1, look->columns });
        g_autofree char *line = canvas_row_text(canvas, row);
        g_string_append_printf(text, "%s%s", row ? "\n" : "", line);
    }
    return g_string_free(text, FALSE);
}

static void
assert_drawn(Lines *lines, guint64 number, const LinesLook *look, const char *expected)
{
    g_autofree char *text = draw(lines, number, look);
    g_assert_cmpstr(text, ==, expected);
}

#define RULE_60 "── Sunday, 22 November 2026 ────────────────────────────────"

static void
test_groups_and_rules(void)
{
    g_autoptr(Lines) lines = lines_new();
    add(lines, MESSAGE_IN, NOON, "one");
    add(lines, MESSAGE_IN, NOON + 1000, "two");
    add(lines, MESSAGE_OUT, NOON + 2000, "three");
    add(lines, MESSAGE_OUT, NOON + MINUTE, "four");
    add(lines, MESSAGE_IN, NOON + 24 * 60 * MINUTE, "tomorrow");
    assert_drawn(lines, AT(0), &wide, RULE_60 "\n12:00 alice  one");
    assert_drawn(lines, AT(1), &wide, "             two");
    assert_drawn(lines, AT(2), &wide, "12:00 me     three                                        …");
    assert_drawn(lines, AT(3), &wide, "12:01 me     four                                         …");
    lines_set_unread_mark(lines, AT(1));
    assert_drawn(lines, AT(1), &wide, "── new ─────────────────────────────────────────────────────\n12:00 alice  two");
    g_autofree char *text = draw(lines, AT(4), &wide);
    g_assert_true(g_str_has_prefix(text, "── Monday, 23 November 2026 ─"));
}

/* A page is never without a name on it. */
static void
test_groups_end(void)
{
    g_autoptr(Lines) lines = lines_new();
    guint headers = 0;
    for (int i = 0; i < 80; i++) {
        const guint64 number = add(lines, MESSAGE_IN, NOON + i, "x");
        g_autofree char *text = draw(lines, number, &wide);
        headers += strstr(text, "alice") != NULL;
    }
    g_assert_cmpuint(headers, ==, 80 / LINES_GROUP_MAX);
}

static void
test_wraps_for_the_width(void)
{
    g_autoptr(Lines) lines = lines_new();
    add(lines, MESSAGE_IN, NOON, "first");
    add(lines, MESSAGE_OUT, NOON, "a few words that must be wrapped here");
    assert_drawn(lines, AT(1), &narrow, "me a few words\n that must be\n wrapped here     …");
    assert_drawn(lines, AT(1), &wide, "12:00 me     a few words that must be wrapped here        …");
    assert_drawn(lines, AT(1), &narrow, "me a few words\n that must be\n wrapped here     …");
}

static void
test_failure_says_why(void)
{
    g_autoptr(Lines) lines = lines_new();
    add(lines, MESSAGE_IN, NOON, "first");
    g_autoptr(Message) message = make(MESSAGE_OUT, NOON, "no");
    const guint64 number = lines_add_message(lines, message, NULL);
    const int before = lines_rows(lines, number, &wide);
    message->state = MESSAGE_FAILED;
    message->reason = g_strdup("refused\033[31m");
    g_assert_cmpint(lines_rows(lines, number, &wide), ==, before + 1);
    assert_drawn(lines, number, &wide,
                 "12:00 me     no                                           ✗\n             refused^[[31m: /resend tries again");
}

/* What was held back says why and what to do, however long that is. */
static void
test_failure_is_said_in_full(void)
{
    g_autoptr(Lines) lines = lines_new();
    g_autoptr(Jid) from = jid_new("me@example.org", NULL);
    add(lines, MESSAGE_OUT, NOON, "first");
    g_autoptr(Message) message = message_new(&(MessageInit) {
        .direction = MESSAGE_OUT, .from = from, .body = "no", .time = NOON, .encryption = "otr" });
    const guint64 number = lines_add_message(lines, message, NULL);
    message_advance(message, MESSAGE_FAILED, "alice has ended the session: nothing was sent; /otr start begins anew");
    assert_drawn(lines, number, &narrow,
                 " no               ✗\n alice has ended the\n session: nothing\n was sent; /otr\n start begins anew");
    g_free(message->reason);
    message->reason = g_strnfill(1000, 'x');
    g_assert_cmpint(lines_rows(lines, number, &narrow), ==, 7);
    g_autofree char *text = draw(lines, number, &narrow);
    g_assert_true(g_str_has_suffix(text, "…"));
}

/* I9, I12 */
static void
test_hostile_bodies(void)
{
    g_autoptr(Lines) lines = lines_new();
    g_autofree char *feeds = g_strnfill(1024 * 1024, '\n');
    g_autofree char *word = g_strnfill(1024 * 1024, 'w');
    g_autoptr(GString) marks = g_string_new("a");
    while (marks->len < 1024 * 1024)
        g_string_append(marks, "\xcc\x81");
    const char *const bodies[] = { feeds,
                                   word,
                                   marks->str,
                                   "",
                                   "\n",
                                   "日",
                                   "\033[2J",
                                   "👨‍👩‍👧",
                                   "\xe2\x80\xae"
                                   "x",
                                   " ",
                                   "     \n   " };
    for (guint i = 0; i < G_N_ELEMENTS(bodies); i++)
        add(lines, MESSAGE_IN, NOON, bodies[i]);
    for (int columns = 1; columns < 70; columns += 7) {
        const LinesLook look = {
            .columns = columns, .me = "me", .self = "juliet", .peer = "alice", .time_format = "%H:%M", .time_columns = 5
        };
        for (guint64 number = AT(0); number < AT(G_N_ELEMENTS(bodies)); number++) {
            const int rows = lines_rows(lines, number, &look);
            g_assert_cmpint(rows, >=, 1);
            g_assert_cmpint(rows, <=, LINES_ROWS_MAX + 3);
            g_autoptr(Canvas) canvas = canvas_new(1, columns);
            lines_draw(lines, number, 0, &look, canvas, canvas_area(canvas));
            lines_draw(lines, number, rows - 1, &look, canvas, canvas_area(canvas));
        }
    }
    assert_drawn(lines, AT(6), &wide, "             ^[[2J");
}

static void
assert_folded(Lines *lines, guint64 number, int columns, const char *expected)
{
    assert_drawn(lines, number, &(LinesLook) { .columns = columns, .me = "me", .time_format = "%H:%M" }, expected);
}

static void
test_tables_are_folded_in_their_last_column(void)
{
    g_autoptr(Lines) lines = lines_new();
    lines_add_text(lines, LINE_OUTPUT, NOON, "the day rule stands before this");
    lines_add_row(lines, NOON, "/tls pin      Accept this certificate, and no other from now on.", 14);
    lines_add_row(lines, NOON, "/connect [ACCOUNT]  Connect an account; an address becomes one.", 14);
    lines_add_row(lines, NOON, "/tls          Show it.", 14);
    lines_add_row(lines, NOON, "account     Accounts", 40);
    assert_folded(lines, AT(1), 52, "/tls pin      Accept this certificate, and no other\n              from now on.");
    assert_folded(lines, AT(2), 52, "/connect [ACCOUNT]  Connect an account; an address\n              becomes one.");
    /* Too narrow for two columns: one below the other, unless all of it fits. */
    assert_folded(lines, AT(1), 36, "/tls pin\n    Accept this certificate, and no\n    other from now on.");
    assert_folded(lines, AT(2), 36, "/connect [ACCOUNT]  Connect an\n    account; an address becomes one.");
    assert_folded(lines, AT(3), 36, "/tls          Show it.");
    assert_folded(lines, AT(4), 36, "account     Accounts");
    for (int columns = 1; columns < 30; columns++) {
        for (guint64 number = AT(1); number < AT(5); number++)
            g_free(draw(lines, number, &(LinesLook) { .columns = columns, .me = "me", .time_format = "%H:%M" }));
    }
}

/* A page of the past comes in front: what is there keeps its number and its place on the screen. */
static void
test_pages_of_the_past(void)
{
    g_autoptr(Lines) lines = lines_new();
    lines_prepend(lines, NULL, 0);
    g_assert_cmpuint(lines_first(lines), ==, lines_end(lines));
    g_autoptr(Message) one = make(MESSAGE_IN, NOON - 24 * 60 * MINUTE, "one");
    g_autoptr(Message) two = make(MESSAGE_IN, NOON, "two");
    const guint64 number = add(lines, MESSAGE_IN, NOON, "three");
    lines_add_text(lines, LINE_OUTPUT, NOON, "said by the program");
    assert_drawn(lines, number, &wide, RULE_60 "\n12:00 alice  three");
    lines_set_past(lines, "more");
    lines_prepend(lines, (Message *const[]) { one, two }, 2);
    g_assert_true(lines_first_message(lines) == one);
    g_assert_cmpuint(lines_first(lines), ==, number - 2);
    g_assert_cmpint(lines_rows(lines, number - 2, &wide), ==, 3); /* what is before, the day, the text */
    g_assert_cmpint(lines_rows(lines, number, &wide), ==, 1);
    lines_set_past(lines, NULL);
    g_assert_cmpint(lines_rows(lines, number - 2, &wide), ==, 2);
    message_edit(two, "zwei", NOON, "e");
    lines_message_edited(lines, two);
    assert_drawn(lines, number - 1, &wide, RULE_60 "\n12:00 alice  zwei (edited)");
    lines_trim(lines, 2);
    g_assert_cmpuint(lines_first(lines), ==, number);
    guint64 found;
    g_assert_false(lines_find(lines, two, &found));
}

/* --- encryption --- */

static guint64
add_sealed(Lines *lines, MessageDirection direction, const char *trust, const Message *before)
{
    g_autoptr(Jid) from = jid_new(direction == MESSAGE_IN ? "alice@example.org" : "me@example.org", NULL);
    g_autoptr(Message) message = message_new(&(MessageInit) { .direction = direction,
                                                              .from = from,
                                                              .body = "sealed",
                                                              .time = NOON,
                                                              .encryption = "otr",
                                                              .trust = trust,
                                                              .state = trust ? MESSAGE_SENT : MESSAGE_QUEUED });
    return lines_add_message(lines, message, before);
}

/* The sign in the column of marks: right before the text, which begins with a word. */
static char
mark_of(Lines *lines, guint64 number)
{
    g_autofree char *text = draw(lines, number, &wide);
    const char *body = strstr(text, " sealed");
    body = body ? body : strstr(text, " clear");
    g_assert(body != NULL);
    return body != NULL && body > text ? body[-1] : '?';
}

static void
test_marks_of_encryption(void)
{
    g_autoptr(Lines) lines = lines_new();
    add(lines, MESSAGE_IN, NOON, "clear");
    assert_drawn(lines, AT(0), &wide, RULE_60 "\n12:00 alice  clear");
    const guint64 waiting = add_sealed(lines, MESSAGE_OUT, NULL, NULL);
    assert_drawn(lines, waiting, &wide, "12:00 me     sealed                                       …");
    const guint64 verified = add_sealed(lines, MESSAGE_IN, "verified", NULL);
    const guint64 compared_by_nobody = add_sealed(lines, MESSAGE_IN, "untrusted", NULL);
    const guint64 first_use = add_sealed(lines, MESSAGE_OUT, "trusted", NULL);
    const guint64 unreadable = add_sealed(lines, MESSAGE_IN, "unreadable", NULL);
    g_assert_cmpint(mark_of(lines, AT(0)), ==, ' ');
    g_assert_cmpint(mark_of(lines, waiting), ==, ' ');
    g_assert_cmpint(mark_of(lines, verified), ==, '=');
    g_assert_cmpint(mark_of(lines, compared_by_nobody), ==, '~');
    g_assert_cmpint(mark_of(lines, first_use), ==, '~');
    g_assert_cmpint(mark_of(lines, unreadable), ==, '?');
    assert_drawn(lines, verified, &wide, "12:00 alice = sealed");
    assert_drawn(lines, verified, &narrow, "alice = sealed");
    assert_drawn(lines, compared_by_nobody, &narrow, "~ sealed");
}

/* A mark has a column of its own: nothing that a peer writes gets there (I20). */
static void
test_marks_cannot_be_forged(void)
{
    g_autoptr(Lines) lines = lines_new();
    add_sealed(lines, MESSAGE_IN, "verified", NULL);
    const guint64 forged = add(lines, MESSAGE_IN, NOON, "= forged\n= and again, long enough to be wrapped = = = =");
    lines_set_wanted(lines, forged, true);
    for (int columns = 8; columns < 70; columns++) {
        LinesLook look = wide;
        look.columns = columns;
        g_autofree char *text = draw(lines, forged, &look);
        g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
        const char *first = strchr(rows[0], '!');
        g_assert_nonnull(first);
        const glong column = first - rows[0];
        g_assert_cmpint(rows[0][column + 1], ==, ' ');
        for (guint i = 1; rows[i]; i++) {
            for (glong j = 0; j <= column && rows[i][j]; j++)
                g_assert_cmpint(rows[i][j], ==, ' ');
        }
    }
}

/* What is in the clear stands out once there was encryption, until something of ours left in the clear. */
static void
test_clear_ones_are_judged_by_what_is_before(void)
{
    g_autoptr(Lines) lines = lines_new();
    const guint64 early = add(lines, MESSAGE_IN, NOON, "clear");
    add_sealed(lines, MESSAGE_IN, "verified", NULL);
    const guint64 after = add(lines, MESSAGE_IN, NOON, "clear");
    g_autoptr(Message) failed = make(MESSAGE_OUT, NOON, "clear");
    message_advance(failed, MESSAGE_FAILED, "no");
    const guint64 not_left = lines_add_message(lines, failed, NULL);
    const guint64 still = add(lines, MESSAGE_IN, NOON, "clear");
    g_autoptr(Message) ours = make(MESSAGE_OUT, NOON, "clear");
    message_advance(ours, MESSAGE_SENT, NULL);
    lines_add_message(lines, ours, NULL);
    const guint64 ended = add(lines, MESSAGE_IN, NOON, "clear");
    g_assert_cmpint(mark_of(lines, early), ==, ' ');
    g_assert_cmpint(mark_of(lines, after), ==, '!');
    g_assert_cmpint(mark_of(lines, not_left), ==, ' ');
    g_assert_cmpint(mark_of(lines, still), ==, '!');
    g_assert_cmpint(mark_of(lines, ended), ==, ' ');
    /* What is known is better than what can be judged. */
    lines_set_wanted(lines, ended, true);
    lines_set_wanted(lines, after, false);
    g_assert_cmpint(mark_of(lines, ended), ==, '!');
    g_assert_cmpint(mark_of(lines, after), ==, ' ');
}

/* A page in front, or a late message between, changes what those behind it look like. */
static void
test_clear_ones_are_judged_again(void)
{
    g_autoptr(Lines) lines = lines_new();
    g_autoptr(Message) message = make(MESSAGE_IN, NOON, "clear");
    lines_add_message(lines, message, NULL);
    const guint64 known = add(lines, MESSAGE_IN, NOON, "clear");
    lines_set_wanted(lines, known, false);
    g_autoptr(Message) sealed = message_new(
        &(MessageInit) { .direction = MESSAGE_IN, .body = "sealed", .time = NOON, .encryption = "otr", .trust = "verified" });
    g_autoptr(Message) old = make(MESSAGE_IN, NOON, "clear");
    lines_prepend(lines, (Message *const[]) { sealed, old }, 2);
    g_assert_cmpint(mark_of(lines, lines_first(lines) + 1), ==, '!');
    g_assert_cmpint(mark_of(lines, AT(0)), ==, '!');
    g_assert_cmpint(mark_of(lines, AT(1)), ==, ' ');

    g_autoptr(Lines) others = lines_new();
    lines_add_message(others, message, NULL);
    const guint64 late = add_sealed(others, MESSAGE_IN, "untrusted", message);
    g_assert_cmpint(mark_of(others, late), ==, '~');
    g_assert_cmpint(mark_of(others, late + 1), ==, '!');
}

/* A message that waited was encrypted, then it was lost. */
static void
test_changes_are_noted(void)
{
    g_autoptr(Lines) lines = lines_new();
    g_autoptr(Message) message = make(MESSAGE_OUT, NOON, "clear");
    const guint64 number = lines_add_message(lines, message, NULL);
    message_advance(message, MESSAGE_SENT, NULL);
    g_free(message->encryption);
    message->encryption = g_strdup("otr");
    message->trust = g_strdup("verified");
    g_assert_cmpint(lines_note_change(lines, message), ==, MESSAGE_QUEUED);
    g_assert_cmpint(mark_of(lines, number), ==, '=');
    message_advance(message, MESSAGE_FAILED, "lost");
    g_assert_cmpint(lines_note_change(lines, message), ==, MESSAGE_SENT);
    g_assert_cmpint(lines_note_change(lines, message), ==, MESSAGE_FAILED);
}

static void
test_late_messages_find_their_place(void)
{
    g_autoptr(Lines) lines = lines_new();
    add(lines, MESSAGE_IN, NOON, "first");
    g_autoptr(Message) last = make(MESSAGE_IN, NOON + 5 * MINUTE, "last");
    g_autoptr(Message) late = make(MESSAGE_IN, NOON + MINUTE, "late");
    lines_add_message(lines, last, NULL);
    lines_set_unread_mark(lines, AT(1));
    g_assert_cmpuint(lines_add_message(lines, late, last), ==, AT(1));
    guint64 number = 0;
    g_assert_true(lines_find(lines, last, &number));
    g_assert_cmpuint(number, ==, AT(2));
    assert_drawn(lines, AT(2), &wide, "12:05 alice  last");
}

static void
test_the_oldest_are_dropped(void)
{
    g_autoptr(Lines) lines = lines_new();
    for (int i = 0; i < 3 * LINES_MAX; i++)
        g_assert_cmpuint(lines_add_text(lines, LINE_OUTPUT, NOON, "x"), ==, AT(i));
    g_assert_cmpuint(lines_end(lines), ==, AT(3 * LINES_MAX));
    g_assert_cmpuint(lines_end(lines) - lines_first(lines), <=, LINES_MAX + 1000);
    g_assert_cmpint(lines_rows(lines, lines_first(lines), &wide), ==, 2);
    lines_clear(lines);
    g_assert_cmpuint(lines_first(lines), ==, lines_end(lines));
    g_assert_cmpuint(lines_add_text(lines, LINE_OUTPUT, NOON, "y"), ==, AT(3 * LINES_MAX));
}

/* --- windows --- */

static void
assert_top(Window *window, const LinesLook *look, int height, guint64 number, int row)
{
    guint64 top = 0;
    int top_row = 0;
    g_assert_true(window_top(window, look, height, &top, &top_row));
    g_assert_cmpuint(top, ==, number);
    g_assert_cmpint(top_row, ==, row);
}

static void
test_scrolling(void)
{
    g_autoptr(Windows) windows = windows_new();
    Window *window = windows_open(windows, 7);
    guint64 number = 0;
    int row = 0;
    g_assert_false(window_top(window, &wide, 10, &number, &row));
    window_scroll(window, -5, &wide, 10);
    add_numbered(window->lines, 0, 100);
    assert_top(window, &wide, 10, AT(90), 0);
    window_scroll(window, -9, &wide, 10);
    assert_top(window, &wide, 10, AT(81), 0);
    g_assert_false(window->follows);
    /* What comes does not move what is read. */
    add_numbered(window->lines, 100, 105);
    assert_top(window, &wide, 10, AT(81), 0);
    g_assert_cmpuint(window_below(window), ==, 5);
    window_scroll(window, 9, &wide, 10);
    g_assert_false(window->follows);
    window_scroll(window, 900, &wide, 10);
    g_assert_true(window->follows);
    g_assert_cmpuint(window_below(window), ==, 0);
    assert_top(window, &wide, 10, AT(95), 0);
    window_scroll(window, -5000, &wide, 10);
    assert_top(window, &wide, 10, AT(0), 0);
    window_scroll(window, SCROLL_TO_END, &wide, 10);
    assert_top(window, &wide, 10, AT(95), 0);
    window_scroll(window, SCROLL_TO_TOP, &wide, 10);
    assert_top(window, &wide, 10, AT(0), 0);
    window_scroll(window, 1, &wide, 10);
    assert_top(window, &wide, 10, AT(0), 1);
}

static void
test_scrolling_what_fits(void)
{
    g_autoptr(Windows) windows = windows_new();
    Window *window = windows_open(windows, 7);
    add_numbered(window->lines, 0, 3);
    window_scroll(window, -1, &wide, 10);
    g_assert_true(window->follows);
    assert_top(window, &wide, 10, AT(0), 0);
    assert_top(window, &wide, 1, AT(2), 0);
}

static void
test_late_messages_do_not_move_what_is_read(void)
{
    g_autoptr(Windows) windows = windows_new();
    Window *window = windows_open(windows, 7);
    add_numbered(window->lines, 0, 50);
    g_autoptr(Message) last = make(MESSAGE_IN, NOON + 100 * MINUTE, "last");
    lines_add_message(window->lines, last, NULL);
    add_numbered(window->lines, 101, 150);
    window_scroll(window, -10, &wide, 10);
    guint64 before = 0, after = 0;
    int row = 0;
    window_top(window, &wide, 10, &before, &row);
    g_autoptr(Message) late = make(MESSAGE_IN, NOON + 60 * MINUTE, "late");
    window_note_insert(window, lines_add_message(window->lines, late, last));
    window_top(window, &wide, 10, &after, &row);
    g_assert_cmpuint(after, ==, before + 1);
}

static void
test_numbers_stay(void)
{
    g_autoptr(Windows) windows = windows_new();
    g_assert_cmpuint(windows_console(windows)->number, ==, 1);
    for (guint64 serial = 10; serial < 15; serial++)
        windows_open(windows, serial);
    g_assert_cmpuint(windows_by_serial(windows, 14)->number, ==, 6);
    windows_close(windows, windows_by_serial(windows, 11));
    g_assert_null(windows_by_number(windows, 3));
    g_assert_cmpuint(windows_by_serial(windows, 14)->number, ==, 6);
    g_assert_cmpuint(windows_open(windows, 99)->number, ==, 3);
    g_assert_true(windows_open(windows, 99) == windows_by_number(windows, 3));
    windows_close(windows, windows_console(windows));
    g_assert_cmpuint(windows_count(windows), ==, 6);
}

static void
test_walking_windows(void)
{
    g_autoptr(Windows) windows = windows_new();
    Window *two = windows_open(windows, 2), *three = windows_open(windows, 3), *four = windows_open(windows, 4);
    g_assert_true(windows_next(windows) == two);
    g_assert_true(windows_previous(windows) == four);
    g_assert_null(windows_active(windows));
    two->activity = ACTIVITY_OUTPUT;
    three->activity = four->activity = ACTIVITY_MESSAGE;
    g_assert_true(windows_active(windows) == three);
    windows_select(windows, three);
    g_assert_true(windows_active(windows) == four);
    windows_select(windows, four);
    windows_select(windows, two);
    /* Closing goes back the way one came. */
    windows_close(windows, two);
    g_assert_true(windows_current(windows) == four);
    windows_close(windows, four);
    g_assert_true(windows_current(windows) == three);
    windows_close(windows, three);
    g_assert_true(windows_current(windows) == windows_console(windows));
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tui/lines/groups-and-rules", test_groups_and_rules);
    g_test_add_func("/tui/lines/groups-end", test_groups_end);
    g_test_add_func("/tui/lines/wraps-for-the-width", test_wraps_for_the_width);
    g_test_add_func("/tui/lines/failure-says-why", test_failure_says_why);
    g_test_add_func("/tui/lines/failure-is-said-in-full", test_failure_is_said_in_full);
    g_test_add_func("/tui/lines/tables-are-folded-in-their-last-column", test_tables_are_folded_in_their_last_column);
    g_test_add_func("/tui/lines/hostile-bodies", test_hostile_bodies);
    g_test_add_func("/tui/lines/marks-of-encryption", test_marks_of_encryption);
    g_test_add_func("/tui/lines/marks-cannot-be-forged", test_marks_cannot_be_forged);
    g_test_add_func("/tui/lines/clear-ones-are-judged-by-what-is-before", test_clear_ones_are_judged_by_what_is_before);
    g_test_add_func("/tui/lines/clear-ones-are-judged-again", test_clear_ones_are_judged_again);
    g_test_add_func("/tui/lines/changes-are-noted", test_changes_are_noted);
    g_test_add_func("/tui/lines/late-messages-find-their-place", test_late_messages_find_their_place);
    g_test_add_func("/tui/lines/past", test_pages_of_the_past);
    g_test_add_func("/tui/lines/the-oldest-are-dropped", test_the_oldest_are_dropped);
    g_test_add_func("/tui/window/scrolling", test_scrolling);
    g_test_add_func("/tui/window/scrolling-what-fits", test_scrolling_what_fits);
    g_test_add_func("/tui/window/late-messages-do-not-move-what-is-read", test_late_messages_do_not_move_what_is_read);
    g_test_add_func("/tui/window/numbers-stay", test_numbers_stay);
    g_test_add_func("/tui/window/walking-windows", test_walking_windows);
    return g_test_run();
}
