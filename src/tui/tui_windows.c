/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>

#include "base/when.h"
#include "tui/tui_state.h"

Conversation *
tui_conversation_of(const Tui *tui, const Window *window)
{
    return window->serial ? client_find_conversation(tui->client, window->serial) : NULL;
}

/* The rule "new" goes before the first message not read yet. */
static void
mark_unread(Tui *tui, Window *window)
{
    const Conversation *conversation = tui_conversation_of(tui, window);
    guint64 number = G_MAXUINT64;
    if (conversation && conversation_unread(conversation) > 0) {
        const Message *first = conversation_message_at(conversation, conversation_first_unread(conversation));
        if (!lines_find(window->lines, first, &number))
            number = G_MAXUINT64;
    }
    lines_set_unread_mark(window->lines, number);
}

static void
swap_drafts(Tui *tui, Window *from, Window *to)
{
    g_free(from->draft);
    from->draft = g_strdup(input_text(tui->input));
    from->draft_cursor = input_cursor(tui->input);
    input_set_text(tui->input, to->draft, to->draft_cursor);
}

void
tui_select(Tui *tui, Window *window)
{
    Window *before = windows_current(tui->windows);
    if (before == window)
        return;
    tui_stop_composing(tui);
    swap_drafts(tui, before, window);
    lines_set_unread_mark(before->lines, G_MAXUINT64);
    mark_unread(tui, window);
    windows_select(tui->windows, window);
    screen_damage(tui->screen, DAMAGE_ALL);
}

void
tui_close(Tui *tui, Window *window)
{
    if (window == windows_console(tui->windows))
        return;
    const bool current = window == windows_current(tui->windows);
    if (current)
        tui_stop_composing(tui);
    windows_close(tui->windows, window);
    if (current) {
        Window *now = windows_current(tui->windows);
        mark_unread(tui, now);
        input_set_text(tui->input, now->draft, now->draft_cursor);
    }
    screen_damage(tui->screen, DAMAGE_ALL);
}

Window *
tui_open(Tui *tui, Conversation *conversation)
{
    const guint64 serial = conversation_serial(conversation);
    Window *window = windows_by_serial(tui->windows, serial);
    if (window)
        return window;
    window = windows_open(tui->windows, serial);
    const guint count = conversation_message_count(conversation);
    for (guint i = 0; i < count; i++)
        lines_add_message(window->lines, conversation_message_at(conversation, i), NULL);
    screen_damage(tui->screen, DAMAGE_STATUS);
    return window;
}

static Activity
activity_of(LineKind kind)
{
    return kind == LINE_ALARM || kind == LINE_ERROR ? ACTIVITY_ALARM : ACTIVITY_OUTPUT;
}

static void
note_line(Tui *tui, Window *window, LineKind kind)
{
    if (window == windows_current(tui->windows)) {
        window->follows = window->follows || tui->answering;
        screen_damage(tui->screen, DAMAGE_MESSAGES | (window->follows ? 0 : DAMAGE_STATUS));
        return;
    }
    const Activity activity = activity_of(kind);
    if (activity > window->activity) {
        window->activity = activity;
        screen_damage(tui->screen, DAMAGE_STATUS);
    }
}

void
tui_print(Tui *tui, Window *window, LineKind kind, const char *text)
{
    lines_add_text(window->lines, kind, when_now(), text);
    note_line(tui, window, kind);
}

void
tui_print_row(Tui *tui, Window *window, const char *text, int hang)
{
    lines_add_row(window->lines, when_now(), text, hang);
    note_line(tui, window, LINE_OUTPUT);
}

void
tui_printf(Tui *tui, Window *window, LineKind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    tui_print(tui, window, kind, text);
}

void
tui_scroll(Tui *tui, int rows)
{
    const Area area = screen_messages(tui->screen);
    Window *window = windows_current(tui->windows);
    Scene scene = { 0 };
    g_autofree char *label = NULL;
    tui_fill_scene(&scene, tui);
    const LinesLook look = scene_look(&scene, area.columns, &label);
    if (area.rows < 1 || area.columns < 1)
        return;
    window_scroll(window, rows, &look, area.rows);
    screen_damage(tui->screen, DAMAGE_MESSAGES | DAMAGE_STATUS);
}

void
tui_scroll_pages(Tui *tui, int pages)
{
    /* A row of the page before stays, to read on from. */
    tui_scroll(tui, pages * MAX(screen_messages(tui->screen).rows - 1, 1));
}
