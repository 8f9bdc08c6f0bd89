/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line a user types: readline in callback mode, fed with the terminal's bytes. It never reads
 * or writes by itself and never blocks. Pasted text is inserted as it is, line feeds included, and
 * never sends. One a process, since readline is. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "tui/keys.h"

enum { INPUT_MAX = 256 * 1024 }; /* bytes of a line; more is not taken */

typedef struct Input Input;

/* All are called from input_feed(), when readline has finished with a key. */
typedef struct InputHandler {
    void (*line)(const char *line, gpointer data);       /* Enter; the input is empty now */
    void (*command)(const char *command, gpointer data); /* a key of keys.def: the command without its slash */
    void (*changed)(gpointer data);                      /* once a batch: text, cursor or prompt are to be drawn */
    /* What may stand for the text from byte `*start` to the cursor: words (char *), best first; the
     * caller unrefs. */
    GPtrArray *(*complete)(const char *line, size_t cursor, size_t *start, gpointer data);
    /* The same for a word that each Tab replaces by the next one; NULL: it is none of those. May be NULL. */
    GPtrArray *(*alternate)(const char *line, size_t cursor, size_t *start, gpointer data);
    /* The words a completion could be, to be shown until the next key; NULL: no more. Borrowed. */
    void (*candidates)(const GPtrArray *words, gpointer data);
    void (*refused)(gpointer data); /* nothing happened: ring a bell, or do nothing */
    void (*focused)(bool focused, gpointer data); /* what the terminal says of its window; may be NULL */
} InputHandler;

/* `inputrc` is read after the user's own, may be NULL or missing. */
Input *input_new(const InputHandler *handler, gpointer data, const char *inputrc);
void input_free(Input *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Input, input_free)

/* Bytes from the terminal. What may be the beginning of a key or a character waits for the rest (50
 * ms at most). */
void input_feed(Input *input, const char *bytes, gsize length);

/* The text (UTF-8 as typed, not cleaned) and the cursor in it; borrowed until the next call. */
const char *input_text(const Input *input);
size_t input_cursor(const Input *input);
/* Replaces both; the cursor is clamped. Undo starts anew. */
void input_set_text(Input *input, const char *text, size_t cursor);
/* What readline wants shown instead of the prompt (searching in the history), NULL: the usual
 * one. */
const char *input_search_prompt(const Input *input);
/* "insert" or "command" in vi mode, NULL in emacs mode. */
const char *input_mode(const Input *input);

/* Keeps a line for Up and Ctrl-r, except lines that may hold a password (I23); `limit` lines are
 * kept. */
void input_remember(Input *input, const char *line, int limit);
bool input_may_hold_secret(const char *line);

/* Asks for something that is neither echoed nor remembered. Keys go there until Enter or Ctrl-c;
 * then `done` gets the text (NULL: given up), which is wiped after the call. One at a time: an
 * earlier question is answered NULL. */
typedef void (*InputSecretDone)(const char *text, gpointer data);
void input_ask_secret(Input *input, const char *prompt, InputSecretDone done, gpointer data);
/* Takes the question back; `done` is not called. */
void input_withdraw_secret(Input *input);
/* The prompt of the question being asked, NULL: none. */
const char *input_secret_prompt(const Input *input);
