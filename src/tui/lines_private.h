/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines as its two files see them: lines.c keeps them, lines_draw.c lays them out and draws. */
#pragma once

#include "tui/lines.h"

typedef struct Entry {
    Message *message; /* or … */
    char *text;       /* … a line of the program */
    gint64 time;
    LineKind kind;
    int hang;         /* of a table: the column of the last cell; 0: no table */
    guint32 last_cell; /* where it begins in the text; 0: the cell before it is too long for its column */
    int day;      /* local, as year * 1000 + day of the year; 0: not asked yet */
    char *nick;   /* of who says it, as it is shown; NULL: not asked yet. In rooms only */
    char *clean;  /* the message's text as it is shown; NULL: not wrapped yet */
    GArray *styling; /* StylingSpan of `clean`; NULL: none */
    GArray *rows; /* parts of the text; for this layout: */
    int first_column, column, columns;
    bool cut;
    bool gap; /* messages are missing before it */
    MessageState noted; /* lines_note_change() */
    bool wanted, told;  /* encryption, when it came; told: it is known, not judged by what is before */
} Entry;

struct Lines {
    GPtrArray *entries; /* Entry */
    guint64 dropped;    /* the number of the first */
    guint64 unread_mark;
    char *past; /* the line above everything; NULL: none */
    bool marked; /* some message has a mark of encryption */
};

static inline Entry *
entry_at(const Lines *lines, guint64 number)
{
    return g_ptr_array_index(lines->entries, (guint) (number - lines->dropped));
}
