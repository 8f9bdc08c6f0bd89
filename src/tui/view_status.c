/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view_status.h"

#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"

enum {
    NARROW_COLUMNS = 40, /* below there is room only for what is not as usual, and the windows */
    TAB_COLUMNS_MAX = 24,
    BELOW_COLUMNS = 24,
};

typedef struct Tab {
    char *text;
    int columns;
    guint8 style;
    bool current;
    bool optional; /* neither current nor active: left out when there is no room for all */
} Tab;

static void
tab_clear(gpointer data)
{
    g_free(((Tab *) data)->text);
}

/* "2:alice(3)", "!5:bob". */
static Tab
make_tab(const Scene *scene, const Window *window)
{
    const Conversation *conversation = scene_conversation_of(scene, window);
    const bool current = window == windows_current(scene->windows);
    const guint unread = conversation ? conversation_unread(conversation) : 0;
    g_autofree char *clean = text_clean(conversation ? conversation_label(conversation) : window_title(window), -1, TEXT_STRICT);
    g_autofree char *label = text_ellipsize(clean, TAB_COLUMNS_MAX);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "%s%u:%s", window->activity == ACTIVITY_ALARM ? "!" : "", window->number, label);
    const bool is_called = conversation && conversation_room(conversation) && conversation_mentions(conversation) > 0;
    if (unread > 0)
        g_string_append_printf(text, "(%u%s)", unread, is_called ? "!" : "");
    else if (window->activity == ACTIVITY_OUTPUT)
        g_string_append_c(text, '+');
    Tab tab = { .text = g_strdup(text->str), .columns = text_columns(text->str, -1), .style = STYLE_STATUS };
    tab.current = current;
    tab.optional = !current && window->activity == ACTIVITY_NONE && unread == 0;
    if (window->activity == ACTIVITY_ALARM)
        tab.style = STYLE_STATUS_ALARM;
    else if (current)
        tab.style = STYLE_STATUS_CURRENT;
    else if (!tab.optional)
        tab.style = STYLE_STATUS_UNREAD;
    return tab;
}

/* "[work: online]"; while offline also when it will be tried again. */
static char *
describe_account(const Account *account)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const AccountState state = account_state(account);
    g_string_append_printf(text, "[%s: ", account_name(account));
    if (state == ACCOUNT_ONLINE && account_availability(account) != AVAILABILITY_ONLINE
        && account_availability(account) != AVAILABILITY_OFFLINE)
        g_string_append(text, availability_label(account_availability(account)));
    else
        g_string_append(text, state_label(state));
    if (state == ACCOUNT_OFFLINE && account_retry_at(account) != 0) {
        g_autofree char *again = when_format_local(account_retry_at(account), "%H:%M:%S");
        g_string_append_printf(text, _(", again at %s"), again);
    }
    g_string_append_c(text, ']');
    return g_strdup(text->str);
}

static int
draw_tabs(const Scene *scene, Canvas *canvas, Area area, int column)
{
    g_autoptr(GArray) tabs = g_array_new(FALSE, FALSE, sizeof(Tab));
    int needed = 0;
    g_array_set_clear_func(tabs, tab_clear);
    for (guint i = 0; i < windows_count(scene->windows); i++) {
        const Tab tab = make_tab(scene, windows_at(scene->windows, i));
        needed += tab.columns + 1;
        g_array_append_val(tabs, tab);
    }
    const bool all = needed - 1 <= area.columns - column;
    for (guint i = 0; i < tabs->len; i++) {
        const Tab *tab = &g_array_index(tabs, Tab, i);
        if (tab->optional && !all)
            continue;
        if (column + tab->columns > area.columns && tab->current)
            return column
                   + canvas_text_ellipsized(canvas, area.row, area.column + column, area.columns - column, tab->text,
                                            tab->style);
        if (column + tab->columns > area.columns)
            return column
                   + canvas_text(canvas, area.row, area.column + column, area.columns - column, "…", -1, STYLE_STATUS);
        column +=
            canvas_text(canvas, area.row, area.column + column, area.columns - column, tab->text, -1, tab->style) + 1;
    }
    return column;
}

void
view_status_draw(const Scene *scene, Canvas *canvas, Area area)
{
    if (area.rows < 1)
        return;
    canvas_fill(canvas, area, STYLE_STATUS);
    g_autofree char *time = when_format_local(scene->now, scene->time_format);
    g_autofree char *clean = text_clean(time, -1, TEXT_LINE);
    g_autofree char *clock = g_strdup_printf("[%s]", clean);
    const bool narrow = area.columns < NARROW_COLUMNS;
    int column = narrow ? 0 : canvas_text(canvas, area.row, area.column, area.columns, clock, -1, STYLE_STATUS) + 1;
    for (guint i = 0; i < scene->accounts->len; i++) {
        if (narrow && account_state(g_ptr_array_index(scene->accounts, i)) == ACCOUNT_ONLINE)
            continue;
        g_autofree char *account = describe_account(g_ptr_array_index(scene->accounts, i));
        column +=
            canvas_text_ellipsized(canvas, area.row, area.column + column, area.columns - column, account, STYLE_STATUS)
            + 1;
    }
    const guint below = window_below(windows_current(scene->windows));
    Area tabs = area;
    if (below > 0) {
        g_autofree char *text = g_strdup_printf(ngettext("↓ %u new", "↓ %u new", below), below);
        const int columns = text_columns(text, -1);
        if (columns + 2 <= MIN(area.columns, BELOW_COLUMNS)) {
            canvas_text(canvas, area.row, area.column + area.columns - columns - 1, columns, text, -1,
                        STYLE_STATUS_UNREAD);
            tabs.columns -= columns + 2;
        }
    }
    draw_tabs(scene, canvas, tabs, column + !narrow);
}
