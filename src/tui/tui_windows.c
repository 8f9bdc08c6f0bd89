/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>

#include "base/i18n.h"
#include "base/when.h"
#include "core/conversations.h"
#include "tui/tui_state.h"

enum {
    FEW_MESSAGES = 50,    /* so few that the window wants more of the past */
    KEPT_MESSAGES = 1000, /* of a conversation when its past is not looked at any more */
};

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
    const guint first = conversation ? conversation_first_unread(conversation) : 0;
    if (conversation && first < conversation_message_count(conversation)) {
        const Message *message = conversation_message_at(conversation, first);
        if (!lines_find(window->lines, message, &number))
            number = G_MAXUINT64;
    }
    lines_set_unread_mark(window->lines, number);
}

/* Where the past comes in when a conversation is looked at for the first time and does not fill the window. */
static void
look_at(Tui *tui, const Window *window)
{
    Conversation *conversation = tui_conversation_of(tui, window);
    conversations_set_visible(tui->client, conversation);
    if (conversation && conversation_past(conversation) == PAST_UNKNOWN
        && conversation_message_count(conversation) < FEW_MESSAGES)
        conversations_load_older(tui->client, conversation);
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
    look_at(tui, window);
    tui->occupants_first = 0;
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
        look_at(tui, now);
        input_set_text(tui->input, now->draft, now->draft_cursor);
    }
    screen_damage(tui->screen, DAMAGE_ALL);
}

static bool
has_gap(const Message *message, gpointer conversation)
{
    return conversation_has_gap_after(conversation, message->order);
}

/* What is before the first message, and what is missing in between. */
static void
show_past(Window *window, const Conversation *conversation)
{
    const char *words = conversation_past_words(conversation);
    switch (conversation_past(conversation)) {
    case PAST_UNKNOWN:
        break;
    case PAST_LOADING:
        words = _("older messages are being fetched");
        break;
    case PAST_MISSING:
        words = words ? words : _("older messages cannot be had now");
        break;
    case PAST_COMPLETE:
        words = _("the beginning");
        break;
    }
    lines_set_past(window->lines, words);
    lines_set_gaps(window->lines, has_gap, (gpointer) conversation);
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
    show_past(window, conversation);
    tui_tell_encryption(tui, window, conversation);
    screen_damage(tui->screen, DAMAGE_STATUS);
    return window;
}

/* How many messages of the conversation are older than all in the window. */
static guint
count_older(const Conversation *conversation, const Message *first)
{
    const guint count = conversation_message_count(conversation);
    guint older = 0;
    while (older < count && (!first || conversation_message_at(conversation, older)->order < first->order))
        older++;
    return older;
}

void
tui_show_history(Window *window, const Conversation *conversation)
{
    const guint count = count_older(conversation, lines_first_message(window->lines));
    g_autoptr(GPtrArray) page = g_ptr_array_sized_new(count);
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(page, conversation_message_at(conversation, i));
    lines_prepend(window->lines, (Message *const *) page->pdata, count);
    show_past(window, conversation);
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

/* A page more before the top is reached, so that scrolling does not stop there. */
static void
load_ahead(Tui *tui, Window *window, const LinesLook *look, int height)
{
    Conversation *conversation = tui_conversation_of(tui, window);
    guint64 number;
    int row;
    if (conversation && window_top(window, look, height, &number, &row)
        && number < lines_first(window->lines) + (guint64) height)
        conversations_load_older(tui->client, conversation);
}

/* Who is back at the end does not look at the past any more. */
static void
forget_past(Tui *tui, Window *window)
{
    Conversation *conversation = tui_conversation_of(tui, window);
    if (!conversation || !window->follows || conversation_message_count(conversation) <= 2 * KEPT_MESSAGES)
        return;
    conversation_trim(conversation, KEPT_MESSAGES);
    lines_trim(window->lines, KEPT_MESSAGES);
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
    if (rows < 0)
        load_ahead(tui, window, &look, area.rows);
    window_scroll(window, rows, &look, area.rows);
    forget_past(tui, window);
    screen_damage(tui->screen, DAMAGE_MESSAGES | DAMAGE_STATUS);
}

void
tui_scroll_pages(Tui *tui, int pages)
{
    /* A row of the page before stays, to read on from. */
    tui_scroll(tui, pages * MAX(screen_messages(tui->screen).rows - 1, 1));
}
