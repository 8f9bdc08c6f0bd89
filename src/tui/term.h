/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal: its modes, its capabilities, bytes in and out that never block, and the signals
 * that concern it. The only file behind which there is curses (terminfo). One a process. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "tui/painter.h"

typedef struct Term Term;

/* What a front-end hears; all from the main loop. */
typedef struct TermHandler {
    void (*input)(const char *bytes, gsize length, gpointer data); /* what was typed */
    void (*resized)(gpointer data);
    void (*lost)(gpointer data);              /* its contents are not ours any more: draw everything again */
    void (*drained)(gpointer data);           /* what had to wait has been written */
    void (*ended)(int signal, gpointer data); /* SIGTERM, SIGINT or SIGHUP; the terminal being gone is SIGHUP, too */
} TermHandler;

/* Standard input and output must be a terminal that can place its cursor: else ERROR_USAGE says
 * what to do. Changes nothing yet. */
Term *term_open(const TermHandler *handler, gpointer data, GError **error);
/* Gives the terminal back as it was. */
void term_close(Term *term);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Term, term_close)

const TermCaps *term_caps(const Term *term);
void term_size(const Term *term, int *rows, int *columns);

/* Takes the terminal: raw keys, alternate screen, bracketed paste; a crash gives it back. */
void term_start(Term *term);
/* Lends it to another program, until term_start(). Waits for what is still to be written, for half
 * a second at most. */
void term_stop(Term *term);
bool term_is_started(const Term *term);
/* Ctrl-Z: stops the process (group) like any other program; returns after SIGCONT, with the
 * terminal taken again. */
void term_suspend(Term *term);

/* Bytes to be written by the next term_flush(). */
GString *term_output(Term *term);
/* Writes as much as the terminal takes; the rest goes as soon as it takes more, then `drained` is
 * called. */
void term_flush(Term *term);
/* True while something waits: painting more would only pile up. */
bool term_is_draining(const Term *term);
