/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal interface as its own files see it. */
#pragma once

#include "command/registry.h"
#include "command/script.h"
#include "tui/input.h"
#include "tui/screen.h"
#include "tui/tui.h"

typedef struct Tui {
    const TuiOptions *options;
    GMainLoop *loop;
    Client *client;
    Registry *registry;
    SecretSources *secrets;
    Term *term;
    Screen *screen;
    Input *input;
    Windows *windows;
    GPtrArray *accounts;   /* Account, borrowed from the client */
    GPtrArray *candidates; /* char *: what completion offers; NULL: nothing */
    GQueue prompts;        /* Question: passwords asked for, the first is shown */
    Script *script;        /* rc and --execute, while it runs */
    PanelMode roster_mode, occupants_mode;
    int occupants_first;    /* of the panel: the row at its top … */
    char *occupants_filter; /* … and what is looked for; NULL: nothing */
    bool bare, ringing, quitting;
    bool away; /* the terminal says that its window has lost the focus, and no key came since */
    gint64 last_input; /* monotonic */
    bool answering;    /* a line just typed is executed: what it prints is scrolled to */
    guint64 composing; /* serial of the conversation whose peer knows that we type; 0: none */
    guint composing_source;
    guint editor_source; /* an editor has the terminal */
    char *editor_file;
    guint bus_id, settings_id;
} Tui;

/* --- tui.c --- */
/* Says good-bye and ends the loop; called again it does not wait. */
void tui_quit(Tui *tui, const char *status);
/* Reads the theme the setting names; false: the old one stays. */
bool tui_load_theme(Tui *tui, const char *name, GError **error);
/* The account's conversation behind a window; NULL for the console. */
Conversation *tui_conversation_of(const Tui *tui, const Window *window);
/* What the views draw from, as it is now; a ScreenPrepare without its side effects. */
void tui_fill_scene(Scene *scene, const Tui *tui);

/* --- tui_windows.c: what windows hold --- */
void tui_select(Tui *tui, Window *window);
void tui_close(Tui *tui, Window *window);
/* The window of a conversation, filled from the model when it is new. */
Window *tui_open(Tui *tui, Conversation *conversation);
/* More of the past is there, or something else is known about it. */
void tui_show_history(Window *window, const Conversation *conversation);
/* Puts a cleaned line into a window; one that is not looked at gets the activity. */
void tui_print(Tui *tui, Window *window, LineKind kind, const char *text);
/* The same for a line of output whose last cell begins at a column; 0: it has no cells. */
void tui_print_row(Tui *tui, Window *window, const char *text, int hang);
void tui_printf(Tui *tui, Window *window, LineKind kind, const char *format, ...) G_GNUC_PRINTF(4, 5);
void tui_scroll(Tui *tui, int rows);
/* Pages of the current window. */
void tui_scroll_pages(Tui *tui, int pages);

/* --- tui_events.c --- */
void tui_on_model_event(gconstpointer event, gpointer tui);

/* --- tui_encryption.c --- */
/* ENCRYPTION_CHANGED, VERIFICATION_CHANGED, KEY_CHANGED. */
void tui_on_encryption(Tui *tui, const ModelEvent *event);
void tui_on_message_changed(Tui *tui, const Conversation *conversation, const Message *message);
/* A line about what has changed since the last one. */
void tui_tell_encryption(Tui *tui, Window *window, const Conversation *conversation);

/* --- tui_rooms.c --- */
void tui_on_room(Tui *tui, const ModelEvent *event);
void tui_on_occupant(Tui *tui, const ModelEvent *event);
void tui_on_invitation(Tui *tui, const ModelEvent *event);

/* --- tui_typing.c: from keys to commands --- */
extern const InputHandler tui_input_handler;
void tui_execute(Tui *tui, const char *line);
/* What was typed in a window and did not work is not lost: it is back there, unless something else stands there by now. */
void tui_put_back(Tui *tui, Window *window, const char *text);
/* The composing state ends without a message. */
void tui_stop_composing(Tui *tui);
/* $VISUAL or $EDITOR on what is typed. */
void tui_notify(gpointer tui, const Notification *notification);
bool tui_looks_at(gpointer tui, const Conversation *conversation);
bool tui_edit(Tui *tui, GError **error);

/* --- tui_secrets.c --- */
void tui_secrets_init(Tui *tui);
void tui_secrets_clear(Tui *tui);
