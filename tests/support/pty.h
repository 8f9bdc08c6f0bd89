/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program in a pseudo-terminal, seen through libvterm: keys in, screen text and raw bytes out. Nothing sleeps: every
 * wait is for something to appear, with a deadline that fails the test and shows the screen. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { PTY_TIMEOUT = 60000 }; /* ms; a failing test waits this long */

typedef struct Pty Pty;

typedef struct PtyOptions {
    const char *const *argv;        /* argv[0] NULL: the confab of this build; NULL-terminated */
    const char *const *environment; /* "NAME=value" over the clean one below, NULL-terminated; NULL: nothing more */
    const char *home;               /* HOME; XDG directories lie below; NULL: a fresh one, removed with the Pty */
    int rows, columns;              /* 0: 24, 80 */
} PtyOptions;

/* The environment is clean: HOME, XDG_*, TERM=xterm-256color, LC_ALL=C.UTF-8, TZ=UTC, PATH. */
Pty *pty_start(const PtyOptions *options);
/* Kills what still runs. */
void pty_free(Pty *pty);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pty, pty_free)
pid_t pty_pid(const Pty *pty);
const char *pty_home(const Pty *pty);

void pty_send(Pty *pty, const char *keys);
void pty_resize(Pty *pty, int rows, int columns);
/* Takes in what there is to read within `ms`; returns its bytes. */
gsize pty_pump(Pty *pty, int ms);

/* Waits until it has read all that was sent, sleeps, and has nothing more to show. */
void pty_settle(Pty *pty);

/* Waits until the text stands on the screen (on one row), or is gone from it. */
void pty_wait_text(Pty *pty, const char *text);
void pty_wait_gone(Pty *pty, const char *text);
/* Waits until a row matches. */
void pty_wait_match(Pty *pty, const char *regex);
bool pty_shows(const Pty *pty, const char *text);
/* Sends keys and waits for the text: microseconds from one to the other. */
gint64 pty_send_and_wait(Pty *pty, const char *keys, const char *text);

/* A row without trailing spaces; the whole screen, rows ended by line feeds. The caller frees. */
char *pty_row(const Pty *pty, int row);
char *pty_screen(const Pty *pty);
void pty_cursor(const Pty *pty, int *row, int *column);
typedef struct PtyCell {
    char text[64];
    int width;
    bool bold, underline, reverse;
    int foreground, background; /* index of the palette, -1: default, -2: RGB */
} PtyCell;
PtyCell pty_cell(const Pty *pty, int row, int column);

/* All bytes the program has written so far. */
const GByteArray *pty_bytes(const Pty *pty);
/* Waits for the end: exit code, or 128 + signal. */
int pty_wait_exit(Pty *pty);
bool pty_has_ended(Pty *pty);
