/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines taken apart into words, as the shell quotes them:
 *
 *   "two words"   \" \\ \$ and \` stand for the character; variables are expanded
 *   'two words'   as it is; a ' inside a word is an apostrophe (O'Brien)
 *   \x            x
 *
 * Variables ($NAME, ${NAME}) are expanded only where a lookup is given. A value becomes part of one word, whatever is
 * in it: it is never taken apart, never a keyword, never a command. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* The value of a variable, borrowed; NULL: there is none. */
typedef const char *(*WordsLookup)(const char *name, gpointer data);

typedef struct Word {
    char *text;
    size_t start, end; /* bytes of the line it was made of */
    bool plain;        /* typed as it is: no quotes, backslashes or variables. Only such a word can be a keyword */
    bool is_variable;  /* some of it is the value of a variable */
} Word;

void word_clear(Word *word);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Word, word_clear)

/* Plain data; fill in `line`, and `lookup` where variables are meant. */
typedef struct WordReader {
    const char *line;
    size_t at;
    WordsLookup lookup;
    gpointer lookup_data;
} WordReader;

/* The next word. False at the end, or with an error (ERROR_USAGE) for an open quotation mark or an unknown variable. */
bool words_next(WordReader *reader, Word *word, GError **error);
/* All words that are left, NULL-terminated: an argv. NULL: the error of words_next(). */
char **words_split(WordReader *reader, GError **error);
/* The rest of the line from the next word on, as it is; borrowed, "" at the end. */
const char *words_rest(WordReader *reader);
/* Skips a word without making it: true when there was one. An open quotation mark ends with the line. */
bool words_skip(WordReader *reader, size_t *start);

/* A copy with the variables replaced; "\$" is a dollar sign. Nothing else changes. */
char *words_expand(const char *text, WordsLookup lookup, gpointer data, GError **error);
/* The text as one word: quoted only where it must be. Reading it gives the same text again. */
char *words_quote(const char *text);
/* True for [A-Za-z_][A-Za-z0-9_]*, at most 64 bytes. */
bool words_is_variable_name(const char *name);
