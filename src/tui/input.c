/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/i18n.h"
#include "tui/secret_line.h"

#define PASTE_BEGIN "\033[200~"
#define PASTE_END "\033[201~"
#define PROMPT "> " /* readline's own is only compared: anything else is a search */

enum {
    ESCAPE_WAIT = 50, /* ms for the rest of a key */
    PASTE_MARK = 6,   /* bytes of PASTE_BEGIN and PASTE_END */
};

struct Input {
    InputHandler handler;
    gpointer data;
    GString *queue; /* bytes readline has not had yet */
    gsize taken;    /* of the queue */
    gsize limit;    /* readline reads ahead, but not what may be unfinished */
    guint wait_source;
    bool pasting, candidates_shown;
    FILE *nowhere;
    /* What a key asked for; done when readline has returned. */
    char *line;
    const char *command;
    GPtrArray *words; /* of the completion going on */
    GPtrArray *turns; /* what Tab puts in the place of a word, one after the other; NULL: nothing … */
    guint turn;       /* … the one that is there … */
    size_t turn_start;
    char *turn_line;  /* … and the line with it, in which nothing was changed since */
    /* The question. */
    char *secret_prompt;
    SecretLine secret;
    InputSecretDone secret_done;
    gpointer secret_data;
};

/* readline's functions carry no pointer of ours. */
static Input *the_input;

/* --- what readline calls --- */

static int
on_getc(FILE *stream)
{
    Input *input = the_input;
    return input->taken < input->limit ? (guchar) input->queue->str[input->taken++] : EOF;
}

static int
on_input_available(void)
{
    return the_input->taken < the_input->limit;
}

static void
on_redisplay(void)
{
    /* Drawn once a batch, not once a key. */
}

static void
on_line(char *line)
{
    Input *input = the_input;
    free(input->line);
    input->line = line; /* NULL at Ctrl-d on an empty line, which is not how one leaves */
}

#define KEY(name, function, label, sequences, line, help)                                                              \
    static int on_key_##name(int count, int key)                                                                       \
    {                                                                                                                  \
        the_input->command = key_row(KEY_##name)->command;                                                             \
        return 0;                                                                                                      \
    }
#include "tui/keys.def"
#undef KEY

static rl_command_func_t *const key_functions[KEY_COUNT] = {
#define KEY(name, function, label, sequences, line, help) [KEY_##name] = on_key_##name,
#include "tui/keys.def"
#undef KEY
};

static int
on_newline(int count, int key)
{
    rl_insert_text("\n");
    return 0;
}

/* Ctrl-c: the line is not lost, Up brings it back. */
static int
on_cancel(int count, int key)
{
    g_autofree char *line = g_strdup(rl_line_buffer);
    /* Away from a history line first: else the next search would begin in the middle. */
    rl_end_of_history(1, 0);
    rl_free_undo_list();
    rl_replace_line("", 0);
    rl_point = 0;
    using_history();
    input_remember(the_input, line, -1);
    return 0;
}

static char *
next_match(const char *text, int state)
{
    const Input *input = the_input;
    if (!input->words || (guint) state >= input->words->len)
        return NULL;
    return strdup(g_ptr_array_index(input->words, (guint) state));
}

/* The whole line up to the cursor is the "word", so that our own grammar decides where words
 * begin. */
static char **
on_complete(const char *text, int start, int end)
{
    Input *input = the_input;
    size_t begin = 0;
    rl_attempted_completion_over = 1;
    rl_completion_append_character = ' ';
    g_autoptr(GPtrArray) words = input->handler.complete(rl_line_buffer, (size_t) end, &begin, input->data);
    if (!words || words->len == 0 || begin > (size_t) end)
        return NULL;
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < words->len; i++)
        g_ptr_array_add(lines, g_strdup_printf("%.*s%s", (int) begin, rl_line_buffer,
                                               (const char *) g_ptr_array_index(words, i)));
    const char *only = words->len == 1 ? g_ptr_array_index(words, 0) : "";
    /* A directory goes on; a candidate that brings its own blank needs none. */
    if (g_str_has_suffix(only, "/") || g_str_has_suffix(only, " "))
        rl_completion_append_character = '\0';
    input->words = lines;
    char **matches = rl_completion_matches(text, next_match);
    input->words = NULL;
    return matches;
}

/* Puts a word in the place of what is between its start and the cursor. */
static void
put_turn(Input *input)
{
    const char *word = g_ptr_array_index(input->turns, input->turn);
    rl_begin_undo_group();
    rl_delete_text((int) input->turn_start, rl_point);
    rl_point = (int) input->turn_start;
    rl_insert_text(word);
    rl_end_undo_group();
    g_free(input->turn_line);
    input->turn_line = g_strndup(rl_line_buffer, (gsize) rl_point);
}

static bool
goes_on(const Input *input)
{
    const size_t length = input->turn_line ? strlen(input->turn_line) : 0;
    return input->turns && (size_t) rl_point == length && strncmp(rl_line_buffer, input->turn_line, length) == 0;
}

/* Nicks take turns; everything else is readline's way. */
static int
on_tab(int count, int key)
{
    Input *input = the_input;
    if (!input->handler.alternate)
        return rl_complete(count, key);
    if (goes_on(input)) {
        input->turn = (input->turn + 1) % input->turns->len;
        put_turn(input);
        return 0;
    }
    g_clear_pointer(&input->turns, g_ptr_array_unref);
    input->turn = 0;
    input->turns = input->handler.alternate(rl_line_buffer, (size_t) rl_point, &input->turn_start, input->data);
    if (!input->turns)
        return rl_complete(count, key);
    if (input->turns->len == 0) {
        g_clear_pointer(&input->turns, g_ptr_array_unref);
        input->handler.refused(input->data);
        return 0;
    }
    put_turn(input);
    return 0;
}

static void
on_display_matches(char **matches, int count, int longest)
{
    Input *input = the_input;
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    size_t begin = 0;
    g_autoptr(GPtrArray) known = input->handler.complete(rl_line_buffer, (size_t) rl_point, &begin, input->data);
    for (int i = 1; i <= count; i++)
        g_ptr_array_add(words, g_strdup(strlen(matches[i]) >= begin ? matches[i] + begin : matches[i]));
    input->candidates_shown = true;
    input->handler.candidates(words, input->data);
}

/* --- life --- */

static void
bind_everywhere(const char *sequence, rl_command_func_t *function)
{
    rl_bind_keyseq_in_map(sequence, function, rl_get_keymap_by_name("emacs"));
    rl_bind_keyseq_in_map(sequence, function, rl_get_keymap_by_name("vi-insert"));
    rl_bind_keyseq_in_map(sequence, function, rl_get_keymap_by_name("vi-command"));
}

static void
bind_keys(void)
{
    for (int id = 0; id < KEY_COUNT; id++) {
        const KeyRow *row = key_row(id);
        g_auto(GStrv) sequences = g_strsplit(row->sequences, " ", -1);
        for (char **sequence = sequences; *sequence; sequence++)
            bind_everywhere(*sequence, key_functions[id]);
    }
    /* Else Alt-Enter would quietly switch to vi mode. */
    bind_everywhere("\\e\\C-m", on_newline);
    bind_everywhere("\\e\\C-j", on_newline);
    bind_everywhere("\\C-c", on_cancel);
    rl_bind_keyseq_in_map("\\C-i", on_tab, rl_get_keymap_by_name("emacs"));
    rl_bind_keyseq_in_map("\\C-i", on_tab, rl_get_keymap_by_name("vi-insert"));
}

/* What must not be different, whatever an inputrc says: nothing of readline may write or wait. */
static void
bind_variables(void)
{
    rl_variable_bind("bell-style", "none");
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_variable_bind("completion-query-items", "-1");
    rl_variable_bind("page-completions", "off");
    rl_variable_bind("show-mode-in-prompt", "off");
    rl_variable_bind("echo-control-characters", "off");
}

static void
add_functions(void)
{
    static bool added; /* readline keeps them, and the names, for the life of the process */
    for (int id = 0; id < KEY_COUNT && !added; id++)
        rl_add_defun(key_row(id)->function, key_functions[id], -1);
    if (added)
        return;
    added = true;
    rl_add_defun("confab-newline", on_newline, -1);
    rl_add_defun("confab-cancel", on_cancel, -1);
}

static void
read_if_there(const char *path)
{
    if (path && g_file_test(path, G_FILE_TEST_IS_REGULAR))
        rl_read_init_file(path);
}

/* The user's file once more, so that it wins over our keys; then the one for confab alone. Not
 * /etc/inputrc: what a distribution binds there (Debian: Esc with arrow keys) does not. */
static void
read_user_files(const char *inputrc)
{
    const char *named = g_getenv("INPUTRC");
    g_autofree char *usual = g_build_filename(g_get_home_dir(), ".inputrc", NULL);
    read_if_there(named ? named : usual);
    read_if_there(inputrc);
}

static void
set_up_readline(Input *input, const char *inputrc)
{
    rl_readline_name = "confab";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_prep_term_function = NULL;
    rl_deprep_term_function = NULL;
    rl_instream = stdin;
    rl_outstream = input->nowhere;
    rl_getc_function = on_getc;
    rl_input_available_hook = on_input_available;
    rl_redisplay_function = on_redisplay;
    rl_attempted_completion_function = on_complete;
    rl_completion_display_matches_hook = on_display_matches;
    rl_completer_word_break_characters = (char *) "";
    rl_completer_quote_characters = NULL;
    rl_sort_completion_matches = 0;
    add_functions();
    rl_initialize();
    rl_variable_bind("show-all-if-ambiguous", "on");
    bind_keys();
    read_user_files(inputrc);
    bind_variables();
    rl_callback_handler_install(PROMPT, on_line);
    using_history();
}

Input *
input_new(const InputHandler *handler, gpointer data, const char *inputrc)
{
    g_assert(!the_input);
    Input *input = g_new0(Input, 1);
    input->handler = *handler;
    input->data = data;
    input->queue = g_string_new(NULL);
    input->nowhere = fopen("/dev/null", "we");
    the_input = input;
    set_up_readline(input, inputrc);
    return input;
}

void
input_free(Input *input)
{
    if (!input)
        return;
    input_withdraw_secret(input);
    g_clear_handle_id(&input->wait_source, g_source_remove);
    rl_callback_handler_remove();
    rl_free_undo_list();
    clear_history();
    rl_outstream = stdout;
    if (input->nowhere)
        fclose(input->nowhere);
    free(input->line);
    g_clear_pointer(&input->turns, g_ptr_array_unref);
    g_free(input->turn_line);
    g_string_free(input->queue, TRUE);
    g_free(input);
    the_input = NULL;
}

/* --- questions --- */

void
input_withdraw_secret(Input *input)
{
    secret_line_wipe(&input->secret);
    g_clear_pointer(&input->secret_prompt, g_free);
    input->secret_done = NULL;
}

static void
answer_secret(Input *input, bool given)
{
    const InputSecretDone done = input->secret_done;
    SecretLine answer = input->secret;
    input_withdraw_secret(input);
    if (done)
        done(given ? answer.text : NULL, input->secret_data);
    secret_line_wipe(&answer);
}

void
input_ask_secret(Input *input, const char *prompt, InputSecretDone done, gpointer data)
{
    if (input->secret_prompt)
        answer_secret(input, false);
    input->secret_prompt = g_strdup(prompt);
    input->secret_done = done;
    input->secret_data = data;
    input->handler.changed(input->data);
}

const char *
input_secret_prompt(const Input *input)
{
    return input->secret_prompt;
}

static void
take_secret_byte(Input *input, char byte)
{
    const SecretLineEnd end = secret_line_take(&input->secret, byte);
    if (end != SECRET_LINE_GOES_ON)
        answer_secret(input, end == SECRET_LINE_GIVEN);
}

/* --- keys --- */

/* The bytes at the end that may be the beginning of a key or of a character. */
static gsize
count_unfinished(const char *bytes, gsize length)
{
    const gsize begin = length > 3 ? length - 3 : 0;
    for (gsize i = begin; i < length; i++) {
        const guchar byte = (guchar) bytes[i];
        const gsize needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        if (needed > 1 && i + needed > length)
            return length - i;
    }
    const char *escape = memrchr(bytes, '\033', length);
    if (!escape)
        return 0;
    const gsize rest = (gsize) (bytes + length - escape);
    if (rest == 1)
        return 1;
    if (rest > 32 || (escape[1] != '[' && escape[1] != 'O'))
        return 0;
    for (gsize i = 2; i < rest; i++) {
        if (escape[i] >= 0x40 && escape[i] <= 0x7E)
            return 0;
    }
    return rest;
}

/* The same inside a paste: of the mark that ends it, or of a character. */
static gsize
count_cut_paste(const char *bytes, gsize length)
{
    for (gsize cut = MIN(length, PASTE_MARK - 1); cut > 0; cut--) {
        if (memcmp(bytes + length - cut, PASTE_END, cut) == 0)
            return cut;
    }
    return length > 0 && (guchar) bytes[length - 1] >= 0x80 ? count_unfinished(bytes, length) : 0;
}

static void
handle_pending(Input *input)
{
    if (input->line) {
        char *line = g_steal_pointer(&input->line);
        input->handler.line(line, input->data);
        explicit_bzero(line, strlen(line));
        free(line);
    }
    if (input->command)
        input->handler.command(g_steal_pointer(&input->command), input->data);
}

static void
hide_candidates(Input *input)
{
    if (!input->candidates_shown)
        return;
    input->candidates_shown = false;
    input->handler.candidates(NULL, input->data);
}

/* Takes out what the terminal says of its focus: it stands between keys, and is none. Returns the new end. */
static gsize
take_focus(Input *input, gsize end)
{
    static const struct {
        const char *mark;
        bool focused;
    } marks[] = { { "\033[I", true }, { "\033[O", false } };
    enum { MARK = 3 };
    for (gsize at = 0; at + MARK <= end;) {
        guint i = 0;
        while (i < G_N_ELEMENTS(marks) && memcmp(input->queue->str + at, marks[i].mark, MARK) != 0)
            i++;
        if (i == G_N_ELEMENTS(marks)) {
            at++;
            continue;
        }
        g_string_erase(input->queue, (gssize) at, MARK);
        end -= MARK;
        if (input->handler.focused)
            input->handler.focused(marks[i].focused, input->data);
    }
    return end;
}

/* Takes out what readline must never see, since it reads ahead: bytes that are no UTF-8, and C1
 * controls. Returns the new end. */
static gsize
drop_invalid(GString *queue, gsize end)
{
    gsize kept = 0;
    for (gsize at = 0; at < end;) {
        gsize length = 1;
        bool good = true;
        if ((guchar) queue->str[at] >= 0x80) {
            const gunichar character = g_utf8_get_char_validated(queue->str + at, (gssize) (end - at));
            good = character != (gunichar) -1 && character != (gunichar) -2 && character >= 0xA0;
            length = good ? (gsize) g_unichar_to_utf8(character, NULL) : 1;
        }
        if (good) {
            memmove(queue->str + kept, queue->str + at, length);
            kept += length;
        }
        at += length;
    }
    g_string_erase(queue, (gssize) kept, (gssize) (end - kept));
    return kept;
}

/* Gives readline, or the question, what is there. */
static void
run_queue(Input *input, gsize end)
{
    input->limit = end;
    while (input->taken < end && !input->secret_prompt) {
        const guchar byte = (guchar) input->queue->str[input->taken];
        /* A line that is full can be edited, but it does not grow. */
        if (rl_end >= INPUT_MAX && byte >= 0x20 && byte != 0x7F) {
            input->taken++;
            input->handler.refused(input->data);
            continue;
        }
        if (input->candidates_shown && byte != '\t')
            hide_candidates(input);
        rl_callback_read_char();
        handle_pending(input);
    }
    while (input->taken < end && input->secret_prompt)
        take_secret_byte(input, input->queue->str[input->taken++]);
}

static void
insert_paste(Input *input, const char *bytes, gsize length)
{
    g_autoptr(GString) text = g_string_sized_new(length);
    for (gsize i = 0; i < length; i++) {
        const char byte = bytes[i];
        if (input->secret_prompt) {
            if ((guchar) byte >= 0x20)
                take_secret_byte(input, byte);
        } else if (byte == '\r') {
            /* Terminals send line feeds as returns; both together are one. */
            g_string_append_c(text, '\n');
            i += i + 1 < length && bytes[i + 1] == '\n';
        } else if ((guchar) byte >= 0x20 ? byte != 0x7F : byte == '\n' || byte == '\t') {
            g_string_append_c(text, byte);
        }
    }
    g_autofree char *valid = g_utf8_make_valid(text->str, (gssize) text->len);
    g_string_assign(text, valid);
    const gsize room = rl_end < INPUT_MAX ? (gsize) (INPUT_MAX - rl_end) : 0;
    if (text->len > room) {
        g_string_truncate(text, (gsize) (g_utf8_find_prev_char(text->str, text->str + room + 1) - text->str));
        input->handler.refused(input->data);
    }
    if (text->len == 0)
        return;
    rl_insert_text(text->str);
}

static void
drop_taken(Input *input)
{
    /* A question and its answer may have been in there. */
    if (input->taken > 0)
        explicit_bzero(input->queue->str, input->taken);
    g_string_erase(input->queue, 0, (gssize) input->taken);
    input->taken = 0;
}

/* Takes one stretch off the queue: keys up to a paste, or (a part of) a paste. False: more bytes
 * are needed. */
static bool
take_stretch(Input *input, bool all)
{
    GString *queue = input->queue;
    if (queue->len == 0)
        return false;
    const char *mark = input->pasting ? PASTE_END : PASTE_BEGIN;
    const char *found = memmem(queue->str, queue->len, mark, PASTE_MARK);
    gsize end = found ? (gsize) (found - queue->str) : queue->len;
    if (input->pasting) {
        if (!found && !all)
            end -= count_cut_paste(queue->str, end);
        insert_paste(input, queue->str, end);
    } else {
        if (!found && !all)
            end -= count_unfinished(queue->str, end);
        end = drop_invalid(queue, take_focus(input, end));
        while (input->taken < end)
            run_queue(input, end);
    }
    input->taken = end + (found ? PASTE_MARK : 0);
    drop_taken(input);
    if (!found)
        return false;
    input->pasting = !input->pasting;
    /* Undone as a whole, in however many pieces it came. */
    if (input->pasting)
        rl_begin_undo_group();
    else
        rl_end_undo_group();
    return true;
}

static gboolean
on_waited(gpointer data)
{
    Input *input = data;
    input->wait_source = 0;
    /* Inside a paste the end mark is still to come, however slow the line is. */
    if (!input->pasting)
        take_stretch(input, true);
    input->handler.changed(input->data);
    return G_SOURCE_REMOVE;
}

void
input_feed(Input *input, const char *bytes, gsize length)
{
    g_clear_handle_id(&input->wait_source, g_source_remove);
    g_string_append_len(input->queue, bytes, (gssize) length);
    while (take_stretch(input, false))
        ;
    if (input->queue->len > 0 && !input->pasting)
        input->wait_source = g_timeout_add_full(G_PRIORITY_HIGH, ESCAPE_WAIT, on_waited, input, NULL);
    input->handler.changed(input->data);
}

/* --- the text --- */

const char *
input_text(const Input *input)
{
    return rl_line_buffer ? rl_line_buffer : "";
}

size_t
input_cursor(const Input *input)
{
    return (size_t) CLAMP(rl_point, 0, rl_end);
}

void
input_set_text(Input *input, const char *text, size_t cursor)
{
    hide_candidates(input);
    if (RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH))
        return;
    rl_end_of_history(1, 0);
    rl_free_undo_list();
    rl_replace_line(text, 1);
    using_history();
    rl_point = (int) MIN(cursor, (size_t) rl_end);
    rl_mark = 0;
}

const char *
input_search_prompt(const Input *input)
{
    return rl_display_prompt && strcmp(rl_display_prompt, PROMPT) != 0 ? rl_display_prompt : NULL;
}

const char *
input_mode(const Input *input)
{
    if (rl_editing_mode != 0)
        return NULL;
    return rl_get_keymap() == rl_get_keymap_by_name("vi-command") ? _("command") : _("insert");
}

/* --- history --- */

bool
input_may_hold_secret(const char *line)
{
    static const char *const words[] = { "password", "secret", "question", "answer", "register", NULL };
    if (line[0] != '/' || line[1] == '/')
        return false;
    g_autofree char *lower = g_ascii_strdown(line, -1);
    g_auto(GStrv) parts = g_strsplit_set(lower + 1, " \t\n=\"'", -1);
    for (char **part = parts; *part; part++) {
        if (g_strv_contains(words, *part))
            return true;
    }
    return false;
}

void
input_remember(Input *input, const char *line, int limit)
{
    if (limit >= 0)
        stifle_history(limit);
    using_history();
    if (*line == '\0' || input_may_hold_secret(line))
        return;
    const HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    if (!last || strcmp(last->line, line) != 0)
        add_history(line);
    using_history();
}
