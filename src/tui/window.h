/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbered windows: 1 is the console, then one a conversation. A number stays with its window; a
 * new one takes the lowest that is free. A window keeps the serial of its conversation, never a
 * pointer. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "tui/encryption_words.h"
#include "tui/lines.h"

/* What happened in a window that is not looked at, by importance. */
typedef enum {
    ACTIVITY_NONE,
    ACTIVITY_OUTPUT,
    ACTIVITY_ROOM, /* said to everybody in a room */
    ACTIVITY_MESSAGE,
    ACTIVITY_ALARM,
} Activity;

typedef struct Window {
    guint number;   /* from 1 */
    guint64 serial; /* of the conversation; 0: the console */
    Lines *lines;
    bool follows;   /* shows the end, whatever comes */
    guint64 bottom; /* else: the last visible entry … */
    int bottom_row; /* … and row of it */
    guint64 seen;   /* lines_end() when it last followed: what came after is "below" */
    char *draft;    /* never NULL */
    size_t draft_cursor;
    Activity activity;
    EncryptionTold told; /* what its lines said last about encryption */
} Window;

/* Instead of a conversation's serial: the window of what crosses the streams (/xml on). */
#define WINDOW_XML G_MAXUINT64
/* What a window is called that has no conversation. */
const char *window_title(const Window *window);

typedef struct Windows Windows;

Windows *windows_new(void);
void windows_free(Windows *windows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Windows, windows_free)

Window *windows_console(const Windows *windows);
Window *windows_current(const Windows *windows);
/* In order of their numbers. */
guint windows_count(const Windows *windows);
Window *windows_at(const Windows *windows, guint index);
Window *windows_by_number(const Windows *windows, guint number);
Window *windows_by_serial(const Windows *windows, guint64 serial);
/* The window of a conversation, made when there is none. */
Window *windows_open(Windows *windows, guint64 serial);
/* Its place is taken by the one looked at before. The console stays. */
void windows_close(Windows *windows, Window *window);
void windows_select(Windows *windows, Window *window);
/* The neighbours of the current one, round and round. */
Window *windows_next(const Windows *windows);
Window *windows_previous(const Windows *windows);
/* The one with the most important activity, the lowest number first; NULL: nothing happened. */
Window *windows_active(const Windows *windows);

/* --- what is visible of one --- */
enum { SCROLL_TO_TOP = -1000000000, SCROLL_TO_END = 1000000000 };
/* By rows, negative: up. */
void window_scroll(Window *window, int rows, const LinesLook *look, int height);
/* The first visible entry and row of it; false: nothing to show. */
bool window_top(Window *window, const LinesLook *look, int height, guint64 *number, int *row);
/* An entry was put into the middle: what is visible stays. */
void window_note_insert(Window *window, guint64 number);
/* Entries below what is visible that came since it was left. */
guint window_below(const Window *window);
