/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view_roster.h"

#include "base/i18n.h"
#include "base/text.h"

/* Presence by shape, and by colour where there are any. */
static const struct {
    const char *sign;
    guint8 style;
} looks[] = {
    [AVAILABILITY_OFFLINE] = { "-", STYLE_ROSTER_OFFLINE }, [AVAILABILITY_DND] = { "!", STYLE_ROSTER_BUSY },
    [AVAILABILITY_XA] = { "~", STYLE_ROSTER_AWAY },         [AVAILABILITY_AWAY] = { "~", STYLE_ROSTER_AWAY },
    [AVAILABILITY_ONLINE] = { "+", STYLE_ROSTER_ONLINE },   [AVAILABILITY_CHAT] = { "+", STYLE_ROSTER_ONLINE },
};

static void
draw_contact(const Contact *contact, Canvas *canvas, int row, Area area)
{
    const Availability availability = contact_availability(contact);
    const Conversation *conversation = account_find_conversation(contact_account(contact), contact_jid(contact));
    const guint unread = conversation ? conversation_unread(conversation) : 0;
    g_autofree char *label = text_clean(contact_label(contact), -1, TEXT_STRICT);
    g_autofree char *count = unread ? g_strdup_printf("(%u)", unread) : g_strdup("");
    const int count_columns = text_columns(count, -1);
    const guint8 style = looks[availability].style;
    canvas_text(canvas, row, area.column, 1, looks[availability].sign, -1, style);
    const int room = area.columns - 2 - (count_columns ? count_columns + 1 : 0);
    const int used =
        canvas_text_ellipsized(canvas, row, area.column + 2, room, label, unread ? STYLE_ROSTER_UNREAD : style);
    canvas_text(canvas, row, area.column + 3 + used, count_columns, count, -1, STYLE_ROSTER_UNREAD);
}

/* Draws an account's contacts from a row on; returns the row after the last. */
static int
draw_account(const Scene *scene, const Account *account, Canvas *canvas, int row, Area area)
{
    const int end = area.row + area.rows;
    const Roster *roster = account_roster(account);
    const guint online = roster_online_count(roster);
    const guint size = roster_size(roster);
    const guint listed = scene->roster_offline ? size : online;
    g_autofree char *heading = g_strdup_printf("%s %u/%u", account_name(account), online, size);
    if (row >= end)
        return row;
    canvas_text_ellipsized(canvas, row++, area.column, area.columns, heading, STYLE_ROSTER_GROUP);
    for (guint i = 0; i < listed && row < end; i++, row++) {
        if (row == end - 1 && listed - i > 1) {
            g_autofree char *more = g_strdup_printf(ngettext("… %u more", "… %u more", listed - i), listed - i);
            canvas_text_ellipsized(canvas, row, area.column, area.columns, more, STYLE_ROSTER_OFFLINE);
            return end;
        }
        draw_contact(roster_at(roster, i), canvas, row, area);
    }
    return row;
}

void
view_roster_draw(const Scene *scene, Canvas *canvas, Area area)
{
    int row = area.row;
    canvas_fill(canvas, area, STYLE_TEXT);
    for (guint i = 0; i < scene->accounts->len && area.columns > 3; i++)
        row = draw_account(scene, g_ptr_array_index(scene->accounts, i), canvas, row, area);
}

void
view_border_draw(Canvas *canvas, Area area)
{
    for (int row = area.row; row < area.row + area.rows && area.columns > 0; row++)
        canvas_text(canvas, row, area.column, 1, "│", -1, STYLE_BORDER);
}
