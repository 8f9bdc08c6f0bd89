/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view_occupants.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

/* In the order of the panel. */
static const struct {
    OccupantRole role;
    const char *heading;
} groups[] = {
    { ROLE_MODERATOR, N_("moderators") },
    { ROLE_PARTICIPANT, N_("participants") },
    { ROLE_VISITOR, N_("visitors") },
    { ROLE_NONE, N_("others") },
};

/* Standing in the room and presence by shape, and by colour where there are any. */
static const char *
sign_of(const Occupant *occupant)
{
    static const char *const of_affiliation[] = {
        [AFFILIATION_OUTCAST] = " ", [AFFILIATION_NONE] = " ", [AFFILIATION_MEMBER] = "+",
        [AFFILIATION_ADMIN] = "&",   [AFFILIATION_OWNER] = "~",
    };
    return of_affiliation[occupant_affiliation(occupant)];
}

static guint8
style_of(const Occupant *occupant)
{
    static const guint8 styles[] = {
        [AVAILABILITY_OFFLINE] = STYLE_ROSTER_OFFLINE, [AVAILABILITY_DND] = STYLE_ROSTER_BUSY,
        [AVAILABILITY_XA] = STYLE_ROSTER_AWAY,         [AVAILABILITY_AWAY] = STYLE_ROSTER_AWAY,
        [AVAILABILITY_ONLINE] = STYLE_ROSTER_ONLINE,   [AVAILABILITY_CHAT] = STYLE_ROSTER_ONLINE,
    };
    const Availability availability = occupant_availability(occupant);
    if (availability >= AVAILABILITY_ONLINE)
        return occupant_is_self(occupant) ? STYLE_NICK_ME : theme_nick_style(occupant_nick(occupant));
    return styles[availability];
}

static void
draw_occupant(const Occupant *occupant, Canvas *canvas, int row, Area area)
{
    canvas_text(canvas, row, area.column, 1, sign_of(occupant), -1, STYLE_ROSTER_GROUP);
    canvas_text_ellipsized(canvas, row, area.column + 1, area.columns - 1, occupant_label(occupant),
                           style_of(occupant));
}

static void
draw_heading(OccupantRole role, guint count, Canvas *canvas, int row, Area area)
{
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        if (groups[i].role != role)
            continue;
        g_autofree char *text = g_strdup_printf("%s %u", _(groups[i].heading), count);
        canvas_text_ellipsized(canvas, row, area.column, area.columns, text, STYLE_ROSTER_GROUP);
    }
}

int
view_occupants_rows(const Room *room)
{
    int rows = (int) room_occupant_count(room);
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
        rows += room_role_count(room, groups[i].role) > 0;
    return rows;
}

/* The rows from `first` on: a heading for each group, and who is in it. */
static void
draw_all(const Room *room, Canvas *canvas, Area area, int first)
{
    guint index = 0;
    int at = 0, row = area.row;
    const int end = area.row + area.rows;
    for (guint i = 0; i < G_N_ELEMENTS(groups) && row < end; i++) {
        const guint count = room_role_count(room, groups[i].role);
        if (count == 0)
            continue;
        if (at >= first)
            draw_heading(groups[i].role, count, canvas, row++, area);
        at++;
        const int skipped = CLAMP(first - at, 0, (int) count);
        for (guint k = (guint) skipped; k < count && row < end; k++)
            draw_occupant(room_at(room, index + k), canvas, row++, area);
        at += (int) count;
        index += count;
    }
}

static void
draw_matching(const Room *room, const char *filter, Canvas *canvas, Area area)
{
    g_autofree char *folded = text_fold(filter);
    g_autofree char *heading = g_strdup_printf(_("with “%s”"), filter);
    int row = area.row;
    canvas_text_ellipsized(canvas, row++, area.column, area.columns, heading, STYLE_ROSTER_GROUP);
    for (guint i = 0; i < room_occupant_count(room) && row < area.row + area.rows; i++) {
        const Occupant *occupant = room_at(room, i);
        g_autofree char *label = text_fold(occupant_label(occupant));
        if (strstr(label, folded))
            draw_occupant(occupant, canvas, row++, area);
    }
}

void
view_occupants_draw(const Scene *scene, Canvas *canvas, Area area)
{
    const Conversation *conversation = scene_conversation(scene);
    const Room *room = conversation ? conversation_room(conversation) : NULL;
    if (area.columns < 3 || area.rows < 1)
        return;
    canvas_fill(canvas, area, STYLE_TEXT);
    if (!room)
        return;
    if (scene->occupants_filter && *scene->occupants_filter)
        draw_matching(room, scene->occupants_filter, canvas, area);
    else
        draw_all(room, canvas, area, CLAMP(scene->occupants_first, 0, MAX(view_occupants_rows(room) - area.rows, 0)));
}
