/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a window shows, oldest first: messages of the model and lines of the program, each wrapped
 * when it is first looked at and again when the width has changed. Appending costs O(1), resizing
 * nothing: only what is visible is wrapped anew.
 *
 * Entries are numbered for the life of the object; the oldest are dropped past LINES_MAX, pages of the past come in
 * front of the first one, numbers stay. (Putting one in the middle, as late messages are, moves those after it on by
 * one.) An entry has rows: what is before it (the state of the past, a gap, a day, the unread rule), its text, and why
 * it failed. From the first message with something to tell about encryption on there is a column for its mark, which no
 * text can reach. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/message.h"
#include "tui/canvas.h"

enum {
    LINES_MAX = 20000,
    LINES_ROWS_MAX = 20000, /* of one entry; the rest of its text is not shown */
    LINES_GROUP_MAX = 8,    /* messages of one sender in one minute share time and nick, but never more than these */
};

/* The first entry's; the past has room before it. */
#define LINES_FIRST_NUMBER (G_GUINT64_CONSTANT(1) << 40)

typedef enum {
    LINE_OUTPUT, /* of a command: as it is, no time */
    LINE_NOTICE,
    LINE_WARNING,
    LINE_ERROR,
    LINE_ALARM,
} LineKind;

/* How to lay out. */
typedef struct LinesLook {
    int columns;
    const char *me, *peer;   /* what stands in the column of nicks, cleaned */
    bool is_room;            /* everybody, the user too, is named by the nick of the message */
    const char *self;        /* who waves when the user writes "/me waves", cleaned */
    const char *time_format; /* strftime */
    int time_columns;        /* lines_time_columns() of it: asked once, not for every row */
} LinesLook;

typedef struct Lines Lines;

/* The columns a time takes in this format. */
int lines_time_columns(const char *format);

Lines *lines_new(void);
void lines_free(Lines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lines, lines_free)

/* References the message. `before`: the message that follows it in the conversation, NULL when it
 * is the last. Returns its number. */
guint64 lines_add_message(Lines *lines, Message *message, const Message *before);
/* Whether the conversation insisted on encryption when this message came. Without this it is judged by what is before:
 * since something encrypted, until something of ours left in the clear. */
void lines_set_wanted(Lines *lines, guint64 number, bool wanted);
/* Something about the message has changed, not its text; returns the state it had when that was noted last. */
MessageState lines_note_change(Lines *lines, const Message *message);
/* One cleaned line (it may hold line feeds). */
guint64 lines_add_text(Lines *lines, LineKind kind, gint64 time, const char *text);
/* A row of a table, whose last cell begins at column `hang`: folded there, or below the others where that is too narrow. */
guint64 lines_add_row(Lines *lines, gint64 time, const char *text, int hang);
/* A page of messages, oldest first, before everything else. */
void lines_prepend(Lines *lines, Message *const *messages, guint count);
/* The first message; NULL: there is none. */
const Message *lines_first_message(const Lines *lines);
/* The text of a message was corrected. */
void lines_message_edited(Lines *lines, const Message *message);
/* Where messages are known to be missing: asked for each message, whether it is so behind it. */
typedef bool (*LinesHasGap)(const Message *message, gpointer data);
void lines_set_gaps(Lines *lines, LinesHasGap has_gap, gpointer data);
/* A cleaned line above everything, about what is before; NULL: none. */
void lines_set_past(Lines *lines, const char *words);
/* Drops the oldest until `keep` are left. */
void lines_trim(Lines *lines, guint keep);
void lines_clear(Lines *lines);
/* Numbers are from first to end - 1. */
guint64 lines_first(const Lines *lines);
guint64 lines_end(const Lines *lines);
/* The number of a message; false when it is not here (any more). */
bool lines_find(const Lines *lines, const Message *message, guint64 *number);

/* The rule "new" stands before this entry; G_MAXUINT64: nowhere. */
void lines_set_unread_mark(Lines *lines, guint64 number);

int lines_rows(Lines *lines, guint64 number, const LinesLook *look);
/* Draws one row of an entry. The area is `look->columns` wide and one row high, and blank. */
void lines_draw(Lines *lines, guint64 number, int row, const LinesLook *look, Canvas *canvas, Area area);
