/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "tui/input.h"

typedef struct Seen {
    Input *input;
    GString *focus; /* + and - */
    GPtrArray *lines;
    GPtrArray *commands;
    guint changes, refusals;
    char *candidates; /* joined by blanks; NULL: none shown */
    char *answer;
    guint answers;
} Seen;

static void
on_line(const char *line, gpointer data)
{
    Seen *seen = data;
    g_ptr_array_add(seen->lines, g_strdup(line));
    input_remember(seen->input, line, 100);
}

static void
on_command(const char *command, gpointer data)
{
    Seen *seen = data;
    g_ptr_array_add(seen->commands, g_strdup(command));
}

static void
on_changed(gpointer data)
{
    ((Seen *) data)->changes++;
}

static void
on_refused(gpointer data)
{
    ((Seen *) data)->refusals++;
}

/* Words that begin with what stands after the last blank. */
static GPtrArray *
on_complete(const char *line, size_t cursor, size_t *start, gpointer data)
{
    static const char *const words[] = { "/connect", "/contacts", "/quit", "alice@example.org", "dir/", "żółw" };
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    *start = cursor;
    while (*start > 0 && line[*start - 1] != ' ')
        (*start)--;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strncmp(words[i], line + *start, cursor - *start) == 0)
            g_ptr_array_add(found, g_strdup(words[i]));
    }
    return found;
}

static void
on_candidates(const GPtrArray *words, gpointer data)
{
    Seen *seen = data;
    g_clear_pointer(&seen->candidates, g_free);
    if (!words)
        return;
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < words->len; i++)
        g_string_append_printf(all, "%s%s", i ? " " : "", (const char *) g_ptr_array_index(words, i));
    seen->candidates = g_strdup(all->str);
}

static void
on_answer(const char *text, gpointer data)
{
    Seen *seen = data;
    g_free(seen->answer);
    seen->answer = g_strdup(text);
    seen->answers++;
}

static void
on_focused(bool focused, gpointer data)
{
    Seen *seen = data;
    g_string_append_c(seen->focus, focused ? '+' : '-');
}

static const InputHandler handler = {
    .line = on_line,
    .command = on_command,
    .changed = on_changed,
    .complete = on_complete,
    .candidates = on_candidates,
    .refused = on_refused,
    .focused = on_focused,
};

static void
set_up(Seen *seen, gconstpointer inputrc)
{
    seen->focus = g_string_new(NULL);
    seen->lines = g_ptr_array_new_with_free_func(g_free);
    seen->commands = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *path = NULL;
    if (inputrc) {
        g_assert_true(g_file_set_contents(g_getenv("CONFAB_TEST_INPUTRC"), inputrc, -1, NULL));
        path = g_strdup(g_getenv("CONFAB_TEST_INPUTRC"));
    }
    seen->input = input_new(&handler, seen, path);
}

static void
tear_down(Seen *seen, gconstpointer inputrc)
{
    input_free(seen->input);
    g_string_free(seen->focus, TRUE);
    g_ptr_array_unref(seen->lines);
    g_ptr_array_unref(seen->commands);
    g_free(seen->candidates);
    g_free(seen->answer);
}

static void
type(Seen *seen, const char *keys)
{
    input_feed(seen->input, keys, strlen(keys));
}

static void
assert_text(const Seen *seen, const char *text)
{
    g_assert_cmpstr(input_text(seen->input), ==, text);
}

static const char *
last_line(const Seen *seen)
{
    return seen->lines->len ? g_ptr_array_index(seen->lines, seen->lines->len - 1) : NULL;
}

static const char *
last_command(const Seen *seen)
{
    return seen->commands->len ? g_ptr_array_index(seen->commands, seen->commands->len - 1) : NULL;
}

static void
wait_for_change(Seen *seen)
{
    const guint before = seen->changes;
    while (seen->changes == before)
        g_main_context_iteration(NULL, TRUE);
}

static void
test_types_a_line(Seen *seen, gconstpointer data)
{
    type(seen, "hello wörld");
    assert_text(seen, "hello wörld");
    g_assert_cmpuint(input_cursor(seen->input), ==, strlen("hello wörld"));
    g_assert_cmpuint(seen->lines->len, ==, 0);
    type(seen, "\r");
    g_assert_cmpstr(last_line(seen), ==, "hello wörld");
    assert_text(seen, "");
    type(seen, "one\rtwo\rthree");
    g_assert_cmpuint(seen->lines->len, ==, 3);
    assert_text(seen, "three");
}

static void
test_readline_keys_work(Seen *seen, gconstpointer data)
{
    type(seen, "two words\x17"); /* C-w */
    assert_text(seen, "two ");
    type(seen, "\x01one \x05.");
    assert_text(seen, "one two .");
    type(seen, "\033b\033bX");
    assert_text(seen, "Xone two .");
    type(seen, "\x1f"); /* C-_ undoes */
    assert_text(seen, "one two .");
    type(seen, "\x15\x0b");
    assert_text(seen, "");
    type(seen, "\x04"); /* C-d on an empty line is not how one leaves */
    g_assert_cmpuint(seen->lines->len, ==, 0);
    type(seen, "still here\r");
    g_assert_cmpstr(last_line(seen), ==, "still here");
}

static void
test_our_keys_run_commands(Seen *seen, gconstpointer data)
{
    static const char *const keys[][2] = {
        { "\0331", "win 1" },        { "\0330", "win 10" },    { "\033a", "unread" },      { "\033[1;3D", "prev" },
        { "\033[1;3C", "next" },     { "\033\033[D", "prev" }, { "\033[5~", "scroll up" }, { "\033[6~", "scroll down" },
        { "\033r", "roster-panel" }, { "\033z", "bare" },      { "\x18\x05", "edit" },     { "\x0c", "redraw" },
    };
    type(seen, "draft");
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        type(seen, keys[i][0]);
        g_assert_cmpuint(seen->commands->len, ==, i + 1);
        g_assert_cmpstr(last_command(seen), ==, keys[i][1]);
    }
    assert_text(seen, "draft");
}

/* Esc, a pause of any length, then the key. */
static void
test_esc_then_key(Seen *seen, gconstpointer data)
{
    type(seen, "\033");
    wait_for_change(seen); /* the 50 ms are over: readline has the ESC */
    type(seen, "2");
    g_assert_cmpstr(last_command(seen), ==, "win 2");
    assert_text(seen, "");
}

static void
test_split_bytes(Seen *seen, gconstpointer data)
{
    static const char stream[] = "aż\033[1;3C日b👍\033[5~c";
    for (gsize i = 0; i < sizeof stream - 1; i++)
        input_feed(seen->input, stream + i, 1);
    assert_text(seen, "aż日b👍c");
    g_assert_cmpuint(seen->commands->len, ==, 2);
}

/* What the keys have led to, to be compared. */
static char *
describe(const Seen *seen)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < seen->lines->len; i++)
        g_string_append_printf(all, "line %s\n", (const char *) g_ptr_array_index(seen->lines, i));
    for (guint i = 0; i < seen->commands->len; i++)
        g_string_append_printf(all, "command %s\n", (const char *) g_ptr_array_index(seen->commands, i));
    g_string_append_printf(all, "text %s\ncursor %zu\ncandidates %s\n", input_text(seen->input),
                           input_cursor(seen->input), seen->candidates ? seen->candidates : "none");
    return g_string_free(g_steal_pointer(&all), FALSE);
}

/* Feeds the bytes in pieces: the ends of all but the last are in `cuts`, ended by 0. */
static char *
run_in_pieces(const char *bytes, gsize length, const gsize *cuts)
{
    Seen seen = { 0 };
    gsize from = 0;
    set_up(&seen, NULL);
    for (; *cuts; cuts++) {
        input_feed(seen.input, bytes + from, *cuts - from);
        from = *cuts;
    }
    input_feed(seen.input, bytes + from, length - from);
    char *text = describe(&seen);
    tear_down(&seen, NULL);
    return text;
}

/* readline reads ahead what it is given at once: wherever a read of the terminal ends, the outcome is the same. */
static void
test_pieces_do_not_matter(void)
{
    static const char *const keys[] = {
        "/con",    "\t",         "\x15",      "/q",   "c",    " ",    "ali",  "ż",      "日本",   "👍",      "\x7f",
        "\x01",    "\x05",       "\x02",      "\x0b", "\r",   "\x17", "\x1f",   "\033b",  "\033d",   "\033[A",
        "\033[D",  "\033[1;3C", "\033\r",    "\x14", "\x10", "\x03", "zzz",  "\033OC", "di\t",   "\x12" "c\a", "e\xcc\x81",
        "\033[200~a\rb\tż\033[201~",
    };
    for (int round = 0; round < 60; round++) {
        g_autoptr(GString) stream = g_string_new(NULL);
        for (int i = 0; i < 30; i++)
            g_string_append(stream, keys[g_test_rand_int_range(0, G_N_ELEMENTS(keys))]);
        g_autofree gsize *all = g_new0(gsize, stream->len);
        for (gsize i = 0; i + 1 < stream->len; i++)
            all[i] = i + 1;
        g_autofree char *bytewise = run_in_pieces(stream->str, stream->len, all);
        g_autofree char *at_once = run_in_pieces(stream->str, stream->len, (const gsize[]) { 0 });
        g_assert_cmpstr(at_once, ==, bytewise);
        for (gsize cut = 1; cut < stream->len; cut++) {
            g_autofree char *cut_once = run_in_pieces(stream->str, stream->len, (const gsize[]) { cut, 0 });
            g_assert_cmpstr(cut_once, ==, bytewise);
        }
    }
}

static void
test_bytes_that_are_no_text(Seen *seen, gconstpointer data)
{
    type(seen, "a\xff\xfe"
               "b\xc3("
               "c\xc2\x9b"
               "d");
    g_assert_true(g_utf8_validate(input_text(seen->input), -1, NULL));
    type(seen, "\xe6\x97");
    wait_for_change(seen);
    type(seen, "e");
    g_assert_true(g_utf8_validate(input_text(seen->input), -1, NULL));
    assert_text(seen, "ab(cde");
}

static void
test_alt_enter_is_a_line_feed(Seen *seen, gconstpointer data)
{
    type(seen, "one\033\rtwo");
    assert_text(seen, "one\ntwo");
    g_assert_cmpuint(seen->lines->len, ==, 0);
    g_assert_null(input_mode(seen->input)); /* not vi mode, which it is by default */
    type(seen, "\r");
    g_assert_cmpstr(last_line(seen), ==, "one\ntwo");
}

static void
test_paste_never_sends(Seen *seen, gconstpointer data)
{
    type(seen, "<");
    type(seen, "\033[200~first\r\nsecond\rthird\n\ttab\033\x01 \x7f\033[201~>");
    assert_text(seen, "<first\nsecond\nthird\n\ttab >");
    g_assert_cmpuint(seen->lines->len, ==, 0);
    type(seen, "\x1f\x1f"); /* ">" and the paste as one */
    assert_text(seen, "<");
}

/* What the terminal says between keys is none of them, whole or in pieces; in a paste it is text. */
static void
test_focus(Seen *seen, gconstpointer data)
{
    static const char stream[] = "a\033[Ob\033[I\033[Dc";
    type(seen, stream);
    assert_text(seen, "acb");
    g_assert_cmpstr(seen->focus->str, ==, "-+");
    g_string_truncate(seen->focus, 0);
    type(seen, "\x05\x15");
    for (gsize i = 0; i < sizeof stream - 1; i++)
        input_feed(seen->input, stream + i, 1);
    assert_text(seen, "acb");
    g_assert_cmpstr(seen->focus->str, ==, "-+");
    type(seen, "\x05\x15\033[200~\033[O\033[201~");
    assert_text(seen, "[O");
    g_assert_cmpstr(seen->focus->str, ==, "-+");
}

static void
test_paste_in_pieces(Seen *seen, gconstpointer data)
{
    static const char stream[] = "x\033[200~/quit\r日本\033[20\r語\033[201~y";
    for (gsize i = 0; i < sizeof stream - 1; i++)
        input_feed(seen->input, stream + i, 1);
    assert_text(seen, "x/quit\n日本[20\n語y");
    g_assert_cmpuint(seen->lines->len, ==, 0);
    type(seen, "\x1f\x1f"); /* "y", and the paste as one */
    assert_text(seen, "x");
}

/* I9 */
static void
test_a_line_has_an_end(Seen *seen, gconstpointer data)
{
    g_autoptr(GString) much = g_string_new("\033[200~");
    while (much->len < 1024 * 1024)
        g_string_append(much, "żółw ");
    g_string_append(much, "\033[201~");
    type(seen, much->str);
    g_assert_cmpuint(strlen(input_text(seen->input)), <=, INPUT_MAX);
    g_assert_true(g_utf8_validate(input_text(seen->input), -1, NULL));
    g_assert_cmpuint(seen->refusals, >, 0);
    type(seen, "\x08x");
    g_assert_cmpuint(strlen(input_text(seen->input)), <=, INPUT_MAX + 4);
    input_set_text(seen->input, "", 0);
}

static void
test_history(Seen *seen, gconstpointer data)
{
    type(seen, "first\rsecond\r/account set work password hunter2\r\033[A");
    assert_text(seen, "second"); /* I23: not the line with the password */
    type(seen, "\033[A");
    assert_text(seen, "first");
    type(seen, "\033[B\033[B");
    assert_text(seen, "");
    type(seen, "\x12sec"); /* C-r */
    g_assert_nonnull(strstr(input_search_prompt(seen->input), "sec"));
    assert_text(seen, "second");
    type(seen, "\r");
    g_assert_cmpstr(last_line(seen), ==, "second");
    g_assert_null(input_search_prompt(seen->input));
    type(seen, "thrown away\x03");
    assert_text(seen, "");
    type(seen, "\033[A");
    assert_text(seen, "thrown away");
}

/* I23 */
static void
test_what_may_hold_a_secret(void)
{
    static const char *const secret[] = { "/password", "/account set a password x", "/join r@s password p",
                                          "/register s u", "/otr secret cat",
                                          "/on work /otr question \"Which?\" cat", "/on work /OTR  answer cat" };
    static const char *const open[] = { "password", "//password is a word", "/msg bob hi", "/set typing on", "" };
    for (guint i = 0; i < G_N_ELEMENTS(secret); i++)
        g_assert_true(input_may_hold_secret(secret[i]));
    for (guint i = 0; i < G_N_ELEMENTS(open); i++)
        g_assert_false(input_may_hold_secret(open[i]));
}

static void
test_drafts(Seen *seen, gconstpointer data)
{
    type(seen, "half a thought");
    g_autofree char *draft = g_strdup(input_text(seen->input));
    input_set_text(seen->input, "", 0);
    assert_text(seen, "");
    type(seen, "other\r");
    input_set_text(seen->input, draft, 4);
    g_assert_cmpuint(input_cursor(seen->input), ==, 4);
    type(seen, "X");
    assert_text(seen, "halfX a thought");
    input_set_text(seen->input, "short", 1000);
    g_assert_cmpuint(input_cursor(seen->input), ==, 5);
}

static void
test_completes(Seen *seen, gconstpointer data)
{
    type(seen, "/q\t");
    assert_text(seen, "/quit ");
    type(seen, "\x15/c\t");
    assert_text(seen, "/con");
    g_assert_cmpstr(seen->candidates, ==, "/connect /contacts");
    type(seen, "n");
    g_assert_null(seen->candidates);
    type(seen, "\t");
    assert_text(seen, "/connect ");
    type(seen, "ali\t");
    assert_text(seen, "/connect alice@example.org ");
    type(seen, "di\t");
    assert_text(seen, "/connect alice@example.org dir/");
    type(seen, "\x15"
               "że ż\t");
    assert_text(seen, "że żółw ");
    type(seen, "zzz\t");
    assert_text(seen, "że żółw zzz");
}

/* I23 */
static void
test_secrets(Seen *seen, gconstpointer data)
{
    type(seen, "draft");
    input_ask_secret(seen->input, "Password for work: ", on_answer, seen);
    g_assert_cmpstr(input_secret_prompt(seen->input), ==, "Password for work: ");
    type(seen, "hunżer\x7f\x7f\x7f\x7f\033[Anter2");
    assert_text(seen, "draft");
    g_assert_cmpuint(seen->answers, ==, 0);
    type(seen, "\r and on");
    g_assert_cmpstr(seen->answer, ==, "hunter2");
    g_assert_null(input_secret_prompt(seen->input));
    assert_text(seen, "draft and on");
    type(seen, "\r\033[A\033[A\033[A\033[A");
    g_assert_null(strstr(input_text(seen->input), "hunter2"));

    input_ask_secret(seen->input, "again: ", on_answer, seen);
    type(seen, "\033[200~pasted\r\033[201~");
    g_assert_cmpuint(seen->answers, ==, 1);
    type(seen, "\r");
    g_assert_cmpstr(seen->answer, ==, "pasted");
    input_ask_secret(seen->input, "again: ", on_answer, seen);
    type(seen, "nothing\x03");
    g_assert_null(seen->answer);
    g_assert_cmpuint(seen->answers, ==, 3);
    input_ask_secret(seen->input, "never: ", on_answer, seen);
    input_withdraw_secret(seen->input);
    g_assert_cmpuint(seen->answers, ==, 3);
}

static void
test_inputrc_wins(Seen *seen, gconstpointer data)
{
    type(seen, "\033[15~");
    g_assert_cmpstr(last_command(seen), ==, "roster-panel");
    type(seen, "\0331");
    g_assert_cmpuint(seen->commands->len, ==, 1);
    assert_text(seen, "one");
}

static void
test_vi_mode(Seen *seen, gconstpointer data)
{
    g_assert_cmpstr(input_mode(seen->input), ==, "insert");
    type(seen, "one two");
    type(seen, "\033");
    wait_for_change(seen);
    /* readline itself waits for the rest of a key once more. */
    type(seen, "0dw");
    assert_text(seen, "two");
    g_assert_cmpstr(input_mode(seen->input), ==, "command");
    type(seen, "i\r");
}

/* readline's clear_history() forgets the undo lists of entries that were edited, and its rl_clear_history() frees some twice. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
    return "leak:libreadline\n";
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_autofree char *directory = g_dir_make_tmp("confab-input-XXXXXX", NULL);
    g_autofree char *inputrc = g_build_filename(directory, "inputrc", NULL);
    g_setenv("CONFAB_TEST_INPUTRC", inputrc, TRUE);
    g_setenv("INPUTRC", "/dev/null", TRUE);
    g_setenv("TERM", "xterm", TRUE);
#define ADD(path, function) g_test_add("/tui/input/" path, Seen, NULL, set_up, function, tear_down)
    ADD("types-a-line", test_types_a_line);
    ADD("readline-keys-work", test_readline_keys_work);
    ADD("our-keys-run-commands", test_our_keys_run_commands);
    ADD("esc-then-key", test_esc_then_key);
    ADD("split-bytes", test_split_bytes);
    ADD("bytes-that-are-no-text", test_bytes_that_are_no_text);
    ADD("alt-enter-is-a-line-feed", test_alt_enter_is_a_line_feed);
    ADD("paste-never-sends", test_paste_never_sends);
    ADD("focus", test_focus);
    ADD("paste-in-pieces", test_paste_in_pieces);
    ADD("a-line-has-an-end", test_a_line_has_an_end);
    ADD("history", test_history);
    g_test_add_func("/tui/input/pieces-do-not-matter", test_pieces_do_not_matter);
    g_test_add_func("/tui/input/what-may-hold-a-secret", test_what_may_hold_a_secret);
    ADD("drafts", test_drafts);
    ADD("completes", test_completes);
    ADD("secrets", test_secrets);
    g_test_add("/tui/input/inputrc-wins", Seen, "$if confab\n\"\\e[15~\": confab-roster\n\"\\e1\": \"one\"\n$endif\n",
               set_up, test_inputrc_wins, tear_down);
    g_test_add("/tui/input/vi-mode", Seen, "set editing-mode vi\n", set_up, test_vi_mode, tear_down);
#undef ADD
    const int result = g_test_run();
    g_unlink(inputrc);
    g_rmdir(directory);
    return result;
}
