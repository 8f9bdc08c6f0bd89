/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/tui_commands.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/rooms.h"
#include "core/xml_console.h"
#include "tui/tui_state.h"
#include "tui/view_occupants.h"

static Tui *
tui_of(const CommandCall *call)
{
    return registry_front(command_call_registry(call));
}

static void
list_windows(CommandCall *call, const Tui *tui)
{
    for (guint i = 0; i < windows_count(tui->windows); i++) {
        const Window *window = windows_at(tui->windows, i);
        const Conversation *conversation = tui_conversation_of(tui, window);
        g_autofree char *number = g_strdup_printf("%u", window->number);
        g_autofree char *unread = g_strdup_printf("%u", conversation ? conversation_unread(conversation) : 0);
        g_autofree char *name =
            text_clean(conversation ? conversation_label(conversation) : window_title(window), -1, TEXT_STRICT);
        const char *account = conversation ? account_name(conversation_account(conversation)) : NULL;
        command_call_row(call, "window", number, "name", name, "account", account, "unread", unread, NULL);
    }
}

static char *
window_name(const Tui *tui, const Window *window)
{
    const Conversation *conversation = tui_conversation_of(tui, window);
    return text_fold(conversation ? conversation_label(conversation) : window_title(window));
}

/* By whole name or address, else by a part of the name that only one has. */
static Window *
find_window(const Tui *tui, const char *words, bool *ambiguous)
{
    g_autofree char *wanted = text_fold(words);
    Window *found = NULL;
    *ambiguous = false;
    for (guint i = 0; i < windows_count(tui->windows); i++) {
        Window *window = windows_at(tui->windows, i);
        const Conversation *conversation = tui_conversation_of(tui, window);
        g_autofree char *name = window_name(tui, window);
        if (strcmp(name, wanted) == 0
            || (conversation && strcmp(jid_text(conversation_jid(conversation)), words) == 0)) {
            *ambiguous = false;
            return window;
        }
        if (!strstr(name, wanted))
            continue;
        *ambiguous = found != NULL;
        found = window;
    }
    return *ambiguous ? NULL : found;
}

static bool
cmd_win(CommandCall *call, const Args *args, GError **error)
{
    Tui *tui = tui_of(call);
    const char *words = args_text(args, "window");
    guint64 number = 0;
    bool ambiguous = false;
    if (!words) {
        list_windows(call, tui);
        return true;
    }
    Window *window = g_ascii_string_to_unsigned(words, 10, 0, G_MAXUINT, &number, NULL)
                         ? windows_by_number(tui->windows, (guint) number)
                         : find_window(tui, words, &ambiguous);
    if (window) {
        tui_select(tui, window);
        return true;
    }
    g_autofree char *shown = text_clean(words, -1, TEXT_LINE);
    if (ambiguous)
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                    _("more than one window is called like “%s”: give its number, /win lists them"), shown);
    else
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                    _("there is no window “%s”: /win lists them, /msg JID opens one"), shown);
    return false;
}

/* Who does not want to see a room any more is not in it, either. */
static void
leave_room(const Tui *tui, const Window *window)
{
    const Conversation *conversation = tui_conversation_of(tui, window);
    Room *room = conversation ? conversation_room(conversation) : NULL;
    if (room)
        rooms_leave(client_session_of(tui->client, conversation_account(conversation)), room, NULL, NULL);
}

static bool
cmd_close(CommandCall *call, const Args *args, GError **error)
{
    Tui *tui = tui_of(call);
    Window *window = windows_current(tui->windows);
    if (window == windows_console(tui->windows)) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED, _("the console stays: /quit leaves confab"));
        return false;
    }
    leave_room(tui, window);
    if (window->serial == WINDOW_XML)
        xml_console_switch(tui->client, NULL, false);
    tui_close(tui, window);
    return true;
}

static bool
cmd_next(CommandCall *call, const Args *args, GError **error)
{
    Tui *tui = tui_of(call);
    tui_select(tui, windows_next(tui->windows));
    return true;
}

static bool
cmd_prev(CommandCall *call, const Args *args, GError **error)
{
    Tui *tui = tui_of(call);
    tui_select(tui, windows_previous(tui->windows));
    return true;
}

static bool
cmd_unread(CommandCall *call, const Args *args, GError **error)
{
    Tui *tui = tui_of(call);
    Window *window = windows_active(tui->windows);
    if (window)
        tui_select(tui, window);
    return true;
}

static bool
cmd_clear(CommandCall *call, const Args *args, GError **error)
{
    Tui *tui = tui_of(call);
    Window *window = windows_current(tui->windows);
    lines_clear(window->lines);
    window->follows = true;
    screen_damage(tui->screen, DAMAGE_MESSAGES | DAMAGE_STATUS);
    return true;
}

static bool
cmd_scroll(CommandCall *call, const Args *args, GError **error)
{
    Tui *tui = tui_of(call);
    const char *where = args_text(args, "where");
    if (strcmp(where, "up") == 0)
        tui_scroll_pages(tui, -1);
    else if (strcmp(where, "down") == 0)
        tui_scroll_pages(tui, 1);
    else
        tui_scroll(tui, strcmp(where, "top") == 0 ? SCROLL_TO_TOP : SCROLL_TO_END);
    return true;
}

static bool
cmd_redraw(CommandCall *call, const Args *args, GError **error)
{
    screen_resize(tui_of(call)->screen);
    return true;
}

static bool
cmd_bare(CommandCall *call, const Args *args, GError **error)
{
    Tui *tui = tui_of(call);
    tui->bare = !tui->bare;
    screen_damage(tui->screen, DAMAGE_ALL);
    return true;
}

/* Without a word: the other way round from what is seen. */
static bool
cmd_roster_panel(CommandCall *call, const Args *args, GError **error)
{
    Tui *tui = tui_of(call);
    const char *mode = args_text(args, "mode");
    if (mode)
        tui->roster_mode = strcmp(mode, "on") == 0 ? PANEL_SHOWN : strcmp(mode, "off") == 0 ? PANEL_HIDDEN : PANEL_AUTO;
    else
        tui->roster_mode = screen_messages(tui->screen).column > 0 ? PANEL_HIDDEN : PANEL_SHOWN;
    screen_damage(tui->screen, DAMAGE_ALL);
    return true;
}

/* Pages of the panel; it stops where its list does. */
static void
scroll_occupants(Tui *tui, int pages)
{
    const Conversation *conversation = tui_conversation_of(tui, windows_current(tui->windows));
    const Room *room = conversation ? conversation_room(conversation) : NULL;
    const int height = MAX(screen_messages(tui->screen).rows, 1);
    const int rows = room ? view_occupants_rows(room) : 0;
    tui->occupants_first = CLAMP(tui->occupants_first + pages * height, 0, MAX(rows - height, 0));
}

static bool
is_panel_visible(const Tui *tui)
{
    const Area messages = screen_messages(tui->screen);
    int rows, columns;
    term_size(tui->term, &rows, &columns);
    return messages.column + messages.columns < columns;
}

static bool
cmd_occupants_panel(CommandCall *call, const Args *args, GError **error)
{
    static const char *const words[] = { "auto", "on", "off", "up", "down", "filter", NULL };
    Tui *tui = tui_of(call);
    const char *mode = args_text(args, "mode"), *text = args_text(args, "text");
    guint word = 0;
    while (mode && words[word] && strcmp(words[word], mode) != 0)
        word++;
    if (!mode)
        tui->occupants_mode = is_panel_visible(tui) ? PANEL_HIDDEN : PANEL_SHOWN;
    else if (word <= PANEL_HIDDEN)
        tui->occupants_mode = (PanelMode) word;
    else if (strcmp(mode, "filter") != 0)
        scroll_occupants(tui, strcmp(mode, "up") == 0 ? -1 : 1);
    else {
        g_free(tui->occupants_filter);
        tui->occupants_filter = text ? text_clean(text, -1, TEXT_STRICT) : NULL;
    }
    screen_damage(tui->screen, DAMAGE_ALL);
    return true;
}

static bool
cmd_suspend(CommandCall *call, const Args *args, GError **error)
{
    term_suspend(tui_of(call)->term);
    return true;
}

static bool
cmd_edit(CommandCall *call, const Args *args, GError **error)
{
    return tui_edit(tui_of(call), error);
}

static bool
cmd_keys(CommandCall *call, const Args *args, GError **error)
{
    for (int id = 0; id < KEY_COUNT; id++) {
        const KeyRow *row = key_row(id);
        g_autofree char *command = g_strconcat("/", row->command, NULL);
        command_call_row(call, "key", row->label, "command", command, "inputrc", row->function, NULL);
    }
    command_call_print(
        call, "%s",
        _("Alt-Enter starts a new line, Tab completes; every Alt-x is also Esc x. All other keys are readline’s."));
    return true;
}

/* The setting follows, so that the choice is there the next time. */
static bool
cmd_theme(CommandCall *call, const Args *args, GError **error)
{
    Tui *tui = tui_of(call);
    const char *name = args_text(args, "name");
    if (name)
        return tui_load_theme(tui, name, error)
               && settings_set(client_settings(tui->client), SETTING_THEME, (SettingPlace) { 0 }, name, error);
    g_autofree char *user = g_build_filename(client_paths(tui->client)->config, "themes", NULL);
    const char *const directories[] = { user, THEMEDIR, NULL };
    g_auto(GStrv) names = theme_list(directories);
    const char *current = settings_get_text(client_settings(tui->client), SETTING_THEME, NULL, NULL);
    for (char **at = names; *at; at++)
        command_call_row(call, "theme", *at, "current", strcmp(*at, current) == 0 ? _("yes") : NULL, NULL);
    return true;
}

static const Command commands[] = {
    { "win", "[window:text]", N_("Go to a window by its number or name; alone: list the windows."), cmd_win,
      NEEDS_TERMINAL, .example = "/win alice" },
    { "close", "", N_("Close the current window; the conversation goes on when a message comes, a room is left."), cmd_close,
      NEEDS_TERMINAL },
    { "next", "", N_("Go to the next window."), cmd_next, NEEDS_TERMINAL },
    { "prev", "", N_("Go to the previous window."), cmd_prev, NEEDS_TERMINAL },
    { "unread", "", N_("Go to the next window with something unread, the most important first."), cmd_unread,
      NEEDS_TERMINAL },
    { "clear", "", N_("Empty the current window; nothing is deleted."), cmd_clear, NEEDS_TERMINAL },
    { "scroll", "<where:up|down|top|end>", N_("Scroll the current window."), cmd_scroll, NEEDS_TERMINAL },
    { "redraw", "", N_("Draw the whole screen again."), cmd_redraw, NEEDS_TERMINAL },
    { "bare", "", N_("Show nothing but the messages in full width, for copying with the mouse; again to return."),
      cmd_bare, NEEDS_TERMINAL },
    { "roster-panel", "[mode:on|off|auto]", N_("Show or hide the list of contacts; auto: where there is room."),
      cmd_roster_panel, NEEDS_TERMINAL },
    { "occupants-panel", "[mode:on|off|auto|up|down|filter] [text:text]",
      N_("Show or hide who is in the room, scroll that list, or show only those with some text in their name."),
      cmd_occupants_panel, NEEDS_TERMINAL },
    { "keys", "", N_("List the keys and the commands they run."), cmd_keys, NEEDS_TERMINAL,
      N_("To bind another key, name its function in the file inputrc beside the settings: \"\\e[15~\": confab-roster") },
    { "edit", "", N_("Edit the input line in $VISUAL or $EDITOR; saving does not send it."), cmd_edit, NEEDS_TERMINAL },
    { "theme", "[name:word]", N_("Choose how the screen looks; alone: list the themes."), cmd_theme, NEEDS_TERMINAL,
      .example = "/theme mono" },
    { "suspend", "", N_("Stop confab and go back to the shell; “fg” continues."), cmd_suspend, NEEDS_TERMINAL },
    { 0 },
};

const CommandGroup tui_command_group = { "windows", N_("Windows"), commands };
