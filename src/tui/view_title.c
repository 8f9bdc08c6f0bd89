/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view_title.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

static char *
describe_peer(Conversation *conversation)
{
    const Contact *contact = conversation_contact(conversation);
    g_autofree char *jid = text_clean(jid_text(conversation_jid(conversation)), -1, TEXT_STRICT);
    g_autoptr(GString) text = g_string_new(jid);
    if (contact && (contact_is_in_roster(contact) || contact_is_online(contact))) {
        g_string_append_printf(text, " · %s", availability_label(contact_availability(contact)));
        if (contact_status(contact) && *contact_status(contact)) {
            g_autofree char *status = text_clean(contact_status(contact), -1, TEXT_LINE);
            g_string_append_printf(text, " · “%s”", status);
        }
    } else {
        g_string_append_printf(text, " · %s", _("not in your list"));
    }
    if (conversation_is_peer_typing(conversation))
        g_string_append_printf(text, " · %s", _("is typing …"));
    return g_strdup(text->str);
}

void
view_title_draw(const Scene *scene, Canvas *canvas, Area area)
{
    Conversation *conversation = scene_conversation(scene);
    if (area.rows < 1)
        return;
    canvas_fill(canvas, area, STYLE_TITLE);
    if (!conversation) {
        canvas_text_ellipsized(canvas, area.row, area.column + 1, area.columns - 1, PACKAGE_STRING " · /help",
                               STYLE_TITLE);
        return;
    }
    const bool plain = strcmp(conversation_intent(conversation), "none") == 0;
    g_autofree char *badge = plain ? g_strdup_printf("[%s]", _("not encrypted"))
                                   : g_strdup_printf("[%s]", conversation_intent(conversation));
    const int badge_columns = text_columns(badge, -1);
    g_autofree char *peer = describe_peer(conversation);
    /* Whom one talks to matters more than how: the badge gives way first. */
    const bool roomy = area.columns >= badge_columns + 24;
    canvas_text_ellipsized(canvas, area.row, area.column + 1, area.columns - 1 - (roomy ? badge_columns + 2 : 0), peer,
                           STYLE_TITLE);
    if (roomy)
        canvas_text(canvas, area.row, area.column + area.columns - badge_columns - 1, badge_columns, badge, -1,
                    plain ? STYLE_TITLE_WARNING : STYLE_TITLE_SECURE);
}
